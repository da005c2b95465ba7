"""What stands around the map on the page: legend, passages, sources, list of places."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from geobrief.legend import UNCERTAIN
from geobrief.render.formats import FORMATS, format_name
from geobrief.render.swatch import swatch
from geobrief.spec import FeatureSpec, MapSpec
from geobrief.style import CHANGED

if TYPE_CHECKING:
    from geobrief.atlas import Atlas


def chrome(atlas: Atlas, spec: MapSpec, query: dict[str, str]) -> dict[str, Any]:
    """Return the values of the page template; the template escapes all of them."""
    essay = atlas.default_language
    asked = urlencode(query)
    return {
        "text": partial(atlas.text, spec.lang),
        "title": spec.title,
        "subtitle": spec.subtitle,
        "sheet": spec.sheet,
        "direction": spec.direction,
        "lang_tag": atlas.language(spec.lang).tag,
        "essay_tag": essay.tag,
        "essay_direction": essay.direction,
        "passages": spec.passages,
        "policy_name": spec.policy_name,
        "disclaimer": spec.disclaimer,
        "unreviewed": spec.unreviewed,
        "credits": spec.credits,
        "as_of": spec.as_of,
        "legend": legend_groups(spec),
        "places": places(atlas, spec),
        "files": [
            (suffix, format_name(suffix), f"/api/sheets/{quote(spec.sheet)}.{suffix}?{asked}")
            for suffix in FORMATS
        ],
    }


def legend_groups(spec: MapSpec) -> list[dict[str, Any]]:
    """Return the legend by layer, in its own order; switched-off layers come last, unchecked."""
    symbols = dict(spec.symbols)
    toggles = {layer.id: layer.title for layer in spec.layers if layer.toggle}
    groups: dict[str, dict[str, Any]] = {}
    for entry in spec.legend:
        group = groups.setdefault(entry.layer, _group(entry.layer, toggles))
        group["entries"].append(
            {
                "label": entry.label,
                "symbol": entry.symbol,
                "swatch": swatch(symbols[entry.symbol]),
            }
        )
    for layer in toggles:
        groups.setdefault(layer, _group(layer, toggles))
    off = [
        {"layer": layer, "title": title, "toggle": True, "on": False, "entries": []}
        for layer, title in spec.hidden_layers
    ]
    return [*groups.values(), *off]


def _group(layer: str, toggles: dict[str, str]) -> dict[str, Any]:
    return {
        "layer": layer,
        "title": toggles.get(layer, ""),
        "toggle": layer in toggles,
        "on": True,
        "entries": [],
    }


def kinds(atlas: Atlas, spec: MapSpec) -> dict[str, str]:
    """Return what each symbol stands for; an uncertain one is its class and says so."""
    labels = {entry.symbol: entry.label for entry in spec.legend}
    doubts = {style_of(e.symbol): e.label for e in spec.legend if e.symbol.endswith(UNCERTAIN)}
    unsure = atlas.text(spec.lang, "Position uncertain")
    found = {}
    for key, _ in spec.symbols:
        plain = key.removesuffix(CHANGED)
        base = plain.removesuffix(UNCERTAIN)
        parts = [labels.get(base, ""), doubts.get(style_of(key), unsure) if base != plain else ""]
        found[key] = " · ".join(part for part in parts if part)
    return {key: wording for key, wording in found.items() if wording}


def style_of(key: str) -> str:
    """Return the style of a symbol key, without class and doubt."""
    return key.partition(".")[0]


def places(atlas: Atlas, spec: MapSpec) -> list[dict[str, Any]]:
    """Return the rows of the text alternative: every feature that answers to a click."""
    named = kinds(atlas, spec)

    def row(feature: FeatureSpec) -> dict[str, Any]:
        layer = atlas.layers[feature.id.partition("/")[0]]
        kind = named.get(feature.symbol) or atlas.text(spec.lang, layer.title)
        note = "" if feature.parts else feature.missing
        return {
            "id": feature.id,
            "name": feature.name,
            "kind": " · ".join(part for part in (kind, note) if part),
            "passages": feature.passages,
        }

    return [row(feature) for feature in spec.answering()]
