"""Section 4: response at a visit (PR.*, MR, VGPR, CR, sCR, and the order SD, NE)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from .figures import ZERO, Reading, Row, by_span, is_negative, ratio_above, ratio_below, span_in
from .logic import Span, Truth, above, and3, at_most, exact, not3, or3, under
from .measurable import Course
from .routine import Relaxed
from .visits import Findings, Line

BEST_FIRST = ("sCR", "CR", "VGPR", "PR", "MR")


@dataclass(frozen=True)
class Marrow:
    """The marrow that CR and sCR look at; None is unknown."""

    percent: Span | None = None
    clonal: bool | None = None


def respond(
    course: Course, up_to_now: list[Findings], marrow: Marrow, is_pd: bool, relaxed: Relaxed | None = None
) -> tuple[str, str]:
    """Response, and the best that missing tests could still have allowed. up_to_now ends with this visit."""
    if is_pd:
        return "PD", "PD"
    truths = categories(course.hope or course, up_to_now, marrow, relaxed)
    without = _sd_or_ne(course, up_to_now[-1], truths)
    response = next((name for name in BEST_FIRST if truths[name]), without)
    possible = next((name for name in BEST_FIRST if truths[name] is not False), None)
    if possible:
        return response, possible
    is_measurable = course.measurable_by not in ("none", "unknown")
    return response, "SD" if is_measurable or response == "SD" else "NE"


def categories(
    course: Course, up_to_now: list[Findings], marrow: Marrow, relaxed: Relaxed | None = None
) -> dict[str, Truth]:
    """The truth of every category above SD; `relaxed` is the visit as section 16 reads it for VGPR and CR."""
    now = up_to_now[-1]
    for_vgpr, for_cr = (relaxed.for_vgpr, relaxed.for_cr) if relaxed else (now, now)
    pr = _pr(course, up_to_now)
    clean = _clean(course, [*up_to_now[:-1], for_cr], marrow)
    normal_ratio = _normal_ratio(now)
    return {
        "sCR": and3(clean, normal_ratio, or3(not3(marrow.clonal), _awaited_marrow(course, now))),
        "CR": and3(or3(course.is_s, course.is_u, course.is_l), clean, or3(not3(course.is_f), normal_ratio)),
        "VGPR": and3(
            pr,
            _tested(now.serum, now.serum_if),
            _tested(for_vgpr.urine, for_vgpr.urine_if),
            _vgpr(course, for_vgpr),
            _vgpr_plasmacytoma(course, up_to_now),
        ),
        "PR": pr,
        "MR": _mr(course, up_to_now),
    }


def marrow_for(rows: list[Row], line: Line, visit_on: date) -> Marrow:
    """CR: the latest marrow of the line with a percentage, dated up to 30 days after the visit."""
    seen = [
        row
        for row in rows
        if row.get("plasma_cell_percent") is not None
        and line.holds(row["collected_on"])
        and row["collected_on"] <= visit_on + timedelta(days=30)
    ]
    if not seen:
        return Marrow()
    last = max(row["collected_on"] for row in seen)
    percents = [span_in(row, "plasma_cell_percent") for row in seen if row["collected_on"] == last]
    percent = max((span for span in percents if span is not None), key=by_span)
    told = {row.get("clonal_plasma_cells") for row in rows if row["collected_on"] == last} - {None}
    return Marrow(percent, "detected" in told if told else None)


def is_skipped(course: Course, now: Findings, response: str) -> bool:
    """NE, and SD by serum and urine with one of them missing: the visit proves nothing (section 4)."""
    has_both = bool(course.is_s and course.is_u)
    return response == "NE" or (response == "SD" and has_both and (now.serum is None or now.urine is None))


def _sd_or_ne(course: Course, now: Findings, truths: dict[str, Truth]) -> str:
    """NE where nothing measured was looked at; one of two fluids missing: SD only where it can't matter."""
    measured = _measured(course, now)
    if all(value is None for value in measured):
        return "NE"
    if any(value is None for value in measured):
        return "SD" if truths["PR"] is False and truths["MR"] is False else "NE"
    return "SD"


def _measured(course: Course, now: Findings) -> list[Reading | Span | None]:
    """The visit's value of every quantity that this patient is measured by; None where it is missing."""
    quantities = (
        (course.is_s, now.serum),
        (course.is_u, now.urine),
        (course.is_f, course.dflc(now)),
        (course.is_m, now.marrow),
    )
    return [value for is_measured, value in quantities if is_measured]


def _down_to(now: Reading | None, baseline: Reading | None, fraction: str) -> Truth:
    """At most this fraction of the baseline is left."""
    if now is None or baseline is None:
        return None
    return at_most(now.response, baseline.response.times(fraction))


def _below(now: Reading | None, limit: str) -> Truth:
    return None if now is None else under(now.response, exact(limit))


def _is_zero(now: Reading | None) -> Truth:
    return None if now is None else at_most(now.response, ZERO)


def _pr(course: Course, up_to_now: list[Findings]) -> Truth:
    now, base = up_to_now[-1], course.baseline
    serum = _down_to(now.serum, base.serum, "0.5")
    urine = or3(_down_to(now.urine, base.urine, "0.1"), _below(now.urine, "200"))
    quantity = or3(
        and3(or3(course.is_s, course.is_u), or3(not3(course.is_s), serum), or3(not3(course.is_u), urine)),
        and3(course.is_f, _flc_down_to(course, now, "0.5")),
        and3(course.is_m, _marrow_halved(course, now)),
    )
    return and3(quantity, _plasmacytoma_down(base, up_to_now, _by_half))


def _flc_down_to(course: Course, now: Findings, fraction: str) -> Truth:
    baseline = course.dflc(course.baseline)
    if baseline is None:
        return None
    return and3(above(baseline.response, ZERO), _down_to(course.dflc(now), baseline, fraction))


def _marrow_halved(course: Course, now: Findings) -> Truth:
    if now.marrow is None or course.baseline.marrow is None:
        return None
    return at_most(now.marrow, course.baseline.marrow.times("0.5"))


def _plasmacytoma_down(base: Findings, up_to_now: list[Findings], is_down: Callable[[Span, Span], Truth]) -> Truth:
    """PR.plasmacytoma: only where one was there at baseline; no size since: unknown, so not given."""
    if base.plasmacytoma is None:
        return None if base.is_size_lost else True
    sizes = [found.plasmacytoma for found in up_to_now if found.plasmacytoma is not None]
    was_there = above(base.plasmacytoma, ZERO)
    return or3(not3(was_there), is_down(sizes[-1], base.plasmacytoma) if sizes else None)


def _by_half(now: Span, then: Span) -> Truth:
    return at_most(now, then.times("0.5"))


def _by_a_quarter(now: Span, then: Span) -> Truth:
    return at_most(now, then.times("0.75"))


def _by_more_than_nine_tenths(now: Span, then: Span) -> Truth:
    return under(now, then.times("0.1"))


def _mr(course: Course, up_to_now: list[Findings]) -> Truth:
    now, base = up_to_now[-1], course.baseline
    serum = _down_to(now.serum, base.serum, "0.75")
    urine = or3(_down_to(now.urine, base.urine, "0.5"), _below(now.urine, "200"))
    is_down = _by_half if course.edition == "imwg2016" else _by_a_quarter
    return and3(
        course.line >= 2,
        or3(course.is_s, course.is_u),
        or3(not3(course.is_s), serum),
        or3(not3(course.is_u), urine),
        _plasmacytoma_down(base, up_to_now, is_down),
    )


def _tested(figure: Reading | None, fixation: str | None) -> Truth:
    """A fluid looked at by either test; one not looked at leaves the category open."""
    return True if figure is not None or fixation is not None else None


def _vgpr(course: Course, now: Findings) -> Truth:
    """The alternatives of VGPR, for S or U, S, U only, F; none for M."""
    base = course.baseline
    serum_gone = and3(_down_to(now.serum, base.serum, "0.1"), _below(now.urine, "100"))
    serum_left = _is_zero(now.serum) if base.serum is None else _down_to(now.serum, base.serum, "0.1")
    urine_gone = and3(_down_to(now.urine, base.urine, "0.1"), _below(now.urine, "100"), serum_left)
    return or3(
        and3(or3(course.is_s, course.is_u), _is_zero(now.serum), _is_zero(now.urine)),
        and3(course.is_s, serum_gone),
        and3(course.is_u, not3(course.is_s), urine_gone),
        and3(course.is_f, _flc_down_to(course, now, "0.1")),
    )


def _vgpr_plasmacytoma(course: Course, up_to_now: list[Findings]) -> Truth:
    """imwg2016: a plasmacytoma of the baseline down by more than 90 %."""
    if course.edition != "imwg2016":
        return True
    return _plasmacytoma_down(course.baseline, up_to_now, _by_more_than_nine_tenths)


def _clean(course: Course, up_to_now: list[Findings], marrow: Marrow) -> Truth:
    """What CR and sCR share: negative fixations, no figure against them, plasmacytomas gone, marrow < 5 %."""
    now = up_to_now[-1]
    return and3(
        is_negative(now.serum_if),
        is_negative(now.urine_if),
        not3(now.serum_above_zero),
        not3(now.urine_above_zero),
        _plasmacytoma_gone(course.baseline, up_to_now),
        or3(None if marrow.percent is None else under(marrow.percent, exact(5)), _awaited_marrow(course, now)),
    )


def _awaited_marrow(course: Course, now: Findings) -> Truth:
    """Unknown where marrow is followed and missing: one taken now would be the one that CR looks at."""
    return None if course.is_m is not False and now.marrow is None else False


def _plasmacytoma_gone(base: Findings, up_to_now: list[Findings]) -> Truth:
    """Latest size 0, by a visit after the last new one; nothing measured since: unknown. None ever: gone."""
    told = [_is_there(base, is_new=False), *(_is_there(found, _is_new(found)) for found in up_to_now)]
    if or3(*told) is False:
        return True
    sizes = [(index, found.plasmacytoma) for index, found in enumerate(up_to_now) if found.plasmacytoma is not None]
    if not sizes:
        return None
    seen_at, size = sizes[-1]
    may_be_new = [index for index, found in enumerate(up_to_now) if _is_new(found) is not False]
    is_seen_after = not may_be_new or seen_at > may_be_new[-1]
    return and3(at_most(size, ZERO), True if is_seen_after else None)


def _is_new(found: Findings) -> Truth:
    return None if found.is_new_plasmacytoma_lost else bool(found.new_plasmacytoma)


def _is_there(found: Findings, is_new: Truth) -> Truth:
    """Whether a visit (or the baseline) found a plasmacytoma; not recorded is none, not readable is unknown."""
    size = above(found.plasmacytoma, ZERO) if found.plasmacytoma is not None else None if found.is_size_lost else False
    return or3(size, is_new)


def _normal_ratio(now: Findings) -> Truth:
    if now.kappa is None or now.lam is None:
        return None
    kappa: Span = now.kappa.response
    lam: Span = now.lam.response
    return and3(not3(ratio_above(kappa, lam)), not3(ratio_below(kappa, lam)))
