"""Limits of normal in the forms in which laboratories print them, each by itself; null: no limit."""

from __future__ import annotations

from tests.transforms.test_parsing import LAB, _found
from transforms.intake.contracts import REPAIRS
from transforms.intake.limits_of_normal import limits_of_normal

WORDS = {"negative": ["陰性"], "not_detected": ["検出せず"]}
Limits = tuple[str | None, str | None]


def read(*cells: Limits, analyte: str = "ldh") -> tuple[list[Limits], list[tuple[int, str]]]:
    """Both limits of each row as they become, and which cells were read."""
    labs = _found("labs", *(LAB | {"analyte": analyte, "ref_low": low, "ref_high": high} for low, high in cells))
    found, repairs = limits_of_normal(labs, WORDS)
    assert found.drop("ref_low", "ref_high").equals(labs.drop("ref_low", "ref_high"))
    assert found.columns == labs.columns
    assert dict(repairs.schema) == REPAIRS
    assert set(repairs["rule"]) <= {"limit_of_normal"}
    return found.select("ref_low", "ref_high").rows(), repairs.select("row_number", "column").rows()


def test_a_range_gives_both_limits_where_the_other_cell_has_none() -> None:
    cells: dict[Limits, Limits] = {
        (None, "124-222"): ("124", "222"),
        ("(0.8 ～ 2.0)", None): ("0.8", "2.0"),
        ("[.5–1.1]", None): (".5", "1.1"),
        ("3 to 5", "none"): ("3", "5"),
        (None, "3 BIS 5"): ("3", "5"),
        ("3..5", None): ("3", "5"),
        ("3.5", "3.4-5.2"): ("3.5", "5.2"),
        ("3.4-5.2", "5"): ("3.4", "5"),
        ("5-5", None): ("5", "5"),
        ("222-124", "250"): ("222-124", "250"),
    }
    limits, read_ones = read(*cells)
    assert limits == list(cells.values())
    lower, upper = [2, 3, 4, 6, 8, 9], [1, 4, 5, 7]
    assert read_ones == [*((row, "ref_low") for row in lower), *((row, "ref_high") for row in upper)]


def test_a_limit_goes_where_it_belongs() -> None:
    cells: dict[Limits, Limits] = {
        (None, "<2.0"): (None, "2.0"),
        (None, "<= 240"): (None, "240"),
        ("~ 5", None): (None, "5"),
        (None, "up to 5"): (None, "5"),
        (None, "5 以下"): (None, "5"),
        (None, "5未満"): (None, "5"),
        (None, ">90"): ("90", None),
        (None, "from 90"): ("90", None),
        (None, "90以上"): ("90", None),
        ("90 -", None): ("90", None),
        (">=3", "9"): ("3", "9"),
        ("3", "<9"): ("3", "9"),
        ("<9", "8"): (None, "8"),
    }
    assert read(*cells)[0] == list(cells.values())


def test_a_word_or_a_dash_says_that_there_is_no_limit() -> None:
    words = ["-", "(-)", "--", "*", "None", "nil", "なし", "[none]", "Negative", "陰性", "検出せず"]
    assert read(*((word, None) for word in words), *((None, word) for word in words)) == (
        [(None, None)] * 22,
        [*((row, "ref_low") for row in range(1, 12)), *((row, "ref_high") for row in range(12, 23))],
    )
    assert read(("none", "5"), ("5", "none"))[0] == [(None, "5"), ("5", None)]


def test_a_range_that_was_cut_apart_before_its_sign_is_one() -> None:
    torn: list[Limits] = [("8.5", "-10.5"), ("8.5", "－ 10.5"), ("0", "-10.5"), (">8.5", "-10.5")]
    read_ones = [(4, "ref_low"), *((row, "ref_high") for row in (1, 2, 3, 4))]
    assert read(*torn) == ([("8.5", "10.5"), ("8.5", "10.5"), ("0", "10.5"), ("8.5", "10.5")], read_ones)
    kept: list[Limits] = [("8.5", "-8.5"), ("8.5", "-5"), (None, "-5"), ("-5", "-4")]
    assert read(*kept) == (kept, [])
    of_no_criterion: list[Limits] = [("-2", "-1"), ("1", "-2")]
    assert read(*of_no_criterion, analyte="base_excess") == (of_no_criterion, [])


def test_what_is_no_limit_stays_as_it_was_and_so_does_a_number() -> None:
    kept: list[Limits] = [("high", None), (None, "5 or so"), ("high", "9"), ("3.5", "5.0"), (None, None), ("1E1", "x")]
    assert read(*kept) == (kept, [])
    assert read(("1E1", "<20")) == ([("1E1", "20")], [(1, "ref_high")])
    numbers: list[Limits] = [("3.5", "5.0"), (None, None)]
    assert read(*numbers) == (numbers, [])


def test_a_text_of_more_than_a_hundred_bytes_is_no_limit() -> None:
    longest = "4" + " " * 95 + "-  5"
    assert read((longest, None), (longest + "5", None))[0] == [("4", "5"), (longest + "5", None)]
