"""The result of a query as bytes: a table to read, CSV, JSON, Parquet."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import polars as pl

from flows.privacy.escaping import printable, safe, safe_text


def as_table(frame: pl.DataFrame) -> bytes:
    """Aligned text: numbers right, null empty, fractions to four figures."""
    columns = [[name, *(_shown(value) for value in frame[name].to_list())] for name in frame.columns]
    widths = [max(map(len, column)) for column in columns]
    is_number = [kind.is_numeric() for kind in frame.dtypes]
    lines = [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, is_number, strict=True)
        ).rstrip()
        for row in zip(*columns, strict=True)
    ]
    rule = "  ".join("-" * width for width in widths)
    return "\n".join([*lines[:1], rule, *lines[1:], ""]).encode()


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(_shown(item) for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.1f}" if abs(value) >= 1000 else f"{value:.4g}"
    return printable(str(value))


def as_csv(frame: pl.DataFrame) -> bytes:
    """CSV with a header; the items of a list are joined by semicolons, null is empty, and no text is a formula."""
    flat = frame.with_columns(_flat(name, kind) for name, kind in frame.schema.items())
    return flat.rename(safe).write_csv().encode()


def _flat(name: str, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.List):
        return safe_text(pl.col(name).cast(pl.List(pl.String)).list.join(";"))
    if isinstance(kind, pl.String | pl.Categorical | pl.Enum):
        return safe_text(pl.col(name).cast(pl.String))
    if isinstance(kind, pl.Struct):
        return pl.col(name).struct.json_encode()
    return pl.col(name)


def as_json(frame: pl.DataFrame) -> bytes:
    """A list of objects, one a row; dates as ISO 8601."""
    return (json.dumps(frame.to_dicts(), indent=2, ensure_ascii=False, default=str) + "\n").encode()


def as_parquet(frame: pl.DataFrame) -> bytes:
    """One Parquet file, with the types as they are."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


FORMATS: dict[str, Callable[[pl.DataFrame], bytes]] = {
    "table": as_table,
    "csv": as_csv,
    "json": as_json,
    "parquet": as_parquet,
}
