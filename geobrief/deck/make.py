"""A briefing as a file: the one road of the command line, the pages and HTTP."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geobrief.atlas import Atlas
from geobrief.deck.slides import Deck, DeckSlide
from geobrief.errors import NotFoundError
from geobrief.export import Pause, Told
from geobrief.files import safe_name
from geobrief.render.paper.options import PrintOptions

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MEDIA_TYPES = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
    "html": "text/html",
}
SUFFIXES = tuple(MEDIA_TYPES)
DPI = 300
"""Dots per inch of the maps in a PPTX, and at most of the hillshade in a PDF."""

Unlabelled = Callable[[DeckSlide, tuple[str, ...]], None]
"""Told the ids of the features of a slide whose names found no room."""

Drawn = tuple[bytes, list[tuple[str, ...]]]
"""Maps of some slides as a file, and of each the ids of the features whose names found no room."""

PAGES = 5
"""Slides that are drawn into one PDF: each font is embedded once for them."""


@dataclass(frozen=True)
class DeckOptions:
    """What a deck may be asked for beside the briefing.

    `template` is a PPTX that lends its master. `handout` adds a page for each slide with its notes.
    `key` signs the seal of an HTML file. `workers` is how many processes draw; 1 draws in this one,
    which a server with threads needs.
    """

    template: bytes = b""
    handout: bool = False
    workers: int = 1
    key: Ed25519PrivateKey | None = None


def make(
    atlas: Atlas,
    deck: Deck,
    suffix: str,
    options: DeckOptions = DeckOptions(),
    pause: Pause = lambda: None,
    told: Told = lambda done, total: None,
    unlabelled: Unlabelled = lambda slide, ids: None,
) -> bytes:
    """Return the deck as a file of one of `SUFFIXES`.

    `pause` is called before each slide; what it raises ends the work.

    Raises
    ------
    NotFoundError
        If the format is not known.
    RequestError
        If the template cannot be used.
    SetupError
        If the fonts have not been cut.
    """
    checked_suffix(suffix)

    def maps(draw: Draw, run: int) -> Iterator[bytes]:
        slides = iter(deck.slides)
        for body, left_out in _drawn(atlas, deck, draw, run, options.workers, pause):
            yield body
            for ids, slide in zip(left_out, slides, strict=False):
                unlabelled(slide, ids)
                told(slide.number, len(deck.slides))

    if suffix == "pptx":
        from geobrief.deck import pptx, template

        if options.template:
            template.opened(options.template)  # before the maps are drawn, which takes its time
        return pptx.write(atlas, deck, maps(_picture, 1), options.template)
    if suffix == "html":
        from geobrief.deck import sealed

        return sealed.write(atlas, deck, options.key, pause, told)
    from geobrief.deck import pdf

    return pdf.write(atlas, deck, maps(_pages, PAGES), options.handout)


def checked_suffix(suffix: str) -> str:
    """Return the format itself.

    Raises
    ------
    NotFoundError
        If it is not one of `SUFFIXES`.
    """
    if suffix not in MEDIA_TYPES:
        raise NotFoundError(f"no format {suffix!r}", hint=f"one of {', '.join(SUFFIXES)}")
    return suffix


def file_name(atlas: Atlas, deck: Deck, suffix: str, handout: bool = False) -> str:
    """Return the name of the file: briefing, language where it is not the essay's, handout."""
    own = deck.language.id == atlas.default_language.id
    parts = (deck.id, "" if own else deck.language.id, "handout" if handout else "")
    return f"{safe_name('-'.join(part for part in parts if part), 'briefing')}.{suffix}"


def processors() -> int:
    """Return how many processes may draw at once: one where the system cannot fork."""
    forks = "fork" in multiprocessing.get_all_start_methods()
    return len(os.sched_getaffinity(0)) if forks and hasattr(os, "sched_getaffinity") else 1


Draw = Callable[[Atlas, Deck, Sequence[DeckSlide], Pause], Drawn]


def _picture(atlas: Atlas, deck: Deck, slides: Sequence[DeckSlide], pause: Pause) -> Drawn:
    from geobrief.deck.places import WIDE, Places  # matplotlib takes a second to import
    from geobrief.render import print as printed

    box, left_out = Places(*WIDE, deck.rtl, deck.marking).map, list[tuple[str, ...]]()
    size = (box.width, box.height)
    pause()
    body = printed.picture(atlas, slides[0].spec, size, DPI, left_out.append)
    return body, left_out


def _pages(atlas: Atlas, deck: Deck, slides: Sequence[DeckSlide], pause: Pause) -> Drawn:
    from geobrief.render import print as printed

    options, left_out = PrintOptions(dpi=200, marking=deck.marking), list[tuple[str, ...]]()
    specs = [slide.spec for slide in slides]
    body = printed.pages(atlas, specs, options, deck.title, pause, left_out.append)
    return body, left_out


_shared: tuple[Atlas, Deck, Draw] | None = None  # what forked processes find there


def _drawn(
    atlas: Atlas, deck: Deck, draw: Draw, run: int, workers: int, pause: Pause
) -> Iterator[Drawn]:
    """Yield the maps of the slides, `run` slides at a time, as they are drawn, in their order."""
    runs = [(start, start + run) for start in range(0, len(deck.slides), run)]
    if workers < 2 or len(runs) < 2:
        for start, end in runs:
            yield draw(atlas, deck, deck.slides[start:end], pause)
        return
    global _shared
    _shared = (atlas, deck, draw)
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(min(workers, len(runs)), mp_context=fork) as pool:
        for made in pool.map(_draw, *zip(*runs, strict=True)):
            pause()
            yield made


def _draw(start: int, end: int) -> Drawn:
    if _shared is None:
        raise AssertionError("nothing was shared")
    atlas, deck, draw = _shared
    return draw(atlas, deck, deck.slides[start:end], lambda: None)
