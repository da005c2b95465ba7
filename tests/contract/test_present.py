"""The presenter over HTTP: what its page says, what it frames, and how it refuses."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from geobrief.briefings import Briefing, to_link
from geobrief.deck.slides import Deck, assemble
from geobrief.web import current_atlas
from geobrief.web.routes import routes
from geobrief.web.security import SecurityHeaders

PAYLOAD = "<img src=x onerror=alert(1)>"
BROWSER = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    app = Starlette(routes=routes(), middleware=[Middleware(SecurityHeaders)])
    with TestClient(app) as opened:
        yield opened


@pytest.fixture(scope="module")
def briefing() -> Briefing:
    """The briefing with the fewest slides."""
    return min(current_atlas().briefings.values(), key=lambda one: len(one.slides))


@pytest.fixture(scope="module")
def deck(briefing: Briefing) -> Deck:
    return assemble(current_atlas(), briefing)


class Parts(HTMLParser):
    """Start tags with their attributes, as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag]


def test_every_slide_says_what_its_map_says(client: TestClient, deck: Deck) -> None:
    answer = client.get(f"/present/{deck.id}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    text = html.unescape(answer.text)
    sections = text.split('<section class="slide ')
    for slide in deck.slides:
        own = next(part for part in sections if f'id="title-{slide.number}"' in part)
        spec = slide.spec
        for said in (spec.title, spec.subtitle, spec.disclaimer, spec.policy_name, spec.as_of):
            assert said in own
        assert all(f"“{passage.text}”" in own for passage in spec.passages)
        assert all(credit.text in own for credit in spec.credits)
        assert all(part in text for part in slide.notes.split("\n\n"))


def test_frames_name_their_whole_state_and_nothing_runs_inline(
    client: TestClient, deck: Deck
) -> None:
    answer = client.get(f"/present/{deck.id}")
    page = Parts(answer.text)
    frames = page.named("iframe")
    assert len(frames) == len(deck.slides)
    for frame, slide in zip(frames, deck.slides, strict=True):
        assert "src" not in frame, "nothing loads before its turn"
        assert frame["title"].endswith(slide.spec.title)
        query = parse_qs(urlsplit(frame["data-src"]).query)
        assert query["lang"] == [deck.language.id] and query["policy"] == [deck.policy]
        assert client.get(frame["data-src"]).status_code == 200
    for attrs in page.named("script"):
        assert attrs.get("type") == "application/json" or attrs["src"].startswith("/assets/")
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    links = [a["src"] for a in page.named("script") if "src" in a]
    links += [a["href"] for a in page.named("link") if not a["href"].startswith("data:")]
    for link in links:
        assert "immutable" in client.get(link).headers["cache-control"]


def test_a_slide_keeps_its_own_date_selection_and_extent(client: TestClient) -> None:
    atlas = current_atlas()
    sheet = next(s for s in atlas.sheets.values() if s.by_date)
    source = next(iter(atlas.briefings.values()))
    spec = assemble(atlas, replace(source, slides=(replace(source.slides[0], sheet=sheet.id),)))
    drawn = next(f.id for f in spec.slides[0].spec.features() if f.interactive)
    west, south, east, north = sheet.extent
    bbox = (west, south, (west + east) / 2, (south + north) / 2)
    slide = replace(source.slides[0], sheet=sheet.id, date="2020-05-01", select=(drawn,), bbox=bbox)
    link = to_link(replace(source, slides=(slide,)))
    page = Parts(client.get("/present/mine", params={"b": link}).text)
    query = parse_qs(urlsplit(page.named("iframe")[0]["data-src"]).query)
    assert query["date"] == ["2020-05-01"] and query["select"] == [drawn]
    assert [float(v) for v in query["bbox"][0].split(",")] == pytest.approx(bbox, abs=1e-3)


def test_what_a_link_brings_is_text(client: TestClient, briefing: Briefing) -> None:
    slide = replace(briefing.slides[0], title=PAYLOAD, notes=f"{PAYLOAD}\n\n</script>{PAYLOAD}")
    edited = replace(briefing, title=PAYLOAD, marking=PAYLOAD, slides=(slide,))
    answer = client.get("/present/mine", params={"b": to_link(edited)})
    assert answer.status_code == 200
    page = Parts(answer.text)
    assert not [attrs for attrs in page.named("img") if attrs.get("src") == "x"]
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    assert PAYLOAD not in answer.text and html.unescape(answer.text).count(PAYLOAD) > 6
    assert len(re.findall(r"</script", answer.text)) == len(page.named("script"))


def test_the_address_goes_before_the_briefing(client: TestClient, briefing: Briefing) -> None:
    atlas = current_atlas()
    language = next(one for one in atlas.languages if one.direction == "rtl")
    policy = atlas.policies[-1]
    query = {"lang": language.id, "policy": policy.id, "marking": "For  the\nminister"}
    text = client.get(f"/present/{briefing.id}", params=query).text
    assert f'<html lang="{language.tag}" dir="rtl"' in text
    assert html.escape(atlas.text(language.id, policy.disclaimer), quote=True) in text
    slides = len(briefing.slides)
    heads = text.count('<p class="marking is-head"><bdi>For the minister</bdi></p>')
    feet = text.count('<p class="marking is-foot"><bdi>For the minister</bdi></p>')
    charts = sum(len(atlas.sheets[slide.sheet].charts) for slide in briefing.slides)
    assert heads == feet == slides + charts + 1


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/present/no-such", 404, "no briefing"),
        ("/present/mine?b=%3Cscript%3E", 400, "damaged"),
        ("/present/mine?b=eJwDAAAAAAE", 400, "not in order"),
        ("/present/{id}?lang=xx", 404, "no language"),
        ("/present/{id}?policy=xx", 404, "no policy"),
    ],
)
def test_a_browser_is_told_in_words(
    client: TestClient, briefing: Briefing, path: str, status: int, words: str
) -> None:
    path = path.format(id=briefing.id)
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert words in answer.text and "<script" not in answer.text
    error = client.get(path, headers={"accept": "application/json"})
    assert error.status_code == status
    assert words in error.json()["error"]["message"]


def test_only_the_presenter_may_frame_maps(client: TestClient, deck: Deck) -> None:
    def policy(path: str) -> dict[str, str]:
        text = client.get(path).headers["content-security-policy"]
        return dict(part.strip().partition(" ")[::2] for part in text.split(";"))

    own = policy(f"/present/{deck.id}")
    assert own["frame-src"] == "'self'" and own["script-src"] == "'self'"
    assert own["default-src"] == own["base-uri"] == "'none'"
    assert "frame-src" not in policy(f"/map/{deck.slides[0].spec.sheet}")
