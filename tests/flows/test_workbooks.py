"""Sheets of workbooks are read as files are: with the sheet's row numbers, its dates as dates, its texts as texts."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner

from flows.cli import main
from flows.intake.sources.things import readable_things
from flows.settings.file_limits import Limits
from tests.flows.reads import Read, refusal

PATIENTS = [
    ["patient_id", "diagnosis_date", "vital_status", "last_contact_date"],
    [1, date(2020, 1, 1), "alive", datetime(2024, 1, 1, 13, 30)],
]
LABS = ["patient_id", "collected_on", "analyte", "value", "unit"]


def book(path: Path, hidden: tuple[str, ...] = (), **sheets: list[list[Any]]) -> None:
    """A workbook; a cell may be ("merged", rows, value) or ("formula", value)."""
    with xlsxwriter.Workbook(path) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, tuple) and cell[0] == "merged":
                        sheet.merge_range(at, column, at + cell[1] - 1, column, cell[2])
                    elif isinstance(cell, tuple):
                        sheet.write_formula(at, column, "=NA()", None, cell[1])
                    elif isinstance(cell, date):
                        sheet.write_datetime(at, column, cell, day)
                    elif cell is not None:
                        sheet.write(at, column, cell)


def test_sheets_named_as_tables_are_found_as_files_are_and_hidden_ones_too(tmp_path):
    labs = [LABS, [1, date(2020, 1, 5), "igg", 12.5, "g/L"]]
    book(tmp_path / "registry.xlsx", hidden=("Labs",), patients=PATIENTS, Labs=labs, notes=[["x"]])
    read = Read(tmp_path)
    assert read.rows("select patient_id, diagnosis_date::varchar, last_contact_date::varchar from patients") == [
        ("1", "2020-01-01", "2024-01-01")
    ]
    assert read.rows("select patient_id, value, source_file, row_number from labs") == [
        ("1", 1.25, "registry.xlsx [Labs]", 2)
    ]
    assert read.ingested.ignored_files == ["registry.xlsx [notes]"]


def test_row_numbers_are_those_of_the_sheet_with_its_empty_rows(tmp_path):
    labs = [[], ["a title"], [], LABS, [], [1, "5/1/2020", "igg", 1, "g/L"], [], [None], [2, date(2020, 1, 5), "x"]]
    book(tmp_path / "registry.xlsx", patients=PATIENTS, labs=labs)
    read = Read(tmp_path, "[tables.labs]\nheader_row = 4\n")
    assert read.rows('select row_number, "column", rule from quarantine order by all') == [
        (6, "collected_on", "ambiguous_date"),
        (9, "patient_id", "unknown_patient"),
    ]
    assert [file.rows_read for file in read.ingested.files] == [1, 2]


def test_a_date_cell_is_a_date_and_a_text_follows_the_form_of_the_sites_dates(tmp_path):
    labs = [LABS] + [[1, day, "igg", 1, "g/L"] for day in (date(2020, 5, 1), "05.01.2020", "2020-01-05", 43835)]
    book(tmp_path / "registry.xlsx", patients=PATIENTS, labs=labs)
    read = Read(tmp_path, '[tables.labs]\ndate_format = "%d.%m.%Y"\n')
    assert read.rows("select collected_on::varchar, row_number from labs order by all") == [
        ("2020-01-05", 3),
        ("2020-05-01", 2),
    ]
    assert read.rows("select row_number, value, rule from quarantine order by all") == [
        (4, "2020-01-05", "unreadable_date"),
        (5, "43835", "unreadable_date"),
    ]


def test_days_from_an_index_date_may_stand_beside_dates(tmp_path):
    book(tmp_path / "r.xlsx", patients=PATIENTS, labs=[LABS, [1, 4, "igg", 1, "g/L"], [1, date(2020, 2, 1), "x"]])
    read = Read(tmp_path, 'index_date = "diagnosis_date"\n[tables.labs]\ndate_format = "days"\n')
    assert read.rows("select collected_on::varchar from labs order by all") == [("2020-01-05",), ("2020-02-01",)]


def test_numbers_errors_and_truth_are_read_as_the_sheet_shows_them(tmp_path):
    rows = [
        [1, date(2020, 1, 5), 7, 0.1 + 0.2, True],
        [1.0, date(2020, 1, 5), "007", ("formula", "#N/A"), False],
        [1, date(2020, 1, 5), 12345678, 5e-06, None],
    ]
    header = ["patient_id", "collected_on", "analyte", "value", "attributed_to_myeloma"]
    book(tmp_path / "registry.xlsx", patients=PATIENTS, labs=[header, *rows])
    read = Read(tmp_path)
    assert read.rows("select analyte, value, attributed_to_myeloma from labs order by row_number") == [
        ("7", 0.3, True),
        ("007", None, False),
        ("12345678", 5e-06, None),
    ]


def test_a_cell_merged_over_rows_stands_in_each_of_them(tmp_path):
    labs = [LABS, [("merged", 3, "1"), date(2020, 1, 5), "igg", 1, "g/L"]]
    labs += [[None, date(2020, 1, day), "igg", 1, "g/L"] for day in (6, 7, 8)]
    book(tmp_path / "registry.xlsx", patients=PATIENTS, labs=labs)
    read = Read(tmp_path)
    assert read.rows("select patient_id, row_number from labs order by all") == [("1", 2), ("1", 3), ("1", 4)]
    assert read.rows("select row_number, rule from quarantine") == [(5, "missing_value")]


def test_dates_across_are_date_cells_or_texts(tmp_path):
    sheet = [["# made up"], ["test", "No", date(2020, 1, 5), "05.02.2020"], ["IgG", 1, 12, 13], ["other", 1, 5, 6]]
    book(tmp_path / "r.xlsx", patients=PATIENTS, Sheet1=sheet)
    read = Read(
        tmp_path,
        '[tables.labs]\nfile = "r.xlsx"\nsheet = "Sheet1"\ncomment = "#"\ndate_format = "%d.%m.%Y"\n'
        'columns = {patient_id = "No"}\nacross = {into = "value", tests = "test"}\nwhere = {test = "IgG"}\n'
        'codes.analyte = {IgG = "igg"}\ndefault_units = {igg = "g/L"}\n'
        '[tables.patients]\nfile = "r.xlsx"\nsheet = "patients"\n',
    )
    assert read.rows("select collected_on::varchar, value from labs order by all") == [
        ("2020-01-05", 1.2),
        ("2020-02-05", 1.3),
    ]


def test_one_workbook_feeds_several_tables_and_one_sheet_several_sections(tmp_path):
    visits = [["id", "day", "igg", "marrow"], [1, date(2020, 1, 5), 12, 40]]
    book(tmp_path / "a.xlsx", subjects=PATIENTS, visits=visits, other=[["x"]])
    section = 'file = "a.xlsx"\nsheet = "visits"\ncolumns = {patient_id = "id", collected_on = "day"}\n'
    read = Read(
        tmp_path,
        '[tables.patients]\nfile = "a.xlsx"\nsheet = "subjects"\n'
        f'[tables.labs]\n{section}wide.igg = {{analyte = "igg", unit = "g/L"}}\n'
        f'[tables.marrow]\n{section}wide.marrow = {{specimen = "aspirate"}}\n',
    )
    assert {file.source_file: file.rows_accepted for file in read.ingested.files} == {
        "a.xlsx [subjects]": 1,
        "a.xlsx [visits] [labs]": 1,
        "a.xlsx [visits] [marrow]": 1,
    }
    assert read.ingested.ignored_files == ["a.xlsx [other]"]


def test_a_sheet_in_batches_gives_the_rows_of_one_read_at_once(tmp_path, monkeypatch):
    labs = [LABS] + [[1, date(2020, 1, day), "igg", day, "g/L"] for day in range(1, 29)]
    book(tmp_path / "registry.xlsx", patients=PATIENTS, labs=labs)
    once = Read(tmp_path).rows("select * from labs order by all")
    monkeypatch.setattr("flows.intake.sources.source.BATCH_ROWS", 5)
    assert Read(tmp_path).rows("select * from labs order by all") == once
    assert len(once) == 28


def test_a_table_may_be_a_workbook_of_its_name_with_one_sheet(tmp_path):
    book(tmp_path / "Patients.xlsx", Sheet1=PATIENTS)
    assert Read(tmp_path).rows("select patient_id, source_file from patients") == [("1", "Patients.xlsx")]


def test_a_select_reads_sheets_by_their_names(tmp_path):
    book(tmp_path / "a.xlsx", patients=PATIENTS, **{"Lab 2": [["id", "day", "v"], ["1", date(2020, 1, 5), 12]]})
    (tmp_path / "labs.sql").write_text(
        """select id as patient_id, day as collected_on, 'igg' as analyte, v as value, 'g/L' as unit from "Lab 2" """
    )
    read = Read(tmp_path, '[tables.labs]\nsql = "labs.sql"\n')
    assert read.rows("select value, source_file from labs") == [(1.2, "labs.sql")]


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">
<office:body><office:spreadsheet><table:table table:name="patients">{rows}</table:table></office:spreadsheet>
</office:body></office:document-content>"""


MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2"/>"""


def test_ods_workbooks_are_read(tmp_path):
    def cell(value: Any) -> str:
        if isinstance(value, date):
            return f'<table:table-cell office:value-type="date" office:date-value="{value}"/>'
        if isinstance(value, int):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    rows = "".join(
        f"<table:table-row>{''.join(map(cell, row))}</table:table-row>"
        for row in [PATIENTS[0], [7, date(2020, 1, 1), "alive", date(2024, 1, 1)]]
    )
    with zipfile.ZipFile(tmp_path / "registry.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", ODS.format(rows=rows))
    assert Read(tmp_path).rows("select patient_id, diagnosis_date::varchar from patients") == [("7", "2020-01-01")]


@pytest.mark.parametrize(
    ("registry", "said"),
    [
        (
            '[tables.labs]\nfile = "a.xlsx"',
            "a.xlsx: has 2 sheets; name one with sheet in registry.toml: 'patients', 'x'",
        ),
        ('[tables.labs]\nfile = "a.xlsx"\nsheet = "y"', "a.xlsx [y]: has no sheet 'y'; it has 'patients', 'x'"),
        ('[tables.labs]\nfile = "a.xlsx"\nsheet = 1', "tables.labs.sheet: must be the name of a sheet"),
        ('[tables.labs]\nfile = "a.xlsx"\nsheet = "x"\nmember = "x"', "tables.labs.sheet: is of a workbook, and"),
        ('[tables.labs]\nfile = "b.xlsx"', "b.xlsx: can't be read as a workbook"),
        ('[tables.labs]\nfile = "b.xls"', "b.xls: can't be read as a workbook"),
        ('[tables.labs]\nfile = "a.xlsx"\nsheet = "x"', "a.xlsx [x]: empty, without even a header"),
    ],
)
def test_a_workbook_that_can_not_be_used_is_one_line(tmp_path, registry, said):
    book(tmp_path / "a.xlsx", patients=PATIENTS, x=[])
    for name in ("b.xlsx", "b.xls"):
        (tmp_path / name).write_bytes(b"PK\x03\x04 no workbook")
    first = '[tables.patients]\nfile = "a.xlsx"\nsheet = "patients"\n'
    assert said in refusal(tmp_path, first + registry + "\n")


def test_a_workbook_that_grows_too_large_is_refused(tmp_path):
    book(tmp_path / "a.xlsx", patients=PATIENTS)
    assert "a.xlsx [patients]: grows too large when it is opened" in refusal(tmp_path, limits=Limits(1e-6))


def test_check_says_of_each_sheet_and_file_that_is_not_read_how_to_name_it(tmp_path):
    book(tmp_path / "a.xlsx", patients=PATIENTS, **{"Lab 2": [["id"]]})
    book(tmp_path / "b.xlsx", x=[["id"]])
    for name in ("x.txt", "y.zip", "guide.pdf"):
        (tmp_path / name).write_bytes(b"")
    done = CliRunner().invoke(main, ["check", str(tmp_path)])
    assert done.exit_code == 0, done.output
    for line in (
        'a.xlsx [Lab 2]: not read; to read it, write in a section of registry.toml: file = "a.xlsx", sheet = "Lab 2"',
        'b.xlsx: not read; to read it, write in a section of registry.toml: file = "b.xlsx", sheet = "…"',
        'x.txt: not read; to read it, write in a section of registry.toml: file = "x.txt"',
        'y.zip: not read; to read it, write in a section of registry.toml: file = "y.zip", member = "…"',
        "guide.pdf: not read",
    ):
        assert f"\n  {line}\n" in done.output


def test_everything_with_rows_is_listed_and_has_a_frame_of_text(tmp_path):
    book(tmp_path / "a.xlsx", one=[["id", "day", "id", None], [1, date(2020, 1, 5), None, "x"]], two=[["v"], [0.5]])
    (tmp_path / "b.csv").write_text("p;q\n1;2\n", encoding="utf-8")
    (tmp_path / "c.ndjson").write_text('{"k": 1.50, "n": {"m": null}}\n{"l": true}\n', encoding="utf-8")
    (tmp_path / "notes.md").write_text("x", encoding="utf-8")
    found = {thing.name: thing.frame() for thing in readable_things(tmp_path)}
    assert list(found) == ["a.xlsx [one]", "a.xlsx [two]", "b.csv", "c.ndjson"]
    assert found["a.xlsx [one]"].to_dicts() == [
        {"id": "1", "day": "2020-01-05", "id (2)": None, "(column 4)": "x"},
    ]
    assert found["a.xlsx [two]"].to_dicts() == [{"v": "0.5"}]
    assert found["b.csv"].columns == ["p;q"]
    assert found["c.ndjson"].to_dicts() == [
        {"k": "1.5", "n": '{"m":null}', "l": None},
        {"k": None, "n": None, "l": "true"},
    ]
