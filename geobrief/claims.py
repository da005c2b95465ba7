"""What the essay says that can be checked: each claim beside what was found."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from geobrief.errors import ContentError
from geobrief.essay import Essay
from geobrief.files import Report, read_table

COLUMNS = ("id", "passage", "quote", "quote_start", "quote_end", "kind_of_claim",
           "finding", "verdict", "source", "sheet")  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """A claim, quoted exactly. `start` and `end` are offsets in the essay, end exclusive.

    `sheet` is the map sheet that shows it, empty where none does.
    """

    id: str
    passage: str
    quote: str
    start: int
    end: int
    kind: str
    finding: str
    verdict: str
    source: str
    sheet: str


def read_claims(
    path: Path, essay: Essay, sheets: Collection[str], report: Report
) -> tuple[Claim, ...]:
    """Read the table of claims; an atlas without it has none. What is wrong is reported.

    `sheets` are the ids of those that a claim may name.
    """
    if not path.exists():
        return ()
    try:
        rows = list(read_table(path, ContentError, report, COLUMNS).rows)
    except ContentError as problem:
        report(problem)
        return ()
    found = []
    for row, where in rows:
        if row["sheet"] and row["sheet"] not in sheets:
            hint = "a claim names the sheet that shows it, or none"
            report(ContentError(f"claim {row['id']!r}: no sheet {row['sheet']!r}", where, hint))
            continue
        start, end = row["quote_start"], row["quote_end"]
        if not (start.isdecimal() and end.isdecimal() and len(start + end) < 20):
            report(ContentError(f"claim {row['id']!r}: offsets are not numbers", where))
            continue
        if essay.text[int(start) : int(end)] != row["quote"]:
            hint = "quote the essay character for character"
            message = f"claim {row['id']!r} does not quote the essay at {start} to {end}"
            report(ContentError(message, where, hint))
            continue
        named = (row[c] for c in ("kind_of_claim", "finding", "verdict", "source", "sheet"))
        found.append(Claim(row["id"], row["passage"], row["quote"], int(start), int(end), *named))
    return tuple(found)
