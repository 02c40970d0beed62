"use strict";
const main = document.querySelector("main");
const filter = document.querySelector(".filter");

function show(status) {
  if (status === "all") main.removeAttribute("data-show");
  else main.dataset.show = status;
  for (const area of document.querySelectorAll(".area")) {
    const fitting = area.querySelectorAll(`[data-status="${status}"]`);
    area.classList.toggle("has-some", fitting.length > 0);
    for (const each of fitting) if (each.matches("details.group")) each.open = true;
  }
  for (const button of filter.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.show === status));
  }
}

if (filter) {
  filter.hidden = false;
  filter.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) show(button.dataset.show);
  });
}

for (const button of document.querySelectorAll(".copy")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const command = button.previousElementSibling;
    try {
      await navigator.clipboard.writeText(command.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(command);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}

function reveal() {
  const meant = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!meant) return;
  if (main.dataset.show) show("all");
  const folded = meant.closest("details");
  if (folded) folded.open = true;
  meant.scrollIntoView();
}
addEventListener("hashchange", reveal);
reveal();
