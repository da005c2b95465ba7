/* A briefing in one file. What its maps share stands in the page once; the page of a map is put
   together when its turn comes, and takes the rest from `geobriefHeld`. Here too: the facts of the
   places that are chosen. */
(function () {
  "use strict";

  const $ = (selector) => document.querySelector(selector);
  const MOST = 6; // cards that are shown of more chosen places
  const PATIENCE = 10000; // milliseconds that the first slide may take to be drawn
  const kept = new Map(); // selector -> what stands there

  function json(selector) {
    if (!kept.has(selector)) kept.set(selector, JSON.parse($(selector).textContent));
    return kept.get(selector);
  }

  const named = (name, value) => "[data-" + name + '="' + CSS.escape(value) + '"]';

  /* Each line of a geometry comes as an encoded polyline and goes as a list of whole numbers. */
  const shapes = new Map();

  function geometry(id) {
    if (!shapes.has(id)) {
      const drawn = json(named("geometry", id));
      Object.keys(drawn).forEach((feature) => { drawn[feature][1] = decoded(drawn[feature][1]); });
      shapes.set(id, drawn);
    }
    return shapes.get(id);
  }

  function decoded(lines) {
    if (Array.isArray(lines)) return lines.map(decoded);
    const found = [];
    for (let i = 0, value = 0, shift = 0; i < lines.length; i += 1) {
      const bits = lines.charCodeAt(i) - 63;
      value |= (bits & 31) << shift;
      shift += 5;
      if (bits >= 32) continue;
      found.push(value & 1 ? ~(value >> 1) : value >> 1);
      value = shift = 0;
    }
    return found;
  }

  window.geobriefHeld = {
    layer: (number) => Object.assign({}, json(named("held", String(number)))),
    geometry,
    picture: (id) => $(named("picture", id)).textContent,
    get feature() { return json("#feature"); },
  };

  /* `index` counts slides from 0. A chart stands in the page as it is. A map's frame begins as an
     empty page and is filled before others hear that it has loaded. */
  window.geobriefFill = (element, index) => {
    if (element.localName !== "iframe") return;
    element.addEventListener("load", () => {
      if (element.contentWindow.location.href === "about:srcdoc") build(element.contentDocument, index + 1);
    }, { capture: true });
    element.srcdoc = "<!DOCTYPE html>";
  };

  function build(page, slide) {
    const figure = $("template" + named("figure", String(slide))), root = document.documentElement;
    const style = page.createElement("style"), part = (template) => page.importNode(template.content, true);
    page.documentElement.lang = root.lang;
    page.documentElement.dir = root.dir;
    Object.assign(page.body.dataset, { sheet: figure.dataset.sheet, digest: figure.dataset.digest });
    style.textContent = $("#fonts").textContent;
    page.head.append(style, part($("#frame-head")));
    page.body.append(part($("#frame-script")), part(figure));
  }

  /* Facts */

  const panel = $("#card");

  function cardOf(id) {
    const card = $("#sources " + named("card", id));
    return card ? card.cloneNode(true) : null;
  }

  window.addEventListener("geobrief:chosen", (event) => {
    const ids = event.detail.ids, shown = panel.dataset.ids || "";
    if (shown === ids.join()) return;
    panel.dataset.ids = ids.join();
    const cards = ids.slice(0, MOST).map(cardOf).filter(Boolean);
    if (ids.length > MOST) cards.push(document.createTextNode("… " + ids.length));
    panel.lastElementChild.replaceChildren(...cards);
    panel.hidden = !cards.length;
    panel.scrollTop = 0;
  });

  /* The page counts as loaded when its first slide is drawn: for whoever takes a picture of it then.
     A document that is still being written holds the load event back. */
  const holder = document.createElement("iframe");
  holder.hidden = true;
  document.body.append(holder);
  holder.contentDocument.open();

  function loaded() {
    if (!holder.isConnected) return;
    holder.contentDocument.close();
    holder.remove();
  }

  new MutationObserver(loaded).observe(document.body, { attributeFilter: ["data-drawn"] });
  setTimeout(loaded, PATIENCE);

  document.querySelectorAll("#sources > details").forEach((one) => { one.open = false; });
})();
