"""What a patient's tables say near one date (section 9's windows), and the patient's age then.

Laboratory within 30 days, marrow, FISH, imaging and findings within 60; the nearest wins, of two equally near the
earlier, of two on one date the higher (positive over negative).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

from .figures import ZERO, Row, Tables, by_span, is_positive, nearest, span_in
from .logic import INFINITY, Span, Truth, compared, exact, higher, or3
from .lost import is_unreadable, refused
from .visits import fluid_values

LABORATORY_DAYS, FINDINGS_DAYS = 30, 60
FISH_DAYS = FINDINGS_DAYS  # it is of marrow
# What each count comes from; lytic lesions are never an MRI's, focal ones always (None: modality not recorded).
LYTIC_BY = ("xray", "ct", "pet_ct", None)
FOCAL_BY = ("mri", "wbmri", None)
Test = Callable[[Span, Span], Truth]


def known(test: Test, value: Span | None, bound: Span | str | int | None) -> Truth:
    """A comparison of figures that may be missing: unknown where either is."""
    if value is None or bound is None:
        return None
    return test(value, bound if isinstance(bound, Span) else exact(bound))


def age_years(birth: date | None, on: date) -> int | None:
    """Completed years; who was born on 29 February has a birthday on 1 March of a common year."""
    if birth is None:
        return None
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


@dataclass(frozen=True)
class Around:
    """One patient's tables, looked at around one date; of `until` (the first line's start, say) nothing later."""

    tables: Tables
    on: date
    until: date | None = None

    def lab(self, analyte: str, is_limit_low: bool = False) -> Row | None:
        """The row of an analyte's figure; of equal ones that whose limit makes it the more abnormal, then that due."""

        def height(row: Row) -> Any:
            span, limit = figure_of(row), row.get("ref_low" if is_limit_low else "ref_high")
            worse = Decimal(0) if limit is None else limit if is_limit_low else -limit
            due = row.get("attributed_to_myeloma")
            lost = is_unreadable(row, "attributed_to_myeloma")
            return (*by_span(span), limit is not None, worse, due is not False, due is True, lost)

        rows = [row for row in self.tables["labs"] if row["analyte"] == analyte and row.get("value") is not None]
        return self._nearest(rows, "collected_on", LABORATORY_DAYS, height)

    def figure(self, analyte: str) -> Span | None:
        row = self.lab(analyte)
        return None if row is None else figure_of(row)

    def fixation(self, analyte: str) -> Truth:
        """Whether an immunofixation is positive."""
        rows = [row for row in self.tables["labs"] if row["analyte"] == analyte and row.get("result") is not None]
        row = self._nearest(rows, "collected_on", LABORATORY_DAYS, lambda row: row["result"] == "positive")
        return is_positive(row["result"]) if row else None

    def serum_m(self, patient: Row) -> Span | None:
        """V.iga, V.n1: quantitative IgA where the M-protein hides in β; 0 of its date where fixation finds none."""
        return self._fluid("serum", bool(patient.get("m_protein_in_beta")))

    def urine_m(self) -> Span | None:
        """V.n1: 0 of its date where fixation finds none and no one gave a figure."""
        return self._fluid("urine", in_beta=False)

    def _fluid(self, fluid: str, in_beta: bool) -> Span | None:
        values = fluid_spans(self.tables, fluid, in_beta, self.until)
        near = ((on, span) for on, span in values if abs((on - self.on).days) <= LABORATORY_DAYS)
        return nearest(near, self.on, by_span)

    def sign(self, code: str) -> Truth:
        """Whether a finding is there; one not looked for is unknown, and so is one of which a record was lost."""
        row = self._finding(code, "present")
        return row["present"] if row and (row["present"] or not self.is_lost(code)) else None

    def is_lost(self, code: str) -> bool:
        """Whether a record of a finding could not be read."""
        rows = [row for row in self.tables["findings"] if row["finding"] == code and is_unreadable(row, "present")]
        dates = [row["observed_on"] for row in rows] + self._refused_on("findings", code)
        return any(self._is_within(on, FINDINGS_DAYS) for on in dates)

    def score(self, code: str) -> Span | None:
        """A score or a measurement of the clinic."""
        row = self._finding(code, "value")
        return span_in(row, "value") if row else None

    def clonal_percent(self) -> Span | None:
        """Clonal plasma cells of the marrow: its plasma cells, none where the row says that they aren't clonal."""
        spans = [row | {"clonal": clonal(row)} for row in self.tables["marrow"]]
        seen = [row for row in spans if row["clonal"] is not None]
        row = self._nearest(seen, "collected_on", FINDINGS_DAYS, lambda row: by_span(row["clonal"]))
        return row["clonal"] if row else None

    def lesions(self, column: str) -> Span | None:
        """Lesions counted: of each kind of imaging the nearest, of all kinds the most."""
        counts = []
        for modality in LYTIC_BY if column == "lytic_lesions" else FOCAL_BY:
            rows = [row for row in self.tables["imaging"] if row.get("modality") == modality]
            counted = [row | {"count": _count(row, column)} for row in rows]
            seen = [row for row in counted if row["count"] is not None]
            row = self._nearest(seen, "performed_on", FINDINGS_DAYS, lambda row: by_span(row["count"]))
            counts += [row["count"]] if row else []
        if any(self._is_within(on, FINDINGS_DAYS) for on in self._refused_on("imaging")):
            counts.append(Span((Decimal(0), 0), (INFINITY, 0)))
        return reduce(higher, counts) if counts else None

    def has_new_plasmacytoma(self) -> Truth:
        """A plasmacytoma recorded as new by any imaging of the window; nothing recorded is none (section 3)."""
        within = [row for row in self.tables["imaging"] if self._is_within(row["performed_on"], FINDINGS_DAYS)]
        cells = [
            None if is_unreadable(row, "new_plasmacytoma") else bool(row.get("new_plasmacytoma")) for row in within
        ]
        is_lost = any(self._is_within(on, FINDINGS_DAYS) for on in self._refused_on("imaging"))
        return or3(False, *cells, None if is_lost else False)

    def fish(self, abnormality: str) -> Truth:
        rows = [row for row in self.tables["cytogenetics"] if row["abnormality"] == abnormality]
        row = self._nearest(rows, "collected_on", FISH_DAYS, lambda row: row["result"] == "positive")
        return is_positive(row["result"]) if row else None

    def _finding(self, code: str, column: str) -> Row | None:
        rows = [row for row in self.tables["findings"] if row["finding"] == code and row.get(column) is not None]

        def height(row: Row) -> Any:
            span = span_in(row, column) if column == "value" else None
            return row[column] if span is None else by_span(span)

        return self._nearest(rows, "observed_on", FINDINGS_DAYS, height)

    def _nearest(self, rows: list[Row], dated: str, days: int, height: Callable[[Row], Any]) -> Row | None:
        return nearest(((row[dated], row) for row in rows if self._is_within(row[dated], days)), self.on, height)

    def _refused_on(self, table: str, *kinds: str) -> list[date]:
        """Dates of refused rows that may be of these kinds; without a date: of the last that counts."""
        any_date = self.on if self.until is None else min(self.on, self.until)
        return [row.get("dated_on") or any_date for row in refused(self.tables, table, kinds)]

    def _is_within(self, on: date, days: int) -> bool:
        return abs((on - self.on).days) <= days and (self.until is None or on <= self.until)


def figure_of(row: Row) -> Span:
    """C.comparator: outside response and nadirs a figure is the range that was reported."""
    return compared(row["value"], row.get("comparator"))


def fluid_spans(tables: Tables, fluid: str, in_beta: bool, until: date | None = None) -> list[tuple[date, Span]]:
    """The dated M-proteins of a fluid, 0 where fixation finds none."""
    return [(on, figure_of(row) if row else ZERO) for on, row in fluid_values(tables, fluid, in_beta, until)]


def clonal(row: Row) -> Span | None:
    """Clonal plasma cells of one marrow, %: some where they were only detected; null where no one looked.

    A cell that could not be read may have said anything.
    """
    if row.get("clonal_plasma_cells") == "not_detected":
        return ZERO
    is_detected, some, all_cells = row.get("clonal_plasma_cells") == "detected", (Decimal(0), 1), (Decimal(100), 0)
    if is_unreadable(row, "clonal_plasma_cells"):
        percent = span_in(row, "plasma_cell_percent")
        return Span((Decimal(0), 0), percent.high if percent else all_cells)
    if is_unreadable(row, "plasma_cell_percent"):
        return Span(some if is_detected else (Decimal(0), 0), all_cells)
    if row.get("plasma_cell_percent") is not None:
        span = span_in(row, "plasma_cell_percent")
        return Span(some, span.high) if is_detected and span.low == (0, 0) and span.high > some else span
    return Span(some, all_cells) if is_detected else None


def _count(row: Row, column: str) -> Span | None:
    """A count of one examination; a new lytic lesion is at least one, whatever was counted."""
    count = _counted(row, column)
    may_be_new = column == "lytic_lesions" and is_unreadable(row, "new_bone_lesion")
    least = count.low if count else (Decimal(0), 0)
    if is_unreadable(row, column) or (may_be_new and least <= (Decimal(0), 0)):
        return Span(least, (INFINITY, 0))
    return count


def _counted(row: Row, column: str) -> Span | None:
    count, comparator = span_in(row, column), row.get(f"{column}_comparator")
    if comparator in ("<", ">"):  # lesions are whole ones: more than none is one or more
        count = compared(row[column] + (1 if comparator == ">" else -1), f"{comparator}=")
    if column == "lytic_lesions" and row.get("new_bone_lesion"):
        one_or_more = Span((Decimal(1), 0), (INFINITY, 0))
        return one_or_more if count is None or count == ZERO else higher(count, exact(1))
    return count
