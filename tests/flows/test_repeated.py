"""The same whole delivery again: nothing is read, audited or exported twice, and nothing comes out otherwise."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows import schema, steps
from flows.batch import run
from flows.database import connect
from flows.history.carried import page_said
from flows.job import Job
from flows.privacy.pseudonyms import Pseudonymise
from flows.report import write_report
from flows.store import last_database, last_run
from tests.flows.nights import Registry, rows_of, run_into
from tests.once import build
from tests.torture.stores import copy

LEFT_OUT = {"run", "moved", "quality_change"}  # they tell of the runs


def exported(store: Path) -> dict[str, pl.DataFrame]:
    return {table: pl.read_parquet(store / "exports" / f"{table}.parquet") for table in schema.exported()}


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


def same(store: Path, other: Path) -> None:
    tables = (*schema.exported(), "source_file", "refused_row", "repair", "labs", "patient_content")
    ours, theirs = (rows_of(of / "registry.duckdb", tables) for of in (store, other))
    for table, rows in ours.items():
        assert rows.equals(theirs[table]), table
    ours, theirs = exported(store), exported(other)
    for table, rows in ours.items():
        assert rows.equals(theirs[table]), table


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A folder with an extract `in` and the `store` of its first run, and what that said."""
    folder = tmp_path_factory.mktemp("first")
    return folder, run(Job(Registry(seed=7).write(folder / "in"), folder / "store"))


def test_the_same_delivery_again_is_not_read_and_gives_what_a_new_store_has(
    first: tuple[Path, dict[str, Any]], tmp_path: Path, reads: list[str]
) -> None:
    folder, said = first
    store = copy(folder / "store", tmp_path / "store")
    again = run(Job(folder / "in", store))
    assert reads == []
    assert (again["mode"], again["run"]) == ("incremental", 2)
    assert said["quarantine_entries"]
    for told in ("files", "quarantine_entries", "repairs", "unknown_columns", "tables", "rows"):
        assert again[told] == said[told]
    same(store, folder / "store")


def test_an_export_that_is_gone_is_written_again(first: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    folder, _ = first
    store = copy(folder / "store", tmp_path / "store")
    (store / "exports" / "visits.parquet").unlink()
    run(Job(folder / "in", store))
    same(store, folder / "store")


def test_the_page_of_the_same_delivery_is_made_again_only_where_another_was_written_in_its_place(
    first: tuple[Path, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import report

    pages: list[Path] = []
    write = report.write_report

    def writing(*of: Any, **how: Any) -> Path:
        pages.append(write(*of, **how))
        return pages[-1]

    monkeypatch.setattr(report, "write_report", writing)
    folder, said = first
    store = copy(folder / "store", tmp_path / "store")
    page, made = store / "report" / "index.html", (folder / "store" / "report" / "index.html").read_bytes()
    assert run(Job(folder / "in", store))["page"] == said["page"]
    assert (page.read_bytes(), pages) == (made, [])
    with last_run(store, to_write=True) as last:
        write(last / "registry.duckdb", last / "report", lang="ja")
    assert page.read_bytes() != made
    assert run(Job(folder / "in", store))["page"] == said["page"]
    assert (page.read_bytes(), len(pages)) == (made, 1)
    (tmp_path / "ja.toml").write_text('[report]\nlang = "ja"\n', encoding="utf-8")
    assert run(Job(folder / "in", store, config=tmp_path / "ja.toml"))["page"]["lang"] == "ja"
    assert (page.read_bytes() == made, len(pages)) == (False, 2)


def test_the_page_is_made_again_where_the_last_one_told_of_news(
    first: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    folder, said = first
    store = copy(folder / "store", tmp_path / "store")
    page, made = store / "report" / "index.html", (folder / "store" / "report" / "index.html").read_bytes()
    with last_run(store, to_write=True) as last:
        with connect(last / "registry.duckdb") as connection:
            connection.execute(
                "insert into moved by name"
                " select 'response' as subject, 'PR' as was, 'SD' as now, 30 as moved, 20 as patients"
            )
        write_report(last / "registry.duckdb", last / "report")
        told = {**json.loads((last / "run.json").read_text(encoding="utf-8")), "page": page_said(page, "en")}
        (last / "run.json").write_text(json.dumps(told), encoding="utf-8")
    assert page.read_bytes() != made
    assert run(Job(folder / "in", store))["page"] == said["page"]
    assert page.read_bytes() == made


def test_one_refused_row_more_is_read_and_audited_anew(
    first: tuple[Path, dict[str, Any]], tmp_path: Path, reads: list[str]
) -> None:
    store = copy(first[0] / "store", tmp_path / "store")
    extract = Path(shutil.copytree(first[0] / "in", tmp_path / "in"))
    labs = extract / "labs.csv"
    labs.write_text(labs.read_text(encoding="utf-8") + "nobody,2019-01-01,albumin,4,g/dL\n", encoding="utf-8")
    said = run(Job(extract, store))
    assert said["patients"]["changed"] == 0  # of them nothing is other than before, but of the quarantine
    assert reads == ["patients.csv", "labs.csv", "treatments.csv"]
    build(extract, tmp_path / "new", steps.outcomes, steps.models, steps.audit, steps.export)
    same(store, tmp_path / "new")


def test_all_is_read_again_where_it_is_asked_for_or_ids_are_replaced(
    first: tuple[Path, dict[str, Any]], tmp_path: Path, reads: list[str]
) -> None:
    extract, last = first[0] / "in", last_database(first[0] / "store")
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
