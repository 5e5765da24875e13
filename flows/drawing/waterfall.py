"""A waterfall plot: the best change of each line as a bar, the largest increase first, coloured by response."""

from __future__ import annotations

import polars as pl
from markupsafe import Markup

from flows.drawing.colours import RESPONSES, response_fill
from flows.drawing.marks import CRISP, Drawing, bar, line, text, width_of
from flows.drawing.svg import INK
from flows.drawing.words import Words
from rules.categories import CATEGORIES

WIDTH, HEIGHT = 640, 240
LEFT, TOP, RIGHT, BOTTOM = 52, 40, 12, 26
SMALL, TEXT = 10, 11
MOST = 200  # bars that can still be seen apart
HIGHEST = 1.0  # a bar of more than doubling ends there, with a mark
TICKS = (1.0, 0.5, 0.0, -0.5, -1.0)


def sampled(changes: pl.DataFrame, most: int = MOST) -> pl.DataFrame:
    """Of each cohort's known changes, the largest first, so many spread evenly over the ranking: the middle one of each
    of so many equal groups. Of equal changes the shallower response comes first. Columns: cohort, place, of (how many
    there are), change, best_response, followed_by.
    """
    known = (
        changes.drop_nulls("change")
        .with_columns(depth=pl.col("best_response").replace_strict(CATEGORIES, range(len(CATEGORIES)), default=-1))
        .sort("cohort", "change", "depth", "patient_id", "line", descending=[False, True, False, False, False])
        .with_columns(rank=pl.int_range(1, pl.len() + 1).over("cohort"), of=pl.len().over("cohort"))
    )
    taken = pl.min_horizontal(pl.col("of"), most)
    up_to, before = 2 * pl.col("rank") * taken + pl.col("of"), 2 * (pl.col("rank") - 1) * taken + pl.col("of")
    drawn = known.filter(up_to // (2 * pl.col("of")) > before // (2 * pl.col("of")))
    return drawn.select(
        "cohort",
        pl.int_range(1, pl.len() + 1).over("cohort").alias("place"),
        pl.col("of").cast(pl.Int64),
        "change",
        "best_response",
        "followed_by",
    )


def waterfall(bars: pl.DataFrame, words: Words, title: str) -> Markup:
    """The plot of one cohort's `sampled` changes; without one the markup is empty."""
    if bars.is_empty():
        return Markup("")
    return waterfall_chart(bars, words).svg(title, waterfall_says(bars, words))


def waterfall_says(bars: pl.DataFrame, words: Words) -> str:
    """What the plot shows, for those who can't see it."""
    half = bars.filter(pl.col("change") <= -0.5).height
    return words.t("chart.waterfall.says", n=bars.height, half=half, of=int(bars["of"][0]))


def waterfall_chart(bars: pl.DataFrame, words: Words) -> Drawing:
    """The plot, with what its colours mean above."""
    drawn = Drawing(LEFT + WIDTH + RIGHT, TOP + HEIGHT + BOTTOM, LEFT, TOP)
    drawn.add(*_key(bars, words), *_axes(words), *_bars(bars))
    drawn.add(line((CRISP, _y(0) + CRISP), WIDTH, 0, INK))
    return drawn


def _y(change: float) -> float:
    return HEIGHT * (HIGHEST - min(change, HIGHEST)) / (HIGHEST + 1)


def _axes(words: Words) -> list[str]:
    places = [(round(_y(change)), change) for change in TICKS]
    return [
        *(line((CRISP, y + CRISP), WIDTH, 0) for y, _ in places),
        *(text(-6, y + 4, _signed(change), "end", size=TEXT) for y, change in places),
        text(WIDTH / 2, HEIGHT + 19, words.t("chart.waterfall.axis"), "middle", size=TEXT),
    ]


def _signed(change: float) -> str:
    sign = "+" if change > 0 else "\N{MINUS SIGN}" if change < 0 else ""
    return f"{sign}{abs(100 * change):.0f}\u202f%"


def _bars(bars: pl.DataFrame) -> list[str]:
    step = WIDTH / max(bars.height, 20)
    gap = min(1.0, 0.15 * step)
    drawn = []
    for place, change, response in bars.select("place", "change", "best_response").rows():
        x, top, bottom = step * (place - 1), _y(max(change, 0)), _y(min(change, 0))
        # no change at all is a bar too
        height = max(bottom - top, 1)
        drawn.append(bar(x + gap / 2, top, step - gap, height, response_fill(response or "none")))
        if change > HIGHEST:
            drawn.append(text(x + step / 2, top - 3, "+", "middle", size=SMALL))
    return drawn


def _key(bars: pl.DataFrame, words: Words) -> list[str]:
    """What the colours mean, above the plot."""
    found = bars["best_response"].fill_null("none")
    title = words.t("chart.waterfall.response")
    drawn, x = [text(0, -26, title, size=SMALL)], width_of(title, SMALL) + 14
    for name in (name for name in RESPONSES if name in found):
        said = words.name("stratum", name)
        drawn += [bar(x, -34, 10, 10, response_fill(name)), text(x + 15, -26, said, size=SMALL)]
        x += 27 + width_of(said, SMALL)
    return drawn
