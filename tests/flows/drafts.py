"""Drafts of a registry.toml for tests: of an extract by itself, or of files that are drafted beside each other."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from click.testing import CliRunner, Result

from flows.cli import main
from flows.intake.ingest import ingest
from flows.intake.registry import load_registry
from flows.mapping.draft import ANSWER
from flows.mapping.extract import draft_of

PATIENTS = "patient_id,diagnosis_date,vital_status,last_contact_date\nP1,2020-01-01,alive,2024-01-01\n"
_CONTINUED = "# with the line above"

Rows = dict[str, tuple[int, int]]


def drafted(folder: Path, **files: str) -> str:
    """The draft of an extract of these files: NAME__txt is NAME.txt."""
    for name, text in files.items():
        stem, _, ending = name.rpartition("__")
        (folder / (f"{stem}.{ending}" if stem else f"{name}.csv")).write_text(text, encoding="utf-8")
    return draft_of(folder).text()


def answered(text: str, nth: int = 1) -> str:
    """The draft with the nth answer to each question taken (the last one, where there are fewer)."""
    lines: list[str] = []
    for block in re.split(r"(?m)^(?=# \? )", text):
        answers = re.findall(rf"(?m)^{ANSWER}(.*(?:\n{ANSWER}.*{_CONTINUED})*)", block)
        lines.append(block)
        if answers and block.startswith("# ? "):
            head, rest = block.split(answers[-1], 1)
            taken = answers[min(nth, len(answers)) - 1].replace(f"\n{ANSWER}", "\n")
            lines[-1] = f"{head}{answers[-1]}\n{taken}{rest}"
    return "".join(lines)


def registry_of(folder: Path, draft: str) -> Path:
    """The draft, written beside the extract."""
    registry = folder.parent / f"{folder.name}.toml"
    registry.write_text(draft, encoding="utf-8")
    return registry


def checked(folder: Path, draft: str) -> Result:
    """What check says of the extract by a draft."""
    return CliRunner().invoke(main, ["check", str(folder), "--registry", str(registry_of(folder, draft))])


def accepted(folder: Path, draft: str) -> Rows:
    """By source: rows accepted, rows refused, where the extract is read by a draft."""
    with duckdb.connect() as connection:
        files = ingest(folder, connection, load_registry(registry_of(folder, draft), folder)).files
    return {file.source_file: (file.rows_accepted, file.rows_quarantined) for file in files}


class Together:
    """One extract of many files, drafted and read once: what a draft says of a file rests on that file.

    Each file has a patient of its own, P1 where it is written; its name must not be another's.
    """

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.read: dict[int, Rows] = {}

    def file(self, name: str, text: str) -> File:
        """One more of its files, NAME.csv."""
        assert name not in self.files, name
        self.files[name] = text.replace("P1", f"Q{len(self.files)}")
        return File(self, f"{name}.csv")

    @cached_property
    def text(self) -> str:
        """The draft."""
        with TemporaryDirectory() as folder:
            self._write(Path(folder))
            return draft_of(Path(folder)).text()

    def rows(self, nth: int) -> Rows:
        """What is read by the draft with the nth answers, or (0) without an answer."""
        if nth not in self.read:
            with TemporaryDirectory() as place:
                folder = Path(place) / "extract"
                folder.mkdir()
                self._write(folder)
                self.read[nth] = accepted(folder, answered(self.text, nth) if nth else self.text)
        return self.read[nth]

    def _write(self, folder: Path) -> None:
        header, patient = PATIENTS.splitlines()
        own = [patient.replace("P1", f"Q{number}") for number in range(len(self.files))]
        for name, text in {"patients": "\n".join([header, *own]), **self.files}.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")


class File:
    """A file of `Together`."""

    def __init__(self, beside: Together, name: str) -> None:
        self.beside, self.name = beside, name

    @property
    def text(self) -> str:
        """Its sections of the draft."""
        sections = re.split(r"(?m)^(?=# -- )", self.beside.text)
        return "".join(part for part in sections if re.match(rf"# -- \w+: {re.escape(self.name)}\b", part))

    @property
    def questions(self) -> int:
        """How many are asked about it."""
        return len(re.findall(r"(?m)^# \? \d+\. ", self.text))

    def accepted(self, nth: int = 0) -> tuple[int, int]:
        """Its rows accepted and refused, with the nth answer to each question, or (0) with none."""
        return self.beside.rows(nth)[self.name]
