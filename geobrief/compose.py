"""From a sheet and a reader's view to a MapSpec: the one place where drawing is decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from geobrief.atlas import Atlas, Policy
from geobrief.boundaries import CLASSES
from geobrief.errors import NotFoundError
from geobrief.sheets import Sheet, SheetLayer
from geobrief.spec import (
    Credit,
    FeatureSpec,
    LayerSpec,
    LegendEntry,
    MapSpec,
    Mark,
    PassageSpec,
    View,
)
from geobrief.style import Symbol, symbol

BOUNDARY = "boundary"
"""Style of a layer whose lines take the class that the policy gives them."""
SUBJECT = "subject"
NO_LAYERS = "none"
"""What a view names when every layer that can be switched is off."""
UNKNOWN = "unknown"
"""Category of a dated state that was not yet known at the date of the view."""


def compose(atlas: Atlas, sheet_id: str, view: View) -> MapSpec:
    """Return the map of a sheet as a reader's view asks for it.

    Raises
    ------
    NotFoundError
        If the sheet, language, policy, layer or a selected feature does not exist.
    """
    if sheet_id not in atlas.sheets:
        raise NotFoundError(f"no sheet {sheet_id!r}", hint=f"one of {', '.join(atlas.sheets)}")
    sheet = atlas.sheets[sheet_id]
    composer = _Composer(atlas, sheet, view)
    return composer.spec()


def feature_name(atlas: Atlas, id: str, row: Any, lang: str, policy: Policy) -> str:
    """Return what a feature is called: by the policy where it differs, else in the language."""
    if id in policy.names:
        return atlas.text(lang, policy.names[id])
    own = row.get(f"name_{lang}")
    return own if isinstance(own, str) and own else _text(row["name"])


def _text(value: Any) -> str:
    """Return a text of a table, empty where the table has none."""
    return value if isinstance(value, str) else ""


@dataclass
class _Composer:
    atlas: Atlas
    sheet: Sheet
    view: View

    def __post_init__(self) -> None:
        self.language = self.atlas.language(self.view.lang)
        self.policy = self.atlas.policy(self.view.policy)
        self.symbols: dict[str, Symbol] = {}
        self.legend: list[LegendEntry] = []
        self.unplaced: list[FeatureSpec] = []
        self.known: set[str] = set()
        self.whole = ""
        """Id of the feature whose segments are drawn as the subject."""
        self.parents = {layer.id for layer in self.sheet.layers}

    def text(self, wording: str) -> str:
        return self.atlas.text(self.language.id, wording)

    def spec(self) -> MapSpec:
        shown, hidden = self._switched()
        layers = tuple(self._layer(layer) for layer in shown)
        for layer in hidden:
            self._names(layer)
        self._check_selection()
        return MapSpec(
            sheet=self.sheet.id,
            title=self.text(self.sheet.title),
            subtitle=self.text(self.sheet.subtitle),
            lang=self.language.id,
            direction=self.language.direction,
            policy=self.policy.id,
            policy_name=self.text(self.policy.name),
            disclaimer=self.text(self.policy.disclaimer),
            date=self.view.date,
            as_of=self.atlas.as_of.isoformat(),
            extent=self.view.bbox or self.sheet.extent,
            layers=layers,
            symbols=tuple(sorted(self.symbols.items())),
            legend=tuple(self.legend),
            passages=tuple(self._passage(id) for id in self.sheet.passages),
            credits=self._credits(),
            hidden_layers=tuple((layer.id, self._title(layer)) for layer in hidden),
            unplaced=tuple(self.unplaced),
            unreviewed=self.atlas.unreviewed(self.language.id),
        )

    def _title(self, layer: SheetLayer) -> str:
        return self.text(self.atlas.layers[layer.id].title)

    def _switched(self) -> tuple[list[SheetLayer], list[SheetLayer]]:
        toggles = {layer.id for layer in self.sheet.layers if layer.toggle}
        if self.view.layers == (NO_LAYERS,):
            shown = [layer for layer in self.sheet.layers if not layer.toggle]
            return shown, [layer for layer in self.sheet.layers if layer.toggle]
        if unknown := set(self.view.layers) - toggles:
            hint = f"one of {', '.join(sorted(toggles))}" if toggles else "this sheet has none"
            raise NotFoundError(f"no layer {sorted(unknown)[0]!r} to switch", hint=hint)
        off = toggles - set(self.view.layers) if self.view.layers else set()
        shown = [layer for layer in self.sheet.layers if layer.id not in off]
        return shown, [layer for layer in self.sheet.layers if layer.id in off]

    def _names(self, layer: SheetLayer) -> None:
        """Note the features of a layer that is off, so that their marks stay."""
        frame = _matching(self.atlas.layers[layer.id].frame, layer.where)
        self.known.update(f"{layer.id}/{id}" for id in frame["id"])

    def _layer(self, layer: SheetLayer) -> LayerSpec:
        source = self.atlas.layers[layer.id]
        if source.kind == "raster":
            key, drawn = symbol(layer.style)
            self.symbols[key] = drawn
            return LayerSpec(layer.id, self._title(layer), source.kind, source.digest, layer.toggle)
        frame = _matching(source.frame, layer.where)
        labelled = set(_matching(frame, layer.label_where)["id"]) if layer.label else set()
        features, categories = [], {}
        made = [
            self._feature(layer, row, row["id"] in labelled) for row in frame.to_dict("records")
        ]
        # Where two features share a place, the one whose state is known lies on top.
        for (feature, category), shape in sorted(
            zip(made, frame.geometry, strict=True), key=lambda pair: pair[0][1] != UNKNOWN
        ):
            if category == "hidden":
                continue
            self.known.add(feature.id)
            if shape is None:
                self.unplaced.append(feature)
                continue
            categories[feature.symbol] = category
            features.append(feature)
        self._legend(layer, features, categories)
        return LayerSpec(
            layer.id, self._title(layer), source.kind, source.digest, layer.toggle, tuple(features)
        )

    def _feature(
        self, layer: SheetLayer, row: Mapping[str, Any], labelled: bool
    ) -> tuple[FeatureSpec, str]:
        id = f"{layer.id}/{row['id']}"
        style, category = self._style(layer, row)
        uncertain = row.get("uncertain") in (True, 1)
        key, drawn = symbol(style, category, uncertain=uncertain)
        if category != "hidden":
            self.symbols[key] = drawn
        name = feature_name(self.atlas, id, row, self.language.id, self.policy)
        rank = row.get("rank")
        feature = FeatureSpec(
            id=id,
            name=name,
            symbol=key,
            label=name if labelled else "",
            label_style=layer.label or "place",
            priority=layer.priority
            + (0 if rank is None or pd.isna(rank) else int(rank) - 1)
            + (category == UNKNOWN),
            interactive=layer.interactive,
            uncertain=uncertain,
            selected=id in self.view.select,
            passages=self.atlas.passages_of(id),
        )
        return feature, category

    def _style(self, layer: SheetLayer, row: Mapping[str, Any]) -> tuple[str, str]:
        if layer.style == BOUNDARY:
            category = self.atlas.boundaries.class_of(row["id"], self.policy.id)
            whole = _text(row.get("part_of"))
            if whole.partition("/")[0] not in self.parents:
                return BOUNDARY, category
            self.whole = whole
            return SUBJECT, category
        if row["id"] in layer.subject:
            return layer.style, SUBJECT
        if not layer.by:
            return layer.style, ""
        if layer.dated and self.view.date and _text(row.get(layer.dated)) > self.view.date:
            return layer.style, UNKNOWN
        value = row.get(layer.by)
        if value is None or pd.isna(value):
            return layer.style, UNKNOWN
        return layer.style, f"{value:g}" if isinstance(value, float) else str(value)

    def _legend(
        self, layer: SheetLayer, features: list[FeatureSpec], categories: dict[str, str]
    ) -> None:
        if layer.style == BOUNDARY:
            self._boundary_legend(layer, categories)
            return
        shown = {key: category for key, category in categories.items() if "uncertain" not in key}
        shown = shown or categories
        for category, wording in layer.legend.items():
            key = next((k for k, c in shown.items() if c == category or not category), "")
            if not key:
                key = next((k for k, c in categories.items() if c == category), "")
            if key:
                self.legend.append(LegendEntry(self.text(wording), key, layer.id))
        unsure = Counter(f.symbol for f in features if f.uncertain).most_common(1)
        if unsure and layer.legend:
            wording = self.text("Position uncertain")
            self.legend.append(LegendEntry(wording, unsure[0][0], layer.id))

    def _name(self, id: str) -> str:
        layer, _, row = id.partition("/")
        found = self.atlas.layers[layer].frame.loc[row].to_dict()
        return feature_name(self.atlas, id, found, self.language.id, self.policy)

    def _boundary_legend(self, layer: SheetLayer, categories: dict[str, str]) -> None:
        for name, wording in CLASSES.items():
            for key, category in categories.items():
                if category == name and key.startswith(BOUNDARY):
                    self.legend.append(LegendEntry(self.text(wording), key, layer.id))
        for key, category in categories.items():
            if key.startswith(f"{SUBJECT}."):
                wording = f"{self._name(self.whole)}: {self.text(CLASSES[category]).lower()}"
                self.legend.insert(0, LegendEntry(wording, key, layer.id))

    def _passage(self, id: str) -> PassageSpec:
        passage = self.atlas.essay.passage(id)
        marks = [
            Mark(link.start, link.end, tuple(f for f in link.features if f in self.known))
            for link in self.atlas.links
            if link.passage == id
        ]
        return PassageSpec(
            id,
            passage.paragraph,
            passage.text,
            tuple(sorted((m for m in marks if m.features), key=lambda m: (m.start, m.end))),
        )

    def _credits(self) -> tuple[Credit, ...]:
        """Credit every source once, with the licence of the layer that is its alone."""
        used = [self.atlas.layers[layer.id] for layer in self.sheet.layers]
        alone = {layer.attribution: layer for layer in used if ";" not in layer.attribution}
        parts = dict.fromkeys(p.strip() for layer in used for p in layer.attribution.split(";"))
        return tuple(
            Credit(part, alone[part].licence, alone[part].attribution_url)
            if part in alone
            else Credit(part, "")
            for part in parts
        )

    def _check_selection(self) -> None:
        for id in self.view.select:
            if id not in self.known:
                hint = "an id of a feature on this sheet, as layer/id"
                raise NotFoundError(f"no feature {id!r} on the sheet {self.sheet.id!r}", hint=hint)


def _matching(frame: gpd.GeoDataFrame, where: Mapping[str, Any]) -> gpd.GeoDataFrame:
    for column, wanted in where.items():
        values = wanted if isinstance(wanted, list) else [wanted]
        frame = frame[frame[column].isin(values)]
    return frame
