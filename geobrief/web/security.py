"""Security headers on every response, and a Content-Security-Policy for each kind of page.

Three policies: map pages run only scripts of their own files; data (JSON, images, errors) may do
nothing at all; the dashboard runs Streamlit's files and the inline scripts of its index page,
which are allowed one by one through their digest.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geobrief.errors import SetupError
from geobrief.settings import settings

Policy = dict[str, str]

MAP_POLICY: Policy = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "frame-ancestors": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "object-src": "'none'",
}
"""Leaflet sets positions through element.style, which CSP lets pass; the inline style block is
the palette. Scripts come from files alone."""

DATA_POLICY: Policy = {
    "default-src": "'none'",
    "style-src": "'unsafe-inline'",
    "img-src": "'self' data:",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
}
"""For what is not a page. An SVG opened by itself keeps its styles and runs nothing."""

COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
        "clipboard-write=(self), fullscreen=(self)"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_INLINE_SCRIPT = re.compile(r"<script(?P<tag>[^>]*)>(?P<code>.*?)</script>", re.S | re.I)
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9A-Fa-f:]+\](:\d{1,5})?")
_MAP_PAGE = re.compile(r"/(map|embed|present)(/.*)?")
_DATA = re.compile(r"/(api|assets|healthz|map|embed|present)(/|$)")


def inline_script_hashes(html: str) -> tuple[str, ...]:
    """Return the CSP sources ('sha256-...') of the scripts that stand inside `html`."""
    found = [
        hashlib.sha256(match["code"].encode()).digest()
        for match in _INLINE_SCRIPT.finditer(html)
        if "src=" not in match["tag"]
    ]
    return tuple(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in found)


@lru_cache(maxsize=1)
def dashboard_policy() -> Policy:
    """Return the policy of Streamlit's own pages, without the websocket of the host.

    `blob:` scripts are the components of `st.components.v2`, whose code reaches the browser over
    the websocket. Neither eval nor WebAssembly is allowed: no page of ours needs them.

    Raises
    ------
    SetupError
        If Streamlit's index page is not where the installed package keeps it.
    """
    found = find_spec("streamlit")
    index = Path(found.origin).parent / "static" / "index.html" if found and found.origin else None
    if index is None or not index.is_file():
        raise SetupError("Streamlit's index page was not found", hint="run make setup")
    hashes = " ".join(inline_script_hashes(index.read_text(encoding="utf-8")))
    return {
        "default-src": "'self'",
        "script-src": f"'self' blob: {hashes}".strip(),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "worker-src": "'self' blob:",
        "frame-src": "'self'",
        "frame-ancestors": "'self'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "object-src": "'none'",
    }


def policy_for(path: str, host: str = "") -> Policy:
    """Return the policy of a path. `host` is the Host header, whose websocket is allowed."""
    if _MAP_PAGE.fullmatch(path) and not path.endswith(".js"):
        policy = dict(MAP_POLICY)
        if path.startswith("/embed/"):
            policy["frame-ancestors"] = f"'self' {settings().embed_ancestors}".strip()
        if path.startswith("/present/"):
            policy["frame-src"] = "'self'"  # its maps are map pages
        return policy
    if _DATA.match(path):
        return dict(DATA_POLICY)
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return {**dashboard_policy(), "connect-src": f"'self'{sockets}"}


def header_text(policy: Policy) -> str:
    """Write a policy as the value of its header."""
    return "; ".join(f"{name} {value}".strip() for name, value in policy.items())


class SecurityHeaders:
    """ASGI middleware that sets the headers on every HTTP response, errors included.

    An error that nobody caught is answered here, because the server's own answer to it would
    leave without headers; it is raised again for the log. Websockets pass untouched.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = _headers(_path(scope), Headers(scope=scope).get("host", ""))
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                out = MutableHeaders(scope=message)
                for name, value in headers.items():
                    out[name] = value
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            if not started:
                await _internal_error(send_with_headers)
            raise


def _path(scope: Scope) -> str:
    root: str = scope.get("root_path", "")
    path: str = scope["path"]
    return path[len(root) :] if root and path.startswith(root + "/") else path


def _headers(path: str, host: str) -> dict[str, str]:
    policy = policy_for(path, host)
    headers = {**COMMON, "Content-Security-Policy": header_text(policy)}
    ancestors = policy["frame-ancestors"]
    if ancestors in ("'self'", "'none'"):  # the older header cannot name other origins
        headers["X-Frame-Options"] = "SAMEORIGIN" if ancestors == "'self'" else "DENY"
    return headers


async def _internal_error(send: Send) -> None:
    error = {"code": "internal", "message": "the server met an error", "hint": "see its log"}
    body = json.dumps({"error": error}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})
