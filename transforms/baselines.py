"""What is known of a line before its first visit: baseline values, the involved light chain, measurable disease."""

from __future__ import annotations

import polars as pl

from rules.clauses.flc import kappa_is_high, kappa_is_low
from rules.clauses.measurable import kappa, lambda_
from rules.criterion import Edition
from rules.verdict import clause, missing_column
from transforms.fixation import with_none_detectable
from transforms.light_chains import with_light_chains
from transforms.lost import is_lost
from transforms.nearest import join_nearest
from transforms.wide import figure_columns, wide

LINE = ["patient_id", "line"]
MEASURES = ["serum", "urine", "flc", "marrow"]
COLUMNS = {
    **figure_columns("baseline", baseline=True),
    "plasmacytoma_baseline_lost": ("plasmacytoma_lost", "positive"),
}


def baselines(lines: pl.LazyFrame, results: pl.LazyFrame, patients: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """Lines with their baseline values (V.baseline), involved light chain (V.flc) and what they are measurable by.

    One row per patient and line; a baseline column is null where the marker has no value in the window.
    """
    about = patients.select(
        "patient_id",
        "light_chain",
        light_chain_lost=is_lost("light_chain"),
        is_beta=pl.col("m_protein_in_beta").fill_null(value=False),
    )
    of_patients = lines.join(about, on="patient_id", how="left")
    last = _last_before(of_patients, results, edition)
    with_values = of_patients.join(wide(last, LINE, COLUMNS), on=LINE, how="left").with_columns(
        involved_chain=_involved_chain(edition)
    )
    return with_measurable_disease(with_light_chains(with_values, "_baseline"), edition)


def _last_before(lines: pl.LazyFrame, results: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """Last value of each test in the window before each line's start, those that V.n1 and V.iga make among them.

    One row per line and test. A figure before the window is no baseline, but may be beside an immunofixation in it.
    """
    window, beside = edition["V.baseline"].window_days, edition["V.n1"].before_a_line_within_days
    days_before = (pl.col("start_date") - pl.col("date")).dt.total_days()
    starts = lines.select("patient_id", next_start="start_date").unique()
    near = join_nearest(results, starts, "date", "next_start", strategy="forward", within_days=window + beside)
    up_to_start = (
        lines.select(*LINE, "start_date", "is_beta")
        .join(near.filter(pl.col("next_start").is_not_null()).drop("next_start"), on="patient_id")
        .filter(days_before.is_between(0, window + beside))
    )
    return (
        with_none_detectable(up_to_start.collect().lazy(), beside, [*LINE, "start_date"])
        .filter(days_before <= window)
        .sort("date")
        .unique([*LINE, "test"], keep="last")
    )


def _involved_chain(edition: Edition) -> pl.Expr:
    rule = edition["V.flc"]
    return (
        pl.when(pl.col("light_chain").is_not_null() | pl.col("light_chain_lost"))
        .then("light_chain")
        .when(kappa_is_high(kappa, lambda_, rule).truth)
        .then(pl.lit("kappa"))
        .when(kappa_is_low(kappa, lambda_, rule).truth)
        .then(pl.lit("lambda"))
    )


def with_measurable_disease(lines: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """Add what the line is measurable by, twice three-valued.

    `MEAS.*`, `followed_by_flc` and `followed_by_marrow` take a quantity without a baseline figure as not measurable
    (the decision of section 3). The `hope.*` columns are the same where something is measurable; where nothing is, a
    missing baseline stays unknown there, so that its absence is named.
    """
    verdicts = {name: edition.decide(f"MEAS.{name}") for name in MEASURES}
    figures = {
        "serum": pl.col("serum_m_baseline_g_dl").is_not_null(),
        "urine": pl.col("urine_m_baseline_mg_24h").is_not_null(),
        "flc": pl.col("kappa_baseline_mg_l").is_not_null() & pl.col("lambda_baseline_mg_l").is_not_null(),
        "marrow": pl.col("marrow_baseline_percent").is_not_null(),
    }
    judged = lines.with_columns(
        *(pl.when(figures[name]).then(v.truth).otherwise(False).alias(f"MEAS.{name}") for name, v in verdicts.items()),
        *(v.truth.alias(f"hope.{name}") for name, v in verdicts.items()),
        *(v.missing.alias(missing_column(f"hope.{name}")) for name, v in verdicts.items()),
        has_figure=figures["serum"] | figures["urine"] | figures["flc"],
    )
    serum, urine, flc, marrow = (pl.col(f"MEAS.{name}") for name in MEASURES)
    followed = judged.with_columns(
        (flc & ~serum & ~urine).alias("followed_by_flc"),
        (marrow & ~serum & ~urine & ~flc & pl.col("has_figure")).alias("followed_by_marrow"),
    )
    return followed.with_columns(measurable_by=_measurable_by()).with_columns(_hopes())


def _measurable_by() -> pl.Expr:
    serum, urine, flc, marrow = map(pl.col, ["MEAS.serum", "MEAS.urine", "followed_by_flc", "followed_by_marrow"])
    is_undecided = pl.any_horizontal(measure.is_null() for measure in (serum, urine, flc, marrow))
    return (
        pl.when(is_undecided | ~pl.col("has_figure"))
        .then(pl.lit("unknown"))
        .when(serum & urine)
        .then(pl.lit("serum+urine"))
        .when(serum)
        .then(pl.lit("serum"))
        .when(urine)
        .then(pl.lit("urine"))
        .when(flc)
        .then(pl.lit("flc"))
        .when(marrow)
        .then(pl.lit("marrow"))
        .otherwise(pl.lit("none"))
    )


def _hopes() -> list[pl.Expr]:
    """The `hope.*` verdicts and masks of the five conditions that the response clauses ask about."""
    serum, urine, flc, marrow = (clause(f"hope.{name}") for name in MEASURES)
    neither = ~serum & ~urine
    hopes = {
        "serum": (serum, "MEAS.serum"),
        "urine": (urine, "MEAS.urine"),
        "flc": (flc, "MEAS.flc"),
        "followed_by_flc": (flc & neither, "followed_by_flc"),
        "followed_by_marrow": (marrow & ~flc & neither, "followed_by_marrow"),
    }
    is_open = pl.col("measurable_by").is_in(["none", "unknown"])
    truths = [pl.when(is_open).then(v.truth).otherwise(name).alias(f"hope.{hope}") for hope, (v, name) in hopes.items()]
    masks = [
        pl.when(is_open).then(v.missing).otherwise(0).alias(missing_column(f"hope.{hope}"))
        for hope, (v, _) in hopes.items()
    ]
    return truths + masks
