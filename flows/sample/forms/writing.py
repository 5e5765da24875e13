"""How the files of a form are written."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import polars as pl
import pyreadstat
from polars import selectors

_HOUR = re.compile(rb"[0-9]{2}[A-Z]{3}[0-9]{2}:[0-9]{2}:[0-9]{2}:[0-9]{2}")
_WRITTEN_AT = b"15JAN25:00:00:00"


def write_csv(frame: pl.DataFrame, path: Path, separator: str = ",", null: str = "") -> int:
    """Write the frame as text; return its rows."""
    frame.write_csv(path, separator=separator, null_value=null)
    return frame.height


def copy_registry(form: str, folder: Path) -> None:
    """Put the registry.toml that reads the form beside it."""
    text = files("flows.sample.forms").joinpath(f"{form}.toml").read_text(encoding="utf-8")
    (folder / "registry.toml").write_text(text, encoding="utf-8")


def across(
    rows: pl.DataFrame, of_one: list[str], of: str, names: dict[str, str], cells: dict[str, str]
) -> pl.DataFrame:
    """Rows of a test each (which one: the column `of`) as columns, a row for each `of_one`: what stands in the column
    `cell` goes under the test's name and the cell's suffix. A test that no name is given for is a mistake."""
    return rows.group_by(of_one).agg(
        pl.col(cell).filter(pl.col(of) == test).first().alias(name + suffix)
        for test, name in names.items()
        for cell, suffix in cells.items()
    )


def write_xpt(frame: pl.DataFrame, path: Path, name: str) -> None:
    """Write a SAS transport file of version 5, without the hour at which it is written."""
    texts = frame.with_columns(selectors.string().fill_null(""))
    pyreadstat.write_xport(texts.to_pandas(), path, table_name=name, file_format_version=5)
    path.write_bytes(_HOUR.sub(_WRITTEN_AT, path.read_bytes()))


def write_ndjson(frame: pl.DataFrame, path: Path) -> int:
    """Write a row a line as JSON, in which what is null is not there."""
    text = frame.select(pl.struct(pl.all()).struct.json_encode().alias("json"))
    for pattern, plain in (
        (r'"[A-Za-z_]+":null,', ""),
        (r',?"[A-Za-z_]+":null', ""),
        (r'"[A-Za-z_]+":\{\},', ""),
        (r',?"[A-Za-z_]+":\{\}', ""),
    ):
        text = text.with_columns(pl.col("json").str.replace_all(pattern, plain))
    path.write_text("".join(f"{line}\n" for line in text["json"]), encoding="utf-8")
    return frame.height
