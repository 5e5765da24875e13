"""The program `mspike`. Exit status: 0 done, 1 failed, 2 wrong usage or configuration, 3 done but a fatal rule was
broken, or an indicator of the audit is under its bar; 130, 143 stopped by SIGINT, SIGTERM.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from flows.commands.address_space import lacking_address_space
from flows.commands.audit import audit
from flows.commands.check import check
from flows.commands.explain import explain
from flows.commands.export import export
from flows.commands.figures import figures
from flows.commands.job_options import pseudonym_options
from flows.commands.serve import serve
from flows.compare.comparison import compare
from flows.engines.engine import ENGINES
from flows.privacy.private_files import private_files
from flows.query.asking import query_command
from flows.settings.languages import LANGUAGES

FAILED, UNUSABLE, FATAL_RULE = 1, 2, 3
DRAWS = ("run", "serve", "report", "figures", "explain", "compare")
if TYPE_CHECKING:
    from flows.privacy.pseudonyms import Pseudonymise

folder = click.Path(path_type=Path)


class Program(click.Group):
    """The commands; what they can't print, and what an engine does wrong, is one line too."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. An output that takes no more, or an engine's own error, ends it with status 1 in one line."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            from flows.faults import REMEDIES, unwritten

            if error.errno not in REMEDIES:
                raise
            if sys.stdout is sys.__stdout__:
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python tries again when it ends
            _stop(f"the output {unwritten(error.errno)}", FAILED)
        except BaseException as error:  # a panic of polars is no Exception
            if said := _fault_of_engine(error):
                _stop(f"{said}; report it with this line, or try the version that requirements.txt pins", FAILED)
            raise


def _fault_of_engine(error: BaseException) -> str | None:
    if isinstance(error, (SystemExit, click.ClickException, click.exceptions.Exit)):  # every --help comes here
        return None
    from flows.faults import EngineFaultError, fault_of_engine

    return str(error) if isinstance(error, EngineFaultError) else fault_of_engine(error)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mspike")
@click.pass_context
def main(context: click.Context) -> None:
    """Stages, responses, progression and survival for every patient of a myeloma registry."""
    if context.invoked_subcommand in DRAWS and (lacking := lacking_address_space()):
        _stop(lacking, FAILED)
    if context.invoked_subcommand != "sample":  # its patients are made up
        context.with_resource(private_files())


@main.command()
@click.option("--input", "extract", type=folder, required=True, help="Folder with one file per table.")
@click.option("--output", "store", type=folder, required=True, help="Folder to keep the results in.")
@click.option("--criteria", help="Edition of the criteria: jsh2023 (default) or imwg2016.")
@click.option("--config", type=folder, help="TOML file with settings of the run.")
@click.option(
    "--mode",
    type=click.Choice(("full", "delta")),
    default="full",
    show_default=True,
    help="What is delivered: everything, or only the patients that changed, whole (and removed.csv).",
)
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="What the store given as --input knew on that day (UTC)."
)
@click.option("--registry", type=folder, help="TOML file of the site's own names (default: registry.toml of EXTRACT).")
@click.option("--full", is_flag=True, help="Derive every patient, not only those that changed since the last run.")
@pseudonym_options
@click.option("--prefect", is_flag=True, help="Run as a Prefect flow even where no API is configured.")
@click.option("--engine", type=click.Choice(ENGINES), default="embedded", show_default=True, help="What derives.")
@click.option("--workers", type=click.IntRange(min=1), help="dask: worker processes to start here (default: cores).")
@click.option("--scheduler-address", help="dask: a cluster's scheduler, such as tcp://HOST:8786, and its workers.")
@click.option("--scratch", type=folder, help="dask: folder that every worker reaches (default: in STORE).")
def run(
    *,
    extract: Path,
    store: Path,
    criteria: str | None,
    config: Path | None,
    mode: str,
    as_of: datetime | None,
    registry: Path | None,
    full: bool,
    pseudonymise: Pseudonymise | None,
    prefect: bool,
    engine: str,
    **cluster: Any,
) -> None:
    """The batch job: ingest, validate, derive, outcomes, audit, report."""
    from flows.batch import Job
    from flows.commands.run_summary import summary_lines
    from flows.engines.engine import EngineError, EngineUsageError, choose_engine
    from flows.faults import Stopped, stoppable
    from flows.intake.reading import ExtractError
    from flows.settings.config import ConfigError
    from flows.store import StoreError, last_run

    try:
        if as_of and mode == "delta":
            _stop("--as-of looks back in a store, --mode delta adds a delivery to one; give one of both", UNUSABLE)
        if as_of and pseudonymise:
            _stop("--as-of takes the ids as the store has them; leave --pseudonymise away", UNUSABLE)
        job = Job(
            extract,
            store,
            criteria,
            config,
            full=full,
            delta=mode == "delta",
            as_of=as_of.date() if as_of else None,
            engine=choose_engine(engine, **cluster),
            pseudonymise=pseudonymise,
            registry=registry,
        )
        job.load_config()
        job.check_key()
        job.engine.check_scheduler()
        with stoppable():
            summary = _run(job, as_flow=prefect or bool(os.environ.get("PREFECT_API_URL")))
    except Stopped as stopped:
        _stop(str(stopped), stopped.status)
    except (ConfigError, EngineUsageError) as error:
        _stop(str(error), UNUSABLE)
    except (EngineError, ExtractError, StoreError) as error:
        _stop(str(error), FAILED)
    with last_run(store) as last:
        for line in summary_lines(summary, store, last):
            click.echo(line)
    failures = list(_failures(summary))
    for line in failures:
        click.echo(f"mspike: {line}", err=True)
    if failures:
        raise SystemExit(FATAL_RULE)


def _failures(summary: dict[str, Any]) -> Iterator[str]:
    from flows.settings.bars import failure_line

    if summary["fatal"]:
        rules = ", ".join(f"{rule} ({count})" for rule, count in summary["fatal"].items())
        yield f"the extract broke rules that the configuration calls fatal: {rules}; see the table quarantine"
    yield from map(failure_line, summary["failed_indicators"])


def _run(job: Any, *, as_flow: bool) -> dict[str, Any]:
    if as_flow:
        from flows.schedule.flow import run_as_flow

        return run_as_flow(job)
    from flows.batch import run as run_batch
    from flows.batch import say_nothing

    return run_batch(job, progress=_print_progress if sys.stderr.isatty() else say_nothing)


def _print_progress(step: str, seconds: float, done: dict[str, Any]) -> None:
    counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in done.get("rows", {}).items() if count)
    click.echo(f"{step:<9} {seconds:6.1f} s  {counts}", err=True)


def _stop(message: str, status: int) -> NoReturn:
    click.echo(f"mspike: {message}", err=True)
    raise SystemExit(status)


@main.command()
@click.option("--store", type=folder, required=True, help="Folder that a run wrote.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of the page.")
@click.option("--site", help="A site's own page, with its list of things to fix.")
@click.option("--internal", is_flag=True, help="Exact numbers, and patients by name where a site is asked for.")
@click.option("--output", type=folder, help="File to write; by default in STORE/report.")
def report(store: Path, lang: str, site: str | None, internal: bool, output: Path | None) -> None:
    """Write the report again from what is stored."""
    from duckdb import Error as DatabaseError

    from flows.faults import engines_plainly
    from flows.report import write_report, write_site
    from flows.report.site import SiteError
    from flows.store import StoreError, last_run

    try:
        with engines_plainly(), last_run(store, to_write=output is None) as last:
            database, folder = last / "registry.duckdb", last / "report"
            if site is None:
                page = write_report(database, folder, internal=internal, lang=lang, output=output)
            else:
                page = write_site(database, folder, site, internal=internal, lang=lang, output=output)
    except SiteError as error:
        _stop(f"{store}: {error}", UNUSABLE)
    except StoreError as error:
        _stop(str(error), FAILED)
    except OSError as error:
        _stop(f"{output or store / 'report'}: the page can't be written there ({error.strerror})", FAILED)
    except DatabaseError:
        _stop(
            f"{store}: the store can't be read, or was made by another version; write it again with mspike run", FAILED
        )
    click.echo(f"report   {output or store / 'report' / page.name}")


@main.command()
@click.option("--patients", type=click.IntRange(min=1), required=True, help="How many patients to make up.")
@click.option("--output", type=folder, required=True, help="Folder to write the extract into.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
def sample(patients: int, output: Path, seed: int) -> None:
    """A synthetic extract: plausible, seeded, with a few dirty rows of every kind."""
    from flows.sample import write_sample

    for table, rows in write_sample(output, patients, seed).items():
        click.echo(f"{table:<16} {rows:>10,} rows")


@main.command()
@click.argument("store", type=folder)
@click.option(
    "--before",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Keep what was known on that day (UTC) and later. By default only today's.",
)
def vacuum(store: Path, before: datetime | None) -> None:
    """Forget what was known before, and give its space back."""
    from flows.faults import plainly
    from flows.history.vacuum import vacuum as forget
    from flows.store import StoreError

    try:
        with plainly(store):
            gone = forget(store, before.date() if before else None)
    except StoreError as error:
        _stop(str(error), FAILED)
    size = f"{gone['bytes'] / 2**20:,.1f} MiB smaller"
    click.echo(f"{gone['rows']:,} superseded rows gone, {gone['runs']:,} runs can't be looked back to any more, {size}")


for command in (audit, check, compare, explain, export, figures, query_command, serve):
    main.add_command(command)

if __name__ == "__main__":
    main()
