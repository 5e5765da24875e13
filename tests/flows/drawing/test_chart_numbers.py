"""What is read off curves before they are drawn, and the way into the page."""

from __future__ import annotations

import altair as alt
import polars as pl
import pytest

from flows.drawing.curve_values import at_risk, by_month, decimals, thinned, ticks
from flows.drawing.stacked_bars import stacked_bars
from flows.drawing.svg import inline_svg


def test_numbers_at_risk_are_those_whose_time_is_that_long():
    # Two leave on day 365, before 12 months are over (365.25 days); one on day 366; one stays for two years.
    curve = pl.DataFrame({"stratum": "all", "day": [0, 365, 366, 731], "at_risk": [4, 4, 2, 1]})
    assert at_risk(curve, [0, 12, 24, 36]).sort("month")["at_risk"].to_list() == [4, 2, 1, 0]


@pytest.mark.parametrize("years", range(1, 41))
def test_axis_has_few_labels_and_more_than_its_start(years: int):
    months = ticks(12 * years)
    assert 3 <= len(months) <= 7
    assert months[-1] <= 12 * years


def test_thinning_keeps_the_start_the_end_and_each_stretch():
    curve = pl.DataFrame({"stratum": "all", "day": range(10_001)})
    kept = thinned(curve, 100)["day"]
    assert (kept[0], kept[-1]) == (0, 10_000)
    assert kept.len() < 110
    assert kept.diff().max() <= 101


def test_bars_of_nothing_are_no_figure():
    counts = pl.DataFrame({"row": ["a"], "category": ["x"], "n": [0]})
    assert stacked_bars(counts, ["x"], ["red"], "t", "d") == ""


def test_figure_titles_are_escaped():
    chart = alt.Chart(pl.DataFrame({"x": [1]})).mark_point()
    assert "<title>a &lt;b&gt;</title>" in inline_svg(chart, "a <b>", "says")


def test_value_at_a_month_is_the_last_step_s_and_none_beyond_the_last_day():
    # Day 365 lies before 12 months (365.25 days), day 366 after; no patient is followed beyond day 740 (24.3 months).
    curve = pl.DataFrame(
        {
            "stratum": "all",
            "day": [0, 365, 366, 740],
            "at_risk": [4, 4, 3, 1],
            "survival": [1.0, 0.75, 0.5, 0.5],
            "ci_low": [None, 0.2, 0.1, 0.1],
            "ci_high": [None, 0.9, 0.8, 0.8],
        }
    )
    read = by_month(curve, 36).filter(pl.col("month").is_in([0, 12, 13, 24, 25]))
    assert read["survival"].to_list() == [1.0, 0.75, 0.5, 0.5, None]
    assert read["ci_low"].to_list() == [None, 0.2, 0.1, 0.1, None]
    assert read["at_risk"].to_list() == [4, 3, 1, 1, 0]


def test_beyond_the_end_of_a_shared_curve_no_number_at_risk_is_shown():
    curve = pl.DataFrame(
        {
            "stratum": "all",
            "day": [0, 400, 800],
            "at_risk": [30, 20, 10],
            "events": pl.Series([None, None, None], dtype=pl.Int64),
            "survival": [1.0, 0.67, 0.33],
            "ci_low": [None, 0.5, 0.2],
            "ci_high": [None, 0.8, 0.5],
        }
    )
    assert at_risk(curve, [0, 12, 24, 36]).sort("month")["at_risk"].to_list() == [30, 20, 10]
    read = by_month(curve, 36)
    assert read["at_risk"][36] is None
    # Shared points are joined by straight lines: 12 months are 365.25 of the 400 days from 1 to 0.67.
    assert read["survival"].gather([0, 12, 36]).to_list() == [1.0, 0.7, None]
    assert read["ci_low"].gather([12, 24]).to_list() == [None, 0.25]
    assert decimals(curve) == 0


def test_steps_are_drawn_by_their_corners():
    steps = pl.DataFrame({"x": [0, 1, 2], "y": [3, 3, 1]})
    chart = alt.Chart(steps).mark_line(interpolate="step-after").encode(x="x:Q", y="y:Q")
    assert "L" not in inline_svg(chart, "t", "d").split('stroke-width="2"')[0].rsplit(' d="', 1)[1].split('"')[0]
