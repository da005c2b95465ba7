/* The keyboard on the map: one tab stop for all features, arrows between those in view. */
(function () {
  "use strict";

  const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  const ROW = 40; // pixels of height that count as one line of reading
  let here = ""; // id of the feature that Tab leads to
  let ring = null;

  function target(it) {
    return (it.hit || it.path).getElement();
  }

  /* What answers in view, in reading order, each with a point of it on the screen. */
  function inView() {
    const size = geobrief.map.getSize();
    const found = [];
    geobrief.items.forEach((it, id) => {
      if (!it.feature.interactive || geobrief.map.getPane(it.layer.pane).style.display === "none") return;
      if (it.layer.quiet && !geobrief.shining.has(id)) return;
      const at = spot(it, size);
      if (at) found.push({ id, it, at });
    });
    const row = (one) => Math.floor(one.at.y / ROW);
    return found.sort((a, b) => row(a) - row(b) || a.at.x - b.at.x);
  }

  /* A point symbol's place; of a line or an area the vertex in view that is nearest to their middle. */
  function spot(it, size) {
    const map = geobrief.map;
    const seen = (p) => p.x >= 0 && p.y >= 0 && p.x <= size.x && p.y <= size.y;
    if (it.symbol.kind === "point") {
      const p = map.latLngToContainerPoint(it.latlngs);
      return seen(p) ? p : null;
    }
    const points = (it.path._parts || []).flat().map((p) => map.layerPointToContainerPoint(p)).filter(seen);
    if (!points.length) {
      const around = it.path.getBounds().contains(map.getCenter()) && it.symbol.kind === "fill";
      return around ? L.point(size.x / 2, size.y / 2) : null;
    }
    const middle = points.reduce((sum, p) => sum.add(p), L.point(0, 0)).divideBy(points.length);
    if (it.symbol.kind === "fill") return middle;
    return points.reduce((best, p) => (p.distanceTo(middle) < best.distanceTo(middle) ? p : best));
  }

  /* Tab leads to the last one in use while it is in view, else to what is nearest to the middle. */
  function reachable() {
    const list = inView();
    if (!list.some((one) => one.id === here)) {
      const middle = geobrief.map.getSize().divideBy(2);
      const nearest = list.slice().sort((a, b) => a.at.distanceTo(middle) - b.at.distanceTo(middle))[0];
      here = nearest ? nearest.id : "";
    }
    geobrief.items.forEach((it, id) => {
      if (it.feature.interactive) target(it).setAttribute("tabindex", id === here ? "0" : "-1");
    });
    if (ring) show(document.activeElement && geobrief.items.get(document.activeElement.dataset.id));
  }

  function next(id, key) {
    const list = inView();
    const index = list.findIndex((one) => one.id === id);
    if (key === "Home") return list[0];
    if (key === "End") return list[list.length - 1];
    if (key === "PageDown") return list[(index + 1) % list.length];
    if (key === "PageUp") return list[(index - 1 + list.length) % list.length];
    const [dx, dy] = STEPS[key];
    const from = index < 0 ? geobrief.map.getSize().divideBy(2) : list[index].at;
    let best = null;
    list.forEach((one) => {
      const x = one.at.x - from.x, y = one.at.y - from.y;
      const along = x * dx + y * dy, aside = Math.abs(x * dy) + Math.abs(y * dx);
      if (one.id === id || along < 1) return;
      const cost = along + 2 * aside;
      if (!best || cost < best.cost) best = { one, cost };
    });
    return best && best.one;
  }

  function pressed(it, event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") {
      geobrief.choose(it.feature.id, event.shiftKey);
    } else if (event.key in STEPS || ["Home", "End", "PageUp", "PageDown"].includes(event.key)) {
      const one = next(it.feature.id, event.key);
      if (one) target(one.it).focus({ preventScroll: true });
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  function keyed(it, element) {
    element.setAttribute("tabindex", "-1");
    element.addEventListener("keydown", (event) => pressed(it, event));
    element.addEventListener("focus", () => {
      if (!element.matches(":focus-visible")) return;
      here = it.feature.id;
      reachable();
      show(it);
    });
    element.addEventListener("blur", () => { show(null); geobrief.tip(""); });
  }

  /* A ring over everything, on a pale edge, so that it is seen on any ground; and the name. */
  function show(it) {
    if (ring) ring.remove();
    ring = null;
    if (!it) return;
    const base = { pane: "focus", interactive: false, fill: false };
    const edge = Object.assign({ color: geobrief.page.colours.halo, weight: 6, opacity: 0.9, className: "gb-focus-edge" }, base);
    const line = Object.assign({ color: geobrief.page.colours.select, weight: 2, opacity: 1, className: "gb-focus" }, base);
    const drawn = (style) => {
      if (it.symbol.kind === "point") return L.circleMarker(it.latlngs, Object.assign({ radius: it.symbol.radius + 5 }, style));
      return it.symbol.kind === "fill" ? L.polygon(it.latlngs, style) : L.polyline(it.latlngs, style);
    };
    ring = L.layerGroup([drawn(edge), drawn(line)]).addTo(geobrief.map);
    const at = spot(it, geobrief.map.getSize());
    if (at) geobrief.tip(geobrief.describe(it.feature), at);
  }

  function skip(event) {
    event.preventDefault();
    document.querySelector("#places summary").focus();
  }

  Object.assign(geobrief, { keyed, reachable, skip });
})();
