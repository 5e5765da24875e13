"""The drawings of responses and courses: what they draw, what they say, and that names are text."""

from __future__ import annotations

import re

import polars as pl

from flows.drawing.alluvial import alluvial, alluvial_says
from flows.drawing.interval_rows import interval_rows, of_months, of_shares
from flows.drawing.paper import standing_alone
from flows.drawing.swimmer import swimmer_chart
from flows.drawing.waterfall import sampled, waterfall
from flows.drawing.words import Words

EN, JA = Words("en"), Words("ja")
HOSTILE = "<script>alert('x')</script>"


def _changes(changes: list[float | None], responses: list[str | None] | None = None) -> pl.DataFrame:
    n = len(changes)
    return pl.DataFrame(
        {
            "cohort": "a",
            "patient_id": [f"p{place:04}" for place in range(n)],
            "line": 1,
            "best_response": responses or ["PR"] * n,
            "followed_by": "serum_m_g_dl",
            "change": changes,
        },
        schema_overrides={"change": pl.Float64, "best_response": pl.String},
    )


# -- waterfall -----------------------------------------------------------------------------------------------------


def test_bars_go_from_the_largest_increase_to_the_deepest_fall_and_name_no_patient() -> None:
    bars = sampled(_changes([-0.5, 0.2, None, -1.0, -0.5], ["PR", "PD", "NE", "CR", "SD"]))
    assert bars.select("place", "of", "change", "best_response").rows() == [
        (1, 4, 0.2, "PD"),
        (2, 4, -0.5, "SD"),
        (3, 4, -0.5, "PR"),
        (4, 4, -1.0, "CR"),
    ]
    assert "patient_id" not in bars.columns


def test_of_more_bars_than_can_be_seen_the_middle_ones_of_equal_groups_are_drawn() -> None:
    bars = sampled(_changes([-place / 1000 for place in range(1000)]), most=10)
    assert bars.height == 10
    assert bars["of"].unique().to_list() == [1000]
    # the fiftieth of each hundred
    assert [round(-1000 * change) for change in bars["change"]] == [49 + 100 * place for place in range(10)]


def test_each_cohort_has_its_own_sample() -> None:
    both = pl.concat([_changes([-0.1] * 30), _changes([-0.2] * 5).with_columns(cohort=pl.lit("b"))])
    counts = sampled(both, most=10).group_by("cohort").agg(pl.len(), pl.col("of").first()).sort("cohort")
    assert counts.rows() == [("a", 10, 30), ("b", 5, 5)]


def test_a_bar_of_more_than_doubling_ends_at_the_top_with_a_mark() -> None:
    drawn = waterfall(sampled(_changes([3.0, 0.5, -1.0])), EN, "Best change")
    heights = [float(height) for height in re.findall(r'd="M0,0h[\d.]+v([\d.]+)h', drawn)]
    # the key's square, then: all of the upper half, a quarter of the plot, all of the lower half
    assert heights == [10, 120, 60, 120]
    assert drawn.count(">+<") == 1
    assert "for 3 of 3 lines: in 1 of the drawn ones it fell by half or more" in drawn


def test_no_known_change_gives_no_drawing() -> None:
    assert waterfall(sampled(_changes([None])), EN, "t") == ""


# -- alluvial ------------------------------------------------------------------------------------------------------

WAYS = pl.DataFrame(
    {
        "stage": [0, 0, 0, 1, 1],
        "kind": ["regimen", "regimen", "regimen", "regimen", "end"],
        "node": ["PI", "PI", "rare", "IMiD", "died"],
        "to_kind": ["regimen", "end", "end", None, None],
        "to": ["IMiD", "died", "died", None, None],
        "n": [60, 30, 10, 60, 40],
    }
)


def _name(_kind: str, code: str) -> str:
    return code


def test_a_band_is_as_wide_as_it_is_many_on_both_sides() -> None:
    drawn = alluvial(WAYS, ["Line 1", "Line 2"], _name, "Ways", "says")
    widths = re.findall(r"v([\d.]+)C[^Z]+,([\d.]+)Z", drawn)
    assert sorted((float(there), float(here)) for there, here in widths) == [(40, 40), (120, 120), (240, 240)]
    bars = [float(height) for height in re.findall(r'd="M0,0h12v([\d.]+)h', drawn)]
    assert sorted(bars) == [40, 160, 240, 360]


def test_a_node_says_its_name_and_how_many_and_hostile_names_are_text() -> None:
    drawn = alluvial(
        WAYS.with_columns(pl.col("node").replace("PI", HOSTILE)), ["Line 1", "Line 2"], _name, "t", HOSTILE
    )
    assert "died 40" in drawn
    assert "<script>" not in drawn


def test_what_ended_is_drawn_fainter_and_below_the_regimens() -> None:
    drawn = alluvial(WAYS, ["Line 1", "Line 2"], _name, "t", "s")
    assert drawn.count('opacity="0.16"') == 2
    assert drawn.count('opacity="0.42"') == 1
    assert drawn.index("IMiD 60") < drawn.index("died 40")


def test_an_alluvial_says_the_commonest_beginnings() -> None:
    assert alluvial_says(WAYS, EN, _name).endswith("At the first: PI 90 and rare 10.")
    assert "100" in alluvial_says(WAYS, JA, _name)


def test_no_way_gives_no_drawing() -> None:
    assert alluvial(WAYS.clear(), [], _name, "t", "s") == ""


# -- rows of intervals ---------------------------------------------------------------------------------------------

ROWS = pl.DataFrame(
    {
        "row": ["PI", "IMiD", HOSTILE],
        "value": [6.0, 12.0, None],
        "low": [3.0, 9.0, None],
        "high": [9.0, None, None],
        "said": ["6.0", "12.0", "–"],
    }
)


def test_an_interval_reaches_from_limit_to_limit_and_an_open_one_ends_in_an_arrow() -> None:
    axis = of_months(ROWS, "Months")
    assert (axis.end, axis.title) == (12, "Months")
    drawn = interval_rows(ROWS, axis, EN, "Medians")
    spans = re.findall(r'translate\(([\d.]+),[\d.]+\)" x2="([\d.]+)" y2="0" stroke="var\(--accent\)"', drawn)
    assert [(float(x), float(x) + float(width)) for x, width in spans] == [(85, 255), (255, 340)]
    assert drawn.count('d="M5,0L-3,-4V4Z"') == 1
    assert drawn.count('d="M4,0A4') == 2
    assert "<script>" not in drawn
    assert "PI 6.0; IMiD 12.0" in drawn


def test_an_axis_of_shares_goes_to_all() -> None:
    shares = ROWS.with_columns(pl.col("value", "low", "high") / 20)
    drawn = interval_rows(shares, of_shares("Share"), EN, "t")
    assert "100\u202f%" in drawn
    assert interval_rows(shares.with_columns(value=None, low=None, high=None), of_shares("x"), EN, "t") == ""


# -- swimmers from a later line, and files -------------------------------------------------------------------------


def test_swimmers_from_a_later_line_say_so() -> None:
    rows = [{"row": 1, "line": 2, "state": "PR", "mark": None, "first_month": 0.0, "last_month": 9.0}]
    courses = pl.DataFrame(rows, schema_overrides={"mark": pl.String})
    assert "Months from start of line 1" in "".join(swimmer_chart(courses, EN).marks)
    assert "Months from start of line 2" in "".join(swimmer_chart(courses, EN, 2).marks)
    assert "2次治療開始からの月数" in "".join(swimmer_chart(courses, JA, 2).marks)


def test_every_drawing_stands_alone_without_the_pages_colours() -> None:
    drawings = (
        waterfall(sampled(_changes([0.5, -1.0])), EN, "t"),
        alluvial(WAYS, ["Line 1", "Line 2"], _name, "t", "s"),
        interval_rows(ROWS, of_months(ROWS, "Months"), EN, "t"),
    )
    for drawn in drawings:
        assert 'role="img"' in drawn
        assert "var(--" not in standing_alone(str(drawn))
