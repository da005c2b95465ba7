"""One contender in a process of its own: how long it takes, and the memory of all it starts."""

from __future__ import annotations

import multiprocessing
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from multiprocessing.connection import Connection
from pathlib import Path

from PIL import Image

from benchmarks.contenders import CONTENDERS

EVERY = 0.05
"""Seconds between two looks at the memory."""

WITHIN = 300.0
"""Seconds after which a drawing counts as lost."""


class Contender:
    """Draws sheets in another process; close it by leaving `started`."""

    def __init__(self, pid: int, line: Connection) -> None:
        self._pid, self._line = pid, line
        self.pixels = (0, 0)
        """Width and height of the last picture."""

    def seconds(self, sheet: str) -> float:
        """Draw a sheet and return the wall time."""
        self._line.send(sheet)
        return self._answer()

    def peak(self, sheet: str) -> int:
        """Draw a sheet and return the most bytes that the process and its children held.

        Memory that processes share is counted once (proportional set size). Not timed: looking
        takes time too.
        """
        self._line.send(sheet)
        most = 0
        while not self._line.poll(EVERY):
            most = max(most, held(self._pid))
        self._answer()
        return most

    def _answer(self) -> float:
        if not self._line.poll(WITHIN):
            raise TimeoutError(f"no picture after {WITHIN:g} seconds")
        answer = self._line.recv()
        if isinstance(answer, Exception):
            raise answer
        seconds, self.pixels = answer
        return float(seconds)


@contextmanager
def started(name: str, keep: Path | None) -> Iterator[Contender]:
    """Start a contender; `keep` is a folder that receives its pictures."""
    spawn = multiprocessing.get_context("spawn")
    near, far = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(name, far, keep), daemon=True)
    process.start()
    far.close()
    try:
        yield Contender(process.pid or 0, near)
    finally:
        near.close()
        process.join(20)
        process.kill()


def _serve(name: str, line: Connection, keep: Path | None) -> None:
    """Draw what the other end asks for, until it hangs up."""
    draw = CONTENDERS[name]
    while True:
        try:
            sheet = line.recv()
        except EOFError:
            return
        try:
            start = time.perf_counter()
            png = draw(sheet)
            seconds = time.perf_counter() - start
            with Image.open(BytesIO(png)) as image:
                line.send((seconds, image.size))
            if keep is not None:
                (keep / f"{sheet}-{name.replace(', ', '-').replace(' ', '-')}.png").write_bytes(png)
        except Exception as reason:
            line.send(RuntimeError(f"{name} could not draw {sheet}: {reason!r}"))


def held(root: int) -> int:
    """Return the proportional set size of a process and all below it, in bytes."""
    total = 0
    for pid in family(root):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:  # it has ended meanwhile
            continue
        total += sum(1024 * int(row.split()[1]) for row in lines if row.startswith("Pss:"))
    return total


def family(root: int) -> list[int]:
    """Return the ids of a process and of all below it, parents first."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                told = (entry / "stat").read_text()
            except OSError:
                continue
            children[int(told.rpartition(")")[2].split()[1])].append(int(entry.name))
    found = [root]
    for pid in found:
        found += children[pid]
    return found
