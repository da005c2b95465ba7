"""HTTP: shapes, states in addresses, caches, errors."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from geobrief.compose import compose
from geobrief.errors import BusyError, ContentError, GoneError
from geobrief.render import leaflet
from geobrief.spec import View
from geobrief.web import current_atlas
from geobrief.web.answers import Bench, still_wanted
from geobrief.web.door import FILES, door_routes
from geobrief.web.routes import routes


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes())) as opened:
        yield opened


@pytest.fixture(scope="module")
def sheet(client: TestClient) -> str:
    return str(client.get("/api/sheets").json()[0]["id"])


def _script(html: str) -> str:
    found = re.search(
        r'<script src="(/map/[^"]+)" data-finer="/map/[^"]+"></script>\s*</body>', html
    )
    assert found
    return found.group(1).replace("&amp;", "&")


def _error(answer: object) -> dict[str, str]:
    error = answer.json()["error"]  # type: ignore[attr-defined]
    assert set(error) == {"code", "message", "hint"}
    return dict(error)


def test_a_small_map_stands_alone_and_shows_the_other_sheet(client: TestClient) -> None:
    sheets = current_atlas().sheets.values()
    naming = next(sheet for sheet in sheets if sheet.inset)
    answer = client.get(f"/api/sheets/{naming.id}/inset.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    models = compose(current_atlas(), naming.inset, View())
    points = [layer for layer in models.layers if layer.kind == "point"]
    shown = [f"inset/{feature.id}" for layer in points for feature in layer.features]
    assert shown and all(f'id="{id}"' in answer.text for id in shown)
    alone = (s.id for s in sheets if compose(current_atlas(), s.id, View()).inset is None)
    missing = client.get(f"/api/sheets/{next(alone)}/inset.svg")
    assert missing.status_code == 404 and _error(missing)["code"] == "not-found"


def test_lists(client: TestClient) -> None:
    sheets = client.get("/api/sheets").json()
    assert sheets and all(item["id"] and item["title"] for item in sheets)
    layers = client.get("/api/layers").json()
    assert all(item["licence"] and item["source"] and item["as_of"] for item in layers)
    passages = client.get("/api/passages").json()
    text = current_atlas().essay.text
    for item in passages:
        assert set(item) == {"id", "text", "start", "end", "features"}
        assert text[item["start"] : item["end"]] == item["text"]
    assert any("/" in feature for item in passages for feature in item["features"])


def test_health(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"


def test_health_of_a_broken_atlas() -> None:
    def broken() -> object:
        raise ContentError("links.toml is missing")

    with TestClient(Starlette(routes=routes(broken))) as client:  # type: ignore[arg-type]
        answer = client.get("/healthz")
        assert answer.status_code == 503
        assert _error(answer)["code"] == "content"
        assert client.get("/api/sheets").status_code == 500


def test_map_page_and_its_files(client: TestClient, sheet: str) -> None:
    page = client.get(f"/map/{sheet}")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-cache"
    links = re.findall(r'(?:src|href)="(/(?:assets|map)/[^"]+)"', page.text)
    links += re.findall(r'url\("(/assets/[^"]+)"\)', page.text)
    script = client.get(_script(page.text)).text
    links += re.findall(r'"(/assets/raster/[^"]+)"', script)
    assert len(links) > 8
    for link in links:
        answer = client.get(link.replace("&amp;", "&"))
        assert answer.status_code == 200, link
        assert "immutable" in answer.headers["cache-control"], link
        assert "text/html" not in answer.headers["content-type"], link


def test_any_replica_answers_the_script(client: TestClient, sheet: str) -> None:
    page = client.get(f"/map/{sheet}").text
    finer = re.findall(r'data-finer="([^"]+)"', page)[0].replace("&amp;", "&")
    for address in (_script(page), finer):
        expected = client.get(address)
        assert "immutable" in expected.headers["cache-control"]
        leaflet._compiled.clear()
        with TestClient(Starlette(routes=routes())) as replica:
            assert replica.get(address).text == expected.text


def test_an_old_digest_is_answered_but_not_kept(client: TestClient, sheet: str) -> None:
    answer = client.get(f"/map/{sheet}.js?v=0000")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


def test_a_reader_who_has_the_page_gets_304(client: TestClient, sheet: str) -> None:
    first = client.get(f"/map/{sheet}")
    again = client.get(f"/map/{sheet}", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert not again.content


def test_pages_travel_compressed(client: TestClient, sheet: str) -> None:
    assert client.get(f"/map/{sheet}.js").headers["content-encoding"] == "gzip"
    plain = client.get(f"/map/{sheet}.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


def test_view_stands_in_the_address(client: TestClient, sheet: str) -> None:
    page = client.get(f"/map/{sheet}?bbox=60.5,29,70.25,35").text
    assert '"extent":[60.5,29.0,70.25,35.0]' in page
    assert '"exact":true' in page


def test_cards_of_what_is_selected(client: TestClient) -> None:
    answer = client.get("/api/cards?select=crossings/torkham")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert 'data-card="crossings/torkham"' in answer.text
    assert client.get("/api/cards").text.startswith('<p class="gb-hint">')
    assert client.get("/api/cards?lang=ur").text != client.get("/api/cards").text
    many = client.get("/api/cards?select=crossings/torkham,crossings/chaman_gate,places/agra").text
    assert "3 selected" in many and "data-card=" not in many


@pytest.mark.parametrize("query", ["select=crossings/nowhere", "select=<b>", "lang=xx"])
def test_cards_of_nothing_known(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/cards?{query}")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not-found"


def test_layer_as_geojson(client: TestClient) -> None:
    layers = client.get("/api/layers").json()
    points = next(item for item in layers if item["kind"] == "point")
    answer = client.get(f"/api/layers/{points['id']}.geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    features = answer.json()["features"]
    assert features and all(feature["id"] for feature in features)
    raster = next(item for item in layers if item["kind"] == "raster")
    assert client.get(f"/api/layers/{raster['id']}.geojson").status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/map/none", 404, "not-found"),
        ("/map/none.js", 404, "not-found"),
        ("/api/none", 404, "not-found"),
        ("/api/sheets/none.png", 404, "not-found"),
        ("/api/layers/none.geojson", 404, "not-found"),
        ("/assets/raster/none", 404, "not-found"),
        ("/assets/fonts/..%2f..%2fsecret.woff2", 404, "not-found"),
        ("/api/sheets/SHEET.gif", 404, "not-found"),
        ("/api/sheets/SHEET.png?dpi=99999", 400, "bad-request"),
        ("/api/sheets/SHEET.png?dpi=x", 400, "bad-request"),
        ("/map/SHEET?bbox=70,30,60,20", 400, "bad-request"),
        ("/map/SHEET?bbox=nan,nan,nan,nan", 400, "bad-request"),
        ("/map/SHEET?date=tomorrow", 400, "bad-request"),
        ("/map/SHEET?select=" + "x" * 9000, 400, "bad-request"),
    ],
)
def test_errors_have_one_shape(
    client: TestClient, sheet: str, path: str, status: int, code: str
) -> None:
    answer = client.get(path.replace("SHEET", sheet))
    assert answer.status_code == status
    assert _error(answer)["code"] == code


def test_wrong_method(client: TestClient) -> None:
    answer = client.post("/api/sheets")
    assert answer.status_code == 405
    assert _error(answer)["code"] == "method-not-allowed"
    assert answer.headers["allow"] == "GET, HEAD"


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def door() -> Iterator[TestClient]:
    """The door as the server has it: what no route of ours answers is Streamlit's."""

    def streamlit(request: Request) -> Response:
        return PlainTextResponse("streamlit's own")

    own = Route("/{path:path}", streamlit)
    with TestClient(Starlette(routes=[*routes(), *door_routes(), own])) as opened:
        yield opened


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/nowhere/deeper", "/embed", "/embed/border", "/present/x", "/present/x/y",
     "/map", "/BORDER", "/border/border", "/static", "/vendor/a.js", "/robots.txt", "/a%20b"],
)  # fmt: skip
def test_an_unknown_address_is_no_page(door: TestClient, path: str) -> None:
    answer = door.get(path, headers=BROWSER)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert 'href="/"' in answer.text and current_atlas().title in answer.text
    assert "<script" not in answer.text
    assert _error(door.get(path))["code"] == "not-found"


def test_an_unknown_address_is_told_in_the_readers_language(door: TestClient) -> None:
    language = next(x for x in current_atlas().languages if x.direction == "rtl")
    page = door.get(f"/nowhere?lang={language.id}", headers=BROWSER).text
    assert f'<html lang="{language.tag}" dir="rtl">' in page
    assert current_atlas().text(language.id, "There is no page at this address") in page
    assert door.get("/nowhere?lang=%3Cb%3E", headers=BROWSER).status_code == 404


@pytest.mark.parametrize("path", ["/api", "/api/nowhere/deeper", "/assets", "/healthz/x"])
def test_programs_get_an_error_and_no_page(door: TestClient, path: str) -> None:
    answer = door.get(path, headers=BROWSER)
    assert answer.status_code == 404
    assert _error(answer)["code"] == "not-found"


def test_streamlit_keeps_its_own_addresses(door: TestClient) -> None:
    assert FILES
    own = ["_stcore/health", "_stcore/bidi-components/a/b.js", "static/js/a.js", "media/a.png",
           "component/a/index.html", "app/static/a.png", *FILES]  # fmt: skip
    for path in own:
        assert door.get(f"/{path}", headers=BROWSER).text == "streamlit's own", path


def test_every_page_has_its_address(door: TestClient) -> None:
    first, *others = (page.id for page in current_atlas().pages)
    index = door.get("/", headers=BROWSER)
    assert index.status_code == 200 and "base.js" in index.text
    for page in others:
        assert door.get(f"/{page}?lang=x", headers=BROWSER).text == index.text
    for path, to in [(f"/{first}?lang=x", "./?lang=x"), (f"/{first}/", ".././"),
                     (f"/{others[0]}/?a=b", f"../{others[0]}?a=b")]:  # fmt: skip
        answer = door.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (307, to)


def test_what_every_map_needs_is_fetched_with_the_index_page(door: TestClient) -> None:
    early = re.findall(r'<link rel="prefetch" as="(\w+)" href="([^"]+)">', door.get("/").text)
    assert {kind for kind, _ in early} == {"script", "style"}
    html = door.get("/map/overview").text
    for _, address in early:
        assert address in html, "the map asks for just that"
        assert "immutable" in door.get(address).headers["cache-control"]


def test_the_door_answers_a_wrong_method_in_the_usual_shape(door: TestClient) -> None:
    for path in ("/", f"/{current_atlas().pages[1].id}", "/nowhere"):
        answer = door.post(path)
        assert answer.status_code == 405
        assert _error(answer)["code"] == "method-not-allowed"


def test_a_full_bench_says_when_to_come_back(sheet: str) -> None:
    async def overfill() -> int:
        bench, gate, refused = Bench(workers=1, queue=1), threading.Event(), 0

        def wait() -> bytes:
            gate.wait(5)
            return b"done"

        async def ask() -> None:
            nonlocal refused
            try:
                assert await bench.run(wait) == b"done"
            except BusyError:
                refused += 1

        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(ask)
            await anyio.sleep(0.05)
            gate.set()
        return refused

    with ThreadPoolExecutor() as apart:  # the browser tests leave a loop in the main thread
        assert apart.submit(anyio.run, overfill).result() == 3


def test_work_that_nobody_waits_for_is_dropped_or_ends() -> None:
    """Of two jobs whose clients leave, the one under way ends at its next step."""
    steps: list[str] = []

    async def leave() -> list[type[BaseException]]:
        bench, begun, gone = Bench(workers=1, queue=5), threading.Event(), anyio.Event()
        ends: list[type[BaseException]] = []

        def work() -> bytes:
            steps.append("begun")
            begun.set()
            for _ in range(500):  # five seconds, unless it is told to end
                threading.Event().wait(0.01)
                still_wanted()
            steps.append("done for nobody")
            return b""

        async def ask() -> None:
            try:
                await bench.run(work, gone.wait)
            except GoneError as reason:
                ends.append(type(reason))

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            group.start_soon(ask)
            await anyio.to_thread.run_sync(begun.wait)
            gone.set()
        assert await bench.run(lambda: b"free again") == b"free again"
        return ends

    with ThreadPoolExecutor() as apart:
        assert apart.submit(anyio.run, leave).result() == [GoneError, GoneError]
    assert steps == ["begun"]


def test_an_error_of_the_work_keeps_its_type() -> None:
    def work() -> bytes:
        raise BusyError("inside")

    async def ask() -> None:
        with pytest.raises(BusyError, match="inside"):
            await Bench(1, 1).run(work)

    with ThreadPoolExecutor() as apart:
        apart.submit(anyio.run, ask).result()
