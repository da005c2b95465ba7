"""The parts that pages are laid out from: heading, map, reading column, tables, charts, foot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from urllib.parse import quote, urlencode

import pandas as pd
import streamlit as st

from geobrief.atlas import Atlas
from geobrief.axis import axes
from geobrief.compose import marked_passage
from geobrief.coverage import coverage, not_mappable
from geobrief.dates import stops
from geobrief.plan import Page
from geobrief.render import markup
from geobrief.spec import PassageSpec
from geobrief.web import chosen, layout
from geobrief.web.axis import axis
from geobrief.web.bridge import map_frame
from geobrief.web.layout import Screen
from geobrief.web.table import table as table_html
from geobrief.web.verbatim import verbatim
from geobrief.wording import filled, with_dates, wording

NEWEST = ""
"""The date control's last stop: the newest state that is known."""


def heading(screen: Screen) -> None:
    """Write the sheet's title and subtitle, and offer the page's other sheets."""
    title, subtitle = markup.said(screen.spec.title), markup.said(screen.spec.subtitle)
    state = f'<p class="gb-state">{markup.said(_state(screen))}</p>' if screen.spec.date else ""
    hint = markup.said(screen.text(screen.sheet.hint)) if screen.sheet.hint else ""
    words = f"<p>{subtitle}</p>" + (f"<p>{hint}</p>" if hint else "") + state
    st.html(f'<header class="gb-head"><h1>{title}</h1>{words}</header>')
    layout.tabs(screen.atlas, screen.page, screen.view, screen.sheet.id)


def _state(screen: Screen) -> str:
    """Say which day the map shows, where the reader chose one."""
    return filled(screen.text("State of {date}"), date=screen.spec.date)


@st.fragment
def map_and_reading(screen: Screen, lead: str = "", share: float = 0.7) -> None:
    """Show the map with `share` of the width, beside it its passages and what is selected.

    What a reader does on the map runs this part of the page alone.
    """
    screen = layout.latest(screen)
    map_side, text_side = st.columns([share, 1 - share], gap="medium")
    with map_side:
        sheet_map(screen)
    with text_side:
        reading(screen, lead)


def sheet_map(screen: Screen) -> None:
    """Show the sheet's map, and under it the control of its date."""
    bare_map(screen)
    if screen.sheet.by_date:
        date_control(screen, screen.view.date, partial(layout.follow, "date"))


def bare_map(screen: Screen) -> None:
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


def date_control(
    screen: Screen, date: str, choose: Callable[[str], None], key: str = "date"
) -> None:
    """Offer the days at which the map changes; the last stop is the newest state."""
    known = stops(screen.atlas, screen.sheet)
    options = [*known, NEWEST]
    at = max((day for day in known if day <= date), default=NEWEST)
    st.session_state[key] = at if date else NEWEST
    newest = with_dates(f"{screen.text('Newest state')} ({screen.spec.as_of})")
    st.select_slider(
        verbatim(screen.text("State on the map at")),
        options,
        key=key,
        format_func=lambda day: verbatim(day or newest),
        on_change=lambda: choose(st.session_state[key]),
    )


def reading(screen: Screen, lead: str = "") -> None:
    """Show the sheet's passages, and under them the cards of what is selected."""
    tag = screen.atlas.default_language.tag
    with st.container(key="reading"):
        if lead:
            st.html(markup.lead(lead))
        st.html("".join(markup.passage(p, screen.text, tag) for p in screen.spec.passages))
        _inset(screen)
        cards(screen)
        if screen.view.compare:
            st.html(markup.changes(screen.spec, screen.text))


def _inset(screen: Screen) -> None:
    """Show another sheet small, where this one names it, as a link to it."""
    small = screen.spec.inset
    if small is None or not small.sheet:
        return
    page = next((p for p in screen.atlas.pages if small.sheet in p.sheets), None)
    kept = urlencode(layout.carried(screen.view, small.sheet))
    address = f"/{quote(page.id)}?{kept}" if page else ""
    picture = (
        f"/api/sheets/{quote(screen.sheet.id)}/inset.svg?{urlencode(layout.carried(screen.view))}"
    )
    st.html(markup.inset(address, picture, small.title))


def cards(screen: Screen) -> None:
    """Show the cards of what is selected, or how to select."""
    spec = screen.spec
    st.html(chosen.place(screen.atlas, screen.view.select, spec.lang, spec.policy))


def time_axis(screen: Screen) -> None:
    """Show a time axis for each layer of entries of the timeline."""
    for found in axes(screen.atlas, screen.spec):
        st.html(axis(found, screen.spec, screen.text))


def essay(screen: Screen) -> None:
    """Write the whole essay, and under each paragraph the sheets that stand for it."""
    atlas = screen.atlas
    passages = [marked_passage(atlas, passage.id) for passage in atlas.essay.passages]
    st.html(markup.essay(passages, partial(_also, screen), atlas.default_language.tag))


def bare_essay(atlas: Atlas) -> None:
    """Write the essay without a map; no phrase is marked, since none would lead anywhere."""
    passages = (PassageSpec(p.id, p.paragraph, p.text) for p in atlas.essay.passages)
    st.html(markup.essay(passages, lambda ids: "", atlas.default_language.tag))


def _also(screen: Screen, passages: Sequence[str]) -> str:
    """Return links to the sheets that stand for any of some passages."""
    pages = [
        f'<a href="/{quote(page.id)}?{urlencode(layout.carried(screen.view, sheet))}">'
        f"{escape(screen.text(screen.atlas.sheets[sheet].tab or page.title))}</a>"
        for page in screen.atlas.pages
        if not page.subtitle
        for sheet in page.sheets
        if sheet in screen.atlas.sheets and sheet != screen.sheet.id
        if set(passages) & set(screen.atlas.sheets[sheet].passages)
    ]
    direction = screen.language.direction
    return f'<p class="gb-also" dir="{direction}">{" · ".join(pages)}</p>' if pages else ""


def following_map(screen: Screen) -> None:
    """Show the map that stays in view beside a long text, and the cards under it."""
    with st.container(key="follow"):
        _map_and_cards(screen)


@st.fragment
def _map_and_cards(screen: Screen) -> None:
    screen = layout.latest(screen)
    sheet_map(screen)
    with st.container(key="cards"):
        cards(screen)


def coverage_line(screen: Screen) -> None:
    """Say how many sentences, phrases and entities are on a map, and how the others are shown."""
    if screen.atlas.problems:  # a count without what is broken would be wrong
        return
    made = coverage(screen.atlas)
    named = ((n, markup.said(screen.text(name))) for name, n in made.outcomes.items())
    counts = ", ".join(f"<b>{n}</b> {words}" for n, words in named)
    words = filled(
        screen.text(
            "{shown} of {all} sentences and {phrases} of {mentions} phrases are on a map. "
            "Of {entities} places, actors, mechanisms, dates and figures:"
        ),
        shown=made.sentences_shown,
        all=made.sentences,
        phrases=made.mentions_shown,
        mentions=made.mentions,
        entities=sum(made.outcomes.values()),
    )
    st.html(f'<p class="gb-coverage">{markup.said(words)} {counts}.</p>')


def left_out(screen: Screen) -> None:
    """List what no map can carry, and why."""
    rows = [(entity.name, entity.why) for entity in not_mappable(screen.atlas)]
    if rows:
        frame = pd.DataFrame(rows, columns=["phrase", "why"])
        st.html(table_html(frame, screen.text, screen.text("Not for a map")))


def claims(screen: Screen) -> None:
    """Write every claim beside what was found."""
    atlas = screen.atlas
    st.html(markup.lead(screen.text(screen.sheet.notes)))
    for made in atlas.claims:
        start = atlas.essay.passage(made.passage).start
        features = [
            feature
            for link in atlas.links
            if link.passage == made.passage
            and link.start + start < made.end
            and link.end + start > made.start
            for feature in link.features
        ]
        shown_on = atlas.sheets[made.sheet].title if made.sheet in atlas.sheets else ""
        known = tuple(dict.fromkeys(features))
        tag = atlas.default_language.tag
        st.html(markup.claim(made, known, screen.text(shown_on), screen.text, tag))


def source_tables(screen: Screen) -> None:
    """List every layer with source, licence and date, and the sheets that rest on it."""
    atlas = screen.atlas
    used: dict[str, list[str]] = {}
    for sheet in atlas.sheets.values():
        for layer in sheet.layers:
            used.setdefault(layer.id, []).append(screen.text(sheet.tab or sheet.title))
    rows = [
        (screen.text(ly.title), ly.source, ly.licence, ly.attribution, str(ly.as_of),
         "; ".join(dict.fromkeys(used.get(ly.id, ()))))
        for ly in atlas.layers.values()
    ]  # fmt: skip
    columns = ["layer", "source", "licence", "credit", "as_of", "sheets_that_rest_on_it"]
    caption = screen.text("Sources and licences")
    st.html(table_html(pd.DataFrame(rows, columns=columns), screen.text, caption))


def sheet_links(screen: Screen) -> None:
    """List the other pages, each with what it shows."""
    st.html(f'<h2 class="gb-part">{markup.said(screen.text("Sheets"))}</h2>')
    with st.container(key="sheets"):
        for page in screen.atlas.pages:
            if page.id != screen.page.id:
                title = verbatim(screen.text(page.title))
                kept = layout.carried(screen.view)
                st.page_link(screen.links[page.id], label=title, query_params=kept)
                shows = screen.text(_shows(screen.atlas, page))
                st.html(f'<p class="gb-note">{markup.said(shows)}</p>')


def _shows(atlas: Atlas, page: Page) -> str:
    """Return what a page is about, as a wording."""
    first = page.sheets[0]
    if page.subtitle or first in atlas.sheets:
        return page.subtitle or atlas.sheets[first].subtitle
    return wording("This sheet cannot be shown")


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
    st.html(table_html(pd.DataFrame(rows, columns=columns), screen.text, caption))


def unconfirmed(screen: Screen) -> None:
    """List by name what is not confirmed, layer by layer."""
    atlas, found = screen.atlas, []
    for layer in atlas.layers.values():
        if layer.kind == "raster":
            continue
        doubtful = layer.frame[~layer.frame["confirmed"]]
        if len(doubtful):
            names = doubtful["name"].astype(str).tolist()
            found.append((screen.text(layer.title), names))
    st.html(markup.listed(screen.text("Not confirmed"), found))


def charts(screen: Screen) -> None:
    """Show the charts of the sheet, each with its figures as a table for those who want them."""
    query = urlencode({"lang": screen.spec.lang})
    for number, chart in enumerate(screen.sheet.charts):
        address = f"/api/sheets/{quote(screen.sheet.id)}/charts/{number}.svg?{query}"
        figures = chart.rows[[c for c in (chart.x, chart.series, chart.y) if c]]
        table = table_html(figures, screen.text, screen.text(chart.title))
        st.html(markup.chart(address, chart, screen.text, table))


def tables(screen: Screen) -> None:
    """Show the tables of the sheet."""
    for table in screen.sheet.tables:
        title, note = screen.text(table.title), screen.text(table.note)
        st.html(table_html(table.rows, screen.text, title, note, table.features))


def footing(screen: Screen) -> None:
    """Write who draws the lines so, from what, and as of when."""
    parts = (screen.spec.disclaimer, screen.spec.attribution())
    as_of = f"{screen.text('As of')} {screen.spec.as_of}"
    if screen.spec.date:
        as_of = f"{_state(screen)}. {as_of}"
    if screen.spec.unreviewed:
        as_of += f". {screen.text('Translation not reviewed.')}"
    st.html(
        '<footer class="gb-foot">'
        + "".join(f"<p>{markup.said(part)}</p>" for part in (*parts, as_of) if part)
        + "</footer>"
    )
