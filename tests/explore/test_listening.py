"""The program itself: it prints its address alone, is killed and started again, and ends when it is asked to."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from starlette.applications import Starlette

from flows.cli import main
from flows.explore.listening import listening, serve

ROOT = Path(__file__).parents[2]
STARTED = re.compile(r"explore  (http://127\.0\.0\.1:(\d+)/[\w-]{32}/)\n")


@contextmanager
def _explored(store: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program, and the address that it printed."""
    command = [sys.executable, "-m", "flows.cli", "explore", "--store", str(store), "--no-open", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            if "--shared" not in options:
                assert first == "making pages ready; their address follows\n"
                first = process.stdout.readline()
            found = STARTED.fullmatch(first)
            assert found
            yield process, found[1]
        finally:
            process.kill()


def _status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_stopped_while_its_pages_are_made_ready_it_says_no_address() -> None:
    said: list[str] = []

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        signal.raise_signal(signal.SIGINT)
        yield

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with listening(None) as listener:
            serve(Starlette(lifespan=lifespan), listener, lambda: said.append("begun"), lambda: said.append("stopped"))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert said == ["stopped"]


@pytest.mark.servers
def test_killed_and_started_again_it_answers_at_a_new_address_and_no_more_at_the_old(synthetic: Path) -> None:
    with _explored(synthetic) as (process, old):
        assert _status(f"{old}about") == 200
        port = old.split(":")[2].split("/")[0]
        process.kill()
        process.wait()
    with _explored(synthetic, "--port", port) as (process, new):
        assert new.startswith(f"http://127.0.0.1:{port}/")
        assert _status(f"{new}about") == 200
        assert _status(f"{old}about") == 404
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_nothing_of_what_is_asked_is_printed(synthetic: Path) -> None:
    with _explored(synthetic) as (process, address):
        for path in ("about", "about?a.name=SECRET", "about?secret=SECRET", "SECRET", "../SECRET"):
            _status(f"{address}{path}")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stdout is not None
        assert process.stdout.read().count("\n") == 1  # who sees what


def _explore(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["explore", *map(str, arguments)], catch_exceptions=False)


def _is_one_line(result: Result, status: int, *says: str) -> bool:
    return (
        (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (status, "", 1)
        and all(said in result.stderr for said in says)
        and result.stderr.startswith("mspike: ")
    )


def test_without_a_store_it_ends_in_one_line(tmp_path: Path) -> None:
    assert _is_one_line(_explore("--store", tmp_path), 1, "no store", "mspike run")


def test_a_store_of_another_version_ends_it_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "registry.duckdb").write_bytes(b"of another version")
    assert _is_one_line(_explore("--store", tmp_path), 1, "another version")
    (tmp_path / "registry.duckdb").unlink()
    with duckdb.connect(tmp_path / "registry.duckdb") as connection:
        connection.execute("create table run (number bigint)")
    assert _is_one_line(_explore("--store", tmp_path), 1, "another version")


def test_a_port_that_is_taken_ends_it_in_one_line(tmp_path: Path) -> None:
    with listening(None) as taken:
        port = taken.getsockname()[1]
        assert _is_one_line(_explore("--store", tmp_path, "--port", port), 1, f"port {port}", "--port")


def test_it_listens_on_this_machine_alone() -> None:
    with listening(None) as listener:
        assert listener.family == socket.AF_INET
        assert listener.getsockname()[0] == "127.0.0.1"
