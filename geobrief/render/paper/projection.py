"""From degrees to sheet points: the projection fitted to an extent, and the frame it fills."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry import Polygon

from geobrief.measure import GEOD
from geobrief.spec import Extent
from geobrief.wording import wording

BEND = 0.03
"""Points by which a line may stray when it is drawn: half a pixel at 1,200 dots per inch."""

WORLD_SPAN = 120.0
"""Degrees of longitude from which on a map is a map of the world."""

Points = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""Left, bottom, right, top in sheet points."""


@dataclass(frozen=True)
class Projection:
    """A map projection: its PROJ definition, and its name as a wording with its values.

    A value is its key, degrees, and the wordings of the directions of positive and negative ones.
    """

    proj: str
    wording: str
    values: tuple[tuple[str, float, str, str], ...] = ()


def fit(extent: Extent) -> Projection:
    """Choose the projection of an extent.

    Conic for most; azimuthal where the extent is tall or near the equator, where a cone has no
    advantage; equal-area for the world.
    """
    west, south, east, north = extent
    lon, lat = (west + east) / 2, (south + north) / 2
    width = (east - west) * math.cos(math.radians(lat))
    height = north - south
    if is_world(extent):
        proj = f"+proj=eqearth +lon_0={lon:.2f} +datum=WGS84"
        return Projection(proj, wording("Equal Earth projection"))
    if height > 1.4 * width or abs(lat) < 15 or south < 0 < north:
        return Projection(
            f"+proj=laea +lat_0={lat:.3f} +lon_0={lon:.3f} +datum=WGS84",
            wording("Lambert azimuthal equal-area projection, centre {lat}, {lon}"),
            (("lat", lat, "N", "S"), ("lon", lon, "E", "W")),
        )
    step = 0.5 if height > 3 else 0.05
    low = round((south + height / 6) / step) * step
    high = round((north - height / 6) / step) * step
    return Projection(
        f"+proj=lcc +lat_1={low:.3f} +lat_2={high:.3f} +lat_0={lat:.3f} +lon_0={lon:.3f}"
        " +datum=WGS84",
        wording("Lambert conformal conic projection, standard parallels {low} and {high}"),
        (("low", low, "N", "S"), ("high", high, "N", "S")),
    )


def is_world(extent: Extent) -> bool:
    """Tell whether an extent is drawn as a map of the world."""
    west, south, east, north = extent
    return east - west > WORLD_SPAN or north - south > 90


@lru_cache(maxsize=64)
def aspect(extent: Extent) -> float:
    """Return the width of an extent by its height, in its projection."""
    left, bottom, right, top = _bounds(extent, _forward(fit(extent).proj))
    return (right - left) / (top - bottom)


def _forward(proj: str) -> Transformer:
    return Transformer.from_crs("EPSG:4326", proj, always_xy=True)


def _bounds(extent: Extent, forward: Transformer) -> Box:
    """Return the projected outline's bounds in metres."""
    outline = shapely.segmentize(shapely.box(*extent), (extent[2] - extent[0]) / 40)
    x, y = forward.transform(*shapely.get_coordinates(outline).T)
    return float(min(x)), float(min(y)), float(max(x)), float(max(y))


def degrees(value: float, positive: str, negative: str) -> str:
    """Write a coordinate, for example "30.5° N"."""
    number = f"{abs(value):.2f}".rstrip("0").rstrip(".")
    if float(number) == 0:
        return f"{number}°"
    return f"{number}°\u00a0{positive if value > 0 else negative}"


class Frame:
    """The map's place on the sheet. It holds the whole extent and keeps its aspect.

    Parameters
    ----------
    extent
        West, south, east, north in degrees.
    box
        Where the map stands, in sheet points.
    """

    def __init__(self, extent: Extent, box: Box) -> None:
        self.extent, self.box = extent, box
        self.projection = fit(extent)
        self._forward = _forward(self.projection.proj)
        left, bottom, right, top = _bounds(extent, self._forward)
        width, height = box[2] - box[0], box[3] - box[1]
        self.metres_per_point = max((right - left) / width, (top - bottom) / height)
        self._centre = ((left + right) / 2, (bottom + top) / 2)
        self._middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)

    @cached_property
    def polygon(self) -> Polygon:
        """The frame as a polygon in sheet points."""
        return shapely.box(*self.box)

    def to_sheet(self, lonlat: Points) -> Points:
        """Bring an (n, 2) array of degrees to sheet points."""
        x, y = self._forward.transform(lonlat[:, 0], lonlat[:, 1])
        return np.column_stack(
            (
                (np.asarray(x) - self._centre[0]) / self.metres_per_point + self._middle[0],
                (np.asarray(y) - self._centre[1]) / self.metres_per_point + self._middle[1],
            )
        )

    def to_degrees(self, points: Points) -> Points:
        """Bring an (n, 2) array of sheet points to degrees."""
        lon, lat = self._forward.transform(
            (points[:, 0] - self._middle[0]) * self.metres_per_point + self._centre[0],
            (points[:, 1] - self._middle[1]) * self.metres_per_point + self._centre[1],
            direction="INVERSE",
        )
        return np.column_stack((lon, lat))

    @cached_property
    def bounds(self) -> Extent:
        """Degrees that cover the frame, with a margin of 3 percent."""
        x = np.linspace(self.box[0], self.box[2], 25)
        y = np.linspace(self.box[1], self.box[3], 25)
        grid = np.column_stack([axis.ravel() for axis in np.meshgrid(x, y)])
        found = self.to_degrees(grid)
        found = found[np.isfinite(found).all(axis=1)]
        west, south = found.min(axis=0)
        east, north = found.max(axis=0)
        pad = 0.03 * max(east - west, north - south)
        return (
            max(float(west - pad), -180.0),
            max(float(south - pad), -89.0),
            min(float(east + pad), 180.0),
            min(float(north + pad), 89.0),
        )

    def project(self, geometries: NDArray[np.object_]) -> NDArray[np.object_]:
        """Clip geometries in degrees to the frame's surroundings and bring them to the sheet.

        No line is moved by more than `BEND`.
        """
        clipped = shapely.clip_by_rect(geometries, *self.bounds)
        # Long straight edges in degrees are curves on the sheet.
        bent = shapely.transform(shapely.segmentize(clipped, 0.5), self.to_sheet)
        return np.asarray(shapely.simplify(bent, BEND, preserve_topology=False))

    def metres(self, start: tuple[float, float], end: tuple[float, float]) -> float:
        """Geodesic distance in metres between two points of the sheet."""
        (a, b), (c, d) = self.to_degrees(np.array([start, end]))
        return float(GEOD.inv(a, b, c, d)[2])

    @cached_property
    def true_metres_per_point(self) -> float:
        """Geodesic metres of one point of the sheet, along the middle of the map."""
        x, y = self._middle
        reach = (self.box[2] - self.box[0]) / 8
        return self.metres((x - reach, y), (x + reach, y)) / (2 * reach)

    def north(self, x: float, y: float) -> float:
        """Direction of true north at a point of the sheet, in degrees clockwise from up.

        On a map of the world it is that of the middle: elsewhere it holds for one point alone.
        """
        if is_world(self.extent):
            return 0.0
        lon, lat = self.to_degrees(np.array([[x, y]]))[0]
        (x0, y0), (x1, y1) = self.to_sheet(np.array([[lon, lat], [lon, lat + 0.05]]))
        return math.degrees(math.atan2(x1 - x0, y1 - y0))
