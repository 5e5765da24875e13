"""Kaplan-Meier curves: censor marks, a confidence band where there is one curve, numbers at risk below."""

import math
from typing import Any, Literal

import altair as alt
import polars as pl
from markupsafe import Markup

from flows.report.figures import INK, PER_CENT, STAGES, inline_svg, stage_fill
from transforms.survival import DAYS_PER_MONTH

WIDTH, HEIGHT, ROW_HEIGHT = 248, 190, 16
# Room for "unknown" and half of a number at risk, in every figure: side by side their axes are one length.
LABELS = 76
# One step per pixel or so: more cannot be seen, and Altair takes no more than 5,000 rows.
STEPS, MARKS = 500, 120
STRATA = ("all", *STAGES)
# Dashes beside colours: a curve can be told in grey print, and by those who don't see the colours apart.
DASHES = {"all": [1, 0], "I": [1, 0], "II": [7, 3], "III": [3, 2], "IV": [1, 2], "unknown": [8, 3, 2, 3]}


def survival_figure(curve: pl.DataFrame, title: str, says: str) -> Markup:
    """The curves of one endpoint and stratification: rows of `survival_curve` that differ by `stratum`.

    Nobody to follow gives empty markup.
    """
    if curve.is_empty():
        return Markup("")
    strata = [stratum for stratum in STRATA if stratum in curve["stratum"]]
    end = 12 * max(1, math.ceil(_last_day(curve) / DAYS_PER_MONTH / 12))
    curve = curve.with_columns(month=pl.col("day") / DAYS_PER_MONTH)
    layers = [_steps(curve, strata, end), _censored(curve, strata)]
    if len(strata) == 1:
        layers.insert(0, _band(curve, strata[0]))
    plot = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)
    chart = alt.vconcat(plot, _at_risk_rows(at_risk(curve, ticks(end)), strata, end), spacing=8)
    return inline_svg(chart, title, says)


def thinned(curve: pl.DataFrame, bins: int) -> pl.DataFrame:
    """Of each stratum day 0 and the last row of each of so many equal stretches of time."""
    stretch = max(1, -(-_last_day(curve) // bins))
    is_last = pl.col("day") == pl.col("day").max().over("stratum", pl.col("day") // stretch)
    return curve.filter(is_last | (pl.col("day") == 0))


def at_risk(curve: pl.DataFrame, months: list[int]) -> pl.DataFrame:
    """Patients of each stratum whose time is as long as each of these months, or longer.

    Of shared curves, which end before everybody has left, there is no number beyond their end.
    """
    asked = curve.select(pl.col("stratum").unique()).join(
        pl.DataFrame({"month": months}).with_columns(day=pl.col("month") * DAYS_PER_MONTH), how="cross"
    )
    followed = curve.select("stratum", pl.col("day").cast(pl.Float64), "at_risk")
    is_whole = "events" not in curve.columns or curve["events"].null_count() == 0
    numbers = asked.sort("day", "stratum").join_asof(
        followed.sort("day", "stratum"), on="day", by="stratum", strategy="forward", check_sortedness=False
    )
    return numbers.with_columns(pl.col("at_risk").fill_null(0)) if is_whole else numbers.drop_nulls("at_risk")


def shape(curve: pl.DataFrame) -> Literal["linear", "step-after"]:
    """How a curve goes on from row to row: it steps, or, where it is shared, runs straight between rows far apart."""
    is_shared = curve["events"].null_count() > 0
    return "linear" if is_shared else "step-after"


def _last_day(curve: pl.DataFrame) -> int:
    return int(curve["day"].sort()[-1])


def ticks(end: int) -> list[int]:
    """Months to label up to `end`, a multiple of 12: quarters, halves or whole years, seven of them or fewer."""
    apart = {12: 3, 24: 6, 36: 6}.get(end, 12 * math.ceil(end / 72))
    return list(range(0, end + 1, apart))


def _x(end: int, axis: alt.Axis | None) -> alt.X:
    return alt.X("month:Q", scale=alt.Scale(domain=[0, end], nice=False), axis=axis)


def _colour(strata: list[str]) -> alt.Color:
    fills = [stage_fill(stratum) for stratum in strata]
    return alt.Color("stratum:N", scale=alt.Scale(domain=strata, range=fills), legend=None)


def _steps(curve: pl.DataFrame, strata: list[str], end: int) -> alt.Chart:
    dashes = alt.Scale(domain=strata, range=[DASHES[stratum] for stratum in strata])
    axis = alt.Axis(values=ticks(end), title="Months", grid=False, format="d", labelFlush=False)
    y = alt.Y(
        "survival:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(
            labelExpr=PER_CENT,
            values=[0, 0.25, 0.5, 0.75, 1],
            title=None,
            domain=False,
            ticks=False,
            labelPadding=5,
            minExtent=LABELS,
            maxExtent=LABELS,
        ),
    )
    return (
        alt.Chart(thinned(curve, STEPS).select("stratum", "month", "survival"))
        .mark_line(interpolate=shape(curve), strokeWidth=1.8)
        .encode(
            x=_x(end, axis),
            y=y,
            color=_colour(strata),
            strokeDash=alt.StrokeDash("stratum:N", scale=dashes, legend=None),
        )
    )


def _censored(curve: pl.DataFrame, strata: list[str]) -> alt.Chart:
    marked = thinned(curve.filter(pl.col("censored") > 0), MARKS) if curve["censored"].sum() else curve.head(0)
    return (
        alt.Chart(marked.select("stratum", "month", "survival"))
        .mark_tick(orient="vertical", size=7, thickness=1)
        .encode(x="month:Q", y="survival:Q", color=_colour(strata))
    )


def _band(curve: pl.DataFrame, stratum: str) -> alt.Chart:
    limits = thinned(curve, STEPS).drop_nulls(["ci_low", "ci_high"])
    return (
        alt.Chart(limits.select("month", "ci_low", "ci_high"))
        .mark_area(interpolate=shape(curve), opacity=0.16, color=stage_fill(stratum))
        .encode(x="month:Q", y="ci_low:Q", y2="ci_high:Q")
    )


def _at_risk_rows(numbers: pl.DataFrame, strata: list[str], end: int) -> alt.Chart:
    colours: dict[str, Any] = {
        "condition": [{"test": f"datum.value === '{stratum}'", "value": stage_fill(stratum)} for stratum in strata],
        "value": INK,
    }
    axis = alt.Axis(
        ticks=False,
        domain=False,
        labelColor=colours,
        labelFontWeight="bold",
        labelPadding=22,
        title=None,
        minExtent=LABELS,
        maxExtent=LABELS,
    )
    return (
        alt.Chart(numbers.select("stratum", "month", "at_risk"), title="Number at risk")
        .mark_text(fontSize=10.5, color=INK)
        .encode(
            x=_x(end, None),
            y=alt.Y("stratum:N", sort=strata, axis=axis),
            text=alt.Text("at_risk:Q", format=",d"),
        )
        .properties(width=WIDTH, height=ROW_HEIGHT * len(strata))
    )
