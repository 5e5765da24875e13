"""A swimmer plot: the courses of a sample of patients, their lines and their responses, a page wide.

Rows are numbered and nothing else identifies them; which patients are drawn is said in sql/figures/swimmer.sql.
"""

from __future__ import annotations

import math

import polars as pl
from markupsafe import Markup

from flows.drawing.colours import RESPONSES, response_fill
from flows.drawing.curve_values import ticks
from flows.drawing.marks import CRISP, Drawing, bar, line, symbol, text, width_of
from flows.drawing.svg import INK
from flows.drawing.words import Words

WIDTH, ROW, BAR = 640, 17, 8
SMALL, TEXT = 10, 11
LEFT, TOP, RIGHT = 34, 40, 16
AXIS, KEY_HEIGHT = 38, 22  # below the plot: the axis with its title, then the key of the marks
UNKNOWN = response_fill("NE")
PAPER = "var(--card)"
KEY = ("line", "progression", "death", "alive")
SHAPES = {
    "progression": "M0,2.5L-2.9,-2.5H2.9Z",
    "death": "M-2.4,-3.4L0,-1L2.4,-3.4L3.4,-2.4L1,0L3.4,2.4L2.4,3.4L0,1L-2.4,3.4L-3.4,2.4L-1,0L-3.4,-2.4Z",
    "alive": "M2.9,0L-2.9,-3.4V3.4Z",
    "line": "M5.6,0A5.6,5.6,0,1,1,-5.6,0A5.6,5.6,0,1,1,5.6,0",
}
ABOVE, BESIDE = 7, 9  # pixels that a progression stands over its bar, and the last mark beside it


def swimmer(courses: pl.DataFrame, words: Words) -> Markup:
    """The plot for the page, which scrolls by itself on a narrow screen; without a course the markup is empty."""
    if courses.is_empty():
        return Markup("")
    title = words.t("chart.swimmer.title")
    drawn = swimmer_chart(courses, words).svg(title, swimmer_says(courses, words))
    return Markup(
        '<div class="swimmer scroll" data-chart="swimmer" role="group" tabindex="0" aria-label="{}">{}</div>'
    ).format(title, drawn)


def swimmer_says(courses: pl.DataFrame, words: Words) -> str:
    """What the plot shows, for those who can't see it."""
    return words.t("chart.swimmer.says", n=int(courses["row"].max()))  # type: ignore[arg-type]


def swimmer_chart(courses: pl.DataFrame, words: Words, first_line: int = 1) -> Drawing:
    """The plot of the answer of the query `swimmer` from a line on, with what its marks mean below."""
    end, rows = _end(courses), int(courses["row"].max())  # type: ignore[arg-type]
    drawn = Drawing(LEFT + WIDTH + RIGHT, TOP + ROW * rows + AXIS + KEY_HEIGHT, LEFT, TOP)
    placed = courses.with_columns(
        x=pl.col("first_month") * (WIDTH / end), to=pl.col("last_month") * (WIDTH / end), y=ROW * (pl.col("row") - 0.5)
    )
    stretches = _joined(placed.filter(pl.col("state").is_not_null()))
    drawn.add(*_responses(stretches, words), *_axes(end, rows, words, first_line), *_bars(stretches))
    drawn.add(*_marks(placed.filter(pl.col("mark").is_not_null())), *_key(ROW * rows + AXIS, words))
    return drawn


def _end(courses: pl.DataFrame) -> int:
    last = float(courses["last_month"].max())  # type: ignore[arg-type]
    return 12 * max(1, math.ceil(last / 12))


def _joined(stretches: pl.DataFrame) -> pl.DataFrame:
    """Stretches of one line and state that follow one another as one."""
    run = pl.struct("row", "line", "state").rle_id().alias("run")
    return (
        stretches.sort("row", "first_month", "last_month", "line")
        .group_by(run, maintain_order=True)
        .agg(pl.col("row", "line", "state", "x", "y").first(), pl.col("to").last())
        .drop("run")
    )


def _responses(stretches: pl.DataFrame, words: Words) -> list[str]:
    """What the colours mean, above the plot."""
    found = [name for name in RESPONSES if name != "none" and name in stretches["state"]]
    title = words.t("chart.swimmer.response")
    drawn, x = [text(0, -26, title, size=SMALL)] if found else [], width_of(title, SMALL) + 14
    for name in found:
        drawn += [bar(x, -34, 10, 10, response_fill(name)), text(x + 15, -26, name, size=SMALL)]
        x += 27 + width_of(name, SMALL)
    return drawn


def _axes(end: int, rows: int, words: Words, first_line: int) -> list[str]:
    from_line = words.t("chart.swimmer_of.months", line=str(first_line))
    title = words.t("chart.swimmer.months") if first_line == 1 else from_line
    bottom = ROW * rows
    months = [(WIDTH * month / end, str(month)) for month in ticks(end)]
    return [
        line((CRISP, bottom + CRISP), WIDTH, 0, INK),
        *(line((x + CRISP, bottom + CRISP), 0, 5, INK) for x, _ in months),
        *(text(x + CRISP, bottom + 15.5, said, "middle", size=SMALL) for x, said in months),
        text(WIDTH / 2, bottom + 30.5, title, "middle", size=TEXT),
        text(-LEFT, -8, words.t("chart.swimmer.patient"), size=TEXT),
        *(text(-4, ROW * place + 12, str(place + 1), "end", size=SMALL) for place in range(rows)),
    ]


def _bars(stretches: pl.DataFrame) -> list[str]:
    """Responses; and a thin line from a line's start to its first evaluable visit, when nothing is known of it."""
    waits = stretches.filter(state="none").select("x", "y", "to").rows()
    known = stretches.filter(pl.col("state") != "none").select("state", "x", "y", "to").rows()
    return [
        *(
            bar(x, y - BAR / 2, to - x, BAR, response_fill(state), stroke=PAPER, stroke_width=0.3)
            for state, x, y, to in known
        ),
        *(line((x, y), to - x, 0, UNKNOWN, 1.6) for x, y, to in waits),
    ]


def _marks(marks: pl.DataFrame) -> list[str]:
    """Progressions over the bars, numbered circles where a later line begins, and how the course ends beside them."""
    by_kind = {kind: marks.filter(mark=kind).select("to", "y", "line").rows() for kind in KEY}
    return [
        *(symbol(x, y - ABOVE, SHAPES["progression"], fill=INK) for x, y, _ in by_kind["progression"]),
        *(drawn for x, y, number in by_kind["line"] for drawn in _line_start(x, y, number)),
        *(symbol(x + BESIDE, y, SHAPES[kind], fill=INK) for kind in ("death", "alive") for x, y, _ in by_kind[kind]),
    ]


def _line_start(x: float, y: float, number: int) -> list[str]:
    return [
        symbol(x, y, SHAPES["line"], fill=PAPER, stroke=INK, stroke_width=0.9),
        text(x, y + 3.5, str(number), "middle", bold=True, size=9),
    ]


def _key(y: float, words: Words) -> list[str]:
    """What the marks mean, below the plot."""
    middle, apart = y + KEY_HEIGHT / 2, WIDTH / (len(KEY) + 1)
    drawn = [line((0, middle), 20, 0, UNKNOWN, 1.6), text(28, middle + 3.5, words.t("chart.swimmer.waits"), size=SMALL)]
    for place, kind in enumerate(KEY, start=1):
        x = apart * place + 12
        drawn += _line_start(x, middle, 2) if kind == "line" else [symbol(x, middle, SHAPES[kind], fill=INK)]
        drawn.append(text(x + 16, middle + 3.5, words.t(f"chart.swimmer.{kind}"), size=SMALL))
    return drawn
