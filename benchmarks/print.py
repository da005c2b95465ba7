"""How fast a sheet is printed, against folium's own export and a cartopy map, in one run.

    make bench
    python -m benchmarks.print [--sheets ID ...] [--runs N] [--keep DIR]

Writes its part of benchmarks/RESULTS.md; the exit code is 1 where the bar is not reached, 2 where
a program is missing.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from subprocess import run

from benchmarks.contenders import CONTENDERS, DELAY, OPTIONS, browser
from benchmarks.measure import started
from benchmarks.report import RESULTS, machine, write_part
from benchmarks.shown import atlas

RATIO, SECONDS = 5.0, 2.0
"""The bar: so many times faster than the others, and so long at most for the median sheet."""

BAR = ("folium", "cartopy")
PACKAGES = ("matplotlib", "shapely", "numpy", "pillow", "folium", "selenium", "cartopy")


@dataclass(frozen=True)
class Result:
    """What one contender took for the median sheet."""

    seconds: tuple[float, ...]
    bytes: int
    pixels: tuple[int, int]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def main() -> int:
    """Measure, write the results, and hold them to the bar."""
    parser = argparse.ArgumentParser(description="Time a printed sheet against other ways.")
    parser.add_argument("--sheets", nargs="+", help="sheets to choose the median from; all")
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each contender")
    parser.add_argument("--keep", type=Path, help="folder for the pictures")
    parser.add_argument("--output", type=Path, default=RESULTS, help="file with the results")
    options = parser.parse_args()
    if problem := missing():
        print(problem, file=sys.stderr)
        return 2
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    load = os.getloadavg()[0]
    sheets = options.sheets or list(atlas().sheets)
    every, median = _every_sheet(sheets)
    results = {name: _measured(name, median, options.runs, options.keep) for name in CONTENDERS}
    text = report(every, median, results, load)
    write_part(options.output, text)
    print(text)
    return 0 if reached(results) else 1


def missing() -> str:
    chromium, driver = browser()
    if chromium and driver:
        return ""
    return (
        f"bench: no {'Chromium' if not chromium else 'chromedriver'}, which folium's export needs\n"
        "bench: install both (Debian: apt-get install chromium chromium-driver),"
        " or set CHROMIUM to the browser's path"
    )


def _every_sheet(sheets: list[str]) -> tuple[dict[str, float], str]:
    """Draw each sheet once in a warm process; return the seconds, and the sheet in the middle."""
    with started("geobrief", None) as contender:
        contender.seconds(sheets[-1])
        every = {sheet: contender.seconds(sheet) for sheet in sheets}
    return every, sorted(every, key=lambda sheet: every[sheet])[len(every) // 2]


def _measured(name: str, sheet: str, runs: int, keep: Path | None) -> Result:
    with started(name, keep) as contender:
        contender.seconds(sheet)  # warm: fonts, caches, the browser's files in memory
        seconds = tuple(contender.seconds(sheet) for _ in range(runs))
        return Result(seconds, contender.peak(sheet), contender.pixels)


def reached(results: dict[str, Result]) -> bool:
    own = results["geobrief"].median
    return own <= SECONDS and all(results[name].median >= RATIO * own for name in BAR)


def report(every: dict[str, float], median: str, results: dict[str, Result], load: float) -> str:
    own = results["geobrief"]
    rows = [
        f"| {name} | {r.median:.2f} | {min(r.seconds):.2f} to {max(r.seconds):.2f} |"
        f" {r.median / own.median:.1f} | {r.bytes / 2**20:.0f} | {r.bytes / own.bytes:.1f} |"
        f" {r.pixels[0]} x {r.pixels[1]} |"
        for name, r in results.items()
    ]
    sheets = [
        f"| {sheet} | {seconds:.2f} |"
        for sheet, seconds in sorted(every.items(), key=lambda item: item[1])
    ]
    verdict = "reached" if reached(results) else "not reached"
    return "\n".join(
        [
            "# A4 landscape at 300 dpi",
            "",
            "Written by `make bench`; each line is from the same run. The machine must have",
            "nothing else to do.",
            "",
            f"Bar: {RATIO:g} times faster than folium's export and than cartopy, and at most"
            f" {SECONDS:g} seconds: **{verdict}**.",
            "",
            f"## The sheet `{median}`, median of {len(own.seconds)}",
            "",
            "| | Seconds | Spread | Times ours | Peak MiB | Times ours | Pixels |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
            *rows,
            "",
            *_notes(),
            "",
            "## Every sheet once",
            "",
            "Ours in a warm process, each sheet for the first time; the one in the middle is"
            " measured above.",
            "",
            "| Sheet | Seconds |",
            "| --- | ---: |",
            *sheets,
            "",
            "## Where",
            "",
            *_machine(load),
            "",
        ]
    )


def _notes() -> list[str]:
    return [
        "- Each contender runs in a process of its own, from the sheet's id to the bytes of a PNG,"
        " after one run that is not counted: geobrief then knows its label places and its"
        " hillshade, cartopy its projected shapes. A sheet's first time is in the table below.",
        "- geobrief also places the labels, sets the passage, and draws scale bar and north arrow;"
        " the others only get title, legend and credits.",
        f"- folium: `Map._to_png` with selenium and headless Chromium at a scale factor of"
        f" {OPTIONS.dpi / 96:g}. It starts and ends a browser for each picture and waits {DELAY}"
        " seconds for the map, its default; the second line has it not wait. Scripts and styles"
        " are files on the disk, and the hillshade is the picture file as it is.",
        "- cartopy: `add_geometries` in the sheet's projection, the hillshade with"
        " `imshow`, which brings it to the projection each time; the last line has none.",
        "- Memory: the most that the process and all it starts hold, shared memory counted once,"
        " in a further run.",
    ]


def _machine(load: float) -> list[str]:
    chromium = run([str(browser()[0]), "--version"], capture_output=True, text=True, check=False)
    return [*machine(PACKAGES, load), f"- {chromium.stdout.strip() or 'Chromium'}"]


if __name__ == "__main__":
    sys.exit(main())
