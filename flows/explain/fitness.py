"""What the guideline's other tables say of a patient: a precursor's risk and course, frailty, CAR-T, AL amyloidosis,
POEMS.
"""

from __future__ import annotations

from flows.drawing.words import ENGLISH, name_of_test
from flows.explain.course import Course, Row
from flows.explain.measures import NBSP, number

Facts = list[tuple[str, str]]  # name and what is said of it
RESPONSES = ("CR", "VGPR", "PR", "NR")


def risks(course: Course) -> Facts:
    """The risk by each model for a precursor; none for others."""
    return [("risk", _risk(row)) for row in course.risks]


def courses(course: Course) -> Facts:
    """What became of each precursor; none for others."""
    return [(ENGLISH.name("precursor", row["precursor"]), _became(row)) for row in course.precursors]


def _became(row: Row) -> str:
    if row["event"] is None:
        return f"what became of it is not known{_missing(row)}"
    after = f"{row['end_date']}, after {row['years']:.1f}{NBSP}years"
    if row["event"] == "progression":
        return f"progressed {after} ({row['progressed_by']})"
    if row["event"] == "treated_before_progression":
        return f"treated {after}, without progression by then{_missing(row)}"
    return f"{'died' if row['event'] == 'death' else 'followed to'} {after}, without progression"


def _risk(row: Row) -> str:
    factors = ", ".join(row["factors"]).replace("_", " ") or "no factor"
    if row["risk_group"] is None:
        return f"{row['model']} not known: {factors} so far{_missing(row)}"
    said = f"{row['model']} group {row['risk_group']} ({factors})"
    if row["predicted"] is None:
        return said
    horizon = f"{row['horizon_years']:g}{NBSP}years"
    return f"{said}: {ENGLISH.probability(row['predicted'])} predicted to progress within {horizon}"


def transplant(course: Course) -> Facts:
    """Whether a patient with AL amyloidosis could be transplanted; none for others."""
    return [("transplant (AL)", f"{_eligible(row)} on {row['on_date']}") for row in course.al_transplant]


def fitness(course: Course, line: int | None) -> Facts:
    """Frailty when a line began (null: at diagnosis, for patients never treated), and what its visits tell."""
    scores = [_frailty(row) for row in course.frailty if row["line"] == line]
    visits = [row for row in course.al_poems_visits if row["line"] == line]
    return [
        *([("frailty", "; ".join(scores))] if scores else []),
        *_light_chains(visits),
        *_vegf(visits),
        *_vegf_and_transplant([row for row in course.poems_transplant if row["line"] == line]),
        *[("CAR-T", f"{_eligible(row)} at {row['visit_date']}") for row in course.car_t if row["line"] == line],
    ]


def _vegf_and_transplant(grafts: list[Row]) -> Facts:
    return [("VEGF and transplant", _before_and_after(row)) for row in grafts if row["before_on"] or row["lowest_on"]]


def _before_and_after(row: Row) -> str:
    parts = {"before": "before", "lowest": "lowest after", "last": "last after"}
    said = "; ".join(f"{words} {_figure(row, part)}" for part, words in parts.items())
    normal = {True: "; normal", False: "; above normal"}.get(row["is_normal_after"], "")
    return f"{row['transplanted_on']}: {said}{normal}"


def _figure(row: Row, part: str) -> str:
    if row[f"{part}_on"] is None:
        return "not measured"
    value = row[f"{part}_pg_ml"]
    return f"{'not exact' if value is None else f'{number(value)}{NBSP}pg/mL'}, {row[f'{part}_on']}"


def _frailty(row: Row) -> str:
    name = row["model"].removeprefix("FRAIL.").replace("imwg", "IMWG")
    if row["frailty_group"] is None:
        return f"{name} not known{_missing(row)}"
    points = "" if row["score"] is None else f" ({row['score']:g})"
    return f"{name} {row['frailty_group'].replace('_', '-')}{points}"


def _eligible(row: Row) -> str:
    if row["eligible"] is None:
        return f"not known{_missing(row)}"
    return "eligible" if row["eligible"] else f"not eligible ({', '.join(row['clauses_against'])})"


def _missing(row: Row) -> str:
    return f", missing {', '.join(map(name_of_test, row['unknown_because']))}" if row["unknown_because"] else ""


def _light_chains(visits: list[Row]) -> Facts:
    measured = [row for row in visits if row["dflc_mg_l"] is not None or row["haematologic_response"]]
    if not measured:
        return []
    known = [row for row in measured if row["haematologic_response"]]
    best = min(known, key=lambda row: (RESPONSES.index(row["haematologic_response"]), row["visit_date"]), default=None)
    said = f"best {best['haematologic_response']}, {best['visit_date']}" if best else "no response can be determined"
    figures = [row["dflc_baseline_mg_l"] for row in measured[:1]] + [row["dflc_mg_l"] for row in measured[-1:]]
    first, last = ("not known" if value is None else f"{number(value)}{NBSP}mg/L" for value in figures)
    progressed = next((row for row in visits if row.get("haematologic_progression")), None)
    by = f"; progressed {progressed['visit_date']} ({', '.join(progressed['progressed_by'])})" if progressed else ""
    return [("light chains (AL)", f"{said}; dFLC at baseline {first}, at {measured[-1]['visit_date']} {last}{by}")]


def _vegf(visits: list[Row]) -> Facts:
    measured = [row for row in visits if row["vegf_pg_ml"] is not None]
    if not measured:
        return []
    last = measured[-1]
    change = last["vegf_change"]
    said = "" if change is None else f", {'+' if change > 0 else ''}{100 * change:.0f}{NBSP}% from baseline"
    return [("VEGF (POEMS)", f"{number(last['vegf_pg_ml'])}{NBSP}pg/mL at {last['visit_date']}{said}")]
