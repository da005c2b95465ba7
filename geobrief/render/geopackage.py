"""Tables -> a GeoPackage: geometry, styles for QGIS, metadata; the same bytes every time."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geobrief.errors import SetupError, WriteError
from geobrief.render.qml import KINDS, qml
from geobrief.style import Symbol

DRIVER = "GPKG"
"""The one driver of GDAL that is left, whatever a file is called: nothing is read by GDAL."""

GEOMETRY = "geom"
_TYPES = {"point": "Point", "line": "MultiLineString", "polygon": "MultiPolygon"}

STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT(30), ui TEXT(30), update_time DATETIME)
"""
"""As QGIS makes it, but for the clock in its last column."""

METADATA = (
    """CREATE TABLE IF NOT EXISTS gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset',
  md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml',
  metadata TEXT NOT NULL DEFAULT '')""",
    """CREATE TABLE IF NOT EXISTS gpkg_metadata_reference (
  reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id))""",
    """CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))""",
)
_JSON = "https://www.rfc-editor.org/rfc/rfc8259"
_EXTENSION = "http://www.geopackage.org/spec121/#extension_metadata"


@dataclass(frozen=True)
class Table:
    """A layer as it is written. `symbols` are key, wording and symbol of its classes."""

    id: str
    title: str
    description: str
    kind: str
    frame: pd.DataFrame
    symbols: Sequence[tuple[str, str, Symbol]]
    label_style: str = ""


def write(tables: Sequence[Table], about: str, as_of: str) -> bytes:
    """Return a GeoPackage of some tables.

    Parameters
    ----------
    about
        The metadata of the whole, as JSON.
    as_of
        ISO date that stands where a GeoPackage says when it changed last.

    Raises
    ------
    WriteError
        If the folder for passing files is full or closed: GDAL and SQLite need a file.
    """
    try:
        return _written(tables, about, as_of)
    except (OSError, sqlite3.Error, DataLayerError, DataSourceError) as reason:
        words = " ".join(str(reason).split())
        message = f"cannot write a GeoPackage in {gettempdir()}: {words}"
        raise WriteError(
            message, hint="free some space there, or let TMPDIR name another"
        ) from None


def _written(tables: Sequence[Table], about: str, as_of: str) -> bytes:
    _only_driver()
    with TemporaryDirectory(prefix="geobrief-") as folder:
        path, packed = Path(folder) / "map.gpkg", Path(folder) / "packed.gpkg"
        for table in tables:
            _write(path, table)
        _finish(path, tables, about, f"{as_of}T00:00:00.000Z")
        # A new file: the old one counts how often it was written, which depends on the clock.
        with closing(sqlite3.connect(path, isolation_level=None)) as base:
            base.execute("VACUUM INTO ?", (str(packed),))
        return packed.read_bytes()


@lru_cache(maxsize=1)
def _only_driver() -> None:
    """Take every other driver from GDAL, those for networks and virtual files among them.

    Raises
    ------
    SetupError
        If one is left.
    """
    others = [name for name in pyogrio.list_drivers() if name != DRIVER]
    pyogrio.set_gdal_config_options({"GDAL_SKIP": ",".join(others)})
    pyogrio.core._register_drivers()  # which drops those to be skipped; nothing public does
    if left := set(pyogrio.list_drivers()) - {DRIVER}:
        raise SetupError(f"GDAL keeps the drivers {sorted(left)}", hint="run make setup")


def _write(path: Path, table: Table) -> None:
    spatial = isinstance(table.frame, gpd.GeoDataFrame)
    named = {"IDENTIFIER": table.id, "DESCRIPTION": table.description}
    options: dict[str, Any] = {"layer_options": named}
    if spatial:
        options = {
            "layer_options": {**named, "GEOMETRY_NAME": GEOMETRY},
            "geometry_type": _TYPES[table.kind],
            "promote_to_multi": table.kind != "point",
        }
    pyogrio.write_dataframe(
        table.frame, path, layer=table.id, driver=DRIVER, append=path.exists(), **options
    )


def _finish(path: Path, tables: Sequence[Table], about: str, moment: str) -> None:
    """Add styles and metadata, and set the clock that GDAL wrote."""
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        base.execute("BEGIN")
        for statement in (STYLES, *METADATA):
            base.execute(statement)
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles')"
        )
        for table in tables:
            if table.symbols and table.kind in KINDS:
                drawn = qml(table.kind, table.symbols, table.label_style)
                base.execute(
                    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
                    "f_geometry_column, styleName, styleQML, useAsDefault, description, owner, "
                    "update_time) VALUES ('', '', ?, ?, ?, ?, 1, ?, '', ?)",
                    (table.id, GEOMETRY, table.id[:30], drawn, table.title, moment),
                )
        base.execute(
            "INSERT INTO gpkg_metadata VALUES (1, 'dataset', ?, 'application/json', ?)",
            (_JSON, about),
        )
        base.execute(
            "INSERT INTO gpkg_metadata_reference VALUES "
            "('geopackage', NULL, NULL, NULL, ?, 1, NULL)",
            (moment,),
        )
        base.executemany(
            "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_metadata', ?, 'read-write')",
            [("gpkg_metadata", _EXTENSION), ("gpkg_metadata_reference", _EXTENSION)],
        )
        base.execute("UPDATE gpkg_contents SET last_change = ?", (moment,))
        base.execute("COMMIT")
