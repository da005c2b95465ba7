"""The MapSpec: everything an output needs to know, frozen and serialisable.

Screen, print, deck and data are made from the same MapSpec, so they cannot disagree.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date as Date
from typing import Any

from geobrief.errors import RequestError
from geobrief.files import UNWRITTEN
from geobrief.style import Symbol

Extent = tuple[float, float, float, float]
"""West, south, east, north in degrees, EPSG:4326."""


MARKING_LENGTH = 120
"""Longest handling line, in characters."""


def checked_marking(marking: str) -> str:
    """Return a handling line itself.

    Raises
    ------
    RequestError
        If it is too long, or holds what no file can carry.
    """
    if len(marking) > MARKING_LENGTH:
        words = f"the marking has {len(marking)} characters"
        raise RequestError(words, hint=f"at most {MARKING_LENGTH}")
    if found := UNWRITTEN.search(marking):
        raise RequestError(f"the marking holds {found[0]!r}", hint="leave it out")
    return marking


@dataclass(frozen=True)
class View:
    """What a reader chose; it stands whole in the URL. An empty field means the sheet's default."""

    lang: str = ""
    policy: str = ""
    date: str = ""
    select: tuple[str, ...] = ()
    bbox: Extent | None = None
    layers: tuple[str, ...] = ()
    compare: str = ""
    """Id of a border policy: what it draws or names otherwise is marked."""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> View:
        """Read a view from URL parameters or command line options; unknown keys are left alone.

        Raises
        ------
        RequestError
            If the date is not ISO 8601 or the extent is not W,S,E,N in degrees.
        """
        bbox = query.get("bbox", "")
        when = query.get("date", "")
        if when:
            try:
                Date.fromisoformat(when)
            except ValueError:
                raise RequestError(
                    f"date {when!r} is not a date", hint="write YYYY-MM-DD"
                ) from None
        return cls(
            lang=query.get("lang", ""),
            policy=query.get("policy", ""),
            date=when,
            select=_ids(query.get("select", "")),
            bbox=_extent(bbox) if bbox else None,
            layers=_ids(query.get("layers", "")),
            compare=query.get("compare", ""),
        )

    def to_query(self) -> dict[str, str]:
        """Return the non-empty fields as URL parameters."""
        values = {
            "lang": self.lang,
            "policy": self.policy,
            "date": self.date,
            "select": ",".join(self.select),
            "bbox": ",".join(f"{v:.4f}" for v in self.bbox) if self.bbox else "",
            "layers": ",".join(self.layers),
            "compare": self.compare,
        }
        return {key: value for key, value in values.items() if value}


def _ids(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _extent(text: str) -> Extent:
    try:
        return checked_extent([float(part) for part in text.split(",")])
    except ValueError:
        hint = "write W,S,E,N in degrees, for example 10.5,29.0,15.5,37.5"
        raise RequestError(f"bbox {text!r} is not an extent on the globe", hint=hint) from None


def checked_extent(values: Sequence[float]) -> Extent:
    """Return west, south, east, north in degrees.

    Raises
    ------
    ValueError
        If these are not four numbers that span a part of the globe.
    """
    if isinstance(values, str | bytes | Mapping):
        raise ValueError("an extent is a list of four numbers")
    try:
        west, south, east, north = (float(value) for value in values)
    except OverflowError:
        raise ValueError("a number is larger than the globe") from None
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):
        raise ValueError("west and south must be less than east and north, in degrees")
    return west, south, east, north


@dataclass(frozen=True)
class FeatureSpec:
    """One drawn feature. `id` is `layer/id`; its geometry is looked up in the layer.

    `label` is empty where none is wanted; `priority` orders labels, 1 first.
    `passages` are the ids of the passages that speak of it.
    """

    id: str
    name: str
    symbol: str
    label: str = ""
    label_style: str = "place"
    priority: int = 9
    interactive: bool = False
    uncertain: bool = False
    selected: bool = False
    passages: tuple[str, ...] = ()
    missing: str = ""
    """Why it has no place on the map, in words."""
    parts: tuple[str, ...] = ()
    """Ids of the features that show a record."""


@dataclass(frozen=True)
class Change:
    """What another border policy does otherwise: how it draws a feature, or what it calls it."""

    feature: str
    here: str
    there: str


@dataclass(frozen=True)
class LayerSpec:
    """One layer in drawing order, from the ground up. `digest` names its data."""

    id: str
    title: str
    kind: str
    digest: str
    toggle: bool = False
    features: tuple[FeatureSpec, ...] = ()
    quiet: bool = False
    """Only what is selected is drawn."""


@dataclass(frozen=True)
class LegendEntry:
    """A line of the legend: what the symbol stands for."""

    label: str
    symbol: str
    layer: str


@dataclass(frozen=True)
class Mark:
    """A phrase of a passage, by offsets within it, and the features it speaks of."""

    start: int
    end: int
    features: tuple[str, ...]


@dataclass(frozen=True)
class PassageSpec:
    """A passage as it is quoted. `paragraph` counts from 1."""

    id: str
    paragraph: int
    text: str
    marks: tuple[Mark, ...] = ()

    @property
    def features(self) -> tuple[str, ...]:
        """All features that its marks name, each once, in order."""
        return tuple(dict.fromkeys(f for mark in self.marks for f in mark.features))


@dataclass(frozen=True)
class Credit:
    """One attribution. The licence is empty where the layer that carries it names several."""

    text: str
    licence: str
    url: str = ""

    def __str__(self) -> str:
        return f"{self.text} ({self.licence})" if self.licence else self.text


@dataclass(frozen=True)
class InsetSpec:
    """A small map beside the large one: where that lies, or what another sheet is about.

    `box` is the extent of the large map where this one shows its place. `sheet` and `title` are
    those of the other sheet, and `legend` explains what this map draws of it.
    """

    extent: Extent
    layers: tuple[LayerSpec, ...]
    symbols: tuple[tuple[str, Symbol], ...]
    box: Extent | None = None
    sheet: str = ""
    title: str = ""
    legend: tuple[LegendEntry, ...] = ()


@dataclass(frozen=True)
class MapSpec:
    """A map, complete but for its geometry, which the layers' digests name."""

    sheet: str
    title: str
    subtitle: str
    lang: str
    direction: str
    policy: str
    policy_name: str
    disclaimer: str
    date: str
    as_of: str
    extent: Extent
    layers: tuple[LayerSpec, ...]
    symbols: tuple[tuple[str, Symbol], ...]
    legend: tuple[LegendEntry, ...]
    passages: tuple[PassageSpec, ...]
    credits: tuple[Credit, ...]
    hidden_layers: tuple[tuple[str, str], ...] = ()
    """Id and title of the layers that the reader has switched off."""
    unplaced: tuple[FeatureSpec, ...] = ()
    """Features of the sheet without a position: listed, never drawn."""
    select: tuple[str, ...] = ()
    """Ids that the reader chose; what shows them is marked as `selected`."""
    records: tuple[FeatureSpec, ...] = ()
    """Features that others show: their `parts` light up when they are selected."""
    compared: str = ""
    """Name of the policy that this map is compared with."""
    changes: tuple[Change, ...] = ()
    inset: InsetSpec | None = None
    unreviewed: bool = False
    """True where a translation that nobody has reviewed is shown."""

    def symbol(self, key: str) -> Symbol:
        """Return the symbol under `key`."""
        return dict(self.symbols)[key]

    def features(self) -> tuple[FeatureSpec, ...]:
        """Return all drawn features in drawing order."""
        return tuple(feature for layer in self.layers for feature in layer.features)

    def answering(self) -> tuple[FeatureSpec, ...]:
        """Return all features that a reader can choose, on the map or in a list."""
        drawn = (feature for feature in self.features() if feature.interactive)
        return (*drawn, *self.records, *self.unplaced)

    def attribution(self) -> str:
        """Return the credits as one line of text."""
        return " · ".join(map(str, self.credits))

    def to_json(self) -> str:
        """Serialise with sorted keys, so that equal specs give equal bytes."""
        return json.dumps(
            vars(self), default=vars, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )

    def digest(self) -> str:
        """Return 16 hex digits over the spec and the data it names."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    def base(self) -> MapSpec:
        """Return the spec without selection, so that selecting does not compile a new page."""
        layers = tuple(
            replace(layer, features=tuple(replace(f, selected=False) for f in layer.features))
            for layer in self.layers
        )
        records = tuple(replace(record, selected=False) for record in self.records)
        return replace(self, layers=layers, records=records, select=())


def from_json(text: str) -> MapSpec:
    """Rebuild a MapSpec from `MapSpec.to_json`."""
    raw: dict[str, Any] = json.loads(text)
    raw |= _drawn(raw)
    if raw["inset"]:
        small = raw["inset"]
        box = tuple(small["box"]) if small["box"] else None
        raw["inset"] = InsetSpec(**small | _drawn(small) | {"box": box})
    raw["passages"] = tuple(
        PassageSpec(**{**p, "marks": tuple(_mark(m) for m in p["marks"])}) for p in raw["passages"]
    )
    raw["credits"] = tuple(Credit(**credit) for credit in raw["credits"])
    raw["unplaced"] = tuple(_feature(f) for f in raw["unplaced"])
    raw["select"] = tuple(raw["select"])
    raw["records"] = tuple(_feature(f) for f in raw["records"])
    raw["changes"] = tuple(Change(**change) for change in raw["changes"])
    raw["hidden_layers"] = tuple((a, b) for a, b in raw["hidden_layers"])
    return MapSpec(**{f.name: raw[f.name] for f in fields(MapSpec)})


def _drawn(raw: dict[str, Any]) -> dict[str, Any]:
    """Return what a map and its inset have alike."""
    return {
        "layers": tuple(
            LayerSpec(**{**layer, "features": tuple(_feature(f) for f in layer["features"])})
            for layer in raw["layers"]
        ),
        "symbols": tuple((k, Symbol(**{**s, "dash": tuple(s["dash"])})) for k, s in raw["symbols"]),
        "legend": tuple(LegendEntry(**entry) for entry in raw["legend"]),
        "extent": tuple(raw["extent"]),
    }


def _feature(raw: dict[str, Any]) -> FeatureSpec:
    lists = {name: tuple(raw[name]) for name in ("passages", "parts")}
    return FeatureSpec(**{**raw, **lists})


def _mark(raw: dict[str, Any]) -> Mark:
    return Mark(raw["start"], raw["end"], tuple(raw["features"]))
