"""Briefings: what ships, and what a damaged file is told."""

from __future__ import annotations

import base64
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from geobrief.atlas import Atlas, read_atlas
from geobrief.briefings import (
    LONGEST_LINK,
    Briefing,
    from_link,
    parse_briefing,
    to_link,
    to_toml,
)
from geobrief.compose import compose
from geobrief.deck.slides import assemble
from geobrief.errors import ContentError, GeobriefError, NotFoundError, RequestError, Where
from geobrief.listing import listing
from tests.atlas_fixture import write_atlas

ROOT = Path(__file__).resolve().parents[2]
WHOLE = """\
title = "Before lunch"
policy = "western"
marking = "FOR THIS ROOM"

[[slides]]
sheet = "brook"
title = "The brook first"
notes = "Say where it rises."
date = 2020-05-01
select = ["crossings/ford"]
bbox = [0.0, 1.0, 2.0, 3.0]

[[slides]]
sheet = "ford"
"""


def test_a_slide_may_say_something_else_than_its_sheet() -> None:
    briefing = parse_briefing(WHOLE, Path("lunch.toml"))
    first, second = briefing.slides
    assert (briefing.id, briefing.title, briefing.marking) == (
        "lunch",
        "Before lunch",
        "FOR THIS ROOM",
    )
    assert (first.title, first.notes) == ("The brook first", "Say where it rises.")
    view = briefing.view(first)
    assert (view.policy, view.date, view.select) == ("western", "2020-05-01", ("crossings/ford",))
    assert view.bbox == (0.0, 1.0, 2.0, 3.0)
    assert (second.sheet, second.title, second.where.line) == ("ford", "", 13)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('title = "Before lunch"', 'title = "Before', 1, "not TOML"),
        ('title = "Before lunch"\n', "", 1, "no title"),
        ("policy =", "politics =", 1, "'politics'"),
        ('policy = "western"', "policy = 3", 1, "policy is not text"),
        ("2020-05-01", '"May"', 5, "YYYY-MM-DD"),
        ('["crossings/ford"]', '"crossings/ford"', 5, "list of ids"),
        ("[0.0, 1.0, 2.0, 3.0]", "[3.0, 1.0, 2.0, 3.0]", 5, "west, south, east, north"),
        ('sheet = "ford"', 'shet = "ford"', 13, "'shet'"),
        ('sheet = "ford"\n', "", 13, "names no sheet"),
        ("[[slides]]", "[[pages]]", 1, "pages"),
    ],
)
def test_a_damaged_briefing_says_where(old: str, new: str, line: int, message: str) -> None:
    assert old in WHOLE
    with pytest.raises(ContentError, match=message) as found:
        parse_briefing(WHOLE.replace(old, new), Path("lunch.toml"))
    assert str(found.value).startswith(f"lunch.toml:{line}: ")


def test_names_in_vain_are_found_and_the_rest_is_kept(tmp_path: Path) -> None:
    content, geodata = write_atlas(tmp_path)
    (content / "briefings").mkdir()
    (content / "briefings" / "broken.toml").write_text("title = ", "utf-8")
    (content / "briefings" / "lunch.toml").write_text(
        WHOLE.replace('"western"', '"southern"').replace('"ford"', '"nowhere"'), "utf-8"
    )
    found: list[GeobriefError] = []
    atlas = read_atlas(content, geodata, found.append)
    said = [str(problem) for problem in found]
    assert set(atlas.briefings.broken) == {"broken", "lunch"}
    assert set(atlas.sheets) == {"whole", "ford"}
    assert any("broken.toml:1: is not TOML" in line for line in said)
    assert any("lunch.toml:1: " in line and "'southern'" in line for line in said)
    assert any("lunch.toml:13: no sheet 'nowhere'" in line for line in said)


def test_three_briefings_ship_and_draw() -> None:
    atlas = Atlas.load(ROOT / "content", ROOT / "geodata")
    rows = {row["id"]: row for row in listing(atlas, "briefings")}
    assert set(rows) == {"minister", "committee", "atlas"}
    assert len(rows["minister"]["sheets"]) == 5
    on_a_page = {id for page in atlas.pages for id in page.sheets}
    assert set(rows["atlas"]["sheets"]) == on_a_page - {"sources"}
    for briefing in atlas.briefings.values():
        for slide in briefing.slides:
            assert compose(atlas, slide.sheet, briefing.view(slide)).features()


def plain(briefing: Briefing) -> Briefing:
    """Return a briefing without the lines where its parts stood."""
    nowhere = Where(Path("lunch.toml"))
    slides = tuple(replace(slide, where=nowhere) for slide in briefing.slides)
    return replace(briefing, slides=slides, where=nowhere)


def test_a_briefing_survives_its_file_and_its_link() -> None:
    briefing = parse_briefing(WHOLE, Path("lunch.toml"))
    odd = 'He said "go",\nthen \\ and \U0001f600 and \u0646.'
    briefing = replace(briefing, slides=(replace(briefing.slides[0], notes=odd), *briefing.slides))
    again = parse_briefing(to_toml(briefing), Path("lunch.toml"))
    assert plain(again) == plain(briefing)
    assert plain(from_link("lunch", to_link(briefing))) == plain(briefing)


def test_short_slides_keep_a_header_each() -> None:
    short = parse_briefing('title = "x"\n[[slides]]\nsheet = "brook"\n', Path("lunch.toml"))
    assert to_toml(short) == 'title = "x"\n\n[[slides]]\nsheet = "brook"\n'
    assert plain(from_link("lunch", to_link(short))) == plain(short)


def test_one_without_slides_is_taken_only_while_it_is_written() -> None:
    bare = replace(parse_briefing(WHOLE, Path("lunch.toml")), slides=())
    assert plain(from_link("lunch", to_link(bare), empty=True)) == plain(bare)
    with pytest.raises(RequestError, match="no slides"):
        from_link("lunch", to_link(bare))


def test_a_briefing_too_long_for_a_link_is_told_so() -> None:
    briefing = parse_briefing(WHOLE, Path("lunch.toml"))
    words = base64.b85encode(bytes(n * n * 7919 % 251 for n in range(4 * LONGEST_LINK))).decode()
    noise = "".join(f"{n * 2654435761 % 2**32:x}" for n in range(2_000)) + words
    with pytest.raises(RequestError, match="save it as a file"):
        to_link(replace(briefing, slides=(replace(briefing.slides[0], notes=noise),)))


def linked(text: str) -> str:
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("not base64!", "damaged"),
        ("AAAA", "damaged"),
        (linked(WHOLE)[:-20], "cut short|damaged"),
        (linked("title = 3"), "no title"),
        (linked(WHOLE.replace("ford", "x" * 300_000)), "at most"),
        (linked("\x00" * 300_000_000), "at most"),
    ],
)
def test_a_damaged_link_is_told_so(link: str, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        from_link("lunch", link)


def test_a_deck_holds_the_maps_of_its_slides() -> None:
    atlas = Atlas.load(ROOT / "content", ROOT / "geodata")
    briefing = atlas.briefings["minister"]
    deck = assemble(atlas, briefing)
    assert [slide.spec.sheet for slide in deck.slides] == [s.sheet for s in briefing.slides]
    assert deck.slides[0].notes == atlas.sheets[briefing.slides[0].sheet].notes
    assert deck.digest() == assemble(atlas, briefing).digest()
    own = replace(briefing.slides[0], title="A title of its own", notes="Say this.")
    other = assemble(atlas, replace(briefing, slides=(own,), lang="ur"))
    assert (other.slides[0].spec.title, other.slides[0].notes) == (own.title, "Say this.")
    assert other.slides[0].spec.direction == "rtl"
    assert other.digest() != deck.digest()
    with pytest.raises(NotFoundError):
        assemble(atlas, replace(briefing, slides=(replace(own, sheet="nowhere"),)))
