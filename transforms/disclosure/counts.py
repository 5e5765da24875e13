"""Hiding counts: few, given away by a complement or a sum, and the figures that rest on them.

Every count is a cell, and so is every complement that a shown part gives away. Cells that add up to something known are
an equation. It is safe where nothing of it is hidden, or two cells or more that are THRESHOLD or more together.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.disclosure.release import ROUNDED_TO, THRESHOLD, Part, Release, Sum

SIGNIFICANT = 3  # digits of a figure: fewer than would let a count be solved for
Cells = NDArray[np.int64]
Mask = NDArray[np.bool_]


def protect(frame: pl.DataFrame, release: Release) -> pl.DataFrame:
    """The frame as it may be shared: hidden counts and their figures null, other counts rounded.

    A count that is null already is none. Raises DisclosureError where the frame isn't what `release` says.
    """
    release.check(frame)
    table = _Table(frame, release)
    hidden = _hide(table)
    shown = [
        pl.when(~pl.Series(hidden[table.of(name)])).then(_rounded(name)).cast(frame.schema[name]).alias(name)
        for name in release.counts
    ]
    protected = frame.with_columns(shown)
    # A figure rests on counts as they are released: whichever is hidden takes it along.
    released = protected.with_columns(
        pl.when(*(pl.col(count).is_not_null() | pl.lit(frame[count].is_null()) for count in counts))
        .then(_coarse(frame, name))
        .alias(name)
        for name, counts in release.figures.items()
        if name not in release.counts
    )
    return released.filter(pl.any_horizontal(pl.col(release.counts).is_not_null())) if release.is_list else released


def _rounded(name: str) -> pl.Expr:
    return (pl.col(name) + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def _coarse(frame: pl.DataFrame, name: str) -> pl.Expr:
    if frame.schema[name].is_float():
        return pl.col(name).round_sig_figs(SIGNIFICANT)
    return _rounded(name) if frame.schema[name].is_integer() else pl.col(name)


def _hide(table: _Table) -> Mask:
    """Hide what is few, then what would give it away, until nothing more is given away."""
    value, parts, wholes = table.values(), *table.pairs()
    equation, cell = table.members()
    hidden: Mask = value < THRESHOLD
    while True:
        before = hidden.copy()
        # A shown part bounds its whole from below.
        np.logical_or.at(hidden, parts, hidden[wholes])
        hidden |= _crossings(hidden, equation, cell)
        weak = _weak(hidden, value, equation, cell)
        hidden[_smallest_shown(weak, hidden, value, equation, cell)] = True
        if (hidden == before).all():
            return hidden


def _crossings(hidden: Mask, equation: Cells, cell: Cells) -> Mask:
    """Cells all of whose equations (two or more) hide something.

    With them, the hidden cells of a table that adds up by rows and by columns are all crossings of some rows with some
    columns; then no way round through other rows and columns leads back to one of them.
    """
    touched = np.bincount(equation, weights=hidden[cell]) > 0
    all_of, touched_of = np.bincount(cell, minlength=hidden.size), np.zeros(hidden.size)
    np.add.at(touched_of, cell, touched[equation])
    return (all_of > 1) & (touched_of == all_of)


def _weak(hidden: Mask, value: Cells, equation: Cells, cell: Cells) -> Mask:
    n = np.bincount(equation, weights=hidden[cell])
    together = np.bincount(equation, weights=np.where(hidden, value, 0)[cell])
    return (n > 0) & ((n < 2) | (together < THRESHOLD))


def _smallest_shown(weak: Mask, hidden: Mask, value: Cells, equation: Cells, cell: Cells) -> Cells:
    """Of each weak equation the smallest cell still shown, the first of equals."""
    open_ = weak[equation] & ~hidden[cell]
    of, cells = equation[open_], cell[open_]
    order = np.lexsort((cells, value[cells], of))
    _, first = np.unique(of[order], return_index=True)
    return cells[order][first]


@dataclass
class _Table:
    """A frame's counts as numbered cells, column by column, complements after them, and the equations among them."""

    frame: pl.DataFrame
    release: Release
    _values: list[Cells] = field(default_factory=list)
    _is_cell: list[Mask] = field(default_factory=list)
    _equations: list[tuple[Cells, Cells]] = field(default_factory=list)
    _parts: list[tuple[Cells, Cells]] = field(default_factory=list)
    _size: int = 0
    _n_equations: int = 0

    def __post_init__(self) -> None:
        for name in self.release.counts:
            column = self.frame[name]
            self._add(column.fill_null(THRESHOLD).cast(pl.Int64).to_numpy(), column.is_not_null().to_numpy())
        complements = {part: self._complement(part) for part in self.release.parts}
        for name, counts in self.release.figures.items():
            if name in self.release.counts:
                self._parts += [(self.of(name), self.of(count)) for count in counts]
        for total in self.release.totals:
            self._equate_rows([self.of(name) for name in total.parts])
            self._parts += [(self.of(name), self.of(total.whole)) for name in total.parts]
        for declared in self.release.sums:
            self._sum(declared, self.of(declared.count))
            for part, cells in complements.items():
                # Wholes are shown where their parts are, so what the parts leave adds up as well.
                if part.part == declared.count:
                    self._sum(Sum(declared.count, declared.over, declared.within), cells)

    def of(self, name: str) -> Cells:
        """The cells of a count, one a row."""
        return np.arange(self.frame.height) + self.release.counts.index(name) * self.frame.height

    def values(self) -> Cells:
        """Each cell's value."""
        return np.concatenate(self._values) if self._values else np.empty(0, np.int64)

    def pairs(self) -> tuple[Cells, Cells]:
        """Cells beside the cells that they are parts of."""
        return _joined(self._parts)

    def members(self) -> tuple[Cells, Cells]:
        """Equations beside the cells in them; a cell of its own, or of no count, is in none."""
        equation, cell = _joined(self._equations)
        is_cell = np.concatenate(self._is_cell)[cell] if cell.size else np.empty(0, np.bool_)
        equation, cell = equation[is_cell], cell[is_cell]
        several = np.bincount(equation)[equation] > 1 if equation.size else np.empty(0, np.bool_)
        _, equation = np.unique(equation[several], return_inverse=True)
        return equation, cell[several]

    def _add(self, values: Cells, is_cell: Mask) -> Cells:
        self._values.append(values)
        self._is_cell.append(is_cell)
        self._size += len(values)
        return np.arange(self._size - len(values), self._size)

    def _complement(self, part: Part) -> Cells:
        one, whole = self.of(part.part), self.of(part.whole)
        is_cell = np.concatenate(self._is_cell)
        both = is_cell[one] & is_cell[whole]
        rest = self._add(np.where(both, self.values()[whole] - self.values()[one], THRESHOLD), both)
        self._equate_rows([one, rest])
        self._parts += [(one, whole), (rest, whole)]
        return rest

    def _equate_rows(self, columns: list[Cells]) -> None:
        rows = np.tile(np.arange(self.frame.height), len(columns))
        self._equate(rows, np.concatenate(columns))

    def _equate(self, group: Cells, cells: Cells) -> None:
        self._equations.append((group + self._n_equations, cells))
        self._n_equations += int(group.max(initial=-1)) + 1

    def _sum(self, declared: Sum, cells: Cells) -> None:
        group = self._groups(declared.within)
        if declared.rest_of is None:
            self._equate(group, cells)
            return
        _, first = np.unique(group, return_index=True)
        value, whole = self.values(), self.of(declared.rest_of)[first]
        is_cell = np.concatenate(self._is_cell)
        shown = np.bincount(group, weights=np.where(is_cell, value, 0)[cells]).astype(np.int64)
        rest = self._add(value[whole] - shown, is_cell[whole])
        self._equate(np.concatenate([group, np.arange(first.size)]), np.concatenate([cells, rest]))
        self._parts.append((cells, whole[group]))

    def _groups(self, within: tuple[str, ...]) -> Cells:
        """The number of each row's group; missing values are alike."""
        if not within:
            return np.zeros(self.frame.height, np.int64)
        keys = self.frame.select(within)
        numbers = keys.unique(maintain_order=True).with_row_index("_group")
        return (
            keys.join(numbers, on=within, how="left", nulls_equal=True, maintain_order="left")["_group"]
            .cast(pl.Int64)
            .to_numpy()
        )


def _joined(pairs: list[tuple[Cells, Cells]]) -> tuple[Cells, Cells]:
    empty = np.empty(0, np.int64)
    left, right = zip(*pairs, strict=True) if pairs else ((empty,), (empty,))
    return np.concatenate(left), np.concatenate(right)
