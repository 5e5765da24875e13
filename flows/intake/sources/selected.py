"""Rows of a select: its columns, and the column that says which row of the source each is from."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from flows.intake.headers import RegistryError
from flows.intake.sources.source import Piece, numbered, typed_pieces
from transforms.intake.shapes import SOURCE_ROW

ROW = "source_row"


@dataclass(frozen=True)
class Columns:
    """The columns of a select that is called `name`: `own`, by their positions in it, and that of `source_row`."""

    name: str
    own: tuple[int, ...]
    row: int | None

    @classmethod
    def of(cls, name: str, names: Sequence[str]) -> Columns:
        """The columns by their names. Raises RegistryError where `source_row` is there twice."""
        found = [at for at, column in enumerate(names) if column.lower() == ROW]
        if len(found) > 1:
            raise RegistryError(f"{name}: {ROW} is there twice; keep one")
        return cls(name, tuple(at for at in range(len(names)) if at not in found), found[0] if found else None)

    def read(self, positions: Sequence[int] | None) -> list[int]:
        """Which of the select's columns are needed for those at these positions of `own` (None: all)."""
        wanted = self.own if positions is None else [self.own[at] for at in sorted(set(positions))]
        return [*wanted, *([] if self.row is None else [self.row])]

    def pieces(self, frames: Iterable[pl.DataFrame], marked: Container[int]) -> Iterator[Piece]:
        """Pieces of frames whose columns are called by their positions in the select."""
        places = {str(at): str(position) for position, at in enumerate(self.own)}
        for frame in numbered(frames):
            rows = frame.drop(str(self.row), strict=False)
            [piece] = typed_pieces(
                [rows.rename({name: places[name] for name in rows.columns if name in places})], marked
            )
            if self.row is not None:
                piece = piece._replace(text=piece.text.with_columns(self._numbers(frame[str(self.row)])))
            yield piece

    def _numbers(self, cells: pl.Series) -> pl.Series:
        whole = cells.cast(pl.Int64, strict=False)
        is_part = cells.dtype.is_float() or cells.dtype.is_decimal()
        if whole.null_count() or cells.dtype == pl.Boolean or (is_part and bool((whole != cells).any())):
            raise RegistryError(f"{self.name}: {ROW} must be a whole number in each row; cast it to bigint")
        return whole.alias(SOURCE_ROW)
