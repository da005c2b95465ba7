/* Between the map and the words beside it, in a page that is one file: what the dashboard's bridge
   does there. `data-features` holds feature ids separated by commas; empty clears the selection. */
(function () {
  "use strict";

  const MOST = 2; // cards that are shown; of more features the names are listed
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const words = "[role=button][data-features]";
  const idsOf = (element) => element.dataset.features.split(",").filter(Boolean);
  let lit = "";

  function choose(element) {
    const wanted = element.dataset.features === lit ? [] : idsOf(element);
    geobriefMap.select(wanted, { move: true });
    show(geobriefMap.selected(), element.dataset.features);
  }

  function show(ids, asked) {
    lit = ids.length ? asked || ids.join(",") : "";
    all("[data-features]").forEach((element) => {
      const on = idsOf(element).some((id) => ids.includes(id));
      element.classList.toggle("is-marked", on);
      if (element.matches("[role=button]")) element.setAttribute("aria-pressed", String(on));
    });
    document.getElementById("hint").hidden = ids.length > 0;
    all("[data-card]").forEach((card) => { card.hidden = ids.length > MOST || !ids.includes(card.dataset.card); });
    list(ids.length > MOST ? ids : []);
  }

  function list(ids) {
    const box = document.getElementById("choices");
    box.hidden = !ids.length;
    document.getElementById("count").textContent = String(ids.length);
    box.querySelector("ul").replaceChildren(...ids.map((id) => {
      const title = document.querySelector('[data-card="' + CSS.escape(id) + '"] h3');
      const row = document.createElement("li"), button = document.createElement("span");
      button.className = "gb-link";
      button.setAttribute("role", "button");
      button.tabIndex = 0;
      button.dataset.features = id;
      button.textContent = title ? title.textContent : id;
      row.appendChild(button);
      return row;
    }));
  }

  document.addEventListener("click", (event) => {
    const element = event.target instanceof Element ? event.target.closest(words) : null;
    if (element && !String(window.getSelection())) choose(element);
  });
  document.addEventListener("keydown", (event) => {
    if ((event.key !== "Enter" && event.key !== " ") || !(event.target instanceof Element)) return;
    if (!event.target.matches(words)) return;
    event.preventDefault();
    choose(event.target);
  });
  window.addEventListener("geobrief:select", (event) => show(event.detail.ids));
  window.addEventListener("geobrief:ready", () => show(geobriefMap.selected()));
})();
