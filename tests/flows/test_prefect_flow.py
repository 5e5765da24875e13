"""The same job as a Prefect flow, on a real server on loopback: visible there, the same exports, no patient's data
kept.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.batch import Job, run
from tests.extracts import write_extract

BIN = Path(sys.executable).parent
START_WITHIN_SECONDS = 120
pytestmark = pytest.mark.server


@dataclass(frozen=True)
class Server:
    url: str
    home: Path
    environment: dict[str, str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("prefect")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    environment = {**os.environ, **quiet}
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen(
            [BIN / "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://127.0.0.1:{port}/api"
            _wait_for(url, process)
            yield Server(url, home, environment)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_WITHIN_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail("the Prefect server did not start")


def _asked(server: Server, what: str) -> list[dict[str, object]]:
    request = urllib.request.Request(
        f"{server.url}/{what}/filter", data=b"{}", headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: list[dict[str, object]] = json.load(answer)
    return found


def _mspike(server: Server, extract: Path, store: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "mspike", "run", "--input", extract, "--output", store],
        env={**server.environment, "PREFECT_API_URL": server.url},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_flow_and_the_plain_run_give_the_same_exports_and_prefect_keeps_nothing_of_a_patient(
    server: Server, tmp_path: Path
) -> None:
    extract = write_extract(tmp_path / "in")
    done = _mspike(server, extract, tmp_path / "flow")
    assert done.returncode == 0, done.stderr
    run(Job(extract, tmp_path / "plain"))
    for path in (tmp_path / "plain" / "exports").iterdir():
        assert (tmp_path / "flow" / "exports" / path.name).read_bytes() == path.read_bytes(), path.name

    [flow_run] = _asked(server, "flow_runs")
    assert flow_run["state_name"] == "Completed"
    names = {str(task["name"]).rsplit("-", 1)[0] for task in _asked(server, "task_runs")}
    assert names == {"ingest", "find_changes", "derive", "outcomes", "audit", "models", "export", "report"}

    kept = [path for path in server.home.rglob("*") if path.is_file()]
    assert kept
    assert not [path.name for path in kept if b"PATIENT-" in path.read_bytes()]
    assert "PATIENT-" not in done.stdout + done.stderr


def test_a_failed_run_is_visible_and_says_one_line(server: Server, tmp_path: Path) -> None:
    done = _mspike(server, write_extract(tmp_path / "in", patients=None), tmp_path / "out")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert [line for line in done.stderr.splitlines() if line.startswith("mspike: ") and "patients" in line]
    assert "Failed" in {run["state_name"] for run in _asked(server, "flow_runs")}
