"""`mspike sample`: a registry that never was."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands import options
from flows.sample import write_sample


@click.command()
@click.option("--patients", type=click.IntRange(min=1), required=True, help="How many patients to make up.")
@click.option("--output", type=options.PATH, required=True, help="Folder to write the extract into.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
def sample(patients: int, output: Path, seed: int) -> None:
    """A synthetic extract: plausible, seeded, with a few dirty rows of every kind."""
    for table, rows in write_sample(output, patients, seed).items():
        click.echo(f"{table:<16} {rows:>10,} rows")
