"""Tables to publish: as a page of HTML that stands alone, and as CSV that a spreadsheet opens without harm."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.drawing.render import environment
from flows.privacy.escaping import safe

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Row:
    """A row of a table: its name, its cells, and whether it is a heading of those after it or one of a heading's."""

    name: str
    cells: list[str]
    is_heading: bool = False
    is_indented: bool = False


@dataclass(frozen=True)
class Table:
    """A table to be written: as HTML the rows, as CSV `records` with `fields`."""

    name: str
    title: str
    notes: list[str]
    columns: list[str]
    rows: list[Row]
    fields: list[str]
    records: list[list[Any]]


def html(table: Table) -> str:
    """The table as one page; whatever text it has is escaped."""
    return environment(TEMPLATES).get_template("table.html.j2").render(table=table)


def csv_text(table: Table) -> str:
    """The table as CSV: numbers as numbers, unknown empty, and no cell that a spreadsheet would compute."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([safe(cell) for cell in record] for record in [table.fields, *table.records])
    return text.getvalue()
