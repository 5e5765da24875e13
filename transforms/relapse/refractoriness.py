"""Refractory to which drugs, and to how many of which classes (RR.refractory, RR.double, RR.triple_class, RR.penta)."""

from __future__ import annotations

import math

import polars as pl

from rules.clauses.relapse import COUNTED
from rules.criterion import Edition
from rules.intake.drugs import CONVENTIONAL, PROCEDURE
from rules.verdict import TESTS, mask_where, missing_column
from transforms.judging import decided
from transforms.names import names_of
from transforms.relapse.drugs_given import MISSING

REFRACTORINESS = ["patient_id", "line", "drug", "class", "exposed", "refractory", "since", "unknown_because"]
REFRACTORY_LEVEL = ["patient_id", "level", "exposed", "refractory", "since"]
LEVELS = {"double": "RR.double", "triple_class": "RR.triple_class", "penta": "RR.penta"}
KINDS = {f"{name}_count": (pl.col("class") == name) | (pl.col("drug") == name) for name in COUNTED}
IS_NAMED = pl.col("drug").is_not_null()
UNNAMED = mask_where(~IS_NAMED, "drugs")


def refractoriness(given: pl.LazyFrame) -> pl.LazyFrame:
    """One row per patient, line and drug, of `given_drugs`; `missing` masks the tests that an unknown row waits for.

    `class` is null of conventional drugs, by which refractoriness is not judged. A drug that is not named or not known
    (null) may be any: `exposed` is null, and `refractory` false only where it was not failed.
    """
    progressed = pl.col("progressed")
    failed = pl.when(progressed.any()).then(True).when(progressed.is_not_null().all()).then(False)
    waits_for = pl.when(failed.is_null()).then(pl.col(MISSING).bitwise_or())
    return (
        given.filter(pl.col("class").ne_missing(PROCEDURE))
        .with_columns(pl.when(~pl.col("class").is_in(CONVENTIONAL)).then("class"))
        .group_by("patient_id", "line", "drug", "class")
        .agg(failed=failed, failed_on=pl.col("progressed_on").min(), waits_for=waits_for)
        .with_columns(
            exposed=pl.when(IS_NAMED).then(True),
            refractory=pl.when(IS_NAMED | ~pl.col("failed")).then("failed"),
            since=pl.when(IS_NAMED).then("failed_on"),
            missing=pl.col("waits_for").fill_null(0) | UNNAMED,
        )
        .with_columns(unknown_because=names_of(pl.col("missing"), TESTS))
    )


def refractory_levels(rows: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """One row per patient who had a drug and level, of `refractoriness`; null: unknown. Exposed to all that the
    level names is weaker than refractory to it.
    """
    of_drug = rows.group_by("patient_id", "class", "drug").agg(
        failed=pl.col("refractory").any(),
        may_have_failed=pl.col("refractory").is_null().any() | pl.col("refractory").any(),
        since=pl.col("since").min(),
        missing=pl.col("missing").bitwise_or(),
    )
    always = pl.lit(value=True)
    counted = {
        "exposed": _counts(of_drug, always, always, UNNAMED, edition),
        "refractory": _counts(of_drug, pl.col("failed"), pl.col("may_have_failed"), pl.col("missing"), edition),
    }
    known = {name: decided(frame, LEVELS.values(), edition) for name, frame in counted.items()}
    levels = [
        known["exposed"]
        .select("patient_id", level=pl.lit(level), exposed=clause_id)
        .join(
            known["refractory"].select("patient_id", refractory=clause_id, since=f"{level}_since"),
            on="patient_id",
        )
        .with_columns(since=pl.when("refractory").then("since"))
        for level, clause_id in LEVELS.items()
    ]
    return pl.concat(levels).select(REFRACTORY_LEVEL)


def _counts(
    of_drug: pl.LazyFrame, surely: pl.Expr, perhaps: pl.Expr, missing: pl.Expr, edition: Edition
) -> pl.LazyFrame:
    """Per patient the number of drugs of each kind, from what is certain to what is possible, and since when there are
    as many as each level asks for. A drug that is not named could be any number of any kind.
    """
    unnamed = pl.when((~IS_NAMED & perhaps).any()).then(math.inf).otherwise(0.0)
    counts = {name: (IS_NAMED & surely & kind).sum().cast(pl.Float64) for name, kind in KINDS.items()}
    most = {f"{name}_max": (IS_NAMED & perhaps & kind).sum() + unnamed for name, kind in KINDS.items()}
    since = {
        f"{level}_since": pl.max_horizontal(
            pl.col("since").filter(IS_NAMED & KINDS[name]).drop_nulls().sort().slice(number - 1, 1).first()
            for name, number in edition[clause_id].numbers.items()
        )
        for level, clause_id in LEVELS.items()
    }
    return of_drug.group_by("patient_id").agg(
        **counts, **most, **since, **{missing_column("counts"): missing.bitwise_or()}
    )
