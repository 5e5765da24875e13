"""`mspike audit`: the indicators of the quality audit on the terminal, as JSON or CSV, and the bars that fail."""

from __future__ import annotations

from pathlib import Path

import click
import duckdb

from flows.audit.findings import as_json, findings
from flows.audit.screen import lines
from flows.commands import options
from flows.database import connect
from flows.endings import NEEDS_ATTENTION, UNREADABLE, stop
from flows.faults import engines_plainly
from flows.formats import as_csv
from flows.privacy.escaping import printable
from flows.settings.bars import failure_line, parsed
from flows.store import last_run


@click.command()
@options.STORE
@click.option("--site", help="Show this site beside all; minimums then apply to the site.")
@click.option(
    "--fail-on",
    "bars",
    multiple=True,
    metavar="ID=SHARE,…",
    help="Exit status 3 if an indicator is below this share (0 to 1), or no case can be judged; may be repeated.",
)
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
def audit(store: Path, site: str | None, bars: tuple[str, ...], form: str) -> None:
    """The indicators of the quality audit, what changed since the last run, failing checks, and agreement."""
    least = parsed(bars)
    try:
        with (
            engines_plainly(),
            last_run(store) as last,
            connect(last / "registry.duckdb", read_only=True) as connection,
        ):
            found = findings(connection, site, least)
    except duckdb.Error:
        stop(f"{store}: {UNREADABLE}")
    if form == "json":
        click.echo(as_json(found))
    elif form == "csv":
        click.echo(as_csv(found["indicators"]), nl=False)
    else:
        for line in lines(found, site):
            click.echo(printable(line))
    if failures := [failure_line(failed) for failed in found["failed"].iter_rows(named=True)]:
        stop(failures, NEEDS_ATTENTION)
