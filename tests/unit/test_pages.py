"""Every page, run without a browser: what a reader would see stands on it."""

from __future__ import annotations

import json
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
from geobrief.coverage import coverage
from geobrief.fonts import FONTS
from geobrief.render import markup
from geobrief.web.bridge import reported
from geobrief.web.door import index
from geobrief.web.layout import SHEET
from geobrief.web.table import figure
from geobrief.web.table import table as table_html
from geobrief.wordings import heading

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    (page["id"], page.get("sheets") or [page["sheet"]])
    for page in tomllib.loads((ROOT / "content/atlas.toml").read_text("utf-8"))["pages"]
]
SECOND = PAGES[1][0]
PAGE_IDS = [id for id, _ in PAGES]


def opened(page: str = "", **query: str) -> AppTest:
    """Run a page by its id, the first one without, with a query.

    The script stands apart from the folder `pages`, which the test runner would otherwise take
    for the list of pages: it would run a page's file without the bar, on another page's state.
    """
    script = "from geobrief.web.layout import navigation\nnavigation()\n"
    test = AppTest.from_string(script, default_timeout=60)
    test.query_params.update(query)
    test.run()
    if page and page != PAGES[0][0]:  # the first one is known by its empty address alone
        known = {info["url_pathname"]: key for key, info in test._registered_pages.items()}
        test._page_hash = known[page]
        test.run()
    assert not test.exception, test.exception
    return test


def shown(test: AppTest) -> str:
    """Return the page's HTML as a reader gets it, characters unescaped."""
    return unescape("\n".join(block.proto.body for block in test.get("html")))


def plain(text: str) -> str:
    """Return HTML without its tags."""
    return re.sub(r"<[^>]*>", "", text)


@pytest.mark.parametrize("script", ["", SECOND])
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


def frame(test: AppTest) -> dict[str, Any]:
    """Return what the map's component is given."""
    given = (json.loads(component.proto.json) for component in test.get("bidi_component"))
    (found,) = (data for data in given if "address" in data)
    return dict(found)


def test_the_first_page_says_what_it_is_and_leads_to_the_sheets(atlas: Atlas) -> None:
    test = opened()
    text = plain(shown(test))
    assert "Sheets" in text
    for part in atlas.sheets[PAGES[0][1][0]].notes.split("\n\n"):
        assert part.strip() in text
    for page in atlas.pages[1:]:
        assert (page.subtitle or atlas.sheets[page.sheets[0]].subtitle) in text


@pytest.mark.parametrize(("page", "sheets"), PAGES, ids=PAGE_IDS)
def test_every_page_says_what_it_is_about(atlas: Atlas, page: str, sheets: list[str]) -> None:
    test = opened(page)
    raw = shown(test)
    text, sheet = plain(raw), atlas.sheets[sheets[0]]
    shows = next(one for one in atlas.pages if one.id == page)
    title = shows.title if shows.subtitle else sheet.title
    assert f"<h1>{markup.said(title)}</h1>" in raw
    assert (shows.subtitle or sheet.subtitle) in text
    assert atlas.policies[0].disclaimer in text
    assert f"As of {atlas.as_of}" in text
    if test.get("bidi_component"):
        address = f"/map/{sheet.id}"
        assert frame(test)["address"] == address and frame(test)["title"] == sheet.title
    else:
        assert page in ("export", "sources"), "a page without a map"
    groups = [group for group in test.get("button_group") if group.key == SHEET]
    tabs = [tab.content for group in groups for tab in group.proto.options]
    assert tabs == [atlas.sheets[id].tab for id in sheets if len(sheets) > 1]
    for table in sheet.tables:
        assert table.title in text
        assert len(table.rows), "a table without rows"
        first = [value for value in table.rows.iloc[0] if isinstance(value, str)]
        assert first and all(value in text for value in first), first
    for number, chart in enumerate(sheet.charts):
        assert f"/api/sheets/{sheet.id}/charts/{number}.svg" in raw
        assert chart.title in text
    if page not in ("essay", "claims", "export", "sources"):
        assert sheet.passages
        for passage in sheet.passages:
            assert f"“{atlas.essay.passage(passage).text}”" in text


def test_the_essay_stands_whole_with_its_counts(atlas: Atlas) -> None:
    raw = shown(opened("essay"))
    text, made = plain(raw), coverage(atlas)
    for passage in atlas.essay.passages:
        assert passage.text in text
    assert f"{made.sentences_shown} of {made.sentences} sentences" in text
    assert f"{made.mentions_shown} of {made.mentions} phrases" in text
    for name, count in made.outcomes.items():
        assert f"{count} {name}" in text
    for entity in made.left_out:
        assert entity.name in text and entity.why in text


def test_every_claim_stands_beside_its_finding(atlas: Atlas) -> None:
    text = plain(shown(opened("claims")))
    assert atlas.claims
    for claim in atlas.claims:
        assert f"“{claim.quote}”" in text and claim.finding in text
        assert claim.verdict.capitalize() in text
        assert all(part in text for part in markup.statements(claim.source))


def test_every_dated_event_stands_on_the_axis(atlas: Atlas) -> None:
    raw = shown(opened("timeline"))
    frame = atlas.layers["events"].frame
    assert len(frame) > 50
    for id, day, name in zip(frame["id"], frame["date"], frame["name"], strict=True):
        assert f'title="{day}: {name}" ' in raw and f'data-features="events/{id}"' in raw, id
    for moment in atlas.moments:
        assert moment.title in raw


def test_every_layer_stands_with_source_and_licence(atlas: Atlas) -> None:
    text = plain(shown(opened("sources")))
    for layer in atlas.layers.values():
        assert layer.source in text and layer.licence in text and str(layer.as_of) in text


def test_a_page_says_which_day_it_shows(atlas: Atlas) -> None:
    raw = shown(opened(SECOND, date="2020-01-01"))
    assert raw.count("State of 2020-01-01") == 2, "at head and foot"
    assert f"State of 2020-01-01. As of {atlas.as_of}" in plain(raw)
    assert "State of" not in shown(opened(SECOND))


def test_what_the_address_asks_in_vain_is_told_once(atlas: Atlas) -> None:
    wrong = {"lang": "xx", "policy": "xx", "compare": "<b>", "sheet": "no", "select": "a/b,c"}
    test = opened(SECOND, **wrong)
    raw = "\n".join(block.proto.body for block in test.get("html"))
    told = re.findall(r'<p class="gb-warning"[^>]*>(.*?)</p>', raw)
    assert told == [
        "The address asks for what is not here: lang=xx, policy=xx, compare=&lt;b&gt;, sheet=no, "
        "select=a/b, select=c"
    ]
    right = {"lang": atlas.languages[0].id, "policy": atlas.policies[0].id}
    right |= {"sheet": PAGES[1][1][0], "select": "crossings/torkham"}
    assert 'gb-warning"' not in shown(opened(SECOND, **right))


def test_a_text_keeps_its_own_direction() -> None:
    assert markup.said("A stop.") == '<bdi dir="ltr">A stop.</bdi>'
    assert markup.said("\u0627 <b>") == '<bdi dir="rtl">\u0627 &lt;b&gt;</bdi>'
    assert markup.said("") == ""


def test_a_date_after_arabic_letters_keeps_its_order() -> None:
    assert markup.said("\u0627 2020-01-31") == '<bdi dir="rtl">\u0627 \u20662020-01-31\u2069</bdi>'
    assert "\u2066" not in markup.said("on 2020-01-31")


def test_untranslated_text_stands_in_its_own_direction(atlas: Atlas) -> None:
    language = next(x for x in atlas.languages if x.direction == "rtl")
    raw = shown(opened("claims", lang=language.id))
    for claim in atlas.claims:
        assert f'<p><bdi dir="ltr">{claim.finding}</bdi></p>' in raw


def test_a_sheet_shows_the_other_one_small_and_leads_to_it(atlas: Atlas) -> None:
    page, sheet = next(
        (page.id, atlas.sheets[id])
        for page in atlas.pages
        for id in page.sheets
        if atlas.sheets[id].inset
    )
    raw = shown(opened(page, sheet=sheet.id))
    other = atlas.sheets[sheet.inset]
    assert f"/api/sheets/{sheet.id}/inset.svg" in raw
    assert re.search(rf'<a href="/{page}\?sheet={other.id}">.*?{re.escape(other.title)}', raw)


def test_the_tables_hold_what_the_file_holds(atlas: Atlas) -> None:
    text = shown(opened(SECOND))
    sheet = atlas.sheets[atlas.pages[1].sheets[0]]
    assert sheet.tables
    for table in sheet.tables:
        assert table.title in text
        lengths = table.rows["length_km"].dropna()
        decimals = int((lengths % 1 != 0).any())
        for length in lengths:
            assert f">{figure(length, decimals)}<" in text


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
    text = shown(opened(SECOND, select=feature))
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
    made = table_html(frame, str, "a & b", "<i>")
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
    assert heading(column) == words


def test_years_keep_their_digits_together() -> None:
    made = table_html(pd.DataFrame({"year": [2026, 1893]}), str, "t")
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
