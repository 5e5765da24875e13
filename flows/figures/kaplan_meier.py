"""Kaplan-Meier figures, a column wide: overall and by stage, with intervals, censor marks and numbers at risk."""

from __future__ import annotations

import altair as alt
import polars as pl

from flows.drawing.curve_names import CURVE_NAMES, STRATA_NAMES, SYSTEMS, x_title
from flows.drawing.curve_values import end_of, of_origin
from flows.drawing.curves_altair import drawn_of, key_of, panel, remark, risk_rows
from flows.drawing.paper import COLUMN_MM, Chart, Figure
from flows.drawing.words import count, decimal, interval, p_value
from transforms.survival import CURVES, Origin

WIDTH, HEIGHT = 250, 178
Y_TITLES = {"OS": "Overall survival", "PFS": "Progression-free survival", "PFS2": "PFS2", "TTD": "Still on treatment"}
SOURCES = {
    "reported": " (progression as the clinic recorded it)",
    "mixed": " (progression as recorded by the clinic where none could be derived)",
}
MARKS = "; vertical marks are censored patients"


def kaplan_meier_names() -> list[str]:
    """The names of all figures that there may be."""
    return [_name(origin, by) for origin in CURVES for by in STRATA_NAMES]


def kaplan_meier(survival: pl.DataFrame, curves: pl.DataFrame) -> list[Figure]:
    """A figure for each endpoint, overall and by stage, of which there is a curve."""
    return [
        _figure(origin, by, of_origin(survival, origin).filter(stratum_by=by), curve)
        for origin in CURVES
        for by in STRATA_NAMES
        if (curve := of_origin(curves, origin).filter(stratum_by=by)).height
    ]


def _name(origin: Origin, by: str) -> str:
    return f"km-{CURVE_NAMES[origin][0]}-{by.replace('_', '-')}"


def progression_of(source: str | None) -> str:
    """Whose progressions these are, where they are not all derived from visits (REPORTED)."""
    return SOURCES.get(source or "", "")


def _figure(origin: Origin, by: str, summaries: pl.DataFrame, curve: pl.DataFrame) -> Figure:
    key, end = key_of(curve["stratum"].unique().to_list(), SYSTEMS.get(by)), end_of(curve)
    p = summaries["p_logrank"].drop_nulls().first() if summaries.height else None
    drawn = drawn_of(curve.rename({"survival": "value"}), key, end)
    plot = panel(drawn, key, (x_title(origin), Y_TITLES[origin.endpoint]), (WIDTH, HEIGHT))
    plot = alt.layer(plot, remark(_p_text(p), end)) if p is not None else plot  # type: ignore[arg-type]
    chart: Chart = alt.vconcat(plot, risk_rows(drawn, key, WIDTH), spacing=6)
    sources = summaries["progression_source"].drop_nulls().unique().to_list()
    source = progression_of(sources[0] if len(sources) == 1 else "mixed" if sources else None)
    title = f"{CURVE_NAMES[origin][1]}, {STRATA_NAMES[by][0].lower()}{STRATA_NAMES[by][1:]}{source}"
    return Figure(_name(origin, by), chart, COLUMN_MM, title, _says(summaries, has_marks=curve["censored"].count() > 0))


def _p_text(p: float) -> str:
    text = p_value(p)
    return f"Log-rank p {f'< {text[1:]}' if text.startswith('<') else f'= {text}'}"


def _says(summaries: pl.DataFrame, *, has_marks: bool) -> str:
    parts = [
        f"{row['stratum']}: {count(row['n'])} patients, {count(row['events'])} events, median "
        + (
            f"{decimal(row['median_months'])} months (95 % CI {interval(row['median_ci_low'], row['median_ci_high'])})"
            if row["median_months"] is not None
            else "not reached"
        )
        for row in summaries.to_dicts()
        if row["n"] is not None
    ]
    return (
        f"Kaplan-Meier estimate with 95 % confidence bands (log-log){MARKS if has_marks else ''}. "
        f"{'; '.join(parts)}.{_late(summaries)}"
    )


def _late(summaries: pl.DataFrame) -> str:
    if summaries["n_entered_late"].null_count():
        return ""
    entered = int(summaries["n_entered_late"].sum())
    return f" {count(entered)} patients count only from their registration on (left truncation)." if entered else ""
