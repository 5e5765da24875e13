"""Every clause has its words, expression, table test and place in the criteria; this fails where one is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rules.audit.data_checks import data_checks
from rules.audit.quality import indicators
from rules.criterion import EXPRESSIONS, load_edition
from tests.rules_page import README, load_readings, main, render, table_tests
from tests.tables import Spec, TableError, editions_of

ROOT = Path(__file__).parents[2]
# What the criteria name and no expression or number decides: how figures are compared, and names of a baseline's state.
CONVENTIONS = {"C.exact", "C.unknown", "C.zero", "C.units", "C.comparator", "C.si", "C.drug", "F", "M"}
EDITIONS = ["jsh2023", "imwg2016", "jsh2023-routine"]


def test_every_expression_has_its_section_in_every_edition() -> None:
    for edition in map(load_edition, EDITIONS):
        assert EXPRESSIONS.keys() - edition.criteria.keys() == set(), edition.name
        wordless = [name for name in EXPRESSIONS if not (edition[name].states and edition[name].source)]
        assert wordless == [], edition.name


def test_every_expression_has_a_table_test() -> None:
    assert EXPRESSIONS.keys() - {test.clause_id for test in table_tests() if test.has_table} == set()


def test_every_marker_names_a_clause() -> None:
    assert [test for test in table_tests() if test.clause_id not in load_edition().criteria] == []
    assert [test for test in table_tests() if test.has_table and test.clause_id not in EXPRESSIONS] == []


def test_every_clause_with_an_expression_applies_somewhere() -> None:
    assert [clause_id for clause_id in EXPRESSIONS if not editions_of(clause_id)] == []


def test_no_convention_is_a_clause() -> None:
    assert CONVENTIONS & set(load_edition().criteria) == set()


def test_every_indicator_has_its_sql_and_its_table_tests() -> None:
    for edition in map(load_edition, EDITIONS):
        ids = {indicator.id for indicator in indicators(edition)}
        assert ids == {path.stem for path in (ROOT / "sql" / "indicators").glob("*.sql")}, edition.name
        assert ids <= {test.clause_id for test in table_tests()}, edition.name


def test_every_check_of_the_data_has_its_words_sql_and_table_tests() -> None:
    for edition in map(load_edition, EDITIONS):
        checks = {check.id: check for check in data_checks(edition)}
        assert set(checks) == {path.stem for path in (ROOT / "sql" / "checks").glob("*.sql")}, edition.name
        assert set(checks) <= {test.clause_id for test in table_tests()}, edition.name
        for check in checks.values():
            assert {"rows", "denominator", "numerator"} <= set(check.about), check.id
            assert 0 <= check.threshold <= 1, check.id
            used = re.findall(r"\$(\w+)", (ROOT / "sql" / "checks" / f"{check.id}.sql").read_text(encoding="utf-8"))
            numbers = set(edition.numbers_of(check.id)) - {"threshold"}
            assert set(used) - {"table", "column", "where"} == numbers, check.id


def test_a_check_takes_the_number_of_a_clause_as_the_run_has_it() -> None:
    edition = load_edition(settings={"V.baseline": {"window_days": 30}})
    assert edition.numbers_of("completeness.baseline")["window_days"] == 30
    assert edition.numbers_of("plausibility.immunofixation")["serum_at_least_g_dl"] == 1.0


def test_every_reading_is_about_a_clause_or_a_convention() -> None:
    for name, reading in load_readings().items():
        assert set(reading) == {"clauses", "open", "reading"}, name
        assert set(reading["clauses"]) <= set(load_edition().criteria) | CONVENTIONS, name


@pytest.fixture(scope="module")
def page() -> str:
    return render()


def section_of(clause_id: str, page: str) -> str:
    return page.partition(f"### `{clause_id}`\n")[2].partition("\n### ")[0]


def test_the_page_shows_every_number_of_a_clause(page: str) -> None:
    """One line each, or one row of the table where the editions differ, though two may differ in their unit only."""
    numbers, shown = {}, {}
    for clause_id in load_edition().criteria:
        section = section_of(clause_id, page)
        rows = re.findall(r"^\| [^|`]+ \|", section, flags=re.MULTILINE)
        lines = re.findall(r"^- [a-z0-9][^:]*: ", section, flags=re.MULTILINE)
        shown[clause_id] = max(len(rows) - 1, len(lines))
        numbers[clause_id] = len({name for edition in EDITIONS for name in load_edition(edition)[clause_id].numbers})
    assert shown == numbers


def test_smouldering_myeloma_shows_its_three_amounts(page: str) -> None:
    section = section_of("DX.smouldering", page)
    for line in ("- at least: 3 g/dL", "- at least: 500 mg/24 h", "- at least: 10 %", "- below: 60 %"):
        assert line in section


def test_the_readme_names_every_clause_and_every_table_test(page: str) -> None:
    assert [c for c in load_edition().criteria if f"### `{c}`" not in page] == []
    assert "no table test" not in page


def test_the_readme_is_current(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, page: str) -> None:
    assert main(["--check"]) == 0, "run `python -m tests.rules_page`"
    monkeypatch.setattr("tests.rules_page.render", lambda: page)
    monkeypatch.setattr("tests.rules_page.README", tmp_path / README.name)
    assert main(["--check"]) == 1  # none there
    assert main([]) == 0
    assert main(["--check"]) == 0
    (tmp_path / README.name).write_text(page + "an edit by hand\n", encoding="utf-8")
    assert main(["--check"]) == 1
    assert main(["--chekc"]) == 2


URINE = Spec("PD.urine", ["jsh2023"])


def test_a_table_fails_with_the_rows_that_are_answered_otherwise() -> None:
    with pytest.raises(AssertionError) as failure:
        URINE("""
            urine_m_nadir_mg_24h | urine_m_mg_24h || PD | missing                  | why
            ---------------------+----------------++----+--------------------------+----
            800                  | 1000           || F  |                          | said wrongly
            800                  | 999            || F  |                          | said rightly
                                 | 900            ||    | urine_m_protein          | the wrong test
        """)
    message = str(failure.value)
    assert "PD.urine of jsh2023: 2 of 3 rows" in message
    assert "expected F for want of nothing, found T for want of nothing; why: said wrongly" in message
    assert "found unknown for want of baseline_urine_m_protein; why: the wrong test" in message
    assert "said rightly" not in message


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("urine_m_mg_24 || PD | why\n 1 || F | misspelt", "does not read urine_m_mg_24"),
        ("urine_m_mg_24h || PD | why\n 1 | 2 || F | too many cells", "does not fit its header"),
        ("urine_m_mg_24h || PD | why\n 1 || no | no verdict", "does not fit its header"),
        ("urine_m_mg_24h || PD\n 1 || F", "after \\|\\| comes the verdict"),
        ("urine_m_mg_24h || PD | missing\n || | urine", "no such test: urine"),
        ("urine_m_mg_24h || PD | why", "no rows"),
        ("urine_m_mg_24h || PD | why\n much || F | no number", "urine_m_mg_24h: can't read 'much'"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(table: str, message: str) -> None:
    with pytest.raises(TableError, match=message):
        URINE(table)


def test_an_open_end_is_refused_where_no_report_has_one() -> None:
    with pytest.raises(TableError, match="ldh_ref_high_u_l can't be open-ended"):
        Spec("LDH.high", ["jsh2023"])("ldh_u_l | ldh_ref_high_u_l || LDH | why\n 300 | >200 || | a limit is a number")
