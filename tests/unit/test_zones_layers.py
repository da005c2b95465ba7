"""The eligible area of the bills, the proposals after them, and the models elsewhere."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from geobrief.style import SYMBOLS

ROOT = Path(__file__).resolve().parents[2]
GEOD = Geod(ellps="WGS84")
LIMIT_KM = 160.9344
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
TABLE_OF = {
    "roz": "roz_components",
    "roz_test_points": "roz_test_points",
    "zone_proposals": "zone_proposals",
    "zone_models": "zone_models",
}


@cache
def layer(name: str) -> gpd.GeoDataFrame:
    return gpd.read_parquet(ROOT / f"geodata/layers/{name}.parquet").set_index("id", drop=False)


@cache
def facts(name: str) -> dict[str, dict[str, str]]:
    with (ROOT / f"content/facts/{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {row["id"]: row for row in rows}
    assert len(found) == len(rows), f"{name}: an id stands twice"
    return found


@cache
def sheet(name: str) -> tuple[dict[str, Any], str]:
    text = (ROOT / f"content/sheets/{name}.md").read_text("utf-8")
    _, head, notes = text.split("+++\n", 2)
    return tomllib.loads(head), notes


def area_km2(geometry: Any) -> float:
    return abs(float(GEOD.geometry_area_perimeter(geometry)[0])) / 1e6


@cache
def border_points() -> np.ndarray[Any, Any]:
    """The border as points (lon, lat) at most some 50 m apart."""
    return shapely.get_coordinates(shapely.segmentize(layer("border").geometry.iloc[0], 0.0005))


def from_border(x: float, y: float) -> float:
    """Geodesic km to the border: of all points that a plane finds near, the nearest."""
    line = border_points()
    flat = np.hypot((line[:, 0] - x) * np.cos(np.radians(y)), line[:, 1] - y)
    near = line[flat <= flat.min() * 1.05 + 0.01]
    ones = np.ones(len(near))
    return float(GEOD.inv(x * ones, y * ones, near[:, 0], near[:, 1])[2].min()) / 1000


# Rows and features


@pytest.mark.parametrize(("name", "table"), TABLE_OF.items())
def test_every_row_is_a_feature_with_source_and_date(name: str, table: str) -> None:
    frame = layer(name)
    assert set(frame["id"]) == set(facts(table))
    assert frame["source"].str.strip().str.len().gt(10).all()
    assert frame["as_of"].map(lambda text: bool(DATE.fullmatch(text))).all()


def test_counts_are_those_of_the_compilation() -> None:
    assert {n: len(layer(n)) for n in TABLE_OF} == {
        "roz": 5, "roz_test_points": 27, "zone_proposals": 47, "zone_models": 13,
    }  # fmt: skip
    assert len(facts("roz_bills")) == 6


@pytest.mark.parametrize("name", ["roz", "zone_proposals", "zone_models"])
def test_what_has_no_position_says_why(name: str) -> None:
    frame = layer(name)
    missing = frame["missing"].fillna("")
    assert ((missing != "") == frame.geometry.isna()).all()
    assert frame.loc[frame.geometry.isna(), "uncertain"].all()


@pytest.mark.parametrize("name", ["zone_proposals", "zone_models"])
def test_positions_of_general_knowledge_are_uncertain(name: str) -> None:
    table = facts(TABLE_OF[name])
    for id, row in layer(name).iterrows():
        fact = table[id]
        if fact["longitude"]:
            assert row["uncertain"] == ("general knowledge" in fact["coord_note"])
            assert row.geometry.coords[0] == (float(fact["longitude"]), float(fact["latitude"]))
            if found := re.search(r"\+/-(\d+) km", fact["coord_note"]):
                assert row["accuracy_km"] == float(found[1])


def test_towns_at_a_place_of_the_atlas_are_sure_and_the_others_are_not() -> None:
    places = layer("places")
    for id, row in layer("roz_test_points").iterrows():
        place = facts("roz_test_points")[id]["place_id"]
        assert row["uncertain"] == (not place)
        if place:
            x, y = places.geometry[place].coords[0]
            assert GEOD.inv(x, y, *row.geometry.coords[0])[2] < 50


def test_what_no_source_with_an_address_confirms_is_not_confirmed() -> None:
    for name in ("zone_proposals", "zone_models"):
        for id, row in layer(name).iterrows():
            assert not row["confirmed"] or "https://" in row["source"] or "http://" in row["source"]
            assert row["confirmed"] == (facts(name)[id]["confirmed"] == "yes")


# The eligible area


def test_components_are_disjoint_and_make_up_the_whole() -> None:
    drawn = layer("roz")[layer("roz").geometry.notna()]
    assert set(drawn.index) == {"afghanistan", "nwfp", "fata", "balochistan-belt"}
    shapes = drawn.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.coverage_is_valid(drawn["display"].to_numpy())
    whole = area_km2(shapely.coverage_union_all(shapes))
    assert drawn["area_km2"].sum() == pytest.approx(whole, abs=2)
    for id, row in drawn.iterrows():
        assert row["area_km2"] == round(area_km2(row.geometry))
        assert float(facts("roz_components")[id]["area_km2"]) == row["area_km2"]


def test_components_are_the_units_that_the_bills_named() -> None:
    roz, units = layer("roz").geometry, layer("provinces").geometry
    afghan = shapely.union_all(units[layer("provinces")["country"] == "AF"].to_numpy())
    province = shapely.union_all([roz["nwfp"], roz["fata"]])
    assert shapely.area(shapely.symmetric_difference(roz["afghanistan"], afghan)) < 1e-6
    assert shapely.area(shapely.symmetric_difference(province, units["PK-KP"])) < 1e-6
    assert shapely.equals(roz["fata"].normalize(), layer("former_fata").geometry["fata"])
    assert shapely.area(shapely.difference(roz["balochistan-belt"], units["PK-BA"])) < 1e-6


def test_the_earthquake_areas_are_listed_and_kashmir_is_not_drawn_for_them() -> None:
    row = layer("roz").loc["earthquake-areas"]
    assert row.geometry is None and row["missing"] == "district outlines not available"
    drawn = layer("roz").geometry.dropna().to_numpy()
    for unit in ("PK-JK", "PK-GB", "PK-PB", "PK-IS"):
        inside = shapely.intersection(drawn, layer("provinces").geometry[unit])
        assert shapely.area(inside).sum() < 1e-6, unit


# The belt


def test_the_edge_is_100_miles_from_the_line_at_200_points() -> None:
    edge = layer("roz_edge").geometry.iloc[0]
    assert edge.geom_type == "LineString"
    for point in shapely.line_interpolate_point(edge, np.linspace(0, 1, 200), normalized=True):
        assert from_border(point.x, point.y) == pytest.approx(LIMIT_KM, abs=0.1)


def test_the_edge_is_the_rim_of_the_belt() -> None:
    rim = shapely.boundary(layer("roz").geometry["balochistan-belt"])
    edge = layer("roz_edge").geometry.iloc[0]
    assert shapely.hausdorff_distance(shapely.intersection(rim, edge.buffer(1e-7)), edge) < 1e-5


def test_all_of_balochistan_is_in_the_belt_by_its_distance_and_nothing_else() -> None:
    unit = layer("provinces").geometry["PK-BA"]
    belt = layer("roz").geometry["balochistan-belt"]
    west, south, east, north = unit.bounds
    shapely.prepare(unit)
    shapely.prepare(belt)
    seen = {True: 0, False: 0}
    for x in np.arange(west, east, 0.23):
        for y in np.arange(south, north, 0.23):
            if not shapely.contains_xy(unit, x, y):
                continue
            km = from_border(x, y)
            if abs(km - LIMIT_KM) > 0.1:
                assert shapely.contains_xy(belt, x, y) == (km < LIMIT_KM), (x, y, km)
                seen[km < LIMIT_KM] += 1
    assert min(seen.values()) > 100


def test_the_line_with_iran_does_not_count() -> None:
    point = shapely.Point(63.5, 26.9)
    lines, units = layer("boundaries").geometry, layer("provinces").geometry
    x, y = shapely.ops.nearest_points(lines["ir-pk"], point)[0].coords[0]
    assert GEOD.inv(63.5, 26.9, x, y)[2] / 1000 < 60 and units["PK-BA"].contains(point)
    assert not layer("roz").geometry["balochistan-belt"].intersects(point)


@pytest.mark.parametrize(
    ("place", "inside"),
    [
        ("quetta", True), ("zhob", True), ("nushki", True), ("dalbandin", True), ("taftan", True),
        ("khuzdar", False), ("gwadar", False),
    ],
)  # fmt: skip
def test_the_belt_holds_and_leaves_out_the_towns_it_should(place: str, inside: bool) -> None:
    belt = layer("roz").geometry["balochistan-belt"]
    assert belt.contains(layer("places").geometry[place]) == inside


@pytest.mark.parametrize("id", sorted(facts("roz_test_points")))
def test_every_test_point_falls_on_its_side(id: str) -> None:
    fact, row = facts("roz_test_points")[id], layer("roz_test_points").loc[id]
    km = from_border(*row.geometry.coords[0])
    inside = fact["inside_100_miles"] == "yes"
    assert (km <= LIMIT_KM) == inside == row["inside"]
    assert layer("roz").geometry["balochistan-belt"].contains(row.geometry) == inside
    assert float(fact["distance_km"]) == row["distance_km"] == pytest.approx(km, abs=0.06)
    assert abs(km - float(fact["distance_coarse_km"])) < 3


# What came of it


def test_no_bill_is_called_law_and_the_story_is_in_order() -> None:
    for bill in facts("roz_bills").values():
        assert bill["source"] and bill["outcome"]
        assert re.match(r"\d{4}-\d{2}-\d{2}", bill["introduced"])
    dates = [row["date"] for row in facts("roz_timeline").values()]
    assert all(DATE.fullmatch(date) for date in dates)
    assert dates == sorted(dates, key=lambda date: (date + "-99-99")[:10])
    assert (dates[0], dates[-1]) == ("2006-03", "2026-11-22")
    assert all(row["source"] for row in facts("roz_timeline").values())
    assert layer("roz")["status"].str.contains("never law").all()


def test_classes_of_proposals_follow_the_rule() -> None:
    for id, row in layer("zone_proposals").iterrows():
        held, said = row["status_class"], row["status"].lower()
        if held in ("operating", "pending"):
            assert row["official"], id
        if held == "operating":
            assert "built" in said and "idle" not in said and "%" not in said, id
        assert (held == "unsourced") == (row["source"] == "General knowledge, unconfirmed"), id
        assert (held == "lapsed") == ("lapsed" in said or "no result" in said), id
        if "idle" in said:
            assert held == "pending" and row["as_of"] == "2026-10-04", id


def test_states_end_with_the_class_and_begin_when_it_was_first_heard_of() -> None:
    for id, row in layer("zone_proposals").iterrows():
        states = json.loads(row["states"])
        assert states[-1] == [row["date"], row["status_class"]], id
        assert states[0][0] == row["known_since"] and states == sorted(states), id


def test_areas_of_both_tables_are_positive_and_few_are_stated() -> None:
    for name in ("zone_proposals", "zone_models"):
        stated = layer(name)["area_ha"].dropna()
        assert (stated > 0).all() and (stated < 10_000).all()


# Sheets


@pytest.mark.parametrize(
    ("name", "of", "key", "words"),
    [
        ("zones-proposals", "zone_proposals", "status_class", "standing"),
        ("zones-models", "zone_models", "model_class", "model"),
    ],
)
def test_legends_say_what_the_cards_say(name: str, of: str, key: str, words: str) -> None:
    head, _ = sheet(name)
    (shown,) = [entry for entry in head["layers"] if entry["id"] == of]
    for category, wording in set(zip(layer(of)[key], layer(of)[words], strict=True)):
        assert shown["legend"][category] == wording
        assert f"{shown['style']}.{category}" in SYMBOLS


def test_standing_is_told_apart_by_colour_and_by_shape() -> None:
    drawn = [SYMBOLS[f"zone-site.{c}"] for c in ("operating", "pending", "proposed")]
    assert len({one.fill for one in drawn}) == len({one.shape for one in drawn}) == 3


def test_the_tints_of_the_area_survive_greyscale() -> None:
    tints = [SYMBOLS[f"zone-area.{part}"] for part in ("country", "belt", "province", "tribal")]
    greys = [
        np.dot([int(tint.fill[i : i + 2], 16) for i in (1, 3, 5)], [0.3, 0.59, 0.11])
        for tint in tints
    ]
    assert all(one - other >= 12 for one, other in pairwise(greys))
    assert all(tint.dash for tint in tints), "a lapsed area has a broken outline"


def test_figures_in_the_notes_are_those_of_the_layers() -> None:
    whole = layer("roz")["area_km2"].sum()
    assert f"{round(whole, -2):,.0f} square kilometres" in sheet("zones-roz")[1]
    counts = layer("zone_proposals")["status_class"].value_counts()
    assert counts.to_dict() == {
        "pending": 22, "proposed": 16, "unsourced": 5, "lapsed": 2, "operating": 2,
    }  # fmt: skip
    head, notes = sheet("zones-proposals")
    assert head["subtitle"].startswith("47 ") and "Of 47 entries" in notes
    for words in ("two are official", "Twenty-two", "Sixteen", "two have lapsed", "five are"):
        assert words in notes
    assert layer("zone_proposals").geometry.isna().sum() == 8 and "Eight entries" in notes


@pytest.mark.parametrize("name", ["zones-roz", "zones-proposals", "zones-models"])
def test_rows_of_a_table_light_features_of_their_sheet(name: str) -> None:
    head, _ = sheet(name)
    layers = {entry["id"] for entry in head["layers"]}
    for table in head["tables"]:
        rows = facts(Path(table["file"]).stem)
        assert set(table["columns"]) <= set(next(iter(rows.values())))
        if pattern := table.get("feature"):
            for row in rows.values():
                of, _, id = pattern.format_map(row).partition("/")
                assert of in layers and id in layer(of).index
