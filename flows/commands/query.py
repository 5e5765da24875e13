"""`mspike query`: a research question and its answer."""

from __future__ import annotations

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
    from flows.query.asking import Answer


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
    listed: bool,
    describe: bool,
) -> None:
    """Ask a store one research question: NAME, or the path of your own .sql file (one select)."""
    try:
        if listed:
            for line in list_lines():
                click.echo(line)
            return
        if name is None:
            raise QueryError("name a query; `mspike query --list` names them")
        asked = find(name)
        if describe:
            for line in described(asked):
                click.echo(line)
            return
        if store is None:
            raise QueryError("name the store to ask with --store")
        if form == "parquet" and output is None:
            raise QueryError("parquet is not for a screen; name a file with --output")
        from flows.query.asking import answer  # loads the engines, for which a list need not wait

        limits = Limits(seconds, mib, lambda message: stop_now(f"{asked.name}: {message}"))
        _write(answer(asked, store, _pairs(given), limits), form, output)
    except OSError as error:
        stop(str(error))


def _write(found: Answer, form: str, output: Path | None) -> None:
    """Write the result to a file or the screen; where it is from stands at a table's foot, else on standard error."""
    from flows.formats import FORMATS  # loads polars

    content = FORMATS[form](found.frame)
    foot = f"{found.frame.height:,} rows; {found.origin}\n"
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
