"""What the patients' file says that the rows of other tables are read by: each patient's day 0, and site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from flows.intake.headers import RegistryError
from flows.intake.reading import SourceFile, read_own_rows
from transforms.intake.cells import as_date
from transforms.intake.contracts import dtypes
from transforms.intake.date_forms import INDEX, INTERVALS
from transforms.intake.mapping import SITE, TableMapping, mapped
from transforms.intake.parsing import trimmed
from transforms.intake.repairs import repaired
from transforms.intake.shapes import OWN, shaped
from transforms.intake.spellings import narrowed

_PATIENTS = {"patient_id": pl.String, INDEX: pl.Date, SITE: pl.String}
# Where a column of the file that is none of the contract's is read as a date.
_ANY_DATE = "diagnosis_date"
_READ = ("patient_id", "site_id")


@dataclass(frozen=True)
class Beside:
    """One row per patient with `patient_id`, INDEX and SITE; null is not recorded, or can't be read."""

    patients: pl.DataFrame

    @classmethod
    def of(cls, files: list[SourceFile]) -> Beside:
        """Read what any of the files needs, and nothing where none does. Raises RegistryError, ExtractError."""
        is_needed = any(file.mapping.needs_index() or file.mapping.needs_site() for file in files)
        index = next((file.mapping.index_date for file in files if file.mapping.needs_index()), None)
        own = [file for file in files if file.table == "patients" and is_needed]
        found = [rows for file in own for rows in _patients(file, index)]
        patients = pl.concat([pl.DataFrame(schema=_PATIENTS), *found])
        return cls(patients.unique("patient_id", keep="first", maintain_order=True))

    def joined(self, rows: pl.DataFrame, mapping: TableMapping) -> pl.DataFrame:
        """Rows with INDEX and SITE of their patients, where the mapping needs them."""
        needed = [INDEX] * mapping.needs_index() + [SITE] * mapping.needs_site()
        if not needed:
            return rows
        key = narrowed(pl.col("patient_id")).alias("key")
        patients = self.patients.select(pl.col("patient_id").alias("key"), *needed)
        return rows.with_columns(key).join(patients, on="key", how="left", maintain_order="left").drop("key")


def _patients(file: SourceFile, index: str | None) -> Iterator[pl.DataFrame]:
    column = _contracts_column(index, file.mapping)
    own = (
        index
        if index and column == _ANY_DATE and index not in (_ANY_DATE, file.mapping.columns.get(_ANY_DATE))
        else None
    )
    if own:  # the file has to have it
        file = replace(file, mapping=replace(file.mapping, where_not={own: (), **file.mapping.where_not}))
    narrow = _narrowed(file.mapping, column, own)
    others = [pl.lit(None, pl.String).alias(name) for name in dtypes("patients") if name not in {*_READ, column}]
    for text, _ in read_own_rows(file):
        found = text.with_columns(pl.col(OWN + own).alias(column)) if own else text
        rows, _ = mapped("patients", trimmed(shaped("patients", found, narrow).rows), narrow)
        rows, _ = repaired("patients", rows.with_columns(others), narrow)
        yield rows.select(
            narrowed(pl.col("patient_id")).alias("patient_id"),
            as_date(pl.col(column)).alias(INDEX),
            pl.col("site_id").alias(SITE),
        ).drop_nulls("patient_id")


def _contracts_column(index: str | None, mapping: TableMapping) -> str:
    """The contract's column that day 0 is read into. Raises RegistryError where it is counted from day 0 itself."""
    own = {name: column for column, name in mapping.columns.items()}
    column = own.get(index or "", index or _ANY_DATE)
    if column not in dtypes("patients"):
        return _ANY_DATE
    if mapping.date_formats.get(column) in INTERVALS:
        raise RegistryError(
            f"registry.toml: index_date: {column} is itself given in {mapping.date_formats[column]}; name a column "
            "with dates, or give epoch"
        )
    return column


def _narrowed(mapping: TableMapping, column: str, own: str | None) -> TableMapping:
    """The mapping of no date but that one, which is not where the contract's is if it is the file's `own`."""
    form = mapping.date_formats.get(column)
    narrow = replace(mapping, date_formats={column: form} if form and form not in INTERVALS else {})
    if not own:
        return narrow
    combined = {name: names for name, names in mapping.combined.items() if name != column}
    constants = {name: value for name, value in mapping.constants.items() if name != column}
    return replace(narrow, combined=combined, constants=constants)
