"""The formats that a map can be taken away in."""

MEDIA_TYPES = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "html": "text/html; charset=utf-8",
}
FORMATS = tuple(MEDIA_TYPES)
IMAGES = ("png", "svg", "pdf")
"""The formats that have a size, a look and parts to leave out."""

_NAMES = {"geojson": "GeoJSON", "gpkg": "GeoPackage"}


def format_name(suffix: str) -> str:
    """Return the name of a format as a reader knows it."""
    return _NAMES.get(suffix, suffix.upper())
