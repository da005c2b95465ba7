"""From a sheet and a reader's view to a MapSpec: the one place where drawing is decided."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geobrief.atlas import Atlas
from geobrief.classes import HIDDEN, SUBJECT, UNKNOWN, class_of, text_of
from geobrief.compare import line_changes, name_changes
from geobrief.credits import credits
from geobrief.errors import NotFoundError
from geobrief.insets import inset_of
from geobrief.kept import Kept
from geobrief.layers import DOUBT, RECORD
from geobrief.legend import boundary_legend, layer_legend
from geobrief.names import feature_name, name_of
from geobrief.selection import selected
from geobrief.sheets import Sheet, SheetLayer
from geobrief.spec import (
    Change,
    FeatureSpec,
    LayerSpec,
    LegendEntry,
    MapSpec,
    Mark,
    PassageSpec,
    View,
)
from geobrief.style import CHANGED, Symbol, changed, symbol
from geobrief.wording import filled, wording

BOUNDARY = "boundary"
"""Style of a layer whose lines take the class that the policy gives them."""
NO_LAYERS = "none"
"""What a view names when every layer that can be switched is off."""
NO_POSITION = wording("position not found")
"""Why a feature is not drawn, where its layer does not say."""


def compose(atlas: Atlas, sheet_id: str, view: View) -> MapSpec:
    """Return the map of a sheet as a reader's view asks for it.

    Raises
    ------
    NotFoundError
        If the sheet, language, policy, layer or a selected feature does not exist.
    BrokenError
        If the sheet, or a layer that it draws, is broken.
    """
    sheet = atlas.sheets[sheet_id]
    language, policy = atlas.language(view.lang), atlas.policy(view.policy)
    plain = replace(view, lang=language.id, policy=policy.id, select=())
    made = _maps.of(atlas, (sheet.id, plain), lambda: _made(atlas, sheet, plain))
    return selected(atlas, made.spec, made.known, view.select) if view.select else made.spec


@dataclass(frozen=True)
class _Made:
    """A map without a selection, and the ids of all that may be selected on it."""

    spec: MapSpec
    known: frozenset[str]


_maps: Kept[_Made] = Kept()


def _made(atlas: Atlas, sheet: Sheet, view: View) -> _Made:
    composer = _Composer(atlas, sheet, view)
    spec = composer.spec()
    inset = inset_of(atlas, sheet, view, lambda other, seen: _Composer(atlas, other, seen).spec())
    if inset is not None:
        used = [*(layer.id for layer in sheet.layers), *(layer.id for layer in inset.layers)]
        named = credits(atlas.layers[id] for id in dict.fromkeys(used))
        spec = replace(spec, inset=inset, credits=named)
    return _Made(spec, frozenset(composer.known))


def marked_passage(atlas: Atlas, id: str, known: Container[str] | None = None) -> PassageSpec:
    """Return a passage with the phrases that speak of features; of `known` ones where given."""
    passage = atlas.essay.passage(id)
    holds = atlas.holds if known is None else known.__contains__
    marks = (
        Mark(link.start, link.end, tuple(f for f in link.features if holds(f)))
        for link in atlas.links
        if link.passage == id
    )
    spoken = sorted((mark for mark in marks if mark.features), key=lambda m: (m.start, m.end))
    return PassageSpec(id, passage.paragraph, passage.text, tuple(spoken))


@dataclass
class _Composer:
    atlas: Atlas
    sheet: Sheet
    view: View

    def __post_init__(self) -> None:
        self.language = self.atlas.language(self.view.lang)
        self.policy = self.atlas.policy(self.view.policy)
        self.other = self.atlas.policy(self.view.compare) if self.view.compare else self.policy
        self.symbols: dict[str, Symbol] = {}
        self.legend: list[LegendEntry] = []
        self.unplaced: list[FeatureSpec] = []
        self.records: list[FeatureSpec] = []
        self.changes: list[Change] = []
        self.known: set[str] = set()
        self.whole = ""
        """Id of the feature whose segments are drawn as the subject."""
        self.parents = {layer.id for layer in self.sheet.layers}

    def text(self, wording: str) -> str:
        return self.atlas.text(self.language.id, wording)

    def spec(self) -> MapSpec:
        shown, hidden = self._switched()
        layers = tuple(
            self._layer(layer)
            for layer in shown
            if self.atlas.layers[layer.id].kind != RECORD or self._note_records(layer)
        )
        for layer in hidden:
            self._names(layer)
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
            symbols=self._used(layers),
            legend=tuple(self._changes_legend() + self.legend),
            passages=tuple(self._passage(id) for id in self.sheet.passages),
            credits=credits(self.atlas.layers[layer.id] for layer in self.sheet.layers),
            hidden_layers=tuple((layer.id, self._title(layer)) for layer in hidden),
            unplaced=tuple(self.unplaced),
            records=tuple(self.records),
            unreviewed=self.atlas.unreviewed(self.language.id),
            compared=self.text(self.other.name) if self.view.compare else "",
            changes=tuple(self.changes),
        )

    def _used(self, layers: tuple[LayerSpec, ...]) -> tuple[tuple[str, Symbol], ...]:
        """Return the symbols that are drawn or explained, by key."""
        drawn = {feature.symbol for layer in layers for feature in layer.features}
        drawn |= {entry.symbol for entry in self.legend}
        kept = {k: s for k, s in self.symbols.items() if k in drawn or s.kind == "raster"}
        return tuple(sorted(kept.items()))

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

    def _note_records(self, layer: SheetLayer) -> bool:
        """Note the features of a record layer; it has nothing to draw."""
        source = self.atlas.layers[layer.id]
        for id in _matching(source.frame, layer.where)["id"]:
            row = source.rows[id]
            feature, _ = self._feature(layer, row, labelled=False)
            self.known.add(feature.id)
            self.records.append(replace(feature, parts=source.parts.get(id, ())))
        return False

    def _layer(self, layer: SheetLayer) -> LayerSpec:
        source = self.atlas.layers[layer.id]
        if source.kind == "raster":
            key, drawn = symbol(layer.style)
            self.symbols[key] = drawn
            return LayerSpec(layer.id, self._title(layer), source.kind, source.digest, layer.toggle)
        frame = _matching(source.frame, layer.where)
        labelled = set(_matching(frame, layer.label_where)["id"]) if layer.label else set()
        altered = self._altered(layer, frame)
        features, categories = [], {}
        made = [self._feature(layer, source.rows[id], id in labelled) for id in frame["id"]]
        # Where two features share a place, the one whose state is known lies on top.
        for (feature, category), shape in sorted(
            zip(made, frame.geometry, strict=True), key=lambda pair: pair[0][1] != UNKNOWN
        ):
            self.known.add(feature.id)
            if feature.id in altered:
                feature = self._mark_change(feature, altered[feature.id])
            elif category == HIDDEN:
                continue
            if shape is None:
                self.unplaced.append(feature)
                continue
            categories[feature.symbol] = category
            features.append(feature)
        self._legend(layer, features, categories)
        return LayerSpec(
            layer.id,
            self._title(layer),
            source.kind,
            source.digest,
            layer.toggle,
            tuple(features),
            layer.quiet,
        )

    def _feature(
        self, layer: SheetLayer, row: Mapping[str, Any], labelled: bool
    ) -> tuple[FeatureSpec, str]:
        id = f"{layer.id}/{row['id']}"
        style, category = self._style(layer, row)
        # A doubt about a figure shows only where the figure does.
        uncertain = row.get("uncertain") in (True, 1) and bool(layer.by or not row.get(DOUBT))
        key, drawn = symbol(style, category, uncertain=uncertain)
        placed = row.get("geometry") is not None
        if placed and category != HIDDEN:
            self.symbols[key] = drawn
            self.symbols.update([symbol(style, category)])  # the legend's, if nothing is certain
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
            passages=self.atlas.passages_of(id),
            missing="" if placed else self.text(text_of(row.get("missing")) or NO_POSITION),
        )
        return feature, category

    def _style(self, layer: SheetLayer, row: Mapping[str, Any]) -> tuple[str, str]:
        if layer.style != BOUNDARY:
            return layer.style, class_of(layer, row, self.view.date)
        category = self.atlas.boundaries.class_of(row["id"], self.policy.id)
        whole = text_of(row.get("part_of"))
        if whole.partition("/")[0] not in self.parents:
            return BOUNDARY, category
        self.whole = whole
        return SUBJECT, category

    def _legend(
        self, layer: SheetLayer, features: list[FeatureSpec], categories: dict[str, str]
    ) -> None:
        source = self.atlas.layers[layer.id]
        plain = {key.removesuffix(CHANGED): c for key, c in categories.items()}
        if layer.quiet:
            return
        if layer.style != BOUNDARY:
            self.legend += layer_legend(layer, source, features, plain, self.text)
            return
        seen = {f.symbol.removesuffix(CHANGED) for f in features if self._in_view(f.id)}
        plain = {key: category for key, category in plain.items() if key in seen}
        subject = self._name(self.whole) if self.whole else ""
        lines = boundary_legend(layer, plain, subject, self.text)
        self.legend[:0] = [entry for entry in lines if entry.symbol.startswith(SUBJECT)]
        self.legend += [entry for entry in lines if not entry.symbol.startswith(SUBJECT)]

    def _in_view(self, id: str) -> bool:
        layer, _, row = id.partition("/")
        drawn = self.atlas.layers[layer].frame.at[row, "display"]
        extent = self.view.bbox or self.sheet.extent
        return bool(shapely.intersects(drawn, shapely.box(*extent)))

    def _name(self, id: str) -> str:
        return name_of(self.atlas, id, self.language.id, self.policy)

    def _altered(self, layer: SheetLayer, frame: gpd.GeoDataFrame) -> dict[str, Change]:
        """Return what the compared policy does otherwise in a layer, by feature id."""
        if not self.view.compare:
            return {}
        policies = self.policy, self.other
        if layer.style == BOUNDARY:
            found = line_changes(self.atlas, frame["id"], *policies, self.text)
            return {f"{layer.id}/{id}": change for id, change in found.items()}
        ids = (f"{layer.id}/{id}" for id in frame["id"])
        return name_changes(self.atlas, ids, *policies, self.language.id)

    def _mark_change(self, feature: FeatureSpec, change: Change) -> FeatureSpec:
        key, drawn = changed(feature.symbol, self.symbols.get(feature.symbol))
        self.symbols[key] = drawn
        self.changes.append(replace(change, feature=feature.id))
        return replace(feature, symbol=key)

    def _changes_legend(self) -> list[LegendEntry]:
        keys = sorted(key for key in self.symbols if key.endswith(CHANGED))
        if not keys:
            return []
        layer = self.changes[-1].feature.partition("/")[0]
        words = self.text("Drawn or named differently: {policy}")
        other = self.text(self.other.name)
        return [LegendEntry(filled(words, policy=other), keys[0], layer)]

    def _passage(self, id: str) -> PassageSpec:
        return marked_passage(self.atlas, id, self.known)


def _matching(frame: gpd.GeoDataFrame, where: Mapping[str, Any]) -> gpd.GeoDataFrame:
    for column, wanted in where.items():
        values = wanted if isinstance(wanted, list) else [wanted]
        frame = frame[frame[column].isin(values)]
    return frame
