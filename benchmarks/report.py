"""What the benchmarks write: RESULTS.md, a part for each, and the machine they ran on."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

from geobrief.files import write_whole

RESULTS = Path(__file__).parent / "RESULTS.md"


def machine(packages: tuple[str, ...], load: float) -> list[str]:
    """Return rows that say on what a benchmark ran."""
    told = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").is_file() else ""
    models = [row.partition(":")[2].strip() for row in told.splitlines() if "model name" in row]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return [
        f"- {models[0] if models else platform.machine()}, {os.cpu_count()} cores,"
        f" {memory:.0f} GiB, {platform.system()} {platform.release()}",
        f"- Load average before the run: {load:.1f}",
        f"- Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in packages),
    ]


def write_part(path: Path, part: str) -> None:
    """Put a part in the place of the one with the same heading, or at the end."""
    old = path.read_text("utf-8") if path.is_file() else ""
    parts = {_heading(text): text for text in re.split(r"(?m)^(?=# )", old) if text}
    parts[_heading(part)] = part
    write_whole(path, "\n".join(text.strip() + "\n" for text in parts.values()).encode())


def _heading(part: str) -> str:
    return part.partition("\n")[0]
