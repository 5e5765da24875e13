"""The tables of cohorts side by side: how each filter divided them, and who their members are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from flows.drawing.words import NOT_KNOWN, Words
from flows.explore.asked import Asked
from flows.explore.listing import of
from flows.query.in_words import attribute_name, filter_said, value_name
from flows.sql_files import SQL, make_cohort
from transforms.cohorts import LETTERS
from transforms.cohorts.baseline import FIGURES, baseline
from transforms.cohorts.filters import ALL, LANDMARK, PLACES

DECIMALS = {"age": 0, "age_at_start": 0, "year": 0, "creatinine": 2, "ldh": 0, "urine_m_protein": 0, "marrow": 0}


PARTS = ("kept", "left_out", "unknown")


def steps_table(asked: Asked, steps: pl.DataFrame) -> list[dict[str, Any]]:
    """Of each cohort the steps in order: what was asked; who was kept, left out, and not known, with their list."""
    cohorts = zip(asked.analysis.cohorts, steps.partition_by("cohort", maintain_order=True), strict=True)
    return [
        {"name": cohort.name, "rows": [_step(asked, row, cohort.where) for row in of_cohort.to_dicts()]}
        for cohort, of_cohort in cohorts
    ]


def _step(asked: Asked, row: dict[str, Any], where: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    name, words, analysis = row["attribute"], asked.words, asked.analysis
    if name in where:
        says = filter_said(name, where[name], words)
    elif name == LANDMARK:
        says = words.t("explore_cohort.step.landmark", months=f"{analysis.landmark_months:g}")
    else:
        says = words.t("explore_cohort.step.all" if name == ALL else "explore_cohort.step.diagnosis")

    def listed(part: str) -> str:
        return asked.link("patients", of=of("step", row["cohort"], name, part))

    why = [
        {"says": words.t(f"explore_cohort.why.{place}", n=row[f"n_{place}"]), "href": listed(f"n_{place}")}
        for place in PLACES
        if row[f"n_{place}"]
    ]
    parts = PARTS[:1] if name == ALL else PARTS
    counts = [{"n": row[part], "href": listed(part) if row[part] else ""} for part in parts]
    return {"says": says, "why": why, "counts": counts, "blank": len(PARTS) - len(counts)}


def baseline_table(members: pl.DataFrame, asked: Asked) -> list[dict[str, Any]]:
    """The characteristics, each with its rows: a name, and a cell for each cohort."""
    letters = LETTERS[: len(asked.analysis.cohorts)]
    found = baseline(members, figures_at_diagnosis(asked))
    size = {letter: members.filter(cohort=letter).height for letter in letters}
    return [
        _characteristic(str(name), rows, size, asked.words)
        for [name], rows in found.group_by("characteristic", maintain_order=True)
        if rows["known"].sum()
    ]


def _characteristic(name: str, rows: pl.DataFrame, size: Mapping[str, int], words: Words) -> dict[str, Any]:
    cells = {(row["value"], row["cohort"]): row for row in rows.to_dicts()}
    known = dict(rows.select("cohort", "known").iter_rows())
    missing = {letter: n - known.get(letter, 0) for letter, n in size.items()}
    values = rows.filter(pl.col("known") > 0)["value"].unique(maintain_order=True).to_list()
    if values == [None]:
        medians = [{"said": _median(cells.get((None, letter)), name), "unknown": missing[letter]} for letter in size]
        return {"name": _heading(name, words), "cells": medians, "rows": [], "unknown": []}
    lines = [
        {
            "name": value_name(name, value, words),
            "cells": [_share(cells.get((value, letter)), known.get(letter, 0), words) for letter in size],
        }
        for value in values
    ]
    has_unknown = name != "abnormality" and any(missing.values())  # of an abnormality each value has its own
    return {
        "name": _heading(name, words),
        "cells": [],
        "rows": lines,
        "unknown": list(missing.values()) if has_unknown else [],
    }


def figures_at_diagnosis(asked: Asked) -> pl.DataFrame:
    """The figures nearest the diagnosis, one row per patient of the report's cohort, as its table 1 has them."""

    def read() -> pl.DataFrame:
        with asked.connection() as connection:
            make_cohort(connection)
            text = (SQL / "figures" / "table_one.sql").read_text(encoding="utf-8")
            return connection.sql(text).pl().select("patient_id", *FIGURES)

    return asked.registry.made(("figures at diagnosis",), read)


def _heading(name: str, words: Words) -> str:
    key = f"explore_cohort.figure.{name}"
    return words.t(key) if words.has(key) else attribute_name(name, words)


def _median(row: dict[str, Any] | None, name: str) -> str:
    if row is None or not row["known"]:
        return NOT_KNOWN
    decimals = DECIMALS.get(name, 1)
    middle, low, high = (
        f"{row[key]:.{decimals}f}" if name == "year" else f"{row[key]:,.{decimals}f}"
        for key in ("median", "low", "high")
    )
    return f"{middle} [{low}–{high}]"


def _share(row: dict[str, Any] | None, known: int, words: Words) -> str:
    n, of = (row["n"], row["known"]) if row else (0, known)
    if not of:
        return NOT_KNOWN
    return f"{words.count(n)} ({words.percent(n, of)})" if n else "0"
