// A code that was not found stands in the field again, to be corrected. The page itself is the same for every such code.
(() => {
  "use strict";
  const field = document.querySelector("[data-typed] input");
  if (!field || field.value) return;
  try {
    field.value = decodeURIComponent(location.pathname.split("/").pop()).slice(0, 200);
  } catch {
    field.value = "";
  }
})();
