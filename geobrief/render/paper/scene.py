"""The spec's features on the sheet: what shows, how high it lies, what wants a label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geobrief import style
from geobrief.render.paper.drawing import DIAMOND, Brush, path_of
from geobrief.render.paper.labels import Placement, Wish, place, type_of
from geobrief.render.paper.panel import Hand
from geobrief.render.paper.projection import Frame
from geobrief.render.paper.relief import draw_relief
from geobrief.render.paper.room import Ground, Mark
from geobrief.spec import FeatureSpec, LayerSpec, MapSpec
from geobrief.style import Symbol

if TYPE_CHECKING:
    from geobrief.atlas import Atlas

FINE = 250.0
"""Metres per pixel below which the full geometry is drawn, not its simplified twin."""


_NOWHERE = shapely.Point()

SUBJECT_LINE, OTHER_LINE = 12.0, 1.2
"""What it costs a label to cross a line of the sheet's subject, or any other."""


@dataclass(frozen=True)
class Drawn:
    """A feature on the sheet."""

    layer: LayerSpec
    feature: FeatureSpec
    geometry: BaseGeometry


def collect(atlas: Atlas, spec: MapSpec, frame: Frame, dpi: int) -> list[Drawn]:
    """Return the features on the sheet from the ground up; empty where they do not show."""
    metres_per_pixel = frame.metres_per_point * 72 / dpi
    column = "geometry" if metres_per_pixel < FINE else "display"
    found: list[Drawn] = []
    for layer in spec.layers:
        if layer.kind == "raster" or not layer.features:
            continue
        ids = [feature.id.partition("/")[2] for feature in layer.features]
        rows = atlas.layers[layer.id].frame.loc[ids, column]
        geometries = frame.project(np.asarray(rows.array, dtype=object))
        for feature, geometry in zip(layer.features, geometries, strict=True):
            if geometry is not None:
                asleep = layer.quiet and not feature.selected
                found.append(Drawn(layer, feature, _NOWHERE if asleep else geometry))
    return found


def _height(spec: MapSpec, layer: str) -> float:
    """Drawing height of a layer: ten for every layer from the ground up."""
    return 10.0 * (1 + [one.id for one in spec.layers].index(layer))


def graticule_height(spec: MapSpec) -> float:
    """Above the ground, below the first lines and points."""
    over = [layer.id for layer in spec.layers if layer.kind in ("line", "point")]
    return _height(spec, over[0]) - 5 if over else 10.0 * len(spec.layers) + 5


def draw_ground(atlas: Atlas, spec: MapSpec, brush: Brush, frame: Frame, dpi: float) -> None:
    """Draw the sea, and the hillshade over the colours of the ground."""
    ground = [atlas.layers[layer.id].bounds for layer in spec.layers if layer.kind == "polygon"]
    if ground:
        # Beyond the data the sheet stays blank: water there would be an invention.
        sea = frame.project(np.array([shapely.box(*ground[0])]))[0]
        brush.add(path_of(sea), "sea", 1, facecolor=style.WATER, edgecolor="none")
    for layer in spec.layers:
        if layer.kind == "raster":
            source = atlas.layers[layer.id]
            height = _height(spec, layer.id)
            draw_relief(brush.axes, frame, source.path, source.bounds, layer.digest, dpi, height)


def draw_features(spec: MapSpec, brush: Brush, drawn: list[Drawn]) -> None:
    """Draw the features with their symbols."""
    symbols = dict(spec.symbols)
    for item in drawn:
        brush.feature(
            item.feature.id,
            item.geometry,
            symbols[item.feature.symbol],
            _height(spec, item.layer.id),
            item.feature.selected,
        )


def label(
    spec: MapSpec,
    drawn: list[Drawn],
    frame: Frame,
    hand: Hand,
    plate: BaseGeometry,
    size: float = 1.0,
) -> Placement:
    """Place the labels of the features that show, at `size` times their usual type."""
    symbols = dict(spec.symbols)
    named = {feature for passage in spec.passages for feature in passage.features}
    wishes: list[Wish] = []
    marks: list[Mark] = []
    lines: list[tuple[BaseGeometry, float]] = []
    barriers: list[BaseGeometry] = []
    for item in drawn:
        if item.geometry.is_empty:
            continue
        feature, symbol = item.feature, symbols[item.feature.symbol]
        radius = _radius(symbol, hand.scale)
        if symbol.kind == "point":
            if item.geometry.within(plate):
                continue  # hidden: its name would stand beside nothing
            places = shapely.get_coordinates(item.geometry).tolist()
            marks += [Mark(feature.id, item.layer.id, x, y, radius) for x, y in places]
        elif symbol.kind == "line":
            seen = shapely.intersection(item.geometry, frame.polygon)
            lines.append((seen, SUBJECT_LINE if feature.interactive else OTHER_LINE))
            if feature.interactive and style.is_subject(feature.symbol):
                barriers.append(seen)
        if feature.label and frame.polygon.intersects(item.geometry):
            wishes.append(
                Wish(
                    id=feature.id,
                    text=feature.label,
                    kind=type_of(feature.label_style, hand.scale * size, hand.script),
                    symbol=symbol,
                    geometry=item.geometry,
                    priority=feature.priority,
                    required=feature.selected or feature.id in named,
                    subject=feature.interactive,
                    radius=radius,
                    group=item.layer.id,
                )
            )
    ground = Ground(frame.polygon, plate, tuple(marks), tuple(lines), tuple(barriers))
    return place(wishes, ground, hand.rtl)


def _radius(symbol: Symbol, scale: float) -> float:
    """Return how far a point symbol reaches in points; 0 for lines and areas."""
    if symbol.kind != "point":
        return 0.0
    reach = symbol.radius * (DIAMOND if symbol.shape == "diamond" else 1.0)
    return (reach + symbol.width / 2) * scale
