"""The charts that the page is made of, by the names and arguments that the sections call them with."""

from typing import Any

import altair as alt
import polars as pl
from markupsafe import Markup

from flows.report.curves import survival_figure
from flows.report.figures import INK, PER_CENT, RESPONSES, STAGES, inline_svg, response_fill, stacked_bars, stage_fill
from flows.report.words import Words

__all__ = [
    "RESPONSES",
    "STAGES",
    "funnel",
    "interval_bar",
    "km_panel",
    "response_fill",
    "stacked_bars",
    "stage_fill",
    "swimmer",
]


def km_panel(curves: pl.DataFrame, summaries: pl.DataFrame, words: Words, anchor: str, title: str = "") -> Markup:
    """The curves of one endpoint, one figure for each way to split the patients."""
    figures = Markup("")
    for by in ("overall", "iss", "r_iss", "mrd"):
        found = curves.filter(stratum_by=by)
        if by == "mrd" or not found.height:
            continue
        name = words.t("chart_title", title=title or words.t(f"endpoint.{anchor}"), by=words.t(f"by.{by}"))
        says = " ".join(
            words.t("curve_in_words", name=row["stratum"], n=row["n"], median=words.months(row["median_months"]))
            for row in summaries.filter(stratum_by=by).to_dicts()
        )
        figures += Markup("<div><h5>{}</h5><figure>{}</figure></div>").format(
            words.t(f"by.{by}"), survival_figure(found, name, says)
        )
    return Markup('<div class="grid three">{}</div>').format(figures)


def funnel(points: pl.DataFrame, registry_share: float, words: Words, title: str) -> Markup:
    """Sites by number and share, and the registry's share."""
    at = points.with_columns(share=pl.col("numerator") / pl.col("denominator")).drop_nulls()
    axis = alt.Axis(labelExpr=PER_CENT, title=None, tickCount=5)
    dots = (
        alt.Chart(at)
        .mark_circle(size=60, color="var(--accent)")
        .encode(
            x=alt.X("denominator:Q", title=words.t("quality.funnel_x")),
            y=alt.Y("share:Q", scale=alt.Scale(domain=[0, 1]), axis=axis),
        )
    )
    line = alt.Chart(pl.DataFrame({"share": [registry_share]})).mark_rule(color=INK).encode(y="share:Q")
    return inline_svg(alt.layer(line, dots).properties(width=260, height=170), title, title)


def swimmer(rows: pl.DataFrame, words: Words) -> Markup:
    """Nothing yet."""
    return Markup("")


def interval_bar(share: float | None, low: float | None, high: float | None) -> Markup:
    """A share from 0 to 1 as a bar, with its interval as a line across its end."""
    if share is None:
        return Markup("")
    at: dict[str, Any] = {"share": f"{100 * share:.1f}", "low": None, "high": None}
    bar = Markup('<rect class="share" x="0" y="3" width="{share}" height="6"/>').format(**at)
    if low is not None and high is not None:
        bar += Markup('<line class="interval" x1="{}" x2="{}" y1="6" y2="6"/>').format(
            f"{100 * low:.1f}", f"{100 * high:.1f}"
        )
    return Markup(
        '<svg class="interval-bar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="all" x="0" y="3" width="100" height="6"/>{}</svg>'
    ).format(bar)
