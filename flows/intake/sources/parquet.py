"""Parquet files."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pa_parquet

from flows.intake.sources import source
from flows.intake.sources.form_error import FormError
from flows.intake.sources.source import Piece, numbered, typed_pieces
from flows.settings.file_limits import Limits


@dataclass(frozen=True)
class Parquet:
    """A Parquet file."""

    path: Path

    def check_size(self, limits: Limits) -> None:
        """Raise FormError where it holds more than it may."""
        with pa_parquet.ParquetFile(self.path) as parquet:
            metadata = parquet.metadata
            size = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
        if size > limits.uncompressed_bytes:
            raise FormError(
                f"holds more than {limits.uncompressed_gib:g} GiB; split it, or raise uncompressed_gib of [limits]"
            )

    def header(self) -> list[str]:
        """The names of its columns."""
        with pa_parquet.ParquetFile(self.path) as parquet:
            names: list[str] = parquet.schema_arrow.names
            return names

    def pieces(self, positions: Sequence[int] | None = None, marked: Container[int] = ()) -> Iterator[Piece]:
        """Its rows."""
        names = self.header()
        wanted = range(len(names)) if positions is None else sorted(set(positions))
        yield from typed_pieces(numbered(self._frames(names, wanted)), marked)

    def _frames(self, names: list[str], wanted: Sequence[int]) -> Iterator[pl.DataFrame]:
        read = list(dict.fromkeys(names[at] for at in wanted))
        with pa_parquet.ParquetFile(self.path, pre_buffer=False) as parquet:
            for arrow in parquet.iter_batches(batch_size=source.BATCH_ROWS, columns=read):
                frame = pl.from_arrow(pa.Table.from_batches([arrow]))
                assert isinstance(frame, pl.DataFrame)
                yield frame.select(pl.col(names[at]).alias(str(at)) for at in wanted)
