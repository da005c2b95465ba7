"""A drawn figure as PNG, SVG or PDF bytes, without clock or chance."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import matplotlib as mpl
import numpy as np
from fontTools import subset
from matplotlib.backends import _backend_pdf_ps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.patheffects import Normal
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfWriter
from pypdf.generic import BooleanObject, NameObject, TextStringObject

from geobrief.render.paper.lettering import Words, measure
from geobrief.render.paper.markup import text_elements
from geobrief.render.paper.searchable import Line, add_lines
from geobrief.spec import MapSpec

MAKER = "geobrief"
LEVEL = 3
"""Of compression: a file is 3 percent larger than at 6, and there in half the time."""
mpl.rcParams["pdf.compression"] = LEVEL


def pixels(figure: Figure) -> NDArray[np.uint8]:
    """Draw the figure, whose size is rounded to whole pixels, and return (height, width, 4)."""
    dpi = float(figure.dpi)
    width, height = (round(float(side) * dpi) / dpi for side in figure.get_size_inches())
    figure.set_size_inches(width, height)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    return np.array(canvas.buffer_rgba())  # type: ignore[no-untyped-call]


def png(image: NDArray[np.uint8], spec: MapSpec, dpi: int) -> bytes:
    """Return pixels as PNG with its resolution, title, sources and the spec's digest.

    It has as many channels as the picture needs: greys have one, and opacity is left out where
    everything is opaque.
    """
    picture = Image.fromarray(image)
    opaque = bool((image[..., 3] == 255).all())
    if (image[..., 0] == image[..., 1]).all() and (image[..., 1] == image[..., 2]).all():
        red, _, _, alpha = picture.split()
        shown = red if opaque else Image.merge("LA", (red, alpha))
    else:
        shown = picture.convert("RGB") if opaque else picture
    info = PngInfo()
    for key, text in (
        ("Title", spec.title),
        ("Description", description(spec)),
        ("Source", sources(spec)),
        ("Software", MAKER),
        ("Digest", spec.digest()),
    ):
        info.add_itxt(key, text)
    buffer = BytesIO()
    shown.save(buffer, "PNG", dpi=(dpi, dpi), pnginfo=info, compress_level=LEVEL)
    return buffer.getvalue()


def svg(figure: Figure, spec: MapSpec, language: str, as_text: bool = False) -> bytes:
    """Return the figure as SVG that carries title, description and the whole spec as JSON.

    Its words are outlines, or text in named families with fallbacks.
    """
    words = figure.findobj(Words) if as_text else []
    for one in words:
        for part in (one, one.halo):
            if part is not None:
                part.set_visible(False)
    buffer = BytesIO()
    metadata = {"Date": None, "Creator": MAKER, "Title": spec.title, "Language": language}
    figure.savefig(buffer, format="svg", metadata=metadata, facecolor=figure.get_facecolor())
    text = buffer.getvalue().decode()
    if words:
        text = text.removesuffix("</svg>\n") + f"{text_elements(figure, words)}</svg>\n"
    head = (
        f'<title id="title">{escape(spec.title)}</title>'
        f'<desc id="description">{escape(description(spec))}</desc>'
        f'<metadata id="spec">{escape(spec.to_json())}</metadata>'
    )
    start = re.search(r"<svg\b[^>]*", text)
    if start is None:
        raise AssertionError("matplotlib wrote no svg element")
    role = f' role="img" aria-labelledby="title description" xml:lang={quoteattr(language)}'
    return (text[: start.end()] + role + ">" + head + text[start.end() + 1 :]).encode()


def pdf(figure: Figure, spec: MapSpec, language: str) -> bytes:
    """Return the figure as PDF with its fonts, title, subject and language."""
    return pdf_of([figure], language, spec.title, description(spec), spec.digest())


def _letters_alone(**options: Any) -> subset.Options:
    """A PDF's words are shaped before they are written: it needs letters, no rules to set them."""
    kept = subset.Options(**options)
    kept.drop_tables += ["GDEF", "GPOS", "GSUB"]
    return kept


# matplotlib has no option for it, and takes six times as long to embed a font with its rules.
_backend_pdf_ps.subset = SimpleNamespace(  # type: ignore[attr-defined]
    Options=_letters_alone, load_font=subset.load_font, Subsetter=subset.Subsetter
)


def pdf_of(
    figures: Sequence[Figure], language: str, title: str, subject: str = "", keywords: str = ""
) -> bytes:
    """Return figures as the pages of a PDF whose words can be searched."""
    buffer, layers = BytesIO(), []
    with PdfPages(buffer, metadata={"CreationDate": None}) as pages:
        for figure in figures:
            layers.append(_searched(figure))
            pages.savefig(figure, facecolor=figure.get_facecolor())
    writer = PdfWriter(clone_from=buffer)
    add_lines(writer, layers)
    writer.add_metadata(
        {
            "/Title": title,
            "/Subject": subject,
            "/Keywords": keywords,
            "/Creator": MAKER,
            "/Producer": MAKER,
        }
    )
    # matplotlib has no option for these; without them a screen reader guesses the language.
    writer.root_object[NameObject("/Lang")] = TextStringObject(language)
    writer.create_viewer_preferences()[NameObject("/DisplayDocTitle")] = BooleanObject(True)
    finished = BytesIO()
    writer.write(finished)
    return finished.getvalue()


def _searched(figure: Figure) -> list[Line]:
    """Turn the words that readers would garble to outlines; return them to lie over these."""
    found = [words for words in figure.findobj(Words) if not words.is_plain]
    for words in found:
        words.set_path_effects([Normal()])  # outlines, which no reader takes for text
    return [_line(words) for words in found]


def _line(words: Words) -> Line:
    (x, y), kind = words.start(), words.kind
    width = measure(words.said, kind).width
    return Line(words.said, x, y, width, kind.size, words.get_rotation())


def description(spec: MapSpec) -> str:
    """Say in words what the sheet shows."""
    quotes = (f"\u201c{p.text}\u201d (paragraph {p.paragraph})" for p in spec.passages)
    legend = ", ".join(entry.label for entry in spec.legend)
    return " ".join(part for part in (spec.subtitle, *quotes, legend) if part)


def sources(spec: MapSpec) -> str:
    """Return all credits with their licences."""
    return " · ".join(str(credit) for credit in spec.credits)
