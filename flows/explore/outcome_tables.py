"""The numbers of an outcome as rows of the page's tables, written as the language writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from flows.drawing.strata_looks import Stratum
from flows.explore.asked import Asked
from flows.explore.listing import of
from flows.explore.outcome_lists import within_link, without_link
from flows.explore.outcome_names import cohort_name
from flows.query.in_words import attribute_name
from transforms.cohorts.analysis import LETTERS
from transforms.cohorts.comparability import ALPHA, who_is_compared
from transforms.cohorts.filters import ALL as EVERYONE
from transforms.cohorts.filters import LANDMARK
from transforms.cohorts.outcome_times import STRATUM
from transforms.cohorts.outcome_times import TIME as OF_TIME
from transforms.cohorts.outcomes import Outcome
from transforms.survival.cohort import is_seen
from transforms.survival.tables import LANDMARKS

Row = dict[str, Any]


class Tables:
    """The tables of one outcome."""

    def __init__(self, asked: Asked, found: Outcome, strata: list[Stratum]) -> None:
        self.asked, self.found, self.words = asked, found, asked.words
        self.strata = strata
        self.names = {stratum.code: stratum.name for stratum in strata}

    def figures(self) -> list[Row]:
        """A row per group: patients, events, median, what survives at each time, restricted mean, follow-up."""
        of_group = {row["stratum"]: row for row in self.found.summaries.to_dicts()}
        return [self._figures(stratum, of_group[stratum.code]) for stratum in self.strata if stratum.code in of_group]

    def _figures(self, stratum: Stratum, row: Row) -> Row:
        words, n = self.words, row["n"]
        median = words.decimal(row["median_months"]) if row["median_months"] is not None else self._unreached(row)
        to = (
            words.t("explore_outcome.to_months", months=f"{row['rmst_to_months']:.0f}") if row["rmst_to_months"] else ""
        )
        return {
            "stratum": stratum,
            "n": words.count(n),
            "events": words.count(row["events"]),
            "median": median,
            "median_ci": self._interval(row, "median_ci_low", "median_ci_high") if n else "",
            "at": [self._share(row, f"at_{months}") for months in LANDMARKS],
            "rmst": words.decimal(row["rmst_months"]),
            "rmst_ci": self._limits(row["rmst_ci_low"], row["rmst_ci_high"]),
            "rmst_to": to,
            "followup": words.decimal(row["followup_median_months"]),
        }

    def _unreached(self, row: Row) -> str:
        is_drawn = row["n"] and row["unestimable_because"] is None
        return self.words.t("explore_outcome.not_reached") if is_drawn else self.words.decimal(None)

    def _interval(self, row: Row, low: str, high: str) -> str:
        if row["unestimable_because"] is not None:
            return ""
        return self.words.interval(row[low], row[high])

    def _limits(self, low: float | None, high: float | None) -> str:
        if low is None or high is None:
            return ""
        return self.words.t("interval", low=f"{low:,.1f}", high=f"{high:,.1f}")

    def _share(self, row: Row, at: str) -> Row:
        low, high = row[f"{at}_low"], row[f"{at}_high"]
        limits = (
            ""
            if low is None or high is None
            else self.words.t("interval", low=f"{100 * low:.1f}", high=f"{100 * high:.1f}")
        )
        return {"value": self.words.probability(row[at]), "limits": limits}

    def incidences(self) -> list[Row]:
        """A row per group and cause."""
        return [
            {
                "stratum": next(stratum for stratum in self.strata if stratum.code == row["stratum"]),
                "cause": self.cause(row["cause"]),
                "n": self.words.count(row["n"]),
                "events": self.words.count(row["events"]),
                "at": [self._share(row, f"at_{months}") for months in LANDMARKS],
            }
            for row in self.found.incidences.to_dicts()
        ]

    def cause(self, code: str) -> str:
        """What a cause is called."""
        return self.words.t(f"explore_outcome.cause.{code}")

    def tests(self) -> list[Row]:
        """The tests between all groups: name and p."""
        words, t = self.words, self.words.t
        is_robust = self.found.models_refused == "several_rows"
        p = self.found.summaries.select(pl.col("p_logrank", "p_trend").drop_nulls().first()).row(0)
        logrank = "logrank_robust" if is_robust else "logrank"
        named = [(t(f"explore_outcome.{logrank}"), p[0]), (t("explore_outcome.trend"), p[1])]
        rows = [{"name": name, "p": words.p_value(value), "reason": ""} for name, value in named if value is not None]
        return rows + [
            {
                "name": t("explore_outcome.gray", cause=self.cause(row["cause"])),
                "p": words.p_value(row["p_gray"]),
                "reason": self._reason(row["reason"]),
            }
            for row in self.found.gray.to_dicts()
        ]

    def pairs(self) -> list[Row]:
        """The tests of two groups each."""
        p = self.words.p_value
        return [
            {"name": self._versus(row), "p": p(row["p_logrank"]), "p_holm": p(row["p_holm"])}
            for row in self.found.pairs.to_dicts()
        ]

    def rmst(self) -> list[Row]:
        """The differences of restricted means."""
        return [
            {
                "name": self._versus(row),
                "difference": self._signed(row["difference"]),
                "limits": self.words.t("interval", low=self._signed(row["ci_low"]), high=self._signed(row["ci_high"])),
                "p": self.words.p_value(row["p"]),
            }
            for row in self.found.rmst.to_dicts()
        ]

    def _signed(self, months: float) -> str:
        sign = "+" if months > 0 else "\N{MINUS SIGN}" if months < 0 else ""
        return f"{sign}{abs(months):.1f}"

    def _versus(self, row: Row) -> str:
        group, reference = self.names[row["stratum"]], self.names[row["reference"]]
        return self.words.t("explore_outcome.versus", group=group, reference=reference)

    def models(self) -> list[Row]:
        """The coefficients of both Cox models."""
        return [self._coefficient(row) for row in self.found.hazard_ratios.to_dicts()]

    def _coefficient(self, row: Row) -> Row:
        words = self.words
        ratio = row["hazard_ratio"]
        limits = "" if ratio is None else words.t("interval", low=f"{row['ci_low']:.2f}", high=f"{row['ci_high']:.2f}")
        return {
            "model": words.t(f"explore_outcome.{'adjusted' if row['adjusted'] else 'unadjusted'}"),
            "name": self._covariate(row),
            "n": words.count(row["n"]),
            "events": words.count(row["events"]),
            "ratio": words.coefficient(ratio),
            "limits": limits,
            "p": words.p_value(row["p"]),
            "proportional": words.p_value(row["p_proportional"]),
            "is_marked": row["p_proportional"] is not None and row["p_proportional"] < ALPHA,
            "reason": self._reason(row["reason"]),
        }

    def _covariate(self, row: Row) -> str:
        t = self.words.t
        if row["covariate"] == self.found.split:
            return self.names.get(row["level"], t("explore_outcome.group"))
        return t("explore_outcome.per_decade" if row["covariate"] == "age" else "explore_outcome.male")

    def _reason(self, code: str | None) -> str:
        return "" if code is None else self.words.t(f"explore_outcome.model_reason.{code}")

    def who(self) -> tuple[list[Row], dict[str, float]]:
        """Who is in each group; and how far apart the groups are, in standard deviations."""
        shown, apart = who_is_compared(self.found)
        words = self.words
        rows = [
            {
                "stratum": next(stratum for stratum in self.strata if stratum.code == row["stratum"]),
                "n": words.count(row["n"]),
                "start_year": "–" if row["start_year"] is None else f"{row['start_year']:.0f}",
                "age": words.decimal(row["age"]),
                "male": words.share(row["male"]),
                "line": "–" if row["line"] is None else f"{row['line']:g}",
            }
            for row in shown.to_dicts()
        ]
        return rows, apart

    def excluded(self) -> list[Row]:
        """Of each cohort who is in no curve, and why; and how many are."""
        seen = self.found.people.filter(is_seen())["cohort"].value_counts().rows()
        in_curves: Mapping[str, int] = dict(seen)
        left_out = dict(self.found.excluded.group_by("cohort").agg(pl.col("n").sum()).rows())
        return [
            {
                "name": cohort_name(cohort, self.words),
                "all": self.words.count(in_curves.get(letter, 0) + left_out.get(letter, 0)),
                "rows": [
                    {
                        "step": self._step(row["step"]),
                        "why": self._why(row["reason"]),
                        "n": self.words.count(row["n"]),
                        "href": without_link(self.asked, letter, row["step"], row["reason"]),
                    }
                    for row in self.found.excluded.filter(cohort=letter).to_dicts()
                ],
                "n": self.words.count(in_curves.get(letter, 0)),
                "within": within_link(self.asked, letter),
                "everyone": self.asked.link("patients", of=of("step", letter, EVERYONE, "kept")),
            }
            for letter, cohort in zip(LETTERS, self.found.analysis.cohorts, strict=False)
        ]

    def _step(self, step: str) -> str:
        if step in (OF_TIME, STRATUM, LANDMARK):
            return self.words.t(f"explore_outcome.step_of.{step}")
        return attribute_name(step, self.words)

    def _why(self, reason: str) -> str:
        return self.words.t(f"explore_outcome.reason.{reason}")
