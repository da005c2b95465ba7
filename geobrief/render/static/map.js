/* The map page's behaviour. It reads data only: the spec and the page's wording from JSON blocks,
   the geometry from the page's own script, which calls geobrief.raster, .vector and .ready, and
   from a second one, which calls geobrief.refine, when the reader comes closer. */
(function () {
  "use strict";

  const framed = window.parent !== window;
  if (framed) document.documentElement.classList.add("framed");
  const holder = window.frameElement; // null where another origin holds the frame
  const presented = Boolean(holder && "presented" in holder.dataset);
  if (presented) document.documentElement.classList.add("presented");

  // Panes that are moved in three dimensions are layers of their own, some twenty of the map's size.
  L.Browser.ie3d = true;

  const reduced = window.matchMedia("(prefers-reduced-motion: reduce)");
  const FINEST = 10000; // steps in a degree of packed points
  const ROUGH = 0.6; // pixels of a step from which on lines are to be finer
  const MOVES_AFTER = 60; // ms in which the light is painted, before the map moves to it
  const items = new Map(); // feature id -> item
  const layers = new Map(); // layer id -> { id, pane, items, image }
  let map, spec, page, features, symbols, box;
  let units = FINEST; // steps in a degree of packed lines
  let finer = ""; // address of the script that has them finer, until it is asked
  let lit = []; // ids that were chosen
  let shining = new Set(); // what shows them: themselves, or the parts of a record
  let halos = [];
  let pristine = true; // the reader has not moved the map yet
  let quiet = false;
  let exact = false; // as the page came

  const SymbolMarker = L.CircleMarker.extend({
    _updatePath: function () {
      const shape = this.options.shape;
      if (shape === "circle" || !this._renderer._setPath) {
        this._renderer._updateCircle(this);
      } else {
        this._renderer._setPath(this, this._empty() ? "M0 0" : outline(shape, this._point, this._radius));
      }
    },
  });

  function outline(shape, at, radius) {
    const r = shape === "diamond" ? radius * 1.25 : radius * 0.9;
    const corners = shape === "diamond" ? [[0, -r], [r, 0], [0, r], [-r, 0]] : [[-r, -r], [r, -r], [r, r], [-r, r]];
    return "M" + corners.map(([x, y]) => (at.x + x).toFixed(1) + " " + (at.y + y).toFixed(1)).join("L") + "z";
  }

  function json(id) {
    return JSON.parse(document.getElementById(id).textContent);
  }

  function begin(target, ground, steps) {
    map = target;
    units = steps;
    finer = document.currentScript.dataset.finer || "";
    spec = json("spec");
    page = json("page");
    exact = page.exact;
    symbols = new Map(spec.symbols);
    features = new Map();
    spec.layers.forEach((layer) => layer.features.forEach((f) => features.set(f.id, f)));
    spec.records.concat(spec.unplaced).forEach((f) => features.set(f.id, f));
    map.fitBounds(latLngBounds(spec.extent), { animate: false });
    if (ground) sea(ground);
    geobrief.furnish();
    fit(spec.extent, page.exact); // before anything is drawn that would have to be drawn again
  }

  /* `ground` is the box of the lowest area layer: the sea ends where the land does. */
  function sea(ground) {
    // Beyond the data the sheet stays blank, as in print: water there would be an invention.
    // The sea lies inside the map, not behind it: the relief can only multiply with what is there.
    map.createPane("sea").style.zIndex = 390;
    L.rectangle(latLngBounds(ground), {
      pane: "sea", renderer: L.svg({ pane: "sea", padding: 0.5 }), interactive: false, className: "gb-sea",
      stroke: false, fillColor: page.colours.water, fillOpacity: 1,
    }).addTo(map);
    box = latLngBounds(ground);
    limit();
    map.setMaxBounds(box.pad(0.35));
  }

  /* No farther out than the whole ground: there is nothing else to see. */
  function limit() {
    if (box) map.setMinZoom(Math.floor(map.getBoundsZoom(box) * 10 - 1) / 10);
  }

  function latLngBounds(e) {
    return L.latLngBounds([e[1], e[0]], [e[3], e[2]]);
  }

  function raster(id, pane, url, bounds) {
    map.getPane(pane).classList.add("gb-multiply");
    const image = L.imageOverlay(url, latLngBounds(bounds), { pane, interactive: false, alt: "", opacity: reliefOpacity() });
    image.addTo(map);
    layers.set(id, { id, pane, items: [], image });
  }

  function reliefOpacity() {
    const drawn = Array.from(symbols.values()).find((symbol) => symbol.kind === "raster");
    return drawn ? drawn.opacity : 1;
  }

  function vector(id, pane, kind, geometries, anchors) {
    const told = spec.layers.find((l) => l.id === id);
    const layer = { id, pane, kind, quiet: told.quiet, items: [] };
    layers.set(id, layer);
    if (layer.quiet) map.getPane(pane).classList.add("gb-quiet");
    const renderer = L.svg({ pane, padding: 0.3 });
    const drawn = told.features.filter((f) => f.id in geometries);
    const made = drawn.map((f) => item(f, layer, geometries[f.id], anchors[f.id] || [], renderer));
    made.forEach((it) => it.casing && it.casing.addTo(map));
    made.forEach((it) => it.path.addTo(map));
    made.forEach((it) => it.hit && it.hit.addTo(map));
    made.forEach(prepare);
    layer.items = made;
  }

  function item(feature, layer, geometry, anchors, renderer) {
    const symbol = symbols.get(feature.symbol);
    const latlngs = coordinates(geometry);
    const base = { pane: layer.pane, renderer, interactive: false, bubblingMouseEvents: false };
    const it = { feature, symbol, latlngs, anchors, layer, base, casing: null, hit: null, path: null };
    if (symbol.kind === "point") {
      const at = Array.isArray(latlngs) ? latlngs[0] : latlngs;
      it.latlngs = at;
      it.path = new SymbolMarker(at, Object.assign({}, base, pointStyle(symbol), { interactive: feature.interactive }));
    } else if (symbol.kind === "fill") {
      it.path = L.polygon(latlngs, Object.assign({}, base, fillStyle(symbol), { interactive: feature.interactive }));
    } else {
      if (symbol.casing) it.casing = L.polyline(latlngs, Object.assign({}, base, casingStyle(symbol)));
      it.path = L.polyline(latlngs, Object.assign({}, base, lineStyle(symbol)));
      if (feature.interactive) {
        it.hit = L.polyline(latlngs, Object.assign({}, base, { interactive: true, weight: 14, opacity: 0, color: page.colours.ink }));
      }
    }
    items.set(feature.id, it);
    return it;
  }

  /* Geometry as its kind and its lines, nested as in GeoJSON; a line is x and y in turn, in steps
     of a degree, each from the point before. */
  function coordinates([kind, lines]) {
    const depth = { Point: 0, MultiPoint: 0, LineString: 0, MultiLineString: 1, Polygon: 1, MultiPolygon: 2 }[kind];
    const found = unpacked(lines, depth, kind.endsWith("Point") ? FINEST : units);
    return kind === "Point" ? found[0] : found;
  }

  function unpacked(lines, depth, units) {
    if (depth) return lines.map((line) => unpacked(line, depth - 1, units));
    const found = [];
    for (let i = 0, x = 0, y = 0; i < lines.length; i += 2) {
      x += lines[i];
      y += lines[i + 1];
      found.push(L.latLng(y / units, x / units));
    }
    return found;
  }

  /* Ask for finer lines where a step of the ones that are there would show. */
  function closer() {
    if (!finer || 256 * Math.pow(2, map.getZoom()) / 360 / units < ROUGH) return;
    const script = document.createElement("script");
    script.src = finer;
    finer = "";
    document.body.append(script);
  }

  /* Draw lines and areas anew; `drawn` has their geometries by layer and feature. */
  function refine(steps, drawn) {
    units = steps;
    Object.keys(drawn).forEach((id) => layers.get(id).items.forEach((it) => {
      it.latlngs = coordinates(drawn[id][it.feature.id]);
      [it.casing, it.path, it.hit].forEach((part) => part && part.setLatLngs(it.latlngs));
    }));
    relight();
    document.body.dataset.finer = "1";
  }

  function dashes(symbol) {
    return symbol.dash.length ? symbol.dash.map((d) => (d * symbol.width).toFixed(2)).join(" ") : null;
  }

  function lineStyle(s) {
    return { color: s.stroke, weight: s.width, opacity: s.opacity, dashArray: dashes(s), lineCap: s.dash.length ? "butt" : "round", fill: false };
  }

  function casingStyle(s) {
    return { color: s.casing, weight: s.casing_width, opacity: s.casing_opacity, className: "gb-casing", fill: false };
  }

  function fillStyle(s) {
    return {
      stroke: Boolean(s.stroke && s.width), color: s.stroke || s.fill, weight: s.width, opacity: s.opacity, dashArray: dashes(s),
      fill: Boolean(s.fill), fillColor: s.fill, fillOpacity: s.hollow ? 0 : s.fill_opacity,
    };
  }

  function pointStyle(s) {
    return {
      shape: s.shape, radius: s.radius, color: s.stroke, weight: s.width, opacity: s.opacity,
      fill: true, fillColor: s.hollow ? page.colours.halo : s.fill, fillOpacity: s.fill_opacity,
    };
  }

  /* Everything a feature answers to: pointer, keyboard, and a name for those who do not see it. */
  function prepare(it) {
    const drawn = it.path.getElement();
    drawn.setAttribute("data-feature", it.feature.id);
    drawn.classList.add("gb-feature", "gb-" + it.symbol.kind);
    if (!it.feature.interactive) return;
    const target = it.hit || it.path;
    const element = target.getElement();
    element.setAttribute("data-id", it.feature.id);
    element.setAttribute("role", "button");
    element.setAttribute("aria-label", describe(it.feature));
    pressed(it, false);
    element.classList.add("gb-target");
    const hover = (on) => drawn.classList.toggle("is-hover", on);
    target.on("click", (e) => { L.DomEvent.stopPropagation(e); choose(it.feature.id, e.originalEvent.shiftKey); });
    target.on("mouseover mousemove", (e) => { hover(true); geobrief.tip(describe(it.feature), e.containerPoint); });
    target.on("mouseout", () => { hover(false); geobrief.tip(""); });
    geobrief.keyed(it, element);
  }

  function describe(feature) {
    const kind = page.kinds[feature.symbol];
    return kind && kind !== feature.name ? feature.name + " · " + kind : feature.name;
  }

  /* The reader chose: light it and tell the page around us. */
  function choose(id, more, options) {
    let ids = id ? [id] : [];
    if (id && more) ids = lit.includes(id) ? lit.filter((other) => other !== id) : lit.concat(id);
    else if (id && lit.length === 1 && lit[0] === id) ids = [];
    if (!ids.length && !lit.length) return;
    select(ids, options);
    emit("select", { ids: lit.slice(), passages: passagesOf(lit) });
  }

  function passagesOf(ids) {
    const known = ids.map((id) => features.get(id)).filter(Boolean);
    return Array.from(new Set(known.flatMap((feature) => feature.passages)));
  }

  function select(ids, options) {
    const before = new Set([...lit, ...shining]);
    lit = Array.from(new Set(ids)).filter((id) => features.has(id));
    shining = new Set(lit.flatMap((id) => [id, ...features.get(id).parts]).filter((id) => items.has(id)));
    relight();
    new Set([...before, ...lit, ...shining]).forEach((id) => items.has(id) && mark(items.get(id)));
    document.body.dataset.selected = lit.join(",");
    geobrief.selectionChanged(lit, passagesOf(lit));
    // The light is painted first; moving the map takes longer than a reader should wait for it.
    if (options && options.move) setTimeout(move, MOVES_AFTER);
    else if (!options || !options.first) geobrief.placeLabels();
  }

  function mark(it) {
    it.path.getElement().classList.toggle("is-lit", shining.has(it.feature.id));
    if (it.feature.interactive) pressed(it, lit.includes(it.feature.id));
  }

  function pressed(it, on) {
    (it.hit || it.path).getElement().setAttribute("aria-pressed", String(on));
  }

  function relight() {
    halos.forEach((halo) => halo.remove());
    halos = Array.from(shining, (id) => halo(items.get(id)));
  }

  function halo(it) {
    const colour = page.colours.select;
    const style = Object.assign({}, it.base, { color: colour, className: "gb-halo", fill: false });
    if (it.symbol.kind === "point") {
      const ring = { radius: it.symbol.radius + 7, weight: 3, opacity: 1, fill: true, fillColor: colour, fillOpacity: 0.28 };
      return L.circleMarker(it.latlngs, Object.assign(style, ring)).addTo(map).bringToBack();
    }
    if (it.symbol.kind === "fill") {
      delete style.renderer;
      const area = { pane: "lit", weight: 2.6, opacity: 1, fill: true, fillColor: colour, fillOpacity: 0.12 };
      return L.polygon(it.latlngs, Object.assign(style, area)).addTo(map);
    }
    const wide = { weight: Math.max(it.symbol.width, it.symbol.casing_width * 0.6) + 8, opacity: 0.5 };
    return L.polyline(it.latlngs, Object.assign(style, wide)).addTo(map).bringToBack();
  }

  /* Bring the lit features into view: nearer where they would be small, not at all where they fill it. */
  function move() {
    const bounds = L.latLngBounds([]);
    shining.forEach((id) => bounds.extend(items.get(id).path.getBounds ? items.get(id).path.getBounds() : items.get(id).latlngs));
    if (!bounds.isValid()) return geobrief.placeLabels();
    const clear = room(30), padding = clear.topLeft.add(clear.bottomRight);
    const nearest = Math.min(8, map.getBoundsZoom(bounds, false, padding));
    if (map.getBounds().contains(bounds) && map.getZoom() >= nearest - 1 && map.getZoom() <= nearest + 1.5) {
      return geobrief.placeLabels();
    }
    map.fitBounds(bounds, {
      maxZoom: 8, animate: !reduced.matches, duration: 0.5,
      paddingTopLeft: clear.topLeft, paddingBottomRight: clear.bottomRight,
    });
    geobrief.placeLabels();
  }

  /* What legend and buttons cover, and `more` pixels around; at most half of a small frame, as no
     zoom fits into less than nothing. */
  function room(more) {
    const covered = geobrief.room(), size = map.getSize();
    const part = (a, b, most) => Math.min(1, most / 2 / Math.max(1, a + b + 2 * more));
    const x = part(covered.left, covered.right, size.x), y = part(covered.top, covered.bottom, size.y);
    return {
      topLeft: L.point((covered.left + more) * x, (covered.top + more) * y),
      bottomRight: L.point((covered.right + more) * x, (covered.bottom + more) * y),
    };
  }

  /* Show an extent: a link's exactly, the sheet's own clear of legend and buttons. */
  function fit(extent, exact) {
    const clear = exact ? {} : room(0);
    quietly(() => map.fitBounds(latLngBounds(extent), {
      animate: false, paddingTopLeft: clear.topLeft, paddingBottomRight: clear.bottomRight,
    }));
  }

  /* Back to what the page came with: its extent, and what was selected. */
  function restore() {
    if (map._animatingZoom) { map.once("moveend", restore); return; } // its end would win
    if (!pristine || page.exact !== exact) {
      page.exact = exact;
      pristine = true;
      fit(spec.extent, exact);
      geobrief.viewDrawn();
    }
    if (lit.join() !== page.select.join()) select(page.select, {});
  }

  /* What the map shows, as parts of the world's width in Web Mercator, and its width in pixels. */
  function place() {
    const corner = map.getPixelBounds().min, world = 256 * Math.pow(2, map.getZoom()), size = map.getSize();
    return { left: corner.x / world, top: corner.y / world, width: size.x / world, height: size.y / world, pixels: size.x };
  }

  /* Show what a map of another size shows; told by `place`. */
  function follow(at) {
    const zoom = Math.log2(map.getSize().x / (256 * at.width));
    const middle = L.point(at.left + at.width / 2, at.top + at.height / 2).multiplyBy(256 * Math.pow(2, zoom));
    quietly(() => map.setView(map.unproject(middle, zoom), zoom, { animate: false }));
    pristine = false;
    geobrief.viewDrawn();
  }

  /* Move without telling anybody: only the reader's own moves belong in the link. */
  function quietly(action) {
    quiet = true;
    action();
    quiet = false;
  }

  function reset() {
    fit(page.home, false);
    pristine = true;
    page.exact = false;
    viewChanged();
  }

  function moved() {
    if (quiet) return;
    pristine = false;
    closer();
    viewChanged();
  }

  /* The extent in view, on the globe: a link knows no other. */
  function view() {
    const b = map.getBounds();
    const held = (v, most) => Math.round(Math.max(-most, Math.min(most, v)) * 1e4) / 1e4;
    const bbox = [held(b.getWest(), 180), held(b.getSouth(), 85), held(b.getEast(), 180), held(b.getNorth(), 85)];
    return { bbox, layers: geobrief.shownLayers() };
  }

  function emit(name, detail) {
    window.dispatchEvent(new CustomEvent("geobrief:" + name, { detail }));
  }

  let waiting = 0;
  function viewChanged() {
    document.body.dataset.zoom = String(map.getZoom());
    geobrief.viewDrawn();
    clearTimeout(waiting);
    waiting = setTimeout(() => emit("view", view()), 150);
  }

  function show(id, on) {
    const layer = layers.get(id);
    if (layer) map.getPane(layer.pane).style.display = on ? "" : "none";
    geobrief.placeLabels();
    viewChanged();
  }

  /* Names are placed once, when their fonts are there. */
  function ready() {
    map.on("click", () => choose("", false));
    map.on("moveend", moved);
    document.addEventListener("keydown", (e) => { if (e.key === "Escape") choose("", false); });
    new ResizeObserver(resized).observe(map.getContainer());
    select(page.select, { first: true });
    document.body.dataset.zoom = String(map.getZoom());
    document.fonts.ready.then(() => {
      geobrief.remeasure();
      geobrief.viewDrawn();
      document.body.dataset.ready = "1";
      emit("ready", view());
      closer();
    });
  }

  function resized() {
    const box = map.getContainer(), size = map.getSize();
    if (!box.clientWidth || !box.clientHeight) return; // the page has put its frame away
    if (box.clientWidth === size.x && box.clientHeight === size.y) return;
    quietly(() => { map.invalidateSize({ animate: false }); limit(); });
    if (pristine) fit(page.exact ? spec.extent : page.home, page.exact);
    if (document.body.dataset.ready) geobrief.viewDrawn();
  }

  window.geobrief = {
    begin, raster, vector, refine, ready, choose, describe, select, reset, show, view, passagesOf, framed, presented, items, layers,
    get map() { return map; }, get spec() { return spec; }, get page() { return page; },
    get ground() { return box; }, get lit() { return lit; }, get shining() { return shining; },
  };
  window.geobriefMap = {
    select, view, selected: () => lit.slice(), link: () => geobrief.link(),
    place, follow, restore, ready: () => document.body.dataset.ready === "1",
    get element() { return map.getContainer(); },
  };
})();
