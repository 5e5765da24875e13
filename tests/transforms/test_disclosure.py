"""What of a frame of counts may leave the house, and what adding and subtracting reveals."""

from __future__ import annotations

from datetime import date
from typing import Any

import hypothesis.strategies as st
import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from scipy.optimize import linprog

from tests.examples import few
from transforms.disclosure import THRESHOLD, DisclosureError, Part, Release, Sum, Total, protect

N = Release(counts=("n",), sums=(Sum("n", ("site",)),))


def of_sites(*counts: int | None, **more: list[Any]) -> pl.DataFrame:
    sites = [f"S{place}" for place in range(len(counts))]
    return pl.DataFrame({"site": sites, "n": pl.Series(counts, dtype=pl.Int64), **more})


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, None), (1, None), (9, None), (10, 10), (12, 10), (13, 15), (17, 15), (18, 20), (None, None)],
)
def test_a_count_under_ten_is_hidden_and_others_are_rounded_to_five(count: int | None, shown: int | None) -> None:
    assert protect(of_sites(count), Release(counts=("n",)))["n"].to_list() == [shown]


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (10, 20, [10, 20]),  # ten, and ten others
        (11, 20, [None, 20]),  # nine others
        (20, 20, [None, 20]),  # none other
        (9, 20, [None, 20]),
        (90, 99, [None, 100]),
        (90, 100, [90, 100]),
        (3, 9, [None, None]),
    ],
)
def test_a_part_is_hidden_where_it_or_the_rest_is_under_ten(part: int, whole: int, shown: list[int | None]) -> None:
    released = protect(
        of_sites(whole, part=[part]), Release(counts=("n", "part"), parts=(Part("part", "n"),), figures={})
    )
    assert [released["part"][0], released["n"][0]] == shown


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([40, 30, 20], [40, 30, 20]),
        ([40, 30, 5], [40, None, None]),  # the total less 40 and 30 would be 5: 30 goes as well
        ([40, 8, 7], [40, None, None]),  # two that are 15 together hide each other
        ([40, 5, 5], [40, None, None]),
        ([40, 30, 4, 5], [40, None, None, None]),  # two that are 9 together do not
        ([40, 30, 0, 0, 0], [40, None, None, None, None]),
        ([30, 30, 5], [None, 30, None]),  # of equals the first
        ([3, 4], [None, None]),
    ],
)
def test_a_hidden_count_can_not_be_had_from_the_total_and_the_others(counts: list[int], shown: list[Any]) -> None:
    assert protect(of_sites(*counts), N)["n"].to_list() == shown


def test_missing_values_are_a_group_like_any_other() -> None:
    frame = of_sites(40, 5, 30, 30, 20, group=[None, None, None, "a", "a"])
    released = protect(frame, Release(counts=("n",), sums=(Sum("n", ("site",), ("group",)),)))
    assert released["n"].to_list() == [40, None, None, 30, 20]


def test_columns_that_add_up_protect_each_other() -> None:
    frame = pl.DataFrame({"all": [100, 100], "a": [60, 60], "b": [37, 30], "c": [3, 10]})
    released = protect(frame, Release(counts=("all", "a", "b", "c"), totals=(Total("all", ("a", "b", "c")),)))
    assert released.rows() == [(100, 60, None, None), (100, 60, 30, 10)]


def test_what_the_rows_lack_of_a_total_counts_too() -> None:
    """Levels II and III of a factor, compared with level I, of which there are three."""
    frame = pl.DataFrame({"level": ["II", "III"], "n": [100, 100], "n_level": [57, 40]})
    declared = Sum("n_level", ("level",), (), "n")
    assert protect(frame, Release(counts=("n", "n_level"), sums=(declared,)))["n_level"].to_list() == [55, None]


def test_figures_go_with_any_count_they_rest_on_and_are_never_exact() -> None:
    frame = of_sites(50, 60, 70, events=[9, 20, None], median=[1.23456, 1.23456, 1.23456], year=[2001, 2002, 2003])
    released = protect(frame, Release(counts=("n", "events"), figures={"median": ("n", "events")}, labels=("year",)))
    assert released["median"].to_list() == [None, 1.23, 1.23]  # a count that there isn't hides nothing
    assert released["year"].to_list() == [2001, 2002, 2003]


def test_a_count_that_rests_on_another_goes_with_it_and_is_protected_in_its_sum() -> None:
    """The visits of a site of five patients are many, and still of five patients."""
    frame = of_sites(50, 5, 8, visits=[500, 90, 60])
    declared = Release(counts=("n", "visits"), sums=(*N.sums, Sum("visits", ("site",))), figures={"visits": ("n",)})
    assert protect(frame, declared)["visits"].to_list() == [500, None, None]


@pytest.mark.parametrize(
    ("columns", "release", "says"),
    [
        ({"patient_id": ["P1"], "n": [10]}, Release(counts=("n",)), "ids and dates: patient_id"),
        ({"day": [date(2020, 1, 1)], "n": [10]}, Release(counts=("n",)), "ids and dates: day"),
        ({"m": [1.5], "n": [10]}, Release(counts=("n",)), "neither count, figure nor label: m"),
        ({"list": [[1]], "n": [10]}, Release(counts=("n",)), "neither count, figure nor label: list"),
        ({"n": [10]}, Release(counts=("n", "k")), "not there: k"),
        ({"n": [10]}, Release(counts=("n",), sums=(Sum("n", ("site",)),)), "not there: site"),
        ({"n": [10], "k": [1]}, Release(counts=("n",), parts=(Part("k", "n"),), labels=("k",)), "no counts: k"),
    ],
)
def test_what_is_not_declared_is_not_released(columns: dict[str, list[Any]], release: Release, says: str) -> None:
    with pytest.raises(DisclosureError, match=says):
        protect(pl.DataFrame(columns), release)


def test_an_empty_frame_stays_one() -> None:
    assert protect(of_sites(), N).is_empty()
    assert protect(pl.DataFrame({"site": ["a"]}), Release()).height == 1


# An attacker knows every shown count exactly (in truth it is rounded), what adds up, and all totals; these are shown
# somewhere, so they are ten or more, as they passed the rule there.


def narrowest(cells: list[int], is_hidden: list[bool], equations: list[list[int]]) -> float:
    """The smallest range that linear programming finds for a hidden cell; unlimited where none is hidden."""
    assume(all(sum(cells[place] for place in members) >= THRESHOLD for members in equations))
    matrix = np.zeros((len(equations), len(cells)))
    for row, members in enumerate(equations):
        matrix[row, members] = 1
    bounds = [(0, None) if hidden else (n, n) for n, hidden in zip(cells, is_hidden, strict=True)]
    ranges = [np.inf]
    for place in [place for place, hidden in enumerate(is_hidden) if hidden]:
        aim = np.eye(len(cells))[place]
        ends = [linprog(sign * aim, A_eq=matrix, b_eq=matrix @ cells, bounds=bounds) for sign in (1, -1)]
        if [end.status for end in ends] == [0, 0]:  # else it is in no equation, and without a limit
            ranges.append(-ends[1].fun - ends[0].fun)
    return min(ranges)


few_or_many = st.one_of(st.integers(0, 12), st.integers(0, 60))


@few(40)
@given(st.lists(few_or_many, min_size=2, max_size=7))
def test_no_hidden_count_of_a_list_can_be_narrowed_to_less_than_ten(counts: list[int]) -> None:
    released = protect(of_sites(*counts), N)["n"]
    assert released.drop_nulls().ge(THRESHOLD).all()
    assert narrowest(counts, released.is_null().to_list(), [list(range(len(counts)))]) >= THRESHOLD - 1e-6


@few(40)
@given(st.data(), st.integers(2, 5), st.integers(2, 4))
def test_no_hidden_count_of_a_table_can_be_narrowed_to_less_than_ten(
    data: st.DataObject, rows: int, columns: int
) -> None:
    counts = data.draw(st.lists(few_or_many, min_size=rows * columns, max_size=rows * columns))
    places = [divmod(place, columns) for place in range(rows * columns)]
    frame = pl.DataFrame({"row": [row for row, _ in places], "column": [column for _, column in places], "n": counts})
    both = (Sum("n", ("column",), ("row",)), Sum("n", ("row",), ("column",)))
    released = protect(frame, Release(counts=("n",), sums=both, labels=("row", "column")))["n"]
    of_rows = [[place for place, (row, _) in enumerate(places) if row == wanted] for wanted in range(rows)]
    of_columns = [[place for place, (_, column) in enumerate(places) if column == wanted] for wanted in range(columns)]
    assert released.drop_nulls().ge(THRESHOLD).all()
    assert narrowest(counts, released.is_null().to_list(), of_rows + of_columns) >= THRESHOLD - 1e-6


@few(40)
@given(st.lists(st.tuples(few_or_many, few_or_many), min_size=2, max_size=5))
def test_no_hidden_part_or_rest_can_be_narrowed_to_less_than_ten(pairs: list[tuple[int, int]]) -> None:
    """Sites with how many patients have a stage, and how many there are; both add up."""
    parts, rests = [part for part, _ in pairs], [rest for _, rest in pairs]
    wholes = [part + rest for part, rest in pairs]
    declared = Release(counts=("n", "part"), parts=(Part("part", "n"),), sums=(*N.sums, Sum("part", ("site",))))
    released = protect(of_sites(*wholes, part=parts), declared)
    hidden = released["part"].is_null().to_list()
    n = len(pairs)
    # Where the whole is shown, part and rest add up to it; all parts and all rests do.
    equations = [[place, n + place] for place in range(n) if released["n"][place] is not None]
    equations += [list(range(n)), list(range(n, 2 * n))]
    assert narrowest(parts + rests, hidden + hidden, equations) >= THRESHOLD - 1e-6


def test_a_hidden_row_of_a_list_is_omitted_like_an_empty_one() -> None:
    frame = pl.DataFrame({"flag": ["a", "b", "c"], "visits": [40, 9, 12], "alone": [20, 9, None]})
    release = Release(("visits", "alone"), is_list=True)
    assert protect(frame, release).to_dicts() == [
        {"flag": "a", "visits": 40, "alone": 20},
        {"flag": "c", "visits": 10, "alone": None},
    ]
