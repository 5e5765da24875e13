"""Section 16: what the reading for routine care relaxes (ROUTINE.*), visit by visit.

A condition that is not known relaxes nothing. Figures, baseline and nadir stay as found.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from .figures import NONE_DETECTABLE, ZERO, Row, Tables, read
from .logic import above
from .measurable import Course
from .progression import progression
from .visits import FIGURE, FIXATION, Findings, Line, Visit, lost_figures

URINE_KNOWN_FREE = "ROUTINE.urine_known_free"
FLC_FOR_URINE = "ROUTINE.flc_for_urine"
CR_BY_SERUM = "ROUTINE.cr_by_serum"
NEXT_LINE = "ROUTINE.next_line"
TWO_MARKERS = "ROUTINE.two_markers"
ROUTINE = (URINE_KNOWN_FREE, FLC_FOR_URINE, CR_BY_SERUM, NEXT_LINE, TWO_MARKERS)
COMPLETE = ("CR", "sCR")


@dataclass(frozen=True)
class Relaxed:
    """One visit as the relaxations read it: by which course it is judged, and its findings for VGPR and for CR."""

    course: Course
    for_vgpr: Findings
    for_cr: Findings
    was_f: bool  # judged by light chains in any edition
    is_free: bool  # ROUTINE.urine_known_free holds
    is_fixed_free: bool  # and the immunofixation of the baseline serves too
    is_by_flc: bool  # ROUTINE.flc_for_urine holds
    is_by_serum: bool  # ROUTINE.cr_by_serum holds


def relax(
    course: Course, visit: Visit, tables: Tables, line: Line, *, isotype: str | None, taken: Collection[str]
) -> Relaxed:
    """What of sections 4 and 5 is read otherwise at this visit; nothing where no relaxation is taken."""
    now = visit.found
    is_free = URINE_KNOWN_FREE in taken and _is_known_free(course, visit, tables, line)
    is_fixed_free = is_free and course.baseline.urine_if == "negative"
    is_by_flc = FLC_FOR_URINE in taken and isotype == "light_chain" and _do_chains_serve(course, now)
    is_by_serum = CR_BY_SERUM in taken and _was_never_positive(visit, tables)
    chains_serve = is_by_flc and now.urine_if is None
    for_vgpr = replace(now, urine_if="negative") if chains_serve else now
    if is_free:
        for_vgpr = replace(for_vgpr, urine=NONE_DETECTABLE)
    is_fixation_spared = is_fixed_free or chains_serve or is_by_serum
    return Relaxed(
        course=_by_light_chains(course) if is_by_flc else course,
        for_vgpr=for_vgpr,
        for_cr=replace(now, urine_if="negative") if is_fixation_spared else now,
        was_f=course.is_f is True,
        is_free=is_free,
        is_fixed_free=is_fixed_free,
        is_by_flc=is_by_flc,
        is_by_serum=is_by_serum,
    )


def decided_by(relaxed: Relaxed, now: Findings, response: str, reasons: list[str]) -> list[str]:
    """The relaxations that decided this visit's response; of two that would do, the first."""
    is_complete = response in COMPLETE
    free = relaxed.is_free if response == "VGPR" else is_complete and relaxed.is_fixed_free
    if relaxed.was_f:
        is_urine_asked_for = (response == "VGPR" or is_complete) and now.urine_if is None
        chains = relaxed.is_by_flc and is_urine_asked_for and not free
    else:
        chains = relaxed.is_by_flc and response != "NE" and (response != "PD" or "PD.flc" in reasons)
    by_serum = is_complete and relaxed.is_by_serum and not free and not relaxed.is_by_flc
    named = ((URINE_KNOWN_FREE, free), (FLC_FOR_URINE, chains), (CR_BY_SERUM, by_serum))
    return [clause for clause, holds in named if holds]


def two_markers(course: Course, earlier: list[Findings], now: Findings) -> bool:
    """At least two of serum, urine and light chains rise, light chains whether or not M-protein is measurable."""
    found = progression(course, earlier, now)
    chains = progression(replace(course, is_s=False, is_u=False), earlier, now)["PD.flc"]
    return [found["PD.serum"], found["PD.urine"], chains].count(True) >= 2


def _is_known_free(course: Course, visit: Visit, tables: Tables, line: Line) -> bool:
    baseline, now = course.baseline, visit.found
    was_free = baseline.urine is not None and above(baseline.urine.response, ZERO) is False
    is_tested = now.urine is not None or now.urine_if is not None or now.is_urine_lost
    was_positive = any(line.start < on <= visit.on for on in _positive(tables))
    return was_free and baseline.urine_if != "positive" and not is_tested and not was_positive


def _do_chains_serve(course: Course, now: Findings) -> bool:
    has_chains = now.kappa is not None and now.lam is not None and course.involved is not None
    return course.is_l is True and course.is_s is False and now.urine is None and has_chains


def _was_never_positive(visit: Visit, tables: Tables) -> bool:
    now = visit.found
    was_tested = now.urine is not None or any(_is_test(row) and row["collected_on"] <= visit.on for row in _of(tables))
    is_positive = now.urine_above_zero is not False or now.is_urine_lost or now.urine_if is not None
    return was_tested and not is_positive and all(on > visit.on for on in _positive(tables))


def _by_light_chains(course: Course) -> Course:
    """The same line as `F` (section 3): light chains are measurable, and neither serum nor urine.

    Where the line is measurable by unknown, a serum figure missing at baseline stays a hope (C.unknown).
    """
    hope = course.hope and replace(course.hope, is_u=False, is_f=True, is_m=False)
    return replace(course, is_u=False, is_f=True, is_m=False, measurable_by="flc", hope=hope)


def _of(tables: Tables) -> list[Row]:
    return [row for row in tables["labs"] if row["analyte"] in (FIGURE["urine"], FIXATION["urine"])]


def _is_test(row: Row) -> bool:
    return row.get("value" if row["analyte"] == FIGURE["urine"] else "result") is not None


def _positive(tables: Tables) -> set[date]:
    """The dates of urine that was positive: a figure above 0, an immunofixation, a figure that could not be read."""
    figures = [row for row in _of(tables) if row["analyte"] == FIGURE["urine"] and row.get("value") is not None]
    dates = {row["collected_on"] for row in figures if above(read(row).response, ZERO) is not False}
    fixed = {row["collected_on"] for row in _of(tables) if row.get("result") == "positive"}
    return dates | fixed | lost_figures(tables, FIGURE["urine"])
