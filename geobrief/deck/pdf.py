"""Deck -> PDF: the printed sheets as slides, with bookmarks, and a handout with the notes."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.generic import BooleanObject, NameObject, TextStringObject

from geobrief.atlas import Atlas
from geobrief.deck.slides import Deck, DeckSlide
from geobrief.render.chart import pdf as chart_pdf
from geobrief.render.paper.encode import MAKER
from geobrief.render.paper.notes import Note, note_pages
from geobrief.render.paper.options import MM

PORTRAIT = (210 * MM, 297 * MM)
MARGIN = 15 * MM


def write(atlas: Atlas, deck: Deck, pages: Iterable[bytes], handout: bool = False) -> bytes:
    """Return the deck as PDF.

    `pages` are PDFs that have its slides as their pages, in order. A sheet's charts follow it.
    With `handout` every slide and chart stands on a page of its own, a slide above its notes.
    """
    writer = PdfWriter()
    text = atlas.text

    def note(slide: DeckSlide, words: str) -> Note:
        return Note(words, slide.number, len(deck.slides), deck.marking)

    leaves = (leaf for file in pages for leaf in PdfReader(BytesIO(file)).pages)
    for slide, leaf in zip(deck.slides, leaves, strict=True):
        number = len(writer.pages)
        _add(atlas, deck, writer, leaf, note(slide, slide.notes) if handout else None)
        mark = writer.add_outline_item(
            title=f"{slide.number}. {slide.spec.title}", page_number=number
        )
        for chart in slide.charts:
            number = len(writer.pages)
            drawn = PdfReader(BytesIO(chart_pdf(atlas, chart, slide.spec, deck.marking)))
            _add(atlas, deck, writer, drawn.pages[0], note(slide, "") if handout else None)
            title = text(deck.language.id, chart.title)
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


def _add(atlas: Atlas, deck: Deck, writer: PdfWriter, shown: PageObject, note: Note | None) -> None:
    """Add a slide: by itself, or above its notes on a page that goes on where they are longer."""
    if note is None:
        writer.add_page(shown)
        return
    width, height = PORTRAIT
    scale = (width - 2 * MARGIN) / float(shown.mediabox.width)
    foot = height - MARGIN - float(shown.mediabox.height) * scale
    made = note_pages(atlas, deck.language, note, PORTRAIT, MARGIN, foot - MARGIN / 2)
    for place, leaf in enumerate(PdfReader(BytesIO(made)).pages):
        added = writer.add_page(leaf)
        if not place:
            move = Transformation().scale(scale).translate(MARGIN, foot)
            added.merge_transformed_page(shown, move)
