"""The views and macros of sql/macros, which the queries and the indicators of the audit share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

MACROS = Path(__file__).parent.parent / "sql" / "macros"
# Each after those that it uses.
SHARED = (
    *("cohort", "myeloma", "days_per_month", "share", "wilson_low", "wilson_high", "share_low", "share_high"),
    *("class_count", "judged_visit", "read_row", "unread", "may_be_unread", "m_protein_tests", "by_m_protein"),
    *("first_start", "follow_up_end", "line_watched", "done_within", "assessed_visit", "assessment_interval"),
    *("precursor_watched", "precursor_interval", "precursor_tested", "year_imaged"),
    *("followed_until", "ongoing_line", "line_regimen", "given_until", "line_after_refractoriness"),
    *("is_daratumumab_regimen", "records_care", "covered_course"),
)


def make_macros(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    """Make those that a query's text uses, and that they use, for this connection only."""
    from transforms.survival import COHORT

    used: list[tuple[str, str]] = []
    for name in reversed(SHARED):
        if re.search(rf"\b{name}\b", text):
            made = (MACROS / f"{name}.sql").read_text(encoding="utf-8")
            text += made
            used.insert(0, (name, made))
    for name, made in used:
        connection.execute(made, {"diagnoses": list(COHORT)} if name == "cohort" else None)
