"""What a research query can't do: reach anything but the store, change a setting, or take more time or memory than
it may.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.query import QueryFailed, query
from tests.sql.query_store import write_store

BIN = Path(sys.executable).parent
# Over in no time, unless nothing stops them.
ENDLESS = "select count(*) from patients a" + ", range(1000000) t{}" * 6
HOG = "select list(i) from range(10000000000) t(i)"
UNINTERRUPTIBLE = "select max(length(list_sort(range(2000000000))::varchar)) from patients"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_store(tmp_path_factory.mktemp("sandbox") / "store", patients="patient_id\nPATIENT-A\nPATIENT-B")


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("elsewhere") / "secret.csv"
    path.write_text("word\nSWORDFISH\n", encoding="utf-8")
    return path


def failure(store: Path, folder: Path, sql: str, **limits: float) -> str:
    path = folder / "own.sql"
    path.write_text(sql, encoding="utf-8")
    with pytest.raises((QueryFailed, ValueError)) as raised:
        query(str(path), store, **limits)
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('{secret}')",
        "select * from read_csv('{secret}')",
        "select * from read_blob('{secret}')",
        "select * from sniff_csv('{secret}')",
        "select * from '{secret}'",
        "select * from glob('{secret}')",
        "from query('select * from read_text(''{secret}'')')",
        "from json_execute_serialized_sql(json_serialize_sql('select * from read_text(''{secret}'')'))",
        "copy patients to '{secret}.out'",
        "copy (select * from patients) to '{secret}.out' (format parquet)",
        "export database '{secret}.out'",
        "attach '{secret}.out' as other",
        "attach ':memory:' as other",
        "install httpfs",
        "load httpfs",
        "load json",
        "set memory_limit = '99GB'",
        "reset memory_limit",
        "set variable a = 1",
        "pragma threads = 64",
        "pragma enable_profiling",
        "create temp table mine as select 1",
        "create secret (type s3)",
        "checkpoint",
        "call pragma_version()",
        "explain analyze select 1",
        "begin",
        "delete from patients",
        "select 1; copy patients to '{secret}.out'",
    ],
)
def test_a_query_reaches_no_file_database_extension_or_setting(
    sql: str, store: Path, secret: Path, tmp_path: Path
) -> None:
    before = (store / "registry.duckdb").read_bytes()
    assert "SWORDFISH" not in failure(store, tmp_path, sql.format(secret=secret))
    assert [path.name for path in secret.parent.iterdir()] == [secret.name]
    assert (store / "registry.duckdb").read_bytes() == before


def test_a_cross_join_of_everything_is_interrupted(store: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    assert "own: stopped after 0.5 seconds; " in failure(store, tmp_path, ENDLESS.format(*range(6)), time_limit_s=0.5)
    assert time.monotonic() - began < 5


def command(store: Path, folder: Path, sql: str, *limits: str) -> subprocess.CompletedProcess[str]:
    path = folder / "own.sql"
    path.write_text(sql, encoding="utf-8")
    return subprocess.run(
        [BIN / "mspike", "query", path, "--store", store, *limits],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.servers
@pytest.mark.parametrize(
    ("sql", "says"),
    [
        (HOG, "needs more than 64 MiB of memory"),
        ("select * from range(10000000000)", "its answer needs more than 64 MiB of memory"),
        (UNINTERRUPTIBLE, "needs more than 64 MiB of memory"),
    ],
    ids=["a list of everything", "an endless answer", "one call that DuckDB neither counts nor interrupts"],
)
def test_a_query_that_hogs_memory_ends_with_one_line(sql: str, says: str, store: Path, tmp_path: Path) -> None:
    done = command(store, tmp_path, sql, "--memory-limit", "64", "--time-limit", "30")
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"mspike: own: {says}; ask for less, or allow more with --memory-limit MIB")


def test_what_fits_the_limits_is_answered(store: Path, tmp_path: Path) -> None:
    done = command(store, tmp_path, "select count(*) as n from patients", "--format", "csv", "--time-limit", "20")
    assert (done.returncode, done.stdout) == (0, "n\n2\n")
