"""What files say of each patient, before it is read: where that is the same again, so is all that is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from flows.intake.reading import SourceFile, row_texts
from flows.intake.sources.delimited import Delimited
from transforms.intake.parsing import ids_read

ROWS = {"row_number": pl.Int64, "patient_id": pl.String, "content": pl.UInt64}


@dataclass(frozen=True)
class Texts:
    """By file its `rows`: `row_number`, `patient_id` (as it is read; null: not readable), `content`, one number for all
    that is read of the row; and how many `lines` it has, rows or not.
    """

    rows: dict[str, pl.DataFrame]
    lines: dict[str, int]

    @cached_property
    def by_patient(self) -> pl.DataFrame:
        """The rows of the table `patient_text`."""
        found = [
            rows.drop_nulls("patient_id").group_by("patient_id").agg("content").with_columns(source_file=pl.lit(name))
            for name, rows in self.rows.items()
        ]
        return pl.concat(found).select("patient_id", "source_file", pl.col("content").hash())


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
    ids = ids_read(pl.concat([found["patient_id"].unique() for found in rows.values()]))
    odd = ids.filter(pl.col("text").ne_missing(pl.col("patient_id")))
    named = pl.col("patient_id").replace(odd["text"], odd["patient_id"])
    return Texts({name: found.with_columns(named) for name, found in rows.items()}, lines)
