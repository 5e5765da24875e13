"""`mspike run`: the batch job."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import click

from flows.commands import job_options, options
from flows.endings import NEEDS_ATTENTION, UNUSABLE, stop, stoppable
from flows.job import Job
from flows.settings.bars import failure_line


@click.command()
@job_options.INPUT
@job_options.OUTPUT
@job_options.CRITERIA
@job_options.CONFIG
@job_options.MODE
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=options.day,
    help="What the store given as --input knew on that day (UTC).",
)
@click.option(
    "--registry", type=options.PATH, help="TOML file of the site's own names (default: registry.toml of EXTRACT)."
)
@job_options.PROFILE
@click.option("--full", is_flag=True, help="Derive every patient, not only those that changed since the last run.")
@job_options.pseudonym_options
@click.option("--prefect", is_flag=True, help="Run as a Prefect flow even where no API is configured.")
@job_options.engine_options
def run(*, prefect: bool, **asked: Any) -> None:
    """The batch job: ingest, validate, derive, outcomes, audit, report."""
    job = Job(**asked)
    if job.as_of and job.delta:
        stop("--as-of looks back in a store, --mode delta adds a delivery to one; give only one of them", UNUSABLE)
    if job.as_of and job.pseudonymise:
        stop("--as-of keeps the ids of the store; omit --pseudonymise", UNUSABLE)
    prepared = job.prepared()  # what can't be used is said before anything begins
    job.engine.check_scheduler()
    click.echo(_begun(prepared))
    with stoppable():
        summary = _run(job, as_flow=prefect or bool(os.environ.get("PREFECT_API_URL")))
    from flows.commands.run_summary import summary_lines  # loads the engines, as all that is imported here
    from flows.store import last_run

    with last_run(job.output) as last:
        for line in summary_lines(summary, job.output, last):
            click.echo(line)
    if failures := list(_failures(summary)):
        stop(failures, NEEDS_ATTENTION)


def _begun(job: Job) -> str:
    """The first line, before anything is loaded that takes long: what is read, into what, and by what."""
    what = f"what {job.input} knew on {job.as_of}" if job.as_of else job.input
    profile = job.configuration.profile
    by = f"criteria {job.configuration.criteria}" + (f", profile {profile.name}" if profile else "")
    return f"reading {what} into {job.output} ({by})"


def _run(job: Job, *, as_flow: bool) -> dict[str, Any]:
    if as_flow:
        from flows.schedule.flow import run_as_flow  # loads Prefect

        return run_as_flow(job)
    from flows import batch  # loads the engines

    return batch.run(job, progress=_print_progress if sys.stderr.isatty() else batch.say_nothing)


def _failures(summary: dict[str, Any]) -> Iterator[str]:
    if summary["fatal"]:
        rules = ", ".join(f"{rule} ({count})" for rule, count in summary["fatal"].items())
        yield f"the extract broke rules that the configuration calls fatal: {rules}; see the table quarantine"
    yield from map(failure_line, summary["failed_indicators"])


def _print_progress(step: str, seconds: float, done: dict[str, Any]) -> None:
    counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in done.get("rows", {}).items() if count)
    click.echo(f"{step:<9} {seconds:6.1f} s  {counts}", err=True)
