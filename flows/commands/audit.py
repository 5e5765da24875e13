"""`mspike audit`: the indicators of the quality audit on the terminal, as JSON or CSV, and the bars that fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import click

FAILED, UNUSABLE, UNDER_THE_BAR = 1, 2, 3


@click.command()
@click.option("--store", type=click.Path(path_type=Path), required=True, help="Folder that a run wrote.")
@click.option("--site", help="This site's figures beside those of all; bars are then the site's.")
@click.option(
    "--fail-on",
    "bars",
    multiple=True,
    metavar="ID=SHARE,…",
    help="Exit status 3 where an indicator is under this share (0 to 1), or nothing can be told; may come again.",
)
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
def audit(store: Path, site: str | None, bars: tuple[str, ...], form: str) -> None:
    """The indicators of the quality audit, what changed since the last run, failing checks, and agreement."""
    import duckdb

    from flows.audit.findings import UnknownSiteError, as_json
    from flows.audit.screen import lines
    from flows.faults import engines_plainly
    from flows.formats import as_csv
    from flows.privacy.escaping import printable
    from flows.settings.bars import BarError, failure_line, parsed
    from flows.store import StoreError, last_run

    try:
        least = parsed(bars)
        with engines_plainly(), last_run(store) as last:
            found = _found(last / "registry.duckdb", site, least)
    except StoreError as error:
        _stop(str(error), FAILED)
    except (BarError, UnknownSiteError) as error:
        _stop(str(error), UNUSABLE)
    except duckdb.Error:
        _stop(
            f"{store}: the store can't be read, or was made by another version; write it again with mspike run", FAILED
        )
    if form == "json":
        click.echo(as_json(found))
    elif form == "csv":
        click.echo(as_csv(found["indicators"]), nl=False)
    else:
        for line in lines(found, site):
            click.echo(printable(line))
    for failed in found["failed"].iter_rows(named=True):
        click.echo(f"mspike: {failure_line(failed)}", err=True)
    if not found["failed"].is_empty():
        raise SystemExit(UNDER_THE_BAR)


def _found(database: Path, site: str | None, least: dict[str, float]) -> Any:
    from flows.audit.findings import findings
    from flows.store import connect

    with connect(database, read_only=True) as connection:
        return findings(connection, site, least)


def _stop(message: str, status: int) -> NoReturn:
    click.echo(f"mspike: {message}", err=True)
    raise SystemExit(status)
