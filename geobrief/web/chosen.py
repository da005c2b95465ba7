"""The cards of what is selected, as the page lays them out and as a click asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape
from urllib.parse import urlencode

from geobrief.atlas import Atlas
from geobrief.cards import card
from geobrief.render import markup
from geobrief.wording import wording

ADDRESS = "/api/cards"
MOST = 2
"""Features whose cards are shown side by side; of more, the names are listed."""


def place(atlas: Atlas, select: Sequence[str], lang: str, policy: str) -> str:
    """Return the part of the page that holds the cards; the browser fills it at a click.

    It carries the address that gives its content for another selection.
    """
    address = escape(f"{ADDRESS}?{urlencode({'lang': lang, 'policy': policy})}")
    made = cards(atlas, select, lang, policy)
    return f'<div class="gb-cards" data-cards="{address}">{made}</div>'


def cards(atlas: Atlas, select: Sequence[str], lang: str, policy: str) -> str:
    """Return the cards of some features, `layer/id`, or how to select.

    Raises
    ------
    NotFoundError
        If the atlas has no such feature, language or policy.
    BrokenError
        If the layer of one is broken.
    """
    text = partial(atlas.text, atlas.language(lang).id)
    made = [card(atlas, feature, lang, policy) for feature in select]
    if not made:
        how = wording("Choose a place on the map for its facts, a marked phrase for its place.")
        return f'<p class="gb-hint">{markup.said(text(how))}</p>'
    if len(made) > MOST:
        return markup.choices(made, text)
    return "".join(markup.card(one, text) for one in made)
