"""The card of a feature: names, figures, source, date, what is uncertain, what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geobrief.atlas import Atlas
from geobrief.classes import text_of
from geobrief.compose import NO_POSITION
from geobrief.errors import NotFoundError
from geobrief.layers import DOUBT, RECORD, Figure, Layer
from geobrief.names import feature_name
from geobrief.spec import PassageSpec
from geobrief.wording import wording


@dataclass(frozen=True)
class CardName:
    """A name in one language; `confirmed` is false where the spelling has not been checked."""

    language: str
    """What the language calls itself."""
    text: str
    direction: str
    tag: str
    confirmed: bool


@dataclass(frozen=True)
class Card:
    """What is known of one feature. `uncertain` says what is not, in words."""

    id: str
    title: str
    kind: str
    names: tuple[CardName, ...]
    figures: tuple[tuple[str, str], ...]
    source: str
    as_of: str
    confirmed: bool
    uncertain: str
    note: str
    passages: tuple[PassageSpec, ...]


def card(atlas: Atlas, feature: str, lang: str = "", policy: str = "") -> Card:
    """Return the card of a feature, by its id `layer/id`.

    Raises
    ------
    NotFoundError
        If there is no such feature.
    BrokenError
        If its layer is broken.
    """
    layer_id, _, id = feature.partition("/")
    layer = atlas.layers[layer_id]
    if id not in layer.ids:
        raise NotFoundError(f"no feature {feature!r}", hint="write layer/id")
    language = atlas.language(lang)
    row = layer.frame.loc[id].to_dict()

    def text(wording: str) -> str:
        return atlas.text(language.id, wording)

    figures = [
        (text(figure.label), shown)
        for figure in layer.figures
        if (shown := _value(row.get(figure.column), figure, text("yes"), text("no")))
    ]
    spoken = [atlas.essay.passage(p) for p in atlas.passages_of(feature)]
    return Card(
        id=feature,
        title=feature_name(atlas, feature, row, language.id, atlas.policy(policy)),
        kind=text(layer.title),
        names=_names(atlas, row),
        figures=tuple(figures),
        source=str(row["source"]),
        as_of=str(row["as_of"]),
        confirmed=bool(row["confirmed"]),
        uncertain=_uncertain(layer, row, text),
        note=str(row.get("note") or ""),
        passages=tuple(PassageSpec(p.id, p.paragraph, p.text) for p in spoken),
    )


def _names(atlas: Atlas, row: dict[str, Any]) -> tuple[CardName, ...]:
    doubtful = str(row.get("names_unconfirmed") or "").split()
    found = []
    for language in atlas.languages:
        column = "name" if language is atlas.default_language else f"name_{language.id}"
        name = row.get(column)
        if isinstance(name, str) and name:
            sure = language.id not in doubtful
            found.append(CardName(language.name, name, language.direction, language.tag, sure))
    return tuple(found)


def _value(value: Any, figure: Figure, yes: str, no: str) -> str:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return yes if value else no
    if isinstance(value, str):
        return value
    if figure.column.endswith("year"):
        return f"{value:g}"
    whole = float(value).is_integer() or abs(value) >= 10_000
    return f"{value:,.{0 if whole else 1}f} {figure.unit}".strip()


def _uncertain(layer: Layer, row: dict[str, Any], text: Callable[[str], str]) -> str:
    """Say why a feature has no place, or what is not sure of it; empty where all is."""
    missing = text_of(row.get("missing"))
    if layer.kind == RECORD:
        return text(missing)
    if row.get("geometry") is None:
        return text(missing or NO_POSITION)
    if not row.get("uncertain"):
        return ""
    by_kind = wording("Schematic alignment" if layer.kind == "line" else "Position uncertain")
    words = text(text_of(row.get(DOUBT)) or by_kind)
    accuracy = row.get("accuracy_km")
    if accuracy is None or pd.isna(accuracy):
        return words
    return f"{words}, {text('about')} {accuracy:g} {text('km')}"
