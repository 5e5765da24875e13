"""Notification of how a run ended: a command of theirs, with a JSON document on its standard input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from flows.endings import DONE, FAILED, NEEDS_ATTENTION
from flows.job import Job
from flows.schedule.shared_counts import shared_counts
from flows.settings.config import ConfigError
from flows.store import last_run

WITHIN_SECONDS = 60
MEANING = {
    DONE: "done",
    FAILED: "the run failed; store and report are those of the last complete run",
    NEEDS_ATTENTION: "done and published, but a fatal rule was broken or an indicator is below its minimum",
}


def notify(job: Job, state: str, status: int, message: str, run: str) -> None:
    """Run the configured command, if it asks for this outcome; status 3 counts as a failure.

    What goes wrong is one line: a failed notification does not change the outcome of the run.
    """
    try:
        schedule = job.load_config().schedule
        if not schedule.notify or ("success" if status == DONE else "failure") not in schedule.notify_on:
            return
        document = {
            "state": state,
            "exit_status": status,
            "meaning": MEANING[status],
            "message": message,
            "run": run,
            "store": str(job.output),
            "report": schedule.report_url or str(job.output / "report" / "index.html"),
            "counts": None if status == FAILED else _counts(job.output),
        }
        _call(schedule.notify, json.dumps(document, ensure_ascii=False))
    except ConfigError as error:
        _say(str(error))
    except (OSError, subprocess.SubprocessError) as error:
        _say(type(error).__name__)


def _counts(store: Path) -> dict[str, Any]:
    with last_run(store) as last:
        known = shared_counts(last / "registry.duckdb")
    return {**known["rows"][0], "quarantined": {row["rule"]: row["rows_quarantined"] for row in known["quarantined"]}}


def _call(command: tuple[str, ...], document: str) -> None:
    done = subprocess.run(
        command, input=document + "\n", text=True, timeout=WITHIN_SECONDS, stdout=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        _say(f"exit status {done.returncode}")


def _say(why: str) -> None:
    print(f"mspike: the command of schedule.notify failed ({why})", file=sys.stderr)
