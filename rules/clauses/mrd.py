"""Minimal residual disease (section 7). True is negative, false positive, null unknown.

`MRD.flow` and `MRD.seq` decide on one test in marrow; `MRD.imaging` and `MRD.sustained` on one date of such tests, with
the PET/CT nearest to it and what was found before.
"""

from __future__ import annotations

import polars as pl

from rules.criterion import Criterion, criterion
from rules.verdict import Verdict, at_most, clause, fact, quantity, required, stated

# The clause that a method is judged by; PCR counts for neither flow nor sequencing.
CLAUSE_OF_METHOD = {"NGF": "MRD.flow", "MFC": "MRD.flow", "NGS": "MRD.seq"}

# in percent of cells, as C.exact's decimals are meant for canonical units and not for 0.00001
sensitivity = quantity("sensitivity_percent")


@criterion("MRD.flow")
def flow_finds_none(c: Criterion) -> Verdict:
    return _finds_none(c)


@criterion("MRD.seq")
def sequencing_finds_none(c: Criterion) -> Verdict:
    return _finds_none(c)


def _finds_none(c: Criterion) -> Verdict:
    # A coarse look that finds nothing leaves open what a finer one would find; what is found is found at any.
    is_fine_enough = required(at_most(sensitivity, c.sensitivity_percent).truth)
    return stated(~pl.col("mrd_positive")) & is_fine_enough


@criterion("MRD.imaging")
def neither_marrow_nor_pet_ct_finds_any(_: Criterion) -> Verdict:
    return stated(pl.col("marrow_negative")) & stated(~pl.col("fdg_uptake_positive"))


@criterion("MRD.sustained")
def still_negative_after_a_year(_: Criterion) -> Verdict:
    return clause("MRD.imaging") & fact(pl.col("negative_since_a_year"))
