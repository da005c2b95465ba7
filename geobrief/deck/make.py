"""A briefing as a file: the one road of the command line, the pages and HTTP."""

from __future__ import annotations

import multiprocessing
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geobrief.atlas import Atlas
from geobrief.deck.slides import Deck, DeckSlide
from geobrief.errors import NotFoundError
from geobrief.export import Pause
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

Told = Callable[[int, int], None]
"""Told how many slides are drawn, and how many there are."""

Unlabelled = Callable[[DeckSlide, tuple[str, ...]], None]
"""Told the ids of the features of a slide whose names found no room."""

Drawn = tuple[bytes, tuple[str, ...]]
"""A map as a file, and the ids of the features whose names found no room on it."""


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

    def maps(draw: Draw) -> Iterator[bytes]:
        drawn = _drawn(atlas, deck, draw, options.workers, pause)
        for slide, (body, left_out) in zip(deck.slides, drawn, strict=True):
            yield body
            unlabelled(slide, left_out)
            told(slide.number, len(deck.slides))

    if suffix == "pptx":
        from geobrief.deck import pptx

        if options.template:
            pptx.opened(options.template)  # before the maps are drawn, which takes its time
        return pptx.write(atlas, deck, maps(_picture), options.template)
    if suffix == "html":
        from geobrief.deck import sealed

        return sealed.write(atlas, deck, options.key, pause, told)
    from geobrief.deck import pdf

    return pdf.write(atlas, deck, maps(_page), options.handout)


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


Draw = Callable[[Atlas, Deck, DeckSlide], Drawn]


def _picture(atlas: Atlas, deck: Deck, slide: DeckSlide) -> Drawn:
    from geobrief.deck.places import WIDE, Places  # matplotlib takes a second to import
    from geobrief.render import print as printed

    box, left_out = Places(*WIDE, deck.rtl, deck.marking).map, list[str]()
    size = (box.width, box.height)
    body = printed.picture(atlas, slide.spec, size, DPI, left_out.extend)
    return body, tuple(left_out)


def _page(atlas: Atlas, deck: Deck, slide: DeckSlide) -> Drawn:
    from geobrief.render import print as printed

    options, left_out = PrintOptions(dpi=200, marking=deck.marking), list[str]()
    body = printed.render(atlas, slide.spec, "pdf", options, unlabelled=left_out.extend)
    return body, tuple(left_out)


_shared: tuple[Atlas, Deck, Draw] | None = None  # what forked processes find there


def _drawn(atlas: Atlas, deck: Deck, draw: Draw, workers: int, pause: Pause) -> Iterator[Drawn]:
    """Yield the maps of the slides as they are drawn, in their order."""
    if workers < 2 or len(deck.slides) < 2:
        for slide in deck.slides:
            pause()
            yield draw(atlas, deck, slide)
        return
    global _shared
    _shared = (atlas, deck, draw)
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(min(workers, len(deck.slides)), mp_context=fork) as pool:
        for made in pool.map(_draw, range(len(deck.slides))):
            pause()
            yield made


def _draw(index: int) -> Drawn:
    if _shared is None:
        raise AssertionError("nothing was shared")
    atlas, deck, draw = _shared
    return draw(atlas, deck, deck.slides[index])
