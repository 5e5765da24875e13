"""What people send: each test restates an extract on which readers of registries go wrong, and what is right of it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.database import connect
from flows.explain.course import read_course
from flows.explain.terminal import as_text
from flows.intake.ingest import ingest
from flows.intake.losses import losses
from flows.intake.reading import ExtractError
from flows.intake.registry import load_registry
from flows.settings.file_limits import Limits
from tests.flows.nights import run_into

SHARED = Path(__file__).parents[2].parent / "shared" / "faults"
PATIENTS = "patient_id,diagnosis_date,vital_status,last_contact_date"
TREATMENTS = "patient_id,line,phase,drugs,start_date"
LABS = "patient_id,collected_on,analyte,value,unit"


def written(folder: Path, registry: str = "", **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        lines = [line.strip() for line in text.strip().splitlines()]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if registry:
        (folder / "registry.toml").write_text(registry, encoding="utf-8")
    return folder


def ingested(extract: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    ingest(extract, connection, load_registry(None, extract))
    return connection


def rows(read: Path | duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """Of what was read, or of an extract."""
    return (ingested(read) if isinstance(read, Path) else read).execute(sql).fetchall()


def refused(read: Path | duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return rows(read, 'select "column", rule, row_kept, count(*) from quarantine group by all order by all')


INSTANTS = ("2020-03-25T00:00:00Z", "2020-04-01T22:30:00Z", "2020-05-07T01:00:00Z", "2020-06-04T01:00:00Z")


def test_an_instant_is_the_local_day_of_the_declared_zone_and_refused_without_one(tmp_path: Path) -> None:
    offsets = [text.replace("Z", "+00:00") for text in INSTANTS]
    extract = written(
        tmp_path / "in",
        patients=f"{PATIENTS}\nU1,2020-03-20,alive,2021-01-01",
        labs=LABS + "".join(f"\nU1,{text},serum_m_protein,3,g/dL" for text in INSTANTS),
        imaging="patient_id,performed_on,modality" + "".join(f"\nU1,{text},ct" for text in offsets),
    )
    moments = [datetime.fromisoformat(text) for text in offsets]
    marrow = pl.DataFrame({"patient_id": "U1", "collected_on": moments, "plasma_cell_percent": [5.0, 4, 3, 2]})
    marrow.write_parquet(extract / "marrow.parquet")
    assert refused(extract) == [("collected_on", "instant", False, 8), ("performed_on", "instant", False, 4)]
    days = [date(2020, 3, 25), date(2020, 4, 2), date(2020, 5, 7), date(2020, 6, 4)]
    tables = {"labs": "collected_on", "imaging": "performed_on", "marrow": "collected_on"}
    for sections in ([""], [f"[tables.{table}]\n" for table in tables]):
        written(extract, "".join(f'{section}timezone = "Asia/Tokyo"\n' for section in sections))
        read = ingested(extract)
        for table, dated in tables.items():
            assert rows(read, f"select {dated} from {table} order by all") == [(day,) for day in days], table
    assert rows(read, "select rule, sum(cells)::int from repair group by all") == [("instant", 12)]


FIXATIONS = """
    I1,2020-01-05,serum_m_protein,3.0,g/dL
    I1,2020-01-05,urine_m_protein,0,mg/24h
    I1,2020-01-05,serum_immunofixation,1,
    I1,2020-06-01,serum_m_protein,0,g/dL
    I1,2020-06-01,urine_m_protein,0,mg/24h
    I1,2020-06-01,serum_immunofixation,0,
    I1,2020-06-01,urine_immunofixation,0,
    I1,2020-07-01,serum_m_protein,0,g/dL
    I1,2020-07-01,urine_m_protein,0,mg/24h
    I1,2020-07-01,serum_immunofixation,0,
    I1,2020-07-01,urine_immunofixation,0,
"""


def test_immunofixations_of_0_and_1_count_where_declared_and_are_refused_where_not(tmp_path: Path) -> None:
    extract = written(
        tmp_path / "in",
        patients=f"{PATIENTS}\nI1,2020-01-01,alive,2021-01-01",
        treatments=f"{TREATMENTS}\nI1,1,induction,bortezomib;dexamethasone,2020-01-10",
        labs=LABS + FIXATIONS,
        marrow="patient_id,collected_on,plasma_cell_percent\nI1,2020-06-01,2",
    )
    assert refused(extract) == [("value", "no_result", False, 5)]
    written(extract, "[tables.labs.codes.value]\n0 = 'negative'\n1 = 'positive'\n")
    read = ingested(extract)
    assert refused(read) == []
    found = "select result, count(*), max(collected_on) from labs where result is not null group by all order by all"
    assert rows(read, found) == [("negative", 4, date(2020, 7, 1)), ("positive", 1, date(2020, 1, 5))]


WORDS = """
    [tables.labs]
    file = "results.csv"
    [tables.labs.columns]
    analyte = "test"
    value = "outcome"
    [tables.labs.codes.analyte]
    SPEP = "serum_m_protein"
    UPEP = "urine_m_protein"
    "IFE serum" = "serum_immunofixation"
    "IFE urine" = "urine_immunofixation"
"""
MAPPED = """
    [tables.labs.codes.value."IFE serum"]
    "IgG kappa" = "positive"
    "Negativo" = "negative"
    "0" = "negative"
"""


def test_words_of_an_immunofixation_are_mapped_and_the_japanese_ones_known(tmp_path: Path) -> None:
    extract = written(
        tmp_path / "in",
        WORDS,
        patients="patient_id,diagnosis_date,diagnosis,isotype,light_chain,vital_status,last_contact_date\n"
        "W1,2020-01-05,MM,IgG,kappa,alive,2022-06-01",
        treatments=f"{TREATMENTS}\nW1,1,induction,bortezomib;lenalidomide;dexamethasone,2020-01-10",
        marrow="patient_id,collected_on,plasma_cell_percent\nW1,2020-06-01,2",
        results="""
            patient_id,collected_on,test,outcome,unit
            W1,2020-01-08,SPEP,3.1,g/dL
            W1,2020-01-08,UPEP,0,mg/24h
            W1,2020-01-08,IFE serum,IgG kappa,
            W1,2020-06-01,SPEP,0,g/dL
            W1,2020-06-01,UPEP,0,mg/24h
            W1,2020-06-01,IFE serum,Negativo,
            W1,2020-06-01,IFE urine,検出せず,
            W1,2020-07-01,SPEP,0,g/dL
            W1,2020-07-01,UPEP,0,mg/24h
            W1,2020-07-01,IFE serum,0,
            W1,2020-07-01,IFE urine,M蛋白を検出,
        """,
    )
    assert refused(extract) == [("value", "no_result", False, 3)]
    (extract / "registry.toml").write_text(WORDS + MAPPED, encoding="utf-8")
    read = ingested(extract)
    assert refused(read) == []
    found = rows(read, "select collected_on, analyte, result from labs where result is not null order by all")
    assert found == [
        (date(2020, 1, 8), "serum_immunofixation", "positive"),
        (date(2020, 6, 1), "serum_immunofixation", "negative"),
        (date(2020, 6, 1), "urine_immunofixation", "negative"),
        (date(2020, 7, 1), "serum_immunofixation", "negative"),
        (date(2020, 7, 1), "urine_immunofixation", "positive"),
    ]


def test_the_text_of_a_limit_of_normal_costs_no_value(tmp_path: Path) -> None:
    extract = written(
        tmp_path / "in",
        patients="patient_id,diagnosis_date,diagnosis,vital_status,last_contact_date\nR1,2020-01-05,MM,alive,2021-01-01",
        cytogenetics="patient_id,collected_on,abnormality,result\n"
        + "\n".join(f"R1,2020-01-05,{name},negative" for name in ("del17p", "t(4;14)", "t(14;16)")),
        labs="""
            patient_id,collected_on,analyte,value,unit,result,ref_low,ref_high
            R1,2020-01-05,beta2_microglobulin,3.0,mg/L,,,<2.0
            R1,2020-01-05,albumin,4.0,g/dL,,3.5,5.0
            R1,2020-01-05,ldh,210,U/L,,,<=240
            R1,2020-01-05,serum_immunofixation,,,positive,,(-)
            R1,2020-01-05,serum_m_protein,2.5,g/dL,,,none
            R1,2020-01-05,urine_m_protein,0,mg/24h,,,陰性
            R1,2020-01-05,calcium,9.0,mg/dL,,8.5,-10.5
            R1,2020-01-05,creatinine,1.0,mg/dL,,0.5～1.1,
            R1,2020-01-05,hemoglobin,12.0,g/dL,,－,－
        """,
    )
    read = ingested(extract)
    assert refused(read) == []
    limits = rows(read, "select analyte, ref_low, ref_high from labs where coalesce(ref_low, ref_high) is not null")
    assert sorted(limits) == [
        ("albumin", 3.5, 5.0),
        ("beta2_microglobulin", None, 2.0),
        ("calcium", 8.5, 10.5),
        ("creatinine", 0.5, 1.1),
        ("ldh", None, 240.0),
    ]


def test_a_marrow_below_five_is_read_with_its_comparator(tmp_path: Path) -> None:
    extract = written(
        tmp_path / "in",
        patients=f"{PATIENTS}\nA1,2020-01-01,alive,2023-01-01",
        marrow="patient_id,collected_on,plasma_cell_percent,clonal_plasma_cells,specimen\n"
        "A1,2020-06-10,<5,not_detected,aspirate",
    )
    read = "select plasma_cell_percent, plasma_cell_percent_comparator, unreadable from marrow"
    assert rows(extract, read) == [(5.0, "<", None)]


ASSESSED = """
    patient_id,assessed_on,response
    G1,2013-09-01,PR
    G1,2014-01,PD
    G2,2013-09-01,PR
    G2,2014-01-15,PD
"""


@pytest.fixture
def partial(tmp_path: Path) -> Path:
    return written(
        tmp_path / "in",
        patients=f"{PATIENTS},birth_date\nG1,2013-07-01,alive,2014-06-30,1950-05-05\nG2,2013-07-01,alive,2014-06-30,1950",
        treatments=f"{TREATMENTS}\nG1,1,induction,bortezomib,2013-07-19\nG2,1,induction,bortezomib,2013-07-19",
        assessments=ASSESSED,
    )


def test_a_progression_of_a_month_is_the_day_that_the_site_says(partial: Path) -> None:
    (partial / "registry.toml").write_text("[tables.assessments]\npartial_dates = 'middle'\n")
    read = ingested(partial)
    assert refused(read) == []
    days = rows(read, "select patient_id, assessed_on from assessments where response = 'PD' order by all")
    assert days == [("G1", date(2014, 1, 15)), ("G2", date(2014, 1, 15))]
    repairs = rows(read, 'select "column", rule, cells from repair order by all')
    assert repairs == [("assessed_on", "partial_date", 1), ("birth_date", "partial_date", 1)]


def test_a_progression_without_its_day_is_said_to_be_recorded_but_not_readable(partial: Path, tmp_path: Path) -> None:
    database, _ = run_into(partial, tmp_path / "store", None)
    with connect(database, read_only=True) as read:
        assert refused(read) == [("assessed_on", "part_of_a_date", False, 1)]
        kept = rows(read, 'select patient_id, "table", dated_on, kind, is_repeat from refused_row')
        assert kept == [("G1", "assessments", None, "PD", False)]
    (database.parent / "run.json").write_text("{}")
    said = {
        name: " ".join(line.text.strip() for line in as_text(read_course(database.parent, name)))
        for name in ("G1", "G2")
    }
    assert "Recorded, but could not be read" in said["G1"]
    assert "“2014-01”" in said["G1"]
    assert "the row was refused (assessments.csv, row 2)" in said["G1"]
    assert "none recorded by the clinic" not in said["G1"]
    assert "could not be read" not in said["G2"]


def test_a_date_with_a_time_is_its_day_in_the_sites_own_form(tmp_path: Path) -> None:
    extract = written(
        tmp_path / "in",
        '[tables.labs]\ndate_format = "%d.%m.%Y %H:%M"\n',
        patients=f"{PATIENTS}\nA1,2020-01-01,alive,2023-01-01",
        labs=f"""{LABS}
            A1,05.01.2020 08:30,hemoglobin,10,g/dL
            A1,06.01.2020,hemoglobin,10.5,g/dL
            A1,07.01.2020 00:00:00,hemoglobin,11,g/dL
        """,
    )
    assert rows(extract, "select day(collected_on) from labs order by all") == [(5,), (6,), (7,)]


SUBJECTS = """
    [tables.patients]
    file = "dm.csv"
    [tables.patients.columns]
    patient_id = "USUBJID"
    site_id = "SITEID"
    sex = "SEX"
    birth_date = "BRTHDTC"
    diagnosis_date = "DMDTC"
    death_date = "DTHDTC"
    last_contact_date = "RFPENDTC"
    vital_status = "DTHFL"
    [tables.patients.codes.vital_status]
    Y = "dead"
    "" = "alive"
"""


def test_a_blank_death_flag_is_alive_where_declared_and_a_date_of_death_says_dead(tmp_path: Path) -> None:
    extract = written(
        tmp_path / "in",
        SUBJECTS,
        dm="""
            USUBJID,SITEID,RFSTDTC,RFPENDTC,DTHDTC,DTHFL,BRTHDTC,SEX,DMDTC
            AB-01,701,2014-01-10,2014-07-02T11:45,,,1950-12-26,F,2013-12-26
            AB-02,701,2012-11-15,2013-01-14,2013-01-14,Y,1936,F,2012-10-30
            AB-03,701,2013-03-24,2013-10-08,,,1946-03,M,2013-03-17
            AB-04,701,2013-03-24,2013-10-08,,,,M,2013-03-17
            AB-05,701,2013-03-24,2013-10-08,2013-10-08,,1946,M,2013-03-17
        """,
    )
    read = ingested(extract)
    assert refused(read) == []
    assert rows(read, "select vital_status, death_date, birth_date from patients order by patient_id") == [
        ("alive", None, date(1950, 12, 26)),
        ("dead", date(2013, 1, 14), date(1936, 7, 1)),
        ("alive", None, date(1946, 3, 15)),
        ("alive", None, None),
        ("dead", date(2013, 10, 8), date(1946, 7, 1)),
    ]


def test_an_extract_that_would_lose_its_patients_says_so(tmp_path: Path) -> None:
    lost = "".join(f"\nP{number},2020-01-01,,2024-01-01" for number in range(3))
    extract = written(tmp_path / "in", patients=f"{PATIENTS}{lost}\nP9,2020-01-01,alive,2024-01-01")
    (tmp_path / "config.toml").write_text("[limits]\nrefused_patients = 0.9\n")
    allowed = ["--config", str(tmp_path / "config.toml")]
    for options, status in (([], 3), (allowed, 0)):
        said = CliRunner().invoke(main, ["check", str(extract), *options])
        assert said.exit_code == status
        assert ("patients: 3 of 4 rows (75 %) were refused" in said.output) is (status == 3)


def test_repeats_of_patients_are_no_loss(tmp_path: Path) -> None:
    row = "\nP9,2020-01-01,alive,2024-01-01"
    read = ingested(written(tmp_path / "in", patients=PATIENTS + row * 5))
    assert refused(read) == [(None, "duplicate", False, 4)]
    assert losses(read, Limits().refused_patients) == []


SHAPES = {
    "01_newline_in_quotes": "2 0",
    "02_cr_only": "2 0",
    "03_mixed_eol": "3 0",
    "04_trailing_delim_rows": "0 2",
    "05_trailing_delim_all": "2 0",
    "06_sep_line": "required column missing",
    "07_backslash_quote": "2 0",
    "08_inch_mark": "2 0",
    "09_unclosed": "0 1",
    "10_dup_header": "in the header more than once",
    "11_index_col": "2 0",
    "12_header_spaces": "required column missing",
    "13_bom_quoted_header": "1 0",
    "14_single_quotes": "required column missing",
    "15_na_strings": "1 8",
    "16_blank_lines": "2 1",
    "17_footer": "1 1",
    "18_nul": "1 0",  # in a cell that may be empty: it is set aside
    "19_semicolon_auto": "it seems to part columns by semicolons",
    "20_tab_auto": "it seems to part columns by tabs",
    "21_two_header": "1 1",
    "22_no_final_newline": "2 0",
    "23_quoted_empty": "2 0",
    "24_ctrl_z": "1 1",
    "25_utf16le_nobom": "save the file as UTF-8",
    "26_nbsp": "2 0",
    "27_short_row": "1 1",
}


@pytest.mark.skipif(not SHARED.exists(), reason="the shapes of CSV (../shared/faults) are not here")
def test_every_shape_of_csv_is_read_or_told_what_to_do() -> None:
    otherwise = {}
    for shape, expected in SHAPES.items():
        try:
            [file] = ingest(SHARED / "csv_structure" / shape, duckdb.connect()).files
            said = f"{file.rows_accepted} {file.rows_quarantined}"
        except ExtractError as error:
            said = str(error)
        if expected not in said:
            otherwise[shape] = said
    assert otherwise == {}
