"""Nights of a registry with every table: what is stored after each is what a first run on the same delivery stores."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from flows import steps
from flows.schema import carried_by, filled_by
from tests.flows.nights import rows_of
from tests.once import build
from transforms.intake.contracts import CONTRACTS

PLACES = ("source_file", "row_number")
FURTHER = (steps.outcomes, steps.models, steps.audit)
STORED = (
    *(table for table in carried_by("ingest") if table != "source_file"),
    *(table for step in ("derive", "outcomes", "models", "audit") for table in carried_by(step)),
    "patient_content",
)
SUMMARIES = {*filled_by("outcomes"), *filled_by("models")}  # of what is derived, however it came
READ = ("reread_patient", "patients")
Extract = dict[str, pl.DataFrame]


def read(folder: Path) -> Extract:
    return {table: pl.read_csv(folder / f"{table}.csv", infer_schema=False) for table in CONTRACTS}


def write(extract: Extract, folder: Path) -> Path:
    folder.mkdir()
    for table, rows in extract.items():
        rows.write_csv(folder / f"{table}.csv")
    return folder


def one_in(every: int) -> pl.Expr:
    """Some patients, whatever the order of rows; of a row without a readable patient, none."""
    return (pl.col("patient_id").str.extract(r"([0-9]+)$").cast(pl.Int64) % every == 0).fill_null(value=False)


def after_a_night(extract: Extract) -> Extract:
    """Results of some patients are withdrawn, responses of others corrected, some are gone, patients come in another
    order, and there is more that is refused."""
    other = pl.col("patient_id").str.reverse()
    night = {table: rows.filter(~one_in(17)) for table, rows in extract.items()}
    night["labs"] = night["labs"].filter(~(one_in(11) & (pl.col("analyte") == "albumin")))
    night["labs"] = night["labs"].sort(other, maintain_order=True)
    corrected = pl.when(one_in(13) & (pl.col("response") == "PR")).then(pl.lit("VGPR")).otherwise("response")
    night["assessments"] = night["assessments"].with_columns(corrected.alias("response"))
    night["assessments"] = night["assessments"].sort(other, maintain_order=True)
    refused = night["labs"].head(3).with_columns(patient_id=pl.Series(["nobody", "", "nobody"]))
    cells = night["labs"].slice(20, 2).with_columns(unit=pl.lit("furlongs"), collected_on=pl.lit("2020-02-02"))
    night["labs"] = pl.concat([night["labs"], refused, cells, night["labs"].slice(9, 2)])
    return night


@pytest.fixture
def first(synthetic: Path) -> tuple[Extract, Path]:
    """An extract and the database of its first run."""
    return read(synthetic / "extract"), synthetic / "registry.duckdb"


def test_every_table_after_a_whole_delivery_is_that_of_a_first_run(first: tuple[Extract, Path], tmp_path: Path) -> None:
    extract, last = first
    folder = write(after_a_night(extract), tmp_path / "in")
    went_on = rows_of(build(folder, tmp_path / "store", *FURTHER, last=last) / "registry.duckdb", STORED)
    new = rows_of(build(folder, tmp_path / "new", *FURTHER) / "registry.duckdb", STORED)
    before = rows_of(last, STORED)
    reread, patients = (rows_of(tmp_path / "store" / "registry.duckdb", (table,))[table] for table in READ)
    assert 0 < reread.height < 0.3 * patients.height  # the rest, and what was found of it, is carried over
    for table, rows in new.items():
        assert went_on[table].equals(rows), table
    moved = {table for table, rows in new.items() if not rows.equals(before[table])}
    assert {"data_check", "data_check_row", "quality_indicator_row", "agreement_review", "survival"} <= moved


def test_every_table_after_a_delivery_of_changes_is_that_of_a_first_run_but_for_the_places_of_rows(
    first: tuple[Extract, Path], tmp_path: Path
) -> None:
    extract, last = first
    changed = {table: rows.filter(one_in(7)) for table, rows in extract.items()}
    changed["labs"] = changed["labs"].filter(pl.col("analyte") != "calcium")
    removed = extract["patients"].filter(one_in(5) & ~one_in(7)).select("patient_id")
    gone = pl.col("patient_id").is_in(removed["patient_id"].implode())
    rest = {table: rows.filter(~one_in(7) & ~gone.fill_null(value=False)) for table, rows in extract.items()}
    folder = write(changed, tmp_path / "in")
    removed.write_csv(folder / "removed.csv")
    whole = write({table: pl.concat([rest[table], changed[table]]) for table in extract}, tmp_path / "whole")
    stored = tuple(table for table in STORED if table not in SUMMARIES)
    went_on = rows_of(build(folder, tmp_path / "store", steps.audit, last=last, delta=True) / "registry.duckdb", stored)
    new = rows_of(build(whole, tmp_path / "new", steps.audit) / "registry.duckdb", stored)
    for table in stored:
        ours, theirs = (
            rows.drop(PLACES, strict=False).sort(pl.all(), nulls_last=True) for rows in (went_on[table], new[table])
        )
        if table not in ("quarantine", "refused_row", "patient_text"):
            assert ours.equals(theirs), table
