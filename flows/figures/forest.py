"""Forest plots of hazard ratios, a page wide: one per endpoint, unadjusted and adjusted, from table `hazard_ratio`."""

from __future__ import annotations

import math
from typing import Any, Literal

import altair as alt
import polars as pl

from flows.drawing.colours import stage_fill
from flows.drawing.curve_names import CURVE_NAMES
from flows.drawing.curve_values import of_origin
from flows.drawing.paper import PAGE_MM, Chart, Figure
from flows.drawing.svg import INK
from flows.drawing.words import ENGLISH, HIDDEN, count, p_value, words
from transforms.survival import CURVES, Origin

Align = Literal["left", "right"]
ROW = 18
TEXT = 10.5
SMALL = 10
INDENT = 12
WIDTHS = {"label": 218, "n": 36, "events": 46, "ratio": 122, "p": 48}
PLOT = 178
WIDEST = (0.1, 10.0)  # an interval beyond is cut, and an arrow says so
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10)
DOUBTFUL = 0.05  # of the test of proportional hazards
DAGGER = "†"
PREFIX = "forest"
NAMES = {
    "iss": "ISS",
    "r_iss": "R-ISS",
    "r2_iss": "R2-ISS",
    "mass_3": "MASS",
    "hr_ims2025": "High risk (IMS 2025)",
    "hits": "High-risk abnormalities",
}
HEADINGS = {"label": "", "n": "n", "events": "Events", "ratio": "HR (95 % CI)", "p": "p"}


def forest(table: pl.DataFrame) -> list[Figure]:
    """A figure for each endpoint, unadjusted and adjusted, with an estimate; empty where there is none.

    Each factor is of a model of its own; of the adjusted ones age and sex are not drawn.
    """
    of_factor = table.filter(pl.col("covariate") == pl.col("factor"))
    return [
        _figure(origin, rows, is_adjusted=is_adjusted)
        for origin in CURVES
        for is_adjusted in (False, True)
        if (rows := of_origin(of_factor, origin).filter(adjusted=is_adjusted))["hazard_ratio"].count()
    ]


def _figure(origin: Origin, rows: pl.DataFrame, *, is_adjusted: bool) -> Figure:
    lines, domain = _lines(rows), _domain(rows)
    columns = [_column(lines, "label", "left"), _column(lines, "n", "right"), _column(lines, "events", "right")]
    columns += [_plot(lines, domain), _column(lines, "ratio", "left"), _column(lines, "p", "left")]
    # Columns stand where they are put: a long label reaches into the empty cells beside it, and moves nothing.
    chart = alt.hconcat(*columns, spacing=8, bounds="flush")
    anchor, title = CURVE_NAMES[origin]
    adjusted = "adjusted for age and sex" if is_adjusted else "unadjusted"
    says = (
        f"Hazard ratios with 95 % confidence intervals of Cox models, one per factor, {adjusted}; patients of whom the "
        f"factor is unknown are left out. {DAGGER}: hazards doubtfully proportional (p < {DOUBTFUL})." + _left_out(rows)
    )
    name = f"{PREFIX}-{anchor}-{'adjusted' if is_adjusted else 'unadjusted'}"
    return Figure(name, chart, PAGE_MM, f"{title}: hazard ratios, {adjusted}", says)


def _left_out(rows: pl.DataFrame) -> str:
    """What models do without: of factors that differ in it, by name."""
    said = rows.filter(pl.col("left_out").is_not_null(), pl.col("hazard_ratio").is_not_null())
    return "".join(
        f" Not adjusted for {' and '.join(str(left_out).split(', '))}, which does not differ or is not recorded: "
        f"{', '.join(_name(factor) for factor in of_these['factor'].unique(maintain_order=True))}."
        for (left_out,), of_these in said.group_by("left_out", maintain_order=True)
    )


def _lines(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """What is written, from above: headings, and for each factor its name and its levels."""
    lines: list[dict[str, Any]] = [{**HEADINGS, "kind": "heading"}]
    for (factor,), levels in rows.group_by("factor", maintain_order=True):
        found = levels.to_dicts()
        if found[0]["level"] is None:  # fewer than two levels: nothing to compare, and the reason stands instead
            lines.append({"label": _name(str(factor)), "ratio": words(found[0]["reason"]), "kind": "name"})
            continue
        lines.append({"label": _heading(str(factor), found[0]["reference"]), "kind": "name"})
        lines += [_line(row) for row in found]
    if any(DAGGER in line["label"] for line in lines):
        lines.append({"label": f"{DAGGER} Hazards may not be proportional (p < {DOUBTFUL})", "kind": "note"})
    return [{**line, "place": place} for place, line in enumerate(lines)]


def _heading(factor: str, reference: str | None) -> str:
    return _name(factor) + (f" (reference: {_level(factor, reference)})" if reference is not None else "")


def _name(code: str) -> str:
    return NAMES.get(code, code[:1].upper() + words(code)[1:])


def _level(factor: str, code: str) -> str:
    key = f"chart.level.{factor}.{code}"
    return _name(ENGLISH.t(key)) if ENGLISH.has(key) else _name(code)


def _line(row: dict[str, Any]) -> dict[str, Any]:
    ratio, p_proportional = row["hazard_ratio"], row["p_proportional"]
    is_doubtful = p_proportional is not None and p_proportional < DOUBTFUL
    interval = f"{_ratio(ratio)} ({_ratio(row['ci_low'])} to {_ratio(row['ci_high'])})"
    return {
        "label": _level(row["factor"], row["level"]) + (f" {DAGGER}" if is_doubtful else ""),
        "n": count(row["n_level"]),
        "events": count(row["events_level"]),
        "ratio": interval
        if ratio is not None
        else words(row["reason"] or (HIDDEN if None in (row["n_level"], row["events_level"]) else "not estimated")),
        "p": p_value(row["p"]) if ratio is not None else "",
        "hr": ratio,
        "low": row["ci_low"],
        "high": row["ci_high"],
        "kind": "level",
    }


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}" if value < 100 else ">100"


def _domain(rows: pl.DataFrame) -> tuple[float, float]:
    """Ticks of the axis that hold every interval, and one on either side."""
    low = min(0.5, float(rows["ci_low"].drop_nulls().min() or 1))  # type: ignore[arg-type]
    high = max(2.0, float(rows["ci_high"].drop_nulls().max() or 1))  # type: ignore[arg-type]
    below = [tick for tick in TICKS if tick <= max(low, WIDEST[0])]
    above = [tick for tick in TICKS if tick >= min(high, WIDEST[1])]
    return below[-1], above[0]


def _y(lines: list[dict[str, Any]]) -> alt.Y:
    return alt.Y("place:Q", axis=None, scale=alt.Scale(domain=[-0.5, len(lines) - 0.5], reverse=True, nice=False))


def _column(lines: list[dict[str, Any]], field: str, align: Align) -> Chart:
    """One column of text. Headings and covariates are bold, levels are set in."""
    bold = ("heading", "name") if field == "label" else ("heading",)
    texts = []
    for kind in ("heading", "name", "level", "note"):
        rows = [
            {"place": line["place"], "text": line[field]} for line in lines if line["kind"] == kind and line.get(field)
        ]
        start = INDENT if field == "label" and kind == "level" else 0
        texts.append(
            alt.Chart(alt.Data(values=rows))
            .mark_text(align=align, fontSize=TEXT, color=INK, fontWeight="bold" if kind in bold else "normal")
            .encode(y=_y(lines), text="text:N", x=alt.value(start if align == "left" else WIDTHS[field]))
        )
    return alt.layer(*texts).properties(width=WIDTHS[field], height=ROW * len(lines))


def _plot(lines: list[dict[str, Any]], domain: tuple[float, float]) -> Chart:
    low, high = domain
    rows = [line for line in lines if line.get("hr") is not None]
    cut = [{**row, "from": max(row["low"] or low, low), "to": min(row["high"] or high, high)} for row in rows]
    shown = [row for row in cut if low <= row["hr"] <= high]
    ticks = [tick for tick in TICKS if low <= tick <= high]
    axis = alt.Axis(
        values=ticks,
        format="~g",
        title="Hazard ratio (log scale)",
        grid=False,
        labelFlush=False,
        domainColor=INK,
        tickColor=INK,
        labelFontSize=SMALL,
        titleFontSize=SMALL,
    )
    scale = alt.Scale(type="log", domain=[low, high], nice=False)
    y, fill = _y(lines), stage_fill("i")
    one = alt.Chart(alt.Data(values=[{"at": 1}])).mark_rule(color=INK, strokeDash=[3, 3], strokeWidth=0.8)
    intervals = alt.Chart(alt.Data(values=cut)).mark_rule(color=fill, strokeWidth=1.4)
    points = alt.Chart(alt.Data(values=shown)).mark_square(color=fill, opacity=1, size=46)
    layers = [
        one.encode(x=alt.X("at:Q", scale=scale, axis=axis)),
        intervals.encode(x=alt.X("from:Q", scale=scale), x2="to:Q", y=y),
        points.encode(x=alt.X("hr:Q", scale=scale), y=y),
        *_arrows(cut, y, scale, domain),
    ]
    return alt.layer(*layers).properties(width=PLOT, height=ROW * len(lines))


def _arrows(rows: list[dict[str, Any]], y: alt.Y, scale: alt.Scale, domain: tuple[float, float]) -> list[Chart]:
    """An arrowhead where an interval goes on beyond the axis."""
    low, high = domain
    ends = [("triangle-left", [{**row, "at": low} for row in rows if (row["low"] or 0) < low])]
    ends += [("triangle-right", [{**row, "at": high} for row in rows if (row["high"] or math.inf) > high])]
    return [
        alt.Chart(alt.Data(values=cut))
        .mark_point(shape=shape, filled=True, opacity=1, size=40, color=stage_fill("i"))
        .encode(x=alt.X("at:Q", scale=scale), y=y)
        for shape, cut in ends
        if cut
    ]
