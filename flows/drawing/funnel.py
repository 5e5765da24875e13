"""A funnel plot: each site's share against how many it is of, and how far chance alone takes a site from the whole.

The limits are exact (Spiegelhalter 2005, doi:10.1002/sim.1970): a site is beyond one where, with the registry's share,
a count as far out has a probability of 2.5 % (0.1 %) or less. Between counts the binomial distribution is continued by
the incomplete beta function that it is at counts, so the drawn limits have no teeth and agree with the tails.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
from markupsafe import Markup
from scipy.special import bdtrik

from flows.drawing.marks import CRISP, Drawing, line, stroke, symbol, text
from flows.drawing.scale import step_of, steps_within
from flows.drawing.words import Words

WIDTH, HEIGHT = 520, 260
# Around the plot: the shares' labels, half a label, the limits' names, the axis and its title.
LEFT, TOP, RIGHT, BOTTOM = 44, 11, 44, 38
INNER, OUTER = 0.95, 0.998
# So many denominators carry the limits' curves.
PLACES = 160
SOFT, ACCENT, BEYOND = "var(--soft)", "var(--accent)", "var(--stage-iii)"
DIAMOND = "M-4.2,0L0,-4.2L4.2,0L0,4.2Z"
CIRCLE = "M4.2,0A4.2,4.2,0,1,1,-4.2,0A4.2,4.2,0,1,1,4.2,0"


def funnel(points: pl.DataFrame, registry_share: float | None, words: Words, title: str) -> Markup:
    """Sites (`site`, `numerator`, `denominator`) about the registry's share; those outside the 95 % limits are named.

    Points already marked `outside` keep it: rounded counts would give another answer than exact ones. A site
    whose numbers are null or zero is not drawn. Nothing to draw gives empty markup.
    """
    shown = points.drop_nulls(["numerator", "denominator"]).filter(pl.col("denominator") > 0)
    if shown.is_empty() or registry_share is None:
        return Markup("")
    placed = beside_limits(shown, registry_share)
    end = float(shown["denominator"].max()) * 1.12  # type: ignore[arg-type]
    around = limits(np.unique(np.linspace(1, end, PLACES).round().astype(int)), registry_share)
    shares = _nice(*_extent(placed, around.filter(pl.col("denominator") >= shown["denominator"].min())))
    drawn = Drawing(LEFT + WIDTH + RIGHT, TOP + HEIGHT + BOTTOM, LEFT, TOP)
    drawn.add(*_axes(end, shares, words), *_limit_lines(_placed(around, end, shares), words))
    drawn.add(line((0, _y(registry_share, shares)), WIDTH, 0, ACCENT, 1.4), *_sites(placed, end, shares))
    said = drawn.svg(title, _says(placed, registry_share, words))
    return Markup('<figure class="funnel" data-chart="funnel">{}</figure>').format(said)


def limits(denominators: Any, share: float) -> pl.DataFrame:
    """The control limits for these denominators, as shares: low_95, high_95, low_998, high_998."""
    found = {"denominator": denominators}
    for name, level in (("95", INNER), ("998", OUTER)):
        found[f"low_{name}"], found[f"high_{name}"] = _limits((1 - level) / 2, denominators, share)
    return pl.DataFrame(found).fill_nan(None)


def beside_limits(points: pl.DataFrame, share: float) -> pl.DataFrame:
    """The points with their share, their own limits, and `outside`: none, 95 or 998."""
    denominators = points["denominator"].to_numpy()
    own = limits(denominators, share).drop("denominator")
    y = pl.col("numerator") / pl.col("denominator")
    outer = (y <= pl.col("low_998")).fill_null(False) | (y >= pl.col("high_998")).fill_null(False)
    inner = (y <= pl.col("low_95")).fill_null(False) | (y >= pl.col("high_95")).fill_null(False)
    outside = pl.when(outer).then(pl.lit("998")).when(inner).then(pl.lit("95")).otherwise(pl.lit("none"))
    placed = pl.concat([points, own], how="horizontal").with_columns(share=y)
    if "outside" not in points.columns:
        placed = placed.with_columns(outside=outside)
    return placed.sort("denominator", "site")


def _limits(p: float, n: Any, share: float) -> tuple[Any, Any]:
    """The shares at which the tail below, and the tail above, has probability p; NaN where no count is that far out."""
    with np.errstate(invalid="ignore"):
        low = np.where((1 - share) ** n <= p, bdtrik(p, n, share), np.nan) / n
        high = np.where(share**n <= p, 1 + bdtrik(1 - p, n, share), np.nan) / n
    return low, high


def _extent(placed: pl.DataFrame, around: pl.DataFrame) -> tuple[float, float]:
    seen = pl.concat([placed["share"], around["low_998"].drop_nulls(), around["high_998"].drop_nulls()])
    return max(0.0, float(seen.min()) - 0.03), min(1.0, float(seen.max()) + 0.03)  # type: ignore[arg-type]


def _nice(low: float, high: float) -> tuple[float, float]:
    """The extent, to whole steps of an axis of ten; once more, as wider it may have wider steps."""
    for _ in range(2):
        step = step_of(high - low, 10)
        low, high = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return low, high


def _y(share: float, shares: tuple[float, float]) -> float:
    low, high = shares
    return HEIGHT * (1 - (min(max(share, low), high) - low) / (high - low))


def _axes(end: float, shares: tuple[float, float], words: Words) -> list[str]:
    rows = [(round(_y(share, shares)), f"{round(100 * share)}\u202f%") for share in steps_within(*shares, 5)]
    columns = [(WIDTH * n / end, f"{n:,.0f}") for n in steps_within(0, end, 6)]
    return [
        *(line((CRISP, y + CRISP), WIDTH, 0) for y, _ in rows),
        *(line((round(x) + CRISP, HEIGHT + CRISP), 0, 5) for x, _ in columns),
        line((CRISP, HEIGHT + CRISP), WIDTH, 0),
        *(text(x + CRISP, HEIGHT + 16.5, said, "middle" if x else "start") for x, said in columns),
        text(WIDTH / 2 + CRISP, HEIGHT + 31.5, words.t("chart.funnel_x"), "middle"),
        *(text(-5.5, y + 4, said, "end") for y, said in rows),
    ]


def _placed(around: pl.DataFrame, end: float, shares: tuple[float, float]) -> pl.DataFrame:
    """The limits in pixels; beyond the axis they run along its edge."""
    low, high = shares
    y = (pl.exclude("denominator").clip(low, high) - high) * (HEIGHT / (low - high))
    return around.select(y, x=WIDTH * pl.col("denominator") / end)


def _limit_lines(around: pl.DataFrame, words: Words) -> list[str]:
    drawn, named = [], []
    for name, dash, per_cent in (("998", [2, 3], "99.8"), ("95", [6, 3], "95")):
        for side in (f"low_{name}", f"high_{name}"):
            points = around.select("x", side).drop_nulls().rows()
            drawn.append(stroke([points], SOFT, 1.2, dash))
            y = around[side][-1]
            if y is not None:
                named.append(text(WIDTH + 4, y + 3.5, words.t("per_cent", number=per_cent), fill=SOFT, size=11))
    return drawn + named


def _sites(placed: pl.DataFrame, end: float, shares: tuple[float, float]) -> list[str]:
    """A dot a site, a diamond with its name beyond the limits; the name of one far to the right stands before it."""
    far = 0.7 * float(placed["denominator"].max())  # type: ignore[arg-type]
    dots, names = [], []
    for site, n, share, outside in placed.select("site", "denominator", "share", "outside").rows():
        x, y = WIDTH * n / end, _y(share, shares)
        shape, fill = (CIRCLE, ACCENT) if outside == "none" else (DIAMOND, BEYOND)
        dots.append(symbol(x, y, shape, fill=fill, stroke="var(--card)", stroke_width=1, opacity=0.9))
        if outside != "none":
            names.append(text(x - 8, y + 4, site, "end", bold=True) if n > far else text(x + 8, y + 4, site, bold=True))
    return dots + names


def _says(placed: pl.DataFrame, share: float, words: Words) -> str:
    outside = placed.filter(pl.col("outside") != "none")
    sites = [
        words.t("chart.funnel_site", site=row["site"], share=words.share(row["share"]), n=row["denominator"])
        for row in outside.to_dicts()
    ]
    listed = words.t("chart.separator").join(sites) if sites else words.t("chart.funnel_no_site")
    return words.t("chart.funnel_says", n=placed.height, share=words.share(share), outside=listed)
