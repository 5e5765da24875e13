"""What was recorded and could not be read (C.unknown): cells set aside, and rows refused.

It is no result. But where nothing recorded would be read as something's not having happened (no plasmacytoma, no figure
beside a negative immunofixation, no progression, no next line), it is unknown whether it happened.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from transforms.intake.contracts import UNREADABLE, dated_by

EARLIEST = pl.date(1, 1, 1)  # of what may be of any date


def is_lost(*columns: str) -> pl.Expr:
    """Whether one of a row's cells in these columns was set aside."""
    found = [pl.col(UNREADABLE).list.contains(column).fill_null(value=False) for column in columns]
    return pl.any_horizontal(found)


def refused(refused_row: pl.LazyFrame, table: str, kinds: Collection[str] = ()) -> pl.LazyFrame:
    """The refused rows of a table that may be of one of these kinds (of any, where none is given)."""
    of_table = refused_row.filter(pl.col("table") == table)
    return of_table.filter(pl.col("kind").is_in(list(kinds)).fill_null(value=True)) if kinds else of_table


def refused_kinds(refused_row: pl.LazyFrame, table: str, kinds: Collection[str]) -> pl.LazyFrame:
    """One row per refused row of a table and each of these kinds that it may be of: a row that does not say, of all."""
    any_kind = pl.when(pl.col("kind").is_null()).then(pl.lit(list(kinds))).otherwise(pl.concat_list("kind"))
    return refused(refused_row, table, kinds).with_columns(kind=any_kind).explode("kind")


def without_doubtful_serum(labs: pl.LazyFrame, patients: pl.LazyFrame) -> pl.LazyFrame:
    """Labs in which no figure is read as the serum M-protein of a patient for whom it could not be read which of
    electrophoresis and IgA it is (V.iga).
    """
    doubtful = patients.filter(is_lost("m_protein_in_beta")).select("patient_id", is_doubtful=pl.lit(value=True))
    of_both = pl.col("is_doubtful") & pl.col("analyte").is_in(["serum_m_protein", "iga"])
    unread = pl.concat_list(pl.col(UNREADABLE).fill_null([]), pl.lit(["value"]))
    return (
        labs.join(doubtful, on="patient_id", how="left", maintain_order="left")
        .with_columns(
            pl.when(of_both).then(None).otherwise("value").alias("value"),
            pl.when(of_both).then(unread).otherwise(UNREADABLE).alias(UNREADABLE),
        )
        .drop("is_doubtful")
    )


def lost_on(rows: pl.LazyFrame, refused_rows: pl.LazyFrame, table: str, condition: pl.Expr) -> pl.LazyFrame:
    """Dates of what was lost of a table: of its rows where the condition holds, and of those refused; a refused one
    whose date can't be read has a null date, and may be of any."""
    return pl.concat(
        [
            rows.filter(condition).select("patient_id", date=dated_by(table)),
            refused_rows.select("patient_id", date="dated_on"),
        ]
    )
