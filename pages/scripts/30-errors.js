// A form that came back with errors begins with their sum, for whoever hears the page or moves by keyboard.
(() => {
  "use strict";
  document.getElementById("errors")?.focus();
})();
