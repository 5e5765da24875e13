"""An extract without a table of adverse events says nothing of them; an empty one says that there were none."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from flows import steps
from tests.once import build

PATIENTS = "patient_id,diagnosis_date,vital_status,last_contact_date\n" + "".join(
    f"P{i},2019-12-01,alive,2022-01-0{i}\n" for i in range(1, 6)
)
TREATMENTS = "patient_id,line,phase,drugs,start_date,end_date\n" + "".join(
    f"P{i},1,induction,Rd,2020-01-01,2020-06-01\n" for i in range(1, 6)
)
EVENTS = "patient_id,onset_on,event,grade\n"


def incidence(extract: Path, store: Path, after: Path | None = None) -> list[tuple[str, int, int]]:
    """Analysis, patients and events of each kind of adverse event, after a run as far as the models, or the next."""
    last = after / "registry.duckdb" if after else None
    return of_events(build(extract, store, steps.models, last=last))


def of_events(store: Path) -> list[tuple[str, int, int]]:
    with duckdb.connect(str(store / "registry.duckdb"), read_only=True) as connection:
        return connection.execute(
            "select analysis, n, events from event_incidence where analysis = cause order by all"
        ).fetchall()


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    folder = tmp_path / "extract"
    folder.mkdir()
    (folder / "patients.csv").write_text(PATIENTS)
    (folder / "treatments.csv").write_text(TREATMENTS)
    return folder


def test_a_table_that_comes_empty_says_that_none_happened_what_can_not_be_read_nothing_and_one_that_goes_nothing(
    extract: Path, small: Path, tmp_path: Path
) -> None:
    first, *nights = (tmp_path / f"run-{number}" for number in range(1, 4))
    assert of_events(small / "store") == []
    (extract / "adverse_events.csv").write_text(EVENTS)
    assert set(incidence(extract, first)) == {
        (name, 5, 0) for name in ("jaw_osteonecrosis", "second_primary", "skeletal_event", "venous_thromboembolism")
    }
    happened = "P1,2021-01-01,second_primary,3\n"
    day_unknown, kind_unknown = "P2,2021-13-01,second_primary,3\n", "P3,2021-01-01,cold feet,9\n"
    (extract / "adverse_events.csv").write_text(EVENTS + happened + day_unknown + kind_unknown)
    found = incidence(extract, nights[0], after=first)
    assert ("second_primary", 3, 1) in found, "neither the day of one nor the kind of the other is known"
    assert ("jaw_osteonecrosis", 4, 0) in found
    (extract / "adverse_events.csv").unlink()
    assert incidence(extract, nights[1], after=nights[0]) == []
