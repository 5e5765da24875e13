"""Courses of the cohorts' patients: from line to line, attrition, after refractoriness, on treatment, one by one."""

from __future__ import annotations

from typing import Any

import polars as pl
from markupsafe import Markup

from flows.drawing.stacked_bars import stacked_bars
from flows.explore.asked import Asked
from flows.explore.course_lists import STARTED
from flows.explore.lasted import after, take_after, take_treatment, treatment
from flows.explore.lines_asked import (
    OF_LINE,
    REGIMENS,
    Made,
    all_lines,
    chosen,
    cohort_names,
    figure,
    line_picks,
    lines_of,
    list_links,
    members,
    of_each_cohort,
    of_line,
    regimen_picks,
    row_name,
    split_said,
    taken,
)
from flows.explore.swims import swims_of, take_swims
from flows.explore.ways import DEFAULT_WAY, take_ways, ways
from transforms.cohorts.courses import (
    ENDS,
    LOST_AFTER_MONTHS,
    NEXT_LINE,
    RARE_BELOW,
    attrition,
)
from transforms.cohorts.regimens import WAYS, member_lines

PAGE, AFTER = "course", "after"
PARAMETERS = (OF_LINE, REGIMENS, AFTER)
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
    return {
        "is_empty": False,
        "line": line,
        "names": names,
        "split": split_said(asked),
        "picks": line_picks(asked, (PAGE, "ways"), lines, line),
        "ways_of_regimens": regimen_picks(asked, (PAGE, "after"), by),
        "ways": ways(asked),
        "rare_percent": round(100 * RARE_BELOW),
        "lost_months": LOST_AFTER_MONTHS,
        "attrition": _attrition(asked, lines),
        "after": after(asked, people, every),
        "treatment": treatment(asked, lines.filter(pl.col("line") == line)),
        "swims": swims_of(asked, people, line),
    }


# -- attrition -----------------------------------------------------------------------------------------------------


def _attrition(asked: Asked, lines: pl.DataFrame) -> dict[str, Any]:
    rows = attrition(lines)
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
    rows = attrition(lines_of(asked, WAYS[0]))
    return taken(asked, rows, _attrition_bars(asked, rows))


FIGURES = {
    **of_each_cohort("ways", take_ways),
    "attrition": _take_attrition,
    **of_each_cohort("after", take_after),
    **of_each_cohort("treatment", take_treatment),
    **of_each_cohort("swims", take_swims),
}
