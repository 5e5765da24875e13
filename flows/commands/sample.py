"""`mspike sample`: a registry that never was."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands import options
from flows.sample import write_sample
from flows.sample.forms import FORMS, write_form
from flows.sample.forms.not_held import losses


@click.command()
@click.option("--patients", type=click.IntRange(min=1), required=True, help="How many patients to make up.")
@click.option("--output", type=options.PATH, required=True, help="Folder to write the extract into.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--form", type=click.Choice(list(FORMS)), help="Another form of the same patients, without dirty rows.")
def sample(patients: int, output: Path, seed: int, form: str | None) -> None:
    """A synthetic extract: plausible, seeded, with a few dirty rows of every kind."""
    if form is None:
        for table, rows in write_sample(output, patients, seed).items():
            click.echo(f"{table:<16} {rows:>10,} rows")
        return
    for file, rows in write_form(form, output, patients, seed).items():
        click.echo(f"{file:<44} {rows:>10,} rows")
    for loss in losses(form):
        click.echo(f"not held     {loss.lost} ({loss.why})")
