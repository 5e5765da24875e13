"""The indicators of how MGUS and smouldering myeloma are watched."""

from __future__ import annotations

import pytest

from tests.sql.indicators.judged import judged


def intervals(indicator: str, *tested: str, diagnosis: str, to: str = "2026-01-01", **tables: str) -> dict[str, str]:
    """What an indicator says of each interval of one patient diagnosed on 2020-01-01, by the day it begins."""
    patients = f"patient_id | diagnosis | diagnosis_date | last_contact_date\n one | {diagnosis} | 2020-01-01 | {to}"
    labs = "patient_id | collected_on | analyte | value\n" + "\n".join(
        f"one | {on} | serum_m_protein | 1" for on in tested
    )
    return judged(indicator, by="dated", patients=patients, labs=labs, **tables)


@pytest.mark.criterion("Q.mgus_followup")
def test_mgus_is_tested_every_6_months_for_two_years_and_then_every_24() -> None:
    # 6 months and 15 days; 6 months and 16 days; begun on the last day of the two years; 24 months and 15 days
    tested = ("2020-07-16", "2021-02-01", "2021-07-01", "2021-12-31", "2022-06-30", "2024-07-15")
    found = intervals("Q.mgus_followup", *tested, diagnosis="MGUS", to="2026-07-29")
    assert found == {
        "2020-01-01": "pass",
        "2020-07-16": "fail",
        "2021-02-01": "pass",
        "2021-07-01": "pass",
        "2021-12-31": "pass",
        "2022-06-30": "pass",
    }
    late = intervals("Q.mgus_followup", *tested, diagnosis="MGUS", to="2026-07-30")
    assert late["2024-07-15"] == "fail"  # watched to its limit, and not tested again


@pytest.mark.criterion("Q.smm_followup")
def test_smouldering_myeloma_is_tested_every_3_then_6_then_12_months() -> None:
    tested = ("2020-04-16", "2020-08-01", "2020-11-01", "2021-02-01", "2021-08-17", "2022-01-01", "2023-01-17")
    found = intervals("Q.smm_followup", *tested, diagnosis="SMM", to="2023-02-01")
    assert found == {
        "2020-01-01": "pass",
        "2020-04-16": "fail",  # 3 months and 16 days
        "2020-08-01": "pass",
        "2020-11-01": "pass",
        "2021-02-01": "fail",  # 6 months and 16 days
        "2021-08-17": "pass",
        "2022-01-01": "fail",  # 12 months and 16 days
    }


@pytest.mark.criterion("Q.mgus_followup")
@pytest.mark.criterion("Q.smm_followup")
@pytest.mark.parametrize(("indicator", "diagnosis"), [("Q.mgus_followup", "MGUS"), ("Q.smm_followup", "SMM")])
def test_progression_and_treatment_end_the_watching(indicator: str, diagnosis: str) -> None:
    progressed = f"patient_id | precursor | progressed_on\n one | {diagnosis} | 2020-05-01"
    other = progressed.replace(diagnosis, {"SMM": "MGUS", "MGUS": "SMM"}[diagnosis])
    treated = "patient_id | line | phase | start_date\n one | 1 | | 2020-05-01"
    kept = {"diagnosis": diagnosis, "to": "2024-01-01"}
    tested = ("2020-03-01", "2023-03-01")
    stopped = {"2020-01-01": "pass"}
    assert intervals(indicator, *tested, precursor_course=progressed, **kept) == stopped
    assert intervals(indicator, *tested, treatments=treated, **kept) == stopped
    irradiated = treated.replace("| |", "| radiotherapy |")
    for others in ({"precursor_course": other}, {"treatments": irradiated}):
        ongoing = intervals(indicator, *tested, **others, **kept)
        assert ongoing["2020-03-01"] == "fail"


@pytest.mark.criterion("Q.mgus_followup")
@pytest.mark.criterion("Q.smm_followup")
@pytest.mark.parametrize(("indicator", "diagnosis"), [("Q.mgus_followup", "MGUS"), ("Q.smm_followup", "SMM")])
def test_without_any_test_it_is_unknown_and_others_are_not_asked(indicator: str, diagnosis: str) -> None:
    assert intervals(indicator, diagnosis=diagnosis) == {"2020-01-01": "unknown"}
    empty = "patient_id | collected_on | analyte | value\n one | 2020-03-01 | serum_m_protein | "
    empty += "\n one | 2020-03-01 | ldh | 200"
    patients = f"patient_id | diagnosis | diagnosis_date\n one | {diagnosis} | 2020-01-01\n mm | MM | 2020-01-01"
    found = judged(indicator, patients=patients, labs=empty)
    assert found == {"one": "unknown"}


@pytest.mark.criterion("Q.mgus_followup")
def test_every_test_of_m_protein_counts_and_a_run_may_set_the_grace() -> None:
    labs = """
        patient_id | collected_on | analyte              | value | result
        one        | 2020-07-16   | serum_immunofixation |       | positive
        one        | 2020-12-01   | flc_kappa            | 12    |
    """
    patients = "patient_id | diagnosis | diagnosis_date | last_contact_date\n one | MGUS | 2020-01-01 | 2020-12-01"
    tables = {"by": "dated", "patients": patients, "labs": labs}
    assert judged("Q.mgus_followup", **tables) == {"2020-01-01": "pass", "2020-07-16": "pass"}
    settings = {"tolerance_days": 14}
    found = judged("Q.mgus_followup", settings=settings, **tables)
    assert found == {"2020-01-01": "fail", "2020-07-16": "pass"}


@pytest.mark.criterion("Q.smm_mri")
def test_smouldering_myeloma_has_a_whole_body_mri_in_every_complete_year_of_five() -> None:
    patients = """
        patient_id | diagnosis | diagnosis_date | last_contact_date
        one        | SMM       | 2020-01-01     | 2026-12-31
        short      | SMM       | 2020-01-01     | 2020-12-30
        mgus       | MGUS      | 2020-01-01     | 2026-12-31
    """
    imaging = """
        patient_id | performed_on | modality
        one        | 2020-01-01   | wbmri
        one        | 2020-12-31   | wbmri
        one        | 2021-03-01   | mri
        one        | 2022-03-01   |
        one        | 2023-03-01   | wbmri
    """
    found = judged("Q.smm_mri", by="patient_id, dated", patients=patients, imaging=imaging)
    assert found == {
        "one 2020-01-01": "pass",
        "one 2020-12-31": "fail",
        "one 2021-12-31": "unknown",
        "one 2022-12-31": "pass",
        "one 2023-12-31": "fail",
    }


@pytest.mark.criterion("Q.smm_mri")
def test_a_pet_ct_in_place_of_the_mri_leaves_open_whether_one_was_possible() -> None:
    patients = "patient_id | diagnosis | diagnosis_date | last_contact_date\n one | SMM | 2020-01-06 | 2023-06-30"
    imaging = """
        patient_id | performed_on | modality
        one        | 2020-12-01   | pet_ct
        one        | 2021-12-01   | pet_ct
        one        | 2021-12-02   | wbmri
        one        | 2022-12-01   | ct
    """
    tables = {"by": "dated", "patients": patients, "imaging": imaging}
    found = {"2020-01-06": "unknown", "2021-01-05": "pass", "2022-01-05": "fail"}
    assert judged("Q.smm_mri", **tables) == found
    settings = {"instead": ["ct"]}
    other = judged("Q.smm_mri", settings=settings, **tables)
    assert other == {"2020-01-06": "fail", "2021-01-05": "pass", "2022-01-05": "unknown"}


@pytest.mark.criterion("Q.smm_mri")
def test_a_run_may_define_which_mri_counts_and_without_imaging_it_is_unknown() -> None:
    patients = "patient_id | diagnosis | diagnosis_date | last_contact_date\n one | SMM | 2020-01-01 | 2021-01-01"
    imaging = "patient_id | performed_on | modality\n one | 2020-06-01 | mri"
    assert judged("Q.smm_mri", patients=patients, imaging=imaging) == {"one": "fail"}
    settings = {"modalities": ["mri", "wbmri"]}
    found = judged("Q.smm_mri", patients=patients, imaging=imaging, settings=settings)
    assert found == {"one": "pass"}
    assert judged("Q.smm_mri", patients=patients) == {"one": "unknown"}
