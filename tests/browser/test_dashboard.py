"""The dashboard in a browser: feature and passage find each other, and the URL holds the view."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from statistics import median
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from geobrief.atlas import Atlas
from geobrief.render import markup
from tests.conftest import Journal

PNG = b"\x89PNG\r\n\x1a\n"


def eventually(check: Callable[[], Any], within: float = 10.0) -> Any:
    """Return what `check` gives as soon as it is true. (String predicates need eval: CSP.)"""
    end = time.monotonic() + within
    while not (found := check()):
        assert time.monotonic() < end, f"never true: {check}"
        time.sleep(0.02)
    return found


def at_rest(board: Dashboard, quiet: float = 0.6) -> str:
    """Return the address once it has not changed for `quiet` seconds."""
    address, since = board.address, time.monotonic()

    def unchanged() -> bool:
        nonlocal address, since
        if board.address != address:
            address, since = board.address, time.monotonic()
        return time.monotonic() - since > quiet

    eventually(unchanged)
    return address


class Dashboard:
    """One page of the dashboard with its map."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        page.goto(address)
        page.wait_for_selector("iframe.frame", timeout=30_000)
        self.map = page.frame_locator("iframe.frame")
        self.map.locator("body[data-ready='1']").wait_for(timeout=30_000)
        eventually(lambda: self.frame.get_attribute("data-loads") == "1")

    @property
    def frame(self) -> Any:
        """The element that holds the map."""
        return self.page.locator("iframe.frame")

    @property
    def selected(self) -> str:
        """Ids of the lit features, as the map tells them."""
        return self.map.locator("body").get_attribute("data-selected") or ""

    @property
    def address(self) -> str:
        """The browser's URL, asked of the page: `page.url` lags behind its own changes."""
        return str(self.page.evaluate("() => window.location.href"))

    @property
    def query(self) -> dict[str, str]:
        """The parameters in the browser's URL."""
        return {k: v[0] for k, v in parse_qs(urlsplit(self.address).query).items()}

    def mark(self) -> Any:
        """Return the first marked phrase that speaks of one feature."""
        for phrase in self.page.locator(".gb-passage mark").all():
            if "," not in phrase.get_attribute("data-features"):
                return phrase
        raise AssertionError("no passage speaks of one feature")

    def feature(self, name: str) -> Any:
        """Return what takes the clicks of a feature on the map."""
        return self.map.locator(f'[data-id="{name}"]')


def sheet_page(atlas: Atlas) -> str:
    """Return the address of the page that has a table: the sheet at the centre of the atlas."""
    return next(f"/{p.id}" for p in atlas.pages if atlas.sheets[p.sheets[0]].tables)


@pytest.fixture
def open_page(page: Any, server: str, atlas: Atlas) -> Callable[..., Dashboard]:
    """Open the sheet's page with a query."""
    return lambda query="": Dashboard(page, server + sheet_page(atlas) + query)


def test_a_passage_lights_its_feature_without_reloading(
    open_page: Callable[..., Dashboard],
) -> None:
    board = open_page()
    phrase = board.mark()
    feature = phrase.get_attribute("data-features")
    phrase.click()
    eventually(lambda: board.selected == feature)
    assert board.map.locator("path.gb-halo").count() > 0
    assert board.frame.get_attribute("data-loads") == "1"
    assert phrase.get_attribute("aria-pressed") == "true"
    eventually(lambda: board.query.get("select") == feature)
    card = board.page.locator(".gb-card")
    card.wait_for()
    assert card.get_attribute("data-card") == feature
    assert board.frame.get_attribute("data-loads") == "1"
    phrase.click()
    eventually(lambda: board.selected == "")
    eventually(lambda: "select" not in board.query)


def test_the_light_is_painted_within_a_tenth_of_a_second(
    open_page: Callable[..., Dashboard],
) -> None:
    board = open_page()
    phrase, halo = board.mark(), board.map.locator("path.gb-halo")
    took = []
    for _ in range(7):
        phrase.click()
        took.append(float(eventually(lambda: board.frame.get_attribute("data-lit-ms"))))
        assert halo.count() > 0
        at_rest(board)
        phrase.click()
        eventually(lambda: board.selected == "")
        assert halo.count() == 0
        at_rest(board)
    assert median(took) < 100, f"{took} ms from click to painted light"


def test_a_feature_marks_its_passages_and_shows_its_card(
    open_page: Callable[..., Dashboard], atlas: Atlas
) -> None:
    board = open_page()
    phrase = board.mark()
    feature = phrase.get_attribute("data-features")
    board.feature(feature).focus()
    board.page.keyboard.press("Enter")
    eventually(lambda: "is-marked" in (phrase.get_attribute("class") or ""))
    card = board.page.locator(f'.gb-card[data-card="{feature}"]')
    card.wait_for()
    layer, _, row = feature.partition("/")
    assert atlas.layers[layer].frame.loc[row, "name"] in card.inner_text()
    first = markup.statements(atlas.layers[layer].frame.loc[row, "source"])[0]
    assert first in card.inner_text()
    assert card.locator("bdi[lang][dir=rtl]").count() > 0
    eventually(lambda: board.query.get("select") == feature)
    card.locator(".gb-clear").click()
    eventually(lambda: board.selected == "")
    card.wait_for(state="detached")


def test_a_click_on_a_point_selects_it(open_page: Callable[..., Dashboard]) -> None:
    board = open_page()
    point = board.map.locator("path.gb-point[data-id='crossings/torkham']")
    point.click(force=True)
    eventually(lambda: board.selected == point.get_attribute("data-id"))
    board.page.locator(".gb-card").first.wait_for()


def test_the_url_restores_the_view(open_page: Callable[..., Dashboard], atlas: Atlas) -> None:
    board = open_page()
    board.mark().click()
    feature = eventually(lambda: board.selected)
    board.map.locator("#zoom-in").click()
    eventually(lambda: "bbox" in board.query)
    address = at_rest(board)
    box = board.query["bbox"]
    other = Dashboard(board.page.context.new_page(), address)
    assert other.selected == feature
    other.page.locator(f'.gb-card[data-card="{feature}"]').wait_for()
    here = [float(v) for v in box.split(",")]
    there = [float(v) for v in other.query["bbox"].split(",")]
    assert here == there
    assert other.map.locator("body").get_attribute("data-zoom") == board.map.locator(
        "body"
    ).get_attribute("data-zoom")


def test_language_and_policy_stand_in_the_url(
    open_page: Callable[..., Dashboard], atlas: Atlas
) -> None:
    language = next(x for x in atlas.languages if x.direction == "rtl")
    policy = atlas.policies[-1]
    board = open_page(f"?lang={language.id}&policy={policy.id}")
    html = board.map.locator("html")
    assert html.get_attribute("dir") == "rtl"
    assert html.get_attribute("lang") == language.tag
    quote = board.page.locator(".gb-passage blockquote").first
    assert quote.get_attribute("dir") == "ltr"
    assert atlas.text(language.id, policy.disclaimer) in board.page.locator(".gb-foot").inner_text()


def test_the_chosen_language_reloads_the_map_and_enters_the_url(
    open_page: Callable[..., Dashboard], atlas: Atlas
) -> None:
    board = open_page()
    language = next(x for x in atlas.languages if x.direction == "rtl")
    board.page.locator(".st-key-lang [role=combobox], .st-key-lang input").first.click()
    board.page.get_by_role("option", name=language.name).click()
    eventually(lambda: board.query.get("lang") == language.id)
    board.map.locator(f'html[lang="{language.tag}"]').wait_for()
    board.page.evaluate("() => window.history.back()")
    eventually(lambda: "lang" not in board.query)
    board.map.locator(f'html[lang="{atlas.default_language.tag}"]').wait_for()


def test_copy_link_names_the_dashboard(open_page: Callable[..., Dashboard], server: str) -> None:
    board = open_page()
    board.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    board.mark().click()
    feature = eventually(lambda: board.selected)
    board.map.locator("#copy").click()
    copied = eventually(lambda: board.page.evaluate("() => navigator.clipboard.readText()"))
    assert copied.startswith(server)
    assert urlsplit(copied).path == urlsplit(board.address).path
    assert parse_qs(urlsplit(copied).query)["select"] == [feature]


def test_download_this_view_gives_its_image(open_page: Callable[..., Dashboard]) -> None:
    board = open_page()
    board.mark().click()
    eventually(lambda: board.selected)
    with board.page.expect_download(timeout=60_000) as waiting:
        board.map.locator("#download").click()
    image = waiting.value.path().read_bytes()
    assert image.startswith(PNG)
    width, height = struct.unpack(">II", image[16:24])
    assert width > 1000 and height > 500


def test_keyboard_alone_reaches_a_place(open_page: Callable[..., Dashboard]) -> None:
    board = open_page()
    phrase = board.mark()
    phrase.focus()
    board.page.keyboard.press("Enter")
    eventually(lambda: board.selected == phrase.get_attribute("data-features"))
    board.page.keyboard.press(" ")
    eventually(lambda: board.selected == "")


CUT = """() => Array.from(document.querySelectorAll(".st-key-choices input, .gb-table.is-wide"))
  .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.value || e.innerText)"""


@pytest.mark.parametrize("size", [(1440, 900), (1920, 1080), (390, 844)])
def test_every_page_draws_at_every_size(
    page: Any, server: str, atlas: Atlas, journal: Journal, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for index, shown in enumerate(atlas.pages):
        page.goto(f"{server}/{'' if index == 0 else shown.id}")
        page.locator(".gb-foot").wait_for(timeout=30_000)
        wide = page.evaluate("() => document.querySelector('.stMain').scrollWidth")
        assert wide <= size[0], "the page scrolls sideways"
        assert not page.evaluate(CUT), "a choice or a table is cut off"
        here = page.locator(f".st-key-links > :nth-child({index + 1})").bounding_box()
        assert 0 <= here["x"] <= size[0] - here["width"], "the open page is out of the bar's view"
        if not page.locator("iframe.frame").count():
            continue  # a page of sources has no map
        board = Dashboard(page, page.url)
        if page.locator(".st-key-follow").count():
            continue  # there the text is the larger part, and the map stays beside it
        box = board.frame.bounding_box()
        assert box["height"] > 0.55 * size[1], "the map is too low"
        assert box["width"] > (0.55 if size[0] > 700 else 0.9) * size[0], "the map is too narrow"
    assert any("/map/" in url for url in journal.requests)
    assert not journal.foreign
