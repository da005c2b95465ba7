"""The parts that pages are laid out from: heading, map, reading column, tables, charts, foot."""

from __future__ import annotations

from html import escape
from urllib.parse import quote, urlencode

import pandas as pd
import streamlit as st

from geobrief.cards import card
from geobrief.dates import stops
from geobrief.web import layout, markup
from geobrief.web.bridge import map_frame
from geobrief.web.layout import SHEET, Screen

CARDS = 2
"""Features whose cards are shown side by side; of more, the names are listed."""
NEWEST = ""
"""The date control's last stop: the newest state that is known."""


def heading(screen: Screen) -> None:
    """Write the sheet's title and subtitle, and offer the page's other sheets."""
    title, subtitle = escape(screen.spec.title), escape(screen.spec.subtitle)
    st.html(f'<header class="gb-head"><h1>{title}</h1><p>{subtitle}</p></header>')
    if len(screen.page.sheets) > 1:
        _tabs(screen)


def _tabs(screen: Screen) -> None:
    names = {id: screen.atlas.sheets[id].tab or id for id in screen.page.sheets}
    st.session_state[SHEET] = screen.sheet.id

    def choose() -> None:
        chosen = st.session_state[SHEET] or screen.sheet.id
        kept = layout.carried(screen.view, chosen)
        st.query_params.from_dict(kept)

    st.segmented_control(
        screen.text("Sheets of this page"),
        list(names),
        key=SHEET,
        format_func=lambda id: screen.text(names[id]),
        on_change=choose,
        label_visibility="collapsed",
    )


def sheet_map(screen: Screen) -> None:
    """Show the sheet's map; it is the largest thing on the page."""
    view = screen.view
    chosen = {
        "lang": view.lang,
        "policy": view.policy,
        "date": view.date,
        "compare": view.compare,
    }
    query = urlencode({name: value for name, value in chosen.items() if value})
    address = f"/map/{quote(screen.sheet.id)}" + (f"?{query}" if query else "")
    with st.container(key="map"):
        map_frame(address, view, title=screen.spec.title)
    if screen.sheet.by_date:
        _date_control(screen)


def _date_control(screen: Screen) -> None:
    """Offer the days at which the map changes; the last stop is the newest state."""
    known = stops(screen.atlas, screen.sheet)
    options = [*known, NEWEST]
    at = max((day for day in known if day <= screen.view.date), default=NEWEST)
    st.session_state["date"] = at if screen.view.date else NEWEST
    newest = f"{screen.text('Newest state')} ({screen.spec.as_of})"
    st.select_slider(
        screen.text("State on the map at"),
        options,
        key="date",
        format_func=lambda day: day or newest,
        on_change=lambda: layout.follow("date", st.session_state["date"]),
    )


def reading(screen: Screen, lead: str = "") -> None:
    """Show the sheet's passages, and under them the cards of what is selected."""
    tag = screen.atlas.default_language.tag
    with st.container(key="reading"):
        if lead:
            st.html(markup.lead(lead))
        st.html("".join(markup.passage(p, screen.text, tag) for p in screen.spec.passages))
        cards(screen)
        if screen.view.compare:
            st.html(markup.changes(screen.spec, screen.text))


def cards(screen: Screen) -> None:
    """Show the cards of what is selected, or how to select."""
    made = [
        card(screen.atlas, feature, screen.spec.lang, screen.spec.policy)
        for feature in screen.view.select
    ]
    if not made:
        how = "Choose a place on the map for its facts, a marked phrase for its place."
        st.html(f'<p class="gb-hint">{escape(screen.text(how))}</p>')
    elif len(made) > CARDS:
        st.html(markup.choices(made, screen.text))
    else:
        st.html("".join(markup.card(one, screen.text) for one in made))


def sheet_links(screen: Screen) -> None:
    """List the other pages, each with what it shows."""
    st.html(f'<h2 class="gb-part">{escape(screen.text("Sheets"))}</h2>')
    with st.container(key="sheets"):
        for page in screen.atlas.pages:
            if page.id != screen.page.id:
                st.page_link(screen.links[page.id], query_params=layout.carried(screen.view))
                shows = screen.text(screen.atlas.sheets[page.sheets[0]].subtitle)
                st.html(f'<p class="gb-note">{escape(shows)}</p>')


def uncertainty(screen: Screen) -> None:
    """Show what each layer does not know for certain, counted from the layers themselves."""
    atlas = screen.atlas
    drawn = dict.fromkeys(layer.id for sheet in atlas.sheets.values() for layer in sheet.layers)
    rows = [
        (
            screen.text(layer.title),
            len(layer.frame),
            int((~layer.frame["confirmed"]).sum()),
            int(layer.frame.geometry.isna().sum()),
            str(layer.as_of),
        )
        for layer in (atlas.layers[name] for name in drawn)
        if layer.kind not in ("raster", "record")
    ]
    columns = ["layer", "features", "not_confirmed", "without_position", "as_of"]
    caption = screen.text("Where knowledge ends")
    st.html(markup.table(pd.DataFrame(rows, columns=columns), screen.text, caption))


def charts(screen: Screen) -> None:
    """Show the charts of the sheet, each with its figures as a table for those who want them."""
    query = urlencode({"lang": screen.spec.lang})
    for number, chart in enumerate(screen.sheet.charts):
        address = f"/api/sheets/{quote(screen.sheet.id)}/charts/{number}.svg?{query}"
        figures = chart.rows[[c for c in (chart.x, chart.series, chart.y) if c]]
        table = markup.table(figures, screen.text, screen.text(chart.title))
        st.html(markup.chart(address, chart, screen.text, table))


def tables(screen: Screen) -> None:
    """Show the tables of the sheet."""
    for table in screen.sheet.tables:
        title, note = screen.text(table.title), screen.text(table.note)
        st.html(markup.table(table.rows, screen.text, title, note, table.features))


def footing(screen: Screen) -> None:
    """Write who draws the lines so, from what, and as of when."""
    parts = (screen.spec.disclaimer, screen.spec.attribution())
    as_of = f"{screen.text('As of')} {screen.spec.as_of}"
    if screen.spec.unreviewed:
        as_of += f". {screen.text('Translation not reviewed.')}"
    st.html(
        '<footer class="gb-foot">'
        + "".join(f"<p>{escape(part)}</p>" for part in (*parts, as_of) if part)
        + "</footer>"
    )
