"""A briefing as a file: the one road of the command line, the pages and HTTP."""

from __future__ import annotations

import multiprocessing
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from geobrief.atlas import Atlas
from geobrief.deck.places import Places
from geobrief.deck.slides import Deck, DeckSlide
from geobrief.errors import NotFoundError
from geobrief.export import Pause
from geobrief.render.paper.options import PrintOptions

MEDIA_TYPES = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
}
SUFFIXES = tuple(MEDIA_TYPES)
DPI = 300
"""Dots per inch of the maps in a PPTX, and at most of the hillshade in a PDF."""

Told = Callable[[int, int], None]
"""Told how many slides are drawn, and how many there are."""


@dataclass(frozen=True)
class DeckOptions:
    """What a deck may be asked for beside the briefing.

    `template` is a PPTX that lends its master. `handout` adds a page for each slide with its notes.
    `workers` is how many processes draw; 1 draws in this one, which a server with threads needs.
    """

    template: bytes = b""
    handout: bool = False
    workers: int = 1


def make(
    atlas: Atlas,
    deck: Deck,
    suffix: str,
    options: DeckOptions = DeckOptions(),
    pause: Pause = lambda: None,
    told: Told = lambda done, total: None,
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
    if suffix == "pptx":
        from geobrief.deck import pptx

        if options.template:
            pptx.opened(options.template)  # before the maps are drawn, which takes its time
        drawn = _drawn(atlas, deck, _picture, options.workers, pause, told)
        return pptx.write(atlas, deck, drawn, options.template)
    from geobrief.deck import pdf

    drawn = _drawn(atlas, deck, _page, options.workers, pause, told)
    return pdf.write(atlas, deck, drawn, options.handout)


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
    named = re.sub(r"[^A-Za-z0-9_-]+", "-", deck.id).strip("-") or "briefing"
    own = deck.language.id == atlas.default_language.id
    parts = (named, "" if own else deck.language.id, "handout" if handout else "")
    return f"{'-'.join(part for part in parts if part)}.{suffix}"


def processors() -> int:
    """Return how many processes may draw at once: one where the system cannot fork."""
    forks = "fork" in multiprocessing.get_all_start_methods()
    return len(os.sched_getaffinity(0)) if forks and hasattr(os, "sched_getaffinity") else 1


Draw = Callable[[Atlas, Deck, DeckSlide], bytes]


def _picture(atlas: Atlas, deck: Deck, slide: DeckSlide) -> bytes:
    from geobrief.render import print as printed  # matplotlib takes a second to import

    box = Places(960, 540, deck.rtl, deck.marking).map
    return printed.picture(atlas, slide.spec, (box.width, box.height), DPI)


def _page(atlas: Atlas, deck: Deck, slide: DeckSlide) -> bytes:
    from geobrief.render import print as printed

    options = PrintOptions(dpi=200, marking=deck.marking)
    return printed.render(atlas, slide.spec, "pdf", options)


_shared: tuple[Atlas, Deck, Draw] | None = None  # what forked processes find there


def _drawn(
    atlas: Atlas, deck: Deck, draw: Draw, workers: int, pause: Pause, told: Told
) -> Iterator[bytes]:
    """Yield the slides as they are drawn, in their order."""
    total = len(deck.slides)
    if workers < 2 or total < 2:
        for slide in deck.slides:
            pause()
            yield draw(atlas, deck, slide)
            told(slide.number, total)
        return
    global _shared
    _shared = (atlas, deck, draw)
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(min(workers, total), mp_context=fork) as pool:
        for slide, made in zip(deck.slides, pool.map(_draw, range(total)), strict=True):
            pause()
            yield made
            told(slide.number, total)


def _draw(index: int) -> bytes:
    if _shared is None:
        raise AssertionError("nothing was shared")
    atlas, deck, draw = _shared
    return draw(atlas, deck, deck.slides[index])
