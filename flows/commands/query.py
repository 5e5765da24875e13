"""`mspike query`: a research question and its answer."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands import options
from flows.endings import stop, stop_now
from flows.privacy.private_files import write_private
from flows.query.file import QueryError
from flows.query.questions import described, find, list_lines
from flows.sandbox.limits import MIB, SECONDS, Limits

if TYPE_CHECKING:
    import polars as pl


@click.command()
@click.argument("name", required=False)
@click.option("--store", type=options.PATH, help="Folder that a run wrote.")
@click.option("--param", "given", multiple=True, metavar="NAME=VALUE", help="Value of a parameter; may be repeated.")
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "parquet", "json"]), default="table", show_default=True
)
@click.option("--output", type=options.PATH, help="File to write the result into.")
@click.option(
    "--time-limit",
    "seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=SECONDS,
    show_default=True,
    help="Seconds after which the query is stopped.",
)
@click.option(
    "--memory-limit",
    "mib",
    type=click.IntRange(min=64),
    default=MIB,
    show_default=True,
    help="MiB that the query, and its answer, may take.",
)
@click.option("--cohort", "cohorts", type=options.PATH, help="A file of cohorts (TOML), whose members are asked for.")
@click.option("--outcome", is_flag=True, help="With --cohort: what becomes of the cohorts, in place of their members.")
@click.option("--list", "listed", is_flag=True, help="Name the queries, a line each.")
@click.option("--describe", is_flag=True, help="What the query asks, its parameters, caveats and columns.")
def query(
    *,
    name: str | None,
    store: Path | None,
    given: tuple[str, ...],
    form: str,
    output: Path | None,
    seconds: float,
    mib: int,
    cohorts: Path | None,
    outcome: bool,
    listed: bool,
    describe: bool,
) -> None:
    """Ask a store one research question: NAME, or the path of your own .sql file (one select); or, with --cohort FILE,
    for the members of cohorts, or for what becomes of them.
    """
    try:
        if listed:
            for line in list_lines():
                click.echo(line)
            return
        if form == "parquet" and output is None:
            raise QueryError("parquet is not for a screen; name a file with --output")
        if cohorts is not None:
            if name is not None or given:
                raise QueryError("--cohort asks for members; a query, and its --param, is asked apart")
            limits = Limits(seconds, mib, lambda message: stop_now(f"{cohorts.name}: {message}"))
            ask = _outcome if outcome and not describe else partial(_cohorts, describe=describe)
            ask(cohorts, store, limits, form, output)
            return
        if name is None or outcome:
            raise QueryError("name a query (`mspike query --list`), or a file of cohorts with --cohort")
        asked = find(name)
        if describe:
            for line in described(asked):
                click.echo(line)
            return
        if store is None:
            raise QueryError("name the store to ask with --store")
        from flows.query.asking import answer  # loads the engines, for which a list need not wait

        limits = Limits(seconds, mib, lambda message: stop_now(f"{asked.name}: {message}"))
        found = answer(asked, store, _pairs(given), limits)
        _write(found.frame, found.origin, form, output)
    except OSError as error:
        stop(str(error))


def _cohorts(file: Path, store: Path | None, limits: Limits, form: str, output: Path | None, *, describe: bool) -> None:
    """The members of a file's cohorts; described, what it asks, and with a store how each filter divides it."""
    from flows.drawing.words import ENGLISH  # loads the engines, for which a list of questions need not wait
    from flows.query.cohort_file import ask, read_file
    from flows.query.in_words import described as in_words

    analysis = read_file(file)
    if describe:
        for line in in_words(analysis, ENGLISH):
            click.echo(line)
    elif store is None:
        raise QueryError("name the store to ask with --store")
    if store is not None:
        found = ask(analysis, store, limits)
        _write(found.steps if describe else found.frame, found.origin, form, output)


def _outcome(file: Path, store: Path | None, limits: Limits, form: str, output: Path | None) -> None:
    """Every number of the outcome that a file asks for."""
    from flows.query.asked_outcome import ask_outcome  # loads the engines, for which a list of questions need not wait
    from flows.query.cohort_file import read_file

    analysis = read_file(file)
    if store is None:
        raise QueryError("name the store to ask with --store")
    _write(*ask_outcome(analysis, store, limits), form, output)


def _write(frame: pl.DataFrame, origin: str, form: str, output: Path | None) -> None:
    """Write the result to a file or the screen; where it is from stands at a table's foot, else on standard error."""
    from flows.formats import FORMATS  # loads polars

    content = FORMATS[form](frame)
    foot = f"{frame.height:,} rows; {origin}\n"
    if form == "table":
        content += ("\n" + foot).encode()
    if output is not None:
        write_private(output, content)
    else:
        click.echo(content, nl=False)
    if form != "table":
        click.echo(foot, err=True, nl=False)


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise QueryError(f"--param {text!r} is not NAME=VALUE")
        if name in pairs:
            raise QueryError(f"--param {name} comes twice")
        pairs[name] = value
    return pairs
