"""The legend of a layer: the same lines, in the same order, in every output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from geobrief.boundaries import CLASSES
from geobrief.classes import UNKNOWN, break_labels
from geobrief.layers import Layer
from geobrief.sheets import SheetLayer
from geobrief.spec import FeatureSpec, LegendEntry
from geobrief.wording import filled, wording

Say = Callable[[str], str]
UNCERTAIN = ".uncertain"
"""How `style.symbol` ends the key of a symbol for an uncertain feature."""


def layer_legend(
    layer: SheetLayer,
    source: Layer,
    features: Iterable[FeatureSpec],
    categories: Mapping[str, str],
    say: Say,
) -> list[LegendEntry]:
    """Return the lines of a layer.

    Parameters
    ----------
    source
        The layer of the catalogue.
    features
        What is drawn of it.
    categories
        The class behind each symbol key that is drawn.
    say
        Turns a wording into the reader's language.
    """
    found = []
    for category, words in _wordings(layer, say).items():
        if key := _key(categories, category):
            found.append(LegendEntry(words, key, layer.id))
    unsure = Counter(f.symbol for f in features if f.uncertain).most_common(1)
    if unsure and found:
        found.append(LegendEntry(say(_doubt(layer, source)), unsure[0][0], layer.id))
    return found


def _doubt(layer: SheetLayer, source: Layer) -> str:
    if source.doubt:
        return source.doubt
    if layer.breaks:
        return wording("Figure not confirmed")
    return wording("Schematic alignment" if source.kind == "line" else "Position uncertain")


def _wordings(layer: SheetLayer, say: Say) -> dict[str, str]:
    """Return the wording of each class in the order of the legend."""
    if not layer.breaks:
        return {category: say(words) for category, words in layer.legend.items()}
    found = {}
    for category, (low, high) in break_labels(layer).items():
        words = wording("over {low}" if low else "up to {high}")
        if low and high:
            words = wording("{low} to {high}")
        found[category] = f"{filled(say(words), low=low, high=high)} {say(layer.unit)}".strip()
    return found | {UNKNOWN: say(layer.legend.get(UNKNOWN, wording("no figure")))}


def _key(categories: Mapping[str, str], category: str) -> str:
    """Return the symbol of a class as it is drawn where a feature is certain.

    The doubt has a line of its own: a class whose features are all uncertain would otherwise
    look as if the class itself were the doubt.
    """
    keys = (key for key, found in categories.items() if found == category or not category)
    return next((key.removesuffix(UNCERTAIN) for key in keys), "")


def boundary_legend(
    layer: SheetLayer, categories: Mapping[str, str], subject: str, say: Say
) -> list[LegendEntry]:
    """Return the lines of the boundary layer: the subject first, then each class that is drawn.

    Parameters
    ----------
    subject
        Name of the line that the sheet is about; empty where there is none.
    """
    own, others = [], []
    for name, words in CLASSES.items():
        for key, category in categories.items():
            if category != name or not words:
                continue
            if key.startswith("subject."):
                own.append(LegendEntry(f"{subject}: {say(words).lower()}", key, layer.id))
            else:
                others.append(LegendEntry(say(words), key, layer.id))
    return own + others
