"""A store under pseudonyms: the same results, no id anywhere in it, the same names every night."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import polars.selectors as cs
import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from flows.privacy.pseudonyms import WITHHELD, Pseudonymise, Pseudonyms
from flows.schema import exported
from flows.store import last_database
from tests.extracts import FILES, write_extract
from tests.flows.nights import run_into

KEY = "correct horse battery staple, and 4 more"
# An id in a line of too many values, one of an unknown patient, one twice, and one in another column than its own.
LABS = FILES["labs"] + (
    "PATIENT-A,2020-01-02,albumin,38,g/L,,and,more\n"
    "PATIENT-X,2020-01-02,albumin,38,g/L,\n"
    "PATIENT-C,2020-01-03,albumin,PATIENT-C,g/L,\n"
    " PATIENT-C ,2020-01-04,albumin,38,g/L,\n"
)
PATIENTS = FILES["patients"] + "PATIENT-B,north,2020-02-01,MM,alive,,2021-01-10\n"
HIDDEN = ("value",)


def mspike(*arguments: object, key: str | None = KEY) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env={"MSPIKE_KEY": key})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two stores of one extract, `plain` and `hidden`, and the link table."""
    folder = tmp_path_factory.mktemp("pseudonyms")
    extract = write_extract(folder / "extract", labs=LABS, patients=PATIENTS)
    assert mspike("run", "--input", extract, "--output", folder / "plain").exit_code == 0
    key = folder / "key"
    key.write_text(KEY + "\n")
    key.chmod(0o600)
    hidden = ("--pseudonymise", "--key-file", key, "--link", folder / "link.csv")
    done = mspike("run", "--input", extract, "--output", folder / "hidden", *hidden, key=None)
    assert done.exit_code == 0, done.output
    assert KEY not in done.output
    return folder


def _links(folder: Path) -> dict[str, str]:
    return dict(pl.read_csv(folder / "link.csv").select("patient_id", "pseudonym").iter_rows())


def _tables(database: Path) -> dict[str, pl.DataFrame]:
    with duckdb.connect(database, read_only=True) as connection:
        names = connection.execute("select table_name from duckdb_tables() order by all").fetchall()
        return {name: connection.sql(f'select * from "{name}"').pl() for (name,) in names}


def _rounded(frame: pl.DataFrame) -> pl.DataFrame:
    """Without the last digits of sums, which depend on the order of the patients."""
    return frame.with_columns(cs.float().round_sig_figs(10))


def test_the_results_are_those_of_a_plain_run_up_to_the_names(folder: Path) -> None:
    links = _links(folder)
    for table in exported():
        plain, hidden = (
            pl.read_parquet(folder / name / "exports" / f"{table}.parquet") for name in ("plain", "hidden")
        )
        if "patient_id" in plain.columns:
            plain = plain.with_columns(pl.col("patient_id").replace_strict(links, default=None))
        both = [sorted(map(repr, _rounded(frame.drop(HIDDEN, strict=False)).rows())) for frame in (plain, hidden)]
        assert both[0] == both[1], table


def test_no_id_is_in_any_table_or_file_of_the_store(folder: Path) -> None:
    tables = _tables(folder / "hidden" / "registry.duckdb")
    assert tables["patients"].height == 3
    for name, table in tables.items():
        assert "PATIENT" not in "".join(map(repr, table.rows())), name
    files = [path for path in (folder / "hidden").rglob("*") if path.is_file()]
    assert not [path.name for path in files if b"PATIENT" in path.read_bytes() or KEY.encode() in path.read_bytes()]


def test_the_quarantine_says_where_and_why_but_not_what(folder: Path) -> None:
    plain, hidden = (_tables(folder / name / "registry.duckdb")["quarantine"] for name in ("plain", "hidden"))
    assert {"ragged", "unknown_patient", "unreadable_number", "repeated_patient_id", "unknown_unit"} <= set(
        plain["rule"]
    )
    of_ids = {Pseudonyms(KEY.encode())._of(name) for name in ("PATIENT-X", "PATIENT-B")}
    assert set(hidden["value"].drop_nulls()) <= {WITHHELD, *of_ids}
    assert WITHHELD in set(hidden["value"])


def test_the_link_table_is_separate_private_and_names_every_patient_once(folder: Path) -> None:
    links = _links(folder)
    assert set(links) == {"PATIENT-A", "PATIENT-B", "PATIENT-C", "PATIENT-X"}
    assert len(set(links.values())) == 4
    assert stat.S_IMODE((folder / "link.csv").stat().st_mode) == 0o600


def test_the_next_night_goes_on_under_the_same_names_and_no_other_key(folder: Path) -> None:
    extract = write_extract(folder / "later", labs=FILES["labs"], patients=PATIENTS)
    store, key = folder / "hidden", folder / "key"
    before = json.loads((store / "run.json").read_text())
    refused = [
        mspike("run", "--input", extract, "--output", store),
        mspike("run", "--input", extract, "--output", store, "--pseudonymise", key=KEY[::-1]),
        mspike("run", "--input", extract, "--output", folder / "plain", "--pseudonymise"),
    ]
    for result in refused:
        assert result.exit_code == 1
        [line] = result.stderr.splitlines()
        assert "knew the patients by other names" in line
    assert json.loads((store / "run.json").read_text()) == before
    asked = Pseudonymise(key, None)
    hidden: dict[str, Any] = {"pseudonymise": asked, "pseudonyms": asked.pseudonyms(store)}
    _, said = run_into(extract, folder / "next", last_database(store), until="find_changes", **hidden)
    assert (said["mode"], said["patients"]["changed"], said["patients"]["removed"]) == ("incremental", 1, 0)


@pytest.mark.parametrize(
    ("key", "mode", "says"),
    [
        (None, None, "MSPIKE_KEY: holds a key of 0 bytes; give 32 or more"),
        ("short", None, "MSPIKE_KEY: holds a key of 5 bytes"),
        (KEY, 0o640, "others may use this key (mode 0640)"),
        (KEY[:31], 0o600, "holds a key of 31 bytes"),
    ],
)
def test_a_weak_or_open_key_is_refused(key: str | None, mode: int | None, says: str, tmp_path: Path) -> None:
    asked: list[object] = ["--pseudonymise"]
    if mode is not None:
        path = tmp_path / "key"
        path.write_text(str(key))
        path.chmod(mode)
        asked += ["--key-file", path]
    result = mspike("run", "--input", tmp_path, "--output", tmp_path / "store", *asked, key=key)
    assert result.exit_code == 2
    [line] = result.stderr.splitlines()
    assert says in line
    assert str(key) not in line
    assert not (tmp_path / "store").exists()


def test_a_link_table_in_the_store_or_over_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("a,b\n")
    for link, says in (
        (tmp_path / "store" / "x" / "link.csv", "must not lie in the store"),
        (tmp_path / "notes.csv", "not overwritten"),
    ):
        result = mspike("run", "--input", tmp_path, "--output", tmp_path / "store", "--pseudonymise", "--link", link)
        assert result.exit_code == 2
        assert says in result.stderr
    assert (tmp_path / "notes.csv").read_text() == "a,b\n"
    result = mspike("run", "--input", tmp_path, "--output", tmp_path / "store", "--link", tmp_path / "link.csv")
    assert (result.exit_code, "go with --pseudonymise" in result.stderr) == (2, True)
