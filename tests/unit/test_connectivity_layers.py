"""Routes, their points and programmes: one feature per fact row, drawn as said, nothing mixed."""

from __future__ import annotations

import csv
import itertools
import json
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from pyproj import Geod

from geobrief.atlas import Atlas
from geobrief.cards import card
from geobrief.compose import compose
from geobrief.spec import View
from geobrief.style import SYMBOLS, symbol

ROOT = Path(__file__).resolve().parents[2]
GEOD = Geod(ellps="WGS84")
Row = dict[str, str]
ISO = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
CLASSES = {
    "existing": "existing",
    "under construction": "construction",
    "planned or proposed": "planned",
    "suspended or closed": "suspended",
    "abandoned": "abandoned",
}


@cache
def layer(name: str) -> gpd.GeoDataFrame:
    return gpd.read_parquet(ROOT / f"geodata/layers/{name}.parquet").set_index("id", drop=False)


@cache
def facts(name: str) -> list[Row]:
    with (ROOT / f"content/facts/{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def waypoints() -> dict[str, list[Row]]:
    found = defaultdict(list)
    for row in facts("route_waypoints"):
        found[row["route_id"]].append(row)
    return found


def lonlat(row: Row) -> tuple[float, float]:
    return float(row["lon"]), float(row["lat"])


ROUTES = [row["id"] for row in facts("routes")]
SHEETS = ("connectivity", "roads", "rail", "energy", "rivals")


@pytest.mark.parametrize(("name", "table"), [("routes", "routes"), ("programmes", "programmes")])
def test_every_row_is_a_feature(name: str, table: str) -> None:
    ids = [row["id"] for row in facts(table)]
    assert len(set(ids)) == len(ids) and set(ids) == set(layer(name)["id"])


@pytest.mark.parametrize("name", ["routes", "route_points", "programmes"])
def test_every_feature_has_source_and_date(name: str) -> None:
    frame = layer(name)
    assert frame["id"].is_unique
    assert (frame["source"].str.len() > 0).all()
    assert all(ISO.fullmatch(date) for date in frame["as_of"])


def test_there_are_58_routes_and_two_waypoints_or_more_each() -> None:
    assert len(ROUTES) == 58 and set(waypoints()) == set(ROUTES)
    for points in waypoints().values():
        assert [int(point["seq"]) for point in points] == list(range(1, len(points) + 1))
        assert len(points) >= 2


@pytest.mark.parametrize("route", ROUTES)
def test_line_is_its_waypoints_in_order(route: str) -> None:
    points = waypoints()[route]
    coords = [tuple(c) for c in shapely.get_coordinates(layer("routes").geometry[route]).tolist()]
    rest = iter(coords)
    assert all(lonlat(point) in rest for point in points), "a waypoint is missing or out of order"
    if not any(point["leg"] for point in points):
        assert coords == [lonlat(point) for point in points]


@pytest.mark.parametrize("route", ROUTES)
def test_drawn_length_is_the_sum_of_the_legs(route: str) -> None:
    points = [lonlat(point) for point in waypoints()[route]]
    km = sum(GEOD.inv(*a, *b)[2] for a, b in itertools.pairwise(points)) / 1000
    row = layer("routes").loc[route]
    assert row["drawn_km"] == pytest.approx(km, rel=0.01)
    stated = next(r for r in facts("routes") if r["id"] == route)
    assert row["drawn_km"] == pytest.approx(float(stated["drawn_km"]), abs=0.11)
    if stated["published_km"]:
        assert row["ratio"] == pytest.approx(km / float(stated["published_km"]), abs=0.006)
        assert row["ratio"] == pytest.approx(float(stated["ratio"]), abs=0.011)


def test_legs_by_sea_and_air_follow_the_globe() -> None:
    assert {p["leg"] for p in facts("route_waypoints")} == {"", "sea", "air"}
    for route in ("air_kabul_delhi", "sea_karachi_bandarabbas"):
        line = layer("routes").geometry[route]
        coords = shapely.get_coordinates(line)
        legs = [GEOD.inv(*a, *b)[2] / 1000 for a, b in itertools.pairwise(coords)]
        assert max(legs) < 60 and len(coords) > len(waypoints()[route])


def test_a_ratio_far_from_one_is_flagged() -> None:
    frame = layer("routes")
    odd = frame["ratio"].notna() & ~frame["ratio"].between(0.6, 1.4)
    assert frame["note"].str.contains("do not compare them").equals(odd)


def test_every_route_is_schematic_and_says_so() -> None:
    for route, row in layer("routes").iterrows():
        unsure = sum(bool(point["accuracy_km"]) for point in waypoints()[route])
        assert row["uncertain"] == (row["alignment_confidence"] != "high" or unsure > 0)
        assert row["note"].startswith("Schematic:") and f" {unsure} of them" in row["note"]


def test_status_follows_the_rule() -> None:
    shut = {
        row["id"]
        for row in facts("crossings")
        if row["latest_status"].lower().startswith("closed to trade")
    }
    for row in facts("routes"):
        points = waypoints()[row["id"]]
        stated, _, remark = row["status_as_stated"].partition("; ")
        across = {"AF", "PK"} <= {point["country"] for point in points}
        closed = shut & {point["place_id"] for point in points}
        expected = {
            "existing": "suspended or closed" if across and closed else "existing",
            "under construction": "under construction",
            "stalled": "suspended or closed",
        }.get(stated, "abandoned" if "superseded" in remark else "planned or proposed")
        assert row["status"] == expected, row["id"]
        feature = layer("routes").loc[row["id"]]
        assert feature["status_class"] == CLASSES[expected]
        assert feature["symbol_class"].endswith(f"-{CLASSES[expected]}")
        if across and closed and stated == "existing":
            assert "closed to trade at" in feature["status"] and feature["as_of"] >= "2026-10-04"


def test_history_ends_in_the_present_state() -> None:
    for row in layer("routes").to_dict("records"):
        states = json.loads(row["states"])
        assert states[-1][1] == row["map_class"]
        dates = [since for since, _ in states]
        assert dates == sorted(set(dates)) and all(ISO.fullmatch(date) for date in dates)
        assert all(f"route.{name}" in SYMBOLS for _, name in states)
        if "closed to trade at" in row["status"]:
            assert states[-1][0] == "2025-10-12" and states[-2][1].endswith("existing")


def test_relation_agrees_with_the_waypoints() -> None:
    for row in layer("routes").to_dict("records"):
        countries = {point["country"] for point in waypoints()[row["id"]]}
        relation = row["relation_to_afghanistan"]
        assert row["rival"] == relation.startswith("bypasses Afghanistan")
        assert not (row["rival"] and "AF" in countries), row["id"]
        assert (relation == "through Afghanistan") <= ("AF" in countries), row["id"]
        assert (relation == "feeder in Pakistan") <= (countries == {"PK"}), row["id"]
    assert layer("routes")["rival"].sum() == 12


def test_legs_in_a_country_that_the_route_does_not_enter_are_named() -> None:
    shapes = layer("countries").geometry
    words = {"AF": "Afghan", "PK": "Pakistan", "IR": "Iranian", "UZ": "Uzbek", "TM": "Turkmen"}
    for route, line in layer("routes").geometry.items():
        entered = {point["country"] for point in waypoints()[route]}
        for country in words.keys() - entered:
            km = GEOD.geometry_length(shapely.intersection(line, shapes[country])) / 1000
            assert km < 5 or words[country] in layer("routes").loc[route, "note"], (route, country)


def test_points_are_ports_crossings_capitals_and_ends() -> None:
    frame = layer("route_points")
    known = {p["place_id"] for p in facts("route_waypoints")}
    known |= {node["node_id"] for node in facts("nodes")}
    assert set(frame["id"]) <= known
    assert not set(frame["id"]) & {row["id"] for row in facts("crossings")}
    here = {row["id"] for row in facts("crossings")}
    ends = {p[i]["place_id"] for p in waypoints().values() for i in (0, -1)}
    assert ends - here <= set(frame["id"])
    assert (frame["uncertain"] == frame["accuracy_km"].notna()).all()
    for point in facts("route_waypoints"):
        if point["place_id"] in frame.index:
            unsure = "GeoNames" not in point["source"]
            assert frame.loc[point["place_id"], "uncertain"] == unsure


def test_programmes_point_at_routes() -> None:
    for row in layer("programmes").to_dict("records"):
        parts = row["parts"].split()
        assert parts or row["missing"], row["id"]
        assert all(part.partition("/")[2] in ROUTES for part in parts)
        assert all(part.startswith("routes/") for part in parts)
        for part in parts:
            assert row["name"] in layer("routes").loc[part.partition("/")[2], "programmes"]
    assert {"carec", "uap", "tapi", "casa_1000"} <= set(layer("programmes")["id"])


def test_node_ids_exist_and_stand_where_the_nodes_do() -> None:
    nodes = {node["node_id"]: node for node in facts("nodes")}
    assert len(nodes) == len(facts("nodes")) == 393 and len(facts("links_road")) == 459
    for link in facts("links_road"):
        assert link["from_id"] in nodes and link["to_id"] in nodes
        a, b = nodes[link["from_id"]], nodes[link["to_id"]]
        km = GEOD.inv(*lonlat(a), *lonlat(b))[2] / 1000
        assert km <= float(link["distance_km"]) and float(link["straight_km"]) == pytest.approx(
            km, abs=0.15
        )
        assert bool(link["crosses_border"]) == (a["country"] != b["country"])
    for point in facts("route_waypoints"):
        assert (point["place_id"] in nodes) == bool(point["node_id"])
        if point["node_id"]:
            assert lonlat(point) == pytest.approx(lonlat(nodes[point["node_id"]]))
    named = {row["node_id"] for row in facts("crossings") if row["node_id"]}
    assert named <= set(nodes)


def test_a_trade_series_never_mixes_bases() -> None:
    series = defaultdict(list)
    for row in facts("trade"):
        assert float(row["value"]) > 0 and row["source"] and row["basis"]
        series[row["series"]].append(row)
    assert len(facts("trade")) == 123
    kinds = set()
    for rows in series.values():
        kind = {(r["flow"], r["basis"], r["period_type"], r["unit"]) for r in rows}
        assert len(kind) == 1
        periods = [row["period"] for row in rows]
        assert periods == sorted(set(periods))
        kinds |= kind
    apart = [name for name in series if name.endswith("second figure")]
    assert len(kinds) == len(series) - len(apart) and len(apart) == 1
    assert facts("trade") == sorted(facts("trade"), key=lambda r: (r["series"], r["period"]))


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_row_of_a_table_lights_something_on_its_map(atlas: Atlas, sheet: str) -> None:
    spec = compose(atlas, sheet, View())
    there = {feature.id for feature in (*spec.features(), *spec.records)}
    for table in atlas.sheets[sheet].tables:
        assert set(table.features) <= there, table.title
        assert table.features or table.path.stem == "trade", table.title
    assert any(entry.label == "Schematic alignment" for entry in spec.legend)


@pytest.mark.parametrize("sheet", ["connectivity", "roads", "rivals"])
def test_roads_are_open_before_the_closure_and_shut_after(atlas: Atlas, sheet: str) -> None:
    def state(date: str) -> str:
        spec = compose(atlas, sheet, View(date=date))
        return next(
            f.symbol for f in spec.features() if f.id == "routes/road_kabul_torkham_karachi"
        )

    assert state("2025-10-11") == "route.road-existing.uncertain"
    assert state("2025-10-12") == state("") == "route.road-suspended.uncertain"


def test_a_halo_leaves_the_dash_to_the_state() -> None:
    haloed = {name: drawn for name, drawn in SYMBOLS.items() if drawn.halo}
    assert set(haloed) >= {f"route.rail-{state}" for state in CLASSES.values()}
    for name, drawn in haloed.items():
        assert drawn.casing and symbol(name, uncertain=True)[1].dash == drawn.dash
    assert symbol("river", "1", uncertain=True)[1].dash == (4, 4)


def test_mode_and_state_survive_greyscale() -> None:
    def looks(name: str) -> tuple[float, tuple[float, ...]]:
        return SYMBOLS[name].width, SYMBOLS[name].dash

    states = [f"route.rail-{state}" for state in CLASSES.values()]
    modes = [f"route.{mode}-existing" for mode in ("road", "rail", "power", "pipeline", "air")]
    around = ["route.around-road-existing", "route.around-rail-existing"]
    assert len({looks(name) for name in states}) == len(states)
    assert len({looks(name) for name in (*modes, *around)}) == len(modes) + len(around)


def test_a_card_says_what_is_uncertain_in_the_words_of_its_kind(atlas: Atlas) -> None:
    assert card(atlas, "routes/pipeline_tapi").uncertain == "Schematic alignment"
    assert card(atlas, "route_points/kulma").uncertain == "Position uncertain, about 9.3 km"
    assert card(atlas, "programmes/uap").uncertain == ""
    assert card(atlas, "programmes/brkuap").uncertain == "no alignment found"
