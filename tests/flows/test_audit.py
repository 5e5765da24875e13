"""The audit of a store: what it prints, its bars, and what it says changed since the last run."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flows import steps
from flows.audit import indicators as of_care
from flows.audit.change import compare_with_last
from flows.audit.measure import measure
from flows.cli import main
from flows.database import connect, create_tables, empty
from flows.history.runs import insert_criteria, is_readable
from rules.audit.quality import indicators
from rules.criterion import load_edition
from tests.extracts import FILES, write_extract
from tests.once import build

# Beta-2 microglobulin of the third patient, whose ISS could not be derived, and a marrow before the first line.
CORRECTED = {
    "labs": FILES["labs"] + "\nPATIENT-C,2020-03-02,beta2_microglobulin,5.9,mg/L,\n",
    "marrow": "patient_id,collected_on,plasma_cell_percent\nPATIENT-A,2020-01-02,40\n",
}


def _mspike(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture
def store(small: Path) -> Path:
    return small / "store"


@pytest.fixture(scope="module")
def corrected(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the corrected `extract` and the `store` that has taken it after the small one."""
    folder = tmp_path_factory.mktemp("corrected")
    last = small / "store" / "registry.duckdb"
    build(write_extract(folder / "extract", **CORRECTED), folder / "store", steps.audit, last=last)
    return folder


def _changes(store: Path, where: str) -> list[tuple[Any, ...]]:
    with connect(store / "registry.duckdb", read_only=True) as connection:
        columns = "id, site, numerator_before, denominator_before, numerator_now, denominator_now, verdict"
        return connection.execute(f"select {columns} from quality_change where {where} order by all").fetchall()


def test_the_audit_prints_every_indicator_under_its_group_with_its_figures(store: Path) -> None:
    result = _mspike("audit", "--store", store)
    assert result.exit_code == 0
    # two of three patients have beta-2 microglobulin; Wilson's interval of 2/3 is 20.8 to 93.9 %
    assert re.search(r"Q\.iss +Can the ISS stage be derived\? +66\.7 % +20\.8–93\.9 +3 +0", result.output)
    # no one has FISH
    assert re.search(r"Q\.fish .* – +0 +3\n", result.output)
    shown = [line.split()[0] for line in result.output.splitlines() if line.startswith("  Q.")]
    assert shown == [indicator.id for indicator in indicators(load_edition())]
    assert result.output.index("Work-up at diagnosis") < result.output.index("Q.iss")
    assert (
        result.output.index("Q.imaging") < result.output.index("Follow-up of response") < result.output.index("Q.mon")
    )
    assert "PATIENT" not in result.output
    assert "Since the last run" not in result.output


def test_a_site_stands_beside_all(store: Path) -> None:
    output = _mspike("audit", "--store", store, "--site", "north").output
    assert re.search(r"Q\.iss +Can the ISS stage be derived\? +100\.0 % .* 2 +0 +66\.7 % .* 3 +0\n", output)


def test_json_and_csv_have_the_same_figures(store: Path) -> None:
    as_csv = _mspike("audit", "--store", store, "--format", "csv").output.splitlines()
    header = "group,id,question,site,numerator,denominator,unknown,share,share_low,share_high"
    assert as_csv[0] == header
    of_iss = dict(zip(header.split(","), next(row for row in as_csv if ",Q.iss," in row).split(","), strict=True))
    found = json.loads(_mspike("audit", "--store", store, "--format", "json").output)
    assert len(found["indicators"]) == len(as_csv) - 1
    [iss] = [row for row in found["indicators"] if row["id"] == "Q.iss"]
    assert {name: str(iss[name]) for name in ("numerator", "denominator", "unknown", "share")} == {
        "numerator": "2",
        "denominator": "3",
        "unknown": "0",
        "share": of_iss["share"],
    }
    assert found["failed"] == []


def test_failing_checks_and_agreement_are_printed_of_the_site_asked_for(store: Path, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    shutil.copy(store / "registry.duckdb", tmp_path / "store")
    with connect(tmp_path / "store" / "registry.duckdb") as connection:
        connection.execute("""
            create or replace table data_check as
            select * from (
                values ('plausibility.age', 'plausibility', 'patients', 'birth_date', null, 7, 90, 0.01e0, 'fail'),
                    ('plausibility.age', 'plausibility', 'patients', 'birth_date', 'north', 5, 60, 0.01e0, 'fail'),
                    ('plausibility.birth', 'plausibility', 'patients', 'birth_date', null, 0, 90, 0e0, 'pass')
            ) as rows (id, dimension, "table", "column", site, violated, "of", threshold, verdict)
        """)
        connection.execute("""
            create or replace table response_kappa as
            select * from (
                values ('response', null, 0.75e0, 0.7e0, 0.8e0, 200), ('response', 'north', 0.625e0, 0.5e0, 0.75e0, 80)
            ) as rows (compared, site, kappa, kappa_low, kappa_high, visits)
        """)
    of_all = _mspike("audit", "--store", tmp_path / "store").output
    assert re.search(
        r"Checks of the data that fail\n.*\n.*\n  plausibility\.age +patients +birth_date +7 +90 +0\.01\n\n", of_all
    )
    assert re.search(r"weighted kappa\)\n.*\n.*\n  response +0\.75 +0\.7 +0\.8 +200\n", of_all)
    of_north = _mspike("audit", "--store", tmp_path / "store", "--site", "north").output
    assert re.search(r"  plausibility\.age +patients +birth_date +5 +60 +0\.01\n\n", of_north)
    assert re.search(r"  response +0\.625 +0\.5 +0\.75 +80\n", of_north)
    said = json.loads(_mspike("audit", "--store", tmp_path / "store", "--format", "json").output)
    assert [(check["id"], check["violated"]) for check in said["data_checks"]] == [("plausibility.age", 7)]
    assert [row["kappa"] for row in said["agreement"]] == [0.75]


def test_by_which_of_several_ways_rows_passed_is_shown_under_their_indicator(store: Path, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    shutil.copy(store / "registry.duckdb", tmp_path / "store")
    with connect(tmp_path / "store" / "registry.duckdb") as connection:
        connection.execute("""
            insert into quality_indicator_row values
                ('Q.after_both', 'north', 'PATIENT-A', 3, null, true, 'anti_cd38'),
                ('Q.after_both', 'south', 'PATIENT-B', 3, null, true, 'pomalidomide'),
                ('Q.after_both', 'south', 'PATIENT-C', 4, null, true, 'pomalidomide')
        """)
    of_all = _mspike("audit", "--store", tmp_path / "store").output
    assert re.search(r"  Q\.after_both .*\n +pomalidomide 2, anti cd38 1\n", of_all)
    of_site = _mspike("audit", "--store", tmp_path / "store", "--site", "north", "--format", "json").output
    assert json.loads(of_site)["ways"] == [{"id": "Q.after_both", "passed_by": "anti_cd38", "n": 1}]


def test_the_work_up_is_printed_test_by_test(store: Path) -> None:
    output = _mspike("audit", "--store", store).output
    assert re.search(r"Tests of Table 2 before the first line\n.*\n.*\n(  \w+ +\d+ .*\n)+\nNever recorded: ", output)
    assert re.search(r"Never recorded: .*hbs antigen, hbc antibody, hbs antibody, hcv, hiv", output)
    found = json.loads(_mspike("audit", "--store", store, "--format", "json").output)["work_up"]
    assert {row["done"] + row["not_done"] + row["unknown"] + row["never_recorded"] for row in found} == {3}
    assert all(row["site"] is None for row in found)


def test_recorded_diagnoses_that_are_contradicted_are_counted(store: Path, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    shutil.copy(store / "registry.duckdb", tmp_path / "store")
    assert "Table 1" not in _mspike("audit", "--store", tmp_path / "store").output
    with connect(tmp_path / "store" / "registry.duckdb") as connection:
        connection.execute("""
            insert into diagnosis_disagreement values
                ('PATIENT-A', 'MM', 'DX.smouldering', 'DX.myeloma'),
                ('PATIENT-B', 'MM', 'DX.smouldering', 'DX.myeloma'),
                ('PATIENT-C', 'MM', null, 'DX.myeloma')
        """)
    of_all = _mspike("audit", "--store", tmp_path / "store").output
    counts = r"contradicts\n.*\n.*\n  MM +DX\.smouldering +DX\.myeloma +2\n  MM +DX\.myeloma +1\n"
    assert re.search(counts, of_all)
    assert "PATIENT" not in of_all
    of_site = _mspike("audit", "--store", tmp_path / "store", "--site", "south", "--format", "json").output
    [row] = json.loads(of_site)["diagnoses"]
    assert row == {"recorded": "MM", "derived": None, "clause": "DX.myeloma", "patients": 1}


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (["--fail-on", "Q.iss=0.6"], []),
        (["--fail-on", "Q.iss=0.7"], ["Q.iss: 66.7 % (2 of 3); the bar is 70 %"]),
        (["--fail-on", "Q.iss=1", "--site", "north"], []),
        (["--fail-on", "Q.fish=0"], ["Q.fish: no case can be judged; the bar is 0 %"]),
        (
            ["--fail-on", "Q.fish=0.5, Q.iss=0.9", "--fail-on", "Q.r_iss=0"],
            ["Q.fish: no case can be judged; the bar is 50 %", "Q.iss: 66.7 % (2 of 3); the bar is 90 %"],
        ),
    ],
)
def test_an_indicator_below_its_minimum_or_unknown_is_status_3(
    store: Path, arguments: list[str], lines: list[str]
) -> None:
    result = _mspike("audit", "--store", store, *arguments)
    assert result.exit_code == (3 if lines else 0)
    assert result.stderr.splitlines() == [f"mspike: {line}" for line in lines]
    assert "Work-up at diagnosis" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--fail-on", "Q.isss=0.9"], "no indicator 'Q.isss'; did you mean Q.iss"),
        (["--fail-on", "Q.iss=1.1"], "Q.iss: a minimum is a share from 0 to 1"),
        (["--fail-on", "Q.iss=-0.1"], "Q.iss: a minimum is a share from 0 to 1"),
        (["--fail-on", "Q.iss=nan"], "Q.iss: a minimum is a share from 0 to 1"),
        (["--fail-on", "Q.iss=many"], "found 'many'"),
        (["--fail-on", "Q.iss"], "is not ID=SHARE"),
        (["--fail-on", "Q.iss=0.5,Q.iss=0.6"], "comes twice"),
        (["--site", "nroth"], "no site 'nroth' in this store; did you mean north"),
        (["--site", "Z"], "no site 'Z' in this store; it has 2 sites"),
    ],
)
def test_a_wrong_bar_or_site_is_one_line_and_status_2(store: Path, arguments: list[str], says: str) -> None:
    result = _mspike("audit", "--store", store, *arguments)
    assert result.exit_code == 2
    assert len(result.output.splitlines()) == 1
    assert says in result.output


def test_no_store_or_one_of_another_version_is_one_line_and_status_1(tmp_path: Path) -> None:
    assert _mspike("audit", "--store", tmp_path / "nowhere").exit_code == 1
    (tmp_path / "old").mkdir()
    with connect(tmp_path / "old" / "registry.duckdb") as connection:
        connection.execute("create table patients (patient_id varchar)")
    result = _mspike("audit", "--store", tmp_path / "old")
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 1
    assert "another version" in result.output


def test_a_corrected_extract_shows_what_got_better(small: Path, corrected: Path, tmp_path: Path) -> None:
    assert _changes(small / "store", "true") == []
    assert _changes(corrected / "store", "id = 'Q.iss'") == [
        ("Q.iss", "north", 2, 2, 2, 2, "same"),
        ("Q.iss", "south", 0, 1, 1, 1, "better"),
        ("Q.iss", None, 2, 3, 3, 3, "better"),
    ]
    # without any marrow in the extract all are unknown
    of_marrow = _changes(corrected / "store", "id = 'Q.marrow' and site is null")
    assert of_marrow == [("Q.marrow", None, 0, 0, 1, 2, "new")]
    printed = _mspike("audit", "--store", corrected / "store").output.partition("Since the last run\n")[2]
    assert re.search(r"better +Q\.iss +66\.7 % \(2 of 3\) → 100\.0 % \(3 of 3\)", printed)
    assert "same" not in printed
    now = Path(shutil.copy(small / "store" / "registry.duckdb", tmp_path))  # as it was before
    with connect(now) as connection:
        compare_with_last(connection, corrected / "store" / "registry.duckdb", load_edition())
    assert _changes(tmp_path, "id in ('Q.iss', 'Q.marrow') and site is null") == [
        ("Q.iss", None, 3, 3, 2, 3, "worse"),
        ("Q.marrow", None, 1, 2, 0, 0, "gone"),
    ]


def test_an_indicator_asked_otherwise_is_neither_better_nor_worse(corrected: Path, tmp_path: Path) -> None:
    last, edition = corrected / "store" / "registry.duckdb", load_edition("jsh2023", {"Q.marrow": {"window_days": 7}})
    with connect(Path(shutil.copy(last, tmp_path))) as connection:
        empty(connection, ("quality_indicator", "quality_indicator_row", "quality_change"))
        insert_criteria(connection, edition)
        measure(connection, edition, parts=[of_care])
        compare_with_last(connection, last, edition)
    assert _changes(tmp_path, "id in ('Q.iss', 'Q.marrow') and site is null") == [
        ("Q.iss", None, 3, 3, 3, 3, "same"),
        ("Q.marrow", None, 1, 2, 0, 2, "redefined"),
    ]


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [((50, 100), (51, 100), "same"), ((500, 1000), (511, 1000), "better"), ((51, 100), (49, 100), "worse")],
    ids=["exactly one point", "a little more than one point", "two points down"],
)
def test_a_share_has_to_move_by_more_than_one_point(
    tmp_path: Path, before: tuple[int, int], now: tuple[int, int], verdict: str
) -> None:
    for name, (numerator, denominator) in {"last": before, "now": now}.items():
        with connect(tmp_path / f"{name}.duckdb") as connection:
            create_tables(connection)
            connection.execute(
                "insert into run by name select 'jsh2023' as criteria, '0' as version, '{}' as settings,"
                " '{}' as versions, 1 as number, timestamp '2024-01-01' as started, 'full' as mode, 'extract' as input,"
                " 0 as rows_read, false as is_log, 0 as patients_changed, 0 as patients_derived,"
                " 0 as patients_carried, 0 as patients_removed, '' as code"
            )
            share = numerator / denominator
            connection.execute(
                "insert into quality_indicator values ('Q.iss', null, ?, ?, 0, ?, 0, 1)",
                [numerator, denominator, share],
            )
    with connect(tmp_path / "now.duckdb") as connection:
        compare_with_last(connection, tmp_path / "last.duckdb", load_edition())
        assert connection.execute("select verdict from quality_change").fetchall() == [(verdict,)]


def test_a_last_run_of_another_version_or_a_damaged_one_is_compared_with_nothing(small: Path, tmp_path: Path) -> None:
    now, other, damaged = (tmp_path / f"{name}.duckdb" for name in ("now", "other", "damaged"))
    for database in (now, other):
        shutil.copy(small / "store" / "registry.duckdb", database)
    with connect(other) as connection:
        connection.execute("drop table quality_indicator")
    damaged.write_bytes(b"no database")
    for last in (other, damaged):
        assert not is_readable(last)  # so that a run has no last one
        with connect(now) as connection:
            compare_with_last(connection, last, load_edition())
            assert connection.table("quality_change").shape[0] == 0
