"""`mspike explain` on sections 10 to 13: a precursor's risk, frailty, CAR-T, AL amyloidosis, POEMS syndrome."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from flows.explain.course import read_course
from flows.explain.patient_page import write_page
from tests.flows.test_explain import said

PATIENTS = {
    "smouldering_progresses": "T24",
    "al_light_chains_respond": "T26",
    "poems_by_vegf": "T28",
    "car_t_at_last": "T25",
    "frail_without_a_score": "T27",
}


@pytest.mark.parametrize(
    ("case", "sentences"),
    [
        (
            "smouldering_progresses",
            [
                "SMM.2_20_20 group 2+ (m protein, plasma cells): 44.0 % predicted to progress within 2 years",
                "SMM.2010 group 2 (flc ratio, plasma cells) risk",
                "SMM.4_factor not known: m protein, plasma cells so far, missing FISH t(4;14), FISH t(14;16), FISH +1q,"
                " FISH del(13q)",
                "SMM.slope group 0 (no factor)",
                "Smouldering myeloma progressed 2019-09-09, after 1.5 years (DX.myeloma)",
                "CAR-T not eligible (RR.car_t_classes, RR.car_t_lines, RR.car_t_progression) at 2019-12-02",
            ],
        ),
        (
            "al_light_chains_respond",
            [
                "cardiac stage (AL) IIIa",
                "transplant (AL) not eligible (AL.transplant_troponin) on 2019-02-04",
                "light chains (AL) best CR, 2019-04-29; dFLC at baseline 298 mg/L, at 2019-05-27 7 mg/L",
            ],
        ),
        ("poems_by_vegf", ["VEGF (POEMS) 300 pg/mL at 2021-12-06, -88 % from baseline"]),
        (
            "frail_without_a_score",
            [
                "frailty simplified not known, missing Charlson index; IMWG not known, missing Charlson index",
                "frailty simplified frail; IMWG frail (3)",
            ],
        ),
    ],
)
def test_what_is_known_and_what_is_missing(teaching: Path, case: str, sentences: list[str], tmp_path: Path) -> None:
    course = read_course(teaching, PATIENTS[case])
    text = said(course)
    assert [sentence for sentence in sentences if sentence not in text] == []
    page = write_page(course, tmp_path / "p.html").read_text("utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert sentences[0].split(" ", 1)[1].split("(")[0].strip() in page


def test_car_t_is_shown_for_the_latest_visit_only(teaching: Path) -> None:
    text = said(read_course(teaching, PATIENTS["car_t_at_last"]))
    assert text.count(" CAR-T ") == 1
    assert text.index(" CAR-T ") > text.index("Line 3")


def test_a_store_of_before_is_shown_without_them(teaching: Path, tmp_path: Path) -> None:
    source = teaching / "registry.duckdb"
    (tmp_path / "registry.duckdb").write_bytes(source.read_bytes())
    with duckdb.connect(tmp_path / "registry.duckdb") as connection:
        for table in (
            "precursor_risk",
            "precursor_course",
            "frailty",
            "car_t_eligibility",
            "al_transplant",
            "al_poems_visits",
            "poems_transplant",
        ):
            connection.execute(f"drop table {table}")
    text = said(read_course(tmp_path, "T24"))
    assert [word for word in ("Outlook", "frailty", "CAR-T") if word in text] == []


def test_adverse_events_stand_with_the_line_that_they_began_in(teaching: Path, tmp_path: Path) -> None:
    (tmp_path / "registry.duckdb").write_bytes((teaching / "registry.duckdb").read_bytes())
    with duckdb.connect(tmp_path / "registry.duckdb") as connection:
        [(first, later)] = connection.execute(
            "select min(start_date), min(start_date) filter (line = 2) from lines where patient_id = 'T25'"
        ).fetchall()
        events = [("infection", first, 3), ("neuropathy", later, None)]
        for number, (event, onset, grade) in enumerate(events):
            connection.execute(
                "insert into adverse_events by name select 'T25' as patient_id, ? as onset_on, ? as event, ? as grade,"
                " 'a.csv' as source_file, ? as row_number",
                [onset, event, grade, number],
            )
    text = said(read_course(tmp_path, "T25"))
    first_line, second_line = text.index("Line 1"), text.index("Line 2")
    assert first_line < text.index(f"adverse events infection {first}, grade 3") < second_line
    assert text.index(f"adverse events neuropathy {later}") > second_line
    page = write_page(read_course(tmp_path, "T25"), tmp_path / "p.html").read_text("utf-8")
    assert f"infection {first}, grade 3" in page


def test_vegf_before_and_after_a_transplant_stands_with_its_line(teaching: Path, tmp_path: Path) -> None:
    (tmp_path / "registry.duckdb").write_bytes((teaching / "registry.duckdb").read_bytes())
    with duckdb.connect(tmp_path / "registry.duckdb") as connection:
        connection.execute(
            "insert into poems_transplant by name select 'T28' as patient_id, 1 as line,"
            " date '2020-06-01' as transplanted_on, date '2020-05-20' as before_on, 2000 as before_pg_ml,"
            " date '2020-12-01' as lowest_on, true as is_normal_after"
        )
    text = said(read_course(tmp_path, "T28"))
    whole = (
        "2020-06-01: before 2000 pg/mL, 2020-05-20; lowest after not exact, 2020-12-01; last after not measured; normal"
    )
    assert f"VEGF and transplant {whole}" in text
