"""Over HTTP: a page that says payloads has the shape of one that says harmless words.

The pages of the hostile atlas and of its harmless twin are read by a browser's own parser. Where
both have the same elements with the same attributes, and the same text between them, no payload
has become anything else than text or the value of an attribute.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, urlencode

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from geobrief import files
from geobrief.briefings import LONGEST, Briefing, Slide, to_link
from geobrief.errors import Where
from geobrief.render import inline
from geobrief.settings import settings
from geobrief.spec import MARKING_LENGTH
from geobrief.web import door
from geobrief.web.routes import routes
from geobrief.web.security import SecurityHeaders
from tests.hostile_atlas import ALL, LETTERS, NUMBERS, Made, gate, harmless, hostile
from tests.payloads import CONTROL, PAYLOADS

HTML = {"accept": "text/html"}
BACK = {ord(letter): sign for sign, letter in LETTERS.items()}
DIGEST = re.compile(r"\b[0-9a-f]{8,64}\b")

SHAPES = """(pages) => {
  const shape = (node, found) => {
    for (const child of (node.localName === "template" ? node.content : node).childNodes) {
      if (child.nodeType === Node.TEXT_NODE) {
        if (!/^(script|style)$/.test(node.localName)) found.texts.push(child.data);
      } else if (child.nodeType !== Node.ELEMENT_NODE) found.marks.push(child.nodeName);
      else {
        const names = Array.from(child.attributes, (one) => one.name).sort().join(" ");
        found.marks.push("<" + child.localName + " " + names + ">");
        shape(child, found);
        found.marks.push("</" + child.localName + ">");
      }
    }
    return found;
  };
  const read = (text) => shape(new DOMParser().parseFromString(text, "text/html"), { marks: [], texts: [] });
  const again = (text) => new DOMParser().parseFromString(text, "text/html").documentElement.outerHTML;
  return JSON.stringify(pages.map((text) => ({ ...read(text), again: read(again(text)).marks })));
}"""  # noqa: E501
"""Elements with the names of their attributes, and the text between them; and the elements once
the browser has written the page out and read it again."""


class Side:
    """An atlas over HTTP."""

    def __init__(self, made: Made) -> None:
        self.made, self.atlas = made, made.load()
        found = [*routes(lambda: self.atlas), *door.door_routes()]
        app = Starlette(routes=found, middleware=[Middleware(SecurityHeaders)])
        self.client = TestClient(app)

    def get(self, path: str, status: int = 200, **query: str) -> Any:
        """Return the answer to what a browser asks."""
        asked = path + (f"?{urlencode(query)}" if query else "")
        with patch("geobrief.web.door.current_atlas", lambda: self.atlas):
            answer = self.client.get(asked, headers=HTML)
        assert answer.status_code == status, (asked, answer.text[:300])
        return answer

    def query(self, number: int) -> dict[str, str]:
        """Return the language and the policy of a payload; behind the last one stand all."""
        whole = number == len(NUMBERS)
        return {"lang": ALL if whole else f"x{number:02}", "policy": f"p{number % len(NUMBERS):02}"}

    def text(self, number: int) -> str:
        """Return what that language says."""
        return " ".join(self.made.said) if number == len(NUMBERS) else self.made.said[number]

    def feature(self, number: int) -> str:
        """Return a feature that is named so."""
        return f"gates/{gate(self.made, number % len(NUMBERS))}"

    def sheet(self, large: bool) -> str:
        """Return the id of a sheet as it stands in an address."""
        return quote(self.made.sheet if large else self.made.small, safe="")

    def briefing(self, number: int, large: bool) -> str:
        """Return the link of a briefing that says it."""
        text, where = self.text(number), Where(self.made.content)
        title, marking = text[: LONGEST["title"]], text[:MARKING_LENGTH]
        slide = Slide(self.made.sheet if large else self.made.small, where, title, text)
        return to_link(Briefing("b", title, (slide,), where, marking=marking))


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Side, Side]]:
    folder = tmp_path_factory.mktemp("sides")
    with ExitStack() as small:  # a megabyte of fonts and scripts in each file tells nothing here
        for name in ("scripts", "rules"):
            small.enter_context(patch.object(inline, name, lambda names: ""))
        small.enter_context(patch.object(inline, "styles", lambda: ""))
        # The letters of the harmless twin take up to three bytes each.
        wide = replace(settings(), max_text=4 * settings().max_text)
        small.enter_context(patch.object(files, "settings", lambda: wide))
        yield Side(hostile(folder / "hostile")), Side(harmless(folder / "harmless"))


@pytest.fixture(scope="module")
def reader(browser: Any) -> Iterator[Any]:
    page = browser.new_page()
    yield lambda pages: json.loads(page.evaluate(SHAPES, pages))
    page.close()


def map_page(side: Side, number: int, large: bool) -> str:
    select = {"select": side.feature(number)} if large else {}
    query = side.query(number) | {"compare": "p01"} | select
    return str(side.get(f"/map/{side.sheet(large)}", **query).text)


def offline(side: Side, number: int, large: bool) -> str:
    query = side.query(number) | {"marking": side.text(number)[:MARKING_LENGTH]}
    return str(side.get(f"/api/sheets/{side.sheet(large)}.html", **query).text)


def presenter(side: Side, number: int, large: bool) -> str:
    query = side.query(number) | {"b": side.briefing(number, large)}
    return str(side.get("/present/any", **query).text)


def sealed(side: Side, number: int, large: bool) -> str:
    query = side.query(number) | {"b": side.briefing(number, large)}
    return str(side.get("/api/briefings/any.html", **query).text)


def nowhere(side: Side, number: int, large: bool) -> str:
    path = quote(side.text(number), safe="")
    return str(side.get(f"/none-{path}", 404, **side.query(number)).text)


def refused(side: Side, number: int, large: bool) -> str:
    query = side.query(number) | {"policy": side.text(number)}
    return str(side.get(f"/present/{side.sheet(True)}", 404, **query).text)


EACH = NUMBERS
ONE = (0,)
TOGETHER = (len(NUMBERS),)
"""Texts are compared letter by letter, so all at once tell as much as one by one."""


@pytest.mark.parametrize(
    ("page", "large", "numbers"),
    [
        (map_page, False, EACH), (map_page, True, TOGETHER),
        (nowhere, False, EACH), (refused, False, EACH),
        (presenter, True, TOGETHER),
        (offline, False, TOGETHER), (offline, True, ONE),
        (sealed, False, TOGETHER), (sealed, True, ONE),
    ],
    ids=lambda value: value.__name__ if callable(value) else str(value)[:5],
)  # fmt: skip
def test_a_page_of_payloads_has_the_shape_of_one_of_words(
    page: Any, large: bool, numbers: Sequence[int], sides: tuple[Side, Side], reader: Any
) -> None:
    bad, good = sides
    for number in numbers:
        mine, twin = reader([page(side, number, large) for side in (bad, good)])
        payload = bad.text(number)
        _same(mine["marks"], twin["marks"], payload)
        _same(mine["again"], twin["again"], payload)
        said = [DIGEST.sub("", text) for text in mine["texts"]]
        if page is not refused:  # it quotes as Python does
            _same(said, [DIGEST.sub("", text.translate(BACK)) for text in twin["texts"]], payload)
        assert payload.split()[0] in " ".join(said), payload


def _same(mine: list[str], twin: list[str], payload: str) -> None:
    """Fail where two lists begin to differ: they are too long to be shown whole."""
    if mine != twin:
        pairs = enumerate(zip(mine, twin, strict=False))
        at = next((n for n, (a, b) in pairs if a != b), min(len(mine), len(twin)))
        near = slice(max(at - 2, 0), at + 3)
        raise AssertionError(f"{payload!r}: {mine[near]} is not {twin[near]}")


REFUSALS = (
    ("/map/{}", {}),
    ("/map/{}.js", {}),
    ("/api/{}", {}),
    ("/api/sheets/{}.png", {}),
    ("/api/sheets/SHEET.{}", {}),
    ("/api/layers/{}.geojson", {}),
    ("/api/briefings/SHEET.{}", {}),
    ("/assets/{}", {}),
    ("/assets/raster/{}", {}),
    *(
        ("/map/SHEET", {name: "{}"})
        for name in ("lang", "policy", "compare", "date", "select", "bbox")
    ),
    *(
        ("/api/sheets/SHEET.png", {name: "{}"})
        for name in ("size", "dpi", "look", "text", "without")
    ),
    ("/api/briefings/SHEET.pdf", {"b": "{}"}),
    ("/api/briefings/SHEET.pdf", {"handout": "{}"}),
)
"""Where an address may hold any text, and what is wrong is told in the answer."""


@pytest.mark.parametrize(("path", "query"), REFUSALS)
def test_what_an_error_repeats_is_json_that_nobody_reads_as_a_page(
    path: str, query: dict[str, str], sides: tuple[Side, Side]
) -> None:
    side = sides[0]
    for text in (*PAYLOADS, CONTROL):
        asked = path.replace("{}", quote(text, safe=""))
        values = {name: value.replace("{}", text) for name, value in query.items()}
        url = asked.replace("SHEET", side.sheet(True)) + (f"?{urlencode(values)}" if values else "")
        answer = side.client.get(url, headers=HTML)
        assert 400 <= answer.status_code < 500, (url, answer.status_code)
        if answer.headers["content-type"].startswith("text/html"):
            assert "/" in text and "{}" in path, "only an address that is nowhere has a page"
            continue
        assert answer.headers["content-type"] == "application/json", url
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert set(answer.json()["error"]) == {"code", "message", "hint"}


def test_a_credit_leads_to_a_page_or_nowhere(tmp_path: Path) -> None:
    made = hostile(tmp_path / "atlas")
    catalogue = made.geodata / "catalogue.toml"
    said = catalogue.read_text("utf-8")
    catalogue.write_text(said.replace("https://example.org", "javascript:__ran()//"), "utf-8")
    atlas = made.load()
    told = re.compile(r"catalogue\.toml:\d+: .*'javascript:.* is no page")
    assert [problem for problem in atlas.problems if told.search(str(problem))]
    assert not [layer for layer in atlas.layers.values() if "javascript:" in layer.attribution_url]
