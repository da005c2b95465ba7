/* Labels: placed anew after every move, by priority, none over another. Names are text, never HTML. */
(function () {
  "use strict";

  const around = [[1, 0], [-1, 0], [1, -1], [1, 1], [-1, -1], [-1, 1], [0, -1], [0, 1]];
  const labels = new Map(); // feature id -> { element, width, height, ... }
  const CELL = 6;

  function make(it) {
    const text = it.feature.label || it.feature.name;
    const element = document.createElement("span");
    element.className = "gb-label gb-label-" + it.feature.label_style;
    element.dir = "auto";
    element.textContent = text;
    element.dataset.label = it.feature.id;
    geobrief.map.getPane("labels").appendChild(element);
    const label = { it, element, width: 0, height: 0, placed: false };
    labels.set(it.feature.id, label);
    return label;
  }

  function measure(list) {
    list.forEach((label) => {
      if (label.width) return;
      label.width = label.element.offsetWidth;
      label.height = label.element.offsetHeight;
    });
  }

  function wanted() {
    const lit = geobrief.shining;
    const found = [];
    geobrief.layers.forEach((layer) => {
      if (geobrief.map.getPane(layer.pane).style.display === "none") return;
      layer.items.forEach((it) => {
        if ((!it.feature.label || layer.quiet) && !lit.has(it.feature.id)) return;
        found.push({ label: labels.get(it.feature.id) || make(it), rank: rankOf(it.feature, lit) });
      });
    });
    found.sort((a, b) => a.rank - b.rank);
    return found;
  }

  /* First what is lit, then by priority, and among equals what the passages speak of. */
  function rankOf(feature, lit) {
    if (lit.has(feature.id)) return 0;
    return feature.priority - (feature.passages.length ? 0.5 : 0);
  }

  /* Cells of the screen that a subject line runs through; labels keep off them where they can. */
  function lineCells() {
    const cells = new Set();
    geobrief.items.forEach((it) => {
      if (!it.casing || !it.path._parts) return;
      it.path._parts.forEach((part) => {
        for (let i = 1; i < part.length; i += 1) {
          const a = part[i - 1], b = part[i];
          const n = Math.max(1, Math.ceil(a.distanceTo(b) / CELL));
          for (let k = 0; k <= n; k += 1) {
            cells.add(Math.floor((a.x + ((b.x - a.x) * k) / n) / CELL) + ":" + Math.floor((a.y + ((b.y - a.y) * k) / n) / CELL));
          }
        }
      });
    });
    return cells;
  }

  function crossed(box, cells) {
    let count = 0;
    for (let x = Math.floor(box[0] / CELL); x <= box[2] / CELL; x += 1) {
      for (let y = Math.floor(box[1] / CELL); y <= box[3] / CELL; y += 1) if (cells.has(x + ":" + y)) count += 1;
    }
    return count;
  }

  function overlaps(a, b) {
    return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  }

  function place() {
    const map = geobrief.map;
    if (!map) return;
    const corner = map.containerPointToLayerPoint([0, 0]);
    const size = map.getSize();
    const frame = [corner.x + 4, corner.y + 4, corner.x + size.x - 4, corner.y + size.y - 4];
    const taken = geobrief.covered().map((r) => [r[0] + corner.x, r[1] + corner.y, r[2] + corner.x, r[3] + corner.y]);
    const symbols = pointBoxes();
    const cells = lineCells();
    const list = wanted();
    measure(list.map((entry) => entry.label));
    const placed = new Set();
    list.forEach(({ label, rank }) => {
      const needed = rank === 0 || (label.it.symbol.kind === "point" && label.it.feature.passages.length > 0);
      const best = choose(label, rank, frame, taken, symbols, cells)
        || (needed && choose(label, rank, frame, taken, [], cells)); // rather over a town's dot than not at all
      if (!best) return;
      taken.push(best.box);
      placed.add(label);
      const turn = best.angle ? " rotate(" + best.angle + "deg)" : "";
      label.element.style.transform = "translate(" + Math.round(best.x) + "px," + Math.round(best.y) + "px) translate(-50%,-50%)" + turn;
    });
    labels.forEach((label) => label.element.classList.toggle("is-placed", placed.has(label)));
    geobrief.items.forEach((it) => thin(it, placed));
    document.body.dataset.labels = String(placed.size);
  }

  /* A town that has no room for its name, and nothing to tell when clicked, waits for a nearer view. */
  function thin(it, placed) {
    if (it.symbol.kind !== "point" || it.feature.interactive || !it.feature.label) return;
    const shown = placed.has(labels.get(it.feature.id)) || geobrief.shining.has(it.feature.id);
    it.path.getElement().classList.toggle("is-thinned", !shown);
  }

  function pointBoxes() {
    const boxes = [];
    geobrief.items.forEach((it, id) => {
      if (it.symbol.kind !== "point" || !it.feature.interactive) return;
      if (it.layer.quiet && !geobrief.shining.has(id)) return;
      const p = geobrief.map.latLngToLayerPoint(it.latlngs);
      const r = it.symbol.radius + 2;
      boxes.push({ id, box: [p.x - r, p.y - r, p.x + r, p.y + r] });
    });
    return boxes;
  }

  function choose(label, rank, frame, taken, symbols, cells) {
    const pad = rank <= 4 ? 4 : 4 + (rank - 4) * 10; // the smaller the place, the more room it needs
    let best = null;
    candidates(label).some((spot) => {
      const turned = Math.abs(spot.angle) * Math.PI / 180;
      const w = label.width * Math.cos(turned) + label.height * Math.sin(turned);
      const h = label.height * Math.cos(turned) + label.width * Math.sin(turned);
      const box = [spot.x - w / 2, spot.y - h / 2, spot.x + w / 2, spot.y + h / 2];
      if (box[0] < frame[0] || box[1] < frame[1] || box[2] > frame[2] || box[3] > frame[3]) return false;
      const wide = [box[0] - pad, box[1] - pad / 3, box[2] + pad, box[3] + pad / 3];
      if (taken.some((other) => overlaps(wide, other))) return false;
      if (symbols.some((s) => s.id !== label.it.feature.id && overlaps(box, s.box))) return false;
      const cost = crossed(box, cells);
      if (!best || cost < best.cost) best = Object.assign(spot, { box, cost });
      return cost === 0;
    });
    return best;
  }

  function candidates(label) {
    const it = label.it, map = geobrief.map;
    if (it.symbol.kind === "point") {
      const p = map.latLngToLayerPoint(it.latlngs);
      const gap = it.symbol.radius + 4;
      return around.map(([dx, dy]) => {
        const diagonal = dx && dy ? 0.75 : 1;
        return { x: p.x + dx * (label.width / 2 + gap * diagonal), y: p.y + dy * (label.height / 2 + (dx ? 0 : gap * 0.6)), angle: 0 };
      });
    }
    if (it.symbol.kind !== "line") {
      return it.anchors.map(([lng, lat]) => Object.assign(map.latLngToLayerPoint([lat, lng]), { angle: 0 }));
    }
    return it.anchors.flatMap(([lng, lat, angle]) => beside(label, map.latLngToLayerPoint([lat, lng]), angle));
  }

  /* A thin line carries its name along itself; a subject line, with its casing, level and beside it. */
  function beside(label, p, angle) {
    const symbol = label.it.symbol;
    const gap = Math.max(symbol.width, symbol.casing_width, 6) / 2 + 4;
    if (label.it.feature.label_style === "line") {
      return [1, -1].flatMap((side) => [10, 30, 60].flatMap((away) => [0, -26, 26].map((down) => (
        { x: p.x + side * (label.width / 2 + gap + away), y: p.y + down, angle: 0 }))));
    }
    const turned = (angle * Math.PI) / 180;
    const offset = label.height / 2 + symbol.width;
    return [-1, 1].map((side) => ({ x: p.x - Math.sin(turned) * offset * side, y: p.y + Math.cos(turned) * offset * side, angle }));
  }

  /* Forget the sizes: they were taken before the fonts had arrived. */
  function remeasure() {
    labels.forEach((label) => { label.width = 0; });
  }

  Object.assign(geobrief, { placeLabels: place, remeasure });
})();
