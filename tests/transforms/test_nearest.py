"""The patient's row nearest a date, on one side or on either."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from transforms.nearest import join_nearest, join_nearest_on_either_side

ORDER = pl.Enum(["p", "q", "r"])


def on(day: int) -> date:
    return date(1969, 12, 31) + timedelta(days=day)  # days before and after the first of 1970


def dated(text: str, kind: Any, date_column: str, *columns: str) -> pl.LazyFrame:
    """Rows of `patient day [name]`, comma between them."""
    words = [row.split() for row in text.split(",")] if text else []
    names = ["patient_id", date_column, *columns]
    cells = [[word[0], on(int(word[1])), *word[2:]] for word in words]
    schema = {"patient_id": pl.String, date_column: pl.Date, **dict.fromkeys(columns, pl.String)}
    return pl.LazyFrame([dict(zip(names, row, strict=True)) for row in cells], schema=schema).cast({"patient_id": kind})


@pytest.mark.parametrize("kind", [pl.String, ORDER])
@pytest.mark.parametrize(
    ("found", "options", "expected", "why"),
    [
        ("p -1 a,p 3 b", {}, ["b", None], "the last one up to the date, none of another patient"),
        ("p 5 a,p 6 b", {}, ["a", None], "on the day is up to it"),
        ("p 4 a,p 5 b", {"allow_exact_matches": False}, ["a", None], "unless it must be before"),
        ("p 5 a,p 5 b", {}, ["b", None], "of several on a day the last"),
        ("p 6 a,p 9 b,q -3 c", {"strategy": "forward"}, ["a", None], "the first one from the date on"),
        ("p 2 a,q 3 b", {"within_days": 3}, ["a", "b"], "as far as that"),
        ("p 1 a,q 3 b", {"within_days": 3}, [None, "b"], "and no further"),
        ("r 0 a", {"strategy": "forward"}, [None, None], "the next patient is not the next row"),
        ("", {}, [None, None], "nothing to find"),
    ],
)
def test_the_nearest_row_is_the_patients_own(
    kind: Any, found: str, options: dict[str, Any], expected: list[str | None], why: str
) -> None:
    rows = dated("q 4,p 5", kind, "seen_on")
    joined = join_nearest(rows, dated(found, kind, "done_on", "name"), "seen_on", "done_on", **options)
    answer = joined.collect().sort("patient_id")
    assert answer.columns == ["patient_id", "seen_on", "done_on", "name"]
    assert answer["name"].to_list() == expected, why


@pytest.mark.parametrize("kind", [pl.String, ORDER])
@pytest.mark.parametrize(
    ("found", "expected", "why"),
    [
        ("p 3 a,p 6 b", ["b", None], "the nearer of the two sides"),
        ("p 4 a,p 6 b", ["a", None], "of two equally near the earlier"),
        ("p 8 a,q 1 b", ["a", "b"], "as far as that, on either side"),
        ("p 9 a,q 0 b", [None, None], "and no further"),
        ("", [None, None], "nothing to find"),
    ],
)
def test_the_nearest_on_either_side_is_the_nearer_and_then_the_earlier(
    kind: Any, found: str, expected: list[str | None], why: str
) -> None:
    rows, others = dated("q 4,p 5", kind, "seen_on"), dated(found, kind, "done_on", "name")
    joined = join_nearest_on_either_side(rows, others, "seen_on", "done_on", within_days=3)
    answer = joined.collect().sort("patient_id")
    assert answer.columns == ["patient_id", "seen_on", "done_on", "name"]
    assert answer["name"].to_list() == expected, why


def test_on_a_side_where_the_nearest_is_not_alike_there_is_none() -> None:
    rows = dated("p 5 line1,q 5 line1", ORDER, "seen_on", "line")
    others = dated("p 4 line2,p 7 line1,q 4 line2", ORDER, "done_on", "line")
    joined = join_nearest_on_either_side(rows, others, "seen_on", "done_on", within_days=3, alike=["line"])
    assert joined.collect().sort("patient_id").rows() == [
        ("p", on(5), "line1", on(7)),
        ("q", on(5), "line1", None),
    ]
