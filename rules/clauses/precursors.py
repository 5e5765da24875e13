"""Risk of MGUS and smouldering myeloma (section 10). One row is one patient, with the values nearest the diagnosis and,
for what evolves, the highest and lowest of the months after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce, wraps
from operator import add, and_

import polars as pl

from rules.clauses.defining_events import clonal_cells, creatinine, may_be_of
from rules.clauses.diagnosis import isotype_is
from rules.clauses.flc import ratio_is_abnormal, unless_undetectable
from rules.clauses.points import group_of, is_in_one_group, points
from rules.clauses.response import kappa, lambda_, serum_m
from rules.clauses.staging import gain1q, t_4_14, t_14_16
from rules.criterion import Criterion, criterion
from rules.verdict import (
    Quantity,
    Verdict,
    above,
    any_of,
    at_least,
    at_most,
    is_known,
    quantity,
    rises_by,
    stated,
)


@dataclass(frozen=True)
class Risk:
    """What a model says: its factors by name, the range of the points, and the group, valid where it is `known`.

    `known` is false for patients outside the model.
    """

    factors: Mapping[str, Verdict]
    points: Quantity
    group: pl.Expr
    known: Verdict


Model = Callable[[Criterion], Risk]
MODELS: dict[str, Model] = {}
NONE = "0"  # the group without a factor

serum_m_before = quantity("serum_m_g_dl", "m_protein_before")
immunoglobulin_before = quantity("immunoglobulin_g_dl", "m_protein_before")
hemoglobin_before = quantity("hemoglobin_g_dl", "hemoglobin_before")
lowest_hemoglobin = quantity("hemoglobin_late_g_dl", "hemoglobin")
last_serum_m = quantity("serum_m_last_g_dl", "serum_m_protein")
trend = {
    "serum_m": quantity("serum_m_trend_g_dl", "serum_m_protein"),
    "creatinine": quantity("creatinine_trend_mg_dl", "creatinine"),
    "hemoglobin": quantity("hemoglobin_trend_g_dl", "hemoglobin"),
}
days_to_last = quantity("serum_m_last_days", "serum_m_protein", open_ended=False)
del13q = stated(pl.col("del13q"), "del13q")
has_high_risk_fish = any_of(t_4_14, t_14_16, gain1q, del13q)


def model(clause_id: str) -> Callable[[Model], Model]:
    """Register a model; its clause asks whether the group is known."""

    def register(function: Model) -> Model:
        @wraps(function)
        def known(c: Criterion) -> Verdict:
            return function(c).known

        MODELS[clause_id] = function
        criterion(clause_id)(known)
        return function

    return register


def predicted(c: Criterion) -> dict[str, float]:
    """Progression at the horizon by group, as a fraction; empty where the source gives none."""
    percent = c.numbers.get("predicted_percent", [])
    groups = c.numbers.get("predicted_groups", c.groups)
    return {group: figure / 100 for group, figure in zip(groups, percent, strict=bool(percent))}


@model("MGUS.2005")
def mgus_by_m_protein_isotype_and_ratio(c: Criterion) -> Risk:
    return _counted(
        {
            "m_protein": at_least(serum_m, c.m_protein_at_least_g_dl),
            "not_igg": ~isotype_is("IgG"),
            "flc_ratio": ratio_is_abnormal(kappa, lambda_, c),
        },
        c,
    )


@model("MGUS.2018")
def mgus_by_m_protein_and_ratio(c: Criterion) -> Risk:
    factors = {
        "m_protein": at_least(serum_m, c.m_protein_at_least_g_dl),
        "flc_ratio": ratio_is_abnormal(kappa, lambda_, c),
    }
    risk = _counted(factors, c)
    return Risk(risk.factors, risk.points, risk.group, ~isotype_is("IgM") & risk.known)


@model("SMM.2_20_20")
def smouldering_by_three_factors(c: Criterion) -> Risk:
    return _counted(_three_factors(c), c)


@model("SMM.4_factor")
def smouldering_by_four_factors(c: Criterion) -> Risk:
    return _counted(_three_factors(c) | {"fish": has_high_risk_fish}, c)


@model("SMM.score")
def smouldering_by_points(c: Criterion) -> Risk:
    ratio = [_involved_ratio(above, limit) for limit in c.flc_ratio_above]
    m_protein = [above(serum_m, limit) for limit in c.m_protein_above_g_dl]
    cells = [above(clonal_cells, limit) for limit in c.plasma_cells_above_percent]
    total = [
        *_steps(ratio, c.flc_ratio_points),
        *_steps(m_protein, c.m_protein_points),
        *_steps(cells, c.plasma_cells_points),
        points(has_high_risk_fish, c.fish_points),
    ]
    factors = {"flc_ratio": ratio[0], "m_protein": m_protein[0], "plasma_cells": cells[0], "fish": has_high_risk_fish}
    return _of_points(factors, reduce(add, total), c)


@model("SMM.2010")
def smouldering_by_number_of_factors(c: Criterion) -> Risk:
    skewed = at_most(kappa, c.ratio_at_most * lambda_) | at_least(kappa, c.ratio_at_least * lambda_)
    return _counted(
        {
            "plasma_cells": at_least(clonal_cells, c.plasma_cells_at_least_percent),
            "m_protein": at_least(serum_m, c.m_protein_at_least_g_dl),
            "flc_ratio": unless_undetectable(skewed, kappa, lambda_),
        },
        c,
    )


@model("SMM.evolving")
def smouldering_that_evolves(c: Criterion) -> Risk:
    factors = {
        "eMP": _either_measure(
            _rises("serum_m", serum_m_before, c), _rises("immunoglobulin", immunoglobulin_before, c)
        ),
        "eHb": at_least(hemoglobin_before - lowest_hemoglobin, c.hemoglobin_fall_g_dl),
        "plasma_cells": at_least(clonal_cells, c.plasma_cells_at_least_percent),
    }
    which = [pl.when(found.truth).then(pl.lit(name)) for name, found in factors.items()]
    group = pl.concat_str(which, separator="+", ignore_nulls=True).replace("", NONE)
    return Risk(factors, _count(factors), group, reduce(and_, map(is_known, factors.values())))


@model("SMM.slope")
def smouldering_with_a_steep_m_protein(c: Criterion) -> Risk:
    rise_mg_dl = 1000 * (last_serum_m - serum_m_before)
    return _counted({"slope": at_least(rise_mg_dl, c.rise_mg_dl_per_day * days_to_last)}, c)


@model("SMM.pangea")
def smouldering_by_trends(c: Criterion) -> Risk:
    return _counted(
        {
            "m_protein": at_least(trend["serum_m"] - serum_m_before, c.m_protein_rise_g_dl),
            "flc_ratio": (may_be_of("kappa") & _ratio_rises("kappa_lambda", c))
            | (may_be_of("lambda") & _ratio_rises("lambda_kappa", c)),
            "creatinine": above(trend["creatinine"], (1 + c.creatinine_relative_rise) * creatinine),
            "hemoglobin": at_least(hemoglobin_before - trend["hemoglobin"], c.hemoglobin_fall_g_dl),
        },
        c,
    )


def _ratio_rises(name: str, c: Criterion) -> Verdict:
    before, later = (quantity(f"{name}_{when}ratio", "flc_kappa", "flc_lambda") for when in ("", "trend_"))
    return at_least(later - before, c.flc_ratio_rise)


def _three_factors(c: Criterion) -> dict[str, Verdict]:
    reaches = {"at_least": at_least, "above": above}[c.compared]
    return {
        "m_protein": reaches(serum_m, c.m_protein_g_dl),
        "flc_ratio": _involved_ratio(reaches, c.flc_ratio),
        "plasma_cells": reaches(clonal_cells, c.plasma_cells_percent),
    }


def _involved_ratio(reaches: Callable[[Quantity, Quantity], Verdict], limit: float) -> Verdict:
    by_chain = (may_be_of("kappa") & reaches(kappa, limit * lambda_)) | (
        may_be_of("lambda") & reaches(lambda_, limit * kappa)
    )
    return unless_undetectable(by_chain, kappa, lambda_)


def _rises(name: str, before: Quantity, c: Criterion) -> Verdict:
    """M-protein or the immunoglobulin; where the edition asks for it, by so much at least, and early only of many."""
    early, late = (quantity(f"{name}_{when}_g_dl", "serum_m_protein") for when in ("early", "late"))
    by_early, by_late = (
        rises_by(value, before, relative) & at_least(value - before, c.numbers.get("rise_at_least_g_dl", 0))
        for value, relative in ((early, c.early_relative_rise), (late, c.late_relative_rise))
    )
    if "early_from_m_protein_g_dl" in c.numbers:
        by_early = at_least(serum_m_before, c.early_from_m_protein_g_dl) & by_early
    return by_early | by_late


def _either_measure(one: Verdict, other: Verdict) -> Verdict:
    """Either is enough, and where only one is known it decides."""
    truth = pl.coalesce(one.truth | other.truth, one.truth, other.truth)
    return Verdict(truth, pl.when(other.truth.is_null()).then(one.missing).otherwise(0))


def _steps(reached: Sequence[Verdict], worth: Sequence[float]) -> list[Quantity]:
    """Points of a value that reaches one limit after the other: what each adds to the one before."""
    return [points(step, here - before) for step, here, before in zip(reached, worth, [0.0, *worth], strict=False)]


def _count(factors: Mapping[str, Verdict]) -> Quantity:
    return reduce(add, (points(found, 1.0) for found in factors.values()))


def _counted(factors: Mapping[str, Verdict], c: Criterion) -> Risk:
    return _of_points(factors, _count(factors), c)


def _of_points(factors: Mapping[str, Verdict], total: Quantity, c: Criterion) -> Risk:
    def group(figure: pl.Expr) -> pl.Expr:
        *limited, beyond = c.groups
        return group_of(figure, [(name, float(name.split("-")[-1])) for name in limited], beyond)

    return Risk(factors, total, group(total.low), is_in_one_group(total, group))
