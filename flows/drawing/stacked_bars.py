"""Bars of 100 %, split by category."""

from collections.abc import Sequence

import altair as alt
import polars as pl
from markupsafe import Markup

from flows.drawing.svg import PER_CENT, inline_svg

BAR_WIDTH = 320
BAR_HEIGHT = 23
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
    rows = counts["row"].unique(maintain_order=True).to_list()
    order = pl.col("category").cast(pl.Enum(list(categories)))
    share = pl.col("n") / pl.col("n").sum().over("row")
    spans = (
        counts.filter(pl.col("n") > 0)
        .sort(order, maintain_order=True)
        .with_columns(share=share, end=share.cum_sum().over("row"))
        .with_columns(start=pl.col("end") - pl.col("share"), middle=pl.col("end") - pl.col("share") / 2)
    )
    y = alt.Y("row:N", sort=rows, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8))
    bars = (
        alt.Chart(spans)
        .mark_bar(stroke="var(--card)", strokeWidth=1)
        .encode(
            x=alt.X(
                "start:Q",
                title=None,
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(labelExpr=PER_CENT, tickCount=5),
            ),
            x2="end:Q",
            y=y,
            color=_colours(categories, fills),
        )
    )
    on_fill = [fill.replace("--", "--on-", 1) for fill in fills]
    labels = (
        alt.Chart(spans.filter(pl.col("share") >= ROOM_FOR_LABEL).with_columns(label=_per_cent()))
        .mark_text(fontSize=10.5)
        .encode(x="middle:Q", y=y, text="label:N", color=_colours(categories, on_fill))
    )
    chart = alt.layer(bars, labels).resolve_scale(color="independent")
    return inline_svg(chart.properties(width=BAR_WIDTH, height=BAR_HEIGHT * len(rows)), title, says)


def _per_cent() -> pl.Expr:
    return pl.format("{}\u202f%", (100 * pl.col("share")).round().cast(pl.Int64))


def _colours(categories: Sequence[str], fills: Sequence[str]) -> alt.Color:
    return alt.Color("category:N", scale=alt.Scale(domain=list(categories), range=list(fills)), legend=None)
