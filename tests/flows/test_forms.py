"""Forms in which people hold these data (one row a visit, days, one file for several tables) are read by registry.toml
alone; each registry here is what somebody at that place would write."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.intake.headers import RegistryError
from flows.intake.ingest import Ingested, ingest
from flows.intake.reading import ExtractError
from flows.intake.registry import load_epoch, load_registry
from flows.privacy.pseudonyms import Pseudonyms

PATIENTS = "patient_id,diagnosis_date,vital_status,last_contact_date,site_id\nP1,2020-01-01,alive,2024-01-01,A\n"


class Read:
    """What ingesting an extract with its registry.toml came to."""

    def __init__(self, folder: Path, registry: str, **files: str) -> None:
        for name, text in ({"patients.csv": PATIENTS} | {_name(key): of for key, of in files.items()}).items():
            (folder / name).write_text(text, encoding="utf-8")
        (folder / "registry.toml").write_text(registry, encoding="utf-8")
        self.connection = duckdb.connect()
        self.ingested: Ingested = ingest(folder, self.connection, load_registry(None, folder))

    def rows(self, sql: str) -> list[tuple]:
        return self.connection.execute(sql).fetchall()

    def counts(self) -> dict[str, tuple[int, int, int, int]]:
        return {
            file.source_file: (file.rows_read, file.rows_accepted, file.rows_quarantined, file.rows_filtered)
            for file in self.ingested.files
        }


def _name(key: str) -> str:
    stem, _, ending = key.rpartition("__")
    return f"{stem}.{ending}" if stem else f"{key}.csv"


VISITS = """\
id,visit,spep,kappa,lambda,ife,marrow,ldh,ldh_uln
P1,2020-01-05,3.1,12,<0.5,pos,60,410,250
P1,2020-03-05,NA,x,-1,neg,-1,,250
P1,2020-13-05,1.0,,,,,,
"""
WIDE = """
[tables.labs]
file = "visits.csv"
columns = {patient_id = "id", collected_on = "visit"}
[tables.labs.wide]
spep = {analyte = "serum_m_protein", unit = "g/dL"}
kappa = {analyte = "flc_kappa", unit = "mg/L"}
lambda = {analyte = "flc_lambda", unit = "mg/L"}
ife = {analyte = "serum_immunofixation", codes = {pos = "positive", neg = "negative"}}
ldh = {analyte = "ldh", unit = "U/L", ref_low = 120, columns = {ref_high = "ldh_uln"}}
[tables.marrow]
file = "visits.csv"
columns = {patient_id = "id", collected_on = "visit"}
wide.marrow = {specimen = "aspirate", codes = {-1 = ""}}
"""


def test_a_column_that_holds_a_test_gives_a_row_for_each_cell_that_is_not_empty(tmp_path):
    read = Read(tmp_path, WIDE, visits=VISITS)
    assert read.rows(
        "select analyte, value, comparator, unit, result, ref_low, ref_high, row_number from labs order by all"
    ) == [
        ("flc_kappa", 12.0, None, "mg/L", None, None, None, 1),
        ("flc_kappa", None, None, "mg/L", None, None, None, 2),
        ("flc_lambda", 0.5, "<", "mg/L", None, None, None, 1),
        ("flc_lambda", None, None, "mg/L", None, None, None, 2),
        ("ldh", 410.0, None, "U/L", None, 120.0, 250.0, 1),
        ("serum_immunofixation", None, None, None, "negative", None, None, 2),
        ("serum_immunofixation", None, None, None, "positive", None, None, 1),
        ("serum_m_protein", 3.1, None, "g/dL", None, None, None, 1),
    ]
    assert read.rows("select plasma_cell_percent, specimen, row_number from marrow") == [(60.0, "aspirate", 1)]
    assert read.counts() == {
        "patients.csv": (1, 1, 0, 0),
        "visits.csv [labs]": (9, 8, 1, 0),
        "visits.csv [marrow]": (1, 1, 0, 0),
    }


def test_the_quarantine_of_a_wide_file_has_its_own_row_numbers_and_column_names(tmp_path):
    read = Read(tmp_path, WIDE, visits=VISITS)
    assert read.rows('select row_number, "column", value, rule, field, row_kept from quarantine order by all') == [
        (2, "kappa", "x", "unreadable_number", "value", True),
        (2, "lambda", "-1", "impossible_value", "value", True),
        (3, "visit", "2020-13-05", "unreadable_date", "collected_on", False),
    ]
    assert read.ingested.unknown_columns == {}


def test_a_wide_file_in_batches_gives_the_rows_of_one_read_at_once(tmp_path, monkeypatch):
    rows = "".join(f"P1,2020-01-{day:02},{day}.5,{day},,,,,\n" for day in range(1, 32))
    visits = VISITS.splitlines()[0] + "\n" + rows
    once = Read(tmp_path, WIDE, visits=visits).rows("select * from labs order by all")
    monkeypatch.setattr("flows.intake.sources.source.BATCH_ROWS", 15)
    assert Read(tmp_path, WIDE, visits=visits).rows("select * from labs order by all") == once
    assert len(once) == 62
    assert {row[-1] for row in once} == set(range(1, 32))


def test_rows_that_are_not_the_tables_are_left_out_before_anything_is_refused_and_counted(tmp_path):
    registry = """
    [tables.labs]
    file = "all.csv"
    where = {form = ["lab", "urgent lab"], kind = ""}
    where_not = {value = "cancelled"}
    """
    rows = "patient_id,form,kind,collected_on,analyte,value,unit\n"
    rows += "P1,lab,,2020-01-01,ldh,1,U/L\nP1, urgent lab ,,2020-01-02,ldh,2,U/L\nP1,scan,,,,,\n"
    rows += "P1,lab,,2020-01-03,ldh,cancelled,U/L\nP1,lab,x,never,,,\nP1,lab,,never,ldh,3,U/L\n"
    read = Read(tmp_path, registry, all=rows)
    assert read.rows("select value, row_number from labs order by all") == [(1.0, 1), (2.0, 2)]
    assert read.rows("select row_number, rule from quarantine") == [(6, "unreadable_date")]
    assert read.counts()["all.csv"] == (3, 2, 1, 3)


def test_a_table_may_have_several_sources_and_a_file_several_tables(tmp_path):
    registry = """
    [[tables.labs]]
    [[tables.labs]]
    file = "urine.csv"
    constants = {analyte = "urine_m_protein", unit = "mg/24h"}
    [[tables.labs]]
    file = "patients.csv"
    columns = {collected_on = "diagnosis_date"}
    wide.site_id = {analyte = "ldh", unit = "U/L", codes = {A = "200"}}
    """
    labs = "patient_id,collected_on,analyte,value,unit\nP1,2020-01-01,ldh,1,U/L\n"
    urine = "patient_id,collected_on,value\nP1,2020-01-01,300\n"
    read = Read(tmp_path, registry, labs=labs, urine=urine)
    assert read.rows("select analyte, value, source_file from labs order by all") == [
        ("ldh", 1.0, "labs.csv"),
        ("ldh", 200.0, "patients.csv [labs] · site_id"),
        ("urine_m_protein", 300.0, "urine.csv"),
    ]
    assert read.counts()["patients.csv [patients]"] == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("form", "told", "day"),
    [
        ("days", "-6", "2018-12-26"),
        ("days", "30.9", "2019-01-31"),
        ("months", "1", "2019-01-31"),
        ("months", "12", "2020-01-01"),
    ],
)
def test_days_and_months_are_counted_from_an_index_date_of_each_patient(tmp_path, form, told, day):
    registry = f"index_date = 'first_dose'\n[tables.marrow]\ndate_format = '{form}'\n"
    patients = "patient_id,diagnosis_date,vital_status,last_contact_date,first_dose\n"
    patients += "P1,2018-12-01,alive,2024-01-01,2019-01-01\nP2,2018-12-01,alive,2024-01-01,\n"
    marrow = f"patient_id,collected_on,plasma_cell_percent\nP1,{told},60\nP2,{told},60\nP1,soon,3\n"
    read = Read(tmp_path, registry, patients=patients, marrow=marrow)
    assert read.rows("select patient_id, collected_on from marrow") == [("P1", date.fromisoformat(day))]
    assert read.rows('select row_number, "column", value, rule from quarantine order by all') == [
        (2, "collected_on", told, "no_index_date"),
        (3, "collected_on", "soon", "unreadable_date"),
    ]
    assert read.ingested.unknown_columns == {}
    assert load_epoch(None, tmp_path) is None


def test_the_index_date_may_be_the_date_of_diagnosis_under_the_sites_own_name_and_form(tmp_path):
    registry = """
    index_date = "dx"
    [tables.patients]
    columns = {diagnosis_date = "dx"}
    date_formats = {diagnosis_date = "%d.%m.%Y", last_contact_date = "days"}
    """
    patients = "patient_id,dx,vital_status,last_contact_date\nP1,01.02.2020,alive,29\n"
    read = Read(tmp_path, registry, patients=patients)
    assert read.rows("select diagnosis_date, last_contact_date from patients") == [(date(2020, 2, 1), date(2020, 3, 1))]


def test_one_column_has_two_meanings_and_two_columns_one(tmp_path):
    registry = """
    [tables.patients.columns]
    isotype = "m_component_type"
    light_chain = "m_component_type"
    last_contact_date = ["seen", "called"]
    [tables.patients.codes.isotype]
    "IgG kappa" = "IgG"
    "IgA lambda" = "IgA"
    "Kappa (free chains)" = "light_chain"
    [tables.patients.codes.light_chain]
    "IgG kappa" = "kappa"
    "IgA lambda" = "lambda"
    "Kappa (free chains)" = "kappa"
    """
    patients = "patient_id,diagnosis_date,vital_status,seen,called,m_component_type\n"
    patients += "D1,2020-01-01,alive,2021-01-01,2022-01-01,IgG kappa\nD2,2020-01-01,alive, ,2022-01-01,IgA lambda\n"
    patients += "D3,2020-01-01,alive,2021-01-01,,Kappa (free chains)\n"
    read = Read(tmp_path, registry, patients=patients)
    assert read.rows("select isotype, light_chain, year(last_contact_date) from patients order by patient_id") == [
        ("IgG", "kappa", 2021),
        ("IgA", "lambda", 2022),
        ("light_chain", "kappa", 2021),
    ]
    assert read.rows("select * from quarantine") == []


LIMITS = """
[tables.labs.default_limits.ldh]
ref_high = 4
unit = "µkat/L"
[tables.labs.default_limits.ldh.sites.B]
ref_high = 222
ref_low = 120
unit = "U/L"
"""


def test_limits_of_normal_are_those_of_the_row_else_of_the_site_else_of_the_analyte(tmp_path):
    patients = PATIENTS + "P2,2020-01-01,alive,2024-01-01,B\nP3,2020-01-01,alive,2024-01-01,\n"
    labs = "patient_id,collected_on,analyte,value,unit,ref_high\n"
    labs += "P1,2020-01-01,ldh,200,U/L,\nP1,2020-01-02,ldh,200,U/L,260\nP1,2020-01-03,ldh,200,U/L,?x\n"
    labs += "P2,2020-01-04,ldh,200,U/L,\nP3,2020-01-05,ldh,200,U/L,\nP1,2020-01-06,crp,1,mg/L,\n"
    read = Read(tmp_path, LIMITS, patients=patients, labs=labs)
    assert read.rows("select day(collected_on), ref_low, ref_high from labs order by 1") == [
        (1, None, 240.0),
        (2, None, 260.0),
        (3, None, None),
        (4, 120.0, 222.0),
        (5, None, 240.0),
        (6, None, None),
    ]


def test_a_comparator_may_be_a_code_in_a_column_of_its_own(tmp_path):
    registry = "[tables.labs.columns]\ncomparator = 'op'\n[tables.labs.codes.comparator]\n4171756 = '<'\n4172703 = ''\n"
    labs = "patient_id,collected_on,analyte,value,unit,op\nP1,2020-01-01,crp,1,mg/L,4171756\n"
    labs += "P1,2020-01-02,crp,2,mg/L,4172703\n"
    assert Read(tmp_path, registry, labs=labs).rows("select comparator from labs order by value") == [("<",), (None,)]


ACROSS = """
[tables.labs]
file = "sheet.csv"
header_row = 2
across.tests = "test"
columns.patient_id = "No"
where_not = {test = "response"}
[tables.labs.codes.analyte]
"SPEP M-peak" = "serum_m_protein"
"Kappa" = "flc_kappa"
[tables.labs.default_units]
serum_m_protein = "g/dL"
flc_kappa = "mg/L"
[tables.assessments]
file = "sheet.csv"
header_row = 2
across.into = "response"
columns.patient_id = "No"
where.test = "response"
"""
SHEET = 'Clinic sheet,,,\nNo,test,reference,"2019-\n09-04\n11:03",2019-10-02\n'
SHEET += "P1,SPEP M-peak,,3.1,1.0\nP1,Kappa,<19.4,<1.5,\nP1,response,,,PR\nP1,Kappa,,,x\n"


def test_tests_down_and_dates_across_are_read_and_distinguished_by_the_place_of_the_column(tmp_path):
    read = Read(tmp_path, ACROSS, sheet=SHEET)
    assert read.rows("select analyte, collected_on, value, comparator, row_number from labs order by all") == [
        ("flc_kappa", date(2019, 9, 4), 1.5, "<", 2),
        ("flc_kappa", date(2019, 10, 2), None, None, 4),
        ("serum_m_protein", date(2019, 9, 4), 3.1, None, 1),
        ("serum_m_protein", date(2019, 10, 2), 1.0, None, 1),
    ]
    assert read.rows("select assessed_on, response, row_number from assessments") == [(date(2019, 10, 2), "PR", 3)]
    assert read.rows('select row_number, "column", value from quarantine') == [(4, "column 5", "x")]


def test_a_sheet_without_a_date_in_its_header_is_reported(tmp_path):
    with pytest.raises(ExtractError, match="none of its 4 columns is named by a date"):
        Read(tmp_path, ACROSS.replace("header_row = 2", "header_row = 1"), sheet=SHEET)


@pytest.mark.parametrize("registry", ["", '[tables.labs.columns]\npatient_id = "PATIENT_ID"\n'])
def test_a_header_below_lines_of_comment_is_told_how_to_be_found(tmp_path, registry):
    with pytest.raises((ExtractError, RegistryError), match=r'begins with #: .*give comment = "#" in registry.toml'):
        Read(tmp_path, registry, labs="#Patient Identifier\tDay\n#STRING\tDATE\nPATIENT_ID\tDAY\nP1\t2020-01-01\n")


def test_a_header_that_is_not_there_is_reported(tmp_path):
    with pytest.raises(ExtractError, match="has no header after"):
        Read(tmp_path, "[tables.patients]\nheader_row = 9\n")


@pytest.mark.parametrize(
    ("registry", "said"),
    [
        ("[tables.labs]\nwhere = 'lab'", "must be a table of names and values"),
        ("[tables.labs.where]\nform = {a = 1}", "form: must be a cell such as 'labs', or a list"),
        ("[tables.labs.where]\nform = []", "an empty list has no rows"),
        ("[tables.labs.where]\nunitt = 'x'", "labs.csv has no column 'unitt'; did you mean 'unit'?"),
        ("[tables.labs.where_not]\nfrom = 'x'", "labs.csv has no column 'from'"),
        ("[tables.labs.wide]", "has no column; write one such as kappa"),
        ("[tables.labs.wide]\nvalue = 'ldh'", "value: must be what the column holds, such as"),
        ("[tables.labs.wide]\nvalue = {analyte = 'ldl'}", "'ldl' is no code of labs.analyte; did you mean ldh"),
        ("[tables.labs.wide]\nvalue = {analyte = 'ldh', unit = 'g/dL'}", "'g/dL' is no unit of ldh"),
        ("[tables.labs.wide]\nvalue = {analite = 'ldh'}", "unknown key 'analite'; did you mean analyte"),
        ("[tables.labs.wide]\nvalue = {analyte = 'ldh', into = 'valu'}", "no column 'valu' in labs"),
        ("[tables.labs.wide]\nvalue = {analyte = 'ldh', into = 3}", "into: must be a column of labs, found 3"),
        ("[tables.labs.wide]\nvalue = {into = 'value', value = 3}", "value has more than one place"),
        ("[tables.labs.wide]\nkapa = {analyte = 'flc_kappa'}", "labs.csv has no column 'kapa'"),
        ("[tables.labs.wide]\nvalue = {analyte = 'ldh', columns = {ref_high = 'uln'}}", "labs.csv has no column 'uln'"),
        ("[tables.imaging.wide]\nlesions = {modality = 'ct'}", "say into which of the columns of imaging"),
        ("[tables.patients.wide]\nldh = {analyte = 'ldh'}", "patients has one row per patient, and no tests"),
        ("[tables.labs]\nacross = 3", "must be a table of names and values"),
        ("[tables.labs]\nacross = {test = 'x'}", "unknown key 'test'; did you mean tests"),
        ("[tables.labs]\nacross = {into = 'value'}", "say which column of the file names the tests"),
        ("[tables.treatments]\nacross = {tests = 'x'}", "treatments has no results by date"),
        ("[tables.labs]\nacross = {tests = 'x'}\nwide = {value = {analyte = 'ldh'}}", "two ways to hold tests"),
        ("[tables.labs]\nheader_row = 0", "must be the number of a line, 1 to 1000"),
        ("[tables.labs]\ncomment = 3", "must be what the lines above the header begin with"),
        ("[tables.labs]\ndefault_limits = 3", "must be a table of names and values"),
        ("[tables.marrow.default_limits.ldh]\nref_high = 3", "marrow has no limits of normal"),
        ("[tables.labs.default_limits.LDH]\nref_high = 3", "no analyte 'LDH' with figures"),
        ("[tables.labs.default_limits.ldh]\nref_high = 3", "say the unit of the limits"),
        ("[tables.labs.default_limits.ldh]\nunit = 'U/L'", "has no limit; write ref_high = 245"),
        ("[tables.labs.default_limits.ldh]\nref_high = '3'\nunit = 'U/L'", "a limit must be a number such as 245"),
        ("[tables.labs.default_limits.ldh]\nhigh = 3\nunit = 'U/L'", "unknown key 'high'"),
        ("[tables.labs.default_limits.ldh.sites.A]\nref_high = 3\nunit = 'stone'", "'stone' is no unit of ldh"),
        ("[tables.labs]\ndate_format = 'days'", "say what day 0 is: index_date = a column of the patients' file"),
        ("epoch = 2000-01-01\n[tables.labs.columns]", "is day 0 of dates in days, and no date_format says"),
        ("epoch = 2000\n[tables.labs]\ndate_format = 'days'", "epoch must be a day without quotes"),
        ("index_date = 3\n[tables.labs]\ndate_format = 'days'", "must be a column of the patients' file, found 3"),
        ("index_date = 'x'\nepoch = 2000-01-01", "are both day 0; keep one"),
        ("index_date = 'dose'\n[tables.labs]\ndate_format = 'days'", "patients.csv has no column 'dose'"),
        (
            "index_date = 'diagnosis_date'\n[tables.patients]\ndate_format = 'days'",
            "diagnosis_date is itself given in days; name a column with dates, or give epoch",
        ),
        ("[tables.marrow.constants]\ncollected_on = 3", "'3' is no date; write one such as '2020-01-31'"),
        ("[tables.labs.columns]\nvalue = ['value', 'val']", "labs.csv has no column 'val'"),
        ("[tables.labs.columns]\nvalue = []", "must be a column of the file"),
        ("[tables]\nlabs = []", "an empty list; write [[tables.labs]] once for each file"),
        ("[[tables.labs]]\nfile = 'labs.csv'\n[[tables.labs]]\nfiel = 'x'", "tables.labs (2): unknown key 'fiel'"),
    ],
)
def test_what_a_key_can_not_mean_is_one_line_with_what_to_write(tmp_path, registry, said):
    labs = "patient_id,collected_on,analyte,value,unit\nP1,2020-01-01,ldh,1,U/L\n"
    with pytest.raises(RegistryError) as error:
        Read(tmp_path, registry, labs=labs)
    assert said in str(error.value)
    assert "registry.toml" in str(error.value)
    assert "\n" not in str(error.value)


def test_the_other_forms_of_the_manual_are_a_registry(tmp_path):
    readme = (Path(__file__).parents[2] / "flows" / "README.md").read_text(encoding="utf-8")
    [block] = [block for block in readme.split("```") if "[[tables.labs]]" in block and "toml" in block[:5]]
    for name in ("visits.tsv", "results.csv", "sheet.csv"):
        (tmp_path / name).touch()
    (tmp_path / "registry.toml").write_text(block.removeprefix("toml"), encoding="utf-8")
    found = load_registry(None, tmp_path)
    assert {table: len(of) for table, of in found.items()} == {
        "labs": 2,
        "marrow": 1,
        "imaging": 1,
        "patients": 1,
        "assessments": 1,
    }
    assert found["labs"][1].default_limits[1].ref_high == 222


COMMPASS = """
epoch = 2000-01-01
[tables.patients]
file = "PER_PATIENT.csv"
date_format = "days"
[tables.patients.columns]
patient_id = "PUBLIC_ID"
sex = "DEMOG_GENDER"
reported_iss = "D_PT_iss"
death_date = "D_PT_deathdy"
vital_status = "D_PT_deathdy"
last_contact_date = ["D_PT_lstalive", "D_PT_deathdy"]
[tables.patients.constants]
diagnosis_date = 0
diagnosis = "MM"
[tables.patients.codes]
reported_iss = {1 = "I", 2 = "II", 3 = "III"}
vital_status = {"" = "alive"}
[tables.labs]
file = "PER_PATIENT_VISIT.csv"
date_format = "days"
columns = {patient_id = "PUBLIC_ID", collected_on = "VISITDY"}
[tables.labs.wide]
D_LAB_serum_m_protein = {analyte = "serum_m_protein", unit = "g/dL"}
D_LAB_serum_kappa = {analyte = "flc_kappa", unit = "mg/dL"}
D_LAB_chem_ldh = {analyte = "ldh", unit = "µkat/L"}
[tables.marrow]
file = "PER_PATIENT_VISIT.csv"
date_format = "days"
columns = {patient_id = "PUBLIC_ID", collected_on = "VISITDY"}
wide.BB_PERCENTOFPLAS = {specimen = "biopsy", codes = {-1 = ""}}
[tables.imaging]
file = "PER_PATIENT_VISIT.csv"
date_format = "days"
columns = {patient_id = "PUBLIC_ID", performed_on = "VISITDY"}
wide.BA_OFLYTICLESION = {into = "lytic_lesions"}
[tables.assessments]
file = "PER_PATIENT_VISIT.csv"
date_format = "days"
where_not = {AT_TREATMENTRESP = ""}
columns = {patient_id = "PUBLIC_ID", assessed_on = "AT_RESPONSEASSES", response = "AT_TREATMENTRESP"}
[tables.assessments.codes.response]
"Very Good Partial Response (VGPR)" = "VGPR"
"Partial Response" = "PR"
[tables.treatments]
file = "STAND_ALONE_TRTRESP.csv"
date_format = "days"
columns = {patient_id = "public_id", drugs = "trtshnm", start_date = "trtstdy", end_date = "trtendy"}
"""
COMMPASS_FILES = {
    "PER_PATIENT": '"PUBLIC_ID","DEMOG_GENDER","D_PT_iss","D_PT_deathdy","D_PT_lstalive"\n'
    '"M1","Female",2,,1034\n"M2","Male",3,392,392\n',
    "PER_PATIENT_VISIT": '"PUBLIC_ID","VISITDY","AT_TREATMENTRESP","AT_RESPONSEASSES","BA_OFLYTICLESION",'
    '"BB_PERCENTOFPLAS","D_LAB_serum_m_protein","D_LAB_serum_kappa","D_LAB_chem_ldh"\n'
    '"M1",-6,"",,">=3",60,3.4,1.2,3.6\n"M1",92,"Partial Response",93,"",,1.1,0.9,\n'
    '"M1",185,"Very Good Partial Response (VGPR)",186,"",-1,0.2,0.9,\n"M2",-2,"",,"1",80,5.6,-0.5,5.1\n',
    "STAND_ALONE_TRTRESP": '"public_id","line","trtshnm","trtstdy","trtendy"\n"M1",1,"Bor-Len-Dex",1,160\n',
    "patients": "",
}


def _without_patients(folder: Path, registry: str, files: dict[str, str]) -> Path:
    for name, text in files.items():
        if text:
            (folder / (name if "." in name else f"{name}.csv")).write_text(text, encoding="utf-8")
    (folder / "registry.toml").write_text(registry, encoding="utf-8")
    return folder


def _ingested(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    ingest(folder, connection, load_registry(None, folder))
    return connection


def test_commpass_flat_files_load_without_a_script(tmp_path):
    connection = _ingested(_without_patients(tmp_path, COMMPASS, COMMPASS_FILES))
    sql = (
        "select sex, reported_iss, vital_status, death_date, last_contact_date, diagnosis_date from patients order by 1"
    )
    day = date(2001, 1, 27)
    assert connection.execute(sql).fetchall() == [
        ("F", "II", "alive", None, date(2002, 10, 31), date(2000, 1, 1)),
        ("M", "III", "dead", day, day, date(2000, 1, 1)),
    ]
    assert connection.execute("select count(*), count(value), min(collected_on) from labs").fetchall() == [
        (10, 9, date(1999, 12, 26))
    ]
    assert connection.execute("select lytic_lesions, lytic_lesions_comparator from imaging order by 1").fetchall() == [
        (1.0, None),
        (3.0, ">="),
    ]
    assert connection.execute("select plasma_cell_percent from marrow order by 1").fetchall() == [(60.0,), (80.0,)]
    assert connection.execute("select assessed_on, response from assessments order by 1").fetchall() == [
        (date(2000, 4, 3), "PR"),
        (date(2000, 7, 5), "VGPR"),
    ]
    assert connection.execute("select line, start_date from treatments").fetchall() == [(1, date(2000, 1, 2))]
    assert load_epoch(None, tmp_path) == date(2000, 1, 1)


CBIOPORTAL = """
epoch = 2000-01-01
[[tables.patients]]
file = "data_clinical_patient.txt"
delimiter = "\\t"
comment = "#"
date_format = "months"
where.OS_STATUS = "0:LIVING"
constants = {diagnosis_date = 0, vital_status = "alive"}
codes.reported_r_iss = {1 = "I", 2 = "II", 3 = "III"}
[tables.patients.columns]
patient_id = "PATIENT_ID"
reported_iss = "ISS_STAGE"
reported_r_iss = "RISS"
last_contact_date = "OS_MONTHS"
[[tables.patients]]
file = "data_clinical_patient.txt"
delimiter = "\\t"
comment = "#"
date_format = "months"
where.OS_STATUS = "1:DECEASED"
constants = {diagnosis_date = 0, vital_status = "dead"}
codes.reported_r_iss = {1 = "I", 2 = "II", 3 = "III"}
[tables.patients.columns]
patient_id = "PATIENT_ID"
reported_iss = "ISS_STAGE"
reported_r_iss = "RISS"
last_contact_date = "OS_MONTHS"
death_date = "OS_MONTHS"
[tables.assessments]
file = "data_clinical_patient.txt"
delimiter = "\\t"
comment = "#"
date_format = "months"
records = "progressions"
where.PFS_STATUS = "1:PROGRESSION"
columns = {patient_id = "PATIENT_ID", assessed_on = "PFS_MONTHS"}
constants.response = "PD"
"""
CLINICAL = """\
#Patient Identifier\tSex\tISS\tR-ISS\tOverall Survival Status\tOverall Survival (Months)\tPFS Status\tPFS (Months)
#STRING\tSTRING\tSTRING\tSTRING\tSTRING\tNUMBER\tSTRING\tNUMBER
PATIENT_ID\tSEX\tISS_STAGE\tRISS\tOS_STATUS\tOS_MONTHS\tPFS_STATUS\tPFS_MONTHS
MM-1\tFemale\tII\tNA\t0:LIVING\t34.2\t1:PROGRESSION\t20.1
MM-2\tMale\tIII\t3\t1:DECEASED\t12.9\t1:PROGRESSION\t8
MM-3\tMale\tI\t\t0:LIVING\t50\t0:CENSORED\t50
"""


def test_cbioportals_clinical_file_with_its_comments_loads_without_a_script(tmp_path):
    connection = _ingested(_without_patients(tmp_path, CBIOPORTAL, {"data_clinical_patient.txt": CLINICAL}))
    sql = "select patient_id, sex, reported_iss, reported_r_iss, vital_status, last_contact_date - diagnosis_date,"
    assert connection.execute(f"{sql} death_date = last_contact_date from patients order by 1").fetchall() == [
        ("MM-1", "F", "II", None, "alive", 1041, None),
        ("MM-2", "M", "III", "III", "dead", 393, True),
        ("MM-3", "M", "I", None, "alive", 1522, None),
    ]
    assert connection.execute("select patient_id, response from assessments order by 1").fetchall() == [
        ("MM-1", "PD"),
        ("MM-2", "PD"),
    ]
    assert connection.execute("select * from quarantine").fetchall() == []
    filtered = connection.execute("select source_file, rows_filtered from source_file order by 1").fetchall()
    assert filtered == [
        ("data_clinical_patient.txt [assessments]", 1),
        ("data_clinical_patient.txt [patients 2]", 2),
        ("data_clinical_patient.txt [patients]", 1),
    ]


REDCAP = """
[tables.patients]
file = "export.csv"
where.redcap_repeat_instrument = ""
[tables.patients.columns]
patient_id = "record_id"
site_id = "redcap_data_access_group"
birth_date = "dob"
diagnosis_date = "dx_date"
vital_status = "vital"
death_date = "death_dt"
last_contact_date = "last_fu"
[tables.patients.codes]
vital_status = {0 = "alive", 1 = "dead"}
sex = {1 = "M", 2 = "F"}
[tables.cytogenetics]
file = "export.csv"
where.redcap_repeat_instrument = ""
columns = {patient_id = "record_id", collected_on = "dx_date"}
wide.fish___1 = {abnormality = "del17p", codes = {1 = "positive", 0 = ""}}
[tables.labs]
file = "export.csv"
where.redcap_repeat_instrument = "lab"
columns = {patient_id = "record_id", collected_on = "visit_dt"}
[tables.labs.wide]
spep = {analyte = "serum_m_protein", unit = "g/L"}
sife = {analyte = "serum_immunofixation", codes = {1 = "positive", 0 = "negative"}}
kappa = {analyte = "flc_kappa", unit = "mg/L"}
b2m = {analyte = "beta2_microglobulin", unit = "mg/L"}
ldh = {analyte = "ldh", unit = "U/L", ref_high = 245}
[tables.treatments]
file = "export.csv"
where.redcap_repeat_instrument = "treatment"
columns = {patient_id = "record_id", line = "line_no", start_date = "line_start"}
[tables.treatments.wide]
line_drugs___1 = {into = "drugs", codes = {1 = "bortezomib", 0 = ""}}
line_drugs___2 = {into = "drugs", codes = {1 = "lenalidomide", 0 = ""}}
line_drugs___3 = {into = "drugs", codes = {1 = "daratumumab", 0 = ""}}
"""
EXPORT = """\
record_id,redcap_repeat_instrument,redcap_data_access_group,dob,sex,dx_date,vital,death_dt,last_fu,fish___1,visit_dt,spep,sife,kappa,b2m,ldh,line_no,line_start,line_drugs___1,line_drugs___2,line_drugs___3
1001,,site_a,1950-03-02,2,2019-01-10,0,,2022-05-01,1,,,,,,,,,,,
1001,lab,site_a,,,,,,,,2019-01-12,32.1,1,14.2,4.1,220,,,,,
1001,lab,site_a,,,,,,,,2019-06-12,1.1,0,12.0,,,,,,,
1001,treatment,site_a,,,,,,,,,,,,,,1,2019-02-01,1,1,0
1002,,site_b,1944-11-20,1,2020-02-20,1,2021-03-03,2021-03-03,0,,,,,,,,,,,
1002,lab,site_b,,,,,,,,2020-02-21,41.0,1,9.1,6.2,410,,,,,
"""


def test_a_long_redcap_export_loads_without_a_script(tmp_path):
    connection = _ingested(_without_patients(tmp_path, REDCAP, {"export": EXPORT}))
    assert connection.execute("select patient_id, sex, vital_status from patients order by 1").fetchall() == [
        ("1001", "F", "alive"),
        ("1002", "M", "dead"),
    ]
    assert connection.execute("select count(*), count(distinct collected_on) from labs").fetchall() == [(13, 3)]
    assert connection.execute("select ref_high from labs where analyte = 'ldh' order by value").fetchall() == [
        (245.0,),
        (245.0,),
    ]
    assert connection.execute("select patient_id, abnormality, result from cytogenetics").fetchall() == [
        ("1001", "del17p", "positive")
    ]
    assert connection.execute("select patient_id, line, drugs from treatments order by drugs").fetchall() == [
        ("1001", 1, "bortezomib"),
        ("1001", 1, "lenalidomide"),
    ]
    assert connection.execute("select * from quarantine").fetchall() == []


OMOP = """
[tables.patients]
file = "person.csv"
columns = {patient_id = "person_id", sex = "gender_concept_id", birth_date = ["birth_datetime", "year_of_birth"]}
codes.sex = {8532 = "F", 8507 = "M"}
constants = {diagnosis_date = "2019-01-10", vital_status = "alive", last_contact_date = "2022-01-01"}
[tables.labs]
file = "measurement.csv"
where_not.measurement_concept_id = 0
units = {8713 = "g/dL", 8645 = "U/L"}
[tables.labs.columns]
patient_id = "person_id"
collected_on = "measurement_date"
analyte = "measurement_concept_id"
value = "value_as_number"
comparator = "operator_concept_id"
unit = "unit_concept_id"
result = "value_as_concept_id"
ref_high = "range_high"
[tables.labs.codes]
analyte = {3016436 = "ldh", 3028286 = "serum_m_protein", 3006262 = "serum_immunofixation"}
comparator = {4172703 = "", 4171756 = "<"}
result = {9191 = "positive", 9189 = "negative", 0 = ""}
unit = {0 = ""}
"""
MEASUREMENT = """\
person_id,measurement_concept_id,measurement_date,operator_concept_id,value_as_number,value_as_concept_id,unit_concept_id,range_high
11,3016436,2019-01-10,4172703,210.0,,8645,<=250
11,3006262,2019-01-10,,,9191,0,
11,3006262,2019-07-10,,,9189,0,
11,3028286,2019-07-10,4171756,0.1,0,8713,
11,0,2019-07-10,,7,,,
"""


def test_omop_measurements_load_without_a_script(tmp_path):
    person = (
        "person_id,gender_concept_id,year_of_birth,birth_datetime\n11,8532,1950,\n12,8507,1944,1944-11-20 00:00:00\n"
    )
    connection = _ingested(_without_patients(tmp_path, OMOP, {"person": person, "measurement": MEASUREMENT}))
    assert connection.execute("select birth_date from patients order by patient_id").fetchall() == [
        (date(1950, 7, 1),),
        (date(1944, 11, 20),),
    ]
    sql = "select analyte, value, comparator, unit, result, ref_high from labs order by row_number"
    assert connection.execute(sql).fetchall() == [
        ("ldh", 210.0, None, "U/L", None, 250.0),
        ("serum_immunofixation", None, None, None, "positive", None),
        ("serum_immunofixation", None, None, None, "negative", None),
        ("serum_m_protein", 0.1, "<", "g/dL", None, None),
    ]
    assert connection.execute("select * from quarantine").fetchall() == []


SDTM = """
[tables.patients]
file = "dm.csv"
codes.vital_status = {Y = "dead", "" = "alive"}
[tables.patients.columns]
patient_id = "USUBJID"
site_id = "SITEID"
birth_date = "BRTHDTC"
diagnosis_date = "DMDTC"
death_date = "DTHDTC"
last_contact_date = ["DTHDTC", "RFPENDTC"]
vital_status = "DTHFL"
"""


def test_sdtms_demographics_with_a_blank_death_flag_load_without_a_script(tmp_path):
    dm = (
        "USUBJID,SITEID,RFPENDTC,DTHDTC,DTHFL,BRTHDTC,SEX,DMDTC\nAB-01,701,2014-07-02T11:45,,,1950-12-26,F,2013-12-26\n"
    )
    dm += "AB-02,701,2013-01-14,2013-01-14,Y,1936,F,2012-10-30\nAB-03,701,2013-10-08,,,1946-03,M,2013-03-17\n"
    connection = _ingested(_without_patients(tmp_path, SDTM, {"dm": dm}))
    sql = "select vital_status, death_date, last_contact_date, birth_date from patients order by patient_id"
    assert connection.execute(sql).fetchall() == [
        ("alive", None, date(2014, 7, 2), date(1950, 12, 26)),
        ("dead", date(2013, 1, 14), date(2013, 1, 14), date(1936, 7, 1)),
        ("alive", None, date(2013, 10, 8), date(1946, 3, 15)),
    ]


def test_check_tells_the_rows_left_out_and_the_column_of_a_test(tmp_path):
    registry = WIDE + 'where.spep = ["3.1", "NA"]\n'
    files = {"patients": PATIENTS, "visits": VISITS}
    result = CliRunner().invoke(main, ["check", str(_without_patients(tmp_path, registry, files))])
    assert result.exit_code == 0
    assert "rows that are none of the table's (where, where_not): visits.csv [marrow] 1" in result.output
    assert "visits.csv [labs] · kappa: 1 row, unreadable_number: found words" in result.output
    assert "visits.csv [labs] · spep: visit: 1 row, unreadable_date" in result.output


def test_the_forms_are_read_from_parquet_as_from_csv(tmp_path):
    of_csv = Read(tmp_path, WIDE, visits=VISITS).rows("select * exclude (source_file) from labs order by all")
    folder = tmp_path / "parquet"
    folder.mkdir()
    text = pl.read_csv(tmp_path / "visits.csv", infer_schema=False)
    text.write_parquet(folder / "visits.parquet")
    connection = _ingested(
        _without_patients(folder, WIDE.replace("visits.csv", "visits.parquet"), {"patients": PATIENTS})
    )
    assert connection.execute("select * exclude (source_file) from labs order by all").fetchall() == of_csv


def test_day_0_is_found_for_patients_under_a_pseudonym(tmp_path):
    registry = "index_date = 'diagnosis_date'\n[tables.marrow]\ndate_format = 'days'\n"
    marrow = "patient_id,collected_on,plasma_cell_percent\nP1,10,60\n"
    folder = _without_patients(tmp_path, registry, {"patients": PATIENTS, "marrow": marrow})
    connection = duckdb.connect()
    ingest(folder, connection, load_registry(None, folder), pseudonyms=Pseudonyms(b"k" * 32))
    [(patient, day)] = connection.execute("select patient_id, collected_on from marrow").fetchall()
    assert (patient != "P1", day) == (True, date(2020, 1, 11))
