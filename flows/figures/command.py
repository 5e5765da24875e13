"""`mspike figures`: figures and tables to publish."""

from __future__ import annotations

from pathlib import Path

import click

FAILED = 1
folder = click.Path(path_type=Path)


@click.command()
@click.option("--store", type=folder, required=True, help="Folder that a run wrote.")
@click.option("--output", type=folder, help="Folder to write into; STORE/report/figures where none is named.")
@click.option("--internal", is_flag=True, help="Show small numbers too, with a line that says they stay in the house.")
def figures(store: Path, output: Path | None, internal: bool) -> None:
    """Figures (SVG and PNG, for a journal's column or page) and tables (HTML and CSV) from what is stored."""
    from flows.figures.write import FiguresError, write_figures
    from flows.store import StoreError, read_last

    target = output or store / "report" / "figures"
    try:
        made = read_last(
            store,
            lambda: write_figures(store / "registry.duckdb", target.resolve(), internal=internal),
            writes=output is None,
        )
    except (FiguresError, StoreError) as error:
        click.echo(f"mspike: {error}", err=True)
        raise SystemExit(FAILED) from None
    for entry in made:
        click.echo(f"{entry.name:<32} {', '.join(Path(file).suffix[1:] for file in entry.files) or entry.note}")
    click.echo(f"figures  {target}")
