"""Sums over those at risk on each day of some event, for any number of columns, in one pass over the patients each.

Days are grouped once: whoever enters and leaves between the same days of events counts the same, so that what follows
is as long as the calendar and not as the list of patients.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Array = npt.NDArray[Any]
NORMAL_QUANTILE = 1.959963984540054
# Before day 0, so that a patient not truncated is at risk on day 0 itself.
FROM_START = -1


def arrays(followed: pl.DataFrame) -> tuple[Array, Array, Array]:
    """Days, event, and the day after which each patient is at risk (-1: from the start)."""
    return (
        followed["days"].cast(pl.Int64).to_numpy(),
        followed["event"].cast(pl.Boolean).to_numpy(),
        followed["entry_days"].fill_null(FROM_START).cast(pl.Int64).to_numpy(),
    )


def at_risk(on: Array, days: Array, entry: Array) -> Array:
    """How many are at risk on each of these days: in before it, and not out before it."""
    entered = np.searchsorted(np.sort(entry), on, side="left")
    gone = np.searchsorted(np.sort(days), on, side="left")
    return np.asarray(entered - gone)


@dataclass(frozen=True)
class RiskSets:
    """Each row is at risk after `entry` and up to `days`; `on` are the days with an event, ascending."""

    days: Array
    event: Array
    entry: Array

    @cached_property
    def _up_to(self) -> Array:
        """How many days with an event there are up to each day of the calendar, from `FROM_START` on."""
        events = np.bincount(self.days[self.event] - FROM_START, minlength=self.days.max(initial=0) - FROM_START + 1)
        return np.cumsum(events > 0)

    @cached_property
    def on(self) -> Array:
        """The days with an event."""
        return np.flatnonzero(np.diff(self._up_to)) + FROM_START + 1

    @cached_property
    def first(self) -> Array:
        """The place in `on` of the first day each row is at risk."""
        return self._up_to[self.entry - FROM_START]

    @cached_property
    def last(self) -> Array:
        """The place in `on` after the last day each row is at risk."""
        return self._up_to[self.days - FROM_START]

    @cached_property
    def _late(self) -> Array:
        """The rows that are not at risk from the first of those days on."""
        return np.flatnonzero(self.first)

    @cached_property
    def events(self) -> Array:
        """How many have the event on each of those days."""
        return np.bincount(self._on_which, minlength=self.on.size)

    @cached_property
    def _who(self) -> Array:
        """The rows with an event."""
        return np.flatnonzero(self.event)

    @cached_property
    def _on_which(self) -> Array:
        """The place in `on` of the day of each of them."""
        return self.last[self._who] - 1

    def at_risk(self, values: Array | None = None) -> Array:
        """The sum of the values (of ones: how many) of those at risk on each of those days."""
        size, late = self.on.size + 1, self._late
        turns = np.bincount(self.last, values, size)
        if late.size:
            turns = turns - np.bincount(self.first[late], None if values is None else values[late], size)
        # From the end, where few are at risk, so that the small sums are not differences of large ones.
        return np.asarray(np.cumsum(turns[::-1])[::-1][1:])

    def at_risk_by(self, place: Array, places: int) -> Array:
        """How many of each place (0, 1, ...; a row each) are at risk on each of those days (a column each)."""
        size = self.on.size + 1
        ends, starts = (np.bincount(place * size + at, minlength=places * size) for at in (self.last, self.first))
        turns = (ends - starts).reshape(places, size)
        return np.asarray(np.cumsum(turns[:, ::-1], axis=1)[:, ::-1][:, 1:])

    def with_event(self, values: Array) -> Array:
        """The sum of the values of those who have the event on each of those days."""
        return np.bincount(self._on_which, values[self._who], self.on.size)
