"""One file, opened with the network cut: map and words find each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geobrief.atlas import Atlas
from geobrief.compose import compose
from geobrief.export import export
from geobrief.render.paper.options import PrintOptions
from geobrief.spec import MapSpec, View
from tests.browser.test_dashboard import eventually
from tests.browser.test_every_sheet import AXE, GRAVE, WIDER

SHEET = "border"
MOST_BYTES = 4_000_000
MARKING = "For <official> use"


@pytest.fixture(scope="module")
def spec(atlas: Atlas) -> MapSpec:
    return compose(atlas, SHEET, View())


@pytest.fixture(scope="module")
def file(atlas: Atlas, spec: MapSpec, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("offline") / "border.html"
    path.write_bytes(export(atlas, spec, "html", PrintOptions(marking=MARKING)))
    return path


@pytest.fixture
def opened(browser: Any, file: Path) -> Iterator[Any]:
    """The file in a browser without network; the test fails on a request or an error."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    page = context.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda r: r.url.startswith("data:") or asked.append(r.url))
    page.on("console", lambda m: m.type in ("error", "warning") and wrong.append(m.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(file.as_uri())
    page.locator("body[data-ready='1']").wait_for(timeout=30_000)
    yield page
    context.close()
    assert asked == [file.as_uri()], asked
    assert not wrong, wrong


def _selected(page: Any) -> str:
    return page.locator("body").get_attribute("data-selected") or ""


def test_a_feature_marks_its_passage_and_shows_its_card(opened: Any, spec: MapSpec) -> None:
    drawn = {f.id for f in spec.layers[-1].features if f.interactive}
    feature = next(id for passage in spec.passages for id in passage.features if id in drawn)
    opened.locator(f'[data-id="{feature}"]').focus()
    opened.keyboard.press("Enter")
    eventually(lambda: _selected(opened) == feature)
    marked = opened.locator(".gb-passage mark.is-marked")
    assert marked.count() and feature in marked.first.get_attribute("data-features")
    card = opened.locator("[data-card]:visible")
    assert card.count() == 1 and card.get_attribute("data-card") == feature
    opened.keyboard.press("Escape")
    eventually(lambda: _selected(opened) == "")
    assert opened.locator("[data-card]:visible, .is-marked").count() == 0


def test_a_phrase_lights_its_feature_and_puts_it_out_again(opened: Any) -> None:
    phrase = opened.locator(".gb-passage mark").first
    ids = phrase.get_attribute("data-features").split(",")
    phrase.click()
    eventually(lambda: set(_selected(opened).split(",")) == set(ids))
    assert opened.locator("path.gb-halo").count() > 0
    assert phrase.get_attribute("aria-pressed") == "true"
    phrase.click()
    eventually(lambda: _selected(opened) == "")
    assert opened.locator("path.gb-halo").count() == 0


def test_of_many_features_the_names_are_listed(opened: Any) -> None:
    figure = opened.locator(".gb-passage figcaption [role=button]").first
    figure.focus()
    opened.keyboard.press("Enter")
    lit = eventually(lambda: _selected(opened).split(","))
    rows = opened.locator("#choices li [role=button]")
    assert len(lit) > 2 and rows.count() == len(lit)
    rows.first.click()
    eventually(lambda: _selected(opened) == lit[0])
    assert opened.locator("[data-card]:visible").get_attribute("data-card") == lit[0]


def test_the_file_says_what_the_sheet_says(opened: Any, spec: MapSpec, file: Path) -> None:
    text = opened.locator("body").inner_text()
    for passage in spec.passages:
        assert f"“{passage.text}”" in text
    for said in (spec.title, spec.subtitle, spec.disclaimer, spec.as_of):
        assert said in text
    assert text.count(MARKING) == 2
    assert all(credit.text in text for credit in spec.credits)
    labels = [row.inner_text() for row in opened.locator("[data-symbol]").all()]
    assert sorted(labels) == sorted(entry.label for entry in spec.legend)
    assert file.stat().st_size < MOST_BYTES


def test_the_file_asks_for_nothing_and_runs_one_script(file: Path) -> None:
    text = file.read_text("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    rules = dict(part.strip().split(" ", 1) for part in policy[1].replace("&#39;", "'").split(";"))
    assert rules["default-src"] == "'none'" and "connect-src" not in rules
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/=]{44}'", rules["script-src"])
    assert len(re.findall(r"<script(?! type=\"application/json\")", text)) == 1
    assert "/assets/" not in text
    loads = re.findall(r"""(?:src=|url\(|<link[^>]*href=)["']?(?!data:)[^"')\s>]+""", text)
    assert not [found for found in loads if "//" in found], loads


def test_the_file_fits_a_phone_and_keeps_nobody_out(opened: Any) -> None:
    opened.evaluate(AXE.read_text("utf-8"))
    faults = [
        (v["id"], [node["html"][:160] for node in v["nodes"][:3]])
        for v in opened.evaluate("() => axe.run(document)")["violations"]
        if v["impact"] in GRAVE
    ]
    assert not faults, faults
    opened.set_viewport_size({"width": 390, "height": 844})
    assert opened.evaluate(WIDER) <= 0


def test_the_same_map_gives_the_same_file(atlas: Atlas, spec: MapSpec, file: Path) -> None:
    assert export(atlas, spec, "html", PrintOptions(marking=MARKING)) == file.read_bytes()
