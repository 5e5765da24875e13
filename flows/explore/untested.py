"""The tests for want of which a row does not meet an indicator: at a visit, or before the first line."""

from __future__ import annotations

import json
from collections.abc import Mapping

import polars as pl

from flows.explore.asked import Asked
from flows.sql_files import SQL

# Indicator -> test -> the column of visit_evidence that is null where it was not done.
AT_VISIT: dict[str, dict[str, str]] = {
    "Q.immunofixation": {
        "serum_immunofixation": "serum_immunofixation_positive",
        "urine_immunofixation": "urine_immunofixation_positive",
    },
    "Q.both_fluids": {"urine_m_protein": "urine_m_mg_24h", "urine_immunofixation": "urine_immunofixation_positive"},
}
# Indicator -> the tests that it asks for up to the start of the first line.
BEFORE_LINE_1: dict[str, tuple[str, ...]] = {
    "Q.m_protein": ("serum_m_protein", "urine_m_protein", "serum_immunofixation", "flc_kappa", "flc_lambda"),
    "Q.hbv": ("hbs_antigen", "hbc_antibody", "hbs_antibody"),
}
TESTED = (SQL / "explore" / "tested_before_line_1.sql").read_text(encoding="utf-8")


def missing_at_visit(asked: Asked, rows: pl.DataFrame, tests: Mapping[str, str]) -> pl.DataFrame:
    """Rows of an indicator of visits with `why`: the tests that the visit lacks."""
    key = ("patient_id", "line", "dated")
    there = ", ".join(f'"{column}" is not null as "{test}"' for test, column in tests.items())
    of_visits = "from visit_evidence semi join asked_of using (patient_id)"
    text = f"select patient_id, line, visit_date as dated, {there} {of_visits}"
    with asked.connection() as connection:
        connection.register("asked_of", rows.select(pl.col("patient_id").unique()))
        found = connection.sql(text).pl().with_columns(pl.col("line").cast(pl.Int64)).unique(key)
        connection.unregister("asked_of")
    placed = rows.with_columns(pl.col("line").cast(pl.Int64)).join(
        found, on=key, how="left", maintain_order="left", nulls_equal=True
    )
    return rows.with_columns(why=_said(asked, placed, list(tests)))


def missing_before(asked: Asked, rows: pl.DataFrame, indicator: str) -> pl.DataFrame:
    """Rows of an indicator of the work-up with `why`: the tests that were not done up to the first line's start."""
    tests = BEFORE_LINE_1[indicator]
    [numbers] = asked.frame("criterion", ["id", "numbers"]).filter(id=indicator)["numbers"].to_list()
    days = json.loads(numbers or "{}").get("window_days")
    with asked.connection() as connection:
        connection.register("asked_of", rows.select(pl.col("patient_id").unique()))
        parameters = {"tests": list(tests), "days": asked.registry.settings.get(str(days), days)}
        found = connection.sql(TESTED, params=parameters).pl()
        connection.unregister("asked_of")
    done = found.select("patient_id", "has_line", **{test: pl.col("tested").list.contains(test) for test in tests})
    placed = rows.join(done, on="patient_id", how="left", maintain_order="left")
    no_line = pl.lit(asked.words.t("explore_quality.no_first_line"))
    said = placed.with_columns(said=_said(asked, placed, list(tests)))
    return rows.with_columns(why=said.select(pl.when("has_line").then("said").otherwise(no_line)).to_series())


def _said(asked: Asked, placed: pl.DataFrame, tests: list[str]) -> pl.Series:
    """The tests that are not there, in words; each combination once."""
    words, keys = asked.words, placed.select(tests).fill_null(value=False)
    names = {test: words.name("test" if words.has(f"test.{test}") else "work_up_test", test) for test in tests}
    said = {}
    for found in keys.unique().rows():
        lacking = [names[test] for test, is_there in zip(tests, found, strict=True) if not is_there]
        said[found] = words.t("explore_quality.why_missing", tests=words.join(lacking)) if lacking else None
    return pl.Series([said[row] for row in keys.rows()], dtype=pl.String)
