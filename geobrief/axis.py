"""A time axis: dated events in their order, the moments among them, and where knowledge ends."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from geobrief.atlas import Atlas
from geobrief.classes import text_of
from geobrief.legend import UNCERTAIN
from geobrief.sheets import SheetLayer
from geobrief.spec import FeatureSpec, LegendEntry, MapSpec
from geobrief.wording import wording

NOTE = wording(
    "Events in their order, at even distances: the axis is not to scale."
    " A hollow mark has an uncertain place, or none."
)


@dataclass(frozen=True)
class Event:
    """A dated feature; `at` is its place on the axis, from 0 to 1."""

    day: str
    feature: FeatureSpec
    at: float


@dataclass(frozen=True)
class Span:
    """A time that the axis marks, with its place from the first event in it to the last."""

    title: str
    note: str
    start: float
    end: float


@dataclass(frozen=True)
class Axis:
    """Events stand in their order at even distances, because most lie in a few years.

    A row holds the events of one class, under its line of the legend. `note` says that the axis
    is not to scale, `end` where knowledge ends.
    """

    rows: tuple[tuple[LegendEntry, tuple[Event, ...]], ...]
    spans: tuple[Span, ...]
    note: str
    end: str

    def years(self, apart: float) -> Iterator[tuple[str, float]]:
        """Yield the years at their first event, where they stand `apart` from one another."""
        events = sorted((e for _, row in self.rows for e in row), key=lambda event: event.at)
        free, last = 0.0, ""
        for event in events:
            year = event.day[:4]
            if year != last and event.at >= free:
                yield year, event.at
                free = event.at + apart
            last = year


def axes(atlas: Atlas, spec: MapSpec) -> list[Axis]:
    """Return an axis for each layer of a sheet whose features are entries of a timeline."""
    layers = atlas.sheets[spec.sheet].layers if spec.sheet in atlas.sheets else ()
    return [
        _axis(atlas, layer, spec)
        for layer in layers
        if layer.id in atlas.timeline and layer.dated and layer.by
    ]


def _axis(atlas: Atlas, layer: SheetLayer, spec: MapSpec) -> Axis:
    dates = atlas.layers[layer.id].frame[layer.dated].map(text_of).to_dict()
    known = [f for f in (*spec.features(), *spec.unplaced) if f.id.startswith(f"{layer.id}/")]
    pairs = [(dates[feature.id.partition("/")[2]], feature) for feature in known]
    dated = sorted(pairs, key=lambda pair: (pair[0], pair[1].id))
    step = 1 / (len(dated) + 1)
    events = [Event(day, f, (place + 1) * step) for place, (day, f) in enumerate(dated)]
    rows = tuple(
        (entry, tuple(e for e in events if _class_of(e.feature.symbol) == entry.symbol))
        for entry in spec.legend
        if entry.layer == layer.id and not entry.symbol.endswith(UNCERTAIN)
    )

    def say(wording: str) -> str:
        return atlas.text(spec.lang, wording)

    days = [day for day, _ in dated]
    spans = tuple(
        Span(
            say(moment.title),
            say(moment.note),
            (bisect_left(days, moment.start) + 0.5) * step,
            (bisect_right(days, moment.end) + 0.5) * step,
        )
        for moment in atlas.moments
    )
    note = say(NOTE)
    return Axis(rows, spans, note, f"{say('Nothing found after')} {spec.as_of}")


def _class_of(symbol: str) -> str:
    return symbol.removesuffix(UNCERTAIN)
