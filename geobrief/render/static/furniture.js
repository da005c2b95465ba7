/* What stands around the map: legend switches, buttons, scale bar, graticule, link, list of places. */
(function () {
  "use strict";

  const $ = (selector) => document.querySelector(selector);
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const EDGE = 26;
  const NARROW = 90; // pixels of a scale bar without room for a third number
  let grid = null;

  function furnish() {
    const map = geobrief.map;
    grid = L.layerGroup().addTo(map);
    $("#zoom-in").addEventListener("click", () => map.zoomIn());
    $("#zoom-out").addEventListener("click", () => map.zoomOut());
    $("#reset").addEventListener("click", geobrief.reset);
    $("#copy").addEventListener("click", copy);
    all("[data-layer]").forEach((box) => box.addEventListener("change", () => toggle(box)));
    all("[data-select]").forEach((button) => button.addEventListener("click", () => {
      geobrief.choose(button.dataset.select, false, { move: true });
    }));
    all("[data-features]").forEach((passage) => passage.addEventListener("click", () => {
      const ids = passage.dataset.features.split(" ").filter(Boolean);
      geobrief.select(ids, { move: true });
      window.dispatchEvent(new CustomEvent("geobrief:select", { detail: { ids: geobrief.lit, passages: geobrief.passagesOf(ids) } }));
    }));
    if (window.matchMedia("(max-width: 640px)").matches) all("#legend details, .gb-sources").forEach((part) => { part.open = false; });
    $("#legend details").addEventListener("toggle", geobrief.placeLabels);
  }

  function toggle(box) {
    if (geobrief.layers.has(box.dataset.layer)) {
      geobrief.show(box.dataset.layer, box.checked);
      return;
    }
    window.dispatchEvent(new CustomEvent("geobrief:view", { detail: geobrief.view() }));
    location.replace(location.pathname + "?" + query());
  }

  /* Ids of the switchable layers that are on, as in the URL: empty where all are. */
  function shownLayers() {
    const boxes = all("[data-layer]");
    const on = boxes.filter((box) => box.checked).map((box) => box.dataset.layer);
    if (on.length === boxes.length) return [];
    return on.length ? on : ["none"];
  }

  function query() {
    const { bbox, layers } = geobrief.view();
    const values = Object.assign({}, geobrief.page.query, { bbox: bbox.join(","), layers: layers.join(","), select: geobrief.lit.join(",") });
    const out = new URLSearchParams();
    Object.keys(values).forEach((key) => values[key] && out.set(key, values[key]));
    return out.toString();
  }

  function link() {
    let page = location;
    if (geobrief.framed) {
      try { page = window.parent.location; void page.href; } catch (error) { page = location; }
    }
    return page.origin + page.pathname + "?" + query();
  }

  async function copy() {
    const text = geobrief.page.text;
    try {
      await navigator.clipboard.writeText(link());
      say(text.copied);
    } catch (error) {
      const field = $("#link");
      field.hidden = false;
      field.value = link();
      field.select();
      say(text.copy_yourself);
    }
  }

  let fading = 0;
  function say(message) {
    const box = $("#status");
    box.textContent = message;
    clearTimeout(fading);
    fading = setTimeout(() => { box.textContent = ""; $("#link").hidden = true; }, 6000);
  }

  function tip(text, at) {
    const box = $("#tip");
    box.hidden = !text;
    if (!text) return;
    box.textContent = text;
    const width = geobrief.map.getSize().x;
    const left = at.x > width * 0.65;
    box.style.transform = "translate(" + (at.x + (left ? -14 : 14)) + "px," + (at.y + 14) + "px)" + (left ? " translateX(-100%)" : "");
  }

  /* A round length in kilometres, at most 130 px long at the middle of the map. */
  function scale() {
    const map = geobrief.map, y = map.getSize().y / 2;
    const metres = map.distance(map.containerPointToLatLng([0, y]), map.containerPointToLatLng([100, y]));
    const longest = (metres * 1.3) / 1000;
    const power = Math.pow(10, Math.floor(Math.log10(longest)));
    const length = power * [5, 2, 1].find((n) => n * power <= longest);
    const bar = $("#scale");
    bar.style.width = Math.round((length * 1000 * 100) / metres) + "px";
    bar.dataset.km = String(length);
    $("#scale-end").textContent = String(length) + " " + geobrief.page.text.km;
    $("#scale-middle").textContent = bar.offsetWidth < NARROW ? "" : String(length / 2);
  }

  function graticule() {
    const map = geobrief.map, b = map.getBounds(), zoom = map.getZoom();
    const step = zoom >= 8.5 ? 0.5 : zoom >= 7 ? 1 : zoom >= 5.6 ? 2 : zoom >= 4 ? 5 : zoom >= 3 ? 10 : 30;
    const box = $("#degrees");
    grid.clearLayers();
    box.replaceChildren();
    const style = { pane: "graticule", color: geobrief.page.colours.ink, weight: 0.6, opacity: 0.16, interactive: false };
    const each = (from, to, draw) => {
      for (let v = Math.ceil(from / step) * step; v <= to; v += step) draw(Math.round(v * 10) / 10);
    };
    each(Math.max(b.getWest(), -180), Math.min(b.getEast(), 180), (lng) => {
      L.polyline([[-85, lng], [85, lng]], style).addTo(grid);
      degree(box, "gb-lon", Math.abs(lng) + "° " + geobrief.page.text[lng < 0 ? "west" : "east"], map.latLngToContainerPoint([b.getNorth(), lng]).x);
    });
    each(b.getSouth(), b.getNorth(), (lat) => {
      L.polyline([[lat, -180], [lat, 180]], style).addTo(grid);
      degree(box, "gb-lat", Math.abs(lat) + "° " + geobrief.page.text[lat < 0 ? "south" : "north"], map.latLngToContainerPoint([lat, b.getWest()]).y);
    });
  }

  /* Near a corner a degree would lie over another one or leave the frame. */
  function degree(box, kind, text, at) {
    const size = geobrief.map.getSize();
    if (at < EDGE || at > (kind === "gb-lon" ? size.x : size.y) - EDGE) return;
    const span = document.createElement("span");
    span.className = kind;
    span.textContent = text;
    span.style[kind === "gb-lon" ? "left" : "top"] = Math.round(at) + "px";
    box.appendChild(span);
  }

  function viewDrawn() {
    scale();
    graticule();
    geobrief.placeLabels();
    geobrief.reachable();
    refreshLinks();
  }

  function refreshLinks() {
    const q = query();
    $("#download").href = geobrief.page.image + "?" + q;
    if (!geobrief.framed && document.body.dataset.ready) history.replaceState(null, "", location.pathname + "?" + q);
  }

  function selectionChanged(ids, passages) {
    all("[data-select]").forEach((button) => {
      const on = ids.includes(button.dataset.select);
      button.setAttribute("aria-pressed", String(on));
      button.closest("tr").classList.toggle("is-lit", on);
    });
    all("[data-passage]").forEach((quote) => quote.classList.toggle("is-lit", passages.includes(quote.dataset.passage)));
    refreshLinks();
  }

  /* Rectangles of the panels over the map, in its own pixels; labels keep out of them. */
  function covered() {
    const frame = geobrief.map.getContainer().getBoundingClientRect();
    return all(".gb-over").filter((e) => e.offsetParent).map((e) => {
      const r = e.getBoundingClientRect();
      return [r.left - frame.left - 2, r.top - frame.top - 2, r.right - frame.left + 2, r.bottom - frame.top + 2];
    });
  }

  /* Pixels at each side that panels take from the map; none on a narrow screen. */
  function room() {
    const size = geobrief.map.getSize();
    const taken = { left: 12, top: 22, right: 12, bottom: 12 };
    if (size.x < 900) return taken;
    const [start, end] = document.documentElement.dir === "rtl" ? ["right", "left"] : ["left", "right"];
    const width = (selector) => $(selector).offsetWidth + 16;
    const legend = $("#legend details").open ? width("#legend") : 0;
    taken.top = 62;
    if (size.x - legend > size.y * 0.95) taken[start] = Math.max(legend, taken[start]); // room to spare
    if ($("#places").open) taken[end] = width(".gb-places-panel");
    return taken;
  }

  Object.assign(geobrief, { furnish, tip, viewDrawn, selectionChanged, covered, room, shownLayers, link });
})();
