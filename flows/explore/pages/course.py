"""Courses of the cohorts' patients: from line to line, attrition, after refractoriness, on treatment, one by one."""

from __future__ import annotations

from typing import Any

import polars as pl
from markupsafe import Markup

from flows.drawing.alluvial import alluvial, alluvial_says
from flows.drawing.stacked_bars import stacked_bars
from flows.drawing.swimmer import swimmer_chart
from flows.drawing.words import Words
from flows.explore.asked import Asked
from flows.explore.course_lists import STARTED
from flows.explore.lasted import after, take_after, take_treatment, treatment
from flows.explore.lines_asked import (
    GIVEN_COLUMNS,
    LINE_COLUMNS,
    OF_LINE,
    REGIMENS,
    Made,
    all_lines,
    chosen,
    cohort_names,
    figure,
    line_picks,
    list_links,
    members,
    of_each_cohort,
    of_line,
    regimen_name,
    regimen_picks,
    row_name,
    taken,
)
from flows.sql_files import SQL
from transforms.cohorts.courses import (
    ENDS,
    LOST_AFTER_MONTHS,
    NEXT_LINE,
    RARE_BELOW,
    STAGES,
    attrition,
    flows,
    maintenance,
    of_members,
    stages,
    with_end,
)
from transforms.cohorts.regimens import WAYS, member_lines
from transforms.survival import DAYS_PER_MONTH

PAGE, AFTER = "course", "after"
PARAMETERS = (OF_LINE, REGIMENS, AFTER)
DEFAULT_WAY = "classes"
SWIMMERS = 20
SWIMMER = (SQL / "figures" / "swimmer.sql").read_text(encoding="utf-8")
END_FILLS = {
    NEXT_LINE: "var(--response-cr)",
    "died": "var(--stage-unknown)",
    "progressed": "var(--response-pd)",
    "on": "var(--response-pr)",
    "lost": "var(--response-sd)",
    "unknown": "var(--response-none)",
}


def page(asked: Asked) -> dict[str, Any]:
    """The sections of the page, from the line that is chosen on."""
    line, by = of_line(asked), chosen(asked, REGIMENS, WAYS, DEFAULT_WAY)
    people, every = members(asked), all_lines(asked, by)
    lines, names = member_lines(people, every), cohort_names(asked)
    if lines.is_empty():
        return {"is_empty": True}
    ended = with_end(every, asked.frame("patients", PATIENTS), asked.registry.run["cutoff"])
    found = _flows(asked, people, ended, by, line)
    return {
        "is_empty": False,
        "line": line,
        "names": names,
        "picks": line_picks(asked, (PAGE, "ways"), lines, line),
        "ways_of_regimens": regimen_picks(asked, (PAGE, "after"), by),
        "ways": [_ways(asked, letter, found) for letter in names],
        "rare_percent": round(100 * RARE_BELOW),
        "lost_months": LOST_AFTER_MONTHS,
        "attrition": _attrition(asked, people, ended),
        "after": after(asked, people, every),
        "treatment": treatment(asked, lines.filter(pl.col("line") == line)),
        "swims": [_swims(asked, letter, people, line) for letter in names],
    }


PATIENTS = ("patient_id", "vital_status", "last_contact_date")


# -- from line to line ---------------------------------------------------------------------------------------------


def _flows(asked: Asked, people: pl.DataFrame, ended: pl.DataFrame, by: str, line: int) -> pl.DataFrame:
    def make() -> pl.DataFrame:
        return maintenance(asked.frame("lines", LINE_COLUMNS), asked.frame("given_drug", GIVEN_COLUMNS), by)

    kept = asked.registry.made(("maintenance", by), make)
    return flows(stages(people, of_members(ended, people), kept, line))


def _node_name(words: Words, kind: str, code: str) -> str:
    return words.t(f"explore_end.{code}") if kind == "end" else regimen_name(code, words)


def _stage_names(words: Words, line: int) -> list[str]:
    lines = [words.t("explore_course.stage_line", line=str(line + place)) for place in range(STAGES)]
    return [lines[0], words.t("explore_course.stage_maintenance"), *lines[1:]]


def _ways(asked: Asked, letter: str, found: pl.DataFrame) -> dict[str, Any]:
    words, own = asked.words, found.filter(pl.col("cohort") == letter)
    headings = _stage_names(words, of_line(asked))
    onward = own.drop_nulls("to").sort("stage", "n", descending=[False, True])
    rows = [
        {
            "at": headings[row["stage"]],
            "from": _node_name(words, row["kind"], row["node"]),
            "to": _node_name(words, row["to_kind"], row["to"]),
            "n": row["n"],
        }
        for row in onward.to_dicts()
    ]
    return {
        "name": cohort_names(asked)[letter],
        "rows": rows,
        "figure": figure(asked, PAGE, f"ways-{letter}", _alluvial(asked, own), words.t("explore_course.ways")),
    }


def _alluvial(asked: Asked, own: pl.DataFrame) -> Markup:
    words = asked.words
    if own.is_empty():
        return Markup("")

    def name(kind: str, code: str) -> str:
        return _node_name(words, kind, code)

    # maintenance and later lines that no one came to have no column
    headings = _stage_names(words, of_line(asked))[: int(own["stage"].max()) + 1]  # type: ignore[arg-type]
    return alluvial(own, headings, name, words.t("explore_course.ways"), alluvial_says(own, words, name))


def _take_ways(asked: Asked, letter: str) -> Made:
    line, by = of_line(asked), chosen(asked, REGIMENS, WAYS, DEFAULT_WAY)
    ended = with_end(all_lines(asked, by), asked.frame("patients", PATIENTS), asked.registry.run["cutoff"])
    own = _flows(asked, members(asked), ended, by, line).filter(pl.col("cohort") == letter)
    return own, _alluvial(asked, own)


# -- attrition -----------------------------------------------------------------------------------------------------


def _attrition(asked: Asked, people: pl.DataFrame, ended: pl.DataFrame) -> dict[str, Any]:
    rows = attrition(member_lines(people, ended))
    words = asked.words
    return {
        "rows": [
            {**row, "links": list_links(asked, "ended", row["cohort"], str(row["line"]), last=(*END_FILLS, STARTED))}
            for row in rows.to_dicts()
        ],
        "legend": [{"name": words.t(f"explore_end.{code}"), "fill": fill[4:-1]} for code, fill in END_FILLS.items()],
        "figure": figure(asked, PAGE, "attrition", _attrition_bars(asked, rows), words.t("explore_course.attrition")),
    }


def _attrition_bars(asked: Asked, rows: pl.DataFrame) -> Markup:
    words, names = asked.words, cohort_names(asked)
    labels = [
        row_name(words.t("line_number", line=str(line)), cohort, names)
        for cohort, line in rows.select("cohort", "line").rows()
    ]
    counted = rows.with_columns(row=pl.Series(labels, dtype=pl.String)).sort("line", "cohort")
    counted = counted.unpivot([NEXT_LINE, *ENDS], index="row", variable_name="category", value_name="n")
    title = words.t("explore_course.attrition")
    says = words.t("explore_course.attrition_caption")
    return stacked_bars(counted, list(END_FILLS), list(END_FILLS.values()), title, says)


def _take_attrition(asked: Asked) -> Made:
    every = all_lines(asked, WAYS[0])
    ended = with_end(every, asked.frame("patients", PATIENTS), asked.registry.run["cutoff"])
    rows = attrition(member_lines(members(asked), ended))
    return taken(asked, rows, _attrition_bars(asked, rows))


# -- patient by patient --------------------------------------------------------------------------------------------


def swims(asked: Asked, people: pl.DataFrame, letter: str, line: int) -> tuple[pl.DataFrame, int]:
    """The report's swimmers, of the members of a cohort from a line on; and of how many they are a sample."""
    patients = people.filter(pl.col("cohort") == letter).select(pl.col("patient_id").unique())
    parameters = {"patients": SWIMMERS, "days_per_month": DAYS_PER_MONTH, "first_line": line}
    with asked.connection() as connection:
        connection.register("asked_of", patients)
        connection.execute("create or replace temp table cohort as select patient_id from asked_of")
        connection.unregister("asked_of")
        courses = connection.sql(SWIMMER, params=parameters).pl()
        [[of]] = connection.execute(KNOWN, {"line": line}).fetchall()
    return courses, of


# Those whose courses swimmer.sql draws a sample of.
KNOWN = """
    select count(*) from time_to_event semi join cohort using (patient_id)
    where
        endpoint = 'OS' and origin = 'line_start' and line = $line and event is not null
        and patient_id in (
            select patient_id from visits
            where line = $line and response <> 'NE' and not list_contains(flags, 'one_fluid_missing')
        )
"""


def _swims(asked: Asked, letter: str, people: pl.DataFrame, line: int) -> dict[str, Any]:
    courses, of = swims(asked, people, letter, line)
    says = _swims_says(asked, courses, of, letter)
    drawn, title = _swimmer(asked, courses, says), asked.words.t("explore_course.swims")
    return {
        "name": cohort_names(asked)[letter],
        "says": says,
        "figure": figure(asked, PAGE, f"swims-{letter}", drawn, title),
    }


def _swims_says(asked: Asked, courses: pl.DataFrame, of: int, letter: str) -> str:
    cohort, line, drawn = cohort_names(asked)[letter], str(of_line(asked)), courses["row"].n_unique()
    return asked.words.t("explore_course.swims_caption", n=drawn, of=of, cohort=cohort, line=line)


def _swimmer(asked: Asked, courses: pl.DataFrame, says: str) -> Markup:
    if courses.is_empty():
        return Markup("")
    return swimmer_chart(courses, asked.words, of_line(asked)).svg(asked.words.t("explore_course.swims"), says)


def _take_swims(asked: Asked, letter: str) -> Made:
    courses, of = swims(asked, members(asked), letter, of_line(asked))
    return courses, _swimmer(asked, courses, _swims_says(asked, courses, of, letter))


FIGURES = {
    **of_each_cohort("ways", _take_ways),
    "attrition": _take_attrition,
    **of_each_cohort("after", take_after),
    **of_each_cohort("treatment", take_treatment),
    **of_each_cohort("swims", _take_swims),
}
