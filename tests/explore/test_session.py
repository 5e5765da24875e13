"""What stands for a patient in an address."""

from __future__ import annotations

from flows.explore.session import Session


def test_a_patient_keeps_its_name_of_a_session_and_has_another_in_the_next() -> None:
    session, another = Session(), Session()
    alias = session.alias("PATIENT-1")
    assert session.alias("PATIENT-1") == alias
    assert session.patient(alias) == "PATIENT-1"
    assert "PATIENT" not in alias
    assert another.alias("PATIENT-1") != alias
    assert another.patient(alias) is None
