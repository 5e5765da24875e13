"""The same job as a Prefect flow, on a real server on loopback: visible there, the same exports, no patient's data
kept.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.extracts import write_extract
from tests.flows.server.conftest import Server, asked

BIN = Path(sys.executable).parent
pytestmark = pytest.mark.servers


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
    server: Server, small: Path, tmp_path: Path
) -> None:
    done = _mspike(server, small / "extract", tmp_path / "flow")
    assert done.returncode == 0, done.stderr
    for path in (small / "store" / "exports").iterdir():
        assert (tmp_path / "flow" / "exports" / path.name).read_bytes() == path.read_bytes(), path.name

    [flow_run] = [run for run in asked(server, "flow_runs") if run["parameters"]["output"] == str(tmp_path / "flow")]
    assert flow_run["state_name"] == "Completed"
    tasks = [task for task in asked(server, "task_runs") if task["flow_run_id"] == flow_run["id"]]
    assert {str(task["name"]).rsplit("-", 1)[0] for task in tasks} == {
        "ingest",
        "find_changes",
        "derive",
        "outcomes",
        "audit",
        "models",
        "export",
        "report",
    }

    kept = [path for path in server.home.rglob("*") if path.is_file()]
    assert kept
    assert not [path.name for path in kept if b"PATIENT-" in path.read_bytes()]
    assert "PATIENT-" not in done.stdout + done.stderr


def test_a_failed_run_is_visible_and_says_one_line(server: Server, tmp_path: Path) -> None:
    done = _mspike(server, write_extract(tmp_path / "in", patients=None), tmp_path / "out")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert [line for line in done.stderr.splitlines() if line.startswith("mspike: ") and "patients" in line]
    assert "Failed" in {run["state_name"] for run in asked(server, "flow_runs")}
