"""Parquet files, read within bounds: a small file can unpack to any size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geobrief.errors import GeodataError, Where
from geobrief.settings import settings

_CELL = 8
"""Bytes that a cell takes at least when it is unpacked: zeros are packed by their number."""


def columns(path: Path) -> tuple[str, ...]:
    """Return the names of all columns."""
    return tuple(pq.read_schema(path).names)


def read(path: Path, only: Sequence[str] | None = None) -> Any:
    """Return the table of a file, or some of its columns.

    Raises
    ------
    GeodataError
        If it has more bytes than a layer may have, or lists in its cells; whatever else pyarrow
        raises passes through.
    """
    schema = pq.read_schema(path)
    if nested := [field.name for field in schema if pa.types.is_nested(field.type)]:
        raise GeodataError(f"the column {nested[0]!r} holds lists", Where(path), "one value a cell")
    texts = [field.name for field in schema if _is_text(field.type)]
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        told = file.metadata
        chunks = [told.row_group(g).column(c) for g in range(told.num_row_groups)
                  for c in range(told.num_columns)]  # fmt: skip
        _check(path, sum(c.total_uncompressed_size + _CELL * c.num_values for c in chunks))
        table = file.read(columns=None if only is None else list(only))
    _check(path, sum(_unpacked(column) for column in table.columns))
    fields = [
        (number, field, column)
        for number, (field, column) in enumerate(zip(table.schema, table.columns, strict=True))
        if pa.types.is_dictionary(field.type) and field.name in texts
    ]
    for number, field, column in fields:
        kind = field.type.value_type
        table = table.set_column(number, field.with_type(kind), column.cast(kind))
    return table


def _is_text(kind: Any) -> bool:
    texts = (pa.types.is_binary, pa.types.is_string, pa.types.is_large_binary)
    return any(is_one(kind) for is_one in (*texts, pa.types.is_large_string))


def _unpacked(column: Any) -> int:
    """Return the bytes of a column when each cell has its own: a text is kept once for many."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    total = 0
    for chunk in column.chunks:
        lengths = pc.binary_length(chunk.dictionary)
        total += pc.sum(lengths.take(chunk.indices)).as_py() or 0
    return total


def _check(path: Path, size: int) -> None:
    if size > (most := settings().max_layer):
        raise GeodataError(f"has {size} bytes when it is unpacked", Where(path), f"at most {most}")
