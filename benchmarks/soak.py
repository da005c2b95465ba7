"""Many readers for a long time: nothing of one reaches another, nothing is lost, nothing grows.

    python -m benchmarks.soak [--crowd N] [--actions N] [--steady N] [--minutes M] [--visits N]

Starts a dashboard of its own and prints a table; the exit code is 1 where a bar is not reached.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks.measure import held
from benchmarks.report import machine
from benchmarks.sessions import Reader, open_files, reader
from benchmarks.shown import atlas
from geobrief.atlas import Atlas
from geobrief.briefings import from_link
from geobrief.errors import RequestError
from tools.dashboard import Running, running

LATE = 500.0
"""Milliseconds that nineteen of twenty runs of a page are to keep."""
GROWTH = 1.1
"""What the memory after all visits may be of that after the first ones."""
KEPT = 200
"""Visits before the first look: the server keeps the last 128 sessions for their return."""
SPARE = 8
"""Files that come and go: connections that are being closed."""
AT_ONCE = 20
"""Visits at the same time."""
PAUSE = 5.0
"""Seconds between two actions of a reader, on average."""
PAGE, SELECTED = "border", "crossings"
"""A page, and the layer of its map that the sessions select from."""

MARKS = re.compile(rb"soak-mark-\d{6}|(?<=[?&]b=)[A-Za-z0-9_-]{40,}")
"""What the sessions type, plain, and packed as an address carries a briefing."""


def mark(number: int) -> str:
    """Return what a session types, and no other one."""
    return f"soak-mark-{number:06d}"


@dataclass(frozen=True)
class Wish:
    """What tells a session apart beside its mark."""

    lang: str
    policy: str
    select: str


def wishes(atlas: Atlas) -> list[Wish]:
    """Return as many wishes as there are features to select, neighbours differing in all."""
    languages = itertools.cycle(language.id for language in atlas.languages)
    policies = itertools.cycle(policy.id for policy in atlas.policies)
    ids = sorted(atlas.layers[SELECTED].ids)
    return [Wish(next(languages), next(policies), f"{SELECTED}/{id}") for id in ids]


@dataclass
class Member:
    """A session of the crowd: what it wished for and wrote, and what came back.

    `left` is the address of its briefing, as the bar keeps it.
    """

    reader: Reader
    wish: Wish
    mark: str
    left: dict[str, str] = field(default_factory=dict)

    @property
    def seen(self) -> set[str]:
        """Every mark that has reached the session, unpacked."""
        return set(itertools.chain.from_iterable(map(_unpacked, self.reader.found)))

    def leaks(self) -> list[str]:
        """Return what has reached the session and is not its own."""
        found = [f"the mark {one}" for one in self.seen if one != self.mark]
        for address, state in self.reader.maps:
            asked = parse_qs(urlsplit(address).query)
            shown = Wish(asked["lang"][0], asked["policy"][0], state["select"] or self.wish.select)
            if shown != self.wish:
                found.append(f"the map of {shown}")
        return found


def _unpacked(found: bytes) -> list[str]:
    text = found.decode()
    if text.startswith("soak-mark-"):
        return [text]
    for end in range(len(text), len(text) - 4, -1):  # what follows in the message may match too
        with suppress(RequestError):
            return re.findall(r"soak-mark-\d{6}", repr(from_link("soak", text[:end], empty=True)))
    return [f"a damaged briefing: {text}"]


# What a session does


Action = Callable[[Member], Coroutine[Any, Any, None]]


async def _map(one: Member) -> None:
    await one.reader.go(PAGE, **asdict(one.wish))


async def _other_map(one: Member) -> None:
    await one.reader.again(select="")


async def _back(one: Member) -> None:
    await one.reader.again(select=one.wish.select)


async def _compare(one: Member) -> None:
    await one.reader.choose("compare", 1)


async def _briefing(one: Member) -> None:
    await one.reader.go("briefing", lang=one.wish.lang, policy=one.wish.policy)


async def _title(one: Member) -> None:
    await one.reader.write("briefing-title", one.mark)


async def _slide(one: Member) -> None:
    await one.reader.write(one.reader.key("title "), f"{one.mark} on a slide")


async def _marking(one: Member) -> None:
    await one.reader.write("briefing-marking", one.mark)


async def _claims(one: Member) -> None:
    await one.reader.go("claims", lang=one.wish.lang, policy=one.wish.policy)


async def _edited(one: Member) -> None:
    await one.reader.go("briefing", **one.left)


WAY: tuple[Action, ...] = (
    _map, _compare, _briefing, _title, _slide, _marking, _other_map, _claims, _edited, _back
)  # fmt: skip
"""One round of a reader: maps, and a briefing that is edited, left, and come back to."""


async def _walk(one: Member, actions: int) -> None:
    for action in itertools.islice(itertools.cycle(WAY), actions):
        await action(one)
        if one.reader.page == "briefing":
            one.left = dict(one.reader.query)


@asynccontextmanager
async def _members(address: str, count: int, wishes: Sequence[Wish]) -> AsyncIterator[list[Member]]:
    async with AsyncExitStack() as stack:
        found = []
        for number in range(count):
            opened = await stack.enter_async_context(reader(address, MARKS))
            found.append(Member(opened, wishes[number % len(wishes)], mark(number)))
        yield found


async def crowd(address: str, count: int, actions: int, wishes: Sequence[Wish]) -> list[Member]:
    """Let `count` sessions, all open at once, do `actions` each; return what they received."""
    async with _members(address, count, wishes) as members:
        await asyncio.gather(*(_walk(one, actions) for one in members))
        return members


async def steady(address: str, count: int, seconds: float, wishes: Sequence[Wish]) -> list[Member]:
    """Let `count` sessions read for a time, with a reader's pauses; return what they received."""
    end = time.monotonic() + seconds

    async def reads(one: Member, pauses: random.Random) -> None:
        for action in itertools.cycle(WAY):
            await asyncio.sleep(pauses.uniform(0, 2 * PAUSE))
            if time.monotonic() > end:
                return
            await action(one)
            if one.reader.page == "briefing":
                one.left = dict(one.reader.query)

    async with _members(address, count, wishes) as members:
        await asyncio.gather(*(reads(m, random.Random(n)) for n, m in enumerate(members)))
        return members


async def visits(address: str, count: int) -> None:
    """Connect and disconnect: without asking, in the middle of a run, and after one."""

    async def visit(number: int) -> None:
        async with gate, reader(address) as one:
            if number % 4 == 1:
                await one.go(PAGE)
            elif number % 4 == 3:
                await one.leave_during(PAGE)

    gate = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            group.create_task(visit(number))


# The program


@dataclass(frozen=True)
class Row:
    """One line of the table: what was done, what came of it, the bar, and whether it was kept."""

    what: str
    came: str
    bar: str
    kept: bool


def late(seconds: Sequence[float]) -> float:
    """Return the time that nineteen of twenty keep, in milliseconds."""
    return 1000 * statistics.quantiles(seconds, n=20)[18]


def _crowd(dashboard: Running, count: int, actions: int) -> list[Row]:
    members = asyncio.run(crowd(dashboard.address, count, actions, wishes(atlas())))
    leaks = [f"{one.mark}: {leak}" for one in members for leak in one.leaks()]
    blind = [one.mark for one in members if one.mark not in one.seen]
    runs = sum(len(one.reader.seconds) for one in members)
    received = sum(one.reader.received for one in members)
    came = f"{runs} runs, {received / 1e6:.0f} MB received, {len(leaks)} leaks"
    return [
        Row(
            f"{count} sessions x {actions} actions",
            "; ".join([came, *leaks[:5], *blind[:5]]),
            "no mark of another session, its own always",
            not leaks and not blind,
        )
    ]


def _steady(dashboard: Running, count: int, minutes: float) -> list[Row]:
    asyncio.run(crowd(dashboard.address, 1, len(WAY), wishes(atlas())))  # maps are compiled once
    members = asyncio.run(steady(dashboard.address, count, 60 * minutes, wishes(atlas())))
    seconds = [one for member in members for one in member.reader.seconds]
    median = 1000 * statistics.median(seconds)
    return [
        Row(
            f"{count} sessions for {minutes:g} minutes",
            f"{len(seconds)} runs, median {median:.0f} ms, p95 {late(seconds):.0f} ms",
            f"no error, p95 under {LATE:g} ms",
            late(seconds) < LATE and not any(one.leaks() for one in members),
        )
    ]


def _visits(dashboard: Running, count: int) -> list[Row]:
    pid = dashboard.process.pid
    asyncio.run(visits(dashboard.address, KEPT))
    files, memory = open_files(pid), held(pid)
    asyncio.run(visits(dashboard.address, count))
    more, grown = open_files(pid) - files, held(pid) / memory
    return [
        Row(
            f"{count} connects and disconnects",
            f"memory {memory / 1e6:.0f} MB x {grown:.2f}, open files {files} {more:+d}",
            f"memory at most x {GROWTH:.2f}, at most {SPARE} files more",
            grown <= GROWTH and more <= SPARE,
        )
    ]


def main() -> int:
    """Run the three parts, print the table, and hold them to their bars."""
    parser = argparse.ArgumentParser(description="Let many readers use the dashboard.")
    parser.add_argument("--crowd", type=int, default=200, help="sessions of the first part")
    parser.add_argument("--actions", type=int, default=20, help="what each of them does")
    parser.add_argument("--steady", type=int, default=50, help="sessions of the second part")
    parser.add_argument("--minutes", type=float, default=10, help="how long they read")
    parser.add_argument("--visits", type=int, default=5000, help="connects and disconnects")
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    rows: list[Row] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "log.txt") as dashboard,
    ):
        for part in (
            partial(_crowd, dashboard, asked.crowd, asked.actions),
            partial(_steady, dashboard, asked.steady, asked.minutes),
            partial(_visits, dashboard, asked.visits),
        ):
            rows += part()
            print(f"{rows[-1].what}: {rows[-1].came}", flush=True)
    print("\n".join([*table(rows), "", *machine(("streamlit", "starlette"), load)]))
    return 0 if all(row.kept for row in rows) else 1


def table(rows: Sequence[Row]) -> list[str]:
    """Write the rows as a table."""
    return [
        "",
        "| What | What came of it | Bar | |",
        "| --- | --- | --- | --- |",
        *(f"| {r.what} | {r.came} | {r.bar} | {'kept' if r.kept else 'BROKEN'} |" for r in rows),
    ]


if __name__ == "__main__":
    sys.exit(main())
