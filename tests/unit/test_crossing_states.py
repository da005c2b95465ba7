"""Dated states of the crossings rest on the words of the status histories, and on nothing else."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import pytest

ROOT = Path(__file__).resolve().parents[2]
AS_OF = "2026-10-04"
CLASSES = {"open", "limited", "closed"}

NO_STATE = (
    "April 2006 Afghan side begins asking for travel papers",
    "Gate built 2003",
    "Customs station notified 2005",
    "operated by the National Logistics Cell since 2018",
    "still closed to trade on 4 Oct 2026",  # the latest status says the same, and more
    "not among the six trade points notified by 2021",
    "Used as a winter through route until 2008 or 2009",
    "opening notified 2019",
    "openings announced for March 2021 and November 2021",
    "not named among working crossings in 2023-2026",
    "reopening announced for 7 Aug 2019 and November 2021",
    "road on the approach being improved in early 2025",
    "jirgas of 2020, Feb and June 2023 ask for reopening",
    "Elders asked in 2022 and 2023 that they be reopened",
    "tribal elders again asked for reopening in October 2023",
    "one of six notified trade points in April 2021",
    "terminal plan July 2024",
    "Named by Dawn among border points calm on 14 Oct 2025",
    "fighting at a post there was reported in October 2025",
    "Named (as Bubandi) by Dawn among border points calm on 14 Oct 2025",
)
"""Dated statements that say neither open nor closed: announcements, requests, works."""


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / f"content/facts/{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def crossings() -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in rows("crossings")}


@cache
def states() -> dict[str, list[list[str]]]:
    frame = gpd.read_parquet(ROOT / "geodata/layers/crossings.parquet")
    return {id: json.loads(text) for id, text in zip(frame["id"], frame["states"], strict=True)}


def at(crossing: str, day: str) -> str:
    held = [name for since, name in states()[crossing] if since <= day]
    return held[-1] if held else ""


def whole(text: str) -> str:
    """A date of any precision as the first day of it."""
    return (text + "-01-01")[:10]


def test_every_row_rests_on_words_of_its_crossing() -> None:
    for row in rows("crossing_states"):
        fact = crossings()[row["crossing"]]
        said = fact["status_history"] + "\n" + fact["latest_status"]
        assert row["words"] in said, row
        dated = row["date"][:4] in row["words"] or (
            row["words"] in fact["latest_status"] and row["date"] == fact["latest_status_date"]
        )
        assert dated, row
        assert row["class"] in CLASSES and row["confirmed"] in {"yes", "partly", "no"}


def test_dates_are_iso_ascending_and_not_after_what_is_known() -> None:
    by_crossing: dict[str, list[str]] = {}
    for row in rows("crossing_states"):
        for column in ("date", "latest", "until"):
            if row[column]:
                assert re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", row[column]), row
                date.fromisoformat(whole(row[column]))
        assert not row["latest"] or row["latest"] > row["date"]
        assert not row["until"] or row["until"] >= row["date"][: len(row["until"])]
        known = crossings()[row["crossing"]]["latest_status_date"] or AS_OF
        assert whole(row["date"]) <= known <= AS_OF, row
        by_crossing.setdefault(row["crossing"], []).append(whole(row["date"]))
    for crossing, dates in by_crossing.items():
        assert dates == sorted(dates), crossing


def test_no_dated_statement_of_a_history_is_passed_over() -> None:
    used = set()
    for id, fact in crossings().items():
        left = fact["status_history"]
        words = [row["words"] for row in rows("crossing_states") if row["crossing"] == id]
        for text in sorted({*words, *NO_STATE}, key=len, reverse=True):
            if text in left:
                used.add(text)
                left = left.replace(text, "")
        assert not re.search(r"\b(19|20)\d\d\b", left), (id, left)
    assert set(NO_STATE) <= used, "a statement of the list stands in no history"


def test_states_of_the_layer_are_in_order_and_end_with_the_present_class() -> None:
    frame = gpd.read_parquet(ROOT / "geodata/layers/crossings.parquet").set_index("id")
    assert set(states()) == set(crossings()) == set(frame.index)
    for id, found in states().items():
        assert found and found[-1][1] == frame["status_class"][id], id
        days = [day for day, _ in found]
        assert all(a < b for a, b in pairwise(days)), id
        assert all(date.fromisoformat(day).isoformat() == day <= AS_OF for day in days), id
        assert {name for _, name in found} <= {*CLASSES, "unknown"}
        assert all(a[1] != b[1] for a, b in pairwise(found)), id


def test_every_drawn_state_has_a_row_of_its_class() -> None:
    for id, found in states().items():
        said = [
            (whole(row["date"])[:4], (row["latest"] or row["date"])[:4], row["class"])
            for row in rows("crossing_states")
            if row["crossing"] == id and row["confirmed"] != "no"
        ]
        for day, name in found:
            if name != "unknown":
                years = {str(int(day[:4]) - 1), day[:4]}
                assert any(c == name and years & {a, b} for a, b, c in said), (id, day, name)


@pytest.mark.parametrize(
    ("crossing", "day", "expected"),
    [
        ("torkham", "2016-06-15", "closed"),
        ("torkham", "2017-03-01", "closed"),
        ("torkham", "2020-04-15", "unknown"),  # closed in 2020, the day is not given
        ("torkham", "2020-06-22", "open"),
        ("torkham", "2024-01-15", "limited"),  # to trucks only
        ("torkham", "2025-03-01", "closed"),
        ("torkham", "2025-10-11", "open"),
        ("torkham", "2025-10-12", "closed"),
        ("torkham", "2025-11-15", "limited"),
        ("torkham", "2026-02-27", "closed"),
        ("torkham", "2026-04-02", "limited"),
        ("torkham", AS_OF, "limited"),
        ("chaman_gate", "2017-05-10", "closed"),
        ("chaman_gate", "2021-08-01", "limited"),
        ("chaman_gate", "2023-06-01", "unknown"),  # the history says nothing
        ("chaman_gate", "2025-10-12", "closed"),
        ("chaman_gate", "2025-10-13", "limited"),
        ("ghulam_khan", "2015-01-01", "closed"),
        ("ghulam_khan", "2025-06-29", "closed"),
        ("ghulam_khan", "2025-08-01", "unknown"),  # "later reopened", without a day
        ("ghulam_khan", "2025-10-12", "closed"),
        ("kharlachi", "2011-06-01", "unknown"),  # reopened in 2011 or 2012
        ("kharlachi", "2024-12-01", "closed"),
        ("kharlachi", "2025-05-09", "open"),
        ("angoor_adda", "2023-06-01", "unknown"),  # sources give April to September
        ("angoor_adda", "2024-06-01", "closed"),
        ("angoor_adda", "2025-10-01", "open"),
        ("angoor_adda", "2025-10-12", "closed"),
        ("arandu", "2022-06-01", ""),  # opened by one list only
        ("badini", "2023-06-01", "limited"),
        ("nawa_pass", "2007-06-01", ""),
        ("nawa_pass", "2008-06-01", "closed"),
        ("teri_mangal", "2016-11-20", "closed"),
        ("teri_mangal", "2018-01-01", "unknown"),
    ],
)
def test_state_at_a_date(crossing: str, day: str, expected: str) -> None:
    assert at(crossing, day) == expected


def test_the_five_trade_crossings_shut_on_the_same_day() -> None:
    five = ("torkham", "chaman_gate", "ghulam_khan", "kharlachi", "angoor_adda")
    assert {at(id, "2025-10-12") for id in five} == {"closed"}
    assert "open" not in {at(id, AS_OF) for id in states()}


def test_the_border_sheet_draws_the_dated_states() -> None:
    text = (ROOT / "content/sheets/border.md").read_text("utf-8")
    entries = tomllib.loads(text.split("+++")[1])["layers"]
    (entry,) = [entry for entry in entries if entry["id"] == "crossings"]
    assert entry["states"] == "states" and "by" not in entry
    assert set(entry["legend"]) == {*CLASSES, "unknown"}
