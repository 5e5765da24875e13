"""The visits of a line as a table in the field's style; only columns that have something to say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from flows.explain.course import Course, Line, Row
from flows.explain.measures import (
    DFLC,
    FLUIDS,
    MARROW,
    SAME,
    SERUM,
    URINE,
    Measure,
    chain,
    figure,
    figure_of,
    is_followed,
    number,
    percent,
)
from rules.quantities import QUANTITIES


@dataclass(frozen=True)
class Column:
    """A column: two lines of heading and a cell per visit. `rank` 0 is never left out; the highest goes first."""

    heading: str
    unit: str
    cells: tuple[str, ...]
    rank: int = 0
    is_text: bool = False


SHOWN = [quantity for quantity in QUANTITIES.values() if quantity.shown]
SHORT = {SERUM: "serum M", URINE: "urine M", DFLC: "dFLC", MARROW: "marrow"}


def visit_columns(course: Course, line: Line) -> list[Column]:
    """The columns of the visit table, in order."""
    columns = [_column(line, "visit", "", lambda visit: str(visit["visit_date"]), is_text=True)]
    for measure in FLUIDS:
        if _is_there(line, measure):
            columns += _of_measure(course, line, measure)
    if any(
        visit[f"{fluid}_immunofixation_positive"] is not None for visit in line.visits for fluid in ("serum", "urine")
    ):
        columns.append(_column(line, "IFE", "s/u", _fixations, rank=1))
    if _is_there(line, MARROW):
        columns.append(_column(line, "marrow", "%", lambda visit: figure(course, visit, MARROW), rank=2))
    for quantity in SHOWN:
        if any(visit.get(quantity.at()) is not None for visit in line.visits):
            columns.append(_column(line, quantity.shown, quantity.unit, partial(figure_of, quantity=quantity), rank=4))
    columns.append(_column(line, "response", "", lambda visit: str(visit["response"]), is_text=True))
    columns.append(_column(line, "confirmed", "", lambda visit: str(visit["confirmed_response"]), is_text=True))
    return columns


def _of_measure(course: Course, line: Line, measure: Measure) -> list[Column]:
    unit = measure.unit.replace("\N{NO-BREAK SPACE}", " ")
    name = "IgA" if measure is SERUM and course.patient["m_protein_in_beta"] else SHORT[measure]
    columns = []
    if measure is DFLC and is_followed(line, DFLC):
        columns.append(_column(line, "κ", "mg/L", lambda visit: chain(course, visit, "kappa"), rank=1))
        columns.append(_column(line, "λ", "mg/L", lambda visit: chain(course, visit, "lambda"), rank=1))
    is_judged = is_followed(line, measure) or any(visit[measure.progression] for visit in line.visits)
    columns.append(_column(line, name, unit, lambda visit: figure(course, visit, measure), rank=0 if is_judged else 2))
    if is_judged:
        columns.append(_column(line, "from", "baseline", lambda visit: from_baseline(visit, measure), rank=3))
        columns.append(_column(line, "from", "nadir", lambda visit: from_nadir(visit, measure)))
    return columns


def _column(
    line: Line, heading: str, unit: str, cell: Callable[[Row], str], *, rank: int = 0, is_text: bool = False
) -> Column:
    return Column(heading, unit, tuple(cell(visit) for visit in line.visits), rank, is_text)


def _is_there(line: Line, measure: Measure) -> bool:
    return any(visit[measure.value] is not None for visit in line.visits)


def from_baseline(visit: Row, measure: Measure) -> str:
    """Change from baseline in per cent, cut to one decimal; a dash where there is nothing to compare."""
    value, baseline = visit[measure.value], visit[measure.baseline]
    if value is None or not baseline:
        return "-"
    if abs(value - baseline) < SAME:
        return "0 %"
    sign = "+" if value > baseline else "-"
    return f"{sign}{percent(abs(value - baseline), baseline)}".replace("\N{NO-BREAK SPACE}", " ")


def from_nadir(visit: Row, measure: Measure) -> str:
    """Rise from the nadir in the quantity's unit, as progression asks for it; `low` where it is the new one."""
    value, nadir = visit[measure.value], visit[measure.nadir]
    if value is None or nadir is None:
        return "-"
    if abs(value - nadir) < SAME:
        return "0"
    return f"+{number(value - nadir)}" if value > nadir else "low"


def _fixations(visit: Row) -> str:
    signs = {True: "+", False: "-", None: "."}
    return "/".join(signs[visit[f"{fluid}_immunofixation_positive"]] for fluid in ("serum", "urine"))


def fitting(columns: Sequence[Column], width: int, gap: int = 2) -> tuple[list[Column], list[Column]]:
    """The columns that fit, and those left out: of the highest rank first, from the right."""
    kept, left_out = list(columns), []
    while sum(map(width_of, kept)) + gap * (len(kept) - 1) > width and any(column.rank for column in kept):
        worst = max(kept, key=lambda column: (column.rank, kept.index(column)))
        kept.remove(worst)
        left_out.append(worst)
    return kept, left_out


def width_of(column: Column) -> int:
    """Characters that a column takes."""
    return max(map(len, (column.heading, column.unit, *column.cells)))
