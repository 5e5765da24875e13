"""Nights of which only the changed patients' rows are read: every table in is what a reading of all gives."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows import steps
from flows.job import Job
from flows.sample import write_sample
from flows.schema import carried_by
from tests.flows.nights import rows_of
from transforms.intake.contracts import CONTRACTS, dtypes
from transforms.intake.parsing import ids_read, validated

STORED = carried_by("ingest")
PATIENTS = 25
TABLES = ("patients", "treatments", "labs", "marrow")  # the others are read as the last one is
Lines = dict[str, list[str]]  # a file's header and rows by its table


def read(folder: Path) -> Lines:
    return {table: (folder / f"{table}.csv").read_text(encoding="utf-8").splitlines() for table in TABLES}


def write(lines: Lines, folder: Path) -> Path:
    folder.mkdir()
    for table, rows in lines.items():
        (folder / f"{table}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def whose(row: str) -> str:
    return row.split(",", maxsplit=1)[0]


def of(rows: list[str], patient: str) -> list[int]:
    return [place for place, row in enumerate(rows) if place and whose(row) == patient]


def withdraw(lines: Lines, patient: str, chance: random.Random) -> None:
    places = {place for place in of(lines["labs"], patient) if chance.random() < 0.3}
    lines["labs"] = [row for place, row in enumerate(lines["labs"]) if place not in places]


def leave(lines: Lines, patient: str, chance: random.Random) -> None:
    for table, rows in lines.items():
        lines[table] = [row for row in rows if whose(row) != patient]


def become_unknown(lines: Lines, patient: str, chance: random.Random) -> None:
    lines["patients"] = [row for row in lines["patients"] if whose(row) != patient]


def come_twice(lines: Lines, patient: str, chance: random.Random) -> None:
    for table in ("patients", "labs"):
        rows = lines[table]
        rows += [rows[place] for place in of(rows, patient)[:2]]


def be_spelled(lines: Lines, patient: str, chance: random.Random) -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in patient)
    for table in ("treatments", "labs"):
        for place in of(lines[table], patient)[::2]:
            lines[table][place] = lines[table][place].replace(patient, chance.choice([wide, f" {patient} "]), 1)


def be_misread(lines: Lines, patient: str, chance: random.Random) -> None:
    for place in of(lines["labs"], patient)[:4]:
        lines["labs"][place] = chance.choice(["soon", "furlongs", "８．５"]).join(
            lines["labs"][place].rsplit(
                chance.choice([cell for cell in lines["labs"][place].split(",")[1:] if cell]), 1
            )
        )


def arrive(lines: Lines, patient: str, chance: random.Random) -> None:
    for rows in lines.values():
        rows[1:1] = [rows[place].replace(patient, f"{patient}-2", 1) for place in of(rows, patient)]


def be_damaged(lines: Lines, patient: str, chance: random.Random) -> None:
    rows = lines["labs"]
    rows[5:5] = [
        f"{patient},a line,of two",
        rows[1].replace(whose(rows[1]), "", 1),
        rows[1].replace(whose(rows[1]), "#N/A", 1),
    ]


CHANGES: tuple[Callable[[Lines, str, random.Random], None], ...] = (
    withdraw,
    leave,
    become_unknown,
    come_twice,
    be_spelled,
    be_misread,
    arrive,
    be_damaged,
)


def ingested(extract: Path, folder: Path, last: Path | None = None) -> Path:
    folder.mkdir()
    job = Job(extract, folder, folder=folder, last=last)
    steps.ingest(job)
    steps.find_changes(job)
    return job.database


@pytest.fixture
def only_changed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each run that goes on from another, whether it read only what changed."""
    said: list[bool] = []
    read_changed = steps.read_changed

    def noting(*given: object) -> bool:
        said.append(read_changed(*given))  # type: ignore[arg-type]
        return said[-1]

    monkeypatch.setattr(steps, "read_changed", noting)
    return said


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An extract of some of the tables, and the database that was read of it."""
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder / "whole", PATIENTS, 7)
    return write(read(folder / "whole"), folder / "in"), ingested(folder / "in", folder / "store")


def test_after_every_night_the_tables_in_are_those_of_a_reading_of_all_whatever_the_order_of_patients(
    sample: tuple[Path, Path], tmp_path: Path, only_changed: list[bool]
) -> None:
    lines, last, chance = read(sample[0]), sample[1], random.Random(0)
    for rows in lines.values():
        rows[1:] = sorted(rows[1:], key=lambda row: whose(row)[::-1])
    for night, changes in enumerate((CHANGES[::2], CHANGES[1::2])):
        for change in changes:
            change(lines, whose(chance.choice(lines["patients"][1:])), chance)
        extract = write(lines, tmp_path / f"in {night}")
        next_one, new = (
            ingested(extract, tmp_path / f"{name} {night}", before) for name, before in (("next", last), ("new", None))
        )
        ours, theirs = (rows_of(of, (*STORED, "patient_content")) for of in (next_one, new))
        assert [table for table, rows in theirs.items() if not ours[table].equals(rows)] == [], night
        last = next_one
    assert only_changed == [True] * 2


def test_where_a_value_swallowed_rows_all_is_read(
    sample: tuple[Path, Path], tmp_path: Path, only_changed: list[bool]
) -> None:
    lines = read(sample[0])
    swallowing = lines["labs"][9].split(",")
    swallowing[3] = f'"{lines["labs"][10]}\n{lines["labs"][11]}"'
    lines["labs"][9] = ",".join(swallowing)
    last = ingested(write(lines, tmp_path / "a"), tmp_path / "last")
    withdraw(lines, whose(lines["labs"][-1]), random.Random(0))
    database = ingested(write(lines, tmp_path / "b"), tmp_path / "next", last)
    assert only_changed == [False]
    assert "line_break" in rows_of(database, ("quarantine",))["quarantine"]["rule"]


def test_a_row_that_swallowed_others_in_a_column_no_one_reads_is_refused_and_is_a_row_again_without(
    sample: tuple[Path, Path], tmp_path: Path, only_changed: list[bool]
) -> None:
    lines = read(sample[0])
    lines["labs"] = [f"{lines['labs'][0]},note", *(f"{row},x" for row in lines["labs"][1:])]
    swallowing = {**lines, "labs": list(lines["labs"])}
    swallowing["labs"][9] = f'{lines["labs"][9][:-1]}"x\n{lines["labs"][10]}"'
    last: Path | None = None
    for night, given in enumerate((lines, swallowing, lines)):
        extract = write(given, tmp_path / f"in {night}")
        last, new = ingested(extract, tmp_path / f"next {night}", last), ingested(extract, tmp_path / f"new {night}")
        ours, theirs = rows_of(last, STORED), rows_of(new, STORED)
        assert [table for table, rows in theirs.items() if not ours[table].equals(rows)] == [], night
    assert only_changed == [True] * 2


def test_a_file_that_is_read_otherwise_than_before_is_read_whole(
    sample: tuple[Path, Path], tmp_path: Path, only_changed: list[bool]
) -> None:
    extract = write(read(sample[0]), tmp_path / "in")
    for name, says in {"where": "where = { analyte = 'albumin' }", "units": "units = { x = 'g/dL' }"}.items():
        (extract / "registry.toml").write_text(f"[tables.labs]\n{says}\n", encoding="utf-8")
        labs = rows_of(ingested(extract, tmp_path / name, sample[1]), ("labs",))["labs"]
        assert (labs["analyte"].n_unique() == 1) is (name == "where")
    assert True not in only_changed


@pytest.mark.parametrize("table", CONTRACTS)
def test_an_id_is_read_as_in_any_table(table: str) -> None:
    texts = pl.Series(
        ["P1", " P1\t", "Ｐ１", "", "  ", "#N/A", "P\u30001", "\u3000P1", "P-1", "P−1", "P\x001", "x" * 20_000]
    )
    columns = [pl.lit(None, pl.String).alias(name) for name in dtypes(table) if name != "patient_id"]
    rows = pl.DataFrame({"patient_id": texts}).with_row_index("row_number", 1).with_columns(columns)
    rows = rows.select(pl.col("row_number").cast(pl.Int64), *dtypes(table))
    accepted, _, _, refused = validated(table, rows)
    named = pl.concat([each.select("row_number", "patient_id") for each in (accepted, refused)]).sort("row_number")
    ids = ids_read(texts)
    assert (
        texts.to_frame("text")
        .join(ids, on="text", how="left", maintain_order="left")["patient_id"]
        .equals(named["patient_id"])
    )
