// Whoever reads samples in one language reads all of them in it, here and on the next page.
(() => {
  "use strict";
  const choices = document.querySelectorAll("[data-language]");
  if (!choices.length) return;
  const place = "truecerta-samples";

  const choose = (language) => {
    for (const choice of choices) if (choice.value === language) choice.checked = true;
  };

  const kept = (action) => {
    try {
      return action(window.localStorage);
    } catch {
      return null; // a browser that keeps nothing
    }
  };

  choose(kept((storage) => storage.getItem(place)));
  for (const choice of choices) {
    choice.addEventListener("change", () => {
      const top = choice.getBoundingClientRect().top;
      choose(choice.value);
      kept((storage) => storage.setItem(place, choice.value));
      window.scrollBy(0, choice.getBoundingClientRect().top - top);
    });
  }
})();
