"""Tables of facts as HTML. Every text from a file is escaped here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from geobrief.render.markup import Text, button, said
from geobrief.wordings import UNITS, heading

_SHORT = re.compile(r"[\w.:-]{4,14}")
"""Dates, codes and licences: cells that are not broken at a hyphen."""

NARROW = 3
"""Most columns that stand side by side on a narrow screen."""


def table(
    frame: pd.DataFrame,
    text: Text,
    caption: str,
    note: str = "",
    features: Sequence[str] = (),
) -> str:
    """Return a table; numbers stand to the right.

    Parameters
    ----------
    features
        Id of each row's feature: the row's first cell becomes the button that lights it.
    """
    columns = [_Column.of(frame[name]) for name in frame.columns]
    heads = [text(heading(column.name)) for column in columns]
    head = "".join(
        f'<th scope="col"{column.attribute}>{said(words)}</th>'
        for column, words in zip(columns, heads, strict=True)
    )
    ids = features or [""] * len(frame)
    body = "".join(
        "<tr>" + "".join(_cells(columns, heads, row, id)) + "</tr>"
        for row, id in zip(frame.itertuples(index=False), ids, strict=True)
    )
    wide = " is-wide" if len(columns) > NARROW else ""
    foot = f'<p class="gb-note">{said(note)}</p>' if note else ""
    return (
        f'<div class="gb-table{wide}"><table><caption>{said(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{foot}"
    )


def _cells(
    columns: Sequence[_Column], heads: Sequence[str], row: Iterable[Any], feature: str
) -> Iterable[str]:
    """Return the cells of a row; the first one is a button where the row has a feature.

    Each cell carries its column's head: on a narrow screen, cells stand below each other.
    """
    for number, (column, head, value) in enumerate(zip(columns, heads, row, strict=True)):
        shown = column.shown(value)
        short = ' class="gb-short"' if _SHORT.fullmatch(shown) else ""
        label = f' data-head="{escape(head, quote=True)}"'
        if feature and not number:
            yield f'<th scope="row"{short}{label}>{button(shown, (feature,))}</th>'
        else:
            yield f"<td{column.attribute or short}{label}>{column.cell(value)}</td>"


@dataclass(frozen=True)
class _Column:
    """How one column is set: thousands are set apart in quantities, not in years."""

    name: str
    number: bool
    grouped: bool
    decimals: int

    @classmethod
    def of(cls, values: pd.Series[Any]) -> _Column:
        name, number = str(values.name), bool(pd.api.types.is_numeric_dtype(values))
        grouped = number and (name.endswith(UNITS) or bool(values.abs().max() >= 10_000))
        fractions = number and bool((values.dropna() % 1 != 0).any())
        return cls(name, number, grouped, int(fractions))

    @property
    def attribute(self) -> str:
        return ' class="gb-number"' if self.number else ""

    def cell(self, value: Any) -> str:
        """Return a value as HTML; it stays data, in the direction of its own letters."""
        return escape(self.shown(value)) if self.number else said(self.shown(value))

    def shown(self, value: Any) -> str:
        """Return a value as the reader sees it."""
        if value is None or pd.isna(value) or value == "":
            return "–"
        return figure(value, self.decimals, grouped=self.grouped) if self.number else str(value)


def figure(value: float, decimals: int, *, grouped: bool = True) -> str:
    """Return a number with `decimals` digits after the point."""
    return f"{value:{',' if grouped else ''}.{decimals}f}"
