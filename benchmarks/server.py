"""How many runs of a page the server gives, how late, and what a session costs, against st_folium.

    python -m benchmarks.server [--seconds S] [--sessions N ...]

Writes its part of benchmarks/RESULTS.md; the exit code is 1 where a bar is not reached.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import held
from benchmarks.peers import maps
from benchmarks.report import RESULTS, machine, write_part
from benchmarks.sessions import Reader, reader
from benchmarks.shown import ROOT, atlas
from tools.dashboard import Running, running

SESSIONS = (1, 20, 50)
RUNS, TIMES, KEPT = 80.0, 20.0, 0.5
"""The bars: runs a second, times those of st_folium, MiB of a session; the last with the most."""

PACKAGES = ("streamlit", "streamlit-folium", "folium", "websockets")
OWN, WHOLE, USUAL = "geobrief", "geobrief, the whole page", "st_folium"
SCRIPTS = {OWN: "", WHOLE: "", USUAL: "usual"}
"""Whose page runs: ours as a click on the map runs it, ours as another address does, theirs."""


@dataclass(frozen=True)
class Load:
    """What so many sessions at once got: runs a second, p95 in milliseconds, MiB for each."""

    runs: float
    late: float
    kept: float


def main() -> int:
    """Measure, write the results, and hold them to the bars."""
    parser = argparse.ArgumentParser(description="Count the runs of a page under load.")
    parser.add_argument("--seconds", type=float, default=10.0, help="of load, for each number")
    parser.add_argument("--sessions", type=int, nargs="+", default=SESSIONS)
    parser.add_argument("--output", type=Path, default=RESULTS, help="file with the results")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    results = {name: _measured(name, options.sessions, options.seconds) for name in SCRIPTS}
    text = report(results, options.seconds, machine(PACKAGES, load))
    write_part(options.output, text)
    print(text)
    return 0 if reached(results) else 1


def _measured(name: str, sessions: list[int], seconds: float) -> dict[int, Load]:
    """Return what each number of sessions gets of a server that has just started."""
    found = {}
    for count in sessions:
        with tempfile.TemporaryDirectory() as place, _server(name, Path(place)) as dashboard:
            found[count] = asyncio.run(_loaded(dashboard, name, count, seconds))
    return found


@contextmanager
def _server(name: str, folder: Path) -> Iterator[Running]:
    script = SCRIPTS[name]
    path = (str(ROOT / f"benchmarks/peers/{script}.py"), folder) if script else ("app.py", ROOT)
    told = {
        maps.FILES: "http://localhost",  # no browser asks for them
        "GEOBRIEF_BENCH_SHEETS": SHEET,
        "PYTHONPATH": str(ROOT),
    }
    with running(folder / "log.txt", *path, **told) as dashboard:
        yield dashboard


PAGE, SHEET = next((page.id, page.sheets[0]) for page in atlas().pages[1:] if page.sheets)
CHOICES = [id for id, _ in maps.targets(SHEET)]
"""What the sessions select in turn, as a reader who clicks through the map does."""


async def _loaded(dashboard: Running, name: str, count: int, seconds: float) -> Load:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(reader(dashboard.address))
        await _open(first, name)  # what the server makes once is there
        before = held(dashboard.process.pid)
        rest = [await stack.enter_async_context(reader(dashboard.address)) for _ in range(count)]
        for one in rest:
            await _open(one, name)
        for one in rest:
            one.seconds.clear()
        start = time.perf_counter()
        await asyncio.gather(*(_busy(one, name, start + seconds) for one in rest))
        took = time.perf_counter() - start
        kept = (held(dashboard.process.pid) - before) / 2**20 / count
    times = [1000 * one for reader_ in rest for one in reader_.seconds]
    return Load(len(times) / took, statistics.quantiles(times, n=20)[18], kept)


async def _open(one: Reader, name: str) -> None:
    await one.go("" if name == USUAL else PAGE)


async def _busy(one: Reader, name: str, until: float) -> None:
    """Select one thing after the other, without a pause."""
    for choice in itertools.cycle(CHOICES):
        await (one.click(choice) if name == OWN else one.again(select=choice))
        if time.perf_counter() > until:
            return


def reached(results: dict[str, dict[int, Load]]) -> bool:
    return all(found for _, _, found in bars(results))


def bars(results: dict[str, dict[int, Load]]) -> list[tuple[str, str, bool]]:
    """Return what is held to a bar, in words, and whether it is reached."""
    own, usual = results[OWN], results[USUAL]
    most = max(own)
    runs, ratio = own[most].runs, own[most].runs / usual[most].runs
    return [
        (f"Runs a second, {most} sessions", f"{runs:.0f} of {RUNS:g}", runs >= RUNS),
        ("Times those of st_folium", f"{ratio:.0f} of {TIMES:g}", ratio >= TIMES),
        ("MiB of a session", f"{own[most].kept:.2f} of {KEPT:g} at most", own[most].kept <= KEPT),
    ]


def report(results: dict[str, dict[int, Load]], seconds: float, where: list[str]) -> str:
    verdict = "reached" if reached(results) else "not all reached"
    return "\n".join(
        [
            "# The server under load",
            "",
            f"Written by `python -m benchmarks.server`. Bars: **{verdict}**.",
            "",
            "| | Found and bar | |",
            "| --- | ---: | --- |",
            *(
                f"| {name} | {found} | {'reached' if good else 'not reached'} |"
                for name, found, good in bars(results)
            ),
            "",
            "| | Sessions | Runs a second | p95, ms | MiB of a session |",
            "| --- | ---: | ---: | ---: | ---: |",
            *(
                f"| {name} | {count} | {load.runs:.1f} | {load.late:.0f} | {load.kept:.2f} |"
                for name, loads in results.items()
                for count, load in loads.items()
            ),
            "",
            f"- Sessions over the dashboard's own websocket, no browser; each selects one feature"
            f" after the other for {seconds:g} seconds without a pause. The client takes a part of"
            " the same two cores.",
            f"- The page `{PAGE}` with its passages, card and table. A click on our map runs map,"
            " passages and card anew; the whole page runs when its address changes. st_folium: the"
            " same features and passages, no table, Streamlit's own settings; a click runs all.",
            "- MiB of a session: what the server holds more after the load than with one session"
            " before, for each of them. A new server for each row.",
            "",
            *where,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
