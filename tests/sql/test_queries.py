"""Every research query on a few patients whose answer was worked out by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows.query import query, query_names
from flows.query.file import read_query
from flows.query.questions import QUERIES
from flows.sql_files import SQL, macros
from tests.sql.query_store import rows, write_store


@pytest.mark.parametrize("name", query_names())
def test_a_query_says_what_it_asks_and_answers_with_the_columns_it_names(name: str, tmp_path: Path) -> None:
    header = read_query(QUERIES / f"{name}.sql").header
    assert header is not None
    frame = query(name, write_store(tmp_path / "store"))
    assert frame.columns == list(header.columns)
    assert (header.access == "internal") == ("patient_id" in frame.columns)
    assert header.question.endswith("?")
    assert header.grain.startswith("one row per ")


def test_every_shared_view_is_used() -> None:
    assert set(macros().values()) == set((SQL / "macros").glob("*.sql"))
    folders = ("queries", "indicators", "checks", "audit", "explain", "figures", "macros")
    texts = "".join(path.read_text() for folder in folders for path in (SQL / folder).glob("*.sql"))
    code = re.sub(r"--.*", "", texts)
    assert [name for name in macros() if len(re.findall(rf"\b{name}\b", code)) < 2] == []


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    # Newcombe 1998, Stat Med 17:857, table I, method 3: Wilson's score interval
    [(81, 263, 25.5, 36.6), (15, 148, 6.2, 16.0), (0, 20, 0.0, 16.1), (1, 29, 0.6, 17.2)],
)
def test_limits_are_wilsons(part: int, whole: int, low: float, high: float, tmp_path: Path) -> None:
    own = tmp_path / "own.sql"
    own.write_text(f"select share_low({part}, {whole}), share_high({part}, {whole}), share_low(0, 0)")
    # the table has four decimals, the query one of a percentage: 0.1605 may be 16.0 or 16.1
    found = query(str(own), write_store(tmp_path / "store")).row(0)
    assert found[:2] == pytest.approx((low, high), abs=0.051)
    assert found[2] is None


def test_pfs_and_os_are_those_of_the_line_and_the_system_asked_for(tmp_path: Path) -> None:
    store = write_store(
        tmp_path / "store",
        survival="""
            endpoint | origin     | line | stratum_by | stratum | n  | events
            OS       | diagnosis  |      | overall    | all     | 10 | 5
            OS       | diagnosis  |      | iss        | I       | 4  | 1
            OS       | line_start | 1    | iss        | I       | 4  | 1
            PFS      | line_start | 1    | overall    | all     | 9  | 7
            PFS      | line_start | 1    | iss        | II      | 3  | 2
            PFS      | line_start | 1    | r_iss      | II      | 2  | 1
            PFS      | line_start | 2    | overall    | all     | 6  | 6
        """,
    )
    columns = "endpoint line stage n"
    diagnosis = [("OS", None, "all", 10), ("OS", None, "I", 4)]
    first = [("OS", 1, "I", 4), ("PFS", 1, "all", 9), ("PFS", 1, "II", 3)]
    assert rows("pfs_os_by_stage", store, columns) == diagnosis + first
    assert rows("pfs_os_by_stage", store, columns, line=2) == [*diagnosis, ("PFS", 2, "all", 6)]
    assert rows("pfs_os_by_stage", store, columns, stage="r_iss") == [
        *(("OS", None, "all", 10), ("PFS", 1, "all", 9), ("PFS", 1, "II", 2))
    ]


def test_outcomes_of_a_line_are_those_by_the_stratum_asked_for(tmp_path: Path) -> None:
    store = write_store(
        tmp_path / "store",
        survival="""
            endpoint | origin     | line | stratum_by    | stratum  | n
            OS       | diagnosis  |      | iss           | I        | 4
            TTD      | line_start | 1    | regimen_class | unknown  | 1
            TTD      | line_start | 1    | regimen_class | PI       | 3
            PFS      | line_start | 1    | regimen_class | PI       | 2
            PFS      | line_start | 1    | anti_cd38     | with     | 2
            PFS      | line_start | 2    | relapse_kind  | clinical | 5
        """,
    )
    columns = "endpoint stratum n"
    assert rows("outcomes_by_stratum", store, columns) == [("PFS", "PI", 2), ("TTD", "PI", 3), ("TTD", "unknown", 1)]
    assert rows("outcomes_by_stratum", store, columns, line=2, by="relapse_kind") == [("PFS", "clinical", 5)]
    assert rows("pfs_os_by_stage", store, columns.replace("stratum", "stage")) == [("OS", "I", 4)]


def test_response_rates_are_of_evaluable_lines_by_what_they_began_with(tmp_path: Path) -> None:
    store = write_store(
        tmp_path / "store",
        patients="""
            patient_id | diagnosis
            A          | MM
            B          |
            C          | MM
            D          | PCL
            SMOULDERS  | SMM
        """,
        treatments="""
            patient_id | line | phase                 | drugs                             | start_date
            A          | 1    | induction             | Bortezomib; dexamethasone         | 2020-01-01
            A          | 1    | maintenance           | lenalidomide                      | 2020-09-01
            B          | 1    | induction             | dexamethasone                     | 2020-01-01
            B          | 1    | induction             | bortezomib                        | 2020-01-31
            C          | 1    | induction             | bortezomib                        | 2020-01-01
            D          | 1    | induction             | bortezomib                        | 2020-01-01
            SMOULDERS  | 1    | induction             | bortezomib                        | 2020-01-01
            A          | 2    | salvage               | daratumumab;lenalidomide          | 2021-01-01
            B          | 2    | salvage               |                                   | 2021-01-01
            C          | 2    | autologous_transplant |                                   | 2021-01-01
            A          | 4    | salvage               | melphalan                         | 2022-01-01
            A          | 5    | salvage               | melphalan                         | 2023-01-01
        """,
        lines="""
            patient_id | line | start_date | best_response
            A          | 1    | 2020-01-01 | CR
            B          | 1    | 2020-01-01 | SD
            C          | 1    | 2020-01-01 | NE
            D          | 1    | 2020-01-01 |
            SMOULDERS  | 1    | 2020-01-01 | sCR
            A          | 2    | 2021-01-01 | VGPR
            B          | 2    | 2021-01-01 | PR
            C          | 2    | 2021-01-01 | PD
            A          | 4    | 2022-01-01 | MR
            A          | 5    | 2023-01-01 | sCR
        """,
    )
    columns = "line regimen lines evaluable ne none response_percent response_low response_high vgpr_percent cr_percent"
    # Wilson of 1 of 2: (1 + 1.92) / 5.84 -+ 1.96 sqrt(1/2 + 0.96) / 5.84 = 0.5 -+ 0.405; of 1 of 1: 1 / 4.84 to 1
    assert rows("response_rates_by_line_and_regimen", store, columns) == [
        (1, "PI", 4, 2, 1, 1, 50.0, 9.5, 90.5, 50.0, 50.0),
        (2, "IMiD+anti-CD38", 1, 1, 0, 0, 100.0, 20.7, 100.0, 100.0, 0.0),
        (2, "not recorded", 2, 2, 0, 0, 50.0, 9.5, 90.5, 0.0, 0.0),
        (4, "other", 2, 2, 0, 0, 50.0, 9.5, 90.5, 50.0, 50.0),
    ]
    later = rows("response_rates_by_line_and_regimen", store, "line regimen lines", begun_within_days=300)
    assert later[:2] == [(1, "PI", 3), (1, "PI+IMiD", 1)]


def test_time_of_response_is_of_those_who_reached_the_depth(tmp_path: Path) -> None:
    store = write_store(
        tmp_path / "store",
        patients="patient_id\nA\nB\nC\nD",
        lines="""
            patient_id | line | start_date | best_response
            A          | 1    | 2020-01-01 | VGPR
            B          | 1    | 2020-01-01 | SD
            C          | 1    | 2020-01-01 | NE
            D          | 1    | 2020-01-01 | PR
        """,
        visits="""
            patient_id | line | visit_date | best_response
            A          | 1    | 2020-01-31 | PR
            A          | 1    | 2020-03-01 | VGPR
            A          | 1    | 2020-04-01 | VGPR
            B          | 1    | 2020-01-31 | SD
            C          | 1    | 2020-01-31 | NE
            D          | 1    | 2020-01-31 | SD
            D          | 1    | 2020-03-31 | PR
        """,
    )
    columns = "line depth evaluable reached reached_percent months_q1 months_median months_q3"
    # PR after 30 and 90 days: quartiles 45, 60, 75 of them; VGPR after 60
    assert rows("depth_and_time_of_response", store, columns) == [
        (1, "PR", 3, 2, 66.7, 1.5, 2.0, 2.5),
        (1, "VGPR", 3, 1, 33.3, 2.0, 2.0, 2.0),
        (1, "CR", 3, 0, 0.0, None, None, None),
    ]


def test_mrd_counts_a_patient_once_in_a_span_by_the_last_date(tmp_path: Path) -> None:
    store = write_store(
        tmp_path / "store",
        patients="""
            patient_id | last_contact_date
            A          | 2024-01-01
            B          | 2024-01-01
            C          | 2024-01-01
            D          | 2020-06-01
            E          | 2020-03-21
        """,
        lines="""
            patient_id | line | start_date
            A          | 1    | 2020-01-01
            B          | 1    | 2020-01-01
            C          | 1    | 2020-01-01
            D          | 1    | 2020-01-01
            E          | 1    | 2020-01-01
        """,
        time_to_event="""
            patient_id | line | endpoint | days
            A          | 1    | TTNT     | 400
            B          | 1    | TTNT     | 400
            C          | 1    | TTNT     | 400
            E          | 1    | TTNT     | 80
            E          | 1    | PFS      | 999
        """,
        mrd_status="""
            patient_id | line | collected_on | mrd      | category   | after_cr
            A          | 1    | 2020-02-01   | negative | flow       | true
            A          | 1    | 2020-03-15   | positive | flow       | true
            B          | 1    | 2020-05-01   |          | flow       | true
            B          | 1    | 2020-05-01   | negative | sequencing | true
            B          | 1    | 2020-05-01   | negative | imaging    | true
            C          | 1    | 2020-05-01   | negative | flow       | false
            C          | 1    | 2020-05-01   | positive | sequencing | false
            D          | 1    | 2020-05-01   |          | flow       |
            D          |      | 2019-12-20   | positive | flow       |
        """,
    )
    columns = "from_month to_month in_line tested negative positive unknown negative_after_cr negative_percent"
    # month 3 begins on day 91.3, month 6 on day 182.6: E has ended by the one, D by the other
    assert rows("mrd_negativity_by_month", store, columns, last_month=6) == [
        (0, 3, 5, 1, 0, 1, 0, 0, 0.0),
        (3, 6, 4, 3, 1, 1, 1, 1, 50.0),
        (6, 9, 3, 0, 0, 0, 0, 0, None),
    ]
    imaging = rows("mrd_negativity_by_month", store, "tested negative", last_month=3, category="imaging")
    assert imaging == [(0, 0), (1, 1)]


def test_sustained_lost_and_open_add_up(tmp_path: Path) -> None:
    store = write_store(
        tmp_path / "store",
        patients="patient_id\nA\nB\nC\nD\nE\nF",
        lines="\n".join(["patient_id | line | start_date", *(f"{patient} | 1 | 2020-01-01" for patient in ("ABCDEF"))]),
        mrd_status="""
            patient_id | line | collected_on | mrd      | category
            A          | 1    | 2020-06-01   | negative | flow
            A          | 1    | 2020-06-01   | negative | imaging
            A          | 1    | 2021-06-01   | negative | imaging
            A          | 1    | 2021-06-01   | negative | sustained
            B          | 1    | 2020-06-01   | negative | flow
            B          | 1    | 2020-06-01   | negative | imaging
            B          | 1    | 2020-12-01   | positive | flow
            C          | 1    | 2020-03-01   | positive | flow
            C          | 1    | 2020-06-01   | negative | flow
            C          | 1    | 2020-06-01   | negative | imaging
            D          | 1    | 2020-06-01   | negative | sequencing
            D          | 1    | 2020-06-01   | negative | imaging
            E          | 1    | 2020-06-01   | negative | flow
            F          |      | 2019-12-20   | positive | flow
        """,
        imaging="""
            patient_id | performed_on | modality | fdg_uptake
            A          | 2022-01-01   | pet_ct   | positive
            C          | 2020-05-30   | pet_ct   | positive
            D          | 2020-12-01   | pet_ct   | positive
        """,
    )
    columns = "lines marrow_tested marrow_negative imaged imaging_negative sustained lost open sustained_percent"
    assert rows("sustained_mrd", store, columns) == [(6, 5, 5, 4, 4, 1, 2, 1, 33.3)]


def test_limiting_tests_count_visits_that_could_be_better(tmp_path: Path) -> None:
    store = write_store(
        tmp_path / "store",
        patients="patient_id\nA\nB",
        visits="""
            patient_id | line | response | possible_response | limited_by
            A          | 1    | PR       | CR                | [marrow, urine_m_protein]
            A          | 1    | NE       | VGPR              | [urine_m_protein]
            A          | 1    | CR       | sCR               | [marrow]
            A          | 1    | SD       | SD                | []
            B          | 2    | VGPR     | sCR               | [marrow]
            B          | 2    | PR       | PR                | [marrow]
        """,
    )
    columns = "test visits visits_percent patients alone not_evaluable could_be_vgpr could_be_cr"
    assert rows("limiting_tests", store, columns) == [
        ("marrow", 3, 50.0, 2, 2, 0, 1, 2),
        ("urine_m_protein", 2, 33.3, 1, 1, 1, 2, 1),
    ]
    assert rows("limiting_tests", store, "test visits visits_percent", line=2) == [("marrow", 1, 50.0)]


def test_stages_in_percent_of_the_known(tmp_path: Path) -> None:
    store = write_store(
        tmp_path / "store",
        patients="""
            patient_id | site_id | sex | birth_date | diagnosis_date | diagnosis
            A          | north   | F   | 1950-01-01 | 2020-01-01     | MM
            B          | north   | M   | 1960-01-01 | 2020-01-01     | MM
            C          | south   |     |            | 2020-01-01     | MM
            D          | south   | F   | 1940-01-01 | 2020-01-01     | MM
            SMOULDERS  | south   | F   | 1940-01-01 | 2020-01-01     | SMM
        """,
        staging="""
            patient_id | iss | r_iss | r2_iss | iss_source | r_iss_source | mass_3 | hr_ims2025
            A          | I   | II    |        | derived    | derived      | 0      | F
            B          | I   |       | III    | reported   |              |        | T
            C          |     |       |        |            |              |        |
            D          | III | III   | IV     | derived    | reported     | 2+     | F
        """,
    )
    columns = "system stage patients percent derived reported women with_sex age_median"
    assert rows("stage_table", store, columns) == [
        ("ISS", "I", 2, 66.7, 1, 1, 1, 2, 65.0),
        ("ISS", "III", 1, 33.3, 1, 0, 1, 1, 80.0),
        ("ISS", "unknown", 1, None, 0, 0, 0, 0, None),
        ("R-ISS", "II", 1, 50.0, 1, 0, 1, 1, 70.0),
        ("R-ISS", "III", 1, 50.0, 0, 1, 1, 1, 80.0),
        ("R-ISS", "unknown", 2, None, 0, 0, 0, 1, 60.0),
        ("R2-ISS", "III", 1, 50.0, 1, 0, 0, 1, 60.0),
        ("R2-ISS", "IV", 1, 50.0, 1, 0, 1, 1, 80.0),
        ("R2-ISS", "unknown", 2, None, 0, 0, 1, 1, 70.0),
        ("MASS", "0", 1, 50.0, 1, 0, 1, 1, 70.0),
        ("MASS", "2+", 1, 50.0, 1, 0, 1, 1, 80.0),
        ("MASS", "unknown", 2, None, 0, 0, 0, 1, 60.0),
        ("IMS 2025", "standard", 2, 66.7, 2, 0, 2, 2, 75.0),
        ("IMS 2025", "high", 1, 33.3, 1, 0, 0, 1, 60.0),
        ("IMS 2025", "unknown", 1, None, 0, 0, 0, 0, None),
    ]
    assert rows("stage_table", store, "system stage patients", site="south")[:2] == [
        *(("ISS", "III", 1), ("ISS", "unknown", 1))
    ]


def test_progressions_count_under_each_clause_that_shows_them(tmp_path: Path) -> None:
    store = write_store(
        tmp_path / "store",
        patients="patient_id\nA\nB\nC\nD",
        lines="""
            patient_id | line | progression_date | progression_confirmed_by | progression_source
            A          | 1    | 2020-06-01       | assessment               | derived
            A          | 2    | 2021-06-01       | finding                  | derived
            B          | 1    | 2020-06-01       | next_line                | derived
            C          | 1    | 2020-06-01       | reported                 | reported
            D          | 1    |                  |                          | derived
        """,
        visits="""
            patient_id | line | visit_date | progression_reasons  | flags
            A          | 1    | 2020-06-01 | [PD.serum]           | []
            A          | 1    | 2020-07-01 | [PD.serum]           | []
            A          | 2    | 2021-06-01 | [PD.bone, PD.serum]  | []
            B          | 1    | 2020-06-01 | [PD.serum]           | []
            D          | 1    | 2020-06-01 | [PD.flc]             | [unconfirmed_progression]
        """,
    )
    columns = "clause progressions percent alone"
    columns += " by_assessment by_next_line by_death by_finding by_two_markers unconfirmed_visits"
    assert rows("progressions_by_clause", store, columns) == [
        ("PD.serum", 3, 75.0, 2, 1, 1, 0, 1, 0, 0),
        ("PD.bone", 1, 25.0, 0, 0, 0, 0, 1, 0, 0),
        ("reported", 1, 25.0, 1, 0, 0, 0, 0, 0, None),
        ("PD.flc", 0, 0.0, 0, 0, 0, 0, 0, 0, 1),
    ]
    assert rows("progressions_by_clause", store, "clause progressions", line=2) == [("PD.bone", 1), ("PD.serum", 1)]


def test_contradicted_diagnoses_come_with_the_clause_and_what_it_asks(tmp_path: Path) -> None:
    store = write_store(
        tmp_path / "store",
        patients="""
            patient_id | site_id | diagnosis
            A          | north   | MM
            B          | south   | SMM
            C          | north   | MM
        """,
        diagnosis="""
            patient_id | diagnosis_date | clauses_for
            A          | 2020-01-01     | [DX.smouldering]
            B          | 2020-02-01     | [DX.myeloma, SLIM.marrow]
            C          | 2020-03-01     | []
        """,
        diagnosis_disagreement="""
            patient_id | recorded | derived        | clause
            B          | SMM      | DX.myeloma     | DX.smouldering
            A          | MM       | DX.smouldering | DX.myeloma
        """,
        criterion="id | states\nDX.myeloma | ten per cent",
    )
    columns = "patient_id recorded derived clause states clauses_for"
    of_a = ("A", "MM", "DX.smouldering", "DX.myeloma", "ten per cent", "DX.smouldering")
    of_b = ("B", "SMM", "DX.myeloma", "DX.smouldering", None, "DX.myeloma;SLIM.marrow")
    assert rows("diagnosis_disagreement", store, columns) == [of_a, of_b]
    assert rows("diagnosis_disagreement", store, columns, site="south") == [of_b]
    assert rows("diagnosis_disagreement", store, columns, recorded="MM") == [of_a]
