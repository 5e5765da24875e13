"""A refused row of treatment or supportive care may have been any that the row does not rule out: unknown, not "no"."""

from __future__ import annotations

import pytest

from tests.sql.indicators.judged import judged

REFUSED = ["patient_id | table | dated_on | line | kind | is_repeat"]


def refused(table: str, drawn: str) -> str:
    """Refused rows: patient, date, line and kind as far as they could be read."""
    rows = [[cell.strip() for cell in line.split("|")] for line in drawn.strip().splitlines()]
    return "\n".join(REFUSED + [f"{who} | {table} | {on} | {line} | {kind} | false" for who, on, line, kind in rows])


def for_each(names: str, header: str, *rows: str) -> str:
    return "\n".join([f"patient_id | {header}", *(f"{name} | {row}" for name in names.split() for row in rows)])


@pytest.mark.criterion("Q.triplet_at_relapse")
def test_a_refused_treatment_may_have_held_any_drug_of_its_line() -> None:
    names = "read same-line dated late other-line any-line a-graft repeat"
    tables = {
        "patients": "\n".join(["patient_id", *names.split()]),
        "lines": for_each(names, "line | start_date", "1 | 2020-01-01", "2 | 2021-01-01"),
        "treatments": for_each(
            names, "line | phase | drugs | start_date", "1 | | VRd | 2020-01-01", "2 | | Rd | 2021-01-01"
        ),
    }
    lost = refused(
        "treatments",
        """
        same-line  |            | 2 | salvage
        dated      | 2021-01-10 | 2 |
        late       | 2021-06-01 | 2 |
        other-line |            | 1 | salvage
        any-line   |            |   |
        a-graft    |            | 2 | autologous_transplant
        """,
    )
    lost += "\nrepeat | treatments | | 2 | | true"
    found = judged("Q.triplet_at_relapse", refused_row=lost, **tables)
    assert found == {
        **dict.fromkeys(["same-line", "dated", "any-line"], "unknown"),
        **dict.fromkeys(["read", "late", "other-line", "a-graft", "repeat"], "fail"),
    }


@pytest.mark.criterion("Q.zoster")
def test_supportive_care_on_a_day_that_could_not_be_read_may_cover_the_course() -> None:
    names = "none known-drug another-drug known-day covered no-inhibitor"
    tables = {
        "patients": "\n".join(["patient_id", *names.split()]),
        "lines": for_each(names, "line | start_date", "1 | 2020-01-01"),
        "treatments": for_each(
            names.removesuffix("no-inhibitor"),
            "line | drugs | start_date | end_date",
            "1 | Vd | 2020-01-01 | 2020-06-30",
        )
        + "\nno-inhibitor | 1 | Rd | 2020-01-01 | 2020-06-30",
        "supportive_care": "patient_id | drug | start_date | end_date\n covered | aciclovir | 2020-01-01 | 2020-06-30",
    }
    care = refused(
        "supportive_care",
        """
        known-drug   |            | | Zovirax
        another-drug |            | | aspirin
        known-day    | 2020-02-01 | |
        covered      |            | | aciclovir
        """,
    )
    lost = f"{care}\nno-inhibitor | treatments | | 1 | | false"
    found = judged("Q.zoster", refused_row=lost, **tables)
    assert found == {
        **dict.fromkeys(["none", "another-drug"], "fail"),
        **dict.fromkeys(["known-drug", "known-day", "no-inhibitor"], "unknown"),
        "covered": "pass",
    }


@pytest.mark.criterion("Q.maintenance_two_years")
def test_maintenance_of_a_drug_that_is_not_known_is_unknown() -> None:
    tables = {
        "patients": for_each("stopped unnamed brand then lost other", "last_contact_date", "2023-01-01"),
        "lines": for_each("stopped unnamed brand then lost other", "line | start_date", "1 | 2020-01-01"),
        "treatments": """
            patient_id | line | phase       | drugs        | start_date | end_date
            stopped    | 1    | maintenance | lenalidomide | 2020-01-01 | 2020-06-01
            unnamed    | 1    | maintenance |              | 2020-01-01 | 2020-06-01
            brand      | 1    | maintenance | Wundermittel | 2020-01-01 | 2022-06-01
            then       | 1    | maintenance | lenalidomide | 2020-01-01 | 2020-06-01
            then       | 1    | maintenance | Wundermittel | 2020-06-01 | 2022-06-01
            lost       | 1    | maintenance | lenalidomide | 2020-01-01 | 2020-06-01
            other      | 1    | maintenance | ixazomib     | 2020-01-01 | 2020-06-01
        """,
    }
    lost = refused("treatments", "lost | | 1 | maintenance\n other | | 1 | consolidation")
    found = judged("Q.maintenance_two_years", refused_row=lost, **tables)
    assert found == {"stopped": "fail", **dict.fromkeys(["unnamed", "brand", "then", "lost"], "unknown")}


@pytest.mark.criterion("Q.induction")
def test_a_refused_treatment_may_have_been_the_induction_or_the_maintenance() -> None:
    tables = {
        "patients": "patient_id\n read\n lost\n after",
        "lines": for_each("read lost after", "line | start_date", "1 | 2020-01-01"),
        "treatments": for_each(
            "read lost after",
            "line | phase | drugs | start_date",
            "1 | induction | dexamethasone | 2020-01-01",
            "1 | autologous_transplant | melphalan | 2020-06-01",
        ),
    }
    lost = refused("treatments", "lost | | 1 | induction\n after | 2020-07-01 | 1 | maintenance")
    found = judged("Q.induction", refused_row=lost, **tables)
    assert found == {"read": "fail", "lost": "unknown", "after": "fail"}
    found = judged("Q.maintenance", refused_row=lost, **tables)
    assert found == {"read": "fail", "lost": "fail", "after": "unknown"}


@pytest.mark.criterion("Q.after_lenalidomide")
def test_refractoriness_to_what_a_refused_line_gave_is_unknown() -> None:
    tables = {
        "patients": "patient_id\n lost\n read",
        "lines": for_each(
            "lost read",
            "line | start_date | next_line_start | progression_date",
            "1 | 2020-01-01 | 2021-01-01 | 2020-12-01",
            "2 | 2021-01-01 | |",
        ),
        "treatments": for_each(
            "lost read",
            "line | drugs | start_date | end_date",
            "1 | melphalan; prednisolone | 2020-01-01 | 2020-12-01",
            "2 | Kd | 2021-01-01 |",
        ),
    }
    lost = refused("treatments", "lost | | 1 |")
    assert judged("Q.after_lenalidomide", refused_row=lost, **tables) == {"lost": "unknown"}


@pytest.mark.criterion("Q.bone_agent")
@pytest.mark.criterion("Q.dental_check")
@pytest.mark.criterion("Q.denosumab_renal")
def test_a_bone_agent_on_a_day_that_could_not_be_read() -> None:
    names = "none undated unnamed other twice"
    tables = {
        "patients": "\n".join(["patient_id", *names.split()]),
        "lines": for_each(names, "line | start_date", "1 | 2020-01-01"),
        "diagnosis_evidence": for_each(names, "MDE.bone", "true"),
        "labs": for_each(names, "collected_on | analyte | value", "2021-01-01 | creatinine_clearance | 50"),
        "supportive_care": """
            patient_id | drug            | start_date
            twice      | zoledronic acid | 2021-01-01
            other      | zoledronic acid | 2021-01-01
            other      | dental_check    | 2020-12-01
        """,
    }
    lost = refused(
        "supportive_care",
        """
        undated |            | | denosumab
        unnamed | 2020-01-10 | |
        other   |            | | aspirin
        twice   |            | | denosumab
        """,
    )
    found = judged("Q.bone_agent", refused_row=lost, **tables)
    assert found == {
        **dict.fromkeys(["none", "other"], "fail"),
        **dict.fromkeys(["undated", "unnamed", "twice"], "unknown"),
    }
    found = judged("Q.dental_check", refused_row=lost, **tables)
    assert found == {"undated": "unknown", "twice": "unknown", "other": "pass"}
    found = judged("Q.denosumab_renal", refused_row=lost, **tables)
    assert found == {"undated": "unknown", "twice": "unknown", "other": "fail"}


@pytest.mark.criterion("Q.no_bone_agent")
@pytest.mark.criterion("Q.smouldering_watched")
def test_a_precursor_is_not_known_to_be_spared_what_could_not_be_read() -> None:
    names = "read undated unnamed other late"
    tables = {
        "patients": for_each(names, "diagnosis", "SMM"),
        "precursor_course": for_each(names, "precursor | progressed_on", "SMM | 2022-01-01"),
        "supportive_care": "patient_id | drug | start_date\n someone | denosumab | 2020-01-01",
    }
    care = refused(
        "supportive_care",
        "undated | | | pamidronate\n unnamed | 2020-06-01 | |\n other | | | aspirin\n late | 2022-06-01 | |",
    )
    expected = {"undated": "unknown", "unnamed": "unknown", **dict.fromkeys(["read", "other", "late"], "pass")}
    assert judged("Q.no_bone_agent", refused_row=care, **tables) == expected
    drugs = refused("treatments", "undated | | 1 |\n unnamed | 2020-06-01 | |\n late | 2022-06-01 | |")
    assert judged("Q.smouldering_watched", refused_row=drugs, **tables) == expected
