"""The web side: HTTP routes, headers, and the one atlas that both they and the pages read."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from geobrief.atlas import Atlas
from geobrief.settings import settings


@lru_cache(maxsize=4)
def _load(content: Path, geodata: Path) -> Atlas:
    return Atlas.load(content, geodata)


def current_atlas() -> Atlas:
    """Return the atlas of the folders that the settings name, loaded once per process.

    Raises
    ------
    ContentError, GeodataError
        If the folders are not in order; tried again at the next call.
    """
    return _load(settings().content, settings().geodata)
