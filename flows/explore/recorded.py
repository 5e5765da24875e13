"""What a store has recorded of what an indicator asks for: the drugs, courses, results and judgements that decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import polars as pl

from flows.drawing.words import Words
from flows.explore.asked import Asked

Row = Mapping[str, Any]
Said = Callable[[Row, Words], str]


@dataclass(frozen=True)
class Records:
    """Rows of a table that an indicator's row rests on: of its patient, and of its line (`is_of_line`); of any day, or
    of its day alone (`on`), before it or after it; only those `where`. `said`: what is said of each.
    """

    what: str
    table: str
    day: str
    columns: tuple[str, ...]
    said: Said
    until: str | None = None
    is_of_line: bool = False
    when: Literal["any", "on", "before", "after"] = "any"
    where: pl.Expr = field(default_factory=lambda: pl.lit(value=True))


def _named(group: str) -> Said:
    """What was given, by its name."""

    def said(row: Row, words: Words) -> str:
        return words.name(group, row["drug"])

    return said


def _compared(name: str) -> Said:
    """A figure as it was reported."""

    def said(row: Row, words: Words) -> str:
        if row[name] is None:
            return words.t("not_recorded")
        return f"{row[f'{name}_comparator'] or ''}{row[name]:,.10g}"

    return said


def _courses(row: Row, words: Words) -> str:
    courses = words.t("not_recorded") if row["cycles"] is None else f"{row['cycles']:g}"
    return f"{row['drugs'] or words.t('not_recorded')} {courses}"


def _judged(row: Row, words: Words) -> str:
    return words.t(
        "explore_quality.judged", derived=row["derived"], recorded=row["recorded"], day=str(row["assessed_on"])
    )


def _renal(row: Row, words: Words) -> str:
    if row["clearance_ml_min"] is None:
        return words.t("not_recorded")
    return f"{row['clearance_ml_min']:.0f} mL/min"


NAME = ("drug",)
LINE_BEGAN = Records("drugs_of_line", "given_drug", "start_date", NAME, _named("explore_drug"), is_of_line=True)
TREATED = replace(LINE_BEGAN, until="last_dose_on")
COURSES = Records(
    "courses",
    "treatments",
    "start_date",
    ("drugs", "cycles", "phase"),
    _courses,
    is_of_line=True,
    where=pl.col("phase").fill_null("induction").is_in(["induction", "salvage"]),
)


def _care(what: str, *purposes: str) -> Records:
    is_it = pl.col("purpose").is_in(purposes)
    return Records(
        what,
        "given_care",
        "start_date",
        (*NAME, "purpose"),
        _named("explore_care"),
        until="end_date",
        where=is_it,
    )


# Indicator -> what is said of its rows, one after the other.
RECORDS: dict[str, tuple[Records, ...]] = {
    **dict.fromkeys(
        (
            *("Q.after_anti_cd38", "Q.after_bortezomib", "Q.after_both", "Q.after_lenalidomide", "Q.al_first_line"),
            *("Q.first_line_elderly", "Q.triplet_at_relapse"),
        ),
        (LINE_BEGAN,),
    ),
    "Q.key_drug_changed": (
        replace(
            LINE_BEGAN, what="drugs_of_both_lines", is_of_line=False, where=pl.col("line") <= 2, columns=(*NAME, "line")
        ),
    ),
    "Q.induction": (replace(LINE_BEGAN, what="drugs_before", when="before"),),
    "Q.no_change_on_mrd": (replace(LINE_BEGAN, what="drugs_after", when="after", is_of_line=False),),
    "Q.daratumumab_continued": (replace(TREATED, what="daratumumab", where=pl.col("drug") == "daratumumab"),),
    "Q.maintenance_two_years": (
        replace(TREATED, what="maintenance", columns=(*NAME, "phase"), where=pl.col("phase") == "maintenance"),
    ),
    "Q.smouldering_watched": (replace(LINE_BEGAN, what="drugs_then", when="on", is_of_line=False),),
    **dict.fromkeys(("Q.induction_courses", "Q.mpb_courses", "Q.ld_courses"), (COURSES,)),
    "Q.mrd_cells": (
        Records(
            "cells",
            "mrd",
            "collected_on",
            ("cells_analysed", "cells_analysed_comparator"),
            _compared("cells_analysed"),
            when="on",
        ),
    ),
    "Q.mrd_sensitivity": (
        Records(
            "sensitivity",
            "mrd",
            "collected_on",
            ("sensitivity", "sensitivity_comparator"),
            _compared("sensitivity"),
            when="on",
        ),
    ),
    "Q.agreement": (
        Records(
            "judged",
            "agreement_review",
            "visit_date",
            ("derived", "recorded", "assessed_on"),
            _judged,
            is_of_line=True,
            when="on",
        ),
    ),
    "Q.denosumab_renal": (
        Records("clearance", "bone_agent", "begun_on", ("clearance_ml_min",), _renal, when="on"),
        replace(_care("bone_agents", "bone"), when="on"),
    ),
    "Q.dental_check": (_care("dental_checks", "dental_check"),),
    "Q.vitamin_d": (_care("vitamin_d", "vitamin_d", "calcium"),),
    "Q.thrombosis": (_care("against_thrombosis", "thrombosis"),),
    "Q.zoster": (_care("against_zoster", "zoster"),),
    "Q.no_bone_agent": (_care("bone_agents", "bone"),),
}


def with_records(asked: Asked, rows: pl.DataFrame, records: tuple[Records, ...]) -> pl.DataFrame:
    """Rows of an indicator with `why`: what is recorded of each kind, or that nothing is."""
    placed = rows.with_row_index("row")
    found = [_recorded(asked, placed, each) for each in records]
    return rows.with_columns(
        why=pl.Series([asked.words.join(list(each)) for each in zip(*found, strict=True)], dtype=pl.String)
    )


def _recorded(asked: Asked, placed: pl.DataFrame, records: Records) -> list[str]:
    key = ["patient_id", *(["line"] if records.is_of_line else [])]
    columns = dict.fromkeys((*key, records.day, records.until or records.day, *records.columns))
    there = asked.frame(records.table, list(columns)).filter(records.where)
    if records.is_of_line:
        there = there.with_columns(pl.col("line").cast(pl.Int64))
    days = {"of_day": pl.col(records.day), "until_day": pl.col(records.until or records.day)}
    own = there.with_columns(**days).join(placed.select("row", *key, anchor="dated"), on=key)
    day, anchor = pl.col("of_day"), pl.col("anchor")
    is_then = {"any": pl.lit(value=True), "on": day == anchor, "before": day < anchor, "after": day > anchor}
    found = own.filter(is_then[records.when]).unique(maintain_order=True)
    words, listed = asked.words, dict[int, dict[str, list[str]]]()
    for row in found.sort("row", "of_day", "until_day", maintain_order=True).iter_rows(named=True):
        said = listed.setdefault(row["row"], {}).setdefault(_days(records, row, words), [])
        said.append(records.said(row, words))
    what = words.t(f"explore_record.{records.what}")
    none = words.t("explore_quality.none_of", what=what)

    def sentence(of_days: Mapping[str, list[str]]) -> str:
        rows = ", ".join(f"{day} {' + '.join(dict.fromkeys(said))}".strip() for day, said in of_days.items())
        return words.t("explore_quality.recorded", what=what, rows=rows)

    return [sentence(listed[row]) if row in listed else none for row in range(placed.height)]


def _days(records: Records, row: Row, words: Words) -> str:
    """The day, or the first and the last; of what is of the row's own day none."""
    if records.when == "on":
        return ""
    known = [str(row[name]) for name in ("of_day", "until_day") if row[name] is not None]
    return "–".join(dict.fromkeys(known)) or words.t("explore_quality.no_day")
