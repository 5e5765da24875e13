"""Each quantity is written once: what follows from its section, and that nothing is missing in it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from rules.categories import BEST_FIRST, CATEGORIES, LEVELS
from rules.criterion import EXPRESSIONS, FIGURES, limit_column
from rules.quantities import LABELS, MAKES_VISIT, QUANTITIES, TESTS, UNITS, quantities, unit_ending
from rules.verdict import limit_of_normal, measured
from tests.tables import import_rules
from transforms.derive import EVIDENCE
from transforms.diagnosis.tables import EVIDENCE as OF_DIAGNOSIS
from transforms.response import PARTS_OF_PR, PROGRESSIONS

ROOT = Path(__file__).parents[2]
import_rules()


def test_every_figure_has_a_unit_that_its_columns_end_in() -> None:
    assert [q.name for q in QUANTITIES.values() if UNITS.get(unit_ending(q.at()), "") != q.unit] == []
    serum, cells = QUANTITIES["serum_m_protein"], QUANTITIES["circulating_plasma_cells"]
    assert (serum.at(), serum.at("baseline")) == ("serum_m_g_dl", "serum_m_baseline_g_dl")
    assert cells.at("nadir") == "circulating_cells_nadir_per_ul"
    assert unit_ending("is_beta") == ""


def test_every_analyte_is_converted_from_its_own_unit_by_one() -> None:
    conversions = tomllib.loads((ROOT / "rules" / "intake" / "units.toml").read_text(encoding="utf-8"))
    known = {q.name: [conversions[name] for name in q.conversions] for q in QUANTITIES.values() if q.conversions}
    assert [name for name, of in known.items() if [by[QUANTITIES[name].unit] for by in of[:1]] != [1]] == []
    assert set(conversions) == {name for q in QUANTITIES.values() for name in q.conversions}


@pytest.mark.parametrize("language", LABELS)
def test_every_quantity_and_every_test_that_can_be_missing_has_a_name(language: str) -> None:
    called = {name.removeprefix("baseline_") for name in (*TESTS, *QUANTITIES)}
    assert sorted(called - set(LABELS[language])) == []
    assert set(MAKES_VISIT) <= set(LABELS[language])


def test_what_no_clause_waits_for_is_no_test() -> None:
    assert set(TESTS) & {"dflc", "crp"} == set()


@pytest.mark.parametrize(
    ("name", "when", "tests"),
    [
        ("serum_m_protein", "", ("serum_m_protein",)),
        ("serum_m_protein", "nadir", ("baseline_serum_m_protein",)),
        ("dflc", "baseline", ("baseline_flc_kappa", "baseline_flc_lambda")),
        ("plasmacytoma", "baseline", ("plasmacytoma",)),  # of a line's start no patient is asked apart
    ],
)
def test_a_figure_that_is_not_known_names_what_would_have_measured_it(
    name: str, when: str, tests: tuple[str, ...]
) -> None:
    assert QUANTITIES[name].waits_for(when) == tests


def test_a_clause_reads_the_columns_of_its_quantity() -> None:
    assert measured("marrow", "nadir").column == "marrow_nadir_percent"
    assert limit_of_normal("hemoglobin").column == "hemoglobin_ref_low_g_dl"
    assert [q.name for q in quantities(visit="makes", nadir="lowest")] == ["marrow", "plasmacytoma"]


def test_a_quantity_with_a_part_has_its_clauses() -> None:
    parts = [q.part for q in QUANTITIES.values() if q.part]
    assert [part for part in parts if f"PD.{part}" not in EXPRESSIONS] == []
    followed = [q for q in QUANTITIES.values() if q.part and "baseline" in (q.evidence or ())]
    assert {f"PR.{q.part}" for q in followed} == set(PARTS_OF_PR)


def stored(table: str) -> list[str]:
    text = (ROOT / "sql" / "schema" / f"{table}.sql").read_text(encoding="utf-8")
    return re.findall(r'^ {4}"?([\w.]+)"? (?:double|boolean|varchar|date|bigint)', text, flags=re.MULTILINE)


def test_the_evidence_of_a_diagnosis_has_every_figure_sign_and_verdict() -> None:
    assert sorted(stored("diagnosis_evidence")) == sorted(OF_DIAGNOSIS)


def test_the_evidence_of_a_visit_has_every_figure_verdict_and_limit() -> None:
    verdicts = [*PARTS_OF_PR, *LEVELS, *PROGRESSIONS]
    limits = [limit for clause_id in verdicts for limit in FIGURES[clause_id]]
    assert sorted(stored("visit_evidence")) == sorted([*EVIDENCE, *verdicts, *limits])


def test_a_limit_is_named_after_its_clause_and_ends_in_the_unit_of_its_figure() -> None:
    assert limit_column("PD.serum", "serum_m_g_dl") == "PD.serum_limit_g_dl"
    assert FIGURES["PR.plasmacytoma"] == {"PR.plasmacytoma_limit_mm2": "latest_plasmacytoma_mm2"}
    assert list(FIGURES["VGPR"]) == ["VGPR.serum_limit_g_dl", "VGPR.urine_limit_mg_24h", "VGPR.flc_limit_mg_l"]


def test_categories_have_the_same_order_in_sql() -> None:
    text = (ROOT / "sql" / "macros" / "response_category.sql").read_text(encoding="utf-8")
    assert re.findall(r"'(\w+)'", text) == list(CATEGORIES)
    assert BEST_FIRST[0] == "sCR"
    assert LEVELS == ("MR", "PR", "VGPR", "CR", "sCR")


def test_the_order_of_categories_is_written_nowhere_else() -> None:
    category = rf"""['"](?:{"|".join(CATEGORIES)})['"],?\s*"""
    sources = [p for room in ("rules", "transforms", "flows", "sql") for p in (ROOT / room).rglob("*")]
    texts = {
        p.relative_to(ROOT).as_posix(): p.read_text("utf-8") for p in sources if p.suffix in (".py", ".sql", ".j2")
    }
    assert [name for name, text in texts.items() if re.search(rf"(?:{category}){{4,}}", text)] == [
        "rules/categories.py",
        "sql/macros/response_category.sql",
    ]
