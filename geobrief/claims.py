"""What the essay says that can be checked: each claim beside what was found."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from geobrief.errors import ContentError, Where
from geobrief.essay import Essay
from geobrief.files import Report, read_text

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


def read_claims(path: Path, essay: Essay, report: Report) -> tuple[Claim, ...]:
    """Read the table of claims; an atlas without it has none. A wrong quote is reported.

    Raises
    ------
    ContentError
        If the table lacks a column.
    """
    if not path.is_file():
        return ()
    rows = csv.DictReader(read_text(path, ContentError).splitlines(keepends=True))
    if missing := set(COLUMNS) - set(rows.fieldnames or ()):
        raise ContentError(f"the table has no column {sorted(missing)[0]!r}", Where(path, 1))
    found = []
    for row in rows:
        where = Where(path, rows.line_num)
        start, end = row["quote_start"], row["quote_end"]
        if not (start.isdecimal() and end.isdecimal()):
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
