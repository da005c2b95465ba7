"""Draw every sheet under every policy and in every language, on screen and in print, once.

    python tools/matrix.py [--print]

Prints what failed and the count; the exit code is 1 where anything did. With `--print` each map is
also drawn as PNG at a low resolution.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from geobrief.atlas import Atlas  # noqa: E402
from geobrief.compose import compose  # noqa: E402
from geobrief.errors import GeobriefError  # noqa: E402
from geobrief.render import print as printed  # noqa: E402
from geobrief.render import screen  # noqa: E402
from geobrief.render.paper.options import PrintOptions  # noqa: E402
from geobrief.spec import View  # noqa: E402

DPI = 50


def combinations(atlas: Atlas) -> Iterator[tuple[str, View]]:
    """Yield every sheet with every policy and language."""
    for sheet in atlas.sheets:
        for policy in atlas.policies:
            for language in atlas.languages:
                yield sheet, View(lang=language.id, policy=policy.id)


def main() -> int:
    """Draw them all and count."""
    parser = argparse.ArgumentParser(description="Draw every sheet, policy and language.")
    parser.add_argument("--print", action="store_true", help="draw a PNG of each as well")
    options = parser.parse_args()
    atlas = Atlas.load(ROOT / "content", ROOT / "geodata")
    count = failed = 0
    for sheet, view in combinations(atlas):
        count += 1
        try:
            spec = compose(atlas, sheet, view)
            screen.page(atlas, spec, view.to_query())
            if options.print:
                printed.render(atlas, spec, "png", PrintOptions(dpi=DPI))
        except (GeobriefError, ValueError, KeyError) as reason:
            failed += 1
            print(f"{sheet} {view.policy} {view.lang}: {reason!r}", file=sys.stderr)
    print(f"{count} maps drawn, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
