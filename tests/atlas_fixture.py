"""A tiny atlas, written from nothing: two invented countries and the river between them.

It holds what an atlas needs and no more, so that a test can write one in an instant, break one
thing in it, and see what the engine says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

SOURCE = "made for this test"
AS_OF = "2026-01-31"

FORD = {
    "opened": "1900",
    "states": '[["1900", "open"], ["2020-05-01", "closed"]]',
    "missing": None,
}
MILL = {"opened": "2010-03", "states": '[["2010-03", "open"]]', "missing": None}
LOST = {"opened": None, "states": None, "missing": "its place is forgotten"}

BORDER = [(10.0, 50.0), (10.2, 51.0), (9.9, 52.0), (10.1, 53.0)]
WEST = Polygon([(8, 50), *BORDER, (8, 53)])
EAST = Polygon([*reversed(BORDER), (12, 50), (12, 53)]).buffer(0)


def layers() -> dict[str, tuple[str, list[dict[str, Any]]]]:
    """Return kind and features of each layer, sorted by id."""
    return {
        "ground": ("polygon", [_row("ground", "Ground", WEST.union(EAST))]),
        "realms": (
            "polygon",
            [
                _row("east", "Eastland", EAST, name_cy="Dwyreinia", people=1200.0),
                _row("west", "Westland", WEST, name_cy="Gorllewinia", people=3400.0),
            ],
        ),
        "brook": ("line", [_row("brook", "Brook line", LineString(BORDER), name_cy="Nant")]),
        "lines": ("line", [_row("east-west", "East and west", LineString(BORDER))]),
        "gates": (
            "point",
            [
                _row("ford", "The Ford", Point(10.2, 51.0), name_cy="Y Rhyd", **FORD),
                _row("lost-gate", "The Lost Gate", None, confirmed=False, **LOST),
                _row("mill", "The Mill", Point(9.9, 52.0), uncertain=True, confirmed=False, **MILL),
            ],
        ),
        "leagues": (
            "record",
            [
                _row("ferry", "Ferry league", None, parts="gates/ford gates/mill"),
                _row("silent", "Silent league", None, parts="", missing="nothing may be shown"),
            ],
        ),
    }


def _row(id: str, name: str, geometry: BaseGeometry | None, **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "name": name,
        "name_cy": None,
        "names_unconfirmed": "",
        "source": SOURCE,
        "as_of": AS_OF,
        "confirmed": True,
        "note": "",
        **more,
        "geometry": geometry,
    }


def write_layer(geodata: Path, id: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Write a layer file and return its digest."""
    columns = list(dict.fromkeys(key for row in rows for key in row if key != "geometry"))
    table = {column: [row.get(column) for row in rows] for column in columns}
    frame = gpd.GeoDataFrame(table, geometry=[row["geometry"] for row in rows], crs=4326)
    frame["display"] = gpd.GeoSeries(frame.geometry, crs=4326)  # the same: there is little to it
    path = geodata / f"layers/{id}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(path, index=False)
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


CATALOGUE = """\
[[layer]]
id = "{id}"
file = "layers/{id}.parquet"
title = "{id}"
kind = "{kind}"
source = "made for this test"
licence = "CC0-1.0"
attribution = "Nobody"
as_of = 2026-01-31
digest = "{digest}"
features = {count}
figures = [{figures}]
mends = []
"""
FIGURES = {"realms": '{ column = "people", label = "People", unit = "" }'}

CLASSES = f"""\
segment,policy,class,source,note
east-west,plain,international,{SOURCE},
east-west,western,disputed,{SOURCE},drawn broken
"""


def write_geodata(folder: Path, changes: Mapping[str, Sequence[Mapping[str, Any]]] = {}) -> Path:
    """Write catalogue, layers, classes and licence; `changes` replaces the rows of a layer."""
    entries = []
    for id, (kind, rows) in layers().items():
        rows = list(changes.get(id, rows))
        digest = write_layer(folder, id, rows)
        entries.append(
            CATALOGUE.format(
                id=id, kind=kind, digest=digest, count=len(rows), figures=FIGURES.get(id, "")
            )
        )
    (folder / "catalogue.toml").write_text("\n".join(entries), "utf-8")
    (folder / "boundary_classes.csv").write_text(CLASSES, "utf-8")
    (folder / "licences").mkdir(exist_ok=True)
    (folder / "licences/CC0-1.0.txt").write_text("No rights reserved.\n", "utf-8")
    return folder


CONTENT: dict[str, str] = {
    "atlas.toml": """\
title = "Two banks"
subtitle = "A brook between neighbours"
as_of = 2026-01-31

[[pages]]
id = "whole"
title = "Whole"
sheet = "whole"

[[pages]]
id = "ford"
title = "Ford"
sheet = "ford"

[[languages]]
id = "en"
name = "English"

[[languages]]
id = "cy"
name = "Cymraeg"
direction = "ltr"
tag = "cy"
script = "latin"

[[policies]]
id = "plain"
name = "Plain, not an official map"
short = "Plain"
after = "made for this test"
disclaimer = "Lines on this map are invented."

[[policies]]
id = "western"
name = "After Westland, not an official map"
short = "Westland"
after = "made for this test"
disclaimer = "Lines on this map are invented by Westland."
""",
    "essay.md": """\
<a id="p01.s1"></a>The brook parts Westland from Eastland. <a id="p01.s2"></a>At the ford they meet.
<a id="p02.s1"></a>Nobody knows where the lost gate stood.
""",
    "links.toml": """\
[[link]]
passage = "p01.s1"
quote = "The brook"
features = ["brook/brook"]

[[link]]
passage = "p01.s1"
quote = "Westland from Eastland"
features = ["realms/west", "realms/east"]

[[link]]
passage = "p01.s2"
quote = "the ford"
features = ["gates/ford"]

[[link]]
passage = "p02.s1"
quote = "the lost gate"
features = ["gates/lost-gate"]
""",
    "i18n/cy.toml": """\
reviewer = "Nobody"

[text]
"Both banks" = "Y ddwy lan"
""",
    "sheets/whole.md": """\
+++
title = "Both banks"
extent = [7.5, 49.5, 12.5, 53.5]
passages = ["p01.s1", "p02.s1"]

[[layers]]
id = "ground"
style = "land"

[[layers]]
id = "realms"
style = "country"
label = "country"
interactive = true

[[layers]]
id = "lines"
style = "boundary"

[[layers]]
id = "brook"
style = "subject"
interactive = true
legend = "The brook"

[[layers]]
id = "gates"
style = "crossing"
label = "crossing"
interactive = true
toggle = true
legend = "Gates"
+++
The whole brook.
""",
    "sheets/ford.md": """\
+++
title = "The ford"
extent = [9.5, 50.5, 10.8, 51.5]
passages = ["p01.s2"]

[[layers]]
id = "ground"
style = "land"

[[layers]]
id = "brook"
style = "subject"
interactive = true

[[layers]]
id = "gates"
style = "crossing"
label = "crossing"
interactive = true
+++
The ford alone.
""",
}


def write_content(folder: Path) -> Path:
    """Write essay, links, sheets and atlas.toml."""
    for name, text in CONTENT.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def write_atlas(folder: Path) -> tuple[Path, Path]:
    """Write the whole atlas and return its two folders."""
    content, geodata = folder / "content", folder / "geodata"
    for made in (content, geodata):
        made.mkdir(parents=True)
    return write_content(content), write_geodata(geodata)
