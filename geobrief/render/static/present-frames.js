/* The maps of the presenter: few frames alive at a time, the one in view first, its neighbours kept
   warm. A frame is filled by `geobriefFill` where a page brings one, else by its address; nothing
   here fetches. A frame that had to go leaves a small picture of its map behind. */
(function () {
  "use strict";

  const MOST = 7; // frames alive; each takes some 10 to 20 MB
  const REST = 40; // milliseconds between two loads, for the keys that wait
  const PICTURE = 480; // pixels of width of what a frame leaves behind

  const alive = new Map(); // stop -> { element, ready, used }
  const blanks = new Map(); // stop -> an empty copy of its element
  let wanted = [], errands = [], hold = 0, count = 0;
  let found = () => {}, errandDone = () => {};

  /* `stops` have `media`: an iframe or an image with data-src, or nothing. `ready(stop)` is called
     for each that is filled. */
  function begin(stops, ready) {
    found = ready;
    stops.forEach((stop) => stop.media && blanks.set(stop, stop.media.cloneNode(false)));
  }

  function isReady(stop) {
    return !stop.media || Boolean(alive.get(stop) && alive.get(stop).ready);
  }

  /* What is to be alive, most urgent first. What loads for others is given up for the first one. */
  function want(list, after) {
    wanted = list.filter((stop) => stop.media);
    hold = performance.now() + (after || 0);
    wanted.forEach((stop) => alive.has(stop) && (alive.get(stop).used = ++count));
    const first = wanted[0];
    if (first && !isReady(first)) {
      alive.forEach((entry, stop) => { if (!entry.ready && stop !== first) empty(stop); });
      if (!alive.has(first)) fill(first);
    }
    later();
  }

  let timer = 0;
  function later() {
    clearTimeout(timer);
    timer = setTimeout(pump, Math.max(REST, hold - performance.now()));
  }

  function pump() {
    prune();
    if (Array.from(alive.values()).some((entry) => !entry.ready)) return; // one at a time
    const next = wanted.find((stop) => !alive.has(stop)) || errands.shift();
    if (next && alive.has(next)) return later();
    if (next) fill(next);
  }

  function prune() {
    const spare = Array.from(alive.keys()).filter((stop) => !wanted.includes(stop));
    spare.sort((a, b) => alive.get(a).used - alive.get(b).used);
    while (alive.size >= MOST && spare.length) empty(spare.shift());
  }

  function fill(stop) {
    const element = stop.media, entry = { element, ready: false, used: ++count };
    alive.set(stop, entry);
    const done = () => {
      if (alive.get(stop) !== entry || entry.ready) return;
      entry.ready = true;
      stop.section.dataset.ready = "1";
      found(stop);
      if (errands.length || !wanted.includes(stop)) errandDone(stop);
      later();
    };
    element.addEventListener("error", done);
    element.addEventListener("load", () => {
      const inside = element.contentWindow;
      if (inside && inside.location.href === "about:blank") return; // nothing was put in yet
      if (!inside || !inside.geobriefMap || inside.geobriefMap.ready()) done();
      else inside.addEventListener("geobrief:ready", done);
    });
    if (window.geobriefFill) window.geobriefFill(element, stop.slide - 1);
    else element.src = element.dataset.src;
    if (element.complete && element.naturalWidth) done();
  }

  function empty(stop) {
    const entry = alive.get(stop);
    alive.delete(stop);
    delete stop.section.dataset.ready;
    stop.media = blanks.get(stop).cloneNode(false);
    entry.element.replaceWith(stop.media);
    const picture = pictures.get(stop);
    if (picture && !picture.isConnected) stop.media.before(picture);
  }

  function map(stop) {
    const inside = stop && isReady(stop) && stop.media && stop.media.contentWindow;
    return (inside && inside.geobriefMap) || null;
  }

  /* Pictures of maps */

  const pictures = new Map(); // stop -> canvas

  /* Draw what a frame shows, without its words, small. */
  function picture(stop) {
    if (!map(stop)) return null;
    const inside = stop.media.contentWindow, canvas = pictures.get(stop) || document.createElement("canvas");
    const width = inside.innerWidth, height = inside.innerHeight, scale = PICTURE / width;
    canvas.className = "poster";
    canvas.width = PICTURE;
    canvas.height = Math.round(height * scale);
    const pen = canvas.getContext("2d");
    pen.fillStyle = inside.getComputedStyle(inside.document.body).backgroundColor;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    const panes = Array.from(inside.document.querySelectorAll(".leaflet-map-pane > .leaflet-pane"));
    const depth = (pane) => Number(inside.getComputedStyle(pane).zIndex) || 0;
    panes.sort((a, b) => depth(a) - depth(b)).forEach((pane) => {
      if (inside.getComputedStyle(pane).display === "none") return;
      pane.querySelectorAll("img, path").forEach((one) => trace(pen, inside, one, scale));
    });
    pictures.set(stop, canvas);
    return canvas;
  }

  function trace(pen, inside, one, scale) {
    const style = inside.getComputedStyle(one);
    if (style.visibility !== "visible" || style.display === "none") return;
    pen.save();
    if (one.localName === "img") {
      const r = one.getBoundingClientRect();
      pen.globalCompositeOperation = "multiply";
      pen.globalAlpha = Number(style.opacity);
      if (one.complete && one.naturalWidth) pen.drawImage(one, r.left * scale, r.top * scale, r.width * scale, r.height * scale);
    } else {
      const m = one.getScreenCTM(), drawn = new Path2D(one.getAttribute("d"));
      pen.setTransform(m.a * scale, m.b * scale, m.c * scale, m.d * scale, m.e * scale, m.f * scale);
      if (style.fill !== "none") {
        pen.fillStyle = style.fill;
        pen.globalAlpha = Number(style.fillOpacity);
        pen.fill(drawn, style.fillRule);
      }
      if (style.stroke !== "none") {
        pen.strokeStyle = style.stroke;
        pen.globalAlpha = Number(style.strokeOpacity);
        pen.lineWidth = parseFloat(style.strokeWidth);
        if (style.strokeDasharray !== "none") pen.setLineDash(style.strokeDasharray.split(",").map(parseFloat));
        pen.stroke(drawn);
      }
    }
    pen.restore();
  }

  /* Fill these too, one after the other, when nothing else waits; each only for its picture. */
  function errand(list, done) {
    errands = list.filter((stop) => stop.media && !pictures.has(stop) && !alive.has(stop));
    errandDone = done;
    later();
  }

  window.presentFrames = {
    begin, want, isReady, map, picture, errand,
    pictureOf: (stop) => pictures.get(stop) || null,
    get alive() { return alive.size; },
    get warm() { return wanted.every(isReady); },
  };
})();
