"""`mspike map`: a draft of registry.toml from the files at hand, or a copy of a profile's."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands import options
from flows.endings import FAILED, UNUSABLE, stop, unwritten
from flows.intake.reading import REGISTRY_NAME
from flows.mapping.extract import draft_of
from flows.settings.profiles import profile as profile_of


@click.command(name="map")
@click.argument("extract", type=options.PATH, required=False)
@click.option("--output", type=options.PATH, help="File to write (default: standard output).")
@click.option("--profile", help="Copy the registry.toml of this profile, to be changed, and its SQL.")
def map(extract: Path | None, output: Path | None, profile: str | None) -> None:
    """Draft registry.toml from the files of EXTRACT: which column is what, and what has to be asked.

    Behind each line stands how sure it is, and why. What the files do not tell is asked, with a line for each answer.
    No patient's value, id or date is written: only names of columns, and codes with their counts.
    """
    if (extract is None) == (profile is None):
        raise click.UsageError("give either EXTRACT or --profile NAME")
    if profile is not None:
        _copy(profile, output)
        return
    assert extract is not None
    if output and output.exists():
        stop(f"{output}: is there already; name another file, or move it", FAILED)
    draft = draft_of(extract)
    if output is None:
        click.echo(draft.text(), nl=False)
        return
    try:
        output.write_text(draft.text(), encoding="utf-8")
    except OSError as error:
        stop(f"{output}: {unwritten(error.errno)}", FAILED)
    asked = len(draft.questions())
    count = f"{len(draft.sections)} sections, {asked} {'question' if asked == 1 else 'questions'}"
    click.echo(f"{output}: {count}{'; answer each # ? in it' if asked else ''}, then mspike check --registry {output}")


def _copy(name: str, output: Path | None) -> None:
    if output is None or output.name != REGISTRY_NAME:
        stop(f"--profile goes with --output FOLDER/{REGISTRY_NAME}: its files keep their names", UNUSABLE)
    for place in profile_of(name).copy(output.parent):
        click.echo(place)
