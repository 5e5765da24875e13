"""Two sections of the page of courses: what followed refractoriness and how long it lasted, and time on treatment."""

from __future__ import annotations

from typing import Any

import polars as pl
from markupsafe import Markup

from flows.drawing.curve_values import end_of
from flows.drawing.curves_svg import plot
from flows.drawing.interval_rows import interval_rows, of_months
from flows.drawing.strata_looks import COLOURS, SERIES_DASHES, Stratum
from flows.explore.asked import Asked
from flows.explore.lines_asked import (
    GIVEN_COLUMNS,
    PATIENTS,
    RARE_BELOW,
    REGIMENS,
    Made,
    all_lines,
    chosen,
    cohort_names,
    figure,
    list_links,
    members,
    of_line,
    own_lines,
    picks,
    regimen_name,
    taken,
)
from transforms.cohorts.courses import with_times
from transforms.cohorts.durations import (
    ANSWERS,
    ENDPOINTS,
    THEN,
    counted_refractory,
    drugs_failed,
    duration_curves,
    given_again,
    lasted,
    next_lines,
    refractory_to,
    without_next,
)
from transforms.cohorts.regimens import ALL_REGIMENS, WAYS, rare_together
from transforms.survival.cohort import is_seen
from transforms.survival.line_strata import LINE

PAGE, AFTER = "course", "after"
DEFAULT_DRUG = "lenalidomide"
FEW_EVENTS = 10
CURVES = 6  # that can still be told apart
FOLLOWED = ("lines", "again", *ENDPOINTS)
# Of lines whose time on treatment is asked for: in the curve, ended in it, in none.
TREATED = {"n": is_seen(), "events": is_seen() & pl.col("event"), "left_out": ~is_seen()}
DAYS = "RR.refractory.within_days"
TIMES = ("patient_id", "line", "endpoint", "origin", "start_date", "end_date", "days", "event")
REFRACTORY = ("patient_id", "line", "drug", "class", "exposed", "refractory", "since")


# -- after refractoriness ------------------------------------------------------------------------------------------


def after(asked: Asked, people: pl.DataFrame, every: pl.DataFrame) -> dict[str, Any]:
    """What to choose from, and of each cohort who is refractory to it, and which regimens followed."""
    known = drugs_failed(asked.frame("refractoriness", REFRACTORY))
    code = _drug(asked, known)
    name = regimen_name(code, asked.words)
    if known.is_empty():
        return {"drugs": [], "classes": [], "name": name, "cohorts": []}
    said = {
        kind: {one: regimen_name(one, asked.words) for one in known.filter(pl.col("kind") == kind)["code"]}
        for kind in ("drug", "class")
    }
    failed = refractory_to(people, asked.frame("refractoriness", REFRACTORY), code)
    counts = {row["cohort"]: row for row in counted_refractory(people, failed).to_dicts()}
    following = next_lines(failed, every)
    came = {row["cohort"]: row for row in without_next(following, asked.frame("patients", PATIENTS)).to_dicts()}
    table = _followed_by(asked, following, code)
    return {
        "drugs": picks(asked, (PAGE, AFTER), AFTER, said["drug"], code),
        "classes": picks(asked, (PAGE, AFTER), AFTER, said["class"], code),
        "name": name,
        "days": asked.registry.settings[DAYS],
        "rare_below": RARE_BELOW,
        "few": FEW_EVENTS,
        "cohorts": [
            {
                "name": called,
                "lists": _counts(asked, counts.get(letter), came.get(letter), letter, code),
                "counts": counts.get(letter),
                "next": came.get(letter),
                "rows": _rows(asked, table.filter(pl.col("cohort") == letter), letter, code),
                "figure": figure(
                    asked,
                    PAGE,
                    f"after-{letter}",
                    _after_medians(asked, table, letter, code),
                    _after_title(asked, code),
                ),
            }
            for letter, called in cohort_names(asked).items()
        ],
    }


def _counts(
    asked: Asked, counts: dict[str, Any] | None, came: dict[str, Any] | None, letter: str, code: str
) -> list[dict[str, Any]]:
    """The numbers of refractory patients and of what became of them, each with its list."""
    return [
        {"called": asked.words.t(f"explore_list.{name}"), "n": counted[name], "href": href}
        for kind, names, counted in (("refractory", tuple(ANSWERS), counts), ("then", THEN, came))
        if counted
        for name, href in list_links(asked, kind, letter, code, last=names).items()
    ]


def _drug(asked: Asked, known: pl.DataFrame) -> str:
    """The drug or class that is asked for: one that somebody is refractory to, or the default."""
    codes = known["code"].to_list()
    first = DEFAULT_DRUG if DEFAULT_DRUG in codes or not codes else codes[0]
    return chosen(asked, AFTER, [*codes, first], first)


def _followed_by(asked: Asked, following: pl.DataFrame, code: str) -> pl.DataFrame:
    """A row per cohort and next regimen, and one of all of them, the most frequent first."""
    lines = following.drop_nulls("line")
    again = given_again(lines, asked.frame("given_drug", GIVEN_COLUMNS), code).with_columns(again=pl.lit(value=True))
    named = rare_together(lines, ["cohort"], RARE_BELOW).join(again, on=LINE, how="left")
    every = pl.concat([named, named.with_columns(regimen=pl.lit(ALL_REGIMENS))])
    by = ["cohort", "regimen"]
    table = lasted(every, asked.frame("time_to_event", TIMES), asked.frame("patients", PATIENTS), by)
    counted = every.group_by(by).agg(again=pl.col("again").is_not_null().sum().cast(pl.Int64))
    is_some = pl.col("regimen") != ALL_REGIMENS
    return table.join(counted, on=by, how="left").sort("cohort", is_some, -pl.col("lines"), "regimen")


def _rows(asked: Asked, table: pl.DataFrame, letter: str, code: str) -> list[dict[str, Any]]:
    by = chosen(asked, REGIMENS, WAYS, "classes")
    return [
        {
            **row,
            "called": regimen_name(row["regimen"], asked.words),
            "times": _times(row),
            "links": list_links(asked, "followed", letter, code, f"{by}={row['regimen']}", last=FOLLOWED),
        }
        for row in table.to_dicts()
    ]


def _times(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "median": row[f"{name}_median_months"],
            "low": row[f"{name}_median_ci_low"],
            "high": row[f"{name}_median_ci_high"],
            "endpoint": name,
            "events": row[f"{name}_events"] or 0,
            "n": row[f"{name}_n"] or 0,
        }
        for name in ENDPOINTS
    ]


def _after_title(asked: Asked, code: str) -> str:
    words = asked.words
    return words.t("explore_course.after_figure", endpoint="TTNT", name=regimen_name(code, words))


def _after_medians(asked: Asked, table: pl.DataFrame, letter: str, code: str) -> Markup:
    """Medians of the time to the line after, of each regimen."""
    words, own = asked.words, table.filter(pl.col("cohort") == letter)
    if own.is_empty():
        return Markup("")
    drawn = own.select(
        row=pl.Series([regimen_name(one, words) for one in own["regimen"]], dtype=pl.String),
        value="TTNT_median_months",
        low="TTNT_median_ci_low",
        high="TTNT_median_ci_high",
        said=pl.Series([words.decimal(months) for months in own["TTNT_median_months"]], dtype=pl.String),
    )
    return interval_rows(
        drawn, of_months(drawn, words.t("explore_course.after_axis")), words, _after_title(asked, code)
    )


def take_after(asked: Asked, letter: str) -> Made:
    """The table of what followed, and its medians drawn."""
    every = all_lines(asked, chosen(asked, REGIMENS, WAYS, "classes"))
    code = _drug(asked, drugs_failed(asked.frame("refractoriness", REFRACTORY)))
    failed = refractory_to(members(asked), asked.frame("refractoriness", REFRACTORY), code)
    table = _followed_by(asked, next_lines(failed, every), code)
    return taken(asked, table.filter(pl.col("cohort") == letter), _after_medians(asked, table, letter, code))


# -- time on treatment ---------------------------------------------------------------------------------------------


def treatment(asked: Asked, own: pl.DataFrame) -> dict[str, Any]:
    """Of each cohort the time on treatment by regimen, as a table and as curves."""
    table, steps = _treated(asked, own)
    by = chosen(asked, REGIMENS, WAYS, "classes")
    title = asked.words.t("explore_course.treatment", line=str(of_line(asked)))
    return {
        "rare_below": RARE_BELOW,
        "cohorts": [
            {
                "name": called,
                "rows": [
                    {
                        **row,
                        "called": regimen_name(row["regimen"], asked.words),
                        "links": list_links(
                            asked, "treated", letter, str(of_line(asked)), f"{by}={row['regimen']}", last=tuple(TREATED)
                        ),
                    }
                    for row in table.filter(pl.col("cohort") == letter).to_dicts()
                ],
                "figure": figure(asked, PAGE, f"treatment-{letter}", _curves(asked, table, steps, letter), title),
                "drawn": min(
                    CURVES, table.filter(pl.col("cohort") == letter, pl.col("regimen") != ALL_REGIMENS).height
                ),
            }
            for letter, called in cohort_names(asked).items()
        ],
    }


def treated_lines(asked: Asked, own: pl.DataFrame) -> pl.DataFrame:
    """Lines with their time on treatment, by regimen and all together; rare regimens are one."""
    named = rare_together(own, ["cohort"], RARE_BELOW)
    every = pl.concat([named, named.with_columns(regimen=pl.lit(ALL_REGIMENS))])
    return with_times(every, asked.frame("time_to_event", TIMES), asked.frame("patients", PATIENTS), "TTD")


def _treated(asked: Asked, own: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    table, steps = duration_curves(treated_lines(asked, own), ["cohort", "regimen"])
    is_some = pl.col("regimen") != ALL_REGIMENS
    return table.sort("cohort", is_some, -pl.col("n"), "regimen"), steps


def _curves(asked: Asked, table: pl.DataFrame, steps: pl.DataFrame, letter: str) -> Markup:
    """The curves of the most frequent regimens of a cohort."""
    words = asked.words
    shown = table.filter(pl.col("cohort") == letter, pl.col("regimen") != ALL_REGIMENS, pl.col("n") > 0).head(CURVES)
    strata = [
        Stratum(
            code,
            regimen_name(code, words),
            f"var(--series-{place % COLOURS + 1})",
            list(SERIES_DASHES[place % COLOURS]),
        )
        for place, code in enumerate(shown["regimen"])
    ]
    curve = steps.filter(pl.col("cohort") == letter, pl.col("regimen").is_in(shown["regimen"].implode()))
    if curve.is_empty():
        return Markup("")
    curve = curve.rename({"regimen": "stratum"}).drop("cohort")
    title = words.t("explore_course.treatment", line=str(of_line(asked)))
    says = words.t("explore_course.treatment_curves", n=len(strata))
    return plot(curve, strata, end_of(curve), 0, words).svg(title, says)


def take_treatment(asked: Asked, letter: str) -> Made:
    """The steps of the curves of time on treatment."""
    table, steps = _treated(asked, own_lines(asked, "classes"))
    return taken(asked, steps.filter(pl.col("cohort") == letter), _curves(asked, table, steps, letter))
