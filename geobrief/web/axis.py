"""A time axis below the map: its events are the map's, and each side lights the other."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from html import escape

from geobrief.atlas import Atlas, Moment
from geobrief.classes import text_of
from geobrief.legend import UNCERTAIN
from geobrief.render.markup import attribute, said
from geobrief.render.swatch import swatch
from geobrief.sheets import SheetLayer
from geobrief.spec import FeatureSpec, MapSpec

Text = Callable[[str], str]
Dated = Sequence[tuple[str, FeatureSpec]]

YEARS_APART = 4.0
"""Percent of the axis that two years' numbers keep between them."""


def axis(atlas: Atlas, layer: SheetLayer, spec: MapSpec, text: Text) -> str:
    """Return the axis of a dated layer, a row per class.

    Events stand in their order at even distances, because most lie in a few years: the axis
    says so. The atlas's moments and its last date are marked among them.
    """
    dates = atlas.layers[layer.id].frame[layer.dated].map(text_of).to_dict()
    known = [f for f in (*spec.features(), *spec.unplaced) if f.id.startswith(f"{layer.id}/")]
    pairs = [(dates[feature.id.partition("/")[2]], feature) for feature in known]
    dated = sorted(pairs, key=lambda pair: (pair[0], pair[1].id))
    days = [day for day, _ in dated]
    step = 100 / (len(days) + 1)
    marks = "".join(_moment(moment, days, step, text) for moment in atlas.moments)
    end = f"{text('Nothing found after')} {spec.as_of}"
    note = text("Events in their order, at even distances: the axis is not to scale.")
    return (
        f'<section class="gb-axis" aria-label="{escape(text("Time axis"))}" dir="ltr">'
        f'<div class="gb-axis-field">{_years(days, step)}{marks}{_rows(layer, dated, spec, step)}'
        f'</div><p dir="{spec.direction}">{said(note)} <b>{said(f"{end}.")}</b></p></section>'
    )


def _rows(layer: SheetLayer, dated: Dated, spec: MapSpec, step: float) -> str:
    symbols = dict(spec.symbols)
    rows = []
    for entry in spec.legend:
        if entry.layer != layer.id or entry.symbol.endswith(UNCERTAIN):
            continue
        dots = "".join(
            _dot(day, feature, (place + 1) * step)
            for place, (day, feature) in enumerate(dated)
            if feature.symbol.removesuffix(UNCERTAIN) == entry.symbol
        )
        head = f"{swatch(symbols[entry.symbol])}<span>{said(entry.label)}</span>"
        rows.append(f'<div class="gb-axis-row"><h3>{head}</h3><div>{dots}</div></div>')
    return "".join(rows)


def _dot(day: str, feature: FeatureSpec, at: float) -> str:
    words = escape(f"{day}: {feature.name}", quote=True)
    kind = " gb-axis-placeless" if feature.missing else ""
    return (
        f'<span class="gb-axis-dot{kind}" role="button" tabindex="0" style="left:{at:.2f}%" '
        f'title="{words}" aria-label="{words}" data-features="{attribute((feature.id,))}"></span>'
    )


def _years(days: Sequence[str], step: float) -> str:
    """Return the numbers of the years at their first event, where there is room for them."""
    found, free = [], 0.0
    for place, day in enumerate(days):
        at = (place + 1) * step
        if (not place or day[:4] != days[place - 1][:4]) and at >= free:
            found.append(f'<span class="gb-axis-year" style="left:{at:.2f}%">{day[:4]}</span>')
            free = at + YEARS_APART
    return f'<div class="gb-axis-row gb-axis-years"><h3></h3><div>{"".join(found)}</div></div>'


def _moment(moment: Moment, days: Sequence[str], step: float, text: Text) -> str:
    """Return a band from the first event of a moment to its last, with its name."""
    left = (bisect_left(days, moment.start) + 0.5) * step
    right = (bisect_right(days, moment.end) + 0.5) * step
    name = said(text(moment.title))
    note = escape(text(moment.note), quote=True)
    return (
        f'<div class="gb-axis-row gb-axis-moments"><h3></h3><div><span title="{note}" '
        f'style="left:{left:.2f}%;width:{max(right - left, 0.4):.2f}%"><b>{name}</b></span>'
        "</div></div>"
    )
