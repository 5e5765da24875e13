"""Section 8: endpoints of a line or two, and survival from diagnosis (OS, PFS, PFS2, TTP, DOR, TTR, TTNT, TTD, EFS).

Censored by the rule imwg. Nothing dated after the extract's cut-off ends a time: no last contact, no assessment, no
progression, no next line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from .figures import Row, Tables
from .lost import refused
from .treatment import Treatment
from .visits import Line, line_at

# Dates that show nobody alive: an end of treatment may be planned.
NO_CONTACT = {"birth_date", "death_date", "end_date"}


@dataclass(frozen=True)
class Fate:
    """Death or last contact of a patient; is_known is False where status and date contradict."""

    died_on: date | None
    is_known: bool
    last_contact: date
    cutoff: date

    def known_from(self, start: date) -> bool:
        """A death before the start says nothing that can be true."""
        return self.is_known and (self.died_on is None or self.died_on >= start)


@dataclass(frozen=True)
class Followed:
    """A line as its endpoints see it. looks: evaluable visits; is_reported: REPORTED serves.

    is_lost: what the clinic recorded of it could not be read; lost_lines: dates of refused treatments that may have
    begun another line (None: of no readable date). treatment: its drugs; None where it had none.
    """

    line: Line
    progressed_on: date | None
    responded_on: date | None
    looks: tuple[date, ...]
    is_reported: bool
    is_lost: bool
    lost_lines: tuple[date | None, ...] = ()
    treatment: Treatment | None = None

    @property
    def last_seen(self) -> date | None:
        return max(self.looks, default=None)

    def up_to(self, cutoff: date) -> Followed:
        """What of the line is dated up to the cut-off."""
        then = self.line.next_start
        return replace(
            self,
            line=self.line if then is None or then <= cutoff else replace(self.line, next_start=None),
            progressed_on=_unless_after(self.progressed_on, cutoff),
            responded_on=_unless_after(self.responded_on, cutoff),
            looks=tuple(look for look in self.looks if look <= cutoff),
        )


@dataclass(frozen=True)
class Outcome:
    """Where a time ends and why; event None (and no date) where it is unknown."""

    on: date | None
    event: bool | None
    reason: str | None


UNKNOWN = Outcome(None, None, None)


@dataclass(frozen=True)
class Recorded:
    """REPORTED: what the clinic recorded of a line. serves: it assessed the line, or keeps a log of progressions."""

    serves: bool
    progressed_on: date | None
    is_lost: bool


def cutoff_of(patients: list[Row]) -> date:
    """The extract's own cut-off where none is declared: its latest recorded last contact or death."""
    return max(row[name] for row in patients for name in ("last_contact_date", "death_date") if row.get(name))


def fate_of(patient: Row, tables: Tables, cutoff: date) -> Fate:
    """Last contact: the latest, up to the cut-off, of the recorded one and any row that shows the patient alive."""
    died_on = patient.get("death_date")
    rows = [patient, *(row for name, rows in tables.items() if name != "refused_row" for row in rows)]
    dated = [
        value for row in rows for column, value in row.items() if isinstance(value, date) and column not in NO_CONTACT
    ]
    is_known = (patient["vital_status"] == "dead") == (died_on is not None)
    last_contact = max((on for on in dated if on <= cutoff), default=cutoff)
    return Fate(died_on if is_known else None, is_known, last_contact, cutoff)


def recorded(tables: Tables, lines: list[Line], line: Line, is_log: bool) -> Recorded:
    """REPORTED, of one line: the first progression that the clinic recorded in it.

    An assessment that was refused may be of the line; then a progression that it could have dated earlier is unknown.
    """
    own = [row for row in tables["assessments"] if _belongs_to(row, lines, line) and line.holds(row["assessed_on"])]
    on = min((row["assessed_on"] for row in own if row["response"] == "PD"), default=None)
    lost = [
        row.get("dated_on")
        for row in refused(tables, "assessments")
        if row.get("line") in (None, line.number) and (row.get("dated_on") is None or line.holds(row["dated_on"]))
    ]
    is_lost = any(on is None or at is None or at < on for at in lost)
    return Recorded(bool(own or lost or is_log), None if is_lost else on, is_lost)


def lost_lines(tables: Tables, lines: list[Line], line: Line) -> tuple[date | None, ...]:
    """Refused treatments that may have begun a line after this one: none, where the next known has the next number."""
    numbers = [one.number for one in lines]
    following = [*numbers, None][numbers.index(line.number) + 1]
    later = []
    for row in refused(tables, "treatments"):
        number = row.get("line") or line.number + 1
        is_between = number > line.number and (following is None or number < following)
        if is_between and row.get("line") not in numbers and (row.get("dated_on") or date.max) > line.start:
            later.append(row.get("dated_on"))
    return tuple(later)


def survival_from_diagnosis(patient: Row, fate: Fate) -> Row:
    """OS from diagnosis: the one row without a line."""
    start = patient["diagnosis_date"]
    return _row(patient["patient_id"], None, "OS", origin="diagnosis", start=start, end=_overall(fate, start))


def endpoints_of(patient_id: str, followed: Followed, fate: Fate) -> list[Row]:
    """The rows of one line; endpoints that need progression only where it is known from somewhere (REPORTED)."""
    followed = followed.up_to(fate.cutoff)
    line = followed.line
    next_treatment = _first([_next_line(line), _death(fate)], fate, line.start) or _at_last_contact(fate)
    outcomes = {"OS": _overall(fate, line.start), "TTNT": _unless_lost_line(followed, next_treatment)}
    if followed.treatment is not None:
        outcomes["TTD"] = _on_treatment(followed, followed.treatment, fate)
    if followed.last_seen is not None or followed.is_reported:
        outcomes["PFS"] = _progression_free(followed, fate, is_death_event=True)
        first = _first([_progression(followed), _death(fate), _next_line(line)], fate, line.start)
        outcomes["EFS"] = _unless_lost_line(followed, first or _last_look(followed, fate))
        outcomes["TTP"] = _progression_free(followed, fate, is_death_event=False)
        if followed.is_lost:
            outcomes |= dict.fromkeys(("PFS", "EFS", "TTP"), UNKNOWN)
    if followed.last_seen is not None:
        outcomes["TTR"] = _to_response(followed, fate)
    rows = [
        _row(patient_id, line, name, origin="line_start", start=line.start, end=end) for name, end in outcomes.items()
    ]
    if followed.responded_on is not None:
        end = _progression_free(followed, fate, is_death_event=True)
        rows.append(_row(patient_id, line, "DOR", origin="response", start=followed.responded_on, end=end))
    return rows


def pfs2(patient_id: str, lines: list[Followed], fate: Fate) -> list[Row]:
    """PFS2: one row, of line 1. lines in order.

    Progression on the line after it, or before that on line 1, is known from somewhere. A refused treatment that may
    have begun a line between these two leaves open which one is the second.
    """
    lines = [followed.up_to(fate.cutoff) for followed in lines]
    index = next((index for index, one in enumerate(lines) if one.line.number == 1), None)
    if index is None:
        return []
    own = lines[index]
    before = _first([_next_line(own.line), _death(fate)], fate, own.line.start) or _at_last_contact(fate)
    end = _unless_lost_line(own, before)
    if end.reason == "next_line":
        second = lines[index + 1]
        if second.last_seen is None and not second.is_reported:
            return []
        end = UNKNOWN if second.is_lost else _progression_free(second, fate, is_death_event=True)
    elif own.last_seen is None and not own.is_reported:
        return []
    return [_row(patient_id, own.line, "PFS2", origin="line_start", start=own.line.start, end=end)]


def pfs_by_censoring(patient_id: str, lines: list[Followed], fate: Fate) -> list[Row]:
    """PFS of every line under imwg, fda and ema; lines in their order."""
    rows = []
    lines = [followed.up_to(fate.cutoff) for followed in lines]
    for index, followed in enumerate(lines):
        if followed.last_seen is None and not followed.is_reported:
            continue
        imwg = UNKNOWN if followed.is_lost else _progression_free(followed, fate, is_death_event=True)
        outcomes = {"imwg": imwg, "fda": _unless_late(followed, imwg), "ema": _whatever_follows(lines[index:], fate)}
        for name, end in outcomes.items():
            row = _row(patient_id, followed.line, "PFS", origin="line_start", start=followed.line.start, end=end)
            rows.append(row | {"censoring": name})
    return rows


def _unless_after(on: date | None, cutoff: date) -> date | None:
    return on if on is None or on <= cutoff else None


def _unless_lost_line(followed: Followed, end: Outcome) -> Outcome:
    """Unknown where a refused treatment may have begun the next line before this end."""
    may_be = [at for at in followed.lost_lines if end.on is None or (at or followed.line.start) < end.on]
    return UNKNOWN if may_be else end


def _unless_late(followed: Followed, end: Outcome) -> Outcome:
    """fda: an event after two or more missed assessments is censored at the last assessment before the gap.

    Monthly (30 days) in the first year of a line, two-monthly (61) after, with 15 days of grace.
    """
    if not end.event or end.on is None or followed.is_reported:
        return end
    before = [look for look in followed.looks if end.reason == "death" or look < end.on]
    last = max(before, default=followed.line.start)
    due = 30 if (last - followed.line.start).days < 365 else 61
    return Outcome(last, False, "missed_assessments") if (end.on - last).days > 2 * due + 15 else end


def _whatever_follows(lines: list[Followed], fate: Fate) -> Outcome:
    """ema: neither a next line nor missed assessments censor; a later line's progression is this one's too."""
    own = lines[0]
    progressed = min((one.progressed_on for one in lines if one.progressed_on), default=None)
    if any(one.is_lost and (progressed is None or one.line.start < progressed) for one in lines):
        return UNKNOWN
    progression = Outcome(progressed, True, "progression") if progressed else None
    first = _first([progression, _death(fate)], fate, own.line.start)
    if first is not None:
        return first
    seen = [one.last_seen for one in lines if one.last_seen]
    if own.last_seen is not None:
        return Outcome(max(seen), False, "last_assessment")
    return _at_last_contact(fate)


def _on_treatment(followed: Followed, treatment: Treatment, fate: Fate) -> Outcome:
    """TTD: death, the end of the last drug or the next line, whichever first; else last contact.

    An end after last contact is planned, unless a death shows that it had come.
    """
    if treatment.is_lost:
        return UNKNOWN
    stopped_on = treatment.stopped_by(max(fate.last_contact, fate.died_on or fate.last_contact))
    stop = Outcome(stopped_on, True, "treatment_end") if stopped_on else None
    first = _first([_death(fate), stop, _next_line(followed.line)], fate, followed.line.start)
    return _unless_lost_line(followed, first or _at_last_contact(fate))


def _belongs_to(row: Row, lines: list[Line], line: Line) -> bool:
    """By its own line number; where none is recorded by its date."""
    if row.get("line") is not None:
        return bool(row["line"] == line.number)
    return line_at(lines, row["assessed_on"]) == line


def _overall(fate: Fate, start: date) -> Outcome:
    if not fate.known_from(start):
        return UNKNOWN
    return _death(fate) or _at_last_contact(fate)


def _progression_free(followed: Followed, fate: Fate, is_death_event: bool) -> Outcome:
    """PFS and TTP: progression or death, whichever first; a next line censors at the last look before it."""
    line = followed.line
    first = _first([_progression(followed), _death(fate), _next_line(line)], fate, line.start)
    if first is None or first.reason == "next_line":
        return _censored_look(followed, fate)
    if first.reason == "death":
        return Outcome(first.on, is_death_event, first.reason)
    return first


def _to_response(followed: Followed, fate: Fate) -> Outcome:
    """TTR: first confirmed PR or better, unless a recorded death came before it; else censored where TTP ends."""
    end = _progression_free(followed, fate, is_death_event=False)
    on = followed.responded_on
    died_before = fate.died_on is not None and fate.known_from(followed.line.start) and on and fate.died_on < on
    if on is not None and not died_before:
        return Outcome(on, True, "response")
    return Outcome(end.on, None if end.event is None else False, end.reason)


def _first(candidates: list[Outcome | None], fate: Fate, start: date) -> Outcome | None:
    """The earliest, on one date the first named; None where nothing has happened.

    A death that is unknown leaves what did happen as it is, but not that nothing happened.
    """
    known = fate.known_from(start)
    dated = [one for one in candidates if one is not None and (known or one.reason != "death")]
    if dated:
        return min(dated, key=lambda one: one.on or date.max)
    return None if known else UNKNOWN


def _progression(followed: Followed) -> Outcome | None:
    return Outcome(followed.progressed_on, True, "progression") if followed.progressed_on else None


def _death(fate: Fate) -> Outcome | None:
    return Outcome(fate.died_on, True, "death") if fate.died_on else None


def _next_line(line: Line) -> Outcome | None:
    return Outcome(line.next_start, True, "next_line") if line.next_start else None


def _at_last_contact(fate: Fate) -> Outcome:
    return Outcome(fate.last_contact, False, "last_contact")


def _censored_look(followed: Followed, fate: Fate) -> Outcome:
    """The last evaluable assessment; where progression is reported the next line or last contact."""
    reason = "next_line" if followed.line.next_start else None
    if followed.last_seen is not None:
        return Outcome(followed.last_seen, False, reason or "last_assessment")
    if reason:
        return Outcome(followed.line.next_start, False, reason)
    return _at_last_contact(fate)


def _last_look(followed: Followed, fate: Fate) -> Outcome:
    """EFS without an event: the last evaluable assessment, without one last contact."""
    if followed.last_seen is not None:
        return Outcome(followed.last_seen, False, "last_assessment")
    return _at_last_contact(fate)


def _row(patient_id: str, line: Line | None, endpoint: str, *, origin: str, start: date, end: Outcome) -> Row:
    """No time is negative: an end before the start is unknown."""
    if end.on is not None and end.on < start:
        end = UNKNOWN
    return {
        "patient_id": patient_id,
        "line": line.number if line else None,
        "endpoint": endpoint,
        "origin": origin,
        "start_date": start,
        "end_date": end.on,
        "days": None if end.on is None else (end.on - start).days,
        "event": end.event,
        "reason": end.reason,
    }
