"""Words for a result in the column of figures: moved where they belong, or read as the figure that they mean."""

from __future__ import annotations

import pytest

from tests.transforms.test_parsing import LAB, _found
from transforms.intake.contracts import REPAIRS
from transforms.intake.result_words import results_of_values

WORDS = {"positive": ["陽性", "(+)"], "negative": ["陰性"], "detected": ["検出"], "not_detected": ["検出せず", "陰性"]}
MOVED, NONE = "result_in_value", "none_detected"
Row = tuple[str, str | None, str | None, str | None]  # analyte, value, result, unit


@pytest.mark.parametrize(
    ("row", "expected", "rule"),
    [
        (("serum_immunofixation", "陰性", None, None), (None, "negative", None), MOVED),
        (("urine_immunofixation", " Positive ", None, "x"), (None, "positive", "x"), MOVED),
        (("hbs_antigen", "(+)", "positive", None), (None, "positive", None), MOVED),
        (("serum_immunofixation", "陰性", "positive", None), ("陰性", "positive", None), None),
        (("serum_immunofixation", "検出", None, None), ("検出", None, None), None),
        (("serum_m_protein", "検出せず", None, None), ("0", None, "g/dL"), NONE),
        (("urine_m_protein", "陰性", None, None), ("0", None, "mg/24 h"), NONE),
        (("urine_m_protein", "検出せず", "negative", "mg/day"), ("0", "negative", "mg/day"), NONE),
        (("serum_m_protein", "検出", None, "g/L"), (None, "positive", "g/L"), MOVED),
        (("serum_m_protein", "検出", "negative", None), (None, "negative", None), MOVED),
        (("serum_m_protein", "陽性", None, None), ("陽性", None, None), None),
        (("albumin", "陰性", None, "g/L"), ("陰性", None, "g/L"), None),
        (("albumin", "検出せず", None, "g/L"), ("検出せず", None, "g/L"), None),
        (("serum_immunofixation", "検出せず 1", None, None), ("検出せず 1", None, None), None),
        (("serum_m_protein", "1.5", None, "g/dL"), ("1.5", None, "g/dL"), None),
        (("serum_m_protein", None, None, "g/dL"), (None, None, "g/dL"), None),
        (("serum_m_protein", None, "positive", None), (None, "positive", None), None),
    ],
)
def test_a_word_is_a_result_or_none_detected_by_what_was_tested(
    row: Row, expected: tuple[str | None, ...], rule: str | None
) -> None:
    analyte, value, result, unit = row
    other = LAB | {"analyte": "serum_m_protein", "value": "検出せず", "unit": "g/L"}  # which is read in any case
    labs = _found("labs", LAB | {"analyte": analyte, "value": value, "result": result, "unit": unit}, other)
    found, repairs = results_of_values(labs, WORDS)
    assert found.columns == labs.columns
    assert found.select("value", "result", "unit").rows() == [expected, ("0", None, "g/L")]
    assert dict(repairs.schema) == REPAIRS
    assert repairs.rows() == [*([(1, "value", rule)] if rule else []), (2, "value", NONE)]
    rest = ["patient_id", "collected_on", "analyte", "ref_low", "ref_high"]
    assert found.select(rest).equals(labs.select(rest))


def test_without_a_word_labs_stay_as_they_are() -> None:
    rows: list[dict[str, str | None]] = [LAB | {"value": "陰性"}, LAB | {"analyte": "serum_m_protein", "value": "1"}]
    labs = _found("labs", *rows)
    found, repairs = results_of_values(labs, WORDS)
    assert found is labs
    assert (dict(repairs.schema), repairs.height) == (REPAIRS, 0)


def test_a_text_of_more_than_two_hundred_bytes_is_no_word() -> None:
    fits, too_long = (" " * blanks + "陰性" for blanks in (194, 195))
    lab = LAB | {"analyte": "serum_immunofixation"}
    found, _ = results_of_values(_found("labs", lab | {"value": fits}, lab | {"value": too_long}), WORDS)
    assert found["result"].to_list() == ["negative", None]
    assert results_of_values(_found("labs", lab | {"value": too_long}), WORDS)[1].is_empty()
