"""Dated states of the crossings: which class held from which day, as far as the words go.

A row of ``crossing_states.csv`` holds no more than the status history says. Three things in the
words keep a class from being drawn, and the state is then ``unknown``:

- A change dated to a year, or between two dates (``date`` and ``latest``), happened somewhere in
  that time: its class holds after it. A change dated to a month counts from the first of it.
- ``until`` is the last date that the words vouch for where they say that the state ended but not
  when ("later reopened"): nothing is known after it.
- What only one doubted list says (``confirmed`` is no) is not drawn as a fact.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

from sources import credits, names

UNKNOWN = "unknown"


def states(crossing: str, present: str, status_date: str | None) -> str:
    """JSON ``[["YYYY-MM-DD", class], ...]``, ascending, ending with the present class.

    Raises
    ------
    ValueError
        When the last dated state is not the present one.
    """
    rows = rows_of().get(crossing)
    found = changes(rows) if rows else []
    if not found:
        found = [(first_day(status_date or credits.FACTS.as_of), present)]
    if found[-1][1] != present:
        raise ValueError(f"{crossing}: the last state is {found[-1][1]}, the status {present}")
    return json.dumps([[day.isoformat(), name] for day, name in found])


@cache
def rows_of() -> dict[str, list[dict[str, str]]]:
    """Rows by crossing, in the order of the table."""
    out: dict[str, list[dict[str, str]]] = {}
    for row in names.fact_rows("crossing_states"):
        out.setdefault(row["crossing"], []).append(row)
    return out


def changes(rows: list[dict[str, str]]) -> list[tuple[date, str]]:
    """Days on which the class changes; nothing is said of the time before the first."""
    out: list[tuple[date, str]] = []

    def put(day: date, name: str) -> None:
        if name != (out[-1][1] if out else UNKNOWN):
            out.append((day, name))

    following = [*[first_day(row["date"]) for row in rows[1:]], date.max]
    for row, after in zip(rows, following, strict=True):
        name = row["class"] if row["confirmed"] != "no" else UNKNOWN
        begin, settled = first_day(row["date"]), settled_day(row)
        end = min(day_after(row["until"]) if row["until"] else date.max, after)
        if settled > begin and out and name != out[-1][1]:
            put(begin, UNKNOWN)
        if settled < end:
            put(settled, name)
        if end < after:
            put(end, UNKNOWN)
    if any(one[0] >= other[0] for one, other in pairwise(out)):
        raise ValueError(f"states are not in order of time: {rows[0]['crossing']}")
    return out


def settled_day(row: dict[str, str]) -> date:
    """The first day on which the class of a row is certain to hold."""
    stated = row["latest"] or row["date"]
    vague = len(stated) == 4 or (len(stated) == 7 and bool(row["latest"]))
    return day_after(stated) if vague else first_day(stated)


def first_day(text: str) -> date:
    """The first day of a year, month or day in ISO."""
    year, month, day = [*map(int, text.split("-")), 1, 1][:3]
    return date(year, month, day)


def day_after(text: str) -> date:
    """The day after a year, month or day in ISO."""
    first = first_day(text)
    if len(text) == 4:
        return date(first.year + 1, 1, 1)
    if len(text) == 7:
        return (first + timedelta(days=32)).replace(day=1)
    return first + timedelta(days=1)
