"""Names in Urdu, Pashto and Dari: from the fact table, CLDR and GeoNames, in that order of trust.

``names_unconfirmed`` lists the languages (``ur``, ``ps``, ``prs``) whose spelling no source
confirms as that language's.
"""

from __future__ import annotations

import csv
import gettext
import io
import re
from functools import cache
from pathlib import Path
from typing import Any

from sources.archives import Archives

CLDR = "CLDR through Babel 2.18.0"
FACTS = Path(__file__).resolve().parents[2] / "content" / "facts"
COLUMNS = {"ur": "name_ur", "ps": "name_ps", "prs": "name_prs"}
_WORDS = {"ur": "urdu", "ps": "pashto", "prs": "dari"}


def country(code: str, otherwise: str | None = None) -> dict[str, Any]:
    """Names of a country by ISO code; where CLDR does not know it, only the other name given."""
    found = {
        column: _territories(locale).get(code)
        for column, locale in (("name_ur", "ur"), ("name_ps", "ps"), ("name_prs", "fa_AF"))
    }
    return {"name": _territories("en").get(code, otherwise), **found}


@cache
def _territories(locale: str) -> dict[str, str]:
    from babel import Locale  # only the outlines need it; layers of facts are built without

    return dict(Locale.parse(locale).territories)


@cache
def fact_rows(table: str) -> tuple[dict[str, str], ...]:
    """The rows of a fact table, text as it stands."""
    text = (FACTS / f"{table}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(io.StringIO(text)))


def fact(kind: str, english: str) -> dict[str, Any]:
    """Names from the table of geographic names; empty where it has no such row."""
    for row in fact_rows("geographic_names"):
        spellings = {row["name_english"], *row["alt_english"].split("; ")}
        if row["kind"] == kind and english in spellings:
            out: dict[str, Any] = {
                column: row[f"name_{_WORDS[tag]}"] or None for tag, column in COLUMNS.items()
            }
            out["names_unconfirmed"] = unconfirmed(row["names_confirmed"], out)
            return out
    return {}


def unconfirmed(confirmed: str, spelled: dict[str, Any]) -> str:
    """Languages with a spelling that the table's remark does not confirm.

    The remark reads "Pashto and Dari; Urdu unconfirmed ...", "all three ..." or "none ...".
    """
    said = confirmed.split("unconfirmed")[0].lower()
    if ";" in said:
        said = said.rsplit(";", 1)[0]
    sure = {tag for tag, word in _WORDS.items() if "all three" in said or word in said}
    return " ".join(t for t, c in COLUMNS.items() if spelled.get(c) and t not in sure)


@cache
def _catalogue(archives: Archives, locale: str) -> gettext.GNUTranslations:
    member = f"./usr/share/locale/{locale}/LC_MESSAGES/geonames.mo"
    return gettext.GNUTranslations(io.BytesIO(archives.read("geonames-locales", member)))


def geonames(archives: Archives, geoname_id: int) -> dict[str, Any]:
    """Names that GeoNames tags with a language; Persian stands in for Dari, marked so."""
    out: dict[str, Any] = {}
    for column, locale in (("name_ur", "ur"), ("name_ps", "ps"), ("name_prs", "fa")):
        text = _catalogue(archives, locale).gettext(str(geoname_id))
        out[column] = None if text == str(geoname_id) else _tidy(text)
    out["names_unconfirmed"] = "prs" if out["name_prs"] else ""
    return out


def _tidy(text: str) -> str | None:
    """The bare name: no qualifier after a comma, no vowel marks; None in another script."""
    bare = re.sub("[\u064b-\u0652]", "", text.split("،")[0].split(",")[0]).strip()
    return bare if re.search("[\u0600-\u06ff]", bare) else None


@cache
def iso_units(archives: Archives) -> dict[str, dict[str, str]]:
    """Tagged names of first-level units by ISO 3166-2 code: {"AF-KAB": {"ps": ..., "prs": ...}}."""
    tags = {"urd": "ur", "pus": "ps", "prs": "prs"}
    table = archives.json("iso3166-2", "iso3166_2/iso3166-2.json")
    out: dict[str, dict[str, str]] = {}
    for units in table.values():
        for code, unit in units.items():
            pairs = re.findall(r"([^,(]+) \((\w{3})\)", unit["localOtherName"] or "")
            out[code] = {}
            for text, tag in pairs:
                if tag in tags and not text.isascii() and re.search("[\u0600-\u06ff]", text):
                    out[code].setdefault(tags[tag], text.strip())
    return out
