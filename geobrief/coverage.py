"""How much of the essay is on a map: counted from its entities and links, never asserted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from geobrief.atlas import Atlas
from geobrief.entities import Entity
from geobrief.layers import RECORD
from geobrief.wording import wording

ON_MAP = wording("on a map")
ON_TIMELINE = wording("on the timeline")
ON_CARD = wording("on a dated card")
NO_DATA = wording("without shippable data")
NOT_MAPPABLE = wording("not for a map")
OUTCOMES = (ON_MAP, ON_TIMELINE, ON_CARD, NO_DATA, NOT_MAPPABLE)
OUTCOME = "outcome"
"""Column of a record layer in which a record says how it counts, as one of OUTCOMES."""


@dataclass(frozen=True)
class Coverage:
    """Counts over sentences, mentions and entities. `outcomes` adds up to all entities."""

    sentences: int
    sentences_shown: int
    mentions: int
    mentions_shown: int
    outcomes: Mapping[str, int]
    left_out: tuple[Entity, ...]
    """Entities that no map can carry, each with the reason."""


def coverage(atlas: Atlas) -> Coverage:
    """Count what is shown of the essay, and how."""
    outcomes = {id: outcome(atlas, entity) for id, entity in atlas.entities.items()}
    shown = [link for link in atlas.links if any(draws(atlas, f) for f in link.features)]
    counts = Counter(outcomes.values())
    return Coverage(
        sentences=len(atlas.essay.passages),
        sentences_shown=len({link.passage for link in shown}),
        mentions=len(atlas.links),
        mentions_shown=len(shown),
        outcomes={name: counts[name] for name in OUTCOMES},
        left_out=not_mappable(atlas),
    )


def not_mappable(atlas: Atlas) -> tuple[Entity, ...]:
    """Return the entities that no map can carry."""
    return tuple(entity for entity in atlas.entities.values() if entity.mappable == "no")


def outcome(atlas: Atlas, entity: Entity) -> str:
    """Return how an entity is shown; the best of what its features offer."""
    if entity.mappable == "no":
        return NOT_MAPPABLE
    found = {_shown_by(atlas, feature) for feature in entity.features}
    return next(name for name in OUTCOMES if name in found)


def _shown_by(atlas: Atlas, feature: str) -> str:
    layer_id, _, id = feature.partition("/")
    layer = atlas.layers[layer_id]
    if layer_id in atlas.timeline:
        return ON_TIMELINE
    if layer.kind == RECORD and OUTCOME in layer.columns:
        return str(layer.frame.at[id, OUTCOME])
    return ON_MAP if draws(atlas, feature) else ON_CARD


def draws(atlas: Atlas, feature: str) -> bool:
    """Say whether a feature, or what shows it, has a place on a map."""
    layer_id, _, id = feature.partition("/")
    layer = atlas.layers[layer_id]
    return id in layer.placed or any(draws(atlas, part) for part in layer.parts.get(id, ()))
