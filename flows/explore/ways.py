"""A section of the page of courses: from line to line."""

from __future__ import annotations

from typing import Any

import polars as pl
from markupsafe import Markup

from flows.drawing.alluvial import alluvial, alluvial_says
from flows.drawing.words import Words
from flows.explore.asked import Asked
from flows.explore.lines_asked import (
    GIVEN_COLUMNS,
    LINE_COLUMNS,
    REGIMENS,
    Made,
    all_lines,
    chosen,
    cohort_names,
    figure,
    members,
    of_line,
    regimen_name,
)
from flows.explore.listing import of
from transforms.cohorts.courses import STAGES, flows, maintenance, stages
from transforms.cohorts.regimens import WAYS

PAGE, WAY = "course", "way"
DEFAULT_WAY = "classes"


def staged(asked: Asked, by: str, line: int) -> pl.DataFrame:
    """A row per cohort, patient and stage of the way from a line on."""

    def make() -> pl.DataFrame:
        return maintenance(asked.frame("lines", LINE_COLUMNS), asked.frame("given_drug", GIVEN_COLUMNS), by)

    return stages(members(asked), all_lines(asked, by), asked.registry.made(("maintenance", by), make), line)


def node_name(words: Words, kind: str, code: str) -> str:
    """What a stop on the way is called."""
    return words.t(f"explore_end.{code}") if kind == "end" else regimen_name(code, words)


def _stage_names(words: Words, line: int) -> list[str]:
    lines = [words.t("explore_course.stage_line", line=str(line + place)) for place in range(STAGES)]
    return [lines[0], words.t("explore_course.stage_maintenance"), *lines[1:]]


def ways(asked: Asked) -> list[dict[str, Any]]:
    """Of each cohort the ways from stage to stage, as a drawing and as a table."""
    line, by = of_line(asked), chosen(asked, REGIMENS, WAYS, DEFAULT_WAY)
    found = flows(staged(asked, by, line))
    return [_ways(asked, letter, found.filter(pl.col("cohort") == letter), by) for letter in cohort_names(asked)]


def _ways(asked: Asked, letter: str, own: pl.DataFrame, by: str) -> dict[str, Any]:
    words, line = asked.words, of_line(asked)
    headings = _stage_names(words, line)
    rows = [
        {
            "at": headings[row["stage"]],
            "from": node_name(words, row["kind"], row["node"]),
            "to": node_name(words, row["to_kind"], row["to"]),
            "n": row["n"],
            "link": asked.link(
                "patients", of=of(WAY, letter, str(line), by, str(row["stage"]), *(row[name] for name in STEP))
            ),
        }
        for row in own.drop_nulls("to").sort("stage", "n", descending=[False, True]).to_dicts()
    ]
    return {
        "name": cohort_names(asked)[letter],
        "rows": rows,
        "figure": figure(asked, PAGE, f"ways-{letter}", _alluvial(asked, own), words.t("explore_course.ways")),
    }


STEP = ("kind", "node", "to_kind", "to")


def _alluvial(asked: Asked, own: pl.DataFrame) -> Markup:
    words = asked.words
    if own.is_empty():
        return Markup("")

    def name(kind: str, code: str) -> str:
        return node_name(words, kind, code)

    # maintenance and later lines that no one came to have no column
    headings = _stage_names(words, of_line(asked))[: int(own["stage"].max()) + 1]  # type: ignore[arg-type]
    return alluvial(own, headings, name, words.t("explore_course.ways"), alluvial_says(own, words, name))


def take_ways(asked: Asked, letter: str) -> Made:
    """The ways, and drawn."""
    found = flows(staged(asked, chosen(asked, REGIMENS, WAYS, DEFAULT_WAY), of_line(asked)))
    own = found.filter(pl.col("cohort") == letter)
    return own, _alluvial(asked, own)
