"""The map's frame in the dashboard, and the clicks that travel between it and the page.

The frame is created once and outlives reruns; only another address loads another map. A click
on a passage lights its features in the browser, without a rerun. A click on a feature marks the
passages at once, writes the selection into the URL, and tells Python, which lays out its card.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from geobrief.spec import View

STATE = ("select", "bbox", "layers")
"""The fields of a view that change in the browser."""

_HERE = Path(__file__).parent

_frame = st.components.v2.component(
    "geobrief_map",
    css=(_HERE / "bridge.css").read_text(encoding="utf-8"),
    js=(_HERE / "bridge.js").read_text(encoding="utf-8"),
)


def map_frame(address: str, view: View, *, title: str) -> None:
    """Show the map at `address` and keep the URL of the page in step with what it shows.

    Parameters
    ----------
    address
        Path and query of the map page without selection, extent and layers.
    view
        What the reader chose; its selection, extent and layers are applied in the browser.
    title
        Name of the frame for those who do not see it.
    """
    key = f"map {address.partition('?')[0]}"
    query = view.to_query()
    state = {name: query.get(name, "") for name in STATE}
    data = {"address": address, "state": state, "title": title}
    _frame(key=key, data=data, on_view_change=partial(_follow, key))


def _follow(key: str) -> None:
    """Write what the browser reports into the URL, from which the page reads it."""
    state = reported(st.session_state[key].get("view"))
    query = {name: value for name, value in st.query_params.to_dict().items() if name not in STATE}
    st.query_params.from_dict({**query, **state})


def reported(value: Any) -> dict[str, str]:
    """Return the fields of a state that the browser reported: known ones alone, as text."""
    given = value if isinstance(value, dict) else {}
    return {name: text for name in STATE if isinstance(text := given.get(name), str) and text}
