"""Each number of a cohort's steps is the length of the list behind it."""

from __future__ import annotations

import polars as pl
import pytest

from transforms.cohorts import Analysis, Cohort, at_step, steps

FOUND = pl.DataFrame(
    {
        "patient_id": ["A", "B", "C", "D", "E", "F"],
        "diagnosis": ["MM", "MM", "MM", "MM", "MGUS", None],
        "iss": ["III", "I", None, "III", "III", "II"],
        "age": [70, 50, 60, None, 70, 40],
    }
)
ANALYSIS = Analysis(cohorts=(Cohort("Old", {"iss": ("III",), "age": ("65..",)}), Cohort("Young", {"age": ("..64",)})))


@pytest.mark.parametrize(
    ("letter", "attribute", "part", "expected"),
    [
        ("a", "all", "kept", "ABCDEF"),
        ("a", "all", "left_out", ""),
        ("a", "diagnosis", "kept", "ABCDF"),
        ("a", "diagnosis", "left_out", "E"),
        ("a", "iss", "kept", "AD"),
        ("a", "iss", "left_out", "BF"),
        ("a", "iss", "unknown", "C"),
        ("a", "age", "kept", "A"),
        ("a", "age", "unknown", "D"),
        ("b", "age", "kept", "BCF"),
        ("b", "age", "left_out", "A"),
    ],
)
def test_a_step_s_list_is_what_it_counts(letter: str, attribute: str, part: str, expected: str) -> None:
    listed = at_step(FOUND, ANALYSIS, letter, attribute, part)
    assert "".join(listed["patient_id"]) == expected
    counted = steps(FOUND, ANALYSIS).filter(cohort=letter, attribute=attribute)
    assert counted[part].item() == listed.height


@pytest.mark.parametrize(
    ("letter", "attribute", "part"), [("c", "all", "kept"), ("b", "iss", "kept"), ("a", "iss", "x")]
)
def test_what_is_no_step_has_no_list(letter: str, attribute: str, part: str) -> None:
    with pytest.raises(KeyError):
        at_step(FOUND, ANALYSIS, letter, attribute, part)
