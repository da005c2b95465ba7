"""What the contenders draw alike: the features of a sheet by layer and symbol, and its files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

from shapely.geometry.base import BaseGeometry

from geobrief.atlas import Atlas
from geobrief.spec import FeatureSpec, LayerSpec, MapSpec
from geobrief.style import Symbol

ROOT = Path(__file__).resolve().parent.parent

Placed = tuple[FeatureSpec, BaseGeometry]
Shown = tuple[LayerSpec, Symbol, list[Placed]]


@cache
def atlas() -> Atlas:
    """The atlas of the repository's own folders."""
    return Atlas.load(ROOT / "content", ROOT / "geodata")


def shown(spec: MapSpec, column: Literal["geometry", "display"]) -> Iterator[Shown]:
    """Yield what is on a sheet by layer and symbol, from the ground up, in degrees.

    `column` says which geometry: the full one, or the simplified one that screens draw.
    """
    symbols = dict(spec.symbols)
    for layer in spec.layers:
        if layer.kind == "raster" or not layer.features:
            continue
        rows = atlas().layers[layer.id].frame[column]
        by_symbol: dict[str, list[Placed]] = defaultdict(list)
        for feature in layer.features:
            geometry = rows[feature.id.partition("/")[2]]
            if geometry is not None and not (layer.quiet and not feature.selected):
                by_symbol[feature.symbol].append((feature, geometry))
        for symbol, placed in by_symbol.items():
            yield layer, symbols[symbol], placed


def credited(spec: MapSpec) -> str:
    """Return the sources of a sheet in a line."""
    return " · ".join(str(credit) for credit in spec.credits)


def points(geometry: BaseGeometry) -> list[Any]:
    """Return the points of a point or of several."""
    return list(getattr(geometry, "geoms", [geometry]))


def geojson(placed: Placed) -> dict[str, object]:
    """Return a feature as GeoJSON with its id and its name."""
    feature, geometry = placed
    told = {"id": feature.id, "name": feature.name}
    return {"type": "Feature", "properties": told, "geometry": geometry.__geo_interface__}


def leaflet_options(symbol: Symbol) -> dict[str, object]:
    """Return a symbol as Leaflet's options of a path."""
    filled = symbol.kind == "fill" and bool(symbol.fill) and not symbol.hollow
    return {
        "color": symbol.stroke,
        "weight": symbol.width,
        "opacity": symbol.opacity if symbol.stroke else 0,
        "fill": filled,
        "fillColor": symbol.fill,
        "fillOpacity": symbol.fill_opacity if filled else 0,
        "dashArray": " ".join(str(one) for one in symbol.dash) or None,
    }


Named = list[tuple[str, Path]]


def library_files() -> tuple[Named, Named]:
    """Return the scripts and the styles that a folium page loads from elsewhere, as files.

    The styles of marker icons have no package; no map here has such a marker.
    """
    import flask_bootstrap
    from xstatic.pkg import font_awesome, leaflet

    own, awesome = Path(leaflet.BASE_DIR), Path(font_awesome.BASE_DIR)
    bootstrap = Path(flask_bootstrap.__file__).parent / "static"
    scripts = [
        ("leaflet", own / "leaflet.js"),
        ("jquery", bootstrap / "bootstrap4/jquery.min.js"),
        ("bootstrap", bootstrap / "bootstrap5/js/bootstrap.min.js"),
    ]
    styles = [
        ("leaflet_css", own / "leaflet.css"),
        ("bootstrap_css", bootstrap / "bootstrap5/css/bootstrap.min.css"),
        ("awesome_markers_font_css", awesome / "css/all.min.css"),
    ]
    for _, file in (*scripts, *styles):
        if not file.is_file():
            raise FileNotFoundError(file)
    return scripts, styles
