"""In a browser: an atlas whose every text is a payload, and none of them runs.

Each page is opened in the language in which every wording is all of the payloads at once, and is
used as a reader does: what is hidden is opened, features are chosen, windows are opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from geobrief.atlas import Atlas
from geobrief.briefings import LONGEST, Briefing, Slide, to_link, to_toml
from geobrief.compose import compose
from geobrief.deck import sealed
from geobrief.deck.slides import assemble
from geobrief.errors import Where
from geobrief.render import offline
from geobrief.spec import View
from tests.browser.test_dashboard import eventually
from tests.browser.test_present import Presenter
from tests.hostile_atlas import ALL, PAGES, Made, gate, hostile
from tests.lookout import Lookout
from tests.payloads import ADDRESSES, BREAKOUTS, HANDLERS, PAYLOADS, SCRIPT
from tools.dashboard import served

pytestmark = pytest.mark.soak

TOGETHER = " ".join(" ".join(PAYLOADS).split())
OPEN = "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })"
LABELS = """() => Array.from(document.querySelectorAll("[data-testid=stMarkdownContainer]"), (one) => ({
  text: one.textContent.replace(/\\u2060/g, ""),
  inside: Array.from(one.querySelectorAll("*"), (child) => child.localName).join(" "),
}))"""  # noqa: E501
"""Text of Streamlit's labels without the joiners, and the names of the elements in it."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return hostile(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def atlas(made: Made) -> Atlas:
    return made.load()


@pytest.fixture(scope="module")
def address(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folders = {"GEOBRIEF_CONTENT": str(made.content), "GEOBRIEF_GEODATA": str(made.geodata)}
    with served(tmp_path_factory.mktemp("log") / "log.txt", **folders) as found:
        yield found


@pytest.fixture
def lookout(browser: Any, address: str) -> Iterator[Lookout]:
    opened = Lookout(browser, address)
    yield opened
    opened.close()


def page_of(address: str, page: str, **query: str) -> str:
    """Return the address of a page of the dashboard; the first one has no path of its own."""
    return f"{address}/{'' if page == PAGES[0] else page}?{urlencode(query)}"


def whole(page: Any) -> None:
    """Wait until a page of the dashboard stands with its map, and open all that is closed."""
    page.locator(".gb-foot").wait_for(timeout=60_000)
    if page.locator("iframe.frame").count():
        page.frame_locator("iframe.frame").locator("body[data-ready='1']").wait_for(timeout=30_000)
    assert not page.locator("[data-testid=stException]").count()
    for frame in page.frames:
        frame.evaluate(OPEN)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_dashboard_shows_payloads_as_text(
    lookout: Lookout, address: str, made: Made, name: str
) -> None:
    page = lookout.page
    query = {"lang": ALL, "policy": "p40", "compare": "p41", "sheet": made.small}
    query |= {"select": f"gates/{gate(made, 0)}", "format": "geojson", "maps": made.small}
    if name == "whole":
        query["sheet"] = made.sheet
    page.goto(page_of(address, name, **query))
    whole(page)
    if name in ("overview", "whole", "essay", "claims"):
        card = page.locator(".gb-card h3").first
        card.wait_for(timeout=30_000)
        assert PAYLOADS[0] in card.inner_text()
        page.locator(".stMain [data-features]").last.dispatch_event("click")
    page.locator("[data-testid=stWidgetLabel] p").first.wait_for()
    labels = page.evaluate(LABELS)
    assert {label["inside"] for label in labels} <= {"p", ""}, "a label holds only its text"
    said = [label["text"] for label in labels if "__ran" in label["text"]]
    assert len(said) > 2
    assert all(TOGETHER in text for text in said)
    assert lookout.look() == []


@pytest.mark.parametrize("kind", ["map", "small"])
def test_a_map_shows_payloads_as_text(
    lookout: Lookout, address: str, made: Made, kind: str
) -> None:
    page, sheet = lookout.page, made.sheet if kind == "map" else made.small
    page.goto(f"{address}/map/{quote(sheet, safe='')}?lang={ALL}&policy=p40&compare=p41")
    page.locator("body[data-ready='1']").wait_for(timeout=30_000)
    page.evaluate(OPEN)
    gate_0 = page.locator("path[data-id^='gates/']").first
    gate_0.dispatch_event("mouseover")
    assert PAYLOADS[0] in page.locator("#tip").inner_text()
    page.locator("#places [data-select]").last.dispatch_event("click")
    assert page.locator("body").get_attribute("data-selected")
    page.locator("#copy").dispatch_event("click")
    gate_0.focus()
    page.keyboard.press("ArrowRight")
    page.locator("[data-layer]").first.dispatch_event("click")
    page.locator("body[data-ready='1']").wait_for(timeout=30_000)
    assert lookout.look() == []


def test_the_presenter_shows_payloads_as_text_in_both_windows(
    lookout: Lookout, address: str, made: Made
) -> None:
    where, text = Where(made.content), " ".join(PAYLOADS)
    most = LONGEST["title"]
    slides = tuple(Slide(made.small, where, part, text) for part in (text[:most], text[-most:]))
    link = to_link(Briefing("b", text[:most], slides, where, ALL, "p40", PAYLOADS[0]))
    window = Presenter(lookout.page, f"{address}/present/b?{urlencode({'b': link})}#1")
    with lookout.page.expect_popup() as opening:
        lookout.page.keyboard.press("n")
    notes = Presenter(opening.value)
    assert TOGETHER in " ".join(notes.page.locator("#notes").inner_text().split())
    for stop in ("1.1", "2"):
        window.press("PageDown", stop)
        notes.at(stop)
    for key in ("o", "o", "?", "?"):
        window.page.keyboard.press(key)
    assert lookout.look() == lookout.look(notes.page) == []
    notes.page.close()
    title = "$& $' $`"
    plain = to_link(Briefing("b", text[:most], (Slide(made.small, where, title),), where))
    Presenter(window.page, f"{address}/present/b?{urlencode({'b': plain})}#1")
    assert title in window.page.locator("#said").text_content(), "as it is read out"


@pytest.mark.parametrize("kind", ["map", "briefing"])
def test_a_file_of_its_own_shows_payloads_as_text(
    browser: Any, atlas: Atlas, made: Made, tmp_path: Path, kind: str
) -> None:
    view = View(lang=ALL, policy="p40")
    path = tmp_path / f"{gate(made, 40)}.html"
    if kind == "map":
        path.write_bytes(offline.render(atlas, compose(atlas, made.small, view), PAYLOADS[0]))
    else:
        where, text = Where(made.content), " ".join(PAYLOADS)
        slide = Slide(made.small, where, text, text)
        briefing = Briefing("b", text, (slide,), where, ALL, "p40", PAYLOADS[0])
        path.write_bytes(sealed.write(atlas, assemble(atlas, briefing)))
    lookout = Lookout(browser, path.as_uri(), offline=True)
    page = lookout.page
    if kind == "map":
        page.goto(path.as_uri())
        page.locator("body[data-ready='1']").wait_for(timeout=30_000)
        page.locator(".gb-passage mark").first.dispatch_event("click")
        assert PAYLOADS[0] in page.locator(".gb-card:visible h3").first.inner_text()
    else:
        window = Presenter(page, f"{path.as_uri()}#1")
        page.keyboard.press("s")
        assert TOGETHER in " ".join(page.locator("#sources").inner_text().split())
        page.keyboard.press("s")
        frame = page.frame_locator(".slide.is-now iframe")
        frame.locator("path[data-id^='gates/']").first.dispatch_event("click")
        page.locator("#card h3").first.wait_for()
        window.press("PageDown", "1.1")
    page.evaluate(OPEN)
    assert lookout.look() == []
    lookout.close()


PARAMETERS = (
    *("lang", "policy", "compare", "date", "select", "bbox", "layers", "sheet", "marking", "maps"),
    *("format", "size", "day", "look", "boundaries", "briefing", "b", "kept", "slide"),
)


@pytest.mark.parametrize("name", ["whole", "export", "briefing"])
def test_what_an_address_asks_for_is_shown_as_text(
    lookout: Lookout, address: str, name: str
) -> None:
    step = len(PARAMETERS)
    query = {key: " ".join(PAYLOADS[n::step]) for n, key in enumerate(PARAMETERS)}
    lookout.page.goto(page_of(address, name, **query))
    whole(lookout.page)
    assert PAYLOADS[0] in lookout.page.locator(".gb-warning").first.inner_text()
    assert lookout.look() == []


def test_what_is_nowhere_is_told_as_text(lookout: Lookout, address: str, made: Made) -> None:
    sheet = quote(made.small, safe="")
    lookout.refused = True
    for n, payload in enumerate(PAYLOADS[::16]):
        text = quote(payload, safe="")
        for path in (
            f"none-{text}",
            f"map/{text}",
            f"present/{sheet}?policy={text}",
            f"api/{text}",
        ):
            answer = lookout.page.goto(f"{address}/{path}")
            assert answer.status == 404, path
            assert lookout.look() == [], (n, path)
    lookout.refused = False


def test_a_file_that_is_loaded_is_shown_as_text(
    lookout: Lookout, address: str, made: Made, tmp_path: Path
) -> None:
    where, text = Where(made.content), " ".join(PAYLOADS)
    slides = (Slide(made.small, where, text, text),)
    body = to_toml(Briefing("b", text, slides, where, marking=PAYLOADS[0])).encode()
    page, name = lookout.page, f"{PAYLOADS[8]}.toml"
    titles, warning = page.locator("[role=option] .title"), page.locator(".gb-warning li").first
    for file in (body, body.replace(b'sheet = "', b'sheet = "no ')):
        page.goto(page_of(address, "briefing", lang=ALL))
        whole(page)
        upload = page.locator("[data-testid=stFileUploader] input")
        upload.set_input_files([{"name": name, "mimeType": "", "buffer": file}])
        if file is body:
            eventually(lambda: TOGETHER in " ".join(" ".join(titles.all_inner_texts()).split()), 30)
        else:
            warning.wait_for(timeout=30_000)
            assert name.rpartition("/")[2] in warning.inner_text()
        assert lookout.look() == []


# The lookout itself

CARELESS = (
    *((f"<div>{payload}</div>", "ran: __ran") for payload in (SCRIPT[0], *HANDLERS[:2])),
    *((f'<p title="{payload}">x</p>', "ran: __ran") for payload in BREAKOUTS[:1]),
    *((f"<p title='{payload}'>x</p>", "ran: __ran") for payload in BREAKOUTS[1:2]),
    (f"<iframe src='{ADDRESSES[0]}'></iframe>", "ran: __ran"),
    (SCRIPT[1], "asked: http://evil.example/"),
    ("<script>alert(1)</script>", "ran: alert"),
    ("<script>missing()</script>", "exception: missing"),
    ("<meta http-equiv=Content-Security-Policy content='script-src none'>" + SCRIPT[0], "policy: "),
    ("<p onclick=x()>x</p>", "<p onclick"),
    ("<a href=' JAVAscript:x()'>x</a>", "<a href"),
    ("<iframe srcdoc='<p onclick=x()>x</p>'></iframe>", "<p onclick"),
)
"""Pages that do not escape what they hold, and how the lookout tells of it."""


def test_the_lookout_sees_what_a_careless_page_does(browser: Any) -> None:
    own = "http://careless.example/"
    lookout = Lookout(browser, own)
    shown: list[str] = []

    def answer(route: Any) -> None:
        known = route.request.url == own
        route.fulfill(body=shown[-1], content_type="text/html") if known else route.abort()

    lookout.context.route("**/*", answer)
    for text, told in CARELESS:
        shown.append(text)
        lookout.seen.clear()
        lookout.page.goto(own)
        eventually(lambda told=told: any(one.startswith(told) for one in lookout.look()))
    lookout.close()
