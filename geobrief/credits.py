"""Who is owed a credit on a map: every source once, with its licence."""

from __future__ import annotations

from collections.abc import Iterable

from geobrief.layers import Layer
from geobrief.spec import Credit


def credits(layers: Iterable[Layer]) -> tuple[Credit, ...]:
    """Return the credits of some layers, each with the licence of the layer that is its alone."""
    used = list(layers)
    alone = {layer.attribution: layer for layer in used if ";" not in layer.attribution}
    parts = dict.fromkeys(p.strip() for layer in used for p in layer.attribution.split(";"))
    return tuple(
        Credit(part, alone[part].licence, alone[part].attribution_url)
        if part in alone
        else Credit(part, "")
        for part in parts
    )
