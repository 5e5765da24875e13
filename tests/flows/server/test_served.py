"""The batch job on a schedule, by a real server: it plans, runs, skips and reports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.database import connect
from flows.store import building, last_database
from tests.extracts import aged, write_extract
from tests.flows.server.conftest import Server

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[3]
SERVER_IS_BUSY = 503  # its database is locked; Prefect's own clients ask again too
KEY = "the key of a registry that no one guesses"
TELL = "import pathlib, sys; pathlib.Path(sys.argv[1]).open('a').write(sys.stdin.read())"
pytestmark = pytest.mark.servers


def test_a_wrong_cron_expression_is_status_2_and_a_port_in_use_status_1(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.commands.serve.signal.signal", lambda *_: None)  # the tests' own process goes on
    port = server.url.split(":")[2].split("/")[0]
    for api, extra, status, says in (
        (server.url, ["--cron", "every night"], 2, "no cron expression"),
        ("", ["--cron", "0 2 * * *", "--port", port], 1, f"port {port}: can't be listened on"),
    ):
        monkeypatch.setenv("PREFECT_API_URL", api)
        asked = ["serve", "--input", str(tmp_path), "--output", str(tmp_path / "out"), *extra]
        done = CliRunner().invoke(main, asked)
        assert (done.exit_code, len(done.stderr.splitlines())) == (status, 1), done.stderr
        assert says in done.stderr


def _asked(server: Server, what: str, content: dict[str, Any] | None = None) -> Any:
    data = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(f"{server.url}/{what}", data=data, headers={"Content-Type": "application/json"})
    for _ in range(10):
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            if refused.code != SERVER_IS_BUSY:
                raise
            time.sleep(1)
    raise AssertionError("the server is too busy to answer")


def _soon(what: Callable[[], Any], within: float = 120) -> Any:
    deadline = time.monotonic() + within
    while not (found := what()) and time.monotonic() < deadline:
        time.sleep(0.3)
    assert found, "it did not happen in time"
    return found


@dataclass(frozen=True)
class Served:
    server: Server
    extract: Path
    store: Path
    told: Path
    process: subprocess.Popen[str]

    def deployment(self) -> dict[str, Any]:
        found: dict[str, Any] = _asked(self.server, f"deployments/name/mspike/{self.store.name}")
        return found

    def schedule_run(self) -> str:
        """A run a second ahead: the runner waits for it and starts it, as it does those of the cron schedule."""
        due = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": due}}
        run = _asked(self.server, f"deployments/{self.deployment()['id']}/create_flow_run", {"state": state})
        return str(run["id"])

    def state(self, run: str) -> dict[str, Any] | None:
        """The state that the run ended in; None while it has not."""
        state: dict[str, Any] = _asked(self.server, f"flow_runs/{run}")["state"]
        return state if state["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED") else None

    def ended(self, run: str) -> dict[str, Any]:
        state: dict[str, Any] = _soon(lambda: self.state(run))
        return state

    def content(self) -> dict[str, str]:
        paths = [self.store / "registry.duckdb", self.store / "report" / "index.html", self.store / "run.json"]
        return {path.name: sha256(path.read_bytes()).hexdigest() for path in paths}

    def notices(self, count: int) -> list[dict[str, Any]]:
        def lines() -> list[str]:
            found = self.told.read_text(encoding="utf-8").splitlines() if self.told.exists() else []
            return found if len(found) >= count else []

        return [json.loads(line) for line in _soon(lines, within=20)]


@pytest.fixture(scope="module")
def served(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    extract = aged(write_extract(folder / "in"), 60)
    config, told = folder / "mspike.toml", folder / "told.jsonl"
    command = json.dumps([sys.executable, "-c", TELL, str(told)])
    config.write_text(
        f"[schedule]\nretries = 40\nretry_delays_s = [1]\nquiet_seconds = 20\nnotify = {command}\n"
        'notify_on = ["failure", "success"]\n',
        encoding="utf-8",
    )
    key = folder / "key"
    key.write_text(KEY, encoding="utf-8")
    key.chmod(0o600)
    paths = ["--input", extract, "--output", folder / "registry", "--config", config]
    paths += ["--pseudonymise", "--key-file", key, "--link", folder / "link.csv"]
    environment = {**server.environment, "PREFECT_API_URL": server.url, "PREFECT_RUNNER_POLL_FREQUENCY": "1"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [BIN / "mspike", "serve", *paths, "--cron", "0 2 1 1 *", "--timezone", "Asia/Tokyo"],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            served = Served(server, extract, folder / "registry", told, process)
            _soon(lambda: _asked(server, "deployments/filter", {}), within=60)
            yield served
        finally:
            process.terminate()
            process.wait(timeout=30)


def test_the_cron_schedule_makes_the_server_plan_runs(served: Served) -> None:
    deployment = served.deployment()
    [schedule] = deployment["schedules"]
    assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == ("0 2 1 1 *", "Asia/Tokyo")
    assert deployment["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert deployment["global_concurrency_limit"]["limit"] == 1

    def planned() -> Any:
        asked = {"deployments": {"id": {"any_": [deployment["id"]]}}}
        return [run for run in _asked(served.server, "flow_runs/filter", asked) if run["auto_scheduled"]]

    times = {run["expected_start_time"] for run in _soon(planned, within=30)}
    assert all("12-31T17:00:00" in when for when in times)  # 2 o'clock in Tokyo on the first of January


def test_runs_that_would_overlap_are_skipped_or_fail_visibly(served: Served) -> None:
    runs = [served.schedule_run(), served.schedule_run()]
    assert sorted(served.ended(run)["type"] for run in runs) == ["CANCELLED", "COMPLETED"]
    with building(served.store):  # as a run started by hand does
        state = served.ended(served.schedule_run())
    assert state["type"] == "FAILED"
    assert "another run is writing this store" in state["message"]


def test_a_run_happens_a_failed_one_is_visible_and_keeps_the_store_and_the_next_succeeds(served: Served) -> None:
    if not served.store.exists():
        assert served.ended(served.schedule_run())["type"] == "COMPLETED"
    good, before = served.content(), len(served.notices(1))

    (served.extract / "patients.csv").rename(served.extract / "other.csv")
    aged(served.extract, 60)
    state = served.ended(served.schedule_run())
    (served.extract / "other.csv").rename(served.extract / "patients.csv")
    assert state["type"] == "FAILED"
    assert "the table patients is missing" in state["message"]
    assert "\n" not in state["message"]
    assert served.content() == good

    # The next finds an unfinished copy, waits until it is none, and succeeds.
    (served.extract / "labs.csv.part").touch()
    waited = served.schedule_run()
    asked = {"flow_runs": {"id": {"any_": [waited]}}}
    _soon(lambda: [task for task in _asked(served.server, "task_runs/filter", asked) if task["run_count"] > 1])
    assert served.state(waited) is None
    (served.extract / "labs.csv.part").unlink()
    assert served.ended(waited)["type"] == "COMPLETED"

    first, *_, failed, last = served.notices(before + 2)
    assert [first["exit_status"], failed["exit_status"], last["exit_status"]] == [0, 1, 0]
    assert failed["message"] == state["message"]
    assert failed["counts"] is None
    assert set(last["counts"]) == {"files", "rows_read", "rows_accepted", "rows_quarantined", "quarantined"}
    assert "PATIENT-" not in served.told.read_text(encoding="utf-8")


def test_the_artifacts_show_what_the_shared_report_shows_and_nothing_of_a_patient(served: Served) -> None:
    if not _asked(served.server, "artifacts/filter", {}):
        served.ended(served.schedule_run())
    artifacts = {found["key"]: found for found in _asked(served.server, "artifacts/filter", {"sort": "CREATED_DESC"})}
    assert set(artifacts) == {f"mspike-{name}" for name in ("files", "quarantine", "medians", "seconds", "report")}
    labs = next(row for row in json.loads(artifacts["mspike-files"]["data"]) if row["table"] == "labs")
    assert isinstance(labs["rows_quarantined"], str)  # 1: few, so hidden
    assert "index.html" in artifacts["mspike-report"]["data"]
    kept = [path for path in served.server.home.rglob("*") if path.is_file()]
    assert not [path.name for path in kept if b"PATIENT-" in path.read_bytes()]


def test_a_scheduled_run_replaces_the_ids_and_prefect_never_sees_the_key(served: Served) -> None:
    if not served.store.exists():
        served.ended(served.schedule_run())
    with connect(last_database(served.store) or Path(), read_only=True) as connection:
        ids = {name for (name,) in connection.execute("select patient_id from patients").fetchall()}
    links = (served.extract.parent / "link.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert {line.split(",")[0] for line in links} == ids
    assert all(line.split(",")[1].startswith("PATIENT-") for line in links)
    kept = {path.name: path.read_bytes() for path in served.server.home.rglob("*") if path.is_file()}
    assert any(b"link.csv" in content for content in kept.values())  # where the key and the table are is no secret
    assert not [name for name, content in kept.items() if KEY.encode() in content or b"PATIENT-" in content]


def test_a_stopped_serve_ends_its_own_server_and_leaves_no_process(tmp_path: Path) -> None:
    environment = {name: text for name, text in os.environ.items() if name not in ("PREFECT_API_URL", "PREFECT_HOME")}
    paths = ["--input", tmp_path / "in", "--output", tmp_path / "out", "--cron", "0 2 * * *"]
    process = subprocess.Popen(
        [BIN / "mspike", "serve", *paths, "--mode", "delta"],
        env={**environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(3)]
    url = said[2].split()[1]
    deployment = f"{url}/deployments/name/mspike/out"

    def is_there() -> bool:
        try:
            with urllib.request.urlopen(deployment, timeout=5) as answer:
                return json.load(answer)["parameters"]["delta"] is True
        except OSError:
            return False

    _soon(is_there, within=60)
    assert (tmp_path / "out" / ".prefect" / "prefect.db").is_file()
    process.send_signal(signal.SIGTERM)
    process.stdout.close()
    assert process.wait(timeout=40) == 0
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(url, timeout=5)
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not [command for command in commands if str(tmp_path).encode() in command]


def test_the_deployment_of_prefect_yaml_is_accepted_with_its_schedule_and_folders(server: Server) -> None:
    _asked(server, "work_pools/", {"name": "mspike", "type": "process"})
    done = subprocess.run(
        [BIN / "prefect", "--no-prompt", "deploy", "-n", "nightly"],
        cwd=ROOT,
        env={**server.environment, "PREFECT_API_URL": server.url, "MSPIKE_INPUT": "in", "MSPIKE_OUTPUT": "out"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    deployment = _asked(server, "deployments/name/mspike/nightly")
    assert deployment["parameters"] == {"input": "in", "output": "out", "criteria": "jsh2023"}
    assert [planned["schedule"]["cron"] for planned in deployment["schedules"]] == ["0 2 * * *"]
    assert deployment["work_pool_name"] == "mspike"
    assert deployment["global_concurrency_limit"]["limit"] == 1
