"""The slow second opinion: the criteria and the rest of the guideline (sections 0-13 and 16), one patient at a time.

In plain Python and Decimal, written from the page and not from the code, so that the two can disagree. Each module
names the clauses that it reads.

What a registry is: table name -> rows, as the contract has them, in canonical units, as Python values (str, Decimal,
date, bool, None). An absent column is None, an absent table empty. Beside the contract's columns a row may have:

- `<column>_comparator` (<, <=, >, >=): of marrow.plasma_cell_percent, mrd.sensitivity, cytogenetics.percent, imaging's
  lytic_lesions, focal_lesions and plasmacytoma_spd_mm2, and findings.value (C.comparator; labs keep `comparator`);
- `unreadable`: names of its columns whose cell was set aside; the cell itself is None (C.unknown);
- of labs: `reported_value` and `reported_unit` (also `reported_ref_high`, `reported_ref_low`) as the laboratory gave
  them, for the limits that are published in two units (C.si); without them the canonical value counts;
- the table `refused_row`: patient_id, table, and what of the refused row could be read: dated_on, line, kind.

`cutoff` is what registry.toml declares; by default the latest recorded last contact or death of the registry.
`records="progressions"` declares that assessments are a log of progressions (REPORTED).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from .amyloidosis import al_poems_visits, al_stage, al_transplant
from .car_t import car_t_eligibility
from .confirmation import (
    Verdict,
    best_response,
    confirm,
    first_response,
    first_with,
    progression_of,
)
from .diagnosis import diagnose, disagreement
from .endpoints import (
    Fate,
    Followed,
    cutoff_of,
    endpoints_of,
    fate_of,
    lost_lines,
    pfs2,
    pfs_by_censoring,
    recorded,
    survival_from_diagnosis,
)
from .figures import Row, Tables
from .frailty import frailty
from .lost import is_unreadable, without_doubtful_serum
from .measurable import Course, course
from .mrd import mrd_status
from .precursors import precursor_course, precursor_risk
from .progression import calcium_unattributed, progression
from .relapse import given_drugs, refractoriness, refractory_levels, relapses
from .response import is_skipped, marrow_for, respond
from .routine import ROUTINE, TWO_MARKERS, decided_by, relax, two_markers
from .staging import stage
from .story import Story
from .treatment import NO_DRUG, treatment_of
from .visits import Line, Visit, baseline_of, lines_of, visits_of

TABLES = (
    *("labs", "marrow", "mrd", "cytogenetics", "imaging", "treatments", "assessments", "supportive_care"),
    *("findings", "refused_row"),
)
TABLES_OUT = (
    *("staging", "lines", "visits", "mrd_status", "time_to_event", "pfs_by_censoring", "diagnosis"),
    *("diagnosis_disagreement", "precursor_risk", "precursor_course", "refractoriness", "refractory_level", "relapse"),
    *("car_t_eligibility", "frailty", "al_transplant", "al_poems_visits"),
)
# Each with the edition whose numbers it has, and the relaxations that it takes (section 16).
EDITIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "jsh2023": ("jsh2023", ()),
    "imwg2016": ("imwg2016", ()),
    "jsh2023-routine": ("jsh2023", ROUTINE),
}

__all__ = ["evaluate"]


def evaluate(
    registry: dict[str, list[Row]],
    edition: str = "jsh2023",
    *,
    cutoff: date | None = None,
    records: str | None = None,
    without: Collection[str] = (),
) -> dict[str, list[Row]]:
    """The tables out of a validated registry, `without` some of the edition's relaxations.

    Raises ValueError on an unknown edition or an unknown `records`.
    """
    if edition not in EDITIONS or records not in (None, "progressions"):
        raise ValueError(f"edition must be one of {', '.join(EDITIONS)}, records null or progressions")
    out: dict[str, list[Row]] = {name: [] for name in TABLES_OUT}
    numbers, relaxations = EDITIONS[edition]
    taken = frozenset(relaxations) - frozenset(without)
    patients = registry.get("patients", [])
    own: dict[str, Tables] = {row["patient_id"]: {name: [] for name in TABLES} for row in patients}
    for name in TABLES:
        for row in registry.get(name, []):
            if row["patient_id"] in own:
                own[row["patient_id"]][name].append(row)
    for patient in patients:
        tables = own[patient["patient_id"]]
        if is_unreadable(patient, "m_protein_in_beta"):
            tables["labs"] = without_doubtful_serum(tables["labs"])
        fate = fate_of(patient, tables, cutoff or cutoff_of(patients))
        is_log = records == "progressions"
        _evaluate_patient(patient, tables, numbers, fate=fate, is_log=is_log, taken=taken, out=out)
    return out


def _evaluate_patient(
    patient: Row,
    tables: Tables,
    edition: str,
    *,
    fate: Fate,
    is_log: bool,
    taken: Collection[str],
    out: dict[str, list[Row]],
) -> None:
    lines = lines_of(tables["treatments"])
    first_start = lines[0].start if lines else None
    diagnosis = diagnose(patient, tables, first_start)
    of_heart = {"al_stage": al_stage(patient, tables, first_start, diagnosis)}
    out["staging"].append(stage(patient, tables, first_start) | of_heart)
    out["time_to_event"].append(survival_from_diagnosis(patient, fate))
    followed, stories = [], []
    for line in lines:
        ends, story = _evaluate_line(
            patient, tables, lines, line, fate=fate, edition=edition, is_log=is_log, taken=taken, out=out
        )
        followed.append(ends)
        stories.append(story)
    out["time_to_event"].extend(pfs2(patient["patient_id"], followed, fate))
    out["pfs_by_censoring"].extend(pfs_by_censoring(patient["patient_id"], followed, fate))
    out["mrd_status"].extend(mrd_status(patient["patient_id"], tables, lines, stories))
    given = given_drugs(tables, stories)
    # radiotherapy alone is no treatment of a precursor
    first_drug = min((row["start_date"] for row in tables["treatments"] if row.get("phase") != NO_DRUG), default=None)
    out["diagnosis"].append(diagnosis)
    out["diagnosis_disagreement"].extend(disagreement(diagnosis))
    out["precursor_risk"].extend(precursor_risk(patient, tables, first_drug, diagnosis, edition))
    out["precursor_course"].extend(precursor_course(patient, tables, first_drug, diagnosis, fate))
    out["refractoriness"].extend(refractoriness(patient["patient_id"], given))
    out["refractory_level"].extend(refractory_levels(patient["patient_id"], given))
    out["relapse"].extend(relapses(patient, tables, stories))
    out["car_t_eligibility"].extend(car_t_eligibility(patient, tables, stories, diagnosis))
    out["frailty"].extend(frailty(patient, tables, lines))
    out["al_transplant"].extend(al_transplant(patient, tables, stories, diagnosis))
    out["al_poems_visits"].extend(al_poems_visits(patient, stories, diagnosis))


def _evaluate_line(
    patient: Row,
    tables: Tables,
    lines: list[Line],
    line: Line,
    *,
    fate: Fate,
    edition: str,
    is_log: bool,
    taken: Collection[str],
    out: dict[str, list[Row]],
) -> tuple[Followed, Story]:
    in_beta = bool(patient.get("m_protein_in_beta"))
    is_chain_lost = is_unreadable(patient, "light_chain")
    baseline = baseline_of(tables, line, in_beta)
    start = course(edition, line.number, baseline, patient.get("light_chain"), is_chain_lost=is_chain_lost)
    visits = visits_of(tables, lines, line, in_beta)
    verdicts = _verdicts(start, visits, tables, line, isotype=patient.get("isotype"), taken=taken)
    confirm(verdicts, line, fate.died_on, taken)
    progression_visit = progression_of(verdicts)
    looks = tuple(verdict.on for verdict in verdicts if not verdict.is_skipped)
    clinic = recorded(tables, lines, line, is_log)
    is_reported = clinic.serves and not looks
    reported_on = clinic.progressed_on if is_reported else None
    progressed_on = progression_visit.on if progression_visit else reported_on
    best = best_response(verdicts) if verdicts else None
    out["lines"].append(
        {
            "patient_id": patient["patient_id"],
            "line": line.number,
            "start_date": line.start,
            "next_line_start": line.next_start,
            "measurable_by": start.measurable_by,
            "best_response": best,
            "best_response_date": first_with(verdicts, best) if best else None,
            "progression_date": progressed_on,
            "progression_confirmed_by": progression_visit.confirmed_by
            if progression_visit
            else ("reported" if reported_on else None),
        }
    )
    out["visits"].extend(_visit_row(patient["patient_id"], line, verdict) for verdict in verdicts)
    is_lost = is_reported and clinic.is_lost
    followed = Followed(
        line,
        progressed_on,
        first_response(verdicts),
        looks,
        is_reported,
        is_lost,
        lost_lines(tables, lines, line),
        treatment_of(tables, line),
    )
    out["time_to_event"].extend(endpoints_of(patient["patient_id"], followed, fate))
    is_told = bool(looks) or (is_reported and not is_lost)
    return followed, Story(line, start, visits, verdicts, progressed_on, is_told)


def _verdicts(
    start: Course, visits: list[Visit], tables: Tables, line: Line, *, isotype: str | None, taken: Collection[str]
) -> list[Verdict]:
    """Sections 4 and 5, with the relaxations of section 16: every visit of the line on its own."""
    verdicts = []
    for index, visit in enumerate(visits):
        earlier = [before.found for before in visits[:index]]
        relaxed = relax(start, visit, tables, line, isotype=isotype, taken=taken)
        judged_by = relaxed.course
        clauses = progression(judged_by, earlier, visit.found)
        reasons = sorted(clause for clause, truth in clauses.items() if truth)
        marrow = marrow_for(tables["marrow"], line, visit.on)
        response, possible = respond(judged_by, [*earlier, visit.found], marrow, bool(reasons), relaxed)
        flags = []
        if calcium_unattributed(start, earlier, visit.found):
            flags.append("calcium_unattributed")
        if visit.found.has_contradictory_if:
            flags.append("contradictory_immunofixation")
        skipped = is_skipped(judged_by, visit.found, response)
        if skipped and response == "SD":
            flags.append("one_fluid_missing")
        verdict = Verdict(visit.on, response, possible, reasons, flags, skipped)
        verdict.routine = decided_by(relaxed, visit.found, response, reasons)
        verdict.has_two_markers = TWO_MARKERS in taken and two_markers(judged_by, earlier, visit.found)
        verdicts.append(verdict)
    return verdicts


def _visit_row(patient_id: str, line: Line, verdict: Verdict) -> Row:
    return {
        "patient_id": patient_id,
        "line": line.number,
        "visit_date": verdict.on,
        "response": verdict.response,
        "possible_response": verdict.possible,
        "confirmed_response": verdict.confirmed,
        "best_response": verdict.best,
        "progression_reasons": verdict.reasons,
        "flags": verdict.flags,
        "routine": verdict.routine,  # of `clauses` those of section 16
    }
