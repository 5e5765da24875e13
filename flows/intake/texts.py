"""What files say of each patient, before it is read: where that is the same again, so is all that is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from flows.intake.reading import SourceFile, row_texts
from flows.intake.sources.delimited import Delimited
from transforms.intake.parsing import ids_read

ROWS = {"row_number": pl.Int64, "patient_id": pl.Categorical, "content": pl.UInt64}


@dataclass(frozen=True)
class Texts:
    """By file its `rows`: `row_number`, `patient` (its place in `patients`; null: not readable), `content`, one number
    for all that is read of the row; and how many `lines` it has, rows or not. `patients`: their ids as they are read.
    """

    rows: dict[str, pl.DataFrame]
    lines: dict[str, int]
    patients: pl.Series

    @cached_property
    def by_patient(self) -> pl.DataFrame:
        """The rows of the table `patient_text`."""
        found = [
            rows.drop_nulls("patient").group_by("patient").agg("content").with_columns(source_file=pl.lit(name))
            for name, rows in self.rows.items()
        ]
        of_file = pl.concat(found)
        return of_file.select(
            self.patients.gather(of_file["patient"]).alias("patient_id"), "source_file", pl.col("content").hash()
        )


def is_plain(file: SourceFile) -> bool:
    """Whether the file is text, and each row of it is one of the table's, and is read without any other row."""
    of = file.mapping
    is_read_by_others = of.needs_index() or of.needs_site()
    makes_rows = of.wide or of.across or of.combined or of.where or of.where_not or of.specimen
    is_renamed = "patient_id" in of.constants or "patient_id" in of.codes
    return isinstance(file.rows, Delimited) and not (is_read_by_others or makes_rows or is_renamed)


def texts_of(files: list[SourceFile]) -> Texts | None:
    """The rows of every file; None where any is not plain. Raises ExtractError where one breaks."""
    if not all(is_plain(file) for file in files):
        return None
    rows, lines = {}, {}
    for file in files:
        pieces = [(pl.DataFrame(schema=ROWS), 0), *row_texts(file)]
        rows[file.source] = pl.concat([found for found, _ in pieces])
        lines[file.source] = rows[file.source].height + sum(lost for _, lost in pieces)
    texts = pl.concat([found["patient_id"].unique() for found in rows.values()]).unique()
    ids = ids_read(texts.cast(pl.String))
    patients = ids["patient_id"].drop_nulls().unique().sort()
    place = patients.to_frame().with_row_index("patient")
    of_text = ids.join(place, on="patient_id", how="left").with_columns(
        pl.col("text").cast(pl.Categorical).to_physical()
    )
    # a list to look up in: joining millions of texts would take as long as reading them
    codes = of_text.select(pl.int_range(pl.col("text").max().fill_null(0) + 1, dtype=pl.UInt32).alias("text"))
    lookup = codes.join(of_text, on="text", how="left", maintain_order="left")["patient"]
    named = {
        name: found.select("row_number", lookup.gather(found["patient_id"].to_physical()).alias("patient"), "content")
        for name, found in rows.items()
    }
    return Texts(named, lines, patients)
