"""Bars drawn by Altair, and the way from any Altair chart to an SVG that belongs to the page.

Colours are the page's own CSS variables and text is `currentColor`: a figure follows light, dark and print.
"""

import re
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

import altair as alt
import polars as pl
import vl_convert
from markupsafe import Markup

FONT = "system-ui, sans-serif"
FAINT = "var(--line)"
INK = "currentColor"
# The labels of an axis of shares, as the text writes them: 25 %.
PER_CENT = "format(100 * datum.value, 'd') + '\u202f%'"
BAR_WIDTH = 300
BAR_HEIGHT = 30
# A segment narrower than this has no room for its own number; the table beside it has them all.
ROOM_FOR_LABEL = 0.075

STAGES = ("I", "II", "III", "IV", "unknown")
RESPONSES = ("sCR", "CR", "VGPR", "PR", "MR", "SD", "PD", "NE", "none")


def stage_fill(stage: str) -> str:
    """The colour variable of a stage; `all` where patients are not split."""
    return f"var(--stage-{stage.lower()})"


def response_fill(response: str) -> str:
    """The colour variable of a response category."""
    return f"var(--response-{response.lower()})"


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


def inline_svg(chart: Any, title: str, says: str) -> Markup:
    """The chart as an SVG image that scales to its place and says what it shows (title, desc)."""
    themed = (
        chart.configure(background="transparent", font=FONT)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK,
            titleColor=INK,
            labelFontSize=11,
            titleFontSize=11,
            titleFontWeight="normal",
            gridColor=FAINT,
            domainColor=FAINT,
            tickColor=FAINT,
            labelLimit=200,
        )
        .configure_title(color=INK, fontSize=11, fontWeight="normal", anchor="start", offset=6)
    )
    drawn: str = vl_convert.vegalite_to_svg(themed.to_json())
    # Inside HTML an SVG needs no namespace, and without it the page names no address at all.
    svg = ElementTree.fromstring(re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", drawn))
    for element in svg.iter():
        _plain(element)
    del svg.attrib["width"], svg.attrib["height"]
    svg.set("role", "img")
    for position, (tag, text) in enumerate((("title", title), ("desc", says))):
        described = ElementTree.Element(tag)
        described.text = text
        svg.insert(position, described)
    return Markup(ElementTree.tostring(svg, encoding="unicode"))


def _plain(element: ElementTree.Element) -> None:
    """Without the chart library's own roles (the whole is one image), and with coordinates that are short."""
    for name in [name for name in element.attrib if name.startswith("aria-") or name in ("role", "class")]:
        del element.attrib[name]
    for name in ("d", "transform"):
        if name in element.attrib:
            element.set(name, re.sub(r"\d+\.\d{2,}", _one_decimal, element.attrib[name]))


def _one_decimal(number: re.Match[str]) -> str:
    return f"{float(number.group()):.1f}"
