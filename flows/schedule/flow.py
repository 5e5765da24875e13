"""The batch job as a Prefect flow whose tasks are its steps.

Prefect stores what it is given: parameters here are paths and an edition's name, results are counts that stay in the
process, caching is off, and the text of an error that is not ours is kept from it, so no patient's data reaches its
database.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed, Failed

from flows.batch import Job, Step, run
from flows.engines.engine import EngineError, choose_engine
from flows.intake.arrival import StillBeingWrittenError, check_arrived
from flows.intake.reading import ExtractError
from flows.privacy.pseudonyms import pseudonymise_of
from flows.schedule.notify import notify
from flows.settings.config import ConfigError
from flows.steps import Build
from flows.store import StoreError

FAILED, FATAL_RULE = 1, 3
NEEDS_ATTENTION = "NeedsAttention"
CRASHED = "the run ended before it was done: stopped, or out of memory"


class MistakeError(RuntimeError):
    """A mistake of the program; the message is one line that quotes nothing of the data."""


def run_as_task(step: Step, build: Build) -> dict[str, Any]:
    """Run a step as a Prefect task of its name."""
    return task(name=step.__name__, cache_policy=NO_CACHE, persist_result=False)(_told_in_one_line)(step, build)


def _told_in_one_line(step: Step, build: Build) -> dict[str, Any]:
    """Run a step. Raises MistakeError in place of what may quote the data."""
    try:
        return step(build)
    except (ConfigError, EngineError, ExtractError, StoreError):
        raise
    except Exception as error:
        raise MistakeError(
            f"the step {step.__name__} failed by a mistake of the program ({type(error).__name__}); "
            "mspike run without Prefect shows more"
        ) from None


def _is_still_being_written(_task: Any, _run: Any, state: Any) -> bool:
    return isinstance(state.data, StillBeingWrittenError)


def _wait_for(job: Job) -> None:
    schedule = job.load_config().schedule
    arrival = task(
        name="arrival",
        retries=schedule.retries,
        retry_delay_seconds=list(schedule.retry_delays_s),
        retry_condition_fn=_is_still_being_written,
        cache_policy=NO_CACHE,
        persist_result=False,
    )(check_arrived)
    arrival(job.input, schedule.quiet_seconds)


def _job(parameters: dict[str, Any]) -> Job:
    config, registry = parameters.get("config"), parameters.get("registry")
    output = Path(parameters["output"])
    as_of = parameters.get("as_of")
    return Job(
        Path(parameters["input"]),
        output,
        parameters.get("criteria"),
        Path(config) if config else None,
        full=parameters.get("full", False),
        delta=parameters.get("delta", False),
        as_of=date.fromisoformat(as_of) if as_of else None,
        engine=choose_engine(**parameters.get("engine") or {}),
        pseudonymise=pseudonymise_of(parameters.get("pseudonymise")),
        registry=Path(registry) if registry else None,
    )


def _tell(flow: Any, flow_run: Any, state: Any) -> None:
    """Hook: say how the run ended, on the output of a scheduled run and to whom the configuration names."""
    status = 0 if state.is_completed() else FAILED
    if state.name == NEEDS_ATTENTION:
        status = FATAL_RULE
    message = CRASHED if state.is_crashed() else state.message or "done"
    if flow_run.deployment_id:
        print(f"mspike: {flow_run.name}: {state.name}: {message}", file=sys.stderr, flush=True)
    notify(_job(flow_run.parameters), state.name, status, message, flow_run.name)


def _needs_attention(summary: dict[str, Any]) -> str | None:
    """Which rules and indicators fail the run, without a number: Prefect keeps it, and counts may be small."""
    broken, low = list(summary["fatal"]), [failed["id"] for failed in summary["failed_indicators"]]
    told = [f"broken, and called fatal: {', '.join(broken)}"] if broken else []
    told += [f"under their bars: {', '.join(low)}"] if low else []
    return "; ".join(told) or None


@flow(
    name="mspike",
    persist_result=False,
    validate_parameters=False,
    on_completion=[_tell],
    on_failure=[_tell],
    on_crashed=[_tell],
)
def mspike_flow(
    input: str,
    output: str,
    criteria: str | None = None,
    config: str | None = None,
    *,
    wait: bool = True,
    full: bool = False,
    delta: bool = False,
    as_of: str | None = None,
    engine: dict[str, Any] | None = None,
    pseudonymise: dict[str, str | None] | None = None,
    registry: str | None = None,
) -> Any:
    """One run of the batch job; the same steps, order and result as without Prefect.

    `wait`: for input that is still being written, as the configuration's `[schedule]` says. `pseudonymise`: where the
    key file and the link table are.
    """
    from flows.schedule.artifacts import write_artifacts

    asked = {"input": input, "output": output, "criteria": criteria, "config": config, "registry": registry}
    how = {"full": full, "delta": delta, "as_of": as_of, "engine": engine, "pseudonymise": pseudonymise}
    job = _job({**asked, **how})
    try:
        if wait:
            _wait_for(job)
        summary = run(job, run_as_task)
    except (ConfigError, EngineError, ExtractError, StoreError, MistakeError) as error:
        return Failed(message=str(error), data=error)
    except Exception as error:
        mistake = MistakeError(f"the run failed by a mistake of the program ({type(error).__name__})")
        return Failed(message=str(mistake), data=mistake)
    write_artifacts(summary, job.output, job.load_config().schedule.report_url)
    if attention := _needs_attention(summary):
        return Completed(name=NEEDS_ATTENTION, message=attention, data=summary)
    return summary


def run_as_flow(job: Job) -> dict[str, Any]:
    """Run a job as a flow run, visible where PREFECT_API_URL points, else on a server of Prefect's own for this run."""
    config = str(job.config) if job.config else None
    engine = job.engine.parameters()
    how: dict[str, Any] = {
        "full": job.full,
        "delta": job.delta,
        "as_of": job.as_of.isoformat() if job.as_of else None,
        "engine": engine,
        "pseudonymise": job.pseudonymise.parameters() if job.pseudonymise else None,
        "registry": str(job.registry) if job.registry else None,
    }
    summary: Any = mspike_flow(str(job.input), str(job.output), job.criteria, config, wait=False, **how)
    return dict(summary)
