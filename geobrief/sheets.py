"""Map sheets: front matter between +++ lines says what a map shows, the body what is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from geobrief.errors import ContentError, GeobriefError, Where
from geobrief.files import Report, parse_toml, read_text, table_lines
from geobrief.spec import Extent, checked_extent

FRONT = re.compile(r"\A\+\+\+\r?\n(.*?)\n\+\+\+\r?\n?(.*)\Z", re.S)
SHEET_KEYS = {"title", "subtitle", "extent", "passages", "layers", "tables"}


@dataclass(frozen=True)
class SheetLayer:
    """How a sheet shows a layer.

    Attributes
    ----------
    style : str
        Style in `style.SYMBOLS`; `boundary` takes the class that the border policy gives.
    by : str
        Column whose value chooses the category within the style.
    subject : tuple of str
        Ids of the features that the sheet is about; they take the category `subject`.
    where, label_where : mapping
        Column to the values that are shown, and that are labelled; empty: all.
    label : str
        Label style, or empty for no labels. `priority` orders labels, 1 first.
    legend : mapping of str to str
        Category to wording; the empty category stands for the style itself.
    dated : str
        Column with the date of the state; a view of an earlier date shows it as unknown.
    """

    id: str
    style: str
    by: str = ""
    subject: tuple[str, ...] = ()
    where: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    label_where: Mapping[str, Any] = field(default_factory=dict)
    priority: int = 5
    interactive: bool = False
    toggle: bool = False
    legend: Mapping[str, str] = field(default_factory=dict)
    dated: str = ""
    place: Where | None = None

    def columns(self) -> tuple[str, ...]:
        """Return the columns of the layer that it reads."""
        named = (*self.where, *self.label_where, self.by, self.dated)
        return tuple(dict.fromkeys(name for name in named if name))


@dataclass(frozen=True)
class Table:
    """A table below the map, read from a CSV file."""

    title: str
    path: Path
    note: str = ""
    columns: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)

    def rows(self) -> pd.DataFrame:
        """Return the rows and columns that are shown."""
        frame = pd.read_csv(self.path)
        for column, value in self.where.items():
            frame = frame[frame[column] == value]
        return frame[list(self.columns)] if self.columns else frame


@dataclass(frozen=True)
class Sheet:
    """One map sheet."""

    id: str
    title: str
    subtitle: str
    extent: Extent
    passages: tuple[str, ...]
    layers: tuple[SheetLayer, ...]
    notes: str
    where: Where
    table_files: tuple[Table, ...] = ()

    @cached_property
    def tables(self) -> tuple[tuple[str, pd.DataFrame, str], ...]:
        """Title, rows and note of each table."""
        return tuple((table.title, table.rows(), table.note) for table in self.table_files)


def read_sheets(content: Path, geodata: Path, report: Report) -> dict[str, Sheet]:
    """Read sheets/*.md in the order of their names; a broken sheet is reported and left out."""
    sheets = {}
    for path in sorted((content / "sheets").glob("*.md")):
        try:
            sheets[path.stem] = _sheet(path, (content, geodata))
        except GeobriefError as problem:
            report(problem)
    return sheets


def _sheet(path: Path, folders: tuple[Path, Path]) -> Sheet:
    found = FRONT.match(read_text(path, ContentError))
    if not found:
        raise ContentError("no front matter", Where(path, 1), "begin with a line of +++")
    raw = parse_toml(found[1], path, ContentError, shift=1)
    if unknown := set(raw) - SHEET_KEYS:
        raise ContentError(f"unknown key {sorted(unknown)[0]!r}", Where(path, 1))
    for key in ("title", "extent", "layers"):
        if key not in raw:
            raise ContentError(f"the sheet has no {key}", Where(path, 1))
    lines = [line + 1 for line in table_lines(found[1], "layers")]
    layers = tuple(
        _sheet_layer(entry, Where(path, line))
        for entry, line in zip(raw["layers"], lines, strict=True)
    )
    try:
        extent = checked_extent(raw["extent"])
    except (TypeError, ValueError) as reason:
        line = next(n for n, row in enumerate(found[0].splitlines(), 1) if "extent" in row)
        raise ContentError(f"extent is not W, S, E, N: {reason}", Where(path, line)) from None
    return Sheet(
        id=path.stem,
        title=raw["title"],
        subtitle=raw.get("subtitle", ""),
        extent=extent,
        passages=tuple(raw.get("passages", ())),
        layers=layers,
        notes=found[2].strip(),
        where=Where(path, 1),
        table_files=tuple(_table(entry, path, folders) for entry in raw.get("tables", ())),
    )


def _sheet_layer(raw: dict[str, Any], where: Where) -> SheetLayer:
    legend = raw.get("legend", {})
    values = {
        **raw,
        "legend": {"": legend} if isinstance(legend, str) else legend,
        "subject": tuple(raw.get("subject", ())),
        "place": where,
    }
    try:
        return SheetLayer(**values)
    except TypeError as reason:
        raise ContentError(f"a layer of the sheet is not in order: {reason}", where) from None


def _table(raw: dict[str, Any], path: Path, folders: tuple[Path, Path]) -> Table:
    name, where = raw.get("file", ""), Where(path, 1)
    for folder in folders:
        file = (folder / name).resolve()
        if file.is_relative_to(folder.resolve()) and file.is_file():
            columns = tuple(raw.get("columns", ()))
            rows = raw.get("where", {})
            return Table(raw.get("title", ""), file, raw.get("note", ""), columns, rows)
    raise ContentError(f"the table {name!r} is in neither folder", where)
