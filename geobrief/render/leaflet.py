"""The part of a map page that folium makes: links, container and script, compiled once.

The script holds geometry alone, so the same one serves every language, selection and extent.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

import folium
import numpy as np
import shapely
from branca.element import Figure, MacroElement
from folium.map import CustomPane
from folium.template import Template
from markupsafe import Markup
from shapely.geometry.base import BaseGeometry

from geobrief.kept import Kept
from geobrief.layers import WEB_TWIN
from geobrief.render.anchors import anchors
from geobrief.render.assets import STATIC, asset_digest, asset_url
from geobrief.spec import Extent, FeatureSpec, LayerSpec, MapSpec

if TYPE_CHECKING:
    from geobrief.atlas import Atlas
    from geobrief.layers import Layer

FINEST = 10_000
"""Steps in a degree of all that a page may draw: 0.0001 degrees are about 11 metres."""

ACROSS = 4_000
"""Steps across a sheet's extent of the lines that its page begins with: a quarter of a pixel on a
map of 1,000 pixels. A reader who comes closer gets the finest ones."""

Detail = Literal["first", "whole", "held"]
"""Lines in the page: those it begins with, the finest, or none, as another page holds them."""

OWN = ("map.js", "keys.js", "spots.js", "labels.js", "furniture.js", "presented.js", "map.css")
"""Our own files; what they say is part of a page's digest."""

SCRIPTS = ("leaflet/leaflet.js", *(name for name in OWN if name.endswith(".js")))
SHEETS = ("leaflet/leaflet.css", "map.css")


@dataclass(frozen=True)
class Compiled:
    """Header links, map container and script of a page; the digest is over all they are made of."""

    header: str
    body: str
    script: str
    digest: str


class _Map(folium.Map):
    """folium's map without inline script, inline style and links to other hosts."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div id={{ this.get_name()|tojson }} class="gb-map"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
                center: {{ this.location|tojson }}, ...{{ this.options|tojavascript }}
            });
        {% endmacro %}
        """
    )


class _Call(MacroElement):
    """One call of our own script with data: `geobrief.verb(arguments)`."""

    _template = Template(
        "{% macro script(this, kwargs) %}geobrief.{{ this.verb }}({{ this.data }});{% endmacro %}"
    )

    def __init__(self, verb: str, *arguments: object) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = verb
        self.verb = verb
        self.data = Markup(", ".join(script_json(value) for value in arguments))


class _Vectors(_Call):
    """A point, line or polygon layer: its geometries by feature id, or null where held."""

    def __init__(
        self, atlas: Atlas, layer: LayerSpec, pane: str, extent: Extent, detail: Detail
    ) -> None:
        kind = atlas.layers[layer.id].kind
        units = _units(extent, detail)
        shapes = None if detail == "held" else geometries(atlas, layer, units)
        super().__init__("vector", layer.id, pane, kind, shapes, _places(atlas, layer, extent))


class _Raster(_Call):
    """A picture on the map, by address, or null where held: the twin in Web Mercator."""

    def __init__(self, atlas: Atlas, layer: LayerSpec, pane: str, held: bool) -> None:
        twin = web_twin(atlas, layer.id)
        address = None if held else raster_url(twin.id, twin.digest)
        super().__init__("raster", layer.id, pane, address, twin.bounds)


class _Begin(_Call):
    """Hands over the Leaflet map, the box that the ground layer fills, the steps in a degree."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "geobrief.begin({{ this._parent.get_name() }}, {{ this.data }});"
        "{% endmacro %}"
    )

    def __init__(self, atlas: Atlas, spec: MapSpec, units: int) -> None:
        super().__init__("begin", ground(atlas, spec), units)


WORLD: Extent = (-180.0, -85.05, 180.0, 85.05)
"""All that Web Mercator shows."""


def ground(atlas: Atlas, spec: MapSpec) -> Extent | None:
    """Return the box of the lowest area layer, where the sea may be drawn; None without one.

    A ground that goes around the globe has all of the sea, up to the edges of the projection.
    """
    areas = (layer.id for layer in spec.layers if layer.kind == "polygon")
    lowest = next(areas, None)
    if lowest is None:
        return None
    west, south, east, north = atlas.layers[lowest].bounds
    if east - west >= 359:
        return WORLD
    return west, max(south, WORLD[1]), east, min(north, WORLD[3])


def web_twin(atlas: Atlas, layer: str) -> Layer:
    """Return the raster layer that the screen shows: a twin in Web Mercator goes first."""
    twin = f"{layer}{WEB_TWIN}"
    return atlas.layers[twin if atlas.layers.names(twin) else layer]


def raster_url(layer: str, digest: str) -> str:
    """Return the address of a raster layer's picture."""
    return f"/assets/raster/{quote(layer)}?v={digest.removeprefix('sha256:')[:12]}"


_compiled: Kept[Compiled] = Kept()


def compiled(atlas: Atlas, spec: MapSpec, detail: Detail = "first") -> Compiled:
    """Compile, or return what an equal set of features gave before; the oldest leave first."""
    key = f"{_compile_key(atlas, spec)}-{detail}"
    return _compiled.of(atlas, key, lambda: _compile(atlas, spec, key, detail))


def refined(atlas: Atlas, spec: MapSpec) -> Compiled:
    """Return the script that gives a page the finest lines; it has no header and no body."""
    key = f"{_compile_key(atlas, spec)}-refined"
    return _compiled.of(atlas, key, lambda: Compiled("", "", _refinement(atlas, spec), key))


def _refinement(atlas: Atlas, spec: MapSpec) -> str:
    layers = [ly for ly in spec.layers if ly.kind in ("line", "polygon") and ly.features]
    drawn = {layer.id: geometries(atlas, layer) for layer in layers}
    return f"geobrief.refine({FINEST}, {script_json(drawn)});\n"


def _compile_key(atlas: Atlas, spec: MapSpec) -> str:
    """Digest over all that the script is made of: geometry by layer digest, and who is drawn."""
    drawn = [
        (layer.id, layer.kind, layer.digest, [(f.id, bool(f.label)) for f in layer.features])
        for layer in spec.layers
    ]
    rasters = [web_twin(atlas, layer.id).digest for layer in spec.layers if layer.kind == "raster"]
    files = [asset_digest(STATIC / name) for name in OWN]
    named = [drawn, rasters, files, atlas.sheets[spec.sheet].extent]
    return sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:16]


def _units(extent: Extent, detail: Detail) -> int:
    """Return the steps in a degree of a page's lines."""
    longest = max(extent[2] - extent[0], extent[3] - extent[1])
    return min(FINEST, math.ceil(ACROSS / longest)) if detail == "first" else FINEST


def _compile(atlas: Atlas, spec: MapSpec, digest: str, detail: Detail) -> Compiled:
    extent = atlas.sheets[spec.sheet].extent
    figure = Figure()
    leaflet = _Map(
        location=[(extent[1] + extent[3]) / 2, (extent[0] + extent[2]) / 2],
        tiles=None,
        zoom_start=5,
        zoom_control=False,
        attribution_control=False,
        zoom_snap=0.1,
        zoom_delta=0.75,
        wheel_px_per_zoom_level=90,
        min_zoom=0,
        max_zoom=12,
        world_copy_jump=False,
    )
    leaflet.default_js = [(name, asset_url(name)) for name in SCRIPTS]
    leaflet.default_css = [(name, asset_url(name)) for name in SHEETS]
    leaflet.add_to(figure)
    _add(leaflet, _Begin(atlas, spec, _units(extent, detail)), "begin")
    last_area = max((i for i, ly in enumerate(spec.layers) if ly.kind == "polygon"), default=0)
    _add(leaflet, CustomPane("graticule", z_index=_depth(last_area) + 3), "graticule")
    _add(leaflet, CustomPane("lit", z_index=_depth(last_area) + 5), "lit")
    for index, layer in enumerate(spec.layers):
        pane = f"layer-{layer.id}"
        _add(leaflet, CustomPane(pane, z_index=_depth(index), pointer_events=True), f"pane{index}")
        element = (
            _Raster(atlas, layer, pane, detail == "held")
            if layer.kind == "raster"
            else _Vectors(atlas, layer, pane, extent, detail)
        )
        _add(leaflet, element, f"layer{index}")
    top = _depth(len(spec.layers))
    _add(leaflet, CustomPane("focus", z_index=top + 40), "focus")
    _add(leaflet, CustomPane("labels", z_index=top + 50), "labels")
    _add(leaflet, _Call("ready"), "ready")
    leaflet._id = "atlas"
    figure.render()
    return Compiled(
        figure.header.render(), figure.html.render(), _tidy(figure.script.render()), digest
    )


def _add(parent: MacroElement, child: MacroElement, name: str) -> None:
    """Add an element under a fixed name, so that equal specs give equal bytes."""
    child._id = name
    parent.add_child(child, name=name)


def _depth(index: int) -> int:
    return 400 + 10 * index


def _tidy(script: str) -> str:
    return "\n".join(line.strip() for line in script.split("\n") if line.strip()) + "\n"


def geometries(atlas: Atlas, layer: LayerSpec, units: int = FINEST) -> dict[str, Any]:
    """Return the packed geometry of each drawn feature, by id; points are always the finest.

    Coarser lines lose what lies within a step of them.
    """
    coarse = units < FINEST and atlas.layers[layer.id].kind != "point"
    steps = units if coarse else FINEST
    return {
        feature.id: packed(shapely.simplify(shape, 1 / steps) if coarse else shape, steps)
        for feature, shape in _shapes(atlas, layer)
    }


def _places(atlas: Atlas, layer: LayerSpec, extent: Extent) -> dict[str, Any]:
    """Return the anchors of all labels that may be wanted, by feature id."""
    kind = atlas.layers[layer.id].kind
    named = [(f, s) for f, s in _shapes(atlas, layer) if f.label or f.interactive]
    places = {feature.id: anchors(shape, kind, extent) for feature, shape in named}
    return {key: value for key, value in places.items() if value}


def _shapes(atlas: Atlas, layer: LayerSpec) -> Iterator[tuple[FeatureSpec, BaseGeometry]]:
    """Yield what the screen draws of a layer, in full or simplified."""
    source = atlas.layers[layer.id]
    keys = [feature.id.partition("/")[2] for feature in layer.features]
    column = "display" if "display" in source.frame.columns else "geometry"
    shapes = source.frame.loc[keys, column].to_numpy()
    for feature, shape in zip(layer.features, shapes, strict=True):
        if shape is not None and not shape.is_empty:
            yield feature, shape


def packed(shape: BaseGeometry, units: int = FINEST) -> list[Any]:
    """Return a geometry as its kind and its lines, nested as in GeoJSON.

    A line is a list of whole numbers, x and y in turn: steps of which a degree has `units`, each
    from the point before. That is half of what GeoJSON weighs on the wire.
    """
    if shape.geom_type in ("MultiLineString", "MultiPolygon"):
        return [shape.geom_type, [packed(part, units)[1] for part in shapely.get_parts(shape)]]
    if shape.geom_type == "Polygon":
        return ["Polygon", [_steps(ring, units) for ring in shapely.get_rings(shape)]]
    return [shape.geom_type, _steps(shape, units)]


def _steps(line: BaseGeometry, units: int) -> list[int]:
    points = np.rint(shapely.get_coordinates(line) * units).astype(np.int64)
    moved = np.diff(points, axis=0, prepend=np.zeros((1, 2), np.int64))
    moved = moved[(moved != 0).any(axis=1) | (np.arange(len(moved)) == 0)]
    found: list[int] = moved.ravel().tolist()
    return found


def script_safe(text: str) -> str:
    """Escape what could end a script element; still the same JSON."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def script_json(value: object) -> str:
    """Write a value as JSON that may stand in a script."""
    return script_safe(
        json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    )
