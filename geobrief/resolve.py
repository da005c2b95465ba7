"""Names that one file gives and another must hold: features, passages, layers, columns, styles."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from geobrief.briefings import Briefing
from geobrief.errors import ContentError, Where
from geobrief.essay import Essay
from geobrief.files import Report
from geobrief.layers import Layer
from geobrief.sheets import Chart, Sheet, SheetLayer, Table
from geobrief.style import LABELS, SYMBOLS


def check_named(
    named: Iterable[tuple[str, tuple[str, ...], Where]],
    layers: dict[str, Layer],
    left_out: set[str],
    report: Report,
) -> None:
    """Report every feature that is named, by whom it is, and that does not exist."""
    for who, features, where in named:
        for feature in features:
            layer, _, id = feature.partition("/")
            if layer not in layers:
                if layer not in left_out:
                    hint = near(layer, layers, "layers")
                    report(ContentError(f"{who} names {feature!r}: no such layer", where, hint))
            elif id not in layers[layer].ids:
                hint = near(id, layers[layer].ids, f"ids of {layer}")
                report(ContentError(f"{who} names {feature!r}: no such feature", where, hint))


NEAR = 5
"""Names that a hint gives at most."""


def near(wrong: str, known: Iterable[str], what: str) -> str:
    """Return a hint: the known names that a wrong one may mean, or the first of all of them."""
    names = list(known)
    if close := get_close_matches(wrong, names, n=2):
        return f"is {' or '.join(map(repr, close))} meant?"
    more = " ..." if len(names) > NEAR else ""
    return f"{what}: {', '.join(names[:NEAR])}{more}" if names else f"{what}: there are none"


def check_sheets(
    sheets: dict[str, Sheet],
    essay: Essay,
    layers: dict[str, Layer],
    left_out: set[str],
    report: Report,
) -> None:
    """Report every passage, layer, column, style and feature that a sheet names in vain."""
    for sheet in sheets.values():
        for passage in sheet.passages:
            if passage not in essay:
                hint = "see `list passages`"
                report(ContentError(f"no passage {passage!r} in the essay", sheet.where, hint))
        if sheet.inset and sheet.inset not in sheets:
            hint = near(sheet.inset, sheets, "sheets")
            report(ContentError(f"inset: no sheet {sheet.inset!r}", sheet.where, hint))
        for shown in sheet.layers:
            if shown.id in layers:
                _check_shown(shown, layers[shown.id], report)
            elif shown.id not in left_out:
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
    briefings: dict[str, Briefing],
    sheets: dict[str, Sheet],
    languages: Iterable[str],
    policies: Iterable[str],
    report: Report,
) -> None:
    """Report every sheet, language and policy that a briefing names in vain."""
    known = {"language": set(languages), "policy": set(policies)}
    for briefing in briefings.values():
        for kind, id in (("language", briefing.lang), ("policy", briefing.policy)):
            if id and id not in known[kind]:
                hint = near(id, sorted(known[kind]), "known")
                report(ContentError(f"the briefing names no {kind}: {id!r}", briefing.where, hint))
        for slide in briefing.slides:
            if slide.sheet not in sheets:
                hint = near(slide.sheet, sheets, "sheets")
                report(ContentError(f"no sheet {slide.sheet!r}", slide.where, hint))


def check_tables(sheets: Iterable[Sheet], layers: dict[str, Layer], report: Report) -> None:
    """Report columns that a table or a chart names in vain, and rows that name no feature."""
    for sheet in sheets:
        filed: tuple[Table | Chart, ...] = (*sheet.tables, *sheet.charts)
        for shown in filed:
            try:
                _check_filed(shown, layers, report)
            except (ValueError, csv.Error) as reason:
                words = f"is not a table: {' '.join(str(reason).split())}"
                report(ContentError(words, Where(shown.path, 1), "write CSV"))


def _check_filed(shown: Table | Chart, layers: dict[str, Layer], report: Report) -> None:
    columns, lines = _head_and_lines(shown.path)
    missing = [name for name in shown.named_columns() if name not in columns]
    for name in missing:
        message = f"{shown.path.name} has no column {name!r}"
        report(ContentError(message, shown.place, near(name, columns, "columns")))
    if isinstance(shown, Table) and shown.feature and not missing:
        named = [
            (shown.path.stem, (feature,), Where(shown.path, lines[place]))
            for feature, place in zip(shown.features, shown.places, strict=True)
        ]
        check_named(named, layers, set(), report)


def check_ids(path: Path, report: Report) -> None:
    """Report every id that stands twice in the column `id` of a table of facts."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        seen: dict[str, int] = {}
        for row in reader:
            id = row.get("id") or ""
            if id in seen:
                hint = f"first in line {seen[id]}: ids are unique within a table"
                report(ContentError(f"{id!r} stands twice", Where(path, reader.line_num), hint))
            elif id:
                seen[id] = reader.line_num


def _head_and_lines(path: Path) -> tuple[list[str], list[int]]:
    """Return the columns of a table, and the line at which each of its rows ends."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        lines = [reader.line_num for _ in reader]
        return list(reader.fieldnames or ()), lines
