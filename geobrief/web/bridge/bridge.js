/* Between the page and the map in its frame. The page's passages carry `data-features`, a list of
   feature ids separated by commas (empty: clear the selection); the frame speaks through
   `geobriefMap` and its "geobrief:" events. Called again at every rerun that changes the data. */

const READING_LINE = 0.4; // part of the window's height at which a sentence counts as being read
const REPORT_AFTER = 350; // ms of rest after a pan or a zoom
const LIT_WITHIN = 60; // ms in which the light of a passage is painted, before its cards are laid out
const CHOSEN_AFTER = 120; // ms after a choice: its cards are painted first

class Bridge {
  constructor(root) {
    this.root = root;
    this.address = "";
    this.state = { select: "", bbox: "", layers: "" };
    this.sent = []; // states reported and not yet heard back
    this.timer = 0;
    this.frame = document.createElement("iframe");
    this.frame.className = "frame";
    this.frame.allow = "clipboard-write; fullscreen";
    this.frame.addEventListener("load", () => this.attach());
    this.onClick = (event) => this.clicked(event);
    this.onKey = (event) => this.pressed(event);
    document.addEventListener("click", this.onClick);
    document.addEventListener("keydown", this.onKey);
    this.observer = new MutationObserver(() => this.mark()); // a rerun may lay out passages anew
    this.observer.observe(document.body, { childList: true, subtree: true });
    this.onScroll = () => this.followReader();
    document.addEventListener("scroll", this.onScroll, { capture: true, passive: true });
  }

  /* Light what the sentence at the reading line speaks of, unless the reader has chosen something. */
  followReader() {
    if (this.waiting || !this.map || this.state.select) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      const line = window.innerHeight * READING_LINE;
      const read = Array.from(document.querySelectorAll("[data-follow]")).find((element) => {
        const box = element.getBoundingClientRect();
        return box.top <= line && box.bottom > line;
      });
      if (!read || read === this.read) return;
      if (this.read) this.read.classList.remove("is-here");
      this.read = read;
      read.classList.add("is-here");
      this.map.select(read.dataset.follow.split(",").filter(Boolean), { move: true });
    });
  }

  update(data, report) {
    this.report = report;
    this.frame.title = data.title;
    const first = !this.address;
    const heard = this.sent.indexOf(JSON.stringify(data.state));
    if (heard >= 0) this.sent.splice(0, heard + 1);
    else if (first || !this.sent.length) this.follow(data.state, first);
    if (data.address !== this.address) {
      this.address = data.address;
      this.load();
    }
    this.mark();
  }

  /* The URL changed outside the browser's own doing: another link, or the Back button. */
  follow(state, first) {
    const before = this.state;
    this.state = { ...state };
    if (first || !this.map) return;
    if (before.bbox !== state.bbox || before.layers !== state.layers) this.load();
    else if (before.select !== state.select) this.map.select(this.selected(), { move: false });
  }

  /* Another map takes the place of the last one, so that Back leads to the last page's state. */
  load() {
    const source = this.source();
    if (this.frame.isConnected) return this.frame.contentWindow.location.replace(source);
    this.frame.src = source;
    this.root.appendChild(this.frame);
  }

  source() {
    const address = new URL(this.address, window.location.href);
    for (const [name, value] of Object.entries(this.state)) {
      if (value) address.searchParams.set(name, value);
    }
    return address.pathname + address.search;
  }

  attach() {
    const inner = this.frame.contentWindow;
    this.map = inner.geobriefMap;
    if (!this.map) return;
    inner.addEventListener("geobrief:select", (event) => {
      this.state.select = event.detail.ids.join(",");
      this.mark();
      this.cards();
      this.tell(CHOSEN_AFTER);
    });
    inner.addEventListener("geobrief:view", (event) => {
      this.state.bbox = event.detail.bbox.map((value) => value.toFixed(4)).join(",");
      this.state.layers = event.detail.layers.join(",");
      this.tell(REPORT_AFTER);
    });
    if (this.map.selected().join(",") !== this.state.select) this.map.select(this.selected(), {});
    this.frame.dataset.loads = String(Number(this.frame.dataset.loads || 0) + 1);
  }

  selected() {
    return this.state.select ? this.state.select.split(",") : [];
  }

  clicked(event) {
    const element = event.target instanceof Element ? event.target.closest("[data-features]") : null;
    if (!element || String(window.getSelection())) return;
    this.choose(element, event);
  }

  pressed(event) {
    if (event.key !== "Enter" && event.key !== " ") return;
    const element = event.target;
    if (!(element instanceof Element) || !element.matches("[data-features][role=button]")) return;
    event.preventDefault();
    this.choose(element, event);
  }

  /* A passage was chosen: light its features; a second time, put them out again. */
  choose(element, event) {
    if (!this.map) return;
    const wanted = element.dataset.features;
    this.state.select = wanted === this.state.select ? "" : wanted;
    delete this.frame.dataset.litMs;
    this.map.select(this.selected(), { move: true });
    this.mark();
    // From the click itself until the frame with the light was painted: the second callback is after it.
    requestAnimationFrame(() => requestAnimationFrame(() => {
      this.frame.dataset.litMs = (performance.now() - event.timeStamp).toFixed(1);
    }));
    setTimeout(() => this.cards(), LIT_WITHIN);
    this.tell(CHOSEN_AFTER);
  }

  /* The cards of what was chosen at once, as the page's next run lays them out too. */
  async cards() {
    const place = document.querySelector("[data-cards]"), select = this.state.select;
    if (!place) return;
    const asked = fetch(`${place.dataset.cards}&${new URLSearchParams({ select })}`);
    const html = await asked.then((answer) => (answer.ok ? answer.text() : ""), () => "");
    if (html && select === this.state.select) place.innerHTML = html;
  }

  mark() {
    const lit = new Set(this.selected());
    for (const element of document.querySelectorAll("[data-features]")) {
      const own = element.dataset.features.split(",");
      const on = own.some((id) => lit.has(id));
      if (element.classList.contains("is-marked") !== on) element.classList.toggle("is-marked", on);
      if (!element.matches("[role=button]")) continue;
      if (element.getAttribute("aria-pressed") !== String(on)) element.setAttribute("aria-pressed", String(on));
    }
  }

  tell(delay) {
    const query = new URLSearchParams(window.location.search);
    const next = new URLSearchParams();
    for (const [name, value] of query) if (!(name in this.state)) next.set(name, value);
    for (const [name, value] of Object.entries(this.state)) if (value) next.set(name, value);
    const search = next.toString();
    window.history.replaceState(window.history.state, "", window.location.pathname + (search ? "?" + search : ""));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const state = { ...this.state };
      this.sent.push(JSON.stringify(state));
      this.report(state);
    }, delay);
  }

  close() {
    clearTimeout(this.timer);
    this.observer.disconnect();
    document.removeEventListener("click", this.onClick);
    document.removeEventListener("keydown", this.onKey);
    document.removeEventListener("scroll", this.onScroll, { capture: true });
    this.frame.remove();
  }
}

const bridges = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  let bridge = bridges.get(parentElement);
  if (!bridge) bridges.set(parentElement, (bridge = new Bridge(parentElement)));
  bridge.update(data, (state) => setStateValue("view", state));
  return () => {
    bridge.close();
    bridges.delete(parentElement);
  };
}
