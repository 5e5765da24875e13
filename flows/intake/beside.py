"""What the patients' file says that the rows of other tables are read by: each patient's day 0, and site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from flows.intake.headers import RegistryError
from flows.intake.reading import SourceFile, read_batches
from transforms.contracts import dtypes
from transforms.date_forms import INDEX
from transforms.mapping import SITE, TableMapping, mapped
from transforms.parsing import trimmed
from transforms.readers import as_date
from transforms.repairs import repaired
from transforms.spellings import narrowed

_PATIENTS = {"patient_id": pl.String, INDEX: pl.Date, SITE: pl.String}
# Where a column of the file that is none of the contract's is read as a date.
_ANY_DATE = "diagnosis_date"


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
    column, mapping = _place(index, file.mapping)
    form = mapping.date_formats.get(column)
    narrow = replace(mapping, date_formats={column: form} if form else {})
    read = {"patient_id", "site_id", column}
    others = [pl.lit(None, pl.String).alias(name) for name in dtypes("patients") if name not in read]
    for batch in read_batches(replace(file, mapping=narrow)):
        text, _ = mapped("patients", trimmed(batch.rows), narrow)
        text, _ = repaired("patients", text.with_columns(others), narrow)
        yield text.select(
            narrowed(pl.col("patient_id")).alias("patient_id"),
            as_date(pl.col(column)).alias(INDEX),
            pl.col("site_id").alias(SITE),
        ).drop_nulls("patient_id")


def _place(index: str | None, mapping: TableMapping) -> tuple[str, TableMapping]:
    """The contract's column that day 0 is read into, and the mapping that puts it there."""
    own = {name: column for column, name in mapping.columns.items()}
    column = own.get(index or "", index or _ANY_DATE)
    if column in dtypes("patients"):
        if mapping.date_formats.get(column) in ("days", "months"):
            raise RegistryError(
                f"registry.toml: index_date: {column} is itself told in {mapping.date_formats[column]}; name a column "
                "with dates, or give epoch"
            )
        return column, mapping
    form = mapping.date_formats.get(_ANY_DATE)
    kept = {name: own_name for name, own_name in mapping.columns.items() if name != _ANY_DATE}
    constants = {name: value for name, value in mapping.constants.items() if name != _ANY_DATE}
    forms = {_ANY_DATE: form} if form and form not in ("days", "months") else {}
    combined = {**mapping.combined, _ANY_DATE: (column,)}
    return _ANY_DATE, replace(mapping, columns=kept, constants=constants, date_formats=forms, combined=combined)
