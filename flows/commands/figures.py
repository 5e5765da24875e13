"""`mspike figures`: figures and tables to publish."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

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
    from flows.store import StoreError, last_run

    told = output or store / "report" / "figures"
    try:
        with last_run(store, to_write=output is None) as last:
            made = write_figures(last / "registry.duckdb", output or last / "report" / "figures", internal=internal)
    except StoreError as error:
        _stop(str(error))
    except FiguresError as error:
        _stop(f"{store}: {error}")
    except OSError as error:
        _stop(f"{told}: can't be written ({error.strerror}); name a folder you may write to")
    for entry in made:
        click.echo(f"{entry.name:<32} {', '.join(Path(file).suffix[1:] for file in entry.files) or entry.note}")
    click.echo(f"figures  {told}")


def _stop(message: str) -> NoReturn:
    click.echo(f"mspike: {message}", err=True)
    raise SystemExit(FAILED)
