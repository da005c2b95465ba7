"""How soon the presenter's next slide is drawn, against pictures and against opening its map anew.

    python -m benchmarks.present [--slides N] [--pause SECONDS]

Writes its part of benchmarks/RESULTS.md; the exit code is 1 where the bar is not reached.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.report import RESULTS, machine, write_part
from benchmarks.shown import atlas
from tools.dashboard import SWITCHES, chromium, served

BAR = 200.0
"""Milliseconds from a key to the new slide drawn, that nineteen of twenty are to keep."""
PAUSE = 2.0
"""Seconds between two presses."""
UNTOLD = 16.0
"""Milliseconds under which the browser reports no event: it takes what is shorter for one frame."""
SIZE = {"width": 1920, "height": 1080}
PACKAGES = ("streamlit", "starlette", "playwright")

WATCH = """
window.onScreen = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  if (entry.name === "keydown") onScreen.push(entry.duration);
})).observe({ type: "event", durationThreshold: 16 });
"""
"""From the key to the pixels: https://www.w3.org/TR/event-timing/, in steps of 8 ms."""
PICTURES = """
addEventListener("keydown", (event) => {
  const shown = document.querySelector("img.is-now");
  const next = shown[event.key === "PageDown" ? "nextElementSibling" : "previousElementSibling"];
  shown.classList.remove("is-now");
  next.classList.add("is-now");
  requestAnimationFrame(() => requestAnimationFrame(() => {
    times.push(performance.now() - event.timeStamp);
  }));
});
"""
ANEW = """
let now = 0;
addEventListener("keydown", (event) => {
  now += event.key === "PageDown" ? 1 : -1;
  const frame = document.querySelector("iframe");
  const drawn = () => requestAnimationFrame(() => requestAnimationFrame(() => {
    times.push(performance.now() - event.timeStamp);
  }));
  frame.onload = () => {
    const inside = frame.contentWindow;
    if (inside.geobriefMap.ready()) drawn(); else inside.addEventListener("geobrief:ready", drawn);
  };
  frame.src = "/map/" + sheets[now];
});
"""
PAGE = """<!doctype html><style>* {{ margin: 0; border: 0; width: 1920px; height: 1080px; }}
img:not(.is-now), script {{ display: none; }}</style>{body}
<script>const times = [];{script}</script>"""

Times = tuple[list[float], list[float]]
"""Milliseconds from key to drawn, and from key to the pixels on the screen."""


def main() -> int:
    """Measure, write the results, and hold them to the bar."""
    parser = argparse.ArgumentParser(description="Time the presenter's keys.")
    parser.add_argument("--slides", type=int, default=20, help="slides, there and back")
    parser.add_argument("--pause", type=float, default=PAUSE, help="seconds between two presses")
    parser.add_argument("--output", type=Path, default=RESULTS, help="file with the results")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    results, version = measured(options.slides, options.pause)
    text = report(results, options.pause, [*machine(PACKAGES, load), f"- Chromium {version}"])
    write_part(options.output, text)
    print(text)
    return 0 if late(results["geobrief"][1]) < BAR else 1


def measured(slides: int, pause: float) -> tuple[dict[str, Times], str]:
    """Return the times by contender, and the browser's version."""
    from playwright.sync_api import sync_playwright

    deck = max(atlas().briefings.values(), key=lambda one: len(one.slides))
    sheets = [slide.sheet for slide in deck.slides[:slides]]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=SWITCHES)
        with served(Path(folder) / "log.txt") as address:
            page = browser.new_page(viewport=SIZE)
            own, pictures = _presenter(page, f"{address}/present/{deck.id}", len(sheets), pause)
            hosts = {
                "pictures": PAGE.format(body=_images(pictures), script=PICTURES),
                "a new page": PAGE.format(
                    body=f"<iframe src='/map/{sheets[0]}'></iframe>",
                    script=f"const sheets = {sheets};{ANEW}",
                ),
            }
            results = {"geobrief": own}
            for name, host in hosts.items():
                results[name] = _host(browser.new_page(viewport=SIZE), address, host, sheets, pause)
        return results, browser.version


def _presenter(page: Any, address: str, slides: int, pause: float) -> tuple[Times, list[bytes]]:
    """Go there and back through the presenter; return its times, and a picture of each slide."""
    page.add_init_script(WATCH)
    page.goto(f"{address}#1")
    _until(lambda: page.evaluate("() => Boolean(window.geobriefPresent)"))
    stops = [s for s in page.evaluate("() => geobriefPresent.stops") if 1 <= float(s) <= slides]
    pictures = []

    def rest(stop: str) -> None:
        _until(lambda: page.locator("body").get_attribute("data-drawn") == stop)
        _until(lambda: page.evaluate("() => geobriefPresent.settled"))
        time.sleep(pause)

    rest(stops[0])
    for key, way in (("PageDown", stops[1:]), ("PageUp", stops[-2::-1])):
        for stop in way:
            page.keyboard.press(key)
            rest(stop)
            if key == "PageUp" and "." not in stop:
                pictures.append(page.screenshot())
    drawn = page.evaluate("() => geobriefPresent.times.map((one) => one.ms)")
    times = (drawn, _on_screen(page, len(drawn)))
    page.close()
    return times, pictures[::-1]


def _images(pictures: list[bytes]) -> str:
    """Return the pictures as one page holds them, decoded before they are needed."""
    sources = [f"data:image/png;base64,{b64encode(one).decode()}" for one in pictures]
    return "".join(
        f"<img class='{'' if number else 'is-now'}' decoding=sync src='{source}'>"
        for number, source in enumerate(sources)
    )


def _host(page: Any, address: str, host: str, sheets: list[str], pause: float) -> Times:
    """Go there and back through a page that answers the keys itself; return its times."""
    page.add_init_script(WATCH)
    page.route("**/host", lambda route: route.fulfill(body=host, content_type="text/html"))
    page.goto(f"{address}/host", wait_until="load")
    page.bring_to_front()
    steps = page.locator("img").count() or len(sheets)
    time.sleep(pause)
    for number, key in enumerate(["PageDown"] * (steps - 1) + ["PageUp"] * (steps - 1), 1):
        page.keyboard.press(key)
        _until(lambda number=number: page.evaluate("() => times.length") == number)
        time.sleep(pause)
    drawn = page.evaluate("() => times")
    found = (drawn, _on_screen(page, len(drawn)))
    page.close()
    return found


def _on_screen(page: Any, presses: int) -> list[float]:
    """Return the time of each press; those the browser is silent on took at most `UNTOLD`."""
    told = page.evaluate("() => onScreen")
    return told + [UNTOLD] * (presses - len(told))


def _until(holds: Callable[[], Any], within: float = 60.0) -> None:
    end = time.monotonic() + within
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"no slide after {within:g} seconds")
        time.sleep(0.01)


def late(times: list[float]) -> float:
    """Return the time that nineteen of twenty keep, in milliseconds."""
    return statistics.quantiles(times, n=20)[18]


def report(results: dict[str, Times], pause: float, where: list[str]) -> str:
    own = results["geobrief"][0]
    rows = [
        f"| {name} | {statistics.median(drawn):.0f} | {late(drawn):.0f} |"
        f" {statistics.median(seen):.0f} | {late(seen):.0f} |"
        f" {statistics.median(drawn) / statistics.median(own):.1f} | {len(drawn)} |"
        for name, (drawn, seen) in results.items()
    ]
    verdict = "reached" if late(results["geobrief"][1]) < BAR else "not reached"
    return "\n".join(
        [
            "# From slide to slide in the presenter",
            "",
            f"Written by `python -m benchmarks.present`. Bar: nineteen of twenty on the screen in"
            f" less than {BAR:g} ms: **{verdict}**.",
            "",
            "| | Drawn, median ms | p95 | On the screen, median ms | p95 | Times ours | Presses |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
            *rows,
            "",
            "- Drawn: from the key to the second frame after the slide is there. On the screen:"
            " from the key to its first pixels, as the browser tells it (Event Timing); of a new"
            f" page that is the empty frame. It tells nothing under {UNTOLD:g} ms: that stands as"
            f" {UNTOLD:g}.",
            f"- {SIZE['width']} x {SIZE['height']}, {pause:g} seconds between two presses, there"
            " and back; the browser draws by software.",
            "- geobrief: the presenter, maps alive, the move from map to map included.",
            "- pictures: a page of screenshots of the same slides, all loaded: what a deck of"
            " pictures takes, without a map.",
            "- a new page: the map of the sheet loaded when it is asked for, its files cached.",
            "",
            *where,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
