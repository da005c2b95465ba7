"""A map as a file: its name, and the one call that makes it in any format.

The command line, the pages and HTTP all come through here, so they give the same bytes.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable
from dataclasses import fields
from io import BytesIO
from typing import TYPE_CHECKING

from geobrief.errors import NotFoundError
from geobrief.files import safe_name
from geobrief.render.formats import FORMATS, IMAGES, MEDIA_TYPES
from geobrief.render.paper.options import SLIDE, PrintOptions
from geobrief.spec import MapSpec

if TYPE_CHECKING:
    from geobrief.atlas import Atlas

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP can name: it keeps no clock


Told = Callable[[int, int], None]
"""Told how many sheets or slides are made, and how many there are."""

Pause = Callable[[], None]
"""Called before each step of the work; what it raises ends it."""

Unlabelled = Callable[[tuple[str, ...]], None]
"""Told the ids of the features whose names found no room on an image."""


def export(
    atlas: Atlas,
    spec: MapSpec,
    suffix: str,
    options: PrintOptions = SLIDE,
    pause: Pause = lambda: None,
    unlabelled: Unlabelled = lambda ids: None,
) -> bytes:
    """Return the map as a file of one of `FORMATS`.

    Raises
    ------
    NotFoundError
        If the format is not known.
    RequestError
        If an option is out of its range.
    SetupError
        If the fonts have not been cut.
    """
    options.checked()
    make = _maker(checked_format(suffix))
    pause()
    return make(atlas, spec, options, pause, unlabelled)


def checked_format(suffix: str) -> str:
    """Return the format itself.

    Raises
    ------
    NotFoundError
        If it is not one of `FORMATS`.
    """
    if suffix not in MEDIA_TYPES:
        raise NotFoundError(f"no format {suffix!r}", hint=f"one of {', '.join(FORMATS)}")
    return suffix


Maker = Callable[["Atlas", MapSpec, PrintOptions, Pause, Unlabelled], bytes]


def _maker(suffix: str) -> Maker:
    """Import what makes a format when it is first asked for: matplotlib takes a second."""
    if suffix in IMAGES:
        from geobrief.render import print as printed

        return lambda atlas, spec, options, pause, unlabelled: printed.render(
            atlas, spec, suffix, options, pause, unlabelled
        )
    if suffix == "html":
        from geobrief.render import offline

        return lambda atlas, spec, options, *_: offline.render(atlas, spec, options.marking)
    from geobrief.render import data

    make = data.geojson if suffix == "geojson" else data.geopackage
    return lambda atlas, spec, options, *_: make(atlas, spec, options.marking)


def file_name(atlas: Atlas, spec: MapSpec, suffix: str) -> str:
    """Return the name of the file: sheet, language where it is not the essay's, digest."""
    own = spec.lang == atlas.default_language.id
    parts = (spec.sheet, "" if own else spec.lang, spec.digest()[:8])
    return f"{safe_name('-'.join(part for part in parts if part), 'map')}.{suffix}"


def names_left_out(spec: MapSpec, ids: Iterable[str]) -> str:
    """Return how many names found no room on an image, and which; nothing where all did."""
    wanted = set(ids)
    names = [feature.label for feature in spec.features() if feature.id in wanted]
    count = f"{len(names)} name{'s' if len(names) > 1 else ''}"
    return f"{count} found no room: {', '.join(names)}" if names else ""


def told(options: PrintOptions) -> dict[str, str]:
    """Return the options that are not the default, as the address and the command line say them."""
    found = {}
    for item in fields(options):
        value = getattr(options, item.name)
        if value != item.default:
            found[item.name] = ",".join(value) if isinstance(value, tuple) else str(value)
    return found


def bundle(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return files of a name and a body as a ZIP, the same bytes every time."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, body in files:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            packed = name.endswith(".png")
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            archive.writestr(entry, body)
    return buffer.getvalue()
