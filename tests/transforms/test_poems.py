"""POEMS syndrome: VEGF before and after autologous transplant."""

from __future__ import annotations

from typing import Any

import pytest

from tests.one_patient import Outcome, Row, judged
from tests.reference.build import day, patient, starts

COLUMNS = ("before_on", "before_pg_ml", "lowest_on", "lowest_pg_ml", "lowest_change", "last_on", "last_pg_ml")


def vegf(on: str, value: float | None, comparator: str | None = None, limit: float | None = 500.0) -> Row:
    return {
        "patient_id": "A",
        "collected_on": day(on),
        "analyte": "vegf",
        "value": value,
        "comparator": comparator,
        "unit": "pg/mL",
        "ref_high": limit,
    }


def grafted(
    *measured: Row,
    diagnosis: str = "POEMS",
    phase: str = "autologous_transplant",
    lines: tuple[str, ...] = ("2020-01-01", "2022-01-01"),
) -> Outcome:
    """Line 1 from January with a transplant on the 1st of June 2020, line 2 from 2022."""
    given = [row | {"phase": "induction", "drugs": "lenalidomide"} for row in starts(*lines)]
    graft = given[0] | {
        "phase": phase,
        "drugs": "melphalan",
        "start_date": day("2020-06-01"),
        "end_date": day("2020-06-01"),
    }
    return judged("", who=patient(diagnosis=diagnosis), labs=list(measured), treatments=[*given, graft])


BEFORE, AFTER = vegf("2020-05-20", 2000.0), vegf("2020-12-01", 400.0)
LOWER_LIMIT = vegf("2020-12-01", 400.0, limit=300.0)
NO_LIMIT = vegf("2020-12-01", 400.0, limit=None)
CASES: list[tuple[str, Outcome, tuple[Any, ...], bool | None, list[str]]] = [
    (
        "before, and after by a fall to a fifth",
        grafted(BEFORE, AFTER),
        ("2020-05-20", 2000.0, "2020-12-01", 400.0, -0.8, "2020-12-01", 400.0),
        True,
        [],
    ),
    (
        "the latest before counts, and that of the day of transplant is before it",
        grafted(BEFORE, vegf("2020-06-01", 320.0), AFTER),
        ("2020-06-01", 320.0, "2020-12-01", 400.0, 0.25, "2020-12-01", 400.0),
        True,
        [],
    ),
    (
        "the day after is after; of equal ones the first is the lowest, and the last may be higher",
        grafted(BEFORE, vegf("2020-06-02", 900.0), AFTER, vegf("2021-03-01", 400.0), vegf("2021-06-01", 600.0)),
        ("2020-05-20", 2000.0, "2020-12-01", 400.0, -0.8, "2021-06-01", 600.0),
        True,
        [],
    ),
    (
        "the day on which the next line starts still counts, the day after does not",
        grafted(BEFORE, vegf("2022-01-01", 700.0), vegf("2022-01-02", 100.0)),
        ("2020-05-20", 2000.0, "2022-01-01", 700.0, -0.65, "2022-01-01", 700.0),
        False,
        [],
    ),
    (
        "without a next line all that comes after counts",
        grafted(BEFORE, AFTER, vegf("2024-06-01", 200.0), lines=("2020-01-01",)),
        ("2020-05-20", 2000.0, "2024-06-01", 200.0, -0.9, "2024-06-01", 200.0),
        True,
        [],
    ),
    (
        "a figure is lower than one that may be more, whatever that is above",
        grafted(BEFORE, AFTER, vegf("2021-03-01", 300.0, ">")),
        ("2020-05-20", 2000.0, "2020-12-01", 400.0, -0.8, "2021-03-01", None),
        True,
        [],
    ),
    (
        "of two of the same highest possible figure the one that may be lower is the lowest",
        grafted(BEFORE, AFTER, vegf("2021-03-01", 400.0, "<=")),
        ("2020-05-20", 2000.0, "2021-03-01", None, None, "2021-03-01", None),
        True,
        [],
    ),
    (
        "at the limit is normal",
        grafted(BEFORE, vegf("2020-12-01", 500.0)),
        ("2020-05-20", 2000.0, "2020-12-01", 500.0, -0.75, "2020-12-01", 500.0),
        True,
        [],
    ),
    (
        "just above it is not",
        grafted(BEFORE, vegf("2020-12-01", 501.0)),
        ("2020-05-20", 2000.0, "2020-12-01", 501.0, -0.7495, "2020-12-01", 501.0),
        False,
        [],
    ),
    (
        "without a limit it is unknown",
        grafted(BEFORE, vegf("2020-12-01", 400.0, limit=None)),
        ("2020-05-20", 2000.0, "2020-12-01", 400.0, -0.8, "2020-12-01", 400.0),
        None,
        [],
    ),
    (
        "of two results of a day the higher counts",
        grafted(BEFORE, vegf("2020-12-01", 400.0), vegf("2020-12-01", 800.0)),
        ("2020-05-20", 2000.0, "2020-12-01", 800.0, -0.6, "2020-12-01", 800.0),
        False,
        [],
    ),
    (
        "of a figure and one that may be more, of a day, the second counts",
        grafted(BEFORE, vegf("2020-12-01", 400.0), vegf("2020-12-01", 300.0, ">")),
        ("2020-05-20", 2000.0, "2020-12-01", None, None, "2020-12-01", None),
        None,
        [],
    ),
    (
        "of a figure and one that may be as high, of a day, the figure counts",
        grafted(BEFORE, vegf("2020-12-01", 400.0), vegf("2020-12-01", 400.0, "<=")),
        ("2020-05-20", 2000.0, "2020-12-01", 400.0, -0.8, "2020-12-01", 400.0),
        True,
        [],
    ),
    (
        "another test, and a row without a figure, say nothing",
        grafted(BEFORE, AFTER, AFTER | {"analyte": "ldh", "value": 500.0}, vegf("2021-01-01", None)),
        ("2020-05-20", 2000.0, "2020-12-01", 400.0, -0.8, "2020-12-01", 400.0),
        True,
        [],
    ),
    *(
        (
            "of one figure with two limits the lower limit counts, and one without a limit last",
            grafted(BEFORE, *same),
            ("2020-05-20", 2000.0, "2020-12-01", 400.0, -0.8, "2020-12-01", 400.0),
            False,
            [],
        )
        for same in ((AFTER, LOWER_LIMIT), (LOWER_LIMIT, AFTER), (LOWER_LIMIT, NO_LIMIT), (NO_LIMIT, LOWER_LIMIT))
    ),
    (
        "below the limit of detection there is no figure, and it is normal",
        grafted(BEFORE, vegf("2020-12-01", 20.0, "<")),
        ("2020-05-20", 2000.0, "2020-12-01", None, None, "2020-12-01", None),
        True,
        [],
    ),
    (
        "more than 400 may be normal or not",
        grafted(BEFORE, vegf("2020-12-01", 400.0, ">")),
        ("2020-05-20", 2000.0, "2020-12-01", None, None, "2020-12-01", None),
        None,
        [],
    ),
    (
        "at the limit or above may be normal or not",
        grafted(BEFORE, vegf("2020-12-01", 500.0, ">=")),
        ("2020-05-20", 2000.0, "2020-12-01", None, None, "2020-12-01", None),
        None,
        [],
    ),
    (
        "above the limit is not normal, however much it is",
        grafted(BEFORE, vegf("2020-12-01", 500.0, ">")),
        ("2020-05-20", 2000.0, "2020-12-01", None, None, "2020-12-01", None),
        False,
        [],
    ),
    (
        "from 0 there is no change",
        grafted(vegf("2020-05-20", 0.0), AFTER),
        ("2020-05-20", 0.0, "2020-12-01", 400.0, None, "2020-12-01", 400.0),
        True,
        [],
    ),
    (
        "from 1 there is",
        grafted(vegf("2020-05-20", 1.0), AFTER),
        ("2020-05-20", 1.0, "2020-12-01", 400.0, 399.0, "2020-12-01", 400.0),
        True,
        [],
    ),
    ("never before", grafted(AFTER), (None, None, "2020-12-01", 400.0, None, "2020-12-01", 400.0), True, ["vegf"]),
    ("never after", grafted(BEFORE), ("2020-05-20", 2000.0, None, None, None, None, None), None, ["vegf"]),
    ("never at all", grafted(), (None,) * 7, None, ["vegf"]),
]


@pytest.mark.parametrize(
    ("out", "expected", "is_normal", "missing"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_vegf_is_that_before_a_transplant_and_the_lowest_and_last_after(
    out: Outcome, expected: tuple[Any, ...], is_normal: bool | None, missing: list[str]
) -> None:
    [row] = out["poems_transplant"]
    assert (row["line"], row["transplanted_on"], row["is_certain"]) == (1, day("2020-06-01"), True)
    dated = {
        name: day(value) if name.endswith("_on") and value else value
        for name, value in zip(COLUMNS, expected, strict=True)
    }
    assert {name: row[name] for name in COLUMNS} == {
        name: pytest.approx(value) if isinstance(value, float) else value for name, value in dated.items()
    }
    assert (row["is_normal_after"], row["unknown_because"]) == (is_normal, missing)


@pytest.mark.parametrize(
    "out",
    [
        grafted(BEFORE, AFTER, diagnosis="MM"),
        grafted(BEFORE, AFTER, phase="induction"),
        judged("", who=patient(diagnosis="POEMS")),
    ],
    ids=["myeloma", "no transplant", "untransplanted"],
)
def test_others_have_no_row(out: Outcome) -> None:
    assert [row for row in out["poems_transplant"] if row["is_certain"]] == []
