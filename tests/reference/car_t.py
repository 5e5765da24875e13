"""Section 11: who may have anti-BCMA CAR-T, visit by visit (RR.car_t and its parts)."""

from __future__ import annotations

from datetime import date

from .clinic import Around
from .diagnosis import is_diagnosed
from .figures import Row
from .logic import Truth, and3, not3, or3
from .relapse import CLASS_OF, LEVELS, could_be_any_phase, drugs_of
from .story import Story
from .visits import Tables

EARLIER = ("car_t", "allogeneic_transplant")
NOT_FOR = ("PCL", "AL", "POEMS")


def car_t_eligibility(patient: Row, tables: Tables, stories: list[Story], diagnosis: Row) -> list[Row]:
    """One row per visit."""
    rows = []
    for number, story in enumerate(stories, 1):
        for visit in story.visits:
            parts = {
                "RR.car_t_lines": number >= 3,
                "RR.car_t_classes": _had_all_classes(tables, visit.on),
                "RR.car_t_progression": _has_progressed(story, visit.on),
                "RR.car_t_cns": not3(_nervous_system(tables, visit.on)),
                "RR.car_t_earlier": not3(_had_either(tables, visit.on)),
                "RR.car_t_disease": _may_be_for(diagnosis),
            }
            rows.append(
                {
                    "patient_id": patient["patient_id"],
                    "line": story.line.number,
                    "visit_date": visit.on,
                    "eligible": and3(*parts.values()),
                    "clauses_against": sorted(name for name, truth in parts.items() if truth is False),
                }
            )
    return rows


def _nervous_system(tables: Tables, on: date) -> Truth:
    """Seen ever before the visit, it is there; else what was found nearest the visit, within 60 days."""
    signs = [row for row in tables["findings"] if row["finding"] == "cns_involvement" and row.get("present")]
    return any(row["observed_on"] <= on for row in signs) or Around(tables, on).sign("cns_involvement")


def _had_all_classes(tables: Tables, on: date) -> Truth:
    given = [drug for row in tables["treatments"] if row["start_date"] < on for drug in drugs_of(row)]
    had = {CLASS_OF.get(drug) for drug in given if drug}
    return and3(*(True if kind in had else None if None in given else False for kind in LEVELS["triple_class"]))


def _has_progressed(story: Story, on: date) -> Truth:
    if story.progressed_on is not None:
        return story.progressed_on <= on
    return False if story.is_told else None


def _had_either(tables: Tables, on: date) -> Truth:
    """An allogeneic transplant or CAR-T; every CAR-T counts as anti-BCMA."""
    begun = (row for row in tables["treatments"] if row["start_date"] < on)
    return or3(*(None if could_be_any_phase(row) else row.get("phase") in EARLIER for row in begun))


def _may_be_for(diagnosis: Row) -> Truth:
    if any(is_diagnosed(diagnosis, name) for name in NOT_FOR):
        return False
    return True if diagnosis["recorded"] or diagnosis["derived"] else None
