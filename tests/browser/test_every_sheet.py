"""Every sheet as a reader meets it: on three screens, by keyboard, both ways, and for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import axe_playwright_python
import pytest

from geobrief.atlas import Atlas
from geobrief.compose import compose
from geobrief.spec import View
from tests.browser.test_dashboard import Dashboard, eventually

ROOT = Path(__file__).resolve().parents[2]
ATLAS = Atlas.load(ROOT / "content", ROOT / "geodata")
SHEETS = [(page.id, sheet) for page in ATLAS.pages for sheet in page.sheets]
WITHOUT_MAP = {"export", "sources"}
MAPS = [(page, sheet) for page, sheet in SHEETS if page not in WITHOUT_MAP]
SIZES = [(1440, 900), (1920, 1080), (390, 844)]
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
GRAVE = {"serious", "critical"}
WIDER = "() => document.documentElement.scrollWidth - window.innerWidth"
COVERED = """() => {
  const boxes = Array.from(document.querySelectorAll(".gb-label.is-placed"), (label) => {
    const r = label.getBoundingClientRect();
    return { text: label.textContent, r, turned: label.style.transform.includes("rotate") };
  });
  const frame = document.querySelector(".gb-map").getBoundingClientRect();
  const found = [];
  boxes.forEach((a, i) => {
    if (a.r.left < frame.left || a.r.right > frame.right) found.push(a.text + " leaves the map");
    boxes.slice(i + 1).forEach((b) => {
      const w = Math.min(a.r.right, b.r.right) - Math.max(a.r.left, b.r.left);
      const h = Math.min(a.r.bottom, b.r.bottom) - Math.max(a.r.top, b.r.top);
      if (w > 2 && h > 3 && !a.turned && !b.turned) found.push(a.text + " over " + b.text);
    });
  });
  return found;
}"""
"""Labels that lie over each other or leave the map; turned ones fill only a part of their box."""


def address(page: str, sheet: str, **more: str) -> str:
    """Return the address of one sheet of a page."""
    first = page == ATLAS.pages[0].id
    return f"/{'' if first else page}?{urlencode({'sheet': sheet, **more})}"


@pytest.fixture(scope="module")
def context(browser: Any) -> Iterator[Any]:
    """One browser profile for all sheets, so that what is cached stays cached."""
    made = browser.new_context(viewport={"width": 1440, "height": 900})
    yield made
    made.close()


@pytest.mark.parametrize(("page_id", "sheet"), MAPS)
def test_a_sheet_fits_every_screen(context: Any, server: str, page_id: str, sheet: str) -> None:
    tab = context.new_page()
    try:
        for width, height in SIZES:
            tab.set_viewport_size({"width": width, "height": height})
            board = Dashboard(tab, server + address(page_id, sheet))
            assert tab.evaluate(WIDER) <= 0, f"{sheet} scrolls sideways at {width}"
            inner = board.map.locator("body")
            assert inner.evaluate(WIDER) <= 0
            assert inner.evaluate(COVERED) == [], f"{sheet} at {width}"
            assert int(inner.get_attribute("data-labels") or 0) > 0
    finally:
        tab.close()


@pytest.mark.parametrize(("page_id", "sheet"), MAPS)
def test_sentence_and_feature_find_each_other(
    context: Any, server: str, page_id: str, sheet: str
) -> None:
    spec = compose(ATLAS, sheet, View())
    drawn = {feature.id for feature in spec.features() if feature.interactive}
    tab = context.new_page()
    try:
        tab.set_viewport_size({"width": 1440, "height": 900})
        board = Dashboard(tab, server + address(page_id, sheet))
        marks = tab.locator("mark[data-features], blockquote span[data-features]")
        marks.first.wait_for()
        phrase, ids = next(
            (mark, ids)
            for mark in marks.all()
            if (ids := mark.get_attribute("data-features").split(",")) and drawn & set(ids)
        )
        phrase.focus()
        tab.keyboard.press("Enter")
        eventually(lambda: set(board.selected.split(",")) & set(ids))
        assert board.map.locator(".gb-halo").count() > 0
        tab.keyboard.press("Enter")
        eventually(lambda: board.selected == "")
        feature = next(id for id in ids if id in drawn)
        board.map.locator("details#places summary").click()
        row = board.map.locator(f'[data-select="{feature}"]').first
        row.focus()
        tab.keyboard.press("Enter")
        eventually(lambda: board.selected == feature)
        eventually(lambda: "is-marked" in (phrase.get_attribute("class") or ""))
        tab.locator(f'.gb-card[data-card="{feature}"]').wait_for()
    finally:
        tab.close()


@pytest.mark.parametrize("page_id", [page.id for page in ATLAS.pages])
def test_nothing_keeps_anybody_out(context: Any, server: str, page_id: str) -> None:
    """axe finds no serious or critical fault on the page or in its map."""
    page = next(p for p in ATLAS.pages if p.id == page_id)
    tab = context.new_page()
    try:
        tab.set_viewport_size({"width": 1440, "height": 900})
        if page_id in WITHOUT_MAP:
            tab.goto(server + address(page_id, page.sheets[0]))
            tab.locator(".gb-foot").wait_for()
            frames = [tab.main_frame]
        else:
            Dashboard(tab, server + address(page_id, page.sheets[0]))
            frames = [f for f in tab.frames if f == tab.main_frame or "/map/" in f.url]
        for frame in frames:
            frame.evaluate(AXE.read_text("utf-8"))
            found = frame.evaluate("() => axe.run(document, { iframes: false })")
            faults = [
                (v["id"], v["impact"], [node["html"][:160] for node in v["nodes"][:3]])
                for v in found["violations"]
                if v["impact"] in GRAVE
            ]
            assert not faults, f"{page_id} {frame.url}: {faults}"
    finally:
        tab.close()
