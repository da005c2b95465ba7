"""What changes between two border policies: segments drawn and places named otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from geobrief.atlas import Atlas
from geobrief.boundaries import CLASSES
from geobrief.names import name_of
from geobrief.plan import Policy
from geobrief.spec import Change
from geobrief.wording import wording

NOT_DRAWN = wording("Not drawn")


def line_changes(
    atlas: Atlas, segments: Iterable[str], here: Policy, there: Policy, say: Callable[[str], str]
) -> dict[str, Change]:
    """Return the change of each segment whose class differs, by the segment's id.

    Parameters
    ----------
    segments
        Ids of boundary segments, as in the table of classes.
    """
    found = {}
    for segment in segments:
        classes = [atlas.boundaries.class_of(segment, policy.id) for policy in (here, there)]
        if classes[0] != classes[1]:
            before, after = (say(CLASSES[name] or NOT_DRAWN) for name in classes)
            found[segment] = Change(segment, before, after)
    return found


def name_changes(
    atlas: Atlas, features: Iterable[str], here: Policy, there: Policy, lang: str
) -> dict[str, Change]:
    """Return the change of each feature that the two policies call differently, by its id."""
    found = {}
    differing = {id for policy in (here, there) for id in policy.names}
    for feature in features:
        if feature in differing:
            before, after = (name_of(atlas, feature, lang, policy) for policy in (here, there))
            if before != after:
                found[feature] = Change(feature, before, after)
    return found
