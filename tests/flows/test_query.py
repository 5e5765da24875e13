"""`mspike query`: read-only, parameters bound, errors of one line, and where the result is from."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from flows.database import connect
from flows.query import QueryError, QueryFailed, query, query_names
from flows.query.file import read_query
from flows.query.questions import QUERIES
from tests.sql.query_store import write_store

SURVIVAL = """
    endpoint | origin     | line | stratum_by | stratum | n  | median_months
    PFS      | line_start | 1    | overall    | all     | 9  | 41.25
    PFS      | line_start | 2    | overall    | all     | 6  |
"""
HEADER = """\
-- title: Own question
-- question: How many lines
--   have this number?
-- grain: one row
-- access: aggregate
-- parameters:
--   line integer required: number of the line
--   since date = 2020-01-01: first day of it,
--     or later
--   site text = null: of this site
-- caveats: none
-- columns:
--   lines: how many
"""
SELECT = """\
select count(*) as lines from lines
where line = $line and start_date >= $since and ($site is null or patient_id = $site)
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_store(
        tmp_path_factory.mktemp("query") / "store",
        survival=SURVIVAL,
        patients="patient_id\nPATIENT-A\nPATIENT-B",
        lines="""
            patient_id | line | start_date
            PATIENT-A  | 1    | 2020-01-01
            PATIENT-A  | 2    | 2021-01-01
            PATIENT-B  | 1    | 2019-06-01
        """,
    )


def ask(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["query", *map(str, arguments)], catch_exceptions=False)


def own(folder: Path, text: str) -> Path:
    path = folder / "own.sql"
    path.write_text(text, encoding="utf-8")
    return path


def refused(result: Result, status: int) -> str:
    """The one line that an error is."""
    assert result.exit_code == status, result.output
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    assert line.startswith("mspike: ")
    return line


def test_the_list_has_a_line_for_each_query() -> None:
    lines = ask("--list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == query_names()
    assert "PFS and OS by stage" in ask("--list").stdout


def test_the_list_waits_for_no_heavy_import() -> None:
    code = (
        "import sys; from flows.query.questions import list_lines; assert list(list_lines()); "
        "sys.exit(any(name in sys.modules for name in ('polars', 'duckdb', 'pandas', 'lifelines')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_describe_shows_the_header() -> None:
    shown = ask("mrd_negativity_by_month", "--describe").stdout
    assert "question: How many are tested for MRD" in shown
    assert "  category marrow|flow|sequencing|imaging = marrow: which MRD" in shown
    assert "  in_line: patients alive" in shown


def test_a_table_ends_with_where_it_is_from(store: Path) -> None:
    lines = ask("pfs_os_by_stage", "--store", store).stdout.splitlines()
    assert lines[0].startswith("endpoint  origin      line  stage")
    assert len(lines[2].split()) == len(["PFS", "line_start", 1, "all", 9, 41.25])
    assert lines[-1] == (
        f"1 rows; store {store}, edition jsh2023, run of 2024-01-01, query pfs_os_by_stage (line=1, stage=iss)"
    )


def test_every_format_says_the_same_and_its_origin_apart(store: Path, tmp_path: Path) -> None:
    asked = ("pfs_os_by_stage", "--store", store, "--param", "line=2")
    frame = query("pfs_os_by_stage", store, line=2)
    as_csv, as_json = ask(*asked, "--format", "csv"), ask(*asked, "--format", "json")
    parquet = ask(*asked, "--format", "parquet", "--output", tmp_path / "out.parquet")
    assert pl.read_csv(io.StringIO(as_csv.stdout)).select("stage", "n").rows() == [("all", 6)]
    assert json.loads(as_json.stdout) == frame.to_dicts()
    assert pl.read_parquet(tmp_path / "out.parquet").equals(frame)
    for result in (as_csv, as_json, parquet):
        assert result.stderr.startswith("1 rows; store ")
        assert "query pfs_os_by_stage (line=2, stage=iss)" in result.stderr
    assert parquet.stdout == ""


def test_lists_dates_and_sums_fit_every_format(store: Path, tmp_path: Path) -> None:
    path = own(
        tmp_path, "select sum(line) as s, [1, 2] as l, date '2020-02-03' as d, {'a': 1} as o, true as b from lines"
    )
    assert ask(path, "--store", store, "--format", "csv").stdout == 's,l,d,o,b\n4,1;2,2020-02-03,"{""a"":1}",true\n'
    [row] = json.loads(ask(path, "--store", store, "--format", "json").stdout)
    assert row == {"s": 4, "l": [1, 2], "d": "2020-02-03", "o": {"a": 1}, "b": True}
    assert ask(path, "--store", store).stdout.splitlines()[2].split()[:3] == ["4", "1;2", "2020-02-03"]


def test_an_internal_query_says_so(store: Path) -> None:
    assert ask("car_t_eligible", "--store", store).stdout.splitlines()[-1].endswith("; internal: rows of patients")


def test_a_researchers_own_file_may_go_without_a_header(store: Path, tmp_path: Path) -> None:
    path = own(tmp_path, "-- lines that began since\nselect count(*) as n from lines where start_date >= $since;\n")
    assert query(str(path), store, since="2020-01-01").rows() == [(2,)]
    assert query(str(path), store, since=date(2020, 1, 2)).rows() == [(1,)]
    result = ask(path, "--store", store, "--param", "since=2019-01-01", "--format", "csv")
    assert result.stdout == "n\n3\n"
    assert "query own (since=2019-01-01)" in result.stderr
    assert "without a value" in refused(ask(path, "--store", store), 2)
    assert "'other'" in refused(ask(path, "--store", store, "--param", "since=x", "--param", "other=1"), 2)


def test_with_a_header_its_parameters_are_typed(store: Path, tmp_path: Path) -> None:
    path = own(tmp_path, HEADER + SELECT)
    assert query(str(path), store, line=1).rows() == [(1,)]
    assert query(str(path), store, line="1", since="2019-01-01").rows() == [(2,)]
    assert query(str(path), store, line=1, since=date(2019, 1, 1), site="PATIENT-B").rows() == [(1,)]
    header = read_query(path).header
    assert header is not None
    assert header.question == "How many lines have this number?"
    assert str(header.parameters["since"]) == "since date = 2020-01-01: first day of it, or later"


def test_a_value_is_bound_and_never_read_as_sql(store: Path, tmp_path: Path) -> None:
    path = own(tmp_path, HEADER + SELECT)
    assert query(str(path), store, line=1, since="2019-01-01", site="x' or '1'='1").rows() == [(0,)]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"line": "one"}, "parameter line is a whole number, not 'one'"),
        ({"line": 1.5}, "parameter line is a whole number, not 1.5"),
        ({"line": True}, "parameter line is a whole number, not True"),
        ({"line": None}, "parameter line is a whole number, not None"),
        ({"line": 1, "since": "May"}, "parameter since is a date (2024-01-31), not 'May'"),
        ({"since": "2020-01-01"}, "own needs a value of line; give it with --param NAME=VALUE"),
        ({"line": 1, "lines": 2}, "own has no parameter 'lines'; it has: line, since, site"),
    ],
)
def test_a_wrong_parameter_is_named(given: dict[str, Any], says: str, store: Path, tmp_path: Path) -> None:
    with pytest.raises(QueryError) as error:
        query(str(own(tmp_path, HEADER + SELECT)), store, **given)
    assert str(error.value) == says


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["pfs_os_by_stages"], "no query 'pfs_os_by_stages'; did you mean pfs_os_by_stage"),
        (["zzzz"], "`mspike query --list` names them"),
        (["none.sql"], "no such file"),
        ([], "name a query"),
        (["stage_table", "--param", "site"], "is not NAME=VALUE"),
        (["stage_table", "--param", "site=a", "--param", "site=b"], "comes twice"),
        (["stage_table", "--format", "parquet"], "--output"),
        (["mrd_negativity_by_month", "--param", "category=blood"], "marrow or flow or sequencing or imaging"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(arguments: list[str], says: str, store: Path) -> None:
    assert says in refused(ask(*arguments, "--store", store), 2)


def test_a_store_must_be_named_and_there(tmp_path: Path) -> None:
    assert "--store" in refused(ask("stage_table"), 2)
    assert "mspike run" in refused(ask("stage_table", "--store", tmp_path), 1)
    (tmp_path / "registry.duckdb").write_text("not a database")
    refused(ask("stage_table", "--store", tmp_path), 1)


def test_a_store_of_another_version_is_reported(tmp_path: Path) -> None:
    older = write_store(tmp_path / "older")
    with connect(older / "registry.duckdb") as connection:
        connection.execute("drop table mrd_status")
    assert "make it again with mspike run" in refused(ask("sustained_mrd", "--store", older), 1)


def test_a_database_that_the_caller_has_open_otherwise_is_one_line(tmp_path: Path) -> None:
    opened = write_store(tmp_path / "opened")
    with connect(opened / "registry.duckdb", read_only=True):
        assert "different configuration" in refused(ask("stage_table", "--store", opened), 1)


@pytest.mark.parametrize(
    ("sql", "status", "says"),
    [
        ("selct 1", 1, 'syntax error at or near "selct"'),
        ("select nothing from lines", 1, "nothing"),
        ("select * from line", 1, 'Did you mean "lines"?'),
        ("select 1; select 2", 2, "one select"),
        ("-- nothing", 2, "one select"),
        ("delete from lines", 2, "one select"),
        ("create table mine as select 1", 2, "one select"),
        ("copy lines to 'lines.csv'", 2, "one select"),
        ("attach 'other.duckdb'", 2, "one select"),
        ("set threads = 1", 2, "one select"),
        ("select * from read_csv('run.json')", 1, "disabled by configuration"),
        ("select * from 'run.json'", 1, ""),
        ("select * from glob('*')", 1, "disabled by configuration"),
        ("select interval 1 day", 1, "cast it"),
    ],
)
def test_a_query_only_reads_the_store(sql: str, status: int, says: str, store: Path, tmp_path: Path) -> None:
    before = (store / "registry.duckdb").read_bytes()
    assert says in refused(ask(own(tmp_path, sql), "--store", store), status)
    assert (store / "registry.duckdb").read_bytes() == before


def test_frames_of_the_caller_are_out_of_reach(store: Path, tmp_path: Path) -> None:
    mine = pl.DataFrame({"a": [1]})
    with pytest.raises(QueryFailed, match="mine"):
        query(str(own(tmp_path, f"select * from mine -- {mine.height}")), store)


def test_an_error_quotes_no_value_of_the_data(store: Path, tmp_path: Path) -> None:
    line = refused(ask(own(tmp_path, "select patient_id::integer from lines"), "--store", store), 1)
    assert "PATIENT" not in line
    assert "Could not convert" in line


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("-- grain: one row\n", "", "own.sql: the header needs the fields title, question, grain"),
        ("-- access: aggregate", "-- access: everyone", "access is aggregate or internal, not 'everyone'"),
        ("-- title: Own question", "-- title:", "title says nothing"),
        ("-- caveats: none", "-- caveats:", "caveats lists nothing; say none"),
        ("-- columns:\n--   lines: how many", "-- columns: none", "column 'none' is not `NAME: DESCRIPTION`"),
        ("lines: how many", "lines, how many", "is not `NAME: DESCRIPTION`"),
        ("line integer required", "line integer", "is not `NAME TYPE = DEFAULT: DESCRIPTION`"),
        ("line integer required", "line int required", "parameter line has the type 'int'; types are integer"),
        ("line integer required", "store integer required", "can't be called store"),
        ("= 2020-01-01", "= yesterday", "parameter since is a date (2024-01-31), not 'yesterday'"),
        ("site text = null", "line text = null", "parameter line is described twice"),
        ("-- caveats: none", "-- caveat: none", "line 11: neither a field of the header"),
        ("-- caveats: none", "-- title: Again", "line 11: title comes twice"),
    ],
)
def test_a_malformed_header_is_refused_and_says_what_to_write(
    was: str, becomes: str, says: str, store: Path, tmp_path: Path
) -> None:
    assert was in HEADER
    line = refused(ask(own(tmp_path, HEADER.replace(was, becomes) + SELECT), "--store", store), 2)
    assert line.startswith("mspike: own.sql: ")
    assert says in line


def test_every_query_of_ours_has_a_header_and_binds_each_parameter() -> None:
    for name in query_names():
        asked = read_query(QUERIES / f"{name}.sql")
        assert asked.header is not None
        assert all(f"${parameter}" in asked.text for parameter in asked.header.parameters)
        assert set(asked.bound({})) == set(asked.header.parameters)
