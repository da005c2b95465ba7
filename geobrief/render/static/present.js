/* The presenter: which slide is shown, by key, clicker, touch or the other window. A stop is what
   one press leads to: the cover, a map, or a chart of the sheet before it. `#7` is the map of
   slide 7, `#7.1` its first chart, `#notes-7` the second window. Times of what was shown are kept
   in `geobriefPresent.times`; `data-drawn` of the body names the stop that stands drawn. */
(function () {
  "use strict";

  const $ = (selector) => document.querySelector(selector);
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const WIDE = 1280, HIGH = 720, LEAST = 0.75, NARROW = 760; // units of a slide; least scale
  const GLIDE = 850, FADE = 280; // milliseconds
  const MAGNIFIED = 1.6; // times that a map begins larger than it is, and its names too large to show
  const HURRY = 350; // milliseconds between two presses that make a run through the slides
  const SWIPE = 55; // pixels
  const PATIENCE = 3000; // milliseconds that typed digits wait for Enter
  const QUIET = 2500; // milliseconds without a pointer before it and the buttons go
  const LARGEST = 27, SMALLEST = 14; // units of a passage's letters

  const root = document.documentElement, notes = window.presentNotes, frames = window.presentFrames;
  const rtl = root.dir === "rtl";
  const data = JSON.parse($("#deck").textContent);
  const reduced = window.matchMedia("(prefers-reduced-motion: reduce)");
  const stops = all(".slide").map((section, index) => ({
    index, section, slide: Number(section.dataset.slide), part: Number(section.dataset.part),
    title: section.dataset.title, media: section.querySelector("iframe, .chart img"),
  }));
  const last = Math.max(...stops.map((stop) => stop.slide));
  const times = []; // { stop, ms } from press to drawn
  const fitted = new Set(); // stops whose passages fit this window
  let now = null, before = null, curtain = "", pressedAt = 0, shownAt = -1e9;

  const name = (stop) => stop.slide + (stop.part ? "." + stop.part : "");
  const at = (text) => stops.find((stop) => name(stop) === text) || null;
  const fromHash = () => at(location.hash.replace(/^#(notes-)?/, ""));

  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => (Object.hasOwn(values, key) ? values[key] : whole));

  /* Showing */

  function go(stop, options) {
    if (!stop || stop === now) return lift();
    const told = options || {}, hurried = performance.now() - shownAt < HURRY;
    const backwards = now && stop.index < now.index;
    shownAt = performance.now();
    before = now;
    now = stop;
    curtain = "";
    settle();
    restore(now);
    const gliding = !hurried && glide(before, now);
    if (!gliding && before) home(before);
    show();
    const step = backwards ? -1 : 1, near = (n) => stops[now.index + n * step];
    const around = notes.mode ? [now, near(1)] : [now, near(1), near(2), near(-1), near(3), near(-2), before];
    frames.want(Array.from(new Set(around.filter(Boolean))), notes.mode ? HURRY : 0);
    if (frames.isReady(now)) drawn(now);
    if (!told.heard) notes.moved();
  }

  function show() {
    const next = stops[now.index + 1];
    stops.forEach((stop) => {
      stop.section.classList.toggle("is-now", stop === now);
      stop.section.classList.toggle("is-after", notes.mode && stop === next);
      stop.section.inert = stop !== now;
    });
    if (document.activeElement && document.activeElement.localName === "iframe") { document.activeElement.blur(); window.focus(); }
    fit(now);
    if (next) fit(next);
    $("#curtain").hidden = !curtain;
    $("#curtain").classList.toggle("is-white", curtain === "white");
    const words = filled(data.text.slide, { number: name(now), count: last, title: now.title });
    $("#said").textContent = now.slide ? words : now.title;
    document.title = (now.slide ? name(now) + " · " + now.title + " · " : "") + data.title;
    history.replaceState(null, "", location.pathname + location.search + "#" + (notes.mode ? "notes-" : "") + name(now));
    document.body.dataset.now = name(now);
    chosen();
    document.body.dataset.curtain = curtain;
    if (notes.mode) tellNotes(next);
  }

  function tellNotes(next) {
    all("[data-notes]").forEach((one) => { one.hidden = Number(one.dataset.notes) !== now.slide; });
    $(".said-notes").scrollTop = 0;
    $("#where").textContent = name(now) + " / " + last;
    $("#next-title").textContent = next ? next.title : "–";
  }

  /* Two frames later it is on the screen. */
  function drawn(stop) {
    const since = pressedAt;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (stop !== now) return;
      document.body.dataset.drawn = name(stop);
      if (since) times.push({ stop: name(stop), ms: performance.now() - since });
      if (since === pressedAt) pressedAt = 0;
    }));
  }

  function ready(stop) {
    const inside = stop.media.contentWindow;
    if (inside && inside.geobriefMap) listen(inside);
    if (stop === now) drawn(stop);
    (window.requestIdleCallback || setTimeout)(() => { frames.picture(stop); });
  }

  /* A map that was left goes back to what its slide shows, when it is out of sight. */
  function home(stop) {
    setTimeout(() => { if (stop !== now && stop !== leaving) restore(stop); }, FADE);
  }

  function restore(stop) {
    const map = frames.map(stop);
    if (map) map.restore();
  }

  /* The passages as large as their place allows, and no larger than is good to read. */
  function fit(stop) {
    const words = stop.section.querySelector(".words");
    if (!words || window.innerWidth <= NARROW || fitted.has(stop)) return;
    fitted.add(stop);
    let size = LARGEST;
    do words.style.setProperty("--passage", size + "px");
    while (words.scrollHeight > words.clientHeight + 1 && (size -= 0.5) >= SMALLEST);
    words.tabIndex = words.scrollHeight > words.clientHeight + 1 ? 0 : -1;
  }

  function resize() {
    const scale = Math.min(window.innerWidth / WIDE, window.innerHeight / HIGH);
    root.style.setProperty("--k", window.innerWidth <= NARROW ? 1 : Math.max(LEAST, scale));
    fitted.clear();
    if (now) fit(now);
  }

  /* Moving from map to map: both are moved as pictures from the first one's place to the second's
     while the second appears, so nothing is drawn anew and the slide is there at once. */

  let moving = [], leaving = null;

  function glide(from, to) {
    const a = from && frames.map(from), b = frames.map(to);
    if (!a || !b || reduced.matches || notes.mode) return false;
    const p = a.place(), q = b.place(), box = from.media.getBoundingClientRect(), other = to.media.getBoundingClientRect();
    if (Math.abs(box.width - other.width) > 1 || Math.abs(box.height - other.height) > 1 || !shared(p, q)) return false;
    leaving = from;
    inner(from).add("is-left");
    inner(to).add("is-coming");
    inner(to).toggle("is-magnified", q.width > MAGNIFIED * p.width);
    from.section.classList.add("is-leaving");
    to.section.classList.add("is-gliding");
    const timing = { duration: GLIDE, easing: "cubic-bezier(0.25, 0.7, 0.2, 1)", fill: "both" };
    moving = [
      a.element.animate([{ transform: "none" }, { transform: placed(p, q) }], timing),
      b.element.animate([{ transform: placed(q, p) }, { transform: "none" }], timing),
      to.media.animate([{ opacity: 0.3 }, { opacity: 1 }], { duration: FADE }),
    ];
    moving[1].onfinish = settle;
    return true;
  }

  const inner = (stop) => stop.media.contentDocument.documentElement.classList;

  /* The transform that brings a map that shows `own` to where it lies in a map that shows `seen`. */
  function placed(own, seen) {
    const pixels = own.pixels / seen.width, scale = own.width / seen.width;
    return "translate(" + (own.left - seen.left) * pixels + "px," + (own.top - seen.top) * pixels + "px) scale(" + scale + ")";
  }

  function shared(p, q) {
    const across = Math.min(p.left + p.width, q.left + q.width) - Math.max(p.left, q.left);
    const down = Math.min(p.top + p.height, q.top + q.height) - Math.max(p.top, q.top);
    return across > 0 && down > 0 && across * down > 0.25 * Math.min(p.width * p.height, q.width * q.height);
  }

  function settle() {
    if (!leaving) return;
    moving.forEach((one) => one.cancel());
    stops.forEach((stop) => stop.section.classList.remove("is-leaving", "is-gliding"));
    const left = leaving;
    leaving = null;
    [left, before, now].forEach((stop) => frames.map(stop) && inner(stop).remove("is-left", "is-coming", "is-magnified"));
    home(left);
  }

  /* Ways to move */

  const turn = (step) => go(stops[Math.max(0, Math.min(stops.length - 1, (now ? now.index : 0) + step))]);

  function veil(colour) {
    curtain = curtain === colour ? "" : colour;
    $("#said").textContent = data.text[curtain || "back"];
    $("#curtain").hidden = !curtain;
    $("#curtain").classList.toggle("is-white", curtain === "white");
    document.body.dataset.curtain = curtain;
    notes.moved();
  }

  function lift() {
    if (curtain) veil(curtain);
  }

  let digits = "", digitTimer = 0;
  function digit(text) {
    digits = text;
    $("#digits").textContent = digits;
    $("#digits").hidden = !digits;
    clearTimeout(digitTimer);
    if (digits) digitTimer = setTimeout(() => digit(""), PATIENCE);
  }

  let sayTimer = 0;
  function say(text) {
    $("#told").textContent = $("#said").textContent = text;
    $("#told").hidden = false;
    clearTimeout(sayTimer);
    sayTimer = setTimeout(() => { $("#told").hidden = true; }, 6000);
  }

  function full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else root.requestFullscreen().catch(() => {});
  }

  function dialog(id) {
    const box = $(id);
    if (box.open) return box.close();
    all("dialog[open]").forEach((other) => other.close());
    box.showModal();
    if (id === "#overview") overview();
  }

  function overview() {
    all("#overview [data-go]").forEach((button) => {
      const current = Number(button.dataset.go) === now.slide;
      if (current) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current");
      if (current) button.focus();
    });
    stops.forEach(pinned);
    frames.errand(stops.filter((stop) => stop.slide && !stop.part), (stop) => { frames.picture(stop); pinned(stop); });
  }

  function pinned(stop) {
    const picture = stop.part ? null : frames.pictureOf(stop);
    const place = $('#overview [data-go="' + stop.slide + '"] .picture');
    if (picture && place && $("#overview").open && picture.parentElement !== place) place.replaceChildren(picture);
  }

  function inOverview(event) {
    const buttons = all("#overview [data-go]"), index = buttons.indexOf(document.activeElement);
    const row = buttons.filter((one) => one.offsetTop === buttons[0].offsetTop || one.getBoundingClientRect().top === buttons[0].getBoundingClientRect().top).length;
    const steps = { ArrowRight: rtl ? -1 : 1, ArrowLeft: rtl ? 1 : -1, ArrowDown: row, ArrowUp: -row, Home: -buttons.length, End: buttons.length };
    if (!(event.key in steps)) return false;
    const to = buttons[Math.max(0, Math.min(buttons.length - 1, index + steps[event.key]))];
    to.focus();
    to.scrollIntoView({ block: "nearest" });
    return true;
  }

  const DO = {
    onward: () => turn(1), back: () => turn(-1), overview: () => dialog("#overview"), help: () => dialog("#help"),
    sources: () => $("#sources") && dialog("#sources"), clear: () => { const map = frames.map(now); if (map) map.select([], {}); tellMap(); },
    notes: () => notes.open(), full, timer: () => notes.timer("run"), reset: () => notes.timer("reset"),
    close: () => all("dialog[open]").forEach((box) => box.close()),
    map: () => { restore(now); tellMap(); }, black: () => veil("black"), white: () => veil("white"),
    first: () => go(stops[0]), last: () => go(stops[stops.length - 1]),
  };
  const KEYS = {
    PageDown: "onward", ArrowDown: "onward", " ": "onward", Enter: "onward", PageUp: "back", ArrowUp: "back", Backspace: "back",
    ArrowRight: rtl ? "back" : "onward", ArrowLeft: rtl ? "onward" : "back", Home: "first", End: "last",
    o: "overview", g: "overview", Escape: "overview", n: "notes", t: "timer", r: "reset",
    b: "black", ".": "black", w: "white", ",": "white", f: "full", z: "map", "?": "help", h: "help", s: "sources",
  };

  function press(event, frame) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const open = $("dialog[open]");
    if (open) {
      if (open.id === "overview" && inOverview(event)) event.preventDefault();
      else if (DO[KEYS[key]] === DO[open.id] && key !== "Escape") { event.preventDefault(); open.close(); }
      return;
    }
    if (belongs(event, key, frame)) return;
    if (/^[0-9]$/.test(key)) digit((digits + key).slice(-3));
    else if (key === "Enter" && digits) { const stop = at(String(Number(digits))); digit(""); began(event, frame); go(stop); }
    else if (key === "Escape" && (digits || curtain)) { digit(""); lift(); }
    else if (key in KEYS) { began(event, frame); DO[KEYS[key]](); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /* When a key was pressed, by this window's clock: the time in which it waited counts too. */
  function began(event, frame) {
    const origin = frame ? frame.performance.timeOrigin - performance.timeOrigin : 0;
    pressedAt = Math.min(performance.now(), event.timeStamp + origin);
  }

  /* Keys that the focused element wants itself. A place on the map has them only where the keyboard
     led to it: a clicker goes on after a click on the map. */
  function belongs(event, key, frame) {
    const target = event.target.closest ? event.target : root;
    if (target.closest("input, textarea, select") && target.type !== "checkbox") return true;
    if ((key === "Enter" || key === " ") && target.closest("button, a, summary, label, input, [role=button]")) return true;
    if (frame && key === "Escape" && frame.geobriefMap.selected().length) return true;
    if (frame && target.closest(".gb-target")) return !frame.byPointer && (event.key.length > 1 || key === " ");
    const scrolls = target.closest(".words, .said-notes");
    return Boolean(scrolls && key.startsWith("Arrow") && scrolls.scrollHeight > scrolls.clientHeight + 1 && /Up|Down/.test(key));
  }

  function listen(inside) {
    const page = inside.document;
    page.addEventListener("keydown", (event) => { if (event.key === "Tab") inside.byPointer = false; press(event, inside); }, true);
    page.addEventListener("pointerdown", () => { inside.byPointer = true; }, true);
    page.addEventListener("pointermove", wake);
    ["geobrief:select", "geobrief:view"].forEach((told) => inside.addEventListener(told, tellMap));
  }

  /* What is done on the map in view is done in the other window too. */
  function tellMap() {
    const map = frames.map(now);
    chosen();
    if (map) notes.send("map", { ids: map.selected(), place: map.place() });
  }

  function hearMap({ stop, ids, place }) {
    const map = stop === name(now) && frames.map(now);
    if (!map || !Array.isArray(ids) || !place || !["left", "top", "width", "height"].every((key) => Number.isFinite(place[key]))) return;
    if (ids.join() !== map.selected().join()) map.select(ids, {});
    map.follow(place);
    chosen();
  }

  /* For what the page says of the places that are chosen on the map in view. */
  function chosen() {
    const map = frames.map(now);
    window.dispatchEvent(new CustomEvent("geobrief:chosen", { detail: { ids: map ? map.selected() : [] } }));
  }

  let stillTimer = 0;
  function wake() {
    root.classList.add("is-awake");
    root.classList.remove("is-still");
    clearTimeout(stillTimer);
    stillTimer = setTimeout(() => { root.classList.remove("is-awake"); root.classList.add("is-still"); }, QUIET);
  }

  let touched = null;
  document.addEventListener("touchstart", (event) => { touched = event.touches.length === 1 ? event.touches[0] : null; }, { passive: true });
  document.addEventListener("touchend", (event) => {
    if (!touched || $("dialog[open]")) return;
    const end = event.changedTouches[0], x = end.clientX - touched.clientX, y = end.clientY - touched.clientY;
    touched = null;
    if (Math.abs(x) < SWIPE || Math.abs(x) < 1.5 * Math.abs(y)) return;
    pressedAt = performance.now();
    turn((x < 0) === rtl ? -1 : 1);
  });
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest("[data-do], [data-go]") : null;
    if (!target) { if (event.target === $("#curtain")) lift(); return; }
    event.preventDefault();
    pressedAt = performance.now();
    if (target.dataset.go) { DO.close(); go(at(target.dataset.go)); } else DO[target.dataset.do]();
    if (event.detail) target.blur(); // by pointer: the next space turns the page
  });
  all("dialog").forEach((box) => box.addEventListener("close", () => frames.errand([], () => {})));
  document.addEventListener("keydown", (event) => press(event, null));
  document.addEventListener("pointermove", wake);
  window.addEventListener("resize", resize);
  window.addEventListener("hashchange", () => go(fromHash()));

  if (notes.mode) { root.classList.add("notes"); $("#notes").hidden = false; }
  resize();
  frames.begin(stops, ready);
  notes.begin({
    text: data.text, say,
    state: () => ({ stop: now ? name(now) : "", curtain }),
    url: () => location.href.split("#")[0] + "#notes-" + name(now),
    hearMap,
    apply(state) {
      const stop = at(state.stop);
      if (stop && stop !== now) go(stop, { heard: true });
      curtain = ["black", "white"].includes(state.curtain) ? state.curtain : "";
      if (now) show();
    },
  });
  go(fromHash() || stops[0], { heard: true });
  document.fonts.ready.then(() => { fitted.clear(); fit(now); root.dataset.ready = "1"; });

  window.geobriefPresent = {
    go: (text) => go(at(String(text))), times, stops: stops.map(name),
    get now() { return name(now); }, get alive() { return frames.alive; }, get settled() { return frames.warm && !leaving; },
  };
})();
