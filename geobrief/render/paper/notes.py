"""Pages of words beside the maps of a deck: notes of the speaker, and what frames a chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from geobrief import style
from geobrief.render.paper.drawing import Brush, blank
from geobrief.render.paper.lettering import draw, register
from geobrief.render.paper.panel import Column, Hand
from geobrief.wording import filled, runs_right_to_left, wording

if TYPE_CHECKING:
    from geobrief.atlas import Atlas
    from geobrief.plan import Language

MARGIN = 28.0
SIZE = 10.5
"""Points: around a page of a chart, and of the notes' type."""


@dataclass(frozen=True)
class Note:
    """What is said to a slide, its number, the number of slides, and the handling line."""

    text: str
    number: int
    count: int
    marking: str


class Page:
    """A page without a map, in points."""

    def __init__(
        self, atlas: Atlas, language: Language, size: tuple[float, float], marking: str
    ) -> None:
        register()
        self.atlas, self.language, self.size = atlas, language, size
        self.figure, axes = blank(size)
        self.brush = Brush(axes, None, 1.0)
        self.hand = Hand(1.0, language.script, language.direction == "rtl")
        self._top = size[1] - MARGIN
        if marking:
            kind = self.hand.type(9.5, weight=600)
            for y in (size[1] - 14, 8):
                draw(axes, size[0] / 2, y, " ".join(marking.split()), kind, align="center")

    def head(self, title: str) -> None:
        """Write the title at the top."""
        column = Column(self.size[0] - 2 * MARGIN)
        column.text(title, self.hand.type(24, serif=True, weight=600, leading=1.2))
        column.draw(self.brush, MARGIN, self._top)
        self._top -= column.height + 10

    def field(self, notes: Sequence[str]) -> tuple[float, float, float, float]:
        """Write notes at the foot; return what is free between: left, bottom, right, top."""
        column = Column(self.size[0] - 2 * MARGIN)
        for note in filter(None, notes):
            column.text(note, self.hand.type(9.5, colour=style.INK_SOFT))
            column.gap(4)
        column.draw(self.brush, MARGIN, MARGIN + column.height)
        return MARGIN, MARGIN + column.height + 14, self.size[0] - MARGIN, self._top


def note_pages(
    atlas: Atlas,
    language: Language,
    note: Note,
    size: tuple[float, float],
    margin: float,
    top: float,
) -> list[Figure]:
    """Return the pages with the notes of a slide: below `top`, then on pages of their own.

    `margin` and `top` are points; `top` leaves room for the slide on the first page.
    """
    figures: list[Figure] = []
    head = atlas.text(language.id, wording("Slide {number} of {count}"))
    for rows in _parted(note, language, size, margin, top):
        page = Page(atlas, language, size, note.marking)
        start = top if not figures else size[1] - margin
        rows.draw(page.brush, margin, start)
        kind = page.hand.type(8.5, colour=style.INK_SOFT)
        words = filled(head, number=note.number, count=note.count)
        draw(page.brush.axes, size[0] / 2, margin * 0.6, words, kind, align="center")
        figures.append(page.figure)
    return figures


def _parted(
    note: Note, language: Language, size: tuple[float, float], margin: float, top: float
) -> Iterator[Column]:
    """Yield the notes page by page."""
    hand = Hand(1.0, language.script, language.direction == "rtl")
    whole = Column(size[0] - 2 * margin)
    for paragraph in note.text.split("\n\n"):
        kind = hand.type(SIZE, leading=1.4)
        own = kind.flush_right and runs_right_to_left(paragraph)
        whole.text(" ".join(paragraph.split()), replace(kind, flush_right=own))
        whole.gap(SIZE * 0.7)
    page, room = Column(whole.width), top - margin
    for row in whole.rows:
        if page.rows and page.height + row[0] > room:
            yield page
            page, room = Column(whole.width), size[1] - 2 * margin
        page.rows.append(row)
    yield page
