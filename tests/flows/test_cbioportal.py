"""The registry as a study of cBioPortal: its files keep the rules of the portal's own validator (docs.cbioportal.org,
"File Formats"; validateData.py of cbioportal-core), restated here, and say what the store says."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner, Result

from flows.cbioportal.study import StudyError, export_study
from flows.cli import main
from tests.extracts import FILES, write_extract
from tests.once import build

# Attributes that the portal knows by name: of which file they are, and their type.
PREDEFINED = {
    "AGE": ("PATIENT", "NUMBER"),
    "SEX": ("PATIENT", "STRING"),
    "OS_STATUS": ("PATIENT", "STRING"),
    "OS_MONTHS": ("PATIENT", "NUMBER"),
    "CANCER_TYPE": ("SAMPLE", "STRING"),
    "CANCER_TYPE_DETAILED": ("SAMPLE", "STRING"),
}
FIXED = {"OS_STATUS": {"", "0:LIVING", "1:DECEASED"}, "PFS_STATUS": {"", "0:CENSORED", "1:PROGRESSION"}}
REQUIRED = {"meta_study.txt": {"type_of_cancer", "cancer_study_identifier", "name", "description"}}
ABOUT = {"cancer_study_identifier", "genetic_alteration_type", "datatype", "data_filename"}


def problems(folder: Path) -> list[str]:
    """What the portal would refuse."""
    found, metas = [], {path.name: meta(path) for path in folder.glob("meta_*.txt")}
    if len({of.get("cancer_study_identifier") for of in metas.values()}) != 1:
        found.append("the meta files are of several studies")
    named = {of["data_filename"]: of["datatype"] for of in metas.values() if "data_filename" in of}
    if set(named) != {path.name for path in folder.glob("data_*.txt")}:
        found.append("meta files and data files are not the same")
    for name, of in metas.items():
        found += [f"{name} lacks {key}" for key in REQUIRED.get(name, ABOUT) - set(of)]
    attributes: dict[str, str] = {}
    ids: dict[str, list[str]] = {"PATIENT": [], "SAMPLE": [], "of samples": []}
    for name, datatype in named.items():
        if datatype == "TIMELINE" or not (folder / name).exists():
            continue
        level = datatype.removesuffix("_ATTRIBUTES")
        comments, header, rows = clinical(folder / name)
        found += [f"{name}: {said}" for said in clinical_problems(level, comments, header, rows)]
        both = set(attributes) & set(header) - {"PATIENT_ID"}
        found += [f"{attribute} is of both levels" for attribute in both]
        attributes |= dict.fromkeys(header, level)
        ids[level] = [row[header.index(f"{level}_ID")] for row in rows]
        if level == "SAMPLE":
            ids["of samples"] = [row[header.index("PATIENT_ID")] for row in rows]
    if set(ids["of samples"]) != set(ids["PATIENT"]):
        found.append("patients and samples do not match")
    for name in (name for name, datatype in named.items() if datatype == "TIMELINE"):
        header, *rows = cells(folder / name)
        if header[:4] != ["PATIENT_ID", "START_DATE", "STOP_DATE", "EVENT_TYPE"]:
            found.append(f"{name}: its first columns are others")
        for row in rows:
            whole = re.fullmatch(r"-?[0-9]+", row[1]) and re.fullmatch(r"(-?[0-9]+)?", row[2])
            if len(row) != len(header) or not whole or not row[3] or row[0] not in ids["PATIENT"]:
                found.append(f"{name}: a row breaks the rules")
    return found


def clinical_problems(level: str, comments: list[list[str]], header: list[str], rows: list[list[str]]) -> list[str]:
    if len(comments) != 4 or any(len(line) != len(header) for line in comments):
        return ["it has not four lines of comment as wide as its header"]
    _, _, kinds, priorities = comments
    found = ["a definition is empty" for line in comments for cell in line if not cell.strip()]
    found += [f"no type {kind}" for kind in kinds if kind not in ("STRING", "NUMBER", "BOOLEAN")]
    found += [f"no priority {priority}" for priority in priorities if not priority.isdigit()]
    found += [f"{name}: small letters or signs" for name in header if not re.fullmatch(r"[A-Z0-9_]+", name)]
    for name, kind in zip(header, kinds, strict=True):
        if name in PREDEFINED and PREDEFINED[name] != (level, kind):
            found.append(f"{name} is {PREDEFINED[name]}")
    for row in rows:
        if len(row) != len(header):
            found.append("a row is not as wide as the header")
        for name, kind, cell in zip(header, kinds, row, strict=False):
            known = {"NUMBER": r"-?[0-9.]+", "BOOLEAN": "TRUE|FALSE"}.get(kind, ".*")
            if (cell and not re.fullmatch(known, cell)) or len(cell) > 255 or '"' in cell:
                found.append(f"{name}: no {kind}")
            if name in FIXED and cell not in FIXED[name]:
                found.append(f"{name}: another status")
            if name.endswith("_ID") and not re.fullmatch(r"[A-Za-z0-9._-]+", cell):
                found.append(f"{name}: not an identifier")
    of = [row[header.index(f"{level}_ID")] for row in rows]
    return found + (["an identifier comes twice"] if len(set(of)) != len(of) else [])


def meta(path: Path) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in path.read_text().splitlines())


def cells(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]


def clinical(path: Path) -> tuple[list[list[str]], list[str], list[list[str]]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = [line[1:].split("\t") for line in lines if line.startswith("#")]
    header, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return comments, header, rows


def frame(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, separator="\t", comment_prefix="#", infer_schema=False)


@pytest.fixture(scope="module")
def study(synthetic: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    export_study(synthetic, folder, "mspike")
    return folder


def stored(store: Path, sql: str) -> pl.DataFrame:
    with duckdb.connect(str(store / "registry.duckdb"), read_only=True) as connection:
        return connection.sql(sql).pl()


def test_the_portals_validator_would_refuse_nothing(study: Path) -> None:
    assert problems(study) == []


@pytest.mark.parametrize(
    ("file", "was", "becomes"),
    [
        ("data_clinical_patient.txt", "#STRING", "#TEXT"),
        ("data_clinical_patient.txt", "0:LIVING", "LIVING"),
        ("data_clinical_patient.txt", "\nPATIENT_ID\tSEX", "\nPATIENT_ID\tSex"),
        ("data_clinical_sample.txt", "-DX", " DX"),
        ("data_timeline_status.txt", "STOP_DATE", "END_DATE"),
        ("data_timeline_status.txt", "\t0\t", "\t2020-01-01\t"),
        ("meta_clinical_sample.txt", "data_clinical_sample", "data_samples"),
        ("meta_clinical_sample.txt", "mspike", "other"),
    ],
)
def test_the_restated_rules_find_what_breaks_them(
    study: Path, tmp_path: Path, file: str, was: str, becomes: str
) -> None:
    shutil.copytree(study, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert was in text
    (tmp_path / file).write_text(text.replace(was, becomes), encoding="utf-8")
    assert problems(tmp_path)


def test_months_and_status_are_those_of_the_times_to_event(study: Path, synthetic: Path) -> None:
    sql = """
        select patient_id as "PATIENT_ID", event, days from time_to_event
        where endpoint = 'OS' and origin = 'diagnosis' order by 1
    """
    times = stored(synthetic, sql)
    patients = frame(study / "data_clinical_patient.txt")
    both = patients.join(times, on="PATIENT_ID", how="left", maintain_order="left")
    assert both.height == stored(synthetic, "from patients").height
    assert both["OS_STATUS"].to_list() == [
        None if event is None else "1:DECEASED" if event else "0:LIVING" for event in both["event"]
    ]
    for months, event, days in both.select("OS_MONTHS", "event", "days").iter_rows():
        assert months is None if event is None else abs(float(months) * 30.4375 - days) < 0.2


def test_days_are_counted_from_diagnosis_and_no_date_leaves(study: Path, synthetic: Path) -> None:
    status = frame(study / "data_timeline_status.txt")
    assert set(status.filter(pl.col("STATUS") == "Diagnosis")["START_DATE"]) == {"0"}
    sql = """
        select v.patient_id, (visit_date - p.diagnosis_date)::varchar as day, response
        from visits v join patients p using (patient_id) where response is not null and response <> 'NE' order by all
    """
    derived = status.filter(pl.col("SOURCE") == "derived", pl.col("STATUS") != "Progression")
    assert sorted(derived.select("PATIENT_ID", "START_DATE", "STATUS").rows()) == stored(synthetic, sql).rows()
    whole = "".join(path.read_text(encoding="utf-8") for path in study.iterdir())
    assert not re.search(r"\b(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}\b", whole)


def test_treatments_and_results_of_one_patient_are_all_there(small: Path, tmp_path: Path) -> None:
    export_study(small / "store", tmp_path / "study", "small")
    treatment = frame(tmp_path / "study" / "data_timeline_treatment.txt").filter(pl.col("PATIENT_ID") == "PATIENT-A")
    assert set(treatment.select("START_DATE", "STOP_DATE", "AGENT", "LINE").rows()) == {
        ("9", None, "bortezomib", "1"),
        ("9", None, "lenalidomide", "1"),
        ("425", None, "daratumumab", "2"),
    }
    assert (date(2021, 3, 1) - date(2020, 1, 1)).days == 425
    labs = frame(tmp_path / "study" / "data_timeline_labtest.txt").filter(pl.col("PATIENT_ID") == "PATIENT-A")
    assert labs.filter(pl.col("START_DATE") == "1").select("TEST", "RESULT", "UNIT").rows() == [
        ("albumin", "3.8", "g/dL"),
        ("beta2_microglobulin", "3.0", "mg/L"),
        ("serum_m_protein", "3.2", "g/dL"),
    ]


def test_what_is_unknown_is_omitted_and_counted_and_what_the_portal_cant_take_is_written_so_that_it_can(
    tmp_path: Path,
) -> None:
    extract = {name: text.replace("PATIENT-A", "é 1").replace("PATIENT-B", "é;1") for name, text in FILES.items()}
    extract["patients"] = extract["patients"].replace("é 1,north", 'é 1,"no\trth"').replace("dead,2021", "dead,2019")
    extract["treatments"] = extract["treatments"].replace("daratumumab", "somethingumab")
    store = build(write_extract(tmp_path / "extract", **extract), tmp_path / "store")
    exported = export_study(store, tmp_path / "study", "small")
    assert exported.left_out == {"os": 1, "pfs": 1, "treatments": 1, "transplants": 2, "mrd": 0}
    assert problems(tmp_path / "study") == []
    written = frame(tmp_path / "study" / "data_clinical_patient.txt")
    assert written["PATIENT_ID"].n_unique() == 3
    assert "no rth" in written["CENTER"].to_list()


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["export", "cbioportal", *map(str, arguments)])


def test_the_command_says_how_many_rows_it_wrote(synthetic: Path, tmp_path: Path) -> None:
    result = run("--store", synthetic, "--output", tmp_path / "study")
    assert result.exit_code == 0
    patients = stored(synthetic, "from patients").height
    assert re.search(rf"^data_clinical_patient.txt +{patients:,} rows", result.stdout, re.MULTILINE)
    assert meta(tmp_path / "study" / "meta_study.txt")["cancer_study_identifier"] == "mspike"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--study", "My Study"], "'My Study' can't name a study; write small letters, digits and _ only"),
        ([], "make one with mspike run"),
    ],
)
def test_what_cant_be_done_is_one_line(tmp_path: Path, arguments: list[str], said: str) -> None:
    result = run("--store", tmp_path / "none", "--output", tmp_path / "study", *arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "study").exists()


def test_a_store_of_another_version_is_refused(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "registry.duckdb")) as connection:
        connection.execute("create table patients (patient_id varchar)")
    with pytest.raises(StudyError, match="made by another version of mspike; make it again"):
        export_study(tmp_path, tmp_path / "study", "small")
