"""Workers of a cluster lead to the same store, whatever becomes of them: real ones, on loopback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest

from flows.database import connect
from flows.engines.engine import EMBEDDED, Engine, EngineError, choose_engine
from tests.flows.workers import derive_by, exports_of, free_port

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def expected(ingested: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return exports_of(derive_by(ingested, tmp_path_factory.mktemp("embedded") / "build", EMBEDDED))


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


def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(
    ingested: Path, expected: dict[str, bytes], prefect_server: None, tmp_path: Path
) -> None:
    with _killing_a_worker_at_work(tmp_path) as killed:
        job = derive_by(ingested, tmp_path / "build", choose_engine("dask", workers=2))
    assert len(killed) == 1
    assert exports_of(job) == expected


def test_workers_of_a_cluster_do_the_same_and_without_any_the_run_stops(
    ingested: Path,
    expected: dict[str, bytes],
    prefect_server: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = free_port()
    here = ["--host", "127.0.0.1"]
    engine = choose_engine("dask", scheduler_address=f"tcp://127.0.0.1:{port}")
    worker = ["dask_worker", str(engine.scheduler_address), *here, "--nthreads", "1", "--no-nanny"]
    worker += ["--local-directory", str(tmp_path / "workers")]
    with _processes(["dask_scheduler", *here, "--port", str(port)], worker) as [_, *workers]:
        _wait_for(engine)
        assert exports_of(derive_by(ingested, tmp_path / "build", engine)) == expected
        for process in workers:
            process.kill()
        monkeypatch.setattr("flows.engines.cluster.WAIT_FOR_WORKERS_SECONDS", 3)
        with pytest.raises(EngineError, match=r"no worker is left for (\d) of \1 shards"):
            derive_by(ingested, tmp_path / "none", engine)
        with connect(tmp_path / "none" / "registry.duckdb", read_only=True) as connection:
            assert connection.table("staging").shape[0] == 0
