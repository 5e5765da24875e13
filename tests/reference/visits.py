"""Section 1: lines, visits, what a visit or a baseline found (V.visit, V.line, V.baseline, V.n1, V.iga)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from .figures import NONE_DETECTABLE, ZERO, Reading, Row, Tables, by_height, by_span, latest, read, span_in
from .logic import Span, Truth, above
from .lost import is_unreadable, refused, refused_on

VISIT_ANALYTES = {
    "serum_m_protein",
    "urine_m_protein",
    "flc_kappa",
    "flc_lambda",
    "serum_immunofixation",
    "urine_immunofixation",
}
FIGURE = {"serum": "serum_m_protein", "urine": "urine_m_protein"}
FIXATION = {"serum": "serum_immunofixation", "urine": "urine_immunofixation"}
ONE_VISIT = timedelta(days=3)
BONE = ("new_bone_lesion", "bone_lesion_progression")
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
    marrow: Span | None
    plasmacytoma: Span | None
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
    is_urine_lost: bool
    is_size_lost: bool
    is_new_plasmacytoma_lost: bool
    is_bone_lost: bool
    is_attribution_lost: bool

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
    found = _findings(tables, window, window, in_beta)
    serum, urine = (_last_of(tables, fluid, in_beta, line.start, window) for fluid in FIGURE)
    return replace(found, serum=serum, urine=urine)


def _last_of(tables: Tables, fluid: str, in_beta: bool, until: date, window: Collection[date]) -> Reading | None:
    values = fluid_values(tables, fluid, in_beta, until)
    readings = ((on, read(row) if row else NONE_DETECTABLE) for on, row in values if on in window)
    return latest(readings, by_height)


def analyte_of(fluid: str, in_beta: bool) -> str:
    """V.iga: of a patient with the M-protein in the beta region the serum M-protein is quantitative IgA."""
    return "iga" if in_beta and fluid == "serum" else FIGURE[fluid]


def fluid_values(tables: Tables, fluid: str, in_beta: bool, until: date | None = None) -> list[tuple[date, Row | None]]:
    """V.n1, V.iga outside of visits: the dated values of a fluid's M-protein, up to a date; None is none detectable.

    A negative immunofixation is the value 0 of its date unless a figure is dated within 3 days either way. One that
    could not be read may be such a figure.
    """
    labs = [row for row in tables["labs"] if until is None or row["collected_on"] <= until]
    analyte = analyte_of(fluid, in_beta)
    figures = [row for row in labs if row["analyte"] == analyte and row.get("value") is not None]
    seen = {row["collected_on"] for row in figures}
    seen |= {on for on in lost_figures(tables, analyte) if until is None or on <= until}
    fixed = {row["collected_on"] for row in labs if row["analyte"] == FIXATION[fluid] and row.get("result")}
    negative = {on for on in fixed if _result(tables, FIXATION[fluid], [on]) == "negative"}
    values: list[tuple[date, Row | None]] = []
    for row in figures:
        beside = [on for on in fixed if abs(on - row["collected_on"]) <= ONE_VISIT]
        is_polyclonal = analyte == "iga" and bool(beside) and max(beside) in negative
        values.append((row["collected_on"], None if is_polyclonal else row))
    values += [(on, None) for on in negative if all(abs(on - at) > ONE_VISIT for at in seen)]
    return values


def lost_figures(tables: Tables, analyte: str) -> set[date]:
    """Dates on which a figure was recorded that could not be read."""
    rows = [row for row in tables["labs"] if row["analyte"] == analyte and is_unreadable(row, "value")]
    dated = {row["dated_on"] for row in refused(tables, "labs", (analyte,)) if row.get("dated_on")}
    return dated | {row["collected_on"] for row in rows}


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
    serum_figure = _reading(tables, analyte_of("serum", in_beta), dates)
    urine_figure = _reading(tables, "urine_m_protein", dates)
    is_serum_lost = not lost_figures(tables, analyte_of("serum", in_beta)).isdisjoint(dates)
    is_urine_lost = not lost_figures(tables, "urine_m_protein").isdisjoint(dates)
    scans = [row for row in tables["imaging"] if row["performed_on"] in dates]
    is_scan_lost = refused_on(tables, "imaging", dates)
    calcium = _lab(tables, "calcium", joining, _calcium_height)
    return Findings(
        serum=_fluid(serum_figure, serum_if, is_lost=is_serum_lost, is_polyclonal_if_negative=in_beta),
        urine=_fluid(urine_figure, urine_if, is_lost=is_urine_lost, is_polyclonal_if_negative=False),
        kappa=_reading(tables, "flc_kappa", dates),
        lam=_reading(tables, "flc_lambda", dates),
        serum_if=serum_if,
        urine_if=urine_if,
        marrow=_span(tables["marrow"], "collected_on", "plasma_cell_percent", dates),
        plasmacytoma=_span(scans, "performed_on", "plasmacytoma_spd_mm2", dates),
        new_plasmacytoma=_sign(scans, "new_plasmacytoma"),
        new_bone_lesion=_sign(scans, "new_bone_lesion"),
        bone_lesion_progression=_sign(scans, "bone_lesion_progression"),
        calcium=read(calcium) if calcium else None,
        calcium_attributed=calcium.get("attributed_to_myeloma") if calcium else None,
        albumin=_reading(tables, "albumin", joining),
        cells=_reading(tables, "circulating_plasma_cells", joining),
        vegf=_reading(tables, "vegf", joining),
        # V.iga: quantitative IgA beside a negative immunofixation is polyclonal, and contradicts nothing.
        serum_above_zero=not in_beta and _above_zero(serum_figure, is_serum_lost),
        urine_above_zero=_above_zero(urine_figure, is_urine_lost),
        is_urine_lost=is_urine_lost,
        is_size_lost=is_scan_lost or any(is_unreadable(row, "plasmacytoma_spd_mm2") for row in scans),
        is_new_plasmacytoma_lost=_is_sign_lost(tables, scans, "new_plasmacytoma", dates),
        is_bone_lost=any(_is_sign_lost(tables, scans, name, dates) for name in BONE),
        is_attribution_lost=any(
            is_unreadable(row, "attributed_to_myeloma")
            and row["analyte"] == "calcium"
            and row["collected_on"] in joining
            for row in tables["labs"]
        ),
    )


def _fluid(
    figure: Reading | None, fixation: str | None, *, is_lost: bool, is_polyclonal_if_negative: bool
) -> Reading | None:
    """V.n1: negative without a figure is 0. V.iga: a negative one makes quantitative IgA 0."""
    if fixation == "negative" and (is_polyclonal_if_negative or (figure is None and not is_lost)):
        return NONE_DETECTABLE
    return figure


def _above_zero(figure: Reading | None, is_lost: bool) -> Truth:
    """Whether a figure was reported above 0; no figure is none above 0, one that could not be read may be."""
    if figure is None:
        return None if is_lost else False
    return above(figure.response, ZERO)


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


def _span(rows: list[Row], dated: str, column: str, dates: Collection[date]) -> Span | None:
    """The counting number of one column: latest date, then the higher."""
    spans = ((row[dated], span_in(row, column)) for row in rows if row[dated] in dates)
    return latest(((on, span) for on, span in spans if span is not None), by_span)


def _is_sign_lost(tables: Tables, scans: list[Row], column: str, dates: Collection[date]) -> bool:
    """Whether a record that could not be read may count: one of the latest date, and found rather than not."""
    told = [row for row in scans if row.get(column) is not None]
    last = max((row["performed_on"] for row in told), default=date.min)
    if any(row[column] for row in told if row["performed_on"] == last):
        return False
    lost = [row["performed_on"] for row in scans if is_unreadable(row, column)]
    may_be = [row.get("dated_on") or max(dates) for row in refused(tables, "imaging")]
    return any(on >= last for on in lost) or any(on in dates and on >= last for on in may_be)


def _sign(scans: list[Row], column: str) -> bool | None:
    """The counting sign of one column: latest date, then True over False."""
    return latest(
        ((row["performed_on"], row[column]) for row in scans if row.get(column) is not None), lambda sign: sign
    )
