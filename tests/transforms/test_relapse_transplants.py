"""The table `transplant`: which treatments are autologous transplants, and which may be."""

import pytest

from rules.criterion import load_edition
from tests.transforms.relapsed import LINES, drawn, refused_rows
from transforms.intake.contracts import stored
from transforms.relapse.drugs_given import given_drugs
from transforms.relapse.transplants import transplants

COURSE = "line | start_date\n1 | 2020-01-01"


def grafts(*rows: str, refused: str = "") -> list[tuple[str, bool]]:
    """Days of transplants, and whether each is certain."""
    header = "line | phase | drugs | start_date | end_date | unreadable"
    treatments = drawn(
        "\n".join([header, *(f"{row} |" if row.count("|") == 4 else row for row in rows)]), stored("treatments")
    )
    given = given_drugs(treatments, refused_rows(refused), drawn(COURSE, LINES), load_edition())
    found = transplants(treatments, given).sort("transplanted_on").collect()
    return [(str(on), certain) for on, certain in found.select("transplanted_on", "is_certain").rows()]


@pytest.mark.parametrize(
    ("row", "certain", "why"),
    [
        ("1 | autologous_transplant | | 2020-06-01 |", True, "the phase says so, without a drug"),
        ("1 | autologous_transplant | melphalan | 2020-06-01 |", True, "or with one"),
        ("1 | | melphalan | 2020-06-01 |", False, "melphalan alone, of no phase"),
        ("1 | | | 2020-06-01 |", False, "neither phase nor drug"),
        ("1 | | melphalan;prednisolone | 2020-06-01 |", None, "a regimen"),
        ("1 | induction | melphalan | 2020-06-01 |", None, "a phase of another kind"),
        ("1 | allogeneic_transplant | | 2020-06-01 |", None, "another kind of transplant"),
        ("1 | | VRd | 2020-06-01 | | [phase]", False, "a phase that could not be read"),
        ("1 | | | 2020-06-01 | | [drugs]\n1 | | VRd | 2020-06-01 | |", False, "drugs that could not be read"),
        ("1 | | VRd | 2020-06-01 | | [end_date]", None, "of no phase, and a regimen"),
    ],
)
def test_a_transplant_is_what_its_phase_says_and_melphalan_alone_may_be_one(
    row: str, certain: bool | None, why: str
) -> None:
    assert grafts(row) == ([] if certain is None else [("2020-06-01", certain)]), why


def test_two_rows_of_one_day_are_one_transplant_and_certainty_wins() -> None:
    same_day = ("1 | | melphalan | 2020-06-01 |", "1 | autologous_transplant | | 2020-06-01 |")
    assert grafts(*same_day, "1 | autologous_transplant | | 2020-12-01 |") == [
        ("2020-06-01", True),
        ("2020-12-01", True),
    ]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("2020-06-01 | 1 | autologous_transplant", [("2020-06-01", False)]),
        (" | | ", [("None", False)]),
        ("2020-06-01 | 1 | maintenance", []),
    ],
)
def test_a_treatment_that_was_refused_may_have_been_one(row: str, found: list[tuple[str, bool]]) -> None:
    assert grafts(refused=f"dated_on | line | kind\n {row}") == found
