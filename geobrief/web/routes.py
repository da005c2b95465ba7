"""HTTP beside the dashboard: map pages, their files, images, lists, health.

Every address carries its whole state, so any replica answers it; digests in addresses only tell
caches that something changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geobrief.atlas import Atlas
from geobrief.compose import compose
from geobrief.errors import BrokenError, GeobriefError, NotFoundError
from geobrief.export import checked_format, export, file_name
from geobrief.kept import Kept
from geobrief.layers import Layer
from geobrief.listing import listing
from geobrief.render import screen
from geobrief.render.assets import asset_bytes, asset_digest, asset_file
from geobrief.render.formats import MEDIA_TYPES
from geobrief.render.leaflet import compiled, refined
from geobrief.render.paper.options import PrintOptions
from geobrief.settings import settings
from geobrief.spec import MapSpec, View
from geobrief.web import chosen, current_atlas
from geobrief.web.answers import (
    ASK,
    FOREVER,
    METHODS,
    Bench,
    body_answer,
    error_answer,
    guarded,
    left,
    still_wanted,
)
from geobrief.web.briefing_routes import briefing_endpoints
from geobrief.web.faults import standing
from geobrief.web.plain import broken_answer, wants_page
from geobrief.wording import wording

MEDIA = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".png": "image/png",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}

LEFT_OUT = "Geobrief-Names-Left-Out"
"""Header that says how many names found no room on an image."""

Loader = Callable[[], Atlas]


def routes(load: Loader = current_atlas) -> list[Route]:
    """Return all routes. `load` gives the atlas; it is asked anew at every request."""
    bench = Bench(settings().export_workers, settings().export_queue)
    found: dict[str, Callable[[Request], Any]] = {
        "/map/{sheet}.js": lambda request: _map_script(load(), request),
        "/map/{sheet}": lambda request: _map_page(load, request),
        "/assets/raster/{layer}": lambda request: _raster(load(), request),
        "/assets/{path:path}": _asset,
        chosen.ADDRESS: lambda request: _cards(load(), request),
        "/api/sheets": lambda request: _list("sheets", load()),
        "/api/layers": lambda request: _list("layers", load()),
        "/api/briefings": lambda request: _list("briefings", load()),
        "/api/passages": lambda request: _list("passages", load()),
        "/api/layers/{layer}.geojson": lambda request: _geojson(load(), request),
        "/healthz": lambda request: _health(load),
    }

    async def sheet(request: Request) -> Response:
        return await _export(load, request, bench)

    async def chart(request: Request) -> Response:
        return await _chart(load(), request, bench)

    async def inset(request: Request) -> Response:
        return await _inset(load(), request, bench)

    found |= briefing_endpoints(load, bench)
    found["/api/sheets/{sheet}/inset.svg"] = inset
    found["/api/sheets/{sheet}/charts/{number:int}.svg"] = chart
    found["/api/sheets/{sheet}.{suffix}"] = sheet
    found["/api/{path:path}"] = _unknown
    return [Route(path, guarded(endpoint), methods=METHODS) for path, endpoint in found.items()]


def _view(request: Request) -> View:
    return View.from_query(request.query_params)


def _spec(atlas: Atlas, request: Request) -> tuple[MapSpec, View]:
    view = _view(request)
    return compose(atlas, request.path_params["sheet"], view), view


def _map_page(load: Loader, request: Request) -> Response:
    atlas = None
    try:
        atlas = load()
        html = _page(atlas, request.path_params["sheet"], _view(request))
    except GeobriefError as error:
        if error.status < 500 or not wants_page(request):
            raise
        return broken_answer(request, atlas, error, wording("This map cannot be shown"))
    return body_answer(request, html, "text/html; charset=utf-8")


_pages: Kept[str] = Kept()


def _page(atlas: Atlas, sheet: str, view: View) -> str:
    def make() -> str:
        return screen.page(atlas, compose(atlas, sheet, view), view.to_query()).html

    return _pages.of(atlas, (sheet, view), make)


def _map_script(atlas: Atlas, request: Request) -> Response:
    spec, _ = _spec(atlas, request)
    made = compiled(atlas, spec)
    fresh = request.query_params.get("v") == made.digest
    script = refined(atlas, spec).script if screen.FINER in request.query_params else made.script
    return body_answer(request, script, MEDIA[".js"], FOREVER if fresh else ASK)


def _asset(request: Request) -> Response:
    path = asset_file(request.path_params["path"])
    fresh = request.query_params.get("v") == asset_digest(path)
    body = asset_bytes(path)
    return body_answer(request, body, MEDIA[path.suffix], FOREVER if fresh else ASK)


def _layer(atlas: Atlas, request: Request) -> Layer:
    return atlas.layers[request.path_params["layer"]]


def _raster(atlas: Atlas, request: Request) -> Response:
    layer = _layer(atlas, request)
    if layer.kind != "raster":
        raise NotFoundError(f"layer {layer.id!r} is not a picture", hint="see /api/layers")
    version = request.query_params.get("v", "")
    fresh = bool(version) and layer.digest.removeprefix("sha256:").startswith(version)
    body = layer.path.read_bytes()
    return body_answer(request, body, MEDIA[layer.path.suffix], FOREVER if fresh else ASK)


def _list(what: str, atlas: Atlas) -> Response:
    return JSONResponse(listing(atlas, what))


def _cards(atlas: Atlas, request: Request) -> Response:
    view = _view(request)
    html = chosen.cards(atlas, view.select, view.lang, view.policy)
    return body_answer(request, html, "text/html; charset=utf-8")


def _geojson(atlas: Atlas, request: Request) -> Response:
    layer = _layer(atlas, request)
    if layer.kind == "raster":
        raise NotFoundError(f"layer {layer.id!r} has no features", hint="see /api/layers")
    extra = [c for c in layer.frame.columns if c == "display"]
    collection = layer.frame.drop(columns=extra).to_geo_dict(drop_id=False)
    notice = {
        "source": layer.source,
        "licence": layer.licence,
        "attribution": layer.attribution,
        "attribution_url": layer.attribution_url,
        "as_of": layer.as_of.isoformat(),
    }
    text = json.dumps({**notice, **collection}, ensure_ascii=False, default=str)
    return body_answer(request, text, "application/geo+json")


async def _export(load: Loader, request: Request, bench: Bench) -> Response:
    """Answer with a map as a file; a client that leaves ends the work for it."""
    suffix = checked_format(request.path_params["suffix"])
    options = PrintOptions.from_query(request.query_params)
    atlas = load()
    spec, _ = await anyio.to_thread.run_sync(_spec, atlas, request)

    left_out: list[str] = []

    def draw() -> bytes:
        return export(atlas, spec, suffix, options, still_wanted, left_out.extend)

    body = await bench.run(draw, partial(left, request))
    name = file_name(atlas, spec, suffix)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": ASK}
    headers[LEFT_OUT] = str(len(left_out))
    return Response(body, media_type=MEDIA_TYPES[suffix], headers=headers)


async def _inset(atlas: Atlas, request: Request, bench: Bench) -> Response:
    spec, _ = _spec(atlas, request)

    def draw() -> bytes:
        from geobrief.render import print as printed  # matplotlib takes a second to import

        return printed.inset(atlas, spec)

    return body_answer(request, await bench.run(draw), MEDIA_TYPES["svg"])


async def _chart(atlas: Atlas, request: Request, bench: Bench) -> Response:
    sheet, number = request.path_params["sheet"], request.path_params["number"]
    charts = atlas.sheets[sheet].charts
    if number >= len(charts):
        raise NotFoundError(f"no chart {number} on the sheet {sheet!r}", hint="see /api/sheets")
    lang = atlas.language(request.query_params.get("lang", "")).id

    def draw() -> bytes:
        from geobrief.render import chart  # matplotlib takes a second to import

        return chart.svg(atlas, charts[number], lang)

    return body_answer(request, await bench.run(draw, partial(left, request)), MEDIA_TYPES["svg"])


def _health(load: Loader) -> Response:
    try:
        atlas = load()
    except GeobriefError as error:
        answer = error_answer(error)
        answer.status_code = 503
        return answer
    if found := standing(atlas):
        return error_answer(BrokenError("a part of the atlas", found))
    facts = {
        "status": "ok",
        "title": atlas.title,
        "digest": atlas.digest,
        "sheets": len(atlas.sheets),
        "layers": len(atlas.layers),
    }
    return JSONResponse(facts, headers={"Cache-Control": "no-store"})


def _unknown(request: Request) -> Response:
    raise NotFoundError(f"no such address: {request.url.path}", hint="see /api/sheets")
