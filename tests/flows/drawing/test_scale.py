"""Labels of an axis stand at round figures, and at first days of months."""

from datetime import date

import pytest

from flows.drawing.scale import days_to_label, decades, steps_within


@pytest.mark.parametrize(
    ("low", "high", "count", "expected"),
    [
        (0, 6.4, 4, [0, 2, 4, 6]),
        (8.4, 10.3, 3, [8.5, 9, 9.5, 10]),
        (0, 0.9, 5, [0, 0.2, 0.4, 0.6, 0.8]),
    ],
)
def test_figures_are_one_two_or_five_times_a_power_of_ten_apart(
    low: float, high: float, count: int, expected: list[float]
) -> None:
    assert steps_within(low, high, count) == pytest.approx(expected)


def test_a_logarithmic_axis_has_its_decades_and_zero() -> None:
    assert decades(2500) == [0, 10, 100, 1000]
    assert decades(7) == [0]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2020, 1, 15), date(2020, 6, 2), ["2020-02", "2020-03", "2020-04", "2020-05", "2020-06"]),
        (
            date(2019, 12, 1),
            date(2021, 2, 1),
            ["2020-01", "2020-03", "2020-05", "2020-07", "2020-09", "2020-11", "2021-01"],
        ),
        (date(2015, 6, 1), date(2021, 2, 1), ["2016", "2017", "2018", "2019", "2020", "2021"]),
        (date(1999, 1, 1), date(2030, 1, 1), ["2000", "2005", "2010", "2015", "2020", "2025", "2030"]),
    ],
)
def test_days_are_labelled_by_whole_months_or_years(first: date, last: date, expected: list[str]) -> None:
    assert [said for _, said in days_to_label(first, last, 9)] == expected
