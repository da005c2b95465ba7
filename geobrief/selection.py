"""What a reader selected, marked on a map that is composed already."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from geobrief.atlas import Atlas
from geobrief.errors import NotFoundError
from geobrief.spec import FeatureSpec, MapSpec


def selected(
    atlas: Atlas, spec: MapSpec, known: Collection[str], select: tuple[str, ...]
) -> MapSpec:
    """Return a map with what is selected marked, and what shows a selected record.

    `known` are the ids of all that can be selected on it, `layer/id`.

    Raises
    ------
    NotFoundError
        If a selected feature is not among them.
    """
    for id in select:
        if id not in known:
            hint = "an id of a feature on this sheet, as layer/id"
            raise NotFoundError(f"no feature {id!r} on the sheet {spec.sheet!r}", hint=hint)
    lit = {*select, *_parts_of(atlas, select)}

    def marked(features: tuple[FeatureSpec, ...]) -> tuple[FeatureSpec, ...]:
        if not any(feature.id in lit for feature in features):
            return features
        return tuple(replace(f, selected=True) if f.id in lit else f for f in features)

    return replace(
        spec,
        select=select,
        layers=tuple(replace(layer, features=marked(layer.features)) for layer in spec.layers),
        records=marked(spec.records),
        unplaced=marked(spec.unplaced),
    )


def _parts_of(atlas: Atlas, features: tuple[str, ...]) -> set[str]:
    """Return what shows the records among some features."""
    named = (feature.partition("/") for feature in features)
    found = (
        atlas.layers[layer].parts.get(id, ()) for layer, _, id in named if layer in atlas.layers
    )
    return {part for parts in found for part in parts}
