"""The page that says why there is no page."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse

from geobrief import style
from geobrief.atlas import Atlas
from geobrief.errors import BrokenError, GeobriefError, SetupError
from geobrief.plan import Language
from geobrief.render.assets import font_faces
from geobrief.web import faults
from geobrief.wording import wording

PROGRAM = "geobrief"
"""What stands in the place of the title while no atlas can be read."""

CLOSED = wording("This atlas cannot be shown")
"""What a page says while no atlas can be read."""
MEND = wording(
    "Whoever keeps this atlas mends the file that is named, runs the check again, and starts the "
    "dashboard anew."
)
"""What a reader of problems is told to do about them."""

_PAGE = """<!DOCTYPE html>
<html lang="{tag}" dir="{direction}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="icon" href="data:,">
<style>{fonts}
body {{ margin: {top} auto 2rem; max-width: {width}; padding: 0 1.25rem; background: {paper};
  color: {ink}; font: 1rem/1.5 {sans}; }}
h1 {{ font: 600 1.6rem/1.2 {serif}; border-bottom: 1px solid {grey}; padding-bottom: 0.4rem; }}
a {{ color: inherit; text-decoration-color: {red}; text-underline-offset: 0.2em; }}
table {{ border-collapse: collapse; width: 100%; font-size: 0.94rem; }}
th, td {{ border-bottom: 1px solid {grey}; padding: 0.4rem 1rem 0.4rem 0; text-align: start;
  vertical-align: top; overflow-wrap: anywhere; }}
</style></head>
<body><h1><bdi>{heading}</bdi></h1><p><bdi>{words}</bdi></p>{problems}
<p><a href="{root}" target="_top"><bdi>{title}</bdi></a></p></body>
</html>
"""


def wants_page(request: Request) -> bool:
    """Say whether a browser asks, to which a page says more than JSON."""
    return "text/html" in request.headers.get("accept", "")


def plain_answer(
    request: Request,
    atlas: Atlas | None,
    status: int,
    heading: str,
    words: str,
    problems: Iterable[GeobriefError] = (),
    root: str = "/",
) -> HTMLResponse:
    """Answer with a page: heading, words, problems, and a link to `root` under the atlas's title.

    Heading and words are given as in the essay's language. `atlas` is None where none can be read.
    """
    language = asked_language(atlas, request)

    def text(wording: str) -> str:
        return atlas.text(language.id, wording) if atlas else wording

    listed = faults.as_table(problems, text) if problems else ""
    page = _PAGE.format(
        tag=escape(language.tag),
        direction=language.direction,
        title=escape(text(atlas.title) if atlas else PROGRAM),
        heading=escape(text(heading)),
        words=escape(text(words)),
        problems=f"{listed}<p><bdi>{escape(text(MEND))}</bdi></p>" if listed else "",
        root=escape(root),
        fonts=_fonts(),
        top="10vh" if listed else "18vh",
        width="56rem" if listed else "34rem",
        paper=style.PAPER,
        ink=style.INK,
        grey=style.GREY_SOFT,
        red=style.BORDER_RED,
        sans=f"'{style.SANS}', '{style.ARABIC}', sans-serif",
        serif=f"'{style.SERIF}', '{style.ARABIC}', serif",
    )
    return HTMLResponse(page, status_code=status, headers={"Cache-Control": "no-store"})


def broken_answer(
    request: Request, atlas: Atlas | None, error: GeobriefError, heading: str
) -> HTMLResponse:
    """Answer a browser with what is wrong, under a heading that says what it costs the reader."""
    if isinstance(error, BrokenError):
        words = wording("A part that this rests on is broken. All that does not rest on it works.")
        whole = wording(
            "Every page rests on what is named here. Until it is mended, nothing is shown rather "
            "than something false."
        )
        said = words if atlas else whole
        return plain_answer(request, atlas, error.status, heading, said, error.problems)
    words = f"{error.message} ({error.hint})" if error.hint else error.message
    return plain_answer(request, atlas, error.status, heading, words)


def asked_language(atlas: Atlas | None, request: Request) -> Language:
    """Return the language of an address, else the essay's; a nameless one without an atlas."""
    if atlas is None:
        return Language("", "")
    known = {language.id: language for language in atlas.languages}
    return known.get(request.query_params.get("lang", ""), atlas.default_language)


def _fonts() -> str:
    try:
        return font_faces()
    except SetupError:  # this page must stand all the same
        return ""
