"""The page that says why there is no page."""

from __future__ import annotations

from html import escape

from geobrief import style
from geobrief.atlas import Atlas, Language
from geobrief.render.assets import font_faces

_PAGE = """<!DOCTYPE html>
<html lang="{tag}" dir="{direction}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="icon" href="data:,">
<style>{fonts}
body {{ margin: 18vh auto 0; max-width: 34rem; padding: 0 1.25rem; background: {paper};
  color: {ink}; font: 1rem/1.5 {sans}; }}
h1 {{ font: 600 1.6rem/1.2 {serif}; border-bottom: 1px solid {grey}; padding-bottom: 0.4rem; }}
a {{ color: inherit; text-decoration-color: {red}; text-underline-offset: 0.2em; }}
</style></head>
<body><h1><bdi>{heading}</bdi></h1><p><bdi>{words}</bdi></p>
<p><a href="{root}"><bdi>{title}</bdi></a></p></body>
</html>
"""


def plain_page(atlas: Atlas, language: Language, heading: str, words: str, root: str) -> str:
    """Return a page with a heading, a sentence, and a link to `root` under the atlas's title."""
    return _PAGE.format(
        tag=escape(language.tag),
        direction=language.direction,
        title=escape(atlas.text(language.id, atlas.title)),
        heading=escape(heading),
        words=escape(words),
        root=escape(root),
        fonts=font_faces(),
        paper=style.PAPER,
        ink=style.INK,
        grey=style.GREY_SOFT,
        red=style.BORDER_RED,
        sans=f"'{style.SANS}', '{style.ARABIC}', sans-serif",
        serif=f"'{style.SERIF}', '{style.ARABIC}', serif",
    )
