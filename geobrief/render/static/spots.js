/* Where a label may stand, in layer pixels: around a point, within its own area, along its line.
   A spot is { x, y, angle, cost }: the centre, degrees clockwise, and what speaks against it. */
(function () {
  "use strict";

  const AROUND = [[1, 0], [-1, 0], [1, -1], [1, 1], [-1, -1], [-1, 1], [0, -1], [0, 1]];
  const STEP = 6; // pixels between the samples of a line
  const BENT = 46; // pixels that a line may stray from its name
  const GRID = 6; // places to a side of an area's part in view, beside its prepared anchors
  const SPARE = 4; // what they cost more: they may lie anywhere in it, the anchors lie deep inside
  const OUTSIDE = 16; // what it costs a name to lie wholly outside its area
  const SUBJECT = 12; // what it costs the name of a country to lie over the subject's areas
  const FOREIGN = 0.3; // part of a name that may lie over the neighbours of its area
  const BAND = 16; // pixels of height of the strips by which the edges of areas are looked up
  const bands = new WeakMap(); // rings as they are drawn -> their edges by strip
  const ALONG = [-0.4, 0, 0.4]; // parts of a name's width at which it is held against the subject's areas
  const SAMPLES = [-0.5, -0.25, 0, 0.25, 0.5].flatMap((x) => [-0.5, 0, 0.5].map((y) => [x, y]));

  function spots(label, frame) {
    const kind = label.it.symbol.kind;
    if (kind === "point") return aroundPoint(label);
    return kind === "fill" ? inArea(label, frame) : nearLine(label, frame);
  }

  function aroundPoint(label) {
    const p = geobrief.map.latLngToLayerPoint(label.it.latlngs);
    const gap = label.it.symbol.radius + 4;
    return AROUND.map(([dx, dy]) => {
      const diagonal = dx && dy ? 0.75 : 1;
      return {
        x: p.x + dx * (label.width / 2 + gap * diagonal), y: p.y + dy * (label.height / 2 + (dx ? 0 : gap * 0.6)),
        angle: 0, cost: 0,
      };
    });
  }

  /* The centre lies in the area itself; what lies over its neighbours costs, and too much is none. */
  function inArea(label, frame) {
    const it = label.it, map = geobrief.map;
    const within = (p) => p.x > frame[0] && p.y > frame[1] && p.x < frame[2] && p.y < frame[3];
    const prepared = it.anchors.map(([lng, lat]) => map.latLngToLayerPoint([lat, lng])).filter(within);
    const places = prepared.concat(inView(it, frame));
    const others = it.layer.items.filter((other) => other !== it && other.symbol.kind === "fill");
    const subjects = it.feature.label_style === "country" ? subjectAreas(it.layer) : [];
    return places.filter((p) => inside(it, p)).map((p) => {
      const over = ALONG.filter((x) => subjects.some((other) => inside(other, L.point(p.x + x * label.width, p.y)))).length;
      const spare = (prepared.includes(p) ? 0 : SPARE) + (SUBJECT * over) / ALONG.length;
      const points = SAMPLES.map(([x, y]) => L.point(p.x + x * label.width, p.y + y * label.height)).filter((q) => !inside(it, q));
      const foreign = points.filter((q) => others.some((other) => inside(other, q))).length / SAMPLES.length;
      return { x: p.x, y: p.y, angle: 0, cost: spare + OUTSIDE * (points.length / SAMPLES.length) + 60 * foreign, foreign };
    }).filter((spot) => spot.foreign <= FOREIGN || geobrief.shining.has(it.feature.id)).sort((a, b) => a.cost - b.cost);
  }

  function subjectAreas(own) {
    return Array.from(geobrief.items.values()).filter((it) => it.symbol.kind === "fill" && it.feature.interactive
      && it.layer !== own && !it.layer.quiet && geobrief.map.getPane(it.layer.pane).style.display !== "none");
  }

  /* A grid over the part of an area that is in view. */
  function inView(it, frame) {
    const b = it.path._pxBounds;
    if (!b || !it.path._parts.length) return [];
    const west = Math.max(b.min.x, frame[0]), north = Math.max(b.min.y, frame[1]);
    const width = Math.min(b.max.x, frame[2]) - west, height = Math.min(b.max.y, frame[3]) - north;
    if (width <= 0 || height <= 0) return [];
    const found = [];
    for (let i = 0; i < GRID; i += 1) {
      for (let j = 0; j < GRID; j += 1) found.push(L.point(west + (width * (i + 0.5)) / GRID, north + (height * (j + 0.5)) / GRID));
    }
    return found;
  }

  /* Even and odd crossings of the rings as they are drawn, holes and all. */
  function inside(it, p) {
    const bounds = it.path._pxBounds;
    if (!bounds || !bounds.contains(p)) return false;
    const edges = banded(it.path._parts).get(Math.floor(p.y / BAND)) || [];
    let within = false;
    for (let i = 0; i < edges.length; i += 4) {
      const ax = edges[i], ay = edges[i + 1], bx = edges[i + 2], by = edges[i + 3];
      if (ay > p.y !== by > p.y && p.x < ((bx - ax) * (p.y - ay)) / (by - ay) + ax) within = !within;
    }
    return within;
  }

  /* The edges of rings by the bands of the screen that they reach into; rings are drawn anew, not changed. */
  function banded(rings) {
    if (bands.has(rings)) return bands.get(rings);
    const found = new Map();
    rings.forEach((ring) => {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
        const a = ring[i], b = ring[j];
        const last = Math.floor(Math.max(a.y, b.y) / BAND);
        for (let band = Math.floor(Math.min(a.y, b.y) / BAND); band <= last; band += 1) {
          if (!found.has(band)) found.set(band, []);
          found.get(band).push(a.x, a.y, b.x, b.y);
        }
      }
    });
    bands.set(rings, found);
    return found;
  }

  /* Along the stretches that are straight for as long as the name is; beside a line that is shorter. */
  function nearLine(label, frame) {
    const lines = (label.it.path._parts || []).map(sampled);
    const symbol = label.it.symbol;
    const clear = Math.max(symbol.width, symbol.casing_width) / 2 + 2;
    const along = lines.flatMap((line) => chords(line, label, clear, frame)).sort((a, b) => a.cost - b.cost);
    const longest = Math.max(0, ...lines.map((line) => line.length * STEP));
    if (along.length || longest > 1.5 * label.width) return along.slice(0, 40);
    const beside = (p, side) => ({ x: p.x + side * (label.width / 2 + clear + 2), y: p.y, angle: 0, cost: 1 });
    return lines.flatMap((line) => line.filter((_, i) => i % 5 === 2).flatMap((p) => [beside(p, 1), beside(p, -1)]));
  }

  function sampled(part) {
    const found = part.slice(0, 1);
    let walked = 0;
    for (let i = 1; i < part.length; i += 1) {
      const a = part[i - 1], b = part[i], length = a.distanceTo(b);
      let at = STEP - walked;
      for (; at <= length; at += STEP) found.push(L.point(a.x + ((b.x - a.x) * at) / length, a.y + ((b.y - a.y) * at) / length));
      walked = length - (at - STEP);
    }
    return found;
  }

  function chords(line, label, clear, frame) {
    const found = [];
    const most = Math.ceil((1.5 * label.width) / STEP);
    for (let i = 0; i < line.length; i += 4) {
      const a = line[i];
      if (a.x < frame[0] || a.y < frame[1] || a.x > frame[2] || a.y > frame[3]) continue;
      let j = i + Math.ceil(label.width / STEP);
      while (j < line.length && j - i < most && line[j].distanceTo(a) < label.width) j += 1;
      if (j < line.length && line[j].distanceTo(a) >= label.width) found.push(...chord(line.slice(i, j + 1), label, clear));
    }
    return found;
  }

  /* Both sides of a stretch, as near as its bends allow. */
  function chord(stretch, label, clear) {
    let a = stretch[0], b = stretch[stretch.length - 1];
    if (a.x > b.x) [a, b] = [b, a];
    const length = a.distanceTo(b);
    const ux = (b.x - a.x) / length, uy = (b.y - a.y) / length; // the normal (uy, -ux) points up
    const off = stretch.map((p) => (p.x - a.x) * uy - (p.y - a.y) * ux);
    const high = Math.max(...off), low = Math.min(...off);
    if (high - low > BENT) return [];
    const angle = (Math.atan2(uy, ux) * 180) / Math.PI;
    const cost = 0.5 * (high - low) + 0.08 * Math.abs(angle);
    return [high + clear + label.height / 2, low - clear - label.height / 2].map((away, side) => ({
      x: (a.x + b.x) / 2 + away * uy, y: (a.y + b.y) / 2 - away * ux, angle, cost: cost + side,
    }));
  }

  Object.assign(geobrief, { spots });
})();
