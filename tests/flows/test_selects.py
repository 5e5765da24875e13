"""A table whose rows are those of one select over the extract's own files: what it may read, and what is said of it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.endings import MspikeError
from flows.history.carried import contents_of
from flows.intake.headers import RegistryError
from flows.intake.ingest import Ingested, ingest, survey
from flows.intake.reading import ExtractError
from flows.intake.registry import load_registry
from flows.settings.file_limits import Limits

PATIENTS = "patient_id,diagnosis_date,vital_status,last_contact_date\nP1,2020-01-01,alive,2024-01-01\n"
LABS = '[tables.labs]\nsql = "labs.sql"\n'
ONE = "select 'P1' patient_id, date '2020-01-05' collected_on, 'igg' analyte, 12 as value, 'g/L' unit"


class Extract:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("patients.csv", PATIENTS)
        self.write("registry.toml", LABS)

    def write(self, name: str, content: str | bytes) -> Extract:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    def read(self, sql: str | None = None, limits: Limits = Limits()) -> duckdb.DuckDBPyConnection:
        if sql is not None:
            self.write("labs.sql", sql)
        connection = duckdb.connect()
        self.ingested: Ingested = ingest(self.folder, connection, load_registry(None, self.folder), limits)
        return connection

    def refusal(self, sql: str | None = None, limits: Limits = Limits()) -> str:
        with pytest.raises(MspikeError) as raised:
            self.read(sql, limits)
        assert "\n" not in str(raised.value)
        return str(raised.value)


@pytest.fixture
def extract(tmp_path: Path) -> Extract:
    return Extract(tmp_path)


def rows(connection: duckdb.DuckDBPyConnection, what: str = "patient_id, collected_on::varchar, analyte, value, unit"):
    return connection.execute(f"select {what} from labs order by all").fetchall()


def test_a_select_joins_files_and_names_the_row_that_each_of_its_rows_is_from(extract):
    extract.write("person.csv", "id,mrn\n1,P1\n").write(
        "Lab Results.tsv", "id\tday\tspep\tigg\n1\t2020-01-05\t3.1\tx\n1\t2020-02-05\t\t900\n"
    )
    read = extract.read(
        """
        with long as (
            select row_number() over () as source_row, id, day, unnest(['serum_m_protein', 'igg']) as analyte,
                unnest([spep, igg]) as value, unnest(['g/dL', 'mg/dL']) as unit
            from "Lab Results"
        )
        select source_row, mrn as patient_id, day as collected_on, analyte, value, unit
        from long join person using (id) where value is not null
        """
    )
    assert rows(read, "analyte, value, source_file, row_number") == [
        ("igg", 0.9, "labs.sql", 2),
        ("igg", None, "labs.sql · 2", 1),
        ("serum_m_protein", 3.1, "labs.sql", 1),
    ]
    assert read.execute('select source_file, row_number, "column", value, rule from quarantine').fetchall() == [
        ("labs.sql · 2", 1, "value", "x", "unreadable_number")
    ]
    assert [(of.source_file, of.rows_read, of.rows_accepted) for of in extract.ingested.files] == [
        ("patients.csv", 1, 1),
        ("labs.sql", 3, 3),
    ]
    assert extract.ingested.ignored_files == []


def test_the_rest_of_the_section_is_about_the_columns_of_the_select(extract):
    extract.write("x.csv", "a,b,c,d\nP1,05.01.2020,G,12\nP1,05.01.2020,Z,1\n")
    extract.write(
        "registry.toml",
        LABS + 'columns = {patient_id = "a", collected_on = "b", analyte = "c"}\nwhere = {c = "G"}\n'
        'date_format = "%d.%m.%Y"\ncodes.analyte = {G = "igg"}\ndefault_units = {igg = "g/L"}\n',
    )
    assert rows(extract.read("select a, b, c, d as value from x")) == [("P1", "2020-01-05", "igg", 1.2, "g/dL")]
    assert extract.ingested.files[1].rows_filtered == 1


def test_wide_columns_of_a_select_keep_the_row_of_the_source(extract):
    extract.write("x.csv", "a,b,c,d\nP1,2020-01-05,1,2\nP1,2020-02-05,3,\n")
    extract.write(
        "registry.toml",
        LABS + 'columns = {patient_id = "a", collected_on = "b"}\n[tables.labs.wide]\n'
        "c = {analyte = 'igg', unit = 'g/L'}\nd = {analyte = 'iga', unit = 'g/L'}\n",
    )
    assert rows(extract.read("select *, 40 as source_row from x"), "value, source_file, row_number") == [
        (0.1, "labs.sql · c", 40),
        (0.2, "labs.sql · d", 40),
        (0.3, "labs.sql · c · 2", 40),
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", "a,v\n007,1.50\n"),
        ("x.csv.gz", gzip.compress(b"a,v\n007,1.50\n", mtime=0)),
        ("x.tsv", "a\tv\n007\t1.50\n"),
        ("x.csv", "a\tv\n007\t1.50\n"),  # as Athena names its vocabularies
    ],
)
def test_nothing_is_guessed_of_text(extract, name, content):
    extract.write(name, content).write("patients.csv", PATIENTS.replace("P1", "007"))
    sql = "select a as patient_id, date '2020-01-05' as collected_on, v as analyte from x"
    assert rows(extract.read(sql), "patient_id, analyte") == [("007", "1.50")]


def test_a_japanese_file_and_one_with_another_delimiter_are_read_as_they_are_said_to_be(extract):
    extract.write("検査.txt", "表\nID;日\nP1;2020-01-05\n".encode("cp932"))
    extract.write(
        "registry.toml",
        LABS + '[files."検査.txt"]\nencoding = "shift_jis"\ndelimiter = ";"\nheader_row = 2\n',
    )
    sql = """select ID as patient_id, "日" as collected_on, 'igg' as analyte, 1 as value, 'g/L' as unit from "検査" """
    assert rows(extract.read(sql)) == [("P1", "2020-01-05", "igg", 0.1, "g/dL")]


def test_parquet_has_its_types_and_a_folder_is_one_view(extract):
    for number in (1, 2):
        (extract.folder / "m").mkdir(exist_ok=True)
        pl.DataFrame({"day": [f"2020-01-0{number}"], "v": [number * 1.5]}).with_columns(
            pl.col("day").str.to_date()
        ).write_parquet(extract.folder / "m" / f"{number}.parquet")
    sql = (
        "select 'P1' patient_id, day + interval 1 day as collected_on, 'igg' analyte, v * 2 as value, 'g/L' unit from m"
    )
    assert rows(extract.read(sql), "collected_on::varchar, value") == [("2020-01-02", 0.3), ("2020-01-03", 0.6)]


OBSERVATIONS = [
    {"id": "a", "code": {"coding": [{"code": "2465-3"}]}, "valueQuantity": {"value": 12.5, "unit": "g/L"}},
    {"id": "b", "code": {"text": "x"}, "component": [{"valueString": "y"}], "valueQuantity": {"value": 3}},
    {"id": 3, "note": None, "Id": "differs in case"},
]


def test_json_objects_of_any_shape_are_rows(extract):
    lines = [json.dumps(of) for of in OBSERVATIONS]
    extract.write("Observation.000.ndjson", "\n".join(lines[:2])).write("Observation.001.ndjson", lines[2] + "\n")
    sql = """
        select 'P1' as patient_id, '2020-01-05' as collected_on, 'igg' as analyte,
            valueQuantity.value as value, coalesce(json ->> '$.valueQuantity.unit', 'g/L') as unit,
            json ->> '$.absent[0].key' as absent
        from Observation where json ->> '$.code.coding[0].code' = '2465-3' or id = 'b'
    """
    assert rows(extract.read(sql), "value, unit") == [(0.3, "g/dL"), (1.25, "g/dL")]


def test_a_file_under_the_tables_own_name_may_be_what_its_select_reads(extract):
    extract.write("labs.csv", "id,day,igg\nP1,2020-01-05,12\n")
    sql = "select id as patient_id, day as collected_on, 'igg' as analyte, igg as value, 'g/L' as unit from labs"
    assert rows(extract.read(sql)) == [("P1", "2020-01-05", "igg", 1.2, "g/dL")]
    assert extract.ingested.ignored_files == []
    assert "given twice, as labs.csv" in extract.refusal(ONE)


def test_a_file_and_columns_that_may_be_absent_are_empty(extract):
    extract.write("x.csv", "id\nP1\n")
    extract.write("registry.toml", LABS + '[optional]\nEpisode = ["id", "day"]\nx = ["unit"]\n')
    sql = """
        select id as patient_id, coalesce(day, '2020-01-05') as collected_on, 'igg' as analyte, unit
        from X left join episode using (id)
    """
    assert rows(extract.read(sql)) == [("P1", "2020-01-05", "igg", None, None)]


def test_lines_that_do_not_fit_their_header_are_refused_with_their_own_file_and_number(extract):
    extract.write("x.csv", "a,b\nP1,2020-01-05\nP1,2,3\nP1,2020-01-06\n")
    read = extract.read("select a as patient_id, b as collected_on, 'x' as analyte from x")
    assert len(rows(read)) == 2
    assert read.execute("select source_file, row_number, rule from quarantine").fetchall() == [
        ("labs.sql · x.csv", 2, "ragged")
    ]
    assert extract.ingested.files[1].rows_read == 3


def test_each_such_line_counts_once_however_often_its_file_is_read(extract):
    extract.write("x/1.csv", "a,b\nP1,2020-01-05\nP1,2,3\n").write("x/2.csv", "B,A\n2020-01-06,P1\n1,2,3\n")
    extract.write("y.csv", "a\nP1\nP1,2\n")
    sql = """
        select x.a as patient_id, max(x.b) as collected_on, 'x' as analyte
        from x, y, "y.csv" as again where exists (from y limit 1) group by all
    """
    read = extract.read(sql)
    assert rows(read, "patient_id, collected_on::varchar") == [("P1", "2020-01-06")]
    assert read.execute("select source_file, row_number, rule from quarantine order by all").fetchall() == [
        ("labs.sql · x/1.csv", 2, "ragged"),
        ("labs.sql · x/2.csv", 2, "ragged"),
        ("labs.sql · y.csv", 2, "ragged"),
    ]
    assert extract.ingested.files[1].rows_read == 4


def test_a_date_of_the_select_is_a_date_whatever_the_form_of_the_texts(extract):
    extract.write("registry.toml", LABS + 'date_format = "%d.%m.%Y"\n')
    assert rows(extract.read(ONE), "collected_on::varchar") == [("2020-01-05",)]


def test_the_same_select_gives_the_same_numbers_in_batches(extract, monkeypatch):
    lines = "".join(f"P1,2020-01-{day:02},{day}\n" for day in range(1, 32))
    extract.write("x.csv", "a,b,c\n" + lines)
    sql = "select a as patient_id, b as collected_on, 'igg' as analyte, c as value, 'g/L' as unit, 1 source_row from x"
    once = rows(extract.read(sql), "value, source_file, row_number")
    monkeypatch.setattr("flows.intake.sources.source.BATCH_ROWS", 10)
    assert rows(extract.read(sql), "value, source_file, row_number") == once
    assert len({of[1] for of in once}) == 31


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select * from nowhere", "labs.sql: the extract has no file 'nowhere'; known are patients, x"),
        ("select * from xx", "the extract has no file 'xx'; did you mean x?"),
        ("select * from y", "say in [files] of registry.toml how 'y.txt' is written"),
        ("selec 1", "labs.sql: Parser Error: syntax error at or near"),
        ("select nope from x", 'labs.sql: Binder Error: Referenced column "nope" not found'),
        ("select 1; select 2", "labs.sql: must be one select"),
        ("copy x to 'y.csv'", "labs.sql: must be one select"),
        ("create table y as select * from x", "labs.sql: must be one select"),
        ("select * from read_text('/etc/passwd')", "a select reads the extract's files by their names"),
        ("select * from '/etc/passwd'", "the extract has no file '/etc/passwd'"),
        ("select * from x, read_csv('patients.csv')", "a select reads the extract's files by their names"),
        ("select getenv('HOME')", "labs.sql: "),
        ("select a::integer as patient_id, '2020-01-01' as collected_on, 'i' as analyte from x", "use try_cast"),
        (
            f"{ONE}, interval 1 day as comparator",
            "comparator is of the type INTERVAL, which has no plain text; cast it",
        ),
        (f"{ONE}, 'x' as source_row", "source_row must be a whole number in each row"),
        (f"{ONE}, null::bigint as source_row", "source_row must be a whole number in each row"),
        (f"{ONE}, 1.5 as source_row", "source_row must be a whole number in each row"),
    ],
)
def test_a_select_that_can_not_be_used_is_one_line_that_names_it(extract, sql, said):
    extract.write("x.csv", "a,b\nSECRET,1\n").write("y.txt", "a\n")
    refusal = extract.refusal(sql)
    assert said in refusal
    assert refusal.startswith("labs.sql: ")
    assert "SECRET" not in refusal
    with pytest.raises(RegistryError):
        extract.read(sql)


def test_a_required_column_that_the_select_does_not_give_is_one_line(extract):
    assert "labs.sql: required column missing: collected_on, analyte" in extract.refusal("select 'P1' as patient_id")


def test_a_name_of_two_files_has_to_be_written_whole(extract):
    extract.write("x.csv", "a\nP1\n").write("x.tsv", "a\nP1\n")
    assert "'x' may be 'x.csv' and 'x.tsv'; write the one that is meant in double quotes" in extract.refusal(
        "select * from x"
    )
    sql = """select a as patient_id, '2020-01-05' as collected_on, 'igg' as analyte from "x.tsv" """
    assert len(rows(extract.read(sql))) == 1


def test_a_broken_file_that_a_select_reads_is_named(extract):
    extract.write("x.csv.gz", b"not gzip").write("y.parquet", b"not parquet").write("z.ndjson", '{"a":1}\n{"b\n')
    assert "labs.sql: x.csv.gz: can't be read as gzipped CSV" in extract.refusal("select * from x")
    assert "labs.sql: " in extract.refusal("select * from y")
    assert "can't be read as JSON" in extract.refusal("select * from z")


@pytest.mark.parametrize(
    ("limits", "sql", "said"),
    [
        (
            Limits(sql_seconds=0.3),
            "select count(*) from range(1000000) a, range(1000000) b, range(100000) c",
            "seconds",
        ),
        (Limits(sql_mib=20), "select list(i) from range(100000000) t(i)", "MiB of memory"),
    ],
)
def test_a_select_that_takes_too_much_ends_in_one_line(extract, limits, sql, said):
    refusal = extract.refusal(f"{ONE}, ({sql})::varchar as comparator", limits)
    assert said in refusal
    assert "of [limits]" in refusal


@pytest.mark.parametrize(
    ("registry", "said"),
    [
        ("sql = 3", "tables.labs.sql: must be the name of a file beside registry.toml"),
        ('sql = "../labs.sql"', "tables.labs.sql: must be a name that ends in .sql, without a folder"),
        ('sql = "none.sql"', "tables.labs.sql: none.sql can't be read (No such file or directory)"),
        ('sql = "latin.sql"', "latin.sql is not UTF-8; save it as UTF-8"),
        ('sql = "labs.sql"\nfile = "patients.csv"', "tables.labs: file and sql are each a place of its rows; keep one"),
        ('sql = "empty.sql"', "tables.labs.sql: empty.sql is empty; write one select"),
        ('sql = "labs.sql"\nencoding = "utf-8"', "tables.labs.encoding: is of a file, and the section reads"),
        ('sql = "labs.sql"\n[files]\n"no.csv" = {}', "files.no.csv: the extract has no 'no.csv'"),
        ('sql = "labs.sql"\n[files]\n"patients.csv" = 1', "files.patients.csv: must say how the file is written"),
        ('sql = "labs.sql"\n[files."patients.csv"]\ndelim = 1', "files.patients.csv.unknown key 'delim'"),
        ('sql = "labs.sql"\n[optional]\nx = []', "optional.x: must be columns that the file may lack"),
        ('sql = "labs.sql"\n[optional]\nx = ["a", "A"]', "optional.x: must be columns that the file may lack"),
        ('[files."patients.csv"]\nlabels = false', "files is about files that a select reads, and no section has sql"),
    ],
)
def test_keys_of_selects_that_can_not_be_used_are_one_line(extract, registry, said):
    extract.write("labs.sql", ONE).write("empty.sql", " ").write("latin.sql", "select 'é'".encode("latin-1"))
    extract.write("registry.toml", f"[tables.labs]\n{registry}\n")
    assert said in extract.refusal()


@pytest.mark.parametrize(
    ("whole", "said"),
    [
        ("required = 'x'", "required must be names of files, such as ['person'], found 'x'"),
        ("required = ['y']\noptional.x = ['a']", "required: 'y' has no columns in [optional], so it has to be there"),
        ("required = ['nope']\noptional.nope = ['patient_id']", "the extract has no file 'nope'"),
    ],
)
def test_what_has_to_be_there_though_its_columns_may_be_absent_is_checked(extract, whole, said):
    extract.write("labs.sql", "select patient_id from nope").write("registry.toml", f"{whole}\n{LABS}")
    assert said in extract.refusal()


def test_how_a_file_is_written_may_be_said_of_one_that_may_be_absent(extract):
    extract.write("registry.toml", f'files."x.txt" = {{delimiter = ";"}}\noptional.x = ["id", "day"]\n{LABS}')
    sql = "select id as patient_id, day as collected_on, 'igg' as analyte from x"
    assert rows(extract.read(sql)) == []
    extract.write("x.txt", "id;day\nP1;2020-01-05\n")
    assert rows(extract.read(sql)) == [("P1", "2020-01-05", "igg", None, None)]


def test_the_patients_can_come_from_a_select_and_a_profile_lies_elsewhere(tmp_path):
    extract, profile = tmp_path / "extract", tmp_path / "profile"
    for folder in (extract, profile):
        folder.mkdir()
    (extract / "person.csv").write_text("id\nP1\n", encoding="utf-8")
    (profile / "patients.sql").write_text(
        "select id as patient_id, '2020-01-01' as diagnosis_date, 'alive' as vital_status, "
        "'2024-01-01' as last_contact_date from person",
        encoding="utf-8",
    )
    (profile / "registry.toml").write_text('[tables.patients]\nsql = "patients.sql"\n', encoding="utf-8")
    connection = duckdb.connect()
    ingest(extract, connection, load_registry(profile / "registry.toml", extract))
    assert connection.execute("select patient_id, source_file from patients").fetchall() == [("P1", "patients.sql")]


def test_the_content_of_a_select_is_that_of_the_files_that_it_reads(extract):
    extract.write("x.csv", "a\nP1\n").write("y.csv", "a\nP1\n")
    extract.write("labs.sql", "select a as patient_id, '2020-01-05' as collected_on, 'igg' as analyte from x")

    def content() -> str:
        found = survey(extract.folder, load_registry(None, extract.folder))
        return contents_of(found.files, Limits())["labs.sql"]

    first = content()
    extract.write("y.csv", "a\nP2\n")
    assert content() == first
    extract.write("x.csv", "a\nP1\nP1\n")
    second = content()
    assert second != first
    extract.write("labs.sql", "select a as patient_id, '2020-01-06' as collected_on, 'igg' as analyte from x")
    assert content() not in (first, second)


def test_an_error_of_a_cell_quotes_none_whatever_it_holds(extract):
    extract.write("x.csv", "a\nO'SECRET'(SECRET\n")
    said = extract.refusal("select a as patient_id, a::date as collected_on, 'igg' as analyte from x")
    assert said == "labs.sql: ends in a Conversion Error of DuckDB (use try_cast where a cell may be no such value)"


def test_check_prints_nothing_of_a_patient_for_a_select_that_fails_on_a_cell(extract):
    extract.write("x.csv", "a\nSECRET\n").write(
        "labs.sql", "select a as patient_id, '2020-01-05' as collected_on, a::int::varchar as analyte from x"
    )
    done = CliRunner().invoke(main, ["check", str(extract.folder)])
    assert done.exit_code == 2
    assert "SECRET" not in done.output
    assert "labs.sql" in done.output
    assert not isinstance(done.exception, ExtractError)
