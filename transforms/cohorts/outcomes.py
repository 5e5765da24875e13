"""What becomes of cohorts: curves, their figures, and how groups compare, by the functions of the batch job.

From the start of a time, or from a landmark. Groups are cohorts, the levels of an attribute, or both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
import polars as pl

from transforms.cohorts.analysis import Analysis
from transforms.cohorts.outcome_times import groups_in_order, outcome_times, split_of
from transforms.models.competing import (
    COMPETING_RISK_TEST,
    grays_tests,
    incidence_curves,
)
from transforms.models.cox import HAZARD_RATIO, age_and_sex, model
from transforms.models.inputs import Origin, as_table
from transforms.survival import SURVIVAL, SURVIVAL_CURVE, TELLS_NOTHING, TIME, curves_of
from transforms.survival.cohort import is_seen
from transforms.survival.comparisons import p_logrank
from transforms.survival.curves import kaplan_meier, restricted_means
from transforms.survival.risk_sets import NORMAL_QUANTILE
from transforms.survival.tables import DAYS_PER_MONTH, LANDMARKS, RMST_MONTHS

# Endpoints that something else can prevent: no curve is right that takes it for the end of being watched. Cause ->
# reasons of the time's end.
CAUSES: dict[str, dict[str, tuple[str, ...]]] = {
    "TTP": {"progression": ("progression",), "death": ("death",)},
    "TTR": {"response": ("response",), "progression_or_death": ("progression", "death")},
}
# More groups can't be told apart, nor compared by what a reader could weigh.
MOST_GROUPS = 8
MOST_PAIRED = 5

PAIR = {"stratum": pl.String, "reference": pl.String}
PAIRS = {**PAIR, "p_logrank": pl.Float64, "p_holm": pl.Float64}
RMST_DIFFERENCES = {
    **PAIR,
    **dict.fromkeys(
        ("to_months", "rmst_months", "reference_months", "difference", "ci_low", "ci_high", "p"), pl.Float64
    ),
}
INCIDENCES = {
    "stratum": pl.String,
    "cause": pl.String,
    "n": pl.Int64,
    "events": pl.Int64,
    **{f"at_{months}{limit}": pl.Float64 for months in LANDMARKS for limit in ("", "_low", "_high")},
}


@dataclass(frozen=True)
class Outcome:
    """The frames of one analysis.

    `groups` in their order; `people`: a row per member with a time (`outcome_times`); `excluded`: who has none.
    `summaries` and `curves` as `survival` has them; of a competing endpoint these are of its causes: `incidences` and
    `curves` as cumulative_incidence has them, `gray` as competing_risk_test. `pairs`: log-rank tests of two groups,
    with Holm's p of all. `rmst`: each group's restricted mean less the first's, to the longest time that all are
    followed. `hazard_ratios`: Cox models on the group, alone and adjusted for age and sex. `models_refused`: why no
    groups are compared by models: several_rows (members that are one patient are not independent), too_many_groups,
    one_group; None: they are.
    """

    analysis: Analysis
    split: str
    groups: list[str]
    people: pl.DataFrame
    excluded: pl.DataFrame
    hazard_ratios: pl.DataFrame
    models_refused: str | None
    summaries: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SURVIVAL))
    curves: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SURVIVAL_CURVE))
    incidences: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=INCIDENCES))
    gray: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=COMPETING_RISK_TEST))
    pairs: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PAIRS))
    rmst: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=RMST_DIFFERENCES))

    @property
    def known_groups(self) -> list[str]:
        """The groups that are compared."""
        return [group for group in self.groups if group not in TELLS_NOTHING]

    @property
    def is_competing(self) -> bool:
        """Whether it is of cumulative incidences."""
        return self.analysis.endpoint in CAUSES


def outcome(members: pl.DataFrame, steps: pl.DataFrame, analysis: Analysis) -> Outcome:
    """The outcome of an analysis that is `checked`, of its `members` and `steps`."""
    people, excluded = outcome_times(members, steps, analysis)
    split = split_of(analysis)
    groups = groups_in_order(people["stratum"], analysis)
    known = [group for group in groups if group not in TELLS_NOTHING]
    by_patient = bool(people.filter(is_seen(), pl.col("stratum").is_in(known))["patient_id"].is_duplicated().any())
    refused = _refused(known, by_patient=by_patient)
    origin = Origin(analysis.endpoint, analysis.origin, analysis.line)
    seen = people.filter(is_seen())
    ratios = as_table([], HAZARD_RATIO) if refused else _models(people, origin, known, analysis)
    found = Outcome(analysis, split, groups, people, excluded, ratios, refused)
    if analysis.endpoint in CAUSES:
        curves, gray = _competing(people, origin, split, CAUSES[analysis.endpoint])
        read = _incidences(curves, seen, groups)
        return replace(found, curves=curves, incidences=read, gray=gray if refused is None else gray.clear())
    summaries, curves = _survival(people, origin, split, by_patient=by_patient)
    return replace(
        found,
        summaries=summaries,
        curves=curves,
        pairs=_pairs(seen, known, by_patient=by_patient) if 2 < len(known) <= MOST_PAIRED else found.pairs,
        rmst=_rmst_differences(seen, known) if refused is None else found.rmst,
    )


def _refused(known: list[str], *, by_patient: bool) -> str | None:
    if len(known) < 2:
        return "one_group"
    if len(known) > MOST_GROUPS:
        return "too_many_groups"
    return "several_rows" if by_patient else None


def _survival(
    people: pl.DataFrame, origin: Origin, split: str, *, by_patient: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    key = {name: pl.lit(value, SURVIVAL[name]) for name, value in origin._asdict().items()}
    times = people.select(*TIME, "stratum", stratum_by=pl.lit(split), **key)
    return curves_of(times, by_patient=by_patient)


def _competing(
    people: pl.DataFrame, origin: Origin, split: str, causes: Mapping[str, tuple[str, ...]]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cumulative incidences of the causes, and Gray's tests."""
    cause = [pl.when(pl.col("reason").is_in(reasons)).then(pl.lit(name)) for name, reasons in causes.items()]
    state = pl.coalesce(*cause, pl.lit("censored")).cast(pl.Enum(["censored", *causes]))
    named = people.select("days", "event", "entry_days", pl.col("stratum").alias(split), state=state)
    return incidence_curves(named.filter(is_seen()), origin, split), grays_tests(named, origin, split)


def _incidences(curves: pl.DataFrame, seen: pl.DataFrame, groups: list[str]) -> pl.DataFrame:
    """What is read off the curves of each group and cause; null where no patient is followed that far."""
    columns = {"": "incidence", "_low": "ci_low", "_high": "ci_high"}
    at = {
        f"at_{months}{limit}": pl.when((pl.col("day") >= months * DAYS_PER_MONTH).any()).then(
            pl.col(column).filter(pl.col("day") <= months * DAYS_PER_MONTH).last()
        )
        for months in LANDMARKS
        for limit, column in columns.items()
    }
    found = curves.group_by("stratum", "cause", maintain_order=True).agg(events=pl.col("events").sum(), **at)
    counted = found.join(seen.group_by("stratum").len("n"), on="stratum", how="left", maintain_order="left")
    place = pl.col("stratum").replace_strict({g: i for i, g in enumerate(groups)}, default=0, return_dtype=pl.Int64)
    return counted.sort(place, maintain_order=True).select(
        pl.col(name).cast(dtype) for name, dtype in INCIDENCES.items()
    )


def _pairs(seen: pl.DataFrame, known: list[str], *, by_patient: bool) -> pl.DataFrame:
    """The log-rank test of each two groups, with Holm's correction for how many there are."""
    found = [
        {
            "stratum": second,
            "reference": first,
            "p_logrank": p_logrank(
                seen.filter(pl.col("stratum").is_in([first, second])), "stratum", by_patient=by_patient
            ),
        }
        for first, second in combinations(known, 2)
    ]
    tested = pl.DataFrame(found, schema={name: PAIRS[name] for name in (*PAIR, "p_logrank")}).with_row_index()
    rank = pl.col("p_logrank").rank("ordinal")
    holm = (pl.col("p_logrank") * (pl.col("p_logrank").count() - rank + 1)).clip(upper_bound=1)
    return tested.sort("p_logrank").with_columns(p_holm=holm.cum_max()).sort("index").select(*PAIRS)


def _rmst_differences(seen: pl.DataFrame, known: list[str]) -> pl.DataFrame:
    """Each group's mean of the first months less the first group's, to the time that all are followed, 60 at most;
    none where a group has no curve.
    """
    numbered = {group: place for place, group in enumerate(known)}
    followed = seen.filter(pl.col("stratum").is_in(known)).with_columns(
        curve=pl.col("stratum").replace_strict(numbered, return_dtype=pl.Int64)
    )
    steps = kaplan_meier(followed)
    means = restricted_means(steps, _common_days(steps)).sort("curve")
    if means.height < len(known):  # a curve that can't be estimated, or no day that all are followed
        return pl.DataFrame(schema=RMST_DIFFERENCES)
    first = means.row(0, named=True)
    from scipy.special import ndtr  # takes long to load

    others = means.filter(pl.col("curve") > 0).with_columns(
        difference=pl.col("mean") - first["mean"], wide=(pl.col("error") ** 2 + first["error"] ** 2).sqrt()
    )
    z = others.select(pl.when(pl.col("wide") > 0).then(pl.col("difference").abs() / pl.col("wide"))).to_series()
    days = {
        "to_months": pl.col("until"),
        "rmst_months": pl.col("mean"),
        "reference_months": pl.lit(first["mean"]),
        "difference": pl.col("difference"),
        "ci_low": pl.col("difference") - NORMAL_QUANTILE * pl.col("wide"),
        "ci_high": pl.col("difference") + NORMAL_QUANTILE * pl.col("wide"),
    }
    return (
        others.with_columns(p=pl.Series(2 * ndtr(-z.cast(pl.Float64).to_numpy())).fill_nan(None))
        .select(
            pl.col("curve").replace_strict(dict(enumerate(known)), return_dtype=pl.String).alias("stratum"),
            "p",
            reference=pl.lit(known[0]),
            **{name: of / DAYS_PER_MONTH for name, of in days.items()},
        )
        .select(*RMST_DIFFERENCES)
    )


def _common_days(steps: pl.DataFrame) -> float:
    """The days that every curve tells of, 60 months at most: one that has come to 0 tells of all."""
    last = steps.group_by("curve").agg(pl.col("day").last(), alive=pl.col("survival").last() > 1e-9)
    ends = last.filter("alive")["day"].to_numpy()
    return float(np.min([RMST_MONTHS * DAYS_PER_MONTH, *ends]))


def _models(people: pl.DataFrame, origin: Origin, known: list[str], analysis: Analysis) -> pl.DataFrame:
    """Cox models on the group; of a competing endpoint on its own event, so that the hazard is the cause's."""
    factor = pl.when(pl.col("stratum").is_in(known)).then("stratum").alias("stratum")
    prepared = people.with_columns(factor, *age_and_sex())
    is_adjustable = analysis.by not in ("sex", "age_band")  # these are what it would be adjusted for
    rows = [
        row
        for adjusted in ((False, True) if is_adjustable else (False,))
        for row in model(prepared, origin, "stratum", known, adjusted=adjusted)
    ]
    named = pl.col("factor", "covariate").replace({"stratum": split_of(analysis)})
    return as_table(rows, HAZARD_RATIO).with_columns(named)
