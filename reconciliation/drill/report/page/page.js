"use strict";
// The page is whole without this: it folds the matrix, filters the runs, and opens the run that a link leads to.
document.documentElement.classList.add("script");

for (const story of document.querySelectorAll("tbody.story")) {
  const button = story.querySelector("button");
  const show = (open) => {
    story.classList.toggle("closed", !open);
    button.setAttribute("aria-expanded", String(open));
  };
  show("open" in story.dataset);
  button.addEventListener("click", () => show(story.classList.contains("closed")));
}

const runs = [...document.querySelectorAll("details.run")];
const buttons = [...document.querySelectorAll("button[data-filter]")];
const search = document.querySelector("input[type=search]");
let verdict = "";

function filter() {
  const words = search.value.trim().toLowerCase();
  for (const run of runs) {
    const named = run.querySelector(".title").textContent.toLowerCase().includes(words);
    run.hidden = !named || (verdict !== "" && run.dataset.verdict !== verdict);
  }
  for (const group of document.querySelectorAll("section.group")) {
    group.hidden = !group.querySelector("details.run:not([hidden])");
  }
  document.querySelector(".none").hidden = runs.some((run) => !run.hidden);
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    verdict = button.dataset.filter;
    for (const each of buttons) each.setAttribute("aria-pressed", String(each === button));
    filter();
  });
}
search.addEventListener("input", filter);

function follow() {
  const run = document.getElementById(location.hash.slice(1));
  if (!(run instanceof HTMLDetailsElement)) return;
  if (run.hidden) {
    search.value = "";
    buttons[0].click();
  }
  run.open = true;
  run.scrollIntoView();
  run.querySelector("summary").focus({ preventScroll: true });
}
addEventListener("hashchange", follow);
follow();
