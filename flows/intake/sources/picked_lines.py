"""Some lines of a file of text, found without the others being parsed, which takes most of reading it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

PIECE_BYTES = 2**20
_LINE_END = ord("\n")


@dataclass(frozen=True)
class Asked:
    """Which rows of a file are asked for: their `numbers`, ascending; and how many `lines` it has, all rows and all
    that are none of the header's columns, which have numbers too, `ragged` ones.
    """

    numbers: NDArray[np.int64]
    ragged: NDArray[np.int64]
    lines: int

    @classmethod
    def of(cls, numbers: pl.Series, rows: pl.Series, lines: int) -> Asked:
        """Those of `numbers` among `rows`, all that the file has."""
        is_ragged = np.ones(lines, bool)
        is_ragged[rows.to_numpy() - 1] = False
        return cls(numbers.sort().to_numpy(), np.flatnonzero(is_ragged) + 1, lines)


def is_row_by_line(stream: io.RawIOBase, lines: int) -> bool:
    """Whether a header and so many rows, ragged or not, are a line each: then none has a line break in a value."""
    found = 0
    for piece, _, is_blank in _lines(stream):
        if b"\r" in piece and piece.count(b"\r") != piece.count(b"\r\n"):
            return False
        found += int((~is_blank).sum())
    return found == lines + 1


class PickedLines(io.RawIOBase):
    """The header and some lines after it, by their numbers, of a text that has a row by line.

    Blank lines are not counted, and stay: a quote of the last row that is never closed has those after it.
    """

    def __init__(self, stream: io.RawIOBase, numbers: NDArray[np.int64]) -> None:
        self._stream = stream
        self._pieces = _picked(stream, np.concatenate([[0], numbers]))
        self._ready = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes; fewer than `size` only at the end."""
        ready, length = [self._ready], len(self._ready)
        while size < 0 or length < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            ready.append(piece)
            length += len(piece)
        found = b"".join(ready)
        end = length if size < 0 else size
        self._ready = found[end:]
        return found[:end]

    def close(self) -> None:
        """Close the text."""
        self._stream.close()
        super().close()


def _picked(stream: io.RawIOBase, wanted: NDArray[np.int64]) -> Iterator[bytes]:
    first = 0  # the number of the next line
    for piece, ends, is_blank in _lines(stream):
        offsets = pa.py_buffer(np.concatenate([[0], ends]))
        text = pa.Array.from_buffers(pa.large_binary(), len(ends), [None, offsets, pa.py_buffer(piece)])
        places = np.flatnonzero(~is_blank)
        asked = wanted[slice(*np.searchsorted(wanted, [first, first + len(places)]))] - first
        kept = np.union1d(np.flatnonzero(is_blank), places[asked])
        yield b"".join(text.take(pa.array(kept)).to_pylist())
        first += len(places)


def _lines(stream: io.RawIOBase) -> Iterator[tuple[bytes, NDArray[np.int64], NDArray[np.bool_]]]:
    """The text in pieces of whole lines, with where each line ends, and whether it is blank."""
    rest, is_at_end = b"", False
    while not is_at_end:
        read = stream.read(PIECE_BYTES) or b""
        is_at_end = not read
        text = rest + read
        ends = np.flatnonzero(np.frombuffer(text, np.uint8) == _LINE_END) + 1
        if is_at_end and text:  # the last line has no end, and stays so: it would be one more in a quote never closed
            ends = np.append(ends, len(text))
        whole = int(ends[-1]) if len(ends) else 0
        piece, rest = text[:whole], text[whole:]
        lengths = np.diff(ends, prepend=0)
        starts = np.frombuffer(piece, np.uint8)[ends - lengths]
        yield piece, ends, (starts == _LINE_END) | ((lengths == 2) & (starts == ord("\r")))
