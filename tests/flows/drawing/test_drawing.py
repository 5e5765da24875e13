"""Marks written directly: what a reader of the page, or its script, would miss."""

from __future__ import annotations

import re

import polars as pl
import pytest

from flows.drawing.curves_svg import plot
from flows.drawing.funnel import funnel
from flows.drawing.marks import shortened, stepped, stroke, text
from flows.drawing.strata_looks import Stratum
from flows.drawing.words import Words

EN = Words("en")
ALL = [Stratum("all", "all", "red", [1, 0])]


def _curve(survival: list[float | None], censored: list[int | None]) -> pl.DataFrame:
    days = [0, 100, 200, 300, 400][: len(survival)]
    columns = {"day": days, "at_risk": days[::-1], "survival": survival, "censored": censored}
    return pl.DataFrame(columns).with_columns(
        pl.lit("all").alias("stratum"),
        pl.lit(None, pl.Float64).alias("ci_low"),
        pl.lit(None, pl.Float64).alias("ci_high"),
        pl.col("censored").alias("events"),
    )


def test_a_value_holds_until_the_next_step():
    assert stepped([(0, 1), (5, 3), (9, 2)]) == [(0, 1), (5, 1), (5, 3), (9, 3), (9, 2)]


def test_level_and_upright_stretches_are_written_short_and_what_moves_nothing_not_at_all():
    assert 'd="M0,0H5V3L6,4"' in stroke([[(0, 0), (5, 0), (5, 3), (5.01, 3.02), (6, 4)]], "red", 1, [1, 0])


def test_a_curve_has_a_gap_where_nothing_is_shown():
    drawn = str(plot(_curve([1.0, 0.8, None, 0.5, 0.4], [0, 0, 0, 0, 0]), ALL, 24, 12, EN).svg("t", "d"))
    path = re.findall(r'<path d="([^"]*)" stroke="red"', drawn)
    assert [run.count("V") for run in path[0].split("M")[1:]] == [1, 1]


def test_only_who_is_censored_has_a_mark_and_the_rule_stands_on_its_month():
    drawn = str(plot(_curve([1.0, 0.8, 0.6], [0, 2, 0]), ALL, 24, 12, EN).svg("t", "d"))
    assert len(re.findall(r'y2="8" stroke="red"', drawn)) == 1
    assert re.findall(r'<line transform="translate\(([\d.]+),0\)"[^>]*var\(--rule\)', drawn) == ["235"]


def test_what_is_written_is_text_and_as_long_as_its_room():
    assert ">a &lt;b&gt; &amp;<" in text(0, 0, "a <b> &")
    assert shortened("standard", 101) == "standard"
    assert shortened("a hospital with quite a long name", 101).endswith("…")
    assert len(shortened("大学医学部附属病院血液内科", 101)) < len(shortened("a hospital with quite a long name", 101))


@pytest.mark.parametrize(
    ("counts", "labels"),
    [([(55, 100), (70, 100)], {"50", "60", "70"}), ([(96, 100), (100, 100)], {"90", "100"})],
)
def test_the_axis_of_shares_has_round_labels_and_ends_at_the_whole(counts: list[tuple[int, int]], labels: set[str]):
    points = pl.DataFrame(counts, schema=["numerator", "denominator"], orient="row").with_columns(
        site=pl.int_range(pl.len()).cast(pl.String)
    )
    drawn = str(funnel(points, sum(n for n, _ in counts) / 200, EN, "t"))
    found = set(re.findall(r'text-anchor="end"[^>]*>(\d+)\u202f%', drawn))
    assert labels <= found
    assert all(int(label) <= 100 for label in found)
