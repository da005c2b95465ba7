"""Three ways from a sheet's id to a PNG of A4 at 300 dpi: ours, folium's own export, cartopy.

The two others get the same features in the same symbols, the hillshade, title, legend and credits.
They place no labels, set no passage and draw no scale bar; ours does.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.shown import (
    Shown,
    atlas,
    credited,
    geojson,
    leaflet_options,
    library_files,
    points,
    shown,
)
from geobrief import style
from geobrief.compose import compose
from geobrief.render import print as printed
from geobrief.render.paper import scene
from geobrief.render.paper.options import PrintOptions, page_size
from geobrief.render.paper.projection import Frame
from geobrief.spec import MapSpec, View

OPTIONS = PrintOptions(size="a4", dpi=300)
INCHES = tuple(side / 72 for side in page_size(OPTIONS.size, OPTIONS.orientation))
CSS_DPI = 96
DELAY = 3
"""Seconds that folium waits for its map unless told otherwise."""

Draw = Callable[[str], bytes]


def ours(sheet: str) -> bytes:
    """Draw a sheet as the program does."""
    return printed.render(atlas(), compose(atlas(), sheet, View()), "png", OPTIONS)


def _shown(spec: MapSpec) -> Iterator[Shown]:
    """Yield what is on a sheet, as fine as the paper shows it."""
    page = tuple(72 * side for side in INCHES)
    scale = Frame(spec.extent, (0.0, 0.0, page[0], page[1])).metres_per_point
    return shown(spec, "geometry" if scale * 72 / OPTIONS.dpi < scene.FINE else "display")


# cartopy


def cartopy(sheet: str, shaded: bool = True) -> bytes:
    """Draw a sheet's layers on a cartopy map in the sheet's own projection."""
    from cartopy import crs
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    spec = compose(atlas(), sheet, View())
    degrees = crs.PlateCarree()
    figure = Figure(figsize=(INCHES[0], INCHES[1]), dpi=OPTIONS.dpi)
    axes: Any = figure.add_axes((0.03, 0.1, 0.7, 0.84), projection=_projection(spec))
    west, south, east, north = spec.extent
    axes.set_extent((west, east, south, north), crs=degrees)
    for layer, symbol, placed in _shown(spec):
        geometries = [geometry for _, geometry in placed]
        height = 2 + [one.id for one in spec.layers].index(layer.id)
        if symbol.kind == "point":
            at = np.array([(one.x, one.y) for g in geometries for one in points(g)])
            axes.scatter(
                *at.T, transform=degrees, s=(2 * symbol.radius) ** 2, zorder=height,
                facecolor=style.HALO if symbol.hollow else symbol.fill,
                edgecolor=symbol.stroke or "none", linewidth=symbol.width,
            )  # fmt: skip
            continue
        filled = symbol.kind == "fill" and symbol.fill and not symbol.hollow
        axes.add_geometries(
            geometries, degrees, zorder=height,
            facecolor=(symbol.fill, symbol.fill_opacity) if filled else "none",
            edgecolor=symbol.stroke or "none", linewidth=symbol.width,
            alpha=symbol.opacity if symbol.kind == "line" else None,
            linestyle=(0, symbol.dash) if symbol.dash else "solid",
        )  # fmt: skip
    for layer in spec.layers:
        if shaded and layer.kind == "raster":
            left, bottom, right, top = atlas().layers[layer.id].bounds
            axes.imshow(
                np.asarray(_hillshade(atlas().layers[layer.id].path)), origin="upper",
                extent=(left, right, bottom, top), transform=degrees, alpha=0.35, cmap="gray",
                zorder=1.5 + [one.id for one in spec.layers].index(layer.id),
            )  # fmt: skip
    axes.gridlines(linewidth=0.4, alpha=0.3)
    handles = [
        Patch(facecolor=s.fill or "none", edgecolor=s.stroke or "none", label=entry.label)
        for entry in spec.legend
        if (s := spec.symbol(entry.symbol))
    ]
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.74, 0.9), fontsize=7)
    figure.text(0.74, 0.93, spec.title, fontsize=14)
    figure.text(0.03, 0.04, credited(spec), fontsize=5, wrap=True)
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=OPTIONS.dpi)
    return buffer.getvalue()


def cartopy_unshaded(sheet: str) -> bytes:
    """Draw with cartopy, but without the hillshade, which it brings to the projection each time."""
    return cartopy(sheet, shaded=False)


def _projection(spec: MapSpec) -> Any:
    from cartopy import crs

    proj = Frame(spec.extent, (0.0, 0.0, 1.0, 1.0)).projection.proj
    terms = dict(term.lstrip("+").split("=") for term in proj.split())
    lon = float(terms["lon_0"])
    if terms["proj"] == "eqearth":
        return crs.EqualEarth(lon)
    lat = float(terms["lat_0"])
    if terms["proj"] == "laea":
        return crs.LambertAzimuthalEqualArea(lon, lat)
    parallels = (float(terms["lat_1"]), float(terms["lat_2"]))
    return crs.LambertConformal(lon, lat, standard_parallels=parallels)


@cache
def _hillshade(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("L")


# folium


def folium(sheet: str, delay: int = DELAY) -> bytes:
    """Draw a sheet's layers on a folium map and export it with folium's own `_to_png`."""
    import folium as library

    spec = compose(atlas(), sheet, View())
    west, south, east, north = spec.extent
    leaflet = library.Map(tiles=None, zoom_control=False, attributionControl=False, zoom_snap=0)
    leaflet.default_js, leaflet.default_css = (
        [(name, file.as_uri()) for name, file in files] for files in library_files()
    )
    leaflet.fit_bounds([(south, west), (north, east)])
    for layer in spec.layers:
        if layer.kind == "raster":
            left, bottom, right, top = atlas().layers[layer.id].bounds
            # The file as it is, the quickest way: in a Mercator picture of it folium would spend
            # many seconds more.
            library.raster_layers.ImageOverlay(
                str(atlas().layers[layer.id].path),
                bounds=[(bottom, left), (top, right)], opacity=0.35, z_index=500,
            ).add_to(leaflet)  # fmt: skip
    for _, symbol, placed in _shown(spec):
        if symbol.kind == "point":
            for one in (one for _, geometry in placed for one in points(geometry)):
                library.CircleMarker(
                    (one.y, one.x), radius=symbol.radius, color=symbol.stroke, weight=symbol.width,
                    fill=True, fill_opacity=1, fill_color=symbol.fill or style.HALO,
                ).add_to(leaflet)  # fmt: skip
        else:
            looks = leaflet_options(symbol)
            collection = library.GeoJson(
                {"type": "FeatureCollection", "features": [geojson(one) for one in placed]},
                style_function=lambda _, looks=looks: looks,
            )
            collection.add_to(leaflet)
    words = "".join(f"<li>{entry.label}</li>" for entry in spec.legend)
    page: Any = leaflet.get_root()
    page.html.add_child(
        library.Element(
            f'<div style="position:fixed;z-index:9999;right:8px;top:8px;width:24%;background:#fff">'
            f"<h3>{spec.title}</h3><ul>{words}</ul><small>{credited(spec)}</small></div>"
        )
    )
    size = tuple(round(side * CSS_DPI) for side in INCHES)
    png: bytes = leaflet._to_png(delay=delay, driver=_driver(), size=size)
    return png


def folium_at_once(sheet: str) -> bytes:
    """Draw with folium, but do not wait for the map: its layers are drawn as the page loads."""
    return folium(sheet, delay=0)


def browser() -> tuple[str | None, str | None]:
    """Return the paths of Chromium and of its driver, None where one is missing."""
    return shutil.which(os.environ.get("CHROMIUM") or "chromium"), shutil.which("chromedriver")


def _driver() -> Any:
    """Start a headless Chromium whose CSS pixels are those of the paper's resolution."""
    from selenium import webdriver

    chromium, driver = browser()
    options = webdriver.ChromeOptions()
    options.binary_location = str(chromium)
    for switch in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        f"--force-device-scale-factor={OPTIONS.dpi / CSS_DPI}",
    ):
        options.add_argument(switch)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(str(driver)))


CONTENDERS: dict[str, Draw] = {
    "geobrief": ours,
    "folium": folium,
    "folium, no delay": folium_at_once,
    "cartopy": cartopy,
    "cartopy, no hillshade": cartopy_unshaded,
}
