"""Files of SAS, SPSS and Stata.

A value with a label is read as the label, unless the site says otherwise; one that is declared missing is empty. Dates
are dates.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
from polars.selectors import float as floats

from flows.intake.sources import source
from flows.intake.sources.form_error import FormError
from flows.intake.sources.source import Piece, numbered, typed_pieces

# By ending, what it is, and what of pyreadstat reads it.
KINDS = {
    ".sas7bdat": ("SAS", "read_sas7bdat"),
    ".xpt": ("SAS transport", "read_xport"),
    ".sav": ("SPSS", "read_sav"),
    ".zsav": ("SPSS", "read_sav"),
    ".dta": ("Stata", "read_dta"),
}
ENDINGS = tuple(KINDS)
# As iconv has them.
_ENCODINGS = {"cp932": "CP932", "euc_jp": "EUC-JP", "latin-1": "LATIN1"}


@dataclass(frozen=True)
class Statistics:
    """A file of a statistics program; `labels`: whether values with a label are read as the label."""

    path: Path
    encoding: str | None = None
    labels: bool = True

    def header(self) -> list[str]:
        """The names of its variables."""
        names: list[str] = list(_metadata(self.path, self.path.stat().st_mtime_ns, self.encoding).column_names)
        return names

    def variable_labels(self) -> dict[int, str]:
        """By position, what its variables are said to be; without those of which nothing is said."""
        labels = _metadata(self.path, self.path.stat().st_mtime_ns, self.encoding).column_labels
        return {at: label for at, label in enumerate(labels) if label}

    def pieces(self, positions: Sequence[int] | None = None, marked: Container[int] = ()) -> Iterator[Piece]:
        """Its rows."""
        names = self.header()
        wanted = range(len(names)) if positions is None else sorted(set(positions))
        labels = _labels(self) if self.labels else {}
        for text, refused in typed_pieces(numbered(self._frames(names, wanted)), marked):
            named = {str(at): labels[names[at]] for at in wanted if names[at] in labels}
            yield Piece(text.with_columns(pl.col(at).replace(of) for at, of in named.items()), refused)

    def _frames(self, names: list[str], wanted: Sequence[int]) -> Iterator[pl.DataFrame]:
        read = [names[at] for at in wanted]
        first, most = 0, source.BATCH_ROWS
        while True:
            found, _ = _read(self.path, self.encoding, usecols=read, row_offset=first, row_limit=most)
            yield found.select(pl.col(names[at]).alias(str(at)) for at in wanted).with_columns(floats().fill_nan(None))
            first += found.height
            if found.height < most:
                return


@lru_cache(maxsize=16)
def _metadata(path: Path, _modified: int, encoding: str | None) -> Any:
    return _read(path, encoding, metadataonly=True)[1]


def _read(path: Path, encoding: str | None, **said: Any) -> tuple[pl.DataFrame, Any]:
    """Rows, and what is said of them; what the library raises is turned into words of ours."""
    import pyreadstat  # takes long to load, and few extracts have such a file

    kind, read = KINDS[path.suffix.lower()]
    said["encoding"] = _ENCODINGS.get(encoding or "", encoding)
    try:
        found: tuple[pl.DataFrame, Any] = getattr(pyreadstat, read)(path, output_format="polars", **said)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, OverflowError) as error:
        if "convert string" in str(error) or "encoding" in str(error):
            raise FormError(f"has text in another encoding than {kind} says; give encoding in registry.toml") from None
        raise FormError(
            f"can't be read as a file of {kind}, found it damaged, cut short or of another format; send the file again"
        ) from None
    return found


def _labels(file: Statistics) -> dict[str, dict[str, str]]:
    """By variable, the label of a value's text."""
    labels = _metadata(file.path, file.path.stat().st_mtime_ns, file.encoding).variable_value_labels
    return {name: {_text(value): label for value, label in of.items()} for name, of in labels.items()}


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
