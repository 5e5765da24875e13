"""Responses of the cohorts' lines: rates, depth as time goes on, the best change of M-protein, MRD."""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
from markupsafe import Markup

from flows.drawing.colours import RESPONSES, response_fill
from flows.drawing.stacked_bars import stacked_bars
from flows.drawing.waterfall import sampled, waterfall
from flows.drawing.words import Words
from flows.explore.asked import Asked
from flows.explore.lines_asked import (
    LINE_COLUMNS,
    OF_LINE,
    RARE_BELOW,
    REGIMENS,
    Made,
    chosen,
    cohort_names,
    figure,
    line_picks,
    lines_of,
    of_each_cohort,
    of_every_visit,
    of_line,
    own_lines,
    regimen_name,
    regimen_picks,
    row_name,
    split_said,
    taken,
)
from flows.explore.over_time import EVERY_MONTHS, METHOD, depth, mrd, take_depth, take_mrd
from flows.explore.response_lists import of_lines, of_regimen
from transforms.cohorts.regimens import ALL_REGIMENS, BEGUN_WITHIN_DAYS, WAYS, rare_together
from transforms.cohorts.responses import (
    BASELINE,
    COUNTS,
    LINES_TOGETHER_FROM,
    best_changes,
    lowest_values,
    response_rates,
)

PAGE = "response"
PARAMETERS = (OF_LINE, REGIMENS, METHOD)
EVIDENCE = ("patient_id", "line", "visit_date", *BASELINE, *BASELINE.values())


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
        "categories": RESPONSES,
        "split": split_said(asked),
        "picks": line_picks(asked, (PAGE, "regimens"), lines, line),
        "ways": regimen_picks(asked, (PAGE, "regimens"), by),
        "rates": _rates(asked, lines),
        "of_lines": partial(of_lines, asked),
        "of_regimen": partial(of_regimen, asked),
        "regimens": _regimens(asked, own, names),
        "within_days": BEGUN_WITHIN_DAYS,
        "rare_below": RARE_BELOW,
        "depth": depth(asked, own, names),
        "waterfall": _waterfall(asked, own, names),
        "mrd": mrd(asked, own, names),
        "every_months": EVERY_MONTHS,
    }


# -- rates ---------------------------------------------------------------------------------------------------------


def _bars(rates: pl.DataFrame, labels: list[str], words: Words, title: str) -> Markup:
    """Shares of all lines by best response, one bar a row of rates."""
    counted = rates.with_columns(row=pl.Series(labels, dtype=pl.String)).unpivot(
        [*COUNTS, "none"], index="row", variable_name="category", value_name="n"
    )
    called = pl.col("category").replace(COUNTS)
    fills = [response_fill(name) for name in RESPONSES]
    return stacked_bars(
        counted.with_columns(category=called), RESPONSES, fills, title, words.t("explore_response.rates_bars")
    )


def _rates(asked: Asked, lines: pl.DataFrame) -> dict[str, Any]:
    rates, drawn = _rates_figure(asked, lines)
    title = asked.words.t("explore_response.rates")
    return {"rows": rates.to_dicts(), "figure": figure(asked, PAGE, "rates", drawn, title)}


def _rates_figure(asked: Asked, lines: pl.DataFrame) -> Made:
    """Each line's rates, all regimens together."""
    words, names = asked.words, cohort_names(asked)
    rates = response_rates(lines).filter(pl.col("regimen") == ALL_REGIMENS).sort("line", "cohort")
    labels = [
        row_name(words.line(line, LINES_TOGETHER_FROM), cohort, names)
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


# -- the best change -----------------------------------------------------------------------------------------------


def _waterfall(asked: Asked, own: pl.DataFrame, names: dict[str, str]) -> list[dict[str, Any]]:
    changes = _changes(asked, own)
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


def _changes(asked: Asked, own: pl.DataFrame) -> pl.DataFrame:
    lines = asked.frame("lines", LINE_COLUMNS)
    lowest = of_every_visit(asked, "visit_evidence", EVIDENCE, partial(lowest_values, lines))
    return best_changes(own, lowest)


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
    why_not = (
        changes.drop_nulls("why_not")
        .group_by("why_not")
        .agg(lines=pl.len())
        .sort("lines", "why_not", descending=[True, False])
    )
    return {"drawn": drawn, "of": known.height, "by_quantity": by_quantity.to_dicts(), "why_not": why_not.to_dicts()}


# -- to take away --------------------------------------------------------------------------------------------------


def _take_rates(asked: Asked) -> Made:
    lines = lines_of(asked, chosen(asked, REGIMENS, WAYS, WAYS[0]))
    _, drawn = _rates_figure(asked, lines)
    return taken(asked, response_rates(lines), drawn)


def _take_regimens(asked: Asked, letter: str) -> Made:
    rates = _of_regimens(own_lines(asked))
    return rates.filter(pl.col("cohort") == letter), _regimen_bars(asked, rates, letter)


def _take_waterfall(asked: Asked, letter: str) -> Made:
    bars = sampled(_changes(asked, own_lines(asked)))
    title = asked.words.t("explore_response.waterfall", line=str(of_line(asked)))
    return bars.filter(pl.col("cohort") == letter), _bars_of(asked, bars, letter, title)


FIGURES = {
    "rates": _take_rates,
    **of_each_cohort("regimens", _take_regimens),
    **of_each_cohort("depth", take_depth),
    **of_each_cohort("waterfall", _take_waterfall),
    **of_each_cohort("mrd", take_mrd),
}
