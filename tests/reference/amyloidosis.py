"""Section 13: AL amyloidosis and POEMS (AL.transplant, AL.response, POEMS.vegf)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .clinic import Around, age_years, known
from .diagnosis import is_diagnosed
from .figures import ZERO, Reading, Row, Tables, ratio_above, ratio_below
from .logic import Span, Truth, above, and3, at_least, not3, or3, under
from .progression import nadir
from .story import Story
from .visits import Findings


def al_stage(patient: Row, tables: Tables, first_start: date | None, diagnosis: Row) -> str | None:
    """Cardiac stage at diagnosis of a patient with AL: how many of troponin T and NT-proBNP are high; III is parted."""
    if not is_diagnosed(diagnosis, "AL"):
        return None
    near = Around(tables, patient["diagnosis_date"], first_start)
    probnp = near.figure("nt_probnp")
    high = [known(at_least, near.figure("troponin_t"), "0.035"), known(at_least, probnp, 332)]
    if None in high:
        return None
    if all(high):
        return {True: "IIIb", False: "IIIa", None: None}[known(above, probnp, 8500)]
    return "II" if any(high) else "I"


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


def al_poems_visits(patient: Row, stories: list[Story], diagnosis: Row) -> list[Row]:
    """The visits of a patient with AL or POEMS; VEGF joins a visit as calcium does."""
    has_al, has_poems = is_diagnosed(diagnosis, "AL"), is_diagnosed(diagnosis, "POEMS")
    rows, in_beta = [], bool(patient.get("m_protein_in_beta"))
    for story in stories if has_al or has_poems else []:
        baseline = _known(story.start.dflc(story.start.baseline))
        vegf_then = _known(story.start.baseline.vegf)
        found = [story.start.baseline]  # what the line has shown before a visit
        for visit in story.visits:
            progressed_by = _progressions(story, found, visit.found, in_beta) if has_al else {}
            found.append(visit.found)
            dflc, vegf = _known(story.start.dflc(visit.found)), _known(visit.found.vegf)
            rows.append(
                {
                    "patient_id": patient["patient_id"],
                    "line": story.line.number,
                    "visit_date": visit.on,
                    "haematologic_response": _response(visit.found, dflc, baseline) if has_al else None,
                    "dflc_mg_l": _exactly(dflc),
                    "dflc_baseline_mg_l": _exactly(baseline),
                    "vegf_pg_ml": _exactly(vegf) if has_poems else None,
                    "vegf_change": _change(_exactly(vegf), _exactly(vegf_then)) if has_poems else None,
                    "haematologic_progression": or3(*progressed_by.values()) if has_al else None,
                    "progressed_by": sorted(name for name, truth in progressed_by.items() if truth),
                }
            )
    return rows


def _known(reading: Reading | None) -> Span | None:
    return reading.response if reading else None


def _response(found: Findings, dflc: Span | None, baseline: Span | None) -> str | None:
    """AL.response: the best that holds; as in section 4 a level that a missing test keeps out of reach is not given.

    Beyond CR it is decided by dFLC, and of a baseline of 50 mg/L or more only: a lower one can't show a response.
    """
    is_measurable = known(at_least, baseline, 50)
    levels = {
        "CR": _complete(found),
        "VGPR": and3(is_measurable, known(under, dflc, 40)),
        "PR": and3(is_measurable, known(under, dflc, baseline.times("0.5") if baseline else None)),
    }
    for name, truth in levels.items():
        if truth:
            return name
    return "NR" if is_measurable and set(levels.values()) == {False} else None


def _progressions(story: Story, before: list[Findings], now: Findings, in_beta: bool) -> dict[str, Truth]:
    """AL.progression, part by part: against the lowest of the baseline and the earlier visits of the line."""
    had_cr = or3(False, *(_complete(found) for found in before[1:]))
    detected = or3(
        None if now.serum_if is None else now.serum_if == "positive",
        None if now.urine_if is None else now.urine_if == "positive",
        False if in_beta else known(above, _known(now.serum), 0),
        known(above, _known(now.urine), 0),
    )
    chains, involved = [_chain(story, found) for found in before], _known(_chain(story, now))
    doubled = _is_up(chains, involved, "2", None)
    abnormal = _ratio_is_normal(now)
    return {
        "AL.pd_serum": _is_up([found.serum for found in before], _known(now.serum), "1.5", "0.5"),
        "AL.pd_urine": _is_up([found.urine for found in before], _known(now.urine), "1.5", "200"),
        "AL.pd_flc": _is_up(chains, involved, "1.5", "100"),
        "AL.pd_from_cr": and3(had_cr, or3(detected, and3(not3(abnormal), doubled))),
    }


def _chain(story: Story, found: Findings) -> Reading | None:
    """The involved chain, or all that it can be where it is not known which it is."""
    if story.start.involved:
        return story.start.involved_flc(found)
    if found.kappa is None or found.lam is None:
        return None
    kappa, lam = found.kappa.response, found.lam.response
    highest = max(kappa.high, lam.high)
    return Reading(Span(min(kappa.low, lam.low), highest), Span(ZERO.low, highest))


def _is_up(before: list[Reading | None], now: Span | None, times: str, bound: str | None) -> Truth:
    low = nadir(before, confirmed=False)
    rises = and3(known(at_least, now, low.times(times) if low else None), known(above, now, low))
    return and3(rises, True if bound is None else known(above, now, bound))


def _complete(found: Findings) -> Truth:
    negative = (None if result is None else result == "negative" for result in (found.serum_if, found.urine_if))
    return and3(*negative, _ratio_is_normal(found))


def _ratio_is_normal(found: Findings) -> Truth:
    if found.kappa is None or found.lam is None:
        return None
    chains = found.kappa.response, found.lam.response
    return not3(or3(ratio_above(*chains), ratio_below(*chains)))


def _exactly(span: Span | None) -> Decimal | None:
    return span.low[0] if span and span.low == span.high else None


def _change(now: Decimal | None, then: Decimal | None) -> Decimal | None:
    return (now - then) / then if now is not None and then else None
