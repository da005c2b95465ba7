"""The dates at which a sheet changes, from its dated columns."""

from __future__ import annotations

from geobrief.atlas import Atlas
from geobrief.classes import states_of, text_of
from geobrief.sheets import Sheet


def stops(atlas: Atlas, sheet: Sheet) -> tuple[str, ...]:
    """Return the days at which something on the sheet changes, in order, as ISO dates.

    A date that the layer knows only by year or month stands for its first day.
    """
    found: set[str] = set()
    for layer in sheet.layers:
        if not layer.by_date:
            continue
        frame = atlas.layers[layer.id].frame
        if layer.dated:
            found.update(whole(date) for date in frame[layer.dated] if text_of(date))
        if layer.states:
            for states in filter(text_of, frame[layer.states]):
                found.update(whole(since) for since, _ in states_of(states))
    return tuple(sorted(found))


def whole(date: str) -> str:
    """Return a date known by year or month as its first day."""
    return date + "-01-01"[len(date) - 4 :] if len(date) < 10 else date[:10]
