"""Many readers at once: what one of them does reaches no other, and what has left leaves nothing.

Each session is told apart by a mark that it types, and by its own language, policy and selection.
The long form of the same is `make soak`.
"""

from __future__ import annotations

import asyncio
import random
import re
import string
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.exceptions import ConnectionClosedError

from benchmarks import soak
from benchmarks.sessions import LostError, Reader, open_files, reader
from geobrief.atlas import Atlas
from geobrief.briefings import Briefing, to_link
from geobrief.errors import Where
from geobrief.settings import settings
from tools.dashboard import Running, running

SESSIONS, ACTIONS = 20, 10
VISITS = 200
"""Connects and disconnects; the server keeps 128 sessions that have left for a while."""
SPARE = 8
"""Files that a server may open and close at any time: connections that are being closed."""


def alone(work: Coroutine[Any, Any, Any]) -> Any:
    """Run in a thread of its own: a browser of other tests keeps a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("sessions") / "log.txt") as started:
        yield started


Alone = Callable[[Reader], Coroutine[Any, Any, None]]


def together(address: str, *parts: Alone) -> list[Reader]:
    """Run each part in a session of its own, one after the other, all of them open."""

    async def run() -> list[Reader]:
        async with AsyncExitStack() as stack:
            found = [await stack.enter_async_context(reader(address, soak.MARKS)) for _ in parts]
            for one, part in zip(found, parts, strict=True):
                await part(one)
            return found

    return alone(run())


def test_a_click_on_the_map_runs_its_part_of_the_page_alone(dashboard: Running) -> None:
    async def run() -> tuple[int, int, Reader]:
        async with reader(dashboard.address) as one:
            await one.go("border", lang="ur")
            whole = one.received
            await one.click("crossings/torkham")
            return whole, one.received - whole, one

    whole, part, one = alone(run())
    assert part < whole / 2
    address, state = one.maps[-1]
    assert address == one.maps[0][0], "the frame is not loaded again"
    assert state["select"] == one.query["select"] == "crossings/torkham"


def test_a_choice_beside_the_map_runs_the_whole_page(dashboard: Running) -> None:
    async def run() -> Reader:
        async with reader(dashboard.address) as one:
            await one.go("border")
            await one.click("crossings/torkham")
            await one.choose("lang", 1)
            return one

    one = alone(run())
    assert "lang=" in one.maps[-1][0]
    assert one.maps[-1][1]["select"] == "crossings/torkham", "what was selected stays"


def test_no_session_receives_what_another_one_does(atlas: Atlas, dashboard: Running) -> None:
    readers = alone(soak.crowd(dashboard.address, SESSIONS, ACTIONS, soak.wishes(atlas)))
    assert len(readers) == SESSIONS
    for one in readers:
        assert one.mark in one.seen, "a reader sees what it has written"
        assert one.leaks() == []
        assert len(one.reader.seconds) == ACTIONS
        assert one.reader.maps


def test_a_mark_is_found_plain_and_packed() -> None:
    briefing = Briefing("x", soak.mark(2), (), Where(Path("x.toml")))
    packed = f"/briefing?b={to_link(briefing)}".encode()
    for text in (soak.mark(2).encode(), packed + b"\x0a", packed + b"Jj"):
        one = soak.Member(Reader(None), soak.Wish("", "", ""), soak.mark(1))  # type: ignore[arg-type]
        one.reader.found |= set(soak.MARKS.findall(text))
        assert one.leaks() == [f"the mark {soak.mark(2)}"]


def test_a_map_of_another_wish_is_found() -> None:
    one = soak.Member(Reader(None), soak.Wish("x", "p", "a/1"), soak.mark(1))  # type: ignore[arg-type]
    one.reader.maps.append(("/map/s?lang=x&policy=p", {"select": "a/1"}))
    assert one.leaks() == []
    one.reader.maps.append(("/map/s?lang=y&policy=p", {"select": ""}))
    one.reader.maps.append(("/map/s?lang=x&policy=p", {"select": "a/2"}))
    assert len(one.leaks()) == 2


def test_a_large_briefing_is_kept_for_the_window_that_made_it(dashboard: Running) -> None:
    noise = "".join(random.Random(7).choices(string.ascii_letters, k=12_000))
    kept = ""

    async def writes(one: Reader) -> None:
        nonlocal kept
        await one.go("briefing")
        await one.write("notes 1", f"{soak.mark(1)} {noise}")
        kept = one.query["kept"]
        await one.go("border")
        await one.go("briefing", kept=kept)

    async def asks(one: Reader) -> None:
        await one.go("briefing", kept=kept)

    first, second = together(dashboard.address, writes, asks)
    assert first.found == {soak.mark(1).encode()}
    assert second.found == set()


def test_a_session_comes_back_to_itself_alone(dashboard: Running) -> None:
    async def run() -> tuple[str, str, str]:
        async with reader(dashboard.address) as one:
            await one.go("border")
            first = one.session
        async with reader(dashboard.address, session=first) as one:
            await one.go("border")
            again = one.session
        async with reader(dashboard.address, session="made-up") as one:
            await one.go("border")
            return first, again, one.session

    first, again, other = alone(run())
    assert first and first == again
    assert other not in (first, "made-up")


def test_what_has_left_holds_no_file_and_no_memory(dashboard: Running) -> None:
    pid = dashboard.process.pid
    alone(soak.visits(dashboard.address, VISITS))  # fills what the server keeps for a return
    files, memory = open_files(pid), soak.held(pid)
    alone(soak.visits(dashboard.address, VISITS))
    assert open_files(pid) <= files + SPARE
    assert soak.held(pid) <= 1.1 * memory
    with urllib.request.urlopen(f"{dashboard.address}/healthz", timeout=10) as answer:
        assert answer.status == 200


def test_what_is_too_large_is_refused(dashboard: Running) -> None:
    """By the limits of .streamlit/config.toml: a file, and a message of the websocket."""
    statuses = []

    def load(session: str) -> None:
        with httpx2.Client(base_url=dashboard.address, timeout=30) as client:
            token = client.get("/_stcore/health").cookies["_streamlit_xsrf"]
            for size in (settings().max_briefing, 2_000_000):
                answer = client.put(
                    f"/_stcore/upload_file/{session}/file",
                    headers={"X-Xsrftoken": token},
                    files={"file": ("x.toml", b"x" * size)},
                )
                statuses.append(answer.status_code)

    async def loads(one: Reader) -> None:
        await one.go("briefing")
        await asyncio.to_thread(load, one.session)
        await one.write("briefing-title", "x" * 5_000_000)

    with pytest.raises(ConnectionClosedError) as closed:
        together(dashboard.address, loads)
    assert statuses == [204, 413]
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1009


def test_a_reader_says_what_went_wrong(dashboard: Running) -> None:
    async def nowhere(one: Reader) -> None:
        await one.go("no-such-page")

    async def no_control(one: Reader) -> None:
        await one.go("border")
        await one.write("briefing-title", "x")

    for part, words in ((nowhere, "there is no page"), (no_control, "shows no control")):
        with pytest.raises(LostError, match=re.escape(words)):
            together(dashboard.address, part)
