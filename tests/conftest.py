"""Fixtures: the atlas, the running dashboard, and a browser that tolerates no error."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from geobrief.atlas import Atlas

ROOT = Path(__file__).resolve().parent.parent
START_WITHIN = 90.0
"""Seconds that the dashboard may take to answer /healthz on a busy machine."""

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def atlas() -> Atlas:
    """The atlas of the repository's own folders."""
    return Atlas.load(ROOT / "content", ROOT / "geodata")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(log: Path, **environment: str) -> Iterator[str]:
    """Run the dashboard as `make run` starts it; give its address without a slash at the end."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
        )
    address = f"http://localhost:{port}"
    try:
        _wait(address, process, log)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard of the repository's own folders."""
    with served(tmp_path_factory.mktemp("server") / "log.txt") as address:
        yield address


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_WITHIN
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=30) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.3)
    pytest.fail(f"the dashboard did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium: the one that CHROMIUM names, else the system's."""
    playwright = pytest.importorskip("playwright.sync_api")
    binary = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not binary:
        pytest.fail("no Chromium found: install it, or let CHROMIUM name it")
    with playwright.sync_playwright() as play:
        started = play.chromium.launch(executable_path=binary, args=QUIET)
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
