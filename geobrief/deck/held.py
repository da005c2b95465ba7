"""What the maps of a sealed briefing share: geometries, pictures and layers, each of them once.

A slide's own data names the layers by number. Of a feature it has only what is not the default,
and its geometry stands with its layer's, each line as an encoded polyline.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from geobrief.render import inline
from geobrief.render.leaflet import geometries, script_json, web_twin
from geobrief.spec import FeatureSpec, LayerSpec, MapSpec

if TYPE_CHECKING:
    from geobrief.atlas import Atlas

DEFAULTS = {item.name: item.default for item in fields(FeatureSpec) if item.default is not MISSING}
"""Of a feature, what is left out where it is so."""


@dataclass(frozen=True)
class HeldLayer:
    """A layer as one or more slides draw it."""

    number: int
    id: str
    slides: list[int]
    data: Markup


class Held:
    """Takes the maps one after the other; what two of them have alike is kept once."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self._layers: dict[str, HeldLayer] = {}
        self._drawn: dict[str, dict[str, Any]] = {}
        self.pictures: dict[str, str] = {}
        """Layer id -> address that holds the picture."""

    def take(self, spec: MapSpec, slide: int, kinds: Sequence[str]) -> dict[str, Any]:
        """Return what a slide has of its own; `layers` are numbers of what is held.

        Parameters
        ----------
        kinds
            What each of `spec.answering()` is, in words, for the list of places.
        """
        known = list(dict.fromkeys(kinds))
        return {
            "kinds": known,
            "kind_of": [known.index(kind) for kind in kinds],
            "extent": spec.extent,
            "symbols": [(key, vars(symbol)) for key, symbol in spec.symbols],
            "records": _lean(spec.records),
            "unplaced": _lean(spec.unplaced),
            "layers": [self._take_layer(layer, slide) for layer in spec.layers],
        }

    @property
    def layers(self) -> list[HeldLayer]:
        """The distinct layers in the order of their numbers."""
        return list(self._layers.values())

    @property
    def geometries(self) -> dict[str, Markup]:
        """Layer id -> packed geometries by feature id, as JSON."""
        return {id: Markup(script_json(drawn)) for id, drawn in self._drawn.items()}

    def _take_layer(self, layer: LayerSpec, slide: int) -> int:
        self._take_shapes(layer)
        lean = {"id": layer.id, "quiet": layer.quiet, "features": _lean(layer.features)}
        text = script_json(lean)
        made = HeldLayer(len(self._layers), layer.id, [], Markup(text))
        held = self._layers.setdefault(text, made)
        held.slides.append(slide)
        return held.number

    def _take_shapes(self, layer: LayerSpec) -> None:
        if layer.kind == "raster":
            twin = web_twin(self._atlas, layer.id)
            self.pictures.setdefault(layer.id, inline.data_url(twin.path))
            return
        drawn = self._drawn.setdefault(layer.id, {})
        lacking = tuple(feature for feature in layer.features if feature.id not in drawn)
        if lacking:
            shapes = LayerSpec(layer.id, layer.title, layer.kind, layer.digest, False, lacking)
            made = geometries(self._atlas, shapes)
            drawn |= {id: [kind, _encoded(lines)] for id, (kind, lines) in made.items()}


def _encoded(lines: list[Any]) -> Any:
    """Return packed lines, nested as they are, each of them as an encoded polyline.

    The format is Google's: five bits a letter from "?" on, the lowest first, 32 added where more
    follow, and the sign in the lowest bit of all. It takes half of what the numbers do.
    """
    if lines and isinstance(lines[0], list):
        return [_encoded(line) for line in lines]
    letters = []
    for step in lines:
        value = step << 1 if step >= 0 else ~(step << 1)
        while value >= 32:
            letters.append(chr((value & 31) + 95))
            value >>= 5
        letters.append(chr(value + 63))
    return "".join(letters)


def _lean(features: Iterable[FeatureSpec]) -> list[dict[str, Any]]:
    return [
        {k: v for k, v in vars(feature).items() if k not in DEFAULTS or v != DEFAULTS[k]}
        for feature in features
    ]
