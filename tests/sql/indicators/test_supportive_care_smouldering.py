"""The indicator of smouldering myeloma that is watched until it progresses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sql.indicators.judged import judged

# What was looked at in the days before treatment began on 2021-01-01 and speaks against progression.
LOOKED_AT = [
    "labs | 2020-12-20 | calcium | 11 | 10.5 |",
    "labs | 2020-12-20 | creatinine | 2.0 | |",
    "labs | 2020-12-20 | hemoglobin | 10 | | 12",
    "imaging | 2020-12-01 | 0 | 1",
]
# name | what is there instead of or besides it
FOUND = {
    "nothing": [],
    "calcium": ["labs | 2020-12-20 | calcium | 11.1 | |"],
    "over-limit": ["labs | 2020-12-20 | calcium | 10.7 | 9.6 |"],
    "at-limit": ["labs | 2020-12-20 | calcium | 10.1 | 9.1 |"],
    "creatinine": ["labs | 2020-12-20 | creatinine | 2.1 | |"],
    "clearance-39": ["labs | 2020-12-20 | creatinine_clearance | 39 | |"],
    "clearance-40": ["labs | 2020-12-20 | creatinine_clearance | 40 | |"],
    "hemoglobin": ["labs | 2020-12-20 | hemoglobin | 9.9 | |"],
    "under-limit": ["labs | 2020-12-20 | hemoglobin | 11 | | 13.1"],
    "first-day": ["labs | 2020-12-02 | hemoglobin | 9.9 | |"],
    "day-early": ["labs | 2020-12-01 | hemoglobin | 9.9 | |"],
    "after": ["labs | 2021-01-02 | hemoglobin | 9.9 | |"],
    "lytic": ["imaging | 2020-11-02 | 1 |"],
    "lytic-early": ["imaging | 2020-11-01 | 1 |"],
    "focal": ["imaging | 2020-12-01 | | 2"],
    "flc": ["labs | 2020-12-20 | flc_kappa | 100 | |", "labs | 2020-12-20 | flc_lambda | 1 | |"],
    "flc-low": ["labs | 2020-12-20 | flc_kappa | 99 | |", "labs | 2020-12-20 | flc_lambda | 0.5 | |"],
    "flc-apart": ["labs | 2020-12-20 | flc_kappa | 900 | |", "labs | 2020-12-21 | flc_lambda | 1 | |"],
    "marrow-60": ["marrow | 2020-11-02 | 60"],
    "marrow-59": ["marrow | 2020-11-02 | 59"],
    "recorded": ["assessments | 2021-01-01 | PD"],
    "recorded-late": ["assessments | 2021-01-02 | PD"],
}
COLUMNS = {
    "labs": "collected_on | analyte | value | ref_high | ref_low",
    "imaging": "performed_on | lytic_lesions | focal_lesions",
    "marrow": "collected_on | plasma_cell_percent",
    "assessments": "assessed_on | response",
}


def watched(folder: Path, found: dict[str, list[str]]) -> dict[str, str]:
    """The verdicts of patients treated from 2021-01-01, with these rows."""
    tables = {table: [f"patient_id | {columns}"] for table, columns in COLUMNS.items()}
    for name, drawn in found.items():
        for row in drawn:
            table, _, cells = row.partition(" | ")
            tables[table].append(f"{name} | {cells}")
    names = list(found)
    return judged(
        "Q.smouldering_watched",
        folder,
        patients="\n".join(
            ["patient_id | diagnosis", *(f"{name} | SMM" for name in [*names, "untreated"]), "mgus | MGUS"]
        ),
        treatments="\n".join(
            ["patient_id | line | drugs | start_date", *(f"{name} | 1 | | 2021-01-01" for name in names)]
        ),
        **{table: "\n".join(rows) for table, rows in tables.items()},
    )


@pytest.mark.criterion("Q.smouldering_watched")
def test_treatment_begins_when_an_event_or_the_clinic_says_progression(tmp_path: Path) -> None:
    found = watched(tmp_path / "store", {name: [*LOOKED_AT, *rows] for name, rows in FOUND.items()})
    too_early = [
        *(
            "nothing",
            "at-limit",
            "clearance-40",
            "day-early",
            "after",
            "lytic-early",
            "flc-low",
            "flc-apart",
            "marrow-59",
        ),
        "recorded-late",
    ]
    progressed = [name for name in FOUND if name not in too_early]
    assert found == {"untreated": "pass"} | dict.fromkeys(progressed, "pass") | dict.fromkeys(too_early, "fail")


@pytest.mark.criterion("Q.smouldering_watched")
def test_without_one_of_the_four_it_is_not_known(tmp_path: Path) -> None:
    without = {f"without-{row.split(' | ')[2]}": [other for other in LOOKED_AT if other != row] for row in LOOKED_AT}
    assert watched(tmp_path / "store", without) == {"untreated": "pass"} | dict.fromkeys(without, "unknown")
    # what is there may be enough
    event = "labs | 2020-12-20 | hemoglobin | 9.9 | |"
    assert watched(tmp_path / "event", {"anaemia": [event]})["anaemia"] == "pass"
