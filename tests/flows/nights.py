"""A made-up registry of a few patients, with news every night, and runs over what it delivers."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from flows import steps
from flows.database import connect
from flows.job import Job
from flows.schema import filled_by

LABS = ("serum_m_protein", "g/dL"), ("albumin", "g/dL"), ("beta2_microglobulin", "mg/L")
HEADERS = {
    "patients": "patient_id,diagnosis_date,diagnosis,vital_status,last_contact_date",
    "treatments": "patient_id,line,drugs,start_date",
    "labs": "patient_id,collected_on,analyte,value,unit",
}


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
        unit = self.random.choice([unit] * 9 + ["furlongs"])  # the figure is set aside
        told = self.random.choice([str(day)] * 15 + ["soon"])  # the row is refused
        return f"{name},{told},{analyte},{self.random.randrange(1, 60) / 10},{unit}"

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
        return self._write(folder, list(self.patients))

    def write_changes(self, folder: Path, before: dict[str, Any]) -> Path:
        """Only the patients with other rows than before, whole, and removed.csv."""
        self._write(folder, [name for name, rows in self.patients.items() if rows != before.get(name)])
        gone = [name for name in before if name not in self.patients]
        (folder / "removed.csv").write_text("\n".join(["patient_id", *gone]) + "\n", encoding="utf-8")
        return folder

    def _write(self, folder: Path, names: list[str]) -> Path:
        folder.mkdir()
        for table, header in HEADERS.items():
            rows = [row for name in names for row in self.patients[name][table]]
            self.random.shuffle(rows)
            (folder / f"{table}.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return folder


def run_into(
    extract: Path, folder: Path, last: Path | None, until: str = "derive", **how: Any
) -> tuple[Path, dict[str, Any]]:
    """The steps up to the derivation, or to `find_changes`; the database, and what is said of the changes."""
    folder.mkdir()
    job = Job(extract, folder, folder=folder, last=last, **how)
    steps.ingest(job)
    changes = steps.find_changes(job)
    if until == "derive":
        steps.derive(job)
    return job.database, changes


def rows_of(database: Path, tables: tuple[str, ...] = filled_by("derive")) -> dict[str, pl.DataFrame]:
    """Whole tables of a store, in order."""
    with connect(database, read_only=True) as connection:
        return {name: connection.sql(f"select * from {name} order by all").pl() for name in tables}
