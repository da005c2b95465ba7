"""Another pair of folders makes another atlas, with no change of code."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from geobrief.atlas import Atlas
from geobrief.cards import card
from geobrief.cli import main
from geobrief.compose import compose
from geobrief.render import print as paper
from geobrief.render import screen
from geobrief.render.paper.options import PrintOptions
from geobrief.spec import MapSpec, View
from tests.atlas_fixture import write_atlas

DRAWN = {"realms/west", "realms/east", "brook/brook", "gates/ford", "gates/mill"}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_atlas(tmp_path_factory.mktemp("second"))


@pytest.fixture(scope="module")
def second(folders: tuple[Path, Path]) -> Atlas:
    return Atlas.load(*folders)


@pytest.fixture(scope="module")
def spec(second: Atlas) -> MapSpec:
    return compose(second, "whole", View())


def test_it_holds_three_sentences_and_two_sheets(second: Atlas) -> None:
    assert second.title == "Two banks"
    assert [passage.text for passage in second.essay.passages] == [
        "The brook parts Westland from Eastland.",
        "At the ford they meet.",
        "Nobody knows where the lost gate stood.",
    ]
    assert set(second.sheets) == {"whole", "ford"}
    assert "cy" in {language.id for language in second.languages}


def test_a_sheet_composes(second: Atlas, spec: MapSpec) -> None:
    assert {feature.id for feature in spec.features()} >= DRAWN
    assert [feature.id for feature in spec.unplaced] == ["gates/lost-gate"]
    assert {passage.id for passage in spec.passages} == {"p01.s1", "p02.s1"}
    other = {feature.id for feature in compose(second, "ford", View()).features()}
    assert "gates/ford" in other
    assert "realms/west" not in other


def test_a_mark_finds_its_words(spec: MapSpec) -> None:
    first = spec.passages[0]
    marked = {first.text[mark.start : mark.end]: mark.features for mark in first.marks}
    assert marked["The brook"] == ("brook/brook",)
    assert set(marked["Westland from Eastland"]) == {"realms/west", "realms/east"}


def test_names_follow_the_language(second: Atlas) -> None:
    spec = compose(second, "whole", View(lang="cy"))
    names = {feature.id: feature.name for feature in spec.features()}
    assert names["realms/west"] == "Gorllewinia"
    assert names["gates/mill"] == "The Mill", "without a translation the first name stands"
    assert spec.title == "Y ddwy lan"


def test_the_disclaimer_follows_the_policy(second: Atlas, spec: MapSpec) -> None:
    assert spec.disclaimer == "Lines on this map are invented."
    other = compose(second, "whole", View(policy="western"))
    assert other.disclaimer == "Lines on this map are invented by Westland."


def test_a_card_tells_what_is_known(second: Atlas) -> None:
    found = card(second, "realms/west")
    assert ("People", "3,400") in found.figures
    assert found.source == "made for this test"
    assert found.as_of == "2026-01-31"
    assert [passage.id for passage in found.passages] == ["p01.s1"]


@pytest.mark.parametrize("sheet", ["whole", "ford"])
def test_it_draws_on_screen(second: Atlas, sheet: str) -> None:
    spec = compose(second, sheet, View())
    made = screen.page(second, spec)
    together = made.html + made.script
    for feature in spec.features():
        if feature.interactive:
            assert feature.id in together
    assert spec.title in made.html
    assert spec.disclaimer in made.html


@pytest.mark.parametrize("sheet", ["whole", "ford"])
def test_it_prints(second: Atlas, sheet: str) -> None:
    spec = compose(second, sheet, View())
    drawn = ElementTree.fromstring(paper.render(second, spec, "svg"))
    ids = {element.get("id") for element in drawn.iter()}
    for feature in spec.features():
        if feature.interactive:
            assert feature.id in ids
    assert paper.render(second, spec, "png", PrintOptions(dpi=50)).startswith(b"\x89PNG")
    assert paper.render(second, spec, "pdf").startswith(b"%PDF")


def test_check_accepts_it(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    content, geodata = map(str, folders)
    assert main(["--content", content, "--geodata", geodata, "check"]) == 0, capsys.readouterr()
