"""Every limit and folder, each with its default and a sentence of help.

A setting is read from the environment as GEOBRIEF_<NAME IN CAPITALS>.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from geobrief.errors import RequestError

PREFIX = "GEOBRIEF_"
ROOT = Path(__file__).resolve().parent.parent


def _setting(default: Any, text: str) -> Any:
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True)
class Settings:
    """The settings of one process."""

    content: Path = _setting(ROOT / "content", "Folder with the essay, the sheets and the links.")
    geodata: Path = _setting(ROOT / "geodata", "Folder with the catalogue and the layers.")
    fonts: Path = _setting(
        Path(sys.prefix) / "share" / "geobrief" / "fonts",
        "Folder with the static font weights that `make setup` cuts.",
    )
    embed_ancestors: str = _setting(
        "", "Origins, separated by spaces, that may show /embed in a frame; empty: none but us."
    )
    map_cache: int = _setting(64, "Maps, map pages and scripts kept in memory, of each kind.")
    max_dpi: int = _setting(600, "Highest resolution of an exported image, in dots per inch.")
    max_pixels: int = _setting(60_000_000, "Largest exported image, in pixels.")
    export_workers: int = _setting(2, "Images drawn at the same time over HTTP.")
    export_queue: int = _setting(30, "Image requests that may wait over HTTP; more get 503.")
    max_text: int = _setting(
        1_000_000, "Largest file of TOML, CSV or Markdown that is read, in bytes."
    )
    max_layer: int = _setting(
        20_000_000, "Largest layer that is read, in bytes when it is unpacked."
    )
    max_picture: int = _setting(20_000_000, "Largest picture of a layer, in pixels.")
    max_briefing: int = _setting(262_144, "Largest file of a briefing that is read, in bytes.")
    max_slides: int = _setting(100, "Most slides of a briefing.")
    max_large: int = _setting(
        8, "Briefings too large for an address that a session keeps, for the Back button."
    )
    max_sealed: int = _setting(50_000_000, "Largest sealed file whose seal is verified, in bytes.")
    max_kept: int = _setting(
        200_000_000, "Largest finished file that a page keeps ready for download, in bytes."
    )
    max_template: int = _setting(
        50_000_000, "Largest template of a deck, in bytes when it is unpacked."
    )
    max_query: int = _setting(8_192, "Longest query string that is read, in bytes.")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Read the settings from the environment, once.

    Raises
    ------
    RequestError
        If a numeric setting is not a whole number.
    """
    values: dict[str, Any] = {}
    for item in fields(Settings):
        text = os.environ.get(PREFIX + item.name.upper())
        if text is None:
            continue
        if isinstance(item.default, Path):
            values[item.name] = Path(text).resolve()
        elif isinstance(item.default, int):
            if not text.isdigit():
                raise RequestError(
                    f"{PREFIX}{item.name.upper()} is {text!r}, not a whole number",
                    hint=str(item.metadata["help"]),
                )
            values[item.name] = int(text)
        else:
            values[item.name] = text
    return Settings(**values)
