"""Frailty (section 12). One row is one patient on one date, with the findings nearest to it and the age at it."""

from __future__ import annotations

import polars as pl

from rules.clauses.points import group_of, is_in_one_group, points
from rules.criterion import Criterion, criterion
from rules.verdict import Quantity, Verdict, above, at_least, at_most, measured, quantity

age = quantity("age_years", "birth_date", open_ended=False)
charlson = measured("charlson")
ecog = measured("ecog")
adl = measured("adl")
iadl = measured("iadl")


@criterion("FRAIL.simplified")
def every_possible_total_is_frail_or_none_is(c: Criterion) -> Verdict:
    return is_in_one_group(simplified_points(c), lambda total: simplified_group(total, c))


def simplified_points(c: Criterion) -> Quantity:
    """Range of the total of age, Charlson's index and ECOG performance status."""
    return (
        _age_points(c)
        + points(above(charlson, c.charlson_above), c.charlson_points)
        + points(at_least(ecog, c.ecog_from), c.ecog_points)
        + points(at_least(ecog, c.poor_ecog_from), c.poor_ecog_points - c.ecog_points)
    )


def simplified_group(total: pl.Expr, c: Criterion) -> pl.Expr:
    """Frail or not, of a total of points."""
    return group_of(total, [("non_frail", c.non_frail_up_to_points)], "frail")


@criterion("FRAIL.imwg")
def every_possible_total_is_in_one_group_of_the_imwg(c: Criterion) -> Verdict:
    return is_in_one_group(imwg_points(c), lambda total: imwg_group(total, c))


def imwg_points(c: Criterion) -> Quantity:
    """Range of the total of age, activities of daily living, the instrumental ones, and Charlson's index."""
    return (
        _age_points(c)
        + points(at_most(adl, c.adl_up_to), c.adl_points)
        + points(at_most(iadl, c.iadl_up_to), c.iadl_points)
        + points(at_least(charlson, c.charlson_from), c.charlson_points)
    )


def imwg_group(total: pl.Expr, c: Criterion) -> pl.Expr:
    """Fit, intermediate or frail, of a total of points."""
    limits = [("fit", c.fit_up_to_points), ("intermediate", c.intermediate_up_to_points)]
    return group_of(total, limits, "frail")


def _age_points(c: Criterion) -> Quantity:
    is_old, is_very_old = above(age, c.age_above_years), above(age, c.old_age_above_years)
    return points(is_old, c.age_points) + points(is_very_old, c.old_age_points - c.age_points)
