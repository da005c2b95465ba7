"""The sealed file of a briefing: small, whole, the same every time, and what it says is text."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from geobrief.atlas import Atlas
from geobrief.deck import present, sealed
from geobrief.deck.seal import REST, fingerprint, verified
from geobrief.deck.slides import Deck, assemble
from geobrief.errors import Fault, SealError
from geobrief.render import leaflet, screen
from geobrief.render.leaflet import geometries
from tests.contract.test_present import PAYLOAD, Parts

ROOT = Path(__file__).resolve().parents[2]
BRIEFING = "committee"
MOST_BYTES = 5_000_000
WITHIN = 20.0
"""Seconds of a processor to make it."""
MARKING = "For official use"


@pytest.fixture(scope="module")
def deck(atlas: Atlas) -> Deck:
    return assemble(atlas, replace(atlas.briefings[BRIEFING], marking=MARKING))


@pytest.fixture(scope="module")
def made(atlas: Atlas, deck: Deck) -> tuple[bytes, float]:
    start = time.process_time()
    return sealed.write(atlas, deck), time.process_time() - start


@pytest.fixture(scope="module")
def raw(made: tuple[bytes, float]) -> bytes:
    return made[0]


@pytest.fixture(scope="module")
def text(raw: bytes) -> str:
    return raw.decode()


def test_it_is_small_and_soon_made(
    made: tuple[bytes, float], record_property: Any, atlas: Atlas
) -> None:
    raw, seconds = made
    record_property("sealed file", f"{len(raw)} bytes, {seconds:.1f} s")
    assert len(raw) <= MOST_BYTES and seconds < WITHIN
    assert max(len(one.slides) for one in atlas.briefings.values()) > 20


def test_the_same_briefing_gives_the_same_bytes(atlas: Atlas, deck: Deck, raw: bytes) -> None:
    leaflet._compiled.clear()
    assert sealed.write(atlas, deck) == raw


ELSEWHERE = """
import sys
from pathlib import Path
from geobrief.atlas import Atlas
from geobrief.deck import sealed
from geobrief.deck.slides import assemble
atlas = Atlas.load(Path("content"), Path("geodata"))
sys.stdout.buffer.write(sealed.write(atlas, assemble(atlas, atlas.briefings[sys.argv[1]])))
"""


def test_another_process_gives_the_same_bytes(atlas: Atlas) -> None:
    briefing = min(atlas.briefings.values(), key=lambda one: len(one.slides))
    command = [sys.executable, "-c", ELSEWHERE, briefing.id]
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    assert done.stdout == sealed.write(atlas, assemble(atlas, briefing))


def test_it_says_what_the_briefing_says(atlas: Atlas, deck: Deck, text: str) -> None:
    plain = html.unescape(text)
    sections = plain.split('<section class="slide ')
    for slide in deck.slides:
        own = next(part for part in sections if f'id="title-{slide.number}"' in part)
        spec = slide.spec
        for said in (spec.title, spec.subtitle, spec.disclaimer, spec.policy_name, spec.as_of):
            assert said in own
        for passage in spec.passages:
            assert f"<p>“{passage.text}”</p>" in text, "not even escaped: it can be searched"
        assert all(credit.text in own for credit in spec.credits)
        assert all(part in plain for part in slide.notes.split("\n\n"))
        assert f"<code>{spec.digest()}</code>" in text
    stops = 1 + len(deck.slides) + sum(len(slide.charts) for slide in deck.slides)
    for place in ("head", "foot"):
        assert text.count(f'<p class="marking is-{place}"') == stops
    assert text.count(f"<bdi>{MARKING}</bdi>") == 2 * stops


def test_every_layer_and_every_feature_has_its_source(atlas: Atlas, deck: Deck, text: str) -> None:
    told = text[text.index('<dialog id="sources"') :]
    told = html.unescape(told[: told.index("</dialog>")])
    for slide in deck.slides:
        for layer in slide.spec.layers:
            held = atlas.layers[layer.id]
            assert held.source in told and held.licence in told and held.digest in told
        for feature in (*slide.spec.features(), *slide.spec.records, *slide.spec.unplaced):
            layer_id, _, id = feature.id.partition("/")
            if f'data-card="{feature.id}"' in told:
                card = told[told.index(f'data-card="{feature.id}"') :]
                own = card[: card.index("</section>")]
            else:
                assert not feature.interactive
                own = told
            for part in str(atlas.layers[layer_id].frame.loc[id, "source"]).split("; "):
                assert part in own or part.rpartition("; ")[2] in own


def blocks(text: str, name: str) -> dict[str, Any]:
    """Return the JSON blocks with the attribute `data-name`, by its value."""
    found = re.findall(rf'<script type="application/json" data-{name}="([^"]*)"[^>]*>(.*)</', text)
    return {html.unescape(key): json.loads(body) for key, body in found}


def decoded(lines: Any) -> Any:
    """Undo the encoding of lines: whole numbers again."""
    if isinstance(lines, list):
        return [decoded(line) for line in lines]
    found, value, shift = [], 0, 0
    for letter in lines:
        bits = ord(letter) - 63
        value |= (bits & 31) << shift
        shift += 5
        if bits < 32:
            found.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    return found


def test_the_maps_hold_what_the_specs_say(atlas: Atlas, deck: Deck, text: str) -> None:
    shapes, layers = blocks(text, "geometry"), blocks(text, "held")
    match = re.search(r'id="feature"[^>]*>(.*)</', text)
    assert match
    defaults = json.loads(match[1])
    specs = [json.loads(found) for found in re.findall(r'id="spec">(.*)</', text)]
    drawn = {id: {key: [kind, decoded(lines)] for key, (kind, lines) in own.items()}
             for id, own in shapes.items()}  # fmt: skip
    for slide, own in zip(deck.slides, specs, strict=True):
        spec = json.loads(slide.spec.to_json())
        for layer, number in zip(slide.spec.layers, own["layers"], strict=True):
            held = layers[str(number)]
            whole = [defaults | feature for feature in held["features"]]
            wanted = next(one for one in spec["layers"] if one["id"] == layer.id)
            assert whole == wanted["features"] and held["id"] == layer.id
            if layer.kind != "raster":
                made = geometries(atlas, layer)
                assert {key: drawn[layer.id][key] for key in made} == made
        assert own["symbols"] == spec["symbols"] and own["extent"] == spec["extent"]


def test_it_asks_nobody_and_runs_what_stands_in_it(text: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    rules = dict(p.strip().split(" ", 1) for p in html.unescape(policy[1]).split(";"))
    assert rules.pop("default-src") == "'none'"
    assert set(rules) == {"script-src", "style-src", "img-src", "font-src", "base-uri",
                          "form-action"}  # fmt: skip
    assert rules["img-src"] == rules["font-src"] == "data:"
    for kind in ("script-src", "style-src"):
        assert all(re.fullmatch(r"'sha256-[\w+/=]{44}'", one) for one in rules[kind].split())
    assert "/assets/" not in text
    loads = re.findall(r"""(?:src=|url\(|<link[^>]*href=)["']?(?!data:)[^"')\s>]+""", text)
    assert not [found for found in loads if "//" in found], loads
    page = Parts(text)
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    assert not [attrs for _, attrs in page.tags if "style" in attrs]


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("title of slide 2", "<bdi>"),
        ("passage {passage} on slide 1", "<p>“"),
        ("notes of slide 3", 'dir="auto"'),
        ("foot of slide 4", "<bdi>"),
        ("handling line at the head of slide 2", "<bdi>"),
        ("figure of slide 2", 'id="legend"'),
        ("chart 1 of slide {charted}", "base64,|svg"),
        ("layer {layer} on slide ", '"name":"'),
        ("geometry of layer {layer}", '",'),
        ("picture of layer {raster}", "base64,"),
        ("facts of {feature}", "<dd>"),
        ("source of layer {layer}", "<bdi>"),
        ("digests of the maps", "<code>"),
        ("fonts and colours", "base64,"),
        ("styles", "body {"),
        ("styles of the maps", "footer {"),
        ("script", "use strict"),
        ("script of the maps", "use strict"),
    ],
)
def test_one_changed_byte_is_named(deck: Deck, raw: bytes, name: str, inside: str) -> None:
    spec = deck.slides[0].spec
    rasters = [layer.id for layer in spec.layers if layer.kind == "raster"]
    vectors = [layer for layer in spec.layers if layer.kind == "point"]
    wanted = name.format(
        passage=spec.passages[0].id,
        charted=next(slide.number for slide in deck.slides if slide.charts),
        raster=rasters[0],
        layer=vectors[0].id,
        feature=next(f.id for f in spec.features() if f.interactive),
    )
    mark = raw.index(f'data-sealed="{wanted}'.encode())
    whole = raw[mark:].split(b'"', 2)[1].decode()
    at = mark + re.search(inside.encode(), raw[mark:]).end() + 2  # type: ignore[union-attr]
    changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
    with pytest.raises(SealError) as caught:
        verified(changed)
    assert caught.value.fault is Fault.CHANGED
    assert caught.value.parts in ((whole,), (whole, REST))


def test_a_key_signs_it(atlas: Atlas) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    briefing = min(atlas.briefings.values(), key=lambda one: len(one.slides))
    paused: list[int] = []
    told: list[tuple[int, int]] = []
    deck = assemble(atlas, briefing)
    raw = sealed.write(atlas, deck, key, lambda: paused.append(1), lambda *step: told.append(step))
    assert verified(raw, key.public_key()).signer == fingerprint(key.public_key())
    count = len(deck.slides)
    assert len(paused) == count and told == [(n, count) for n in range(1, count + 1)]

    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        sealed.write(atlas, deck, pause=stop)


def test_what_a_briefing_brings_is_text(atlas: Atlas) -> None:
    briefing = min(atlas.briefings.values(), key=lambda one: len(one.slides))
    evil = f'{PAYLOAD}\r\n\r\n</script>{PAYLOAD}<!-- <p data-sealed="fonts"> \x1b</body>'
    slide = replace(briefing.slides[0], title=PAYLOAD, notes=evil)
    edited = replace(briefing, title=evil, marking=PAYLOAD, slides=(slide,))
    raw = sealed.write(atlas, assemble(atlas, edited))
    assert verified(raw)
    text = raw.decode()
    page = Parts(text)
    assert not [attrs for attrs in page.named("img") if attrs.get("src") == "x"]
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    assert PAYLOAD not in text and html.unescape(text).count(PAYLOAD) > 6
    assert len(re.findall(r"</script", text)) == len(page.named("script"))
    assert text.count("</body>") == 1


def test_a_passage_keeps_its_quotation_marks() -> None:
    shown = screen.environment().from_string("{{ text | plain }}").render(text='it\'s <b> "&"')
    assert shown == 'it\'s &lt;b&gt; "&amp;"'


def test_it_says_every_key(atlas: Atlas) -> None:
    assert set(present.KEYS) < set(sealed.KEYS)
