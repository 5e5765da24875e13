"""A swimmer plot: the courses of a sample of patients, their lines and their responses, a page wide.

Rows are numbered and nothing else identifies them; which patients are drawn is said in sql/figures/swimmer.sql.
"""

from __future__ import annotations

import math
from typing import Any

import altair as alt
import polars as pl
from markupsafe import Markup

from flows.drawing.colours import RESPONSES, response_fill
from flows.drawing.curve_values import ticks
from flows.drawing.svg import INK, inline_svg
from flows.drawing.words import Words

Chart = Any  # altair's own types of layered charts differ from one release to the next
WIDTH, ROW, BAR = 640, 17, 8
SMALL, TEXT = 10, 11
KEY_HEIGHT = 18
UNKNOWN = response_fill("NE")
PAPER = "var(--card)"
KEY = ("line", "progression", "death", "alive")
CROSS = "M-.7,-1L0,-.3L.7,-1L1,-.7L.3,0L1,.7L.7,1L0,.3L-.7,1L-1,.7L-.3,0L-1,-.7Z"
SHAPES = {"progression": "triangle-down", "death": CROSS, "alive": "triangle-right"}
SIZES = {"progression": 34, "death": 46, "alive": 46}
BESIDE = 9  # pixels that the last mark stands off its bar


def swimmer(courses: pl.DataFrame, words: Words) -> Markup:
    """The plot for the page, which scrolls by itself on a narrow screen; without a course the markup is empty."""
    if courses.is_empty():
        return Markup("")
    title = words.t("chart.swimmer.title")
    drawn = inline_svg(swimmer_chart(courses, words), title, swimmer_says(courses, words))
    return Markup(
        '<div class="swimmer scroll" data-chart="swimmer" role="region" tabindex="0" aria-label="{}">{}</div>'
    ).format(title, drawn)


def swimmer_says(courses: pl.DataFrame, words: Words) -> str:
    """What the plot shows, for those who can't see it."""
    return words.t("chart.swimmer.says", n=int(courses["row"].max()))  # type: ignore[arg-type]


def swimmer_chart(courses: pl.DataFrame, words: Words) -> Chart:
    """The plot of the answer of the query `swimmer`, with what its marks mean below."""
    end = _end(courses)
    chart = alt.layer(*_layers(courses, end, words)).resolve_scale(color="independent", shape="independent")
    plot = chart.properties(width=WIDTH, height=ROW * int(courses["row"].max()))  # type: ignore[arg-type]
    return alt.vconcat(plot, _key(words), spacing=4)


def _end(courses: pl.DataFrame) -> int:
    last = float(courses["last_month"].max())  # type: ignore[arg-type]
    return 12 * max(1, math.ceil(last / 12))


def _layers(courses: pl.DataFrame, end: int, words: Words) -> list[Chart]:
    marks = courses.filter(pl.col("mark").is_not_null()).with_columns(month=pl.col("last_month"))
    stretches = _joined(courses.filter(pl.col("state").is_not_null()))
    return [
        _bars(stretches.filter(pl.col("state") != "none"), end, words),
        _waits(stretches.filter(state="none"), words),
        _marks(marks, "progression", words, y=-7),
        *_line_starts(marks, words),
        _marks(marks, "death", words, x=BESIDE),
        _marks(marks, "alive", words, x=BESIDE),
    ]


def _joined(stretches: pl.DataFrame) -> pl.DataFrame:
    """Stretches of one line and state that follow one another as one."""
    run = pl.struct("row", "line", "state").rle_id().alias("run")
    return (
        stretches.sort("row", "first_month", "last_month", "line")
        .group_by(run, maintain_order=True)
        .agg(pl.col("row", "line", "state", "first_month").first(), pl.col("last_month").last())
        .drop("run")
    )


def _y(words: Words) -> alt.Y:
    title = words.t("chart.swimmer.patient")
    axis = alt.Axis(title=title, ticks=False, domain=False, labelFontSize=SMALL, titleFontSize=TEXT, grid=False)
    return alt.Y("row:O", axis=axis)


def _bars(stretches: pl.DataFrame, end: int, words: Words) -> alt.Chart:
    found = [name for name in RESPONSES if name in stretches["state"]]
    axis = alt.Axis(
        values=ticks(end),
        title=words.t("chart.swimmer.months"),
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
        .mark_bar(height=BAR, stroke=PAPER, strokeWidth=0.3)
        .encode(
            x=alt.X("first_month:Q", scale=alt.Scale(domain=[0, end], nice=False), axis=axis),
            x2="last_month:Q",
            y=_y(words),
            # a legend of nothing has no height that a drawing could have
            color=alt.Color("state:N", scale=fills, legend=_legend(words) if found else None),
        )
    )


def _waits(stretches: pl.DataFrame, words: Words) -> alt.Chart:
    """A thin line from a line's start to its first evaluable visit: nothing is known of its response."""
    return (
        alt.Chart(stretches.select("row", "first_month", "last_month"))
        .mark_rule(color=UNKNOWN, strokeWidth=1.6)
        .encode(x="first_month:Q", x2="last_month:Q", y=_y(words))
    )


def _key(words: Words) -> Chart:
    """What the marks mean, below the plot."""
    layers: list[Chart] = [
        alt.Chart(alt.Data(values=[{"a": 0.0, "b": 0.16}]))
        .mark_rule(color=UNKNOWN, strokeWidth=1.6)
        .encode(x=_place("a"), x2="b:Q", y=alt.value(KEY_HEIGHT / 2))
    ]
    texts = [{"at": 0.22, "text": words.t("chart.swimmer.waits")}]
    for place, kind in enumerate(KEY, start=1):
        at = alt.Chart(alt.Data(values=[{"at": place + 0.1, "line": 2}])).encode(x=_place("at"))
        layers += _line_marks(at) if kind == "line" else [_mark(at, kind)]
        texts.append({"at": place + 0.22, "text": words.t(f"chart.swimmer.{kind}")})
    named = alt.Chart(alt.Data(values=texts)).mark_text(align="left", fontSize=SMALL, color=INK)
    layers.append(named.encode(x=_place("at"), text="text:N"))
    drawn = [layer.encode(y=alt.value(KEY_HEIGHT / 2)) for layer in layers]
    return alt.layer(*drawn).properties(width=WIDTH, height=KEY_HEIGHT)


def _place(field: str) -> alt.X:
    return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=[0, len(KEY) + 1], nice=False))


def _legend(words: Words) -> alt.Legend:
    return alt.Legend(
        title=words.t("chart.swimmer.response"),
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
        titlePadding=28,
        columnPadding=10,
    )


def _marks(marks: pl.DataFrame, kind: str, words: Words, *, x: float = 0, y: float = 0) -> Chart:
    chart = alt.Chart(marks.filter(mark=kind).select("row", "month")).encode(x="month:Q", y=_y(words))
    return _mark(chart, kind, x=x, y=y)


def _mark(chart: Chart, kind: str, *, x: float = 0, y: float = 0) -> Chart:
    return chart.mark_point(
        shape=SHAPES[kind], filled=True, opacity=1, size=SIZES[kind], color=INK, xOffset=x, yOffset=y
    )


def _line_starts(marks: pl.DataFrame, words: Words) -> list[Chart]:
    starts = alt.Chart(marks.filter(mark="line").select("row", "month", "line"))
    return _line_marks(starts.encode(x="month:Q", y=_y(words)))


def _line_marks(starts: Chart) -> list[Chart]:
    """A numbered circle where a line after the first begins."""
    circle = starts.mark_point(
        shape="circle", filled=True, fill=PAPER, stroke=INK, strokeWidth=0.9, size=125, opacity=1
    )
    number = starts.mark_text(fontSize=9, color=INK, fontWeight="bold", dy=0.5)
    return [circle, number.encode(text="line:N")]
