"""Border policy: who draws which line how.

`boundary_classes.csv` gives every segment a class under every policy, with its source.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from geobrief.errors import GeodataError, Where
from geobrief.files import Report, read_table

TABLE = "boundary_classes.csv"
CLASSES = {
    "international": "International boundary",
    "disputed": "Boundary whose status is disputed",
    "undetermined": "Boundary not determined",
    "line-of-control": "Line of control",
    "claim": "Claim line",
    "administrative": "Administrative line",
    "hidden": "",
}
"""Every class, with its wording in a legend."""


@dataclass(frozen=True)
class Boundaries:
    """Class of each segment under each policy."""

    classes: dict[tuple[str, str], str]

    def class_of(self, segment: str, policy: str) -> str:
        """Return the class of a segment.

        Raises
        ------
        GeodataError
            If the table has no row for it.
        """
        found = self.classes.get((segment, policy))
        if found is None:
            message = f"segment {segment!r} has no class under the policy {policy!r}"
            raise GeodataError(message, Where(Path(TABLE)), "add a row with its source")
        return found


def read_boundaries(geodata: Path, policies: Iterable[str], report: Report) -> Boundaries:
    """Read the table; rows without source, with an unknown class or twice are reported.

    Raises
    ------
    GeodataError
        If the table cannot be read.
    """
    path = geodata / TABLE
    classes: dict[tuple[str, str], str] = {}
    needed = ("segment", "policy", "class", "source")
    for row, where in read_table(path, GeodataError, report, needed).rows:
        key = (row["segment"], row["policy"])
        if row["class"] not in CLASSES:
            hint = f"one of {', '.join(CLASSES)}"
            report(GeodataError(f"unknown boundary class {row['class']!r}", where, hint))
        if not row["source"].strip():
            report(GeodataError(f"segment {key[0]!r} has no source", where))
        if key in classes:
            report(GeodataError(f"segment {key[0]!r} stands twice under {key[1]!r}", where))
        classes[key] = row["class"]
    for segment in sorted({segment for segment, _ in classes}):
        for policy in policies:
            if (segment, policy) not in classes:
                message = f"segment {segment!r} has no class under the policy {policy!r}"
                report(GeodataError(message, Where(path), "add a row with its source"))
    return Boundaries(classes)
