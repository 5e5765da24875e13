"""Ways to write a figure, each by itself: thousands, powers of ten, shares of cells, percent, limits in words."""

from __future__ import annotations

import polars as pl
import pytest

from transforms.intake.number_forms import plain_numbers

Cells = dict[str, str | None]


def read_by(rule: str, cells: Cells, column: str = "labs.value", *, open_ended: bool = True) -> Cells:
    """Each cell with what one of the rules makes of it."""
    table, _, name = column.partition(".")
    way = dict(plain_numbers(table, name, pl.col("cell"), open_ended=open_ended))[rule]
    found = pl.DataFrame({"cell": list(cells)}).select(found=way)["found"]
    return dict(zip(cells, found.to_list(), strict=True))


@pytest.mark.parametrize(
    ("column", "open_ended", "rules"),
    [
        ("labs.value", True, ["thousands", "power_of_ten", "comparator_word"]),
        ("labs.ref_low", False, ["thousands", "power_of_ten"]),
        ("marrow.plasma_cell_percent", True, ["thousands", "power_of_ten", "percent_sign", "comparator_word"]),
        ("mrd.sensitivity", True, ["thousands", "power_of_ten", "percent_sign", "comparator_word"]),
    ],
)
def test_a_column_is_read_in_the_ways_that_its_figures_are_written(
    column: str, open_ended: bool, rules: list[str]
) -> None:
    table, _, name = column.partition(".")
    assert [rule for rule, _ in plain_numbers(table, name, pl.col("x"), open_ended=open_ended)] == rules


def test_commas_part_thousands_where_a_point_or_a_second_comma_shows_it() -> None:
    cells: Cells = {
        "1,234,567": "1234567",
        "<1,234.5": "<1234.5",
        ">= -12,345,678": ">= -12345678",
        **dict.fromkeys(["1,234", "1,23.4", "1234,567,890", "1234", ""], None),
    }
    assert read_by("thousands", cells) == cells


def test_a_power_of_ten_is_read_however_it_is_raised() -> None:
    cells: Cells = {
        "10^-5": "1e-5",
        "10**6": "1e6",
        "10⁻⁵": "1e-5",
        "2.5 × 10⁶": "2.5e6",
        "2X10⁵": "2e5",
        "<= 3x10^{-6}": "<=3e-6",
        "> 2*10^(+4)": ">2e+4",
        **dict.fromkeys(["10-5", "1 in 10^5", "1/100", "10", "10^123", "x10^5", ""], None),
    }
    assert read_by("power_of_ten", cells) == cells


@pytest.mark.parametrize("column", ["mrd.sensitivity", "mrd.level"])
def test_a_share_of_cells_is_one_in_so_many_or_a_power_that_was_lost(column: str) -> None:
    cells: Cells = {
        "10⁻⁵": "1e-5",
        "10-5": "1e-5",
        "< 2x10 -6": "<2e-6",
        "1 in 10^5": "1e-5",
        "<1:10⁶": "<1e-6",
        "1/100,000": "0.00001",
        "< 1 per 1000": "<0.001",
        "1/1": "1.0",
        **dict.fromkeys(["1/0", "2/100", "10-123", "1 of 10", ""], None),
    }
    assert read_by("power_of_ten", cells, column) == cells


def test_a_sensitivity_in_percent_is_a_share_and_a_percentage_stays_one() -> None:
    cells: Cells = {
        "0.001%": "0.00001",
        "< .01 %": "<0.0001",
        "100 %": "1.0",
        "0.07%": "0.0007",
        "5": None,
        "-5%": None,
    }
    assert read_by("percent_sign", cells, "mrd.sensitivity") == cells
    percents: Cells = {"5%": "5.0", ">= 60 %": ">=60.0", ".5%": "0.5", "5": None, "5 % of": None}
    assert read_by("percent_sign", percents, "marrow.plasma_cell_percent") == percents


def test_a_limit_in_words_is_one_on_either_side_of_its_number() -> None:
    behind = {"未満": "<", "以下": "<=", "以上": ">=", "超": ">", "미만": "<", "이하": "<=", "이상": ">=", "초과": ">"}
    before = {
        **dict.fromkeys(["less than", "below", "under"], "<"),
        **dict.fromkeys(["up to", "at most", "maximum", "max", "max."], "<="),
        **dict.fromkeys(["more than", "greater than", "above", "over"], ">"),
        **dict.fromkeys(["at least", "minimum"], ">="),
    }
    cells: Cells = {f"0.5{word}": f"{sign}0.5" for word, sign in behind.items()}
    cells |= {f"{word} 20": f"{sign}20" for word, sign in before.items()}
    cells |= {
        "Less Than 5 %": "<5",
        "5 %未満": "<5",
        "12未満34": None,
        "less than 1.2.3": None,
        "about 5": None,
        "5": None,
    }
    assert read_by("comparator_word", cells) == cells
