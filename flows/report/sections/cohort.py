"""Who is in the cohort, and what became of every row read."""

import polars as pl

from flows.drawing.words import Words
from flows.report.sections import Facts, Section, one_row


def cohort(facts: Facts, words: Words) -> Section:
    """Rows read, accepted and put aside; diagnoses in and out of the cohort; the sites."""
    diagnoses = facts["diagnoses"]
    included = _diagnoses(diagnoses.filter("is_cohort"), words)
    if not included and one_row(facts, "flow")["cohort"] != 0:
        included = words.t("cohort.diagnoses_hidden")
    return {
        "files": facts["files"].to_dicts(),
        "total": one_row(facts, "rows"),
        "included": included,
        "left_out": _diagnoses(diagnoses.filter(~pl.col("is_cohort")), words),
        "sites": facts["sites"].to_dicts(),
    }


def _diagnoses(counted: pl.DataFrame, words: Words) -> str:
    """MM 260, PCL 20, diagnosis not recorded."""
    return words.join(
        [
            words.counted(row["diagnosis"] or words.t("cohort.diagnosis_not_recorded"), row["patients"])
            for row in counted.to_dicts()
        ]
    )
