"""Neighbours, last known and lowest values of a line: each row sees its own line, and gaps hide nothing."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from transforms import within_line
from transforms.within_line import with_places

# patient, line, figure, code, condition; two lines of one patient, and the next patient's line of the same number
ROWS = """
    p 1 3    2 -
    p 1 -    - F
    p 1 1    0 T
    p 1 2    1 F
    p 2 -    - -
    p 2 9    1 F
    q 2 7.25 - T
    q 2 -    2 -
    q 2 0    0 F
"""


def rows() -> pl.LazyFrame:
    words = [line.split() for line in ROWS.strip().splitlines()]
    condition = {"T": True, "F": False, "-": None}
    return pl.LazyFrame(
        {
            "patient_id": [word[0] for word in words],
            "line": [int(word[1]) for word in words],
            "figure": [None if word[2] == "-" else float(word[2]) for word in words],
            "code": [None if word[3] == "-" else int(word[3]) for word in words],
            "holds": [condition[word[4]] for word in words],
        }
    )


def of_each_row(expression: pl.Expr) -> list[Any]:
    return with_places(rows()).select(expression.alias("found")).collect()["found"].to_list()


@pytest.mark.parametrize(
    ("name", "column", "expected"),
    [
        ("previous", "figure", [None, 3, None, 1, None, None, None, 7.25, None]),
        ("last_known", "figure", [3, 3, 1, 2, None, 9, 7.25, 7.25, 0]),
        ("next_known", "figure", [1, 1, 2, None, 9, None, 0, 0, None]),
        ("lowest_known", "figure", [3, 3, 1, 1, None, 9, 7.25, 7.25, 0]),
        ("has_been", "holds", [False, False, True, True, False, False, True, True, True]),
        ("has_been_before", "holds", [False, False, False, True, False, False, False, True, True]),
    ],
)
def test_a_row_sees_its_own_line_up_to_itself_or_after(name: str, column: str, expected: list[Any]) -> None:
    assert of_each_row(getattr(within_line, name)(pl.col(column))) == expected


def test_the_highest_code_counts_from_0_and_not_beyond_the_line() -> None:
    assert of_each_row(within_line.highest_known(pl.col("code"), 3)) == [2, 2, 2, 2, None, 1, None, 2, 2]


def test_a_lowest_value_without_an_upper_end_stays_without_one() -> None:
    endless = pl.when(pl.col("patient_id") == "p").then(float("inf")).otherwise("figure")
    assert of_each_row(within_line.lowest_known(endless)) == [float("inf")] * 6 + [7.25, 7.25, 0]


def test_a_lowest_value_is_the_figure_reported() -> None:
    reported = [n / 1000 for n in range(10_000, 0, -1)]
    frame = pl.LazyFrame({"patient_id": "p", "line": 1, "figure": reported})
    found = with_places(frame).select(within_line.lowest_known(pl.col("figure"))).collect().to_series()
    assert found.to_list() == reported


def test_places_are_of_the_row_and_the_ends_of_its_line() -> None:
    found = with_places(rows()).select("row", "first_row", "last_row", "nth_line").collect().rows()
    assert found == [
        *((row, 0, 3, 1) for row in range(4)),
        *((row, 4, 5, 2) for row in range(4, 6)),
        *((row, 6, 8, 3) for row in range(6, 9)),
    ]
    assert with_places(rows().head(0)).collect().height == 0
