"""The made-up patients give the same answers in every form, but for what losses.toml says that the form can't hold."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner
from polars import selectors

from flows.cli import main
from flows.engines.work import TAKEN, Work
from flows.history.declared import declared
from flows.intake.ingest import ingest
from flows.intake.registry import load_registry
from flows.job import Job
from flows.sample.blocks import COLUMNS
from flows.sample.forms import FORMS, WITH_AMOUNTS
from flows.sample.forms.clean_tables import Tables, clean_tables, without_amounts
from flows.sample.forms.not_held import Loss, losses
from flows.schema import exported, filled_by
from transforms.derive import derive

PATIENTS, SEED = 12, 4
# Forms, and the profile that reads each; null: the registry.toml beside it.
READ: dict[str, str | None] = {
    **dict.fromkeys(("xlsx", "wide", "redcap")),
    **{form: form for form in ("flatiron", "omop", "sdtm", "fhir", "mmrf", "mmrf-flat", "gdc", "cbioportal")},
}
# Their dates are invented: days from an epoch.
WITHOUT_DATES = {"mmrf", "mmrf-flat", "gdc", "cbioportal"}


def read(extract: Path, profile: str | None = None) -> tuple[Tables, Work]:
    """What a run reads of the extract, and what it is then to derive."""
    job = Job(extract, extract, profile=profile).prepared()
    with duckdb.connect() as connection:
        ingest(extract, connection, load_registry(job.configuration.registry, extract))
        work = Work(1, job.configuration.criteria, {}, declared(connection, job))
        return {name: connection.sql(work.rows(name)).pl() for name in TAKEN}, work


def derived(read: dict[str, Tables], work: Work) -> dict[str, Tables]:
    """What follows from each, and is exported: stages, lines, visits, times to events and the rest, of which survival,
    models and audit are made. It follows of each patient from that patient's rows, so all are derived at once."""
    together = {name: pl.concat(named(tables[name], of) for of, tables in read.items()) for name in TAKEN}
    answers = derive(together, work.edition, work.declared)
    ours = [table for table in exported() if table in filled_by("derive") and "patient_id" in answers[table].columns]
    return {of: {table: spelt(part(answers[table], of)) for table in ours} for of in read}


def named(frame: pl.DataFrame, of: str) -> pl.DataFrame:
    return frame.with_columns((pl.lit(f"{of} ") + pl.col("patient_id")).alias("patient_id"))


def part(frame: pl.DataFrame, of: str) -> pl.DataFrame:
    of_it = frame.filter(pl.col("patient_id").str.starts_with(f"{of} "))
    return of_it.with_columns(pl.col("patient_id").str.strip_prefix(f"{of} "))


def rows(frame: pl.DataFrame) -> pl.DataFrame:
    """As they are read, but for what one form has a row each of (a drug), how a name's words are joined, and what is
    lost between units."""
    compared = frame.select(pl.exclude("drugs").exclude("unit")).with_columns(selectors.float().round(6))
    return compared.with_columns(selectors.by_name("drug", require_all=False).str.replace_all("_", " ")).unique()


def spelt(frame: pl.DataFrame) -> pl.DataFrame:
    """With the drugs of a line, which stand as they were written, in one spelling; given_drug has what they are."""
    names = selectors.by_name("drugs", require_all=False).str.to_lowercase().str.replace_all("_", " ")
    return frame.with_columns(names.str.replace_all(r"[,-] ?", ";").str.split(";").list.unique().list.sort())


def without(tables: Tables, lost: tuple[Loss, ...]) -> Tables:
    """What is left of the contract's tables."""
    with duckdb.connect() as connection:
        load(connection, tables)
        for loss in lost:
            lose(connection, loss)
        return {table: connection.sql(f"from {table}").pl() for table in tables}


def load(connection: duckdb.DuckDBPyConnection, tables: Tables) -> None:
    for table, frame in tables.items():
        connection.register("frame", frame)
        connection.execute(f"create table {table} as from frame")
    connection.execute(DAY_0)


DAY_0 = """
    create table day_0 as
    select
        p.patient_id, p.diagnosis_date::date as diagnosis, t.first_day is not null as is_treated,
        coalesce(t.first_day, p.diagnosis_date)::date as first_treatment
    from patients p
    left join (select patient_id, min(start_date) as first_day from treatments group by patient_id) t using (patient_id)
"""


def lose(connection: duckdb.DuckDBPyConnection, loss: Loss) -> None:
    # the patients last: what is lost elsewhere may depend on them
    for table in [*reversed(COLUMNS)] if loss.tables == ("*",) else loss.tables:
        columns = [name for name in loss.columns if name in COLUMNS[table]]
        if loss.select:
            connection.execute(f"create or replace table {table} as {loss.select}")
        elif columns:
            cells = [
                f"case when {loss.rows} then {loss.becomes.format(column=name, table=table)} else {name} end as {name}"
                for name in columns
            ]
            connection.execute(f"create or replace table {table} as select * replace ({', '.join(cells)}) from {table}")
        elif not loss.columns:
            connection.execute(f"delete from {table} where {loss.rows}")


def write_own(tables: Tables, folder: Path, in_days: bool) -> Path:
    folder.mkdir()
    for table, frame in tables.items():
        frame.write_csv(folder / f"{table}.csv")
    if in_days:
        dated = "".join(f"[tables.{table}]\ndate_format = 'days'\n" for table in tables)
        (folder / "registry.toml").write_text(f"epoch = 2000-01-01\n{dated}", encoding="utf-8")
    return folder


Pair = tuple[tuple[Tables, Work], tuple[Tables, Work]]


def write_form(form: str, folder: Path, tables: Tables) -> dict[str, int]:
    """As flows.sample.forms does, of tables that are made once."""
    folder.mkdir()
    return FORMS[form](folder, tables if form in WITH_AMOUNTS else without_amounts(tables))


@pytest.fixture(scope="module")
def whole() -> Tables:
    return clean_tables(PATIENTS, SEED)


@pytest.fixture(scope="module")
def written(whole: Tables, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, dict[str, int]]]:
    """The folder of each form, and its rows by file."""
    folder = tmp_path_factory.mktemp("forms")
    return {form: (folder / form, write_form(form, folder / form, whole)) for form in FORMS}


@pytest.fixture(scope="module")
def pairs(
    whole: Tables, written: dict[str, tuple[Path, dict[str, int]]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Pair]:
    """What is read of each form, and of the contract's own tables without what the form can't hold.

    The own tables of all forms are read at once, those of invented dates apart.
    """
    folder, own = tmp_path_factory.mktemp("own"), {}
    for in_days in (False, True):
        forms = [form for form in READ if (form in WITHOUT_DATES) == in_days]
        left = {form: without(whole, losses(form)) for form in forms}
        together = {
            table: pl.concat((named(left[form][table], form) for form in forms), how="diagonal") for table in whole
        }
        tables, work = read(write_own(together, folder / f"in-days-{in_days}", in_days=in_days))
        own |= {form: ({table: part(frame, form) for table, frame in tables.items()}, work) for form in forms}
    found = {}
    for form, profile in READ.items():
        found[form] = read(written[form][0], profile), own[form]
    return found


def test_a_form_is_read_as_the_contracts_own_tables(pairs: dict[str, Pair]) -> None:
    for form, ((found, work), (expected, own_work)) in pairs.items():
        assert differing(*({name: rows(frame) for name, frame in of.items()} for of in (found, expected))) == [], form
        assert work == own_work, form


def test_a_form_gives_the_answers_of_the_contracts_own_tables(pairs: dict[str, Pair]) -> None:
    works = [own_work for _, (_, own_work) in pairs.values()]
    for work in [work for number, work in enumerate(works) if work not in works[:number]]:
        alike = {form: pair for form, pair in pairs.items() if pair[1][1] == work}
        read = {f"{form}-form": found for form, ((found, _), _) in alike.items()}
        read |= {f"{form}-own": expected for form, (_, (expected, _)) in alike.items()}
        answers = derived(read, work)
        for form in alike:
            assert differing(answers[f"{form}-form"], answers[f"{form}-own"]) == [], form
            assert answers[f"{form}-own"]["visits"].height > 100, form


def differing(found: Tables, expected: Tables) -> list[str]:
    return [name for name in expected if not found[name].sort(pl.all()).equals(expected[name].sort(pl.all()))]


def test_every_loss_is_of_something_that_the_patients_have() -> None:
    idle = []
    with duckdb.connect() as connection:
        load(connection, clean_tables(200, 1))
        for form in FORMS:
            connection.begin()
            for loss in losses(form):
                concerned = [*COLUMNS] if loss.tables == ("*",) else loss.tables
                hashes = "select " + ", ".join(f"(select sum(hash({table})) from {table})" for table in concerned)
                before = connection.execute(hashes).fetchone()
                lose(connection, loss)
                idle += [(form, loss.lost)] if connection.execute(hashes).fetchone() == before else []
            connection.rollback()
    assert idle == []


def test_the_same_patients_are_written_again_byte_for_byte(
    written: dict[str, tuple[Path, dict[str, int]]], tmp_path: Path
) -> None:
    again = clean_tables(PATIENTS, SEED)
    for form, (folder, rows) in written.items():
        assert write_form(form, tmp_path / form, again) == rows, form
        assert sum(rows.values()) > 0, form
        files = {path.name: path.read_bytes() for path in (tmp_path / form).iterdir()}
        assert files == {path.name: path.read_bytes() for path in folder.iterdir()}, form
        assert files, form


def test_the_command_writes_a_form_and_says_what_it_does_not_hold(tmp_path: Path) -> None:
    arguments = ["sample", "--patients", "3", "--form", "redcap", "--output", str(tmp_path)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0
    assert "MyelomaRegistry_DATA_2025-01-15_1030.csv " in result.stdout
    assert "not held     labs: ref_low, ref_high (the laboratory form asks" in result.stdout
