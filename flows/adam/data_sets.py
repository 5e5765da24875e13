"""From a store to ADaM files: each data set as Parquet and as a SAS transport file of version 5."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

from flows.adam.variables import DATA_SETS, TYPES, DataSet
from flows.database import connect
from flows.endings import OTHER_VERSION, MspikeError, unwritten
from flows.sql_files import SQL, make_macros
from flows.store import last_run
from rules.criterion import DEFAULT_EDITION
from transforms.survival import COHORT

QUERIES = SQL / "adam"
STUDY = "MSPIKE"
SAS_DAY_ZERO = date(1960, 1, 1)
LONGEST_TEXT = 200  # bytes, of a character variable in a transport file of version 5
LONGEST_LABEL = 40  # characters, of a data set
LONGEST_CHARACTER = 4  # bytes, in UTF-8
IDENTIFIERS = ["USUBJID", "SUBJID"]


class AdamError(MspikeError):
    """An export that can't be made; the message is one line for the person who asked, without any patient's id."""


@dataclass(frozen=True)
class Exported:
    """What was written: rows of each data set, what is unknown, and texts cut for the transport file."""

    rows: dict[str, int]
    left_out: dict[str, int]
    cut: dict[str, int]


def export_adam(store: Path, folder: Path, study: str = STUDY) -> Exported:
    """Write ADSL, ADRS, ADTTE and ADAE (`adsl.parquet`, `adsl.xpt`, …) of the store into the folder.

    Both files of a data set have the same rows and names. In XPT dates are SAS dates (days since 1960-01-01, DATE9.), a
    missing text is empty, and a text of more than 200 bytes is cut and counted in `cut`; a subject's identifier so that
    it still tells subjects apart, and joins the data sets. Nothing is written unless all can be. Raises StoreError
    where there is no store, AdamError where it is of another version, a key is not unique, or the folder can't be
    written.
    """
    try:
        with last_run(store) as last:
            frames, left_out, criteria = _read(last / "registry.duckdb", study)
    except (duckdb.CatalogException, duckdb.BinderException):
        raise AdamError(f"{store}: {OTHER_VERSION}") from None
    for data_set in DATA_SETS:
        _check(data_set, frames[data_set.name])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".adam-", dir=folder) as aside:
            cut = {
                data_set.name: _write(data_set, frames[data_set.name], Path(aside), criteria) for data_set in DATA_SETS
            }
            for file in sorted(Path(aside).iterdir()):
                os.replace(file, folder / file.name)
    except OSError as error:
        raise AdamError(f"{folder}: {unwritten(error.errno)}") from None
    return Exported({name: frame.height for name, frame in frames.items()}, left_out, cut)


def _read(database: Path, study: str) -> tuple[dict[str, pl.DataFrame], dict[str, int], str]:
    frames: dict[str, pl.DataFrame] = {}
    with connect(database, read_only=True) as connection:
        make_macros(connection, "is_at_least")
        for data_set in DATA_SETS:
            frames[data_set.name] = _typed(data_set, _answer(connection, data_set.name.lower(), study))
            # The later data sets take the subject's variables from ADSL.
            connection.register(data_set.name.lower(), frames[data_set.name])
        left_out = _answer(connection, "left_out", study).row(0, named=True)
        [(criteria,)] = connection.execute("select criteria from run order by number desc limit 1").fetchall()
    return frames, left_out, criteria


def _answer(connection: duckdb.DuckDBPyConnection, query: str, study: str) -> pl.DataFrame:
    text = (QUERIES / f"{query}.sql").read_text(encoding="utf-8")
    parameters = {"study": study, "cohort": list(COHORT)}
    return connection.sql(text, params={name: value for name, value in parameters.items() if f"${name}" in text}).pl()


def _typed(data_set: DataSet, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.col(variable.name).cast(TYPES[variable.kind]) for variable in data_set.variables)


def _check(data_set: DataSet, frame: pl.DataFrame) -> None:
    """Keys that repeat tell rows apart no more."""
    repeated = frame.filter(pl.struct(data_set.key).is_duplicated()).height
    if repeated:
        raise AdamError(f"{data_set.name}: {repeated} rows share {', '.join(data_set.key)}; report this as a mistake")


def _write(data_set: DataSet, frame: pl.DataFrame, folder: Path, criteria: str) -> int:
    """Write both files, which say by which edition of the criteria; return how many texts had to be cut."""
    name = data_set.name.lower()
    pq.write_table(_labelled(data_set, frame, criteria), folder / f"{name}.parquet")
    texts = [variable.name for variable in data_set.variables if variable.kind == "text"]
    cut = frame.select((pl.col(texts).str.len_bytes() > LONGEST_TEXT).sum()).sum_horizontal().sum()
    pyreadstat.write_xport(
        frame.with_columns(map(_shortened, frame.select(IDENTIFIERS)))
        .with_columns(_for_transport(data_set))
        .to_pandas(),
        folder / f"{name}.xpt",
        file_label=_label(data_set, criteria),
        column_labels={variable.name: variable.label for variable in data_set.variables},
        table_name=data_set.name,
        file_format_version=5,
        variable_format={variable.name: "DATE9." for variable in data_set.variables if variable.kind == "date"},
    )
    return int(cut)


def _label(data_set: DataSet, criteria: str) -> str:
    """The label of a transport file (40 characters), with the edition where it is not the default."""
    words = data_set.label if criteria == DEFAULT_EDITION else f"{data_set.name}, criteria {criteria}"
    return words[:LONGEST_LABEL]


def _labelled(data_set: DataSet, frame: pl.DataFrame, criteria: str) -> pa.Table:
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    fields = [
        table.schema.field(variable.name).with_metadata({"label": variable.label}) for variable in data_set.variables
    ]
    return table.cast(
        pa.schema(fields, metadata={"name": data_set.name, "label": data_set.label, "criteria": criteria})
    )


def _for_transport(data_set: DataSet) -> list[pl.Expr]:
    return [
        _cut(pl.col(variable.name).fill_null("")) if variable.kind == "text" else _sas_date(pl.col(variable.name))
        for variable in data_set.variables
        if variable.kind != "number"
    ]


def _shortened(ids: pl.Series) -> pl.Series:
    """Identifiers that fit; the end of one too long is a digest of the whole, so that no two become the same."""
    long = ids.filter(ids.str.len_bytes() > LONGEST_TEXT).unique().to_list()
    digests = {text: f"{text[: LONGEST_TEXT // LONGEST_CHARACTER // 2]}~{_digest(text)}" for text in long}
    return ids.replace(digests)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def _cut(text: pl.Expr) -> pl.Expr:
    """A text that fits; one with characters of several bytes is cut short enough for the longest of them."""
    is_ascii = text.str.len_bytes() == text.str.len_chars()
    longest = pl.when(is_ascii).then(LONGEST_TEXT).otherwise(LONGEST_TEXT // LONGEST_CHARACTER)
    return pl.when(text.str.len_bytes() > LONGEST_TEXT).then(text.str.slice(0, longest)).otherwise(text)


def _sas_date(day: pl.Expr) -> pl.Expr:
    return (day - pl.lit(SAS_DAY_ZERO)).dt.total_days().cast(pl.Float64)
