"""International and disputed lines of the region, cut into segments that can be classed.

Geometry comes from the OpenStreetMap outlines wherever the line exists there. Natural Earth says
where one class ends and the next begins: the line is cut at its vertices nearest to the ends of
Natural Earth's pieces. Claim lines exist only in Natural Earth and are drawn from there.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations, pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry as Geometry

from sources import border, credits, names
from sources.archives import Archives
from sources.frames import BOX, frame, length_km, simplify_lines
from sources.lines import cut, merge, parts, shared
from sources.outlines import OVERLAPS, ZONES, land, zone_outline
from sources.provinces import inner_lines, provinces
from sources.segments import (
    CLAIMS,
    INDIA_CHINA,
    INDIA_PAKISTAN,
    KASHMIR_EDGES,
    PAKISTAN_CHINA,
    SIACHEN_EAST,
    Piece,
)

SUBJECT = "border/afghanistan-pakistan"


@cache
def natural_earth(archives: Archives) -> gpd.GeoDataFrame:
    """Natural Earth's boundary lines of the box, by ne_id."""
    path = archives.natural_earth / "cultural/ne_10m_admin_0_boundary_lines_land.shp"
    return gpd.read_file(path, bbox=BOX).set_index("ne_id")


def boundary_layer(archives: Archives) -> gpd.GeoDataFrame:
    """All segments. ``natural_earth`` holds the ne_ids whose class a segment takes over."""
    rows = [*_subject(archives), *_chains(archives), *_pairs(archives)]
    rows += [*_kashmir_edges(archives), *_claims(archives)]
    return frame(rows, simplify_lines())


def _row(id_: str, name: str, line: Geometry, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "name": name,
        "source": more.pop("source", credits.OSM.text),
        "as_of": more.pop("as_of", credits.OSM.as_of),
        "note": more.pop("note", ""),
        "left": more.pop("left", ""),
        "right": more.pop("right", ""),
        "part_of": more.pop("part_of", ""),
        "natural_earth": " ".join(str(i) for i in more.pop("natural_earth", ())),
        "length_km": round(length_km(line), 1),
        "geometry": line,
    }


def _subject(archives: Archives) -> list[dict[str, Any]]:
    """The subject line in two: up to Gilgit-Baltistan, and along it."""
    along = shared(border.line(), provinces(archives)["PK-GB"])
    west = min(shapely.get_coordinates(along).tolist(), key=_place_on(border.line()))
    main, gilgit = cut(border.line(), [(west[0], west[1])])
    left, right = _sides(border.line(), border.LEFT, border.RIGHT)
    common = {"left": left, "right": right, "part_of": SUBJECT, "natural_earth": (1746707881,)}
    return [
        _row("af-pk-main", "Afghanistan-Pakistan border (Durand Line)", main, **common),
        _row(
            "af-pk-gilgit",
            "Afghanistan-Pakistan border along Gilgit-Baltistan",
            gilgit,
            note="India counts this stretch as its own border with Afghanistan.",
            **common,
        ),
    ]


def _place_on(line: LineString) -> Any:
    """Key: the index of the vertex of the line at a coordinate."""
    index = {tuple(c): i for i, c in enumerate(shapely.get_coordinates(line).tolist())}
    return lambda point: index[tuple(point)]


def _chains(archives: Archives) -> list[dict[str, Any]]:
    """Lines with more than one class along them."""
    table, rows = natural_earth(archives), []
    for one, other, chain in (
        ("PK", "IN", INDIA_PAKISTAN),
        ("PK", "CN", PAKISTAN_CHINA),
        ("IN", "CN", INDIA_CHINA),
    ):
        for piece, line in zip(chain, _cut_chain(archives, one, other, chain), strict=True):
            left, right = _sides(line, one, other)
            rows.append(
                _row(
                    piece.id,
                    piece.name,
                    line,
                    left=left,
                    right=right,
                    note=piece.note,
                    natural_earth=piece.natural_earth,
                )
            )
    east = table.loc[list(SIACHEN_EAST.natural_earth)].geometry.to_numpy()
    rows.append(_from_natural_earth(SIACHEN_EAST, shapely.line_merge(shapely.union_all(east))))
    return rows


def _from_natural_earth(piece: Piece, line: Geometry) -> dict[str, Any]:
    return _row(
        piece.id,
        piece.name,
        line,
        source=credits.NE_LINES.text,
        as_of=credits.NE_LINES.as_of,
        note=piece.note,
        natural_earth=piece.natural_earth,
    )


def _cut_chain(
    archives: Archives, one: str, other: str, chain: tuple[Piece, ...]
) -> list[LineString]:
    """The shared line of two countries, cut where Natural Earth's pieces meet, in their order."""
    table = natural_earth(archives)
    line = _longest_on_land(archives, one, other)
    ends = [_ends(table, piece) for piece in chain]
    meets = [min(((a, b) for a in f for b in s), key=lambda p: _apart(*p))[0]
             for f, s in pairwise(ends)]  # fmt: skip
    first = max(ends[0], key=lambda p: _apart(p, meets[0]))
    if _apart(line.coords[-1], first) < _apart(line.coords[0], first):
        line = line.reverse()
    pieces = cut(line, meets)
    if len(pieces) != len(chain):
        raise ValueError(f"{one}-{other}: {len(pieces)} pieces for {len(chain)} classes")
    return pieces


def _ends(table: gpd.GeoDataFrame, piece: Piece) -> list[tuple[float, float]]:
    merged = shapely.line_merge(
        shapely.union_all(table.loc[list(piece.natural_earth)].geometry.to_numpy())
    )
    found = []
    for part in shapely.get_parts(merged):
        found += [part.coords[0][:2], part.coords[-1][:2]]
    return found


def _apart(a: Any, b: Any) -> float:
    return float(np.hypot(a[0] - b[0], a[1] - b[1]))


def _longest_on_land(archives: Archives, one: str, other: str) -> LineString:
    """The longest piece of the shared line inside the box and on land."""
    line = _on_land(archives, shared(zone_outline(one), zone_outline(other)))
    longest: LineString = max(parts(line, "LineString"), key=shapely.length)
    return longest


def _on_land(archives: Archives, line: Geometry) -> Geometry:
    """The parts of a line inside the box and on land, merged again."""
    kept = parts(shapely.intersection(line, land(archives)), "LineString")
    return merge(np.array(kept)) if kept else LineString()


def _pairs(archives: Archives) -> list[dict[str, Any]]:
    """Every other pair of neighbours in the box, one segment each."""
    done = {("AF", "PK"), ("IN", "PK"), ("CN", "PK"), ("CN", "IN")}
    table, rows = natural_earth(archives), []
    for one, other in combinations(sorted(ZONES), 2):
        if (one, other) in done or not _meet(one, other):
            continue
        outline = zone_outline(one)
        if other in OVERLAPS and one in OVERLAPS[other]:
            rest = shapely.difference(zone_outline(other), outline)
        else:
            rest = zone_outline(other)
        line = _on_land(archives, shared(outline, rest))
        known = _between(table, one, other)
        if line.is_empty or not known:  # Natural Earth has no line there: it runs in the sea
            continue
        left, right = _sides(line, one, other)
        english = " - ".join(str(names.country(code)["name"]) for code in (one, other))
        rows.append(
            _row(
                f"{one}-{other}".lower(),
                f"{english} boundary",
                line,
                left=left,
                right=right,
                natural_earth=known,
            )
        )
    return rows


def _meet(one: str, other: str) -> bool:
    boxes = (shapely.box(*zone_outline(code).bounds) for code in (one, other))
    return bool(shapely.intersects(*boxes))


_A3 = {
    "AE": "ARE", "AF": "AFG", "AZ": "AZE", "BH": "BHR", "CN": "CHN", "IN": "IND", "IR": "IRN",
    "KG": "KGZ", "KZ": "KAZ", "NP": "NPL", "OM": "OMN", "PK": "PAK", "QA": "QAT", "SA": "SAU",
    "TJ": "TJK", "TM": "TKM", "UZ": "UZB", "YE": "YEM",
}  # fmt: skip


def _between(table: gpd.GeoDataFrame, one: str, other: str) -> tuple[int, ...]:
    """ne_ids of the lines between two countries."""
    pair = {_A3[one], _A3[other]}
    return tuple(
        sorted(
            int(i)
            for i, a, b in zip(table.index, table["ADM0_A3_L"], table["ADM0_A3_R"], strict=True)
            if {a, b} == pair
        )
    )


def _sides(line: Geometry, one: str, other: str) -> tuple[str, str]:
    """Which of two countries lies left of the line, and which right, along its direction."""
    longest = max(shapely.get_parts(line), key=shapely.length)
    coords = shapely.get_coordinates(longest)
    for i in np.linspace(0, len(coords) - 2, 25).astype(int):
        (x0, y0), (x1, y1) = coords[i], coords[i + 1]
        step = np.array([-(y1 - y0), x1 - x0])
        point = shapely.Point((coords[i] + coords[i + 1]) / 2 + 1e-4 * step / np.hypot(*step))
        inside = [code for code in (one, other) if zone_outline(code).contains(point)]
        if len(inside) == 1:
            return (one, other) if inside[0] == one else (other, one)
    raise ValueError(f"{one}-{other}: neither side is clear")


def _kashmir_edges(archives: Archives) -> list[dict[str, Any]]:
    """Lines of Gilgit-Baltistan and Azad Jammu and Kashmir with their neighbours."""
    lines = inner_lines(archives)
    return [
        _row(
            f"{one}--{other}".lower(),
            f"{_LABEL[one]} - {_LABEL[other]}",
            lines[one, other],
            source=credits.PROVINCES.text,
            left="PK",
            right="PK",
            note="An inner line of Pakistan's administration; good to about 1 km.",
        )
        for one, other in KASHMIR_EDGES
    ]


_LABEL = {
    "PK-GB": "Gilgit-Baltistan",
    "PK-JK": "Azad Jammu and Kashmir",
    "PK-KP": "Khyber Pakhtunkhwa",
    "PK-PB": "Punjab (Pakistan)",
}


def _claims(archives: Archives) -> list[dict[str, Any]]:
    """Claim lines that exist only in Natural Earth's disputed borders."""
    path = archives.unpack_file("qgis-common", "./usr/share/qgis/resources/data/world_map.gpkg")
    table = gpd.read_file(path, layer="disputed_borders", bbox=BOX)
    rows = []
    for id_, kind, (x, y), name in CLAIMS:
        west, south, east, north = table.bounds.to_numpy().T
        hit = (table["name"] == kind) & (west < x) & (x < east) & (south < y) & (y < north)
        if hit.sum() != 1:
            raise ValueError(f"{id_}: {hit.sum()} lines at {x}, {y}")
        rows.append(
            _row(
                id_,
                name,
                shapely.line_merge(table.geometry[hit].iloc[0]),
                source=credits.NE_CLAIMS.text,
                as_of=credits.NE_CLAIMS.as_of,
                note=f"{kind} in the source; simplified, good to some kilometres.",
            )
        )
    return rows
