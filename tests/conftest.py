"""Fixtures: the atlas, the running dashboard, and a browser that tolerates no error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geobrief.atlas import Atlas
from tools.dashboard import SWITCHES, chromium, served

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def atlas() -> Atlas:
    """The atlas of the repository's own folders."""
    return Atlas.load(ROOT / "content", ROOT / "geodata")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard of the repository's own folders."""
    with served(tmp_path_factory.mktemp("server") / "log.txt") as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium: the one that CHROMIUM names, else the system's."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium(), args=SWITCHES)
        yield started
        started.close()


class Journal:
    """What a browser page asked for and complained about."""

    def __init__(self, own: str) -> None:
        self.own = own.partition("://")[2]
        self.requests: list[str] = []
        self.errors: list[str] = []

    def listen(self, page: Any) -> None:
        """Write down every request, console error and uncaught exception of `page`."""
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))
        page.on("pageerror", lambda error: self.errors.append(f"exception: {error}"))
        page.on("console", lambda m: m.type == "error" and self.errors.append(f"console: {m.text}"))

    @property
    def foreign(self) -> list[str]:
        """Requests that went to another host."""
        inside = tuple(f"{scheme}://{self.own}/" for scheme in ("http", "ws"))
        return [u for u in self.requests if not u.startswith((*inside, "data:", "blob:"))]


@pytest.fixture
def journal(server: str) -> Journal:
    """The journal of this test's page."""
    return Journal(server)


@pytest.fixture
def page(browser: Any, journal: Journal) -> Iterator[Any]:
    """A new browser page; the test fails on a console error or a request to another host."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    journal.listen(opened)
    yield opened
    context.close()
    assert not journal.errors, journal.errors
    assert not journal.foreign, journal.foreign
