"""How each border policy classes each segment, and on what source.

Natural Earth's classes carry most rows: its default for ``neutral`` and ``afghanistan``, its ISO,
Pakistani and Indian views for the others. What it does not record stands in ``OVERRIDES``.
"""

from __future__ import annotations

import csv
import io

import geopandas as gpd

from sources import credits
from sources.archives import Archives
from sources.boundaries import natural_earth

POLICIES = ("neutral", "un-style", "pakistan", "afghanistan", "india")
VIEWS = {"un-style": "FCLASS_ISO", "pakistan": "FCLASS_PK", "india": "FCLASS_IN"}
"""Column of Natural Earth's view; an empty cell means its default."""

CLASSES = {
    "International boundary": "international",
    "Disputed": "disputed",
    "Indefinite": "undetermined",
    "Indeterminant frontier": "undetermined",
    "Line of control": "line-of-control",
    "Admin-1 boundary": "administrative",
    "Unrecognized": "hidden",
}
"""Natural Earth's words (without "(please verify)") and ours."""

Cell = tuple[str, str, str]
"""Class, source, note."""

_NOTES = "content/facts: geographic_names.csv (border), provinces.csv, border_length_claims.csv"
_DURAND = (
    "Pakistan regards the line as a settled international border; successive Afghan governments "
    "have not recognised it"
)


def _subject(along_gilgit: bool) -> dict[str, Cell]:
    cells = {
        "neutral": (
            "disputed",
            _NOTES,
            f"{_DURAND}. The class records that one of the two neighbours contests the status; it "
            "takes no side on who is right. Not undetermined: its course is mapped throughout. "
            "Natural Earth's default would be International boundary (verify), which is the view "
            "of one side and of most third states: see un-style.",
        ),
        "un-style": (
            "international",
            f"{credits.NE_LINES.text}, ne_id 1746707881, FCLASS_ISO empty, default International "
            "boundary",
            "Drawn as third-party practice draws it; not recognised by Afghan governments.",
        ),
        "pakistan": (
            "international",
            f"{credits.NE_LINES.text}, ne_id 1746707881, FCLASS_PK empty, default International "
            "boundary; content/facts/geographic_names.csv",
            "Pakistan: a settled international border.",
        ),
        "afghanistan": (
            "disputed",
            "content/facts/border_length_claims.csv (acting border minister, TRT World, "
            "2024-01-28); content/facts/geographic_names.csv",
            "Natural Earth records no Afghan view. Afghan governments have not recognised the "
            "line; Afghan officials call it hypothetical or imaginary. Drawn, never hidden.",
        ),
        "india": (
            "international",
            f"{credits.NE_LINES.text}, ne_id 1746707881, FCLASS_IN empty, default International "
            "boundary",
            "",
        ),
    }
    if along_gilgit:
        cells["india"] = (
            "international",
            "content/facts/provinces.csv (PK-GB)",
            "India counts this stretch (106 km) as its own border with Afghanistan, not as "
            "Pakistan's. Natural Earth does not record this.",
        )
    return cells


def _kashmir_edge(within: bool) -> dict[str, Cell]:
    """Lines of PK-GB and PK-JK: inner lines, but India's outer line where it claims one side."""
    admin = (
        "administrative",
        credits.PROVINCES.text,
        "A line between first-level units under one administration.",
    )
    claimed = (
        "administrative" if within else "international",
        f"{credits.NE_CLAIMS.text}: Indian claim",
        "India claims both sides: an inner line of the claimed land, in its approximate course."
        if within
        else "India claims Gilgit-Baltistan and Azad Jammu and Kashmir as its own, so its outer "
        "line runs here.",
    )
    return {**dict.fromkeys(POLICIES, admin), "india": claimed}


def _claim(kind: str, own: str | None) -> dict[str, Cell]:
    """A claim line: drawn as a claim, as the boundary by who makes it, hidden by the others."""
    source = f"{credits.NE_CLAIMS.text}: {kind}"
    shown = ("claim", source, "")
    hidden = (
        "hidden",
        f"{credits.NE_LINES.text}: its lines for this view hold no such line",
        "",
    )
    cells = {
        "neutral": shown,
        "un-style": hidden,
        "pakistan": hidden,
        "afghanistan": (*shown[:2], "As neutral: Natural Earth records no Afghan view."),
        "india": hidden,
    }
    if own:
        cells[own] = (
            "international",
            source,
            "Drawn by the claimant as its boundary; the line on the ground is drawn lower in rank "
            "or not at all in this view.",
        )
    return cells


OVERRIDES: dict[str, dict[str, Cell]] = {
    "af-pk-main": _subject(along_gilgit=False),
    "af-pk-gilgit": _subject(along_gilgit=True),
    "pk-gb--pk-kp": _kashmir_edge(within=False),
    "pk-jk--pk-kp": _kashmir_edge(within=False),
    "pk-jk--pk-pb": _kashmir_edge(within=False),
    "pk-gb--pk-jk": _kashmir_edge(within=True),
    "claim-india-shaksgam": _claim("Indian claim", "india"),
    "claim-india-aksai-chin": _claim("Indian claim", "india"),
    "claim-pakistan-ladakh": _claim("Pakistani claim", "pakistan"),
    "claim-pakistan-jammu": _claim("Pakistani claim", "pakistan"),
    "claim-china-demchok": _claim("Chinese claim", None),
    "claim-china-kaurik": _claim("Chinese claim", None),
    "claim-china-nelang": _claim("Chinese claim", None),
    "claim-china-barahoti": _claim("Chinese claim", None),
}


def classes_table(archives: Archives, segments: gpd.GeoDataFrame) -> str:
    """CSV ``segment,policy,class,source,note``: one row for every segment under every policy."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["segment", "policy", "class", "source", "note"])
    for segment, pieces in zip(segments["id"], segments["natural_earth"], strict=True):
        for policy in POLICIES:
            cell = OVERRIDES.get(segment, {}).get(policy) or _carried(archives, pieces, policy)
            writer.writerow([segment, policy, *cell])
    return out.getvalue()


def _carried(archives: Archives, pieces: str, policy: str) -> Cell:
    """The class Natural Earth gives to the pieces a segment stands for."""
    table = natural_earth(archives).loc[[int(i) for i in pieces.split()]]
    found = {_one(record, policy) for record in table.to_dict("records")}
    if len(found) != 1:
        raise ValueError(f"pieces {pieces} under {policy}: {sorted(found)}, one class expected")
    kind, column = found.pop()
    note = "Natural Earth records no Afghan view: its default." if policy == "afghanistan" else ""
    return kind, f"{credits.NE_LINES.text}, ne_id {pieces}, {column}", note


def _one(record: dict[str, object], policy: str) -> tuple[str, str]:
    """(class, what it was read from) of one piece."""
    view = VIEWS.get(policy)
    said = record[view] if view else None
    column = view if isinstance(said, str) else "FEATURECLA"
    words = str(said if isinstance(said, str) else record["FEATURECLA"]).split(" (")[0]
    return CLASSES[words], f"{column} {words}"
