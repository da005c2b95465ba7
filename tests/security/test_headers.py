"""Every response carries the headers, and no policy allows what it must not."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from geobrief.settings import settings
from geobrief.web import security
from geobrief.web.routes import routes
from geobrief.web.security import SecurityHeaders, inline_script_hashes, policy_for

COMMON = (
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
)


def _page(request: Request) -> Response:
    return PlainTextResponse("page", headers={"X-Frame-Options": "ALLOWALL"})


def _broken(request: Request) -> Response:
    raise RuntimeError("a secret of the server")


async def _socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("open")
    await websocket.close()


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    extra = [
        Route("/", _page),
        Route("/broken", _broken),
        WebSocketRoute("/_stcore/stream", _socket),
    ]
    app = Starlette(routes=[*routes(), *extra], middleware=[Middleware(SecurityHeaders)])
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def sheet(client: TestClient) -> str:
    return str(client.get("/api/sheets").json()[0]["id"])


def _policy(response: object) -> dict[str, str]:
    text = response.headers["content-security-policy"]  # type: ignore[attr-defined]
    return dict(part.strip().partition(" ")[::2] for part in text.split(";"))


def test_every_answer_carries_the_headers(client: TestClient, sheet: str) -> None:
    paths = {
        "/": 200,
        f"/map/{sheet}": 200,
        f"/map/{sheet}.js": 200,
        "/map/no-such-sheet": 404,
        "/assets/map.js": 200,
        "/assets/no-such-file.js": 404,
        "/assets/../app.py": 404,
        "/api/sheets": 200,
        "/api/layers": 200,
        "/api/passages": 200,
        "/api/nothing": 404,
        f"/api/sheets/{sheet}.gif": 404,
        f"/map/{sheet}?bbox=1,2": 400,
        "/healthz": 200,
        "/nowhere": 404,
        "/broken": 500,
    }
    for path, status in paths.items():
        answer = client.get(path)
        assert answer.status_code == status, path
        for name in COMMON:
            assert name in answer.headers, f"{path} lacks {name}"
        policy = answer.headers["content-security-policy"]
        assert "unsafe-eval" not in policy, path
        assert "*" not in policy.replace("'sha256-", ""), path
    assert client.post("/healthz").status_code == 405
    assert "content-security-policy" in client.post("/healthz").headers


def test_map_pages_run_no_inline_script(client: TestClient, sheet: str) -> None:
    policy = _policy(client.get(f"/map/{sheet}"))
    assert policy["script-src"] == "'self'"
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'self'"
    assert policy["base-uri"] == policy["form-action"] == policy["object-src"] == "'none'"


def test_data_may_do_nothing(client: TestClient) -> None:
    policy = _policy(client.get("/api/sheets"))
    assert policy["default-src"] == "'none'"
    assert "script-src" not in policy
    assert client.get("/api/sheets").headers["x-frame-options"] == "DENY"


def test_dashboard_scripts_are_files_or_known_by_digest(client: TestClient) -> None:
    answer = client.get("/")
    policy = _policy(answer)
    sources = policy["script-src"].split()
    assert sources[:2] == ["'self'", "blob:"]
    assert len(sources) > 2
    assert all(source.startswith("'sha256-") for source in sources[2:])
    assert policy["connect-src"] == "'self' ws://testserver wss://testserver"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN", "a route cannot loosen the headers"


def test_a_false_host_does_not_reach_the_policy(client: TestClient) -> None:
    answer = client.get("/", headers={"host": "a.example; script-src *"})
    assert "a.example" not in answer.headers["content-security-policy"]


def test_unhandled_error_tells_nothing(client: TestClient) -> None:
    answer = client.get("/broken")
    assert answer.json()["error"]["code"] == "internal"
    assert "secret" not in answer.text


def test_websocket_passes_untouched(client: TestClient) -> None:
    with client.websocket_connect("/_stcore/stream") as socket:
        assert socket.receive_text() == "open"


def test_hash_is_over_the_exact_code() -> None:
    html = '<script src="a.js"></script><script>\n  let a = 1\n</script>'
    digest = base64.b64encode(hashlib.sha256(b"\n  let a = 1\n").digest()).decode()
    assert inline_script_hashes(html) == (f"'sha256-{digest}'",)


def test_only_embed_may_be_framed_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOBRIEF_EMBED_ANCESTORS", "https://a.example")
    settings.cache_clear()
    try:
        assert policy_for("/embed/x")["frame-ancestors"] == "'self' https://a.example"
        assert policy_for("/map/x")["frame-ancestors"] == "'self'"
        assert "X-Frame-Options" not in security._headers("/embed/x", "")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
