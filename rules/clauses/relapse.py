"""Refractoriness and relapse (section 11). One row is a drug of a treatment (`RR.refractory`), a patient with the drugs
counted (the levels of refractoriness), or a line with its confirmed progression.
"""

from __future__ import annotations

from functools import reduce
from operator import and_

import polars as pl

from rules.clauses.defining_events import EVENTS
from rules.clauses.response import serum_m, urine_m
from rules.criterion import Criterion, criterion
from rules.verdict import (
    Quantity,
    Verdict,
    any_of,
    at_least,
    at_most,
    clause,
    fact,
    mask_where,
    missing_column,
    quantity,
    rises_by,
    stated,
    under,
)

BY_M_PROTEIN = ("PD.serum", "PD.urine", "PD.flc")
BY_CELLS = ("PD.marrow", "PD.cells")
SIGNS = {"PD.bone": "findings", "PD.plasmacytoma": "findings", "PD.calcium": "labs"}  # and whose window each has
AGGRESSIVE = ("RR.clinical", "LDH.high", "CA.high", "RR.doubled")
COUNTED = ("proteasome_inhibitor", "immunomodulatory_drug", "anti_cd38", "lenalidomide", "bortezomib")

# days from the first dose to the first progression after it, whatever line that is in
progression = quantity("progression_days", open_ended=False)
serum_m_before = quantity("serum_m_before_g_dl", "m_protein_before")
urine_m_before = quantity("urine_m_before_mg_24h", "m_protein_before")
age = quantity("age_years", "birth_date", open_ended=False)


def last_dose() -> Quantity:
    """Days from the first dose to the last; where there is no end, from none to the next line's start."""
    end, next_line = pl.col("last_dose_days"), pl.col("next_line_days").clip(0)
    return Quantity(end.fill_null(0), pl.coalesce(end, next_line), mask_where(end.is_null(), "last_dose"))


@criterion("RR.refractory")
def progresses_on_the_drug(c: Criterion) -> Verdict:
    has_progressed = fact(pl.col("progression_days").is_not_null())
    is_on_it = has_progressed & at_most(progression - last_dose(), c.within_days)
    has_unseen_course = stated(pl.when("course_is_known").then(False), "progression")
    return is_on_it | has_unseen_course


@criterion("RR.double")
def lenalidomide_and_bortezomib(c: Criterion) -> Verdict:
    return _counts(c)


@criterion("RR.triple_class")
def a_drug_of_each_class(c: Criterion) -> Verdict:
    return _counts(c)


@criterion("RR.penta")
def two_of_two_classes_and_an_anti_cd38(c: Criterion) -> Verdict:
    return _counts(c)


def _counts(c: Criterion) -> Verdict:
    """Whether the patient had, or is refractory to, as many different drugs of each kind as the level asks for."""
    return reduce(and_, (at_least(_count(name), number) for name, number in c.numbers.items()))


def _count(name: str) -> Quantity:
    return Quantity(pl.col(name), pl.col(f"{name}_max"), pl.col(missing_column("counts")))


@criterion("RR.biochemical")
def m_protein_or_light_chains_rise_and_nothing_else(_: Criterion) -> Verdict:
    is_clinical = any_of(fact(_is_true("RR.clinical")), *map(_unless_lost, SIGNS))
    return _found_by(*BY_M_PROTEIN) & ~_found_by(*BY_CELLS, *SIGNS) & ~is_clinical


def _unless_lost(sign: str) -> Verdict:
    """No, as it was not looked for; unknown where what was recorded near the progression could not be read."""
    is_lost = _is_true(f"{sign}_lost")
    return Verdict(pl.when(~is_lost).then(False), pl.when(is_lost).then(missing_column(sign)).otherwise(0))


def _found_by(*clause_ids: str) -> Verdict:
    """Whether the visit was found to progress by one of them; unknown where no visit decides."""
    holds = pl.any_horizontal(_is_true(f"at_visit_{clause_id}") for clause_id in clause_ids)
    return stated(pl.when("is_seen_at_visit").then(holds), "progression")


def _is_true(name: str) -> pl.Expr:
    return pl.col(name).fill_null(value=False)


@criterion("RR.clinical")
def bone_plasmacytoma_or_calcium_shows_it(_: Criterion) -> Verdict:
    return any_of(*(clause(sign) for sign in SIGNS), clause("RR.new_event"))


@criterion("RR.new_event")
def an_event_is_there_that_was_not_before(_: Criterion) -> Verdict:
    return any_of(*(clause(event) & ~clause(f"before_{event}") for event in EVENTS))


@criterion("RR.doubled")
def m_protein_doubles(c: Criterion) -> Verdict:
    in_urine = stated(pl.col("MEAS.urine"), "urine_m_protein")
    return rises_by(serum_m, serum_m_before, c.relative_rise) | (
        in_urine & rises_by(urine_m, urine_m_before, c.relative_rise)
    )


@criterion("RR.aggressive")
def any_sign_of_aggressive_relapse(_: Criterion) -> Verdict:
    return any_of(*(clause(part) for part in AGGRESSIVE))


@criterion("RR.interval")
def every_possible_last_dose_is_in_one_group(c: Criterion) -> Verdict:
    """Whether `interval_group` is known."""
    is_short = interval_group(c) == f"<{c.short_below_months}"
    return stated(pl.when(pl.col("last_dose_on").is_not_null() | is_short).then(True), "last_dose")


def interval_group(c: Criterion) -> pl.Expr:
    """Group of the time from the last dose, or from the last day known to be on treatment, to the progression."""
    last, progressed_on = pl.coalesce("last_dose_on", "last_known_dose_on"), pl.col("progression_date")
    short, long = c.short_below_months, c.long_above_months
    return (
        pl.when(progressed_on < last.dt.offset_by(f"{short}mo"))
        .then(pl.lit(f"<{short}"))
        .when(progressed_on <= last.dt.offset_by(f"{long}mo"))
        .then(pl.lit(f"{short}-{long}"))
        .otherwise(pl.lit(f">{long}"))
    )


@criterion("RR.transplant_again")
def young_long_in_response_and_of_standard_risk(c: Criterion) -> Verdict:
    lasted = pl.col("progressed_after_transplant_on") >= pl.col("transplanted_on").dt.offset_by(
        f"{c.response_months}mo"
    )
    # without a date of a transplant there was none, or it is unknown whether there was one
    lasted_long = stated(pl.col("had_transplant"), "phase") & fact(lasted.fill_null(value=True))
    return under(age, c.age_under_years) & lasted_long & ~clause("CA.high")
