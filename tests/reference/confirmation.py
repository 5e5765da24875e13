"""Section 6: two consecutive assessments (CONF.response, CONF.pd, BEST)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from .routine import NEXT_LINE, TWO_MARKERS
from .visits import Line

LOWEST_FIRST = ("SD", "MR", "PR", "VGPR", "CR", "sCR")
NEEDS_NO_SECOND = {"PD.marrow", "PD.bone", "PD.plasmacytoma", "PD.calcium"}
DEATH_CONFIRMS_WITHIN_DAYS = 90


@dataclass
class Verdict:
    """One visit's verdict: response on its own, then in the confirmed series."""

    on: date
    response: str
    possible: str
    reasons: list[str]
    flags: list[str] = field(default_factory=list)
    is_skipped: bool = False  # none of the line's evaluable visits
    confirmed: str = "NE"
    confirmed_by: str | None = None
    best: str = "NE"
    routine: list[str] = field(default_factory=list)  # the relaxations of section 16 that decided
    has_two_markers: bool = False


def confirm(verdicts: list[Verdict], line: Line, died_on: date | None, taken: Collection[str] = ()) -> None:
    """Fills the confirmed series, its flag, and the best response so far, of one line's visits in order."""
    for verdict in verdicts:
        verdict.confirmed = verdict.response  # stands for the skipped ones: NE stays NE, SD needs no confirmation
    evaluable = [verdict for verdict in verdicts if not verdict.is_skipped]
    for index, verdict in enumerate(evaluable):
        before = evaluable[index - 1] if index > 0 else None
        after = evaluable[index + 1] if index + 1 < len(evaluable) else None
        neighbours = [neighbour for neighbour in (before, after) if neighbour is not None]
        if verdict.response == "PD":
            _confirm_progression(verdict, neighbours, is_last=after is None, line=line, died_on=died_on)
        else:
            verdict.confirmed = _confirmed_response(verdict, neighbours)
            if NEXT_LINE in taken and after is None and line.next_start and verdict.confirmed != verdict.response:
                verdict.confirmed = verdict.response
                verdict.routine.append(NEXT_LINE)
    for index, verdict in enumerate(verdicts):
        verdict.best = best_response(verdicts[: index + 1])


def progression_of(verdicts: list[Verdict]) -> Verdict | None:
    """The first visit of confirmed progression."""
    return next((verdict for verdict in verdicts if verdict.confirmed == "PD"), None)


def best_response(verdicts: list[Verdict]) -> str:
    """BEST: the highest confirmed response before the confirmed progression; else PD; NE if only NE."""
    before = until_progression(verdicts)
    reached = [verdict.confirmed for verdict in before if verdict.confirmed != "NE"]
    if reached:
        return max(reached, key=LOWEST_FIRST.index)
    return "PD" if len(before) < len(verdicts) else "NE"


def until_progression(verdicts: list[Verdict]) -> list[Verdict]:
    """The visits before the first of confirmed progression."""
    progression = progression_of(verdicts)
    return verdicts if progression is None else verdicts[: verdicts.index(progression)]


def first_with(verdicts: list[Verdict], best: str) -> date:
    """The first visit whose confirmed response is the line's best."""
    return next(verdict.on for verdict in verdicts if verdict.confirmed == best)


def first_response(verdicts: list[Verdict]) -> date | None:
    """The first visit of confirmed PR or better, before any confirmed progression."""
    responses = LOWEST_FIRST[LOWEST_FIRST.index("PR") :]
    return next((verdict.on for verdict in until_progression(verdicts) if verdict.confirmed in responses), None)


def _confirmed_response(verdict: Verdict, neighbours: list[Verdict]) -> str:
    """CONF.response: the better, over both neighbours, of the lower of the two; SD needs none."""
    levels = [LOWEST_FIRST.index(neighbour.response) for neighbour in neighbours if neighbour.response != "PD"]
    own = LOWEST_FIRST.index(verdict.response)
    return LOWEST_FIRST[max((min(own, level) for level in levels), default=0)]


def _confirm_progression(
    verdict: Verdict, neighbours: list[Verdict], *, is_last: bool, line: Line, died_on: date | None
) -> None:
    """CONF.pd: by its own kind, by a neighbouring PD, or where none follows by next line or death."""
    if NEEDS_NO_SECOND & set(verdict.reasons):
        verdict.confirmed_by = "finding"
    elif any(neighbour.response == "PD" for neighbour in neighbours):
        verdict.confirmed_by = "assessment"
    elif is_last and line.next_start is not None:
        verdict.confirmed_by = "next_line"
    elif is_last and died_on and 0 <= (died_on - verdict.on).days <= DEATH_CONFIRMS_WITHIN_DAYS:
        verdict.confirmed_by = "death"
    elif verdict.has_two_markers:
        verdict.confirmed_by = "two_markers"
        verdict.routine.append(TWO_MARKERS)
    verdict.confirmed = "PD" if verdict.confirmed_by else "SD"
    if not verdict.confirmed_by:
        verdict.flags = sorted([*verdict.flags, "unconfirmed_progression"])
