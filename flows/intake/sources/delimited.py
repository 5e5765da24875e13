"""Text with a delimiter between the columns, plain, gzipped, or in a zip archive."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flows.intake.sources import csv_rows
from flows.intake.sources.csv_rows import CsvForm
from flows.intake.sources.picked_lines import Asked
from flows.intake.sources.source import Piece


@dataclass(frozen=True)
class Delimited:
    """A file of text; of its rows `only` some are read (None: all)."""

    path: Path
    form: CsvForm
    only: Asked | None = field(default=None, compare=False, repr=False)

    def header(self) -> list[str]:
        """The names in its header."""
        return csv_rows.header(self.path, self.form)[0]

    def pieces(self, positions: Sequence[int] | None = None, marked: Container[int] = ()) -> Iterator[Piece]:
        """Its rows: a line is read whole, and holds nothing but text."""
        for text, refused in csv_rows.batches(self.path, self.form, self.only):
            yield Piece(text, refused)
