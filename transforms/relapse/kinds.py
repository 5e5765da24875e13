"""Every line's progression by kind: biochemical, clinical, aggressive, early or late, fit for a second transplant."""

from __future__ import annotations

from functools import reduce
from operator import or_

import polars as pl

from rules.clauses.relapse import AGGRESSIVE, interval_group
from rules.criterion import Edition
from rules.quotient import quotient
from rules.verdict import TESTS, missing_column
from transforms.age import age_years
from transforms.judging import decided
from transforms.lines import gives_drugs
from transforms.names import names_of, names_where
from transforms.relapse.around import AT, LINE, at_visits, cytogenetics_until, ldh_near, m_protein_before
from transforms.relapse.new_events import new_events
from transforms.relapse.transplants import first_transplant
from transforms.survival.tables import DAYS_PER_MONTH

RELAPSE = [
    "patient_id",
    "line",
    "progression_date",
    "biochemical",
    "clinical",
    "aggressive",
    "aggressive_because",
    "interval_months",
    "interval_group",
    "transplant_again",
    "unknown_because",
]
CLAUSES = ["RR.biochemical", "RR.clinical", "RR.aggressive", "RR.transplant_again"]


def relapses(
    lines: pl.LazyFrame,
    visits: pl.LazyFrame,
    results: pl.LazyFrame,
    tables: dict[str, pl.LazyFrame],
    edition: Edition,
    *,
    grafts: pl.LazyFrame,
) -> pl.LazyFrame:
    """One row per line with a confirmed progression: `RELAPSE`; null: unknown, or not asked (`interval_*` of
    later lines). `lines` have their progression and what they are measurable by, `visits` the verdicts of every clause,
    `grafts` are `transplants`.
    """
    found = _progressions(lines, tables).collect().lazy()
    aggressive = edition["RR.aggressive"]
    rows = found.join(at_visits(found, visits, edition), on=LINE, how="left")
    for near in (
        m_protein_before(found, results, tables["patients"], edition),
        ldh_near(found, tables["labs"], aggressive.labs_window_days),
        cytogenetics_until(found, tables, aggressive.findings_window_days),
    ):
        rows = rows.join(near, on=AT, how="left")
    rows = rows.join(new_events(found, tables, edition), on=LINE, how="left")
    rows = rows.join(first_transplant(found, grafts), on=[*LINE, "progression_date"], how="left")
    return _judged(rows, edition).select(RELAPSE)


def _progressions(lines: pl.LazyFrame, tables: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
    dose = pl.max_horizontal("start_date", "end_date").max()
    last_known = tables["treatments"].filter(gives_drugs()).group_by(LINE).agg(last_known_dose_on=dose)
    is_first = pl.int_range(pl.len()).over("patient_id") == 0
    return (
        lines.sort("patient_id", "start_date", "line")
        .with_columns(is_first_line=is_first)
        .filter(pl.col("progression_date").is_not_null())
        .join(last_known, on=LINE, how="left")
        .join(tables["patients"].select("patient_id", "birth_date"), on="patient_id", how="left")
        .select(
            *LINE,
            "start_date",
            "progression_date",
            "is_first_line",
            "last_known_dose_on",
            "MEAS.urine",
            # an end before the start says only that there was an end
            last_dose_on=pl.when(pl.col("end_date").is_not_null()).then("last_known_dose_on"),
            is_seen_at_visit=pl.col("progression_source") == "derived",
            age_years=age_years("birth_date", "progression_date"),
        )
    )


def _judged(rows: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    rows = decided(rows, ["RR.new_event", "RR.doubled", "LDH.high", "CA.high", "RR.interval"], edition)
    rows = decided(rows, ["RR.clinical"], edition)
    rows = decided(rows, ["RR.biochemical", "RR.aggressive", "RR.transplant_again"], edition)
    is_first = pl.col("is_first_line")
    days = (pl.col("progression_date") - pl.col("last_dose_on")).dt.total_days().clip(0)
    waits_for = [pl.col(missing_column(clause_id)) for clause_id in CLAUSES]
    waits_for.append(pl.when(is_first).then(missing_column("RR.interval")).otherwise(0))
    return rows.with_columns(
        *(pl.col(clause_id).alias(clause_id.removeprefix("RR.")) for clause_id in CLAUSES),
        aggressive_because=names_where({part: pl.col(part) for part in AGGRESSIVE}),
        interval_months=pl.when(is_first).then(quotient(days, DAYS_PER_MONTH)),
        interval_group=pl.when(is_first & pl.col("RR.interval")).then(interval_group(edition["RR.interval"])),
        unknown_because=names_of(reduce(or_, waits_for), TESTS),
    )
