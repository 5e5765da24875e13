"""Three-valued logic and comparisons of reported figures (`C.unknown`, `C.exact`, `C.zero`, `C.comparator`)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import product

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.verdict import (
    MASK,
    TESTS,
    WIDE_MASK,
    Quantity,
    Verdict,
    above,
    any_of,
    at_least,
    at_most,
    bit,
    fact,
    falls_by,
    limit_of_normal,
    mask,
    mask_where,
    measured,
    quantity,
    required,
    rises_by,
    stated,
    under,
)
from tests.tables import ANSWERS, answer

Row = dict[str, float | bool | None]
WAITS = {"T": set(), "F": set(), "": {"marrow"}}
OTHER_WAITS = {"T": set(), "F": set(), "": {"ldh"}}


def decided(verdict: Verdict, **columns: float | bool | None) -> tuple[bool | None, set[str]]:
    """The verdict on a single row of figures and answers."""
    return decided_each(verdict, [columns])[0]


def decided_each(verdict: Verdict, rows: Sequence[Row]) -> list[tuple[bool | None, set[str]]]:
    """The verdict on each row of figures and answers."""
    types = {name: pl.Boolean() if name in ("left", "right") else pl.Float64() for name in rows[0]}
    return answer(verdict, pl.DataFrame(rows, schema=types))


LEFT, RIGHT = stated(pl.col("left"), "marrow"), stated(pl.col("right"), "ldh")
PAIRS = list(product(["T", "F", ""], repeat=2))
ANSWERED = [{"left": ANSWERS[left], "right": ANSWERS[right]} for left, right in PAIRS]


def test_and_and_or_are_kleenes_and_name_what_an_unknown_waits_for() -> None:
    expected = {  # both, either
        ("T", "T"): ("T", "T"),
        ("T", "F"): ("F", "T"),
        ("T", ""): ("", "T"),
        ("F", "T"): ("F", "T"),
        ("F", "F"): ("F", "F"),
        ("F", ""): ("F", ""),
        ("", "T"): ("", "T"),
        ("", "F"): ("F", ""),
        ("", ""): ("", ""),
    }
    for place, verdict in enumerate((LEFT & RIGHT, LEFT | RIGHT)):
        found = dict(zip(PAIRS, decided_each(verdict, ANSWERED), strict=True))
        waits = {(left, right): WAITS[left] | OTHER_WAITS[right] for left, right in PAIRS}
        truths = {pair: said[place] for pair, said in expected.items()}
        assert found == {
            pair: (ANSWERS[truth], waits[pair] if truth == "" else set()) for pair, truth in truths.items()
        }


def test_not_turns_an_answer_round_and_leaves_unknown_unknown() -> None:
    for answer_, negated in {"T": "F", "F": "T", "": ""}.items():
        assert decided(~LEFT, left=ANSWERS[answer_]) == (ANSWERS[negated], WAITS[answer_])


def test_de_morgan_holds_for_answers_and_for_what_they_wait_for() -> None:
    assert decided_each(~(LEFT & RIGHT), ANSWERED) == decided_each(~LEFT | ~RIGHT, ANSWERED)
    assert decided_each(~(LEFT | RIGHT), ANSWERED) == decided_each(~LEFT & ~RIGHT, ANSWERED)


def test_any_of_is_unknown_only_where_none_is_true() -> None:
    assert decided(any_of(LEFT, RIGHT), left=None, right=True) == (True, set())
    assert decided(any_of(LEFT, RIGHT), left=None, right=False) == (None, {"marrow"})


def test_a_fact_waits_for_nothing_and_a_requirement_is_never_false() -> None:
    assert decided(fact(pl.col("left")), left=False) == (False, set())
    assert decided(required(pl.col("left"), "marrow"), left=True) == (True, set())
    assert decided(required(pl.col("left"), "marrow"), left=False) == (None, {"marrow"})


def test_every_test_has_a_bit_of_its_own_that_the_mask_can_hold() -> None:
    bits = [bit(test) for test in TESTS]
    assert len(set(bits)) == len(TESTS)
    assert sum(bits) == pl.select(mask(sum(bits))).item()
    with pytest.raises(ValueError, match="not in"):
        bit("no_such_test")


VALUE, BOUND = quantity("value", "marrow"), quantity("bound", "ldh")


# the ranges of a value and of a bound: at_least, above, under, at_most
RANGES = {
    ((5, 5), (5, 5)): "TFFT",
    ((5.1, 5.1), (5, 5)): "TTFF",
    ((4.9, 4.9), (5, 5)): "FFTT",
    ((5.0001, 5.0001), (5, 5)): "TTFF",
    ((4.9999, 4.9999), (5, 5)): "FFTT",
    ((0, 0), (0, 0)): "TFFT",
    ((5, 6), (5, 5)): "T F ",
    ((4, 6), (5, 5)): "    ",
    ((4, 5), (5, 5)): " F T",
    ((6, 7), (5, 5)): "TTFF",
    ((3, 4), (5, 5)): "FFTT",
    ((6, float("inf")), (5, 5)): "TTFF",
    ((4, float("inf")), (5, 5)): "    ",
    ((5, 5), (6, float("inf"))): "FFTT",
    ((5, 5), (4, float("inf"))): "    ",
    ((6, float("inf")), (4, float("inf"))): "    ",
}


def test_a_range_decides_what_all_its_values_decide_alike() -> None:
    rows = [dict(zip(("value", "value_max", "bound", "bound_max"), (*v, *b), strict=True)) for v, b in RANGES]
    asked = [decided_each(compared(VALUE, BOUND), rows) for compared in (at_least, above, under, at_most)]
    truths = [[truth for truth, _ in found] for found in zip(*asked, strict=True)]
    assert dict(zip(RANGES, truths, strict=True)) == {
        ranges: [ANSWERS[letter.strip()] for letter in letters] for ranges, letters in RANGES.items()
    }


def test_an_undecided_comparison_names_what_was_not_measured_exactly() -> None:
    verdict = at_least(VALUE, BOUND)
    exact, nothing = {"value": 5.0, "value_max": 5.0}, {"value": None, "value_max": None}
    assert decided(verdict, **exact, bound=None, bound_max=None) == (None, {"ldh"})
    assert decided(verdict, **nothing, bound=5.0, bound_max=5.0) == (None, {"marrow"})
    assert decided(verdict, **nothing, bound=None, bound_max=None) == (None, {"marrow", "ldh"})
    assert decided(verdict, **exact, bound=4.0, bound_max=6.0) == (None, {"ldh"})


def test_no_figure_counts_as_0_only_where_the_clause_says_so() -> None:
    nothing = {"value": None, "value_max": None}
    assert decided(at_most(VALUE.or_zero(), 0.0), **nothing) == (True, set())
    assert decided(at_most(VALUE, 0.0), **nothing) == (None, {"marrow"})


# Properties: a decimal with up to four places, and one that lies on or a step beside a threshold of it.

STEP = Decimal("0.0001")
FRACTIONS = [Decimal("0.25"), Decimal("0.5"), Decimal("0.9"), Decimal("0.1")]
figures = st.integers(0, 10**7).map(lambda steps: steps * STEP) | st.integers(0, 3 * 10**4).map(Decimal)
small_figures = st.integers(0, 10**5).map(lambda steps: steps * STEP)
steps_beside = st.integers(-2, 2).map(lambda steps: steps * STEP)


@st.composite
def near(draw: st.DrawFn) -> tuple[Decimal, Decimal, Decimal]:
    """A reference, a figure near reference ± fraction of it (as nearly as four places can), and the fraction."""
    reference, fraction = draw(figures | small_figures), draw(st.sampled_from(FRACTIONS))
    sign = draw(st.sampled_from([-1, 0, 1]))
    threshold = (reference * (1 + sign * fraction)).quantize(STEP)
    return reference, max(Decimal(0), threshold + draw(steps_beside)), fraction


def ask(verdict: Verdict, rows: list[Row]) -> list[bool | None]:
    frame = pl.DataFrame(rows, schema={"value": pl.Float64, "bound": pl.Float64})
    with_bounds = frame.with_columns(value_max=pl.col("value"), bound_max=pl.col("bound"))
    return [truth for truth, _ in answer(verdict, with_bounds)]


@given(near())
def test_two_reported_figures_compare_as_their_decimals_do(case: tuple[Decimal, Decimal, Decimal]) -> None:
    bound, value, _ = case
    row: list[Row] = [{"value": float(value), "bound": float(bound)}]
    assert ask(at_least(VALUE, BOUND), row) == [value >= bound]
    assert ask(above(VALUE, BOUND), row) == [value > bound]
    assert ask(under(VALUE, BOUND), row) == [value < bound]
    assert ask(at_most(VALUE, BOUND), row) == [value <= bound]


@given(figures | small_figures, small_figures, steps_beside)
def test_a_difference_compares_as_the_decimals_differ(low: Decimal, rise: Decimal, beside: Decimal) -> None:
    value = max(Decimal(0), low + rise + beside)
    row: list[Row] = [{"value": float(value), "bound": float(low)}]
    assert ask(at_least(VALUE - BOUND, float(rise)), row) == [value - low >= rise]
    assert ask(above(VALUE - BOUND, float(rise)), row) == [value - low > rise]


@given(near())
def test_a_relative_change_compares_as_the_decimals_do(case: tuple[Decimal, Decimal, Decimal]) -> None:
    reference, value, fraction = case
    row: list[Row] = [{"value": float(value), "bound": float(reference)}]
    is_up = value > reference and value - reference >= fraction * reference
    is_down = reference > 0 and reference - value >= fraction * reference
    assert ask(rises_by(VALUE, BOUND, float(fraction)), row) == [is_up]
    assert ask(falls_by(VALUE, BOUND, float(fraction)), row) == [is_down]


@given(small_figures, steps_beside, st.sampled_from([Decimal("0.26"), Decimal("1.65")]))
def test_a_ratio_compares_as_the_decimals_do(other: Decimal, beside: Decimal, limit: Decimal) -> None:
    value = max(Decimal(0), (limit * other).quantize(STEP) + beside)
    row: list[Row] = [{"value": float(value), "bound": float(other)}]
    assert ask(above(VALUE, float(limit) * BOUND), row) == [value > limit * other]
    assert ask(under(VALUE, float(limit) * BOUND), row) == [value < limit * other]


def test_from_0_any_rise_is_enough_and_no_fall_is_one() -> None:
    rows: list[Row] = [{"value": 0.1, "bound": 0.0}, {"value": 0.0, "bound": 0.0}]
    assert ask(rises_by(VALUE, BOUND, 0.25), rows) == [True, False]
    assert ask(falls_by(VALUE, BOUND, 0.25), rows) == [False, False]


def test_a_measured_figure_reads_its_columns_and_names_its_tests_unless_it_is_exact() -> None:
    rows = pl.DataFrame(
        {"x": [1.0, 2.0, None], "x_max": [1.0, 5.0, None]}, schema={"x": pl.Float64, "x_max": pl.Float64}
    )
    open_ended = quantity("x", "marrow", "albumin")
    exact = quantity("x", "marrow", open_ended=False)
    found = rows.select(
        low=open_ended.low,
        high=open_ended.high,
        missing=open_ended.missing,
        exact_low=exact.low,
        exact_high=exact.high,
        exact_missing=exact.missing,
    )
    both = bit("marrow") | bit("albumin")
    assert found["low"].to_list() == found["exact_low"].to_list() == found["exact_high"].to_list() == [1.0, 2.0, None]
    assert found["high"].to_list() == [1.0, 5.0, None]
    assert found["missing"].to_list() == [0, both, both]
    assert found["exact_missing"].to_list() == [0, 0, bit("marrow")]


def test_a_quantity_is_found_by_its_name_and_names_its_test_and_its_limit() -> None:
    serum, baseline = "serum_m_g_dl", "serum_m_baseline_g_dl"
    columns = (serum, f"{serum}_max", baseline, f"{baseline}_max", "ldh_ref_high_u_l")
    nothing = pl.DataFrame({name: [None] for name in columns}, schema=dict.fromkeys(columns, pl.Float64))
    waits = {
        "serum_m_protein": measured("serum_m_protein"),
        "baseline_serum_m_protein": measured("serum_m_protein", "baseline"),
        "ldh_ref_high": limit_of_normal("ldh"),
    }
    found = nothing.select(**{test: figure.missing for test, figure in waits.items()})
    assert found.row(0, named=True) == {test: bit(test) for test in waits}


def test_a_figure_that_counts_as_0_where_none_was_measured_is_missing_only_where_it_is_not_exact() -> None:
    rows: list[Row] = [
        {"value": None, "value_max": None, "nadir": 1.0},
        {"value": None, "value_max": None, "nadir": None},
        {"value": 0.0, "value_max": 5.0, "nadir": 1.0},
    ]
    assert decided_each(above(VALUE.or_zero(), NADIR), rows) == [(False, set()), (None, {"ldh"}), (None, {"marrow"})]


def test_a_mask_has_one_type_wherever_it_comes_from() -> None:
    rows = pl.DataFrame({"done": [True, False, None]})
    found = rows.select(mask_where(pl.col("done"), "ldh"))
    assert found.to_series().to_list() == [bit("ldh"), 0, 0]
    assert found.to_series().dtype == MASK
    assert rows.select(mask_where(pl.col("done"), "egfr")).to_series().dtype == WIDE_MASK
    either = mask_where(pl.col("done"), "ldh") | mask_where(~pl.col("done"), "egfr")
    assert rows.select(either).to_series().to_list() == [bit("ldh"), bit("egfr"), 0]


def limit_of(verdict: Verdict, figure: str = "value", **columns: float | bool | None) -> float | None:
    """The limit for a figure on a single row, whatever the figure is."""
    types = {name: pl.Boolean() if name in ("left", "right") else pl.Float64() for name in columns}
    row = pl.DataFrame({name: [value] for name, value in columns.items()}, schema=types)
    found: float | None = row.select(verdict.limit(figure)).item()
    return found


VALUE, NADIR = quantity("value", "marrow"), quantity("nadir", "ldh", open_ended=False)


def test_a_limit_is_the_figure_from_which_on_or_down_to_which_a_clause_holds() -> None:
    limits = [
        (at_least(VALUE, 2), 2.0),
        (above(VALUE, 2), 2.000001),
        (at_most(VALUE, 2), 2.0),
        (under(VALUE, 2), 1.999999),
        (at_least(VALUE, NADIR + 0.5), 1.3),
        (rises_by(VALUE, NADIR, 0.25), 1.0),
        (falls_by(VALUE, NADIR, 0.25), 0.6),
        (at_least(VALUE.or_zero(), 1.1), 1.1),
        (rises_by(VALUE, NADIR, 0.25) & at_least(VALUE, NADIR + 0.5), 1.3),
        (rises_by(VALUE, NADIR, 0.25) | at_least(VALUE, NADIR + 0.5), 1.0),
        (falls_by(VALUE, NADIR, 0.25) & under(VALUE, 0.5), 0.499999),
        (falls_by(VALUE, NADIR, 0.25) | under(VALUE, 0.5), 0.6),
    ]
    assert [limit_of(verdict, nadir=0.8) for verdict, _ in limits] == [limit for _, limit in limits]


@pytest.mark.parametrize(
    ("condition", "both", "either"), [(True, 2.0, None), (False, None, 2.0), (None, None, 2.0)], ids=str
)
def test_a_condition_leaves_the_limit_or_makes_it_none(
    condition: bool | None, both: float | None, either: float | None
) -> None:
    assert limit_of(LEFT & at_least(VALUE, 2), left=condition) == both
    assert limit_of(at_least(VALUE, 2) | LEFT, left=condition) == either


def test_from_none_detectable_any_figure_above_it_is_a_rise_and_none_is_a_fall() -> None:
    assert limit_of(rises_by(VALUE, NADIR, 0.25), nadir=0.0) == 0.000001
    assert limit_of(falls_by(VALUE, NADIR, 0.25), nadir=0.0) is None


def test_a_reference_that_is_not_known_or_has_no_end_gives_no_limit() -> None:
    reference = quantity("reference")
    assert limit_of(at_least(VALUE, reference), reference=None, reference_max=None) is None
    assert limit_of(at_least(VALUE, reference), reference=2.0, reference_max=3.0) == 3.0
    assert limit_of(at_least(VALUE, reference), reference=2.0, reference_max=float("inf")) is None
    assert limit_of(at_most(VALUE, reference), reference=2.0, reference_max=float("inf")) == 2.0


def test_another_figure_is_a_condition_like_any_other() -> None:
    both = at_least(VALUE, 2) & at_least(NADIR, 1)
    assert (limit_of(both, nadir=1.0), limit_of(both, nadir=0.5)) == (2.0, None)
    assert limit_of(both, "nadir", value=3.0, value_max=3.0) == 1.0


def test_a_figure_that_is_part_of_another_moves_it_to_the_limit() -> None:
    involved = Quantity(pl.col("involved"), pl.col("involved"), mask(0), "involved", moves=VALUE)
    assert limit_of(at_least(involved, 100), value=84.0, involved=90.0) == 94.0


def test_only_a_figure_that_is_compared_in_one_direction_has_a_limit() -> None:
    with pytest.raises(ValueError, match="other is compared with nothing"):
        at_least(VALUE, 2).limit("other")
    with pytest.raises(ValueError, match="other is compared with nothing"):
        at_most(VALUE, 2).limit("other")
    with pytest.raises(ValueError, match="other is compared with nothing"):
        (at_least(VALUE, 2) & at_least(NADIR, 1)).limit("other")
    with pytest.raises(ValueError, match="too many values"):
        (at_least(VALUE, 1) & at_most(VALUE, 2)).limit("value")
