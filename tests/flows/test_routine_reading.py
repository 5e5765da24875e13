"""The reading for routine care in what leaves a run: the report, explain and the exports say which reading it is."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pyreadstat
import pytest

from flows import steps
from flows.adam.data_sets import export_adam
from flows.cbioportal.study import export_study
from flows.database import connect
from flows.explain.course import read_course
from flows.explain.terminal import as_text
from flows.report import write_report
from flows.settings.config import Config
from rules.clauses.routine import NEXT_LINE, RELAXATIONS
from tests.flows.report_page import Page
from tests.once import build

# URINE: the urine of the baseline was free. CHAINS: light-chain disease, urine not collected again.
# ONCE: one look before the next line. MARKERS: serum and urine rise at one visit only.
EXTRACT = {
    "patients": """
        patient_id,diagnosis_date,diagnosis,isotype,light_chain,vital_status,last_contact_date
        URINE,2020-01-01,MM,IgG,kappa,alive,2022-01-01
        CHAINS,2020-01-01,MM,light_chain,kappa,alive,2022-01-01
        ONCE,2020-01-01,MM,IgG,kappa,alive,2022-01-01
        MARKERS,2020-01-01,MM,IgG,kappa,alive,2022-01-01
    """,
    "treatments": """
        patient_id,line,drugs,start_date
        URINE,1,bortezomib,2020-01-10
        CHAINS,1,bortezomib,2020-01-10
        ONCE,1,bortezomib,2020-01-10
        ONCE,2,carfilzomib,2020-04-10
        MARKERS,1,bortezomib,2020-01-10
    """,
    "labs": """
        patient_id,collected_on,analyte,value,unit
        URINE,2020-01-05,serum_m_protein,4.0,g/dL
        URINE,2020-01-05,urine_m_protein,0,mg/24h
        URINE,2020-03-01,serum_m_protein,0.4,g/dL
        URINE,2020-04-01,serum_m_protein,0.4,g/dL
        CHAINS,2020-01-05,urine_m_protein,1000,mg/24h
        CHAINS,2020-01-05,flc_kappa,500,mg/L
        CHAINS,2020-01-05,flc_lambda,10,mg/L
        CHAINS,2020-03-01,flc_kappa,100,mg/L
        CHAINS,2020-03-01,flc_lambda,10,mg/L
        ONCE,2020-01-05,serum_m_protein,4.0,g/dL
        ONCE,2020-03-01,serum_m_protein,1.0,g/dL
        MARKERS,2020-01-05,serum_m_protein,3.0,g/dL
        MARKERS,2020-01-05,urine_m_protein,300,mg/24h
        MARKERS,2020-03-01,serum_m_protein,1.0,g/dL
        MARKERS,2020-03-01,urine_m_protein,100,mg/24h
        MARKERS,2020-04-01,serum_m_protein,1.5,g/dL
        MARKERS,2020-04-01,urine_m_protein,300,mg/24h
        MARKERS,2020-05-01,serum_m_protein,1.0,g/dL
        MARKERS,2020-05-01,urine_m_protein,100,mg/24h
    """,
}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A store by each of: the strict reading, the relaxed one, and that with one relaxation switched off."""
    folder = tmp_path_factory.mktemp("routine")
    extract = folder / "extract"
    extract.mkdir()
    for name, text in EXTRACT.items():
        (extract / f"{name}.csv").write_text("\n".join(map(str.strip, text.strip().splitlines())) + "\n")
    configurations = {
        "strict": Config(),
        "relaxed": Config("jsh2023-routine"),
        "without": Config("jsh2023-routine", {NEXT_LINE: {"is_taken": False}}),
    }
    return {
        name: build(extract, folder / name, steps.outcomes, configuration=configuration)
        for name, configuration in configurations.items()
    }


def page(store: Path, folder: Path, lang: str = "en") -> str:
    written = write_report(store / "registry.duckdb", folder, lang=lang, internal=True)
    return Page(written.read_text(encoding="utf-8")).text()


@pytest.fixture(scope="module")
def relaxed(stores: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    return page(stores["relaxed"], tmp_path_factory.mktemp("relaxed"))


def test_the_reports_head_and_methods_say_which_reading_it_is(
    stores: dict[str, Path], relaxed: str, tmp_path: Path
) -> None:
    assert "by the criteria JSH 2023, read for routine care (relaxed)" in relaxed
    assert "This edition relaxes the criteria for routine care" in relaxed
    for name in RELAXATIONS:
        assert f"({name})" in relaxed, name
    strict = page(stores["strict"], tmp_path / "strict")
    assert "routine" not in strict
    assert "ROUTINE" not in strict


def test_the_report_counts_what_each_relaxation_decided_beside_the_strict_reading(relaxed: str) -> None:
    for row in (
        "urine not asked for again where that of the baseline was free of M-protein ROUTINE.urine_known_free 2 0 2 1 0",
        "CR by serum immunofixation alone where urine was never positive ROUTINE.cr_by_serum 0 0 0 0 0",
        "a response seen once confirmed by the start of the next line ROUTINE.next_line 1 0 0 1 0",
        "two markers progressing at one visit confirm each other ROUTINE.two_markers 1 0 0 1 1",
        "free light chains in place of 24-hour urine in light-chain disease ROUTINE.flc_for_urine 1 1 1 1 0",
        "strict 7 6",
        "for routine care 7 7",
    ):
        assert row in relaxed, row


@pytest.mark.parametrize(("name", "rows"), [("strict", 0), ("relaxed", 7)])
def test_the_strict_reading_is_stored_beside_a_relaxed_one_only(stores: dict[str, Path], name: str, rows: int) -> None:
    with connect(stores["strict"] / "registry.duckdb", read_only=True) as connection:
        visits = connection.sql(
            "select patient_id, line, visit_date, response, possible_response, confirmed_response from visits"
        ).fetchall()
    with connect(stores[name] / "registry.duckdb", read_only=True) as connection:
        found = connection.sql("select * exclude (is_evaluable) from strict_reading").fetchall()
    assert len(found) == rows
    assert not rows or sorted(found) == sorted(visits)


def test_a_relaxation_that_is_switched_off_is_not_in_the_report(stores: dict[str, Path], tmp_path: Path) -> None:
    text = page(stores["without"], tmp_path)
    assert f"({NEXT_LINE})" not in text
    assert "(ROUTINE.two_markers)" in text


def test_the_report_says_so_in_japanese_too(stores: dict[str, Path], tmp_path: Path) -> None:
    text = page(stores["relaxed"], tmp_path, "ja")
    assert "この版は日常診療向けに基準を緩和しています" in text
    assert "同一受診で進行した2つの指標は互いを確認する" in text


@pytest.mark.parametrize(
    ("patient", "sentence"),
    [
        (
            "URINE",
            "urine not asked for again where that of the baseline was free of M-protein (ROUTINE.urine_known_free)",
        ),
        ("CHAINS", "PR: dFLC 90 mg/L, down 81.6 % from the baseline of 490"),
        ("CHAINS", "in place of 24-hour urine in light-chain disease (ROUTINE.flc_for_urine) [Dejoie 2016]"),
        (
            "ONCE",
            "a response seen once confirmed by the start of the next line (ROUTINE.next_line) [decision of mspike]",
        ),
        ("MARKERS", "confirmed at once: two markers progress at this visit"),
        ("MARKERS", "two markers progressing at one visit confirm each other (ROUTINE.two_markers) [Blood 2025]"),
    ],
)
def test_explain_says_what_was_relaxed(stores: dict[str, Path], patient: str, sentence: str) -> None:
    def said(store: Path) -> str:
        return " ".join(" ".join(line.text for line in as_text(read_course(store, patient))).split())

    assert sentence in said(stores["relaxed"])
    assert sentence not in said(stores["strict"])
    assert "ROUTINE" not in said(stores["strict"])


def test_the_exports_say_which_reading_they_are_of(stores: dict[str, Path], tmp_path: Path) -> None:
    for name, edition in (("strict", "jsh2023"), ("relaxed", "jsh2023-routine")):
        export_study(stores[name], tmp_path / name, "registry")
        assert f"(criteria {edition})" in (tmp_path / name / "meta_study.txt").read_text(encoding="utf-8")
        export_adam(stores[name], tmp_path / name)
        metadata = pq.read_schema(tmp_path / name / "adtte.parquet").metadata
        assert metadata[b"criteria"].decode() == edition
    labels = [pyreadstat.read_xport(str(tmp_path / name / "adtte.xpt"))[1].file_label for name in ("strict", "relaxed")]
    assert labels == ["Time-to-Event Analysis Dataset", "ADTTE, criteria jsh2023-routine"]
