"""The table `bone_agent`: the first agent of each patient, and the clearance when it was begun."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from rules.criterion import load_edition
from tests.differential.agreement import frames
from tests.reference.build import day, findings, lost, patient
from tests.reference.figures import Row
from transforms.bone_agents import BONE_AGENT, bone_agents
from transforms.drugs import given_care

WHO = patient(birth_date=day("1952-02-01"), sex="M")


def care(drug: str, on: str) -> Row:
    return {"patient_id": "p", "drug": drug, "start_date": day(on)}


def lab(on: str, analyte: str, value: str | None, comparator: str | None = None) -> Row:
    figure = {"value": Decimal(value) if value else None, "comparator": comparator}
    return {"patient_id": "p", "collected_on": day(on), "analyte": analyte} | figure


def agent(*given: Row, **tables: Any) -> Row | None:
    registry = {"patients": [tables.pop("who", WHO)], "supportive_care": list(given)} | tables
    rows = {name: frame.lazy() for name, frame in frames(registry).items()}
    found = bone_agents(given_care(rows), rows, load_edition()).collect()
    assert found.columns == BONE_AGENT
    return found.to_dicts()[0] if len(found) else None


@pytest.mark.parametrize(
    ("given", "begun_on", "is_denosumab"),
    [
        (["denosumab 2020-03-01", "Zometa 2020-04-01"], "2020-03-01", True),
        (["Ranmark 2020-03-01", "Zometa 2020-03-01"], "2020-03-01", False),
        (["pamidronate 2020-02-01", "denosumab 2020-03-01"], "2020-02-01", False),
    ],
)
def test_the_first_agent_is_what_was_begun_on_the_first_day(
    given: list[str], begun_on: str, is_denosumab: bool
) -> None:
    row = agent(*(care(*text.split()) for text in given))
    assert row is not None
    assert (row["begun_on"], row["is_denosumab"], row["is_first"]) == (day(begun_on), is_denosumab, True)


def test_who_had_none_has_no_row() -> None:
    assert agent(care("aciclovir", "2020-01-01")) is None


@pytest.mark.parametrize(("others", "begun_on"), [([], None), ([care("denosumab", "2020-03-01")], day("2020-03-01"))])
def test_one_begun_on_a_day_that_could_not_be_read_may_be_the_first(others: list[Row], begun_on: Any) -> None:
    row = agent(*others, refused_row=[lost("supportive_care", kind="Zometa")])
    assert row is not None
    assert (row["begun_on"], row["is_first"], row["clearance_ml_min"]) == (begun_on, False, None)


def test_patients_are_in_the_order_of_their_ids() -> None:
    patients = [WHO | {"patient_id": name} for name in "qprs"]
    given = [care("denosumab", "2020-03-01") | {"patient_id": name} for name in "sqpr"]
    rows = {name: frame.lazy() for name, frame in frames({"patients": patients, "supportive_care": given}).items()}
    assert bone_agents(given_care(rows), rows, load_edition()).collect()["patient_id"].to_list() == [*"pqrs"]


# at 68 a man of 60 kg with 1.0 mg/dL has (140 - 68) * 60 / 72 = 60 mL/min
WEIGHT, CREATININE = findings("2020-04-01", weight_kg="60"), [lab("2020-03-02", "creatinine", "1.0")]


@pytest.mark.parametrize(
    ("labs", "weight", "who", "clearance"),
    [
        (CREATININE, WEIGHT, {}, (60.0, 60.0)),
        (CREATININE, WEIGHT, {"sex": "F"}, (51.0, 51.0)),
        (CREATININE, WEIGHT, {"sex": None}, (51.0, 60.0)),
        (CREATININE, WEIGHT, {"birth_date": None}, (None, None)),
        (CREATININE, [], {}, (None, None)),
        (CREATININE, findings("2020-04-01", weight_kg="0"), {}, (None, None)),
        (CREATININE, findings("2020-04-02", weight_kg="60"), {}, (None, None)),  # 61 days
        ([*CREATININE, lab("2020-02-01", "creatinine", None)], WEIGHT, {}, (60.0, 60.0)),
        ([lab("2020-03-03", "creatinine", "1.0")], WEIGHT, {}, (None, None)),  # 31 days
        ([lab("2020-02-01", "creatinine", "0")], WEIGHT, {}, (None, None)),
        ([lab("2020-02-01", "creatinine", "1.0", ">=")], WEIGHT, {}, (0.0, 60.0)),
        ([lab("2020-02-01", "creatinine", "1.0", "<=")], WEIGHT, {}, (60.0, float("inf"))),
        ([*CREATININE, lab("2020-03-01", "creatinine_clearance", "80")], WEIGHT, {}, (80.0, 80.0)),
        ([*CREATININE, lab("2020-03-01", "creatinine_clearance", "80", ">=")], WEIGHT, {}, (80.0, float("inf"))),
    ],
)
def test_the_clearance_is_the_recorded_one_else_that_of_cockcroft_and_gault(
    labs: list[Row], weight: list[Row], who: Row, clearance: tuple[float | None, float | None]
) -> None:
    row = agent(care("denosumab", "2020-02-01"), labs=labs, findings=weight, who=WHO | who)
    assert row is not None
    assert (row["clearance_ml_min"], row["clearance_ml_min_max"]) == clearance
