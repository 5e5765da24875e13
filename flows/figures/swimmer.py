"""A swimmer plot: the courses of a sample of patients, their lines and their responses, a page wide.

Rows are numbered and nothing else tells who they are; which patients are drawn is said in sql/figures/swimmer.sql.
"""

from __future__ import annotations

import math

import altair as alt
import polars as pl

from flows.figures.paper import PAGE_MM, Chart, Figure
from flows.report.curves import ticks
from flows.report.figures import INK, RESPONSES, response_fill

NAME = "swimmer"
WIDTH, ROW, BAR = 640, 17, 8
SMALL, TEXT = 10, 11
KEY_HEIGHT = 18
UNKNOWN = response_fill("NE")
KEY = (("line", "Start of a later line"), ("progression", "Progression"), ("death", "Death"), ("alive", "Alive"))
CROSS = "M-.7,-1L0,-.3L.7,-1L1,-.7L.3,0L1,.7L.7,1L0,.3L-.7,1L-1,.7L-.3,0L-1,-.7Z"
SHAPES = {"progression": "triangle-down", "death": CROSS, "alive": "triangle-right"}
SIZES = {"progression": 34, "death": 46, "alive": 46}
BESIDE = 9  # pixels that the last mark stands off its bar


def swimmer(courses: pl.DataFrame) -> list[Figure]:
    """The figure, or none where nobody has a course; from the query `swimmer`."""
    if courses.is_empty():
        return []
    rows, end = int(courses["row"].max()), _end(courses)  # type: ignore[arg-type]
    chart = alt.layer(*_layers(courses, end)).resolve_scale(color="independent", shape="independent")
    says = (
        f"Courses of {rows} patients from the start of line 1, spread evenly over the length of follow-up. Colour: the "
        "last confirmed response of the line; triangles: progression; numbered circles: start of a later line; cross: "
        "death; arrow: alive at last contact."
    )
    plot = chart.properties(width=WIDTH, height=ROW * rows)
    return [
        Figure(
            NAME,
            alt.vconcat(plot, _key(), spacing=4),
            PAGE_MM,
            "Lines of therapy and responses, patient by patient",
            says,
        )
    ]


def _end(courses: pl.DataFrame) -> int:
    last = float(courses["last_month"].max())  # type: ignore[arg-type]
    return 12 * max(1, math.ceil(last / 12))


def _layers(courses: pl.DataFrame, end: int) -> list[Chart]:
    marks = courses.filter(pl.col("mark").is_not_null()).with_columns(month=pl.col("last_month"))
    stretches = courses.filter(pl.col("state").is_not_null())
    return [
        _bars(stretches.filter(pl.col("state") != "none"), end),
        _waits(stretches.filter(state="none")),
        _marks(marks, "progression", y=-7),
        *_line_starts(marks),
        _marks(marks, "death", x=BESIDE),
        _marks(marks, "alive", x=BESIDE),
    ]


def _y() -> alt.Y:
    axis = alt.Axis(title="Patient", ticks=False, domain=False, labelFontSize=SMALL, titleFontSize=TEXT, grid=False)
    return alt.Y("row:O", axis=axis)


def _bars(stretches: pl.DataFrame, end: int) -> alt.Chart:
    found = [name for name in RESPONSES if name in stretches["state"]]
    axis = alt.Axis(
        values=ticks(end),
        title="Months from start of line 1",
        format="d",
        grid=False,
        labelFlush=False,
        domainColor=INK,
        tickColor=INK,
        labelFontSize=SMALL,
        titleFontSize=TEXT,
    )
    fills = alt.Scale(domain=found, range=[response_fill(name) for name in found])
    return (
        alt.Chart(stretches.select("row", "state", "first_month", "last_month"))
        .mark_bar(height=BAR, stroke="#ffffff", strokeWidth=0.3)
        .encode(
            x=alt.X("first_month:Q", scale=alt.Scale(domain=[0, end], nice=False), axis=axis),
            x2="last_month:Q",
            y=_y(),
            color=alt.Color("state:N", scale=fills, legend=_legend()),
        )
    )


def _waits(stretches: pl.DataFrame) -> alt.Chart:
    """A thin line from a line's start to its first evaluable visit: nothing is known of its response."""
    return (
        alt.Chart(stretches.select("row", "first_month", "last_month"))
        .mark_rule(color=UNKNOWN, strokeWidth=1.6)
        .encode(x="first_month:Q", x2="last_month:Q", y=_y())
    )


def _key() -> Chart:
    """What the marks mean, below the plot."""
    layers: list[Chart] = [
        alt.Chart(alt.Data(values=[{"a": 0.0, "b": 0.16}]))
        .mark_rule(color=UNKNOWN, strokeWidth=1.6)
        .encode(x=_place("a"), x2="b:Q", y=alt.value(KEY_HEIGHT / 2))
    ]
    texts = [{"at": 0.22, "text": "Not yet assessed"}]
    for place, (kind, text) in enumerate(KEY, start=1):
        at = alt.Chart(alt.Data(values=[{"at": place + 0.1, "line": 2}])).encode(x=_place("at"))
        layers += _line_marks(at) if kind == "line" else [_mark(at, kind)]
        texts.append({"at": place + 0.22, "text": text})
    words = alt.Chart(alt.Data(values=texts)).mark_text(align="left", fontSize=SMALL, color=INK)
    layers.append(words.encode(x=_place("at"), text="text:N"))
    drawn = [layer.encode(y=alt.value(KEY_HEIGHT / 2)) for layer in layers]
    return alt.layer(*drawn).properties(width=WIDTH, height=KEY_HEIGHT)


def _place(field: str) -> alt.X:
    return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=[0, len(KEY) + 1], nice=False))


def _legend() -> alt.Legend:
    return alt.Legend(
        title="Confirmed response",
        orient="top",
        direction="horizontal",
        symbolType="square",
        symbolSize=110,
        symbolStrokeWidth=0,
        labelFontSize=SMALL,
        labelColor=INK,
        labelLimit=200,
        titleFontSize=SMALL,
        titleColor=INK,
        titleFontWeight="normal",
        titleOrient="left",
        titleAnchor="middle",
        titlePadding=8,
        columnPadding=10,
    )


def _marks(marks: pl.DataFrame, kind: str, *, x: float = 0, y: float = 0) -> Chart:
    chart = alt.Chart(marks.filter(mark=kind).select("row", "month")).encode(x="month:Q", y=_y())
    return _mark(chart, kind, x=x, y=y)


def _mark(chart: Chart, kind: str, *, x: float = 0, y: float = 0) -> Chart:
    return chart.mark_point(
        shape=SHAPES[kind], filled=True, opacity=1, size=SIZES[kind], color=INK, xOffset=x, yOffset=y
    )


def _line_starts(marks: pl.DataFrame) -> list[Chart]:
    starts = alt.Chart(marks.filter(mark="line").select("row", "month", "line"))
    return _line_marks(starts.encode(x="month:Q", y=_y()))


def _line_marks(starts: Chart) -> list[Chart]:
    """A numbered circle where a line after the first begins."""
    circle = starts.mark_point(
        shape="circle", filled=True, fill="#ffffff", stroke=INK, strokeWidth=0.9, size=125, opacity=1
    )
    number = starts.mark_text(fontSize=9, color=INK, fontWeight="bold", dy=0.5)
    return [circle, number.encode(text="line:N")]
