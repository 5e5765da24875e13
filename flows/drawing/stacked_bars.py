"""Bars of 100 %, split by category."""

from collections.abc import Sequence

import polars as pl
from markupsafe import Markup

from flows.drawing.marks import CRISP, Drawing, bar, line, text, width_of

WIDTH, ROW, BAR = 320, 23, 20
TEXT, SMALL = 11, 10
TOP, RIGHT, BOTTOM, BESIDE = 4, 16, 20, 8
SHARES = (0, 20, 40, 60, 80, 100)  # per cent, on the axis
# A segment narrower than this has no room for its own number; the table beside it has them all.
ROOM_FOR_LABEL = 0.075


def stacked_bars(
    counts: pl.DataFrame, categories: Sequence[str], fills: Sequence[str], title: str, says: str
) -> Markup:
    """Bars of 100 %, one per `row` (in order of appearance), split by `category` with `n` of each.

    `says` is the description for those who can't see it. Nothing to show gives empty markup.
    """
    if counts["n"].sum() == 0:
        return Markup("")
    rows = [str(row) for row in counts["row"].unique(maintain_order=True)]
    left = BESIDE + max(width_of(row, TEXT) for row in rows)
    drawn = Drawing(left + WIDTH + RIGHT, TOP + ROW * len(rows) + BOTTOM, left, TOP)
    drawn.add(*_axes(rows), *_bars(_spans(counts, categories), rows, dict(zip(categories, fills, strict=True))))
    return drawn.svg(title, says)


def _spans(counts: pl.DataFrame, categories: Sequence[str]) -> pl.DataFrame:
    """Where each segment begins and how long it is, as shares of its bar."""
    order = pl.col("category").cast(pl.Enum(list(categories)))
    share = pl.col("n") / pl.col("n").sum().over("row")
    return (
        counts.filter(pl.col("n") > 0)
        .sort(order, maintain_order=True)
        .select("row", "category", share=share, start=share.cum_sum().over("row") - share)
    )


def _axes(rows: list[str]) -> list[str]:
    height = ROW * len(rows)
    places = [(WIDTH * share / 100, f"{share}\u202f%") for share in SHARES]
    return [
        *(line((x + CRISP, 0), 0, height + 5) for x, _ in places),
        *(text(x + CRISP, height + 16, said, "middle", size=TEXT) for x, said in places),
        *(text(-BESIDE, ROW * (place + 0.5) + 4, row, "end", size=TEXT) for place, row in enumerate(rows)),
    ]


def _bars(spans: pl.DataFrame, rows: list[str], fills: dict[str, str]) -> list[str]:
    drawn = []
    for row, category, share, start in spans.rows():
        x, y, width = WIDTH * start, ROW * rows.index(str(row)), WIDTH * share
        drawn.append(bar(x, y + (ROW - BAR) / 2, width, BAR, fills[category], stroke="var(--card)", stroke_width=1))
        if share >= ROOM_FOR_LABEL:
            on_fill = fills[category].replace("--", "--on-", 1)
            said = f"{100 * share:.0f}\u202f%"
            drawn.append(text(x + width / 2, y + ROW / 2 + 3.5, said, "middle", fill=on_fill, size=SMALL))
    return drawn
