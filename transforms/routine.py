"""What a reading for routine care takes as known (section 16), and at which visits that decided.

Values are put in for the verdicts only: what was found stands in the visit again afterwards. An edition that relaxes
nothing passes through here untouched.
"""

from __future__ import annotations

import polars as pl

from rules.clauses.progression import light_chains_rise
from rules.clauses.routine import (
    CR_BY_SERUM,
    FLC_FOR_URINE,
    NEXT_LINE,
    OF_URINE,
    RELAXATIONS,
    TWO_MARKERS,
    URINE_KNOWN_FREE,
)
from rules.criterion import Edition
from rules.verdict import missing_column
from transforms.judging import decided
from transforms.names import Names, names_where

LINE = ["patient_id", "line"]
FIXATION = "urine_immunofixation_positive"
# What a visit is followed by where light chains stand for urine; and nothing of it waits for a test.
FOLLOWED = {
    **{"MEAS.urine": False, "hope.urine": False, "followed_by_flc": True, "hope.followed_by_flc": True},
    **{missing_column("hope.urine"): 0, missing_column("hope.followed_by_flc"): 0},
}
FIGURES = ["urine_m_mg_24h", "urine_m_mg_24h_max"]
URINE = [*FIGURES, FIXATION]


def relaxations(edition: Edition) -> list[str]:
    """The relaxations that an edition makes, and this run has not switched off."""
    return [name for name in RELAXATIONS if edition[name].applies and edition[name].is_taken]


def with_urine_record(
    lines: pl.LazyFrame, results: pl.LazyFrame, patients: pl.LazyFrame, edition: Edition
) -> pl.LazyFrame:
    """Lines with the isotype, and with what is known of the patient's urine.

    That is when it was first tested, when it was first positive, at all and in the line, and whether the last
    immunofixation in the window of the baseline was positive (null: there is none). A figure above 0 is positive, and
    so is one that could not be read: it may have been.
    """
    if not relaxations(edition):
        return lines
    figure, fixation, lost = "urine_m_protein", "urine_immunofixation", "urine_m_protein_lost"
    test, date = pl.col("test"), pl.col("date")
    of_urine = results.filter(test.is_in([figure, fixation, lost])).with_columns(
        is_positive=(pl.col("high") > 0) | pl.col("positive")
    )
    is_positive = pl.col("is_positive").fill_null(value=False)
    of_patients = of_urine.group_by("patient_id").agg(
        urine_tested_on=date.filter(test != lost).min(), urine_positive_on=date.filter(is_positive).min()
    )
    start, after = pl.col("start_date"), pl.col("next_line_start")
    days_before = (start - date).dt.total_days()
    in_window = (test == fixation) & days_before.is_between(0, edition["V.baseline"].window_days)
    in_line = (date > start) & (date <= after).fill_null(value=True)
    of_lines = (
        lines.select(*LINE, "start_date", "next_line_start")
        .join(of_urine, on="patient_id")
        .group_by(LINE)
        .agg(
            urine_positive_in_line_on=date.filter(is_positive & in_line).min(),
            urine_immunofixation_baseline_positive=pl.col("positive")
            .filter(in_window)
            .sort_by(date.filter(in_window))
            .last(),
        )
    )
    return (
        lines.join(patients.select("patient_id", "isotype"), on="patient_id", how="left")
        .join(of_patients, on="patient_id", how="left")
        .join(of_lines, on=LINE, how="left")
    )


def with_relaxations(visits: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """Visits with the verdicts of the relaxations about urine, followed by light chains where these stand for urine.

    `found.*` keep what was found.
    """

    def before(event: str) -> pl.Expr:
        return (pl.col(event) <= pl.col("visit_date")).fill_null(value=False)

    known = visits.with_columns(
        before("urine_tested_on").alias("urine_tested_before"),
        before("urine_positive_on").alias("urine_positive_before"),
        before("urine_positive_in_line_on").alias("urine_positive_in_line"),
        *(pl.col(name).alias(f"found.{name}") for name in (*URINE, *FOLLOWED)),
    )
    taken = set(relaxations(edition))
    judged = decided(known, [name for name in OF_URINE if name in taken], edition).with_columns(
        pl.lit(value=False).alias(name) for name in OF_URINE if name not in taken
    )
    by_flc = _holds(FLC_FOR_URINE)
    return judged.with_columns(
        pl.when(by_flc).then(pl.lit(so)).otherwise(name).alias(name) for name, so in FOLLOWED.items()
    )


def with_urine_put_in(visits: pl.LazyFrame) -> pl.LazyFrame:
    """Visits with the results of urine put in that VGPR, CR and sCR do not wait for."""
    is_free = _holds(URINE_KNOWN_FREE)
    none = [pl.when(is_free).then(0.0).otherwise(figure).alias(figure) for figure in FIGURES]
    return visits.with_columns(*none, _fixation(is_free & _was_negative() | _holds(FLC_FOR_URINE)))


def with_serum_alone(visits: pl.LazyFrame) -> pl.LazyFrame:
    """Visits with the immunofixation of urine put in that CR and sCR do not wait for."""
    return visits.with_columns(_fixation(_holds(CR_BY_SERUM)))


def as_found(visits: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """Judged visits as they were found, with the relaxations that decided among their `clauses`."""
    visits = visits.with_columns(_named(_deciding_urine())).with_columns(
        pl.col(f"found.{name}").alias(name) for name in (*URINE, *FOLLOWED)
    )
    if TWO_MARKERS not in relaxations(edition):
        return visits
    rise = light_chains_rise(edition["PD.flc"])
    shown = visits.with_columns(
        rise.truth.alias("light_chains_rise"), rise.missing.alias(missing_column("light_chains_rise"))
    )
    return decided(shown, [TWO_MARKERS], edition)


def with_confirming_named(visits: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """Confirmed visits with the relaxations that confirmed them among their `clauses`."""
    taken = relaxations(edition)
    confirming = {
        NEXT_LINE: pl.col("is_confirmed_by_next_line"),
        TWO_MARKERS: pl.col("progression_confirmed_by") == "two_markers",
    }
    deciding = {name: when for name, when in confirming.items() if name in taken}
    return visits.with_columns(_named(deciding)) if deciding else visits


def _holds(name: str) -> pl.Expr:
    return pl.col(name).fill_null(value=False)


def _was_negative() -> pl.Expr:
    return (~pl.col("urine_immunofixation_baseline_positive")).fill_null(value=False)


def _fixation(is_negative: pl.Expr) -> pl.Expr:
    is_put_in = is_negative & pl.col(FIXATION).is_null()
    return pl.when(is_put_in).then(pl.lit(value=False)).otherwise(FIXATION).alias(FIXATION)


def _deciding_urine() -> dict[str, pl.Expr]:
    """When each relaxation about urine is what the category rests on; of two that would do, the first."""
    response = pl.col("response")
    is_free, by_serum, by_flc = map(_holds, OF_URINE)
    is_complete, is_very_good = response.is_in(["CR", "sCR"]), response == "VGPR"
    had_no_fixation = pl.col(f"found.{FIXATION}").is_null()
    by_baseline = is_free & _was_negative()
    followed_otherwise = ~pl.col("found.followed_by_flc").fill_null(value=False)
    urine_is_due = (is_very_good & ~is_free | is_complete & ~by_baseline) & had_no_fixation
    progresses = pl.col("PD.flc").fill_null(value=False)
    followed = followed_otherwise & pl.when(response == "PD").then(progresses).otherwise(response != "NE")
    return {
        URINE_KNOWN_FREE: is_free & is_very_good | by_baseline & is_complete,
        FLC_FOR_URINE: by_flc & (followed | urine_is_due),
        CR_BY_SERUM: by_serum & is_complete & ~by_baseline & ~by_flc,
    }


def _named(deciding: dict[str, pl.Expr]) -> pl.Expr:
    """`clauses` with the names of what decided behind the others."""
    return pl.concat_list("clauses", names_where(deciding)).cast(Names).alias("clauses")
