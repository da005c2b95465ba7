"""The sealed file from a file URL with the network cut: it draws, it tells, nobody is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from geobrief.atlas import Atlas
from geobrief.deck import sealed
from geobrief.deck.slides import Deck, assemble
from geobrief.render.leaflet import geometries
from tests.browser.test_dashboard import eventually
from tests.browser.test_every_sheet import WIDER
from tests.browser.test_present import FREE, MOST, Presenter, faults

BRIEFING = "committee"
MARKING = "For <official> use"

VIOLATIONS = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) =>
  top.violations.push(event.violatedDirective + " " + event.blockedURI));
"""

FEW = """() => document.querySelectorAll("#sources .cards > :nth-child(n + 3)")
  .forEach((card) => card.remove())"""
"""The first cards of each layer stand for all: axe takes half a minute for hundreds."""


@pytest.fixture(scope="module")
def deck(atlas: Atlas) -> Deck:
    return assemble(atlas, replace(atlas.briefings[BRIEFING], marking=MARKING))


@pytest.fixture(scope="module")
def file(atlas: Atlas, deck: Deck, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sealed") / "briefing.html"
    path.write_bytes(sealed.write(atlas, deck))
    return path


class Watched:
    """A browser without network, and all that its pages asked for or complained about."""

    def __init__(self, browser: Any, file: Path, **options: Any) -> None:
        options = {"viewport": {"width": 1440, "height": 900}} | options
        self.context = browser.new_context(offline=True, **options)
        self.context.add_init_script(VIOLATIONS)
        self.file, self.asked, self.wrong = file, [], []
        self.context.on("page", self._listen)
        self.page = self.context.new_page()

    def _listen(self, page: Any) -> None:
        page.on("request", lambda r: r.url.startswith("data:") or self.asked.append(r.url))
        page.on("console", lambda m: self.wrong.append(f"{m.type}: {m.text}"))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def show(self, stop: str = "1") -> Presenter:
        """Open the file at a stop."""
        return Presenter(self.page, f"{self.file.as_uri()}#{stop}")

    def close(self) -> None:
        """Close it, and hold it to its word."""
        found = [page.evaluate("() => window.violations || []") for page in self.context.pages]
        self.context.close()
        assert {url.partition("#")[0] for url in self.asked} == {self.file.as_uri()}, self.asked
        assert not self.wrong, self.wrong
        assert not any(found), found


@pytest.fixture
def watched(browser: Any, file: Path) -> Iterator[Watched]:
    opened = Watched(browser, file)
    yield opened
    opened.close()


def test_every_slide_draws(watched: Watched, deck: Deck, atlas: Atlas) -> None:
    show, compared = watched.show("0"), set()
    for stop in show.stops[1:]:
        show.press("PageDown", stop)
        number, _, part = stop.partition(".")
        slide = deck.slides[int(number) - 1]
        if part:
            picture = watched.page.locator(".slide.is-now .chart img")
            assert picture.evaluate("(one) => one.complete && one.naturalWidth") > 100
            continue
        drawn = show.frame
        assert drawn["ready"] and drawn["presented"] and drawn["sheet"] == slide.spec.sheet
        assert drawn["labels"] > 0 and show.alive <= MOST
        rows = watched.page.frame_locator(".slide.is-now iframe").locator("#places tbody tr")
        assert rows.count() == len(slide.spec.answering())
        paths = {f.id for f in slide.spec.features()}
        found = watched.page.evaluate(
            "() => Array.from(document.querySelector('.slide.is-now iframe').contentDocument"
            ".querySelectorAll('[data-feature]'), (one) => one.dataset.feature)"
        )
        assert set(found) == paths
        for layer in slide.spec.layers:
            if layer.kind != "raster" and layer.id not in compared:
                compared.add(layer.id)
                shapes = geometries(atlas, layer)
                held = "([id, ids]) => ids.map((one) => geobriefHeld.geometry(id)[one])"
                assert watched.page.evaluate(held, [layer.id, list(shapes)]) == [*shapes.values()]
        if any(layer.kind == "raster" for layer in slide.spec.layers):
            relief = watched.page.frame_locator(".slide.is-now iframe").locator(
                "img.leaflet-image-layer"
            )
            assert relief.first.evaluate("(one) => one.complete && one.naturalWidth") > 100
    assert show.now == show.stops[-1]


def test_a_place_tells_its_facts_and_sources(watched: Watched) -> None:
    show, page = watched.show("2"), watched.page
    id = page.evaluate(FREE)
    page.frame_locator(".slide.is-now iframe").locator(f'.gb-point[data-id="{id}"]').click()
    card = page.locator("#card [data-card]")
    eventually(lambda: card.count() == 1 and card.is_visible())
    assert card.get_attribute("data-card") == id and "Source" in card.inner_text()
    page.locator("#card [data-do=clear]").click()
    eventually(lambda: not page.locator("#card").is_visible() and not show.frame["selected"])
    page.keyboard.press("s")
    sources = page.locator("#sources")
    assert sources.is_visible()
    sources.locator("summary").first.click()
    assert sources.locator("p.gb-source").first.is_visible()
    page.keyboard.press("Escape")
    assert not sources.is_visible() and show.now == "2"
    page.keyboard.press("s")
    page.evaluate(FEW)
    assert not faults(page)


def test_the_notes_window_follows(watched: Watched, deck: Deck) -> None:
    watched.context.add_init_script("delete window.BroadcastChannel")
    show, page = watched.show("1"), watched.page
    with page.expect_popup() as popup:
        page.keyboard.press("n")
    notes = Presenter(popup.value)
    assert notes.page.url.endswith("#notes-1")
    show.press("PageDown", "2")
    notes.at("2")
    said = notes.page.locator("[data-notes='2']")
    assert said.is_visible() and deck.slides[1].notes.split("\n")[0] in said.inner_text()
    notes.press("PageDown", "3")
    show.at("3")
    page.keyboard.press("b")
    eventually(lambda: notes.data("curtain") == "black")


def test_without_script_it_is_a_page_to_read(browser: Any, file: Path, deck: Deck) -> None:
    context = browser.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    text = page.locator("body").inner_text()
    for slide in deck.slides:
        assert slide.spec.title in text and slide.notes.split("\n")[0] in text
        assert all(f"“{passage.text}”" in text for passage in slide.spec.passages)
    assert page.locator("#sources .gb-card").first.is_visible()
    assert page.locator(".chart img").first.is_visible()
    assert text.count(MARKING) == 2 * page.locator(".slide").count()
    context.close()


def test_it_fits_a_phone_and_the_other_direction(
    browser: Any, atlas: Atlas, tmp_path: Path
) -> None:
    language = next(one for one in atlas.languages if one.direction == "rtl")
    briefing = min(atlas.briefings.values(), key=lambda one: len(one.slides))
    made = sealed.write(atlas, assemble(atlas, replace(briefing, lang=language.id)))
    file = tmp_path / "briefing.html"
    file.write_bytes(made)
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    opened = Watched(browser, file, **phone)
    opened.show("2").press("ArrowLeft", "3")
    assert opened.page.evaluate(WIDER) <= 0
    opened.page.locator("#bar [data-do=sources]").click()
    box = opened.page.locator("#sources").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert opened.page.evaluate(WIDER) <= 0
    opened.close()
