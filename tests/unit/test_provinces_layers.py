"""Border provinces, border districts and the 50 million: figures, sums, classes and points."""

from __future__ import annotations

import csv
import itertools
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import mapclassify
import pytest
import shapely
from pyproj import Geod

from geobrief.atlas import Atlas
from geobrief.cards import card
from geobrief.compose import compose
from geobrief.render.chrome import places
from geobrief.spec import View
from geobrief.style import RAMP, SYMBOLS

ROOT = Path(__file__).resolve().parents[2]
GEOD = Geod(ellps="WGS84")
CLAIM = 50.0
FLAGGED = {"AF-BDS", "AF-NAN", "AF-NIM"}
REMEMBERED = {"AF-BDS": 1_073_000, "AF-NAN": 1_736_000, "AF-NIM": 187_000}
CHOROPLETHS = ("provinces-population", "provinces-density", "provinces-border")


@cache
def layer(name: str) -> gpd.GeoDataFrame:
    return gpd.read_parquet(ROOT / f"geodata/layers/{name}.parquet").set_index("id", drop=False)


@cache
def table(name: str) -> dict[str, dict[str, str]]:
    folder = "geodata" if name == "border_provinces" else "content/facts"
    with (ROOT / folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    key = "iso_3166_2" if name == "provinces" else "id"
    assert len({row[key] for row in rows}) == len(rows), f"{name}: an id stands twice"
    return {row[key]: row for row in rows}


@cache
def sheet(name: str) -> dict[str, Any]:
    text = (ROOT / f"content/sheets/{name}.md").read_text("utf-8")
    return tomllib.loads(text.split("+++")[1])


def counted() -> list[dict[str, str]]:
    """The districts of the sum: Pakistani, with a figure, on the line, without Quetta."""
    return [
        row
        for row in table("districts_border").values()
        if row["country"] == "Pakistan"
        and row["population"]
        and not row["touches_border"].startswith("no")
        and row["id"] != "quetta"
    ]


# Provinces


def test_every_province_of_the_table_is_there_with_its_people() -> None:
    frame = layer("border_provinces")
    assert set(frame.index) == set(table("provinces")) and len(frame) == 14
    for id, fact in table("provinces").items():
        assert frame["population"][id] == int(fact["population"])
        assert frame["population_year"][id] == fact["population_year"]
        assert fact["population_source"] in frame["source"][id]
        assert frame["as_of"][id] == fact["population_year"][:4]


def test_three_figures_are_flagged_and_drawn_as_doubtful() -> None:
    frame = layer("border_provinces")
    suspect = {i for i, r in table("provinces").items() if "suspect" in r["population_quality"]}
    assert suspect == FLAGGED
    for column in ("population_flagged", "uncertain"):
        assert set(frame.index[frame[column]]) == FLAGGED
    assert set(frame.index[frame["flag"] != ""]) == FLAGGED
    assert not frame["confirmed"][list(FLAGGED)].any()


def test_the_card_of_a_flagged_unit_doubts_its_figure_and_not_its_place(atlas: Atlas) -> None:
    assert card(atlas, "border_provinces/AF-NAN").uncertain == "Figure not confirmed"
    assert card(atlas, "border_provinces/AF-KHO").uncertain == ""
    assert card(atlas, "border_districts/chaman").uncertain == "Position uncertain"


@pytest.mark.parametrize("name", ["provinces-population", "provinces-density"])
def test_the_legend_of_a_map_doubts_figures_and_not_places(atlas: Atlas, name: str) -> None:
    spec = compose(atlas, name, View())
    lines = {e.label: e.symbol for e in spec.legend if e.layer == "border_provinces"}
    assert lines["Figure not confirmed"].endswith(".uncertain")
    assert "Position uncertain" not in lines
    (told,) = {row["kind"] for row in places(atlas, spec) if row["id"].endswith("/AF-NIM")}
    assert "Figure not confirmed" in told and "Position" not in told


def test_outlines_are_those_of_the_layer_of_provinces() -> None:
    frame, units = layer("border_provinces"), layer("provinces")
    for column in ("geometry", "display"):
        for id in frame.index:
            assert frame[column][id].equals_exact(units[column][id], 0)
        assert shapely.coverage_is_valid(frame[column].to_numpy())


def test_density_and_share_follow_from_the_outline() -> None:
    frame = layer("border_provinces")
    for row in frame.to_dict("records"):
        area = abs(GEOD.geometry_area_perimeter(row["geometry"])[0]) / 1e6
        assert row["area_km2"] == pytest.approx(area, abs=0.6)
        assert row["density"] == pytest.approx(row["population"] / area, rel=0.003, abs=0.06)
    whole = layer("border")["length_km"].iloc[0]
    for _, side in frame.groupby("country"):
        assert side["border_km"].sum() == pytest.approx(whole, abs=0.6)
        assert side["border_share"].sum() == pytest.approx(100, abs=0.3)
    assert frame["border_share"]["PK-BA"] == pytest.approx(100 * 1351.0 / whole, abs=0.06)


def test_areas_that_differ_from_another_source_say_so() -> None:
    frame = layer("border_provinces")
    apart = (frame["area_km2"] / frame["area_published_km2"] - 1).abs()
    assert set(frame.index[apart > 0.05]) == {"AF-PIA", "PK-GB"}
    assert set(frame.index[frame["note"].str.contains("differs from")]) == {"AF-PIA", "PK-GB"}


def test_the_table_says_what_the_layer_says() -> None:
    frame = layer("border_provinces")
    for id, row in table("border_provinces").items():
        assert int(row["people"]) == frame["population"][id]
        assert float(row["people_per_km2"]) == frame["density"][id]
        assert float(row["border_km"]) == frame["border_km"][id]
        assert bool(row["flag"]) == (id in FLAGGED)
    assert "disputed" in table("border_provinces")["PK-GB"]["province"]


def test_the_disputed_unit_is_called_the_same_in_both_layers() -> None:
    atlas = tomllib.loads((ROOT / "content/atlas.toml").read_text("utf-8"))
    for policy in atlas["policies"]:
        called = {name["feature"]: name["name"] for name in policy.get("names", [])}
        assert called.get("border_provinces/PK-GB") == called.get("provinces/PK-GB")
    assert any(n["feature"] == "border_provinces/PK-GB" for n in atlas["policies"][0]["names"])


# Classes


def natural_breaks(values: list[float], classes: int) -> list[list[float]]:
    """Return the values by natural break (Fisher-Jenks), each group in order."""
    ordered = sorted(values)
    of = mapclassify.FisherJenks(ordered, k=classes).yb.tolist()
    return [[v for v, c in zip(ordered, of, strict=True) if c == n] for n in range(classes)]


def ramp_layer(name: str) -> dict[str, Any]:
    return next(entry for entry in sheet(name)["layers"] if entry["style"] == "ramp")


@pytest.mark.parametrize("name", CHOROPLETHS)
def test_breaks_are_natural_and_rounded_without_moving_a_unit(name: str) -> None:
    entry = ramp_layer(name)
    breaks = entry["breaks"]
    assert len(breaks) <= 4 and breaks == sorted(breaks)
    values = layer(entry["id"]).loc[list(table("provinces")), entry["by"]].tolist()
    groups = natural_breaks(values, len(breaks) + 1)
    for value, (low, high) in zip(breaks, itertools.pairwise(groups), strict=True):
        assert low[-1] <= value < high[0], (value, low, high)


def test_no_doubtful_figure_decides_a_class() -> None:
    frame = layer("border_provinces")
    for name, divide in (("provinces-population", False), ("provinces-density", True)):
        breaks = ramp_layer(name)["breaks"]
        for id, people in REMEMBERED.items():
            area = frame["area_km2"][id] if divide else 1
            printed, other = frame["population"][id] / area, people / area
            assert [printed > b for b in breaks] == [other > b for b in breaks], (name, id)


def test_a_length_of_border_is_not_drawn_as_doubtful() -> None:
    assert ramp_layer("provinces-border")["id"] == "provinces"
    assert "uncertain" not in layer("provinces").columns


def test_the_ramp_darkens_step_by_step_in_greyscale() -> None:
    assert [SYMBOLS[f"ramp.{n}"].fill for n in range(1, 6)] == list(RAMP)
    steps = [lightness(colour) for colour in RAMP]
    assert all(lighter - darker >= 9 for lighter, darker in itertools.pairwise(steps))


def lightness(colour: str) -> float:
    """CIE L* of a hex colour."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    y = sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return 116 * y ** (1 / 3) - 16


# Districts


def test_every_district_is_listed_and_only_a_town_of_its_name_gives_it_a_point() -> None:
    frame, facts = layer("border_districts"), table("districts_border")
    assert set(frame.index) == set(facts) and len(frame) == 63
    assert frame["uncertain"].all()
    assert (frame["missing"].isna() == frame.geometry.notna()).all()
    assert set(frame["missing"].dropna()) == {"district outline not available"}
    places, units = layer("places"), layer("provinces")
    drawn = frame[frame.geometry.notna()]
    assert set(drawn["name"]) >= {"Chaman", "Quetta", "Zhob", "Spin Boldak"} and len(drawn) == 11
    for row in drawn.to_dict("records"):
        place = places.loc[row["seat"]]
        spelled = {row["name"].split(" (")[0], *row["other_names"].split("; ")}
        assert re.sub(r"^(Markaz-e Woluswali-ye|Alaqahdari) ", "", place["name"]) in spelled
        assert place["country"] == row["country"] == row["province_id"][:2]
        assert row["geometry"].equals(place["geometry"])
        assert row["geometry"].distance(units.geometry[row["province_id"]]) < 0.02
        assert "GeoNames" in row["source"]


def test_no_town_that_bears_a_district_s_name_was_passed_over() -> None:
    frame, places = layer("border_districts"), layer("places")
    left = frame[frame.geometry.isna()]
    for code, province in left.groupby("province_id"):
        unit = layer("provinces").geometry[code]
        inside = places[(places["country"] == code[:2]) & places.within(unit)]
        assert not set(inside["name"]) & set(province["name"])


def test_a_blank_population_stays_blank() -> None:
    frame = layer("border_districts")
    for id, fact in table("districts_border").items():
        known = fact["population"]
        assert (frame["population"][id] == int(known)) if known else frame.isna()["population"][id]


def test_district_lengths_add_up_to_those_of_the_provinces() -> None:
    sums: dict[str, float] = {}
    for row in table("districts_border").values():
        if row["border_km_measured"]:
            length = float(row["border_km_measured"])
            sums[row["province"]] = sums.get(row["province"], 0) + length
    stated = {
        row["name"]: float(row["border_with_other_country_km_measured"])
        for row in table("provinces").values()
        if row["border_with_other_country_km_measured"]
    }
    assert sums.keys() == stated.keys() and len(sums) == 11
    for province, length in stated.items():
        assert sums[province] == pytest.approx(length, abs=0.15), province


def test_two_tables_agree_on_who_faces_whom() -> None:
    """What an Afghan district faces names it back through its province, where it is one name."""
    facts = table("districts_border")
    pakistani = {r["district"]: r for r in facts.values() if r["country"] == "Pakistan"}
    for row in facts.values():
        if row["country"] != "Afghanistan":
            continue
        for name in row["faces"].split(", "):
            if name in pakistani:
                assert row["province"] in pakistani[name]["faces"], (row["district"], name)


# Fifty million


def test_figures_agree_with_the_tables_they_come_from() -> None:
    figures, people = table("population_figures"), {}
    for id, code in (("kp", "PK-KP"), ("balochistan", "PK-BA"), ("gilgit-baltistan", "PK-GB")):
        people[id] = int(table("provinces")[code]["population"])
    people["districts"] = sum(int(row["population"]) for row in counted())
    quetta = int(table("districts_border")["quetta"]["population"])
    people["districts-quetta"] = people["districts"] + quetta
    people["afghan-provinces"] = sum(
        int(row["population"]) for code, row in table("provinces").items() if code[:2] == "AF"
    )
    for id, count in people.items():
        assert int(figures[id]["people"]) == count, id
        assert float(figures[id]["low_million"]) == pytest.approx(count / 1e6, abs=0.0006), id
    lower = people["afghan-provinces"] - 1_720_000 + REMEMBERED["AF-BDS"]
    low = float(figures["afghan-provinces-low"]["low_million"])
    assert low == pytest.approx(lower / 1e6, abs=0.005)
    share = 0.42 * float(figures["afghanistan-nsia"]["low_million"])
    assert float(figures["pashtuns-afghanistan-share"]["low_million"]) == round(share, 1)


def test_seventeen_districts_count_the_split_one_once() -> None:
    names = {row["district"] for row in counted()}
    split = {"South Waziristan Upper", "South Waziristan Lower"}
    assert split < names and len(names - split) + 1 == 17
    whole = sum(int(row["population"]) for row in counted() if row["district"] in split)
    assert f"{whole:,}" in table("districts_border")["south-waziristan-upper"]["notes"]


def test_parts_of_a_whole_are_not_larger_than_it() -> None:
    figures = {id: float(row["low_million"]) for id, row in table("population_figures").items()}
    assert figures["pashto-kp"] + figures["pashto-balochistan"] < figures["pashto-pakistan"]
    assert figures["pashto-kp"] < figures["kp"] and figures["fata"] < figures["kp"]
    assert figures["pashto-districts"] < figures["districts"]


def spans() -> dict[str, tuple[float, float]]:
    """Sums of each definition, made from the table of figures."""
    figures = table("population_figures")
    return {
        id: (
            sum(float(figures[term]["low_million"]) for term in row["low_terms"].split()),
            sum(float(figures[term]["high_million"]) for term in row["high_terms"].split()),
        )
        for id, row in table("population_definitions").items()
    }


def miss(span: tuple[float, float]) -> float:
    return max(span[0] - CLAIM, CLAIM - span[1], 0.0)


def test_eight_sums_are_what_their_figures_add_up_to() -> None:
    frame = layer("population_definitions")
    assert list(frame.index) == list("abcdefgh") == list(table("population_definitions"))
    for id, row in table("population_definitions").items():
        low, high = spans()[id]
        assert float(row["low_million"]) == pytest.approx(low, abs=0.0501), id
        assert float(row["high_million"]) == pytest.approx(high, abs=0.0501), id
        ends = dict.fromkeys((row["low_million"], row["high_million"]))
        assert row["million"] == " to ".join(ends)
        assert frame["low"][id] == pytest.approx(low, abs=0.001)
        assert frame["high"][id] == pytest.approx(high, abs=0.001)
        assert abs(frame["distance"][id]) == pytest.approx(miss((low, high)), abs=0.001)


def test_the_nearest_definition_is_the_one_said_to_be_nearest() -> None:
    frame = layer("population_definitions")
    least = min(map(miss, spans().values()))
    (nearest,) = [id for id, span in spans().items() if miss(span) == least]
    assert frame.index[frame["nearest"]].tolist() == [nearest] == ["a"]
    assert frame.index[frame["distance_words"].str.contains("nearest")].tolist() == [nearest]
    assert "leaves out Balochistan" in frame["reading"][nearest]
    assert "PK-BA" not in frame["parts"][nearest]
    others = {id: miss(span) for id, span in spans().items() if id != nearest}
    assert min(others, key=lambda id: others[id]) == "b"
    assert "makes sense in words" in frame["reading"]["b"]


def test_distances_in_words_fit_the_sums() -> None:
    for id, row in table("population_definitions").items():
        low, high = spans()[id]
        numbers = [int(n) for n in re.findall(r"\d+", row["distance_from_50"])]
        if numbers:
            assert row["distance_from_50"].endswith("above")
            assert {round(low - CLAIM), round(high - CLAIM)} <= set(numbers), id
    assert spans()["g"][1] < CLAIM / 2 and spans()["h"][1] < CLAIM / 4


def test_definitions_light_areas_that_exist_and_are_drawn() -> None:
    for id, parts in layer("population_definitions")["parts"].items():
        assert parts, id
        for part in parts.split():
            name, _, feature = part.partition("/")
            assert layer(name).geometry[feature] is not None, part
    lit = {id: set(p.split()) for id, p in layer("population_definitions")["parts"].items()}
    assert lit["d"] == {"border_provinces/PK-KP", "border_provinces/PK-BA"}
    assert lit["c"] == {"countries/AF", "countries/PK"}
    assert lit["f"] == {f"border_provinces/{id}" for id in layer("border_provinces").index}
    seats = {f"border_districts/{row['id']}" for row in counted()}
    drawn = {f"border_districts/{i}" for i, g in layer("border_districts").geometry.items() if g}
    assert lit["h"] == seats & drawn


def test_every_figure_and_definition_names_a_source() -> None:
    for name in ("population_figures", "population_definitions"):
        for id, row in table(name).items():
            assert row["source"] and not re.search(r"\bS\d+\b", row["source"]), (name, id)
            assert "http" in row["source"], (name, id)


@pytest.mark.parametrize("name", [*CHOROPLETHS, "fifty-million"])
def test_rows_of_the_tables_lead_to_features_of_the_sheet(name: str) -> None:
    shown = {entry["id"] for entry in sheet(name)["layers"]}
    for entry in sheet(name)["tables"]:
        if "feature" not in entry:
            continue
        rows = table(Path(entry["file"]).stem).values()
        assert set(entry["columns"]) <= set(next(iter(rows)))
        for row in rows:
            target, _, id = entry["feature"].format_map(row).partition("/")
            assert target in shown and id in layer(target).index
