"""The Export page without a browser: what it offers, and that it gives what it says."""

from __future__ import annotations

import io
import re
import shlex
import zipfile
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from geobrief.atlas import Atlas
from geobrief.cli import main
from geobrief.compose import compose
from geobrief.export import file_name
from geobrief.render.formats import FORMATS, IMAGES
from geobrief.render.paper.options import PrintOptions
from geobrief.render.print import left_out
from geobrief.settings import settings
from geobrief.spec import View
from geobrief.web.export_choices import FORMAT_NOTES
from geobrief.web.making import MADE
from tests.unit.test_pages import opened, plain, shown

LIGHT = ("zones-models", "sources")
"""Sheets that are quickly drawn."""


def preview(test: AppTest) -> tuple[str, dict[str, str]]:
    """Return path and options of the picture that the page shows."""
    found = re.search(r'<img src="([^"]+)"', "\n".join(b.proto.body for b in test.get("html")))
    assert found
    parts = urlsplit(unescape(found[1]))
    return parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}


def command(test: AppTest) -> list[str]:
    """Return the words of the command line that the page shows, from the verb on."""
    (block,) = test.get("code")
    return shlex.split(block.value)[3:]


def test_the_page_offers_every_sheet_of_the_atlas(atlas: Atlas) -> None:
    test = opened("export")
    offered = test.multiselect(key="maps").options
    sheets = {id for page in atlas.pages if not page.subtitle for id in page.sheets}
    assert len(offered) == len(set(offered)) == len(sheets)
    assert set(sheets) == set(atlas.sheets)


def test_the_page_says_which_names_find_no_room(atlas: Atlas) -> None:
    sheet = next(iter(atlas.sheets))
    test = opened("export", maps=sheet, size="own", width="90", height="90")
    spec = compose(atlas, sheet, View())
    lost = left_out(atlas, spec, PrintOptions(size="90x90mm"))
    names = [feature.label for feature in spec.features() if feature.id in lost]
    assert names
    assert f"({len(names)}): {', '.join(names)}" in plain(shown(test))
    assert "find no room" not in plain(shown(opened("export", maps=sheet, format="geojson")))


@pytest.mark.parametrize("suffix", FORMATS)
def test_each_format_gives_its_file_and_its_command(atlas: Atlas, suffix: str) -> None:
    language = atlas.languages[1].id
    test = opened("export", maps="rail", format=suffix, language=language, marking="Draft 1")
    spec = compose(atlas, "rail", View(lang=language))
    name = file_name(atlas, spec, suffix)
    text = shown(test)
    assert FORMAT_NOTES[suffix] in plain(text)
    link = f"/api/sheets/rail.{suffix}?lang={language}&marking=Draft+1"
    assert f'href="{link}" download="{name}"' in text
    told = ["export", "rail", "-o", name, "--lang", language, "--marking", "Draft 1"]
    assert command(test) == told
    assert spec.digest() in plain(text)
    path, options = preview(test)
    assert path == "/api/sheets/rail.png"
    assert options == {"lang": language, "marking": "Draft 1", "dpi": "75"}
    keys = {box.key for box in test.selectbox}
    assert ("size" in keys) == ("look" in keys) == (suffix in IMAGES)
    assert ("dpi" in keys) == (suffix == "png") and ("text" in keys) == (suffix == "svg")


def test_the_preview_is_of_the_same_options(atlas: Atlas) -> None:
    policy = atlas.policies[-1].id
    test = opened("export", maps="rail")
    test.selectbox(key="look").set_value("greyscale").run()
    test.selectbox(key="boundaries").set_value(policy).run()
    test.multiselect(key="without").set_value(["title", "legend"]).run()
    test.selectbox(key="size").set_value("own").run()
    test.number_input(key="width").set_value(200).run()
    assert not test.exception
    _, options = preview(test)
    asked = {"policy": policy, "look": "greyscale", "without": "title,legend", "size": "200x160mm"}
    assert options == {**asked, "dpi": "96"}
    words = command(test)
    for name, value in asked.items():
        assert words[words.index(f"--{name}") + 1] == value
    assert test.query_params["look"] in ("greyscale", ["greyscale"])


def test_an_address_that_asks_for_too_much_is_refused_with_a_word() -> None:
    test = opened("export", size="own", width="2000", height="2000", dpi="600")
    assert "the image would have" in plain(shown(test))
    assert not test.get("code"), "no file is offered"
    harmless = opened("export", maps="none,rail", format="gif", width="x", day="never")
    assert command(harmless)[:2] == ["export", "rail"]


def test_many_maps_come_as_the_archive_that_the_command_line_writes(
    atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = opened("export", maps=",".join(LIGHT), dpi="72", size="square")
    assert not test.get("download_button")
    (make,) = [button for button in test.button if button.key == "make"]
    assert f"{len(LIGHT)}" in make.label
    make.click().run()
    assert not test.exception
    _, packed = test.session_state[MADE]
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = [file_name(atlas, compose(atlas, id, View()), "png") for id in LIGHT]
        assert archive.namelist() == names and archive.testzip() is None
    monkeypatch.chdir(tmp_path)
    assert main(command(test)) == 0
    assert (tmp_path / "maps.zip").read_bytes() == packed
    test.selectbox(key="look").set_value("greyscale").run()
    assert [button for button in test.button if button.key == "make"], "another wish, another ZIP"


def test_the_page_speaks_the_readers_language(atlas: Atlas) -> None:
    language = next(x for x in atlas.languages if x.direction == "rtl")
    test = opened("export", lang=language.id)
    text = plain(shown(test))
    assert atlas.text(language.id, "Export") in text
    assert test.selectbox(key="language").value == language.id
    assert test.selectbox(key="size").label == atlas.text(language.id, "Size")


def test_an_archive_too_large_to_keep_is_refused_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GEOBRIEF_MAX_KEPT", "50000")
    settings.cache_clear()
    try:
        test = opened("export", maps=",".join(LIGHT), dpi="72", size="square")
        next(button for button in test.button if button.key == "make").click().run()
        assert not test.exception
        assert "more than the 0.1 MB kept here" in plain(shown(test))
        assert "export-all" in plain(shown(test))
        assert MADE not in test.session_state
        assert [b for b in test.button if b.key == "make"], "it can be tried with fewer maps"
    finally:
        settings.cache_clear()
