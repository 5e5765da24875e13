"""The whole batch job, top to bottom. One list of steps serves a plain run and a visible Prefect flow run alike."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flows import steps
from flows.faults import plainly, unstuck
from flows.history.runs import earlier_runs, is_readable
from flows.job import Job
from flows.store import StoreError, building, last_database, publish
from flows.summing import begin_sums

Step = Callable[[Job], dict[str, Any]]
Runner = Callable[[Step, Job], dict[str, Any]]
Progress = Callable[[str, float, dict[str, Any]], None]


def run_here(step: Step, job: Job) -> dict[str, Any]:
    """Run a step in this process."""
    return step(job)


def say_nothing(step: str, seconds: float, done: dict[str, Any]) -> None:
    """Progress that is not shown."""


def run(asked: Job, runner: Runner = run_here, progress: Progress = say_nothing) -> dict[str, Any]:
    """Do the whole job and publish its store; return what `run.json` says. On any error the store stays as it was.

    Raises ConfigError, EngineError, ExtractError or StoreError for what the user can correct.
    """
    prepared = replace(asked.prepared(), started=datetime.now(UTC))
    seconds: dict[str, float] = {}
    cpu_seconds: dict[str, float] = {}
    # a run that waits for workers says so, and may be idle for long
    watched = unstuck(asked.output) if asked.engine.is_embedded else nullcontext()
    with watched, plainly(asked.output), building(asked.output) as folder:
        last = last_database(asked.output)
        job = replace(prepared, folder=folder, last=last if last and is_readable(last) else None)
        _check_delivery(job)

        def do(step: Step) -> dict[str, Any]:
            clock, cpu = time.perf_counter(), time.process_time()
            done = runner(plainly(job.output)(step), job)
            seconds[step.__name__] = round(time.perf_counter() - clock, 2)
            cpu_seconds[step.__name__] = round(time.process_time() - cpu, 2)  # of this process, not of workers
            progress(step.__name__, seconds[step.__name__], done)
            return done

        ingested = do(steps.ingest)
        changes = do(steps.find_changes)
        derived = do(steps.derive)
        job = begin_sums(job)
        audited = do(steps.audit)
        do(steps.outcomes)
        do(steps.models)
        exported = do(steps.export)
        reported = do(steps.report)

        summary = {
            "started": job.started.isoformat(timespec="seconds"),
            "seconds": seconds,
            "cpu_seconds": cpu_seconds,
            "criteria": job.configuration.criteria,
            "profile": job.configuration.profile.name if job.configuration.profile else None,
            "settings": job.edition.settings(),
            "input": str(job.input),
            "fatal": _fatal(job, ingested["quarantine_entries"]),
            "failed_indicators": audited["failed"],
            **ingested,
            **changes,
            "moved": audited["moved"],
            "shards": derived["shards"],
            "tables": exported["rows"],
            "page": reported,
            "runs": earlier_runs(job.database),
        }
        (folder / "run.json").write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        publish(job.output, folder)
    return summary


def _check_delivery(job: Job) -> None:
    if job.delta and job.last is None:
        raise StoreError(
            f"{job.output}: has no run that this version can go on from, as a delivery of changes must; "
            "give a whole delivery first"
        )
    if job.as_of and job.output.resolve() == job.input.resolve():
        raise StoreError(f"{job.output}: what was known on {job.as_of} can't take the place of today's; name another")


def _fatal(job: Job, broken: dict[str, int]) -> dict[str, int]:
    return {rule: broken[rule] for rule in job.configuration.fatal_rules if broken.get(rule)}
