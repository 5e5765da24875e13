"""Made-up registries that sit on every threshold: for the differential test, not for realism.

Every value is chosen so that baselines, nadirs and later values meet the criteria's limits exactly, one step below
or above
them; tests are missing at random, dates cluster and collide, and lines are short.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.differential.situations import Patient, Registry, Row, add_situations, lose_some

__all__ = ["Registry", "Row", "registry"]

QUIET = 0.25  # of the patients, of whom nothing is known but the situations they come to
DAY0 = date(2020, 1, 1)

SERUM = [
    "0",
    "0.1",
    "0.2",
    "0.4",
    "0.5",
    "0.6",
    "0.7",
    "0.9",
    "1.0",
    "1.2",
    "1.25",
    "1.5",
    "2.0",
    "2.5",
    "3.0",
    "4.0",
    "4.5",
    "4.9",
    "5.0",
    "5.5",
    "6.0",
    "7.0",
]
URINE = [
    "0",
    "10",
    "50",
    "99",
    "100",
    "150",
    "199",
    "200",
    "210",
    "250",
    "399",
    "400",
    "500",
    "1000",
    "1999",
    "2000",
    "2200",
]
FLC = [
    "0",
    "1",
    "2.6",
    "5",
    "10",
    "16.5",
    "26",
    "50",
    "99",
    "100",
    "110",
    "125",
    "150",
    "165",
    "200",
    "225",
    "250",
    "500",
    "1000",
    "2000",
]
MARROW = ["0", "2", "4.9", "5", "6.25", "8", "10", "12.5", "20", "29.9", "30", "40", "50", "60"]
SIZE = ["0", "0", "100", "133", "150", "200", "250", "300", "400", "450", "600"]
CALCIUM = ["9.0", "10.5", "11.0", "11.4", "11.5", "12.0", "13.0"]
ALBUMIN = ["2.0", "3.0", "3.4", "3.5", "3.9", "4.0", "4.2"]
CELLS = ["0", "100", "133", "150", "199", "200", "300", "400"]
BETA2 = ["2.0", "3.4", "3.5", "4.0", "5.4", "5.5", "8.0"]
LDH = ["150", "199", "200", "201", "400"]
ABNORMALITIES = ["del17p", "t(4;14)", "t(14;16)", "gain1q"]


def registry(rng: Random, patients: int, *, losses: float = 0) -> Registry:
    """A registry of so many patients, as validated rows in canonical units.

    Of a share of them, `losses`, cells were set aside and rows refused, as `unreadable` and `refused_row` tell.
    """
    tables: Registry = {
        name: []
        for name in [
            "patients",
            "labs",
            "marrow",
            "mrd",
            "cytogenetics",
            "imaging",
            "treatments",
            "assessments",
            "supportive_care",
            "findings",
            "refused_row",
        ]
    }
    for number in range(patients):
        _add_patient(rng, f"P{number:04d}", tables)
        if rng.random() < losses:
            lose_some(rng, f"P{number:04d}", tables)
    return tables


def _add_patient(rng: Random, who: str, tables: Registry) -> None:
    days, starts = _calendar(rng)
    dead = rng.random() < 0.4
    last = DAY0 + timedelta(days=max(days) + rng.choice([0, 10, 60, 89, 90, 91, 300]))
    tables["patients"].append(
        {
            "patient_id": who,
            "diagnosis_date": DAY0 - timedelta(days=rng.choice([0, 0, 5, 20, 31])),
            "diagnosis": "MM",
            "light_chain": rng.choice([None, "kappa", "lambda"]),
            "m_protein_in_beta": rng.choice([None, False, False, True]),
            "reported_iss": rng.choice([None, None, "I", "II", "III"]),
            "reported_r_iss": rng.choice([None, None, "II"]),
            "vital_status": "dead" if dead else "alive",
            "death_date": last if dead and rng.random() < 0.95 else None,
            "last_contact_date": last,
        }
    )
    tables["treatments"] += [
        {"patient_id": who, "line": line, "start_date": DAY0 + timedelta(days=start), "drugs": "bortezomib"}
        for line, start in enumerate(starts, 1)
    ]
    _add_diagnosis(rng, who, tables)
    kind = rng.choice(["serum", "serum", "urine", "both", "flc", "flc", "marrow", "anything", "anything"])
    responds = rng.random() < 0.5
    for visit, day in enumerate(days if rng.random() > QUIET else []):
        fades = visit if responds else 0
        _add_assessment(rng, (who, DAY0 + timedelta(days=day)), kind, tables, is_first=visit == 0, fades=fades)
    if rng.random() < 0.3:
        tables["assessments"] += [
            {
                "patient_id": who,
                "assessed_on": DAY0 + timedelta(days=rng.choice(days)),
                "response": rng.choice(["PD", "PR", "VGPR", "PD"]),
                "line": rng.choice([None, 1]),
            }
        ]
    add_situations(Patient(rng, tables, who, [DAY0 + timedelta(days=start) for start in starts]))


def _calendar(rng: Random) -> tuple[list[int], list[int]]:
    """Days of assessments from just before day 0, and days on which lines start."""
    days, day = [-rng.choice([0, 0, 0, 0, 1, 30, 90, 91])], 0
    for _ in range(rng.randint(1, 9)):
        day += rng.choice([0, 1, 2, 3, 3, 4, 7, 8, 28, 28, 28, 60])
        days.append(day)
    starts = [0]
    while len(starts) < 3 and rng.random() < 0.35:
        starts.append(starts[-1] + rng.choice([0, 1, 7, 20, 28, 56, 90, 120]))
    if rng.random() < 0.05:  # three lines within weeks
        starts = [0, rng.choice([3, 7, 14]), rng.choice([15, 20, 28])]
    return days, starts


def _add_diagnosis(rng: Random, who: str, tables: Registry) -> None:
    def near() -> date:
        return DAY0 + timedelta(days=rng.choice([-61, -31, -30, -10, -2, 0, 0, 1, 5]))

    for analyte, values in (("beta2_microglobulin", BETA2), ("ldh", LDH)):
        for _ in range(rng.choice([0, 1, 1, 2])):
            limit = rng.choice([Decimal(200), Decimal(200), None]) if analyte == "ldh" else None
            tables["labs"].append(
                {"patient_id": who, "collected_on": near(), "analyte": analyte, "ref_high": limit} | _value(rng, values)
            )
    for abnormality in ABNORMALITIES:
        if rng.random() < 0.6:
            result = rng.choice(["positive", "negative", "negative"])
            tables["cytogenetics"].append(
                {"patient_id": who, "collected_on": near(), "abnormality": abnormality, "result": result}
            )


def _value(rng: Random, values: list[str]) -> Row:
    value, comparator = Decimal(rng.choice(values)), rng.choice([None] * 14 + ["<", ">", "<=", ">="])
    says_nothing = value == 0  # no laboratory reports "<0" or ">0"
    return {"value": value, "comparator": None if says_nothing else comparator}


def _add_assessment(
    rng: Random, whose: tuple[str, date], kind: str, tables: Registry, *, is_first: bool, fades: int
) -> None:
    """One day's tests. The more a patient's disease `fades`, the lower the values and the cleaner the findings.

    The first assessment has the figures of the patient's kind of disease, mostly high ones.
    """
    who, on = whose

    def lab(analyte: str, chance: float, values: list[str] | None = None, **columns: Any) -> None:
        if rng.random() > chance:
            return
        if values is None:
            signs = ["negative"] * (2 + 4 * bool(fades)) + ["positive"]
            figure: Row = {"result": rng.choice(signs)}
        else:
            figure = _value(rng, _faded(values, fades))
        tables["labs"].append({"patient_id": who, "collected_on": on, "analyte": analyte} | figure | columns)

    has_serum, has_urine = kind in ("serum", "both", "anything"), kind in ("urine", "both", "anything")
    is_small, often = kind in ("flc", "marrow"), 0.9 if fades else 0.5
    high = slice(8 if is_first and rng.random() < 0.8 else 0, None)
    lab("serum_m_protein", (0.85 + is_first) if has_serum else 0.4, SERUM[:5] if is_small else SERUM[high])
    lab("urine_m_protein", (0.75 + is_first) if has_urine else 0.4, URINE[:4] if is_small else URINE[high])
    lab("iga", 0.3, SERUM)
    lab("serum_immunofixation", often)
    lab("urine_immunofixation", often)
    lab("flc_kappa", 0.7 + is_first, FLC[:6] if kind == "marrow" or fades > 1 else FLC[high])
    lab("flc_lambda", 0.7, FLC[:6])
    if rng.random() < 0.2 and not fades:  # the same test twice in a day
        lab("serum_m_protein", 0.8, SERUM)
    shifted = on + timedelta(days=rng.choice([0, 0, 0, -3, -1, 2, 3, 4]))
    attributed = rng.choice([None, True, True, False])
    if rng.random() < 0.35:
        tables["labs"].append(
            {"patient_id": who, "collected_on": shifted, "analyte": "calcium", "attributed_to_myeloma": attributed}
            | _value(rng, _faded(CALCIUM, fades))
        )
    lab("albumin", 0.3, ALBUMIN)
    lab("circulating_plasma_cells", 0.3, CELLS)
    if rng.random() < (0.9 if kind == "marrow" else 0.4):
        tables["marrow"].append(
            {
                "patient_id": who,
                "collected_on": on + timedelta(days=rng.choice([0, 0, 0, 29, 30, 31])),
                "plasma_cell_percent": Decimal(rng.choice(_faded(MARROW, fades))) if rng.random() < 0.9 else None,
                "clonal_plasma_cells": rng.choice([None, "detected", "not_detected", "not_detected"]),
            }
        )
    if rng.random() < 0.3:
        _add_imaging(rng, whose, tables, fades)
    if rng.random() < 0.3:
        tables["mrd"].append(
            {
                "patient_id": who,
                "collected_on": on,
                "method": rng.choice(["NGF", "NGS", "MFC", "PCR"]),
                "sensitivity": rng.choice([None, Decimal("0.00001"), Decimal("0.000001"), Decimal("0.0001")]),
                "result": rng.choice(["negative", "negative", "positive"]),
            }
        )


def _faded(values: list[str], fades: int) -> list[str]:
    """The lower values that are left after so many visits of fading; now and then all of them again."""
    return values[: max(2, len(values) >> fades)] if fades % 5 else values


def _add_imaging(rng: Random, whose: tuple[str, date], tables: Registry, fades: int) -> None:
    who, on = whose
    seen = [None, False, False, False] if fades else [None, False, False, False, True]
    tables["imaging"].append(
        {
            "patient_id": who,
            "performed_on": on,
            "modality": rng.choice(["pet_ct", "pet_ct", "ct"]),
            "new_bone_lesion": rng.choice(seen),
            "bone_lesion_progression": rng.choice(seen),
            "plasmacytoma_spd_mm2": Decimal(rng.choice(_faded(SIZE, fades))) if rng.random() < 0.7 else None,
            "new_plasmacytoma": rng.choice(seen),
            "fdg_uptake": rng.choice([None, "positive", "negative"]),
        }
    )
