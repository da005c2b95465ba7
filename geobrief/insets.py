"""The small map beside a large one: the wider region, or the subject of another sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import shapely

from geobrief.atlas import Atlas
from geobrief.sheets import Sheet
from geobrief.spec import Extent, FeatureSpec, InsetSpec, LayerSpec, MapSpec, View

LARGEST = 0.55
"""Part of the region's width or height from which on a sheet needs no locator."""

Plain = Callable[[Sheet, View], MapSpec]
"""The map of a sheet without its inset."""


def inset_of(atlas: Atlas, sheet: Sheet, view: View, plain: Plain) -> InsetSpec | None:
    """Return the small map of a sheet; None where it would show nothing new."""
    view = View(lang=view.lang, policy=view.policy, date=view.date, bbox=view.bbox)
    if sheet.inset:
        other = atlas.sheets[sheet.inset]
        return _subject(atlas, plain(other, replace(view, bbox=None)))
    extent = view.bbox or sheet.extent
    if atlas.locator is None or not _lies_within(extent, atlas.locator):
        return None
    region = plain(atlas.locator, replace(view, bbox=None))
    return _inset(atlas, region, region.layers, box=extent)


def _lies_within(extent: Extent, region: Sheet) -> bool:
    west, south, east, north = region.extent
    wide, high = (extent[2] - extent[0]) / (east - west), (extent[3] - extent[1]) / (north - south)
    return shapely.box(*region.extent).contains(shapely.box(*extent)) and max(wide, high) <= LARGEST


def _subject(atlas: Atlas, spec: MapSpec) -> InsetSpec:
    """Return what another sheet is about: its ground, and the points and lines one can click."""
    layers = tuple(
        layer
        for layer in spec.layers
        if layer.kind == "polygon" or any(feature.interactive for feature in layer.features)
    )
    kept = {layer.id for layer in layers if layer.kind != "polygon"}
    legend = tuple(entry for entry in spec.legend if entry.layer in kept)
    found = _inset(atlas, spec, layers)
    return replace(found, sheet=spec.sheet, title=spec.title, legend=legend)


def _inset(
    atlas: Atlas,
    spec: MapSpec,
    layers: tuple[LayerSpec, ...],
    box: Extent | None = None,
) -> InsetSpec:
    """Return the features that show within the extent, without their names."""
    shown = tuple(replace(layer, features=_shown(atlas, layer, spec)) for layer in layers)
    used = {feature.symbol for layer in shown for feature in layer.features}
    used |= {entry.symbol for entry in spec.legend}
    symbols = tuple(pair for pair in spec.symbols if pair[0] in used)
    return InsetSpec(spec.extent, shown, symbols, box)


def _shown(atlas: Atlas, layer: LayerSpec, spec: MapSpec) -> tuple[FeatureSpec, ...]:
    ids = [feature.id.partition("/")[2] for feature in layer.features]
    shapes = atlas.layers[layer.id].frame.loc[ids, "display"]
    inside = shapely.intersects(shapes.to_numpy(), shapely.box(*spec.extent))
    return tuple(
        replace(feature, label="")
        for feature, is_inside in zip(layer.features, inside, strict=True)
        if is_inside
    )
