"""The dashboard and Chromium as tests and benchmarks start them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_WITHIN = 90.0
"""Seconds that the dashboard may take to answer /healthz on a busy machine."""

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
"""What Chromium is started with: nothing in the background, and no sandbox in a container."""


def chromium() -> str:
    """Return the path of the browser that CHROMIUM names, else of the system's.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not found:
        raise FileNotFoundError("no Chromium found: install it, or let CHROMIUM name it")
    return found


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Running:
    """A dashboard that runs: its address without a slash at the end, and its process."""

    address: str
    process: subprocess.Popen[bytes]


@contextmanager
def served(
    log: Path, script: str = "app.py", folder: Path = ROOT, **environment: str
) -> Iterator[str]:
    """Run the dashboard as `make run` starts it; give its address without a slash at the end.

    Another `script` runs in a `folder` of its own, whose settings it takes.
    """
    with running(log, script, folder, **environment) as dashboard:
        yield dashboard.address


@contextmanager
def running(
    log: Path, script: str = "app.py", folder: Path = ROOT, **environment: str
) -> Iterator[Running]:
    """Run the dashboard as `served` does; give its process too."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    health = "healthz" if script == "app.py" else "_stcore/health"
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
        )
    address = f"http://localhost:{port}"
    try:
        _wait(f"{address}/{health}", process, log)
        yield Running(address, process)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:  # it is busy with what nobody waits for any more
            process.kill()
            process.wait()


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_WITHIN
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                if answer.status == 200:
                    return
        except urllib.error.HTTPError as answer:
            if answer.code == 503:  # it runs, and says that its atlas is not in order
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.3)
    raise RuntimeError(f"the dashboard did not start:\n{log.read_text()}")
