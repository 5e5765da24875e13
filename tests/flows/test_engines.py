"""Every engine leads to the same store, whatever becomes of a worker: real workers, on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from flows import steps
from flows.cli import main
from flows.database import connect, transaction
from flows.engines import cluster
from flows.engines.all_shards import derive_all
from flows.engines.engine import EMBEDDED, Engine, EngineError, EngineUsageError, choose_engine
from flows.engines.scratch import take_results, write_shares
from flows.engines.shard import ShardError, code_version, derive_shard
from flows.engines.work import Work
from flows.job import Job
from flows.schema import exported, filled_by, tables
from tests.extracts import write_extract

BIN = Path(sys.executable).parent
SAMPLE = Path(__file__).parents[2] / "data_samples" / "registry"
ROWS_PER_SHARD = 50_000  # of some 78,000 of the sample: 5 shards or more for workers


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ingested")
    job = Job(SAMPLE, folder, folder=folder)
    steps.ingest(job)
    steps.find_changes(job)
    return folder / "registry.duckdb"


def _derive(ingested: Path, folder: Path, engine: Engine) -> Job:
    folder.mkdir()
    (folder / "registry.duckdb").write_bytes(ingested.read_bytes())
    job = Job(SAMPLE, folder, folder=folder, engine=engine)
    with pytest.MonkeyPatch.context() as small:
        small.setattr(steps, "LAB_ROWS_PER_SHARD", ROWS_PER_SHARD)
        shards = steps.derive(job)["shards"]
    assert engine.is_embedded or shards >= 4
    assert [path.name for path in folder.iterdir()] == ["registry.duckdb"]  # nothing of the scratch folder stays
    return job


def _exports(job: Job) -> dict[str, bytes]:
    """The derived tables as the job exports them, and those that are not exported in the order of their keys."""
    steps.export(job)
    derived = {name: job.folder / "exports" / f"{name}.parquet" for name in filled_by("derive")}
    with connect(job.database, read_only=True) as connection:
        for name in derived.keys() - set(exported()):
            rows = f"select * from {name} order by {tables()[name].order}"
            connection.execute(f"copy ({rows}) to '{derived[name]}' (format parquet)")
    return {name: path.read_bytes() for name, path in derived.items()}


@pytest.fixture(scope="module")
def expected(ingested: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return _exports(_derive(ingested, tmp_path_factory.mktemp("embedded") / "build", EMBEDDED))


def _written(ingested: Path, folder: Path, shards: int) -> tuple[Any, Work, dict[str, int]]:
    """A database with its shares in the folder, ready for workers."""
    folder.mkdir()
    (folder / "registry.duckdb").write_bytes(ingested.read_bytes())
    connection = connect(folder / "registry.duckdb")
    work = Work(shards, "jsh2023")
    return connection, work, write_shares(connection, work, folder)


def test_a_shard_done_twice_counts_once_and_one_not_done_stops_the_run(ingested: Path, tmp_path: Path) -> None:
    connection, work, shares = _written(ingested, tmp_path / "scratch", 2)
    with connection:
        derive_shard(str(tmp_path / "scratch"), 0, work, code_version())
        with pytest.raises(EngineError, match="1 of 2 shards have no result"):
            take_results(connection, work, tmp_path / "scratch", shares)
        for shard in (1, 0, 1):
            derive_shard(str(tmp_path / "scratch"), shard, work, code_version())
        patients = connection.table("patients").shape[0]
        assert take_results(connection, work, tmp_path / "scratch", shares)["staging"] == patients >= 300


def test_results_that_lack_rows_are_not_taken(ingested: Path, tmp_path: Path) -> None:
    connection, work, shares = _written(ingested, tmp_path / "scratch", 1)
    with connection:
        derive_shard(str(tmp_path / "scratch"), 0, work, code_version())
        visits = tmp_path / "scratch" / "out" / "00000" / "visits.parquet"
        pl.read_parquet(visits).head(-1).write_parquet(visits)
        with (
            pytest.raises(EngineError, match=r"visits: [\d,]+ rows to be written, [\d,]+ found"),
            transaction(connection),
        ):
            take_results(connection, work, tmp_path / "scratch", shares)
        assert connection.table("visits").shape[0] == 0


def test_only_the_patients_asked_for_are_derived(ingested: Path, tmp_path: Path) -> None:
    (tmp_path / "registry.duckdb").write_bytes(ingested.read_bytes())
    with connect(tmp_path / "registry.duckdb") as connection:
        connection.execute("create temp table to_derive as select patient_id from patients order by 1 limit 7")
        rows = derive_all(connection, Work(3, "jsh2023", patients="to_derive"), EMBEDDED, tmp_path)
        assert rows["staging"] == 7
        asked = "select patient_id from to_derive order by 1"
        assert (
            connection.sql("select patient_id from staging order by 1").fetchall() == connection.sql(asked).fetchall()
        )


def test_a_worker_reports_its_errors_in_one_line_without_a_value(ingested: Path, tmp_path: Path) -> None:
    connection, work, _ = _written(ingested, tmp_path / "scratch", 1)
    connection.close()
    for labs in (tmp_path / "scratch" / "in" / "labs" / "shard=0").iterdir():
        pl.read_parquet(labs).with_columns(collected_on=pl.lit("SECRET")).write_parquet(labs)
    with pytest.raises(ShardError) as raised:
        derive_shard(str(tmp_path / "scratch"), 0, work, code_version())
    assert raised.value.args[0].startswith("shard 0: ")
    assert "SECRET" not in str(raised.value)
    assert "\n" not in str(raised.value)
    assert raised.value.__suppress_context__
    with pytest.raises(ShardError, match="install the same on all"):
        derive_shard(str(tmp_path / "scratch"), 0, work, "mspike 0.0.1")
    with pytest.raises(OSError, match="does not find its share"):
        derive_shard(str(tmp_path / "elsewhere"), 0, work, code_version())


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--workers", "2"], "--engine dask"),
        (["--engine", "dask", "--workers", "2", "--scheduler-address", "tcp://127.0.0.1:8786"], "leave one"),
        (["--engine", "dask", "--scheduler-address", "127.0.0.1"], "tcp://HOST:8786"),
        (["--engine", "dask", "--scheduler-address", "tcp://127.0.0.1:99999"], "not an address"),
        (["--engine", "dask", "--scheduler-address", "tcp://elsewhere:8786"], "PREFECT_API_URL"),
        (["--engine", "dask", "--scratch", "no-such-folder"], "no such folder"),
    ],
)
def test_contradictory_options_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], says: str
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    done = CliRunner().invoke(main, ["run", "--input", str(tmp_path), "--output", str(tmp_path / "store"), *options])
    assert done.exit_code == 2
    assert done.stderr.startswith("mspike: ")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "store").exists()


def test_without_prefect_dask_one_line_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.engines.engine.find_spec", lambda name: None)
    with pytest.raises(EngineUsageError, match=r"pip install --editable '\.\[cluster\]'"):
        choose_engine("dask")
    assert choose_engine("embedded") == EMBEDDED


def test_a_dead_scheduler_is_one_line_and_leaves_the_store(tmp_path: Path) -> None:
    job = ["run", "--input", str(write_extract(tmp_path / "in")), "--output", str(tmp_path / "store")]
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "kept").write_text("as it was")
    dead = f"tcp://127.0.0.1:{_free_port()}"
    done = CliRunner().invoke(main, [*job, "--engine", "dask", "--scheduler-address", dead])
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert f"no Dask scheduler answers at {dead}" in done.stderr
    assert [path.name for path in (tmp_path / "store").iterdir()] == ["kept"]


def test_what_listens_but_is_not_a_scheduler_is_reported_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.engines.engine.CONNECT_WITHIN_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(EngineError, match="no answer in time"):
            choose_engine("dask", scheduler_address=address).check_scheduler()


@pytest.fixture(scope="module")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The server that a run without PREFECT_API_URL starts, once for all tests, with a home of its own."""
    import_module("flows.schedule")  # keeps Prefect from calling out
    from prefect.server.api.server import SubprocessASGIServer
    from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings

    home = tmp_path_factory.mktemp("prefect")
    with temporary_settings({PREFECT_HOME: home}, restore_defaults={PREFECT_API_URL}):
        yield
        SubprocessASGIServer().stop()
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert b"mspike-shards" in kept
    assert b"P0000" not in kept


@contextmanager
def _killing_a_worker_at_work(folder: Path) -> Iterator[list[Path]]:
    """Kill the first worker that has begun to write a result, whose unfinished folder (yielded) then stays."""
    killed: list[Path] = []
    stop = threading.Event()

    def watch() -> None:
        while not killed and not stop.wait(0.005):
            for unfinished in folder.glob("build/mspike-*/out/.0*"):
                os.kill(int(unfinished.name.split(".")[2]), signal.SIGKILL)
                killed.append(unfinished)
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield killed
    finally:
        stop.set()
        watcher.join()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def _processes(*commands: list[str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    running: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            run = [sys.executable, "-m", f"distributed.cli.{command[0]}", *command[1:], "--no-dashboard"]
            running.append(subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        yield running
    finally:
        for process in running:
            process.kill()
            process.wait()


def _wait_for(engine: Engine) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            return engine.check_scheduler()
        except EngineError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@pytest.mark.server
def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(
    ingested: Path, expected: dict[str, bytes], prefect_server: None, tmp_path: Path
) -> None:
    with _killing_a_worker_at_work(tmp_path) as killed:
        job = _derive(ingested, tmp_path / "build", choose_engine("dask", workers=2))
    assert len(killed) == 1
    assert _exports(job) == expected


@pytest.mark.server
def test_workers_of_a_cluster_do_the_same_and_without_any_the_run_stops(
    ingested: Path,
    expected: dict[str, bytes],
    prefect_server: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = _free_port()
    here = ["--host", "127.0.0.1"]
    engine = choose_engine("dask", scheduler_address=f"tcp://127.0.0.1:{port}")
    worker = ["dask_worker", str(engine.scheduler_address), *here, "--nthreads", "1", "--no-nanny"]
    worker += ["--local-directory", str(tmp_path / "workers")]
    with _processes(["dask_scheduler", *here, "--port", str(port)], worker, worker) as [_, *workers]:
        _wait_for(engine)
        assert _exports(_derive(ingested, tmp_path / "build", engine)) == expected
        for process in workers:
            process.kill()
        monkeypatch.setattr(cluster, "WAIT_FOR_WORKERS_SECONDS", 3)
        with pytest.raises(EngineError, match=r"no worker is left for (\d) of \1 shards"):
            _derive(ingested, tmp_path / "none", engine)
        with connect(tmp_path / "none" / "registry.duckdb", read_only=True) as connection:
            assert connection.table("staging").shape[0] == 0
