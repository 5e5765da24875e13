"""What wild extracts found: each once a crash, or a refusal of what is fine."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from flows import steps
from flows.cli import main
from tests.extracts import write_extract
from tests.once import build

PATIENTS = """
    patient_id,site_id,diagnosis_date,diagnosis,vital_status,death_date,last_contact_date
    PATIENT-A,north,2020-01-01,MM,alive,,2022-01-01
    PATIENT-B,south,2020-01-01,POEMS,alive,,2022-01-01
"""
TREATMENTS = "patient_id,line,drugs,start_date\nPATIENT-A,1,bortezomib,2020-01-10"
IMAGING = """
    patient_id,performed_on,modality,new_bone_lesion
    PATIENT-A,2020-03-01,ct,true
"""


def _ends_well(*arguments: object) -> None:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output


def test_courses_of_nothing_but_progression_are_drawn_and_a_site_outside_the_cohort_has_its_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.figures.write.png", lambda drawn: b"")  # dots of the same drawings take most of the time
    extract = write_extract(tmp_path / "extract", patients=PATIENTS, treatments=TREATMENTS, labs=None, imaging=IMAGING)
    build(extract, tmp_path / "store", steps.outcomes, steps.audit)
    _ends_well("figures", "--store", tmp_path / "store", "--internal", "--output", tmp_path / "figures")
    assert (tmp_path / "figures" / "swimmer.svg").is_file()
    for more in ([], ["--internal"]):
        page = tmp_path / "south.html"
        _ends_well("report", "--store", tmp_path / "store", "--site", "south", "--output", page, *more)
        assert page.is_file()
