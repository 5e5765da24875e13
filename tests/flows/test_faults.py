"""A few faults of `make torture`, quickly: what happens to a store when its run is killed, refused or cut short."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import flows.intake.ingest
from flows.batch import run
from flows.cli import main
from flows.intake.reading import ExtractError
from flows.job import Job
from flows.query import query
from flows.store import StoreError, building, last_run, publish
from tests.torture.stores import check_clean, copy, results, snapshot

OPEN_FOR_WRITING = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(flush=True); input()"


@pytest.fixture
def store(small: Path, tmp_path: Path) -> Path:
    return copy(small / "store", tmp_path / "store")


def _refused(small: Path, store: Path, says: str) -> None:
    before = snapshot(store)
    with pytest.raises(StoreError, match=says) as raised:
        run(Job(small / "extract", store))
    assert "\n" not in str(raised.value)
    assert snapshot(store) == before
    check_clean(store)


def _begun(small: Path, store: Path) -> subprocess.Popen[str]:
    """A run that has begun to build."""
    command = [sys.executable, "-m", "flows.cli", "run", "--input", small / "extract", "--output", store]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while len(list((store / ".builds").glob("build-*"))) < 2 and process.poll() is None:
        time.sleep(0.02)
    return process


@pytest.mark.servers
def test_a_run_killed_at_a_random_moment_leaves_the_last_one_and_the_next_is_as_undisturbed(
    small: Path, store: Path
) -> None:
    process = _begun(small, store)
    time.sleep(random.Random(7).random())
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert snapshot(store) == snapshot(small / "store")
    run(Job(small / "extract", store))
    check_clean(store)
    assert results(store)["run.json"]["run"] == 2
    exports = {name: digest for name, digest in results(store).items() if name.startswith("exports/")}
    assert exports == {name: results(small / "store")[name] for name in exports}


@pytest.mark.servers
def test_a_run_told_to_stop_says_so_in_one_line_and_cleans_up(small: Path, store: Path) -> None:
    process = _begun(small, store)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate()
    assert said == "mspike: stopped by SIGTERM; the store is as its last complete run left it\n"
    assert process.returncode == 128 + signal.SIGTERM
    assert snapshot(store) == snapshot(small / "store")
    check_clean(store)


@contextmanager
def _no_file_beyond(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_takes_no_more_is_one_line_and_leaves_the_store(small: Path, store: Path) -> None:
    with _no_file_beyond(300_000):
        _refused(small, store, r"can't be written \(File too large\); allow larger files")


def test_a_disk_that_takes_no_more_stops_the_vacuum_in_one_line_and_leaves_the_store(store: Path) -> None:
    before = snapshot(store)
    with _no_file_beyond(300_000):
        refused = CliRunner().invoke(main, ["vacuum", str(store)])
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1), refused.stderr
    assert "can't be written (File too large); allow larger files" in refused.stderr
    assert snapshot(store) == before


def test_a_full_standard_output_is_one_line_and_status_1() -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        command = [sys.executable, "-m", "flows.cli", "query", "--list"]
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("mspike: ")
    assert ended.stderr.count("\n") == 1


def test_a_read_only_folder_is_one_line_and_status_1(small: Path, tmp_path: Path) -> None:
    read_only = tmp_path / "read-only"
    read_only.mkdir(mode=0o555)
    target = read_only if os.geteuid() else Path("/sys/kernel")  # where not even root may make a folder
    asked = CliRunner().invoke(main, ["run", "--input", str(small / "extract"), "--output", str(target / "store")])
    assert asked.exit_code == 1
    assert asked.stderr.startswith(f"mspike: {target / 'store'}: can't be written")
    assert asked.stderr.count("\n") == 1


def test_a_store_open_for_writing_elsewhere_is_not_taken_for_one_without_runs(small: Path, store: Path) -> None:
    command = [sys.executable, "-c", OPEN_FOR_WRITING, (store / "registry.duckdb").resolve()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        other.stdout.readline()
        _refused(small, store, r"store: another program has registry\.duckdb open for writing")
        other.communicate("\n")


def test_a_file_cut_short_while_it_is_read_is_refused(
    small: Path, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extract = Path(shutil.copytree(small / "extract", tmp_path / "extract"))
    original = flows.intake.ingest.read_batches

    def cut(file: Any) -> Any:
        if file.table == "labs":
            os.truncate(file.path, 400)
        return original(file)

    monkeypatch.setattr(flows.intake.ingest, "read_batches", cut)
    with pytest.raises(ExtractError, match=r"labs\.csv changed while"):
        run(Job(extract, store, full=True))  # the extract is the last run's, which would not be read again
    assert snapshot(store) == snapshot(small / "store")


def test_what_a_killed_run_left_is_removed_before_the_next_one_needs_room(store: Path) -> None:
    (store / ".builds" / "build-left").mkdir()
    with building(store) as build:
        assert not (store / ".builds" / "build-left").exists()
        assert build.is_dir()
    check_clean(store)


def _publish_again(store: Path) -> None:
    source = (store / ".current").resolve()
    with building(store) as build:
        shutil.copytree(source, build, dirs_exist_ok=True)
        publish(store, build)


def test_a_run_stays_while_it_is_read_whatever_is_published(store: Path) -> None:
    with last_run(store) as read:
        before = snapshot(read)
        for _ in range(7):
            _publish_again(store)
        assert snapshot(read) == before
        assert (store / ".current").resolve() != read.resolve()
    _publish_again(store)
    check_clean(store)


def test_a_run_is_published_when_whoever_writes_into_the_last_one_is_done(store: Path) -> None:
    writer = threading.Thread(target=_publish_again, args=[store])
    with last_run(store, to_write=True) as read:
        writer.start()
        writer.join(1)
        assert writer.is_alive()
        assert (store / ".current").resolve() == read.resolve()
    writer.join()
    assert (store / ".current").resolve() != read.resolve()
    check_clean(store)


def test_a_copy_of_a_run_can_be_read(store: Path, tmp_path: Path) -> None:
    shutil.copytree((store / ".current").resolve(), tmp_path / "copy")
    assert query("stage_table", store=tmp_path / "copy").equals(query("stage_table", store=store))


def _waits(seconds: float, doing: str) -> subprocess.CompletedProcess[str]:
    code = f"""
import threading, time
from pathlib import Path
import flows.faults
flows.faults.TICK_SECONDS, flows.faults.STUCK_SECONDS = 0.2, 1
with flows.faults.unstuck(Path("store")):
    until = time.monotonic() + {seconds}
    {doing}
"""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_a_run_in_which_nothing_moves_any_more_is_ended_in_one_line() -> None:
    ended = _waits(20, "threading.Event().wait(20)")
    assert ended.returncode == 1
    assert ended.stderr.startswith("mspike: store: nothing moved for 1 seconds")
    assert ended.stderr.count("\n") == 1


def test_a_run_that_works_for_long_is_left_alone() -> None:
    ended = _waits(3, "while time.monotonic() < until: pass")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_too_little_address_space_is_reported_before_anything_is_done(small: Path, tmp_path: Path) -> None:
    command = (
        f"ulimit -v 4000000; exec {sys.executable} -m flows.cli run --input {small}/extract --output {tmp_path}/out"
    )
    ended = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("mspike: this process may address 3.8 GiB (ulimit -v)")
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_no_reader_fails_while_publications_follow_each_other(small: Path, store: Path) -> None:
    source = (small / "store" / ".current").resolve()

    def publish_again_and_again() -> None:
        for _ in range(6):
            with building(store) as build:
                shutil.copytree(source, build, dirs_exist_ok=True)
                publish(store, build)

    writer = threading.Thread(target=publish_again_and_again)
    expected = query("stage_table", store=store)
    writer.start()
    reads = 0
    while writer.is_alive():
        assert query("stage_table", store=store).equals(expected)
        reads += 1
    assert reads > 1
