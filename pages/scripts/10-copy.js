// Buttons that copy what stands beside them. Without script they stay hidden: a field or a sample can be selected as well.
(() => {
  "use strict";
  if (!navigator.clipboard) return;
  const said = document.createElement("p");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  document.body.append(said);

  const copied = (button) => {
    const word = button.querySelector("span");
    const before = word.textContent;
    word.textContent = said.textContent = button.dataset.copied;
    setTimeout(() => {
      word.textContent = before;
      said.textContent = "";
    }, 2000);
  };

  for (const button of document.querySelectorAll("[data-copy]")) {
    const source = button.closest("[data-source]");
    const from = source.querySelector("input, code");
    button.hidden = false;
    button.addEventListener("click", () => {
      if (button.querySelector("span").textContent === button.dataset.copied) return;
      navigator.clipboard.writeText(from.value ?? from.textContent).then(
        () => copied(button),
        () => from.select?.(),
      );
    });
  }
})();
