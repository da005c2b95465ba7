"""A map as a file: the formats, their names, and the one call that makes each of them.

The command line, the pages and HTTP all come through here, so they give the same bytes.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import TYPE_CHECKING

from geobrief.errors import RequestError
from geobrief.render.paper.options import SLIDE, PrintOptions
from geobrief.spec import MapSpec

if TYPE_CHECKING:
    from geobrief.atlas import Atlas

MEDIA_TYPES = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "html": "text/html; charset=utf-8",
}
"""Every format that a map can be taken away in."""

FORMATS = tuple(MEDIA_TYPES)
IMAGES = ("png", "svg", "pdf")
"""The formats that have a size, a look and parts to leave out."""

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP can name: it keeps no clock


def export(atlas: Atlas, spec: MapSpec, suffix: str, options: PrintOptions = SLIDE) -> bytes:
    """Return the map as a file of one of `FORMATS`.

    Raises
    ------
    RequestError
        If the format is not known or an option out of its range.
    SetupError
        If the fonts have not been cut.
    """
    options.checked()
    return _maker(checked_format(suffix))(atlas, spec, options)


def checked_format(suffix: str) -> str:
    """Return the format itself.

    Raises
    ------
    RequestError
        If it is not one of `FORMATS`.
    """
    if suffix not in MEDIA_TYPES:
        raise RequestError(f"no format {suffix!r}", hint=f"one of {', '.join(FORMATS)}")
    return suffix


def _maker(suffix: str) -> Callable[[Atlas, MapSpec, PrintOptions], bytes]:
    """Import what makes a format when it is first asked for: matplotlib takes a second."""
    if suffix in IMAGES:
        from geobrief.render import print as printed

        return lambda atlas, spec, options: printed.render(atlas, spec, suffix, options)
    if suffix == "html":
        from geobrief.render import offline

        return lambda atlas, spec, options: offline.render(atlas, spec, options.marking)
    from geobrief.render import data

    return data.geojson if suffix == "geojson" else data.geopackage


def file_name(atlas: Atlas, spec: MapSpec, suffix: str) -> str:
    """Return the name of the file: sheet, language where it is not the essay's, digest."""
    own = spec.lang == atlas.default_language.id
    parts = (spec.sheet, "" if own else spec.lang, spec.digest()[:8])
    return f"{'-'.join(part for part in parts if part)}.{suffix}"


def bundle(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return files of a name and a body as a ZIP, the same bytes every time."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, body in files:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, body)
    return buffer.getvalue()
