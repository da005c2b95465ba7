"""Runs commands in a fresh process and tells of each what it said, its time and its memory.

The time is that of the processor, so that a busy machine changes nothing; the memory is the
highest that the process had, beyond what it had when everything was imported.
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS, BYTES = 2.0, 64 << 20
"""What a hostile file may cost."""


@dataclass(frozen=True)
class Told:
    """What became of one command. `status` is None where it ended in an exception."""

    status: int | None
    said: str
    seconds: float
    grown: int


def told(commands: Sequence[Sequence[str]], warm: Sequence[Sequence[str]]) -> list[Told]:
    """Run commands one after the other in one fresh process; `warm` come first, uncounted."""
    process = subprocess.run(
        [sys.executable, "-m", "tests.security.measured"],
        cwd=ROOT,
        input=json.dumps({"commands": commands, "warm": warm}),
        capture_output=True,
        text=True,
        timeout=570,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    return [Told(**row) for row in json.loads(process.stdout)]


def check_cost(found: Told, name: str) -> None:
    """Hold the time and the memory of a command to what it may cost."""
    assert found.seconds < SECONDS, f"{name} took {found.seconds:.1f} s of processor time"
    assert found.grown < BYTES, f"{name} took {found.grown >> 20} MB"


def _highest() -> int:
    """Return the most memory that this process ever had, in bytes."""
    rows = Path("/proc/self/status").read_text().splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("VmHWM")) << 10


def _run(command: Sequence[str]) -> tuple[int | None, str]:
    """Run a command of the program, or read a link as a page does."""
    from geobrief.briefings import from_link
    from geobrief.cli import main
    from geobrief.errors import GeobriefError

    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            if command[0] == "link":
                try:
                    from_link("x", Path(command[1]).read_text("utf-8"))
                    return 0, ""
                except GeobriefError as error:
                    return 2, f"{error.code}: {error}"
            return main(command), said.getvalue()
        except BaseException:
            return None, said.getvalue() + traceback.format_exc()


def _child() -> None:
    asked = json.load(sys.stdin)
    for command in asked["warm"]:
        _run(command)
    base, rows = _highest(), []
    for command in asked["commands"]:
        start = time.process_time()
        status, said = _run(command)
        seconds = time.process_time() - start
        rows.append({"status": status, "said": said[:20_000], "seconds": seconds,
                     "grown": _highest() - base})  # fmt: skip
    print(json.dumps(rows))


if __name__ == "__main__":
    _child()
