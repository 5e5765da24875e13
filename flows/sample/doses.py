"""How much of a treatment was given: courses, doses, stem cells; and radiotherapy beside it."""

from __future__ import annotations

import numpy as np
import polars as pl

from flows.sample.disease import Course
from flows.sample.draws import NEVER, Rng, chance, lognormal, pick, text
from flows.sample.patients import Cohort

CYCLE_DAYS, MELPHALAN_CYCLE_DAYS = 28, 42
SCHEDULES = ["8", "20", "30", "45"]  # Gy in all


def with_doses(rng: Rng, c: Cohort, course: Course, treatments: pl.DataFrame) -> pl.DataFrame:
    """The rows of treatment with what was given, and rows of radiotherapy; days still as numbers."""
    n = treatments.height
    phase, drugs = pl.col("phase"), pl.col("drugs")
    in_courses = phase.is_in(["induction", "consolidation", "salvage"])
    days = pl.col("end") - pl.col("start")
    # one begun is one given; of what still goes on, and of every tenth row, it is not recorded
    length = pl.when(drugs.str.contains("melphalan")).then(MELPHALAN_CYCLE_DAYS).otherwise(CYCLE_DAYS)
    cycles = (days / length).ceil().clip(1).cast(pl.Int64).cast(pl.String)
    known = pl.Series(chance(rng, 0.9, n))
    is_graft = phase == "autologous_transplant"
    cells = pl.Series(np.round(lognormal(rng, 4.2, 0.4, n), 1)).cast(pl.String)
    reduced = pl.Series(chance(rng, 0.35, n))
    dose = (
        pl.when(is_graft)
        .then(pl.when(reduced).then(pl.lit("140")).otherwise(pl.lit("200")))
        .when((phase == "maintenance") & (drugs == "lenalidomide"))
        .then(pl.when(reduced).then(pl.lit("5")).otherwise(pl.lit("10")))
    )
    unit = pl.when(is_graft).then(pl.lit("mg/m2")).otherwise(pl.lit("mg"))
    dosed = treatments.with_columns(
        cycles=pl.when(in_courses & known).then(cycles),
        dose=dose,
        dose_unit=pl.when(dose.is_not_null()).then(unit),
        stem_cells_10e6_kg=pl.when(is_graft & known).then(cells),
        radiation_gy=pl.lit(None, pl.String),
    )
    rows = pl.concat([dosed, _radiotherapy(rng, c, course)], how="diagonal_relaxed")
    return rows.sort("patient", "line", "start", "phase", maintain_order=True)


def _radiotherapy(rng: Rng, c: Cohort, course: Course) -> pl.DataFrame:
    """Of a plasmacytoma or a painful bone, in the first weeks of line 1."""
    wanted = np.where(c.plasmacytoma > 0, 0.35, np.where(c.lytic > 3, 0.10, 0.0))
    begun = course.start[:, 1]
    who = np.flatnonzero(chance(rng, wanted, len(c)) & (begun < NEVER))
    start = begun[who] + rng.integers(2, 40, len(who))
    end = start + rng.integers(0, 35, len(who))
    grays = pick(rng, SCHEDULES, [0.25, 0.3, 0.3, 0.15], len(who))
    keep = (start <= course.end[who]) & (end <= course.end[who]) & (start < course.stop[who, 1])
    rows = pl.DataFrame({"patient": who, "line": np.ones(len(who), dtype=np.int64), "start": start, "end": end})
    return rows.with_columns(
        phase=pl.lit("radiotherapy"), stop_reason=pl.lit("completed"), radiation_gy=text(grays)
    ).filter(pl.Series(keep))
