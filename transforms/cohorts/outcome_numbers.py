"""Every number of an outcome as rows of one table, for a file and for whoever repeats the analysis."""

from __future__ import annotations

import polars as pl

from transforms.cohorts.analysis import LETTERS
from transforms.cohorts.outcome_times import parts_of
from transforms.cohorts.outcomes import Outcome
from transforms.survival.tables import ALL, LANDMARKS

NUMBERS = {
    "part": pl.String,
    "stratum": pl.String,
    "name": pl.String,
    "reference": pl.String,
    "figure": pl.String,
    "value": pl.Float64,
    "ci_low": pl.Float64,
    "ci_high": pl.Float64,
    "p": pl.Float64,
    "reason": pl.String,
}
COUNTS = ("n", "n_unknown", "events", "n_entered_late", "n_never_at_risk", "n_entry_unknown")


def outcome_numbers(found: Outcome) -> pl.DataFrame:
    """One row per number: what it is of (`part`, `stratum`, its `name`, `reference`), the `figure`, value, limits, p.

    `part`: excluded (candidates in no curve: `stratum` a cohort, `reference` what was asked, `reason` why), survival,
    incidence (`reference`: the cause), comparison (tests of all groups), pairs, rmst (a group less the reference), cox
    and cox_adjusted (for age and sex). Months are of 30.4375 days, shares and incidences
    fractions. Null as in the tables of the job.
    """
    parts = [
        _excluded(found),
        *_summaries(found),
        *_incidences(found),
        *_tests(found),
        _pairs(found),
        _rmst(found),
        _models(found),
    ]
    whole = pl.concat([_table(part) for part in parts])
    return whole.with_columns(name=pl.col("stratum").replace_strict(_names(found), default=pl.col("stratum")))


def _names(found: Outcome) -> dict[str, str]:
    """What cohorts, and groups of them, are called."""
    cohorts = dict(zip(LETTERS, (cohort.name for cohort in found.analysis.cohorts), strict=False))
    if len(cohorts) == 1:
        return cohorts | {ALL: cohorts[LETTERS[0]]}
    parts = {group: parts_of(group, found.analysis) for group in found.groups}
    named = {
        group: cohorts[letter or ""] + (f": {level}" if level != ALL else "")
        for group, (letter, level) in parts.items()
    }
    return cohorts | named


def _table(part: pl.DataFrame) -> pl.DataFrame:
    """The rows with every column of `NUMBERS`."""
    lacking = [pl.lit(None, dtype).alias(name) for name, dtype in NUMBERS.items() if name not in part.columns]
    return part.with_columns(lacking).select(pl.col(name).cast(dtype) for name, dtype in NUMBERS.items())


def _in_order(rows: list[pl.DataFrame], found: Outcome) -> list[pl.DataFrame]:
    """Group by group, as they are shown."""
    places = {group: place for place, group in enumerate(found.groups)}
    whole = pl.concat([_table(row) for row in rows])
    place = pl.col("stratum").replace_strict(places, default=len(places), return_dtype=pl.Int64)
    return [whole.sort(place, maintain_order=True)]


def _excluded(found: Outcome) -> pl.DataFrame:
    return found.excluded.select(
        "reason", stratum="cohort", reference="step", part=pl.lit("excluded"), figure=pl.lit("n"), value="n"
    )


def _summaries(found: Outcome) -> list[pl.DataFrame]:
    table = found.summaries
    if table.is_empty():
        return []
    limited = {
        "median_months": ("median_months", "median_ci_low", "median_ci_high"),
        **{f"at_{months}": (f"at_{months}", f"at_{months}_low", f"at_{months}_high") for months in LANDMARKS},
        "rmst_months": ("rmst_months", "rmst_ci_low", "rmst_ci_high"),
    }
    plain = (*COUNTS, "rmst_to_months", "followup_median_months", "at_risk_from_day")
    rows = [table.select("stratum", figure=pl.lit(name), value=name) for name in plain]
    rows += [
        table.select("stratum", figure=pl.lit(name), value=value, ci_low=low, ci_high=high)
        for name, (value, low, high) in limited.items()
    ]
    why = table.filter(pl.col("unestimable_because").is_not_null())
    rows.append(why.select("stratum", figure=pl.lit("curve"), reason="unestimable_because"))
    return _in_order([row.with_columns(part=pl.lit("survival")) for row in rows], found)


def _incidences(found: Outcome) -> list[pl.DataFrame]:
    table = found.incidences
    if table.is_empty():
        return []
    named = {"part": pl.lit("incidence"), "reference": pl.col("cause")}
    rows = [table.select("stratum", figure=pl.lit(name), value=name, **named) for name in ("n", "events")]
    rows += [
        table.select("stratum", figure=pl.lit(at), value=at, ci_low=f"{at}_low", ci_high=f"{at}_high", **named)
        for at in (f"at_{months}" for months in LANDMARKS)
    ]
    return _in_order(rows, found)


def _tests(found: Outcome) -> list[pl.DataFrame]:
    rows = [
        found.summaries.filter(pl.col(p).is_not_null()).select(p=pl.col(p), figure=pl.lit(name)).unique()
        for p, name in (("p_logrank", "logrank"), ("p_trend", "trend"))
    ]
    rows.append(found.gray.select("reason", reference="cause", figure=pl.lit("gray"), value="statistic", p="p_gray"))
    return [row.with_columns(part=pl.lit("comparison")) for row in rows]


def _pairs(found: Outcome) -> pl.DataFrame:
    both = [("p_logrank", "logrank"), ("p_holm", "logrank_holm")]
    rows = [found.pairs.select("stratum", "reference", figure=pl.lit(name), p=of) for of, name in both]
    return pl.concat(rows).with_columns(part=pl.lit("pairs"))


def _rmst(found: Outcome) -> pl.DataFrame:
    differences = found.rmst.select(
        "stratum", "reference", "ci_low", "ci_high", "p", figure=pl.lit("difference_months"), value="difference"
    )
    to = found.rmst.select("stratum", "reference", figure=pl.lit("to_months"), value="to_months")
    return pl.concat([differences, to], how="diagonal").with_columns(part=pl.lit("rmst"))


def _models(found: Outcome) -> pl.DataFrame:
    table = found.hazard_ratios
    level = pl.coalesce("level", "covariate")
    named = {
        "part": pl.when("adjusted").then(pl.lit("cox_adjusted")).otherwise(pl.lit("cox")),
        "stratum": pl.when(pl.col("covariate") == found.split).then(level).otherwise("covariate"),
    }
    ratios = table.select(
        "reference", "ci_low", "ci_high", "p", "reason", figure=pl.lit("hazard_ratio"), value="hazard_ratio", **named
    )
    checks = table.select("reference", figure=pl.lit("proportional_hazards"), p="p_proportional", **named)
    return pl.concat([ratios, checks], how="diagonal")
