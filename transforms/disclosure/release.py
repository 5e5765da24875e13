"""What a frame releases: its counts, how they add up, and the figures that rest on them."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

# Under ten is what registries and health services commonly hold back; more is safer, and shows less of rare strata.
THRESHOLD = 10
# A multiple of it is the threshold, so that rounding never shows less than the threshold.
ROUNDED_TO = 5
PATIENT = "patient_id"
INCIDENCE = "incidence"


class DisclosureError(ValueError):
    """A frame that can't be released as declared: an error of the program, said in one line."""


@dataclass(frozen=True)
class Part:
    """Of `whole`, `part` is shown too: so whole - part is given away."""

    part: str
    whole: str


@dataclass(frozen=True)
class Sum:
    """Rows alike in `within` that differ in `over`: `count` adds up over them to a known total.

    With `rest_of`, that total is the column `rest_of`, and what the rows lack of it is a count too.
    """

    count: str
    over: tuple[str, ...]
    within: tuple[str, ...] = ()
    rest_of: str | None = None


@dataclass(frozen=True)
class Total:
    """In each row the columns `parts` add up to `whole`."""

    whole: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Release:
    """What a frame of counts releases: `figures` go with the counts they rest on, `labels` are other numbers.

    A count may be a figure too: visits, of the patients who have them. `is_list`: a row is there because somebody is in
    it, so a row of which nothing may be shown is omitted, so that it looks like an empty one.
    """

    counts: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    sums: tuple[Sum, ...] = ()
    totals: tuple[Total, ...] = ()
    figures: dict[str, tuple[str, ...]] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    is_list: bool = False

    def check(self, frame: pl.DataFrame) -> None:
        """Raise DisclosureError where the frame holds anything that isn't declared, or is of one patient."""
        refuse_patients(frame)
        declared = {*self.counts, *self.figures, *self.labels}
        numbers = {name for name, dtype in frame.schema.items() if dtype.is_numeric() or dtype.is_nested()}
        _refuse("columns that are neither count, figure nor label", numbers - declared)
        _refuse("columns declared that are not there", {*declared, *self._others()} - set(frame.columns))
        _refuse("columns added up or rested on that are no counts", self._used() - set(self.counts))

    def _used(self) -> set[str]:
        """The columns that must be counts."""
        of_parts = {name for part in self.parts for name in (part.part, part.whole)}
        of_sums = {name for total in self.sums for name in (total.count, total.rest_of) if name}
        of_totals = {name for total in self.totals for name in (total.whole, *total.parts)}
        return of_parts | of_sums | of_totals | {name for counts in self.figures.values() for name in counts}

    def _others(self) -> set[str]:
        return {name for total in self.sums for name in (*total.over, *total.within)}


@dataclass(frozen=True)
class CurveRelease:
    """Curves, step by step: `value` by day, of the strata `over` within `within` (the cause too, if given)."""

    value: str
    over: str
    within: tuple[str, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """What one curve is."""
        return (*self.within, self.over)

    @property
    def start(self) -> float:
        """The value before any patient had the event."""
        return 0.0 if self.value == INCIDENCE else 1.0

    def check(self, frame: pl.DataFrame) -> None:
        """Raise DisclosureError where the frame has no such curves, or holds what is of one patient."""
        refuse_patients(frame)
        needed = {self.value, "day", "at_risk", "events", *self.key}
        _refuse("columns declared that are not there", needed - set(frame.columns))
        known = needed | {"censored", "entered", "ci_low", "ci_high"}
        numbers = {name for name, dtype in frame.schema.items() if dtype.is_numeric()}
        _refuse("columns that no curve has", numbers - known)


def refuse_patients(frame: pl.DataFrame) -> None:
    """Raise DisclosureError where a frame has ids or dates: it is of single patients."""
    dates = {name for name, dtype in frame.schema.items() if dtype.is_temporal()}
    _refuse("ids and dates", dates | ({PATIENT} & set(frame.columns)))


def _refuse(what: str, columns: set[str]) -> None:
    if columns:
        raise DisclosureError(
            f"{what}: {', '.join(sorted(columns))}; declare what the frame releases, or leave them out"
        )
