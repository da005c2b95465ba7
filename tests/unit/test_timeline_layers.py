"""Events, spans, actors, claims and recommendations: whole, dated, placed, exactly quoted."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from pyproj import Geod

from geobrief.coverage import OUTCOMES
from geobrief.essay import read_essay
from geobrief.style import SYMBOLS

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ROOT / "geodata" / "layers"
RECORDS = ("history", "actors", "recommendations")
LENGTH = {"day": 10, "month": 7, "year": 4}
MADE_ELSEWHERE = {
    "border_provinces", "border_districts", "population_definitions", "routes", "route_points",
    "programmes", "roz", "zone_proposals", "zone_models", "engagement", "formats",
    "format_meetings", "mediation", "mediation_arcs", "direct_line",
}  # fmt: skip
SHEETS = {
    "", "overview", "border", "provinces-population", "provinces-density", "provinces-border",
    "fifty-million", "zones-roz", "zones-proposals", "zones-models", "connectivity", "roads",
    "rail", "energy", "rivals", "engagement", "recognition", "formats", "mediation",
    "direct-line", "security", "timeline",
}  # fmt: skip
TOWNS = {"Kabul", "Islamabad", "Karachi", "Rawalpindi", "Peshawar", "Khost", "Asadabad"}
CROSSINGS = {
    "Torkham": "torkham",
    "Chaman-Spin Boldak gate": "chaman_gate",
    "Angoor Ada": "angoor_adda",
    "Ghulam Khan": "ghulam_khan",
    "Kharlachi": "kharlachi",
}
ON_THE_LINE = {
    "North-West Frontier", "Salala, Mohmand", "Along the border",
    "Along the border, several provinces", "Along the border, six provinces",
}  # fmt: skip
PROVINCE = {
    "Bogra Pass": "PK-BA",
    "Bajaur and Mohmand border": "PK-KP",
    "North Waziristan": "PK-KP",
    "Barmal, Paktika": "AF-PKA",
    "Urgun, Paktika": "AF-PKA",
    "Border provinces": "AF-KHO",
    "Paktia, Paktika and Kunar": "AF-PIA",
    "Balochistan (place not read)": "PK-BA",
}


@cache
def layer(name: str) -> gpd.GeoDataFrame:
    return gpd.read_parquet(LAYERS / f"{name}.parquet").set_index("id", drop=False)


@cache
def facts(name: str) -> list[dict[str, str]]:
    with (ROOT / "content/facts" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def apart_km(a: shapely.Point, b: shapely.Point) -> float:
    return float(Geod(ellps="WGS84").inv(a.x, a.y, b.x, b.y)[2]) / 1000


def unresolved(features: str) -> list[str]:
    """Ids that no layer holds, but for whole layers that are made elsewhere."""
    found = []
    for feature in features.split():
        name, _, id = feature.partition("/")
        if (LAYERS / f"{name}.parquet").is_file():
            if id and id not in layer(name).index:
                found.append(feature)
        elif id or name not in MADE_ELSEWHERE:
            found.append(feature)
    return found


# Events


def test_every_row_is_an_event_and_carries_its_facts() -> None:
    events = layer("events")
    rows = {row["id"]: row for row in facts("timeline")}
    assert len(rows) == len(facts("timeline")) == 91
    assert set(events.index) == set(rows)
    for id, row in rows.items():
        event = events.loc[id]
        assert (event["name"], event["date"], event["category"], event["summary"]) == (
            row["title"], row["date"], row["category"], row["summary"],
        )  # fmt: skip
        assert event["confirmed"] == (row["confirmed"] == "yes")
        assert row["source"] and row["evidence"]


def test_ids_begin_with_the_date_and_dates_are_no_finer_than_known() -> None:
    for row in facts("timeline"):
        assert re.fullmatch(re.escape(row["date"]) + r"-[a-z0-9]+(-[a-z0-9]+)*", row["id"])
        assert row["when"] == row["date"][: LENGTH[row["date_precision"]]]
        doubt = re.search(r"confirms the (month|year) only", row["note"])
        if doubt:
            assert row["date_precision"] == doubt[1], row["id"]


def test_events_without_one_place_are_listed_and_say_why() -> None:
    events = layer("events")
    undrawn = events[events.geometry.isna()]
    assert set(undrawn["missing"]) == {"outside the map", "no single place: places not read"}
    assert len(undrawn) == 10
    assert events.loc[events.geometry.notna(), "missing"].isna().all()


def test_indicative_and_coarse_points_are_uncertain_and_no_others() -> None:
    events = layer("events").dropna(subset=["geometry"])
    said = events["note"].str.contains("approximate|indicative|stands? (?:in|for the whole)")
    coarse = events["accuracy_km"].fillna(0) > 2
    assert set(events.index[events["uncertain"]]) == set(events.index[said | coarse])
    assert events["uncertain"].sum() >= 20


def test_events_lie_where_they_are_said_to() -> None:
    places, crossings, provinces = layer("places"), layer("crossings"), layer("provinces")
    line = layer("border").geometry.iloc[0]
    for event in layer("events").dropna(subset=["geometry"]).itertuples():
        point, place = event.geometry, event.place
        if place in TOWNS:
            assert apart_km(point, places.geometry[place.lower()]) < 1, event.id
        elif place in CROSSINGS:
            assert point.equals(crossings.geometry[CROSSINGS[place]]), event.id
        elif place in ON_THE_LINE:
            nearest = shapely.get_point(shapely.shortest_line(point, line), 1)
            assert apart_km(point, nearest) < 0.05, event.id
        else:
            assert provinces.geometry[PROVINCE[place]].contains(point), event.id


def test_force_has_an_attribution_and_nothing_else_has() -> None:
    for row in facts("timeline"):
        war = row["category"] == "war"
        assert bool(row["attribution"]) == bool(row["form"]) == war, row["id"]
        assert not war or f"force.{row['form']}" in SYMBOLS


def test_strikes_in_one_country_are_not_drawn_in_the_other() -> None:
    countries, events = layer("countries"), layer("events")
    strikes = events[(events["form"] == "strike") & events.geometry.notna()]
    into_pakistan = {"2026-07-01-drones-balochistan"}
    assert len(strikes) == 14
    for strike in strikes.itertuples():
        country = "PK" if strike.id in into_pakistan else "AF"
        assert countries.geometry[country].contains(strike.geometry), strike.id


def lightness(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    shares = zip((0.2126, 0.7152, 0.0722), linear, strict=True)
    return 116 * sum(share * v for share, v in shares) ** (1 / 3) - 16


@pytest.mark.parametrize("style", ["event", "force"])
def test_classes_are_few_and_told_apart_without_colour(style: str) -> None:
    column = {"event": "group", "force": "form"}[style]
    classes = {row[column] for row in facts("timeline")} - {""}
    assert len(classes) <= 6
    drawn = [SYMBOLS[f"{style}.{name}"] for name in sorted(classes)]
    for n, one in enumerate(drawn):
        for other in drawn[n + 1 :]:
            contrast = abs(lightness(one.fill) - lightness(other.fill))
            assert one.shape != other.shape or contrast >= 25, (one, other)


def test_rings_count_the_events_at_a_place_at_every_date() -> None:
    events, places = layer("events").dropna(subset=["geometry"]), layer("event_places")
    at = Counter(events["place"])
    assert dict(zip(places["name"], places["events"], strict=True)) == dict(at)
    for place in places.itertuples():
        dates = sorted(events.loc[events["place"] == place.name, "date"])
        states = json.loads(place.states)
        assert [since for since, _ in states] == dates
        for number, (_, name) in enumerate(states, 1):
            assert int(name) == max(least for least in (1, 2, 5, 10) if least <= number)
            assert f"event-place.{name}" in SYMBOLS
        at_place = events[events["place"] == place.name].geometry
        assert all(point.equals(place.geometry) for point in at_place)


# How new


def test_newest_confirmed_date_of_each_category_is_computed() -> None:
    confirmed = [row for row in facts("timeline") if row["confirmed"] == "yes"]
    newest: dict[str, str] = {"all": max(row["date"] for row in confirmed)}
    for row in confirmed:
        newest[row["category"]] = max(newest.get(row["category"], ""), row["date"])
    with (ROOT / "geodata/events_newest.csv").open(encoding="utf-8", newline="") as file:
        table = {row["category"]: row for row in csv.DictReader(file)}
    assert {name: row["newest_confirmed"] for name, row in table.items()} == newest
    assert newest["all"] == "2026-10-04" and newest["war"] == "2026-10-01"
    assert table["all"]["found_since"].startswith("nothing found after 2026-10-04")


# Records


@pytest.mark.parametrize("name", RECORDS)
def test_records_have_no_geometry_and_parts_that_exist(name: str) -> None:
    records = layer(name)
    assert len(records) == len(facts(name))
    assert records.geometry.isna().all()
    for record in records.itertuples():
        assert unresolved(record.parts) == [], record.id
        assert record.parts or record.missing, record.id


def test_spans_light_the_events_inside_them_and_only_these() -> None:
    events = layer("events")
    for span in facts("history"):
        begin, end = span["begin"], span["end"] or "9999"
        assert begin <= end
        parts = layer("history")["parts"][span["id"]].split()
        inside = {
            f"events/{event.id}"
            for event in events.itertuples()
            if event.date >= begin and event.date[: len(end)] <= end
        }
        lit = {part for part in parts if part.startswith("events/")}
        assert lit <= inside, span["id"]
        if span["events"] == "all":
            assert lit == inside, span["id"]


def test_spans_that_rest_on_general_knowledge_alone_are_not_confirmed() -> None:
    for span in facts("history"):
        alone = span["source"].startswith("unconfirmed")
        inferred = span["note"].startswith("inferred")
        assert (span["confirmed"] == "no") == (alone or inferred), span["id"]
        assert span["dating"]


def test_actors_say_how_they_are_shown() -> None:
    for row in facts("actors"):
        assert row["outcome"] in OUTCOMES, row["id"]
        assert row["summary"] and row["known"] and row["source"]
        assert row["outcome"] != "without shippable data" or "no shippable data" in row["missing"]


def test_rows_of_attributed_groups_are_only_those_of_the_timeline_that_name_them() -> None:
    rows = {row["id"]: row for row in facts("timeline")}
    actors = {row["id"]: row for row in facts("actors")}
    for part in actors["ttp"]["parts"].split():
        event = rows[part.removeprefix("events/")]
        assert re.search("TTP|Pakistani Taliban", event["title"] + event["summary"])
    assert actors["bla"]["parts"] == "" and "forbid redistribution" in actors["bla"]["missing"]


# Quotations


@cache
def essay():  # type: ignore[no-untyped-def]
    def refuse(problem: Exception) -> None:
        raise problem

    return read_essay(ROOT / "content/essay.md", refuse)


def test_claims_quote_the_essay_character_for_character() -> None:
    claims = facts("claims")
    assert [row["claim"] for row in claims] == [f"C{n:02}" for n in range(1, 39)]
    for row in claims:
        start, end = int(row["quote_start"]), int(row["quote_end"])
        assert essay().text[start:end] == row["quote"], row["claim"]
        passage = essay().passage(row["passage"])
        assert passage.start <= start < end <= passage.end, row["claim"]
        assert row["sheet"] in SHEETS, row["claim"]
        assert row["finding"] and row["verdict"] and row["source"]


def test_recommendations_follow_the_outline_and_quote_exactly() -> None:
    rows = facts("recommendations")
    assert Counter(row["parent"] for row in rows) == {"r0": 5, "r1": 4, "r2": 4, "r3": 4, "r4": 2}
    for row in rows:
        assert row["id"] == row["item"].lower().replace(".", "-")
        assert row["id"].startswith(f"{row['parent']}-")
        said = " ".join(essay().passage(id).text for id in row["passages"].split())
        assert row["quote"] and all(quote in said for quote in row["quote"].split("; ")), row["id"]
        assert layer("recommendations")["parts"][row["id"]] == row["features"]


# Words on the sheets


def test_numbers_in_titles_and_notes_are_those_of_the_tables() -> None:
    rows = facts("timeline")
    war = [row for row in rows if row["category"] == "war"]
    later = [row for row in rows if row["date"] > "2021-08-15"]
    recent = [row for row in war if row["date"] >= "2025-10-01"]
    sheets = ROOT / "content/sheets"
    timeline = (sheets / "timeline.md").read_text(encoding="utf-8")
    security = (sheets / "security.md").read_text(encoding="utf-8")
    assert f"{len(later)} of {len(rows)} dated events" in timeline
    assert f"{len(rows) - len(later)} of them up to the fall of Kabul" in timeline
    assert f"{len(recent)} of {len(war)} dated entries" in security
    assert len(facts("recommendations")) == 19
