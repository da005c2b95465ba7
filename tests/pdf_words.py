"""What two readers find in a PDF: pypdf, and PDFium as browsers have it."""

from __future__ import annotations

import re
import unicodedata
from io import BytesIO

import pypdfium2
from pypdf import PdfReader

_NO_WORDS = re.compile("[\\s\u00a0\u200a\u200e\u200f\u2066-\u2069]+")


def plain(text: str) -> str:
    """Words alone: spaces, line breaks and what steers a line carry no meaning."""
    return unicodedata.normalize("NFC", _NO_WORDS.sub("", text))


def found_words(file: bytes, page: int = 0) -> dict[str, str]:
    """Return the words of a page by reader."""
    document = pypdfium2.PdfDocument(file)
    return {
        "PDFium": plain(document[page].get_textpage().get_text_range()),
        "pypdf": plain(PdfReader(BytesIO(file)).pages[page].extract_text()),
    }
