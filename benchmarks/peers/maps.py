"""A sheet as a folium map, as a leafmap map and as a bare Leaflet page, all from the same features.

The environment names where scripts, styles and the hillshade are served: FILES.
"""

from __future__ import annotations

import json
import os
import shutil
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import shapely

from benchmarks.shown import Placed, atlas, geojson, leaflet_options, library_files, points, shown
from geobrief import style
from geobrief.compose import compose
from geobrief.spec import MapSpec, View
from geobrief.style import Symbol

FILES = "GEOBRIEF_BENCH_FILES"
LIT = "#123456"
"""Colour of what is lit: nothing else on the map has it."""

PRECISION = 1e-4
"""Degrees to which coordinates are rounded, as on our own map page."""


@cache
def spec_of(sheet: str) -> MapSpec:
    """Return the map of a sheet as a reader first sees it."""
    return compose(atlas(), sheet, View())


@cache
def _layers(sheet: str) -> list[tuple[Symbol, list[Placed]]]:
    """Return the features by symbol, simplified and rounded as on our own map page."""
    return [
        (symbol, [(f, shapely.set_precision(g, PRECISION, "pointwise")) for f, g in placed])
        for _, symbol, placed in shown(spec_of(sheet), "display")
    ]


def drawn(sheet: str) -> int:
    """Return how many paths Leaflet makes of a sheet."""
    return sum(
        len(points(geometry)) if symbol.kind == "point" else 1
        for symbol, placed in _layers(sheet)
        for _, geometry in placed
    )


def targets(sheet: str) -> list[tuple[str, str]]:
    """Return ids and names of the points of a sheet whose name is only theirs."""
    names = [f.name for _, placed in _layers(sheet) for f, _ in placed]
    return [
        (feature.id, feature.name)
        for symbol, placed in _layers(sheet)
        if symbol.kind == "point"
        for feature, _ in placed
        if feature.interactive and names.count(feature.name) == 1
    ]


def css_class(feature: str) -> str:
    """Return the class that the path of a feature carries."""
    return "f-" + "".join(letter if letter.isalnum() else "-" for letter in feature)


def served_files(folder: Path) -> None:
    """Copy scripts, styles and hillshades to a folder that is served."""
    scripts, styles = library_files()
    for name, file in (*scripts, *styles):
        shutil.copy(file, folder / f"{name}{file.suffix}")
    for layer in atlas().layers.values():
        if layer.kind == "raster":
            shutil.copy(layer.path, folder / layer.path.name)


def _addresses(at: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    scripts, styles = library_files()
    return tuple([(name, f"{at}/{name}{file.suffix}") for name, file in some]
                 for some in (scripts, styles))  # fmt: skip


def _rasters(sheet: str) -> list[tuple[str, list[list[float]]]]:
    """Return file name and corners of each hillshade."""
    found = []
    for layer in spec_of(sheet).layers:
        if layer.kind == "raster":
            twin = atlas().layers.get(f"{layer.id}_web", atlas().layers[layer.id])
            west, south, east, north = twin.bounds
            found.append((twin.path.name, [[south, west], [north, east]]))
    return found


def fill(leaflet: Any, sheet: str, lit: tuple[str, ...] = ()) -> Any:
    """Put a sheet's layers on a folium map, with names as tooltips; return the map."""
    import folium

    at = os.environ[FILES]
    leaflet.default_js, leaflet.default_css = _addresses(at)
    west, south, east, north = spec_of(sheet).extent
    for name, bounds in _rasters(sheet):
        folium.raster_layers.ImageOverlay(f"{at}/{name}", bounds, opacity=0.35).add_to(leaflet)
    for symbol, placed in _layers(sheet):
        looks = leaflet_options(symbol)
        if symbol.kind == "point":
            for feature, geometry in placed:
                more = {"color": LIT, "weight": 5} if feature.id in lit else {}
                for one in points(geometry):
                    folium.CircleMarker(
                        (one.y, one.x), radius=symbol.radius, tooltip=escape(feature.name),
                        class_name=css_class(feature.id),
                        **{**looks, "fill": True, "fillOpacity": 1,
                           "fillColor": symbol.fill or style.HALO, **more},
                    ).add_to(leaflet)  # fmt: skip
            continue

        def shine(one: Any, looks: dict[str, object] = looks) -> dict[str, object]:
            own = one["properties"]["id"] in lit
            return {**looks, "color": LIT, "weight": 5, "opacity": 1} if own else looks

        folium.GeoJson(
            {"type": "FeatureCollection", "features": [geojson(one) for one in placed]},
            style_function=shine,
            tooltip=folium.GeoJsonTooltip(["name"], labels=False),
        ).add_to(leaflet)
    leaflet.fit_bounds([(south, west), (north, east)])
    return leaflet


BARE = """<!doctype html><meta charset="utf-8"><title>{title}</title>
<link rel="stylesheet" href="leaflet_css.css"><script src="leaflet.js"></script>
<style>body {{ margin: 0; display: flex }} #map {{ height: 100vh; flex: 3; background: #f7f5f0 }}
div:not([class]) {{ flex: 1 }}</style>
<div id="map"></div><div><p id="card"></p><p id="passage">{passage}</p></div>
<script src="{sheet}.js"></script>"""

SCRIPT = """
const map = L.map("map", {{ zoomSnap: 0.1 }}), lit = {lit}, byId = {{}};
map.fitBounds({bounds});
for (const [file, at] of {rasters}) L.imageOverlay(file, at, {{ opacity: 0.35 }}).addTo(map);
for (const [kind, options, features] of {layers}) {{
  L.geoJSON(features, {{
    style: options,
    pointToLayer: (one, at) => L.circleMarker(at, {{ ...options, className: one.properties.at }}),
    onEachFeature: (one, layer) => {{
      (byId[one.properties.id] ||= []).push([layer, options]);
      layer.bindTooltip(one.properties.name);
      layer.on("click", () => {{ card.textContent = one.properties.name; }});
    }},
  }}).addTo(map);
}}
passage.addEventListener("click", () => {{
  for (const id of lit) {{
    for (const [layer] of byId[id] || []) layer.setStyle({{ color: "{colour}" }});
  }}
}});
"""


def bare_page(folder: Path, sheet: str) -> None:
    """Write a sheet as a page with Leaflet and nothing else: the limit of what can be reached."""
    spec = spec_of(sheet)
    west, south, east, north = spec.extent
    layers = []
    for symbol, placed in _layers(sheet):
        options = leaflet_options(symbol)
        if symbol.kind == "point":
            options |= {"radius": symbol.radius, "fill": True, "fillOpacity": 1,
                        "fillColor": symbol.fill or style.HALO}  # fmt: skip
        features = [geojson(one) for one in placed]
        for (feature, _), made in zip(placed, features, strict=True):
            made["properties"] |= {"at": css_class(feature.id)}  # type: ignore[operator]
        layers.append((symbol.kind, options, features))
    passage = spec.passages[0]
    values = {
        "lit": passage.features,
        "bounds": [[south, west], [north, east]],
        "rasters": _rasters(sheet),
        "layers": layers,
    }
    script = SCRIPT.format(colour=LIT, **{k: json.dumps(v) for k, v in values.items()})
    (folder / f"{sheet}.js").write_text(script, "utf-8")
    page = BARE.format(title=escape(spec.title), passage=escape(passage.text), sheet=sheet)
    (folder / f"{sheet}.html").write_text(page, "utf-8")
