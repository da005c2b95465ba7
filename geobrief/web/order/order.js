/* A list of slides that is put in order by drag or by keyboard: a listbox, and buttons for what the
   keys do. Called again at every rerun that changes the data; until the mark of the last report
   comes back, the data is older than what stands here. */

const SEND_AFTER = 180; // ms of rest after the last key, so that a held key makes one rerun
const DRAG_FROM = 5; // px before a press counts as a drag
const LATEST = 2500; // ms that a link may take to carry what was just typed
const PRESENT = ".st-key-briefing-head a";
const FIELDS = "[data-testid=stTextArea] textarea, [data-testid=stTextInput] input";
const EDGE = 28; // px from the list's end at which a drag scrolls it

class Order {
  constructor(root) {
    this.rows = [];
    this.chosen = 0;
    this.waiting = ""; // mark of the report not yet heard back
    this.timer = 0;
    this.presenting = new Presenting();
    this.nodes = new Map();
    this.list = make("ul", { role: "listbox", tabindex: "0", id: "list", "aria-describedby": "how" });
    this.bar = make("div", { class: "bar" });
    this.buttons = {
      up: this.button("↑", () => this.move(-1)),
      down: this.button("↓", () => this.move(1)),
      remove: this.button("✕", () => this.remove()),
    };
    this.how = make("p", { class: "how", id: "how" });
    this.live = make("p", { class: "live", role: "status", "aria-live": "polite" });
    root.append(this.list, this.bar, this.how, this.live);
    this.list.addEventListener("keydown", (event) => this.pressed(event));
    this.list.addEventListener("pointerdown", (event) => this.grab(event));
    this.list.addEventListener("pointermove", (event) => this.drag(event));
    this.list.addEventListener("pointerup", (event) => this.drop(event));
    this.list.addEventListener("pointercancel", () => this.putBack());
  }

  button(sign, act) {
    const made = make("button", { type: "button" });
    made.append(make("span", { "aria-hidden": "true" }, sign), make("span", { class: "name" }));
    made.addEventListener("click", act);
    this.bar.append(made);
    return made;
  }

  update(data, report) {
    this.report = report;
    this.words = data.words;
    this.list.setAttribute("aria-label", data.words.list);
    this.how.textContent = data.words.how;
    for (const name of ["up", "down", "remove"]) {
      this.buttons[name].querySelector(".name").textContent = data.words[name];
    }
    if (this.waiting && data.heard !== this.waiting) return;
    this.waiting = "";
    this.rows = data.rows.map((row) => ({ ...row }));
    this.chosen = data.chosen;
    this.draw();
  }

  draw() {
    const kept = new Set();
    this.rows.forEach((row, place) => {
      const node = this.node(row.key);
      kept.add(row.key);
      node.querySelector(".number").textContent = String(place + 1);
      const title = node.querySelector(".title");
      title.textContent = row.title;
      title.title = row.title;
      const on = row.key === this.chosen;
      node.setAttribute("aria-selected", String(on));
      node.setAttribute("aria-posinset", String(place + 1));
      node.setAttribute("aria-setsize", String(this.rows.length));
      if (this.list.children[place] !== node) this.list.insertBefore(node, this.list.children[place] || null);
    });
    for (const [key, node] of this.nodes) {
      if (kept.has(key)) continue;
      node.remove();
      this.nodes.delete(key);
    }
    const place = this.place();
    const current = this.nodes.get(this.chosen);
    if (current) this.list.setAttribute("aria-activedescendant", current.id);
    else this.list.removeAttribute("aria-activedescendant");
    if (current) this.show(current);
    this.enable("up", place > 0);
    this.enable("down", place >= 0 && place < this.rows.length - 1);
    this.enable("remove", place >= 0);
  }

  node(key) {
    let node = this.nodes.get(key);
    if (node) return node;
    node = make("li", { role: "option", id: `slide-${key}` });
    node.dataset.key = String(key);
    node.append(
      make("span", { class: "handle", "aria-hidden": "true" }),
      make("span", { class: "number", "aria-hidden": "true" }),
      make("bdi", { class: "title", dir: "auto" }),
    );
    this.nodes.set(key, node);
    return node;
  }

  /* Scroll the list, never the page. */
  show(node) {
    const top = node.offsetTop - this.list.offsetTop;
    if (top < this.list.scrollTop) this.list.scrollTop = top;
    const over = top + node.offsetHeight - this.list.clientHeight;
    if (over > this.list.scrollTop) this.list.scrollTop = over;
  }

  enable(name, on) {
    this.buttons[name].setAttribute("aria-disabled", String(!on));
  }

  place() {
    return this.rows.findIndex((row) => row.key === this.chosen);
  }

  pressed(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step && event.altKey) this.move(step);
    else if (step) this.choose(this.place() + step);
    else if (event.key === "Home") this.choose(0);
    else if (event.key === "End") this.choose(this.rows.length - 1);
    else if (event.key === "Delete") this.remove();
    else if (event.key === "Escape" && this.held) this.putBack();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  choose(place) {
    const row = this.rows[place];
    if (!row || row.key === this.chosen) return;
    this.chosen = row.key;
    this.after("chosen", row, place);
  }

  move(step) {
    this.moveTo(this.place(), this.place() + step);
  }

  moveTo(from, to) {
    if (from < 0 || to < 0 || to >= this.rows.length || from === to) return;
    const [row] = this.rows.splice(from, 1);
    this.rows.splice(to, 0, row);
    this.after("moved", row, to);
  }

  remove() {
    const place = this.place();
    if (place < 0) return;
    const [row] = this.rows.splice(place, 1);
    const next = this.rows[Math.min(place, this.rows.length - 1)];
    this.chosen = next ? next.key : 0;
    this.after("removed", row, place);
  }

  /* Draw what was done, say it, and tell Python when the reader rests. */
  after(what, row, place) {
    this.draw();
    const said = { title: row.title, place: String(place + 1), count: String(this.rows.length) };
    this.live.textContent = this.words[what].replace(/\{(title|place|count)\}/g, (_, name) => said[name]);
    this.tell();
  }

  tell() {
    clearTimeout(this.timer);
    this.waiting = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
    this.timer = setTimeout(() => {
      const order = this.rows.map((row) => row.key);
      this.report({ order, chosen: this.chosen, mark: this.waiting });
    }, SEND_AFTER);
  }

  /* By pointer: a mouse takes a row anywhere, a finger takes its handle, so that it can scroll. */
  grab(event) {
    const node = event.target.closest("li");
    if (!node || event.button !== 0) return;
    this.held = {
      key: Number(node.dataset.key),
      from: event.clientY,
      id: event.pointerId,
      may: event.pointerType === "mouse" || Boolean(event.target.closest(".handle")),
      before: this.rows.slice(),
      moving: false,
    };
  }

  drag(event) {
    const held = this.held;
    if (!held || !held.may || event.pointerId !== held.id) return;
    if (!held.moving) {
      if (Math.abs(event.clientY - held.from) < DRAG_FROM) return;
      held.moving = true;
      this.chosen = held.key;
      this.list.setPointerCapture(held.id);
      this.nodes.get(held.key).classList.add("is-held");
    }
    const frame = this.list.getBoundingClientRect();
    if (event.clientY < frame.top + EDGE) this.list.scrollTop -= 10;
    if (event.clientY > frame.bottom - EDGE) this.list.scrollTop += 10;
    const from = this.rows.findIndex((row) => row.key === held.key);
    const to = this.rows.filter((row) => {
      if (row.key === held.key) return false;
      const box = this.nodes.get(row.key).getBoundingClientRect();
      return box.top + box.height / 2 < event.clientY;
    }).length;
    if (from === to) return;
    const [row] = this.rows.splice(from, 1);
    this.rows.splice(to, 0, row);
    this.draw();
  }

  drop(event) {
    const held = this.held;
    if (!held || event.pointerId !== held.id) return;
    this.release();
    const place = this.rows.findIndex((row) => row.key === held.key);
    if (!held.moving) return this.choose(place);
    this.after("moved", this.rows[place], place);
  }

  putBack() {
    if (!this.held) return;
    this.rows = this.held.before;
    this.release();
    this.draw();
  }

  release() {
    const node = this.nodes.get(this.held.key);
    if (node) node.classList.remove("is-held");
    this.held = null;
  }

  close() {
    clearTimeout(this.timer);
    this.presenting.close();
    for (const part of [this.list, this.bar, this.how, this.live]) part.remove();
  }
}

/* A click from a text field straight onto the link that presents: the words are on their way, and
   the link does not carry them yet. Open the window at once, and fill it when the link does. */
class Presenting {
  constructor() {
    this.before = ""; // where the link led when the last letter was typed
    this.onInput = (event) => {
      if (event.target.matches?.(FIELDS)) this.before = this.link()?.href || "";
    };
    this.onClick = (event) => {
      const link = this.link();
      if (!link || !event.composedPath().includes(link) || link.href !== this.before) return;
      event.preventDefault();
      this.fill(window.open("about:blank", "_blank"), performance.now() + LATEST);
    };
    document.addEventListener("input", this.onInput);
    document.addEventListener("click", this.onClick, { capture: true });
  }

  link() {
    return document.querySelector(PRESENT);
  }

  fill(opened, end) {
    if (!opened) return;
    const link = this.link();
    if (link && (link.href !== this.before || performance.now() > end)) {
      this.before = "";
      opened.location.replace(link.href);
    } else if (performance.now() > end) {
      opened.close(); // by now the briefing is too large for a link: the page says so
    } else {
      setTimeout(() => this.fill(opened, end), 40);
    }
  }

  close() {
    document.removeEventListener("input", this.onInput);
    document.removeEventListener("click", this.onClick, { capture: true });
  }
}

function make(name, attributes, text) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

const lists = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  let list = lists.get(parentElement);
  if (!list) lists.set(parentElement, (list = new Order(parentElement)));
  list.update(data, (said) => setStateValue("list", said));
  return () => {
    list.close();
    lists.delete(parentElement);
  };
}
