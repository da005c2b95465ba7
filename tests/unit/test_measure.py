"""Lengths and areas, of one area and of several."""

from __future__ import annotations

from shapely import MultiPolygon, box

from geobrief.measure import length_km


def test_the_rings_of_several_areas_have_the_length_of_all() -> None:
    west, east = box(70, 34, 71, 35), box(72, 34, 73, 35)
    assert length_km(MultiPolygon([west, east])) == length_km(west) + length_km(east) > 700
