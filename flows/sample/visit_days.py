"""When each synthetic patient is seen, and how large the clone is on that day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flows.sample.disease import Course
from flows.sample.draws import NEVER, Array, Rng, chance, lognormal, ramp
from flows.sample.patients import Cohort

WORKUP, BASELINE, REGULAR, EXTRA = range(4)


@dataclass(frozen=True)
class Visits:
    """One element a visit, ordered by patient and day. Clone sizes are multiples of that at diagnosis."""

    patient: Array  # index into the block
    line: Array  # 0 before treatment
    day: Array
    kind: Array  # WORKUP at diagnosis, BASELINE just before a line, REGULAR, EXTRA look at a suspected relapse
    size: Array  # as serum M-protein shows it, which lags by the half-life of immunoglobulin
    size_flc: Array  # as free light chains show it, gone within hours
    relapsed: Array  # the line's progression is past

    def __len__(self) -> int:
        """Visits in the block."""
        return len(self.day)

    def only(self, mask: Array) -> Visits:
        """The visits where `mask` is true."""
        return Visits(*(getattr(self, name)[mask] for name in self.__dataclass_fields__))


def draw_visits(rng: Rng, c: Cohort, course: Course) -> Visits:
    """Monthly in a line's first year, then two-monthly, with slips and gaps; a baseline before each line."""
    parts = [_regular(rng, c, course), _baselines(rng, c, course), _workup(rng, c, course), _extra(rng, course)]
    patient, line, day, kind = (np.concatenate(column) for column in zip(*parts, strict=True))
    inside = (day < course.death[patient]) & (day <= course.end[patient])
    patient, line, day, kind = patient[inside], line[inside], day[inside], kind[inside]
    order = np.lexsort((kind, day, patient))
    patient, line, day, kind = patient[order], line[order], day[order], kind[order]
    first = np.ones(len(day), dtype=bool)
    first[1:] = (patient[1:] != patient[:-1]) | (day[1:] != day[:-1])
    patient, line, day, kind = patient[first], line[first], day[first], kind[first]
    return Visits(
        patient,
        line,
        day,
        kind,
        clone_size(course, patient, line, day),
        clone_size(course, patient, line, day, quicker=0.45),
        day >= course.progressed[patient, line],
    )


def ends_watching(c: Cohort, v: Visits) -> Array:
    """The visits at which a precursor has moved on: those just before its first treatment."""
    return np.asarray(c.watched[v.patient] & (v.kind == BASELINE) & (v.line == 0))


def clone_size(
    course: Course, patient: Array, line: Array, day: Array, *, quicker: float = 1.0, regrowing: bool = True
) -> Array:
    """The clone at a visit: falls by half-lives to a plateau, again after transplant, then doubles until the next line.

    `quicker` shortens the half-life; without `regrowing` it stays on its plateau.
    """
    at = (patient, line)
    since = (day - course.start[at]).astype(float)
    half_life = course.half_life[at] * quicker
    # without a transplant the second step is slow deepening on treatment
    grafted = course.transplant[at] < NEVER
    since_graft = np.maximum(np.where(grafted, day - course.transplant[at], since - 60), 0)
    slow = np.where(grafted, half_life * 1.3, 110.0)
    early, late = course.early[at], course.late[at]
    doublings = np.clip(day - course.regrows[at], 0, None) / course.doubling[at] * regrowing
    plateau = late * 2 ** np.minimum(doublings, 60)
    share = plateau + (1 - early) * 2 ** (-since / half_life) + (early - late) * 2 ** (-since_graft / slow)
    untreated = np.where(line == 0, 2 ** np.minimum(doublings, 60), share)
    return np.minimum(course.clone[at] * untreated, course.ceiling[patient])


Part = tuple[Array, Array, Array, Array]


def _regular(rng: Rng, c: Cohort, course: Course) -> Part:
    seen = course.given.copy()
    # precursors are watched; other patients wait days
    seen[:, 0] = c.watched
    patient, line = np.nonzero(seen & (course.start <= course.end[:, None]))
    length = course.stop[patient, line] - course.start[patient, line]
    # each patient has a habit: some come every four weeks, some every six
    habit = np.clip(lognormal(rng, 1.04, 0.13, len(c)), 0.85, 1.5)[patient]
    month, later = 28.5 * habit, 58.0 * habit
    mgus = c.diagnosis[patient] == "MGUS"
    month = np.where(line == 0, np.where(mgus, 150, 85) * habit, month)
    later = np.where(line == 0, np.where(mgus, 300, 160) * habit, later)
    in_year = np.minimum(length, 365) // month
    after = np.maximum(length - 365, 0) // later
    counts = (in_year + after).astype(np.int64)
    number = 1 + ramp(counts)
    repeat = [np.repeat(x, counts) for x in (patient, line, month, later, in_year)]
    first_year = number <= repeat[4]
    offset = np.where(first_year, number * repeat[2], repeat[4] * repeat[2] + (number - repeat[4]) * repeat[3])
    slip = np.clip(rng.normal(0, 3.5, len(number)), -9, 9) + 9 * chance(rng, 0.06, len(number))
    day = (course.start[repeat[0], repeat[1]] + offset + slip).astype(np.int64)
    missed = chance(rng, 0.07, len(number))
    # the look before the next line is the baseline's; none in the week before it
    close = day > course.stop[repeat[0], repeat[1]] - 8
    keep = ~missed & ~close & (day > course.start[repeat[0], repeat[1]])
    return repeat[0][keep], repeat[1][keep], day[keep], np.full(keep.sum(), REGULAR)


def _baselines(rng: Rng, c: Cohort, course: Course) -> Part:
    """A visit in the days before a line; it still belongs to the line before. Few are missed."""
    patient, line = np.nonzero(course.given & ~chance(rng, 0.03, course.start.shape))
    day = course.start[patient, line] - rng.integers(0, 7, len(patient))
    # the work-up at diagnosis is the baseline of a line that starts within days
    late_enough = (line > 1) | (day > c.diagnosed[patient] + 12)
    after_last = day > course.start[patient, line - 1]
    keep = late_enough & after_last
    return patient[keep], line[keep] - 1, day[keep], np.full(keep.sum(), BASELINE)


def _workup(rng: Rng, c: Cohort, course: Course) -> Part:
    day = np.minimum(c.diagnosed + rng.integers(-6, 8, len(c)), course.start[:, 1])
    return np.arange(len(c)), np.zeros(len(c), dtype=np.int64), day, np.full(len(c), WORKUP)


def _extra(rng: Rng, course: Course) -> Part:
    """A second look two to four weeks after the first sign of progression, in half."""
    due = course.progressed + rng.integers(14, 30, course.progressed.shape)
    patient, line = np.nonzero(course.given & chance(rng, 0.5, due.shape) & (due < course.stop - 8))
    return patient, line, due[patient, line], np.full(len(patient), EXTRA)
