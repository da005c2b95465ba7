"""Briefing -> Deck: each slide with its map, its words and its notes, for every output alike."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace

from geobrief.atlas import Atlas
from geobrief.briefings import Briefing
from geobrief.compose import compose
from geobrief.errors import BrokenError
from geobrief.plan import Language
from geobrief.sheets import Chart
from geobrief.spec import MapSpec, checked_marking


@dataclass(frozen=True)
class DeckSlide:
    """One slide. `number` counts from 1; the spec bears the slide's own title if it has one."""

    number: int
    spec: MapSpec
    notes: str
    charts: tuple[Chart, ...]


@dataclass(frozen=True)
class Deck:
    """A briefing with everything that it shows; what says the same has the same digest."""

    id: str
    title: str
    language: Language
    policy: str
    marking: str
    slides: tuple[DeckSlide, ...]

    @property
    def rtl(self) -> bool:
        """Whether its language runs from right to left."""
        return self.language.direction == "rtl"

    def digest(self) -> str:
        """Return 16 hex digits over the words and the digests of the maps."""
        slides = [(slide.spec.digest(), slide.notes) for slide in self.slides]
        said = [self.title, self.language.id, self.policy, self.marking, slides]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:16]


def assemble(atlas: Atlas, briefing: Briefing) -> Deck:
    """Return the briefing with the maps of its slides.

    Raises
    ------
    NotFoundError
        If it names a sheet, a language, a policy or a feature that the atlas does not have.
    BrokenError
        If a sheet that it names is broken: no slide is left out.
    RequestError
        If its handling line is too long, or holds what no file can carry.
    """
    language, marking = atlas.language(briefing.lang), checked_marking(briefing.marking)
    slides = []
    for number, slide in enumerate(briefing.slides, 1):
        try:
            spec = compose(atlas, slide.sheet, briefing.view(slide))
        except BrokenError as error:
            raise BrokenError(f"slide {number}: {error.what}", error.problems) from None
        if slide.title:
            spec = replace(spec, title=atlas.text(language.id, slide.title))
        sheet = atlas.sheets[slide.sheet]
        slides.append(DeckSlide(number, spec, slide.notes or sheet.notes, sheet.charts))
    title = atlas.text(language.id, briefing.title)
    policy = slides[0].spec.policy
    return Deck(briefing.id, title, language, policy, marking, tuple(slides))
