"""The list of a briefing's slides: ordered by drag or by keyboard, one of them shown.

The browser puts the slides in order at once and then tells Python, with a mark that comes back
with the data: until it does, what Python says is older than what the reader sees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

HEARD = "heard from the list of slides"
"""Where the session keeps the mark of the last order that was reported."""
KEY = "slides"
MARK_LENGTH = 40

_HERE = Path(__file__).parent

_list = st.components.v2.component(
    "geobrief_order",
    css=(_HERE / "order.css").read_text(encoding="utf-8"),
    js=(_HERE / "order.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Reported:
    """What the browser says: the keys of the slides in their order, and the one to show."""

    order: tuple[int, ...]
    chosen: int
    mark: str = ""


def order_list(
    rows: Sequence[tuple[int, str]],
    chosen: int,
    words: Mapping[str, str],
    follow: Callable[[Reported], None],
) -> None:
    """Show the list.

    Parameters
    ----------
    rows
        Key and title of each slide, in their order.
    chosen
        Key of the slide that is shown.
    words
        `list`, `how`, `up`, `down`, `remove`, and what is announced: `chosen`, `moved`, `removed`
        with `{title}`, `{place}` and `{count}`.
    follow
        Called with what the reader did.
    """
    data = {
        "rows": [{"key": key, "title": title} for key, title in rows],
        "chosen": chosen,
        "heard": st.session_state.get(HEARD, ""),
        "words": dict(words),
    }
    _list(key=KEY, data=data, on_list_change=partial(_report, follow))


def _report(follow: Callable[[Reported], None]) -> None:
    said = reported(st.session_state[KEY].get("list"))
    if said is not None:
        st.session_state[HEARD] = said.mark
        follow(said)


def reported(value: Any) -> Reported | None:
    """Return what the browser reported; nothing unless it is of the right form."""
    given = value if isinstance(value, dict) else {}
    order, chosen, mark = given.get("order"), given.get("chosen"), given.get("mark")
    if not isinstance(order, list) or not isinstance(mark, str) or len(mark) > MARK_LENGTH:
        return None
    keys = [key for key in (*order, chosen) if type(key) in (int, float) and key == key // 1]
    if len(keys) <= len(order):
        return None
    return Reported(tuple(map(int, keys[:-1])), int(keys[-1]), mark)
