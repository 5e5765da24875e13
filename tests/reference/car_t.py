"""Section 11: who may have anti-BCMA CAR-T, visit by visit (RR.car_t and its parts)."""

from __future__ import annotations

from datetime import date

from .clinic import Around
from .diagnosis import is_diagnosed, is_leukaemia, is_poems
from .drugs import CAR_T, CLASS_OF, is_known
from .figures import Row, Tables
from .logic import Truth, and3, not3, or3
from .lost import is_unreadable, lost_by, refused
from .relapse import LEVELS, could_be_any_phase, drugs_of, may_have_begun
from .story import Story

EARLIER = ("car_t", "allogeneic_transplant")
NOT_FOR = ("PCL", "AL", "POEMS")
SIGNS = ("al_amyloidosis", "polyneuropathy")
CELLS = ("circulating_plasma_cells", "circulating_plasma_cells_percent")


def car_t_eligibility(patient: Row, tables: Tables, stories: list[Story], diagnosis: Row) -> list[Row]:
    """One row per visit."""
    rows = []
    visits = {visit.on for story in stories for visit in story.visits}
    changed = _became_another(patient, tables, visits)
    for number, story in enumerate(stories, 1):
        for visit in story.visits:
            parts = {
                "RR.car_t_lines": _had_three_lines(tables, stories, number, visit.on),
                "RR.car_t_classes": _had_all_classes(tables, stories, visit.on),
                "RR.car_t_progression": _has_progressed(story, visit.on),
                "RR.car_t_cns": not3(_nervous_system(tables, visit.on)),
                "RR.car_t_earlier": not3(_had_either(tables, stories, visit.on)),
                "RR.car_t_disease": _may_be_for(tables, diagnosis, changed, visit.on),
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


def _had_three_lines(tables: Tables, stories: list[Story], number: int, on: date) -> Truth:
    """A refused treatment of no line that is known may be one more."""
    known_lines = {story.line.number for story in stories}
    others = [row for row in refused(tables, "treatments") if row.get("line") not in known_lines]
    by_then = [row.get("line") for row in others if row.get("dated_on") is None or row["dated_on"] < on]
    more = len({line for line in by_then if line is not None}) + by_then.count(None)
    return True if number >= 3 else None if number + more >= 3 else False


def _nervous_system(tables: Tables, on: date) -> Truth:
    """Seen ever before the visit, it is there; else what was found nearest the visit, within 60 days."""
    signs = [row for row in tables["findings"] if row["finding"] == "cns_involvement" and row.get("present")]
    if any(row["observed_on"] <= on for row in signs):
        return True
    may_be = lost_by(tables, "findings", on, "present", ("cns_involvement",))
    return or3(Around(tables, on).sign("cns_involvement"), None if may_be else False)


def _had_all_classes(tables: Tables, stories: list[Story], on: date) -> Truth:
    given = [drug for row in tables["treatments"] if row["start_date"] < on for drug in drugs_of(row)]
    given += [None for row in refused(tables, "treatments") if may_have_begun(row, stories) < on]
    had = {CLASS_OF.get(drug) for drug in given if drug}
    may_be_any = any(drug is None or not is_known(drug) for drug in given)
    return and3(*(True if kind in had else None if may_be_any else False for kind in LEVELS["triple_class"]))


def _has_progressed(story: Story, on: date) -> Truth:
    if story.progressed_on is not None:
        return story.progressed_on <= on
    return False if story.is_told else None


def _had_either(tables: Tables, stories: list[Story], on: date) -> Truth:
    """An allogeneic transplant or CAR-T, by phase or by name (a refused row may name any); every CAR-T is anti-BCMA."""
    begun = [_is_either(row) for row in tables["treatments"] if row["start_date"] < on]
    lost = any(may_have_begun(row, stories) < on for row in refused(tables, "treatments"))
    return or3(*begun, None if lost else False)


def _is_either(row: Row) -> Truth:
    """C.drug: a name that is not known may be CAR-T."""
    drugs = drugs_of(row)
    if row.get("phase") in EARLIER or any(drug in CAR_T for drug in drugs):
        return True
    is_unknown = is_unreadable(row, "drugs") or any(drug is not None and not is_known(drug) for drug in drugs)
    return None if is_unknown or could_be_any_phase(row) else False


def _may_be_for(tables: Tables, diagnosis: Row, changed: date | None, on: date) -> Truth:
    """Not PCL, AL or POEMS: at diagnosis, nor by what is known at the visit, of then or of any date before."""
    if any(is_diagnosed(diagnosis, name) for name in NOT_FOR) or (changed is not None and changed <= on):
        return False
    lost = lost_by(tables, "findings", on, "present", SIGNS) or lost_by(tables, "labs", on, "value", CELLS)
    return True if (diagnosis["recorded"] or diagnosis["derived"]) and not lost else None


def _became_another(patient: Row, tables: Tables, visits: set[date]) -> date | None:
    """The first day it was one of these, asked on the days of visits and on those on which one of its own signs was
    found, by what was known then.
    """
    signs = {row["observed_on"] for row in tables["findings"] if row["finding"] in SIGNS and row.get("present")}
    counted = {row["collected_on"] for row in tables["labs"] if row["analyte"] in CELLS and row.get("value")}
    known_by_then = (Around(tables, at, until=at) for at in sorted(visits | signs | counted))
    return next(
        (
            near.on
            for near in known_by_then
            if or3(near.sign("al_amyloidosis"), is_leukaemia(near), is_poems(patient, near))
        ),
        None,
    )
