"""`mspike figures`: figures and tables to publish."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands import options
from flows.endings import stop, unwritten
from flows.figures.outcomes import FiguresError
from flows.figures.write import write_figures
from flows.store import last_run


@click.command()
@options.STORE
@click.option("--output", type=options.PATH, help="Folder to write into; STORE/report/figures where none is named.")
@click.option("--internal", is_flag=True, help="Show small numbers too, with a line that says they stay in the house.")
def figures(store: Path, output: Path | None, internal: bool) -> None:
    """Figures (SVG and PNG, for a journal's column or page) and tables (HTML and CSV) from what is stored."""
    shown = output or store / "report" / "figures"
    try:
        with last_run(store, to_write=output is None) as last:
            made = write_figures(last / "registry.duckdb", output or last / "report" / "figures", internal=internal)
    except FiguresError as error:
        stop(f"{store}: {error}")
    except OSError as error:
        stop(f"{shown}: {unwritten(error.errno)}")
    for entry in made:
        click.echo(f"{entry.name:<32} {', '.join(Path(file).suffix[1:] for file in entry.files) or entry.note}")
    click.echo(f"figures  {shown}")
