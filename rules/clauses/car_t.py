"""Who may have anti-BCMA CAR-T (section 11). One row is one visit, with what had been given and found by then."""

from __future__ import annotations

from functools import reduce
from operator import and_

import polars as pl

from rules.clauses.diagnosis import is_diagnosed
from rules.criterion import Criterion, criterion
from rules.verdict import Verdict, any_of, at_least, clause, fact, quantity, stated

CLASSES = ("proteasome_inhibitor", "immunomodulatory_drug", "anti_cd38")
PARTS = (
    "RR.car_t_lines",
    "RR.car_t_classes",
    "RR.car_t_progression",
    "RR.car_t_cns",
    "RR.car_t_earlier",
    "RR.car_t_disease",
)
EXCLUDED = ("DX.pcl", "DX.al", "DX.poems")  # clauses of the diagnoses that rule it out
# what each of them does not hold without
EXCLUDING_SIGNS = ("circulating_plasma_cells", "al_amyloidosis", "polyneuropathy")
EARLIER = ("allogeneic_transplant", "car_t")  # phases of treatment that rule it out
lines_begun = quantity("lines_count", "treatment")


@criterion("RR.car_t_lines")
def enough_lines_were_begun(c: Criterion) -> Verdict:
    return at_least(lines_begun, c.lines_count)


@criterion("RR.car_t_classes")
def all_three_classes_were_given(_: Criterion) -> Verdict:
    return reduce(and_, (stated(pl.col(f"had_{name}"), "drugs") for name in CLASSES))


@criterion("RR.car_t_progression")
def the_last_line_progressed(_: Criterion) -> Verdict:
    return stated(pl.col("has_progressed"), "progression")


@criterion("RR.car_t_cns")
def the_central_nervous_system_is_free(_: Criterion) -> Verdict:
    return ~stated(pl.col("cns_involvement"), "cns_involvement")


@criterion("RR.car_t_earlier")
def neither_allograft_nor_car_t_before(_: Criterion) -> Verdict:
    may_be_another = stated(pl.when("names_are_known").then(False), "drugs")
    return ~(stated(pl.col("had_allograft_or_car_t"), "phase") | may_be_another)


@criterion("RR.car_t_disease")
def the_disease_is_not_excluded(c: Criterion) -> Verdict:
    may_be_found = (_unless_lost(sign) for sign in EXCLUDING_SIGNS)
    return ~any_of(is_diagnosed(*c.diagnoses), fact(pl.col("is_found_by_the_visit")), *may_be_found)


def _unless_lost(sign: str) -> Verdict:
    """No, or unknown where a record of the sign up to the visit could not be read."""
    is_lost = pl.col(f"{sign}_lost").fill_null(value=False)
    return stated(pl.when(~is_lost).then(False), sign)


@criterion("RR.car_t")
def every_part_holds(_: Criterion) -> Verdict:
    return reduce(and_, (clause(part) for part in PARTS))
