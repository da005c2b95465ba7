"""A briefing to present and to hand over: its link, its file, and the outputs made from it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import quote, urlencode

import streamlit as st

from geobrief.briefings import Briefing, to_link, to_toml
from geobrief.deck.make import MEDIA_TYPES, DeckOptions, make
from geobrief.deck.slides import assemble
from geobrief.errors import RequestError
from geobrief.render import markup
from geobrief.settings import settings
from geobrief.web.briefing_draft import Draft
from geobrief.web.export_choices import PROGRAM
from geobrief.web.layout import Screen
from geobrief.web.making import Job, Told, offer
from geobrief.web.verbatim import verbatim
from geobrief.wording import filled, wording

FOLDER = "content/briefings/"


@dataclass(frozen=True)
class Output:
    """One way to take a briefing along."""

    suffix: str
    title: str
    note: str
    handout: bool = False

    def file(self, id: str) -> str:
        """Return the name of the file."""
        return f"{id}-handout.{self.suffix}" if self.handout else f"{id}.{self.suffix}"


OUTPUTS = {
    "pptx": Output(
        "pptx",
        "PowerPoint",
        wording("Slides that can be edited, with the speaker notes"),
    ),
    "pdf": Output("pdf", "PDF", wording("Slides for print and for any screen")),
    "handout": Output(
        "pdf",
        wording("Handout"),
        wording("A PDF with the speaker notes under each slide, to leave behind"),
        handout=True,
    ),
    "html": Output(
        "html",
        wording("One HTML file"),
        wording("The whole briefing with living maps in one file; it needs no network"),
    ),
}
CHOICE = "output"


def handed(screen: Screen, draft: Draft) -> Briefing:
    """Return the briefing as the page shows it: what follows the page is written down."""
    lang = "" if screen.spec.lang == screen.atlas.default_language.id else screen.spec.lang
    policy = "" if screen.spec.policy == screen.atlas.policies[0].id else screen.spec.policy
    own = draft.briefing
    return replace(own, lang=own.lang or lang, policy=own.policy or policy)


def carried(screen: Screen, briefing: Briefing) -> dict[str, str] | None:
    """Return what an address carries of a briefing: nothing if it ships so, None if too large."""
    ships = screen.atlas.briefings.get(briefing.id)
    if ships is not None and to_toml(ships) == to_toml(briefing):
        return {}
    try:
        return {"b": to_link(briefing)}
    except RequestError:
        return None


def address(start: str, briefing: Briefing, query: dict[str, str], ending: str = "") -> str:
    """Return the address of a briefing below `start`."""
    asked = f"?{urlencode(query)}" if query else ""
    return f"{start}/{quote(briefing.id, safe='')}{ending}{asked}"


def present(screen: Screen, draft: Draft) -> None:
    """Offer to present the briefing, in a window of its own."""
    briefing = handed(screen, draft)
    query = carried(screen, briefing)
    if query is not None:
        words = screen.text(wording("Present"))
        st.link_button(verbatim(words), address("/present", briefing, query), type="primary")


def too_large(screen: Screen, draft: Draft) -> None:
    """Say plainly that no address can carry the briefing, and how it is presented all the same."""
    briefing = handed(screen, draft)
    if carried(screen, briefing) is not None or not briefing.slides:
        return
    why = wording(
        "This briefing is too large for a link. This window keeps it until it is closed or loaded "
        "anew: save it as a file. To present it, put the file into {folder} on the server, or make "
        "one HTML file of it:"
    )
    words = filled(screen.text(why), folder=FOLDER)
    most = settings().max_briefing
    if (size := len(to_toml(briefing).encode())) > most:
        why = wording("Its file would have {size} bytes, and at most {most} are read: shorten it.")
        words = filled(screen.text(why), size=size, most=most)
    st.html(f'<p class="gb-warning" role="alert">{markup.said(words)}</p>')
    if size > most:
        return
    st.code(command_line(briefing, OUTPUTS["html"], saved=True), language=None, wrap_lines=True)
    save(screen, briefing, "save-large")


def save(screen: Screen, briefing: Briefing, key: str) -> None:
    """Offer the briefing as a file."""
    st.download_button(
        verbatim(screen.text(wording("Save as a file"))),
        to_toml(briefing),
        file_name=f"{briefing.id}.toml",
        mime="application/toml",
        on_click="ignore",
        key=key,
    )


def hand_over(screen: Screen, draft: Draft) -> None:
    """Offer the outputs: one is chosen and made, and its address and command line stand beside."""
    briefing = handed(screen, draft)
    names = {id: verbatim(screen.text(output.title)) for id, output in OUTPUTS.items()}
    st.session_state.setdefault(CHOICE, next(iter(OUTPUTS)))
    chosen = st.segmented_control(
        verbatim(screen.text(wording("What to hand over"))),
        list(OUTPUTS),
        required=True,
        key=CHOICE,
        format_func=names.__getitem__,
        label_visibility="collapsed",
    )
    output = OUTPUTS[chosen or next(iter(OUTPUTS))]
    st.html(f'<p class="gb-note">{markup.said(screen.text(output.note))}</p>')
    file = st.container()
    query = carried(screen, briefing)
    if query is not None:
        _by_address(screen, briefing, output, query)
    title = screen.text(wording("The same from the command line"))
    st.html(f'<h3 class="gb-part">{markup.said(title)}</h3>')
    if query != {}:
        words = screen.text(wording("Save the briefing as a file first: {name}"))
        words = filled(words, name=f"{briefing.id}.toml")
        st.html(f'<p class="gb-note">{markup.said(words)}</p>')
    st.code(command_line(briefing, output, saved=query != {}), language=None, wrap_lines=True)
    with file:
        _make(screen, briefing, output)


def _by_address(screen: Screen, briefing: Briefing, output: Output, query: dict[str, str]) -> None:
    more = {"handout": "1"} if output.handout else {}
    link = address("/api/briefings", briefing, query | more, f".{output.suffix}")
    words = screen.text(wording("The file by its link, to pass on"))
    name = output.file(briefing.id)
    st.html(
        f'<p class="gb-note"><a href="{escape(link)}" download="{escape(name)}">'
        f"{markup.said(words)}</a></p>"
    )


def command_line(briefing: Briefing, output: Output, *, saved: bool) -> str:
    """Return the command that makes the file; `saved`: from the saved briefing."""
    source = f"{briefing.id}.toml" if saved else briefing.id
    words = [*PROGRAM, "brief", source, "-o", output.file(briefing.id)]
    return shlex.join([*words, "--handout"] if output.handout else words)


def _make(screen: Screen, briefing: Briefing, output: Output) -> None:
    """Make the file in the session, step by step. (Last on the page: see `making.offer`.)"""
    start = screen.text(wording("Make the file: {name}"))
    start = filled(start, name=screen.text(output.title))
    ready = screen.text(wording("Download {name} ({size} MB)"))
    ready = filled(ready, name=output.file(briefing.id))
    hint = screen.text(wording("use brief from the command line"))
    wish = (to_toml(briefing), briefing.id, output)
    job = Job(wish, output.file(briefing.id), MEDIA_TYPES[output.suffix], start, ready, hint)
    offer(screen, job, lambda told: made(screen, briefing, output, told))


def made(screen: Screen, briefing: Briefing, output: Output, told: Told) -> bytes:
    """Return the file; `told` hears of every step."""
    words = screen.text(wording("Step {done} of {total}"))
    told(0.0, screen.text(wording("The maps are being drawn")))
    return make(
        screen.atlas,
        assemble(screen.atlas, briefing),
        output.suffix,
        DeckOptions(handout=output.handout),
        told=lambda done, total: told(done / max(total, 1), filled(words, done=done, total=total)),
    )
