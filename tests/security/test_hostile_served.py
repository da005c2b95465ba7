"""Hostile briefings sent to the running server: typed answers, and health is told meanwhile."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from geobrief.briefings import LONGEST_LINK
from tests.security.hostile_files import BRIEFINGS, LINKS, link

HEALTHY_WITHIN = 30.0
"""Seconds that /healthz may take on a busy machine; a worker that is stuck never answers."""


def answer(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=60) as found:
            return found.status, found.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@contextmanager
def healthy(server: str) -> Iterator[list[int]]:
    """Ask for the health of a server all the while; give the answers."""
    answers: list[int] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            start = time.monotonic()
            status, _ = answer(f"{server}/healthz")
            answers.append(status if time.monotonic() - start < HEALTHY_WITHIN else 0)
            done.wait(0.05)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield answers
    finally:
        done.set()
        asking.join()


def links() -> dict[str, str]:
    made = {name: link(make()) for name, (make, _) in BRIEFINGS.items() if name != "50 MB"}
    found = made | {name: make() for name, (make, _) in LINKS.items() if name != "a bomb"}
    return {name: text for name, text in found.items() if len(text) <= LONGEST_LINK}


def test_health_is_told_while_hostile_links_arrive(server: str) -> None:
    sent = links()
    assert len(sent) > 25
    with healthy(server) as answers:
        for name, text in sent.items():
            for road in ("/present/x", "/api/briefings/x.pptx"):
                status, body = answer(f"{server}{road}?b={quote(text)}")
                assert status in (400, 404), (name, road, status, body[:300])
                assert json.loads(body)["error"]["code"] in ("bad-request", "not-found"), name
        for marking in ("%00", "x" * 7_000, "%1b[2J", "%ef%bf%bf"):
            status, body = answer(f"{server}/api/briefings/minister.pptx?marking={marking}")
            assert status == 400, (marking, status, body[:300])
    assert len(answers) > 3
    assert set(answers) == {200}


def test_health_is_told_while_a_hostile_file_is_uploaded(page: Any, server: str) -> None:
    page.goto(f"{server}/briefing")
    chooser = page.locator("input[type=file]")
    chooser.wait_for(state="attached", timeout=60_000)
    body = BRIEFINGS["a key of many parts"][0]()
    with healthy(server) as answers:
        chooser.set_input_files({"name": "x.toml", "mimeType": "text/plain", "buffer": body})
        told = page.get_by_role("alert").filter(has_text="x.toml:")
        told.wait_for(timeout=60_000)
    assert "x.toml:" in told.inner_text()
    assert set(answers) == {200}
