"""Reading with the map: it follows the essay, the axis lights it, a date turns it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from geobrief.atlas import Atlas
from tests.browser.test_dashboard import Dashboard, eventually

IN_VIEW = """(e) => {
  const box = e.getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight;
}"""
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def board(page: Any, server: str) -> Callable[[str], Dashboard]:
    """Open an address of the dashboard."""
    return lambda address: Dashboard(page, server + address)


def test_the_map_follows_the_reader(board: Callable[[str], Dashboard]) -> None:
    essay = board("/essay")
    last = essay.page.locator("[data-follow]").last
    assert last.get_attribute("data-follow")
    assert essay.selected == ""
    last.evaluate("(e) => e.scrollIntoView({ block: 'start' })")
    essay.page.mouse.wheel(0, -250)
    eventually(lambda: essay.selected != "")
    read = essay.page.locator(".is-here")
    assert read.count() == 1
    assert set(essay.selected.split(",")) == set(read.get_attribute("data-follow").split(","))
    assert essay.frame.evaluate(IN_VIEW), "the map scrolled away from its text"
    assert "select" not in essay.query, "reading is no choice: it does not belong in the link"


def test_a_choice_outlasts_scrolling(board: Callable[[str], Dashboard]) -> None:
    essay = board("/essay")
    essay.page.locator(".gb-essay mark").first.click()
    chosen = eventually(lambda: essay.selected)
    essay.page.locator("[data-follow]").last.evaluate("(e) => e.scrollIntoView()")
    essay.page.evaluate(PAINTED)
    assert essay.selected == chosen


def test_every_phrase_of_the_essay_can_be_clicked(
    board: Callable[[str], Dashboard], atlas: Atlas
) -> None:
    essay = board("/essay")
    given: dict[str, set[str]] = {}
    for sentence in essay.page.locator("[data-passage]").all():
        features = {
            feature
            for mark in sentence.locator("mark").all()
            for feature in mark.get_attribute("data-features").split(",")
        }
        given[sentence.get_attribute("data-passage")] = features
    for link in atlas.links:
        assert not link.features or set(link.features) & given[link.passage], link.quote


def test_the_axis_and_the_map_light_each_other(board: Callable[[str], Dashboard]) -> None:
    line = board("/timeline")
    dot = line.page.locator(".gb-axis-dot:not(.gb-axis-placeless)").last
    event = dot.get_attribute("data-features")
    dot.focus()
    line.page.keyboard.press("Enter")
    eventually(lambda: line.selected == event)
    assert line.map.locator(".gb-halo").count() == 1
    assert dot.get_attribute("aria-pressed") == "true"
    line.page.locator(f'.gb-card[data-card="{event}"]').wait_for()
    assert "(inferred)" in line.page.locator(".gb-axis-moments").inner_text()
    assert "Nothing found after 2026-10-04" in line.page.locator(".gb-axis").inner_text()


def test_a_date_turns_the_map_back(board: Callable[[str], Dashboard]) -> None:
    line = board("/timeline")
    points = line.map.locator("path[data-feature^='events/']")
    now = points.count()
    slider = line.page.get_by_role("slider").first
    slider.focus()
    line.page.keyboard.press("Home")
    eventually(lambda: line.query.get("date", "").startswith("1893"))
    eventually(lambda: 0 < points.count() < now)
    assert points.count() == 1
    assert line.page.locator(".gb-axis-dot").count() < 5


def test_a_record_lights_what_shows_it(board: Callable[[str], Dashboard], atlas: Atlas) -> None:
    formats = board("/diplomacy?sheet=formats")
    row = formats.page.locator('.gb-table [data-features="formats/sco"]').first
    row.click()
    eventually(lambda: formats.selected == "formats/sco")
    parts = atlas.layers["formats"].parts["sco"]
    assert formats.map.locator(".gb-halo").count() > len(parts) / 2
    formats.page.locator('.gb-card[data-card="formats/sco"]').wait_for()


def test_what_is_quiet_shows_only_when_it_is_chosen(board: Callable[[str], Dashboard]) -> None:
    essay = board("/essay")
    route = essay.map.locator("path[data-feature='routes/pipeline_tapi']")
    assert not route.is_visible()
    essay.page.goto(essay.address + "?select=routes/pipeline_tapi")
    again = Dashboard(essay.page, essay.address)
    assert again.map.locator("path[data-feature='routes/pipeline_tapi']").is_visible()


def test_a_comparison_is_marked_and_listed(board: Callable[[str], Dashboard]) -> None:
    border = board("/border?compare=india")
    assert border.map.locator("path.gb-casing").count() > 3
    changes = border.page.locator(".gb-changes")
    changes.wait_for()
    changes.locator("[data-features]").first.click()
    eventually(lambda: border.selected != "")


def test_the_wheel_scrolls_the_page_until_the_map_is_clicked(
    board: Callable[[str], Dashboard],
) -> None:
    border = board("/border")
    zoom = border.map.locator("body").get_attribute("data-zoom")
    box = border.frame.bounding_box()
    border.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5)
    border.page.mouse.wheel(0, 60)
    eventually(lambda: border.map.locator("#status").inner_text())
    assert border.map.locator("body").get_attribute("data-zoom") == zoom
    border.page.mouse.down()
    border.page.mouse.up()
    border.page.mouse.wheel(0, -200)
    eventually(lambda: border.map.locator("body").get_attribute("data-zoom") != zoom)
