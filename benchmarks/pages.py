"""How soon a page and its map are drawn and answer a click, against what a user would pick instead.

    python -m benchmarks.pages [--runs N]

Writes its part of benchmarks/RESULTS.md; the exit code is 1 where a bar is not reached.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from benchmarks.peers import maps
from benchmarks.report import RESULTS, machine, write_part
from benchmarks.shown import ROOT, atlas
from tools.dashboard import SWITCHES, chromium, served

PACKAGES = ("streamlit", "starlette", "folium", "streamlit-folium", "leafmap", "playwright")
PAUSE = 2.0
"""Seconds between a step and the next one: reruns and maps come to rest."""
SIZE = {"width": 1440, "height": 900}
PEERS = ROOT / "benchmarks" / "peers"

WATCH = """
addEventListener("click", (event) => {
  try { top.gbClick = performance.timeOrigin + event.timeStamp; } catch { /* another origin */ }
}, true);
if (window === top) {
  const within = (frame, look) => { try { return look(frame); } catch { return false; } };
  const all = (root) => [...root.querySelectorAll("*")].flatMap((one) =>
    one.shadowRoot ? all(one.shadowRoot) : one.localName === "iframe" ? [one] : []);
  let known = []; // looking for them costs time of the page's own
  const frames = (look) => {
    if (!known.length || known.some((frame) => !frame.isConnected)) known = all(document);
    return known.some((frame) => within(frame, look));
  };
  const told = (at, text) => Boolean(document.querySelector(at)?.textContent.includes(text));
  const paths = (root, count) => root.querySelectorAll("path.leaflet-interactive").length === count;
  const checks = {
    own: (sheet) => frames((f) => f.contentWindow.location.pathname.endsWith(`/map/${sheet}`)
      && f.contentDocument.body.dataset.ready === "1"),
    ownPage: () => document.body?.dataset.ready === "1",
    framed: (count) => frames((f) => paths(f.contentDocument, count)),
    plain: (count) => paths(document, count),
    text: ([at, text]) => told(at, text),
    found: (at) => document.querySelector(at) || frames((f) => f.contentDocument.querySelector(at)),
  };
  window.gbWait = (name, what) => {
    window.gbDone = null;
    const look = () => {
      if (!checks[name](what)) return requestAnimationFrame(look);
      requestAnimationFrame(() => requestAnimationFrame(() => {
        window.gbDone = performance.timeOrigin + performance.now();
      }));
    };
    look();
  };
}
"""
"""Stamps clicks, and the second frame after something is seen, in all frames of a page."""

STEPS = {
    "first": "First map, new browser profile",
    "again": "The same, loaded again",
    "next": "From page to page",
    "card": "Feature clicked to card",
    "lit": "Passage clicked to lit feature",
}


@dataclass(frozen=True)
class Contender:
    """A page with a map: its address, what tells that it is drawn, and where to click.

    `drawn` is a check of the script and its argument for each sheet. An empty selector: it has
    nothing of the kind.
    """

    name: str
    address: str
    drawn: Callable[[str], tuple[str, Any]]
    link: str = ""
    feature: Callable[[str], str] = lambda feature: ""
    card: Callable[[str, str], tuple[str, Any]] = lambda feature, name: ("", "")
    passage: str = ""
    light: str = ""
    framed: bool = True


@dataclass
class Result:
    """Milliseconds by step, and bytes over the wire at the first visit and the second."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wire: tuple[int, int] = (0, 0)

    def median(self, step: str) -> float:
        """Return the median of a step, not a number where there is none."""
        return statistics.median(self.times[step]) if self.times.get(step) else float("nan")


def main() -> int:
    """Measure, write the results, and hold them to the bars."""
    parser = argparse.ArgumentParser(description="Time pages with maps against other ways.")
    parser.add_argument("--runs", type=int, default=7, help="visits of each page")
    parser.add_argument("--output", type=Path, default=RESULTS, help="file with the results")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    sheets = [page.sheets[0] for page in atlas().pages if page.sheets][:2]
    results, starts, version = measured(sheets, options.runs)
    where = [*machine(PACKAGES, load), f"- Chromium {version}"]
    text = report(results, starts, options.runs, sheets, where)
    write_part(options.output, text)
    print(text)
    return 0 if all(found < bar for _, found, bar, _ in bars(results, starts)) else 1


def measured(sheets: list[str], runs: int) -> tuple[dict[str, Result], dict[str, float], str]:
    """Return times and bytes by contender, seconds to start by server, the browser's version."""
    from playwright.sync_api import sync_playwright

    starts: dict[str, float] = {}
    results: dict[str, Result] = {}
    with tempfile.TemporaryDirectory() as place, sync_playwright() as play:
        folder = Path(place)
        with static(folder, sheets) as files:
            for name, script in SERVERS.items():
                environment = {
                    maps.FILES: files,
                    "GEOBRIEF_BENCH_SHEETS": " ".join(sheets),
                    "PYTHONPATH": str(ROOT),
                }
                path = (str(PEERS / f"{script}.py"), folder) if script else ("app.py", ROOT)
                begin = time.perf_counter()
                with served(folder / "log.txt", *path, **environment) as address:
                    starts[name] = time.perf_counter() - begin
                    for contender in contenders(name, address, files, sheets):
                        browser = play.chromium.launch(executable_path=chromium(), args=SWITCHES)
                        results[contender.name] = _visits(browser, contender, sheets, runs)
                        version = browser.version
                        browser.close()
    return results, starts, version


SERVERS = {"geobrief": "", "st_folium": "usual", "leafmap": "with_leafmap", "Streamlit": "empty"}
"""Who serves what; the last one lends its hours to the bare pages too."""


def contenders(server: str, address: str, files: str, sheets: list[str]) -> Iterator[Contender]:
    """Yield what is measured while a server runs."""
    sheet, after = sheets
    place = next(n for n, page in enumerate(atlas().pages, 1) if page.sheets[:1] == (after,))
    if server == "geobrief":
        yield Contender(
            "geobrief", f"{address}/", lambda one: ("own", one),
            f".st-key-links > :nth-child({place}) a",
            lambda feature: f'[data-id="{feature}"]',
            lambda feature, name: ("found", f'.gb-card[data-card="{feature}"]'),
            ".gb-passage mark", "path.gb-halo",
        )  # fmt: skip
        yield Contender(
            "geobrief, the map alone", f"{address}/map/{sheet}", lambda one: ("ownPage", ""),
            framed=False,
        )  # fmt: skip
    elif server == "Streamlit":
        yield Contender(
            "an empty Streamlit page", f"{address}/", lambda one: ("text", ("h1", one)),
            f'a[href$="/{after}"]', framed=False,
        )  # fmt: skip
        yield Contender(
            "a bare Leaflet page", f"{files}/{sheet}.html", lambda one: ("plain", maps.drawn(one)),
            feature=lambda feature: f"path.{maps.css_class(feature)}",
            card=lambda feature, name: ("text", ("#card", name)),
            passage="#passage", light=f'path[stroke="{maps.LIT}"]', framed=False,
        )  # fmt: skip
    else:
        clicks = server == "st_folium"
        yield Contender(
            server, f"{address}/", lambda one: ("framed", maps.drawn(one)), f'a[href$="/{after}"]',
            (lambda feature: f"path.{maps.css_class(feature)}") if clicks else lambda feature: "",
            lambda feature, name: ("text", (".st-key-card", name)),
            ".stButton button" if clicks else "", f'path[stroke="{maps.LIT}"]',
        )  # fmt: skip


@contextmanager
def static(folder: Path, sheets: list[str]) -> Iterator[str]:
    """Serve files that browsers may keep, the bare pages among them; give the address."""

    class Kept(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def end_headers(self) -> None:
            self.send_header("Cache-Control", "max-age=31536000, immutable")
            self.send_header("Access-Control-Allow-Origin", "*")
            super().end_headers()

        def log_message(self, *told: object) -> None:
            """Say nothing."""

    maps.served_files(folder)
    for sheet in sheets:
        maps.bare_page(folder, sheet)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Kept, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()


# One visit


def _visits(browser: Any, contender: Contender, sheets: list[str], runs: int) -> Result:
    result = Result()
    targets: list[tuple[str, str]] = maps.targets(sheets[0])
    _visit(browser, contender, sheets, targets, Result())  # the server's own first time
    for _ in range(runs):
        _visit(browser, contender, sheets, targets, result)
    result.wire = _bytes(browser, contender, sheets[0])
    return result


def _visit(
    browser: Any, contender: Contender, sheets: list[str], targets: list[Any], result: Result
) -> None:
    """Open the page anew, load it again, and click what there is to click."""
    context = browser.new_context(viewport=SIZE)
    page = context.new_page()
    page.add_init_script(WATCH)
    page.add_init_script(_asking(contender.drawn(sheets[0])))
    for step in ("first", "again"):
        page.goto(contender.address, wait_until="commit")
        result.times[step].append(_done(page) - page.evaluate("() => performance.timeOrigin"))
        page.wait_for_load_state("load")
        time.sleep(PAUSE)
    frame = page.frame_locator("iframe").first if contender.framed else page
    if contender.passage:
        _ask(page, ("found", contender.light))
        page.locator(contender.passage).first.click()
        result.times["lit"].append(_done(page) - page.evaluate("() => gbClick"))
        page.goto(contender.address)  # nothing is lit any more
        _done(page)
        time.sleep(PAUSE)
    while targets and contender.feature(targets[0][0]):
        feature, name = targets[0]
        _ask(page, contender.card(feature, name))
        try:
            frame.locator(contender.feature(feature)).first.click(timeout=2000)
        except Exception:  # something lies over it: the next one
            targets.pop(0)
            continue
        result.times["card"].append(_done(page) - page.evaluate("() => gbClick"))
        time.sleep(PAUSE)
        break
    if contender.link:
        _ask(page, contender.drawn(sheets[1]))
        page.locator(contender.link).first.click()
        result.times["next"].append(_done(page) - page.evaluate("() => gbClick"))
    context.close()


def _asking(check: tuple[str, Any]) -> str:
    return f"if (window === top) gbWait(...{json.dumps(check)});"


def _ask(page: Any, check: tuple[str, Any]) -> None:
    page.evaluate("(check) => { gbWait(...check); }", list(check))


def _done(page: Any, within: float = 60.0) -> float:
    """Return when what was asked for was on the screen, in milliseconds since 1970."""
    end = time.monotonic() + within
    while True:
        try:
            if done := page.evaluate("() => window.gbDone"):
                return float(done)
        except Exception as reason:  # the page is being replaced
            if time.monotonic() > end:
                raise TimeoutError(f"nothing drawn after {within:g} seconds") from reason
        if time.monotonic() > end:
            raise TimeoutError(f"nothing drawn after {within:g} seconds")
        time.sleep(0.01)


def _bytes(browser: Any, contender: Contender, sheet: str) -> tuple[int, int]:
    """Return the bytes over the wire, websockets included, of the first and the second visit."""
    context = browser.new_context(viewport=SIZE)
    found = []
    for _ in range(2):
        page = context.new_page()
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        total = [0]

        def add(event: Any, total: list[int] = total) -> None:
            total[0] += int(event.get("encodedDataLength", 0))

        def message(event: Any, total: list[int] = total) -> None:
            total[0] += len(event["response"]["payloadData"]) * 3 // 4  # told in base64

        wire.on("Network.loadingFinished", add)
        wire.on("Network.webSocketFrameReceived", message)
        page.add_init_script(WATCH)
        page.add_init_script(_asking(contender.drawn(sheet)))
        page.goto(contender.address)
        _done(page)
        page.wait_for_timeout(2500)
        found.append(total[0])
        page.close()
    context.close()
    return found[0], found[1]


# What is said


def bars(
    results: dict[str, Result], starts: dict[str, float]
) -> list[tuple[str, float, float, str]]:
    """Return what is held to a bar: its name, the figure, the bar, the unit."""
    own, bare = results["geobrief"], results["a bare Leaflet page"].median("first")
    floor = results["an empty Streamlit page"].median("first")
    alone = results["geobrief, the map alone"].median("first")
    return [
        ("The map alone, of the bare page's time", alone / bare, 1.5, "times"),
        ("First map of the dashboard", own.median("first"), floor + 1.5 * bare, "ms"),
        ("From page to page", own.median("next"), 400.0, "ms"),
        ("Feature clicked to card", own.median("card"), 100.0, "ms"),
        ("Passage clicked to lit feature", own.median("lit"), 50.0, "ms"),
        ("Start to the first healthy answer", starts["geobrief"], 4.0, "s"),
    ]


def report(
    results: dict[str, Result],
    starts: dict[str, float],
    runs: int,
    sheets: list[str],
    where: list[str],
) -> str:
    held = bars(results, starts)
    verdict = "reached" if all(found < bar for _, found, bar, _ in held) else "not all reached"
    own = results["geobrief"]
    return "\n".join(
        [
            "# A page and its map on the screen",
            "",
            f"Written by `python -m benchmarks.pages`; each line is from the same run. Bars:"
            f" **{verdict}**.",
            "",
            "| | Found | Bar | |",
            "| --- | ---: | ---: | --- |",
            *(
                f"| {name} | {found:.{0 if unit == 'ms' else 1}f} {unit} |"
                f" {bar:.{0 if unit == 'ms' else 1}f} {unit} |"
                f" {'reached' if found < bar else 'not reached'} |"
                for name, found, bar, unit in held
            ),
            "",
            f"Milliseconds, median of {runs} visits and in brackets the least and the most; then"
            " how many times ours.",
            "",
            f"| | {' | '.join(STEPS.values())} | kB, first visit | kB, second |",
            f"| --- | {' | '.join('---:' for _ in STEPS)} | ---: | ---: |",
            *(
                f"| {name} | {' | '.join(_cell(result, own, step) for step in STEPS)} |"
                f" {result.wire[0] / 1000:.0f} | {result.wire[1] / 1000:.0f} |"
                for name, result in results.items()
            ),
            "",
            "| | Start to the first healthy answer, s |",
            "| --- | ---: |",
            *(f"| {name} | {seconds:.1f} |" for name, seconds in starts.items()),
            "",
            f"- The sheet `{sheets[0]}`, then `{sheets[1]}`, {SIZE['width']} x {SIZE['height']};"
            " the browser draws by software. A time ends with the second frame after the thing is"
            " there. The first visit to a server is not counted.",
            "- geobrief: its map counts as drawn when the labels are placed too; the others have"
            " none. st_folium and leafmap get the same features, simplified and rounded alike, in"
            " the same symbols; scripts, styles and hillshade come from this machine and are kept"
            " by the browser. st_folium is told to return the tooltip of what was clicked alone.",
            "- leafmap: its Streamlit page does not answer clicks.",
            "- Bytes: all that came over the wire, websockets included.",
            "",
            *where,
            "",
        ]
    )


def _cell(result: Result, own: Result, step: str) -> str:
    times = result.times.get(step)
    if not times:
        return ""
    ratio = result.median(step) / own.median(step)
    return f"{result.median(step):.0f} ({min(times):.0f} to {max(times):.0f}); {ratio:.1f}"


if __name__ == "__main__":
    sys.exit(main())
