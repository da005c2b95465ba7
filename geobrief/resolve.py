"""Names that one file gives and another must hold: features, passages, layers, columns, styles."""

from __future__ import annotations

from collections.abc import Iterable

from geobrief.errors import ContentError, Where
from geobrief.essay import Essay
from geobrief.files import Report
from geobrief.layers import Layer
from geobrief.sheets import Sheet, SheetLayer
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
                    report(ContentError(f"{who} names {feature!r}: no such layer", where))
            elif id not in layers[layer].ids:
                report(ContentError(f"{who} names {feature!r}: no such feature", where))


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
                report(ContentError(f"no passage {passage!r} in the essay", sheet.where))
        for shown in sheet.layers:
            if shown.id in layers:
                _check_shown(shown, layers[shown.id], report)
            elif shown.id not in left_out:
                report(ContentError(f"no layer {shown.id!r} in the catalogue", shown.place))


def _check_shown(shown: SheetLayer, layer: Layer, report: Report) -> None:
    styles = {key.split(".")[0] for key in SYMBOLS} | set(SYMBOLS)
    if shown.style not in styles:
        report(ContentError(f"no style {shown.style!r}", shown.place, f"one of {sorted(styles)}"))
    if shown.label and shown.label not in LABELS:
        hint = f"one of {', '.join(LABELS)}"
        report(ContentError(f"no label style {shown.label!r}", shown.place, hint))
    for column in shown.columns():
        if column not in layer.columns:
            report(ContentError(f"layer {layer.id!r} has no column {column!r}", shown.place))
    for id in shown.subject:
        if id not in layer.ids:
            report(ContentError(f"layer {layer.id!r} has no feature {id!r}", shown.place))
