"""Age in completed years."""

from datetime import date

import polars as pl
import pytest

from transforms.age import age_years

DATES = {"born": pl.Date, "on": pl.Date}


@pytest.mark.parametrize(
    ("born", "on", "age", "why"),
    [
        ("1950-06-15", "2020-06-14", 69, "the day before the birthday"),
        ("1950-06-15", "2020-06-15", 70, "the birthday"),
        ("1950-06-15", "2020-07-01", 70, "a later month, an earlier day"),
        ("1950-06-15", "2020-05-30", 69, "an earlier month, a later day"),
        ("1952-02-29", "2019-02-28", 66, "29 February: not yet on the 28th"),
        ("1952-02-29", "2019-03-01", 67, "but on 1 March"),
        ("1952-02-29", "2020-02-29", 68, "and on the 29th where there is one"),
        ("2020-01-01", "2020-01-01", 0, "at birth"),
        (None, "2020-01-01", None, "not recorded"),
        ("1950-01-01", None, None, "no date"),
    ],
)
def test_age_is_in_completed_years(born: str | None, on: str | None, age: int | None, why: str) -> None:
    dates = {"born": born, "on": on}
    row = pl.DataFrame({n: [date.fromisoformat(d) if d else None] for n, d in dates.items()}, schema_overrides=DATES)
    assert row.select(age=age_years("born", "on"))["age"].to_list() == [age], why
