"""Section 5: progression at a visit, clause by clause (PD.*, C.zero)."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise

from .figures import ZERO, Reading, as_reading
from .logic import INFINITY, Span, Truth, above, and3, at_least, exact, higher, lower, not3, or3, under
from .measurable import Course
from .visits import Findings


def progression(course: Course, earlier: list[Findings], now: Findings) -> dict[str, Truth]:
    """The truth of every PD clause at a visit; earlier: the line's earlier visits, in order."""
    history = [course.baseline, *earlier]
    return {
        "PD.serum": _serum(course, history, now),
        "PD.urine": _urine(course, history, now),
        "PD.flc": _flc(course, history, now),
        "PD.marrow": _marrow(course, history, now),
        "PD.bone": or3(now.new_bone_lesion, now.bone_lesion_progression, None if now.is_bone_lost else False),
        "PD.plasmacytoma": _plasmacytoma(history, now),
        "PD.cells": _cells(course, history, now),
        "PD.calcium": not _is_imwg(course) and calcium_clause(course, earlier, now),
    }


def calcium_unattributed(course: Course, earlier: list[Findings], now: Findings) -> bool:
    """PD.calcium but for the attribution, which no one recorded: for the audit."""
    appears = _calcium_appears([course.baseline, *earlier], now)
    return not _is_imwg(course) and appears is True and now.calcium_attributed is None


def calcium_clause(course: Course, earlier: list[Findings], now: Findings) -> Truth:
    """PD.calcium in either edition: of imwg2016 it is clinical relapse, not progression."""
    return and3(_calcium_appears([course.baseline, *earlier], now), now.calcium_attributed)


def nadir(values: list[Reading | None], confirmed: bool) -> Span | None:
    """The lowest so far; imwg2016: each after the first as the higher of it and the last."""
    spans = [value.nadir for value in values if value is not None]
    if not spans:
        return None
    if confirmed:
        spans = [spans[0], *(higher(a, b) for a, b in pairwise(spans))]
    return reduce(lower, spans)


def _up(now: Span, low: Span, times: str) -> Truth:
    """A relative rise. C.zero: from 0 any rise will do, but no rise is none."""
    return and3(above(now, low), at_least(now, low.times(times)))


def _up_by(now: Span, low: Span, amount: str) -> Truth:
    return at_least(now, low.plus(exact(amount)))


def _is_imwg(course: Course) -> bool:
    return course.edition == "imwg2016"


def _serum(course: Course, history: list[Findings], now: Findings) -> Truth:
    low = nadir([found.serum for found in history], _is_imwg(course))
    if now.serum is None or low is None:
        return None
    value, baseline = now.serum.response, course.baseline.serum
    if _is_imwg(course):
        is_high = at_least(low, exact(5))
    else:
        is_high = at_least(baseline.response, exact(5)) if baseline else None
    return or3(
        and3(_up(value, low, "1.25"), _up_by(value, low, "0.5")),
        and3(_up_by(value, low, "1"), is_high),
    )


def _urine(course: Course, history: list[Findings], now: Findings) -> Truth:
    low = nadir([found.urine for found in history], _is_imwg(course))
    if now.urine is None or low is None:
        return None
    return and3(_up(now.urine.response, low, "1.25"), _up_by(now.urine.response, low, "200"))


def _flc(course: Course, history: list[Findings], now: Findings) -> Truth:
    low = nadir([course.dflc(found) for found in history], _is_imwg(course))
    value, involved = course.dflc(now), course.involved_flc(now)
    if low is None or value is None or involved is None:
        return and3(not3(course.is_s), not3(course.is_u), None)
    if _is_imwg(course):
        enough = above(value.response, low.plus(exact(100)))
    else:
        enough = at_least(involved.response, exact(100))
    return and3(not3(course.is_s), not3(course.is_u), _up(value.response, low, "1.25"), enough)


def _marrow(course: Course, history: list[Findings], now: Findings) -> Truth:
    applies = and3(not3(course.is_s), not3(course.is_u), not3(course.is_l))
    low = nadir([as_reading(found.marrow) for found in history], confirmed=False)
    if now.marrow is None or low is None:
        return and3(applies, None)
    value = now.marrow
    points = _up_by(value, low, "10") if _is_imwg(course) else True
    return and3(applies, _up(value, low, "1.25"), at_least(value, exact(10)), points)


def _plasmacytoma(history: list[Findings], now: Findings) -> Truth:
    low = nadir([as_reading(found.plasmacytoma) for found in history], confirmed=False)
    is_new = or3(now.new_plasmacytoma, None if now.is_new_plasmacytoma_lost else False)
    if now.plasmacytoma is None or low is None:
        return or3(is_new, False if now.plasmacytoma == ZERO else None)  # what is gone has not grown
    # From a nadir of 0 any size is a new one, and so is 1.5 times a nadir of 0.
    return or3(is_new, _up(now.plasmacytoma, low, "1.5"))


def _cells(course: Course, history: list[Findings], now: Findings) -> Truth:
    applies = and3(*(not3(measured) for measured in (course.is_s, course.is_u, course.is_l, course.is_m)))
    low = nadir([found.cells for found in history], confirmed=False)
    if not _is_imwg(course):
        return False
    if now.cells is None or low is None:
        return and3(applies, None)
    value = now.cells.response
    return and3(applies, _up(value, low, "1.5"), at_least(value, exact(200)))


def _calcium_appears(history: list[Findings], now: Findings) -> Truth:
    """Corrected calcium at or above 11.5, the last before it (if any) below."""
    value = _corrected(now)
    before = [last for last in map(_corrected, history) if last is not None]
    was_below = under(before[-1], exact("11.5")) if before else True
    return and3(None if value is None else at_least(value, exact("11.5")), was_below)


def _corrected(found: Findings) -> Span | None:
    """Ca + (4 - albumin) where albumin of the same visit is below 4; without albumin Ca is a lower bound."""
    if found.calcium is None:
        return None
    if found.albumin is None:
        return Span(found.calcium.response.low, (INFINITY, 0))
    missing_albumin = higher(exact(4).minus(found.albumin.response), ZERO)
    return found.calcium.response.plus(missing_albumin)
