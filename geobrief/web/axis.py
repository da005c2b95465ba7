"""A time axis below the map: its events are the map's, and each side lights the other."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from geobrief.axis import Axis, Event, Span
from geobrief.render.markup import attribute, said
from geobrief.render.swatch import swatch
from geobrief.spec import MapSpec

Text = Callable[[str], str]

YEARS_APART = 0.04
"""Part of the axis that two years' numbers keep between them."""


def axis(found: Axis, spec: MapSpec, text: Text) -> str:
    """Return the markup of an axis, a row per class."""
    marks = "".join(map(_moment, found.spans))
    return (
        f'<section class="gb-axis" aria-label="{escape(text("Time axis"))}" dir="ltr">'
        f'<div class="gb-axis-field">{_years(found)}{marks}{_rows(found, spec)}'
        f'</div><p dir="{spec.direction}">{said(found.note)} <b>{said(f"{found.end}.")}</b></p>'
        "</section>"
    )


def _rows(found: Axis, spec: MapSpec) -> str:
    symbols = dict(spec.symbols)
    rows = []
    for entry, events in found.rows:
        head = f"{swatch(symbols[entry.symbol])}<span>{said(entry.label)}</span>"
        dots = "".join(map(_dot, events))
        rows.append(f'<div class="gb-axis-row"><h3>{head}</h3><div>{dots}</div></div>')
    return "".join(rows)


def _dot(event: Event) -> str:
    feature = event.feature
    words = escape(f"{event.day}: {feature.name}", quote=True)
    kind = " gb-axis-placeless" if feature.missing else ""
    return (
        f'<span class="gb-axis-dot{kind}" role="button" tabindex="0" '
        f'style="left:{100 * event.at:.2f}%" title="{words}" aria-label="{words}" '
        f'data-features="{attribute((feature.id,))}"></span>'
    )


def _years(found: Axis) -> str:
    """Return the numbers of the years at their first event, where there is room for them."""
    numbers = "".join(
        f'<span class="gb-axis-year" style="left:{100 * at:.2f}%">{year}</span>'
        for year, at in found.years(YEARS_APART)
    )
    return f'<div class="gb-axis-row gb-axis-years"><h3></h3><div>{numbers}</div></div>'


def _moment(span: Span) -> str:
    """Return a band from the first event of a moment to its last, with its name."""
    width = max(100 * (span.end - span.start), 0.4)
    note = escape(span.note, quote=True)
    return (
        f'<div class="gb-axis-row gb-axis-moments"><h3></h3><div><span title="{note}" '
        f'style="left:{100 * span.start:.2f}%;width:{width:.2f}%"><b>{said(span.title)}</b></span>'
        "</div></div>"
    )
