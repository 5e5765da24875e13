"""An engine that ends in an error of its own: one line that says whose it is, status 1, the last store in place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner, Result

from flows.batch import run
from flows.cli import main
from flows.engines.shard import ShardError, derive_shard
from flows.engines.work import Work
from flows.faults import EngineFaultError
from flows.job import Job
from flows.query import QueryFailed, query
from tests.torture.stores import check_clean, copy, snapshot

DUCKDB, POLARS = f"a fault of DuckDB {duckdb.__version__}", f"a fault of polars {pl.__version__}"
ERRORS = {
    "duckdb internal": (duckdb.InternalException("INTERNAL Error: PATIENT-A\nchanged identity"), DUCKDB),
    "duckdb fatal": (duckdb.FatalException("FATAL Error: invalidated by PATIENT-A"), DUCKDB),
    "polars panic": (pl.exceptions.PanicException("index out of bounds: PATIENT-A"), POLARS),
    "polars compute": (pl.exceptions.ComputeError("PATIENT-A"), POLARS),
}
READERS = {
    "report": (["report"], "flows.report.read_facts"),
    "audit": (["audit"], "flows.commands.audit.findings"),
    "explain": (["explain", "PATIENT-A"], "flows.explain.course._read"),
    "query": (["query", "stage_table"], "flows.query.asking.fetched"),
    "export": (["export", "adam", "--output", "adam"], "flows.adam.data_sets.connect"),
    "export study": (["export", "cbioportal", "--output", "study"], "flows.cbioportal.study.connect"),
    "figures": (["figures", "--output", "figures"], "flows.figures.write.shared_outcomes"),
}


@pytest.fixture(params=ERRORS)
def fault(request: pytest.FixtureRequest) -> tuple[BaseException, str]:
    return ERRORS[request.param]


def _raises(error: BaseException) -> Callable[..., NoReturn]:
    def step(*_: Any, **__: Any) -> NoReturn:
        raise error

    step.__name__ = "audit"
    return step


def _is_one_line(result: Result, whose: str) -> None:
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stderr.startswith("mspike: ")
    assert result.stderr.count("\n") == 1
    assert whose in result.stderr
    assert "PATIENT" not in result.output.replace("explain PATIENT-A", "")


@pytest.mark.parametrize("where", ["flows.steps.audit", "flows.summing.survival", "flows.summing.models"])
def test_a_run_says_whose_fault_it_is_and_leaves_the_last_store(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, fault: tuple[BaseException, str]
) -> None:
    error, whose = fault
    store = copy(small / "store", tmp_path / "store")
    before = snapshot(store)
    monkeypatch.setattr(where, _raises(error))
    result = CliRunner().invoke(main, ["run", "--full", "--input", str(small / "extract"), "--output", str(store)])
    _is_one_line(result, f"{whose}; nothing was published; the store is as it was")
    assert snapshot(store) == before
    check_clean(store)


@pytest.mark.parametrize("command", READERS)
def test_a_command_that_reads_says_whose_fault_it_is_and_not_that_the_store_is_broken(
    small: Path, monkeypatch: pytest.MonkeyPatch, command: str, fault: tuple[BaseException, str]
) -> None:
    error, whose = fault
    arguments, where = READERS[command]
    monkeypatch.setattr(where, _raises(error))
    result = CliRunner().invoke(main, [*arguments, "--store", str(small / "store")])
    _is_one_line(result, whose)
    assert "can't be read" not in result.stderr


def test_check_says_whose_fault_it_is(
    small: Path, monkeypatch: pytest.MonkeyPatch, fault: tuple[BaseException, str]
) -> None:
    monkeypatch.setattr("flows.commands.check.ingest", _raises(fault[0]))
    _is_one_line(CliRunner().invoke(main, ["check", str(small / "extract")]), fault[1])


def test_compare_says_whose_fault_it_is(
    small: Path, monkeypatch: pytest.MonkeyPatch, fault: tuple[BaseException, str]
) -> None:
    monkeypatch.setattr("flows.compare.comparison._rows", _raises(fault[0]))
    store = str(small / "store")
    _is_one_line(CliRunner().invoke(main, ["compare", store, store]), fault[1])


def test_a_query_from_python_fails_as_it_promises(
    small: Path, monkeypatch: pytest.MonkeyPatch, fault: tuple[BaseException, str]
) -> None:
    monkeypatch.setattr("flows.query.asking.fetched", _raises(fault[0]))
    with pytest.raises(QueryFailed, match="stage_table: an internal error"):
        query("stage_table", store=small / "store")


def test_a_worker_says_whose_fault_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: tuple[BaseException, str]
) -> None:
    from flows.engines import shard

    monkeypatch.setattr(shard, "_derive", _raises(fault[0]))
    with pytest.raises(ShardError, match="shard 0: an internal error"):
        derive_shard(str(tmp_path), 0, Work(1, "jsh2023", {}, True, None), shard.code_version())


def test_a_file_of_json_is_not_called_damaged_where_the_engine_is_at_fault(tmp_path: Path) -> None:
    from flows.intake.sources.ndjson import _connected

    (tmp_path / "patients.ndjson").write_text("{}\n", encoding="utf-8")
    with pytest.raises(EngineFaultError, match=DUCKDB), _connected([tmp_path / "patients.ndjson"]):
        raise ERRORS["duckdb internal"][0]


def test_a_mistake_of_the_program_is_not_called_an_engines_fault(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mistake = duckdb.BinderException("no such column")
    monkeypatch.setattr("flows.steps.audit", _raises(mistake))
    with pytest.raises(duckdb.BinderException):
        run(Job(small / "extract", copy(small / "store", tmp_path / "store")))
