"""Lengths and areas, of one area and of several."""

from __future__ import annotations

from math import pi

import pytest
from shapely import LineString, MultiPolygon, Polygon, box

from geobrief.measure import area_km2, length_km

EQUATOR = 2 * pi * 6378.137
"""Kilometres around WGS84."""


def test_the_rings_of_several_areas_have_the_length_of_all() -> None:
    west, east = box(70, 34, 71, 35), box(72, 34, 73, 35)
    assert length_km(MultiPolygon([west, east])) == length_km(west) + length_km(east) > 700


def test_a_degree_of_the_equator_has_its_part_of_the_whole() -> None:
    assert length_km(LineString([(0, 0), (1, 0)])) == pytest.approx(EQUATOR / 360, rel=1e-9)


def test_an_eighth_of_the_globe_has_its_part_of_the_whole() -> None:
    # 510,065,621.724 km2: the surface of WGS84 (NIMA TR8350.2)
    eighth = Polygon([(0, 0), (30, 0), (60, 0), (90, 0), (90, 45), (0, 90), (0, 45)])
    assert area_km2(eighth) == pytest.approx(510_065_621.724 / 8, rel=1e-6)


def test_the_rings_of_holes_count_by_themselves() -> None:
    whole, hole = box(70, 34, 72, 36), box(70.5, 34.5, 71, 35)
    pierced = Polygon(whole.exterior, [hole.exterior])
    assert length_km(pierced) == pytest.approx(length_km(whole) + length_km(hole), rel=1e-12)


def test_a_hole_and_the_way_around_a_ring_change_no_area() -> None:
    whole, hole = box(70, 34, 72, 36), box(70.5, 34.5, 71, 35)
    pierced = Polygon(whole.exterior, [hole.exterior])
    assert area_km2(pierced) == pytest.approx(area_km2(whole) - area_km2(hole), rel=1e-9)
    assert area_km2(pierced.reverse()) == pytest.approx(area_km2(pierced), rel=1e-12)
    assert area_km2(LineString([(0, 0), (1, 0)])) == 0
