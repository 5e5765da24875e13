"""`mspike compare`: what moved from one store to another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from flows.commands import options
from flows.compare.comparison import compared, comparison_lines
from flows.endings import stop, unwritten
from flows.figures.outcomes import FiguresError
from flows.store import last_run


@click.command()
@click.argument("store_a", type=options.PATH)
@click.argument("store_b", type=options.PATH)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option(
    "--patients", is_flag=True, help="List the ids of the patients of each move: for use inside the house only."
)
@click.option("--figures", type=options.PATH, help="Folder for a figure of PFS in both, fit to share (SVG, PNG).")
def compare(store_a: Path, store_b: Path, form: str, patients: bool, figures: Path | None) -> None:
    """Who moved from STORE_A to STORE_B, which clause moved them, and what it does to survival."""
    with last_run(store_a) as a, last_run(store_b) as b:
        found = compared((store_a, store_b), (a, b), patients=patients)
        written = _draw(found, (a, b), figures) if figures else []
    if form == "json":
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for line in comparison_lines(found):
        click.echo(line)
    if figures:
        click.echo(f"\nfigure   {', '.join(str(figures / name) for name in written) or 'none: no curve of PFS'}")


def _draw(found: dict[str, Any], runs: tuple[Path, Path], folder: Path) -> list[str]:
    from flows.compare.survival_figure import write_figure  # what draws takes long to load

    editions = (found["a"]["criteria"], found["b"]["criteria"])
    stores = [found[name]["store"] for name in "ab"]
    names = editions if editions[0] != editions[1] else (f"A: {Path(stores[0]).name}", f"B: {Path(stores[1]).name}")
    try:
        return write_figure(runs[0] / "registry.duckdb", runs[1] / "registry.duckdb", names, folder)
    except FiguresError as error:
        stop(f"{stores[0]} or {stores[1]}: {error}")
    except OSError as error:
        stop(f"{folder}: {unwritten(error.errno)}")
