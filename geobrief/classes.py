"""The class of a feature on a sheet: by its value, by the breaks of its number, at a date."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pandas as pd

from geobrief.errors import GeodataError
from geobrief.sheets import SheetLayer

SUBJECT = "subject"
UNKNOWN = "unknown"
"""Class of a state that is not known, or was not yet at the date of the view."""
HIDDEN = "hidden"
"""Class of what is not drawn."""


def class_of(layer: SheetLayer, row: Mapping[str, Any], date: str) -> str:
    """Return the class of a feature; empty where the layer has one style for all.

    Parameters
    ----------
    row
        The feature's columns.
    date
        ISO date of the view, empty for the newest state.
    """
    if row["id"] in layer.subject:
        return SUBJECT
    if layer.dated and date and text_of(row.get(layer.dated)) > date:
        return HIDDEN if layer.later == "hidden" else UNKNOWN
    if layer.states:
        return state_at(text_of(row.get(layer.states)), date)
    if not layer.by:
        return ""
    value = row.get(layer.by)
    if value is None or pd.isna(value):
        return UNKNOWN
    if layer.breaks:
        return str(1 + bisect_left(layer.breaks, float(value)))
    return f"{value:g}" if isinstance(value, float) else str(value)


def states_of(states: str) -> list[tuple[str, str]]:
    """Return what JSON `[[date, category], ...]` says; nothing for an empty text.

    Raises
    ------
    GeodataError
        If it is not written so.
    """
    try:
        known = json.loads(states) if states else []
        pairs = [(since, category) for since, category in known]
        if not all(isinstance(text, str) for pair in pairs for text in pair):
            raise TypeError("dates and categories are texts")
    except (ValueError, TypeError, RecursionError):
        hint = 'write [["2021-08", "closed"], ...]'
        raise GeodataError(f"states are not in order: {states}", hint=hint) from None
    return pairs


def state_at(states: str, date: str) -> str:
    """Return the category that holds at a date, out of JSON `[[date, category], ...]`."""
    known = states_of(states)
    held = [category for since, category in known if not date or since <= date]
    return held[-1] if held else UNKNOWN


def break_labels(layer: SheetLayer) -> dict[str, tuple[str, str]]:
    """Return lower and upper bound of each class as a reader sees them; open ends are empty."""
    bounds = ["", *(number(value) for value in layer.breaks), ""]
    return {str(n): pair for n, pair in enumerate(pairwise(bounds), 1)}


def number(value: float) -> str:
    """Return a number with its thousands set apart, and no more decimals than it has."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.6g}"


def text_of(value: Any) -> str:
    """Return a text of a table, empty where the table has none."""
    return value if isinstance(value, str) else ""
