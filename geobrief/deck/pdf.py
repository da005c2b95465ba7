"""Deck -> PDF: the printed sheets as slides, with bookmarks, and a handout with the notes."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.generic import BooleanObject, NameObject, TextStringObject

from geobrief.atlas import Atlas
from geobrief.deck.slides import Deck
from geobrief.render.chart import pdf as chart_pdf
from geobrief.render.paper.encode import MAKER
from geobrief.render.paper.notes import Note, note_pages
from geobrief.render.paper.options import MM

PORTRAIT = (210 * MM, 297 * MM)
MARGIN = 15 * MM


def write(atlas: Atlas, deck: Deck, pages: Iterable[bytes], handout: bool = False) -> bytes:
    """Return the deck as PDF.

    `pages` are its slides, each a PDF of one page, in their order. A sheet's charts follow it.
    With `handout` every slide stands on a page of its own above its notes.
    """
    writer = PdfWriter()
    text = atlas.text
    for slide, page in zip(deck.slides, pages, strict=True):
        number = len(writer.pages)
        shown = PdfReader(BytesIO(page)).pages[0]
        if handout:
            note = Note(slide.notes, slide.number, len(deck.slides), deck.marking)
            _handed(atlas, deck, writer, shown, note)
        else:
            writer.add_page(shown)
        mark = writer.add_outline_item(
            title=f"{slide.number}. {slide.spec.title}", page_number=number
        )
        for chart in slide.charts:
            drawn = PdfReader(BytesIO(chart_pdf(atlas, chart, slide.spec, deck.marking)))
            writer.add_page(drawn.pages[0])
            title = text(deck.language.id, chart.title)
            last = len(writer.pages) - 1
            writer.add_outline_item(title=title, page_number=last, parent=mark)
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


def _handed(atlas: Atlas, deck: Deck, writer: PdfWriter, shown: PageObject, note: Note) -> None:
    """Add a page with a slide above its notes; notes that are longer go on."""
    width, height = PORTRAIT
    scale = (width - 2 * MARGIN) / float(shown.mediabox.width)
    foot = height - MARGIN - float(shown.mediabox.height) * scale
    made = note_pages(atlas, deck.language, note, PORTRAIT, MARGIN, foot - MARGIN / 2)
    for place, page in enumerate(PdfReader(BytesIO(made)).pages):
        added = writer.add_page(page)
        if not place:
            move = Transformation().scale(scale).translate(MARGIN, foot)
            added.merge_transformed_page(shown, move)
