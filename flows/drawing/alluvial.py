"""An alluvial plot: how many go from each node of a stage to which of the next, as bands as wide as they are many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from markupsafe import Markup

from flows.drawing.marks import Drawing, bar, shortened, symbol, text, width_of
from flows.drawing.svg import INK
from flows.drawing.words import Words

WIDTH, NODE = 900, 12
LEFT, TOP, RIGHT, BOTTOM = 6, 26, 6, 8
ROOM, GAP = 400, 7  # pixels that all the patients of the fullest stage take, and between two nodes
SMALL, TEXT = 10, 11
LABEL, LINE = 132, 11  # room for a node's name, and the height of one
COLOURS = 8
ENDED, QUIET = "var(--soft)", "var(--stage-unknown)"
BAND, FAINT_BAND = 0.42, 0.16


@dataclass(frozen=True)
class Node:
    """A node: its stage, kind and code, how many are in it, and where it stands from the top."""

    stage: int
    kind: str
    code: str
    n: int
    y: float
    height: float


Name = Callable[[str, str], str]


def alluvial(ways: pl.DataFrame, stages: Sequence[str], name: Name, title: str, says: str) -> Markup:
    """The plot of the ways of one cohort; without one the markup is empty.

    A row of `ways` is a band: stage (0, 1, …), kind, node, to_kind, to (null: the way ends there) and n. `stages` are
    the stages' headings, `name` what a node of a kind is called.
    """
    if ways.is_empty():
        return Markup("")
    return alluvial_chart(ways, stages, name).svg(title, says)


def alluvial_says(ways: pl.DataFrame, words: Words, name: Name) -> str:
    """What the plot shows, for those who can't see it: the commonest ways of the first stage."""
    first = ways.filter(pl.col("stage") == 0)
    nodes = first.group_by("kind", "node").agg(pl.col("n").sum()).sort("n", "node", descending=[True, False]).head(3)
    listed = [words.counted(name(kind, node), n) for kind, node, n in nodes.rows()]
    return words.t("chart.alluvial.says", n=int(first["n"].sum()), most=words.and_all(listed))


def alluvial_chart(ways: pl.DataFrame, stages: Sequence[str], name: Name) -> Drawing:
    """The plot, each stage in a column under its heading."""
    nodes = _nodes(ways)
    below = max(node.y + max(node.height, LINE) for node in nodes.values())
    drawn = Drawing(LEFT + WIDTH + RIGHT, TOP + below + BOTTOM, LEFT, TOP)
    fills = _fills(ways)
    places = [_x(stage, len(stages)) for stage in range(len(stages))]
    drawn.add(*_bands(ways, nodes, fills, places))
    drawn.add(
        *(
            bar(places[node.stage], node.y, NODE, max(node.height, 1), fills[node.kind, node.code])
            for node in nodes.values()
        )
    )
    drawn.add(*(mark for node in nodes.values() for mark in _label(node, places[node.stage], name)))
    drawn.add(*(text(x, -12, said, bold=True, size=TEXT) for x, said in zip(places, stages, strict=True)))
    return drawn


def _x(stage: int, stages: int) -> float:
    return (WIDTH - NODE - LABEL) * stage / max(stages - 1, 1)


def _nodes(ways: pl.DataFrame) -> dict[tuple[int, str, str], Node]:
    """The nodes by stage, kind and code: regimens, the commonest first, above what ended."""
    counted = (
        ways.group_by("stage", "kind", "node")
        .agg(pl.col("n").sum())
        .with_columns(last=pl.col("kind") == "end", unknown=pl.col("node").is_in(UNRANKED))
        .sort("stage", "last", "unknown", "n", "node", descending=[False, False, False, True, False])
    )
    most = counted.group_by("stage").agg(pl.col("n").sum())["n"].max()
    scale = ROOM / float(most)  # type: ignore[arg-type]
    nodes: dict[tuple[int, str, str], Node] = {}
    stage_before, y = -1, 0.0
    for stage, kind, code, n in counted.select("stage", "kind", "node", "n").rows():
        if stage != stage_before:
            stage_before, y = stage, 0.0
        nodes[stage, kind, code] = Node(stage, kind, code, n, y, scale * n)
        # a node of few has room for its name all the same
        y += max(scale * n, LINE) + GAP
    return nodes


UNRANKED = ("rare", "not recorded", "none")  # after the others, however many they are


def _fills(ways: pl.DataFrame) -> dict[tuple[str, str], str]:
    """A colour for each regimen, the same at every stage; the commonest first."""
    found = ways.group_by("kind", "node").agg(pl.col("n").sum()).sort("n", "node", descending=[True, False])
    fills: dict[tuple[str, str], str] = {}
    regimens: list[str] = []
    for kind, code, _ in found.rows():
        if kind == "end":
            fills[kind, code] = ENDED
        elif code in UNRANKED:
            fills[kind, code] = QUIET
        else:
            if code not in regimens:
                regimens.append(code)
            place = regimens.index(code)
            fills[kind, code] = f"var(--series-{place + 1})" if place < COLOURS else QUIET
    return fills


def _bands(
    ways: pl.DataFrame,
    nodes: dict[tuple[int, str, str], Node],
    fills: dict[tuple[str, str], str],
    places: Sequence[float],
) -> list[str]:
    """Bands in the order of the nodes on both sides, so that they cross no more than they must."""
    leaving = {key: node.y for key, node in nodes.items()}
    coming = dict(leaving)
    on = [
        (nodes[stage, kind, node], nodes[stage + 1, to_kind, to], n)
        for stage, kind, node, to_kind, to, n in ways.drop_nulls("to")
        .select("stage", "kind", "node", "to_kind", "to", "n")
        .rows()
    ]
    left, right = {}, {}
    for at, to, n in sorted(on, key=lambda way: (way[0].stage, way[0].y, way[1].y)):
        width = at.height * n / at.n
        left[at, to] = (leaving[_key(at)], width)
        leaving[_key(at)] += width
    for at, to, n in sorted(on, key=lambda way: (way[0].stage, way[1].y, way[0].y)):
        width = to.height * n / to.n
        right[at, to] = (coming[_key(to)], width)
        coming[_key(to)] += width
    return [
        _band(
            (places[at.stage] + NODE, *left[at, to]),
            (places[to.stage], *right[at, to]),
            fill=fills[at.kind, at.code],
            opacity=FAINT_BAND if to.kind == "end" else BAND,
        )
        for at, to, _ in on
    ]


def _key(node: Node) -> tuple[int, str, str]:
    return node.stage, node.kind, node.code


def _band(left: tuple[float, float, float], right: tuple[float, float, float], **looks: Any) -> str:
    """A band between two edges: where each is, across and down, and how wide the band is there."""
    (x, y, width), (to_x, to_y, to_width) = left, right
    run, middle = to_x - x, (to_x - x) / 2
    shape = (
        f"M0,0C{middle:.1f},0,{middle:.1f},{to_y - y:.1f},{run:.1f},{to_y - y:.1f}v{to_width:.1f}"
        f"C{middle:.1f},{to_y - y + to_width:.1f},{middle:.1f},{width:.1f},0,{width:.1f}Z"
    )
    return symbol(x, y, shape, **looks)


def _label(node: Node, x: float, name: Name) -> list[str]:
    """The name of a node beside it, with its number, on what is behind it."""
    n = f"{node.n:,}"
    said = shortened(name(node.kind, node.code), LABEL - width_of(n, SMALL) - 8, SMALL)
    y = node.y + max(node.height, LINE) / 2 + 3.5
    return [
        f'<g paint-order="stroke" stroke="var(--card)" stroke-width="3" stroke-linejoin="round">'
        f"{text(x + NODE + 4, y, f'{said} {n}', fill=INK, size=SMALL)}</g>"
    ]
