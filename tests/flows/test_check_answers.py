"""`mspike check` ends with what the extract will be able to answer, by the definitions of the derivation itself."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import polars as pl
from click.testing import CliRunner

from flows.audit.askable import askable
from flows.cli import main
from flows.commands import check_answers
from flows.engines.work import TAKEN, Work
from rules.criterion import load_edition
from tests.extracts import write_extract
from transforms.answers import answers
from transforms.intake.contracts import CONTRACTS

PATIENTS = "patient_id,diagnosis_date,vital_status,last_contact_date\n"
LABS = "patient_id,collected_on,analyte,value,unit,result,ref_high\n"


def _parts(found: pl.DataFrame, answer: str) -> dict[str, int]:
    return dict(found.filter(pl.col("answer") == answer).select("part", "patients").rows())


def test_stages_measurability_and_lines_are_counted_as_a_run_derives_them(synthetic):
    with duckdb.connect(str(synthetic / "registry.duckdb"), read_only=True) as connection:
        work = Work(1, "jsh2023")
        tables = {name: connection.sql(work.share(name, 0)).pl() for name in TAKEN}
        staging, lines, events = (connection.table(name).pl() for name in ("staging", "lines", "time_to_event"))
    found = answers(tables, load_edition("jsh2023"))
    for answer, column in (("ISS", "iss"), ("R-ISS", "r_iss")):
        parts = _parts(found, answer)
        assert (parts["asked"], parts["known"]) == (staging.height, staging[column].drop_nulls().len())
        assert 0 < parts["known"] < parts["asked"]
    first = lines.sort("start_date", "line").unique("patient_id", keep="first")
    assert _parts(found, "response") == dict(first["measurable_by"].value_counts().rows())
    with_pfs = events.filter(endpoint="PFS", origin="line_start").select("patient_id", "line").unique().height
    assert _parts(found, "PFS")["asked"] == lines.height
    assert with_pfs <= _parts(found, "PFS")["known"] <= lines.height
    assert _parts(found, "OS")["known"] == events.filter(endpoint="OS", origin="diagnosis").height


def _checked(folder: Path, **files: str) -> str:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, ["check", str(folder)]).output


def _line(output: str, start: str) -> str:
    return next(re.sub(r" +", " ", line.strip()) for line in output.splitlines() if line.strip().startswith(start))


def test_what_stands_in_the_way_is_named(tmp_path):
    patients = PATIENTS + "".join(f"P{n},2020-01-01,alive,2024-01-01\n" for n in (1, 2, 3))
    labs = LABS + "P1,2020-01-02,ldh,200,U/L,,\nP1,2020-01-02,albumin,4,g/dL,,\n"
    labs += "P1,2020-01-02,beta2_microglobulin,3,mg/L,,\nP2,2020-01-02,albumin,4,g/dL,,\n"
    labs += "P1,2020-01-02,serum_m_protein,3,g/dL,,\nP1,2020-06-01,serum_immunofixation,,,negative,\n"
    drugs = "patient_id,line,drugs,start_date\nP1,1,VRd,2020-01-10\nP2,1,VRd,2020-01-10\n"
    output = _checked(tmp_path, patients=patients, labs=labs, treatments=drugs)
    assert "what the extract will be able to answer, of 3 accepted patients:" in output
    assert _line(output, "ISS") == "ISS 1 of 3 33 % most in the way: beta2_microglobulin 2, albumin 1"
    assert "ldh" in _line(output, "R-ISS")
    assert _line(output, "serum M-protein") == "serum M-protein 1 of 2 50 %"
    assert _line(output, "not known") == "not known, for want of baseline values 1 of 2 50 %"
    assert _line(output, "CR:").endswith(
        "0 of 2 0 % most in the way: marrow 2, urine_immunofixation 2, serum_immunofixation 1"
    )
    assert _line(output, "MRD") == "MRD: any test 0 of 3 0 %"
    assert _line(output, "PFS") == "PFS: lines in which anything was assessed 1 of 2 50 %"
    assert _line(output, "OS") == "OS: a death, or a day alive after diagnosis 3 of 3 100 %"
    assert "mrd" in _line(output, "indicators of quality")


def test_a_death_on_an_unknown_day_is_no_known_survival(tmp_path):
    patients = PATIENTS + "P1,2020-01-01,dead,2024-01-01\nP2,2020-01-01,alive,2024-01-01\n"
    assert _line(_checked(tmp_path, patients=patients), "OS").endswith("alive after diagnosis 1 of 2 50 %")
    (tmp_path / "registry.toml").write_text('[tables.patients]\ndeaths = "last_contact"\n', encoding="utf-8")
    assert _line(_checked(tmp_path, patients=patients), "OS").endswith("alive after diagnosis 2 of 2 100 %")


def test_an_extract_of_patients_alone_can_answer_little_and_one_without_any_is_asked_nothing(tmp_path):
    output = _checked(tmp_path, patients=PATIENTS + "P1,2020-01-01,alive,2020-01-01\n")
    assert _line(output, "ISS").startswith("ISS 0 of 1 0 %")
    assert _line(output, "response").endswith("no treatments")
    assert _line(output, "PFS") == "PFS: lines in which anything was assessed 0 of 0 —"
    assert _line(output, "OS") == "OS: a death, or a day alive after diagnosis 0 of 1 0 %"
    assert "will be able to answer" not in _checked(tmp_path, patients=PATIENTS)


def test_many_rows_are_looked_at_in_parts_with_the_same_counts(tmp_path, monkeypatch):
    extract = write_extract(tmp_path / "in")
    once = _checked(extract)
    monkeypatch.setattr(check_answers, "ROWS_TOGETHER", 4)
    assert _checked(extract) == once


def test_an_indicator_can_be_asked_where_all_the_tables_that_it_reads_have_rows():
    edition = load_edition("jsh2023")
    can, all_, lacking = askable(edition, set(CONTRACTS))
    assert (can, lacking) == (all_, {})
    can, _, lacking = askable(edition, set(CONTRACTS) - {"mrd", "treatments"})
    assert set(lacking) == {"mrd", "treatments"}
    assert 0 < can < all_
