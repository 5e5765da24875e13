"""The batch job as a Prefect flow whose tasks are its steps. Beside it only flows/engines imports prefect.

Prefect stores what it is given: parameters here are paths and an edition's name, results are counts, caching is
off, so no
patient's data reaches its database.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")  # a failure is one line of ours, and a state of the run
os.environ.setdefault(
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120"
)  # a cold start can exceed the 20 s default

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.batch import Job, Step, run
from flows.engines import choose_engine
from flows.steps import Build


def run_as_task(step: Step, build: Build) -> dict[str, Any]:
    """Run a step as a Prefect task of its name."""
    return task(name=step.__name__, cache_policy=NO_CACHE, persist_result=False)(step)(build)


@flow(name="mspike", persist_result=False, validate_parameters=False)
def mspike_flow(
    input: str,
    output: str,
    criteria: str | None = None,
    config: str | None = None,
    engine: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """One run of the batch job; the same steps, order and result as without Prefect."""
    job = Job(Path(input), Path(output), criteria, Path(config) if config else None, choose_engine(**engine or {}))
    return run(job, run_as_task)


def run_as_flow(job: Job) -> dict[str, Any]:
    """Run a job as a flow run, visible where PREFECT_API_URL points, else on a server of Prefect's own for this run."""
    config = str(job.config) if job.config else None
    return mspike_flow(str(job.input), str(job.output), job.criteria, config, job.engine.parameters())
