"""The map page itself: where its sea ends, what its names stand by, and how the keyboard goes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely

from geobrief import style
from geobrief.atlas import Atlas
from geobrief.compose import compose
from geobrief.render.leaflet import ground
from geobrief.spec import View
from tests.browser.test_dashboard import Dashboard, eventually

LABELS = """() => {
  const map = geobrief.map, frame = map.getContainer().getBoundingClientRect();
  return Array.from(document.querySelectorAll(".gb-label.is-placed"), (label) => {
    const it = geobrief.items.get(label.dataset.label), r = label.getBoundingClientRect();
    const x = r.left - frame.left, y = r.top - frame.top, box = [x, y, x + r.width, y + r.height];
    const at = map.containerPointToLatLng([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]);
    return {
      id: label.dataset.label, kind: it.symbol.kind, box, at: [at.lng, at.lat],
      width: label.offsetWidth, height: label.offsetHeight,
      line: it.symbol.kind === "line"
        ? (it.path._parts || []).map((part) => part.map((p) => {
          const q = map.layerPointToContainerPoint(p);
          return [q.x, q.y];
        }))
        : [],
    };
  });
}"""
DOTS = """() => Array.from(geobrief.items.values(), (it) => it)
  .filter((it) => it.symbol.kind === "point"
    && it.path.getElement().getBoundingClientRect().width > 0
    && getComputedStyle(it.path.getElement()).visibility === "visible")
  .map((it) => {
    const p = geobrief.map.latLngToContainerPoint(it.latlngs);
    return { id: it.feature.id, x: p.x, y: p.y, r: it.symbol.radius };
  })"""
SEA = """() => {
  const map = geobrief.map, frame = map.getContainer().getBoundingClientRect();
  const r = document.querySelector("path.gb-sea").getBoundingClientRect();
  const a = map.containerPointToLatLng([r.left - frame.left, r.bottom - frame.top]);
  const b = map.containerPointToLatLng([r.right - frame.left, r.top - frame.top]);
  return [a.lng, a.lat, b.lng, b.lat];
}"""
STOPS = """() => {
  const all = document.querySelectorAll("a[href], button, input, summary, [tabindex]");
  const shown = (e) =>
    e.tabIndex >= 0 && !e.disabled && e.checkVisibility({ visibilityProperty: true });
  return Array.from(all).filter(shown).map((e) => ({
    name: e.outerHTML.slice(0, 80), feature: e.classList.contains("gb-target"),
    skip: e.classList.contains("gb-skip"), size: e.getBoundingClientRect().width,
    clip: getComputedStyle(e.closest("section") || e).clipPath,
  }));
}"""
IDLE = "() => document.activeElement.dataset.id || ''"


@pytest.fixture
def sheet(page: Any, server: str) -> Callable[..., Any]:
    """Open the map page of a sheet at a size."""

    def opened(name: str, width: int = 1440, height: int = 900) -> Any:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{server}/map/{name}")
        page.locator("body[data-ready='1']").wait_for()
        return page

    return opened


@pytest.mark.parametrize("size", [(0, 0), (0, 400), (400, 0), (300, 150), (60, 400)])
def test_a_frame_without_room_shows_its_extent_when_it_has_some(
    page: Any, server: str, atlas: Atlas, size: tuple[int, int]
) -> None:
    width, height = size
    body = (
        f"<iframe style='width:{width}px; height:{height}px' src='/map/{next(iter(atlas.sheets))}'>"
    )
    page.route("**/host", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(f"{server}/host")
    frame = page.frames[1]
    frame.locator("body[data-ready='1']").wait_for(state="attached")
    page.evaluate("() => { document.querySelector('iframe').style = 'width:900px; height:600px'; }")
    eventually(lambda: frame.evaluate("() => geobrief.map.getSize().y") > 400)
    shown = "() => geobrief.map.getBounds().toBBoxString()"
    bounds = [float(one) for one in frame.evaluate(shown).split(",")]
    assert shapely.box(*bounds).covers(shapely.box(*next(iter(atlas.sheets.values())).extent))


def bounded(atlas: Atlas) -> str:
    """Return a sheet whose ground ends."""
    found = ((id, ground(atlas, compose(atlas, id, View()))) for id in atlas.sheets)
    return next(id for id, box in found if box and box[2] - box[0] < 359)


def crowded(atlas: Atlas) -> list[str]:
    """Return the sheets with the most features of each kind."""

    def many(kind: str, sheet: str) -> int:
        spec = compose(atlas, sheet, View())
        return sum(len(layer.features) for layer in spec.layers if layer.kind == kind)

    kinds = ("point", "line", "polygon")
    return sorted({max(atlas.sheets, key=lambda id: many(kind, id)) for kind in kinds})


def test_the_sea_ends_where_the_ground_does(sheet: Callable[..., Any], atlas: Atlas) -> None:
    name = bounded(atlas)
    box = ground(atlas, compose(atlas, name, View()))
    page = sheet(name, 1920, 1080)
    for _ in range(8):
        page.locator("#zoom-out").click()
        page.wait_for_timeout(320)
    drawn = page.evaluate(SEA)
    assert drawn == pytest.approx(box, abs=0.3), "the sea is not the ground's box"
    paper = page.evaluate("() => getComputedStyle(geobrief.map.getContainer()).backgroundColor")
    red, green, blue = (int(style.PAPER[i : i + 2], 16) for i in (1, 3, 5))
    assert paper == f"rgb({red}, {green}, {blue})"
    wide = page.evaluate("() => document.querySelector('path.gb-sea').getBoundingClientRect()")
    assert wide["height"] > 0.7 * 1080, "the map goes farther out than its ground"


def test_names_stand_by_what_they_name(sheet: Callable[..., Any], atlas: Atlas) -> None:
    for name in crowded(atlas):
        page = sheet(name)
        labels, dots = page.evaluate(LABELS), page.evaluate(DOTS)
        places = {dot["id"]: dot for dot in dots}
        for label in labels:
            layer, _, row = label["id"].partition("/")
            gaps = {id: _gap(label["box"], dot) for id, dot in places.items()}
            if label["kind"] == "fill":
                area = atlas.layers[layer].frame.loc[row, "geometry"]
                off = shapely.distance(area, shapely.Point(label["at"]))
                assert off < 0.05, f"{name}: {label['id']} is named in another area"
            elif label["kind"] == "line":
                line = shapely.MultiLineString([part for part in label["line"] if len(part) > 1])
                off = shapely.distance(line, shapely.box(*label["box"]))
                assert off < label["height"], f"{name}: {label['id']} is named far from its line"
                middle = np.reshape(label["box"], (2, 2)).mean(axis=0)
                assert (
                    shapely.distance(line, shapely.Point(middle)) < 60
                    or line.length < 1.6 * label["width"]
                ), label["id"]
            else:
                own = places[label["id"]]
                for id, gap in gaps.items():
                    other = places[id]
                    if (
                        np.hypot(other["x"] - own["x"], other["y"] - own["y"])
                        > own["r"] + other["r"]
                    ):
                        assert gap > gaps[label["id"]] - 1, f"{name}: {label['id']} stands at {id}"
            if label["kind"] == "point":
                gaps.pop(label["id"])
                assert min(gaps.values(), default=9) > -1, f"{name}: {label['id']} touches a symbol"


def _gap(box: list[float], dot: dict[str, float]) -> float:
    x = max(box[0] - dot["x"], 0, dot["x"] - box[2])
    y = max(box[1] - dot["y"], 0, dot["y"] - box[3])
    return float(np.hypot(x, y) - dot["r"])


def test_the_features_are_one_tab_stop(sheet: Callable[..., Any], atlas: Atlas) -> None:
    page = sheet(crowded(atlas)[0])
    stops = page.evaluate(STOPS)
    assert sum(stop["feature"] for stop in stops) == 1
    assert len(stops) < 30, "too many stops for a keyboard"
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "gb-skip"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.parentElement.id") == "places"
    page.locator(".gb-target[tabindex='0']").focus()
    first = page.evaluate(IDLE)
    page.keyboard.press("PageDown")
    second = page.evaluate(IDLE)
    assert first and second and first != second
    met = set()
    while (here := page.evaluate(IDLE)) not in met:
        met.add(here)
        assert page.locator(".gb-target[tabindex='0']").count() == 1
        page.keyboard.press("PageDown")
    assert len(met) > 20
    moved = {page.keyboard.press(f"Arrow{to}") or page.evaluate(IDLE) for to in ("Down", "Up")}
    assert moved - {here}, "arrows lead nowhere"
    ring = page.locator("path.gb-focus").first
    assert ring.get_attribute("stroke") == style.SELECT
    assert float(ring.get_attribute("stroke-width") or 0) >= 2
    here = page.evaluate(IDLE)
    page.keyboard.press("Enter")
    assert page.locator("body").get_attribute("data-selected") == here
    assert page.locator(f'[data-id="{here}"]').get_attribute("aria-pressed") == "true"
    page.keyboard.press("Escape")
    assert page.locator("body").get_attribute("data-selected") == ""


def test_a_framed_map_hides_no_button(page: Any, server: str) -> None:
    Dashboard(page, server)
    frame = next(frame for frame in page.frames if "/map/" in frame.url)
    assert "framed" in frame.evaluate("() => document.documentElement.className")
    for stop in frame.evaluate(STOPS):
        assert stop["skip"] or (stop["size"] > 3 and stop["clip"] == "none"), stop["name"]


def test_a_phone_shows_the_whole_map(sheet: Callable[..., Any], atlas: Atlas) -> None:
    page = sheet(crowded(atlas)[0], 390, 844)
    tools = page.locator(".gb-tools").bounding_box()
    assert tools["height"] <= 40, "the buttons take more than a row"
    for button in ("#copy", "#download"):
        assert page.locator(button).bounding_box()["width"] <= 40
        assert page.locator(button).inner_text().strip()
    page.locator("#legend summary").click()
    legend = page.locator("#legend").bounding_box()
    for other in (tools, page.locator(".gb-furniture").bounding_box()):
        assert (
            legend["y"] + legend["height"] <= other["y"]
            or other["y"] + other["height"] <= legend["y"]
        )


def test_numbers_and_tips_keep_clear(sheet: Callable[..., Any], atlas: Atlas) -> None:
    widest = max(
        atlas.sheets, key=lambda id: atlas.sheets[id].extent[2] - atlas.sheets[id].extent[0]
    )
    for width in (390, 800, 1440):
        page = sheet(widest, width)
        for what in ("#degrees .gb-lon", "#degrees .gb-lat", ".gb-scale-words span"):
            boxes = [b for e in page.locator(what).all() if (b := e.bounding_box()) and b["width"]]
            axis = ("y", "height") if "lat" in what else ("x", "width")
            boxes.sort(key=lambda b: b[axis[0]])
            for a, b in pairwise(boxes):
                assert a[axis[0]] + a[axis[1]] + 2 < b[axis[0]], f"{what} collide at {width}"
        size = page.locator(".gb-map").bounding_box()
        for x, y in ((2, 2), (size["width"] - 2, size["height"] - 2), (size["width"] / 2, 2)):
            page.evaluate("([x, y]) => geobrief.tip('A name of some length', { x, y })", [x, y])
            tip = page.locator("#tip").bounding_box()
            assert tip["x"] >= size["x"] and tip["y"] >= size["y"]
            assert tip["x"] + tip["width"] <= size["x"] + size["width"]
            assert tip["y"] + tip["height"] <= size["y"] + size["height"]


OUTLINES = """(kind) => {
  const all = Array.from(geobrief.items.values()).filter((it) => it.symbol.kind === kind);
  return { first: all[0].feature.id, points: all.flatMap((it) => it.latlngs.flat(3)).length };
}"""


def test_who_comes_closer_gets_the_finest_lines_once(
    sheet: Callable[..., Any], page: Any, server: str, atlas: Atlas
) -> None:
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "finer=" in one.url else None)
    opened = sheet(bounded(atlas))
    before = {kind: opened.evaluate(OUTLINES, kind) for kind in ("line", "fill")}
    assert not asked, "the sheet's own extent needs no finer lines"
    opened.evaluate("(id) => { geobriefMap.select([id]); }", before["line"]["first"])
    for _ in range(5):
        opened.evaluate("() => { geobrief.map.zoomIn(1, { animate: false }); }")
    opened.locator("body[data-finer='1']").wait_for()
    for kind, rough in before.items():
        assert opened.evaluate(OUTLINES, kind)["points"] > rough["points"]
    assert opened.locator("path.gb-halo").count() == 1
    opened.evaluate("() => { geobrief.map.zoomIn(1, { animate: false }); }")
    assert len(asked) == 1


def test_a_link_to_a_close_view_has_the_finest_lines(page: Any, server: str, atlas: Atlas) -> None:
    west, south, east, north = atlas.sheets[bounded(atlas)].extent
    box = ((west + east) / 2, (south + north) / 2, (west + east) / 2 + 1, (south + north) / 2 + 0.7)
    page.goto(f"{server}/map/{bounded(atlas)}?bbox={','.join(f'{side:.3f}' for side in box)}")
    page.locator("body[data-finer='1']").wait_for()
