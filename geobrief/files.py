"""Reading the folders: bounded text, TOML with line numbers, CSV, and files that stand whole."""

from __future__ import annotations

import csv
import errno
import glob
import hashlib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader, StringIO
from pathlib import Path
from typing import Any

from geobrief.errors import GeobriefError, Where, WriteError
from geobrief.settings import settings

_STRANGE = re.compile(r"[^A-Za-z0-9_-]+")

Report = Callable[[GeobriefError], None]
"""Takes one problem; the caller decides whether the first one ends the work."""


DEEPEST = 32
"""Brackets within each other, and parts of a dotted key, that a TOML text may have: the parser
takes time with the square of the one and the stack for the other."""
MOST_COLUMNS, MOST_ROWS = 500, 20_000
"""Columns and rows that a table of CSV may have."""

UNWRITTEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What XML has no way to write, and so neither a deck nor an SVG."""

_TOML_PARTS = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""|\Z)|"(?:\\.|[^"\\\n])*+"?|#[^\n]*'
    r"|'''.*?(?:'''|\Z)|'[^'\n]*+'?"
    r"|[\[\]{}.,=\n]",
    re.DOTALL,
)
"""Strings and comments, which hold no syntax, whole; one without an end takes all, so that none is
looked through twice. Then the signs."""


def check_inside(folder: Path, error: type[GeobriefError], report: Report) -> list[GeobriefError]:
    """Report what leads out of a folder, and what is neither file nor folder: a pipe never ends.

    Returns what leads out.
    """
    top = folder.resolve()
    astray = []
    for path in sorted(folder.rglob("*")):
        if not path.resolve().is_relative_to(top):
            problem = error("leads out of its folder", Where(path), "put the file itself there")
            astray.append(problem)
            report(problem)
        elif path.exists() and not (path.is_file() or path.is_dir()):
            report(error("is neither a file nor a folder", Where(path), "remove it"))
    return astray


def inside(folder: Path, name: object) -> Path | None:
    """Return the place of a named file, None where the name is no text or leads out of the folder.

    Links are followed first; a whole address is a strange name of a file like any other.
    """
    if not isinstance(name, str) or not name or not name.isprintable():
        return None
    path = (folder / name).resolve()
    return path if path.is_relative_to(folder.resolve()) else None


def _opened(path: Path) -> BufferedReader:
    """Open a file for reading; one that is none, such as a pipe, is an OSError and never waits."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "it is neither a file nor a folder")
    return path.open("rb")


def read_bytes(path: Path, error: type[GeobriefError], most: int) -> bytes:
    """Return a file of at most `most` bytes.

    Raises
    ------
    GeobriefError
        Of the class `error`, if it cannot be read, is no file, or is larger.
    """
    try:
        with _opened(path) as file:
            body = file.read(most + 1)
    except FileNotFoundError:
        raise error("file not found", Where(path), "restore the file") from None
    except OSError as reason:
        hint = "let the server's user read it"
        raise error(f"cannot be read: {reason.strerror}", Where(path), hint) from None
    if len(body) > most:
        raise error("is too large", Where(path), f"at most {most} bytes are read")
    return body


def read_text(path: Path, error: type[GeobriefError]) -> str:
    """Return the text of a UTF-8 file, line ends as they are.

    Raises
    ------
    GeobriefError
        Of the class `error`, if the file cannot be read, is too large, or is not UTF-8.
    """
    try:
        raw = read_bytes(path, error, settings().max_text)
        text = raw.decode("utf-8")
    except UnicodeDecodeError as reason:
        where = Where(path, raw.count(b"\n", 0, reason.start) + 1)
        message = f"is not UTF-8 at byte {reason.start}"
        raise error(message, where, "save the file as UTF-8, or restore it") from None
    if found := UNWRITTEN.search(text):
        where = Where(path, text.count("\n", 0, found.start()) + 1)
        raise error(f"holds {found[0]!r}, which no output can carry", where, "leave it out")
    return text


def parse_toml(text: str, path: Path, error: type[GeobriefError], shift: int = 0) -> dict[str, Any]:
    """Return the TOML document; `shift` is the number of lines before it in the file.

    Raises
    ------
    GeobriefError
        Of the class `error`, with the line of the fault.
    """
    plain = text.replace("\r\n", "\n")
    if line := _too_deep(plain):
        where = Where(path, line + shift)
        raise error("is nested too deep", where, f"at most {DEEPEST} levels")
    try:
        raw = tomllib.loads(plain)
    except ValueError as reason:  # the parser's own, and those of numbers and dates
        found = re.search(r"line (\d+)", str(reason))
        last = text.count("\n") + 1
        where = Where(path, (int(found[1]) if found else last) + shift)
        raise error(f"is not TOML: {reason}", where, "mend the line, or restore the file") from None
    if "\\" in plain and (letter := _unwritten(raw)):  # only an escape can write one
        words = f"holds {letter!r}, which no output can carry"
        raise error(words, Where(path, shift + 1), "leave it out")
    return raw


def _unwritten(value: Any) -> str:
    """Return the first letter within a TOML value that no output can carry; empty without one."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        return next(filter(None, map(_unwritten, value)), "")
    found = UNWRITTEN.search(value) if isinstance(value, str) else None
    return found[0] if found else ""


def _too_deep(text: str) -> int:
    """Return the line in which a TOML text goes deeper than `DEEPEST`, 0 if it never does."""
    depth = dots = 0
    for part in _TOML_PARTS.finditer(text):
        sign = part[0]
        if sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
        if sign == ".":
            dots += 1
        elif sign in "[]{},=\n":
            dots = 0
        if max(depth, dots) > DEEPEST:
            return text.count("\n", 0, part.start()) + 1
    return 0


def toml_rows(
    raw: dict[str, Any], key: str, text: str, path: Path, error: type[GeobriefError], shift: int = 0
) -> list[tuple[dict[str, Any], Where]]:
    """Return the tables under `[[key]]`, each with its place; none where the key is missing.

    Raises
    ------
    GeobriefError
        Of the class `error`, if they are not written so.
    """
    rows, lines = raw.get(key, []), [line + shift for line in table_lines(text, key)]
    tables = isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
    if not tables or len(rows) != len(lines):
        where = Where(path, lines[0] if lines else shift + 1)
        raise error(f"{key} is not a list of tables", where, f"write [[{key}]] above each")
    return [(row, Where(path, line)) for row, line in zip(rows, lines, strict=True)]


def table_lines(text: str, key: str) -> list[int]:
    """Return the line of each `[[key]]` header, counted from 1."""
    header = re.compile(rf"\s*\[\[\s*{re.escape(key)}\s*\]\]")
    return [number for number, line in enumerate(text.split("\n"), 1) if header.match(line)]


def safe_name(text: str, otherwise: str) -> str:
    """Return a name that can stand in an address, in a header and as that of a file."""
    return _STRANGE.sub("-", text).strip("-") or otherwise


@dataclass(frozen=True)
class Csv:
    """A table of CSV: its columns, and its rows, each with the line where it ends."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[dict[str, str], Where]]


def read_table(
    path: Path, error: type[GeobriefError], report: Report, needed: Iterable[str] = ()
) -> Csv:
    """Return a table of CSV; a row of too many or too few cells is reported and left out.

    Raises
    ------
    GeobriefError
        Of the class `error`, if the file cannot be read, has too many columns or lacks a needed
        one; the rows, read one by one, raise it where they are too many or no CSV.
    """
    text = read_text(path, error)
    if (count := text.partition("\n")[0].count(",") + 1) > MOST_COLUMNS:
        raise error(f"the table has {count} columns", Where(path, 1), f"at most {MOST_COLUMNS}")
    reader = csv.DictReader(StringIO(text, newline=""), strict=True)
    try:
        columns = tuple(reader.fieldnames or ())
    except csv.Error as reason:
        raise error(f"is not CSV: {reason}", Where(path, 1), "mend the row") from None
    if not columns:
        raise error("the table is empty", Where(path, 1), "begin with the names of its columns")
    if lacking := sorted(set(needed) - set(columns)):
        hint = f"the columns are {', '.join(needed)}"
        raise error(f"the table has no column {lacking[0]!r}", Where(path, 1), hint)
    return Csv(columns, _rows(reader, path, error, report))


def _rows(
    reader: csv.DictReader[str], path: Path, error: type[GeobriefError], report: Report
) -> Iterator[tuple[dict[str, str], Where]]:
    """Yield the rows of a table that have as many cells as its head."""
    try:
        for number, row in enumerate(reader, 1):
            where = Where(path, reader.line_num)
            if number > MOST_ROWS:
                raise error("the table has too many rows", where, f"at most {MOST_ROWS}")
            if None in row or None in row.values():
                hint = "write CSV: one cell for each column"
                report(error("the row has not as many cells as the head", where, hint))
            else:
                yield row, where
    except csv.Error as reason:
        raise error(f"is not CSV: {reason}", Where(path, reader.line_num), "mend the row") from None


def sha256(path: Path) -> str:
    """Return the digest of a file as `sha256:<hex>`."""
    with _opened(path) as file:
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
