"""Reading the folders: TOML with line numbers, digests, and files that never stand half written."""

from __future__ import annotations

import glob
import hashlib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from geobrief.errors import GeobriefError, Where, WriteError

_STRANGE = re.compile(r"[^A-Za-z0-9_-]+")

Report = Callable[[GeobriefError], None]
"""Takes one problem; the caller decides whether the first one ends the work."""


def read_text(path: Path, error: type[GeobriefError]) -> str:
    """Return the text of a UTF-8 file, line ends as they are.

    Raises
    ------
    GeobriefError
        Of the class `error`, if the file cannot be read or is not UTF-8.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise error("file not found", Where(path), "restore the file") from None
    except OSError as reason:
        hint = "let the server's user read it"
        raise error(f"cannot be read: {reason.strerror}", Where(path), hint) from None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as reason:
        where = Where(path, raw.count(b"\n", 0, reason.start) + 1)
        message = f"is not UTF-8 at byte {reason.start}"
        raise error(message, where, "save the file as UTF-8, or restore it") from None


def parse_toml(text: str, path: Path, error: type[GeobriefError], shift: int = 0) -> dict[str, Any]:
    """Return the TOML document; `shift` is the number of lines before it in the file.

    Raises
    ------
    GeobriefError
        Of the class `error`, with the line of the fault.
    """
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as reason:
        line = re.search(r"line (\d+)", str(reason))
        last = text.count("\n") + 1
        where = Where(path, (int(line[1]) if line else last) + shift)
        raise error(f"is not TOML: {reason}", where, "mend the line, or restore the file") from None


def table_lines(text: str, key: str) -> list[int]:
    """Return the line of each `[[key]]` header, counted from 1."""
    header = re.compile(rf"\s*\[\[\s*{re.escape(key)}\s*\]\]")
    return [number for number, line in enumerate(text.split("\n"), 1) if header.match(line)]


def safe_name(text: str, otherwise: str) -> str:
    """Return a name that can stand in an address, in a header and as that of a file."""
    return _STRANGE.sub("-", text).strip("-") or otherwise


def listed_tables(
    raw: Mapping[str, Any], text: str, key: str, where: Where, error: type[GeobriefError]
) -> list[tuple[dict[str, Any], int]]:
    """Return each `[[key]]` table of a parsed text with its line there; `raw` is what was parsed.

    Raises
    ------
    GeobriefError
        Of the class `error`, if they are written in another way, which leaves no line to name.
    """
    found, lines = raw.get(key, []), table_lines(text, key)
    rows = found if isinstance(found, list) else [found]
    if len(rows) != len(lines) or not all(isinstance(row, dict) for row in rows):
        raise error(f"{key} is not a list of tables", where, f"write [[{key}]] above each")
    return list(zip(rows, lines, strict=True))


def sha256(path: Path) -> str:
    """Return the digest of a file as `sha256:<hex>`."""
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path: Path, body: bytes) -> None:
    """Write beside the target and rename, so that no half file ever stands.

    Where the system can, the file has no name before it is whole: nothing is left of one whose
    writing was killed. Elsewhere its remains are hidden, and the next writing removes them.

    Raises
    ------
    WriteError
        If the disk is full, or the folder does not take the file.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, body)
    except OSError as reason:
        hint = "free some space, or name a folder that can be written"
        raise WriteError(f"cannot write {path}: {reason.strerror}", hint=hint) from None


def _write_whole(path: Path, body: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    _remove_remains(path)
    try:
        # a file without a name cannot take one that is given; renaming can
        name = beside if path.exists() else path
        if not _written_nameless(name, body):
            name = beside
            beside.write_bytes(body)
        if name is beside:
            beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _written_nameless(path: Path, body: bytes) -> bool:
    """Write a file that gets its name when it is whole; False where the system cannot do so."""
    flag = getattr(os, "O_TMPFILE", 0)
    if not flag:
        return False
    try:
        handle = os.open(path.parent, flag | os.O_WRONLY, 0o666)
    except OSError:
        return False
    with os.fdopen(handle, "wb") as file:
        file.write(body)
        file.flush()
        try:
            # only with a folder's handle does Python follow the link to the file itself
            os.link(f"/proc/self/fd/{handle}", path, src_dir_fd=handle, follow_symlinks=True)
        except OSError:
            return False
    return True


def _remove_remains(path: Path) -> None:
    """Remove what a killed process left beside a file; what one alive is writing stays."""
    for remains in path.parent.glob(f".{glob.escape(path.name)}.*"):
        number = remains.suffix[1:]
        if number.isdigit() and not _alive(int(number)):
            remains.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
