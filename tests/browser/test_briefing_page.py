"""The Briefing page in a browser: order by drag and by key, and the address that holds it all."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from geobrief.atlas import Atlas
from geobrief.briefings import Briefing, from_link, parse_briefing
from tests.browser.test_dashboard import Dashboard, eventually

EVIL = '<img src=x onerror="document.title=1"><script>document.title=2</script>'


@pytest.fixture
def board(page: Any, server: str, atlas: Atlas) -> Dashboard:
    """The shortest briefing that ships."""
    shortest = min(atlas.briefings.values(), key=lambda briefing: len(briefing.slides))
    return Dashboard(page, f"{server}/briefing?briefing={shortest.id}")


def titles(board: Dashboard) -> list[str]:
    """Return the titles in the list, in the order in which they stand."""
    return list(board.page.locator("[role=option] .title").all_inner_texts())


def carried(board: Dashboard) -> Briefing | None:
    query = board.query
    return from_link(query["briefing"], query["b"]) if "b" in query else None


def sheets(board: Dashboard) -> list[str]:
    """Return the sheets that the address carries, in their order."""
    own = carried(board)
    return [slide.sheet for slide in own.slides] if own else []


def drag(board: Dashboard, start: int, end: int) -> None:
    """Drag a slide onto another one's place."""
    boxes = [item.bounding_box() for item in board.page.locator("[role=option]").all()]
    mouse = board.page.mouse
    mouse.move(boxes[start]["x"] + 12, boxes[start]["y"] + boxes[start]["height"] / 2)
    mouse.down()
    mouse.move(boxes[end]["x"] + 12, boxes[end]["y"] + boxes[end]["height"] * 0.4, steps=8)
    mouse.move(boxes[end]["x"] + 12, boxes[end]["y"] + boxes[end]["height"] * 0.8, steps=3)
    mouse.up()


def test_a_slide_is_dragged_to_its_place_and_stays_there(board: Dashboard, atlas: Atlas) -> None:
    ships = [slide.sheet for slide in atlas.briefings[board.query["briefing"]].slides]
    before = titles(board)
    drag(board, 0, 2)
    moved = [*before[1:3], before[0], *before[3:]]
    assert titles(board) == moved, "at once, without waiting for the server"
    wanted = [*ships[1:3], ships[0], *ships[3:]]
    eventually(lambda: sheets(board) == wanted)
    link = board.page.locator(".st-key-briefing-head a")
    assert link.get_attribute("target") == "_blank"
    eventually(lambda: board.query["b"] in (link.get_attribute("href") or ""))
    assert urlsplit(link.get_attribute("href")).path == f"/present/{board.query['briefing']}"
    assert parse_qs(urlsplit(link.get_attribute("href")).query)["b"] == [board.query["b"]]
    again = Dashboard(board.page, board.address)
    assert titles(again) == moved and sheets(again) == wanted
    assert again.query["slide"] == "3", "the dragged one is shown"
    again.page.evaluate("() => window.history.back()")
    eventually(lambda: titles(again) == before)


def test_the_keys_order_choose_and_remove(board: Dashboard, atlas: Atlas) -> None:
    before, page = titles(board), board.page
    ships = [slide.sheet for slide in atlas.briefings[board.query["briefing"]].slides]
    page.locator("[role=listbox]").focus()
    live = page.locator("[role=status].live")
    for _ in range(2):
        page.keyboard.press("Alt+ArrowDown")
    assert titles(board) == [*before[1:3], before[0], *before[3:]]
    assert live.inner_text() == f"{before[0]} is now 3 of {len(before)}"
    eventually(lambda: sheets(board) == [*ships[1:3], ships[0], *ships[3:]])
    page.keyboard.press("Home")
    assert live.inner_text() == f"{before[1]}, 1 of {len(before)}"
    eventually(lambda: board.query.get("slide") == "1")
    page.locator(f"iframe.frame[src^='/map/{ships[1]}']").wait_for()
    focused = "() => document.activeElement.shadowRoot?.activeElement?.getAttribute('role')"
    assert page.evaluate(focused) == "listbox", "the list keeps the keyboard through a rerun"
    page.keyboard.press("Delete")
    assert titles(board) == [before[2], before[0], *before[3:]]
    assert "removed" in live.inner_text()
    eventually(lambda: sheets(board) == [ships[2], ships[0], *ships[3:]])
    page.locator("button", has_text="Down").click()
    assert titles(board) == [before[0], before[2], *before[3:]]
    eventually(lambda: sheets(board) == [ships[0], ships[2], *ships[3:]])
    current = page.locator("[role=listbox]").get_attribute("aria-activedescendant")
    chosen = page.locator("[role=option][aria-selected=true]")
    assert chosen.get_attribute("id") == current and chosen.get_attribute("aria-posinset") == "2"


def test_words_are_data_and_find_their_slide(board: Dashboard) -> None:
    page = board.page
    title = page.locator(".st-key-slide-title input")
    title.fill(EVIL)
    title.press("Enter")
    eventually(lambda: titles(board)[0] == EVIL)
    page.locator("textarea").fill(EVIL)
    # Leaving the field by a click on another slide: the words stay with the first one.
    page.locator("[role=option]").nth(1).click()
    eventually(lambda: board.query.get("slide") == "2" and carried(board).slides[0].notes == EVIL)
    assert not carried(board).slides[1].notes and carried(board).slides[0].title == EVIL
    name = page.locator(".st-key-briefing-title input")
    name.fill(EVIL)
    name.press("Enter")
    eventually(lambda: carried(board).title == EVIL)
    again = Dashboard(page, board.address)
    assert titles(again)[0] == EVIL
    assert page.title() not in ("1", "2") and not page.locator("img[src=x]").count()


def test_what_was_typed_last_is_presented(board: Dashboard) -> None:
    page = board.page
    link = page.locator(".st-key-briefing-head a")
    page.locator("textarea").fill("Said at the last moment.")
    with page.expect_popup() as waiting:
        link.click()
    opened = waiting.value
    opened.wait_for_url("**/present/**", wait_until="commit")
    query = parse_qs(urlsplit(opened.url).query)
    assert from_link("x", query["b"][0]).slides[0].notes == "Said at the last moment."
    opened.close()
    with page.expect_popup() as waiting:
        link.click()
    waiting.value.wait_for_url("**/present/**", wait_until="commit")
    assert parse_qs(urlsplit(waiting.value.url).query) == query


def test_the_bar_leads_back_to_the_edited_briefing(board: Dashboard) -> None:
    page = board.page
    page.locator("button", has_text="Remove").click()
    eventually(lambda: carried(board))
    link, rest = board.query["b"], titles(board)
    page.locator(".st-key-links a").first.click()
    eventually(lambda: "briefing" not in urlsplit(board.address).path)
    page.locator(".st-key-links a", has_text="Briefing").click()
    eventually(lambda: board.query.get("b") == link)
    eventually(lambda: titles(board) == rest)


def test_the_view_of_the_map_goes_with_the_slide(board: Dashboard) -> None:
    page = board.page
    keep = page.locator(".st-key-keep-view button")
    board.map.locator("#zoom-in").click()
    box = eventually(lambda: board.query.get("bbox"))
    eventually(lambda: keep.is_enabled())
    keep.click()
    own = eventually(lambda: carried(board)).slides[0]
    assert own.bbox == tuple(float(part) for part in box.split(","))
    page.locator("[role=option]").nth(1).click()
    eventually(lambda: board.query.get("slide") == "2")
    assert "bbox" not in board.query
    page.locator("[role=option]").nth(0).click()
    eventually(lambda: board.query.get("bbox") == box)


def test_a_file_is_saved_and_loaded(board: Dashboard, tmp_path: Path) -> None:
    page = board.page
    page.locator("button", has_text="Remove").click()
    edited = eventually(lambda: sheets(board))
    link = page.locator(".st-key-briefing-head a")  # laid out with the file to save
    eventually(lambda: board.query["b"] in (link.get_attribute("href") or ""))
    with page.expect_download() as waiting:
        page.locator(".st-key-save button").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    saved = parse_briefing(path.read_text("utf-8"), path)
    assert [slide.sheet for slide in saved.slides] == edited
    broken = tmp_path / "broken.toml"
    broken.write_text(path.read_text("utf-8") + "[[slides]]\nsheet = 'nowhere'\n", "utf-8")
    files = page.locator("[data-testid=stFileUploader] input[type=file]")
    before = board.address
    files.set_input_files(broken)
    told = page.locator(".gb-warning li")
    told.wait_for()
    assert "broken.toml:" in told.inner_text() and "no sheet 'nowhere'" in told.inner_text()
    assert board.address == before
    other = tmp_path / "tuesday.toml"
    other.write_text(path.read_text("utf-8"), "utf-8")
    files.set_input_files(other)
    eventually(lambda: board.query["briefing"] == "tuesday")
    assert sheets(board) == edited
    told.wait_for(state="detached")
