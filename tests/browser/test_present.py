"""The presenter in a browser: keys, clicker, touch, two windows in step, for everybody."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pytest

from geobrief.atlas import Atlas
from geobrief.briefings import to_link
from tests.browser.test_dashboard import eventually
from tests.browser.test_every_sheet import AXE, GRAVE, WIDER

SLIDES = 21
"""Slides of the long run: twenty presses."""
MOST = 7
"""Maps alive at once."""
PAYLOAD = "<img src=x onerror=alert(1)>"

FRAME = """() => {
  const inside = document.querySelector(".slide.is-now iframe").contentWindow;
  return {
    ready: inside.geobriefMap.ready(), sheet: inside.document.body.dataset.sheet,
    labels: Number(inside.document.body.dataset.labels), selected: inside.geobriefMap.selected(),
    paths: inside.document.querySelectorAll(".leaflet-pane path[d]").length,
    focused: inside.document.activeElement.dataset.id || "",
    zoom: inside.geobrief.map.getZoom(), place: inside.geobriefMap.place(),
    presented: inside.document.documentElement.classList.contains("presented"),
    foot: inside.getComputedStyle(inside.document.querySelector(".gb-disclaimer")).display,
  };
}"""
SMALL = """() => Array.from(document.querySelectorAll(".slide.is-now .words blockquote p"),
  (p) => parseFloat(getComputedStyle(p).fontSize) * p.getBoundingClientRect().width / p.offsetWidth)
"""
FREE = """() => {
  const page = document.querySelector(".slide.is-now iframe").contentDocument;
  const free = (symbol) => {
    const r = symbol.getBoundingClientRect();
    return page.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2) === symbol;
  };
  return Array.from(page.querySelectorAll(".gb-point.gb-target")).find(free).dataset.id;
}"""
"""A symbol in view that nothing lies over."""
OVERFULL = """() => {
  const words = document.querySelector(".slide.is-now .words");
  return words ? words.scrollHeight - words.clientHeight : 0;
}"""


class Presenter:
    """A window of the presenter."""

    def __init__(self, page: Any, address: str = "") -> None:
        self.page = page
        if address:
            page.goto(address)
        eventually(lambda: page.evaluate("() => Boolean(window.geobriefPresent)"), 30)
        self.at(self.now)

    @property
    def now(self) -> str:
        """The stop that is shown: "7", or "7.1" for the first chart of slide 7."""
        return str(self.page.evaluate("() => geobriefPresent.now"))

    @property
    def stops(self) -> list[str]:
        """All stops in their order; "0" is the cover."""
        return list(self.page.evaluate("() => geobriefPresent.stops"))

    @property
    def alive(self) -> int:
        """How many frames are filled."""
        return int(self.page.evaluate("() => geobriefPresent.alive"))

    @property
    def frame(self) -> dict[str, Any]:
        """What the map of the shown slide says about itself."""
        return dict(self.page.evaluate(FRAME))

    def data(self, name: str) -> str:
        """An attribute `data-name` of the page."""
        return self.page.locator("body").get_attribute(f"data-{name}") or ""

    def at(self, stop: str) -> None:
        """Wait until a stop is shown and its map drawn."""
        eventually(lambda: self.data("drawn") == stop and self.now == stop, 30)

    def settled(self) -> None:
        """Wait until the map rests and its neighbours are loaded, as they do while one speaks."""
        eventually(lambda: self.page.evaluate("() => geobriefPresent.settled"), 30)

    def press(self, key: str, stop: str) -> None:
        """Press a key and wait for the stop that it leads to."""
        self.page.keyboard.press(key)
        self.at(stop)


Opener = Callable[..., Presenter]


@pytest.fixture
def longest(atlas: Atlas) -> str:
    """The briefing with the most slides."""
    return max(atlas.briefings.values(), key=lambda one: len(one.slides)).id


@pytest.fixture
def shortest(atlas: Atlas) -> str:
    """The briefing with the fewest slides."""
    return min(atlas.briefings.values(), key=lambda one: len(one.slides)).id


@pytest.fixture
def opened(page: Any, server: str, shortest: str) -> Opener:
    """Open the shortest briefing."""

    def go(stop: str = "1", **query: str) -> Presenter:
        return Presenter(page, f"{server}/present/{shortest}?{urlencode(query)}#{stop}")

    return go


@pytest.fixture
def phone(browser: Any) -> Iterator[Any]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    yield context.new_page()
    context.close()


def faults(frame: Any) -> list[tuple[str, list[str]]]:
    """Return what axe holds against a page, serious and critical."""
    frame.evaluate(AXE.read_text("utf-8"))
    found = frame.evaluate("() => axe.run(document, { iframes: false })")["violations"]
    return [
        (v["id"], [node["html"][:160] for node in v["nodes"][:3]])
        for v in found
        if v["impact"] in GRAVE
    ]


def test_twenty_slides_there_and_back(page: Any, server: str, atlas: Atlas, longest: str) -> None:
    sheets = [slide.sheet for slide in atlas.briefings[longest].slides]
    assert len(sheets) >= SLIDES
    page.set_viewport_size({"width": 1920, "height": 1080})
    show = Presenter(page, f"{server}/present/{longest}#1")
    way = [stop for stop in show.stops if 1 <= float(stop) <= SLIDES]
    for key, run in (("PageDown", way[1:]), ("PageUp", way[-2::-1])):
        for stop in run:
            show.settled()
            show.press(key, stop)
            if "." in stop:
                continue
            drawn = show.frame
            assert drawn["ready"] and drawn["presented"] and drawn["foot"] == "none"
            assert drawn["sheet"] == sheets[int(stop) - 1]
            assert drawn["labels"] > 0 and drawn["paths"] > 10
            assert show.alive <= MOST
            assert page.evaluate(OVERFULL) <= 1
            assert all(size >= 24 for size in page.evaluate(SMALL)), stop
    times = page.evaluate("() => geobriefPresent.times.map((one) => one.ms)")
    assert len(times) == 2 * (len(way) - 1)


def test_a_run_through_many_slides_draws_the_last_one_first(
    page: Any, server: str, longest: str
) -> None:
    show = Presenter(page, f"{server}/present/{longest}#1")
    stops = show.stops
    for _ in range(8):
        page.keyboard.press("PageDown")
    goal = stops[stops.index("1") + 8]
    show.at(goal)
    assert show.frame["ready"] and show.alive <= MOST
    show.settled()
    assert show.alive <= MOST
    assert f"#{goal}" in page.evaluate("() => location.href")


def test_the_second_window_follows_both_ways(opened: Opener, page: Any) -> None:
    show = opened()
    with page.expect_popup() as popup:
        page.keyboard.press("n")
    notes = Presenter(popup.value)
    errors: list[str] = []
    notes.page.on("pageerror", lambda error: errors.append(str(error)))
    asked: list[str] = []
    assert notes.now == "1"
    show.press("PageDown", "2")
    notes.at("2")
    shown = notes.page.locator("[data-notes]:visible")
    assert shown.count() == 1 and shown.get_attribute("data-notes") == "2"
    assert notes.page.locator(".slide.is-after").get_attribute("data-slide") == "3"
    notes.page.on("request", lambda request: asked.append(request.url))
    notes.press("PageDown", "3")
    show.at("3")
    zoom, width = notes.frame["zoom"], show.frame["place"]["width"]
    box = notes.page.locator(".slide.is-now iframe").bounding_box()
    notes.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
    notes.page.mouse.wheel(0, -300)
    eventually(lambda: notes.frame["zoom"] > zoom + 0.3)
    eventually(lambda: show.frame["place"]["width"] < 0.9 * width)
    page.keyboard.press("z")
    eventually(lambda: abs(notes.frame["zoom"] - zoom) < 0.3)
    assert not [url for url in asked if "/present/" in url], "no round trip"
    notes.page.keyboard.press("b")
    eventually(lambda: show.data("curtain") == "black")
    assert page.locator("#curtain").is_visible()
    page.keyboard.press("b")
    eventually(lambda: notes.data("curtain") == "")
    page.reload()
    again = Presenter(page)
    assert again.now == "3"
    notes.press("Home", "0")
    again.at("0")
    clock = notes.page.locator("#timer")
    assert clock.inner_text() == "0:00"
    notes.page.keyboard.press("t")
    eventually(lambda: clock.inner_text() != "0:00")
    notes.page.keyboard.press("t")
    notes.page.keyboard.press("r")
    assert clock.inner_text() == "0:00"
    assert not faults(notes.page) and not errors
    assert notes.page.evaluate(WIDER) <= 0


def test_keys_alone_lead_everywhere(opened: Opener, page: Any) -> None:
    show = opened("0")
    last = show.stops[-1]
    show.press("End", last)
    show.press("Home", "0")
    show.press("Space", "1")
    show.press("ArrowRight", "2")
    show.press("ArrowLeft", "1")
    show.press("ArrowDown", "2")
    show.press("Backspace", "1")
    page.keyboard.type("3")
    assert page.locator("#digits").inner_text() == "3"
    show.press("Enter", "3")
    assert page.locator("#said").inner_text().startswith("Slide 3 of ")
    for key, colour in (("b", "black"), (".", "black"), ("w", "white")):
        page.keyboard.press(key)
        assert show.data("curtain") == colour and page.locator("#curtain").is_visible()
        page.keyboard.press(key)
        assert show.data("curtain") == "" and not page.locator("#curtain").is_visible()
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible() and show.now == "3"
    page.keyboard.press("o")
    assert page.locator("#overview").is_visible()
    assert page.evaluate("() => document.activeElement.dataset.go") == "3"
    page.keyboard.press("ArrowLeft")
    show.press("Enter", "2")
    assert not page.locator("#overview").is_visible()
    page.reload()
    assert Presenter(page).now == "2"


def test_a_place_on_the_map_has_its_keys_and_a_clicker_goes_on(opened: Opener, page: Any) -> None:
    show = opened("2")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.localName === 'iframe'"):
            break
    for _ in range(4):
        page.keyboard.press("Tab")
        if show.frame["focused"]:
            break
    first = show.frame["focused"]
    assert first
    for key in ("ArrowRight", "ArrowLeft", "PageDown"):
        page.keyboard.press(key)
    assert show.now == "2" and show.frame["focused"]
    page.keyboard.press("Enter")
    assert show.frame["selected"]
    page.keyboard.press("Escape")
    assert not show.frame["selected"] and not page.locator("#overview").is_visible()
    inside = page.frame_locator(".slide.is-now iframe")
    free = page.evaluate(FREE)
    inside.locator(f'.gb-point[data-id="{free}"]').click()
    eventually(lambda: show.frame["selected"] == [free])
    show.press("PageDown", "3")
    show.press("PageUp", "2")
    eventually(lambda: not show.frame["selected"])  # a slide comes back as the briefing has it


def test_the_map_stays_alive_and_comes_back_as_it_was(opened: Opener, page: Any) -> None:
    show = opened("2")
    before = show.frame["zoom"]
    box = page.locator(".slide.is-now iframe").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
    page.mouse.wheel(0, -400)
    eventually(lambda: show.frame["zoom"] > before + 0.3)
    page.keyboard.press("z")
    eventually(lambda: abs(show.frame["zoom"] - before) < 0.05)


GLIDING = """() => {
  const moving = document.querySelector(".slide.is-leaving");
  return Boolean(moving) && document.querySelectorAll(".slide.is-gliding").length === 1;
}"""


START = """() => {
  const [old, made] = [".is-leaving", ".is-gliding"].map((one) => {
    const inside = document.querySelector(one + " iframe").contentWindow;
    inside.document.getAnimations().forEach((moving) => {
      moving.pause();
      moving.currentTime = 0;
    });
    return inside;
  });
  const at = made.geobrief.map.getCenter();
  return [old, made].map((inside) => {
    const box = inside.geobriefMap.element, r = box.getBoundingClientRect();
    const p = inside.geobrief.map.latLngToContainerPoint([at.lat, at.lng]);
    const scale = r.width / box.offsetWidth;
    return [r.left + p.x * scale, r.top + p.y * scale, scale];
  });
}"""
"""Where one place lies in both maps as they begin to move, and how much each is magnified."""


def test_the_next_map_begins_where_the_last_one_lies(
    page: Any, server: str, atlas: Atlas, longest: str
) -> None:
    slides = atlas.briefings[longest].slides
    widths = [atlas.sheets[slide.sheet].extent for slide in slides]
    ratio = [(b[2] - b[0]) / (a[2] - a[0]) for a, b in pairwise(widths)]
    number = min(range(len(ratio)), key=lambda i: ratio[i]) + 1
    show = Presenter(page, f"{server}/present/{longest}#{number}")
    show.settled()
    time.sleep(0.4)  # sooner it would be a run through the slides, which cuts
    page.keyboard.press("PageDown")
    (x, y, one), (left, top, scale) = page.evaluate(START)
    assert one == pytest.approx(1) and scale < 0.5
    assert (left, top) == pytest.approx((x, y), abs=1)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_map_moves_where_motion_is_welcome(opened: Opener, page: Any, motion: str) -> None:
    page.emulate_media(reduced_motion=motion)
    show = opened("1")
    show.settled()
    time.sleep(0.4)  # sooner it would be a run through the slides, which cuts
    page.keyboard.press("PageDown")
    assert page.evaluate(GLIDING) is (motion == "no-preference")
    show.at("2")
    eventually(lambda: not page.evaluate(GLIDING))
    assert page.locator(".slide:visible").count() == 1


def test_where_the_script_runs_leftwards_so_does_the_way_on(
    opened: Opener, page: Any, atlas: Atlas
) -> None:
    language = next(one for one in atlas.languages if one.direction == "rtl")
    show = opened("1", lang=language.id, marking="For <official> use")
    show.press("ArrowLeft", "2")
    show.press("ArrowRight", "1")
    show.press("PageDown", "2")
    words = page.locator(".slide.is-now .words").bounding_box()
    frame = page.locator(".slide.is-now .frame").bounding_box()
    assert words["x"] + words["width"] < frame["x"]
    quote = page.locator(".slide.is-now blockquote p").first
    assert quote.evaluate("(p) => getComputedStyle(p).direction") == "ltr"
    assert page.locator(".slide.is-now .marking").all_inner_texts() == ["For <official> use"] * 2
    page.keyboard.press("?")
    assert not faults(page)


def test_nothing_keeps_anybody_out(opened: Opener, page: Any) -> None:
    show = opened("0")
    assert not faults(page)
    show.press("PageDown", "1")
    assert not faults(page)
    inside = next(f for f in page.frames if "/map/" in f.url and f.evaluate("() => true"))
    assert not faults(inside)
    page.keyboard.press("g")
    assert not faults(page)
    page.keyboard.press("g")
    assert not page.locator("#overview").is_visible()
    names = page.locator(".slide iframe").evaluate_all("(all) => all.map((one) => one.title)")
    assert len(set(names)) == len(names) and all(names)


def test_what_a_link_brings_runs_nothing(
    page: Any, server: str, atlas: Atlas, shortest: str
) -> None:
    briefing = atlas.briefings[shortest]
    slide = replace(briefing.slides[0], title=PAYLOAD, notes=PAYLOAD)
    edited = replace(briefing, title=PAYLOAD, marking=PAYLOAD, slides=(slide,))
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    show = Presenter(page, f"{server}/present/mine?b={to_link(edited)}#0")
    show.press("PageDown", "1")
    assert page.locator(".slide.is-now h1").inner_text() == PAYLOAD
    page.keyboard.press("o")
    assert page.locator("img[src='x']").count() == 0


def test_a_finger_turns_the_slides(phone: Any, server: str, shortest: str) -> None:
    show = Presenter(phone, f"{server}/present/{shortest}#1")
    touch = phone.context.new_cdp_session(phone)

    def swipe(start: int, end: int) -> None:
        def at(x: int) -> list[dict[str, int]]:
            return [{"x": x, "y": 620}]

        send = touch.send
        send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": at(start)})
        for a, b in pairwise(range(5)):
            x = start + (end - start) * b // 4
            assert a < b
            send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": at(x)})
        send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    swipe(330, 80)
    show.at("2")
    swipe(80, 330)
    show.at("1")
    assert phone.evaluate(WIDER) <= 0
    phone.locator("#bar [data-do='onward']").tap()
    show.at("2")
