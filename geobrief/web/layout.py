"""What all pages share: the bar, the state in the URL, the map with its reading column."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from geobrief import style
from geobrief.atlas import Atlas, Language, Page
from geobrief.cards import card
from geobrief.compose import compose
from geobrief.errors import GeobriefError
from geobrief.sheets import Sheet
from geobrief.spec import MapSpec, View
from geobrief.web import current_atlas, markup
from geobrief.web.bridge import map_frame

ROOT = Path(__file__).resolve().parent.parent.parent
CSS = Path(__file__).parent / "page.css"
RUN = "geobrief run"
"""Where the bar leaves the page, the view and the links for the script that follows it."""
CARDS = 2
"""Features whose cards are shown side by side; of more, the names are listed."""


@dataclass(frozen=True)
class Screen:
    """One page as this run sees it: its sheet, the reader's view, the map that follows."""

    atlas: Atlas
    page: Page
    view: View
    language: Language
    spec: MapSpec
    links: dict[str, st.Page]

    @property
    def sheet(self) -> Sheet:
        """The page's map sheet."""
        return self.atlas.sheets[self.page.sheet]

    def text(self, wording: str) -> str:
        """Return a wording in the reader's language."""
        return self.atlas.text(self.language.id, wording)


def navigation() -> None:
    """Draw the bar and run the page that the URL names."""
    try:
        atlas = current_atlas()
    except GeobriefError as error:
        _warn(error)
        st.stop()
    view = url_view(atlas)
    st.set_page_config(page_title=atlas.title, layout="wide")
    screens = {page.id: _script(atlas, view, page, page is atlas.pages[0]) for page in atlas.pages}
    chosen = st.navigation(list(screens.values()), position="hidden")
    page = next(page for page in atlas.pages if screens[page.id] is chosen)
    language = atlas.language(view.lang) if view.lang else atlas.default_language
    _dress(language, atlas.pages.index(page))
    _bar(atlas, view, screens)
    st.session_state[RUN] = (page, view, screens)
    chosen.run()


def _script(atlas: Atlas, view: View, page: Page, first: bool) -> st.Page:
    own = ROOT / "pages" / f"{page.id}.py"
    script = own if own.is_file() else ROOT / "pages" / "sheet.py"
    title = atlas.text(view.lang, page.title)
    return st.Page(script, title=title, url_path=page.id, default=first)


def url_view(atlas: Atlas) -> View:
    """Read the view from the URL; what the atlas does not know is dropped with a word."""
    try:
        view = View.from_query(st.query_params.to_dict())
    except GeobriefError as error:
        _warn(error)
        view = View()
    languages, policies = {x.id for x in atlas.languages}, {x.id for x in atlas.policies}
    return replace(
        view,
        lang=view.lang if view.lang in languages else "",
        policy=view.policy if view.policy in policies else "",
    )


def _warn(error: GeobriefError) -> None:
    """Show an error as plain text: it may quote the URL, which is anybody's to write."""
    st.html(f'<p class="gb-warning" role="alert">{escape(str(error))}</p>')


def carried(view: View) -> dict[str, str | Iterable[str]]:
    """Return what a link to another page takes along: language and policy."""
    chosen = {"lang": view.lang, "policy": view.policy}
    return {name: value for name, value in chosen.items() if value}


def current() -> Screen:
    """Return the screen of the page that runs."""
    atlas = current_atlas()
    page, view, links = st.session_state[RUN]
    try:
        spec = compose(atlas, page.sheet, view)
    except GeobriefError as error:
        _warn(error)
        view = View(lang=view.lang, policy=view.policy)
        spec = compose(atlas, page.sheet, view)
    return Screen(atlas, page, view, atlas.language(spec.lang), spec, links)


def _dress(language: Language, place: int) -> None:
    """Set the palette, the direction of the page, and the mark under the link at `place`."""
    palette = {
        "ink": style.INK,
        "red": style.BORDER_RED,
        "select": style.SELECT,
        "water": style.WATER,
        "serif": f"'{style.SERIF}', '{style.ARABIC}', serif",
        "sans": f"'{style.SANS}', '{style.ARABIC}', sans-serif",
    }
    values = "".join(f"--gb-{name}:{value};" for name, value in palette.items())
    here = f".st-key-links>:nth-child({place + 1}) a{{border-color:var(--gb-red)!important}}"
    whole = f":root{{{values}}}.stMain{{direction:{language.direction}}}{here}"
    st.html(f"<style>{CSS.read_text(encoding='utf-8')}{whole}</style>")


def _bar(atlas: Atlas, view: View, screens: dict[str, st.Page]) -> None:
    def text(wording: str) -> str:
        return atlas.text(view.lang, wording)

    with st.container(key="bar", horizontal=True, vertical_alignment="center"):
        st.html(f'<span class="gb-brand">{escape(text(atlas.title))}</span>', width="content")
        with st.container(key="links", horizontal=True):
            for screen in screens.values():
                st.page_link(screen, query_params=carried(view))
        policies = {policy.id: policy.name for policy in atlas.policies}
        languages = {language.id: language.name for language in atlas.languages}
        _choice("policy", text("Boundaries"), policies, view.policy, text)
        _choice("lang", text("Language"), languages, view.lang or atlas.default_language.id, str)


def _choice(
    name: str, label: str, options: dict[str, str], value: str, text: Callable[[str], str]
) -> None:
    """Offer one of `options`; the URL holds the choice, and the control follows the URL."""
    st.session_state[name] = value or next(iter(options))

    def choose() -> None:
        st.query_params[name] = st.session_state[name]

    st.selectbox(
        label,
        list(options),
        key=name,
        format_func=lambda option: text(options[option]),
        on_change=choose,
        width=310 if name == "policy" else 200,
    )


def heading(screen: Screen) -> None:
    """Write the sheet's title and subtitle."""
    title, subtitle = escape(screen.spec.title), escape(screen.spec.subtitle)
    st.html(f'<header class="gb-head"><h1>{title}</h1><p>{subtitle}</p></header>')


def sheet_map(screen: Screen) -> None:
    """Show the sheet's map; it is the largest thing on the page."""
    chosen = {"lang": screen.view.lang, "policy": screen.view.policy, "date": screen.view.date}
    query = urlencode({name: value for name, value in chosen.items() if value})
    address = f"/map/{screen.sheet.id}" + (f"?{query}" if query else "")
    with st.container(key="map"):
        map_frame(address, screen.view, title=screen.spec.title)


def reading(screen: Screen, lead: str = "") -> None:
    """Show the sheet's passages, and under them the cards of what is selected."""
    tag = screen.atlas.default_language.tag
    with st.container(key="reading"):
        if lead:
            st.html(markup.lead(lead))
        st.html("".join(markup.passage(p, screen.text, tag) for p in screen.spec.passages))
        st.html(_cards(screen) or _hint(screen))


def _cards(screen: Screen) -> str:
    drawn = [f.id for f in screen.spec.features() if f.selected]
    listed = [f.id for f in screen.spec.unplaced if f.id in screen.view.select]
    made = [
        card(screen.atlas, feature, screen.spec.lang, screen.spec.policy)
        for feature in dict.fromkeys(drawn + listed)
    ]
    if len(made) > CARDS:
        return markup.choices(made, screen.text)
    return "".join(markup.card(one, screen.text) for one in made)


def _hint(screen: Screen) -> str:
    how = screen.text("Choose a place on the map for its facts, a marked phrase for its place.")
    return f'<p class="gb-hint">{escape(how)}</p>'


def sheet_links(screen: Screen) -> None:
    """List the other sheets, each with what it shows."""
    st.html(f'<h2 class="gb-part">{escape(screen.text("Sheets"))}</h2>')
    with st.container(key="sheets"):
        for page in screen.atlas.pages:
            if page.id != screen.page.id:
                st.page_link(screen.links[page.id], query_params=carried(screen.view))
                shows = screen.text(screen.atlas.sheets[page.sheet].subtitle)
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
        if layer.kind != "raster"
    ]
    columns = ["layer", "features", "not_confirmed", "without_position", "as_of"]
    caption = screen.text("Where knowledge ends")
    st.html(markup.table(pd.DataFrame(rows, columns=columns), screen.text, caption))


def tables(screen: Screen) -> None:
    """Show the tables of the sheet."""
    for title, frame, note in screen.sheet.tables:
        st.html(markup.table(frame, screen.text, screen.text(title), screen.text(note)))


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
