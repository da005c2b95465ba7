"""HTML of what a page says beside its map. Every text from a file is escaped here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from itertools import pairwise

from geobrief.cards import Card
from geobrief.claims import Claim
from geobrief.sheets import Chart
from geobrief.spec import MapSpec, Mark, PassageSpec
from geobrief.wording import runs_right_to_left, with_dates

Text = Callable[[str], str]
"""Turns the wording as the content has it into the reader's language."""


def said(text: str) -> str:
    """Return a text that keeps its own direction on a page of the other one.

    Where the reader's language has no wording for it, the essay's stands: its full stop would
    jump to the front of the line.
    """
    direction = "rtl" if runs_right_to_left(text) else "ltr"
    return f'<bdi dir="{direction}">{escape(with_dates(text))}</bdi>' if text else ""


def attribute(ids: Iterable[str]) -> str:
    """Return the ids of features as the value of `data-features`."""
    return escape(",".join(ids), quote=True)


def button(label: str, ids: Iterable[str], kind: str = "gb-link") -> str:
    """Return a button that lights features on the map; without ids it clears the selection."""
    return (
        f'<span class="{kind}" role="button" tabindex="0" data-features="{attribute(ids)}">'
        f"{said(label)}</span>"
    )


def essay(passages: Iterable[PassageSpec], also: Callable[[Sequence[str]], str], tag: str) -> str:
    """Return the whole essay by paragraphs, every phrase that speaks of features marked.

    Parameters
    ----------
    also
        Gives the note of some passages, such as the sheets that stand for them.
    """
    parts: dict[int, list[PassageSpec]] = {}
    for spec in passages:
        parts.setdefault(spec.paragraph, []).append(spec)
    found = []
    for sentences in parts.values():
        text = " ".join(
            f'<span data-passage="{escape(s.id)}" data-follow="{attribute(s.features)}">'
            f"{_marked(s.text, s.marks)}</span>"
            for s in sentences
        )
        found.append(f"<p>{text}</p>{also([s.id for s in sentences])}")
    return f'<article class="gb-essay" lang="{escape(tag)}" dir="ltr">{"".join(found)}</article>'


def claim(made: Claim, features: Sequence[str], shown_on: str, text: Text, tag: str) -> str:
    """Return a claim: the essay quoted, and beside it what was found."""
    quote = escape(made.quote)
    if features:
        lit = attribute(features)
        quote = f'<span role="button" tabindex="0" data-features="{lit}">{quote}</span>'
    where = f" · {said(text('Map'))}: {said(shown_on)}" if shown_on else ""
    return (
        f'<article class="gb-claim" data-claim="{escape(made.id)}">'
        f'<blockquote lang="{escape(tag)}" dir="ltr">“{quote}”</blockquote>'
        f"<p>{said(made.finding)}</p>"
        f'<p><span class="gb-verdict">{said(text(made.verdict).capitalize())}</span>{where}</p>'
        f'<p class="gb-source">{said(text("Source"))}: {_sources(made.source, text)}</p>'
        "</article>"
    )


def passage(spec: PassageSpec, text: Text, tag: str) -> str:
    """Return a passage, quoted exactly, with its marks and its paragraph number.

    Parameters
    ----------
    tag
        Language of the essay, BCP 47; it is set from left to right whatever the page is.
    """
    label, quote = f"{text('Paragraph')} {spec.paragraph}", _marked(spec.text, spec.marks)
    where = button(label, spec.features) if spec.features else f"<span>{said(label)}</span>"
    return (
        f'<figure class="gb-passage" data-passage="{escape(spec.id)}" '
        f'data-features="{attribute(spec.features)}">'
        f'<blockquote lang="{escape(tag)}" dir="ltr">“{quote}”</blockquote>'
        f"<figcaption>{where}</figcaption></figure>"
    )


def _marked(text: str, marks: Sequence[Mark]) -> str:
    """Return a text with a button for each phrase; where two overlap, the shorter one counts."""
    spans: dict[tuple[int, int], tuple[str, ...]] = {}
    for mark in marks:
        if mark.features:
            at = (mark.start, mark.end)
            spans[at] = tuple(dict.fromkeys((*spans.get(at, ()), *mark.features)))
    cuts = sorted({0, len(text), *(cut for span in spans for cut in span)})
    pieces: list[tuple[tuple[int, int] | None, str]] = []
    for start, end in pairwise(cuts):
        over = [span for span in spans if span[0] <= start and end <= span[1]]
        owner = min(over, key=lambda span: span[1] - span[0], default=None)
        if pieces and pieces[-1][0] == owner:
            pieces[-1] = (owner, pieces[-1][1] + text[start:end])
        else:
            pieces.append((owner, text[start:end]))
    return "".join(
        f'<mark role="button" tabindex="0" data-features="{attribute(spans[owner])}">'
        f"{escape(words)}</mark>"
        if owner
        else escape(words)
        for owner, words in pieces
    )


def card(made: Card, text: Text, *, hidden: bool = False, clear: bool = True) -> str:
    """Return the card of one feature: names, figures, source, date, and what is uncertain.

    `clear` puts a button into it that clears the selection.
    """
    told = [name for name in made.names if name.text != made.title]
    names = "".join(
        f'<span><small><bdi lang="{escape(name.tag)}">{escape(name.language)}</bdi></small> '
        f'<bdi lang="{escape(name.tag)}" dir="{escape(name.direction)}">'
        f"{escape(name.text)}</bdi>{'' if name.confirmed else _doubt(text)}</span>"
        for name in told
    )
    rows = "".join(_row(label, value) for label, value in made.figures)
    sure = text("confirmed") if made.confirmed else text("not confirmed")
    rows += _row(text("Position and facts"), made.uncertain or sure)
    rows += _row(text("As of"), made.as_of)
    rows += (
        f'<dt>{said(text("Source"))}</dt><dd class="gb-source">{_sources(made.source, text)}</dd>'
    )
    note = f'<p class="gb-note">{said(made.note)}</p>' if made.note else ""
    away = button(text("Clear"), (), "gb-clear") if clear else ""
    return (
        f'<section class="gb-card" data-card="{escape(made.id)}"{" hidden" if hidden else ""}>'
        f'<div class="gb-kind">{said(made.kind)}{away}</div>'
        f'<h3>{said(made.title)}</h3><p class="gb-names">{names}</p>'
        f"<dl>{rows}</dl>{note}</section>"
    )


def _sources(source: str, text: Text) -> str:
    """Return one source as it is; of several the first, and the rest behind a click."""
    first, *rest = (said(part) for part in statements(source))
    if not rest:
        return first
    more = "".join(f"<li>{part}</li>" for part in rest)
    count = said(f"{text('Further sources')} ({len(rest)})")
    return f"{first}<details><summary>{count}</summary><ul>{more}</ul></details>"


def statements(text: str) -> list[str]:
    """Split at the semicolons that stand outside brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if sign == ";" and depth <= 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts if part.strip()] or [text]


def _row(label: str, value: str) -> str:
    return f"<dt>{said(label)}</dt><dd>{said(value)}</dd>"


def _doubt(text: Text) -> str:
    return f" <small>({said(text('spelling not confirmed'))})</small>"


def choices(cards: Sequence[Card], text: Text) -> str:
    """Return the names of several selected features, each a button that selects it alone."""
    rows = "".join(f"<li>{button(made.title, (made.id,))}</li>" for made in cards)
    count = f"{len(cards)} {text('selected')}"
    return (
        f'<section class="gb-card"><div class="gb-kind">{said(count)}'
        f"{button(text('Clear'), (), 'gb-clear')}</div><ul>{rows}</ul></section>"
    )


def lead(text: str) -> str:
    """Return plain text as paragraphs; empty lines part them."""
    parts = [part.strip() for part in text.split("\n\n") if part.strip()]
    return "".join(f'<p class="gb-lead" dir="auto">{said(part)}</p>' for part in parts)


def listed(title: str, groups: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Return groups of names, each behind a click that says how many there are."""
    parts = "".join(
        f"<details><summary>{said(group)} ({len(names)})</summary>"
        f"<p>{said('; '.join(names))}</p></details>"
        for group, names in groups
    )
    return f'<section class="gb-listed"><h2>{said(title)}</h2>{parts}</section>'


def changes(spec: MapSpec, text: Text) -> str:
    """Return what the compared policy draws or names otherwise, each a button for its place."""
    title = f"{text('What changes')}: {spec.compared}"
    if not spec.changes:
        return f'<p class="gb-note">{said(title)}: {said(text("nothing on this map"))}</p>'
    rows: dict[tuple[str, str], list[str]] = {}
    for change in spec.changes:
        rows.setdefault((change.here, change.there), []).append(change.feature)
    items = "".join(
        f"<li>{button(f'{here} → {there}', ids)}{_count(ids)}</li>"
        for (here, there), ids in rows.items()
    )
    return f'<section class="gb-changes"><h2>{said(title)}</h2><ul>{items}</ul></section>'


def _count(ids: Sequence[str]) -> str:
    return f" <small>({len(ids)})</small>" if len(ids) > 1 else ""


def inset(address: str, picture: str, title: str) -> str:
    """Return a small map of another sheet, and the link to it."""
    shown = f'<img src="{escape(picture)}" alt=""><span>{said(title)}</span>'
    return f'<figure class="gb-inset"><a href="{escape(address)}">{shown}</a></figure>'


def chart(address: str, drawn: Chart, text: Text, table: str) -> str:
    """Return a chart as a picture, its note, and its figures behind a click."""
    title, note = escape(text(drawn.title)), escape(text(drawn.note))
    figures = said(text("Figures"))
    return (
        f'<figure class="gb-chart"><img src="{escape(address)}" alt="{title}. {note}">'
        f"<figcaption>{said(text(drawn.note))}</figcaption>"
        f"<details><summary>{figures}</summary>{table}</details></figure>"
    )
