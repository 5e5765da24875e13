"""What a reading for routine care relaxes (section 16). One row is one visit, with what is known of its patient's urine
up to it, and with the verdicts of progression.

A relaxation that is unknown relaxes nothing: the visit waits for the tests that it waits for in the strict reading.
"""

from __future__ import annotations

import polars as pl

from rules.clauses.response import dflc, flc_is_measured, flc_missing, urine_m, urine_m_baseline
from rules.criterion import Criterion, criterion
from rules.verdict import Verdict, at_most, clause, fact, required, stated

URINE_KNOWN_FREE = "ROUTINE.urine_known_free"
CR_BY_SERUM = "ROUTINE.cr_by_serum"
NEXT_LINE = "ROUTINE.next_line"
TWO_MARKERS = "ROUTINE.two_markers"
FLC_FOR_URINE = "ROUTINE.flc_for_urine"
RELAXATIONS = [URINE_KNOWN_FREE, CR_BY_SERUM, NEXT_LINE, TWO_MARKERS, FLC_FOR_URINE]
OF_URINE = [URINE_KNOWN_FREE, CR_BY_SERUM, FLC_FOR_URINE]

_both_chains = pl.when(dflc.low.is_not_null()).then(True)
_chains_are_there = Verdict(_both_chains, pl.when(_both_chains.is_null()).then(flc_missing).otherwise(0))
_no_urine_figure = fact(urine_m.low.is_null())
_no_urine_fixation = fact(pl.col("urine_immunofixation_positive").is_null())
_urine_was_read = fact(~pl.col("any_urine_m_protein_lost").fill_null(value=False))


@criterion(URINE_KNOWN_FREE)
def urine_was_free_and_is_not_tested(_: Criterion) -> Verdict:
    baseline_is_free = at_most(urine_m_baseline, 0) & ~fact(
        pl.col("urine_immunofixation_baseline_positive").fill_null(value=False)
    )
    return (
        baseline_is_free
        & ~fact(pl.col("urine_positive_in_line"))
        & _no_urine_figure
        & _no_urine_fixation
        & _urine_was_read
    )


@criterion(CR_BY_SERUM)
def urine_was_never_positive(_: Criterion) -> Verdict:
    was_tested = pl.col("urine_tested_before") | urine_m.low.is_not_null()
    return (
        required(was_tested, "urine_immunofixation")
        & ~fact(pl.col("urine_positive_before"))
        & ~fact((urine_m.high > 0).fill_null(value=False))
        & _no_urine_fixation
        & _urine_was_read
    )


@criterion(TWO_MARKERS)
def two_markers_progress(_: Criterion) -> Verdict:
    serum, urine, light_chains = clause("PD.serum"), clause("PD.urine"), clause("light_chains_rise")
    return (serum & urine) | (serum & light_chains) | (urine & light_chains)


@criterion(FLC_FOR_URINE)
def light_chains_stand_for_urine(_: Criterion) -> Verdict:
    return (
        stated(pl.col("isotype") == "light_chain", "isotype")
        & flc_is_measured
        & ~fact(pl.col("MEAS.serum").fill_null(value=True))
        & _no_urine_figure
        & _chains_are_there
    )
