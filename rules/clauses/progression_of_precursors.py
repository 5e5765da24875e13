"""Progression of MGUS and smouldering myeloma (SMM.progression). One row is one patient on one date, with Table 1
decided on it, and whether a clone had been shown by then.
"""

from __future__ import annotations

import polars as pl

from rules.clauses.defining_events import BIOMARKERS, EVENTS, clonal_cells
from rules.clauses.diagnosis import is_proven
from rules.criterion import Criterion, criterion
from rules.verdict import Verdict, any_of, at_least, bit, clause, stated

# Without these nobody looked for an event.
LOOKED_FOR = ("calcium", "creatinine", "hemoglobin", "bone_imaging")
_events = any_of(*map(clause, (*EVENTS, *BIOMARKERS)))


def is_a_clone(c: Criterion) -> Verdict:
    """Whether a marrow or a biopsy shows the clone of myeloma; `c` is the section of DX.myeloma."""
    return at_least(clonal_cells, c.at_least_percent) | is_proven


def becomes_myeloma() -> Verdict:
    """Myeloma by Table 1; of a clone that was there before (none goes away untreated) an event or biomarker alone."""
    return clause("DX.myeloma") | (stated(pl.col("had_clone"), "marrow") & _events)


@criterion("SMM.progression")
def myeloma_leukaemia_or_amyloidosis_holds(_: Criterion) -> Verdict:
    return any_of(clause("DX.al"), clause("DX.pcl"), becomes_myeloma())


def not_looked_for(progression: Verdict) -> pl.Expr:
    """Mask of the tests whose absence leaves an event, or the clone where there is an event, unknown; 0: none."""
    looked_for = progression.missing & sum(map(bit, LOOKED_FOR))
    return pl.when(_events.truth.fill_null(value=False)).then(progression.missing).otherwise(looked_for)
