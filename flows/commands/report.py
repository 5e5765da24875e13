"""`mspike report`: the page again."""

from __future__ import annotations

from pathlib import Path

import click
import duckdb

from flows.commands import options
from flows.endings import UNREADABLE, UNUSABLE, stop, unwritten
from flows.faults import engines_plainly
from flows.report import write_report, write_site
from flows.report.site import SiteError
from flows.settings.languages import LANGUAGES
from flows.store import last_run


@click.command()
@options.STORE
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of the page.")
@click.option("--site", help="A site's own page, with its list of things to fix.")
@click.option("--internal", is_flag=True, help="Exact numbers; with --site also the ids of its patients.")
@click.option("--output", type=options.PATH, help="File to write; by default in STORE/report.")
def report(store: Path, lang: str, site: str | None, internal: bool, output: Path | None) -> None:
    """Write the report again from what is stored."""
    try:
        with engines_plainly(), last_run(store, to_write=output is None) as last:
            database, folder = last / "registry.duckdb", last / "report"
            if site is None:
                page = write_report(database, folder, internal=internal, lang=lang, output=output)
            else:
                page = write_site(database, folder, site, internal=internal, lang=lang, output=output)
    except SiteError as error:
        stop(f"{store}: {error}", UNUSABLE)
    except OSError as error:
        stop(f"{output or store / 'report'}: {unwritten(error.errno)}")
    except duckdb.Error:
        stop(f"{store}: {UNREADABLE}")
    click.echo(f"report   {output or store / 'report' / page.name}")
