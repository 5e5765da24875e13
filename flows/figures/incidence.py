"""Cumulative incidence of progression with death competing: overall in a column, by stage across the page."""

from __future__ import annotations

import altair as alt
import polars as pl

from flows.drawing.curves_altair import Key, end_of, key_of, key_of_causes, panel, risk_rows, with_months
from flows.drawing.paper import COLUMN_MM, PAGE_MM, Figure
from flows.figures.kaplan_meier import SYSTEMS, of_origin, x_title
from flows.report.page import STRATA
from transforms.survival import Origin

ORIGIN = Origin("TTP", "line_start", 1)
COLUMN = (250, 178)
HALF_PAGE = (264, 190)
SAYS = (
    "Aalen-Johansen estimate of the cumulative incidence, with 95 % confidence bands; "
    "death without progression competes with progression."
)


def incidence_names() -> list[str]:
    """The names of all figures that there may be."""
    return [_name(by) for by in STRATA]


def incidence(table: pl.DataFrame) -> list[Figure]:
    """A figure overall and for each staging system of which there is a curve; from table `cumulative_incidence`."""
    rows = with_months(of_origin(table, ORIGIN)).rename({"incidence": "value"})
    drawn = []
    for by in STRATA:
        curves = rows.filter(stratum_by=by)
        if curves.height:
            drawn.append(_overall(curves) if by == "overall" else _stratified(curves, by))
    return drawn


def _name(by: str) -> str:
    return f"cif-ttp-line-1-{by.replace('_', '-')}"


def _overall(curves: pl.DataFrame) -> Figure:
    key, end = key_of_causes(curves["cause"].unique().to_list()), end_of(curves)
    by_cause = curves.with_columns(stratum=pl.col("cause"))
    plot = panel(by_cause, key, end, (x_title(ORIGIN), "Cumulative incidence"), COLUMN)
    # All causes are of the same patients: one row of numbers.
    followed = curves.filter(pl.col("cause") == key.strata[0])
    risk = risk_rows(followed, key_of(["all"]), end, COLUMN[0])
    chart = alt.vconcat(plot, risk, spacing=6).resolve_scale(color="independent", strokeDash="independent")
    return Figure(_name("overall"), chart, COLUMN_MM, "Cumulative incidence of progression in line 1", SAYS)


def _stratified(curves: pl.DataFrame, by: str) -> Figure:
    key, end = key_of(curves["stratum"].unique().to_list(), SYSTEMS[by]), end_of(curves)
    causes = key_of_causes(curves["cause"].unique().to_list())
    columns = [
        alt.vconcat(
            panel(
                curves.filter(pl.col("cause") == cause),
                key,
                end,
                (x_title(ORIGIN), "Cumulative incidence" if place == 0 else None),
                HALF_PAGE,
            ).properties(title=alt.Title(causes.names.get(cause, cause), fontWeight="bold", frame="group", offset=10)),
            *_risk(curves.filter(pl.col("cause") == cause), key, end, is_first=place == 0),
            spacing=6,
        )
        for place, cause in enumerate(causes.strata)
    ]
    title = f"Cumulative incidence of progression in line 1, {STRATA[by][0].lower()}{STRATA[by][1:]}"
    return Figure(_name(by), alt.hconcat(*columns, spacing=14), PAGE_MM, title, SAYS)


def _risk(curves: pl.DataFrame, key: Key, end: int, *, is_first: bool) -> list[alt.Chart]:
    return [risk_rows(curves, key, end, HALF_PAGE[0])] if is_first else []
