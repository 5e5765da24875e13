"""Section 13: AL amyloidosis and POEMS (AL.transplant, AL.response, POEMS.vegf)."""

from __future__ import annotations

from datetime import date, timedelta

from .clinic import Around, age_years, figure_of, known
from .diagnosis import is_diagnosed
from .figures import Row, nearest, ratio_above, ratio_below
from .logic import Span, Truth, above, and3, at_least, not3, or3, under
from .story import Story
from .visits import Findings, Tables

JOINS_WITHIN_DAYS = 3
BASELINE_DAYS = 90


def al_transplant(patient: Row, tables: Tables, stories: list[Story], diagnosis: Row) -> list[Row]:
    """Of a patient with AL: whether transplant may be done when treatment begins, else at diagnosis."""
    if not is_diagnosed(diagnosis, "AL"):
        return []
    on = stories[0].line.start if stories else patient["diagnosis_date"]
    near, age = Around(tables, on), age_years(patient.get("birth_date"), on)
    parts = {
        "AL.transplant_age": None if age is None else age < 70,
        "AL.transplant_egfr": known(above, near.figure("egfr"), 50),
        "AL.transplant_performance": known(under, near.score("ecog"), 2),
        "AL.transplant_pressure": known(above, near.score("systolic_bp"), 90),
        "AL.transplant_troponin": known(under, near.figure("troponin_t"), "0.06"),
    }
    return [
        {
            "patient_id": patient["patient_id"],
            "on_date": on,
            "eligible": and3(*parts.values()),
            "clauses_against": sorted(name for name, truth in parts.items() if truth is False),
        }
    ]


def al_poems_visits(patient: Row, tables: Tables, stories: list[Story], diagnosis: Row) -> list[Row]:
    """The visits of a patient with AL or POEMS."""
    has_al, has_poems = is_diagnosed(diagnosis, "AL"), is_diagnosed(diagnosis, "POEMS")
    rows = []
    for story in stories if has_al or has_poems else []:
        baseline = story.start.dflc(story.start.baseline)
        vegf_then = _vegf_before(tables, story.line.start)
        for visit in story.visits:
            now = story.start.dflc(visit.found)
            dflc, dflc_then = (one.response if one else None for one in (now, baseline))
            vegf = _vegf_at(tables, visit.on)
            rows.append(
                {
                    "patient_id": patient["patient_id"],
                    "line": story.line.number,
                    "visit_date": visit.on,
                    "haematologic_response": _response(visit.found, dflc, dflc_then) if has_al else None,
                    "dflc_mg_l": _exactly(dflc),
                    "dflc_baseline_mg_l": _exactly(dflc_then),
                    "vegf_pg_ml": _exactly(vegf),
                    "vegf_change": _change(_exactly(vegf), _exactly(vegf_then)) if has_poems else None,
                }
            )
    return rows


def _response(found: Findings, dflc: Span | None, baseline: Span | None) -> str | None:
    """AL.response: the first that holds where every better one is known not to."""
    levels = {
        "CR": _complete(found),
        "VGPR": known(under, dflc, 40),
        "PR": and3(known(at_least, baseline, 50), known(under, dflc, baseline.times("0.5") if baseline else None)),
        "NR": True,
    }
    for name, truth in levels.items():
        if truth is not False:
            return name if truth else None
    return None


def _complete(found: Findings) -> Truth:
    negative = (None if result is None else result == "negative" for result in (found.serum_if, found.urine_if))
    return and3(*negative, _ratio_is_normal(found))


def _ratio_is_normal(found: Findings) -> Truth:
    if found.kappa is None or found.lam is None:
        return None
    chains = found.kappa.response, found.lam.response
    return not3(or3(ratio_above(*chains), ratio_below(*chains)))


def _vegf_at(tables: Tables, on: date) -> Span | None:
    rows = [row for row in _vegf(tables) if abs((row["collected_on"] - on).days) <= JOINS_WITHIN_DAYS]
    return _nearest(rows, on)


def _vegf_before(tables: Tables, start: date) -> Span | None:
    """V.baseline: the last within the 90 days up to the line's start."""
    window = timedelta(days=BASELINE_DAYS)
    return _nearest([row for row in _vegf(tables) if start - window <= row["collected_on"] <= start], start)


def _vegf(tables: Tables) -> list[Row]:
    return [row for row in tables["labs"] if row["analyte"] == "vegf" and row.get("value") is not None]


def _nearest(rows: list[Row], on: date) -> Span | None:
    return nearest(((row["collected_on"], figure_of(row)) for row in rows), on, lambda span: (span.low, span.high))


def _exactly(span: Span | None) -> object:
    return span.low[0] if span and span.low == span.high else None


def _change(now: object, then: object) -> object:
    return (now - then) / then if now is not None and then else None  # type: ignore[operator]
