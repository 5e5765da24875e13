"""Two sections of the page of responses: depth and MRD as a line goes on."""

from __future__ import annotations

from typing import Any

import polars as pl
from markupsafe import Markup

from flows.drawing.curves_svg import plot
from flows.drawing.interval_rows import interval_rows, of_shares
from flows.drawing.strata_looks import Stratum
from flows.drawing.words import Words
from flows.explore.asked import Asked
from flows.explore.lines_asked import Made, chosen, figure, of_every_visit, of_line, own_lines, picks
from transforms.cohorts.mrd_over_time import METHODS, mrd_by_month
from transforms.cohorts.responses import DEPTHS, depth_at, depth_over_time, depth_reached, times_to_depth, up_to

PAGE, METHOD = "response", "method"
MONTHS = (3, 6, 9, 12, 18, 24, 36)
END = 36  # months of the curves of depth
EVERY_MONTHS, LAST_MONTH = 3, 36
VISITS = ("patient_id", "line", "visit_date", "response", "best_response")
TIMES = ("patient_id", "line", "endpoint", "origin", "start_date", "end_date", "days", "event")

# -- depth ---------------------------------------------------------------------------------------------------------


def depth(asked: Asked, own: pl.DataFrame, names: dict[str, str]) -> list[dict[str, Any]]:
    """Of each cohort the curves, the shares at some months, and how many lines are in none."""
    times = _times(asked, own)
    curves = depth_over_time(times)
    at = depth_at(curves, MONTHS)
    left_out = (
        times.filter(pl.col("days").is_null()).group_by("cohort").agg(n=pl.struct("patient_id", "line").n_unique())
    )
    counts = dict(left_out.rows())
    title = asked.words.t("explore_response.depth", line=str(of_line(asked)))
    return [
        {
            "name": names[letter],
            "months": MONTHS,
            "rows": _depth_rows(at.filter(pl.col("cohort") == letter), asked.words),
            "left_out": counts.get(letter, 0),
            "figure": figure(asked, PAGE, f"depth-{letter}", _depth_curves(asked, curves, letter), title),
        }
        for letter in names
    ]


def _times(asked: Asked, own: pl.DataFrame) -> pl.DataFrame:
    reached = of_every_visit(asked, "visits", VISITS, depth_reached)
    return times_to_depth(own, reached, asked.frame("time_to_event", TIMES))


def _depth_rows(at: pl.DataFrame, words: Words) -> list[dict[str, Any]]:
    return [
        {"name": words.t(f"chart.depth.{name}"), "at": at.filter(pl.col("stratum") == name).sort("month").to_dicts()}
        for name in DEPTHS
        if name in at["stratum"]
    ]


def _depth_curves(asked: Asked, curves: pl.DataFrame, letter: str) -> Markup:
    """The curves of one cohort, one a depth."""
    own = curves.filter(pl.col("cohort") == letter).drop("cohort")
    if own.is_empty():
        return Markup("")
    words = asked.words
    dashes = ([1, 0], [7, 3], [3, 2], [1, 2])
    strata = [
        Stratum(name, words.t(f"chart.depth.{name}"), f"var(--series-{place + 1})", list(dashes[place]))
        for place, name in enumerate(DEPTHS)
    ]
    shown = up_to(own, END).rename({"value": "survival"})
    title = words.t("explore_response.depth", line=str(of_line(asked)))
    return plot(shown, strata, END, 0, words).svg(title, words.t("explore_response.depth_caption"))


# -- MRD -----------------------------------------------------------------------------------------------------------


def mrd(asked: Asked, own: pl.DataFrame, names: dict[str, str]) -> dict[str, Any]:
    """The tests to choose from, and of each cohort the spans of months."""
    method = chosen(asked, METHOD, tuple(METHODS), next(iter(METHODS)))
    found = _mrd_rows(asked, own, method)
    title = asked.words.t("explore_response.mrd", line=str(of_line(asked)))
    said = {code: asked.words.t(f"explore_method.{code}") for code in METHODS}
    return {
        "methods": picks(asked, (PAGE, "mrd"), METHOD, said, method),
        "cohorts": [
            {
                "name": names[letter],
                "rows": rows.to_dicts() if (rows := found.filter(pl.col("cohort") == letter))["tested"].sum() else [],
                "figure": figure(asked, PAGE, f"mrd-{letter}", _mrd_shares(asked, rows, title), title),
            }
            for letter in names
        ],
    }


def _mrd_rows(asked: Asked, own: pl.DataFrame, method: str) -> pl.DataFrame:
    return mrd_by_month(
        own,
        asked.frame("time_to_event", TIMES),
        asked.frame("patients", ("patient_id", "last_contact_date")),
        asked.frame("mrd_status", ("patient_id", "line", "collected_on", "mrd", "category", "after_cr")),
        method,
        every_months=EVERY_MONTHS,
        last_month=LAST_MONTH,
    )


def _mrd_shares(asked: Asked, rows: pl.DataFrame, title: str) -> Markup:
    """The negative share of each span of months; nothing where none was tested."""
    if not rows["tested"].sum():
        return Markup("")
    words = asked.words
    decided = (rows["negative"] + rows["positive"]).to_list()
    counts = zip(rows["negative"].to_list(), decided, strict=True)
    drawn = rows.select(
        row=pl.concat_str("from_month", pl.lit("–"), "to_month"),
        value="negative_share",
        low="negative_share_low",
        high="negative_share_high",
        said=pl.Series([words.t("quality.part_of", part=part, n=whole) for part, whole in counts], dtype=pl.String),
    )
    return interval_rows(drawn, of_shares(words.t("explore_response.mrd_axis")), words, title)


# -- to take away --------------------------------------------------------------------------------------------------


def take_depth(asked: Asked, letter: str) -> Made:
    """The curves of depth."""
    times = _times(asked, own_lines(asked))
    curves = depth_over_time(times)
    return curves.filter(pl.col("cohort") == letter), _depth_curves(asked, curves, letter)


def take_mrd(asked: Asked, letter: str) -> Made:
    """MRD by spans of months."""
    method = chosen(asked, METHOD, tuple(METHODS), next(iter(METHODS)))
    rows = _mrd_rows(asked, own_lines(asked), method).filter(pl.col("cohort") == letter)
    return rows, _mrd_shares(asked, rows, asked.words.t("explore_response.mrd", line=str(of_line(asked))))
