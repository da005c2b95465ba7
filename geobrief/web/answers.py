"""How a route answers: errors in one shape, bodies with ETag and gzip, one image at a time."""

from __future__ import annotations

import functools
import gzip
import hashlib
import inspect
import logging
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from geobrief.errors import BrokenError, BusyError, GeobriefError, GoneError, RequestError
from geobrief.settings import settings
from geobrief.web import faults

log = logging.getLogger(__name__)

FOREVER = "public, max-age=31536000, immutable"
ASK = "no-cache"
RETRY_AFTER = "5"

Endpoint = Callable[[Request], Any]

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
"""All methods reach the guard, so that a wrong one gets the same error shape."""


def error_answer(error: GeobriefError) -> JSONResponse:
    """Write a typed error as JSON; its class says the status.

    Where it happened stays in the log: a reader over HTTP has no use for paths of the server. What
    is broken in the folders is listed with file and line there.
    """
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, BusyError):
        headers["Retry-After"] = RETRY_AFTER
    if isinstance(error, BrokenError):
        listed = {"problems": faults.as_json(error.problems)}
        return _error(error.status, error.code, error.message, error.hint, headers, listed)
    return _error(error.status, error.code, error.message, error.hint, headers)


def _error(
    status: int,
    code: str,
    message: str,
    hint: str,
    headers: dict[str, str],
    more: dict[str, Any] | None = None,
) -> JSONResponse:
    body = {"error": {"code": code, "message": message, "hint": hint}, **(more or {})}
    return JSONResponse(body, status_code=status, headers=headers)


def guarded(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """Wrap an endpoint: GET and HEAD alone, a bounded query, errors in one shape."""

    @functools.wraps(endpoint)
    async def answer(request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            allowed = {"Allow": "GET, HEAD"}
            return _error(
                405,
                "method-not-allowed",
                f"{request.method} is not answered here",
                "use GET",
                allowed,
            )
        try:
            _check_query(request)
            if inspect.iscoroutinefunction(endpoint):
                made = await endpoint(request)
            else:
                made = await anyio.to_thread.run_sync(endpoint, request)
        except GeobriefError as error:
            if error.status >= 500:
                log.warning("%s %s: %s", request.method, request.url.path, error)
            return error_answer(error)
        answered: Response = made
        return answered

    return answer


def _check_query(request: Request) -> None:
    limit = settings().max_query
    if len(request.url.query.encode()) > limit:
        raise RequestError(f"the query is longer than {limit} bytes", hint="select fewer features")


@lru_cache(maxsize=64)
def _packed(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=6, mtime=0)


def body_answer(request: Request, body: str | bytes, media_type: str, cache: str = ASK) -> Response:
    """Answer with an ETag, 304 where the reader has it, gzip where that is wanted."""
    raw = body.encode() if isinstance(body, str) else body
    etag = f'W/"{hashlib.sha256(raw).hexdigest()[:20]}"'
    headers = {"ETag": etag, "Cache-Control": cache, "Vary": "Accept-Encoding"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    text = media_type.startswith("text/") or "json" in media_type
    if text and len(raw) > 500 and "gzip" in request.headers.get("accept-encoding", ""):
        raw = _packed(raw)
        headers["Content-Encoding"] = "gzip"
    return Response(raw, media_type=media_type, headers=headers)


class Bench:
    """A few workers for slow work, and a short queue before them.

    Parameters
    ----------
    workers, queue
        How many jobs run at once, and how many may wait.
    """

    def __init__(self, workers: int, queue: int) -> None:
        self.workers, self.queue = workers, queue
        self._limiter: anyio.CapacityLimiter | None = None
        self._inside = 0

    async def run(
        self, work: Callable[[], bytes], gone: Callable[[], Awaitable[None]] | None = None
    ) -> bytes:
        """Run `work` in a thread.

        `gone` returns when nobody waits for the outcome any more. Work that has not begun is
        dropped then; work under way ends where it calls `still_wanted`.

        Raises
        ------
        BusyError
            If the queue is full.
        GoneError
            If nobody waits any more.
        """
        if self._inside >= self.workers + self.queue:
            raise BusyError("too many maps are being drawn", hint="try again in a few seconds")
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(self.workers)
        self._inside += 1
        try:
            return await self._unless_gone(work, self._limiter, gone)
        finally:
            self._inside -= 1

    @staticmethod
    async def _unless_gone(
        work: Callable[[], bytes],
        limiter: anyio.CapacityLimiter,
        gone: Callable[[], Awaitable[None]] | None,
    ) -> bytes:
        made: bytes | Exception = GoneError("whoever asked has left")

        async def watch(scope: anyio.CancelScope) -> None:
            if gone is not None:
                await gone()
                scope.cancel()

        async with anyio.create_task_group() as group:
            group.start_soon(watch, group.cancel_scope)
            try:
                made = await anyio.to_thread.run_sync(work, limiter=limiter)
            except Exception as reason:  # raised below: here it would come out as a group
                made = reason
            group.cancel_scope.cancel()
        if isinstance(made, Exception):
            raise made
        return made


def still_wanted() -> None:
    """End the work of a thread of the bench if nobody waits for its outcome any more."""
    anyio.from_thread.check_cancelled()


async def left(request: Request) -> None:
    """Return when the client of a request has left."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
