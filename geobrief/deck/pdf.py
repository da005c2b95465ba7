"""Deck -> PDF: the printed sheets as slides, with bookmarks, and a handout with the notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any

from matplotlib.figure import Figure
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    StreamObject,
    TextStringObject,
)

from geobrief.atlas import Atlas
from geobrief.deck.slides import Deck
from geobrief.render.chart import page as chart_page
from geobrief.render.paper.encode import MAKER, pdf_of
from geobrief.render.paper.notes import Note, note_pages
from geobrief.render.paper.options import MM, SIZES

PORTRAIT = (210 * MM, 297 * MM)
MARGIN = 15 * MM
"""Of a page of the handout."""

SCALE = (PORTRAIT[0] - 2 * MARGIN) / SIZES["slide"][0]
FOOT = PORTRAIT[1] - MARGIN - SCALE * SIZES["slide"][1]
"""Size of a slide on it, as a part of its own, and where the slide ends."""

XOBJECT, SLIDE = NameObject("/XObject"), NameObject("/Slide")


def write(atlas: Atlas, deck: Deck, pages: Iterable[bytes], handout: bool = False) -> bytes:
    """Return the deck as PDF.

    `pages` are PDFs that have its slides as their pages, in order. A sheet's charts follow it.
    With `handout` every slide and chart stands on a page of its own, a slide above its notes.
    """
    writer = PdfWriter()
    leaves = (leaf for file in pages for leaf in PdfReader(BytesIO(file)).pages)
    charts = _leaves(
        [
            chart_page(atlas, chart, slide.spec, deck.marking)
            for slide in deck.slides
            for chart in slide.charts
        ],
        deck,
    )
    notes = _notes(atlas, deck) if handout else None
    for slide, leaf in zip(deck.slides, leaves, strict=True):
        number = len(writer.pages)
        _add(writer, leaf, notes)
        mark = writer.add_outline_item(
            title=f"{slide.number}. {slide.spec.title}", page_number=number
        )
        for chart in slide.charts:
            number = len(writer.pages)
            _add(writer, next(charts), notes)
            title = atlas.text(deck.language.id, chart.title)
            writer.add_outline_item(title=title, page_number=number, parent=mark)
    writer.compress_identical_objects(remove_unreferenced=True)
    writer.add_metadata(
        {"/Title": deck.title, "/Keywords": deck.digest(), "/Creator": MAKER, "/Producer": MAKER}
    )
    root = writer.root_object
    root[NameObject("/Lang")] = TextStringObject(deck.language.tag)
    root[NameObject("/PageMode")] = NameObject("/UseOutlines")
    writer.create_viewer_preferences()[NameObject("/DisplayDocTitle")] = BooleanObject(True)
    finished = BytesIO()
    writer.write(finished)
    return finished.getvalue()


def _leaves(figures: Sequence[Figure], deck: Deck) -> Iterator[PageObject]:
    """Yield figures as pages that share their fonts."""
    if figures:
        yield from PdfReader(BytesIO(pdf_of(figures, deck.language.tag, deck.title))).pages


def _notes(atlas: Atlas, deck: Deck) -> Iterator[Sequence[PageObject]]:
    """Yield the pages below and after each slide and each chart of a handout."""
    pages = [
        note_pages(atlas, deck.language, Note(words, slide.number, len(deck.slides), deck.marking),
                   PORTRAIT, MARGIN, FOOT - MARGIN / 2)
        for slide in deck.slides
        for words in (slide.notes, *("" for _ in slide.charts))
    ]  # fmt: skip
    leaves = _leaves([figure for figures in pages for figure in figures], deck)
    for figures in pages:
        yield [next(leaves) for _ in figures]


def _add(
    writer: PdfWriter, shown: PageObject, notes: Iterator[Sequence[PageObject]] | None
) -> None:
    """Add a slide: by itself, or above its notes on a page that goes on where they are longer."""
    if notes is None:
        writer.add_page(shown)
        return
    for place, leaf in enumerate(next(notes)):
        added = writer.add_page(leaf)
        if not place:
            _place(writer, added, shown)


def _place(writer: PdfWriter, page: PageObject, slide: PageObject) -> None:
    """Draw a slide at the head of a page, as a form: what it holds is not read again."""
    contents = slide.get_contents()
    if contents is None:
        return
    form = StreamObject()
    form.set_data(contents.get_data())
    form[NameObject("/Type")], form[NameObject("/Subtype")] = XOBJECT, NameObject("/Form")
    form[NameObject("/BBox")] = slide.mediabox
    lent: Any = slide["/Resources"]
    kept: Any = page["/Resources"]
    form[NameObject("/Resources")] = lent.clone(writer)
    own = DictionaryObject(kept)  # the pages of a file share theirs
    own[XOBJECT] = DictionaryObject({SLIDE: writer._add_object(form.flate_encode())})
    page[NameObject("/Resources")] = own
    drawn = DecodedStreamObject()
    drawn.set_data(
        f"q {SCALE:.6f} 0 0 {SCALE:.6f} {MARGIN:.3f} {FOOT:.3f} cm {SLIDE} Do Q".encode()
    )
    before = page.raw_get("/Contents")
    before = before if isinstance(before, ArrayObject) else [before]
    page[NameObject("/Contents")] = ArrayObject([*before, writer._add_object(drawn)])
