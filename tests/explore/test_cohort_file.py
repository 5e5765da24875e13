"""A file of cohorts, the command, the notebook and the address ask the same, and a wrong file is refused in a line."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given

from flows.commands.query import query as command
from flows.drawing.words import Words
from flows.query import QueryError, QueryFailed, cohort
from flows.query.asked_registry import Registry
from flows.query.cohort_file import as_toml, from_toml
from flows.query.in_words import attribute_name, described, value_name
from tests.explore.analyses import analyses
from transforms.cohorts import ATTRIBUTES, Analysis, Cohort
from transforms.survival.tables import UNKNOWN

FILE = """
origin = "line_start"
line = 1
landmark_months = 6
endpoint = "PFS"
by = "mrd"

[[cohort]]
name = "Transplanted"
where.transplant = "yes"
where.year = [2012, "2015.."]
where.not.drug = "DARA"

[[cohort]]
name = "Others"
[cohort.where]
transplant = ["no", "unknown"]
"""
ASKED = Analysis(
    "line_start",
    1,
    6.0,
    "PFS",
    None,
    "mrd",
    (
        Cohort("Transplanted", {"transplant": ("yes",), "year": ("2012", "2015.."), "not.drug": ("daratumumab",)}),
        Cohort("Others", {"transplant": ("no", "unknown")}),
    ),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    return result.exit_code, result.output + (str(result.exception) if result.exception else "")


def test_a_file_says_what_is_asked() -> None:
    assert from_toml(FILE) == ASKED
    assert from_toml("") == Analysis()


@given(analyses)
def test_what_is_written_into_a_file_is_read_from_it_again(analysis: Analysis) -> None:
    assert from_toml(as_toml(analysis, "store out/sample\nrun 3")) == analysis


def test_a_notebook_has_the_members_of_the_pages(file: Path, synthetic: Path) -> None:
    registry = Registry(synthetic)
    expected = registry.members(ASKED)
    registry.close()
    found = cohort(file, store=synthetic)
    assert found.height > 20
    assert found.equals(cohort(ASKED, store=synthetic))
    same = [name for name in expected.columns if name in found.columns]
    assert found.select(same).equals(expected.select(same))
    assert found.select("cohort", "name").unique().sort("cohort").rows() == [("a", "Transplanted"), ("b", "Others")]


def test_the_command_gives_the_members_as_a_table_or_file(file: Path, synthetic: Path, tmp_path: Path) -> None:
    output = tmp_path / "members.parquet"
    status, _ = run("--cohort", file, "--store", synthetic, "--format", "parquet", "--output", output)
    assert status == 0
    assert output.stat().st_mode & 0o777 == 0o600
    assert pl.read_parquet(output).equals(cohort(file, store=synthetic))
    status, said = run("--cohort", file, "--store", synthetic, "--format", "csv")
    assert status == 0
    assert said.startswith("cohort,name,patient_id,line,start_date,stratum,")


def test_the_command_says_a_cohort_in_words_and_how_each_filter_divides(file: Path, synthetic: Path) -> None:
    status, said = run("--cohort", file, "--describe")
    assert status == 0
    assert (
        "Cohort “Transplanted”: Autologous transplant by the landmark: yes; Year of diagnosis: 2012 or 2015 or" in said
    )
    assert "not daratumumab" in said
    assert "left_out" not in said
    status, said = run("--cohort", file, "--describe", "--store", synthetic)
    assert status == 0
    assert "landmark" in said
    assert "left_out" in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("origin = ", "not TOML"),
        ("[" * 5000, "not TOML"),
        ("months = 3", "the file has no 'months'"),
        ("line = '2'", "line is a whole number"),
        ("line = true", "line is a whole number"),
        ("landmark_months = nan\n[[cohort]]", "a landmark is a number of months"),
        ("cohort = 3", "cohorts are tables"),
        ("[[cohort]]\nsite = 'S1'", "a cohort has no 'site'"),
        ("[[cohort]]\nwhere = 3", "a cohort's name is text"),
        ("[[cohort]]\nwhere.not = 'drug'", "not stands before an attribute"),
        ("[[cohort]]\nwhere.age = 60.5", "age is a text, a whole number"),
        ("[[cohort]]\nwhere.age = []", "age is asked for by at least one value"),
        ("[[cohort]]\nwhere.mrd = 'negative'", "immortal time"),
        ('[[cohort]]\nwhere.site = "a\\u0007b"', "a value of site is text of one line"),
        ("[[cohort]]\n" * 6, "one to 5 cohorts"),
    ],
)
def test_a_file_that_asks_for_nothing_is_refused_in_a_line(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QueryError) as error:
        cohort(path, store=tmp_path)
    assert says in str(error.value)
    assert str(error.value).startswith("wrong.toml: ")
    assert "\n" not in str(error.value)


def test_a_missing_store_a_missing_file_and_a_query_beside_it_are_errors_of_a_line(file: Path, tmp_path: Path) -> None:
    with pytest.raises(QueryFailed, match="no store"):
        cohort(file, store=tmp_path)
    with pytest.raises(QueryError, match="can't be read as a file of cohorts"):
        cohort(tmp_path / "none.toml", store=tmp_path)
    asked: list[tuple[list[str | Path], str]] = [
        (["--cohort", file], "name the store"),
        (["stage_table", "--cohort", file], "a query, and its --param, is asked apart"),
        (["--cohort", file, "--store", tmp_path, "--format", "parquet"], "parquet is not for a screen"),
    ]
    for arguments, says in asked:
        status, said = run(*arguments)
        assert status != 0
        assert says in said


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_attribute_and_value_has_a_name_in_both_languages(lang: str) -> None:
    words = Words(lang)
    names = {name: attribute_name(name, words) for name in ATTRIBUTES}
    assert len(set(names.values())) == len(names)
    assert all("_" not in name for name in names.values())
    for name, attribute in ATTRIBUTES.items():
        values = [value_name(name, value, words) for value in (*attribute.values, UNKNOWN)]
        assert len(set(values)) == len(values), name
        assert all("_" not in value for value in values)
    assert list(described(ASKED, words))[-1].count("；" if lang == "ja" else ";") == 0


def test_the_manual_names_every_attribute_and_its_file_can_be_read() -> None:
    manual = (Path(__file__).parents[2] / "flows" / "README.md").read_text(encoding="utf-8")
    section = manual.split("\n## Cohorts\n")[1].split("\n## ")[0]
    assert [name for name in ATTRIBUTES if f"`{name}`" not in section] == []
    example = from_toml(section.split("```toml\n")[1].split("```")[0])
    assert example.cohorts[1].where == {
        "drug": ("lenalidomide+bortezomib",),
        "r_iss": ("II", "III", "unknown"),
    }
