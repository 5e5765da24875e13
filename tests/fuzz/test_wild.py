"""Wild but valid extracts: what they are made of, and a handful driven through every command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random

import duckdb
import pytest

from flows.intake.ingest import ingest
from tests.fuzz import driving, wild
from tests.fuzz.driving import drive, faults_of
from transforms.intake.contracts import CONTRACTS, codes, dtypes, required

# Small ones, found by what they hold: which seed makes them changes with the contract.
KINDS: dict[str, Callable[[wild.Extract], bool]] = {  # `make fuzz` drives every other kind
    "some patients of odd names, every table": lambda made: (
        len(made) == len(CONTRACTS) and len(made["patients"]) > 2 and made["patients"][0]["patient_id"] in wild.NAMES
    ),
}
MOST_ROWS = 300


def seed_of(kind: str) -> int:
    """The first seed that makes a small extract of the kind."""

    def is_small(made: wild.Extract) -> bool:
        return sum(map(len, made.values())) < MOST_ROWS

    made = ((seed, wild.extract(Random(seed))) for seed in count())
    return next(seed for seed, found in made if is_small(found) and KINDS[kind](found))


def test_the_same_seed_makes_the_same_extract() -> None:
    assert wild.extract(Random(5)) == wild.extract(Random(5)) != wild.extract(Random(6))


def test_every_code_of_the_contract_comes_and_every_table_is_absent_at_times() -> None:
    seen, absent = Counter[tuple[str, str, str]](), Counter[str]()
    for seed in range(60):
        made = wild.extract(Random(seed))
        absent.update(set(CONTRACTS) - set(made))
        seen.update((table, name, row[name]) for table, rows in made.items() for row in rows for name in row)
    for table in CONTRACTS:
        assert table == "patients" or absent[table] >= 3, table
        for name in dtypes(table):
            for code in codes(table, name):
                assert seen[table, name, code], (table, name, code)
            assert seen[table, name, ""] or name in required(table), (table, name)


def test_rows_are_refused_for_being_repeats_only(tmp_path: Path) -> None:
    connection = duckdb.connect()
    ingested = ingest(wild.write_extract(tmp_path / "in", wild.joined(Random(2), 25)), connection)
    rules = Counter(rule for (rule,) in connection.execute("select rule from quarantine").fetchall())
    assert set(rules) <= {"duplicate", "repeated_patient_id", "unknown_patient"}
    assert rules.total() < sum(file.rows_read for file in ingested.files) / 5


@pytest.mark.servers  # in a process of its own, which is ended where it hangs
def test_some_wild_extracts_pass_through_every_command() -> None:
    for seed, found in drive(map(seed_of, KINDS), processes=1):
        assert not found, (seed, found)


def test_a_fault_is_seen_told_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("rows share a key; this is a mistake of the program")

    monkeypatch.setattr("flows.steps.find_changes", fails)
    monkeypatch.setattr(driving, "KEPT", tmp_path / "kept")
    found = faults_of(1, tmp_path)
    assert len(found) == 1
    assert found[0].startswith("run: RuntimeError at ")
    driving.keep(1, tmp_path, found)
    assert (tmp_path / "kept" / "wild-1" / "first" / "patients.csv").is_file()
