"""Section 1: lines, visits, what a visit or a baseline found (V.visit, V.line, V.baseline, V.n1, V.iga)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from .figures import NONE_DETECTABLE, ZERO, Reading, Row, by_height, latest, plain, read
from .logic import Truth, above

Tables = dict[str, list[Row]]
VISIT_ANALYTES = {
    "serum_m_protein",
    "urine_m_protein",
    "flc_kappa",
    "flc_lambda",
    "serum_immunofixation",
    "urine_immunofixation",
}
JOINING_ANALYTES = {"calcium", "albumin", "circulating_plasma_cells", "vegf"}


@dataclass(frozen=True)
class Line:
    """One line of therapy; next_start is None for the last."""

    number: int
    start: date
    next_start: date | None

    def holds(self, on: date) -> bool:
        """V.line: after its start, up to and including the next line's start."""
        return self.start < on and (self.next_start is None or on <= self.next_start)


@dataclass(frozen=True)
class Findings:
    """What the tests of one visit (or of one baseline) said; None is a missing test."""

    serum: Reading | None
    urine: Reading | None
    kappa: Reading | None
    lam: Reading | None
    serum_if: str | None
    urine_if: str | None
    marrow: Decimal | None
    plasmacytoma: Decimal | None
    new_plasmacytoma: bool | None
    new_bone_lesion: bool | None
    bone_lesion_progression: bool | None
    calcium: Reading | None
    calcium_attributed: bool | None
    albumin: Reading | None
    cells: Reading | None
    vegf: Reading | None
    serum_above_zero: Truth
    urine_above_zero: Truth

    @property
    def has_contradictory_if(self) -> bool:
        """CR: a negative immunofixation with a figure above 0 of the same fluid."""
        serum = self.serum_if == "negative" and self.serum_above_zero is True
        return serum or (self.urine_if == "negative" and self.urine_above_zero is True)


@dataclass(frozen=True)
class Visit:
    """One visit of a line: its date (the first of its cluster) and its findings."""

    on: date
    found: Findings


def lines_of(treatments: list[Row]) -> list[Line]:
    """V.line: every line from its earliest start date, in order of start and number."""
    starts: dict[int, date] = {}
    for row in treatments:
        starts[row["line"]] = min(row["start_date"], starts.get(row["line"], row["start_date"]))
    ordered = sorted((start, number) for number, start in starts.items())
    following = [*(start for start, _ in ordered), None][1:]
    return [Line(number, start, then) for (start, number), then in zip(ordered, following, strict=True)]


def line_at(lines: list[Line], on: date) -> Line | None:
    """The line with the latest start strictly before a date; None up to the first line's start."""
    begun = [line for line in lines if line.start < on]
    return begun[-1] if begun else None


def visits_of(tables: Tables, lines: list[Line], line: Line, in_beta: bool) -> list[Visit]:
    """V.visit: the visits of one line, in order."""
    dates = [on for on in assessment_dates(tables, in_beta) if line_at(lines, on) == line]
    joined = {on: _joined_to(on, dates) for on in _joining_dates(tables) if line_at(lines, on) == line}
    visits = []
    for cluster in clusters(dates):
        joining = {on for on, to in joined.items() if to in cluster}
        visits.append(Visit(cluster[0], _findings(tables, cluster, joining, in_beta)))
    return visits


def baseline_of(tables: Tables, line: Line, in_beta: bool) -> Findings:
    """V.baseline: per marker the last value within the 90 days up to and including the line's start."""
    window = [line.start - timedelta(days=back) for back in range(91)]
    return _findings(tables, window, window, in_beta)


def assessment_dates(tables: Tables, in_beta: bool) -> list[date]:
    """Every date that makes a visit, in order; a row without any result still is an assessment."""
    making = VISIT_ANALYTES | ({"iga"} if in_beta else set())
    dates = {row["collected_on"] for row in tables["labs"] if row["analyte"] in making}
    dates |= {row["collected_on"] for row in tables["marrow"]}
    dates |= {row["performed_on"] for row in tables["imaging"]}
    return sorted(dates)


def clusters(dates: list[date]) -> list[list[date]]:
    """V.visit: chains of dates at most 3 days apart; one that spans more than 7 days falls apart."""
    chains: list[list[date]] = []
    for on in dates:
        if chains and (on - chains[-1][-1]).days <= 3:
            chains[-1].append(on)
        else:
            chains.append([on])
    visits: list[list[date]] = []
    for chain in chains:
        visits.extend([chain] if (chain[-1] - chain[0]).days <= 7 else [[on] for on in chain])
    return visits


def _joining_dates(tables: Tables) -> set[date]:
    return {row["collected_on"] for row in tables["labs"] if row["analyte"] in JOINING_ANALYTES}


def _joined_to(on: date, assessments: list[date]) -> date | None:
    """The nearest assessment date within 3 days, ties to the earlier."""
    near = [(abs((on - to).days), to) for to in assessments if abs((on - to).days) <= 3]
    return min(near)[1] if near else None


def _findings(tables: Tables, dates: Collection[date], joining: Collection[date], in_beta: bool) -> Findings:
    """Of every test the result that counts, by V.visit."""
    serum_if = _result(tables, "serum_immunofixation", dates)
    urine_if = _result(tables, "urine_immunofixation", dates)
    serum_figure = _reading(tables, "iga" if in_beta else "serum_m_protein", dates)
    urine_figure = _reading(tables, "urine_m_protein", dates)
    calcium = _lab(tables, "calcium", joining, _calcium_height)
    return Findings(
        serum=_fluid(serum_figure, serum_if, is_polyclonal_if_negative=in_beta),
        urine=_fluid(urine_figure, urine_if, is_polyclonal_if_negative=False),
        kappa=_reading(tables, "flc_kappa", dates),
        lam=_reading(tables, "flc_lambda", dates),
        serum_if=serum_if,
        urine_if=urine_if,
        marrow=_column(tables["marrow"], "collected_on", "plasma_cell_percent", dates),
        plasmacytoma=_column(tables["imaging"], "performed_on", "plasmacytoma_spd_mm2", dates),
        new_plasmacytoma=_column(tables["imaging"], "performed_on", "new_plasmacytoma", dates),
        new_bone_lesion=_column(tables["imaging"], "performed_on", "new_bone_lesion", dates),
        bone_lesion_progression=_column(tables["imaging"], "performed_on", "bone_lesion_progression", dates),
        calcium=read(calcium) if calcium else None,
        calcium_attributed=calcium.get("attributed_to_myeloma") if calcium else None,
        albumin=_reading(tables, "albumin", joining),
        cells=_reading(tables, "circulating_plasma_cells", joining),
        vegf=_reading(tables, "vegf", joining),
        # V.iga: quantitative IgA beside a negative immunofixation is polyclonal, and contradicts nothing.
        serum_above_zero=not in_beta and _above_zero(serum_figure),
        urine_above_zero=_above_zero(urine_figure),
    )


def _fluid(figure: Reading | None, fixation: str | None, is_polyclonal_if_negative: bool) -> Reading | None:
    """V.n1: negative without a figure is 0. V.iga: a negative one makes quantitative IgA 0."""
    if fixation == "negative" and (figure is None or is_polyclonal_if_negative):
        return NONE_DETECTABLE
    return figure


def _above_zero(figure: Reading | None) -> Truth:
    """Whether a figure was reported above 0; no figure is none above 0."""
    return figure is not None and above(figure.response, ZERO)


def _lab(tables: Tables, analyte: str, dates: Collection[date], height: Callable[[Row], Any]) -> Row | None:
    rows = [row for row in tables["labs"] if row["analyte"] == analyte and row.get("value") is not None]
    return latest(((row["collected_on"], row) for row in rows if row["collected_on"] in dates), height)


def _reading(tables: Tables, analyte: str, dates: Collection[date]) -> Reading | None:
    row = _lab(tables, analyte, dates, lambda row: by_height(read(row)))
    return read(row) if row else None


def _calcium_height(row: Row) -> Any:
    """The higher value; of equal ones that due to myeloma, then that not due, then that not attributed."""
    return (by_height(read(row)), {True: 2, False: 1, None: 0}[row.get("attributed_to_myeloma")])


def _result(tables: Tables, analyte: str, dates: Collection[date]) -> str | None:
    rows = [row for row in tables["labs"] if row["analyte"] == analyte and row.get("result") is not None]
    results = ((row["collected_on"], row["result"]) for row in rows if row["collected_on"] in dates)
    return latest(results, lambda result: result == "positive")


def _column(rows: list[Row], dated: str, column: str, dates: Collection[date]) -> Any:
    """The counting value of one column: latest date, then the higher (True over False)."""
    known = [row for row in rows if row.get(column) is not None and row[dated] in dates]
    return latest(((row[dated], row[column]) for row in known), lambda value: value)


def as_reading(figure: Decimal | None) -> Reading | None:
    """A figure without comparators (marrow, plasmacytoma) as a reading."""
    return None if figure is None else plain(figure)
