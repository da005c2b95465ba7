"""The layers hold what the catalogue says: sound, sourced, and in agreement with each other."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

ROOT = Path(__file__).resolve().parents[2]
GEODATA = ROOT / "geodata"
CATALOGUE = tomllib.loads((GEODATA / "catalogue.toml").read_text(encoding="utf-8"))["layer"]
FRAMES = [entry["id"] for entry in CATALOGUE if entry["kind"] != "raster"]
COMMON = [
    "id", "name", "name_ur", "name_ps", "name_prs", "names_unconfirmed",
    "source", "as_of", "confirmed", "note",
]  # fmt: skip
POLICIES = {"neutral", "un-style", "pakistan", "afghanistan", "india"}
CLASSES = {
    "international", "disputed", "undetermined", "line-of-control",
    "administrative", "claim", "hidden",
}  # fmt: skip
TOUCHING = {
    "AF-BDS", "AF-NUR", "AF-KNR", "AF-NAN", "AF-PIA", "AF-KHO", "AF-PKA", "AF-ZAB", "AF-KAN",
    "AF-HEL", "AF-NIM", "PK-KP", "PK-BA", "PK-GB",
}  # fmt: skip


@cache
def layer(name: str) -> gpd.GeoDataFrame:
    return gpd.read_parquet(GEODATA / "layers" / f"{name}.parquet")


@cache
def table(name: str) -> list[dict[str, str]]:
    with (GEODATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def length_km(geometry: Any) -> float:
    return float(Geod(ellps="WGS84").geometry_length(geometry)) / 1000


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry["id"])
def test_file_is_the_one_the_catalogue_names(entry: dict[str, Any]) -> None:
    data = (GEODATA / entry["file"]).read_bytes()
    assert entry["digest"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert (GEODATA / "licences" / f"{entry['licence']}.txt").stat().st_size > 100
    assert entry["source"] and entry["attribution"] and entry["as_of"]
    if entry["kind"] != "raster":
        assert entry["features"] == len(layer(entry["id"]))
        columns = set(layer(entry["id"]).columns)
        assert {figure["column"] for figure in entry["figures"]} <= columns


def test_layers_stay_small() -> None:
    assert sum(p.stat().st_size for p in (GEODATA / "layers").iterdir()) < 30e6


@pytest.mark.parametrize("name", FRAMES)
def test_every_feature_has_id_source_date_and_sound_geometry(name: str) -> None:
    frame = layer(name)
    assert list(frame.columns[:10]) == COMMON
    assert list(frame.columns[-2:]) == ["geometry", "display"]
    assert frame.crs.to_epsg() == 4326 and frame["display"].crs.to_epsg() == 4326
    assert frame["id"].is_unique and frame["id"].is_monotonic_increasing
    assert (frame["source"].str.len() > 0).all()
    assert frame["as_of"].str.fullmatch(r"\d{4}(-\d{2}){0,2}").all()
    assert frame["names_unconfirmed"].notna().all() and frame["note"].notna().all()
    for column in ("geometry", "display"):
        drawn = frame[column][frame[column].notna()]
        assert drawn.is_valid.all() and not drawn.is_empty.any()


def test_unconfirmed_names_are_names_that_stand_there() -> None:
    columns = {"ur": "name_ur", "ps": "name_ps", "prs": "name_prs"}
    for name in FRAMES:
        for record in layer(name).drop(columns=["geometry", "display"]).to_dict("records"):
            for language in record["names_unconfirmed"].split():
                assert isinstance(record[columns[language]], str), (name, record["id"])


def test_border_is_one_line_from_end_to_end() -> None:
    (feature,) = layer("border").to_dict("records")
    line = feature["geometry"]
    assert feature["id"] == "afghanistan-pakistan"
    assert line.geom_type == "LineString" and line.is_simple
    assert len(line.coords) == feature["vertices"] == 34_559
    assert length_km(line) == pytest.approx(2790.2, abs=0.1)
    assert line.coords[0] == pytest.approx((60.87, 29.86), abs=0.1)
    assert line.coords[-1] == pytest.approx((74.57, 37.03), abs=0.1)


def test_other_sources_are_single_lines_running_the_same_way() -> None:
    others = layer("border_sources")
    subject = layer("border").geometry.iloc[0]
    assert len(others) >= 5
    for feature in others.to_dict("records"):
        line = feature["geometry"]
        assert line.geom_type == "LineString", feature["id"]
        assert length_km(line) == pytest.approx(feature["length_km"], abs=0.06)
        for end in (0, -1):
            apart = shapely.Point(line.coords[end]).distance(shapely.Point(subject.coords[end]))
            assert apart < 0.7, (feature["id"], end)  # the coarsest ends 0.6 degrees off


def test_lengths_hold_measured_and_published_figures() -> None:
    rows = table("border_lengths.csv")
    measured = {row["name"]: row for row in rows if row["kind"] == "measured"}
    assert max(float(row["length_km"]) for row in measured.values()) == 2790.2
    with (ROOT / "content/facts/border_length_claims.csv").open(encoding="utf-8") as file:
        claims = list(csv.DictReader(file))
    ours = [c for c in claims if c["source"].startswith("measured by us")]
    assert len(measured) == len(layer("border_sources")) + 1 + len(ours)
    published = [c["claimant"] for c in claims if c not in ours]
    assert [r["name"] for r in rows if r["kind"] == "published"] == published


def test_provinces_cover_both_countries_once() -> None:
    provinces = layer("provinces")
    assert provinces["country"].value_counts().to_dict() == {"AF": 34, "PK": 7}
    assert shapely.coverage_is_valid(provinces.geometry.to_numpy())
    assert shapely.coverage_is_valid(provinces["display"].to_numpy())
    countries = layer("countries").set_index("id")
    for code, units in provinces.groupby("country"):
        union = shapely.coverage_union_all(units.geometry.to_numpy())
        assert union.symmetric_difference(countries.geometry[code]).area < 1e-6


def test_provinces_that_touch_the_border_are_computed() -> None:
    provinces = layer("provinces").set_index("id")
    assert set(provinces.index[provinces["touches_border"]]) == TOUCHING
    for _, units in provinces.groupby("country"):
        assert units["border_km"].sum() == pytest.approx(2790.2, abs=0.6)
    assert set(provinces.index[provinces["disputed"]]) == {"PK-GB", "PK-JK"}
    assert "isput" in provinces["note"]["PK-GB"]


def test_former_fata_lies_inside_its_successor() -> None:
    (fata,) = layer("former_fata").geometry
    province = layer("provinces").set_index("id").geometry["PK-KP"]
    assert fata.difference(province).area < 1e-6


@pytest.mark.parametrize("name", ["countries", "provinces"])
def test_fills_do_not_overlap(name: str) -> None:
    shapes = layer(name).geometry.to_numpy()
    pairs = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    overlap = [shapely.intersection(shapes[i], shapes[j]).area for i, j in pairs.T if i < j]
    assert sum(overlap) < 1e-6


def test_neighbours_share_their_edge() -> None:
    assert shapely.coverage_is_valid(layer("countries").geometry.to_numpy())


def test_every_segment_has_one_class_under_every_policy() -> None:
    rows = table("boundary_classes.csv")
    cells = [(row["segment"], row["policy"]) for row in rows]
    assert len(set(cells)) == len(cells)
    assert set(cells) == {(s, p) for s in layer("boundaries")["id"] for p in POLICIES}
    assert {row["class"] for row in rows} == CLASSES
    assert all(row["source"] for row in rows)


def test_subject_segments_make_up_the_border() -> None:
    segments = layer("boundaries")
    parts = segments[segments["part_of"] == "border/afghanistan-pakistan"]
    merged = shapely.line_merge(shapely.union_all(parts.geometry.to_numpy()))
    assert merged.normalize().equals(layer("border").geometry.iloc[0].normalize())
    classes = {(r["segment"], r["policy"]): r["class"] for r in table("boundary_classes.csv")}
    for segment in parts["id"]:
        assert classes[segment, "pakistan"] == "international"
        assert classes[segment, "afghanistan"] == classes[segment, "neutral"] == "disputed"


def test_natural_earth_classes_are_carried_by_policy() -> None:
    classes = {(r["segment"], r["policy"]): r["class"] for r in table("boundary_classes.csv")}
    assert classes["line-of-control-south", "neutral"] == "line-of-control"
    assert classes["line-of-control-south", "india"] == "hidden"
    assert classes["pk-in-working-boundary", "india"] == "international"
    assert classes["pk-in-working-boundary", "pakistan"] == "administrative"
    assert classes["in-cn-aksai-chin", "neutral"] == "disputed"
    assert classes["claim-india-aksai-chin", "india"] == "international"
    assert classes["pk-cn-shaksgam", "neutral"] == "undetermined"


def test_crossings_are_listed_and_only_located_ones_drawn() -> None:
    crossings = layer("crossings").set_index("id")
    assert len(crossings) == 22
    missing = set(crossings.index[crossings.geometry.isna()])
    assert missing == {"dobandi", "ghakhi_pass", "karkhar", "raghajan", "shahidano"}
    assert set(crossings["status_class"]) <= {"closed", "limited", "open", "unknown"}
    assert crossings["status_class"]["torkham"] == "limited"
    assert crossings["uncertain"][list(missing)].all()


def test_crossings_lie_on_the_border_within_their_accuracy() -> None:
    border = layer("border").geometry.iloc[0]
    coords = shapely.get_coordinates(border)
    for record in layer("crossings").dropna(subset=["geometry"]).to_dict("records"):
        x, y = record["geometry"].coords[0]
        near = coords[np.hypot(coords[:, 0] - x, coords[:, 1] - y).argmin()]
        apart = Geod(ellps="WGS84").inv(x, y, *near)[2] / 1000
        assert apart <= record["accuracy_km"] + 0.2, record["id"]


def test_places_rank_capitals_first_and_leave_unknown_populations_empty() -> None:
    places = layer("places").set_index("id")
    assert places["rank"]["kabul"] == places["rank"]["islamabad"] == 1
    assert places["rank"]["peshawar"] == 2
    assert not (places["population"] == 0).any()


def test_named_rivers_of_the_fact_table_are_there() -> None:
    rivers = set(layer("rivers")["id"])
    assert {"kabul", "kunar", "helmand", "amu-darya", "indus", "gomal", "kurram"} <= rivers
