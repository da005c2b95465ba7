"""What all pages share: the bar, the state in the URL, and the screen that a run lays out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from html import escape
from pathlib import Path

import streamlit as st

from geobrief import style
from geobrief.atlas import Atlas
from geobrief.compose import compose
from geobrief.errors import GeobriefError
from geobrief.plan import Language, Page
from geobrief.render.assets import STATIC
from geobrief.sheets import Sheet
from geobrief.spec import MapSpec, View
from geobrief.web import current_atlas, notices
from geobrief.web.plain import CLOSED
from geobrief.web.verbatim import verbatim
from geobrief.wording import filled, wording

ROOT = Path(__file__).resolve().parent.parent.parent
STYLES = (Path(__file__).parent / "page.css", STATIC / "reading.css")
LEFT = "left with "
"""Before the id of a page: what its link in the bar carries, so that it is found as it was left."""
RUN = "geobrief run"
"""Where the bar leaves the page, the view and the links for the script that follows it."""
SHEET = "sheet"
"""URL parameter that names one of a page's sheets."""


@dataclass(frozen=True)
class Screen:
    """One page as this run sees it: its sheet, the reader's view, the map that follows."""

    atlas: Atlas
    page: Page
    view: View
    language: Language
    spec: MapSpec
    links: dict[str, st.Page]
    asked: View
    """What the URL asked for when the screen was made."""

    @property
    def sheet(self) -> Sheet:
        """The map sheet that is shown."""
        return self.atlas.sheets[self.spec.sheet]

    def text(self, wording: str) -> str:
        """Return a wording in the reader's language."""
        return self.atlas.text(self.language.id, wording)


def navigation() -> None:
    """Draw the bar and run the page that the URL names."""
    try:
        atlas = current_atlas()
    except GeobriefError as error:
        _closed(error)
        return
    view = url_view(atlas)
    st.set_page_config(page_title=atlas.title, layout="wide")
    screens = {page.id: _script(atlas, view, page, page is atlas.pages[0]) for page in atlas.pages}
    chosen = st.navigation(list(screens.values()), position="hidden")
    page = next(page for page in atlas.pages if screens[page.id] is chosen)
    language = atlas.language(view.lang) if view.lang else atlas.default_language
    _dress(language, atlas.pages.index(page))
    _bar(atlas, view, screens)
    notices.broken_parts(atlas, view.lang)
    st.session_state[RUN] = (page, view, screens)
    chosen.run()
    _come_back()


@st.fragment(run_every=timedelta(days=1))
def _come_back() -> None:
    """Show nothing: a page with a timer asks for its run anew when its connection comes back.

    Without that a server that does not know the session, because another one answers now, would
    learn of the page with the reader's next click, and take the click for how the page began.
    """


def _closed(error: GeobriefError) -> None:
    """Say why there is no atlas, in the place of every page."""
    st.set_page_config(page_title=CLOSED, layout="wide")
    _dress(Language("", ""), 0)
    page = st.Page(partial(notices.closed, error), title=CLOSED, url_path="closed", default=True)
    st.navigation([page], position="hidden").run()


def _script(atlas: Atlas, view: View, page: Page, first: bool) -> st.Page:
    own = ROOT / "pages" / f"{page.id}.py"
    script = own if own.is_file() else ROOT / "pages" / "sheet.py"
    title = atlas.text(view.lang, page.title)
    return st.Page(script, title=title, url_path=page.id, default=first)


def url_view(atlas: Atlas) -> View:
    """Read the view from the URL without what the atlas does not know."""
    try:
        view = View.from_query(st.query_params.to_dict())
    except GeobriefError as error:
        warn(str(error))
        view = View()
    known = _choices(atlas)
    return replace(
        view,
        lang=view.lang if view.lang in known["lang"] else "",
        policy=view.policy if view.policy in known["policy"] else "",
        compare=view.compare if view.compare in known["compare"] else "",
    )


def _choices(atlas: Atlas) -> dict[str, set[str]]:
    """Return what the URL may choose from, by parameter."""
    languages, policies = {x.id for x in atlas.languages}, {x.id for x in atlas.policies}
    return {"lang": languages, "policy": policies, "compare": policies}


def _in_vain(atlas: Atlas, sheet: Sheet) -> list[str]:
    """Return what the URL asks for and the atlas, the page or the sheet does not have."""
    asked = {name: value for name, value in st.query_params.to_dict().items() if value}
    known = _choices(atlas)
    found = [f"{n}={asked[n]}" for n in known if n in asked and asked[n] not in known[n]]
    if asked.get(SHEET, sheet.id) != sheet.id:
        found.append(f"{SHEET}={asked[SHEET]}")
    chosen = View.from_query({"select": asked.get("select", "")}).select
    strange = [id for id in chosen if not _shows(atlas, sheet, id)]
    return [*found, *(f"select={id}" for id in strange)]


def _shows(atlas: Atlas, sheet: Sheet, feature: str) -> bool:
    layer, _, id = feature.partition("/")
    return any(shown.id == layer for shown in sheet.layers) and id in atlas.layers[layer].ids


def warn(words: str) -> None:
    """Show a warning as plain text: it may quote the URL, which is anybody's to write."""
    st.html(f'<p class="gb-warning" role="alert" dir="auto">{escape(words)}</p>')


def carried(view: View, sheet: str = "") -> dict[str, str | Iterable[str]]:
    """Return what a link to another page takes along: language and policy, and its sheet."""
    chosen = {"lang": view.lang, "policy": view.policy, SHEET: sheet}
    return {name: value for name, value in chosen.items() if value}


def current(
    sheet: str = "",
    changed: Callable[[View], View] = lambda view: view,
    otherwise: Callable[[Atlas], None] = lambda atlas: None,
) -> Screen:
    """Return the screen of the page that runs; where its sheet is broken, say why and end there.

    Parameters
    ----------
    sheet, changed
        For a page that says itself which sheet it shows, and what of the view is not the URL's.
    otherwise
        Shows what of the page does not rest on its sheet, where that is broken.
    """
    atlas = current_atlas()
    page, view, links = st.session_state[RUN]
    language = atlas.language(view.lang)
    asked = st.query_params.get(SHEET, "")
    sheet = sheet or (asked if asked in page.sheets else _lent(atlas, page))
    if sheet not in atlas.sheets:
        notices.sheet_head(atlas, view.lang, sheet)
        tabs(atlas, page, view, sheet)
        notices.sheet_problems(atlas, view.lang, sheet)
        otherwise(atlas)
        st.stop()
    if vain := _in_vain(atlas, atlas.sheets[sheet]):
        words = atlas.text(language.id, "The address asks for what is not here: {names}")
        warn(filled(words, names=", ".join(vain)))
    return _composed(atlas, page, sheet, view, changed, links)


def latest(screen: Screen) -> Screen:
    """Return the screen as the URL asks for it now, for a part of a page that runs by itself.

    Such a run follows what the reader does on the map; all else runs the whole page anew.
    """
    view = url_view(screen.atlas)
    if view == screen.asked:
        return screen
    if _off_the_map(view) != _off_the_map(screen.asked):
        st.rerun()
    sheet = screen.sheet.id
    return _composed(screen.atlas, screen.page, sheet, view, lambda view: view, screen.links)


def _off_the_map(view: View) -> View:
    """Return what of a view is not chosen on the map itself."""
    return replace(view, select=(), bbox=None, layers=())


def _composed(
    atlas: Atlas,
    page: Page,
    sheet: str,
    asked: View,
    changed: Callable[[View], View],
    links: dict[str, st.Page],
) -> Screen:
    """Return the screen of a sheet; what the sheet cannot show of the view is told."""
    kept = tuple(id for id in asked.select if _shows(atlas, atlas.sheets[sheet], id))
    view = changed(replace(asked, select=kept))
    try:
        spec = compose(atlas, sheet, view)
    except GeobriefError as error:
        warn(str(error))
        view = View(lang=view.lang, policy=view.policy)
        spec = _whole(atlas, sheet, view)
    return Screen(atlas, page, view, atlas.language(asked.lang), spec, links, asked)


def _lent(atlas: Atlas, page: Page) -> str:
    """Return the first sheet of a page; where it is broken and the page not about it, another."""
    first = page.sheets[0]
    return next(iter(atlas.sheets), first) if page.subtitle and first not in atlas.sheets else first


def _whole(atlas: Atlas, sheet: str, view: View) -> MapSpec:
    """Return the map of a sheet without the reader's wishes; what is wrong ends the page."""
    try:
        return compose(atlas, sheet, view)
    except GeobriefError:  # it has been told
        st.stop()


def tabs(atlas: Atlas, page: Page, view: View, sheet: str) -> None:
    """Offer the sheets of a page that has several; `sheet` is the one that is shown."""
    if len(page.sheets) < 2:
        return
    broken = atlas.text(view.lang, wording("broken"))
    names = {
        id: atlas.text(view.lang, atlas.sheets[id].tab or id)
        if id in atlas.sheets
        else f"{id} ({broken})"
        for id in page.sheets
    }
    st.session_state[SHEET] = sheet

    def choose() -> None:
        chosen = st.session_state[SHEET] or sheet
        st.query_params.from_dict(carried(view, chosen))

    st.segmented_control(
        verbatim(atlas.text(view.lang, "Sheets of this page")),
        list(names),
        key=SHEET,
        format_func=lambda id: verbatim(names[id]),
        on_change=choose,
        label_visibility="collapsed",
    )


def _dress(language: Language, place: int) -> None:
    """Set the palette, the direction of the page, and the mark under the link at `place`."""
    palette = {
        "ink": style.INK,
        "paper": style.PAPER,
        "red": style.BORDER_RED,
        "select": style.SELECT,
        "water": style.WATER,
        "serif": f"'{style.SERIF}', '{style.ARABIC}', serif",
        "sans": f"'{style.SANS}', '{style.ARABIC}', sans-serif",
    }
    values = "".join(f"--gb-{name}:{value};" for name, value in palette.items())
    link = f".st-key-links>:nth-child({place + 1})"
    here = f"{link}{{position:sticky;inset-inline:0;z-index:1}}"
    here += f"{link} a{{border-color:var(--gb-red)!important}}"
    whole = f":root{{{values}}}.stMain{{direction:{language.direction}}}{here}"
    rules = "".join(path.read_text(encoding="utf-8") for path in STYLES)
    st.html(f"<style>{rules}{whole}</style>")


def _bar(atlas: Atlas, view: View, screens: dict[str, st.Page]) -> None:
    def text(wording: str) -> str:
        return atlas.text(view.lang, wording)

    policies = {policy.id: policy.short for policy in atlas.policies}
    languages = {language.id: language.name for language in atlas.languages}
    compared = {"": wording("Nothing")} | {k: v for k, v in policies.items() if k != view.policy}
    with st.container(key="bar", horizontal=True, vertical_alignment="center"):
        st.html(f'<span class="gb-brand">{escape(text(atlas.title))}</span>', width="content")
        with st.container(key="choices", horizontal=True, horizontal_alignment="right"):
            choice("policy", text("Boundaries"), policies, view.policy, text, 240)
            choice("compare", text("Compare with"), compared, view.compare, text, 260)
            choice("lang", text("Language"), languages, view.lang, str, 190)
    with st.container(key="links", horizontal=True):
        for id, screen in screens.items():
            kept = carried(view) | st.session_state.get(LEFT + id, {})
            st.page_link(screen, label=verbatim(screen.title), query_params=kept)


def choice(
    name: str,
    label: str,
    options: dict[str, str],
    value: str,
    text: Callable[[str], str],
    width: int,
) -> None:
    """Offer one of `options`; the URL holds the choice, and the control follows the URL."""
    st.session_state[name] = value or next(iter(options))

    def choose() -> None:
        follow(name, st.session_state[name])

    st.selectbox(
        verbatim(label),
        list(options),
        key=name,
        format_func=lambda option: text(options[option]),
        on_change=choose,
        width=width,
    )


def follow(name: str, value: str) -> None:
    """Write a choice into the URL, from which the next run reads it."""
    if value:
        st.query_params[name] = value
    elif name in st.query_params:
        del st.query_params[name]
