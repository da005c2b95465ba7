"""Every page, run without a browser: what a reader would see stands on it."""

from __future__ import annotations

import re
import tomllib
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from geobrief import style
from geobrief.atlas import Atlas
from geobrief.fonts import FONTS
from geobrief.web import markup
from geobrief.web.bridge import reported
from geobrief.web.door import index

ROOT = Path(__file__).resolve().parents[2]
APP = str(ROOT / "app.py")


def opened(script: str, **query: str) -> AppTest:
    """Run the page of a script with a query."""
    test = AppTest.from_file(APP, default_timeout=60)
    test.query_params.update(query)
    test.run()
    if script:
        test.switch_page(f"pages/{script}.py").run()
    assert not test.exception, test.exception
    return test


def shown(test: AppTest) -> str:
    """Return the page's HTML as a reader gets it, characters unescaped."""
    return unescape("\n".join(block.proto.body for block in test.get("html")))


def plain(text: str) -> str:
    """Return HTML without its tags."""
    return re.sub(r"<[^>]*>", "", text)


@pytest.mark.parametrize("script", ["", "sheet"])
def test_a_page_says_its_title_passages_and_disclaimer(atlas: Atlas, script: str) -> None:
    text = plain(shown(opened(script)))
    page = atlas.pages[1 if script else 0]
    sheet = atlas.sheets[page.sheets[0]]
    assert sheet.title in text
    assert sheet.passages, "a sheet without a passage says nothing"
    quoted = {passage.id: passage.text for passage in atlas.essay.passages}
    for passage in sheet.passages:
        assert f"“{quoted[passage]}”" in text
    assert atlas.policies[0].disclaimer in text
    assert "Choose a place on the map" in text


def test_the_first_page_lists_the_sheets_and_what_is_uncertain(atlas: Atlas) -> None:
    test = opened("")
    assert "Where knowledge ends" in shown(test)
    links = [link.proto.label for link in test.get("page_link")]
    for page in atlas.pages:
        assert page.title in links


def test_the_tables_hold_what_the_file_holds(atlas: Atlas) -> None:
    text = shown(opened("sheet"))
    sheet = atlas.sheets[atlas.pages[1].sheets[0]]
    assert sheet.tables
    for table in sheet.tables:
        assert table.title in text
        lengths = table.rows["length_km"].dropna()
        decimals = int((lengths % 1 != 0).any())
        for length in lengths:
            assert f">{markup.figure(length, decimals)}<" in text


def test_a_selected_feature_shows_its_card(atlas: Atlas) -> None:
    sheet = atlas.sheets[atlas.pages[1].sheets[0]]
    drawn = {entry.id for entry in sheet.layers}
    feature = next(
        feature
        for link in atlas.links
        for feature in link.features
        if link.passage in sheet.passages and feature.partition("/")[0] in drawn
    )
    layer, _, row = feature.partition("/")
    record = atlas.layers[layer].frame.loc[row]
    text = shown(opened("sheet", select=feature))
    assert f'data-card="{feature}"' in text
    assert record["name"] in text
    assert all(part in text for part in markup.statements(record["source"]))


def test_another_language_and_policy_are_followed(atlas: Atlas) -> None:
    language, policy = atlas.languages[1], atlas.policies[-1]
    test = opened("", lang=language.id, policy=policy.id)
    assert test.selectbox(key="lang").value == language.id
    assert test.selectbox(key="policy").value == policy.id
    assert atlas.text(language.id, policy.disclaimer) in shown(test)


def test_a_choice_enters_the_url(atlas: Atlas) -> None:
    test = opened("")
    test.selectbox(key="policy").set_value(atlas.policies[-1].id).run()
    assert test.query_params["policy"] == atlas.policies[-1].id


def test_a_wrong_extent_is_answered_with_a_word(atlas: Atlas) -> None:
    test = opened("", bbox="<b>here")
    raw = "\n".join(block.proto.body for block in test.get("html"))
    assert "bbox &#x27;&lt;b&gt;here&#x27; is not an extent on the globe" in raw
    assert atlas.sheets[atlas.pages[0].sheets[0]].title in raw


def test_text_from_files_is_escaped() -> None:
    frame = pd.DataFrame({"name": ["<script>alert(1)</script>"], "length_km": [2790.2]})
    made = markup.table(frame, str, "a & b", "<i>")
    assert "<script>" not in made and "<i>" not in made
    assert "2,790.2" in made and "Length (km)" in made
    assert "&lt;b&gt;" in markup.lead("<b>")
    assert 'data-features="&quot;"' in markup.button("x", ['"'])


def test_sources_part_at_semicolons_outside_brackets() -> None:
    assert markup.statements("a, 2026 (read; not opened); b") == ["a, 2026 (read; not opened)", "b"]
    assert markup.statements("a") == ["a"]


@pytest.mark.parametrize(
    ("column", "words"),
    [("length_km", "Length (km)"), ("area_km2", "Area (km²)"), ("as_of", "As of")],
)
def test_columns_are_named_for_readers(column: str, words: str) -> None:
    assert markup.heading(column) == words


def test_years_keep_their_digits_together() -> None:
    made = markup.table(pd.DataFrame({"year": [2026, 1893]}), str, "t")
    assert ">2026<" in made


@pytest.mark.parametrize("value", [None, 3, {"select": 3, "lang": "x"}, {"other": "x"}])
def test_only_known_fields_come_from_the_browser(value: Any) -> None:
    assert reported(value) == {}


def test_the_index_page_names_the_atlas_and_its_server() -> None:
    html = index("A <b> atlas")
    assert "<title>A &lt;b&gt; atlas</title>" in html
    assert html.index("base.js") < html.index("<script>")
    assert 'as="font"' not in html


def test_the_theme_is_the_palette() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    palette = {v for k, v in vars(style).items() if k.isupper() and isinstance(v, str)}
    for name in ("light", "dark"):
        colours = {v for k, v in config["theme"][name].items() if k.endswith("Color")}
        assert colours <= palette, colours - palette
    faces = {(f["family"], Path(f["url"]).name) for f in config["theme"]["fontFaces"]}
    assert faces == {(font.family, f"{font.stem}.woff2") for font in FONTS}
