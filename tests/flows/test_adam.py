"""The registry as ADaM: the transport files are read back and held against the store and the teaching patients."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pyreadstat
import pytest
from click.testing import CliRunner, Result

from flows.adam.data_sets import AdamError, Exported, export_adam
from flows.adam.variables import DATA_SETS, DataSet
from flows.cli import main
from tests.extracts import write_extract
from tests.once import build
from transforms.intake.contracts import codes

CASES = Path(__file__).parents[2] / "data_samples" / "cases"
SETS = {data_set.name: data_set for data_set in DATA_SETS}
RESPONSES = {"sCR", "CR", "VGPR", "PR", "MR", "SD", "PD", "NE"}
TERMS: dict[str, dict[str, set[Any]]] = {
    "ADSL": {
        "AGEU": {"YEARS"},
        "SEX": {"F", "M", "U"},
        "RACE": {"NOT REPORTED"},
        "FASFL": {"Y", "N"},
        "DTHFL": {"", "Y"},
        "LDHHIFL": {"", "Y", "N"},
        "AGEGR1": {"", "<65", "65-74", ">=75"},
        "ISSGR1": {"", "I", "II", "III"},
        "RISSGR1": {"", "I", "II", "III"},
        "R2ISGR1": {"", "I", "II", "III", "IV"},
        "CYTORISK": {"", "STANDARD", "HIGH"},
    },
    "ADRS": {
        "PARAMCD": {"OVR", "COVR", "PD", "RSP", "BOR", "CBOR"},
        "AVALC": {*RESPONSES, "MISSING", "Y", "N"},
        "ANL01FL": {"", "Y"},
        "PARCAT1": {"DERIVED", "REPORTED"},
        "PARCAT2": {"JSH2023"},
    },
    "ADTTE": {
        "PARAMCD": {"OSDIAG", "OS", "PFS", "PFS2", "TTP", "TTNT", "TTD", "EFS", "TTR", "DOR"},
        "AVALU": {"DAYS"},
        "CNSR": {0.0, 1.0},
        "PDSRC": {"", "DERIVED", "REPORTED"},
    },
    "ADAE": {
        "AECAT": {event.upper().replace("_", " ") for event in codes("adverse_events", "event")},
        "ATOXGR": {"", "1", "2", "3", "4", "5"},
        "TRTEMFL": {"", "Y"},
    },
}
ORDER = {"PD": 1, "SD": 2, "MR": 3, "PR": 4, "VGPR": 5, "CR": 6, "sCR": 7, "NE": 8}


def read(folder: Path, name: str) -> pl.DataFrame:
    """A transport file as a SAS program sees it: dates as numbers of days."""
    frame, _ = pyreadstat.read_xport(str(folder / f"{name.lower()}.xpt"), disable_datetime_conversion=True)
    return pl.from_pandas(frame, nan_to_null=True)


def dated(days: float | None) -> date | None:
    return None if days is None else date(1960, 1, 1) + timedelta(days=int(days))


@pytest.fixture
def store(synthetic: Path) -> Path:
    return synthetic


@pytest.fixture(scope="module")
def exported(synthetic: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Exported]:
    folder = tmp_path_factory.mktemp("adam")
    return folder, export_adam(synthetic, folder)


def stored(store: Path, sql: str) -> pl.DataFrame:
    with duckdb.connect(str(store / "registry.duckdb"), read_only=True) as connection:
        return connection.sql(sql).pl()


@pytest.mark.parametrize("data_set", DATA_SETS, ids=lambda data_set: data_set.name)
def test_names_and_labels_fit_a_transport_file_of_version_5(data_set: DataSet) -> None:
    names = [variable.name for variable in data_set.variables]
    assert len(set(names)) == len(names)
    for variable in data_set.variables:
        assert re.fullmatch(r"[A-Z_][A-Z0-9_]{0,7}", variable.name), variable.name
        assert 0 < len(variable.label.encode()) <= 40, variable.name
    assert len(data_set.label) <= 40


@pytest.mark.parametrize("name", SETS)
def test_a_transport_file_says_what_it_holds(exported: tuple[Path, Exported], name: str) -> None:
    path = exported[0] / f"{name.lower()}.xpt"
    frame, about = pyreadstat.read_xport(str(path))
    assert path.read_bytes().startswith(b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!")  # version 5; 8 says LIBV8
    assert (about.table_name, about.file_label) == (name, SETS[name].label)
    assert about.column_names_to_labels == {variable.name: variable.label for variable in SETS[name].variables}
    assert len(frame) == exported[1].rows[name] > 0
    for variable in SETS[name].variables:
        if variable.kind == "date":
            assert str(about.original_variable_types[variable.name]).startswith("DATE9"), variable.name


@pytest.mark.parametrize("name", SETS)
def test_both_files_have_the_same_rows(exported: tuple[Path, Exported], name: str) -> None:
    parquet, transport = pl.read_parquet(exported[0] / f"{name.lower()}.parquet"), read(exported[0], name)
    assert parquet.columns == transport.columns
    for variable in SETS[name].variables:
        ours, theirs = parquet[variable.name].to_list(), transport[variable.name].to_list()
        if variable.kind == "date":
            theirs = [dated(days) for days in theirs]
        elif variable.kind == "text":
            ours = [text or "" for text in ours]
        assert ours == theirs, variable.name
    fields = pq.read_schema(exported[0] / f"{name.lower()}.parquet")
    assert {field.name: field.metadata[b"label"].decode() for field in fields} == {
        variable.name: variable.label for variable in SETS[name].variables
    }


@pytest.mark.parametrize("name", SETS)
def test_keys_are_unique_and_every_row_is_of_a_subject(exported: tuple[Path, Exported], name: str) -> None:
    frame = read(exported[0], name)
    assert frame.select(pl.struct(SETS[name].key).is_duplicated().any()).item() is False
    assert set(frame["USUBJID"]) <= set(read(exported[0], "ADSL")["USUBJID"])
    if "ASEQ" in frame.columns:
        assert not frame.select(pl.struct("USUBJID", "ASEQ").is_duplicated().any()).item()


@pytest.mark.parametrize("name", SETS)
def test_terms_are_those_of_the_standard(exported: tuple[Path, Exported], name: str) -> None:
    frame = read(exported[0], name)
    for variable, terms in TERMS[name].items():
        assert set(frame[variable]) <= terms, variable
    if "PARAM" in frame.columns:
        assert frame["PARAM"].n_unique() == frame["PARAMCD"].n_unique() == frame.n_unique(["PARAM", "PARAMCD"])


def test_a_subject_is_a_patient_of_the_registry(exported: tuple[Path, Exported], store: Path) -> None:
    adsl = {row["SUBJID"]: row for row in read(exported[0], "ADSL").to_dicts()}
    patients = stored(store, "select * from patients left join staging using (patient_id)").to_dicts()
    first = dict(stored(store, "select patient_id, min(start_date) from lines group by 1").rows())
    assert set(adsl) == {patient["patient_id"] for patient in patients}
    for patient in patients:
        row = adsl[patient["patient_id"]]
        assert row["USUBJID"] == f"MSPIKE-{patient['patient_id']}"
        assert row["DTHFL"] == ("Y" if patient["vital_status"] == "dead" else "")
        assert dated(row["DTHDT"]) == (patient["death_date"] if row["DTHFL"] else None)
        assert dated(row["TRTSDT"]) == first.get(patient["patient_id"])
        assert row["ISSGR1"] == (patient["iss"] or "")
        assert row["FASFL"] == ("Y" if patient["diagnosis"] in ("MM", "PCL", None) else "N")
        assert row["AGE"] == completed_years(patient["birth_date"], patient["diagnosis_date"])


def completed_years(born: date | None, on: date) -> int | None:
    return None if born is None else on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def test_censoring_is_the_event_turned_round(exported: tuple[Path, Exported], store: Path) -> None:
    adtte = read(exported[0], "ADTTE")
    codes = {("OS", "diagnosis"): "OSDIAG"}
    times = stored(store, "from time_to_event where event is not null").to_dicts()
    found = {(row["SUBJID"], row["LINE"], row["PARAMCD"]): row for row in adtte.to_dicts()}
    assert len(found) == len(times)
    for time in times:
        code = codes.get((time["endpoint"], time["origin"]), time["endpoint"])
        row = found[time["patient_id"], time["line"], code]
        assert row["CNSR"] == (0 if time["event"] else 1)
        assert row["AVAL"] == time["days"] == row["ADT"] - row["STARTDT"]
        assert dated(row["STARTDT"]) == time["start_date"]
        assert (row["CNSDTDSC"] == "") == (row["CNSR"] == 0)
        assert row["EVNTDESC"].startswith("Censored") == (row["CNSR"] == 1)
    assert set(adtte.filter(PARAMCD="OS", CNSR=0)["EVNTDESC"]) == {"Death"}
    assert set(adtte.filter(PARAMCD="PFS", CNSR=0)["EVNTDESC"]) <= {"Death", "Disease Progression"}


def test_study_days_have_no_day_zero(exported: tuple[Path, Exported]) -> None:
    for name in ("ADRS", "ADTTE"):
        for row in read(exported[0], name).drop_nulls(["ADT", "TRTSDT"]).to_dicts():
            apart = row["ADT"] - row["TRTSDT"]
            assert row["ADY"] == (apart + 1 if apart >= 0 else apart)


def test_summaries_of_a_line_follow_from_its_flagged_visits(exported: tuple[Path, Exported]) -> None:
    """CBOR, BOR, PD and RSP made again from OVR and COVR, row by row, as a statistician's program would."""
    adrs = read(exported[0], "ADRS")
    lines: dict[tuple[str, float], dict[str, list[dict[str, Any]]]] = {}
    for row in adrs.sort("USUBJID", "ASEQ").to_dicts():
        lines.setdefault((row["USUBJID"], row["LINE"]), {}).setdefault(row["PARAMCD"], []).append(row)
    assert len(lines) > 40
    for parameters in lines.values():
        for visits, best in (("OVR", "BOR"), ("COVR", "CBOR")):
            flagged = [row["AVALC"] for row in parameters.get(visits, []) if row["ANL01FL"] == "Y"]
            ranked = sorted(flagged, key=lambda name: 0 if name == "NE" else ORDER[name])
            assert parameters[best][0]["AVALC"] == (ranked[-1] if ranked else "MISSING")
        if "PD" in parameters and parameters["PD"][0]["PARCAT1"] == "DERIVED":
            confirmed = [row["ADT"] for row in parameters["COVR"] if row["AVALC"] == "PD"]
            assert parameters["PD"][0]["ADT"] == min(confirmed, default=None)
        if "RSP" in parameters:
            responses = [
                row["ADT"]
                for row in parameters["COVR"]
                if row["ANL01FL"] == "Y" and row["AVALC"] in ("PR", "VGPR", "CR", "sCR")
            ]
            assert parameters["RSP"][0]["ADT"] == min(responses, default=None)
            assert parameters["RSP"][0]["AVALC"] == ("Y" if responses else "N")


def test_response_and_progression_agree_with_the_times_to_event(exported: tuple[Path, Exported]) -> None:
    adrs, adtte = read(exported[0], "ADRS"), read(exported[0], "ADTTE")
    key = ["USUBJID", "LINE", "ADT"]
    responses = adrs.filter(PARAMCD="RSP", AVALC="Y").select(key)
    assert responses.sort(key).equals(adtte.filter(PARAMCD="TTR", CNSR=0).select(key).sort(key))
    progressions = adrs.filter(PARAMCD="PD", AVALC="Y").select(key)
    ended = adtte.filter(PARAMCD="PFS", CNSR=0, EVNTDESC="Disease Progression").select(key)
    assert progressions.sort(key).equals(ended.sort(key))


def test_an_event_is_of_the_line_begun_last_by_its_day_and_no_day_is_zero(odd: tuple[Path, Path, Result]) -> None:
    rows = read(odd[1], "ADAE")
    columns = ["SUBJID", "ASEQ", "LINE", "TRTA", "AECAT", "AETERM", "ASTDY", "AENDY", "ATOXGR", "ATOXGRN", "TRTEMFL"]
    first = "bortezomib + dexamethasone"
    assert rows.select(columns).rows() == [
        ("P1", 1, None, "", "ZOSTER", "ZOSTER", -1, 1, "", None, ""),
        ("P1", 2, 1, first, "INFECTION", "pneumonia", 1, None, "2", 2, "Y"),
        ("P1", 3, 1, first, "CYTOPENIA", "CYTOPENIA", 366, 367, "3", 3, "Y"),
        # a grade that can't be is unknown; the event stays
        ("P1", 4, 2, "daratumumab", "VENOUS THROMBOEMBOLISM", "VENOUS THROMBOEMBOLISM", 367, None, "", None, "Y"),
        # never treated: before or after treatment is not known
        ("P2", 1, None, "", "SECOND PRIMARY", "gastric cancer", None, None, "5", 5, ""),
    ]
    causes = dict(read(odd[1], "ADSL").select("SUBJID", "DTHCAUS").rows())
    assert (causes["P1"], causes["P2"]) == ("SECOND PRIMARY", "")


def test_every_event_of_the_registry_is_there_once(exported: tuple[Path, Exported], store: Path) -> None:
    rows = read(exported[0], "ADAE")
    of_store = stored(store, "select patient_id, onset_on, event from adverse_events").rows()
    found = [(row["SUBJID"], dated(row["ASTDT"]), row["AECAT"].lower().replace(" ", "_")) for row in rows.to_dicts()]
    assert sorted(found) == sorted(of_store)


def test_avisit_has_one_number_each(exported: tuple[Path, Exported]) -> None:
    visits = read(exported[0], "ADRS").select("AVISIT", "AVISITN").unique()
    assert visits["AVISIT"].n_unique() == visits["AVISITN"].n_unique() == visits.height


def test_teaching_patients_responses_are_those_worked_out_by_hand(teaching: Path, tmp_path: Path) -> None:
    export_adam(teaching, tmp_path / "adam")
    adrs = read(tmp_path / "adam", "ADRS").to_dicts()
    expected = []
    for file in CASES.glob("*/expected_visits.csv"):
        with file.open(encoding="utf-8", newline="") as text:
            expected += [row for row in csv.DictReader(text) if row["line"]]
    for code, column in (("OVR", "response"), ("COVR", "confirmed_response")):
        found = {
            (row["SUBJID"], str(int(row["LINE"])), str(dated(row["ADT"]))): row["AVALC"]
            for row in adrs
            if row["PARAMCD"] == code
        }
        assert found == {(row["patient_id"], row["line"], row["visit_date"]): row[column] for row in expected}


LONG_IDS = [f"{'患者' * 60}-{number}" for number in range(3)]
LONG_DRUGS = ";".join(f"médicament-{number}" for number in range(30))
# P1 and P2 have adverse events.
ODD = {
    "patients": f"""
        patient_id,site_id,diagnosis_date,diagnosis,vital_status,death_date,last_contact_date,death_cause
        PATIENT-A,north,2020-01-01,MM,alive,,2022-01-01,
        PATIENT-B,north,2020-02-01,MM,dead,,2021-01-10,
        PATIENT-C,south,2020-03-01,MM,alive,,2021-06-01,
        {LONG_IDS[0]},north,2020-01-01,MM,alive,,2022-01-01,
        {LONG_IDS[1]},north,2020-01-01,MM,alive,,2022-01-01,
        {LONG_IDS[2]},north,2020-01-01,MM,alive,,2022-01-01,
        P1,north,2020-01-01,MM,dead,2022-01-01,2022-01-01,second_primary
        P2,north,2020-01-01,MM,alive,,2022-01-01,
    """,
    "treatments": f"""
        patient_id,line,drugs,start_date
        PATIENT-A,1,{LONG_DRUGS},2020-01-10
        {LONG_IDS[0]},1,bortezomib,2020-01-10
        PATIENT-B,1,melphalan,2020-02-10
        P1,1,bortezomib;dexamethasone,2020-02-01
        P1,2,daratumumab,2021-02-01
    """,
    "adverse_events": """
        patient_id,onset_on,event,grade,resolved_on,description
        P1,2020-01-31,zoster,,2020-02-01,
        P1,2020-02-01,infection,2,,pneumonia
        P1,2021-01-31,cytopenia,3,2021-02-01,
        P1,2021-02-01,venous_thromboembolism,9,,
        P2,2021-02-01,second_primary,5,,gastric cancer
    """,
}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Result]:
    """A store of a death without its day and of texts too long for a transport file, what is exported, what is said."""
    folder = tmp_path_factory.mktemp("odd")
    store = build(write_extract(folder / "extract", **ODD), folder / "store")
    return store, folder / "adam", export_to(store, folder / "adam", "--study", "REG")


def test_a_death_of_an_unknown_day_is_omitted_and_counted(odd: tuple[Path, Path, Result]) -> None:
    store, folder, result = odd
    adtte = read(folder, "ADTTE")
    unknown = stored(store, "select count(*) as n from time_to_event where event is null")["n"][0]
    assert unknown > 0
    assert f"{unknown} times to event omitted" in result.output
    assert adtte.filter(SUBJID="PATIENT-B", PARAMCD="OS").is_empty()
    subject = read(folder, "ADSL").filter(SUBJID="PATIENT-B").row(0, named=True)
    assert (subject["DTHFL"], subject["DTHDT"]) == ("Y", None)


def test_a_long_text_is_cut_in_the_transport_file_only_and_counted(
    odd: tuple[Path, Path, Result], tmp_path: Path
) -> None:
    store, folder, _ = odd
    cut = read(folder, "ADSL").filter(SUBJID="PATIENT-A")["TRT01A"][0]
    whole = pl.read_parquet(folder / "adsl.parquet").filter(SUBJID="PATIENT-A")["TRT01A"][0]
    assert whole == drugs_of(store)
    assert whole.startswith(cut)
    assert 40 < len(cut.encode()) <= 200
    assert export_adam(store, tmp_path / "again").cut["ADSL"] == 2 + 6  # planned and actual treatment, and ids
    assert set(read(folder, "ADSL")["STUDYID"]) == {"REG"}


def drugs_of(store: Path) -> str:
    return str(stored(store, "select drugs from lines where patient_id = 'PATIENT-A'")["drugs"][0]).replace(";", " + ")


def test_a_store_without_lines_gives_subjects_and_empty_data_sets(tmp_path: Path) -> None:
    store = build(write_extract(tmp_path / "extract", treatments=None), tmp_path / "store")
    exported = export_adam(store, tmp_path / "adam")
    assert exported.rows == {"ADSL": 3, "ADRS": 0, "ADTTE": 3, "ADAE": 0}
    assert read(tmp_path / "adam", "ADRS").height == 0
    assert set(read(tmp_path / "adam", "ADSL")["TRT01A"]) == {"NOT TREATED"}


def export_to(store: Path, folder: Path, *more: str) -> Result:
    return CliRunner().invoke(main, ["export", "adam", "--store", str(store), "--output", str(folder), *more])


def test_the_command_says_how_many_rows_it_wrote(store: Path, tmp_path: Path) -> None:
    result = export_to(store, tmp_path / "adam", "--study", "REG1")
    assert result.exit_code == 0, result.output
    patients = stored(store, "select count(*) as n from patients")["n"][0]
    assert re.search(rf"^ADSL +{patients} rows", result.output, re.MULTILINE)
    assert {file.name for file in (tmp_path / "adam").iterdir()} == {
        f"{name}.{form}" for name in ("adsl", "adrs", "adtte", "adae") for form in ("parquet", "xpt")
    }


def test_without_a_store_the_command_fails_in_one_line(tmp_path: Path) -> None:
    result = export_to(tmp_path, tmp_path / "adam")
    assert result.exit_code == 1
    assert "make one with mspike run" in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_an_id_too_long_for_a_transport_file_is_shortened_there_and_still_tells_subjects_apart(
    odd: tuple[Path, Path, Result],
) -> None:
    folder = odd[1]
    whole = pl.read_parquet(folder / "adsl.parquet")
    assert sorted(whole["SUBJID"]) == ["P1", "P2", "PATIENT-A", "PATIENT-B", "PATIENT-C", *LONG_IDS]
    cut = read(folder, "ADSL")
    assert cut["USUBJID"].n_unique() == cut["SUBJID"].n_unique() == 8
    assert cut["USUBJID"].str.len_bytes().max() <= 200
    assert set(read(folder, "ADTTE")["USUBJID"]) <= set(cut["USUBJID"])


def test_a_store_of_another_version_is_refused(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "registry.duckdb")) as connection:
        connection.execute("create table patients (patient_id varchar)")
    with pytest.raises(AdamError, match="another version"):
        export_adam(tmp_path, tmp_path / "adam")
