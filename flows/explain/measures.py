"""The quantities a patient is followed by, and how their figures, changes and limits are written."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.explain.course import Course, Line, Row
from rules.criterion import limit_column
from rules.quantities import LABELS, QUANTITIES, Measured
from rules.verdict import STEP

NBSP = "\N{NO-BREAK SPACE}"  # between a figure and its unit, so that no line breaks there
SAME = 5e-7  # two reported figures nearer than this are one


@dataclass(frozen=True)
class Measure:
    """A quantity, its columns in the store, and the clauses about it; `key` is also the word of `measurable_by`."""

    key: str
    name: str
    unit: str
    value: str
    baseline: str  # empty: there is none to show
    nadir: str
    progression: str
    response: str
    analyte: str


def _measure(name: str) -> Measure:
    found = QUANTITIES[name]
    has_baseline = "baseline" in (found.evidence or ())
    return Measure(
        key=found.part,
        name=found.short or LABELS["en"][name],
        unit=found.unit.replace(" ", NBSP),
        value=found.at(),
        baseline=found.at("baseline") if has_baseline else "",
        nadir=found.at("nadir"),
        progression=f"PD.{found.part}",
        response=f"PR.{found.part}" if has_baseline else "",
        analyte="" if found.made_of else name,
    )


MEASURES = {found.part: _measure(name) for name, found in QUANTITIES.items() if found.part}
SERUM, URINE, DFLC, MARROW, PLASMACYTOMA = (
    MEASURES[part] for part in ("serum", "urine", "flc", "marrow", "plasmacytoma")
)
FLUIDS = (SERUM, URINE, DFLC)
BY_PROGRESSION = {measure.progression: measure for measure in MEASURES.values()}
BY_RESPONSE = {measure.response: measure for measure in MEASURES.values() if measure.response}


def name_of(course: Course, measure: Measure) -> str:
    """What the quantity is called for this patient: IgA where it stands in for electrophoresis."""
    is_iga = measure is SERUM and course.patient["m_protein_in_beta"]
    return "IgA (as serum M-protein)" if is_iga else measure.name


def is_followed(line: Line, measure: Measure) -> bool:
    """Whether the line is measured by the quantity."""
    return measure.key in (line.row["measurable_by"] or "").split("+")


def number(value: float | None, decimals: int = 4) -> str:
    """A figure as reported: four decimals at most, none that say nothing."""
    if value is None:
        return "-"
    if math.isinf(value):
        return "any"
    return f"{round(value, decimals) + 0.0:.{decimals}f}".rstrip("0").rstrip(".")


def figure(course: Course, visit: Row, measure: Measure) -> str:
    """The visit's figure as the laboratory reported it (<0.1, >1000); a dash where there is none."""
    value = visit[measure.value]
    if value is None:
        return "-"
    if measure is DFLC:
        return _difference(visit, value)
    reported = _reported(course, visit, measure)
    return f"{reported['comparator']}{number(reported['value'])}" if reported else number(value)


def figure_of(visit: Row, quantity: Measured) -> str:
    """The visit's figure of a quantity that no clause follows; `>x` where it is as much or more."""
    value, upper = visit.get(quantity.at()), visit.get(quantity.at() + "_max")
    return f">{number(value)}" if value is not None and _is_open(upper) else number(value)


def _analyte(course: Course, measure: Measure) -> str:
    return "iga" if measure is SERUM and course.patient["m_protein_in_beta"] else measure.analyte


def _reported(course: Course, visit: Row, measure: Measure) -> Row | None:
    """How the visit's figure was reported, where that was with a comparator; null where the visit has another."""
    return as_reported(course, visit, _analyte(course, measure), measure.value)


def as_reported(course: Course, visit: Row, test: str, column: str) -> Row | None:
    """The same of a test and the column that the visit has it in."""
    reported = course.reported.get((visit["visit_date"], test))
    return reported if reported and is_same(reported["least"], visit[column]) else None


def is_same(least: float, value: float | None) -> bool:
    """Whether the least that a result can be is the figure that the run used."""
    return value is not None and abs(least - value) < SAME


def chain(course: Course, visit: Row, which: str) -> str:
    """κ or λ of a visit as reported; a dash where it was not measured."""
    reported = as_reported(course, visit, f"flc_{which}", f"{which}_mg_l")
    if reported:
        return f"{reported['comparator']}{number(reported['value'])}"
    return number(visit[f"{which}_mg_l"])


def _difference(visit: Row, value: float) -> str:
    involved = visit["involved_chain"]
    other = "lambda" if involved == "kappa" else "kappa"
    if _is_open(visit[f"{involved}_mg_l_max"]):
        return f">{number(round(value, 3))}"
    return f"<{number(visit[f'{involved}_mg_l'])}" if _is_open(visit[f"{other}_mg_l_max"]) else number(value)


def _is_open(upper: float | None) -> bool:
    return upper is not None and math.isinf(upper)


def with_unit(text: str, measure: Measure) -> str:
    """A figure with its unit, never broken between them."""
    return f"{text}{'' if measure.unit.startswith('/') else NBSP}{measure.unit}"


def percent(part: float, whole: float) -> str:
    """A change in per cent, to one decimal, but never rounded up to a whole one: 89.96 % must not read as 90 %."""
    share = abs(100 * part / whole)
    tenths = math.floor(share * 10 + 0.5 + SAME)
    if tenths % 10 == 0 and share < tenths / 10 - SAME:
        tenths -= 1
    return f"{number(tenths / 10)}{NBSP}%"


def limit(visit: Row, clause_id: str, measure: Measure) -> float | None:
    """The figure from which on (of a fall: down to which) the clause holds at the visit; null where there is none, or
    it can't be determined. A millionth past what has to be passed.
    """
    of_clause = clause_id if clause_id.endswith(f".{measure.key}") else f"{clause_id}.{measure.key}"
    found: float | None = visit.get(limit_column(of_clause, measure.value))
    return found


def limits(course: Course, visit: Row, clause_id: str, measures: Iterable[Measure]) -> list[str]:
    """`serum M-protein down to 1.6 g/dL`, of each figure that alone would make the clause hold at the visit."""
    known = {measure: limit(visit, clause_id, measure) for measure in measures}
    return [
        f"{name_of(course, measure)} {in_words(found, measure, clause_id)}"
        for measure, found in known.items()
        if found is not None
    ]


def asked(course: Course, visit: Row, clause_id: str, measures: Iterable[Measure]) -> str:
    """What a clause asks, its limits at this visit, and its source."""
    states = course.clauses[clause_id].states
    inside = states if states[1:2].isupper() else states[:1].lower() + states[1:]  # PR stays PR
    together = " and " if visit[clause_id] else " or "  # what holds needs each of its limits
    here = together.join(limits(course, visit, clause_id, measures))
    return f"limit: {inside}{here and f', here {here}'} [{source_name(course, clause_id)}]"


def in_words(found: float, measure: Measure, clause_id: str) -> str:
    """A limit as it is printed: `from 1.5 g/dL`, `above` or `below` where it has to be passed, else `down to`."""
    rises, step = clause_id.startswith("PD."), round(found / STEP) % 10
    passed = {1: "above", 9: "below"}.get(step)  # a clause's own figures have five decimals at most
    figure_ = number(found - STEP if passed == "above" else found + STEP if passed else found, 6)
    return f"{passed or ('from' if rises else 'down to')} {with_unit(figure_, measure)}"


def nadir_date(course: Course, line: Line, visit: Row, measure: Measure) -> date | str | None:
    """When the nadir of a visit was found: `baseline`, the date of an earlier visit, or null where it is unknown."""
    nadir, last = visit[measure.nadir], _baseline_as_nadir(course, line, visit, measure)
    if nadir is None:
        return None
    if last is not None and abs(last - nadir) < SAME:
        return "baseline"
    is_confirmed = course.number("V.nadir", "lowest") == "confirmed" and measure in FLUIDS
    for earlier in line.visits:
        if earlier["visit_date"] >= visit["visit_date"]:
            break
        value = _as_nadir(course, earlier, measure)
        if value is None:
            continue
        counted = max(value, value if last is None else last) if is_confirmed else value
        if abs(counted - nadir) < SAME:
            return earlier["visit_date"]
        last = value
    return None


def fixed_baseline(course: Course, line: Line, measure: Measure) -> date | None:
    """Date of the negative immunofixation by which the baseline is 0 (V.n1, V.iga); null where a figure is it."""
    if measure not in (SERUM, URINE) or not line.visits or line.visits[0][measure.baseline] != 0:
        return None
    fixation = line.baselines.get(f"{measure.key}_immunofixation")
    figure = line.baselines.get(_analyte(course, measure))
    if not fixation:
        return None
    if not figure:
        return fixation["dated"]
    is_later = (fixation["dated"] - figure["dated"]).days > course.number("V.n1", "before_a_line_within_days")
    is_above = figure["value"] > 0 and not (figure["comparator"] or "").startswith("<")
    return fixation["dated"] if is_later or is_above else None


def _baseline_as_nadir(course: Course, line: Line, visit: Row, measure: Measure) -> float | None:
    """A baseline of "<x" is 0 for response, and as a nadir x where the quantity counts as none below detection."""
    value: float | None = visit[measure.baseline] if measure.baseline else None
    reported = line.baselines.get(_analyte(course, measure))
    if (
        measure not in (SERUM, URINE)
        or value is None
        or not reported
        or not reported["comparator"]
        or fixed_baseline(course, line, measure)
    ):
        return value
    return reported["value"]


def _as_nadir(course: Course, visit: Row, measure: Measure) -> float | None:
    reported = _reported(course, visit, measure)
    is_none_below = reported is not None and measure in (SERUM, URINE)
    value: float | None = reported["value"] if reported and is_none_below else visit[measure.value]
    return value


def source_name(course: Course, clause_id: str) -> str:
    """The source of a clause as authors cite it: Kumar 2016."""
    clause = course.clauses[clause_id]
    return short_name(clause.source, clause.citation)


def short_name(source: str, citation: str) -> str:
    """`kumar2016` as Kumar 2016; a source without a year is no publication."""
    found = re.fullmatch(r"([a-z]+)(\d{4})", source)
    if not found:
        return f"decision{NBSP}of{NBSP}{source}"
    first = citation.split(maxsplit=1)[0]
    is_author = re.sub(r"[^a-z]", "", first.lower()) == found[1]
    return f"{first if is_author else found[1].upper()}{NBSP}{found[2]}"


def listed(words: list[Any]) -> str:
    """A, B and C."""
    texts = [str(word) for word in words]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
