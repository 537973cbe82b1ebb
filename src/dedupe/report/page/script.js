"use strict";
// Narrows and unfolds the lists. Without it the page is whole: everything is there, and folds open.
(() => {
  const tools = document.getElementById("tools");
  if (!tools) return;
  const input = document.getElementById("filter");
  const matches = document.getElementById("matches");
  const lists = [...document.querySelectorAll(".filtered")];
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  let entries = null;

  const index = () => {
    entries ??= lists.map((list) =>
      [...list.querySelectorAll(":scope > .items > li")].map((item) => [item, fold(item.textContent)]));
    return entries;
  };

  const filter = () => {
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    let all = 0;
    index().forEach((list, at) => {
      let here = 0;
      for (const [item, text] of list) {
        const fits = words.every((word) => text.includes(word));
        item.hidden = !fits;
        here += fits;
      }
      lists[at].querySelector(".nomatch").hidden = here > 0;
      shown += here;
      all += list.length;
    });
    matches.textContent = words.length ? `${shown} of ${all} entries match` : "";
  };

  const unfold = (open) => {
    for (const item of document.querySelectorAll(".items > li:not([hidden]) > details")) item.open = open;
  };

  input.addEventListener("input", filter);
  for (const button of tools.querySelectorAll("button")) {
    button.addEventListener("click", () => unfold(button.dataset.open === "true"));
  }
  tools.hidden = false;
  if (input.value) filter();
})();
