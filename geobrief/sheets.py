"""Map sheets: front matter between +++ lines says what a map shows, the body what is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from io import StringIO
from pathlib import Path
from string import Formatter
from typing import Any, Literal, TypeVar

import pandas as pd

from geobrief.errors import ContentError, GeobriefError, Where
from geobrief.files import Report, inside, parse_toml, read_text, toml_rows
from geobrief.spec import Extent, checked_extent
from geobrief.typed import listed, typed

FRONT = re.compile(r"\A\+\+\+\r?\n(.*?)\n\+\+\+\r?\n?(.*)\Z", re.S)
_Filed = TypeVar("_Filed", "Table", "Chart")
SHEET_KEYS = {
    *(
        "title",
        "tab",
        "subtitle",
        "hint",
        "extent",
        "passages",
        "layers",
        "tables",
        "charts",
        "inset",
    ),
}


@dataclass(frozen=True)
class SheetLayer:
    """How a sheet shows a layer.

    Attributes
    ----------
    style : str
        Style in `style.SYMBOLS`; `boundary` takes the class that the border policy gives.
    by : str
        Column whose value chooses the category within the style.
    breaks, unit : tuple of float, str
        Upper bounds of the classes that a number in `by` falls into, and its unit in the legend.
    states : str
        Column of dated categories, JSON `[[date, category], ...]`; taken instead of `by`.
    subject : tuple of str
        Ids of the features that the sheet is about; they take the category `subject`.
    where, label_where : mapping
        Column to the values that are shown, and that are labelled; empty: all.
    label : str
        Label style, or empty for no labels. `priority` orders labels, 1 first.
    legend : mapping of str to str
        Category to wording; the empty category stands for the style itself.
    quiet : bool
        Draw only what is selected.
    dated, later : str
        Column with a date; in a view of an earlier date the feature is "unknown" or "hidden".
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
    later: Literal["unknown", "hidden"] = "unknown"
    states: str = ""
    breaks: tuple[float, ...] = ()
    unit: str = ""
    quiet: bool = False
    place: Where | None = None

    def columns(self) -> tuple[str, ...]:
        """Return the columns of the layer that it reads."""
        named = (*self.where, *self.label_where, self.by, self.dated, self.states)
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def by_date(self) -> bool:
        """Say whether the reader's date changes what is drawn."""
        return bool(self.dated or self.states)


@dataclass(frozen=True)
class Table:
    """A table below the map, read from a CSV file.

    `feature` is a pattern over the columns, such as `layer/{id}`: the id of the row's feature.
    """

    title: str
    path: Path
    note: str = ""
    columns: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    feature: str = ""
    place: Where | None = None

    @cached_property
    def _kept(self) -> pd.DataFrame:
        frame = pd.read_csv(StringIO(read_text(self.path, ContentError)))
        for column, value in self.where.items():
            frame = frame[frame[column] == value]
        return frame

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows and columns that are shown."""
        return self._kept[list(self.columns)] if self.columns else self._kept

    @cached_property
    def features(self) -> tuple[str, ...]:
        """Id of each row's feature; empty where the rows speak of none."""
        if not self.feature:
            return ()
        return tuple(self.feature.format_map(row) for row in self._kept.to_dict("records"))

    @property
    def places(self) -> tuple[int, ...]:
        """Place of each shown row among all rows of the file, counted from 0."""
        return tuple(self._kept.index)

    def named_columns(self) -> tuple[str, ...]:
        """Return the columns of the file that it names."""
        within = [name for _, name, _, _ in Formatter().parse(self.feature) if name]
        return tuple(dict.fromkeys([*self.columns, *self.where, *within]))


@dataclass(frozen=True)
class Chart:
    """A chart below the map: one series per value of `series`, over the column `x`.

    Rows that are missing stay gaps.
    """

    title: str
    path: Path
    x: str
    y: str
    series: str = ""
    kind: Literal["bar", "line"] = "bar"
    unit: str = ""
    note: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)
    place: Where | None = None

    def named_columns(self) -> tuple[str, ...]:
        """Return the columns of the file that it names."""
        return tuple(name for name in (self.x, self.y, self.series, *self.where) if name)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows that are drawn."""
        text = read_text(self.path, ContentError)
        frame = pd.read_csv(StringIO(text), dtype={self.x: str})
        for column, wanted in self.where.items():
            frame = frame[frame[column].isin(wanted if isinstance(wanted, list) else [wanted])]
        return frame


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
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    hint: str = ""
    """What a reader of its page can do; not a part of the map."""
    tab: str = ""
    """A short name, for a page with several sheets."""
    inset: str = ""
    """Id of the sheet whose subject it shows in a small map."""

    @property
    def filed(self) -> tuple[Table | Chart, ...]:
        """Its tables and charts, which are read from files."""
        return (*self.tables, *self.charts)

    @property
    def by_date(self) -> bool:
        """Say whether the reader's date changes the map."""
        return any(layer.by_date for layer in self.layers)


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
    if unknown := sorted(set(raw) - SHEET_KEYS):
        hint = f"one of {', '.join(sorted(SHEET_KEYS))}"
        raise ContentError(f"unknown key {unknown[0]!r}", _place_of(unknown[0], found, path), hint)
    for key in ("title", "extent", "layers"):
        if key not in raw:
            raise ContentError(f"the sheet has no {key}", Where(path, 1))
    rows = toml_rows(raw, "layers", found[1], path, ContentError, shift=1)
    layers = tuple(_sheet_layer(entry, where) for entry, where in rows)
    try:
        extent = checked_extent(raw["extent"])
    except (TypeError, ValueError) as reason:
        hint = "write [west, south, east, north] in degrees"
        where = _place_of("extent", found, path)
        raise ContentError(f"extent is not W, S, E, N: {reason}", where, hint) from None
    made: dict[str, Any] = {
        "id": path.stem,
        "subtitle": "",
        **{key: raw[key] for key in ("title", "subtitle", "hint", "tab", "inset") if key in raw},
        "extent": extent,
        "passages": listed(raw.get("passages", [])),
        "layers": layers,
        "notes": found[2].strip(),
        "where": Where(path, 1),
        "tables": _all_filed(Table, raw, found[1], path, folders),
        "charts": _all_filed(Chart, raw, found[1], path, folders),
    }
    try:
        return typed(Sheet, made)
    except TypeError as reason:
        message = f"the sheet is not in order: {reason}"
        raise ContentError(message, Where(path, 1), "see CONTRIBUTING.md") from None


def _place_of(key: str, front: re.Match[str], path: Path) -> Where:
    """Return the first line of a sheet's file that holds a key."""
    rows = enumerate(front[0].splitlines(), 1)
    return Where(path, next((number for number, row in rows if key in row), 1))


def locator_sheet(raw: Mapping[str, Any], where: Where) -> Sheet:
    """Return the small map that shows where a sheet lies, as a sheet without words.

    Raises
    ------
    ContentError
        If it has no extent or no layers.
    """
    try:
        extent = checked_extent(raw["extent"])
        layers = tuple(_sheet_layer({**entry}, where) for entry in raw["layers"])
    except ContentError:
        raise
    except (KeyError, TypeError, ValueError) as reason:
        raise ContentError(f"the locator is not in order: {reason}", where) from None
    return Sheet("", "", "", extent, (), layers, "", where)


def _sheet_layer(raw: dict[str, Any], where: Where) -> SheetLayer:
    legend = raw.get("legend", {})
    values = {
        **raw,
        "legend": {"": legend} if isinstance(legend, str) else legend,
        "subject": listed(raw.get("subject", [])),
        "breaks": listed(raw.get("breaks", [])),
        "place": where,
    }
    try:
        return typed(SheetLayer, values)
    except TypeError as reason:
        message = f"a layer of the sheet is not in order: {reason}"
        raise ContentError(message, where, "see CONTRIBUTING.md") from None


def _all_filed(
    make: type[_Filed], raw: dict[str, Any], front: str, sheet: Path, folders: tuple[Path, Path]
) -> tuple[_Filed, ...]:
    """Return the tables or the charts of a sheet, each with the line where it stands."""
    rows = toml_rows(raw, f"{make.__name__.lower()}s", front, sheet, ContentError, shift=1)
    return tuple(_filed(make, entry, where, folders) for entry, where in rows)


def _filed(
    make: type[_Filed], raw: dict[str, Any], where: Where, folders: tuple[Path, Path]
) -> _Filed:
    """Return a table or a chart with its file, which lies in one of the folders."""
    name = raw.get("file", "")
    values = {k: listed(v) if k == "columns" else v for k, v in raw.items() if k != "file"}
    for folder in folders:
        file = inside(folder, name)
        if file is not None and file.is_file():
            try:
                _check_pattern(raw.get("feature", ""))
                return typed(make, {**values, "path": file, "place": where})
            except (TypeError, ValueError) as reason:
                raise ContentError(f"{name}: not in order: {reason}", where) from None
    raise ContentError(f"the table {name!r} is in neither folder", where)


def _check_pattern(feature: str) -> None:
    """Hold a pattern to bare names of columns: more could reach into objects, or fill memory.

    Raises
    ------
    ValueError
        If it holds anything else.
    """
    for _, name, width, turned in Formatter().parse(feature):
        if name is not None and (width or turned or not name or set(name) & set(".[")):
            raise ValueError(f"{{{name}}} of feature is not the bare name of a column")
