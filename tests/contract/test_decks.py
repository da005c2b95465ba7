"""Briefings as PPTX and PDF, read back: words, pictures, charts, notes, bookmarks, bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from fontTools.ttLib import TTFont
from PIL import Image
from pptx import Presentation
from pptx.util import Pt
from pypdf import PdfReader
from starlette.applications import Starlette
from starlette.testclient import TestClient

from geobrief.atlas import Atlas
from geobrief.briefings import Briefing, Slide, to_link
from geobrief.cli import main
from geobrief.deck import make as making
from geobrief.deck.make import DPI, DeckOptions, make
from geobrief.deck.slides import Deck, DeckSlide, assemble
from geobrief.errors import RequestError, Where
from geobrief.render.chart import page as page_of_chart
from geobrief.render.paper.lettering import Words
from geobrief.settings import settings
from geobrief.web.routes import routes
from tests.atlas_fixture import write_atlas
from tests.pdf_words import found_words, plain

MARKING = "FOR BRIEFING ONLY"
HERE = Where(Path("test.toml"), 1)


def light(slide: DeckSlide) -> DeckSlide:
    """The slide without its areas and relief: they have no words and take most of the time."""
    kept = tuple(layer for layer in slide.spec.layers if layer.kind in ("line", "point"))
    return replace(slide, spec=replace(slide.spec, layers=kept))


def briefed(atlas: Atlas, lang: str) -> Deck:
    """A sheet with charts and one without."""
    charted = next(sheet.id for sheet in atlas.sheets.values() if sheet.charts)
    slides = (
        Slide("border", HERE, notes="What is said first.\n\nAnd then."),
        Slide(charted, HERE, title="A title of its own"),
    )
    briefing = Briefing("two", "Two slides", slides, HERE, lang=lang, marking=MARKING)
    deck = assemble(atlas, briefing)
    return replace(deck, slides=tuple(light(slide) for slide in deck.slides))


@pytest.fixture(scope="module", params=["en", "ur"])
def deck(request: pytest.FixtureRequest, atlas: Atlas) -> Deck:
    return briefed(atlas, request.param)


@pytest.fixture(scope="module")
def show(atlas: Atlas, deck: Deck) -> Any:
    return Presentation(io.BytesIO(make(atlas, deck, "pptx")))


def stops(deck: Deck) -> list[tuple[DeckSlide, int | None]]:
    """Each page of a deck: its slide, and the number of its chart."""
    return [(one, n) for one in deck.slides for n in (None, *range(len(one.charts)))]


def words(page: Any) -> str:
    return "\n".join(shape.text_frame.text for shape in page.shapes if shape.has_text_frame)


# PPTX


def test_every_slide_has_all_its_parts(atlas: Atlas, deck: Deck, show: Any) -> None:
    assert len(show.slides) == len(stops(deck))
    for page, (slide, chart) in zip(show.slides, stops(deck), strict=True):
        spec, text = slide.spec, words(page)
        said = spec.title if chart is None else atlas.text(spec.lang, slide.charts[chart].title)
        assert page.shapes.title.text_frame.text == said
        assert all(f"\u201c{passage.text}\u201d" in text for passage in spec.passages)
        assert all(credit.text in text for credit in spec.credits)
        assert spec.disclaimer in text and spec.policy_name in text and spec.digest() in text
        assert text.count(MARKING) == 2
        assert page.notes_slide.notes_text_frame.text == slide.notes


def test_every_map_is_a_picture_with_its_alternative(deck: Deck, show: Any) -> None:
    pages = zip(show.slides, stops(deck), strict=True)
    maps = [page for page, (_, chart) in pages if chart is None]
    for page, slide in zip(maps, deck.slides, strict=True):
        (picture,) = (shape for shape in page.shapes if hasattr(shape, "image"))
        told = picture._element.nvPicPr.cNvPr.get("descr")
        assert slide.spec.title in told and slide.spec.policy_name in told
        assert all(entry.label in told for entry in slide.spec.legend)
        image = Image.open(io.BytesIO(picture.image.blob))
        assert image.width == pytest.approx(picture.width / Pt(72) * DPI, abs=2)
        colours = image.convert("RGB").resize((60, 40)).getcolors(2400)
        assert colours and len(colours) > 50, "the picture is empty"


def test_charts_are_native_and_keep_their_gaps(atlas: Atlas, deck: Deck, show: Any) -> None:
    pages = [
        (page, slide.charts[chart])
        for page, (slide, chart) in zip(show.slides, stops(deck), strict=True)
        if chart is not None
    ]
    assert pages
    for page, chart in pages:
        (frame,) = (shape for shape in page.shapes if shape.has_chart)
        note = atlas.text(deck.language.id, chart.note)
        assert note in frame._element.nvGraphicFramePr.cNvPr.get("descr") and note in words(page)
        plot = frame.chart.plots[0]
        categories = list(plot.categories)
        shown = {
            (category, series.name): value
            for series in plot.series
            for category, value in zip(categories, series.values, strict=True)
        }
        rows = chart.rows
        names = rows[chart.series] if chart.series else [chart.unit] * len(rows)
        told = zip(rows[chart.x].astype(str), names, rows[chart.y].astype(float), strict=True)
        given = {(x, atlas.text(deck.language.id, name)): y for x, name, y in told}
        assert shown == {key: given.get(key) for key in shown}
        assert set(given) <= set(shown)


def test_a_paragraph_runs_as_its_words_do(deck: Deck, show: Any) -> None:
    page = show.slides[0]
    shapes = [shape for shape in page.shapes if shape.has_text_frame]
    rows = [row for shape in shapes for row in shape.text_frame.paragraphs if row.runs]
    for row in rows:
        arabic = any("\u0600" <= letter <= "\u06ff" for letter in row.text[:20])
        assert (row._p.get_or_add_pPr().get("rtl") == "1") == arabic
    passages = [row for row in rows if row.text.startswith("\u201c")]
    assert passages and all(row.runs[0]._r.rPr.get("lang") == "en" for row in passages)
    title = page.shapes.title.text_frame.paragraphs[0].runs[0]
    assert title._r.rPr.get("lang") == deck.language.tag
    picture = next(shape for shape in page.shapes if hasattr(shape, "image"))
    assert (picture.left + picture.width / 2 > show.slide_width / 2) == deck.rtl


def test_nothing_stands_outside_the_slide_or_on_another_part(show: Any) -> None:
    for page in show.slides:
        boxes = [(s.left, s.top, s.left + s.width, s.top + s.height) for s in page.shapes]
        for left, top, right, bottom in boxes:
            assert left >= 0 <= top and right <= show.slide_width and bottom <= show.slide_height
        for number, one in enumerate(boxes):
            for other in boxes[number + 1 :]:
                apart = one[2] <= other[0] or other[2] <= one[0]
                assert apart or one[3] <= other[1] or other[3] <= one[1]


def test_two_runs_give_the_same_bytes(atlas: Atlas) -> None:
    """Charts bring a workbook each, an archive within the archive."""
    deck = briefed(atlas, "en")
    alone = replace(deck, slides=deck.slides[1:])
    for suffix in ("pptx", "pdf"):
        first, second = (make(atlas, alone, suffix) for _ in range(2))
        assert first == second
    with zipfile.ZipFile(io.BytesIO(make(atlas, alone, "pptx"))) as archive:
        books = [name for name in archive.namelist() if name.endswith(".xlsx")]
        assert books
        for name in books:
            with zipfile.ZipFile(io.BytesIO(archive.read(name))) as book:
                assert {entry.date_time for entry in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_processes_side_by_side_change_nothing(atlas: Atlas) -> None:
    deck = briefed(atlas, "en")
    told: list[tuple[int, int]] = []
    alone = make(atlas, deck, "pdf")
    beside = make(atlas, deck, "pdf", DeckOptions(workers=2), told=lambda *now: told.append(now))
    assert beside == alone
    assert told == [(1, 2), (2, 2)]


# A template


def template(change: Callable[[Any], None] = lambda show: None) -> bytes:
    """A show of 4:3 with a slide in it, as a ministry's own."""
    show = Presentation()
    show.slide_master.name = "Ministry"
    show.slides.add_slide(show.slide_layouts[0])
    change(show)
    buffer = io.BytesIO()
    show.save(buffer)
    return buffer.getvalue()


def test_a_template_lends_its_master(atlas: Atlas) -> None:
    deck = briefed(atlas, "en")
    body = make(atlas, deck, "pptx", DeckOptions(template()))
    show = Presentation(io.BytesIO(body))
    assert (show.slide_width, show.slide_height) == (Pt(720), Pt(540))
    assert len(show.slides) == len(stops(deck)), "the template's own slides are gone"
    assert {page.slide_layout.name for page in show.slides} == {"Title Only"}
    assert show.slide_master.name == "Ministry"
    test_nothing_stands_outside_the_slide_or_on_another_part(show)
    names = zipfile.ZipFile(io.BytesIO(body)).namelist()
    assert len(names) == len(set(names))


def no_titles(show: Any) -> None:
    for layout in show.slide_layouts:
        for shape in list(layout.placeholders):
            if shape.placeholder_format.idx == 0:
                shape._element.getparent().remove(shape._element)


def with_file(body: bytes, name: str, data: bytes) -> bytes:
    buffer = io.BytesIO(body)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("lent", "message"),
    [
        (lambda: b"no archive", "not a PPTX"),
        (lambda: template()[:9000], "not a PPTX"),
        (lambda: template(no_titles), "no layout with a title"),
        (lambda: with_file(template(), "ppt/vbaProject.bin", b"Sub"), "macros"),
        (lambda: with_file(template(), "ppt/media/bomb", bytes(1 << 27)), "too large"),
    ],
    ids=["words", "cut", "no-layout", "macros", "bomb"],
)
def test_a_template_that_does_not_serve_is_told_at_once(
    atlas: Atlas, monkeypatch: pytest.MonkeyPatch, lent: Callable[[], bytes], message: str
) -> None:
    """Before any map is drawn, which takes its time."""
    monkeypatch.setenv("GEOBRIEF_MAX_TEMPLATE", "67108864")
    settings.cache_clear()

    def drawn(*rest: object) -> bytes:
        raise AssertionError("a map was drawn")

    monkeypatch.setattr(making, "_picture", drawn)
    with pytest.raises(RequestError, match=message):
        make(atlas, briefed(atlas, "en"), "pptx", DeckOptions(lent()))
    settings.cache_clear()


# PDF


@pytest.fixture(scope="module")
def document(atlas: Atlas, deck: Deck) -> bytes:
    return make(atlas, deck, "pdf")


def test_the_words_of_every_page_are_found(atlas: Atlas, deck: Deck, document: bytes) -> None:
    for number, (slide, chart) in enumerate(stops(deck)):
        spec = slide.spec
        said = [spec.title, *(passage.text for passage in spec.passages), spec.disclaimer]
        if chart is not None:
            own = slide.charts[chart]
            said = [atlas.text(spec.lang, words) for words in (own.title, own.note)]
        said += [MARKING, spec.digest()]
        for reader, found in found_words(document, number).items():
            missing = [words for words in said if plain(words) not in found]
            assert not missing, (number, reader)


def test_bookmarks_title_and_language_are_there(atlas: Atlas, deck: Deck, document: bytes) -> None:
    reader = PdfReader(io.BytesIO(document))
    assert reader.metadata is not None and reader.metadata.title == deck.title
    root = reader.root_object
    assert root["/Lang"] == deck.language.tag and root["/PageMode"] == "/UseOutlines"
    found = []
    for entry in reader.outline:
        entries = entry if isinstance(entry, list) else [entry]
        found += [(one.title, reader.get_destination_page_number(one)) for one in entries]
    told = [
        f"{slide.number}. {slide.spec.title}"
        if chart is None
        else atlas.text(deck.language.id, slide.charts[chart].title)
        for slide, chart in stops(deck)
    ]
    assert found == [(title, page) for page, title in enumerate(told)]


def test_maps_are_lines_not_pictures(document: bytes) -> None:
    page = PdfReader(io.BytesIO(document)).pages[0]
    assert len(page.images) == 0, "areas and relief are not drawn in this test"
    drawn = page.get_contents()
    assert drawn is not None and drawn.get_data().count(b" l\n") > 2000


def test_fonts_are_embedded_without_the_rules_that_set_them(document: bytes) -> None:
    embedded = 0
    for page in PdfReader(io.BytesIO(document)).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            for kind in font.get_object().get("/DescendantFonts", ()):
                if file := kind.get_object()["/FontDescriptor"].get("/FontFile2"):
                    tables = TTFont(io.BytesIO(file.get_object().get_data())).keys()
                    assert "glyf" in tables and not {"GSUB", "GPOS", "GDEF"}.intersection(tables)
                    embedded += len(tables) > 6
    assert embedded


def test_the_rows_of_a_chart_are_named_where_the_language_begins(
    atlas: Atlas, deck: Deck, document: bytes
) -> None:
    pages = [number for number, (_, chart) in enumerate(stops(deck)) if chart is not None]
    slide, chart = next((slide, slide.charts[at]) for slide, at in stops(deck) if at is not None)
    named = [atlas.text(deck.language.id, name) for name in set(chart.rows[chart.series])]
    for text in found_words(document, pages[0]).values():
        assert all(plain(name) in text for name in named)
    figure = page_of_chart(atlas, chart, slide.spec, "")
    ends = [words.get_horizontalalignment() for words in figure.findobj(Words)
            if any(name in words.said for name in named)]  # fmt: skip
    assert ends and set(ends) == {"right" if deck.rtl else "left"}


def test_a_handout_has_the_notes_below_each_slide(atlas: Atlas) -> None:
    deck = briefed(atlas, "en")
    charted = replace(deck, slides=(replace(deck.slides[1], notes=""),))
    leaves = PdfReader(io.BytesIO(make(atlas, charted, "pdf", DeckOptions(handout=True)))).pages
    assert len(leaves) == len(stops(charted))
    assert all(leaf.mediabox.height > leaf.mediabox.width for leaf in leaves)
    long = replace(deck.slides[0], notes="\n\n".join(["Said at length. " * 60] * 8))
    handed = make(atlas, replace(deck, slides=(long,)), "pdf", DeckOptions(handout=True))
    reader = PdfReader(io.BytesIO(handed))
    assert len(reader.pages) > 1, "notes that are longer go on"
    for page in reader.pages:
        width, height = page.mediabox.width, page.mediabox.height
        assert (float(width), float(height)) == pytest.approx((595.28, 841.89), abs=0.1)
    for name in ("PDFium", "pypdf"):
        pages = [found_words(handed, number)[name] for number in range(len(reader.pages))]
        assert plain(long.spec.title) in pages[0] and plain(long.spec.disclaimer) in pages[0]
        assert "".join(pages).count("length.") == 60 * 8
        assert all(MARKING.replace(" ", "") in page for page in pages)


# The command line


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    content, geodata = write_atlas(tmp_path_factory.mktemp("second"))
    (content / "briefings").mkdir()
    text = 'title = "Both"\n[[slides]]\nsheet = "whole"\n[[slides]]\nsheet = "ford"\n'
    (content / "briefings/both.toml").write_text(text, "utf-8")
    return content, geodata


def brief(folders: tuple[Path, Path], *arguments: str) -> int:
    content, geodata = folders
    return main(["brief", *arguments, "--content", str(content), "--geodata", str(geodata)])


def test_brief_writes_what_it_is_told(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.pptx"
    own.write_bytes(template())
    show = tmp_path / "both.pptx"
    told = ("--template", str(own), "--marking", MARKING, "--lang", "cy")
    assert brief(folders, "both", "-o", str(show), *told) == 0
    assert capsys.readouterr().out.splitlines() == ["1/2 Y ddwy lan", "2/2 The ford"]
    opened = Presentation(show)
    assert opened.slide_width == Pt(720) and words(opened.slides[0]).count(MARKING) == 2
    source = folders[0] / "briefings/both.toml"
    assert brief(folders, str(source), "-o", str(tmp_path / "b.pdf"), "--handout") == 0
    assert len(PdfReader(tmp_path / "b.pdf").pages) == 2


def test_a_signed_file_is_held_against_its_key(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = Ed25519PrivateKey.generate()
    private, public, file = (tmp_path / name for name in ("private.pem", "public.pem", "b.html"))
    pem, plain_text = Encoding.PEM, NoEncryption()
    private.write_bytes(key.private_bytes(pem, PrivateFormat.PKCS8, plain_text))
    public.write_bytes(key.public_key().public_bytes(pem, PublicFormat.SubjectPublicKeyInfo))
    assert brief(folders, "both", "-o", str(file), "--key", str(public)) == 2
    assert not file.exists()
    assert brief(folders, "both", "-o", str(file), "--key", str(private)) == 0
    assert main(["verify", str(file), "--key", str(public)]) == 0
    capsys.readouterr()
    file.write_bytes(file.read_bytes().replace(b"At the ford they meet", b"At the ford they part"))
    assert main(["verify", str(file)]) == 1
    assert "passage p01.s2 on slide 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        ("", ["none", "-o", "b.pdf"], "no briefing 'none'"),
        ("", ["both", "-o", "b.doc"], "no format 'doc'"),
        ("", ["both", "-o", "b.pdf", "--lang", "xx"], "no language 'xx'"),
        ("", ["both", "-o", "b.pptx", "--template", "none.pptx"], "none.pptx"),
        ("title = 'T'\n[[slides", ["mine.toml", "-o", "b.pdf"], "mine.toml:2"),
        ("title = 'T'\n[[slides]]\nsheet = 'gone'\n", ["mine.toml", "-o", "b.pdf"], "gone"),
    ],
)
def test_what_cannot_be_made_is_told_and_leaves_nothing(
    folders: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(text, "utf-8")
    assert brief(folders, *arguments) == 2
    assert message in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]
    assert Path("mine.toml").read_text("utf-8") == text


# HTTP


@pytest.fixture(scope="module")
def client(folders: tuple[Path, Path]) -> TestClient:
    second = Atlas.load(*folders)
    return TestClient(Starlette(routes=routes(lambda: second)))


def test_http_gives_the_same_bytes(
    client: TestClient, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    for suffix, more in (("pptx", []), ("pdf", ["--handout"]), ("html", [])):
        path = tmp_path / f"both.{suffix}"
        assert brief(folders, "both", "-o", str(path), "--lang", "cy", *more) == 0
        query = {"lang": "cy"} | ({"handout": "1"} if more else {})
        answer = client.get(f"/api/briefings/both.{suffix}", params=query)
        assert answer.status_code == 200 and answer.content == path.read_bytes()
        assert answer.headers["content-type"].startswith(making.MEDIA_TYPES[suffix])
        name = f"both-cy{'-handout' if more else ''}.{suffix}"
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'


def test_an_edited_briefing_travels_in_the_address(client: TestClient) -> None:
    edited = Briefing("mine", "Mine", (Slide("ford", HERE, title="Changed"),), HERE)
    answer = client.get('/api/briefings/a"b;c.pptx', params={"b": to_link(edited)})
    assert answer.headers["content-disposition"] == 'attachment; filename="a-b-c.pptx"'
    show = Presentation(io.BytesIO(answer.content))
    assert [page.shapes.title.text_frame.text for page in show.slides] == ["Changed"]


@pytest.mark.parametrize(
    ("address", "status", "message"),
    [
        ("none.pdf", 404, "no briefing 'none'"),
        ("both.doc", 404, "no format 'doc'"),
        ("both.pdf?lang=xx", 404, "no language 'xx'"),
        ("both.pdf?handout=yes", 400, "handout 'yes'"),
        ("both.pdf?b=%3Cscript%3E", 400, "damaged"),
    ],
)
def test_http_refuses_in_words(client: TestClient, address: str, status: int, message: str) -> None:
    answer = client.get(f"/api/briefings/{address}")
    assert answer.status_code == status
    assert message in answer.json()["error"]["message"]
