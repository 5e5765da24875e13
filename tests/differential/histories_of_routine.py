"""Made-up registries of routine care (section 16): urine is rarely tested, and was often free at a line's start."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random

from tests.differential import histories
from tests.differential.histories import Registry, Row
from tests.differential.situations import lose_some

# What a line starts with, and what its later visits find: None is not tested.
Figures = tuple[list[str | None], list[str | None]]
SERUM: Figures = (["4.0", "2.0", "1.0", ">0.9"], ["0", "0", "0.1", "0.4", "0.5", "2.0", "2.5", "<0.1"])
NO_SERUM: Figures = (["0", "0.5", "0.9", "<0.1", ">0.5", None], ["0", "0", "0.2", "0.7", "1.4"])
URINE: Figures = (["1000", "200", "150", ">150"], ["0", "10", "20", "99", "100", "199", "300", "400"])
NO_URINE: Figures = (["0", "0", "0", "<10", "5", None], ["0", "0", "0", "200", "250"])
UNTESTED: Figures = ([None], [None])
CHAINS: Figures = (["1000", "400", "100", ">50"], ["16.5", "17", "16.5", "50", "99", "100", "125", "500", "<5"])
LOW_CHAINS: Figures = (["16", "20", None], ["10", "16.5", "20", "100", "125"])
KINDS: dict[str, tuple[Figures, ...]] = {  # serum, urine, and the kappa chain
    "serum": (SERUM, NO_URINE, LOW_CHAINS),
    "serum and chains": (SERUM, NO_URINE, CHAINS),
    "serum and urine": (SERUM, URINE, CHAINS),
    "light chains": (NO_SERUM, NO_URINE, CHAINS),
    "fixations of urine": (SERUM, UNTESTED, LOW_CHAINS),
    "light chains in urine": (NO_SERUM, URINE, CHAINS),
}
ANALYTES = ("serum_m_protein", "urine_m_protein", "flc_kappa")


def registry(rng: Random, patients: int, *, losses: float = 0) -> Registry:
    """A registry of monthly visits: serum and light chains at most of them, urine now and then, some marrow."""
    made = histories.registry(rng, patients)
    kinds = {row["patient_id"]: rng.choice(list(KINDS)) for row in made["patients"]}
    for row in made["patients"]:
        row |= {"light_chain": rng.choice(["kappa", "kappa", None]), "m_protein_in_beta": None}
        row["isotype"] = "light_chain" if "light" in kinds[row["patient_id"]] and rng.random() < 0.8 else None
    labs = [row for row in made["labs"] if row["analyte"] in ("calcium", "albumin", "ldh", "beta2_microglobulin")]
    own = [row for start in made["treatments"] for row in _labs(rng, start, KINDS[kinds[start["patient_id"]]])]
    marrow = [row for start in made["treatments"] for row in _marrows(rng, start)]
    imaging = [row for row in made["imaging"] if rng.random() < 0.1]
    made |= {"labs": [*labs, *own], "marrow": marrow, "imaging": imaging}
    for row in [row for row in made["patients"] if rng.random() < losses]:
        lose_some(rng, row["patient_id"], made)
    return made


def _labs(rng: Random, start: Row, kind: tuple[Figures, ...]) -> Iterator[Row]:
    often = rng.choice([0, 0.1, 0.3])  # urine is tested at this share of a line's visits
    has_urine_fixed = rng.random()
    for month in range(5):
        on = start["start_date"] + timedelta(days=28 * month)
        row = {"patient_id": start["patient_id"], "collected_on": on}
        for analyte, (first, later) in zip(ANALYTES, kind, strict=True):
            chance = 1 if month == 0 else often if analyte == "urine_m_protein" else 0.9
            text = rng.choice(later if month else first)
            if text and rng.random() < chance:
                yield _later(rng, row, month) | {"analyte": analyte} | _figure(text)
        if rng.random() < 0.9:
            yield row | {"analyte": "flc_lambda"} | _figure(rng.choice(["10", "10", "10", "5", "<5"]))
        if month and rng.random() < 0.8:
            result = rng.choice(["negative", "negative", "negative", "positive"])
            yield row | {"analyte": "serum_immunofixation", "result": result}
        if rng.random() < (has_urine_fixed if month == 0 else often / 2):
            result = rng.choice(["negative", "negative", "negative", "positive"])
            yield _later(rng, row, month) | {"analyte": "urine_immunofixation", "result": result}


def _later(rng: Random, row: Row, month: int) -> Row:
    """The row, mostly as it is: some tests of a visit come days after its date, those of the baseline do not."""
    return row | {"collected_on": row["collected_on"] + timedelta(days=rng.choice([0, 0, 0, 0, 2, 3]) if month else 0)}


def _marrows(rng: Random, start: Row) -> Iterator[Row]:
    for month in (1, 3):
        if rng.random() < 0.6:
            yield {
                "patient_id": start["patient_id"],
                "collected_on": start["start_date"] + timedelta(days=28 * month),
                "plasma_cell_percent": Decimal(rng.choice(["0", "2", "4.9", "5"])),
                "clonal_plasma_cells": rng.choice([None, "detected", "not_detected", "not_detected"]),
            }


def _figure(text: str) -> Row:
    return {"value": Decimal(text.lstrip("<>")), "comparator": text[0] if text[0] in "<>" else None}
