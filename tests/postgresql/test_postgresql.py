"""A real PostgreSQL: its types, one snapshot of all tables, a million rows, and each way in which it can refuse."""

from __future__ import annotations

import os
import pwd
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from adbc_driver_postgresql import dbapi
from click.testing import CliRunner

from flows.cli import main
from flows.endings import MspikeError
from flows.intake import ingest as ingesting
from flows.intake.ingest import Ingested, ingest
from flows.intake.reading import SourceFile
from flows.intake.registry import load_registry

POSTGRES = shutil.which("postgres") or next(
    (str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))), None
)
PASSWORD = "SWORDFISH"
PATIENTS = '[tables.patients]\ntable = "registry.patients"\n'
LABS = '[tables.labs]\ntable = "registry.labs"\n'

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.skipif(POSTGRES is None, reason="needs PostgreSQL (make check-postgresql)"),
]

TABLES = """
create schema registry;
create table registry.patients as
    select i::bigint as patient_id, date '2020-01-01' as diagnosis_date, 'alive' as vital_status,
        timestamp '2024-01-01 00:00' as last_contact_date, case when i = 1 then date 'infinity' end as death_date,
        true as m_protein_in_beta
    from generate_series(1, 1000) i;
create table registry.labs as
    select i % 1000 + 1 as patient_id, date '2020-01-01' + i / 1000 as collected_on, 'igg' as analyte,
        (i % 977) / 10.0 as value, 'g/L' as unit, array[1] as ignored, '{}'::jsonb as also
    from generate_series(0, 999999) i;
create table registry.texts as select 1 as patient_id, 'SECRET' as cell;
create role reader login password 'SWORDFISH';
grant usage on schema registry to reader;
grant select on registry.patients, registry.labs to reader;
"""


@dataclass(frozen=True)
class Server:
    """A server on a socket in a folder of its own, with one owner who needs no password and a reader who does."""

    folder: Path
    process: subprocess.Popen[bytes]

    def uri(self, user: str = "owner", database: str = "postgres") -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def do(self, statement: str) -> None:
        with dbapi.connect(self.uri(), autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="mspike-postgresql-"))
    user = {}
    if os.getuid() == 0:  # which the server refuses to run as
        name = next(name for name in ("postgres", "nobody") if name in {entry.pw_name for entry in pwd.getpwall()})
        entry = pwd.getpwnam(name)
        user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    assert POSTGRES
    data, initdb = folder / "data", Path(POSTGRES).resolve().parent / "initdb"
    subprocess.run(
        [initdb, "-D", data, "-U", "owner", "-A", "trust", "--no-sync"],
        check=True,
        capture_output=True,
        cwd="/",
        **user,
    )
    (data / "pg_hba.conf").write_text("local all owner trust\nlocal all all scram-sha-256\n", encoding="utf-8")
    command = [POSTGRES, "-D", data, "-k", folder, "-h", "", "-c", "fsync=off"]
    process = subprocess.Popen(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user)
    try:
        found = Server(folder, process)
        _wait_for(found)
        for statement in filter(str.strip, TABLES.split(";")):
            found.do(statement)
        yield found
    finally:
        process.send_signal(signal.SIGINT)  # fast shutdown
        process.wait(30)
        shutil.rmtree(folder)


def _wait_for(server: Server) -> None:
    for _ in range(100):
        try:
            server.do("select 1")
        except dbapi.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("PostgreSQL does not answer")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("MSPIKE_SOURCE", raising=False)
    return tmp_path


def read(folder: Path, registry: str, uri: str) -> tuple[duckdb.DuckDBPyConnection, Ingested]:
    (folder / "registry.toml").write_text(f'[source]\nuri = "{uri}"\n{registry}', encoding="utf-8")
    connection = duckdb.connect(str(folder / "read.db"))
    return connection, ingest(folder, connection, load_registry(None, folder))


def refusal(folder: Path, registry: str, uri: str, status: int) -> str:
    with pytest.raises(MspikeError) as raised:
        read(folder, registry, uri)
    said = str(raised.value)
    assert "\n" not in said
    assert raised.value.status == status
    assert PASSWORD not in said
    assert "SECRET" not in said
    return said


def test_a_million_rows_are_read_in_bounded_memory_with_their_types(server, folder):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    connection, ingested = read(folder, PATIENTS + LABS, server.uri())
    counts = {of.source_file: (of.rows_read, of.rows_accepted) for of in ingested.files}
    assert counts == {"registry.patients": (1000, 1000), "registry.labs": (1_000_000, 1_000_000)}
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 1024
    assert connection.execute("select sum(value) from labs").fetchall()[0][0] == pytest.approx(
        sum((i % 977) / 100 for i in range(1_000_000))
    )
    assert connection.execute(
        "select last_contact_date::varchar, death_date, m_protein_in_beta from patients where patient_id = '1'"
    ).fetchall() == [("2024-01-01", None, True)]
    connection.close()


def test_all_tables_are_those_of_one_moment(server, folder, monkeypatch):
    """A patient and a laboratory row are added when the patients have been read."""
    server.do("create table registry.few as select * from registry.labs limit 5")
    own = ingesting._read

    def meanwhile(connection: duckdb.DuckDBPyConnection, file: SourceFile, *rest: object) -> tuple[int, int]:
        found = own(connection, file, *rest)
        if file.table == "patients":
            server.do("insert into registry.few select * from registry.labs limit 7")
        return found

    monkeypatch.setattr(ingesting, "_read", meanwhile)
    registry = PATIENTS + '[tables.labs]\nselect = "select * from registry.few"\n'
    _, ingested = read(folder, registry, server.uri())
    assert ingested.files[1].rows_read == 5
    server.do("drop table registry.few")


def test_nothing_can_be_written(server, folder):
    for select in ("delete from registry.texts returning *", "select set_config('x.y', 'z', false), 1; drop table x"):
        refusal(folder, f'[tables.patients]\nselect = "{select}"\n', server.uri(), 2)
    server.do("create function registry.empty() returns int language sql as 'delete from registry.texts returning 1'")
    said = refusal(folder, '[tables.patients]\nselect = "select registry.empty() as patient_id"\n', server.uri(), 1)
    assert "required column missing" in said or "can't be read" in said
    with dbapi.connect(server.uri()) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from registry.texts")
        assert cursor.fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("registry", "status", "said"),
    [
        ('[tables.patients]\ntable = "registry.nowhere"\n', 2, 'relation "registry.nowhere" does not exist'),
        ('[tables.patients]\nselect = "select nope from registry.patients"\n', 2, 'column "nope" does not exist'),
        (PATIENTS + 'columns = {sex = "nope"}\n', 2, "registry.patients has no column 'nope'"),
        ('[tables.patients]\nselect = "selec"\n', 2, "select of patients: syntax error at or near"),
        (
            PATIENTS + "[tables.labs]\nselect = \"select cell::int as patient_id, date '2020-01-01' as collected_on, "
            "'x' as analyte from registry.texts\"\n",
            1,
            "select of labs: the select ends in an error of the database, as a cast does on a cell",
        ),
    ],
)
def test_what_the_database_does_not_have_is_one_line(server, folder, registry, status, said):
    assert said in refusal(folder, registry, server.uri(), status)


def test_a_login_that_is_refused_is_one_line_and_one_with_a_password_of_the_environment_reads(
    server, folder, monkeypatch
):
    assert "the database refuses the login; check the user" in refusal(folder, PATIENTS, server.uri("reader"), 1)
    assert "the server has no such database" in refusal(folder, PATIENTS, server.uri(database="nowhere"), 1)
    monkeypatch.setenv("MSPIKE_SOURCE", server.uri(f"reader:{PASSWORD}"))
    _, ingested = read(folder, PATIENTS, "postgresql://elsewhere/x")
    assert ingested.files[0].rows_accepted == 1000
    denied = '[tables.patients]\ntable = "registry.texts"\n'
    assert "reading it is not permitted in the database" in refusal(folder, denied, "postgresql://elsewhere/x", 1)
    monkeypatch.setenv("MSPIKE_SOURCE", server.uri("reader:wrong"))
    assert "the database refuses the login" in refusal(folder, PATIENTS, "postgresql://elsewhere/x", 1)


def test_a_connection_that_is_lost_ends_in_one_line(server, folder, monkeypatch):
    own, calls = ingesting._take, []

    def cut(*given: object) -> int:
        calls.append(1)
        if len(calls) == 2:  # the first batch of laboratory rows has come
            server.do(
                "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
                " and usename = 'owner'"
            )
        return own(*given)

    monkeypatch.setattr(ingesting, "_take", cut)
    said = refusal(folder, PATIENTS + LABS, server.uri(), 1)
    assert said.startswith("registry.labs: the database ended the connection")
    assert len(calls) < 10


def test_a_run_keeps_no_password_anywhere(server, folder, monkeypatch):
    monkeypatch.setenv("MSPIKE_SOURCE", server.uri(f"reader:{PASSWORD}"))
    extract, store = folder / "extract", folder / "store"
    extract.mkdir()
    some = '[tables.labs]\nselect = "select * from registry.labs where patient_id < 20 and value > 90"\n'
    (extract / "registry.toml").write_text(PATIENTS + some, encoding="utf-8")
    for _ in range(2):
        done = CliRunner().invoke(main, ["run", "--input", str(extract), "--output", str(store)])
        assert done.exit_code == 0, done.output
        assert PASSWORD not in done.output
    for path in store.rglob("*"):
        assert path.is_dir() or PASSWORD.encode() not in path.read_bytes(), path
