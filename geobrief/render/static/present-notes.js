/* The second window: the same page in another dress, in step with the first both ways. They talk
   through the handle that opening gives, and through a channel where the origin has one: from a
   file it has none. Whoever moves counts one further, and the higher count holds; the first window
   wins a tie. */
(function () {
  "use strict";

  const $ = (selector) => document.querySelector(selector);
  const NAME = "geobrief-notes:";
  const BEAT = 1500; // milliseconds between two signs of life of the second window
  const HEAD = 66, GAP = 20, LINE = 24, FOOT = 62; // pixels of the second window's own rows
  const mode = location.hash.startsWith("#notes");
  const pair = mode ? (window.name.startsWith(NAME) ? window.name.slice(NAME.length) : "") : paired();
  const channel = window.BroadcastChannel ? new BroadcastChannel("geobrief-present") : null;

  let peer = mode ? window.opener : null;
  let count = 0;
  let deck = null; // what present.js hands over: state(), apply(state), hearMap(message), url(), say(text)

  function kept(key, value) {
    try {
      if (value !== undefined) sessionStorage.setItem(key, value);
      return sessionStorage.getItem(key) || "";
    } catch (error) {
      return value || ""; // storage may be off; a reload then forgets
    }
  }

  function paired() {
    const own = kept("geobrief-pair");
    return own || kept("geobrief-pair", Array.from(crypto.getRandomValues(new Uint32Array(2)), (n) => n.toString(36)).join(""));
  }

  function begin(given) {
    deck = given;
    window.addEventListener("message", (event) => {
      const known = event.source === peer || event.origin === location.origin || location.protocol === "file:";
      if (known) heard(event.data, event.source);
    });
    if (channel) channel.addEventListener("message", (event) => heard(event.data, null));
    if (!mode) return;
    beat();
    setInterval(beat, BEAT);
    layout();
    window.addEventListener("resize", layout);
    tick();
    setInterval(tick, 250);
  }

  function beat() {
    send("here");
  }

  function send(kind, more) {
    if (!pair) return;
    const message = Object.assign({ geobrief: pair, digest: document.body.dataset.digest, kind, count, first: !mode }, deck.state(), more);
    if (peer && !peer.closed) peer.postMessage(message, location.protocol === "file:" ? "*" : location.origin);
    if (channel) channel.postMessage(message);
  }

  function heard(message, source) {
    if (!message || message.geobrief !== pair || !pair || message.first === !mode) return;
    if (message.digest !== document.body.dataset.digest || !Number.isInteger(message.count)) return;
    if (source) peer = source;
    if (message.kind === "map") return deck.hearMap(message);
    if (message.count > count || (message.count === count && message.first && message.kind === "moved")) {
      count = message.count;
      deck.apply(message);
    } else if (message.kind === "here" && message.count < count) {
      send("moved");
    }
  }

  /* This window moved: tell the other one. */
  function moved() {
    count += 1;
    send("moved");
  }

  function open() {
    if (mode) return;
    if (peer && !peer.closed) return peer.focus();
    const width = Math.min(1280, screen.availWidth), height = Math.min(860, screen.availHeight);
    peer = window.open(deck.url(), NAME + pair, "popup,width=" + width + ",height=" + height);
    if (!peer) deck.say(deck.text.blocked);
  }

  /* Now above, next below it, the notes beside both. */
  function layout() {
    const width = window.innerWidth, height = window.innerHeight, rtl = document.documentElement.dir === "rtl";
    const free = height - HEAD - FOOT - 2 * LINE - GAP;
    const now = Math.min((width * 0.56 - 2 * GAP) / 1280, (free * 0.62) / 720);
    const after = Math.min(now, (free - now * 720) / 720);
    const side = (taken) => (rtl ? width - GAP - taken : GAP);
    const top = HEAD + LINE + now * 720 + GAP;
    const set = (element, values) => Object.keys(values).forEach((key) => element.style.setProperty("--" + key, values[key]));
    const px = (value) => Math.round(value) + "px";
    set(document.documentElement, {
      "now-x": px(side(now * 1280)), "now-y": px(HEAD + LINE), "now-k": now,
      "after-x": px(side(after * 1280)), "after-y": px(top + LINE), "after-k": after,
    });
    set($(".caption.is-now"), { x: px(side(now * 1280)), y: px(HEAD), w: px(now * 1280) });
    set($(".caption.is-next"), { x: px(side(now * 1280)), y: px(top), w: px(now * 1280) });
    const taken = now * 1280 + 2 * GAP + 8;
    set($(".said-notes"), { x: px(rtl ? GAP : taken), y: px(HEAD), w: px(width - taken - GAP), h: px(height - HEAD - FOOT) });
  }

  /* Clock and timer */

  let run = { sum: 0, since: 0 };
  try { run = Object.assign(run, JSON.parse(kept("geobrief-timer") || "{}")); } catch (error) { /* begins at zero */ }

  function timer(key) {
    const now = Date.now();
    if (key === "reset") run = { sum: 0, since: run.since ? now : 0 };
    else if (run.since) run = { sum: run.sum + now - run.since, since: 0 };
    else run = { sum: run.sum, since: now };
    kept("geobrief-timer", JSON.stringify(run));
    tick();
  }

  function tick() {
    const two = (value) => String(value).padStart(2, "0");
    const now = new Date(), spent = Math.floor((run.sum + (run.since ? Date.now() - run.since : 0)) / 1000);
    const hours = Math.floor(spent / 3600), minutes = Math.floor(spent / 60) % 60;
    $("#clock").textContent = two(now.getHours()) + ":" + two(now.getMinutes());
    $("#timer").textContent = (hours ? hours + ":" + two(minutes) : minutes) + ":" + two(spent % 60);
    $("#timer-run").textContent = run.since ? deck.text.pause : deck.text.start;
  }

  window.presentNotes = { mode, begin, moved, send, open, timer };
})();
