"""Every wording that a reader sees has a translation, and none is passed off as reviewed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geobrief.atlas import Atlas
from geobrief.cli import main
from geobrief.compose import compose
from geobrief.spec import View
from geobrief.wordings import engine_wordings, untranslated, wordings

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = [x.id for x in Atlas.load(ROOT / "content", ROOT / "geodata").languages][1:]
FIELD = re.compile(r"\{\w*\}")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_wording_is_without_translation(atlas: Atlas, lang: str) -> None:
    assert untranslated(atlas, lang) == ()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_translations_keep_the_fields_of_a_wording(atlas: Atlas, lang: str) -> None:
    for word, said in atlas.translations[lang].wordings.items():
        assert sorted(FIELD.findall(word)) == sorted(FIELD.findall(said)), word
        assert said.strip(), word


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_translation_outlives_its_wording(atlas: Atlas, lang: str) -> None:
    assert set(atlas.translations[lang].wordings) - set(wordings(atlas)) == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_translation_without_a_named_reviewer_says_so(atlas: Atlas, lang: str) -> None:
    assert atlas.unreviewed(lang) == (not atlas.translations[lang].reviewer)
    assert compose(atlas, "border", View(lang=lang)).unreviewed == atlas.unreviewed(lang)


def test_titles_legends_disclaimers_and_controls_are_wordings(atlas: Atlas) -> None:
    found = set(wordings(atlas))
    spec = compose(atlas, "border", View())
    assert {spec.title, spec.subtitle, spec.disclaimer, spec.policy_name} <= found
    assert {"Copy link", "Zoom in", "Link copied", "Not drawn, {reason}: {names}"} <= found
    assert {"Position uncertain", "up to {high}", "on a map"} <= set(engine_wordings())


def test_the_command_lists_what_a_language_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "wordings", "--lang", LANGUAGES[0]]) == 0
    assert capsys.readouterr().out.strip() == ""
    assert main(["list", "wordings"]) == 0
    assert "Copy link" in capsys.readouterr().out.splitlines()
