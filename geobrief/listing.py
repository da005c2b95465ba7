"""What an atlas holds, as rows of JSON: the same on the command line and over HTTP."""

from __future__ import annotations

from typing import Any

from geobrief.atlas import Atlas


def listing(atlas: Atlas, what: str) -> list[dict[str, Any]]:
    """Return sheets, layers, briefings or passages as rows of JSON."""
    if what == "sheets":
        return [
            {
                "id": sheet.id,
                "title": sheet.title,
                "subtitle": sheet.subtitle,
                "extent": sheet.extent,
                "passages": sheet.passages,
                "layers": [layer.id for layer in sheet.layers],
            }
            for sheet in atlas.sheets.values()
        ]
    if what == "layers":
        return [
            {
                "id": layer.id,
                "title": layer.title,
                "kind": layer.kind,
                "source": layer.source,
                "licence": layer.licence,
                "attribution": layer.attribution,
                "as_of": layer.as_of.isoformat(),
                "digest": layer.digest,
            }
            for layer in atlas.layers.values()
        ]
    if what == "briefings":
        return [
            {
                "id": briefing.id,
                "title": briefing.title,
                "lang": briefing.lang or atlas.default_language.id,
                "policy": briefing.policy or atlas.policies[0].id,
                "sheets": [slide.sheet for slide in briefing.slides],
            }
            for briefing in atlas.briefings.values()
        ]
    return [
        {
            "id": passage.id,
            "text": passage.text,
            "start": passage.start,
            "end": passage.end,
            "features": atlas.features_of(passage.id),
        }
        for passage in atlas.essay.passages
    ]
