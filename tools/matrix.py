"""Draw every sheet under every policy and in every language, on screen and in print, once.

    python tools/matrix.py [--print] [--jobs N]

Prints what failed and the count; the exit code is 1 where anything did. With `--print` each map is
also exported as PNG, SVG and PDF at a low resolution, and its labels are audited.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations, product
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from geobrief.atlas import Atlas  # noqa: E402
from geobrief.compose import compose  # noqa: E402
from geobrief.errors import GeobriefError  # noqa: E402
from geobrief.export import export  # noqa: E402
from geobrief.render import screen  # noqa: E402
from geobrief.render.formats import IMAGES  # noqa: E402
from geobrief.render.paper.options import PrintOptions  # noqa: E402
from geobrief.render.print import layout  # noqa: E402
from geobrief.spec import MapSpec, View  # noqa: E402

OPTIONS = PrintOptions(dpi=50)
TOUCH = 0.05
"""Square points that two labels may share by rounding."""

Job = tuple[str, str, str, bool]
"""Sheet, policy, language, and whether it is printed too."""


@lru_cache(maxsize=1)
def atlas() -> Atlas:
    return Atlas.load(ROOT / "content", ROOT / "geodata")


def draw(job: Job) -> tuple[Counter[str], list[str]]:
    """Draw one map in every way; return what was counted and what is wrong with it."""
    sheet, policy, language, printed = job
    view = View(lang=language, policy=policy)
    told: Counter[str] = Counter()
    faults = []
    try:
        spec = compose(atlas(), sheet, view)
        screen.page(atlas(), spec, view.to_query())
        told["screen"] += 1
        for suffix in IMAGES if printed else ():
            told[suffix] += bool(export(atlas(), spec, suffix, OPTIONS))
        if printed:
            faults += audit(spec, told)
    except (GeobriefError, ValueError, KeyError) as reason:
        faults.append(repr(reason))
    return told, [f"{sheet} {policy} {language}: {fault}" for fault in faults]


def audit(spec: MapSpec, told: Counter[str]) -> Iterator[str]:
    """Yield what is wrong with the labels: overlaps, out of the frame, a named one left out."""
    sheet = layout(atlas(), spec, OPTIONS)
    told["labels"] += len(sheet.labels)
    told["labels left out"] += len(sheet.dropped)
    for (one, a), (two, b) in combinations(sheet.labels, 2):
        if a.intersection(b).area > TOUCH:
            yield f"{one} overlaps {two}"
    yield from (f"{id} leaves the frame" for id, b in sheet.labels if not sheet.frame.contains(b))
    named = {feature for passage in spec.passages for feature in passage.features}
    yield from (f"{id} has no room" for id in sorted(named.intersection(sheet.dropped)))


def main() -> int:
    """Draw them all and count."""
    parser = argparse.ArgumentParser(description="Draw every sheet, policy and language.")
    parser.add_argument("--print", action="store_true", help="export and audit each as well")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    options = parser.parse_args()
    policies = [policy.id for policy in atlas().policies]
    languages = [language.id for language in atlas().languages]
    jobs = [(*one, options.print) for one in product(atlas().sheets, policies, languages)]
    total: Counter[str] = Counter()
    failed = 0
    with get_context("spawn").Pool(options.jobs) as pool:
        for told, faults in pool.imap(draw, jobs):
            total += told
            failed += bool(faults)
            for fault in faults:
                print(fault, file=sys.stderr, flush=True)
    print(f"{len(jobs)} maps, {failed} failed: {', '.join(f'{n} {k}' for k, n in total.items())}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
