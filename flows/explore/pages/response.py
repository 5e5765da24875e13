"""Responses of the cohorts' lines: rates, depth as time goes on, the best change of M-protein, MRD."""

from __future__ import annotations

from typing import Any

import polars as pl
from markupsafe import Markup

from flows.drawing.colours import RESPONSES, response_fill
from flows.drawing.curves_svg import plot
from flows.drawing.stacked_bars import stacked_bars
from flows.drawing.strata_looks import Stratum
from flows.drawing.waterfall import sampled, waterfall
from flows.drawing.words import Words
from flows.explore.asked import Asked
from flows.explore.lines_asked import (
    OF_LINE,
    REGIMENS,
    Made,
    chosen,
    cohort_names,
    figure,
    line_picks,
    lines_of,
    of_each_cohort,
    of_line,
    picks,
    regimen_name,
    regimen_picks,
    taken,
)
from transforms.cohorts.mrd_over_time import METHODS, mrd_by_month
from transforms.cohorts.regimens import ALL_REGIMENS, BEGUN_WITHIN_DAYS, WAYS, rare_together
from transforms.cohorts.responses import (
    BASELINE,
    COUNTS,
    DEPTHS,
    LINES_TOGETHER_FROM,
    best_changes,
    depth_at,
    depth_over_time,
    response_rates,
    times_to_depth,
    up_to,
)

PAGE, METHOD = "response", "method"
PARAMETERS = (OF_LINE, REGIMENS, METHOD)
RARE_BELOW = 10  # lines
MONTHS = (3, 6, 9, 12, 18, 24, 36)
END = 36  # months of the curves of depth
EVERY_MONTHS, LAST_MONTH = 3, 36
VISITS = ("patient_id", "line", "visit_date", "response", "best_response")
EVIDENCE = ("patient_id", "line", "visit_date", *BASELINE, *BASELINE.values())
TIMES = ("patient_id", "line", "endpoint", "origin", "start_date", "end_date", "days", "event")
MRD_FILLS = {
    "negative": response_fill("CR"),
    "positive": response_fill("PD"),
    "unknown": response_fill("NE"),
    "not_tested": response_fill("none"),
}


def page(asked: Asked) -> dict[str, Any]:
    """The sections of the page, of the line that is chosen."""
    line, by = of_line(asked), chosen(asked, REGIMENS, WAYS, WAYS[0])
    lines, names = lines_of(asked, by), cohort_names(asked)
    if lines.is_empty():
        return {"is_empty": True}
    own = lines.filter(pl.col("line") == line)
    return {
        "is_empty": False,
        "line": line,
        "names": names,
        "picks": line_picks(asked, PAGE, lines, line, "regimens"),
        "ways": regimen_picks(asked, PAGE, by, "regimens"),
        "rates": _rates(asked, lines),
        "regimens": _regimens(asked, own, names),
        "within_days": BEGUN_WITHIN_DAYS,
        "rare_below": RARE_BELOW,
        "depth": _depth(asked, own, names),
        "waterfall": _waterfall(asked, own, names),
        "mrd": _mrd(asked, own, names),
        "every_months": EVERY_MONTHS,
    }


# -- rates ---------------------------------------------------------------------------------------------------------


def _row_name(words: Words, names: dict[str, str], cohort: str, said: str) -> str:
    return said if len(names) == 1 else f"{said} · {names[cohort]}"


def _bars(rates: pl.DataFrame, labels: list[str], words: Words, title: str) -> Markup:
    """Shares of all lines by best response, one bar a row of rates."""
    counted = rates.with_columns(row=pl.Series(labels, dtype=pl.String)).unpivot(
        [*COUNTS, "none"], index="row", variable_name="category", value_name="n"
    )
    called = pl.col("category").replace(COUNTS)
    fills = [response_fill(name) for name in RESPONSES]
    return stacked_bars(counted.with_columns(category=called), RESPONSES, fills, title, words.t("explore_response.rates_bars"))


def _rates(asked: Asked, lines: pl.DataFrame) -> dict[str, Any]:
    rates, drawn = _rates_figure(asked, lines)
    title = asked.words.t("explore_response.rates")
    return {"rows": rates.to_dicts(), "figure": figure(asked, PAGE, "rates", drawn, title)}


def _rates_figure(asked: Asked, lines: pl.DataFrame) -> Made:
    """Each line's rates, all regimens together."""
    words, names = asked.words, cohort_names(asked)
    rates = response_rates(lines).filter(pl.col("regimen") == ALL_REGIMENS).sort("line", "cohort")
    labels = [
        _row_name(words, names, cohort, words.line(line, LINES_TOGETHER_FROM))
        for cohort, line in rates.select("cohort", "line").rows()
    ]
    return rates, _bars(rates, labels, words, words.t("explore_response.rates"))



def _regimens(asked: Asked, own: pl.DataFrame, names: dict[str, str]) -> list[dict[str, Any]]:
    rates = _of_regimens(own)
    return [
        {
            "name": names[letter],
            "rows": [
                {**row, "called": regimen_name(row["regimen"], asked.words)}
                for row in rates.filter(pl.col("cohort") == letter).to_dicts()
            ],
            "figure": figure(
                asked,
                PAGE,
                f"regimens-{letter}",
                _regimen_bars(asked, rates, letter),
                asked.words.t("explore_response.regimens", line=str(of_line(asked))),
            ),
        }
        for letter in names
    ]


def _of_regimens(own: pl.DataFrame) -> pl.DataFrame:
    """The rates of one line; of lines that are shown together with later ones that line alone."""
    together = rare_together(own, ["cohort"], RARE_BELOW)
    return response_rates(together, together_from=None)


def _regimen_bars(asked: Asked, rates: pl.DataFrame, letter: str) -> Markup:
    of_cohort = rates.filter(pl.col("cohort") == letter)
    labels = [regimen_name(code, asked.words) for code in of_cohort["regimen"]]
    return _bars(of_cohort, labels, asked.words, asked.words.t("explore_response.regimens", line=str(of_line(asked))))


# -- depth ---------------------------------------------------------------------------------------------------------


def _depth(asked: Asked, own: pl.DataFrame, names: dict[str, str]) -> list[dict[str, Any]]:
    times = times_to_depth(own, asked.frame("visits", VISITS), asked.frame("time_to_event", TIMES))
    curves = depth_over_time(times)
    at = depth_at(curves, MONTHS)
    left_out = times.filter(pl.col("days").is_null()).group_by("cohort").agg(n=pl.struct("patient_id", "line").n_unique())
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


def _depth_rows(at: pl.DataFrame, words: Words) -> list[dict[str, Any]]:
    return [
        {"name": words.t(f"chart.depth.{depth}"), "at": at.filter(pl.col("stratum") == depth).sort("month").to_dicts()}
        for depth in DEPTHS
        if depth in at["stratum"]
    ]


def _depth_curves(asked: Asked, curves: pl.DataFrame, letter: str) -> Markup:
    """The curves of one cohort, one a depth."""
    own = curves.filter(pl.col("cohort") == letter).drop("cohort")
    if own.is_empty():
        return Markup("")
    words = asked.words
    dashes = ([1, 0], [7, 3], [3, 2], [1, 2])
    strata = [
        Stratum(depth, words.t(f"chart.depth.{depth}"), f"var(--series-{place + 1})", list(dashes[place]))
        for place, depth in enumerate(DEPTHS)
    ]
    shown = up_to(own, END).rename({"value": "survival"})
    title = words.t("explore_response.depth", line=str(of_line(asked)))
    return plot(shown, strata, END, 0, words).svg(title, words.t("explore_response.depth_caption"))


# -- the best change -----------------------------------------------------------------------------------------------


def _waterfall(asked: Asked, own: pl.DataFrame, names: dict[str, str]) -> list[dict[str, Any]]:
    changes = best_changes(own, asked.frame("visit_evidence", EVIDENCE))
    bars = sampled(changes)
    title = asked.words.t("explore_response.waterfall", line=str(of_line(asked)))
    return [
        {
            "name": names[letter],
            "figure": figure(asked, PAGE, f"waterfall-{letter}", _bars_of(asked, bars, letter, title), title),
            **_shown(changes.filter(pl.col("cohort") == letter), bars.filter(pl.col("cohort") == letter).height),
        }
        for letter in names
    ]


def _bars_of(asked: Asked, bars: pl.DataFrame, letter: str, title: str) -> Markup:
    return waterfall(bars.filter(pl.col("cohort") == letter), asked.words, title)


def _shown(changes: pl.DataFrame, drawn: int) -> dict[str, Any]:
    """Who is shown by which quantity, and who is not and why."""
    change = pl.col("change")
    known = changes.drop_nulls("change")
    by_quantity = (
        known.group_by("followed_by")
        .agg(
            lines=pl.len(),
            median=change.median(),
            halved=(change <= -0.5).sum(),
            ninety=(change <= -0.9).sum(),
        )
        .sort("lines", "followed_by", descending=[True, False])
    )
    why_not = changes.drop_nulls("why_not").group_by("why_not").agg(lines=pl.len()).sort("lines", "why_not", descending=[True, False])
    return {"drawn": drawn, "of": known.height, "by_quantity": by_quantity.to_dicts(), "why_not": why_not.to_dicts()}


# -- MRD -----------------------------------------------------------------------------------------------------------


def _mrd(asked: Asked, own: pl.DataFrame, names: dict[str, str]) -> dict[str, Any]:
    method = chosen(asked, METHOD, tuple(METHODS), next(iter(METHODS)))
    found = _mrd_rows(asked, own, method)
    title = asked.words.t("explore_response.mrd", line=str(of_line(asked)))
    said = {code: asked.words.t(f"explore_method.{code}") for code in METHODS}
    return {
        "methods": picks(asked, PAGE, METHOD, said, method, "mrd"),
        "legend": [{"name": asked.words.t(f"explore_mrd.{code}"), "fill": fill[4:-1]} for code, fill in MRD_FILLS.items()],
        "cohorts": [
            {
                "name": names[letter],
                "rows": rows.to_dicts() if (rows := found.filter(pl.col("cohort") == letter))["tested"].sum() else [],
                "figure": figure(asked, PAGE, f"mrd-{letter}", _mrd_bars(asked, rows, title), title),
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


def _mrd_bars(asked: Asked, rows: pl.DataFrame, title: str) -> Markup:
    """A bar a span of months, of those in line; nothing where none was tested."""
    if not rows["tested"].sum():
        return Markup("")
    words = asked.words
    months = pl.concat_str("from_month", pl.lit("–"), "to_month")
    # who was tested in a span may have left the line within it
    counted = rows.with_columns(row=months, not_tested=(pl.col("in_line") - pl.col("tested")).clip(0)).unpivot(
        list(MRD_FILLS), index="row", variable_name="category", value_name="n"
    )
    return stacked_bars(
        counted, list(MRD_FILLS), list(MRD_FILLS.values()), title, words.t("explore_response.mrd_bars")
    )


# -- to take away --------------------------------------------------------------------------------------------------


def _own(asked: Asked) -> pl.DataFrame:
    by = chosen(asked, REGIMENS, WAYS, WAYS[0])
    return lines_of(asked, by).filter(pl.col("line") == of_line(asked))


def _take_rates(asked: Asked) -> Made:
    lines = lines_of(asked, chosen(asked, REGIMENS, WAYS, WAYS[0]))
    _, drawn = _rates_figure(asked, lines)
    return taken(asked, response_rates(lines), drawn)


def _take_regimens(asked: Asked, letter: str) -> Made:
    rates = _of_regimens(_own(asked))
    return rates.filter(pl.col("cohort") == letter), _regimen_bars(asked, rates, letter)


def _take_depth(asked: Asked, letter: str) -> Made:
    times = times_to_depth(_own(asked), asked.frame("visits", VISITS), asked.frame("time_to_event", TIMES))
    curves = depth_over_time(times)
    return curves.filter(pl.col("cohort") == letter), _depth_curves(asked, curves, letter)


def _take_waterfall(asked: Asked, letter: str) -> Made:
    bars = sampled(best_changes(_own(asked), asked.frame("visit_evidence", EVIDENCE)))
    title = asked.words.t("explore_response.waterfall", line=str(of_line(asked)))
    return bars.filter(pl.col("cohort") == letter), _bars_of(asked, bars, letter, title)


def _take_mrd(asked: Asked, letter: str) -> Made:
    method = chosen(asked, METHOD, tuple(METHODS), next(iter(METHODS)))
    rows = _mrd_rows(asked, _own(asked), method).filter(pl.col("cohort") == letter)
    return rows, _mrd_bars(asked, rows, asked.words.t("explore_response.mrd", line=str(of_line(asked))))


FIGURES = {
    "rates": _take_rates,
    **of_each_cohort("regimens", _take_regimens),
    **of_each_cohort("depth", _take_depth),
    **of_each_cohort("waterfall", _take_waterfall),
    **of_each_cohort("mrd", _take_mrd),
}
