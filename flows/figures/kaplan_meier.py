"""Kaplan-Meier figures, a column wide: overall and by stage, with intervals, censor marks and numbers at risk."""

from __future__ import annotations

import altair as alt
import polars as pl

from flows.drawing.curves_altair import end_of, key_of, panel, remark, risk_rows, with_months
from flows.drawing.paper import COLUMN_MM, Chart, Figure
from flows.drawing.words import count, decimal, interval, p_value
from flows.report.page import CURVE_NAMES, STRATA
from transforms.survival import CURVES, Origin

WIDTH, HEIGHT = 250, 178
Y_TITLES = {"OS": "Overall survival", "PFS": "Progression-free survival"}
X_TITLES = {"diagnosis": "Months from diagnosis", "line_start": "Months from start of line {line}"}
SOURCES = {
    "reported": " (progression as the clinic recorded it)",
    "mixed": " (progression as the clinic recorded it where no visit tells)",
}
MARKS = "; vertical marks are censored patients"
SYSTEMS = {"iss": "ISS", "r_iss": "R-ISS"}


def of_origin(rows: pl.DataFrame, origin: Origin) -> pl.DataFrame:
    """The rows of a table of outcomes that are about one endpoint and its origin."""
    return rows.filter(
        pl.col("endpoint") == origin.endpoint,
        pl.col("origin") == origin.origin,
        pl.col("line").eq_missing(pl.lit(origin.line)),
    )


def kaplan_meier_names() -> list[str]:
    """The names of all figures that there may be."""
    return [_name(origin, by) for origin in CURVES for by in STRATA]


def kaplan_meier(survival: pl.DataFrame, curves: pl.DataFrame) -> list[Figure]:
    """A figure for each endpoint, overall and by stage, of which there is a curve."""
    return [
        _figure(origin, by, of_origin(survival, origin).filter(stratum_by=by), curve)
        for origin in CURVES
        for by in STRATA
        if (curve := of_origin(curves, origin).filter(stratum_by=by)).height
    ]


def _name(origin: Origin, by: str) -> str:
    return f"km-{CURVE_NAMES[origin][0]}-{by.replace('_', '-')}"


def x_title(origin: Origin) -> str:
    """What the time runs from."""
    return X_TITLES[origin.origin].format(line=origin.line)


def progression_of(source: str | None) -> str:
    """Whose progressions these are, where they are not all derived from visits (REPORTED)."""
    return SOURCES.get(source or "", "")


def _figure(origin: Origin, by: str, summaries: pl.DataFrame, curve: pl.DataFrame) -> Figure:
    curve = with_months(curve).rename({"survival": "value"})
    key, end = key_of(curve["stratum"].unique().to_list(), SYSTEMS.get(by)), end_of(curve)
    p = summaries["p_logrank"].drop_nulls().first() if summaries.height else None
    plot = panel(curve, key, end, (x_title(origin), Y_TITLES[origin.endpoint]), (WIDTH, HEIGHT))
    plot = alt.layer(plot, remark(_p_text(p), end)) if p is not None else plot  # type: ignore[arg-type]
    chart: Chart = alt.vconcat(plot, risk_rows(curve, key, end, WIDTH), spacing=6)
    sources = summaries["progression_source"].drop_nulls().unique().to_list()
    source = progression_of(sources[0] if len(sources) == 1 else "mixed" if sources else None)
    title = f"{CURVE_NAMES[origin][1]}, {STRATA[by][0].lower()}{STRATA[by][1:]}{source}"
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
