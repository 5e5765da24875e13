"""The same whole delivery again: nothing is read, audited or exported twice, and nothing comes out otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows import schema, steps
from flows.audit.measure import measure
from flows.batch import run
from flows.database import connect, empty
from flows.history.carried import page_said
from flows.job import Job
from flows.privacy.pseudonyms import Pseudonymise
from flows.settings.config import Config
from flows.store import last_database, last_run
from rules.criterion import load_edition
from tests.extracts import FILES, write_extract
from tests.flows.nights import rows_of, run_into
from tests.once import build
from tests.torture.stores import copy

PAGE = Path("report") / "index.html"
UP_TO_PAGE = (steps.audit, steps.report)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read, by name, one after another."""
    from flows.intake import ingest

    names: list[str] = []
    read = ingest._read

    def reading(connection: Any, file: Any, beside: Any, pseudonyms: Any) -> tuple[int, int]:
        names.append(file.name)
        return read(connection, file, beside, pseudonyms)

    monkeypatch.setattr(ingest, "_read", reading)
    return names


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The pages that were written."""
    from flows import report

    written: list[Path] = []
    write = report.write_report

    def writing(*of: Any, **how: Any) -> Path:
        written.append(write(*of, **how))
        return written[-1]

    monkeypatch.setattr(report, "write_report", writing)
    return written


def test_the_same_delivery_again_is_not_read_and_gives_what_the_first_run_gave(
    small: Path, tmp_path: Path, reads: list[str], pages: list[Path]
) -> None:
    store = copy(small / "store", tmp_path / "store")
    said = json.loads((store / "run.json").read_text(encoding="utf-8"))
    again = run(Job(small / "extract", store))
    assert (reads, pages) == ([], [])
    assert (again["mode"], again["run"]) == ("incremental", 2)
    assert said["quarantine_entries"]
    for told in ("files", "quarantine_entries", "repairs", "unknown_columns", "tables", "rows", "page"):
        assert again[told] == said[told]
    tables = (*schema.exported(), "source_file", "refused_row", "repair", "labs", "patient_content")
    ours, theirs = (rows_of(of / "registry.duckdb", tables) for of in (store, small / "store"))
    assert [table for table, rows in ours.items() if not rows.equals(theirs[table])] == []
    assert not differing_exports(store, small)
    assert (store / PAGE).read_bytes() == (small / "store" / PAGE).read_bytes()


def differing_exports(store: Path, small: Path) -> list[str]:
    ours, theirs = (
        {table: pl.read_parquet(of / "exports" / f"{table}.parquet") for table in schema.exported()}
        for of in (store, small / "store")
    )
    return [table for table, rows in ours.items() if not rows.equals(theirs[table])]


def test_an_export_that_is_gone_is_written_again(small: Path, tmp_path: Path) -> None:
    last = copy(small / "store", tmp_path / "store")
    (last / "exports" / "visits.parquet").unlink()
    build(small / "extract", tmp_path / "next", steps.audit, steps.export, last=last_database(last))
    assert not differing_exports(tmp_path / "next", small)


def test_the_page_of_the_same_delivery_is_made_again_where_another_is_in_its_place_or_asked_for_or_told_of_news(
    small: Path, tmp_path: Path, pages: list[Path]
) -> None:
    made = (small / "store" / PAGE).read_bytes()

    def next_page(name: str, **how: Any) -> bytes:
        last = last_database(tmp_path / name)
        return (build(small / "extract", tmp_path / f"next {name}", *UP_TO_PAGE, last=last, **how) / PAGE).read_bytes()

    copy(small / "store", tmp_path / "in another language")
    assert next_page("in another language", configuration=Config(lang="ja")) != made
    with last_run(copy(small / "store", tmp_path / "written since"), to_write=True) as last:
        (last / PAGE).write_text("another", encoding="utf-8")
    assert next_page("written since") == made
    with last_run(copy(small / "store", tmp_path / "of news"), to_write=True) as last:
        with connect(last / "registry.duckdb") as connection:
            connection.execute(
                "insert into moved by name"
                " select 'response' as subject, 'PR' as was, 'SD' as now, 30 as moved, 20 as patients"
            )
        (last / PAGE).write_text("news", encoding="utf-8")
        told = {**json.loads((last / "run.json").read_text(encoding="utf-8")), "page": page_said(last / PAGE, "en")}
        (last / "run.json").write_text(json.dumps(told), encoding="utf-8")
    assert next_page("of news") == made
    assert len(pages) == 3
    copy(small / "store", tmp_path / "as it was")
    assert (next_page("as it was"), len(pages)) == (made, 3)


def test_one_refused_row_more_is_read_and_audited_anew(small: Path, tmp_path: Path, reads: list[str]) -> None:
    labs = FILES["labs"] + "nobody,2019-01-01,albumin,4,g/dL,\n"
    last, audited = small / "store" / "registry.duckdb", schema.carried_by("audit")
    database = build(write_extract(tmp_path / "in", labs=labs), tmp_path, steps.audit, last=last) / "registry.duckdb"
    assert rows_of(database, ("changed_patient",))["changed_patient"].is_empty()
    assert reads == ["patients.csv", "labs.csv", "treatments.csv"]
    ours, before = rows_of(database, audited), rows_of(last, audited)
    with connect(database) as connection:  # as a first run asks
        empty(connection, audited)
        measure(connection, load_edition())
    assert [table for table, rows in rows_of(database, audited).items() if not ours[table].equals(rows)] == []
    assert not ours["data_check"].equals(before["data_check"])


def test_all_is_read_again_where_it_is_asked_for_or_ids_are_replaced(
    small: Path, tmp_path: Path, reads: list[str]
) -> None:
    extract, last = small / "extract", last_database(small / "store")
    run_into(extract, tmp_path / "again", last, until="find_changes")
    assert len(reads) == 0
    run_into(extract, tmp_path / "full", last, until="find_changes", full=True)
    assert len(reads) == 3
    key = tmp_path / "key"
    key.write_text("k" * 40, encoding="utf-8")
    key.chmod(0o600)
    asked, last = Pseudonymise(key, tmp_path / "link.csv"), None
    hidden: dict[str, Any] = {"pseudonymise": asked, "pseudonyms": asked.pseudonyms(tmp_path / "store")}
    for name in ("replaced", "next"):  # whose ids are replaced, their link table is written again with every run
        last, _ = run_into(extract, tmp_path / name, last, until="find_changes", **hidden)
    assert len(reads) == 9
