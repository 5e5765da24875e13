"""Shards, what workers give back of them, and engines that can't be used. Real workers: server/test_workers.py."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.database import connect, insert_frames, transaction
from flows.engines import embedded
from flows.engines.all_shards import derive_all
from flows.engines.engine import EMBEDDED, EngineError, EngineUsageError, choose_engine
from flows.engines.scratch import take_results, write_shares
from flows.engines.shard import ShardError, code_version, derive_shard
from flows.engines.work import Work
from tests.extracts import write_extract
from tests.flows.workers import free_port


def _written(ingested: Path, folder: Path, shards: int) -> tuple[Any, Work, dict[str, int]]:
    """A database with its shares in the folder, ready for workers."""
    folder.mkdir()
    (folder / "registry.duckdb").write_bytes(ingested.read_bytes())
    connection = connect(folder / "registry.duckdb")
    work = Work(shards, "jsh2023")
    return connection, work, write_shares(connection, work, folder)


def test_results_that_lack_a_shard_or_rows_are_not_taken_and_a_shard_done_twice_counts_once(
    ingested: Path, tmp_path: Path
) -> None:
    scratch = tmp_path / "Ward 3's [new]"
    connection, work, shares = _written(ingested, scratch, 2)
    with connection:
        derive_shard(str(scratch), 0, work, code_version())
        with pytest.raises(EngineError, match="1 of 2 shards have no result"):
            take_results(connection, work, scratch, shares)
        for shard in (1, 0):
            derive_shard(str(scratch), shard, work, code_version())
        visits = scratch / "out" / "00001" / "visits.parquet"
        whole = visits.read_bytes()
        pl.read_parquet(visits, glob=False).head(-1).write_parquet(visits)
        with (
            pytest.raises(EngineError, match=r"visits: [\d,]+ rows to be written, [\d,]+ found"),
            transaction(connection),
        ):
            take_results(connection, work, scratch, shares)
        assert connection.table("visits").shape[0] == 0
        visits.write_bytes(whole)
        patients = connection.table("patients").shape[0]
        assert take_results(connection, work, scratch, shares)["staging"] == patients >= 20


def test_only_the_patients_asked_for_are_derived(ingested: Path, tmp_path: Path) -> None:
    (tmp_path / "registry.duckdb").write_bytes(ingested.read_bytes())
    with connect(tmp_path / "registry.duckdb") as connection:
        connection.execute("create temp table to_derive as select patient_id from patients order by 1 limit 7")
        rows = derive_all(connection, Work(2, "jsh2023", patients="to_derive"), EMBEDDED, tmp_path)
        assert rows["staging"] == 7
        asked = "select patient_id from to_derive order by 1"
        assert (
            connection.sql("select patient_id from staging order by 1").fetchall() == connection.sql(asked).fetchall()
        )


@pytest.mark.parametrize("failing", [0, 2])
def test_a_shard_that_cannot_be_stored_beside_the_next_ends_the_run_with_nothing_stored(
    ingested: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    stored: list[str] = []

    def store(connection: Any, frames: dict[str, pl.DataFrame]) -> dict[str, int]:
        stored.append("shard")
        if len(stored) > failing:
            raise OSError("no room")
        return insert_frames(connection, frames)

    monkeypatch.setattr(embedded, "insert_frames", store)
    (tmp_path / "registry.duckdb").write_bytes(ingested.read_bytes())
    with connect(tmp_path / "registry.duckdb") as connection:
        with pytest.raises(OSError, match="no room"), transaction(connection):
            derive_all(connection, Work(3, "jsh2023"), EMBEDDED, tmp_path)
        assert len(stored) == failing + 1
        assert connection.table("staging").shape[0] == 0


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
    dead = f"tcp://127.0.0.1:{free_port()}"
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
