/* Labels: placed anew after every move, by priority, none over another. Names are text, never HTML. */
(function () {
  "use strict";

  const labels = new Map(); // feature id -> { element, width, height, ... }
  const SLACK = 4.5; // pixels of another symbol that a name of the passages may lie over, rather than wait
  const ROOMY = 16; // pixels around a point that a name of its neighbour leaves free where it can
  const NAMED_AT_ONCE = 8; // of more lit features only those have names that always have
  const CELL = 6;
  const FAINT = 0.1; // of its cost, where the name of a country crosses a thin line
  const ALOOF = 4; // pixels between the name of an area or a line and a symbol that it does not name

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
        const lightly = lit.has(it.feature.id) && lit.size <= NAMED_AT_ONCE;
        if ((!it.feature.label || layer.quiet) && !lightly) return;
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

  /* The cells of the screen that lines run through: whose they are, and what it costs to cover them. */
  function lineCells(frame) {
    const left = Math.floor(frame[0] / CELL), top = Math.floor(frame[1] / CELL);
    const across = Math.max(0, Math.floor(frame[2] / CELL) - left + 1), down = Math.max(0, Math.floor(frame[3] / CELL) - top + 1);
    const weights = new Float32Array(across * down), owners = new Int32Array(across * down);
    const ids = [];
    geobrief.items.forEach((it, id) => {
      if (it.symbol.kind !== "line" || !it.path._parts || it.layer.quiet || hidden(it.layer)) return;
      const weight = it.casing || it.feature.interactive ? 6 : 0.5;
      const owner = ids.push(id) - 1;
      it.path._parts.forEach((part) => {
        for (let i = 1; i < part.length; i += 1) {
          const a = part[i - 1], b = part[i];
          const n = Math.max(1, Math.ceil(a.distanceTo(b) / CELL));
          for (let k = 0; k <= n; k += 1) {
            const x = Math.floor((a.x + ((b.x - a.x) * k) / n) / CELL) - left, y = Math.floor((a.y + ((b.y - a.y) * k) / n) / CELL) - top;
            if (x < 0 || y < 0 || x >= across || y >= down || weights[y * across + x] >= weight) continue;
            weights[y * across + x] = weight;
            owners[y * across + x] = owner;
          }
        }
      });
    });
    return { left, top, across, down, weights, owners, ids };
  }

  /* The name of a country may lie over thin lines: it belongs in its middle. */
  function crossed(box, cells, own, style) {
    const thin = style === "country" ? FAINT : 1;
    const west = Math.max(0, Math.floor(box[0] / CELL) - cells.left), east = Math.min(cells.across - 1, Math.floor(box[2] / CELL) - cells.left);
    const north = Math.max(0, Math.floor(box[1] / CELL) - cells.top), south = Math.min(cells.down - 1, Math.floor(box[3] / CELL) - cells.top);
    let cost = 0;
    for (let y = north; y <= south; y += 1) {
      for (let at = y * cells.across + west; at <= y * cells.across + east; at += 1) {
        const weight = cells.weights[at];
        if (weight && cells.ids[cells.owners[at]] !== own) cost += weight < 1 ? weight * thin : weight;
      }
    }
    return cost;
  }

  function hidden(layer) {
    return geobrief.map.getPane(layer.pane).style.display === "none";
  }

  function overlaps(a, b) {
    return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  }

  /* Pixels from a box to the edge of a symbol; negative where they touch. */
  function apart(box, dot) {
    const x = Math.max(box[0] - dot.p.x, 0, dot.p.x - box[2]), y = Math.max(box[1] - dot.p.y, 0, dot.p.y - box[3]);
    return Math.sqrt(x * x + y * y) - dot.r;
  }

  function place() {
    const map = geobrief.map;
    if (!map) return;
    const corner = map.containerPointToLayerPoint([0, 0]);
    const size = map.getSize();
    const frame = within([corner.x + 4, corner.y + 4, corner.x + size.x - 4, corner.y + size.y - 4]);
    const taken = geobrief.covered().map((r) => ({ box: [r[0] + corner.x, r[1] + corner.y, r[2] + corner.x, r[3] + corner.y], gap: -Infinity }));
    const all = dots();
    const solid = Array.from(all.values()).filter((dot) => dot.solid);
    const cells = lineCells(frame);
    const list = wanted();
    measure(list.map((entry) => entry.label));
    const placed = new Set();
    list.forEach(({ label, rank }) => {
      const own = all.get(label.it.feature.id);
      // A town whose dot would stand at another's name waits; what answers to a click always shows.
      if (own && !own.solid && taken.some((other) => apart(other.box, own) <= other.gap)) return;
      const spoken = own && label.it.feature.passages.length > 0;
      const best = choose(label, rank, frame, taken, solid, cells, own, 0)
        || (spoken && choose(label, rank, frame, taken, solid, cells, own, SLACK))
        || (rank === 0 && choose(label, rank, frame, taken, [], cells, own, 0)); // rather over a dot than not at all
      if (!best) return;
      const gap = own ? Math.max(0, apart(best.boxes[0], own)) : 0;
      best.boxes.forEach((box) => taken.push({ box, gap }));
      if (own && !own.solid) solid.push(own);
      placed.add(label);
      const turn = best.angle ? " rotate(" + best.angle.toFixed(1) + "deg)" : "";
      label.element.style.transform = "translate(" + Math.round(best.x) + "px," + Math.round(best.y) + "px) translate(-50%,-50%)" + turn;
    });
    labels.forEach((label) => label.element.classList.toggle("is-placed", placed.has(label)));
    geobrief.items.forEach((it) => thin(it, placed));
    document.body.dataset.labels = String(placed.size);
  }

  /* No name leaves the ground: it would float where nothing is drawn. */
  function within(frame) {
    const ground = geobrief.ground;
    if (!ground) return frame;
    const a = geobrief.map.latLngToLayerPoint(ground.getNorthWest()), b = geobrief.map.latLngToLayerPoint(ground.getSouthEast());
    return [Math.max(frame[0], a.x), Math.max(frame[1], a.y), Math.min(frame[2], b.x), Math.min(frame[3], b.y)];
  }

  /* A town that has no room for its name, and nothing to tell when clicked, waits for a nearer view. */
  function thin(it, placed) {
    if (it.symbol.kind !== "point" || it.feature.interactive || !it.feature.label) return;
    const shown = placed.has(labels.get(it.feature.id)) || geobrief.shining.has(it.feature.id);
    it.path.getElement().classList.toggle("is-thinned", !shown);
  }

  /* Point symbols on the screen; the solid ones show whether or not their name finds room. */
  function dots() {
    const found = new Map();
    geobrief.items.forEach((it, id) => {
      if (it.symbol.kind !== "point" || hidden(it.layer)) return;
      const lit = geobrief.shining.has(id);
      if (it.layer.quiet && !lit) return;
      const solid = lit || it.feature.interactive || !it.feature.label;
      found.set(id, { id, p: geobrief.map.latLngToLayerPoint(it.latlngs), r: it.symbol.radius + 1, solid, layer: it.layer });
    });
    return found;
  }

  /* Nothing may take a point's name for another's: it touches no other symbol, and stands nearer to
     none of its own layer. (The names of other layers look different.) */
  function misleads(boxes, own, solid, id, slack) {
    const near = own ? apart(boxes[0], own) : -Infinity;
    const least = own ? 1 - slack : ALOOF;
    return solid.some((dot) => {
      if (dot.id === id) return false;
      const rival = own && dot.layer === own.layer && own.p.distanceTo(dot.p) >= (own.r + dot.r) * 0.6;
      return boxes.some((box) => {
        const gap = apart(box, dot);
        return gap < least || (rival && gap <= near);
      });
    });
  }

  /* A name leaves its layer's other points the room that theirs will want. */
  function crowding(box, own, solid) {
    if (!own) return 0;
    let near = 0;
    solid.forEach((dot) => { if (dot.layer === own.layer && dot.id !== own.id && apart(box, dot) < ROOMY) near += 1; });
    return 3 * near;
  }

  function choose(label, rank, frame, taken, solid, cells, own, slack) {
    const pad = rank <= 4 ? 4 : 4 + (rank - 4) * 5; // the smaller the place, the more room it needs
    const id = label.it.feature.id;
    let best = null;
    geobrief.spots(label, frame).some((spot) => {
      const boxes = boxesOf(label, spot);
      if (boxes.some((box) => box[0] < frame[0] || box[1] < frame[1] || box[2] > frame[2] || box[3] > frame[3])) return false;
      const wide = boxes.map((box) => [box[0] - pad, box[1] - pad / 3, box[2] + pad, box[3] + pad / 3]);
      if (taken.some((other) => wide.some((box) => overlaps(box, other.box)))) return false;
      if (misleads(boxes, own, solid, id, slack)) return false;
      const ownLine = spot.angle ? id : "";
      const cost = spot.cost + crowding(boxes[0], own, solid) + boxes.reduce((sum, box) => sum + crossed(box, cells, ownLine, label.it.feature.label_style), 0);
      if (!best || cost < best.cost) best = Object.assign(spot, { boxes, cost });
      return cost === 0;
    });
    return best;
  }

  /* The box of a label; a turned one is a chain of small boxes, or it would claim its whole square. */
  function boxesOf(label, spot) {
    const turned = (spot.angle * Math.PI) / 180;
    const pieces = Math.abs(spot.angle) < 3 ? 1 : Math.max(1, Math.round(label.width / (label.height * 1.5)));
    const length = label.width / pieces, cos = Math.cos(turned), sin = Math.sin(turned);
    const w = (length * cos + label.height * Math.abs(sin)) / 2, h = (label.height * cos + length * Math.abs(sin)) / 2;
    return Array.from({ length: pieces }, (_, i) => {
      const along = (i - (pieces - 1) / 2) * length;
      const x = spot.x + along * cos, y = spot.y + along * sin;
      return [x - w, y - h, x + w, y + h];
    });
  }

  /* Forget the sizes: they were taken before the fonts had arrived. */
  function remeasure() {
    labels.forEach((label) => { label.width = 0; });
  }

  Object.assign(geobrief, { placeLabels: place, remeasure });
})();
