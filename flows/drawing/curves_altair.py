"""Curves for a journal: steps, bands, censor marks, a key, and the numbers at risk below, by Altair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl

from flows.drawing.colours import DASHES, STAGES, response_fill, stage_fill
from flows.drawing.geometry import Geometry, geometry
from flows.drawing.paper import Chart
from flows.drawing.svg import INK, PER_CENT

# One step per pixel or so: more cannot be seen, and Altair takes no more than 5,000 rows.
STEPS = 500
LABELS = 76  # room for a stratum's name
Y_LABELS = 44  # and for the labels of the y axis, whose title stands before them
ROW = 15
KEY_HEIGHT = 20
TEXT = 11
SMALL = 10
BAND = 0.12
# Beyond stages: hues that stay apart for all kinds of colour vision, in this order.
OTHERS = ("i", "iii", "ii", "iv", "unknown")
MORE_DASHES = ([1, 0], [7, 3], [3, 2], [1, 2], [8, 3, 2, 3])


@dataclass(frozen=True)
class Key:
    """How the strata look and what they are called, in the order of the key."""

    strata: list[str]
    fills: list[str]
    dashes: list[list[int]]
    names: dict[str, str]
    system: str | None = None

    @property
    def is_one(self) -> bool:
        """One curve needs no key."""
        return len(self.strata) == 1


def key_of(found: list[str], system: str | None = None) -> Key:
    """The key of these strata: stages in their colours and order, others by position."""
    if set(found) <= {"all", *STAGES}:
        strata = [name for name in ("all", *STAGES) if name in found]
        fills, dashes = [stage_fill(name) for name in strata], [DASHES[name] for name in strata]
    else:
        strata = sorted(found, key=lambda name: (name == "unknown", name))
        fills = [stage_fill(OTHERS[place % len(OTHERS)]) for place, _ in enumerate(strata)]
        dashes = [list(MORE_DASHES[place % len(MORE_DASHES)]) for place, _ in enumerate(strata)]
    return Key(strata, fills, dashes, {"all": "All", "unknown": "Unknown"}, system)


def key_of_causes(causes: list[str]) -> Key:
    """Progression in the colour it has everywhere, what competes with it in others."""
    order = sorted(causes, key=lambda cause: (cause != "progression", cause))
    fills = [response_fill("PD"), stage_fill("i"), stage_fill("iv"), stage_fill("unknown")]
    return Key(
        order,
        [fills[min(place, 3)] for place, _ in enumerate(order)],
        [list(MORE_DASHES[min(place, 3)]) for place, _ in enumerate(order)],
        {"progression": "Progression", "death": "Death without progression"},
    )


def drawn_of(curves: pl.DataFrame, key: Key, end: int) -> Geometry:
    """What is to be drawn of curves; patients whose stratum is unknown have a curve and no band."""
    return geometry(curves, end, STEPS, [name for name in key.strata if key.is_one or name != "unknown"])


def panel(drawn: Geometry, key: Key, titles: tuple[str, str | None], size: tuple[float, float]) -> Chart:
    """Curves with their bands, censor marks where known, and a key where there are several.

    `titles` of the axes, x and y; `size` of the plot.
    """
    layers = [_bands(drawn, key), _lines(drawn, key, titles)]
    if drawn.marks.height:
        layers.append(_marks(drawn, key))
    return alt.layer(*layers).properties(width=size[0], height=size[1])


def remark(text: str, end: int) -> Chart:
    """A line of text in the corner that curves of survival leave free."""
    return (
        alt.Chart(pl.DataFrame({"month": [0.025 * end], "value": [0.05], "text": [text]}))
        .mark_text(align="left", fontSize=SMALL, color=INK)
        .encode(x="month:Q", y="value:Q", text="text:N")
    )


def risk_rows(drawn: Geometry, key: Key, width: float, *, is_named: bool = True) -> Chart:
    """Numbers at risk below the ticks, a row per stratum."""
    colours: dict[str, Any] = {
        "condition": [
            {"test": f"datum.value === {stratum!r}", "value": fill}
            for stratum, fill in zip(key.strata, key.fills, strict=True)
        ],
        "value": INK,
    }
    axis = alt.Axis(
        ticks=False,
        domain=False,
        labels=is_named,
        labelColor=colours,
        labelExpr=f"{_in_system(key)}({_label_expr(key)})",
        labelFontWeight="bold",
        labelFontSize=SMALL,
        labelPadding=20,
        title=None,
        minExtent=LABELS if is_named else 0,
        maxExtent=LABELS if is_named else 0,
    )
    title = alt.Title("Number at risk", fontSize=SMALL, offset=4)
    return (
        alt.Chart(drawn.at_risk, title=title)
        .mark_text(fontSize=SMALL, color=INK)
        .encode(
            x=_x(drawn.end, None),
            y=alt.Y("stratum:N", sort=key.strata, axis=axis),
            text=alt.Text("at_risk:Q", format=",d"),
        )
        .properties(width=width, height=ROW * len(key.strata))
    )


def _in_system(key: Key) -> str:
    """Below the curves a stage is named with its system: I alone reads as a bar."""
    return f"(datum.value === 'unknown' ? '' : {key.system + ' '!r}) + " if key.system else ""


def _label_expr(key: Key) -> str:
    named = "".join(f"datum.value === {stratum!r} ? {name!r} : " for stratum, name in key.names.items())
    return f"{named}datum.label"


def _x(end: int, axis: alt.Axis | None) -> alt.X:
    return alt.X("month:Q", scale=alt.Scale(domain=[0, end], nice=False), axis=axis)


def _colour(key: Key) -> alt.Color:
    # All layers say the same of the key: one that says there is none would take it from the others.
    scale = alt.Scale(domain=key.strata, range=key.fills)
    return alt.Color("stratum:N", scale=scale, legend=None if key.is_one else _legend(key))


def _legend(key: Key) -> alt.Legend:
    return alt.Legend(
        title=None,
        orient="top",
        direction="horizontal",
        symbolType="stroke",
        symbolSize=KEY_HEIGHT**2,
        symbolStrokeWidth=1.8,
        symbolOpacity=1,
        labelFontSize=SMALL,
        labelColor=INK,
        labelExpr=_label_expr(key),
        labelLimit=240,
        columnPadding=10,
        offset=8,
    )


def _axis(**others: Any) -> alt.Axis:
    dark: dict[str, Any] = {
        "domainColor": INK,
        "tickColor": INK,
        "labelFontSize": SMALL,
        "titleFontSize": TEXT,
        "grid": False,
    }
    return alt.Axis(**dark, **others)


def _lines(drawn: Geometry, key: Key, titles: tuple[str, str | None]) -> alt.Chart:
    x = _axis(values=drawn.months, title=titles[0], format="d", labelFlush=False, titlePadding=4)
    y = _axis(labelExpr=PER_CENT, values=[0, 0.25, 0.5, 0.75, 1], title=titles[1], titlePadding=4, minExtent=Y_LABELS)
    legend = None if key.is_one else _legend(key)
    dashes = alt.Scale(domain=key.strata, range=key.dashes)
    return (
        alt.Chart(drawn.steps.select("stratum", "month", "value"))
        .mark_line(interpolate=drawn.shape, strokeWidth=1.7)
        .encode(
            x=_x(drawn.end, x),
            y=alt.Y("value:Q", scale=alt.Scale(domain=[0, 1]), axis=y),
            color=_colour(key),
            strokeDash=alt.StrokeDash("stratum:N", scale=dashes, legend=legend),
        )
    )


def _bands(drawn: Geometry, key: Key) -> alt.Chart:
    return (
        alt.Chart(drawn.bands.select("stratum", "month", "ci_low", "ci_high"))
        .mark_area(interpolate=drawn.shape, opacity=BAND)
        .encode(x="month:Q", y="ci_low:Q", y2="ci_high:Q", color=_colour(key))
    )


def _marks(drawn: Geometry, key: Key) -> alt.Chart:
    return (
        alt.Chart(drawn.marks.select("stratum", "month", "value"))
        .mark_tick(orient="vertical", size=7, thickness=0.9)
        .encode(x="month:Q", y="value:Q", color=_colour(key))
    )
