"""`mspike vacuum`: an end to what was known before."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from flows.commands import options
from flows.faults import plainly
from flows.history.forgetting import vacuum as forget


@click.command()
@click.argument("store", type=options.PATH)
@click.option(
    "--before",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=options.day,
    help="Keep what was known on that day (UTC) and later. By default only today's.",
)
def vacuum(store: Path, before: date | None) -> None:
    """Forget what was known before, and give its space back."""
    with plainly(store):
        gone = forget(store, before)
    size = f"{gone['bytes'] / 2**20:,.1f} MiB smaller"
    click.echo(f"{gone['rows']:,} superseded rows gone, {gone['runs']:,} runs can't be looked back to any more, {size}")
