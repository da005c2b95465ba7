"""What grows with the features of a sheet and with the sheets of an atlas, and how.

    python -m benchmarks.growth [--features N ...] [--sheets N ...]

Writes its part of benchmarks/RESULTS.md. The atlases are invented: those of the tests, enlarged.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shapely import Point, box

from benchmarks.report import RESULTS, machine, write_part
from benchmarks.shown import ROOT
from tools.dashboard import SWITCHES, chromium, served

FEATURES, SHEETS = (300, 3_000, 30_000), (10, 100, 1_000)
"""A sheet has some 300 features here, and an atlas some 25 sheets."""

AREAS = 10
"""Of so many features one is an area; the others are points."""

PACKAGES = ("shapely", "geopandas", "folium", "streamlit")
COLUMNS = {
    "load": "Load, s",
    "memory": "Memory, MiB",
    "compose": "Compose a sheet, ms",
    "compile": "Compile its page, ms",
    "script": "Its script, kB",
    "list": "List all sheets, ms",
    "drawn": "Drawn in the browser, s",
}


def main() -> int:
    """Measure each size in a process of its own and write the results."""
    parser = argparse.ArgumentParser(description="Measure what grows, and how.")
    parser.add_argument("--features", type=int, nargs="+", default=FEATURES)
    parser.add_argument("--sheets", type=int, nargs="+", default=SHEETS)
    parser.add_argument("--output", type=Path, default=RESULTS, help="file with the results")
    parser.add_argument("--one", nargs=2, type=int, metavar=("FEATURES", "SHEETS"))
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(_measured(options.folder)))
        return 0
    load = os.getloadavg()[0]
    by_features = [_size(count, 2) for count in options.features]
    by_sheets = [_size(FEATURES[0], count) for count in options.sheets]
    text = report(
        dict(zip(options.features, by_features, strict=True)),
        dict(zip(options.sheets, by_sheets, strict=True)),
        machine(PACKAGES, load),
    )
    write_part(options.output, text)
    print(text)
    return 0


def _size(features: int, sheets: int) -> dict[str, float]:
    """Write an atlas of that size, and measure it in a new process and in a browser."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        enlarged(folder, features, sheets)
        size = [str(features), str(sheets)]
        command = [sys.executable, "-m", "benchmarks.growth", "--one", *size, "--folder", place]
        told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        return {**json.loads(told.stdout), "drawn": _drawn(folder)}


def enlarged(folder: Path, features: int, sheets: int) -> None:
    """Write the atlas of the tests with so many features on its sheet, and so many sheets."""
    from tests import atlas_fixture as small

    gates = dict(small.layers()["gates"][1][2])
    realms = dict(small.layers()["realms"][1][0])
    across = math.ceil(math.sqrt(features))
    step = 4.0 / across
    points, areas = [], []
    for number in range(features):
        x, y = 8.0 + step * (number % across), 50.0 + step * 0.75 * (number // across)
        id = f"n{number:06}"
        if number % AREAS:
            points.append({**gates, "id": id, "name": f"Gate {number}", "geometry": Point(x, y)})
        else:
            own = box(x, y, x + step * 0.9, y + step * 0.7)
            areas.append({**realms, "id": id, "name": f"Realm {number}", "geometry": own})
    changes = {
        "gates": sorted([*small.layers()["gates"][1], *points], key=lambda row: row["id"]),
        "realms": sorted([*small.layers()["realms"][1], *areas], key=lambda row: row["id"]),
    }
    content, geodata = folder / "content", folder / "geodata"
    content.mkdir(parents=True)
    geodata.mkdir()
    small.write_content(content)
    small.write_geodata(geodata, changes)
    for number in range(sheets - 2):
        text = small.CONTENT["sheets/ford.md"].replace("The ford", f"The ford, {number}")
        (content / f"sheets/ford-{number:04}.md").write_text(text, "utf-8")


def _measured(folder: Path) -> dict[str, float]:
    """Return what the largest sheet of an atlas takes, in this process."""
    from geobrief.atlas import Atlas
    from geobrief.compose import compose
    from geobrief.listing import listing
    from geobrief.render import screen
    from geobrief.spec import View

    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds, atlas = _timed(lambda: Atlas.load(folder / "content", folder / "geodata"))
    compose(atlas, "ford", View())
    first, spec = _timed(lambda: compose(atlas, "whole", View()))
    compiling, page = _timed(lambda: screen.page(atlas, spec, {}))
    listed, _ = _timed(lambda: listing(atlas, "sheets"))
    return {
        "load": seconds,
        "memory": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) / 1024,
        "compose": 1000 * first,
        "compile": 1000 * compiling,
        "script": len(gzip.compress(page.script.encode(), 6)) / 1000,
        "list": 1000 * listed,
    }


def _timed(do: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    made = do()
    return time.perf_counter() - start, made


def _drawn(folder: Path) -> float:
    """Return the seconds from an empty tab to the drawn map of the largest sheet."""
    from playwright.sync_api import sync_playwright

    folders = {
        "GEOBRIEF_CONTENT": str(folder / "content"),
        "GEOBRIEF_GEODATA": str(folder / "geodata"),
    }
    with served(folder / "log.txt", **folders) as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=SWITCHES)
        times = []
        for _ in range(2):  # the first time the server compiles
            page = browser.new_page()
            start = time.perf_counter()
            page.goto(f"{address}/map/whole", wait_until="commit")
            page.locator("body[data-ready='1']").wait_for(timeout=300_000)
            times.append(time.perf_counter() - start)
            page.close()
        browser.close()
        return times[-1]


def report(
    by_features: dict[int, dict[str, float]],
    by_sheets: dict[int, dict[str, float]],
    where: list[str],
) -> str:
    return "\n".join(
        [
            "# What grows, and how",
            "",
            "Written by `python -m benchmarks.growth`. The last row of a table is the power by"
            " which a figure grows from the smallest size to the largest: 0 stays, 1 keeps pace,"
            " 2 is its square.",
            "",
            "With the features of a sheet, nine points to an area:",
            "",
            *_table("Features", by_features),
            "",
            f"With the sheets of an atlas; the largest sheet has {FEATURES[0]} features:",
            "",
            *_table("Sheets", by_sheets),
            "",
            "- Memory: by how much the process grows. The script: the first one of a page,"
            " compressed. Drawn: the map page by itself in an open browser, its second time.",
            "",
            *where,
            "",
        ]
    )


def _table(counted: str, sizes: dict[int, dict[str, float]]) -> list[str]:
    smallest, largest = min(sizes), max(sizes)
    span = math.log(largest / smallest) if largest > smallest else float("nan")
    powers = [
        f"{math.log(max(sizes[largest][key], 1e-9) / max(sizes[smallest][key], 1e-9)) / span:.1f}"
        for key in COLUMNS
    ]
    return [
        f"| {counted} | {' | '.join(COLUMNS.values())} |",
        f"| ---: | {' | '.join('---:' for _ in COLUMNS)} |",
        *(
            f"| {count:,} | {' | '.join(f'{found[key]:.3g}' for key in COLUMNS)} |"
            for count, found in sizes.items()
        ),
        f"| power | {' | '.join(powers)} |",
    ]


if __name__ == "__main__":
    sys.exit(main())
