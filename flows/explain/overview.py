"""What frames the visits: who the patient is, the stage and what it rests on, each line's facts, and the endpoints."""

from __future__ import annotations

from datetime import date

from flows.drawing.words import ENGLISH, edition, measurable, name_of_test, words
from flows.explain.adverse import adverse_events
from flows.explain.course import Course, Line, Row
from flows.explain.fitness import courses, fitness, risks, transplant
from flows.explain.measures import MARROW, NBSP, PLASMACYTOMA, SERUM, URINE, fixed_baseline, number, short_name
from flows.explain.why_progression import progression_of_line
from flows.explain.why_relapse import relapse
from rules.quantities import QUANTITIES, TESTS

Facts = list[tuple[str, str]]  # name and what is said of it
CHAINS = {"kappa": "κ", "lambda": "λ"}
STAGES = {"ISS": "iss", "R-ISS": "r_iss", "R2-ISS": "r2_iss"}
REASONS = {
    "last_assessment": "censored at the last evaluable assessment",
    "last_contact": "censored at last contact",
    "next_line": "censored by the next line",
    "death": "censored by death",
    "progression": "censored by progression",
    "contradictory": "not known: the record contradicts itself",
    "unreadable": "not known: recorded, but could not be read",
}


def age_at(born: date | None, when: date) -> int | None:
    """Whole years of age on a day; null where the birth date is not recorded."""
    if born is None:
        return None
    return when.year - born.year - ((when.month, when.day) < (born.month, born.day))


def about(course: Course) -> str:
    """Sex, age, disease, and how follow-up stands, in one sentence."""
    who = course.patient
    age = age_at(who["birth_date"], who["diagnosis_date"])
    said = [
        {"F": "Woman", "M": "Man"}.get(who["sex"], "Sex not recorded"),
        f"{age if age is not None else 'age not recorded'} at diagnosis on {who['diagnosis_date']}",
        " ".join(filter(None, [who["diagnosis"] or "diagnosis not recorded", _isotype(who)])),
    ]
    alive = f"alive, last contact {who['last_contact_date']}"
    died = f"died {who['death_date'] or 'on a date not recorded'}"
    return ", ".join([*said, died if who["vital_status"] == "dead" else alive])


def _isotype(who: Row) -> str:
    in_beta = "M-protein in the β region, followed by IgA" if who["m_protein_in_beta"] else ""
    chain = CHAINS.get(who["light_chain"] or "", "")
    type_ = f"{words(who['isotype'])}{NBSP}{chain}".strip() if who["isotype"] else chain
    return ", ".join(filter(None, [type_ or "isotype not recorded", in_beta]))


def criteria(course: Course) -> str:
    """The edition that the run followed."""
    return edition(course.run["criteria"])


def stage(course: Course) -> Facts:
    """Each staging system: the stage, or why it is unknown; then what they rest on."""
    staging = course.staging
    facts = [(system, _stage(staging, system, column)) for system, column in STAGES.items()]
    facts += _later_stages(staging)
    if (missing := staging.get("al_stage_unknown_because")) is not None:
        facts.append(("cardiac stage (AL)", staging["al_stage"] or _wanting(missing)))
    risk, hits = staging.get("cytogenetic_risk"), staging.get("high_risk_hits")
    if risk:
        least = "at least " if hits != staging.get("high_risk_hits_at_most", hits) else ""
        facts.append(
            ("FISH", f"{risk} risk" + (f", {least}{hits} high-risk abnormalities" if hits is not None else ""))
        )
    inputs = [_input(course.staging_inputs[test]) for test in TESTS if test in course.staging_inputs]
    facts.append(("rests on", "; ".join(inputs) if inputs else "no staging value near the diagnosis"))
    return facts


def _stage(staging: Row, system: str, column: str) -> str:
    found = staging.get(column)
    if found:
        return f"{found}, as recorded" if staging.get(f"{column}_source") == "reported" else str(found)
    reasons = dict(part.split(": ", 1) for part in (staging.get("unknown_because") or "").split("; ") if ": " in part)
    missing = reasons.get(system)
    possible = staging.get("r_iss_possible") if system == "R-ISS" else None
    could_be = f" (could be {' or '.join(possible)})" if possible and len(possible) < 3 else ""
    wanting = f", for want of: {', '.join(map(name_of_test, missing.split(', ')))}" if missing else ""
    return f"unknown{could_be}{wanting}"


def _later_stages(staging: Row) -> Facts:
    """MASS, and the risk of 2025 with what makes it high; nothing of a store that has no such columns."""
    if "mass_3" not in staging:
        return []
    signs = staging["hr_ims2025_because"] or []
    high = "high: " + "; ".join(ENGLISH.name("sign_of_2025", sign) for sign in signs)
    risk = {True: high, False: "standard", None: None}[staging["hr_ims2025"]]
    found = {"MASS": ("mass_3", staging["mass_3"]), "risk (IMS 2025)": ("hr_ims2025", risk)}
    return [(name, value or _wanting(staging[f"{column}_unknown_because"])) for name, (column, value) in found.items()]


def _wanting(tests: list[str] | None) -> str:
    return f"unknown, for want of: {', '.join(map(name_of_test, tests))}" if tests else "unknown"


def _input(row: Row) -> str:
    name = name_of_test(row["test"])
    if row["result"]:
        is_share = row["result"] == "positive" and row["value"] is not None
        share = f", {row['comparator'] or ''}{number(row['value'])}{NBSP}% of cells" if is_share else ""
        return f"{name} {row['result']} ({row['dated']}{share})"
    top = f", upper limit {number(row['ref_high'])}" if row["test"] == "ldh" and row["ref_high"] is not None else ""
    shown = f"{row['comparator'] or ''}{number(row['value'])}{NBSP}{QUANTITIES[row['test']].unit}"
    return f"{name} {shown} ({row['dated']}{top})"


def outlook(course: Course) -> Facts:
    """What is predicted of a precursor and what became of it, and what is known at diagnosis of patients never
    treated.
    """
    first = course.lines[0].row["start_date"] if course.lines else None
    return [
        *risks(course),
        *courses(course),
        *transplant(course),
        *fitness(course, None),
        *adverse_events(course, None, first),
    ]


def title(line: Line) -> str:
    """Line 1: start, end and drugs."""
    row = line.row
    span = f"{row['start_date']} to {row['end_date']}" if row["end_date"] else f"from {row['start_date']}"
    return f"Line {line.number}, {span}: {drugs(line)}"


def drugs(line: Line) -> str:
    """The line's drugs and its phases other than induction."""
    named = (line.row["drugs"] or "drugs not recorded").replace(";", ", ")
    phases = dict.fromkeys(words(row["phase"]) for row in line.phases if row["phase"] not in (None, "induction"))
    return f"{named} ({', '.join(phases)})" if phases else named


def line_facts(course: Course, line: Line) -> Facts:
    """What the line is measured by, its best response and its progression."""
    row = line.row
    best, kind = row["best_response"], relapse(course, line)
    return [
        ("measured by", f"{measurable(row['measurable_by'])}; {_baseline(course, line)}"),
        ("best response", f"{best}, {row['best_response_date']}" if best else "none: no visit in this line"),
        ("progression", progression_of_line(course, line)),
        *([("relapse", kind)] if kind else []),
        *fitness(course, line.number),
        *adverse_events(course, row["start_date"], row["next_line_start"]),
    ]


def _baseline(course: Course, line: Line) -> str:
    found: dict[str, list[str]] = {}  # by date
    is_iga = course.patient["m_protein_in_beta"]
    serum = "iga" if is_iga else "serum_m_protein"
    tests = {
        serum: ("IgA" if is_iga else "serum M-protein", SERUM.unit),
        "urine_m_protein": ("urine M-protein", URINE.unit),
        "flc_kappa": ("κ", "mg/L"),
        "flc_lambda": ("λ", "mg/L"),
        "marrow": ("marrow plasma cells", MARROW.unit),
        "plasmacytoma": ("plasmacytoma", PLASMACYTOMA.unit),
    }
    for test, measure in {serum: SERUM, "urine_m_protein": URINE}.items():
        if line.visits and line.visits[0][measure.baseline] is None:  # a figure that the run did not read as one
            del tests[test]
            continue
        fixed_on = fixed_baseline(course, line, measure)
        if fixed_on:
            del tests[test]
            found.setdefault(str(fixed_on), []).append(f"{measure.name} 0 by negative immunofixation")
    for test, (name, unit) in tests.items():
        row = line.baselines.get(test)
        if row and row["value"] is not None:
            shown = f"{name} {row['comparator'] or ''}{number(row['value'])}{NBSP}{unit}"
            found.setdefault(str(row["dated"]), []).append(shown)
    said = [f"{', '.join(figures)} ({dated})" for dated, figures in sorted(found.items())]
    return f"baseline {'; '.join(said)}" if said else "no baseline"


def endpoints(course: Course, line: int | None) -> list[tuple[str, str, str, str]]:
    """Times to events of a line (null: from diagnosis): endpoint, days, date, what ended it."""
    rows = [row for row in course.endpoints if row["line"] == line]
    return [(_endpoint_name(row), _days(row), str(row["end_date"] or "-"), _ended_by(row)) for row in rows]


def _endpoint_name(row: Row) -> str:
    return f"{row['endpoint']} from {words(row['origin']).replace('line start', 'the line')}"


def _days(row: Row) -> str:
    return "-" if row["days"] is None else f"{row['days']}{NBSP}days"


def _ended_by(row: Row) -> str:
    recorded = " (progression as recorded)" if row["progression_source"] == "reported" else ""
    if row["event"]:
        return f"event: {words(row['reason'])}{recorded}"
    return REASONS.get(row["reason"], f"censored: {words(row['reason'])}") + recorded


def mrd(course: Course) -> list[str]:
    """One sentence per MRD test, with what the criteria make of it where the store says so."""
    status: dict[date, list[Row]] = {}
    for row in course.mrd_status:
        status.setdefault(row["collected_on"], []).append(row)
    said = []
    for row in course.mrd:
        sensitivity = (
            f" at {row['sensitivity']:.0e}" if row["sensitivity"] is not None else ", sensitivity not recorded"
        )
        judged = [_judged(one) for one in status.get(row["collected_on"], [])]
        known = f"; {', '.join(judged)}" if judged else ""
        said.append(f"{row['collected_on']}  {row['method']} {row['result']}{sensitivity}{known}")
    return said


def _judged(row: Row) -> str:
    is_after_cr = row.get("after_cr")
    after = "" if is_after_cr is None else " after CR" if is_after_cr else ", without confirmed CR"
    return f"{words(row['category'])} MRD {row['mrd'] or 'not decided'}{after}"


def unread(course: Course) -> list[str]:
    """One sentence per row that was refused and per cell that was set aside, with what was found."""
    said = []
    for row in course.unread:
        about_ = " ".join(str(part) for part in (row["dated_on"], row["table"], row["kind"]) if part is not None)
        found = "nothing" if row["value"] is None else f"“{row['value']}”"
        cell = f"{row['column']} {found}" if row["column"] else "the whole row"
        cost = "the cell was set aside" if row["row_kept"] else "the row was refused"
        said.append(f"{about_}: {cell}, {words(row['rule'])}; {cost} ({row['source_file']}, row {row['row_number']:,})")
    return said


def sources(course: Course, texts: list[str]) -> Facts:
    """The sources that these texts cite, each in full."""
    cited = {
        short_name(clause.source, clause.citation).replace(NBSP, " "): clause.citation
        for clause in course.clauses.values()
    }
    together = " ".join(texts).replace(NBSP, " ")
    return [(name, citation) for name, citation in sorted(cited.items()) if f"[{name}]" in together]
