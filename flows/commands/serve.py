"""`mspike serve`: the batch job by the clock, until it is stopped."""

from __future__ import annotations

import os
import signal
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from flows.commands.job_options import pseudonym_options

if TYPE_CHECKING:
    from flows.batch import Job
    from flows.privacy.pseudonyms import Pseudonymise

FAILED, UNUSABLE = 1, 2
folder = click.Path(path_type=Path)


class OneLineCommand(click.Command):
    """A command whose wrong usage is one line: it is read in the log of a service."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            _stop(f"serve: {' '.join(error.format_message().split())} (mspike serve --help)", UNUSABLE)


@click.command(cls=OneLineCommand)
@click.option("--input", "extract", type=folder, required=True, help="Folder with one file per table.")
@click.option("--output", "store", type=folder, required=True, help="Folder to keep the results in.")
@click.option("--cron", required=True, help="When to run, such as '0 2 * * *'.")
@click.option("--timezone", default="UTC", show_default=True, help="Whose clock, such as Asia/Tokyo.")
@click.option("--criteria", help="Edition of the criteria: jsh2023 (default) or imwg2016.")
@click.option("--config", type=folder, help="TOML file with settings of the run.")
@click.option(
    "--mode",
    type=click.Choice(("full", "delta")),
    default="full",
    show_default=True,
    help="What is delivered: everything, or only the patients that changed, whole (and removed.csv).",
)
@pseudonym_options
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the server started here; by default a free one.")
def serve(
    *,
    extract: Path,
    store: Path,
    cron: str,
    timezone: str,
    criteria: str | None,
    config: Path | None,
    mode: str,
    pseudonymise: Pseudonymise | None,
    port: int | None,
) -> None:
    """The batch job by the clock, as a Prefect deployment: at PREFECT_API_URL, else on a server of its own."""
    from flows.batch import Job
    from flows.schedule.server import ServerError
    from flows.settings.config import ConfigError

    job = Job(extract, store, criteria, config, delta=mode == "delta", pseudonymise=pseudonymise)
    try:
        job.load_config()
        job.check_key()
        _check_timezone(timezone)
        signal.signal(signal.SIGTERM, _end)  # Prefect's own handler comes later, and this one must end the server too
        _serve(job, cron, timezone, port)
    except ConfigError as error:
        _stop(str(error), UNUSABLE)
    except ServerError as error:
        _stop(str(error), FAILED)
    except KeyboardInterrupt:
        pass


def _end(_signal: int, _frame: Any) -> NoReturn:
    raise SystemExit(0)


def _check_timezone(timezone: str) -> None:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        _stop(f"serve: no timezone {timezone!r}; give an IANA name such as Asia/Tokyo", UNUSABLE)


def _serve(job: Job, cron: str, timezone: str, port: int | None) -> None:
    """Serve at the API that is configured, else at a server of our own, its database in PREFECT_HOME or the store."""
    from flows.schedule.server import free_port, own_server, url_of

    configured = os.environ.get("PREFECT_API_URL")
    if not configured:
        port = free_port(port)
        os.environ["PREFECT_API_URL"] = url_of(port)
        _make(Path(os.environ.setdefault("PREFECT_HOME", str(job.output.absolute() / ".prefect"))))
    from flows.schedule import deployment  # Prefect reads its environment when it is imported

    try:
        deployment.check_cron(cron, timezone)
    except ValueError:
        _stop(f"serve: --cron {cron!r} is no cron expression; write five fields such as '0 2 * * *'", UNUSABLE)
    with own_server(port, Path(os.environ["PREFECT_HOME"])) if port and not configured else nullcontext():
        url = os.environ["PREFECT_API_URL"]
        click.echo(f"deployment mspike/{deployment.name_of(job.output)}, cron {cron} ({timezone})")
        click.echo(f"ui         {url.removesuffix('/api')}")
        click.echo(f"api        {url}")
        try:
            deployment.serve(job, cron, timezone)
        except Exception as error:
            _stop(f"serve: Prefect at {url} is gone or refuses ({type(error).__name__}); start it again", FAILED)


def _make(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _stop(f"{home}: can't be written ({error.strerror}); name a folder you may write to", FAILED)


def _stop(message: str, status: int) -> NoReturn:
    click.echo(f"mspike: {message}", err=True)
    raise SystemExit(status)
