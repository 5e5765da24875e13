"""The batch job as a Prefect flow whose tasks are its steps.

Prefect stores what it is given: parameters here are paths and an edition's name, results are counts that stay in the
process, caching is off, and the text of an error that is not ours is kept from it, so no patient's data reaches its
database.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from inspect import Signature
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed, Failed

from flows.batch import Step, run
from flows.endings import DONE, FAILED, NEEDS_ATTENTION, MspikeError
from flows.intake.arrival import StillBeingWrittenError, check_arrived
from flows.job import Job, options
from flows.schedule.artifacts import write_artifacts
from flows.schedule.notify import notify

ATTENTION = "NeedsAttention"
CRASHED = "the run ended before it was done: stopped, or out of memory"


class MistakeError(MspikeError):
    """A mistake of the program; the message is one line that quotes nothing of the data."""


def run_as_task(step: Step, job: Job) -> dict[str, Any]:
    """Run a step as a Prefect task of its name."""
    return task(name=step.__name__, cache_policy=NO_CACHE, persist_result=False)(_failing_in_one_line)(step, job)


def _failing_in_one_line(step: Step, job: Job) -> dict[str, Any]:
    """Run a step. Raises MistakeError in place of what may quote the data."""
    try:
        return step(job)
    except MspikeError:
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


def _tell(flow: Any, flow_run: Any, state: Any) -> None:
    """Hook: say how the run ended, on the output of a scheduled run and notify the command of the configuration."""
    status = DONE if state.is_completed() else FAILED
    if state.name == ATTENTION:
        status = NEEDS_ATTENTION
    message = CRASHED if state.is_crashed() else state.message or "done"
    if flow_run.deployment_id:
        print(f"mspike: {flow_run.name}: {state.name}: {message}", file=sys.stderr, flush=True)
    asked = {name: value for name, value in flow_run.parameters.items() if name != "wait"}
    notify(Job.from_parameters(asked), state.name, status, message, flow_run.name)


def _needs_attention(summary: dict[str, Any]) -> str | None:
    """Which rules and indicators fail the run, without a number: Prefect keeps it, and counts may be small."""
    broken, low = list(summary["fatal"]), [failed["id"] for failed in summary["failed_indicators"]]
    known = [f"broken, and called fatal: {', '.join(broken)}"] if broken else []
    known += [f"under their bars: {', '.join(low)}"] if low else []
    return "; ".join(known) or None


def _takes_a_job(function: Callable[..., Any]) -> Callable[..., Any]:
    """What Prefect's UI, a deployment and prefect.yaml may name, one by one: the options of a job, and `wait`."""
    own = Signature.from_callable(function, eval_str=True).parameters["wait"]
    function.__signature__ = Signature([*options(), own])  # type: ignore[attr-defined]
    return function


@flow(
    name="mspike",
    persist_result=False,
    validate_parameters=False,
    on_completion=[_tell],
    on_failure=[_tell],
    on_crashed=[_tell],
)
@_takes_a_job
def mspike_flow(*, wait: bool = True, **asked: Any) -> Any:
    """One run of the batch job; the same steps, order and result as without Prefect.

    `wait`: for input that is still being written, as the configuration's `[schedule]` says. `pseudonymise`: where the
    key file and the link table are.
    """
    job = Job.from_parameters(asked)
    try:
        if wait:
            _wait_for(job)
        summary = run(job, run_as_task)
    except MspikeError as error:
        return Failed(message=str(error), data=error)
    except Exception as error:
        mistake = MistakeError(f"the run failed by a mistake of the program ({type(error).__name__})")
        return Failed(message=str(mistake), data=mistake)
    write_artifacts(summary, job.output, job.load_config().schedule.report_url)
    if attention := _needs_attention(summary):
        return Completed(name=ATTENTION, message=attention, data=summary)
    return summary


def run_as_flow(job: Job) -> dict[str, Any]:
    """Run a job as a flow run, visible where PREFECT_API_URL points, else on a server of Prefect's own for this run."""
    summary: Any = mspike_flow(**job.parameters(), wait=False)
    return dict(summary)
