"""Section 8: endpoints of one line, and survival from diagnosis (OS, PFS, TTP, DOR, TTR, TTNT, EFS; imwg)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .figures import Row
from .visits import Line, Tables, line_at

NO_CONTACT = {"birth_date", "death_date"}


@dataclass(frozen=True)
class Fate:
    """Death or last contact of a patient; is_known is False where status and date contradict."""

    died_on: date | None
    is_known: bool
    last_contact: date

    def known_from(self, start: date) -> bool:
        """A death before the start says nothing that can be true."""
        return self.is_known and (self.died_on is None or self.died_on >= start)


@dataclass(frozen=True)
class Followed:
    """A line as its endpoints see it. looks: evaluable visits; last_seen: the last; is_reported: REPORTED serves."""

    line: Line
    progressed_on: date | None
    responded_on: date | None
    last_seen: date | None
    is_reported: bool
    looks: tuple[date, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """Where a time ends and why; event None (and no date) where it can't be told."""

    on: date | None
    event: bool | None
    reason: str | None


UNKNOWN = Outcome(None, None, None)


def fate_of(patient: Row, tables: Tables) -> Fate:
    """Last contact: the latest of the recorded one and any dated row, birth and death apart."""
    died_on = patient.get("death_date")
    rows = [patient, *(row for rows in tables.values() for row in rows)]
    dated = [
        value for row in rows for column, value in row.items() if isinstance(value, date) and column not in NO_CONTACT
    ]
    is_known = (patient["vital_status"] == "dead") == (died_on is not None)
    return Fate(died_on if is_known else None, is_known, max(dated))


def recorded_progression(assessments: list[Row], lines: list[Line], line: Line) -> date | None:
    """REPORTED: the first PD that the clinic recorded in this line."""
    own = (row for row in assessments if _belongs_to(row, lines, line) and line.holds(row["assessed_on"]))
    return min((row["assessed_on"] for row in own if row["response"] == "PD"), default=None)


def survival_from_diagnosis(patient: Row, fate: Fate) -> Row:
    """OS from diagnosis: the one row without a line."""
    start = patient["diagnosis_date"]
    return _row(patient["patient_id"], None, "OS", origin="diagnosis", start=start, end=_overall(fate, start))


def endpoints_of(patient_id: str, followed: Followed, fate: Fate) -> list[Row]:
    """The rows of one line; endpoints that need progression only where it is known from somewhere."""
    line = followed.line
    outcomes = {
        "OS": _overall(fate, line.start),
        "TTNT": _first([_next_line(line), _death(fate)], fate, line.start) or _at_last_contact(fate),
    }
    if followed.last_seen is not None or followed.is_reported:
        outcomes["PFS"] = _progression_free(followed, fate, is_death_event=True)
        first = _first([_progression(followed), _death(fate), _next_line(line)], fate, line.start)
        outcomes["EFS"] = first or _last_look(followed, fate)
        outcomes["TTP"] = _progression_free(followed, fate, is_death_event=False)
    if followed.last_seen is not None:
        outcomes["TTR"] = _to_response(followed, fate)
    rows = [
        _row(patient_id, line, name, origin="line_start", start=line.start, end=end) for name, end in outcomes.items()
    ]
    if followed.responded_on is not None:
        end = _progression_free(followed, fate, is_death_event=True)
        rows.append(_row(patient_id, line, "DOR", origin="response", start=followed.responded_on, end=end))
    return rows


def pfs_by_censoring(patient_id: str, lines: list[Followed], fate: Fate) -> list[Row]:
    """PFS of every line under imwg, fda and ema; lines in their order."""
    rows = []
    for index, followed in enumerate(lines):
        if followed.last_seen is None and not followed.is_reported:
            continue
        imwg = _progression_free(followed, fate, is_death_event=True)
        outcomes = {"imwg": imwg, "fda": _unless_late(followed, imwg), "ema": _whatever_follows(lines[index:], fate)}
        for name, end in outcomes.items():
            row = _row(patient_id, followed.line, "PFS", origin="line_start", start=followed.line.start, end=end)
            rows.append(row | {"censoring": name})
    return rows


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
    progression = Outcome(progressed, True, "progression") if progressed else None
    first = _first([progression, _death(fate)], fate, own.line.start)
    if first is not None:
        return first
    seen = [one.last_seen for one in lines if one.last_seen]
    if own.last_seen is not None:
        return Outcome(max(seen), False, "last_assessment")
    return _at_last_contact(fate)


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

    A death that can't be told leaves what did happen as it is, but not that nothing happened.
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
    """No time is negative: an end before the start can't be told."""
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
