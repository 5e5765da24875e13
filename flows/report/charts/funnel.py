"""A funnel plot: each site's share against how many it is of, and how far chance alone takes a site from the whole.

The limits are exact (Spiegelhalter 2005, doi:10.1002/sim.1970): a site is beyond one where, with the registry's share,
a count as far out has a probability of 2.5 % (0.1 %) or less. Between counts the binomial distribution is continued by
the incomplete beta function that it is at counts, so the drawn limits have no teeth and agree with the tails.
"""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import numpy as np
import polars as pl
from markupsafe import Markup
from scipy.special import bdtrik

from flows.report.charts.svg import INK, PER_CENT, inline_svg
from flows.report.words import Words

WIDTH, HEIGHT, TEXT = 520, 260, 12
INNER, OUTER = 0.95, 0.998
# So many denominators carry the limits' curves.
PLACES = 160


def funnel(points: pl.DataFrame, registry_share: float | None, words: Words, title: str) -> Markup:
    """Sites (`site`, `numerator`, `denominator`) about the registry's share; those outside the 95 % limits are named.

    Points that say already which are `outside` keep it: rounded counts would tell otherwise than exact ones. A site
    whose numbers are null or of nobody is not drawn. Nothing to draw gives empty markup.
    """
    shown = points.drop_nulls(["numerator", "denominator"]).filter(pl.col("denominator") > 0)
    if shown.is_empty() or registry_share is None:
        return Markup("")
    placed = beside_limits(shown, registry_share)
    end = float(shown["denominator"].max()) * 1.12  # type: ignore[arg-type]
    around = limits(np.unique(np.linspace(1, end, PLACES).round().astype(int)), registry_share)
    low, high = _extent(placed, around.filter(pl.col("denominator") >= shown["denominator"].min()))
    y = alt.Scale(domain=[low, high], nice=True, clamp=True)
    layers = [*_limit_lines(around, end, y, words), _share(registry_share), *_sites(placed)]
    chart = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)
    drawn = inline_svg(chart, title, _says(placed, registry_share, words))
    return Markup('<figure class="funnel" data-chart="funnel">{}</figure>').format(drawn)


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


def _limit_lines(around: pl.DataFrame, end: float, y: alt.Scale, words: Words) -> list[alt.Chart]:
    x = alt.X(
        "denominator:Q",
        scale=alt.Scale(domain=[0, end], nice=False),
        axis=alt.Axis(title=words.t("chart.funnel_x"), grid=False, labelFontSize=TEXT, titleFontSize=TEXT, tickCount=6),
    )
    shares = alt.Axis(
        labelExpr=PER_CENT, title=None, domain=False, ticks=False, labelFontSize=TEXT, tickCount=5, labelPadding=6
    )
    drawn = []
    for name, dash in (("998", [2, 3]), ("95", [6, 3])):
        for side in ("low", "high"):
            line = alt.Chart(around.select("denominator", value=f"{side}_{name}").drop_nulls()).mark_line(
                stroke="var(--soft)", strokeWidth=1.2, strokeDash=dash, clip=True
            )
            drawn.append(line.encode(x=x, y=alt.Y("value:Q", scale=y, axis=shares)))
    ends = (
        around.tail(1)
        .unpivot(index="denominator", variable_name="side")
        .with_columns(
            text=pl.when(pl.col("side").str.ends_with("95"))
            .then(pl.lit(words.t("per_cent", number="95")))
            .otherwise(pl.lit(words.t("per_cent", number="99.8")))
        )
    )
    label = alt.Chart(ends).mark_text(align="left", dx=4, fontSize=TEXT - 1, fill="var(--soft)")
    drawn.append(label.encode(x="denominator:Q", y="value:Q", text="text:N"))
    return drawn


def _share(share: float) -> alt.Chart:
    line = alt.Chart(pl.DataFrame({"value": [share]})).mark_rule(stroke="var(--accent)", strokeWidth=1.4)
    return line.encode(y="value:Q")


def _sites(placed: pl.DataFrame) -> list[alt.Chart]:
    data = placed.select("site", "denominator", "outside", value="share")
    fills = alt.Scale(domain=["none", "95", "998"], range=["var(--accent)", "var(--stage-iii)", "var(--stage-iii)"])
    shapes = alt.Scale(domain=["none", "95", "998"], range=["circle", "diamond", "diamond"])
    dots = (
        alt.Chart(data)
        .mark_point(filled=True, opacity=0.9, size=70, stroke="var(--card)", strokeWidth=1)
        .encode(
            x="denominator:Q",
            y="value:Q",
            color=alt.Color("outside:N", scale=fills, legend=None),
            shape=alt.Shape("outside:N", scale=shapes, legend=None),
        )
    )
    far = 0.7 * float(placed["denominator"].max())  # type: ignore[arg-type]
    named = data.filter(pl.col("outside") != "none")
    return [
        dots,
        _names(named.filter(pl.col("denominator") <= far), "left", 8),
        _names(named.filter(pl.col("denominator") > far), "right", -8),
    ]


def _names(named: pl.DataFrame, align: Literal["left", "right"], dx: int) -> alt.Chart:
    text = alt.Chart(named).mark_text(align=align, dx=dx, fontSize=TEXT, fontWeight="bold", fill=INK)
    return text.encode(x="denominator:Q", y="value:Q", text="site:N")


def _says(placed: pl.DataFrame, share: float, words: Words) -> str:
    outside = placed.filter(pl.col("outside") != "none")
    sites = [
        words.t("chart.funnel_site", site=row["site"], share=words.share(row["share"]), n=row["denominator"])
        for row in outside.to_dicts()
    ]
    listed = words.t("chart.separator").join(sites) if sites else words.t("chart.funnel_no_site")
    return words.t("chart.funnel_says", n=placed.height, share=words.share(share), outside=listed)
