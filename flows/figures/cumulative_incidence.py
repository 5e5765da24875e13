"""Cumulative incidence of progression with death competing: overall in a column, by stage across the page."""

from __future__ import annotations

import altair as alt
import polars as pl

from flows.drawing.curve_names import STRATA_NAMES, SYSTEMS, x_title
from flows.drawing.curve_values import end_of, of_origin
from flows.drawing.curves_altair import drawn_of, key_of, key_of_causes, panel, risk_rows
from flows.drawing.paper import COLUMN_MM, PAGE_MM, Figure
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
    return [_name(by) for by in STRATA_NAMES]


def incidence(table: pl.DataFrame) -> list[Figure]:
    """A figure overall and for each staging system of which there is a curve; from table `cumulative_incidence`."""
    rows = of_origin(table, ORIGIN).rename({"incidence": "value"})
    drawn = []
    for by in STRATA_NAMES:
        curves = rows.filter(stratum_by=by)
        if curves.height:
            drawn.append(_overall(curves) if by == "overall" else _stratified(curves, by))
    return drawn


def _name(by: str) -> str:
    return f"cif-ttp-line-1-{by.replace('_', '-')}"


def _overall(curves: pl.DataFrame) -> Figure:
    key, end = key_of_causes(curves["cause"].unique().to_list()), end_of(curves)
    by_cause = curves.with_columns(stratum=pl.col("cause"))
    plot = panel(drawn_of(by_cause, key, end), key, (x_title(ORIGIN), "Cumulative incidence"), COLUMN)
    # All causes are of the same patients: one row of numbers.
    followed = curves.filter(pl.col("cause") == key.strata[0])
    risk = risk_rows(drawn_of(followed, key_of(["all"]), end), key_of(["all"]), COLUMN[0])
    chart = alt.vconcat(plot, risk, spacing=6).resolve_scale(color="independent", strokeDash="independent")
    return Figure(_name("overall"), chart, COLUMN_MM, "Cumulative incidence of progression in line 1", SAYS)


def _stratified(curves: pl.DataFrame, by: str) -> Figure:
    key, end = key_of(curves["stratum"].unique().to_list(), SYSTEMS[by]), end_of(curves)
    causes = key_of_causes(curves["cause"].unique().to_list())
    columns = []
    for place, cause in enumerate(causes.strata):
        drawn = drawn_of(curves.filter(pl.col("cause") == cause), key, end)
        titles = (x_title(ORIGIN), "Cumulative incidence" if place == 0 else None)
        name = alt.Title(causes.names.get(cause, cause), fontWeight="bold", frame="group", offset=10)
        risk = [risk_rows(drawn, key, HALF_PAGE[0])] if place == 0 else []
        columns.append(alt.vconcat(panel(drawn, key, titles, HALF_PAGE).properties(title=name), *risk, spacing=6))
    title = f"Cumulative incidence of progression in line 1, {STRATA_NAMES[by][0].lower()}{STRATA_NAMES[by][1:]}"
    return Figure(_name(by), alt.hconcat(*columns, spacing=14), PAGE_MM, title, SAYS)
