"""A Kaplan-Meier plot: steps, bands, censor marks, numbers at risk below, and the rule that the reader moves."""

from __future__ import annotations

import json
from typing import Any

import altair as alt
import polars as pl

from flows.report.charts.curves import MARKS, at_risk, shape, thinned, ticks
from flows.report.charts.strata import Stratum
from flows.report.charts.svg import INK, PER_CENT, data_of
from flows.report.words import Words
from transforms.survival import DAYS_PER_MONTH

WIDTH, HEIGHT, ROW = 470, 260, 18
# Room for a stratum's name: all plots of a panel have one place and one length.
LABELS = 128
TEXT = 12
STEPS = 300
BAND = 0.15
# More bands than these lie over one another and say nothing; the table has every interval.
MOST_BANDS = 4
RULE = "var(--rule)"


def plot(curve: pl.DataFrame, strata: list[Stratum], end: int, month: int, words: Words) -> Any:
    """The curves of these strata up to month `end`, with the rule at `month`."""
    shown = curve.with_columns(month=pl.col("day") / DAYS_PER_MONTH)
    told = [stratum for stratum in strata if stratum.is_told or len(strata) == 1]
    layers = [_rule(month), _steps(shown, strata, end, words), _censored(shown, strata)]
    if len(told) <= MOST_BANDS:
        layers.insert(0, _bands(shown, told, _colour(strata)))
    upper = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)
    return alt.vconcat(upper, _at_risk_rows(shown, strata, end, words), spacing=8)


def _x(end: int, axis: alt.Axis | None) -> alt.X:
    return alt.X("month:Q", scale=alt.Scale(domain=[0, end], nice=False), axis=axis)


def _colour(strata: list[Stratum]) -> alt.Color:
    scale = alt.Scale(domain=[stratum.code for stratum in strata], range=[stratum.fill for stratum in strata])
    return alt.Color("stratum:N", scale=scale, legend=None)


def _steps(curve: pl.DataFrame, strata: list[Stratum], end: int, words: Words) -> alt.Chart:
    dashes = alt.Scale(domain=[stratum.code for stratum in strata], range=[stratum.dash for stratum in strata])
    axis = alt.Axis(
        values=ticks(end),
        title=words.t("chart.months"),
        grid=False,
        format="d",
        labelFlush=False,
        labelFontSize=TEXT,
        titleFontSize=TEXT,
    )
    y = alt.Axis(
        labelExpr=PER_CENT,
        values=[0, 0.25, 0.5, 0.75, 1],
        title=None,
        domain=False,
        ticks=False,
        labelPadding=6,
        labelFontSize=TEXT,
        minExtent=LABELS,
        maxExtent=LABELS,
    )
    return (
        alt.Chart(data_of(thinned(curve, STEPS).select("stratum", "month", "survival")))
        .mark_line(interpolate=shape(curve), strokeWidth=2)
        .encode(
            x=_x(end, axis),
            y=alt.Y("survival:Q", scale=alt.Scale(domain=[0, 1]), axis=y),
            color=_colour(strata),
            strokeDash=alt.StrokeDash("stratum:N", scale=dashes, legend=None),
        )
    )


def _censored(curve: pl.DataFrame, strata: list[Stratum]) -> alt.Chart:
    found = curve.filter(pl.col("censored") > 0, pl.col("survival").is_not_null())
    marked = thinned(found, MARKS) if found.height else found
    return (
        alt.Chart(data_of(marked.select("stratum", "month", "survival")))
        .mark_tick(orient="vertical", size=8, thickness=1)
        .encode(x="month:Q", y="survival:Q", color=_colour(strata))
    )


def _bands(curve: pl.DataFrame, strata: list[Stratum], colour: alt.Color) -> alt.Chart:
    of_strata = curve.filter(pl.col("stratum").is_in([stratum.code for stratum in strata]))
    limits = of_strata.drop_nulls(["ci_low", "ci_high"])
    limits = thinned(limits, STEPS) if limits.height else limits
    return (
        alt.Chart(data_of(limits.select("stratum", "month", "ci_low", "ci_high")))
        .mark_area(interpolate=shape(curve), opacity=BAND)
        .encode(x="month:Q", y="ci_low:Q", y2="ci_high:Q", color=colour)
    )


def _rule(month: int) -> alt.Chart:
    return (
        alt.Chart(data_of(pl.DataFrame({"month": [month]}))).mark_rule(stroke=RULE, strokeWidth=1.5).encode(x="month:Q")
    )


def _at_risk_rows(curve: pl.DataFrame, strata: list[Stratum], end: int, words: Words) -> alt.Chart:
    names = [stratum.name for stratum in strata]
    colours: dict[str, Any] = {
        "condition": [
            {"test": f"datum.value === {json.dumps(name)}", "value": of.fill}
            for name, of in zip(names, strata, strict=True)
        ],
        "value": INK,
    }
    axis = alt.Axis(
        ticks=False,
        domain=False,
        labelColor=colours,
        labelFontWeight="bold",
        labelFontSize=TEXT,
        labelPadding=27,
        labelLimit=LABELS - 27,
        title=None,
        minExtent=LABELS,
        maxExtent=LABELS,
    )
    named = pl.col("stratum").replace_strict([of.code for of in strata], names, return_dtype=pl.String)
    written = pl.col("at_risk").map_elements(words.count, return_dtype=pl.String)
    numbers = at_risk(curve, ticks(end)).select("month", name=named, text=written)
    return (
        alt.Chart(data_of(numbers), title=alt.Title(words.t("chart.at_risk"), fontSize=TEXT))
        .mark_text(fontSize=TEXT, color=INK)
        .encode(x=_x(end, None), y=alt.Y("name:N", sort=names, axis=axis), text="text:N")
        .properties(width=WIDTH, height=ROW * len(strata))
    )
