"""Since when a precursor's clone is shown, and the dates near which anything may show a progression."""

from __future__ import annotations

import polars as pl

from rules.clauses.progression_of_precursors import is_a_clone
from rules.criterion import Edition
from transforms.diagnosis.looked_for import Tables, clonal_cells
from transforms.lost import EARLIEST, is_lost, refused

PLASMACYTOMA, AMYLOID = "biopsy_proven_plasmacytoma", "al_amyloidosis"


def clones(tables: Tables, edition: Edition) -> pl.LazyFrame:
    """One row per patient of whom a clone was ever proven, with the day of it as `clone_on`, or may have been, by a
    record that could not be read, with the earliest day that this may be of as `may_be_clone_on`.
    """
    marrow = clonal_cells(tables["marrow"]).select(
        "patient_id",
        "date",
        clonal_plasma_cells_percent="low",
        clonal_plasma_cells_percent_max="high",
        biopsy_proven_plasmacytoma=pl.lit(None, pl.Boolean),
        is_unread="lost",
    )
    biopsies = tables["findings"].filter(pl.col("finding") == PLASMACYTOMA)
    found = pl.concat(
        [
            marrow,
            biopsies.select(
                "patient_id",
                date="observed_on",
                biopsy_proven_plasmacytoma="present",
                is_unread=is_lost("present"),
            ),
            _refused(tables).select("patient_id", date="dated_on", is_unread=pl.lit(value=True)),
        ],
        how="diagonal",
    )
    date = pl.col("date").fill_null(EARLIEST)
    return (
        found.with_columns(is_clone=is_a_clone(edition["DX.myeloma"]).truth)
        .filter(pl.col("is_clone") | (pl.col("is_clone").is_null() & pl.col("is_unread")))
        .group_by("patient_id")
        .agg(clone_on=date.filter("is_clone").min(), may_be_clone_on=date.filter(pl.col("is_clone").is_null()).min())
    )


def _refused(tables: Tables) -> pl.LazyFrame:
    refused_row = tables["refused_row"]
    return pl.concat([refused(refused_row, "marrow"), refused(refused_row, "findings", [PLASMACYTOMA])])


def needed(tables: Tables) -> pl.LazyFrame:
    """One row per patient and day, `needed_on`, of what no progression is shown without."""
    in_blood = pl.col("analyte").is_in(["circulating_plasma_cells", "circulating_plasma_cells_percent"])
    is_sign = pl.col("finding").is_in([PLASMACYTOMA, AMYLOID])
    found = is_sign & (pl.col("present") | is_lost("present"))
    refused_signs = refused(tables["refused_row"], "findings", [PLASMACYTOMA, AMYLOID])
    return pl.concat(
        [
            tables["marrow"].select("patient_id", needed_on="collected_on"),
            tables["labs"].filter(in_blood & (pl.col("value") > 0)).select("patient_id", needed_on="collected_on"),
            tables["findings"].filter(found).select("patient_id", needed_on="observed_on"),
            refused_signs.select("patient_id", needed_on="dated_on").drop_nulls(),
        ]
    ).unique()
