"""What a feature is called: by the border policy where it differs, else in the language."""

from __future__ import annotations

from typing import Any

from geobrief.atlas import Atlas
from geobrief.plan import Policy


def feature_name(atlas: Atlas, id: str, row: Any, lang: str, policy: Policy) -> str:
    """Return the name of a feature; `row` holds the columns of its layer."""
    if id in policy.names:
        return atlas.text(lang, policy.names[id])
    own = row.get(f"name_{lang}")
    return own if isinstance(own, str) and own else atlas.text(lang, str(row["name"]))


def name_of(atlas: Atlas, id: str, lang: str, policy: Policy) -> str:
    """Return the name of a feature by its id `layer/id`."""
    layer, _, row = id.partition("/")
    return feature_name(atlas, id, atlas.layers[layer].frame.loc[row].to_dict(), lang, policy)
