"""Two replicas behind deploy/nginx.conf: any of them answers any address, and one may go down."""

from __future__ import annotations

import hashlib
import json
import re
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.routing import compile_path
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from geobrief.atlas import Atlas
from geobrief.briefings import parse_briefing, to_link, to_toml
from geobrief.render.formats import MEDIA_TYPES
from geobrief.settings import settings
from geobrief.web.routes import routes
from tests.browser.test_dashboard import Dashboard, eventually
from tools.dashboard import Running, running
from tools.proxy import Proxy, proxied

pytestmark = pytest.mark.soak

SHEET = "zones-models"
"""A small sheet with a chart, to be drawn in every format."""
UPLOADS = 4
"""With a replica chosen anew each time, all of them would find their session once in sixteen."""


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Running]]:
    logs = tmp_path_factory.mktemp("replicas")
    with ExitStack() as stack:
        yield [stack.enter_context(running(logs / f"{number}.txt")) for number in (1, 2)]


@pytest.fixture(scope="module")
def proxy(replicas: list[Running], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with proxied(tmp_path_factory.mktemp("proxy"), [one.address for one in replicas]) as started:
        yield started


@pytest.fixture(scope="module")
def client() -> Iterator[httpx2.Client]:
    """A program that takes the proxy's own certificate."""
    with httpx2.Client(verify=False, timeout=120) as opened:
        yield opened


# Any replica answers any address


def addresses(atlas: Atlas) -> list[str]:
    """Return maps with their scripts, every list, one sheet in every format, and samples."""
    lang, policy = atlas.languages[1].id, atlas.policies[1].id
    view = f"lang={lang}&policy={policy}"
    drawn = [*atlas.sheets][::3]  # each of the two compiles them all
    found = [f"/map/{id}{end}?{view}" for id in drawn for end in ("", ".js")]
    found.append(f"/api/cards?{view}&select=crossings/torkham")
    found += [f"/api/{what}" for what in ("sheets", "layers", "passages", "briefings", "nothing")]
    for layer in [*atlas.layers.values()][::3]:
        raster = layer.kind == "raster"
        found.append(f"/assets/raster/{layer.id}" if raster else f"/api/layers/{layer.id}.geojson")
    first = min(atlas.briefings.values(), key=lambda briefing: len(briefing.slides))
    carried = f"{view}&b={to_link(replace(first, slides=first.slides[:1]))}"
    found += [f"/present/{first.id}", f"/present/x?{carried}", f"/api/briefings/x.pdf?{carried}"]
    found += [f"/api/sheets/{SHEET}.{suffix}?{view}&dpi=50" for suffix in MEDIA_TYPES]
    found += [f"/api/sheets/{SHEET}/charts/0.svg", "/assets/map.js", "/healthz", "/", "/base.js"]
    inset = next(sheet.id for sheet in atlas.sheets.values() if sheet.inset)
    found += [f"/api/sheets/{inset}/inset.svg", "/map/nowhere", f"/map/{SHEET}?bbox=1,2"]
    return [*found, *(f"/{page.id}?{view}" for page in atlas.pages), "/nowhere"]


def answer(client: httpx2.Client, host: str, path: str) -> tuple[Any, ...]:
    """Return what an answer is, without the host that it names and the time of day."""
    got = client.get(host + path)
    policy = got.headers["content-security-policy"]
    told = [got.headers.get(name) for name in ("etag", "content-type", "cache-control", "location")]
    body = hashlib.sha256(got.content).hexdigest()
    return got.status_code, body, re.sub(r"wss?://[\w.:]+", "", policy), *told


def test_every_route_is_asked_for(atlas: Atlas) -> None:
    paths = [address.partition("?")[0] for address in addresses(atlas)]
    for route in routes():
        pattern, *_ = compile_path(route.path)
        assert any(pattern.match(path) for path in paths), f"add an address of {route.path}"


def test_replicas_and_proxy_answer_alike(
    atlas: Atlas, replicas: list[Running], proxy: Proxy, client: httpx2.Client
) -> None:
    hosts = [*(one.address for one in replicas), proxy.address]
    with ThreadPoolExecutor(len(hosts)) as together:
        for path in addresses(atlas):
            ask = partial(answer, client, path=path)
            first, *others = together.map(ask, hosts)
            assert first[0] in {200, 307, 400, 404}, path
            assert others == [first, first], path
    maps = [path for path in addresses(atlas) if path.startswith("/map/")]
    asked = [replica for path in maps for replica in proxy.replicas(path)]
    shares = [asked.count(one.address.replace("http://localhost", "127.0.0.1")) for one in replicas]
    assert sum(shares) == len(asked)
    assert min(shares) > len(asked) / 4, "both replicas draw maps, whoever asks"


# One address, its limits


def test_the_proxy_holds_to_its_limits(proxy: Proxy, client: httpx2.Client) -> None:
    moved = client.get(f"{proxy.plain}/border?lang=ur")
    assert (moved.status_code, moved.headers["location"]) == (
        301,
        "https://localhost/border?lang=ur",
    )
    assert client.get(f"{proxy.address}/_stcore/metrics").status_code == 404
    large = client.put(f"{proxy.address}/_stcore/upload_file/a/b", content=b"x" * 3_000_000)
    assert large.status_code == 413
    most = settings().max_query
    kept = client.get(f"{proxy.address}/map/{SHEET}?select={'x' * (most + 1)}")
    assert kept.json()["error"]["code"] == "bad-request", "a long query meets our own limit"
    hasty = [client.get(f"{proxy.address}/api/sheets/{SHEET}.gif").status_code for _ in range(80)]
    assert set(hasty) == {404, 429}, "files are drawn at a reader's pace"


# What a session holds


@contextmanager
def browsing(browser: Any, address: str) -> Iterator[Dashboard]:
    """Open a page through the proxy; its console may tell of a replica that went down."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, ignore_https_errors=True, accept_downloads=True
    )
    yield Dashboard(context.new_page(), address)
    context.close()


def test_a_file_loaded_up_and_one_made_ready_find_their_session(
    proxy: Proxy, browser: Any, atlas: Atlas, tmp_path: Path
) -> None:
    shortest = min(atlas.briefings.values(), key=lambda one: len(one.slides))
    with browsing(browser, f"{proxy.address}/briefing?briefing={shortest.id}") as board:
        for number in range(UPLOADS):
            file = tmp_path / f"loaded-{number}.toml"
            file.write_text(to_toml(shortest).replace(shortest.title, f"Number {number}"), "utf-8")
            board.page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(
                file
            )
            eventually(lambda name=file.stem: board.query["briefing"] == name)
            link = board.page.locator(".st-key-briefing-head a")
            eventually(lambda link=link: board.query["b"] in (link.get_attribute("href") or ""))
            with board.page.expect_download() as waiting:
                board.page.locator(".st-key-save button").click()
            saved = parse_briefing(waiting.value.path().read_text("utf-8"), file)
            assert saved.title == f"Number {number}"


# A sign-in before all of it


class Doorkeeper(BaseHTTPRequestHandler):
    """What oauth2-proxy says to nginx: 202 to whoever has its cookie, 401 to all others."""

    def do_GET(self) -> None:
        """Answer the question, or show the sign-in."""
        if self.path == "/oauth2/auth":
            self.send_response(202 if "signed=in" in self.headers.get("Cookie", "") else 401)
            self.end_headers()
            return
        self.send_response(403)
        self.end_headers()
        wanted = self.headers.get("X-Auth-Request-Redirect")
        self.wfile.write(json.dumps({"sign in for": wanted}).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the output of the tests clean."""


@pytest.fixture(scope="module")
def closed(replicas: list[Running], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The same proxy with deploy/sign-in.conf."""
    keeper = ThreadingHTTPServer(("127.0.0.1", 0), Doorkeeper)
    threading.Thread(target=keeper.serve_forever, daemon=True).start()
    folder, hosts = tmp_path_factory.mktemp("closed"), [one.address for one in replicas]
    with proxied(folder, hosts, f"http://127.0.0.1:{keeper.server_port}") as started:
        yield started
    keeper.shutdown()
    keeper.server_close()


STREAMLITS = ("/_stcore/health", "/_stcore/host-config", "/media/x.toml", "/static/x.js")


def test_without_a_sign_in_nothing_is_given(
    atlas: Atlas, closed: Proxy, client: httpx2.Client
) -> None:
    for path in [*addresses(atlas), *STREAMLITS]:
        got = client.get(closed.address + path)
        assert got.status_code == 403, path
        assert got.json() == {"sign in for": path}
    got = client.put(f"{closed.address}/_stcore/upload_file/a/b", content=b"x")
    assert got.status_code in (403, 501)


def test_the_websocket_asks_for_the_sign_in_too(closed: Proxy, client: httpx2.Client) -> None:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    stream = closed.address.replace("https", "wss") + "/_stcore/stream"

    with pytest.raises(InvalidStatus) as refused:
        connect(stream, ssl=trusting)
    assert refused.value.response.status_code == 403
    with connect(stream, ssl=trusting, additional_headers={"Cookie": "signed=in"}) as socket:
        assert socket.response.status_code == 101
    signed = client.get(f"{closed.address}/map/{SHEET}", headers={"Cookie": "signed=in"})
    assert signed.status_code == 200


# One of them goes down: the last test, since it is not started again


def sessions(client: httpx2.Client, replica: Running) -> int:
    """Return how many sessions are connected to a replica, as it counts them itself."""
    text = client.get(f"{replica.address}/_stcore/metrics?families=active_sessions").text
    return int(float(re.search(r"^active_sessions(?:{.*})? (\S+)", text, re.M)[1]))  # type: ignore[index]


def test_a_page_goes_on_with_the_other_replica(
    replicas: list[Running], proxy: Proxy, client: httpx2.Client, browser: Any, atlas: Atlas
) -> None:
    language, policy, feature = atlas.languages[1], atlas.policies[1], "crossings/torkham"
    query = f"lang={language.id}&policy={policy.id}&select={feature}"
    with browsing(browser, f"{proxy.address}/border?{query}") as board:
        board.page.locator(f'.gb-card[data-card="{feature}"]').wait_for()
        before = shown(board)
        eventually(lambda: sorted(sessions(client, one) for one in replicas) == [0, 1])
        holds, other = sorted(replicas, key=lambda one: -sessions(client, one))
        heard: list[bytes] = []
        board.page.on(
            "websocket",
            lambda socket: socket.on("framereceived", lambda message: heard.append(message)),
        )
        holds.process.kill()
        eventually(lambda: sessions(client, other) == 1, within=60)
        eventually(lambda: shown(board) == before, within=30)
        assert board.query == {"lang": language.id, "policy": policy.id, "select": feature}
        eventually(lambda: board.address and laid_out(heard), within=30)
        board.feature(feature).first.click()
        eventually(lambda: "select" not in board.query, within=30)
        board.page.locator(".gb-card").wait_for(state="detached")


def laid_out(heard: list[bytes]) -> bool:
    """Return whether a server has run the page: else the reader's next click would be lost."""
    kinds = [ForwardMsg.FromString(message).WhichOneof("type") for message in heard]
    return "script_finished" in kinds


def shown(board: Dashboard) -> list[Any]:
    """Return sheet, language, policy and selection as the page shows them."""
    page = board.page
    return [
        page.locator(".gb-head h1").inner_text(),
        page.locator(".gb-card").all_inner_texts(),
        [page.locator(f".st-key-{key} input").input_value() for key in ("lang", "policy")],
        board.map.locator("body").get_attribute("data-selected"),
        board.frame.get_attribute("src"),
    ]
