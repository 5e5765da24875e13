"""Tables of a database are read as files are: in one snapshot, never with a password in a file, a log or an error."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import duckdb
import pytest

from flows.endings import MspikeError
from flows.history.carried import contents_of
from flows.intake.ingest import Ingested, ingest, survey
from flows.intake.registry import load_registry
from flows.settings.file_limits import Limits

SOURCE = '[source]\nuri = "sqlite:///registry.db"\n'
PATIENTS = '[tables.patients]\ntable = "patients"\n'
LABS = (
    '[tables.labs]\ntable = "main.results"\ncolumns = {patient_id = "id", collected_on = "day", value = "v"}\n'
    'date_format = "%d.%m.%Y"\nwhere = {kind = "lab"}\ndefault_units = {igg = "g/L"}\ncodes.analyte = {G = "igg"}\n'
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("MSPIKE_SOURCE", raising=False)
    with sqlite3.connect(tmp_path / "registry.db") as database:
        database.execute("create table patients(patient_id, diagnosis_date, vital_status, last_contact_date)")
        database.execute("insert into patients values (1.0, '2020-01-01', 'alive', '2024-01-01')")
        database.execute("create table results(id, day text, analyte, v, kind)")
        rows = [(1, "05.01.2020", "G", 12.5, "lab"), ("1", "06.01.2020", "G", "<3", "lab"), (1, "x", "", "", "other")]
        database.executemany("insert into results values (?, ?, ?, ?, ?)", rows)
    database.close()
    return tmp_path


def read(folder: Path, registry: str, path: Path | None = None) -> tuple[duckdb.DuckDBPyConnection, Ingested]:
    place = path or folder / "registry.toml"
    place.write_text(registry, encoding="utf-8")
    connection = duckdb.connect()
    return connection, ingest(folder, connection, load_registry(path, folder))


def refusal(folder: Path, registry: str, status: int, path: Path | None = None) -> str:
    with pytest.raises(MspikeError) as raised:
        read(folder, registry, path)
    assert "\n" not in str(raised.value)
    assert raised.value.status == status
    return str(raised.value)


def test_cells_of_any_type_are_read_and_the_keys_of_a_section_are_about_them(folder):
    connection, ingested = read(folder, SOURCE + PATIENTS + LABS)
    rows = connection.execute("select patient_id, collected_on::varchar, value, comparator from labs order by all")
    assert rows.fetchall() == [("1", "2020-01-05", 1.25, None), ("1", "2020-01-06", 0.3, "<")]
    assert [(of.source_file, of.rows_read, of.rows_filtered) for of in ingested.files] == [
        ("patients", 1, 0),
        ("main.results", 2, 1),
    ]


def test_a_select_and_a_file_with_one_are_read_with_the_row_of_the_source(folder):
    (folder / "labs.sql").write_text(
        "with r as (select rowid + 10 as n, * from results) -- all\n"
        "select n as source_row, id as patient_id, '2020-01-05' as collected_on, 'x' as analyte from r;\n"
    )
    section = '[[tables.labs]]\nselect = """select 1 as patient_id, \'bad\' as collected_on, \'y\' as analyte"""\n'
    connection, _ = read(folder, f'{SOURCE}{PATIENTS}[[tables.labs]]\nselect_file = "labs.sql"\n{section}')
    rows = connection.execute("select source_file, row_number from labs order by all").fetchall()
    # rows that repeat another are refused
    assert rows == [("labs.sql", 11)]
    assert connection.execute("select source_file, row_number, rule from quarantine order by all").fetchall() == [
        ("labs.sql", 12, "duplicate"),
        ("labs.sql", 13, "duplicate"),
        ("select of labs", 1, "unreadable_date"),
    ]


def test_rows_come_in_batches(folder):
    with sqlite3.connect(folder / "registry.db") as database:
        rows = [
            (1, f"{day:02}.{month:02}.{year}", "G", day, "lab")
            for year in range(1990, 2020)
            for month in range(1, 13)
            for day in range(1, 29)
        ]
        database.executemany("insert into results values (?, ?, ?, ?, ?)", rows)
    database.close()
    _, ingested = read(folder, SOURCE + PATIENTS + LABS)
    assert ingested.files[1].rows_accepted == 2 + 30 * 12 * 28


def test_the_environments_address_wins(folder, tmp_path_factory, monkeypatch):
    other = tmp_path_factory.mktemp("other")
    (folder / "registry.db").rename(other / "moved.db")
    monkeypatch.setenv("MSPIKE_SOURCE", f"sqlite:///{other}/moved.db")
    monkeypatch.chdir("/")
    _, ingested = read(folder, SOURCE + PATIENTS)
    assert ingested.files[0].rows_accepted == 1


def test_the_database_is_only_read_and_always_read_again(folder):
    before = (folder / "registry.db").read_bytes()
    (folder / "registry.toml").write_text(SOURCE + PATIENTS, encoding="utf-8")
    found = survey(folder, load_registry(None, folder))
    assert contents_of(found.files, Limits()) == {}
    assert found.ignored_files == []
    said = refusal(folder, SOURCE + '[tables.patients]\nselect = "delete from patients returning *"\n', 2)
    assert "select of patients: " in said
    assert (folder / "registry.db").read_bytes() == before


@pytest.mark.parametrize(
    ("registry", "status", "said"),
    [
        (SOURCE + '[tables.patients]\ntable = "persons"', 2, "persons: no such table: persons; mend table or select"),
        (SOURCE + '[tables.patients]\nselect = "select nope from patients"', 2, "no such column: nope"),
        (SOURCE + '[tables.patients]\nselect = "selec 1"', 2, "select of patients: near"),
        (SOURCE + '[tables.patients]\nselect = "select 1 as patient_id"', 1, "required column missing: diagnosis_date"),
        (SOURCE + '[tables.patients]\nselect = ""', 2, "tables.patients.select: must be a select such as"),
        (SOURCE + "[tables.patients]\ntable = 3", 2, "tables.patients.table: must be the name of a table"),
        (SOURCE + '[tables.patients]\nselect_file = "no.sql"', 2, "tables.patients.select_file: no.sql can't be read"),
        (SOURCE + '[tables.patients]\ntable = "a"\nfile = "b"', 2, "file and table are each a place of its rows"),
        (SOURCE + '[tables.patients]\ntable = "a"\nsql = "b.sql"', 2, "sql and table are each a place of its rows"),
        (SOURCE + '[tables.patients]\ntable = "a"\ndelimiter = ";"', 2, "tables.patients.delimiter: is of a file"),
        (PATIENTS, 2, "tables.patients: is read from a database; say which with uri in [source]"),
        (SOURCE, 2, "source is a database, and no section is read from one"),
        ("source = 3\n" + PATIENTS, 2, "source must have a uri and nothing else"),
        ("[source]\nuri = 3\n" + PATIENTS, 2, "source.uri: must be an address such as"),
        ('[source]\nuri = "mysql://x/y"\n' + PATIENTS, 2, "source.uri: must be an address such as 'postgresql://"),
        ('[source]\nuri = "sqlite:///no.db"\n' + PATIENTS, 2, "source.uri: there is no file 'no.db'"),
        ('[source]\nuri = "sqlite:///registry.toml"\n' + PATIENTS, 1, "is no SQLite database; name another file"),
        ('[source]\nuri = "postgresql://u:SWORDFISH@h/d"\n' + PATIENTS, 2, "source.uri: has a password, which no file"),
        ('[source]\nuri = "postgresql://h/d?password=SWORDFISH"\n' + PATIENTS, 2, "source.uri: has a password"),
        ('[source]\nuri = "postgresql://u@[h/d"\n' + PATIENTS, 2, "source.uri: is no address that can be read"),
    ],
)
def test_what_can_not_be_read_from_a_database_is_one_line(folder, registry, status, said):
    found = refusal(folder, registry + "\n", status)
    assert said in found
    assert "SWORDFISH" not in found


def test_an_extracts_own_registry_can_not_name_a_database_outside_it(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    (folder / "registry.db").rename(other / "registry.db")
    absolute = f'[source]\nuri = "sqlite:///{other}/registry.db"\n{PATIENTS}'
    assert "is a file outside the extract, which its own registry.toml can't name" in refusal(folder, absolute, 2)
    (folder / "registry.toml").unlink()
    _, ingested = read(folder, SOURCE + PATIENTS, other / "registry.toml")
    assert ingested.files[0].rows_accepted == 1


def test_an_address_of_the_environment_that_can_not_be_read_is_one_line_without_it(folder, monkeypatch):
    monkeypatch.setenv("MSPIKE_SOURCE", "postgresql://u:SWORDFISH@[h/d")
    found = refusal(folder, PATIENTS, 2)
    assert found.startswith("MSPIKE_SOURCE: must be an address such as")
    assert "SWORDFISH" not in found


@pytest.mark.parametrize(
    "address", ["postgresql://u:SWORDFISH@127.0.0.1:1/registry", "postgresql://u:SWORDFISH@h:port/d"]
)
def test_a_server_that_does_not_answer_is_one_line_without_the_password(folder, monkeypatch, address):
    monkeypatch.setenv("MSPIKE_SOURCE", address)
    found = refusal(folder, PATIENTS, 1)
    assert "the database can't be reached; check the address" in found
    assert "SWORDFISH" not in found
