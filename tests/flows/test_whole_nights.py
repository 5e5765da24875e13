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
OF_PLACES = {"quarantine", "refused_row", "patient_text"}  # whose rows say where something stands, and little else
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
    return (pl.col("patient_id").str.extract(r"^P([0-9]+)$").cast(pl.Int64) % every == 0).fill_null(value=False)


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


def changes_of(night: Extract, before: Extract) -> Extract:
    """Of a night only the patients who have other rows than before, and rows of none that are new."""
    new, gone = (
        {table: others(rows, than[table]) for table, rows in of.items()}
        for of, than in ((night, before), (before, night))
    )
    other = pl.concat(rows.select("patient_id") for of in (new, gone) for rows in of.values()).unique()
    return {
        table: pl.concat(
            [rows.join(other, on="patient_id", how="semi"), new[table].filter(pl.col("patient_id").is_null())]
        )
        for table, rows in night.items()
    }


def others(rows: pl.DataFrame, than: pl.DataFrame) -> pl.DataFrame:
    """Rows that are not there, or not as often."""
    counted, there = rows.group_by(pl.all()).len(), than.group_by(pl.all()).len()
    return counted.join(there, on=counted.columns, how="anti", nulls_equal=True).drop("len")


@pytest.fixture(scope="module")
def first(synthetic: Path) -> tuple[Extract, Path]:
    """An extract and the database of its first run."""
    return read(synthetic / "extract"), synthetic / "registry.duckdb"


@pytest.fixture(scope="module")
def new(first: tuple[Extract, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the extract `in` after a night, and what a first run makes of it."""
    folder = tmp_path_factory.mktemp("new")
    return build(write(after_a_night(first[0]), folder / "in"), folder, *FURTHER)


def test_every_table_after_a_whole_delivery_is_that_of_a_first_run(
    first: tuple[Extract, Path], new: Path, tmp_path: Path
) -> None:
    last = first[1]
    database = build(new / "in", tmp_path / "store", *FURTHER, last=last) / "registry.duckdb"
    went_on, before = rows_of(database, STORED), rows_of(last, STORED)
    reread, patients = (rows_of(database, (table,))[table] for table in READ)
    assert 0 < reread.height < 0.3 * patients.height  # the rest, and what was found of it, is carried over
    expected = rows_of(new / "registry.duckdb", STORED)
    assert [table for table, rows in expected.items() if not went_on[table].equals(rows)] == []
    moved = {table for table, rows in expected.items() if not rows.equals(before[table])}
    assert {"data_check", "data_check_row", "quality_indicator_row", "agreement_review", "survival"} <= moved


def test_every_table_after_a_delivery_of_changes_is_that_of_a_first_run_but_for_the_places_of_rows(
    first: tuple[Extract, Path], new: Path, tmp_path: Path
) -> None:
    extract, last = first
    night = read(new / "in")
    changed = changes_of(night, extract)
    assert changed["patients"].height < 0.3 * night["patients"].height
    folder = write(changed, tmp_path / "in")
    removed = extract["patients"].join(night["patients"], on="patient_id", how="anti").select("patient_id")
    removed.write_csv(folder / "removed.csv")
    stored = tuple({*STORED} - SUMMARIES - OF_PLACES)
    database = build(folder, tmp_path / "store", steps.audit, last=last, delta=True) / "registry.duckdb"
    ours, theirs = (
        {
            table: rows.drop(PLACES, strict=False).sort(pl.all(), nulls_last=True)
            for table, rows in rows_of(of, stored).items()
        }
        for of in (database, new / "registry.duckdb")
    )
    assert [table for table, rows in theirs.items() if not ours[table].equals(rows)] == []
