"""Since when a precursor's clone is shown, and the dates near which anything may show a progression."""

from __future__ import annotations

import polars as pl

from rules.clauses.progression_of_precursors import is_a_clone, is_in_marrow
from rules.criterion import Edition
from transforms.diagnosis.looked_for import Tables, clonal_cells
from transforms.lost import EARLIEST, is_lost, refused

PLASMACYTOMA, AMYLOID = "biopsy_proven_plasmacytoma", "al_amyloidosis"
NOT_OF_MARROW = {f"clonal_plasma_cells_percent{bound}": pl.lit(0.0) for bound in ("", "_max")}


def clones(tables: Tables, edition: Edition) -> pl.LazyFrame:
    """One row per patient in whom a clone was ever proven, with the day of it as `clone_on`, or may have been, by a
    record that could not be read, with the earliest day that this may be of as `may_be_clone_on`; the same of a clone
    in marrow, `marrow_clone_on` and `may_be_marrow_clone_on`, which a biopsy of a plasmacytoma does not show.
    """
    marrow = clonal_cells(tables["marrow"]).select(
        "patient_id",
        "date",
        clonal_plasma_cells_percent="low",
        clonal_plasma_cells_percent_max="high",
        biopsy_proven_plasmacytoma=pl.lit(None, pl.Boolean),
        is_unread="lost",
    )
    refused_row, unread = tables["refused_row"], pl.lit(value=True)
    biopsies = tables["findings"].filter(pl.col("finding") == PLASMACYTOMA)
    found = pl.concat(
        [
            marrow,
            biopsies.select(
                "patient_id",
                date="observed_on",
                **NOT_OF_MARROW,
                biopsy_proven_plasmacytoma="present",
                is_unread=is_lost("present"),
            ),
            refused(refused_row, "marrow").select("patient_id", date="dated_on", is_unread=unread),
            refused(refused_row, "findings", [PLASMACYTOMA]).select(
                "patient_id", **NOT_OF_MARROW, date="dated_on", is_unread=unread
            ),
        ],
        how="diagonal",
    )
    date, clause = pl.col("date").fill_null(EARLIEST), edition["DX.myeloma"]
    # by the column of its first day
    shown = {"clone_on": is_a_clone(clause).truth, "marrow_clone_on": is_in_marrow(clause).truth}
    return (
        found.with_columns(**shown)
        .group_by("patient_id")
        .agg(
            *(date.filter(name).min().alias(name) for name in shown),
            *(
                date.filter(pl.col(name).is_null() & pl.col("is_unread")).min().alias(f"may_be_{name}")
                for name in shown
            ),
        )
        .filter(pl.any_horizontal(pl.col("clone_on", "may_be_clone_on").is_not_null()))
    )


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
