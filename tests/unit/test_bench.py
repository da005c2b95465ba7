"""The benchmark holds to its bar, says what it lacks, and counts the memory of children."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks import measure
from benchmarks import print as bench


def results(**seconds: float) -> dict[str, bench.Result]:
    named = {"geobrief": 1.0, "folium": 5.0, "cartopy": 5.0} | seconds
    return {name: bench.Result((0.1, one, 99.0), 1, (1, 1)) for name, one in named.items()}


def test_the_bar_is_held_against_medians() -> None:
    assert bench.reached(results())
    assert not bench.reached(results(geobrief=2.1, folium=99.0, cartopy=99.0))
    assert not bench.reached(results(folium=4.9))
    assert not bench.reached(results(cartopy=4.9))


def test_a_missing_program_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "browser", lambda: ("/usr/bin/chromium", None))
    assert "no chromedriver" in bench.missing()
    assert "apt-get install chromium chromium-driver" in bench.missing()
    monkeypatch.setattr(bench, "browser", lambda: ("/usr/bin/chromium", "/usr/bin/chromedriver"))
    assert bench.missing() == ""


def test_memory_counts_what_a_process_starts() -> None:
    child = (
        "import sys; block = bytearray(b'x' * 60_000_000); print(1, flush=True); sys.stdin.read()"
    )
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as started:
        assert started.stdout is not None
        started.stdout.readline()
        found = measure.held(started.pid)
        started.communicate()  # the child ends with its input
    assert 60_000_000 < found < 200_000_000
