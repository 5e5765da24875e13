"""One long table of dated test results from the registry's labs, marrow and imaging.

One row is one test of one patient on one date: `low` and `high` bound the figure (equal unless reported as "<x" or
">x"), `nadir` is its lower bound where it serves as a nadir, `positive` is a yes/no result. Several results of one test
on one date are already one: the higher, positive over negative (V.visit).
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from rules.verdict import TOLERANCE

KEY = ["patient_id", "test", "date"]
# "<x" of these is 0 for response and x as a nadir (C.comparator); IgA because it can be the serum M-protein.
NONE_BELOW_DETECTION = ["serum_m_protein", "urine_m_protein", "flc_kappa", "flc_lambda", "iga"]
FIXATION = ["serum_immunofixation", "urine_immunofixation"]
# Calcium, albumin, circulating cells and VEGF make no visit; they join one.
JOINING = ["calcium", "albumin", "circulating_plasma_cells", "vegf"]
STRICTLY = 40 * TOLERANCE  # moves a bound past x, by less than any reported step, also when a tenth of it is compared


def results(labs: pl.LazyFrame, marrow: pl.LazyFrame, imaging: pl.LazyFrame, patients: pl.LazyFrame) -> pl.LazyFrame:
    """All results that visits and baselines are made of, one row per patient, test and date."""
    rows = pl.concat([lab_results(labs, patients), _marrow_results(marrow), _imaging_results(imaging)])
    return (
        rows.filter(pl.col("low").is_not_null() | pl.col("positive").is_not_null())
        .sort([*KEY, "low", "high", "nadir", "positive"], nulls_last=False)
        .unique(KEY, keep="last", maintain_order=True)
    )


def assessment_dates(
    labs: pl.LazyFrame, marrow: pl.LazyFrame, imaging: pl.LazyFrame, patients: pl.LazyFrame
) -> pl.LazyFrame:
    """Dates on which a patient was assessed (V.visit), one row per patient and date."""
    makes_visits = pl.col("analyte").is_in([*NONE_BELOW_DETECTION[:-1], *FIXATION])
    iga_makes_visits = (pl.col("analyte") == "iga") & pl.col("m_protein_in_beta")
    tested = _with_beta_flag(labs, patients).filter(makes_visits | iga_makes_visits)
    return pl.concat(
        [
            tested.select("patient_id", date="collected_on"),
            marrow.select("patient_id", date="collected_on"),
            imaging.select("patient_id", date="performed_on"),
        ]
    ).unique()


def with_bounds(labs: pl.LazyFrame, none_below: Collection[str] = NONE_BELOW_DETECTION) -> pl.LazyFrame:
    """Labs with `low`, `high` and `nadir` of each value, by its comparator (C.comparator); below the limit of
    detection the analytes `none_below` count as 0."""
    value, comparator = pl.col("value"), pl.col("comparator")
    is_less, is_more = comparator.is_in(["<", "<="]), comparator.is_in([">", ">="])
    strictly = pl.when(comparator.is_in(["<", ">"])).then(STRICTLY).otherwise(0.0)
    counts_as_none = is_less & pl.col("analyte").is_in(list(none_below))
    return labs.with_columns(
        low=pl.when(is_less).then(value.clip(0, 0)).when(is_more).then(value + strictly).otherwise(value),
        high=pl.when(counts_as_none)
        .then(value.clip(0, 0))
        .when(is_less)
        .then(value - strictly)
        .when(is_more & value.is_not_null())
        .then(float("inf"))
        .otherwise(value),
        nadir=value,
    )


def lab_results(
    labs: pl.LazyFrame, patients: pl.LazyFrame, none_below: Collection[str] = NONE_BELOW_DETECTION
) -> pl.LazyFrame:
    """Results of the laboratory as reported: of one test on one date there may be several."""
    wanted = [*NONE_BELOW_DETECTION, *FIXATION, *JOINING]
    in_beta, analyte = pl.col("m_protein_in_beta"), pl.col("analyte")
    # V.iga: the two are never mixed, so electrophoresis of a patient followed by IgA gives no figure.
    unused = pl.when(in_beta).then(analyte == "serum_m_protein").otherwise(analyte == "iga")
    is_fixation, is_calcium = analyte.is_in(FIXATION), analyte == "calcium"
    positive = pl.when(is_fixation).then(pl.col("result") == "positive").when(is_calcium).then("attributed_to_myeloma")
    figure = [pl.when(~is_fixation).then(bound).alias(bound) for bound in ("low", "high", "nadir")]
    return (
        with_bounds(_with_beta_flag(labs.filter(analyte.is_in(wanted)), patients), none_below)
        .filter(~unused)
        .select(
            "patient_id",
            pl.when(analyte == "iga").then(pl.lit("serum_m_protein")).otherwise(analyte).alias("test"),
            pl.col("collected_on").alias("date"),
            *figure,
            positive.alias("positive"),
        )
        # A calcium's attribution alone is no result.
        .filter(pl.col("low").is_not_null() | pl.col("test").is_in(FIXATION))
    )


def _with_beta_flag(labs: pl.LazyFrame, patients: pl.LazyFrame) -> pl.LazyFrame:
    # A flag that is not recorded leaves the M-protein to electrophoresis, as for everybody else.
    flags = patients.select("patient_id", pl.col("m_protein_in_beta").fill_null(value=False))
    return labs.join(flags, on="patient_id", how="left", maintain_order="left")


def _marrow_results(marrow: pl.LazyFrame) -> pl.LazyFrame:
    rows = marrow.rename({"collected_on": "date"})
    return pl.concat(
        [
            _figures(rows, "marrow", "plasma_cell_percent"),
            _yes_or_no(rows, "clonal_plasma_cells", pl.col("clonal_plasma_cells") == "detected"),
        ]
    )


def _imaging_results(imaging: pl.LazyFrame) -> pl.LazyFrame:
    rows = imaging.rename({"performed_on": "date"})
    recorded = ["new_bone_lesion", "bone_lesion_progression", "new_plasmacytoma"]
    return pl.concat(
        [
            _figures(rows, "plasmacytoma", "plasmacytoma_spd_mm2"),
            *(_yes_or_no(rows, column, pl.col(column)) for column in recorded),
        ]
    )


def _figures(rows: pl.LazyFrame, test: str, column: str) -> pl.LazyFrame:
    bounds = (pl.col(column).alias(bound) for bound in ("low", "high", "nadir"))
    return rows.select("patient_id", pl.lit(test).alias("test"), "date", *bounds, _NO_ANSWER.alias("positive"))


def _yes_or_no(rows: pl.LazyFrame, test: str, answer: pl.Expr) -> pl.LazyFrame:
    bounds = (_NO_FIGURE.alias(bound) for bound in ("low", "high", "nadir"))
    return rows.select("patient_id", pl.lit(test).alias("test"), "date", *bounds, answer.alias("positive"))


_NO_FIGURE = pl.lit(None, pl.Float64)
_NO_ANSWER = pl.lit(None, pl.Boolean)
