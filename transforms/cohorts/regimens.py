"""The lines of a cohort's members, and the regimen that each began with.

A member with a line is that line; one without (time starts with diagnosis) is every line of the patient.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import polars as pl

from rules.intake.drugs import CONVENTIONAL, PROCEDURE, classes, regimens
from transforms.survival.line_strata import CLASSES, LINE, TRANSPLANTS

MEMBER_LINE = ["cohort", *LINE]
BEGUN_WITHIN_DAYS = 30  # as response_rates_by_line_and_regimen has it
CAR_T = "car_t"
OTHER, CONVENTIONAL_ONLY, NOT_RECORDED, RARE = "other", "conventional", "not recorded", "rare"
ALL_REGIMENS = "all"  # together
# How regimens can be told apart: by three classes as the report has it, by every class, by their drugs.
WAYS = ("three_classes", "classes", "drugs")


def member_lines(members: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """A row per cohort and line of its members: `cohort` and the columns of `lines`."""
    own = members.filter(pl.col("line").is_not_null()).select("cohort", "patient_id", pl.col("line").cast(pl.Int64))
    every = members.filter(pl.col("line").is_null()).select("cohort", "patient_id").unique()
    of_line = own.unique().join(lines, on=LINE, how="inner")
    of_patient = every.join(lines, on="patient_id", how="inner").select(of_line.columns)
    # a line that is a member itself is no second time one of its patient's
    others = of_patient.join(of_line, on=MEMBER_LINE, how="anti")
    return pl.concat([of_line, others]).sort("cohort", "patient_id", "line")


def with_regimen(
    lines: pl.DataFrame,
    given_drug: pl.DataFrame,
    by: str,
    infused: pl.DataFrame | None = None,
    *,
    within_days: int | None = BEGUN_WITHIN_DAYS,
) -> pl.DataFrame:
    """Lines with `regimen`, what each began with, in one of `WAYS`; drugs begun later (maintenance) are not in it.

    `three_classes`: PI, IMiD and anti-CD38, those that it has joined by +, `other` where it has none of them.
    `classes`: every class but the conventional ones, of which alone it is `conventional`. `drugs`: the short name of
    the regimen, or its drugs joined by +; the high dose before a transplant is none of them. A line that has a drug
    without a name, or none, is `not recorded`. `infused` (patient_id, line, phase, start_date of treatments): a CAR-T
    whose phase alone is recorded is named by it, but for `three_classes`. `within_days` null: whatever was given in it.
    """
    begun = _begun(lines, given_drug, within_days)
    if by == "three_classes":
        named = begun.group_by(LINE).agg(regimen=_of_classes(list(CLASSES.values()), OTHER))
    else:
        begun = begun.filter(
            ~pl.col("phase").is_in(TRANSPLANTS).fill_null(value=False), pl.col("class").ne_missing(PROCEDURE)
        )
        if infused is not None:
            begun = pl.concat([begun, _car_t_by_phase(lines, begun, infused, within_days)], how="diagonal_relaxed")
        if by == "drugs":
            named = _by_drugs(begun)
        else:
            own = sorted(set(begun["token"].drop_nulls()) - set(CLASSES.values()))
            named = begun.group_by(LINE).agg(regimen=_of_classes([*CLASSES.values(), *own], CONVENTIONAL_ONLY))
    without = lines.drop("regimen", strict=False)
    return without.join(named, on=LINE, how="left", maintain_order="left").with_columns(
        pl.col("regimen").fill_null(NOT_RECORDED)
    )


def rare_together(rows: pl.DataFrame, within: list[str], at_least: int | pl.Expr) -> pl.DataFrame:
    """Rows whose `regimen` is of fewer than so many within each group as `rare`; what is not recorded stays apart."""
    is_rare = (pl.len().over([*within, "regimen"]) < at_least) & (pl.col("regimen") != NOT_RECORDED)
    return rows.with_columns(regimen=pl.when(is_rare).then(pl.lit(RARE)).otherwise("regimen"))


def _begun(lines: pl.DataFrame, given_drug: pl.DataFrame, within_days: int | None) -> pl.DataFrame:
    """Exposures that belong to what a line began with: one row each, with the `token` of its class."""
    starts = lines.select(*LINE, line_start="start_date").unique()
    is_conventional = pl.col("class").is_in([*CONVENTIONAL, PROCEDURE])
    return (
        given_drug.select(*LINE, "phase", "drug", "class", "start_date")
        .join(starts, on=LINE, how="inner")
        .filter(_is_early(within_days).fill_null(value=True))
        .with_columns(token=pl.when(~is_conventional).then(pl.col("class").replace(CLASSES)))
    )


def _is_early(within_days: int | None) -> pl.Expr:
    if within_days is None:
        return pl.lit(value=True)
    return pl.col("start_date") <= pl.col("line_start").dt.offset_by(f"{within_days}d")


def _car_t_by_phase(
    lines: pl.DataFrame, begun: pl.DataFrame, infused: pl.DataFrame, within_days: int | None
) -> pl.DataFrame:
    named = begun.filter(pl.col("class").str.ends_with(CAR_T)).select(LINE)
    return (
        infused.filter(pl.col("phase") == CAR_T)
        .with_columns(pl.col("line").cast(pl.Int64))
        .join(lines.select(*LINE, line_start="start_date").unique(), on=LINE, how="inner")
        .filter(_is_early(within_days))
        .join(named, on=LINE, how="anti")
        .select(*LINE, drug=pl.lit(CAR_T), token=pl.lit(CAR_T))
        .unique()
    )


def _of_classes(tokens: Sequence[str], none_of_them: str) -> pl.Expr:
    """The tokens found of a line's exposures, in this order."""
    found = pl.concat_str(
        [pl.when((pl.col("token") == token).any()).then(pl.lit(token)) for token in tokens],
        separator="+",
        ignore_nulls=True,
    )
    return (
        pl.when(pl.col("drug").is_null().any())
        .then(pl.lit(NOT_RECORDED))
        .when(found == "")
        .then(pl.lit(none_of_them))
        .otherwise(found)
    )


def _by_drugs(begun: pl.DataFrame) -> pl.DataFrame:
    last = pl.col("class").is_in(CONVENTIONAL).fill_null(value=False)
    listed = (
        begun.with_columns(last=last)
        .unique([*LINE, "drug"])
        .sort(*LINE, "last", "drug", nulls_last=True)
        .group_by(LINE, maintain_order=True)
        .agg(is_unnamed=pl.col("drug").is_null().any(), joined=pl.col("drug").drop_nulls().str.join("+"))
    )
    return listed.select(
        *LINE,
        regimen=pl.when("is_unnamed").then(pl.lit(NOT_RECORDED)).otherwise(pl.col("joined").replace(_short_names())),
    )


@cache
def _short_names() -> dict[str, str]:
    """Regimens' drugs, in the order in which `drugs` joins them, and the name most used."""

    def joined(drugs: tuple[str, ...]) -> str:
        return "+".join(sorted(drugs, key=lambda drug: (classes().get(drug) in CONVENTIONAL, drug)))

    return {joined(drugs): name for drugs, name in regimens().items()}
