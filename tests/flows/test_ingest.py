"""Ingest: every row read is accepted or in quarantine, with its number and reason; a broken extract is one line."""

import gzip
import re
import threading
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

import flows.intake.ingest
from flows.intake.ingest import Ingested, ingest
from flows.intake.reading import ExtractError
from flows.intake.sources import csv_rows
from transforms.intake.contracts import CONTRACTS, dtypes

COHORTS = Path(__file__).parents[2].parent / "shared" / "data"
needs_cohorts = pytest.mark.skipif(not COHORTS.exists(), reason="the real cohorts (../shared/data) are not here")

PATIENTS = "patient_id,diagnosis_date,vital_status,last_contact_date\nP1,2020-01-01,alive,2024-01-01\n"
LABS = "patient_id,collected_on,analyte,value,unit\n"
TYPES = {pl.String: "VARCHAR", pl.Date: "DATE", pl.Float64: "DOUBLE", pl.Boolean: "BOOLEAN", pl.Int32: "INTEGER"}


class Run:
    """One extract, ingested into a database in memory."""

    def __init__(self, folder: Path, files: dict[str, str | bytes | pl.DataFrame]) -> None:
        for name, content in ({"patients.csv": PATIENTS} | files).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, pl.DataFrame):
                content.write_parquet(path)
            else:
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.connection = duckdb.connect()
        self.ingested: Ingested = ingest(folder, self.connection)

    def rows(self, sql: str) -> list[tuple]:
        return self.connection.execute(sql).fetchall()

    @property
    def quarantine(self) -> list[tuple]:
        return self.rows('select source_file, row_number, "column", value, rule from quarantine')


@pytest.fixture
def run(tmp_path):
    return lambda files=None: Run(tmp_path, files or {})


# --- tables -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", CONTRACTS)
def test_tables_have_the_contracts_columns_and_where_each_row_came_from(run, table):
    described = [(name, kind) for name, kind, *_ in run().rows(f"describe {table}")]
    expected = [(name, TYPES[kind]) for name, kind in dtypes(table).items()]
    of_every_table = [("unreadable", "VARCHAR[]"), ("source_file", "VARCHAR"), ("row_number", "BIGINT")]
    assert described == [*expected, *of_every_table]


def test_an_absent_table_is_an_empty_one(run):
    assert run().rows("select count(*) from labs") == [(0,)]


def test_columns_in_any_order_with_a_byte_order_mark_blanks_and_windows_line_ends(run):
    text = "\ufeffunit , value,analyte,collected_on,patient_id\r\n g/L,35 ,albumin,2020-01-01, P1\r\n"
    found = run({"labs.csv": text}).rows("select patient_id, collected_on, analyte, value, unit, row_number from labs")
    assert found == [("P1", date(2020, 1, 1), "albumin", 3.5, "g/dL", 1)]


def test_unknown_columns_and_files_are_named_and_kept_out(run):
    done = run(
        {
            "labs.csv": "patient_id,mood,collected_on,analyte,,mood\nP1,good,2020-01-01,ldh,,bad\n",
            "notes.txt": "x",
            "moods.csv": "a\n1\n",
            "marrow/_SUCCESS": "",
        }
    )
    assert done.ingested.unknown_columns == {"labs.csv": ["mood", "(column 5)", "mood"]}
    assert done.ingested.ignored_files == ["marrow/_SUCCESS", "moods.csv", "notes.txt"]
    assert done.rows("select count(*) from labs") == [(1,)]


def test_a_table_may_be_a_folder_of_files_of_any_ending_read_by_name(run):
    row = {"patient_id": "P1", "collected_on": date(2020, 1, 1), "analyte": "ldh", "unit": "U/L"}
    done = run(
        {
            "labs/b.parquet": pl.DataFrame([row | {"value": 2.0}, row | {"value": 3.0}]),
            "labs/a.csv": LABS + "P1,2020-01-01,ldh,1,U/L\n",
            "labs/c.csv.gz": gzip.compress((LABS + "P1,2020-01-01,ldh,4,U/L\n").encode()),
        }
    )
    assert done.rows("select source_file, row_number, value from labs") == [
        ("labs/a.csv", 1, 1.0),
        ("labs/b.parquet", 1, 2.0),
        ("labs/b.parquet", 2, 3.0),
        ("labs/c.csv.gz", 1, 4.0),
    ]


def test_tables_that_the_caller_made_are_filled_and_full_ones_refused(run, tmp_path):
    connection = run().connection
    with pytest.raises(RuntimeError, match="patients"):
        ingest(tmp_path, connection)


def test_a_file_with_only_a_header_is_empty(run):
    for text in (LABS, LABS.strip(), LABS + "\n\n"):
        assert run({"labs.csv": text}).rows("select rows_read from source_file where \"table\" = 'labs'") == [(0,)]


# --- numbers of rows, and lines that are none -------------------------------------------------------------------------


def _ragged_file(lines: int) -> tuple[str, list[int]]:
    """Every 7th row ragged, every 5th with a line break in a quoted value, blank lines between."""
    rows = []
    for number in range(1, lines + 1):
        row = f'P1,2020-01-01,ldh,{number},U/L,"two\nlines"' if number % 5 == 0 else f"P1,2020-01-01,ldh,{number},U/L,x"
        rows.append(f"P1,{number}" if number % 7 == 0 else row + ("\n" if number % 11 == 0 else ""))
    return LABS.strip() + ",comment\n" + "\n".join(rows) + "\n", list(range(7, lines + 1, 7))


@pytest.mark.parametrize("block", [300, 1000, 16 * 2**20])
def test_row_numbers_are_exact_among_ragged_lines_blank_lines_and_quoted_line_breaks(run, monkeypatch, block):
    monkeypatch.setattr(csv_rows, "BLOCK_BYTES", block)
    text, ragged = _ragged_file(200)
    done = run({"labs.csv": text})
    assert done.rows("select row_number, value from labs") == [
        (number, float(number)) for number in range(1, 201) if number not in ragged
    ]
    assert done.quarantine == [("labs.csv", number, None, f"P1,{number}", "ragged") for number in ragged]


def test_only_ragged_lines_are_all_in_quarantine(run):
    done = run({"labs.csv": LABS + "P1\nP1,2,3,4,5,6\n"})
    assert [(row[1], row[4]) for row in done.quarantine] == [(1, "ragged"), (2, "ragged")]


@pytest.mark.parametrize(
    "tail",
    [
        'P1,2020-01-01,,a,"toxicity\nP1,1,,b,2020-01-02,\nP1,1,,c,2020-01-03,\n',  # never closed
        'P1,1,,b,2020-01-02,"toxicity\nP1,1,,c,2020-01-03,"progression"\n',  # closed by the next one
    ],
)
def test_a_quote_never_closed_swallows_no_row_silently(run, tail):
    done = run({"treatments.csv": "patient_id,line,phase,drugs,start_date,stop_reason\nP1,1,,a,2020-01-01,\n" + tail})
    assert done.rows("select row_number from treatments") == [(1,)]
    assert {row[4] for row in done.quarantine} <= {"ragged", "line_break"}
    assert {row[1] for row in done.quarantine} == {2}


def test_an_honest_line_break_in_a_value_is_kept(run):
    text = 'patient_id,line,start_date,stop_reason\nP1,1,2020-01-01,"fever,\nthen rash"\n'
    assert run({"treatments.csv": text}).rows("select stop_reason from treatments") == [("fever,\nthen rash",)]


def test_a_parquet_file_counts_rows_across_batches(run, monkeypatch):
    monkeypatch.setattr("flows.intake.sources.source.BATCH_ROWS", 3)
    labs = pl.DataFrame({"patient_id": "P1", "collected_on": "2020-01-01", "analyte": "x", "value": range(10)})
    assert run({"labs.parquet": labs}).rows("select row_number, value from labs") == [
        (n + 1, float(n)) for n in range(10)
    ]


# --- rules over all rows ----------------------------------------------------------------------------------------------


def test_an_exact_repeat_is_refused_after_reading_and_conversion(run):
    rows = ["P1,2020-01-01,albumin,3.5,g/dL", "P1,2020-01-01,albumin,35.0,g/L", "P1,2020-01-01,albumin,3.6,g/dL"]
    done = run({"labs/a.csv": LABS + "\n".join(rows), "labs/b.csv": LABS + rows[0] + "\n"})
    assert done.quarantine == [("labs/a.csv", 2, None, None, "duplicate"), ("labs/b.csv", 1, None, None, "duplicate")]


def test_a_row_that_differs_only_by_a_missing_value_is_no_repeat(run):
    done = run({"labs.csv": LABS + "P1,2020-01-01,x,1,\nP1,2020-01-01,x,1,u\nP1,2020-01-01,x,,u\n"})
    assert done.quarantine == []


def test_a_refused_row_is_not_what_a_later_one_repeats(run):
    done = run({"labs.csv": LABS + "P1,soon,ldh,1,U/L\nP1,soon,ldh,1,U/L\n"})
    assert [(row[1], row[4]) for row in done.quarantine] == [(1, "unreadable_date"), (2, "unreadable_date")]


def test_an_optional_cell_that_cannot_be_read_costs_itself_and_a_required_one_the_row(run):
    done = run({"labs.csv": LABS + "P1,2020-01-01,ldh,TNTC,U/L\nP1,soon,ldh,TNTC,U/L\nP9,2020-01-01,ldh,x,U/L\n"})
    assert done.rows('select row_number, "column", rule, row_kept from quarantine') == [
        (1, "value", "unreadable_number", True),
        (2, "collected_on", "unreadable_date", False),
        (2, "value", "unreadable_number", False),
        (3, "patient_id", "unknown_patient", False),
        (3, "value", "unreadable_number", False),
    ]
    assert done.rows("select row_number, value, unit, unreadable from labs") == [(1, None, "U/L", ["value"])]
    [counted] = [file for file in done.ingested.files if file.table == "labs"]
    assert (counted.rows_read, counted.rows_accepted, counted.rows_quarantined, counted.cells_set_aside) == (3, 1, 2, 1)
    told = 'select patient_id, "table", dated_on, line, kind, is_repeat from refused_row order by row_number'
    assert done.rows(told) == [
        ("P1", "labs", None, None, "ldh", False),
        ("P9", "labs", date(2020, 1, 1), None, "ldh", False),
    ]


def test_cells_set_aside_twice_alike_are_a_repeat_refused(run):
    done = run({"labs.csv": LABS + "P1,2020-01-01,ldh,-1,U/L\nP1,2020-01-01,ldh,-1,U/L\n"})
    assert done.rows("select row_number, rule, row_kept from quarantine") == [
        (1, "impossible_value", True),
        (2, "duplicate", False),
        (2, "impossible_value", False),
    ]
    assert done.rows("select row_number, is_repeat from refused_row") == [(2, True)]


def test_whose_a_refused_row_is_stays_known_where_it_says_so(run):
    repeat = "P1,2020-01-02,ldh,1,U/L\n"
    done = run({"labs.csv": LABS + "P1,soon,ldh,1,U/L\nP9,soon,ldh,1,U/L\n,2020-01-01,x,1,\n" + repeat + repeat})
    assert done.rows("from refused_row order by row_number") == [
        ("labs.csv", 1, "labs", "P1", None, None, "ldh", False),
        ("labs.csv", 2, "labs", "P9", None, None, "ldh", False),
        ("labs.csv", 5, "labs", "P1", date(2020, 1, 2), None, "ldh", True),
    ]


def test_rows_of_unknown_patients_are_refused_with_their_other_faults(run):
    done = run(
        {"labs.csv": LABS + "P9,2020-01-01,ldh,1,U/L\nP9,2020-01-01,ldh,1,U/L\nP9,soon,ldh,1,U/L\n,2020-01-01,x,1,\n"}
    )
    assert [row[1:] for row in done.quarantine] == [
        (1, "patient_id", "P9", "unknown_patient"),
        (2, "patient_id", "P9", "unknown_patient"),
        (3, "collected_on", "soon", "unreadable_date"),
        (3, "patient_id", "P9", "unknown_patient"),
        (4, "patient_id", None, "missing_value"),
    ]
    assert [(file.rows_read, file.rows_quarantined) for file in done.ingested.files if file.table == "labs"] == [(4, 4)]


def test_rows_of_a_refused_patient_are_refused_too(run):
    done = run(
        {"patients.csv": PATIENTS + "P2,soon,alive,2024-01-01\n", "labs.csv": LABS + "P2,2020-01-01,ldh,1,U/L\n"}
    )
    assert [(row[0], row[4]) for row in done.quarantine] == [
        ("labs.csv", "unknown_patient"),
        ("patients.csv", "unreadable_date"),
    ]


def test_the_first_accepted_row_of_a_patient_stands(run):
    more = "P1,2020-01-01,alive,2024-01-01\nP1,2020-01-01,dead,2024-01-01\nP1,2020-01-01,dead,2024-01-01\n"
    done = run({"patients.csv": PATIENTS + more})
    assert [row[1:] for row in done.quarantine] == [
        (2, None, None, "duplicate"),
        (3, "patient_id", "P1", "repeated_patient_id"),
        (4, "patient_id", "P1", "repeated_patient_id"),
    ]
    assert done.rows("select row_number from patients") == [(1,)]


def test_reasons_carry_no_patient_data(run):
    done = run(
        {"labs.csv": LABS + "P987654,2020-01-01,ldh,secret,U/L\nP987654,1\nP1,2020-01-01,albumin,1,shibboleth\n"}
    )
    reasons = " ".join(reason for (reason,) in done.rows("select reason from quarantine"))
    assert not re.search("P987654|secret|shibboleth", reasons)


def test_nothing_depends_on_blocks_or_threads(tmp_path, monkeypatch):
    text, _ = _ragged_file(300)
    text += "P9,2020-01-01,ldh,1,U/L,x\n" * 3 + "P1,2020-01-01,ldh,1,U/L,x\n" * 3
    (tmp_path / "patients.csv").write_text(PATIENTS)
    (tmp_path / "labs.csv").write_text(text)
    seen = []
    for block, threads in ((300, 1), (2000, 4), (2**20, 2)):
        monkeypatch.setattr(csv_rows, "BLOCK_BYTES", block)
        connection = duckdb.connect(config={"threads": threads})
        counts = ingest(tmp_path, connection)
        seen.append([counts, *(connection.execute(f"from {name}").fetchall() for name in ("labs", "quarantine"))])
    assert seen[0] == seen[1] == seen[2]


def test_nothing_of_the_work_is_left_in_the_database(run):
    names = {name for (name,) in run().rows("select table_name from duckdb_tables()")}
    assert names == {*CONTRACTS, "quarantine", "refused_row", "repair", "source_file"}


# --- what is plain in spite of its form -------------------------------------------------------------------------------

JAPANESE = LABS.strip() + ",備考\nP1,2020-01-01,ldh,1,U/L,溶血あり\nP1,2020-01-02,ldh,2,U/L,再検\n"


@pytest.mark.parametrize("at", range(3))
def test_a_sign_where_the_look_for_comments_ends_is_read(tmp_path, at):
    text = "a,b\n1," + "x" * at
    text += "\u65e5" * ((csv_rows.HEADER_BYTES - len(text)) // 3 + 1)
    (tmp_path / "labs.csv").write_text(text, encoding="utf-8", newline="")
    [(rows, _)] = csv_rows.batches(tmp_path / "labs.csv", csv_rows.CsvForm(comment="#"))
    assert rows["1"].item() == text.removeprefix("a,b\n1,")


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "utf-16"])
@pytest.mark.parametrize("chunk", [2, 2**20])
def test_other_encodings_that_can_only_be_one_are_read_and_counted(run, monkeypatch, encoding, chunk):
    monkeypatch.setattr("flows.intake.sources.encodings.CHUNK_BYTES", chunk)
    done = run({"labs.csv": JAPANESE.encode(encoding)})
    assert done.rows("select value from labs") == [(1.0,), (2.0,)]
    assert done.ingested.unknown_columns == {"labs.csv": ["備考"]}
    assert done.rows("from repair") == [("labs.csv", "labs", None, None, "encoding", 1)]


def test_names_of_columns_and_files_in_other_letters_are_read_and_counted(run):
    done = run({"LABS.CSV": LABS.upper().replace("VALUE", "ｖａｌｕｅ") + "P1,2020-01-01,ldh,1,U/L\n"})
    assert done.rows("select value from labs") == [(1.0,)]
    assert done.rows("from repair") == [("LABS.CSV", "labs", None, None, "header", 5)]


def test_repaired_cells_are_counted_over_batches(run, monkeypatch):
    monkeypatch.setattr(csv_rows, "BLOCK_BYTES", 300)
    done = run({"labs.csv": LABS + "".join(f"P1,2020-01-01,LDH,{n},U/L\n" for n in range(100))})
    assert done.rows("from repair") == [("labs.csv", "labs", "P1", "analyte", "letter_case", 100)]


def test_long_texts_and_lines_are_cut_in_quarantine(run):
    done = run({"labs.csv": LABS + f"P1,2020-01-01,{'x' * 10**6},1,U/L\n{'y' * 10**6}\n"})
    assert {row[4]: len(row[3]) for row in done.quarantine if row[4] != "unknown_patient"} == {
        "value_too_long": 1000 + len("… (1000000 characters)"),
        "ragged": 1000 + len("… (1000000 characters)"),
    }


# --- real cohorts -----------------------------------------------------------------------------------------------------


@needs_cohorts
def test_uams_is_accepted_whole():
    connection = duckdb.connect()
    done = ingest(COHORTS / "uams", connection)
    # 340 patients: GSE24080, the MAQC-II training set, as the cohort's page has it.
    assert {file.table: file.rows_accepted for file in done.files}["patients"] == 340
    assert connection.execute("from quarantine").fetchall() == []


@needs_cohorts
def test_commpass_loses_530_rows_without_a_start_and_35_repeats():
    connection = duckdb.connect()
    [patients, treatments] = ingest(COHORTS / "commpass", connection).files
    # 3,633 rows, of them 530 without start (one of them no line either) and 35 repeats: the cohort's page.
    assert (patients.rows_read, patients.rows_accepted) == (493, 493)
    assert (treatments.rows_read, treatments.rows_accepted, treatments.rows_quarantined) == (3633, 3068, 565)
    rules = connection.execute('select rule, "column", count(*) from quarantine group by all order by all').fetchall()
    assert rules == [("duplicate", None, 35), ("missing_value", "line", 1), ("missing_value", "start_date", 530)]


# --- one batch inserted while the next is read ------------------------------------------------------------------------


def test_what_goes_wrong_in_inserting_a_batch_ends_the_reading(run, monkeypatch):
    own, before = flows.intake.ingest.insert_frames, threading.active_count()

    def full(connection, frames):
        if "labs" in frames:
            raise duckdb.IOException("No space left on device")
        return own(connection, frames)

    monkeypatch.setattr(flows.intake.ingest, "insert_frames", full)
    with pytest.raises(duckdb.IOException, match="No space left"):
        run({"labs.csv": LABS + "P1,2020-01-01,albumin,4.0,g/dL\n", "marrow.csv": "patient_id,collected_on\n"})
    assert threading.active_count() == before


def test_a_file_that_breaks_while_a_batch_of_it_is_being_inserted_says_so(run, monkeypatch):
    own, before = flows.intake.ingest.read_batches, threading.active_count()

    def torn(file):
        yield from own(file)
        if file.table == "labs":
            raise ExtractError("labs.csv: torn")

    monkeypatch.setattr(flows.intake.ingest, "read_batches", torn)
    with pytest.raises(ExtractError, match=r"^labs\.csv: torn$"):
        run({"labs.csv": LABS + "P1,2020-01-01,albumin,4.0,g/dL\n"})
    assert threading.active_count() == before
