"""Keep the promise of `limited_by`: supply a test that a visit lacks, and see where the response then lies.

Results are chosen to be the best, the worst, or exactly at a limit of what the visit is judged by; what is recorded
as ">x" is supplied as something above x.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import polars as pl

from rules.categories import CATEGORIES
from rules.criterion import load_edition
from tests.differential.agreement import derived, frames
from tests.differential.histories import FLC, MARROW, SERUM, SIZE, URINE, Registry, Row
from tests.differential.smallest import of_patients
from transforms.lines import lines
from transforms.results import assessment_dates
from transforms.visits import visit_dates

HEIGHT = {name: max(0, CATEGORIES.index(name) - CATEGORIES.index("SD")) for name in CATEGORIES}  # NE and SD: the bottom
VALUES = {"serum_m_protein": SERUM, "urine_m_protein": URINE, "flc_kappa": FLC, "flc_lambda": FLC}
FRACTIONS = ["0", "0.1", "0.25", "0.5", "0.75", "1"]  # of an earlier value: what falls are judged by


def _dates_of_visits(made: Registry, edition: str) -> dict[tuple[str, date], set[date]]:
    tables = {name: frame.lazy() for name, frame in frames(made).items()}
    dates = assessment_dates(*(tables[name] for name in ("labs", "marrow", "imaging", "patients")))
    found = visit_dates(dates, lines(tables["treatments"]), load_edition(edition)).collect()
    by_visit = found.group_by("patient_id", "visit_date").agg("date")
    return {(who, visit): set(days) for who, visit, days in by_visit.iter_rows()}


def _supply(rng: Random, own: Registry, visit: Row, test: str, of_visit: Collection[date]) -> bool:
    """Add the result of one test that the visit lacks; False where what is recorded leaves nothing to supply."""
    is_baseline, name = test.startswith("baseline_"), test.removeprefix("baseline_")
    start = visit["start_date"]
    on = start if is_baseline else visit["visit_date"]
    who = {"patient_id": visit["patient_id"]}
    if name == "light_chain":
        own["patients"][0]["light_chain"] = rng.choice(["kappa", "lambda"])
    elif name in VALUES:
        days = [start - timedelta(days=back) for back in range(91)] if is_baseline else of_visit
        return _supply_figure(rng, own, name, on, days)
    elif name.endswith("_immunofixation"):
        result = rng.choice(["positive", "negative", "negative"])
        own["labs"].append(who | {"collected_on": on, "analyte": name, "result": result})
    elif name == "marrow":
        # CR looks at the line's latest marrow: one that it already has isn't missing, unless marrow is followed.
        is_any = is_baseline or visit["measurable_by"] == "marrow"
        _, percent, clonal = (on, Decimal(0), None) if is_any else _marrow_of_cr(own, visit)
        figure = rng.choice([value for value in map(Decimal, MARROW) if percent < 5 or value >= 5])
        own["marrow"].append(who | {"collected_on": on, "plasma_cell_percent": figure, "clonal_plasma_cells": clonal})
    elif name == "clonal_plasma_cells":
        on, told = _marrow_of_cr(own, visit)[0], rng.choice(["detected", "not_detected", "not_detected"])
        own["marrow"].append(who | {"collected_on": on, "clonal_plasma_cells": told})
    elif name == "albumin":  # of a calcium that is due to the myeloma
        figure = Decimal(rng.choice(["2", "3.9", "4", "5"]))
        own["labs"].append(who | {"collected_on": on, "analyte": name, "value": figure, "comparator": None})
    elif name == "plasmacytoma":
        own["imaging"].append(who | {"performed_on": on, "plasmacytoma_spd_mm2": Decimal(rng.choice(SIZE))})
    else:
        raise AssertionError(f"{test} limits a response, and this test can't supply it")
    return True


def _marrow_of_cr(own: Registry, visit: Row) -> tuple[date, Decimal, str | None]:
    """Date, percent and clonality of the marrow that CR looks at; the visit's date, 0 and null where there is none."""
    until = visit["visit_date"] + timedelta(days=30)
    last = min(until, visit["next_line_start"] or until)
    figures = [(row["collected_on"], row.get("plasma_cell_percent")) for row in own["marrow"]]
    seen = [(on, figure) for on, figure in figures if figure is not None and visit["start_date"] < on <= last]
    on, percent = max(seen, default=(visit["visit_date"], Decimal(0)))
    told = [row.get("clonal_plasma_cells") for row in own["marrow"] if row["collected_on"] == on]
    return on, percent, min((clonal for clonal in told if clonal), default=None)


def _supply_figure(rng: Random, own: Registry, name: str, on: date, days: Collection[date]) -> bool:
    in_beta = own["patients"][0].get("m_protein_in_beta")
    analyte = "iga" if in_beta and name == "serum_m_protein" else name
    known = [row for row in own["labs"] if row["analyte"] == analyte and row["value"] is not None]
    here = [row for row in known if row["collected_on"] in days]
    above = Decimal(-1)
    if here:  # recorded, but not exactly: what is supplied has to agree with it
        last = max(row["collected_on"] for row in here)
        said = [row for row in here if row["collected_on"] == last]
        if not all(row["comparator"] in (">", ">=") for row in said):
            return False
        on, above = last, max(row["value"] for row in said)
    scaled = [row["value"] * Decimal(part) for row in known for part in FRACTIONS]
    figures = [value for value in [*map(Decimal, VALUES[name]), *scaled, above + 1, 10 * above] if value > above]
    value = rng.choice([min(figures), max(figures), *figures])
    row = {"patient_id": own["patients"][0]["patient_id"], "collected_on": on, "analyte": analyte, "value": value}
    own["labs"].append(row | {"comparator": None})
    return True


def promises(rng: Random, made: Registry, edition: str) -> Iterator[tuple[Row, str, Registry]]:
    """For one visit of every patient who has one with a test missing: the visit, the test, the patient with it."""
    found = derived(made, edition)
    joined = found["visits"].join(
        found["lines"].select("patient_id", "line", "start_date", "next_line_start", "measurable_by"),
        on=["patient_id", "line"],
    )
    dates, own = _dates_of_visits(made, edition), of_patients(made)
    for rows in joined.filter(pl.col("limited_by").list.len() > 0).partition_by("patient_id"):
        visit = rng.choice(rows.to_dicts())
        test, patient = rng.choice(visit["limited_by"]), deepcopy(own[visit["patient_id"]])
        if _supply(rng, patient, visit, test, dates[visit["patient_id"], visit["visit_date"]]):
            yield visit, test, patient


def together(patients: list[Registry], like: Registry) -> Registry:
    """One registry of all these patients."""
    return {name: [row for patient in patients for row in patient[name]] for name in like}


def broken_promises(rng: Random, made: Registry, edition: str) -> list[str]:
    """One line per promise that is not kept; a result that is itself progression proves nothing."""
    kept = list(promises(rng, made, edition))
    after = derived(together([patient for _, _, patient in kept], made), edition)["visits"]
    key = ["patient_id", "line", "visit_date"]
    verdicts = {tuple(row[name] for name in key): row for row in after.to_dicts()}
    broken = []
    for visit, test, _ in kept:
        now = verdicts[tuple(visit[name] for name in key)]
        if now["response"] == "PD":
            continue
        least, most = HEIGHT[visit["response"]], HEIGHT[visit["possible_response"]]
        if not least <= HEIGHT[now["response"]] <= HEIGHT[now["possible_response"]] <= most:
            said = f"{visit['response']} to {visit['possible_response']}"
            broken.append(
                f"{visit['patient_id']} {visit['line']} {visit['visit_date']} {test}: {said}, "
                f"then {now['response']} to {now['possible_response']}"
            )
    return broken
