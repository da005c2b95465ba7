"""Names that one file gives and another must hold: features, passages, layers, columns, styles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from geobrief.briefings import Briefing
from geobrief.errors import ContentError, GeobriefError, Where
from geobrief.essay import Essay
from geobrief.files import Report, read_table
from geobrief.layers import WEB_TWIN, Layer
from geobrief.sheets import Chart, Sheet, SheetLayer, Table
from geobrief.shelf import Problems, Shelf
from geobrief.style import LABELS, SYMBOLS


def check_named(
    named: Iterable[tuple[str, tuple[str, ...], Where]], layers: Shelf[Layer], report: Report
) -> None:
    """Report every feature that is named, by whom it is, and that does not exist."""
    known: dict[str, frozenset[str]] = {}
    hints = 0

    def refuse(words: str, where: Where, wrong: str, names: Iterable[str], what: str) -> None:
        nonlocal hints
        hints += 1
        hint = near(wrong, names, what) if hints <= MOST_HINTS else ""
        report(ContentError(words, where, hint))

    for who, features, where in named:
        for feature in features:
            layer, _, id = feature.partition("/")
            said = f"{who} names {feature!r}: no such"
            if not layers.names(layer):
                refuse(f"{said} layer", where, layer, layers, "layers")
            elif layer in layers.broken:
                continue  # reported where the layer stands
            elif id not in known.setdefault(layer, frozenset(layers[layer].ids)):
                refuse(f"{said} feature", where, id, layers[layer].ids, f"ids of {layer}")


NEAR = 5
"""Names that a hint gives at most."""
LONGEST_NAME, MOST_NAMES, MOST_HINTS = 100, 5_000, 20
"""Letters, names and faults beyond which no name is looked for that is alike: it takes long."""


def near(wrong: str, known: Iterable[str], what: str) -> str:
    """Return a hint: the known names that a wrong one may mean, or the first of all of them."""
    names = list(known)
    if len(wrong) > LONGEST_NAME or len(names) > MOST_NAMES:
        return f"{what}: {', '.join(names[:NEAR])} ..."
    if close := get_close_matches(wrong, names, n=2):
        return f"is {' or '.join(map(repr, close))} meant?"
    more = " ..." if len(names) > NEAR else ""
    return f"{what}: {', '.join(names[:NEAR])}{more}" if names else f"{what}: there are none"


def check_sheets(
    sheets: Iterable[Sheet],
    known: Iterable[str],
    essay: Essay,
    layers: Shelf[Layer],
    report: Report,
) -> None:
    """Report every passage, layer, column, style and feature that a sheet names in vain."""
    for sheet in sheets:
        for passage in sheet.passages:
            if passage not in essay:
                hint = "see `list passages`"
                report(ContentError(f"no passage {passage!r} in the essay", sheet.where, hint))
        if sheet.inset and sheet.inset not in known:
            hint = near(sheet.inset, known, "sheets")
            report(ContentError(f"inset: no sheet {sheet.inset!r}", sheet.where, hint))
        for shown in sheet.layers:
            if shown.id in layers:
                _check_shown(shown, layers[shown.id], report)
            elif shown.id not in layers.broken:
                hint = near(shown.id, layers, "layers")
                report(ContentError(f"no layer {shown.id!r} in the catalogue", shown.place, hint))


def _check_shown(shown: SheetLayer, layer: Layer, report: Report) -> None:
    styles = {key.split(".")[0] for key in SYMBOLS} | set(SYMBOLS)
    if shown.style not in styles:
        report(ContentError(f"no style {shown.style!r}", shown.place, f"one of {sorted(styles)}"))
    if shown.label and shown.label not in LABELS:
        hint = f"one of {', '.join(LABELS)}"
        report(ContentError(f"no label style {shown.label!r}", shown.place, hint))
    for column in shown.columns():
        if column not in layer.columns:
            hint = near(column, layer.columns, "columns")
            report(ContentError(f"layer {layer.id!r} has no column {column!r}", shown.place, hint))
    for id in shown.subject:
        if id not in layer.ids:
            hint = near(id, layer.ids, f"ids of {layer.id}")
            report(ContentError(f"layer {layer.id!r} has no feature {id!r}", shown.place, hint))


def check_briefings(
    briefings: Iterable[Briefing],
    sheets: Iterable[str],
    languages: Iterable[str],
    policies: Iterable[str],
    report: Report,
) -> None:
    """Report every sheet, language and policy that a briefing names in vain.

    `sheets` are the ids of those that exist, in order or not.
    """
    known = {"language": set(languages), "policy": set(policies)}
    for briefing in briefings:
        for kind, id in (("language", briefing.lang), ("policy", briefing.policy)):
            if id and id not in known[kind]:
                hint = near(id, sorted(known[kind]), "known")
                report(ContentError(f"the briefing names no {kind}: {id!r}", briefing.where, hint))
        for slide in briefing.slides:
            if slide.sheet not in sheets:
                hint = near(slide.sheet, sheets, "sheets")
                report(ContentError(f"no sheet {slide.sheet!r}", slide.where, hint))


def check_tables(
    folder: Path, sheets: Iterable[Sheet], layers: Shelf[Layer], report: Report
) -> None:
    """Report what is wrong in the tables of facts, and in what sheets say of them.

    That is: rows that are not in order, columns that a table or a chart names in vain, and rows
    that name no feature. `folder` holds the facts; a sheet may show tables from elsewhere.
    """
    filed = [one for sheet in sheets for one in sheet.filed]
    facts = {path.resolve(): read_facts(path, report) for path in sorted(folder.glob("*.csv"))}
    for shown in filed:
        if shown.path not in facts:
            facts[shown.path] = read_facts(shown.path, report, unique=False)
    for shown in filed:
        if table := facts[shown.path]:
            _check_filed(shown, table, layers, report)


def _check_filed(shown: Table | Chart, table: Facts, layers: Shelf[Layer], report: Report) -> None:
    missing = [name for name in shown.named_columns() if name not in table.columns]
    for name in missing:
        message = f"{shown.path.name} has no column {name!r}"
        report(ContentError(message, shown.place, near(name, table.columns, "columns")))
    if isinstance(shown, Table) and shown.feature and not missing:
        named = [
            (shown.path.stem, (feature,), table.lines[place])
            for feature, place in zip(shown.features, shown.places, strict=True)
        ]
        check_named(named, layers, report)


@dataclass(frozen=True)
class Facts:
    """The head of a table of facts, and the place where each of its rows ends."""

    columns: tuple[str, ...]
    lines: tuple[Where, ...]


def read_facts(path: Path, report: Report, *, unique: bool = True) -> Facts | None:
    """Return head and lines of a table; None where one of its rows is not in order.

    A row of too many or too few cells is reported, and an id that stands twice if ids are `unique`.
    """
    faults: list[GeobriefError] = []
    lines, seen = [], dict[str, Where]()
    try:
        table = read_table(path, ContentError, faults.append)
        for row, where in table.rows:
            lines.append(where)
            id = row.get("id")
            if unique and id and id in seen:
                hint = f"first in line {seen[id].line}: ids are unique within a table"
                faults.append(ContentError(f"{id!r} stands twice", where, hint))
            elif id:
                seen[id] = where
    except ContentError as problem:
        faults.append(problem)
    for fault in faults:
        report(fault)
    return None if faults else Facts(table.columns, tuple(lines))


def problems_by_file(
    problems: Iterable[GeobriefError], untrusted: Mapping[Path, Problems]
) -> dict[Path, Problems]:
    """Return the problems by the file that has them; `untrusted` are those that others told."""
    found = dict(untrusted)
    for problem in problems:
        if problem.where:
            file = problem.where.file.resolve()
            found[file] = (*found.get(file, ()), problem)
    return found


def of_files(
    folder: Path, suffix: str, ids: Iterable[str], by_file: Mapping[Path, Problems]
) -> dict[str, Problems]:
    """Return the problems of what stands in a file of its own, by its id."""
    files = {id: (folder / f"{id}{suffix}").resolve() for id in sorted(ids)}
    return {id: by_file[file] for id, file in files.items() if file in by_file}


def broken_sheets(
    sheets: Mapping[str, Sheet], layers: Shelf[Layer], by_file: Mapping[Path, Problems]
) -> dict[str, Problems]:
    """Return the problems of each sheet that cannot be shown whole.

    A sheet falls with its own file, with a layer or a table that it shows, and with the sheet that
    it shows small.
    """
    found: dict[str, Problems] = {}
    for id, sheet in sheets.items():
        small = [sheets[sheet.inset]] if sheet.inset in sheets else []
        faults = [fault for one in (sheet, *small) for fault in _faults(one, layers, by_file)]
        if faults:
            found[id] = tuple(dict.fromkeys(faults))
    return found


def _faults(sheet: Sheet, layers: Shelf[Layer], by_file: Mapping[Path, Problems]) -> Problems:
    shown = [name for layer in sheet.layers for name in (layer.id, f"{layer.id}{WEB_TWIN}")]
    files = (sheet.where.file.resolve(), *(one.path for one in sheet.filed))
    return (
        *(fault for file in files for fault in by_file.get(file, ())),
        *(fault for name in shown for fault in layers.broken.get(name, ())),
    )
