"""The Briefing page without a browser: what is edited, saved, loaded, carried and refused."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from geobrief.atlas import Atlas
from geobrief.briefings import Briefing, from_link, parse_briefing, to_link, to_toml
from geobrief.deck.make import DeckOptions
from geobrief.deck.slides import Deck
from geobrief.settings import settings
from geobrief.web import briefing_draft as drafts
from geobrief.web import briefing_take
from geobrief.web.briefing_draft import Draft
from geobrief.web.making import MADE
from geobrief.web.order import Reported, reported
from tests.unit.test_pages import frame, opened, plain, shown


def value(test: AppTest, name: str) -> str:
    """Return a parameter of the address; none is the empty text."""
    found = test.query_params.get(name, "")
    return found[0] if isinstance(found, list) else found


def carried(test: AppTest) -> Briefing:
    """Return the briefing that the address carries."""
    return from_link(value(test, "briefing"), value(test, "b"), empty=True)


def rows(test: AppTest) -> list[str]:
    """Return the titles in the list of slides."""
    given = (json.loads(component.proto.json) for component in test.get("bidi_component"))
    return [row["title"] for data in given for row in data.get("rows", ())]


def alerts(test: AppTest) -> str:
    """Return what the page warns of, as text."""
    said = [block.proto.body for block in test.get("html")]
    return unescape(plain("\n".join(body for body in said if 'role="alert"' in body)))


def field(test: AppTest, start: str) -> Any:
    """Return the text field whose key starts so."""
    (found,) = (w for w in (*test.text_input, *test.text_area) if str(w.key).startswith(start))
    return found


def present(test: AppTest) -> str:
    """Return where the button Present leads."""
    (button,) = test.get("link_button")
    return str(button.proto.url)


def first(atlas: Atlas) -> Briefing:
    return next(iter(atlas.briefings.values()))


def test_the_page_starts_from_the_first_briefing_that_ships(atlas: Atlas) -> None:
    test = opened("briefing")
    assert len(rows(test)) == len(first(atlas).slides)
    assert frame(test)["address"] == f"/map/{first(atlas).slides[0].sheet}"
    assert present(test) == f"/present/{first(atlas).id}"
    offered = test.selectbox(key="start").options
    assert offered == [*(b.title for b in atlas.briefings.values()), "An empty briefing"]
    assert not alerts(test)


def test_an_edit_of_a_slide_stands_in_the_address_and_in_every_link(atlas: Atlas) -> None:
    id = list(atlas.briefings)[-1]
    test = opened("briefing", briefing=id, slide="2")
    field(test, "title ").set_value("The line itself").run()
    field(test, "notes ").set_value("Slowly.\n\nTwice.").run()
    own = carried(test)
    assert (own.slides[1].title, own.slides[1].notes) == ("The line itself", "Slowly.\n\nTwice.")
    assert [s.sheet for s in own.slides] == [s.sheet for s in atlas.briefings[id].slides]
    assert rows(test)[1] == "The line itself" and value(test, "slide") == "2"
    assert present(test) == f"/present/{id}?b={value(test, 'b')}"
    assert f"/api/briefings/{id}.pptx?b={value(test, 'b')}" in shown(test)
    again = opened("briefing", briefing=id, b=value(test, "b"), slide="2")
    assert field(again, "notes ").value == "Slowly.\n\nTwice."
    assert again.selectbox(key="start").value == "edited"
    field(again, "title ").set_value("").run()
    field(again, "notes ").set_value(" ").run()
    assert field(again, "title ").value == atlas.sheets[own.slides[1].sheet].title
    assert "b" not in again.query_params, "without edits it is the one that ships"


def test_the_whole_briefing_has_a_title_language_boundaries_and_marking(atlas: Atlas) -> None:
    language, policy = atlas.languages[1], atlas.policies[-1]
    test = opened("briefing")
    test.text_input(key="briefing-title").set_value("For Tuesday").run()
    test.selectbox(key="briefing-lang").set_value(language.id).run()
    test.selectbox(key="briefing-policy").set_value(policy.id).run()
    test.text_input(key="briefing-marking").set_value("IN CONFIDENCE").run()
    own = carried(test)
    assert (own.title, own.lang, own.policy) == ("For Tuesday", language.id, policy.id)
    assert own.marking == "IN CONFIDENCE"
    assert f"lang={language.id}&policy={policy.id}" in frame(test)["address"]
    assert atlas.text(language.id, policy.disclaimer) in plain(shown(test))
    assert test.text_input(key="briefing-title").label == "Title of the briefing", "the reader's"
    test.text_input(key="briefing-title").set_value("  ").run()
    assert carried(test).title == "For Tuesday", "a briefing is never without a title"


def test_what_follows_the_page_is_handed_over_as_it_is_seen(atlas: Atlas) -> None:
    language = atlas.languages[1].id
    id = first(atlas).id
    test = opened("briefing", lang=language)
    assert "b" not in test.query_params
    link = present(test)
    assert link.startswith(f"/present/{id}?b=")
    told = from_link(id, link.partition("?b=")[2])
    assert to_toml(told) == to_toml(replace(first(atlas), lang=language))


def test_sheets_are_added_to_an_empty_briefing(atlas: Atlas) -> None:
    test = opened("briefing")
    test.selectbox(key="start").set_value("new").run()
    assert "This briefing has no slides yet" in plain(shown(test))
    assert not rows(test) and not test.get("link_button")
    test.text_input(key="briefing-title").set_value("Mine").run()
    assert carried(test).title == "Mine"
    sheets = list(atlas.sheets)[:2]
    test.multiselect(key="add").set_value(sheets).run()
    test.button(key="add-now").click().run()
    own = carried(test)
    assert own.title == "Mine" and {s.sheet for s in own.slides} == set(sheets)
    assert len(rows(test)) == 2 and not test.multiselect(key="add").value
    assert present(test).startswith("/present/new?b=")


def test_a_dated_sheet_takes_a_date(atlas: Atlas) -> None:
    briefing, place = next(
        (b, n)
        for b in atlas.briefings.values()
        for n, slide in enumerate(b.slides)
        if atlas.sheets[slide.sheet].by_date
    )
    test = opened("briefing", briefing=briefing.id, slide=str(place + 1))
    (slider,) = test.select_slider
    slider.set_value(slider.options[0]).run()
    assert not test.exception
    date = carried(test).slides[place].date
    assert date and f"date={date}" in frame(test)["address"]


def test_the_view_of_the_map_is_kept_for_the_slide(atlas: Atlas) -> None:
    id = list(atlas.briefings)[-1]
    box = "65.0,30.0,72.0,35.0"
    test = opened("briefing", briefing=id, slide="1", bbox=box)
    test.button(key="keep-view").click().run()
    assert carried(test).slides[0].bbox == (65.0, 30.0, 72.0, 35.0)
    assert frame(test)["state"]["bbox"] == "65.0000,30.0000,72.0000,35.0000"
    assert test.button(key="keep-view").disabled
    fresh = opened("briefing", briefing=id, b=value(test, "b"))
    assert frame(fresh)["state"]["bbox"] == "65.0000,30.0000,72.0000,35.0000"
    test.button(key="whole-sheet").click().run()
    assert "b" not in test.query_params and "bbox" not in test.query_params


WHOLE = """\
title = "Before lunch"
marking = "FOR THIS ROOM"

[[slides]]
sheet = "{0}"
title = "The first"
notes = "Say where it rises."

[[slides]]
sheet = "{1}"
"""


def upload(test: AppTest, name: str, body: bytes) -> AppTest:
    (widget,) = test.get("file_uploader")
    widget.upload(name, body, "application/toml").run()
    assert not test.exception
    return test


def test_a_file_is_loaded_and_saved_as_it_was(atlas: Atlas) -> None:
    text = WHOLE.format(*list(atlas.sheets)[:2])
    test = upload(opened("briefing"), "../lunch break.toml", text.encode())
    assert value(test, "briefing") == "lunch-break"
    assert to_toml(carried(test)) == to_toml(parse_briefing(text, Path("x.toml")))
    assert rows(test)[0] == "The first" and not alerts(test)
    saved = [b for b in test.get("download_button") if b.key == "save"]
    assert len(saved) == 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('title = "Before', 'title = Before', ["lunch.toml:1: is not TOML"]),
        ("marking", "markings", ["lunch.toml:1: ", "'markings'"]),
        ('sheet = "{1}"', 'sheet = "nowhere"\nselect = ["a/b"]', [
            "lunch.toml:9: no sheet 'nowhere'", "lunch.toml:9: a slide of 'lunch' names 'a/b'",
        ]),
        ("marking", 'lang = "xx"\npolicy = "yy"\nmarking', [
            "lunch.toml:1: the briefing names no language: 'xx'", "no policy: 'yy'",
        ]),
        ("Say where", "\udcff", ["lunch.toml: is not UTF-8"]),
        ("Say where", "x" * 300_000, ["lunch.toml:1: the briefing has 300", "at most 262144"]),
    ],
    ids=["toml", "key", "names", "top", "bytes", "size"],
)  # fmt: skip
def test_a_damaged_file_leaves_the_edits(atlas: Atlas, old: str, new: str, told: list[str]) -> None:
    test = opened("briefing")
    field(test, "title ").set_value("My own").run()
    before = value(test, "b")
    assert old in WHOLE
    text = WHOLE.replace(old, new).format(*list(atlas.sheets)[:2])
    upload(test, "lunch.toml", text.encode("utf-8", "surrogateescape"))
    said = alerts(test)
    assert "Your briefing stands as it was" in said
    for part in told:
        assert part in said
    assert value(test, "b") == before and field(test, "title ").value == "My own"


def test_a_damaged_link_starts_from_the_first_briefing_and_says_so(atlas: Atlas) -> None:
    sheets = list(atlas.sheets)
    text = WHOLE.format(sheets[0], "nowhere").replace("marking", 'lang = "xx"\nmarking')
    strange = to_link(parse_briefing(text, Path("x.toml")))
    for link, told in (
        ("garbage<b>", ["the briefing in the link is damaged"]),
        (strange, ["no sheet 'nowhere'", "no language: 'xx'"]),
        (strange[:40], ["cut short"]),
    ):
        test = opened("briefing", briefing="mine", b=link)
        said = alerts(test)
        assert f"Here is another one: {first(atlas).title}" in said
        assert all(part in said for part in told), said
        assert len(rows(test)) == len(first(atlas).slides)
        assert present(test) == f"/present/{first(atlas).id}"


def test_one_too_large_for_a_link_is_kept_and_offered_as_a_file(atlas: Atlas) -> None:
    noise = random.Random(1)
    notes = "".join(noise.choice(string.ascii_letters) for _ in range(14_000))
    test = opened("briefing")
    field(test, "notes ").set_value(notes).run()
    assert "b" not in test.query_params and value(test, "kept")
    said = alerts(test)
    assert "too large for a link" in said and "content/briefings/" in said
    assert not test.get("link_button"), "no link that does not carry the edit"
    id = first(atlas).id
    lines = [block.value for block in test.get("code")]
    assert f".venv/bin/python -m geobrief brief {id}.toml -o {id}.html" in lines
    assert {b.key for b in test.get("download_button")} >= {"save-large", "save"}
    assert field(test, "notes ").value == notes
    field(test, "title ").set_value("Still edited").run()
    assert rows(test)[0] == "Still edited" and field(test, "notes ").value == notes
    assert "/api/briefings/" not in shown(test)
    field(test, "notes ").set_value("x" * 300_000 + notes).run()
    assert "at most 262144 are read: shorten it" in alerts(test)
    assert field(test, "notes ").value.endswith(notes), "what was written stays"
    elsewhere = opened("briefing", briefing=id, kept=value(test, "kept"))
    assert "this window no longer has the briefing" in alerts(elsewhere)


def draft(atlas: Atlas) -> Draft:
    briefing = list(atlas.briefings.values())[-1]
    return Draft(briefing, tuple(range(10, 10 + len(briefing.slides))), 1)


def test_the_order_is_what_the_browser_says_of_slides_that_are_there(atlas: Atlas) -> None:
    before = draft(atlas)
    last, *rest = reversed(before.keys)
    after = drafts.arranged(before, [last, *rest[:-1]], rest[0])
    sheets = [s.sheet for s in before.briefing.slides]
    assert [s.sheet for s in after.briefing.slides] == list(reversed(sheets))[:-1]
    assert after.at == 1 and after.keys[1] == rest[0]
    assert drafts.arranged(before, [*before.keys, 999], 999) == before
    late = drafts.with_slide(after, before.keys[-1], title="Late but right")
    assert late.briefing.slides[0].title == "Late but right"
    assert drafts.with_slide(after, 999, title="x") == after
    assert drafts.arranged(before, [], 0).slide is None


@pytest.mark.parametrize(
    "said",
    [None, 3, {},
     {"order": "1", "chosen": 1, "mark": ""}, {"order": [1, "2"], "chosen": 1, "mark": ""},
     {"order": [1], "chosen": None, "mark": "a"}, {"order": [True], "chosen": 1, "mark": "a"},
     {"order": [1.5], "chosen": 1, "mark": "a"}, {"order": [1], "chosen": 1, "mark": "a" * 99},
     {"order": [float("nan")], "chosen": 1, "mark": "a"}],
)  # fmt: skip
def test_only_an_order_of_keys_comes_from_the_browser(said: Any) -> None:
    assert reported(said) is None
    assert reported({"order": [2.0, 1], "chosen": 1, "mark": "m"}) == Reported((2, 1), 1, "m")


def test_a_briefing_has_at_most_as_many_slides_as_the_setting(atlas: Atlas) -> None:
    before = draft(atlas)
    sheets = list(atlas.sheets)
    after = drafts.with_added(before, sheets, len(before.keys) + 2)
    assert len(after.keys) == len(set(after.keys)) == len(before.keys) + 2
    assert after.slide and after.slide.sheet == sheets[0]
    assert drafts.with_added(after, sheets, len(after.keys)) == after


def test_a_file_is_made_step_by_step_and_kept(
    atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[int] = []

    def make(
        atlas: Atlas,
        deck: Deck,
        suffix: str,
        options: DeckOptions,
        told: Callable[[int, int], None],
    ) -> bytes:
        for number, slide in enumerate(deck.slides):
            told(number, len(deck.slides))
            steps.append(slide.number)
        return f"{deck.title} {deck.language.id} {suffix}".encode()

    monkeypatch.setattr(briefing_take, "make", make)
    briefing = list(atlas.briefings.values())[-1]
    language = atlas.languages[1]
    test = opened("briefing", briefing=briefing.id, lang=language.id)
    test.button(key="make").click().run()
    assert not test.exception
    _, body = test.session_state[MADE]
    assert body.decode() == f"{atlas.text(language.id, briefing.title)} {language.id} pptx"
    assert steps == list(range(1, len(briefing.slides) + 1))
    assert "archive" in {b.key for b in test.get("download_button")}
    test.text_input(key="briefing-marking").set_value("DRAFT").run()
    assert test.button(key="make"), "an edited briefing is another file"


def test_a_file_that_cannot_be_kept_says_how_to_make_it(
    atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(briefing_take, "make", lambda *_, **__: b"x" * 2_000_000)
    monkeypatch.setenv("GEOBRIEF_MAX_KEPT", "1000000")
    settings.cache_clear()
    try:
        test = opened("briefing")
        test.button(key="make").click().run()
        assert "The file has 2.0 MB, more than the 1.0 MB kept here" in alerts(test)
        assert MADE not in test.session_state and test.button(key="make")
    finally:
        settings.cache_clear()
