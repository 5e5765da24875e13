"""Night after night: a store that goes on from its last run has what a new store of the same delivery has."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows import steps
from flows.config import Config
from flows.nightly.log import recall
from flows.nightly.runs import attach, is_readable
from flows.steps import DERIVED, Build
from flows.store import connect
from transforms.contracts import CONTRACTS, dtypes

NIGHTS = 5
LABS = ("serum_m_protein", "g/dL"), ("albumin", "g/dL"), ("beta2_microglobulin", "mg/L")


class Registry:
    """A few patients, of whom something becomes known every night."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.patients: dict[str, dict[str, list[str]]] = {}
        for _ in range(8):
            self.add()

    def add(self) -> None:
        name = f"P{len(self.patients) + self.random.randrange(10**6)}"
        day = date(2018, 1, 1) + timedelta(self.random.randrange(300))
        begun = day + timedelta(10)
        self.patients[name] = {
            "patients": [f"{name},{day},MM,alive,2023-01-01"],
            "treatments": [f"{name},1,bortezomib,{begun}"],
            "labs": [self._lab(name, begun + timedelta(28 * n)) for n in range(self.random.randrange(1, 9))],
        }

    def _lab(self, name: str, day: date) -> str:
        analyte, unit = self.random.choice((*LABS[:1], *LABS))
        unit = self.random.choice([unit] * 9 + ["furlongs"])
        return f"{name},{day},{analyte},{self.random.randrange(1, 60) / 10},{unit}"

    def night(self) -> None:
        """Some of: a new patient, late results, a correction, a deletion, two patients merged, a repeated row."""
        for change in self.random.sample((self.add, self._late, self._correct, self._delete, self._merge), 2):
            change()

    def _one(self) -> str:
        return self.random.choice(sorted(self.patients))

    def _late(self) -> None:
        name = self._one()
        self.patients[name]["labs"].insert(0, self._lab(name, date(2018, 6, 1) + timedelta(self.random.randrange(400))))
        self.patients[name]["labs"].append(f"{name},2019-01-05,serum_m_protein,0.1,g/dL")

    def _correct(self) -> None:
        labs = self.patients[self._one()]["labs"]
        if labs:
            place = self.random.randrange(len(labs))
            fields = labs[place].split(",")
            labs[place] = ",".join([*fields[:3], str(self.random.randrange(1, 60) / 10), fields[4]])

    def _delete(self) -> None:
        if len(self.patients) > 3:
            del self.patients[self._one()]

    def _merge(self) -> None:
        kept, other = self.random.sample(sorted(self.patients), 2)
        rows = self.patients.pop(other)["labs"]
        self.patients[kept]["labs"] += [row.replace(other, kept, 1) for row in rows]

    def write(self, folder: Path) -> Path:
        """The whole content, its rows in any order."""
        folder.mkdir()
        headers = {
            "patients": "patient_id,diagnosis_date,diagnosis,vital_status,last_contact_date",
            "treatments": "patient_id,line,drugs,start_date",
            "labs": "patient_id,collected_on,analyte,value,unit",
        }
        for table, header in headers.items():
            rows = [row for patient in self.patients.values() for row in patient[table]]
            self.random.shuffle(rows)
            (folder / f"{table}.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return folder


def _run(extract: Path, folder: Path, last: Path | None, *, full: bool = False) -> tuple[Path, dict]:
    folder.mkdir()
    build = Build(extract, folder, Config(), last, full)
    steps.ingest(build)
    changes = steps.find_changes(build)
    steps.derive(build)
    return build.database, changes


def _rows(database: Path, tables: tuple[str, ...] = DERIVED) -> dict[str, pl.DataFrame]:
    with connect(database, read_only=True) as connection:
        return {name: connection.sql(f"select * from {name} order by all").pl() for name in tables}


def _known(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[tuple]]:
    return {
        table: connection.execute(f"select {', '.join(dtypes(table))} from {database}.{table} order by all").fetchall()
        for table in CONTRACTS
    }


@pytest.mark.parametrize("seed", range(2))
def test_a_store_that_goes_on_from_its_last_run_equals_a_new_one_row_for_row(tmp_path: Path, seed: int) -> None:
    registry, last = Registry(seed), None
    for night in range(NIGHTS):
        extract = registry.write(tmp_path / f"in-{night}")
        database, said = _run(extract, tmp_path / f"store-{night}", last)
        new, _ = _run(extract, tmp_path / f"new-{night}", None)
        if night:
            assert said["mode"] == "incremental"
            assert said["patients"]["derived"] == said["patients"]["changed"] < len(registry.patients)
        expected = _rows(new, (*DERIVED, *CONTRACTS, "quarantine", "refused_row", "source_file", "patient_content"))
        for table, rows in _rows(database, tuple(expected)).items():
            assert rows.equals(expected[table]), (night, table)
        last = database
        registry.night()


def test_what_was_known_at_each_run_can_be_told_from_the_last_ones_log(tmp_path: Path) -> None:
    registry, last = Registry(seed=9), None
    stores = []
    for night in range(NIGHTS):
        last, _ = _run(registry.write(tmp_path / f"in-{night}"), tmp_path / f"store-{night}", last)
        stores.append(last)
        registry.night()
    for number, store in enumerate(stores, start=1):
        with connect(tmp_path / f"as-of-{number}.duckdb") as connection:
            attach(connection, last, "latest")
            if store != last:
                attach(connection, store, "earlier")
            for table in CONTRACTS:
                connection.execute(f"create table {table} as select * from latest.{table} limit 0")
            [(here,)] = connection.execute("select current_database()").fetchall()
            recall(connection, "latest", number)
            assert _known(connection, f'"{here}"') == _known(connection, "earlier" if store != last else "latest")


def test_an_unchanged_delivery_in_another_order_derives_nobody(tmp_path: Path) -> None:
    registry = Registry(seed=5)
    last, first = _run(registry.write(tmp_path / "in-1"), tmp_path / "store-1", None)
    database, said = _run(registry.write(tmp_path / "in-2"), tmp_path / "store-2", last)
    assert (first["mode"], said["mode"]) == ("full", "incremental")
    assert said["patients"] == {"changed": 0, "derived": 0, "carried": 8, "removed": 0}
    for table, rows in _rows(database).items():
        assert rows.equals(_rows(last)[table]), table


def test_all_are_derived_where_it_is_asked_for_or_the_settings_are_others(tmp_path: Path) -> None:
    registry = Registry(seed=5)
    extract = registry.write(tmp_path / "in")
    last, _ = _run(extract, tmp_path / "store-1", None)
    _, asked = _run(extract, tmp_path / "store-2", last, full=True)
    assert (asked["mode"], asked["patients"]["derived"], asked["patients"]["changed"]) == ("full", 8, 0)
    (tmp_path / "store-3").mkdir()
    build = Build(extract, tmp_path / "store-3", Config("imwg2016"), last)
    steps.ingest(build)
    said = steps.find_changes(build)
    assert (said["because"], said["patients"]["derived"]) == ("the edition is another", 8)


def test_all_are_derived_where_the_rules_or_the_transforms_are_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extract = Registry(seed=5).write(tmp_path / "in")
    last, _ = _run(extract, tmp_path / "store-1", None)
    monkeypatch.setattr("flows.nightly.runs.ROOMS", ("rules",))
    _, said = _run(extract, tmp_path / "store-2", last)
    assert (said["because"], said["patients"]["derived"]) == ("the rules or the transforms are others", 8)


def test_a_store_of_another_version_or_a_damaged_one_is_not_gone_on_from(tmp_path: Path) -> None:
    with connect(tmp_path / "other.duckdb") as connection:
        connection.execute("create table patients (patient_id varchar)")
    (tmp_path / "damaged.duckdb").write_bytes(b"x" * 5000)
    assert not is_readable(tmp_path / "other.duckdb")
    assert not is_readable(tmp_path / "damaged.duckdb")
