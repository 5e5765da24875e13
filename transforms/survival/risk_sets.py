"""Sums over those at risk on each day of some event, for any number of columns, in one pass over the patients each.

Days are grouped once: whoever enters and leaves between the same days of events counts the same, so that what follows
is as long as the calendar and not as the list of patients.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from transforms.survival.curves import Array


@dataclass(frozen=True)
class RiskSets:
    """Each row is at risk after `entry` and up to `days`; `on` are the days with an event, ascending."""

    days: Array
    event: Array
    entry: Array

    @cached_property
    def on(self) -> Array:
        """The days with an event."""
        return np.unique(self.days[self.event])

    @cached_property
    def first(self) -> Array:
        """The place in `on` of the first day each row is at risk."""
        return np.searchsorted(self.on, self.entry, side="right")

    @cached_property
    def last(self) -> Array:
        """The place in `on` after the last day each row is at risk."""
        return np.searchsorted(self.on, self.days, side="right")

    @cached_property
    def events(self) -> Array:
        """How many have the event on each of those days."""
        return np.bincount(self.last[self.event] - 1, minlength=self.on.size)

    def at_risk(self, values: Array | None = None) -> Array:
        """The sum of the values (of ones: how many) of those at risk on each of those days."""
        size = self.on.size + 1
        turns = np.bincount(self.last, values, size) - np.bincount(self.first, values, size)
        # From the end, where few are at risk, so that the small sums are not differences of large ones.
        return np.asarray(np.cumsum(turns[::-1])[::-1][1:])

    def with_event(self, values: Array) -> Array:
        """The sum of the values of those who have the event on each of those days."""
        return np.bincount(self.last[self.event] - 1, values[self.event], self.on.size)
