"""The Export page: the preview of what is wished for, the file or the archive, the command line.

The wish stands whole in the URL. The preview is the real output, drawn small by the same address.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from functools import lru_cache
from html import escape
from urllib.parse import quote

import streamlit as st

from geobrief.compose import compose
from geobrief.errors import GeobriefError
from geobrief.export import bundle, export, file_name, told
from geobrief.render import markup
from geobrief.render.formats import IMAGES, format_name
from geobrief.render.paper.options import LEAST_DPI, PrintOptions, page_size
from geobrief.spec import MapSpec, from_json
from geobrief.web import current_atlas
from geobrief.web.export_choices import PROGRAM, Wish, one, titles, wish
from geobrief.web.layout import Screen, warn
from geobrief.web.making import Job, Told, offer
from geobrief.wording import filled, wording

PREVIEW_WIDTH = 1000
"""Pixels that the preview is about wide."""


def specs(screen: Screen, asked: Wish) -> list[MapSpec]:
    """Return the maps that are wished for."""
    return [compose(screen.atlas, id, asked.view) for id in asked.sheets]


def preview(screen: Screen, asked: Wish, spec: MapSpec) -> None:
    """Show the sheet as its file will be, with fewer dots."""
    width, height = page_size(asked.options.size, asked.options.orientation)
    dpi = max(LEAST_DPI, min(96, int(PREVIEW_WIDTH / width * 72)))
    pixels = f'width="{round(width / 72 * dpi)}" height="{round(height / 72 * dpi)}"'
    pixels += f' style="--gb-shape:{width / height:.4f}"'
    address = f"/api/sheets/{quote(spec.sheet)}.png?"
    address += asked.query(replace(asked.options, dpi=dpi))
    shows = screen.text(wording("Preview: the same sheet at {dpi} dots per inch"))
    words = f"{filled(shows, dpi=dpi)} · {spec.digest()}"
    alt = f"{screen.text(wording('Preview'))}: {spec.title}"
    st.html(
        f'<figure class="gb-preview"><img src="{escape(address)}" {pixels} alt="{escape(alt)}">'
        f"<figcaption>{markup.said(words)}</figcaption></figure>"
    )


def left_out(screen: Screen, asked: Wish, spec: MapSpec) -> None:
    """Say which names find no room on the image."""
    if asked.suffix not in IMAGES:
        return
    ids = _left_out(screen.atlas.digest, spec.to_json(), asked.options)
    names = [feature.label for feature in spec.features() if feature.id in ids]
    words = screen.text(wording("All names find room."))
    if names:
        listed = ", ".join(names)
        words = screen.text(wording("Names that find no room ({count}): {names}"))
        words = filled(words, count=len(names), names=listed)
    st.html(f'<p class="gb-left-out">{markup.said(words)}</p>')


@lru_cache(maxsize=256)
def _left_out(atlas: str, spec: str, options: PrintOptions) -> frozenset[str]:
    """Return the ids; kept, since a run of the page must not lay out a sheet again."""
    from geobrief.render import print as printed  # matplotlib takes a second to import

    return frozenset(printed.left_out(current_atlas(), from_json(spec), options))


def download(screen: Screen, asked: Wish, spec: MapSpec) -> None:
    """Offer the one file, from our own address."""
    name = file_name(screen.atlas, spec, asked.suffix)
    address = f"/api/sheets/{quote(spec.sheet)}.{asked.suffix}?{asked.query()}"
    words = filled(screen.text(wording("Download {format}")), format=format_name(asked.suffix))
    st.html(
        f'<p class="gb-download"><a href="{escape(address)}" download="{escape(name)}">'
        f'{markup.said(words)}</a> <span dir="ltr">{escape(name)}</span></p>'
    )


def archive(screen: Screen, asked: Wish, made: list[MapSpec]) -> None:
    """Make an archive of several files, file by file."""
    words = filled(screen.text(wording("Make a ZIP of {count} files")), count=len(made))
    ready = screen.text(wording("Download the ZIP ({size} MB)"))
    hint = screen.text(wording("choose fewer maps, or use export-all from the command line"))
    job = Job(asked, "maps.zip", "application/zip", words, ready, hint)

    def make(told: Told) -> bytes:
        files = []
        for number, spec in enumerate(made):
            name = file_name(screen.atlas, spec, asked.suffix)
            words = screen.text(wording("File {number} of {count}: {name}"))
            told(number / len(made), filled(words, number=number + 1, count=len(made), name=name))
            files.append((name, export(screen.atlas, spec, asked.suffix, asked.options)))
        return bundle(files)

    offer(screen, job, make)


def command(screen: Screen, asked: Wish, made: list[MapSpec]) -> None:
    """Write the command that gives the same bytes."""
    title = screen.text(wording("The same from the command line"))
    st.html(f'<h2 class="gb-part">{markup.said(title)}</h2>')
    st.code(command_line(screen, asked, made), language=None, wrap_lines=True)


def command_line(screen: Screen, asked: Wish, made: list[MapSpec]) -> str:
    """Return the command as it is typed into a shell."""
    words = [*PROGRAM]
    if len(made) == 1:
        name = file_name(screen.atlas, made[0], asked.suffix)
        words += ["export", made[0].sheet, "-o", name]
    else:
        words += ["export-all", "maps.zip", "--format", asked.suffix]
        words += ["--sheets", ",".join(asked.sheets)]
    for key, value in {**asked.view.to_query(), **told(asked.options)}.items():
        words += [f"--{key}", value]
    return shlex.join(words)


def page(screen: Screen) -> None:
    """Lay out the whole page."""
    title, subtitle = screen.text(screen.page.title), screen.text(screen.page.subtitle)
    st.html(
        f'<header class="gb-head"><h1>{markup.said(title)}</h1>'
        f"<p>{markup.said(subtitle)}</p></header>"
    )
    wishes, shows = st.columns([0.36, 0.64], gap="large")
    with wishes, st.container(key="wishes"):
        asked = wish(screen)
    if asked is None:
        return
    with shows:
        try:
            made = specs(screen, asked)
        except GeobriefError as error:
            warn(str(error))
            return
        names = {spec.sheet: titles(screen)[spec.sheet] for spec in made}
        shown = made[0]
        if len(made) > 1:
            chosen = one(screen, "preview", wording("Preview"), names, made[0].sheet)
            shown = next(spec for spec in made if spec.sheet == chosen)
        preview(screen, asked, shown)
        told_below = st.container()
    with shows:
        file = st.container()
        command(screen, asked, made)
        with file:
            if len(made) == 1:
                download(screen, asked, made[0])
        with told_below:
            left_out(screen, asked, shown)
        with file:
            if len(made) > 1:  # last: while an archive is being made, all else stands
                archive(screen, asked, made)
