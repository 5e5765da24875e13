"""From a store to the folder of a study: meta files, clinical data under their four lines of comment, timelines."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import duckdb
import polars as pl
from polars import selectors

from flows.cbioportal.attributes import CLINICAL, TIMELINES, ClinicalFile
from flows.database import connect
from flows.endings import OTHER_VERSION, MspikeError, unwritten
from flows.sql_files import SQL
from flows.store import last_run
from transforms.survival import DAYS_PER_MONTH

QUERIES = SQL / "cbioportal"
CANCER = "pcm"  # plasma cell myeloma in OncoTree
IDS = ("PATIENT_ID", "SAMPLE_ID")
# What an identifier may consist of, and what no cell may have: cBioPortal's files know no quotes.
_IDENTIFIER = r"^[A-Za-z0-9._-]+$"
_UNWRITABLE = r"[\t\r\n\"]+"
_STUDY = re.compile(r"[a-z0-9_]+$")


class StudyError(MspikeError):
    """A study that can't be made; the message is one line for the person who asked, without any patient's id."""


@dataclass(frozen=True)
class Exported:
    """What was written: rows of each file, and what is unknown and so left out."""

    rows: dict[str, int]
    left_out: dict[str, int]


def export_study(store: Path, folder: Path, study: str) -> Exported:
    """Write the store as a study of cBioPortal into the folder; days are counted from diagnosis, and no date is in it.

    An identifier that cBioPortal can't take is given a form that it can, the same in every file. Nothing is written
    unless all can be. Raises StoreError where there is no store, StudyError where it is of another version, the study's
    name can't be one, or the folder can't be written.
    """
    if not _STUDY.match(study):
        raise StudyError(f"--study: {study!r} can't name a study; write small letters, digits and _ only")
    try:
        with last_run(store) as last, connect(last / "registry.duckdb", read_only=True) as connection:
            clinical = {file: _answer(connection, file.query) for file in CLINICAL}
            timelines = {name: _answer(connection, f"timeline_{name}") for name in TIMELINES}
            left_out = _answer(connection, "left_out").row(0, named=True)
            [(criteria,)] = connection.execute("select criteria from run order by number desc limit 1").fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        raise StudyError(f"{store}: {OTHER_VERSION}") from None
    files = _meta(study, criteria) | {
        f"data_{file.name}.txt": _comments(file) + _table(frame, [a.name for a in file.attributes])
        for file, frame in clinical.items()
    }
    files |= {f"data_timeline_{name}.txt": _table(frame, frame.columns) for name, frame in timelines.items()}
    _write(folder, files)
    rows = {f"data_{file.name}.txt": frame.height for file, frame in clinical.items()}
    return Exported(rows | {f"data_timeline_{name}.txt": frame.height for name, frame in timelines.items()}, left_out)


def _answer(connection: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
    text = (QUERIES / f"{query}.sql").read_text(encoding="utf-8")
    parameters = {"days_per_month": DAYS_PER_MONTH} if "$days_per_month" in text else {}
    return connection.sql(text, params=parameters).pl()


def _meta(study: str, criteria: str) -> dict[str, str]:
    """The files that say what the others are; `criteria` is the edition that the run followed."""
    meta = {
        "meta_study.txt": {
            "type_of_cancer": CANCER,
            "cancer_study_identifier": study,
            "name": "Multiple myeloma registry",
            "description": "Stages, responses, progression and survival of a myeloma registry, derived by mspike"
            f" (criteria {criteria})",
            "add_global_case_list": "true",
        }
    }
    for file in CLINICAL:
        meta[f"meta_{file.name}.txt"] = _about(study, f"{file.level}_ATTRIBUTES", file.name)
    for name in TIMELINES:
        meta[f"meta_timeline_{name}.txt"] = _about(study, "TIMELINE", f"timeline_{name}")
    return {name: "".join(f"{key}: {value}\n" for key, value in of.items()) for name, of in meta.items()}


def _about(study: str, datatype: str, name: str) -> dict[str, str]:
    return {
        "cancer_study_identifier": study,
        "genetic_alteration_type": "CLINICAL",
        "datatype": datatype,
        "data_filename": f"data_{name}.txt",
    }


def _comments(file: ClinicalFile) -> str:
    lines = [
        [getattr(attribute, of) for attribute in file.attributes] for of in ("label", "description", "kind", "priority")
    ]
    return "".join("#" + "\t".join(map(str, line)) + "\n" for line in lines)


def _table(frame: pl.DataFrame, columns: list[str]) -> str:
    """Rows between tabs; an unknown cell is empty."""
    cells = frame.select(columns).with_columns(
        selectors.boolean().cast(pl.String).str.to_uppercase(),
        selectors.string().str.replace_all(_UNWRITABLE, " ").str.strip_chars(),
    )
    ids = [_named(cells[name]) for name in IDS if name in columns]
    return cells.with_columns(ids).write_csv(separator="\t", quote_style="never", null_value="")


def _named(ids: pl.Series) -> pl.Series:
    """Identifiers that cBioPortal can take; any other ends in a digest of the whole, so that no two become the same."""
    others = ids.filter(~ids.str.contains(_IDENTIFIER)).unique().to_list()
    return ids.replace({text: f"{re.sub('[^A-Za-z0-9._-]+', '-', text)}-{_digest(text)}" for text in others})


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def _write(folder: Path, files: dict[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".study-", dir=folder) as aside:
            for name, text in files.items():
                (Path(aside) / name).write_text(text, encoding="utf-8")
            for file in sorted(Path(aside).iterdir()):
                os.replace(file, folder / file.name)
    except OSError as error:
        raise StudyError(f"{folder}: {unwritten(error.errno)}") from None
