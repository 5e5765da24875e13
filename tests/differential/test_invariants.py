"""What must hold of every verdict, whatever the history.

A visit's `limited_by` and `possible_response` are promises to the registry: do this test, and the response lies between
what is given now and what is possible. `promises.py` keeps them, to see whether they hold.
"""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from importlib import resources
from random import Random
from typing import Any

import polars as pl
import pytest

from rules.categories import CATEGORIES
from rules.criterion import load_edition
from rules.quantities import QUANTITIES
from tests.differential.agreement import derived, frames
from tests.differential.histories import Registry, Row, registry
from tests.differential.promises import broken_promises, promises, together
from transforms.baselines import baselines
from transforms.derive import derive
from transforms.intake.contracts import dtypes
from transforms.intake.parsing import validated
from transforms.lines import lines
from transforms.results import results

EDITIONS = ["jsh2023", "imwg2016"]


@pytest.mark.parametrize(("edition", "seed"), [("jsh2023", 2), ("imwg2016", 3)])
def test_a_missing_test_that_is_supplied_keeps_what_limited_by_promised(edition: str, seed: int) -> None:
    rng = Random(seed)
    broken = broken_promises(rng, registry(rng, 100), edition)
    assert not broken, "\n".join(broken[:20])


def test_supplying_what_was_missing_often_decides_something() -> None:
    rng = Random(1)
    made = registry(rng, 150)
    kept = list(promises(rng, made, "jsh2023"))
    assert {test for _, test, _ in kept} >= {"marrow", "clonal_plasma_cells", "light_chain", "plasmacytoma"}
    after = derived(together([patient for _, _, patient in kept], made), "jsh2023")["visits"]
    before = pl.DataFrame([visit for visit, _, _ in kept], infer_schema_length=None)
    both = before.join(after, on=["patient_id", "line", "visit_date"])
    better = both.filter(pl.col("response") != pl.col("response_right"), pl.col("response_right") != "PD")
    assert better.height > len(kept) / 20


def _assert_same(table: str, left: pl.DataFrame, right: pl.DataFrame) -> None:
    order = [column for column, dtype in left.schema.items() if not isinstance(dtype, pl.List)]
    assert left.sort(order).equals(right.sort(order)), table


# Millimoles on both sides of 11.5 mg/dL.
MMOL_CALCIUM = ["2.25", "2.62", "2.86", "2.87", "3.00", "3.24"]
CREATININE = ["1", "2", "11"]  # 88.5, 177 and 973.5 µmol/L


def _units() -> dict[str, dict[str, Decimal]]:
    """Accepted units of each analyte as the table writes them, with the exact factor to the canonical one."""
    text = (resources.files("rules") / "intake" / "units.toml").read_text(encoding="utf-8")
    conversions = tomllib.loads(text, parse_float=Decimal)
    return {
        name: {unit: Decimal(by) for conversion in found.conversions for unit, by in conversions[conversion].items()}
        for name, found in QUANTITIES.items()
    }


def _reported(rng: Random, row: Row, units: dict[str, Decimal]) -> dict[str, str | None]:
    """A lab row as a file's text, in one of the units in which its figures are decimals of at most nine places."""
    figures = {name: row[name] for name in ("value", "ref_high") if row.get(name) is not None}
    cells: dict[str, Any] = dict(row)
    if figures:
        exact = [
            unit
            for unit, factor in units.items()
            if all(round(round(figure / factor, 9) * factor, 12) == figure for figure in figures.values())
        ]
        cells["unit"] = rng.choice(exact)
        factor = units[cells["unit"]]
        cells |= {name: f"{round(figure / factor, 9).normalize():f}" for name, figure in figures.items()}
    if cells.get("comparator") and rng.random() < 0.5:  # "<0.5" is read like "<" beside 0.5
        cells |= {"value": cells["comparator"] + cells["value"], "comparator": None}
    return {
        name: None if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell)
        for name, cell in cells.items()
    }


def _read(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    """Labs as the job reads them from text; every row has to be accepted."""
    text = pl.DataFrame({name: pl.Series([row.get(name) for row in rows], dtype=pl.String) for name in dtypes("labs")})
    accepted, refused, *_ = validated("labs", text.with_columns(pl.int_range(1, pl.len() + 1).alias("row_number")))
    assert refused.is_empty(), refused.select("column", "rule").unique()
    return accepted.drop("row_number")


def test_the_unit_that_a_laboratory_reports_in_changes_nothing() -> None:
    rng, units = Random(4), _units()
    made = registry(rng, 60)
    for row in made["labs"]:
        if row["analyte"] == "calcium":
            row["value"] = Decimal(rng.choice(MMOL_CALCIUM)) * 4
    made["labs"] += [
        {"patient_id": "P0000", "collected_on": date(2020, 1, 1), "analyte": "creatinine", "value": Decimal(figure)}
        for figure in CREATININE
    ]
    canonical = {name: {unit: factor for unit, factor in of.items() if factor == 1} for name, of in units.items()}
    plain = _read([_reported(rng, row, canonical.get(row["analyte"], {})) for row in made["labs"]]).drop("unit")
    mixed = _read([_reported(rng, row, units.get(row["analyte"], {})) for row in made["labs"]]).drop("unit")
    assert plain.equals(mixed)
    labs = frames(made)["labs"].schema
    mixed = mixed.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in labs.items() if name not in mixed)
    found = derive(frames(made) | {"labs": mixed}, load_edition())
    for table, frame in derived(made, "jsh2023").items():
        _assert_same(table, frame, found[table])


def _is_inexact(column: str) -> str:
    return f"{column} IS NULL OR {column} <> {column}_max"


# Why a test may be named, in what the visit and the line's baseline show.
NAMED_BECAUSE = {
    "serum_m_protein": _is_inexact("serum_m_g_dl"),
    "urine_m_protein": _is_inexact("urine_m_mg_24h"),
    # no ratio can be determined of two chains that are both below detection
    "flc_kappa": _is_inexact("kappa_mg_l") + " OR kappa_mg_l_max + lambda_mg_l_max = 0",
    "flc_lambda": _is_inexact("lambda_mg_l") + " OR kappa_mg_l_max + lambda_mg_l_max = 0",
    "serum_immunofixation": "serum_immunofixation_positive IS NULL",
    "urine_immunofixation": "urine_immunofixation_positive IS NULL",
    "light_chain": "involved_chain IS NULL",
    "marrow": "marrow_percent IS NULL OR latest_marrow_percent IS NULL OR has_inexact_marrow",
    "clonal_plasma_cells": "latest_marrow_clonal IS NULL",
    # a calcium that is due to the myeloma, and it or the one before it is not high as it stands
    "albumin": "calcium_attributed AND least(corrected_calcium_mg_dl, corrected_calcium_before_mg_dl) < 11.5",
    # gone since a new one was seen: only a later size can tell
    "plasmacytoma": "latest_plasmacytoma_mm2 IS NULL OR ever_new",
    "baseline_serum_m_protein": _is_inexact("serum_m_baseline_g_dl"),
    "baseline_urine_m_protein": _is_inexact("urine_m_baseline_mg_24h"),
    "baseline_flc_kappa": _is_inexact("kappa_baseline_mg_l") + " OR no_ratio",
    "baseline_flc_lambda": _is_inexact("lambda_baseline_mg_l") + " OR no_ratio",
    "baseline_marrow": _is_inexact("marrow_baseline_percent"),
}


Judged = tuple[str, Registry, dict[str, pl.DataFrame]]


@pytest.fixture(scope="module", params=EDITIONS)
def judged(request: pytest.FixtureRequest) -> Judged:
    """An edition, the registries of a few seeds in one, and what is derived of them."""
    made = of_seeds(3, 100)
    return request.param, made, derived(made, request.param)


def of_seeds(seeds: int, patients: int) -> Registry:
    several = [
        {table: [row | {"patient_id": f"{seed}-{row['patient_id']}"} for row in rows] for table, rows in made.items()}
        for seed, made in ((seed, registry(Random(seed), patients)) for seed in range(seeds))
    ]
    return together(several, several[0])


def test_a_visit_is_limited_only_by_what_is_missing_or_inexact(judged: Judged) -> None:
    edition, made, found = judged
    tables = {name: table.lazy() for name, table in frames(made).items()}
    tests = results(*(tables[name] for name in ("labs", "marrow", "imaging", "patients")))
    before = baselines(lines(tables["treatments"]), tests, tables["patients"], load_edition(edition)).collect()
    by = ["patient_id", "line"]
    both_chains = pl.col("kappa_baseline_mg_l_max") + pl.col("lambda_baseline_mg_l_max")
    inexact = pl.col("plasma_cell_percent_comparator").is_not_null().any()
    marrow = tables["marrow"].group_by("patient_id").agg(has_inexact_marrow=inexact).collect()
    known = [name for name in before.columns if "_baseline_" in name and name not in found["visit_evidence"].columns]
    named = (
        found["visits"]
        .select(*by, "visit_date", "limited_by")
        .join(found["visit_evidence"], on=[*by, "visit_date"])
        .join(before.select(*by, *known, no_ratio=both_chains == 0), on=by)
        .join(marrow, on="patient_id", how="left")
        .with_columns(ever_new=pl.col("new_plasmacytoma").fill_null(value=False).cum_max().over(by))
        .explode("limited_by")
        .drop_nulls("limited_by")
    )
    assert set(named["limited_by"]) <= NAMED_BECAUSE.keys()
    holds = {test: pl.sql_expr(because).fill_null(value=False) for test, because in NAMED_BECAUSE.items()}
    without_cause = [named.filter(pl.col("limited_by") == test, ~because) for test, because in holds.items()]
    assert pl.concat(without_cause)["limited_by"].value_counts().rows() == []


def test_confirmation_only_ever_takes_away(judged: Judged) -> None:
    visits = judged[2]["visits"]
    height = {name: CATEGORIES.index(name) for name in CATEGORIES}
    response, confirmed = (pl.col(name).replace_strict(height) for name in ("response", "confirmed_response"))
    is_progression = pl.col("response") == "PD"
    assert visits.filter(~is_progression, confirmed > response).is_empty()
    assert visits.filter(is_progression, ~pl.col("confirmed_response").is_in(["PD", "SD"])).is_empty()
    assert visits.filter((pl.col("response") == "NE") != (pl.col("confirmed_response") == "NE")).is_empty()


def test_the_best_response_of_a_line_never_worsens(judged: Judged) -> None:
    found = judged[2]
    best = pl.col("best_response").replace_strict({name: CATEGORIES.index(name) for name in CATEGORIES})
    by = ["patient_id", "line"]
    assert found["visits"].filter(best < best.shift().over(by)).is_empty()
    last = found["visits"].group_by(by, maintain_order=True).agg(so_far=pl.col("best_response").last())
    both = found["lines"].join(last, on=by, how="left")
    assert both.filter(pl.col("so_far").ne_missing(pl.col("best_response"))).is_empty()


def test_progression_and_nothing_else_has_reasons(judged: Judged) -> None:
    visits = judged[2]["visits"]
    has_reasons = pl.col("progression_reasons").list.len() > 0
    assert visits.filter((pl.col("response") == "PD") != has_reasons).is_empty()
    assert visits.filter(has_reasons, pl.col("limited_by").list.len() > 0).is_empty()
    assert visits.filter(pl.col("progression_reasons") != pl.col("progression_reasons").list.sort()).is_empty()
    decided = pl.col("response").is_in(["NE", "SD"]) == (pl.col("clauses").list.len() == 0)
    assert visits.filter(~decided).is_empty()
