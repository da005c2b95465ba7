"""The layers of diplomacy say what the fact tables say, no more and on no other date."""

from __future__ import annotations

import csv
import itertools
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from pyproj import Geod

from geobrief.style import SYMBOLS

ROOT = Path(__file__).resolve().parents[2]
LAYERS = (
    "engagement", "formats", "format_meetings", "meeting_places", "mediation", "mediation_arcs",
    "direct_line", "direct_meetings",
)  # fmt: skip
CLASSES = ["none", "contacts", "partial", "mission", "ambassador", "recognised"]
SIDES = ("Pakistan", "Afghanistan")
GEOD = Geod(ellps="WGS84")


@cache
def layer(name: str) -> gpd.GeoDataFrame:
    frame = gpd.read_parquet(ROOT / "geodata" / "layers" / f"{name}.parquet")
    return frame.set_index("id", drop=False)


@cache
def facts(name: str) -> list[dict[str, str]]:
    text = (ROOT / "content" / "facts" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(keepends=True)))


def states(frame: gpd.GeoDataFrame, id: str, column: str = "states") -> list[list[str]]:
    found: list[list[str]] = json.loads(frame.loc[id, column])
    return found


@pytest.mark.parametrize("name", LAYERS)
def test_every_feature_has_a_source_and_a_date_and_says_why_it_is_not_drawn(name: str) -> None:
    frame = layer(name)
    assert frame["id"].is_unique
    assert (frame["source"].str.len() > 10).all()
    assert frame["as_of"].str.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?").all()
    assert ((frame["missing"] == "") == frame.geometry.notna()).all()


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("engagement", "engagement"),
        ("formats", "formats"),
        ("format_meetings", "format_meetings"),
        ("direct_line", "direct_line"),
        ("direct_meetings", "direct_meetings"),
    ],
)
def test_every_row_is_a_feature(name: str, table: str) -> None:
    assert sorted(layer(name)["id"]) == sorted(row["id"] for row in facts(table))


def test_every_round_is_a_feature_and_fighting_is_none() -> None:
    rounds = {row["id"] for row in facts("mediation") if row["row_type"] == "mediation"}
    assert set(layer("mediation")["id"]) == rounds and len(rounds) == 20
    assert {row["row_type"] for row in facts("mediation")} == {"mediation", "context"}


def test_dated_classes_ascend_and_end_at_the_level_of_the_row() -> None:
    for id, row in layer("engagement").iterrows():
        steps = states(layer("engagement"), str(id))
        dates = [date for date, _ in steps]
        ranks = [CLASSES.index(name) for _, name in steps]
        assert dates == sorted(set(dates)) and ranks == sorted(set(ranks)), id
        assert ranks[-1] == row["engagement_level"], id
        assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", date) for date in dates)


def test_dated_classes_come_from_dated_columns_or_say_that_they_do_not() -> None:
    columns = (
        "afghan_mission_date", "own_ambassador_date", "taliban_named_ambassador_date",
        "recognition_date", "as_of",
    )  # fmt: skip
    for row in facts("engagement"):
        feature = layer("engagement").loc[row["id"]]
        known = [row[column] for column in columns if row[column]]
        for date, _ in states(layer("engagement"), row["id"]):
            assert any(date.startswith(text) for text in known), (row["id"], date)
        newest = states(layer("engagement"), row["id"])[-1][0]
        undated = not any(newest.startswith(row[column]) for column in columns[:-1] if row[column])
        assert undated <= ("no date of its own" in feature["note"]), row["id"]


def test_known_dates_of_engagement() -> None:
    engagement = layer("engagement")
    assert states(engagement, "PK") == [["2021-10-31", "mission"], ["2025-05-30", "ambassador"]]
    assert states(engagement, "RU")[-1] == ["2025-07-03", "recognised"]
    assert states(engagement, "TR") == [["2025-02-06", "mission"], ["2025-06-25", "ambassador"]]
    assert states(engagement, "AE")[0] == ["2023-12-31", "mission"]
    above = engagement[engagement["engagement_level"] >= 4]
    assert set(above["id"]) == {"AE", "AZ", "CN", "PK", "QA", "RU", "TR", "UZ"}


def test_only_one_state_has_recognised() -> None:
    engagement = layer("engagement")
    for id in engagement["id"]:
        steps = states(engagement, id, "recognition_states")
        assert steps[0] == ["2021-08-15", "not"]
        assert (steps[-1][1] == "recognised") == (id == "RU")


def test_the_subject_is_no_row_and_the_screen_geometry_is_light() -> None:
    engagement = layer("engagement")
    assert "AF" not in engagement["id"]
    assert list(engagement.index[engagement.geometry.isna()]) == ["EU"]
    drawn = engagement["display"][engagement["display"].notna()]
    assert shapely.get_num_coordinates(drawn.to_numpy()).sum() < 15_000
    assert len(drawn) == 42


def test_parts_of_a_format_are_its_members_and_meetings() -> None:
    shown_by = ("engagement", "format_meetings", "world")
    known = {f"{n}/{id}" for n in shown_by for id in layer(n)["id"]}
    for row in facts("formats"):
        parts = layer("formats").loc[row["id"], "parts"].split()
        assert set(parts) <= known and len(set(parts)) == len(parts)
        members = [
            member["country"]
            for member in facts("format_members")
            if member["format_id"] == row["id"] and member["belongs_as"] == "member"
        ]
        shown = [part for part in parts if not part.startswith("format_meetings/")]
        assert [part.partition("/")[2] for part in shown] == members
        assert len(parts) - len(shown) == int(row["meetings_listed"])
    assert "world/AF" in layer("formats").loc["cap_trilateral", "parts"].split()


def test_member_texts_agree_with_the_table_of_members() -> None:
    for row in facts("formats"):
        for kind in ("member", "partner"):
            listed = [
                member["name"]
                for member in facts("format_members")
                if (member["format_id"], member["belongs_as"]) == (row["id"], kind)
            ]
            assert row[f"{kind}s"] == "; ".join(listed)
        inside = {m["country"] for m in facts("format_members") if m["format_id"] == row["id"]}
        assert (row["Pakistan_in"] == "yes") == ("PK" in inside), row["id"]
    taking_part = {c: [r[f"{c}_in"] for r in facts("formats")].count("yes") for c in SIDES}
    title = (ROOT / "content" / "sheets" / "formats.md").read_text(encoding="utf-8")
    assert (
        "Pakistan takes part in {Pakistan} of 16 formats, Afghanistan in {Afghanistan}".format(
            **taking_part
        )
        in title
    )


def test_meetings_lie_in_the_country_of_their_city() -> None:
    world = layer("world")
    for row in facts("diplomacy_places"):
        point = layer("meeting_places").set_index("name").geometry[row["place"]]
        assert world.geometry[row["country"]].distance(point) < 0.1, row["place"]
    meetings = layer("format_meetings")
    assert list(meetings.index[meetings.geometry.isna()]) == ["cap_trilateral-4"]
    assert len(meetings) == 52


def test_places_that_are_not_sure_are_marked() -> None:
    unsure = {row["place"] for row in facts("diplomacy_places") if row["position_checked"] != "yes"}
    assert unsure == {"Khankendi", "Tunxi (Huangshan)"}
    meetings = layer("format_meetings")
    assert meetings["uncertain"][meetings["place"].isin(unsure)].all()
    assert meetings["uncertain"][["qcg-2", "qcg-3", "heart_of_asia-9"]].all()
    rounds = layer("mediation")
    doubtful = {row["id"] for row in facts("mediation") if row["point"] != "here"}
    assert set(rounds.index[rounds["uncertain"]]) == doubtful & set(rounds["id"])


def test_arcs_are_geodesics_to_places_where_the_side_took_part() -> None:
    arcs, places = layer("mediation_arcs"), layer("meeting_places").set_index("name")
    assert len(arcs) == 13 and arcs["rounds"].sum() == 18
    for arc in arcs.to_dict("records"):
        start, *_, end = arc["geometry"].coords
        assert end == places.geometry[arc["place"]].coords[0]
        length = GEOD.inv(*start, *end)[2] / 1000
        assert length == pytest.approx(arc["length_km"], abs=0.06)
        assert GEOD.geometry_length(arc["geometry"]) / 1000 == pytest.approx(length, abs=0.1)
    assert "kabul-tehran" not in arcs["id"]  # invited and absent
    assert arcs.loc["kabul-istanbul", "rounds"] == 2
    met = {row["place"] for row in facts("mediation") if row["capitals_of_parties"]}
    assert met == {"Khost", "Kabul", "Beijing", "Doha", "Istanbul", "Riyadh", "Tehran", "Urumqi"}


def test_direct_line_carries_the_dated_level_of_relations() -> None:
    lines = layer("direct_line")
    assert lines.loc["islamabad-kabul", "length_km"] == pytest.approx(368.1, abs=0.1)
    assert states(lines, "islamabad-kabul")[-1] == ["2026-02-27", "unconfirmed"]
    assert not lines.loc["islamabad-kabul", "confirmed"]
    assert set(lines.index[lines.geometry.isna()]) == {"doha-islamabad", "ankara-islamabad"}
    engagement = {"doha-kabul": "QA", "ankara-kabul": "TR"}
    for line, country in engagement.items():
        theirs = states(layer("engagement"), country)
        assert states(lines, line) == [[d, c.replace("mission", "charge")] for d, c in theirs]


def test_dates_known_to_a_month_are_not_shown_before_it_is_over() -> None:
    assert layer("format_meetings").loc["uap-2023-07", "date"] == "2023-07-31"
    for name in ("format_meetings", "mediation", "mediation_arcs", "direct_meetings"):
        assert layer(name)["date"].str.fullmatch(r"\d{4}-\d{2}-\d{2}").all()


def test_wording_is_neutral() -> None:
    for name in ("engagement", "formats", "format_meetings", "mediation", "relations_steps"):
        for row in facts(name):
            said: dict[str, Any] = {k: v for k, v in row.items() if k != "source"}
            text = " ".join(map(str, said.values())).lower()
            assert "taliban government" not in text and "no relations" not in text, row
            quoted = text.count("called open war") + text.count("spoke of open war")
            assert text.count("open war") == quoted, row


def test_engagement_darkens_with_the_tie_so_that_grey_keeps_the_order() -> None:
    tones = [lightness(SYMBOLS[f"engagement.{name}"].fill) for name in CLASSES]
    steps = [before - after for before, after in itertools.pairwise(tones)]
    assert min(steps) > 10
    # Where there is no row the tone is none of the ramp; the palest class has an outline as well.
    assert min(abs(lightness(SYMBOLS["no-row"].fill) - tone) for tone in tones) > 4
    assert SYMBOLS["engagement.none"].dash


def lightness(colour: str) -> float:
    """L* of a colour (CIE 1976), 0 to 100."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * float(y ** (1 / 3)) - 16 if y > 0.008856 else 903.3 * y
