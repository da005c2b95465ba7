/* What stands around the map: legend switches, buttons, scale bar, graticule, link, list of places. */
(function () {
  "use strict";

  const $ = (selector) => document.querySelector(selector);
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const EDGE = 26;
  const NARROW = 900; // pixels of a map that has no room for panels beside what it shows
  const PHONE = 640; // pixels of a phone's width, and less
  const ROOM = 24; // pixels that the numbers of the scale bar want between them
  const STEPS = [0.5, 1, 2, 5, 10, 30, 60, 90];
  const APART = 62; // pixels between two degrees, so that their numbers stand clear of each other
  let grid = null;

  function furnish() {
    const map = geobrief.map;
    grid = L.layerGroup().addTo(map);
    const frame = map.getContainer();
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", geobrief.page.text.map);
    frame.setAttribute("aria-describedby", "keys");
    $(".gb-skip").addEventListener("click", geobrief.skip);
    $("#zoom-in").addEventListener("click", () => map.zoomIn());
    $("#zoom-out").addEventListener("click", () => map.zoomOut());
    $("#reset").addEventListener("click", geobrief.reset);
    if (geobrief.framed && !geobrief.presented) tameWheel();
    if ($("#copy")) $("#copy").addEventListener("click", copy);
    all("[data-layer]").forEach((box) => box.addEventListener("change", () => toggle(box)));
    all("[data-select]").forEach((button) => button.addEventListener("click", () => {
      geobrief.choose(button.dataset.select, false, { move: true });
    }));
    all("button[data-features]").forEach((passage) => passage.addEventListener("click", () => {
      const ids = passage.dataset.features.split(" ").filter(Boolean);
      geobrief.select(ids, { move: true });
      window.dispatchEvent(new CustomEvent("geobrief:select", { detail: { ids: geobrief.lit, passages: geobrief.passagesOf(ids) } }));
    }));
    const narrow = (width) => window.matchMedia("(max-width: " + width + "px)").matches;
    if (narrow(PHONE)) $(".gb-sources").open = false;
    if (narrow(geobrief.presented ? PHONE : NARROW)) $("#legend details").open = false;
    const legend = $("#legend");
    if (geobrief.presented) legend.classList.toggle("is-tight", legend.scrollHeight > legend.clientHeight);
    $("#legend details").addEventListener("toggle", () => { if (document.body.dataset.ready) viewDrawn(); });
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

  /* Inside a page the wheel scrolls the page; it zooms once the reader has turned to the map. */
  function tameWheel() {
    const box = geobrief.map.getContainer(), wheel = geobrief.map.scrollWheelZoom;
    wheel.disable();
    let awake = false;
    box.addEventListener("wheel", (event) => {
      if (awake || event.ctrlKey || event.metaKey) wheel.enable();
      else { wheel.disable(); say(geobrief.page.text.wheel); }
    }, { capture: true, passive: true });
    box.addEventListener("mousedown", () => { awake = true; });
    box.addEventListener("mouseleave", () => { awake = false; });
  }

  let fading = 0;
  function say(message) {
    const box = $("#status");
    box.textContent = message;
    clearTimeout(fading);
    fading = setTimeout(() => { box.textContent = ""; if ($("#link")) $("#link").hidden = true; }, 6000);
  }

  function tip(text, at) {
    const box = $("#tip");
    box.hidden = !text;
    if (!text) return;
    box.textContent = text;
    const size = geobrief.map.getSize();
    const beside = at.x + 14 + box.offsetWidth > size.x ? at.x - 14 - box.offsetWidth : at.x + 14;
    const below = at.y + 14 + box.offsetHeight > size.y ? at.y - 10 - box.offsetHeight : at.y + 14;
    const held = (v, most) => Math.round(Math.max(2, Math.min(v, most - 2)));
    box.style.transform = "translate(" + held(beside, size.x - box.offsetWidth) + "px," + held(below, size.y - box.offsetHeight) + "px)";
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
    const middle = $("#scale-middle");
    middle.textContent = String(length / 2);
    const words = Array.from(middle.parentElement.children).reduce((sum, word) => sum + word.offsetWidth, 0);
    if (words + ROOM > bar.offsetWidth) middle.textContent = "";
  }

  function graticule() {
    const map = geobrief.map, b = map.getBounds();
    const pixels = (256 * Math.pow(2, map.getZoom())) / 360; // of a degree of longitude, and of latitude at the equator
    const step = STEPS.find((one) => one * pixels >= APART) || 90;
    const box = $("#degrees");
    grid.clearLayers();
    box.replaceChildren();
    const taken = covered();
    const style = { pane: "graticule", color: geobrief.page.colours.ink, weight: 0.6, opacity: 0.16, interactive: false };
    const each = (from, to, draw) => {
      for (let v = Math.ceil(from / step) * step; v <= to; v += step) draw(Math.round(v * 10) / 10);
    };
    each(Math.max(b.getWest(), -180), Math.min(b.getEast(), 180), (lng) => {
      L.polyline([[-85, lng], [85, lng]], style).addTo(grid);
      degree(box, taken, "gb-lon", Math.abs(lng) + "°" + (lng % 180 ? " " + geobrief.page.text[lng < 0 ? "west" : "east"] : ""), map.latLngToContainerPoint([b.getNorth(), lng]).x);
    });
    each(Math.max(b.getSouth(), -85), Math.min(b.getNorth(), 85), (lat) => {
      L.polyline([[lat, -180], [lat, 180]], style).addTo(grid);
      degree(box, taken, "gb-lat", Math.abs(lat) + "°" + (lat ? " " + geobrief.page.text[lat < 0 ? "south" : "north"] : ""), map.latLngToContainerPoint([lat, b.getWest()]).y);
    });
  }

  /* Near a corner a degree would lie over another one or leave the frame; a panel would cut it in two. */
  function degree(box, taken, kind, text, at) {
    const size = geobrief.map.getSize();
    if (at < EDGE || at > (kind === "gb-lon" ? size.x : size.y) - EDGE) return;
    const [x, y] = kind === "gb-lon" ? [at, 10] : [20, at];
    if (taken.some((r) => x + 20 > r[0] && x - 20 < r[2] && y + 7 > r[1] && y - 7 < r[3])) return;
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
    if (!$("#download")) return; // a page in a file of its own has no address to keep
    const q = query();
    all("[data-format]").forEach((link) => { link.href = geobrief.page.files + link.dataset.format + "?" + q; });
    if (!geobrief.framed && document.body.dataset.ready) history.replaceState(null, "", location.pathname + "?" + q);
  }

  function selectionChanged(ids, passages) {
    all("[data-select]").forEach((button) => {
      const on = ids.includes(button.dataset.select);
      if (button.getAttribute("aria-pressed") === String(on)) return;
      button.setAttribute("aria-pressed", String(on));
      button.closest("tr").classList.toggle("is-lit", on);
    });
    all("[data-passage]").forEach((quote) => quote.classList.toggle("is-lit", passages.includes(quote.dataset.passage)));
    refreshLinks();
  }

  /* Rectangles of the panels and numbers over the map, in its own pixels; labels keep out of them. */
  function covered() {
    const frame = geobrief.map.getContainer().getBoundingClientRect();
    return all(".gb-over, #degrees span").filter((e) => e.offsetParent).map((e) => {
      const r = e.getBoundingClientRect();
      return [r.left - frame.left - 2, r.top - frame.top - 2, r.right - frame.left + 2, r.bottom - frame.top + 2];
    });
  }

  /* Pixels at each side that panels take from the map; none on a narrow screen. */
  function room() {
    const size = geobrief.map.getSize();
    const taken = { left: 12, top: 22, right: 12, bottom: 12 };
    if (size.x < (geobrief.presented ? PHONE : NARROW)) return taken;
    const [start, end] = document.documentElement.dir === "rtl" ? ["right", "left"] : ["left", "right"];
    const width = (selector) => $(selector).offsetWidth + 16;
    const legend = $("#legend details").open ? width("#legend") : 0;
    if (!geobrief.presented) taken.top = 62; // the buttons
    if (size.x - legend > size.y * (geobrief.presented ? 0.75 : 0.95)) taken[start] = Math.max(legend, taken[start]); // room to spare
    if ($("#places").open) taken[end] = width(".gb-places-panel");
    return taken;
  }

  Object.assign(geobrief, { furnish, tip, viewDrawn, selectionChanged, covered, room, shownLayers, link });
})();
