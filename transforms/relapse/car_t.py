"""Who may have anti-BCMA CAR-T at each visit (RR.car_t), by what was begun before it and found up to it."""

from __future__ import annotations

import polars as pl

from rules.clauses.car_t import CLASSES, EARLIER, PARTS
from rules.criterion import Edition
from rules.verdict import TESTS, missing_column
from transforms.judging import decided
from transforms.names import names_of, names_where
from transforms.nearest import nearest
from transforms.signs import signs_looked_for
from transforms.visits import VISIT

CAR_T_ELIGIBILITY = [*VISIT, "eligible", "clauses_against", "unknown_because"]


def car_t_eligibility(
    visits: pl.LazyFrame,
    lines: pl.LazyFrame,
    given: pl.LazyFrame,
    tables: dict[str, pl.LazyFrame],
    edition: Edition,
) -> pl.LazyFrame:
    """One row per visit of a line: `eligible`, the parts of RR.car_t known not to hold, and what an unknown one waits
    for. `given` is `given_drugs`; of `tables` those in are read, and `diagnosed`: patients with the diagnosis as
    recorded and as derived.
    """
    rows = (
        visits.select(VISIT)
        .join(_of_lines(lines), on=["patient_id", "line"], how="left")
        .join(_first_given(given), on="patient_id", how="left")
        .join(_first_treated(tables["treatments"], given), on="patient_id", how="left")
        .join(tables["diagnosed"].select("patient_id", "recorded", "derived"), on="patient_id", how="left")
    )
    rows = rows.join(_cns(rows, tables["findings"], edition), on=["patient_id", "visit_date"], how="left")
    by_then = pl.col("progression_date") <= pl.col("visit_date")
    rows = rows.with_columns(
        *(_by_the_visit(name, "unnamed").alias(f"had_{name}") for name in CLASSES),
        had_allograft_or_car_t=_by_the_visit("allograft_or_car_t", "without_phase"),
        has_progressed=pl.when(by_then).then(True).when(pl.col("progression_source").is_not_null()).then(False),
    )
    return (
        decided(decided(rows, PARTS, edition), ["RR.car_t"], edition)
        .with_columns(
            eligible=pl.col("RR.car_t"),
            clauses_against=names_where({part: ~pl.col(part) for part in PARTS}),
            unknown_because=names_of(pl.col(missing_column("RR.car_t")), TESTS),
        )
        .select(CAR_T_ELIGIBILITY)
    )


def _cns(rows: pl.LazyFrame, findings: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """Central nervous disease by each visit: as found nearest it within the window, or ever before; null: not known."""
    found = signs_looked_for(findings, "cns_involvement")
    dates = rows.select("patient_id", "visit_date").unique()
    near = nearest(dates, found, "visit_date", edition["DX"].findings_window_days)
    first = found.filter("positive").group_by("patient_id").agg(first_on=pl.col("date").min())
    return (
        dates.join(near.select("patient_id", "visit_date", "positive"), on=["patient_id", "visit_date"], how="left")
        .join(first, on="patient_id", how="left")
        .select(
            "patient_id",
            "visit_date",
            cns_involvement=pl.when(pl.col("first_on") <= pl.col("visit_date")).then(True).otherwise("positive"),
        )
    )


def _of_lines(lines: pl.LazyFrame) -> pl.LazyFrame:
    """How many lines were begun with each, and its progression."""
    return lines.sort("patient_id", "start_date", "line").select(
        "patient_id",
        pl.col("line").cast(pl.Int64),
        pl.col("line").cum_count().over("patient_id").cast(pl.Float64).alias("lines_count"),
        "progression_date",
        "progression_source",
    )


def _first_given(given: pl.LazyFrame) -> pl.LazyFrame:
    """When a drug of each class, and one that is not named, was first begun; null: never."""
    first = {name: pl.col("start_date").filter(pl.col("class") == name).min() for name in CLASSES}
    return given.group_by("patient_id").agg(
        **first, unnamed=pl.col("start_date").filter(pl.col("drug").is_null()).min()
    )


def _first_treated(treatments: pl.LazyFrame, given: pl.LazyFrame) -> pl.LazyFrame:
    """When an allogeneic transplant or CAR-T was first given, and a treatment that may have been one: of no phase, and
    naming no drug of a class.
    """
    of_class = given.filter(pl.col("phase").is_null()).group_by("patient_id", "line", "start_date", "last_dose_on")
    told = of_class.agg(has_class=pl.col("class").is_not_null().any())
    without_phase = (
        told.filter(~pl.col("has_class")).group_by("patient_id").agg(without_phase=pl.col("start_date").min())
    )
    certain = treatments.filter(pl.col("phase").is_in(EARLIER)).group_by("patient_id")
    return (
        treatments.select("patient_id")
        .unique()
        .join(certain.agg(allograft_or_car_t=pl.col("start_date").min()), on="patient_id", how="left")
        .join(without_phase, on="patient_id", how="left")
    )


def _by_the_visit(first: str, perhaps: str) -> pl.Expr:
    """Whether it was begun before the visit; unknown where something was that may have been it."""
    was, may_have_been = (pl.col(name) < pl.col("visit_date") for name in (first, perhaps))
    return (
        pl.when(was.fill_null(value=False))
        .then(True)
        .when(may_have_been.fill_null(value=False))
        .then(None)
        .otherwise(False)
    )
