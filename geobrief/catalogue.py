"""The catalogue: the layers of an atlas, each with source, licence and digest."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from geobrief import pictures
from geobrief.errors import GeobriefError, GeodataError, Where
from geobrief.files import Report, inside, parse_toml, read_text, sha256, toml_rows
from geobrief.layers import Figure, Layer
from geobrief.settings import settings
from geobrief.shelf import Problems, Shelf
from geobrief.typed import listed, typed

KINDS = ("point", "line", "polygon", "raster", "record")
NEEDED = ("id", "file", "title", "kind", "source", "licence", "attribution", "as_of", "digest")


def read_catalogue(geodata: Path, report: Report) -> tuple[Shelf[Layer], dict[Path, Problems]]:
    """Read catalogue.toml and hold each file to its digest, of layers and of tables.

    Returns the layers, and the problem of each table that cannot be trusted, by its file.

    Raises
    ------
    GeodataError
        If the catalogue itself cannot be read.
    """
    path = geodata / "catalogue.toml"
    text = read_text(path, GeodataError)
    raw = parse_toml(text, path, GeodataError)
    layers = Shelf[Layer]("layer", {})
    for entry, where in toml_rows(raw, "layer", text, path, GeodataError):
        faults: list[GeobriefError] = []
        layer = _layer(entry, geodata, where, faults.append)
        id = str(entry.get("id", ""))
        if layers.names(id):
            faults.append(GeodataError(f"layer id {id!r} stands twice", where))
            layers.pop(id, None)
        if layer is not None and not faults:
            layers[id] = layer
        else:
            layers.broken[id] = (*layers.broken.get(id, ()), *faults)
        for fault in faults:
            report(fault)
    return layers, _untrusted_tables(geodata, raw, text, path, report)


def _untrusted_tables(
    geodata: Path, raw: dict[str, Any], text: str, path: Path, report: Report
) -> dict[Path, Problems]:
    """Hold each table that the build wrote to its digest."""
    found: dict[Path, Problems] = {}
    for entry, where in toml_rows(raw, "table", text, path, GeodataError):
        name, digest = str(entry.get("file", "")), str(entry.get("digest", ""))
        try:
            _trusted(geodata, name, digest, f"the table {name!r}", where)
        except GeodataError as fault:
            found[(geodata / name).resolve()] = (fault,)
            report(fault)
    return found


def _trusted(geodata: Path, name: str, digest: str | None, who: str, where: Where) -> Path:
    """Return a file of the folder; without a digest, it is not held to one.

    Raises
    ------
    GeodataError
        If it cannot be trusted.
    """
    remedy = "run make geodata, or restore the file"
    path, most = inside(geodata, name), settings().max_layer
    if path is None:
        raise GeodataError(f"{who}: {name} lies outside the folder", where, "name one within it")
    try:
        if (size := path.stat().st_size) > most:
            raise GeodataError(f"{who}: {name} has {size} bytes", where, f"at most {most}")
        if digest is not None and sha256(path) != digest:
            raise GeodataError(f"{who}: the digest of {name} does not match", where, remedy)
    except FileNotFoundError:
        raise GeodataError(f"{who}: {name} is missing", where, remedy) from None
    except OSError as reason:
        words = f"{who}: {name} cannot be read: {reason.strerror}"
        raise GeodataError(words, where, remedy) from None
    return path


def _layer(raw: dict[str, Any], geodata: Path, where: Where, report: Report) -> Layer | None:
    name = f"layer {raw.get('id', '?')!r}"
    for key in NEEDED:
        if not raw.get(key):
            report(GeodataError(f"{name} has no {key}", where, f"add {key} = ..."))
    if not raw.get("id") or not raw.get("file") or raw.get("kind") not in KINDS:
        report(GeodataError(f"{name} needs id, file and a kind of {', '.join(KINDS)}", where))
        return None
    licence = raw.get("licence", "")
    text = inside(geodata / "licences", f"{licence}.txt")
    if licence and (text is None or not text.is_file()):
        hint = f"add licences/{licence}.txt"
        report(GeodataError(f"{name}: the text of licence {licence!r} is missing", where, hint))
    as_of = raw.get("as_of")
    if not isinstance(as_of, datetime.date):
        report(GeodataError(f"{name}: as_of is not a date", where, "write YYYY-MM-DD"))
        as_of = datetime.date.min
    try:
        path = _trusted(geodata, str(raw["file"]), raw.get("digest"), name, where)
        layer = _made(raw, path=path, as_of=as_of, where=where)
        _check_opens(layer)
    except GeodataError as fault:
        report(fault)
        return None
    url = layer.attribution_url
    if url and not url.startswith(("https://", "http://")):  # a reader may click it
        hint = "write https://... or leave it out"
        report(GeodataError(f"{name}: attribution_url {url!r} is no page", where, hint))
    return layer


def _made(raw: dict[str, Any], *, where: Where, **known: Any) -> Layer:
    """Return a layer of its entry and of what is known of it already.

    Raises
    ------
    GeodataError
        If a value is of the wrong type.
    """
    words = ("id", "kind", "source", "licence", "attribution", "attribution_url", "digest")
    values = {key: raw.get(key, "") for key in words} | {"title": raw.get("title", raw["id"])}
    try:
        figures = tuple(typed(Figure, figure) for figure in raw.get("figures", ()))
        bounds = listed(raw.get("bounds"))
        declared = {"declared_features": raw.get("features"), "declared_bounds": bounds}
        return typed(Layer, {**values, **declared, **known, "figures": figures, "where": where})
    except (AttributeError, TypeError) as reason:
        message = f"layer {raw['id']!r} is not in order: {reason}"
        raise GeodataError(message, where, "see CONTRIBUTING.md") from None


def _check_opens(layer: Layer) -> None:
    """Read ids and columns, and of a picture the head.

    Raises
    ------
    GeodataError
        If the file holds its digest and is not what the layer says.
    """
    with layer.reading():
        if layer.kind == "raster":
            pictures.opened(layer.path).close()
        elif lacking := sorted({"id", "geometry"} - set(layer.columns)):
            raise KeyError(f"it has no column {lacking[0]}")
    len(layer.ids), len(layer.parts)
