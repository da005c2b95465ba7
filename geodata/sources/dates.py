"""Dates that are known to the day, the month or the year."""

from __future__ import annotations

import calendar


def settled(date: str) -> str:
    """The last day of an ISO date: of the day, the month or the year that it names.

    What is dated "2023" had happened for certain on 2023-12-31 and on no earlier day.
    """
    year, *rest = date.split("-")
    if not rest:
        return f"{year}-12-31"
    if len(rest) == 1:
        return f"{date}-{calendar.monthrange(int(year), int(rest[0]))[1]:02d}"
    return date


def is_confirmed(remark: str) -> bool:
    """What a fact table's remark says of the event itself: "confirmed; day unconfirmed" is yes.

    Only the part before the first semicolon counts.
    """
    first = remark.split(";")[0].strip().lower()
    return first.startswith(("confirmed", "month confirmed", "place confirmed"))
