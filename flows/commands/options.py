"""Options that several commands take, each said once."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

PATH = click.Path(path_type=Path)
STORE = click.option("--store", type=PATH, required=True, help="Folder that a run wrote.")


def day(_context: click.Context, _option: click.Parameter, given: datetime | None) -> date | None:
    """What an option of type DateTime asks for is a day."""
    return given.date() if given else None
