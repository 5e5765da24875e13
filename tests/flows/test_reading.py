"""Reading: an extract that can't be used is reported in one line, without a patient's value."""

import gzip
import os
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows.intake.ingest import ingest
from flows.intake.reading import ExtractError
from flows.intake.sources import csv_rows
from flows.settings.file_limits import Limits

PATIENTS = "patient_id,diagnosis_date,vital_status,last_contact_date\nP1,2020-01-01,alive,2024-01-01\n"
LABS = "patient_id,collected_on,analyte,value,unit\n"


def _refusal(folder: Path) -> str:
    with pytest.raises(ExtractError) as error:
        ingest(folder, duckdb.connect())
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_folder_that_is_not_there_or_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    assert "found nothing" in _refusal(tmp_path / "none")
    assert "found a file" in _refusal(tmp_path / "file")


def test_an_extract_without_patients(tmp_path):
    (tmp_path / "labs.csv").write_text(LABS)
    said = _refusal(tmp_path)
    assert "the table patients is missing, found of the contract's tables: labs" in said
    assert "name the file that has it in registry.toml" in said


def test_a_missing_required_column_in_any_file_is_reported_before_a_row_is_read(tmp_path):
    (tmp_path / "patients.csv").write_text(PATIENTS)
    (tmp_path / "labs").mkdir()
    (tmp_path / "labs/a.csv").write_text(LABS)
    (tmp_path / "labs/b.csv").write_text("patient_id,analyte\nP1,ldh\n")
    message = _refusal(tmp_path)
    assert message.startswith("labs/b.csv: required column missing: collected_on; found 2 columns")


def test_a_file_without_a_header_shows_no_value(tmp_path):
    (tmp_path / "patients.csv").write_text("P987654,2020-01-01,alive,2024-01-01\n")
    assert "P987654" not in _refusal(tmp_path)


@pytest.mark.parametrize("second", ["labs.parquet", "labs.csv.gz", "labs/a.csv"])
def test_a_table_given_twice(tmp_path, second):
    for name in ("patients.csv", "labs.csv", second):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    assert "the table labs is given twice" in _refusal(tmp_path)


ROW = (LABS + "P1,2020-01-01,ldh,1,U/L\n").encode()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("labs.parquet", b"not parquet at all", "can't be read as Parquet"),
        ("labs.csv.gz", b"not gzip", "can't be read as gzipped CSV"),
        ("labs.csv.gz", gzip.compress(ROW * 100, mtime=0)[:60], "can't be read as gzipped CSV"),
        ("labs.csv", b"", "without even a header"),
        ("labs.csv", b"\n\n", "without even a header"),
        ("labs.csv", b"\xff\xfep\x00a", "not UTF-16 at byte 5"),
        ("labs.csv", b"\xff\xfe\x00\x00p\x00\x00\x00", "is no CSV but UTF-32"),
        ("labs.csv", LABS.encode("utf-16-le"), "UTF-16 without its mark"),
        (
            "labs.csv",
            "patient_id,hémoglobine\n".encode("latin-1"),
            "not UTF-8 at byte 13, and may or may not be Shift-JIS",
        ),
        ("labs.csv", b"PK\x03\x04\xff", "is no CSV but a zip file or an Excel workbook"),
        ("labs.csv", LABS.replace("value", "value (g/dL)").encode(), "column value has something in brackets"),
        ("labs.csv", LABS.replace(",", ";").encode(), "it seems to part columns by semicolons"),
        ("labs.csv", (LABS.strip() + ",x" * 2000).encode(), "has 2,005 columns, more than 2,000"),
        ("labs.csv", b"x" * (2**20 + 1), "has a first line longer than 1 MiB"),
        ("labs.csv.gz", gzip.compress(b"\n" * 2**27, 9, mtime=0), "grows to more than 200 times its size"),
        ("labs.csv", ROW + b"P1,2020-01-01,\xe9,1,U/L\n", f"not UTF-8 at byte {len(ROW) + 15}"),
        ("labs.csv", ROW + b"P1,\xe9\n", f"not UTF-8 at byte {len(ROW) + 4}"),
        ("labs.csv", ROW + b"P1,2020-01-01,\xc3", f"not UTF-8 at byte {len(ROW) + 15}"),
        ("labs.csv", b"sep=,\n" + LABS.encode(), "on which line that is (header_row)"),
        ("labs.csv", b"value," + LABS.encode(), "column value is in the header more than once"),
    ],
)
def test_an_unreadable_file_is_named_in_one_line(tmp_path, name, content, said):
    (tmp_path / "patients.csv").write_text(PATIENTS)
    (tmp_path / name).write_bytes(content)
    message = _refusal(tmp_path)
    assert message.startswith(f"{name}: ")
    assert said in message


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda labs: labs.symlink_to(Path(__file__)), "a link that leads out of the extract"),
        (lambda labs: labs.symlink_to(labs), "a link that leads nowhere"),
        (lambda labs: labs.mkdir(), "found no file"),
        (os.mkfifo, "found no file"),
    ],
)
def test_what_stands_under_a_tables_name_and_is_no_file_of_the_extract_is_refused(tmp_path, make, said):
    (tmp_path / "patients.csv").write_text(PATIENTS)
    make(tmp_path / "labs.csv")
    message = _refusal(tmp_path)
    assert message.startswith("labs.csv: ")
    assert said in message


def test_a_link_within_the_extract_is_followed(tmp_path):
    (tmp_path / "patients.csv").write_text(PATIENTS)
    (tmp_path / "raw.csv").write_bytes(ROW)
    (tmp_path / "labs.csv").symlink_to("raw.csv")
    assert {file.table: file.rows_accepted for file in ingest(tmp_path, duckdb.connect()).files}["labs"] == 1


def test_an_unprintable_name_is_one_line(tmp_path):
    (tmp_path / "patients.csv").write_text(PATIENTS)
    (tmp_path / os.fsdecode(b"a\n\xff.txt")).touch()
    assert ingest(tmp_path, duckdb.connect()).ignored_files == ["a\ufffd\ufffd.txt"]
    (tmp_path / "labs").mkdir()
    (tmp_path / "labs" / os.fsdecode(b"\xff.csv")).write_bytes(ROW)
    assert "unprintable characters" in _refusal(tmp_path)


def test_limits_are_the_configurations(tmp_path):
    (tmp_path / "patients.csv").write_text(PATIENTS)
    (tmp_path / "labs.csv").write_bytes(ROW)
    with pytest.raises(ExtractError, match="5 columns, more than 4"):
        ingest(tmp_path, duckdb.connect(), limits=Limits(columns=4))
    with pytest.raises(ExtractError, match="holds more than 1e-09 GiB; split it, or raise uncompressed_gib"):
        ingest(tmp_path, duckdb.connect(), limits=Limits(uncompressed_gib=1e-9))


def test_a_parquet_file_with_a_list_names_the_column(tmp_path):
    (tmp_path / "patients.csv").write_text(PATIENTS)
    rows = {"patient_id": ["P1"], "line": [1], "start_date": ["2020-01-01"], "drugs": [["a", "b"]]}
    pl.DataFrame(rows).write_parquet(tmp_path / "treatments.parquet")
    assert "column drugs is of a type without a plain text" in _refusal(tmp_path)


def test_a_file_whose_lines_never_fit_its_header_is_refused_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_rows, "MOST_RAGGED", 5)
    (tmp_path / "patients.csv").write_text(PATIENTS)
    (tmp_path / "labs.csv").write_text(LABS + "P1;2020-01-01;ldh\n" * 9)
    assert "5 lines one after the other do not fit the header" in _refusal(tmp_path)


def test_a_row_longer_than_a_block_points_to_the_quote(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_rows, "BLOCK_BYTES", 200)
    (tmp_path / "patients.csv").write_text(PATIENTS)
    (tmp_path / "labs.csv").write_text(LABS + 'P1,2020-01-01,ldh,"1,U/L\n' + "P1,2020-01-01,ldh,1,U/L\n" * 50)
    assert "quote that is never closed" in _refusal(tmp_path)
