"""Briefings over HTTP, full screen and as files: those of the atlas, or the one in the link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import Any

import anyio.to_thread
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from geobrief.atlas import Atlas
from geobrief.briefings import Briefing, from_link
from geobrief.deck import present
from geobrief.deck.make import MEDIA_TYPES, DeckOptions, checked_suffix, file_name, make
from geobrief.deck.slides import Deck, assemble
from geobrief.errors import GeobriefError, RequestError
from geobrief.render.leaflet import compiled
from geobrief.settings import settings
from geobrief.web.answers import ASK, Bench, body_answer, left, still_wanted
from geobrief.web.plain import broken_answer, wants_page
from geobrief.wording import wording

Loader = Callable[[], Atlas]


def briefing_endpoints(load: Loader, bench: Bench) -> dict[str, Callable[[Request], Any]]:
    """Return the endpoints by path; files are made on the bench."""

    async def file(request: Request) -> Response:
        return await _file(load(), request, bench)

    return {
        "/present/{briefing}": lambda request: _present(load, request),
        "/api/briefings/{briefing}.{suffix}": file,
    }


def asked_briefing(atlas: Atlas, request: Request) -> Briefing:
    """Return the briefing of an address: the one in `b`, else the one it names.

    `lang`, `policy` and `marking` go before the briefing's own.

    Raises
    ------
    NotFoundError, BrokenError
        If the atlas has no such briefing, or it is broken.
    RequestError
        If what stands in `b` is damaged.
    """
    id, query = request.path_params["briefing"], request.query_params
    carried = query.get("b", "")
    found = from_link(id, carried) if carried else atlas.briefings[id]
    return replace(
        found,
        lang=query.get("lang") or found.lang,
        policy=query.get("policy") or found.policy,
        marking=query.get("marking") or found.marking,
    )


def _present(load: Loader, request: Request) -> Response:
    atlas = None
    try:
        atlas = load()
        deck = assemble(atlas, asked_briefing(atlas, request))
    except GeobriefError as error:
        if not wants_page(request):
            raise
        return broken_answer(request, atlas, error, wording("This briefing cannot be shown"))
    answer = body_answer(request, present.page(atlas, deck), "text/html; charset=utf-8")
    answer.background = BackgroundTask(_compile_maps, atlas, deck)
    return answer


async def _file(atlas: Atlas, request: Request, bench: Bench) -> Response:
    """Answer with a briefing as a file; a client that leaves ends the work for it."""
    suffix = checked_suffix(request.path_params["suffix"])
    options = DeckOptions(handout=_handout(request.query_params.get("handout", "")))
    briefing = asked_briefing(atlas, request)
    deck = await anyio.to_thread.run_sync(assemble, atlas, briefing)

    def work() -> bytes:
        return make(atlas, deck, suffix, options, still_wanted)

    body = await bench.run(work, partial(left, request))
    name = file_name(atlas, deck, suffix, options.handout)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": ASK}
    return Response(body, media_type=MEDIA_TYPES[suffix], headers=headers)


def _handout(asked: str) -> bool:
    if asked not in ("", "0", "1"):
        raise RequestError(f"handout {asked!r}", hint="handout=1 adds the notes to a PDF")
    return asked == "1"


_compiling = Lock()


def _compile_maps(atlas: Atlas, deck: Deck) -> None:
    """Compile the maps of the first slides ahead of the reader, for one reader at a time."""
    if not _compiling.acquire(blocking=False):
        return
    try:
        for slide in deck.slides[: settings().map_cache]:
            compiled(atlas, slide.spec)
    finally:
        _compiling.release()
