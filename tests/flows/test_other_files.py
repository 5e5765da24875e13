"""Files of SAS, SPSS and Stata, in archives and of JSON objects are read as CSV is."""

from __future__ import annotations

import gzip
import os
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest

from flows.intake.sources.archives import opened_member
from flows.intake.sources.things import readable_things
from flows.intake.unread import unread_lines
from tests.flows.reads import Read, refusal

PATIENTS = "patient_id,diagnosis_date,vital_status,last_contact_date\n1,2020-01-01,alive,2024-01-01\n"
LABS = pl.DataFrame(
    {
        "id": [1.0, 1.0, 1.0],
        "day": [date(2020, 1, 5), None, date(2020, 3, 5)],
        "at": [datetime(2020, 1, 5, 11, 30)] * 3,
        "test": [1.0, 2.0, 9.0],
        "value": [0.5, None, 3.0],
        "text": ["陰性", "x", ""],
    }
)
LABELS = {"test": {1: "igg", 2: "iga"}}
MAPPED = 'columns = {patient_id = "id", collected_on = "at", analyte = "test", unit = "text"}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "patients.csv").write_text(PATIENTS, encoding="utf-8")
    return tmp_path


def write(path: Path, **said: Any) -> None:
    {".sav": pyreadstat.write_sav, ".dta": pyreadstat.write_dta, ".xpt": pyreadstat.write_xport}[path.suffix](
        LABS, str(path), **said
    )


@pytest.mark.parametrize("ending", [".sav", ".dta"])
def test_labels_are_read_as_words_dates_as_dates_and_missing_as_missing(folder, ending):
    write(folder / f"x{ending}", variable_value_labels=LABELS)
    registry = f'[tables.labs]\nfile = "x{ending}"\n{MAPPED}date_format = "%d.%m.%Y"\n'
    read = Read(folder, registry + 'codes.unit = {"陰性" = "g/L", x = "g/L"}\n')
    assert read.rows("select patient_id, collected_on::varchar, analyte, value, row_number from labs") == [
        ("1", "2020-01-05", "igg", 0.05, 1),
        ("1", "2020-01-05", "iga", None, 2),
        ("1", "2020-01-05", "9", 3.0, 3),
    ]


def test_codes_are_read_as_they_are_where_the_site_says_so(folder):
    write(folder / "x.sav", variable_value_labels=LABELS)
    registry = f'[tables.labs]\nfile = "x.sav"\nlabels = false\n{MAPPED}codes.analyte = {{1 = "igm"}}\n'
    assert Read(folder, registry).rows("select analyte from labs order by all") == [("2",), ("9",), ("igm",)]


def test_values_declared_missing_are_missing(folder):
    write(folder / "x.sav", missing_ranges={"test": [9.0]})
    [thing] = [thing for thing in readable_things(folder) if thing.name == "x.sav"]
    assert thing.frame()["test"].to_list() == ["1", "2", None]


def test_transport_files_are_read_in_batches_as_at_once(folder, monkeypatch):
    write(folder / "labs.xpt", file_format_version=8)
    registry = f"[tables.labs]\n{MAPPED}"
    once = Read(folder, registry).rows("select * from labs order by all")
    monkeypatch.setattr("flows.intake.sources.source.BATCH_ROWS", 2)
    assert Read(folder, registry).rows("select * from labs order by all") == once
    assert len(once) > 0


@pytest.mark.parametrize("name", ["x.sav", "x.dta", "x.sas7bdat", "x.xpt"])
def test_a_file_that_is_none_of_its_program_is_one_line(folder, name):
    (folder / name).write_bytes(b"no such file" * 100)
    said = refusal(folder, f'[tables.labs]\nfile = "{name}"\n')
    assert said.startswith(f"{name}: can't be read as a file of ")
    assert "send the file again" in said


def test_labels_is_true_or_false(folder):
    assert "tables.labs.labels: must be true" in refusal(folder, '[tables.labs]\nlabels = "no"\n')


TEXT = "id;day;v\n1;2020-01-05;12\n"
SECTION = (
    'file = "x.zip"\ndelimiter = ";"\ncolumns = {patient_id = "id", collected_on = "day"}\n'
    'wide.v = {analyte = "igg", unit = "g/L"}\n'
)


def archive(path: Path, **members: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("__MACOSX/._x", "")
        for name, text in members.items():
            opened.writestr(name, text)


def test_the_only_file_of_an_archive_is_read_and_one_of_several_by_its_name(folder):
    archive(folder / "x.zip", **{"deep/x.csv": TEXT})
    assert Read(folder, f"[tables.labs]\n{SECTION}").rows("select value, source_file from labs") == [(1.2, "x.zip · v")]
    archive(folder / "x.zip", a="b", **{"x.csv": TEXT})
    found = Read(folder, f'[tables.labs]\nmember = "x.csv"\n{SECTION}')
    assert found.rows("select value, source_file from labs") == [(1.2, "x.zip [x.csv] · v")]
    assert found.ingested.ignored_files == ["x.zip [a]"]


# Where an archive's list says again what a file is: two bytes on is its version, forty-two on its name.
ENTRY = b"PK\x01\x02"
NO_ZIP = "no zip archive that can be read"


def with_other_entry(path: Path, name: str, at: int, byte: int) -> None:
    archive(path, **{name: TEXT})
    found = bytearray(path.read_bytes())
    found[found.rindex(ENTRY) + len(ENTRY) + at] = byte
    path.write_bytes(found)


@pytest.mark.parametrize(
    ("name", "at", "byte", "says"),
    [("a", 2, 207, NO_ZIP), ("é", 42, 255, NO_ZIP), ("a", 42, 0, "an empty archive")],
    ids=["a version that is not known", "a name of no letters", "no name"],
)
def test_an_archive_whose_list_is_damaged_is_one_line(folder, name, at, byte, says):
    with_other_entry(folder / "x.zip", name, at, byte)
    said = refusal(folder, f"[tables.labs]\n{SECTION}")
    assert said.startswith(f"x.zip: is {says}")
    assert "send the file again" in said


def test_a_workbook_whose_list_is_damaged_is_one_line(folder):
    with_other_entry(folder / "labs.xlsx", "é", 42, 255)
    assert refusal(folder, "").startswith("labs.xlsx: can't be read as a workbook, found it damaged")


def test_an_archive_is_closed_with_the_file_that_is_read_of_it(folder):
    def opened() -> int:
        return [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")].count(str(path))

    path = folder.resolve() / "x.zip"
    archive(path, a="b" * 100_000)
    stream = opened_member(path, "a")
    assert (opened(), stream.read(), stream.close(), opened()) == (1, b"b" * 100_000, None, 0)


def test_each_file_of_an_archive_that_is_not_read_is_named(folder):
    archive(folder / "x.zip", **{"x.csv": TEXT, "deep/y.csv": TEXT, "guide.pdf": "", "a\nb.csv": TEXT})
    unread = Read(folder, f'[tables.labs]\nmember = "x.csv"\n{SECTION}').ingested.ignored_files
    assert list(unread_lines(unread)) == [
        'x.zip [deep/y.csv]: not read; to read it, write in a section of registry.toml: file = "x.zip",'
        ' member = "deep/y.csv"',
        "x.zip [guide.pdf]: not read",
        'x.zip [a\ufffdb.csv]: not read; to read it, write in a section of registry.toml: file = "x.zip",'
        ' member = "a\ufffdb.csv"',
    ]


def test_a_table_may_be_an_archive_or_have_tabs_by_its_name(folder):
    archive(folder / "labs.zip", **{"x.tsv": "patient_id\tcollected_on\tanalyte\n1\t2020-01-05\tigg\n"})
    (folder / "marrow.tsv.gz").write_bytes(gzip.compress(b"patient_id\tcollected_on\n1\t2020-01-05\n"))
    read = Read(folder)
    assert read.rows("select analyte from labs") == [("igg",)]
    assert read.rows("select count(*) from marrow") == [(1,)]


@pytest.mark.parametrize(
    ("members", "key", "said"),
    [
        ({"a": "", "b": ""}, "", "x.zip: has 2 files; name one with member in registry.toml: 'a', 'b'"),
        ({}, "", "x.zip: is an empty archive"),
        ({"a": TEXT}, 'member = "z"\n', "x.zip [z]: has no file 'z'; it has 'a'"),
        ({"a": "x" * 70_000_000}, "", "x.zip: grows to more than 200 times its size"),
    ],
)
def test_an_archive_that_can_not_be_used_is_one_line(folder, members, key, said):
    archive(folder / "x.zip", **members)
    assert said in refusal(folder, f"[tables.labs]\n{key}{SECTION}")


def test_a_file_without_parts_has_no_sheet(folder):
    said = refusal(folder, '[tables.labs]\nfile = "patients.csv"\nsheet = "x"\n')
    assert said == "patients.csv [x]: is no workbook and no archive; omit sheet or member in registry.toml"


def test_what_is_no_archive_is_one_line(folder):
    (folder / "x.zip").write_bytes(b"PK\x03\x04 no archive")
    assert "x.zip: is no zip archive that can be read" in refusal(folder, f"[tables.labs]\n{SECTION}")


def test_json_objects_are_a_table_with_a_column_a_key(folder):
    (folder / "labs.ndjson").write_text(
        '{"patient_id": 1, "collected_on": "2020-01-05", "analyte": "igg", "value": 1.50, "unit": "g/L"}\n'
        '{"patient_id": "1", "analyte": "iga", "collected_on": "2020-01-06", "note": {"a": [1]}}\n',
        encoding="utf-8",
    )
    read = Read(folder)
    assert read.rows("select patient_id, analyte, value, row_number from labs order by row_number") == [
        ("1", "igg", 0.15, 1),
        ("1", "iga", None, 2),
    ]
    assert read.ingested.unknown_columns == {"labs.ndjson": ["note"]}
