"""What the vital status, the date of death and the last contact say of each other."""

from __future__ import annotations

from tests.transforms.test_parsing import PATIENT, _found
from transforms.intake.contracts import REPAIRS
from transforms.intake.vital_status import with_days_of_death, with_deaths


def test_a_date_of_death_says_dead_where_the_status_is_none() -> None:
    cells = {
        (None, "2013-01-14"): "dead",
        ("moved away", "2013-01-14"): "dead",
        ("alive", "2013-01-14"): "alive",
        ("dead", "2013-01-14"): "dead",
        (None, "2013"): "dead",
        (None, "２０１３-01"): "dead",
        (None, "2013年2月"): "dead",
        (None, "1900-01-01"): "dead",
        (None, "2100"): "dead",
        **dict.fromkeys([(None, "1899"), (None, "2101-01-01"), (None, "9999"), (None, "14.1.2013"), (None, None)]),
    }
    rows = _found("patients", *(PATIENT | {"vital_status": status, "death_date": died} for status, died in cells))
    found, repairs = with_deaths(rows, 1900, 2100)
    assert found["vital_status"].to_list() == list(cells.values())
    assert found.columns == rows.columns
    assert found.drop("vital_status").equals(rows.drop("vital_status"))
    assert dict(repairs.schema) == REPAIRS
    filled = [row for row, ((status, _), said) in enumerate(cells.items(), start=1) if said not in (None, status)]
    assert repairs.rows() == [(row, "vital_status", "death_date") for row in filled]


def test_the_last_contact_with_the_dead_is_their_day_of_death_where_none_was_recorded() -> None:
    cells = {
        ("dead", None, "2021-03-01"): "2021-03-01",
        ("dead", None, None): None,
        ("alive", None, "2021-03-01"): None,
        (None, None, "2021-03-01"): None,
        ("dead", "2021-02-27", "2021-03-01"): "2021-02-27",
    }
    names = ("vital_status", "death_date", "last_contact_date")
    rows = _found("patients", *(PATIENT | dict(zip(names, row, strict=True)) for row in cells))
    found, repairs = with_days_of_death(rows, rows["death_date"].is_null())
    assert found["death_date"].to_list() == list(cells.values())
    assert found.drop("death_date").equals(rows.drop("death_date"))
    assert repairs.rows() == [(1, "death_date", "last_contact")]
    assert dict(repairs.schema) == REPAIRS
