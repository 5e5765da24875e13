"""`mspike serve`: the batch job on a schedule, until it is stopped."""

from __future__ import annotations

import os
import signal
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import click

from flows.commands import job_options
from flows.endings import DONE, UNUSABLE, stop, unwritten
from flows.job import Job
from flows.schedule.server import free_port, own_server, url_of


class OneLineCommand(click.Command):
    """A command whose wrong usage is one line: it is read in the log of a service."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            stop(f"serve: {' '.join(error.format_message().split())} (mspike serve --help)", UNUSABLE)


@click.command(cls=OneLineCommand)
@job_options.INPUT
@job_options.OUTPUT
@click.option("--cron", required=True, help="When to run, such as '0 2 * * *'.")
@click.option("--timezone", default="UTC", show_default=True, help="Whose clock, such as Asia/Tokyo.")
@job_options.CRITERIA
@job_options.CONFIG
@job_options.PROFILE
@job_options.MODE
@job_options.pseudonym_options
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the server started here; by default a free one.")
def serve(*, cron: str, timezone: str, port: int | None, **asked: Any) -> None:
    """The batch job on a schedule, as a Prefect deployment: at PREFECT_API_URL, or on a server of its own."""
    job = Job(**asked)
    job.prepared()  # what can't be used is said before anything begins
    _check_timezone(timezone)
    signal.signal(signal.SIGTERM, _end)  # Prefect's own handler comes later, and this one must end the server too
    with suppress(KeyboardInterrupt):
        _serve(job, cron, timezone, port)


def _end(_signal: int, _frame: Any) -> NoReturn:
    raise SystemExit(DONE)


def _check_timezone(timezone: str) -> None:
    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        stop(f"serve: no timezone {timezone!r}; give an IANA name such as Asia/Tokyo", UNUSABLE)


def _serve(job: Job, cron: str, timezone: str, port: int | None) -> None:
    """Serve at the API that is configured, else at a server of our own, its database in PREFECT_HOME or the store."""
    configured = os.environ.get("PREFECT_API_URL")
    if not configured:
        port = free_port(port)
        os.environ["PREFECT_API_URL"] = url_of(port)
        _make(Path(os.environ.setdefault("PREFECT_HOME", str(job.output.absolute() / ".prefect"))))
    from flows.schedule import deployment  # Prefect reads its environment when it is imported

    try:
        deployment.check_cron(cron, timezone)
    except ValueError:
        stop(f"serve: --cron {cron!r} is no cron expression; write five fields such as '0 2 * * *'", UNUSABLE)
    with own_server(port, Path(os.environ["PREFECT_HOME"])) if port and not configured else nullcontext():
        url = os.environ["PREFECT_API_URL"]
        click.echo(f"deployment mspike/{deployment.name_of(job.output)}, cron {cron} ({timezone})")
        click.echo(f"ui         {url.removesuffix('/api')}")
        click.echo(f"api        {url}")
        try:
            deployment.serve(job, cron, timezone)
        except Exception as error:
            stop(f"serve: Prefect at {url} is gone or refuses ({type(error).__name__}); start it again")


def _make(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        stop(f"{home}: {unwritten(error.errno)}")
