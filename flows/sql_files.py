"""The SQL that the program runs: where it lies, and what its questions share: views, macros, and who is counted.

Loads nothing heavy by itself: `mspike query --list` waits for no polars.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

SQL = Path(__file__).parent.parent / "sql"
MACROS = SQL / "macros"
# Each after those that it uses.
SHARED = (
    *("cohort", "myeloma", "days_per_month", "share", "wilson_low", "wilson_high", "share_low", "share_high"),
    *("class_count", "judged_visit", "read_row", "unread", "may_be_unread", "m_protein_tests", "by_m_protein"),
    *("first_start", "follow_up_end", "line_watched", "assessed_visit", "assessment_interval"),
    *("precursor_watched", "precursor_interval", "precursor_tested", "year_imaged"),
    *("followed_until", "ongoing_line", "line_regimen", "given_until", "line_after_refractoriness"),
    *("is_daratumumab_regimen", "records_care", "covered_course"),
)
_COHORT = """
    create temp table cohort as
    select patient_id, site_id, sex, birth_date, diagnosis_date, vital_status from patients
    where diagnosis is null or list_contains($diagnoses, diagnosis)
"""


def make_macros(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    """Make those that a query's text uses, and that they use, for this connection only."""
    used: list[tuple[str, str]] = []
    for name in reversed(SHARED):
        if re.search(rf"\b{name}\b", text):
            made = (MACROS / f"{name}.sql").read_text(encoding="utf-8")
            text += made
            used.insert(0, (name, made))
    for name, made in used:
        connection.execute(made, _diagnoses() if name == "cohort" else None)


def make_cohort(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `cohort`, of the patients whom curves and counts are of, for this connection only."""
    connection.execute(_COHORT, _diagnoses())


def _diagnoses() -> dict[str, list[str]]:
    from transforms.survival import COHORT  # who belongs to it is said once, where the curves are made

    return {"diagnoses": list(COHORT)}
