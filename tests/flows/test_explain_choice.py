"""Of several results of one day `mspike explain` shows the one that the run used: made-up patients, and of
generated rows the order of the SQL held against that of the transforms.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.explain.course import QUERIES, Course, read_course
from flows.explain.overview import line_facts, stage
from flows.explain.terminal import as_text
from flows.sql_files import make_macros
from tests.extracts import write_extract
from tests.once import build
from transforms.nearest import nearest
from transforms.results import bounds, results

MADE = {
    "patients": """
        patient_id,sex,birth_date,diagnosis_date,diagnosis,isotype,m_protein_in_beta,vital_status,death_date,last_contact_date
        STAGED,M,1950-01-01,2020-01-01,MM,IgG,,alive,,2022-01-01
        BELOW,M,1950-01-01,2020-01-01,MM,IgG,,alive,,2022-01-01
        BETA,F,1950-01-01,2020-01-01,MM,IgA,true,alive,,2022-01-01
        DOUBTFUL,F,1950-01-01,2020-01-01,MM,IgA,perhaps,alive,,2022-01-01
    """,
    "labs": """
        patient_id,collected_on,analyte,value,unit,ref_high
        STAGED,2020-01-02,ldh,250,U/L,300
        STAGED,2020-01-02,ldh,250,U/L,240
        STAGED,2020-01-02,beta2_microglobulin,<5.6,mg/L,
        STAGED,2020-01-02,beta2_microglobulin,5.5,mg/L,
        BELOW,2020-01-05,serum_m_protein,3,g/dL,
        BELOW,2020-01-05,urine_m_protein,0,mg/24 h,
        BELOW,2020-03-05,serum_m_protein,<0.5,g/dL,
        BELOW,2020-03-05,serum_m_protein,0.3,g/dL,
        BELOW,2020-03-05,urine_m_protein,0,mg/24 h,
        BETA,2020-01-05,iga,3,g/dL,
        BETA,2020-03-05,iga,0.28,g/dL,
        BETA,2020-03-05,urine_m_protein,0,mg/24 h,
        DOUBTFUL,2020-01-05,serum_m_protein,3,g/dL,
        DOUBTFUL,2020-03-05,urine_m_protein,0,mg/24 h,
    """,
    "cytogenetics": "patient_id,collected_on,abnormality,result\nSTAGED,2020-01-02,del13q,positive",
    "marrow": """
        patient_id,collected_on,plasma_cell_percent
        BELOW,2020-01-05,>40
        BELOW,2020-03-05,<5
        BETA,2020-03-05,8
    """,
    "treatments": """
        patient_id,line,drugs,start_date
        STAGED,1,bortezomib,2020-01-10
        BELOW,1,bortezomib,2020-01-10
        BETA,1,bortezomib,2020-01-10
        DOUBTFUL,1,bortezomib,2020-01-10
    """,
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("chosen")
    return build(write_extract(root / "extract", **MADE), root / "store")


@cache
def course_of(store: Path, patient: str) -> Course:
    return read_course(store, patient)


def said(course: Course) -> str:
    return " ".join(" ".join(line.text for line in as_text(course)).split())


def test_a_stage_rests_on_the_results_that_it_was_made_of(store: Path) -> None:
    course = course_of(store, "STAGED")
    assert (course.staging["iss"], course.staging["ldh_elevated"]) == ("III", True)
    rests_on = dict(stage(course))["rests on"].replace("\N{NO-BREAK SPACE}", " ")
    assert rests_on == "β2-microglobulin 5.5 mg/L (2020-01-02); LDH 250 U/L (2020-01-02, upper limit 240)"


def test_a_figure_of_a_visit_is_the_one_that_its_verdicts_are_of(store: Path) -> None:
    text = said(course_of(store, "BELOW"))
    assert "serum M-protein 0.3 g/dL, down 90 % from the baseline of 3" in text
    assert "<0.5" not in text


def test_a_marrow_is_shown_as_reported(store: Path) -> None:
    course = course_of(store, "BELOW")
    assert "marrow plasma cells >40 %" in said(course)
    assert any(line.text.split()[:1] == ["2020-03-05"] and " <5 " in line.text for line in as_text(course))


def test_iga_above_0_is_no_reason_against_a_complete_response(store: Path) -> None:
    text = said(course_of(store, "BETA"))
    assert "no CR: marrow 8 % plasma cells" in text
    assert "still detectable" not in text


def test_a_figure_that_was_not_read_as_a_baseline_is_none(store: Path) -> None:
    """Whether the M-protein of the patient is that of electrophoresis could not be read."""
    course = course_of(store, "DOUBTFUL")
    assert dict(line_facts(course, course.lines[0]))["measured by"].endswith("; no baseline")


VALUES, SIGNS, DAYS = (0.0, 0.5, 1.0, 1.5), (None, None, "<", "<=", ">", ">="), range(-3, 4)
DIAGNOSED, WINDOW = date(2020, 1, 10), 2


def made_up(seed: int) -> pl.DataFrame:
    """Results of one patient, many of them of one day and of equal figures."""
    rng = Random(seed)

    def row(number: int) -> dict[str, Any]:
        value = rng.choice(VALUES)
        return {
            "patient_id": "P",
            "analyte": rng.choice(["ldh", "serum_m_protein"]),
            "collected_on": DIAGNOSED + timedelta(days=rng.choice(DAYS)),
            "value": value,
            "comparator": rng.choice(SIGNS) if value else None,
            "ref_high": rng.choice([None, 240.0, 300.0]),
            "row_number": number,
        }

    types = {"ref_high": pl.Float64, "comparator": pl.String}
    return pl.DataFrame([row(number) for number in range(12)], schema_overrides=types)


def asked(query: str, labs: pl.DataFrame, **parameters: object) -> pl.DataFrame:
    """What a query of explain finds of a patient with these results."""
    with duckdb.connect() as connection:
        for table in ("labs", "marrow", "imaging", "cytogenetics", "patients", "visits", "lines"):
            schema = (QUERIES.parent / "schema" / f"{table}.sql").read_text("utf-8")
            connection.execute(schema.replace("not null", ""))
        connection.register("made", labs.to_arrow())
        connection.execute("insert into labs by name select * from made")
        connection.execute("insert into patients by name select 'P' as patient_id, ? as diagnosis_date", [DIAGNOSED])
        connection.execute(
            "insert into visits by name select distinct patient_id, 1 as line, collected_on as visit_date from made"
        )
        connection.execute(
            "insert into lines by name select 'P' as patient_id, 1 as line, ? as start_date",
            [DIAGNOSED + timedelta(days=2)],
        )
        make_macros(connection, "least_of, most_of, figure")
        text = (QUERIES / f"{query}.sql").read_text("utf-8")
        return connection.sql(text, params={"patient": "P", **parameters}).pl()


def with_bounds(rows: pl.DataFrame) -> pl.DataFrame:
    low, high = bounds(pl.col("value"), pl.col("comparator"))
    return rows.with_columns(low=low, high=high)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_stage_s_inputs_are_chosen_as_nearest_chooses(seed: int) -> None:
    labs = made_up(seed)
    about = pl.LazyFrame({"patient_id": ["P"], "on": [DIAGNOSED], "until": [DIAGNOSED + timedelta(days=2)]})
    rows = with_bounds(labs).select("patient_id", "low", "high", "ref_high", test="analyte", date="collected_on")
    wanted = nearest(about, rows.lazy(), "on", WINDOW, until="until").collect()
    found = with_bounds(asked("staging_inputs", labs, window_days=WINDOW, tests=["ldh", "serum_m_protein"]))
    columns = ["test", "low", "high", "ref_high"]
    assert found.select("dated", *columns).rows() == wanted.sort("test").select("date", *columns).rows()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_visit_s_and_a_baseline_s_figure_are_chosen_as_results_are(seed: int) -> None:
    """Here "<x" is 0 and as a nadir x."""
    labs = made_up(seed).filter(analyte="serum_m_protein")
    wanted = _results(labs)
    assert {row["date"] for row in wanted} == set(labs["collected_on"])
    found = {row["visit_date"]: row for row in asked("reported", labs).rows(named=True)}
    for row in wanted:
        shown = found.get(row["date"])
        if shown:
            assert (shown["least"], shown["value"]) == (row["low"], row["nadir"])
        else:
            assert row["low"] == row["high"] == row["nadir"]
    baseline = asked("baselines", labs, window_days=30).filter(test="serum_m_protein")
    last = [row for row in wanted if row["date"] <= DIAGNOSED + timedelta(days=2)][-1:]
    shown_as = with_bounds(baseline).select("dated", "low", "value").rows()
    assert shown_as == [(row["date"], row["low"], row["nadir"]) for row in last]


def _results(labs: pl.DataFrame) -> list[dict[str, Any]]:
    """What the run makes of these results: one of each day."""
    from tests.differential.agreement import frames

    empty = frames({})
    typed = pl.concat([empty["labs"], labs.select(pl.exclude("row_number"))], how="diagonal_relaxed").lazy()
    patients = pl.concat(
        [empty["patients"], pl.DataFrame({"patient_id": ["P"], "m_protein_in_beta": [False]})], how="diagonal_relaxed"
    ).lazy()
    return (
        results(typed, empty["marrow"].lazy(), empty["imaging"].lazy(), patients)
        .sort("date")
        .collect()
        .rows(named=True)
    )
