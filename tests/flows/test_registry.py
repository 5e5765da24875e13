"""registry.toml: a site's own names, codes, units and forms are read as the contract's, or reported in one line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from flows.intake.headers import RegistryError
from flows.intake.ingest import ingest
from flows.intake.reading import ExtractError
from flows.intake.registry import load_cutoff, load_registry
from tests.transforms.test_parsing import _found
from transforms.intake.parsing import validated

PATIENTS = "patient_id,diagnosis_date,vital_status,last_contact_date\nP1,2020-01-01,alive,2024-01-01\n"
KENSA = "患者番号;採取日;項目;結果;単位\nP1;05.01.2020;免疫グロブリンG;1.234,5;mg/dl(自動)\nP1;06.01.2020;IgG;<3,5;\n"
REGISTRY = """
[tables.labs]
file = "kensa.csv"
encoding = "shift_jis"
delimiter = ";"
date_format = "%d.%m.%Y"
decimal = ","
[tables.labs.columns]
patient_id = "患者番号"
collected_on = "採取日"
analyte = "項目"
value = "結果"
unit = "単位"
[tables.labs.codes.analyte]
"免疫グロブリンG" = "igg"
[tables.labs.units]
"mg/dl(自動)" = "mg/dL"
[tables.labs.default_units]
igg = "mg/dL"
[tables.labs.constants]
attributed_to_myeloma = false
"""


def _extract(folder: Path, registry: str, **files: str) -> Path:
    for name, text in ({"patients": PATIENTS} | files).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "registry.toml").write_text(registry, encoding="utf-8")
    return folder


def _rows(extract: Path, sql: str) -> list[tuple]:
    connection = duckdb.connect()
    ingest(extract, connection, load_registry(None, extract))
    return connection.execute(sql).fetchall()


def _validated(extract: Path, registry: str, table: str, row: dict[str, str | None]) -> tuple:
    (extract / "registry.toml").write_text(registry, encoding="utf-8")
    return validated(table, _found(table, row), load_registry(None, extract)[table][0])[:2]


def test_a_sites_own_file_names_codes_units_and_forms_are_read(tmp_path):
    _extract(tmp_path, REGISTRY)
    (tmp_path / "kensa.csv").write_bytes(KENSA.encode("cp932"))
    found = _rows(tmp_path, "select collected_on, analyte, value, comparator, unit, attributed_to_myeloma from labs")
    assert found == [
        (date(2020, 1, 5), "igg", 1.2345, None, "g/dL", False),
        (date(2020, 1, 6), "igg", 0.0035, "<", "g/dL", False),
    ]


def test_a_cut_off_and_a_log_of_progressions_can_be_declared(tmp_path):
    registry = "cutoff = 2024-03-31\n[tables.assessments]\nrecords = 'progressions'\n"
    _extract(tmp_path, registry)
    assert load_cutoff(None, tmp_path) == date(2024, 3, 31)
    assert load_registry(None, tmp_path)["assessments"][0].records == "progressions"
    assert load_cutoff(None, tmp_path / "elsewhere") is None


def test_the_registry_is_no_file_left_out_and_what_it_does_not_name_keeps_the_contracts_names(tmp_path):
    _extract(
        tmp_path, "[tables.labs.columns]\nvalue = 'v'\n", labs="patient_id,collected_on,analyte,v\nP1,2020-01-01,x,3\n"
    )
    ingested = ingest(tmp_path, duckdb.connect(), load_registry(None, tmp_path))
    assert ingested.ignored_files == []
    assert _rows(tmp_path, "select value from labs") == [(3.0,)]


@pytest.mark.parametrize(
    ("form", "written", "read"),
    [
        ("excel", "45292", date(2024, 1, 1)),
        ("excel1904", "43830", date(2024, 1, 1)),
        ("%Y-%d-%m", "2024-02-01", date(2024, 1, 2)),
        ("%m/%d/%Y", "1/2/2024", date(2024, 1, 2)),
        # A table of this form has no other: 2024-01-31 is no day of it, and no ISO date either.
        ("%Y-%d-%m", "2024-01-31", None),
        ("%m/%d/%Y", "13/2/2024", None),
        ("excel", "60", None),
    ],
)
def test_dates_are_of_the_form_that_the_site_says_and_of_no_other(tmp_path, form, written, read):
    row = {"patient_id": "P1", "collected_on": written}
    rows, entries = _validated(tmp_path, f"[tables.marrow]\ndate_format = '{form}'\n", "marrow", row)
    assert rows["collected_on"].to_list() == ([read] if read else [])
    assert entries.select("value", "rule").rows() == ([] if read else [(written, "unreadable_date")])


@pytest.mark.parametrize(
    ("sign", "written", "read"),
    [
        ("decimal", "1,234", 1.234),
        ("decimal", "1.234,5", 1234.5),
        ("decimal", "1.234", 1234.0),
        ("decimal", "1.23", None),
        ("thousands", "1,234", 1234.0),
        ("thousands", "1,234.5", 1234.5),
        ("thousands", "1,2", None),
    ],
)
def test_a_comma_means_what_the_site_says(tmp_path, sign, written, read):
    row = {"patient_id": "P1", "observed_on": "2020-01-01", "finding": "weight_kg", "value": written}
    rows, entries = _validated(tmp_path, f"[tables.findings]\n{sign} = ','\n", "findings", row)
    assert rows["value"].to_list() == [read]
    assert entries["rule"].to_list() == ([] if read else ["comma_in_number" if "," in written else "point_in_number"])


def test_a_file_of_another_encoding_than_is_said_is_one_line_that_says_where_to_correct_it(tmp_path):
    _extract(tmp_path, REGISTRY)
    (tmp_path / "kensa.csv").write_bytes(KENSA.encode("utf-8-sig"))
    with pytest.raises(ExtractError, match=r"^kensa.csv: not Shift-JIS \(CP932\) at byte 1, as registry.toml says"):
        _rows(tmp_path, "select 1")


def test_a_code_for_nothing_leaves_the_cell_empty(tmp_path):
    _extract(
        tmp_path,
        "[tables.marrow.codes.specimen]\n'9' = ''\n",
        marrow="patient_id,collected_on,specimen\nP1,2020-01-01,9\n",
    )
    assert _rows(tmp_path, "select specimen from marrow") == [(None,)]


@pytest.mark.parametrize(
    "registry",
    [
        "[tables.labs.codes.value]\n'Negativo' = 'negative'\n'0' = 'negative'\n",
        "[tables.labs.codes.value.serum_immunofixation]\n'Negativo' = 'negative'\n0 = 'negative'\n",
        "[tables.labs.codes]\nanalyte = {IFE = 'serum_immunofixation'}\n"
        "value = {IFE = {'Negativo' = 'negative', '0' = 'negative'}}\n",
    ],
)
def test_words_for_a_result_are_those_of_immunofixations_and_zero_of_others_is_zero(tmp_path, registry):
    for written in ("Negativo", "0"):
        row = {"patient_id": "P1", "collected_on": "2020-06-01", "analyte": "serum_immunofixation", "value": written}
        rows, entries = _validated(tmp_path, registry, "labs", row)
        assert (rows["result"].to_list(), entries.height) == (["negative"], 0)
    row = row | {"analyte": "serum_m_protein", "unit": "g/dL", "value": "0"}
    assert _validated(tmp_path, registry, "labs", row)[0]["value"].to_list() == [0.0]


def test_a_time_zone_is_of_every_table_that_says_no_other(tmp_path):
    _extract(tmp_path, "timezone = 'Asia/Tokyo'\n[tables.marrow]\ntimezone = 'UTC'\n")
    mappings = load_registry(None, tmp_path)
    assert (mappings["labs"][0].timezone, mappings["marrow"][0].timezone) == ("Asia/Tokyo", "UTC")


def test_parts_of_dates_are_declared_for_a_table_or_for_one_of_its_dates(tmp_path):
    _extract(
        tmp_path, "[tables.patients]\npartial_dates = 'first'\n[tables.treatments.partial_dates]\nend_date = 'last'\n"
    )
    mappings = load_registry(None, tmp_path)
    assert "birth_date" not in mappings["patients"][0].partial_dates
    assert mappings["patients"][0].partial_dates["death_date"] == "first"
    assert mappings["treatments"][0].partial_dates == {"end_date": "last"}


def test_the_registry_of_the_manual_is_one(tmp_path):
    readme = (Path(__file__).parents[2] / "flows" / "README.md").read_text(encoding="utf-8")
    [block] = [block for block in readme.split("```") if 'file = "kensa.csv"' in block]
    (tmp_path / "registry.toml").write_text(block.removeprefix("toml"), encoding="utf-8")
    (tmp_path / "kensa.csv").touch()
    assert set(load_registry(None, tmp_path)) == {"labs", "marrow", "patients"}


def test_an_extracts_own_registry_is_no_link(tmp_path):
    (tmp_path / "registry.toml").symlink_to(Path(__file__))
    with pytest.raises(ExtractError, match="a link; put the file itself"):
        load_registry(None, tmp_path)


LABS = "patient_id,collected_on,analyte,value,unit\nP1,2020-01-01,ldh,1,U/L\n"


@pytest.mark.parametrize(
    ("registry", "said"),
    [
        ("tables = 1", "tables must be tables"),
        ("[tables", "can't be read as TOML"),
        ("[table.labs]", "unknown key 'table'"),
        ("[tables.lab]", "no table 'lab'; did you mean labs?"),
        ("[tables.labs]\ncolumn = 1", "unknown key 'column'; did you mean columns"),
        ("[tables.labs]\ncolumns = 1", "must be a table"),
        ("[tables.labs.columns]\nvalu = 'x'", "no column 'valu' in labs; did you mean value?"),
        ("[tables.labs.columns]\nvalue = 'Value'", "labs.csv has no column 'Value'; did you mean 'value'?"),
        ("[tables.labs.columns]\nref_low = 'value'", "'value' is the contract's own name of another column"),
        ("[tables.labs.codes.analyte]\nIgG = 'iggg'", "'iggg' is no code of labs.analyte; did you mean igg"),
        ("[tables.labs.codes.result]\n'1' = 'pos'", "'pos' is no code of labs.result"),
        ("[tables.labs.codes.result]\nnegative = 'positive'", "'negative' is a code of the contract"),
        ("[tables.labs.codes.result]\n'1' = 'positive'\n' 1' = 'negative'", "'1' has two meanings"),
        ("[tables.labs.codes.serum_immunofixation]\n'0' = 'negative'", "write [tables.labs.codes.value.serum_immunof"),
        ("[tables.labs.codes.value.serum_immuno]\n'0' = 'negative'", "no analyte 'serum_immuno'"),
        ("[tables.labs.codes.value.serum_m_protein]\n'0' = 'negative'", "'negative' can't be read as the float64"),
        ("[tables.labs.codes.value.serum_immunofixation]\n'' = 'negative'", "an empty cell is missing"),
        ("[tables.labs.codes.unit.ldh]\n'x' = 'U/L'", "only value and result of labs are distinguished"),
        ("[tables.labs.codes.value]\n'' = '0'", "an empty cell is missing, and can stand for a code only"),
        ("timezone = 'Tokyo'", "no time zone 'Tokyo'; write one such as"),
        ("[tables.labs]\ntimezone = 9", "must be a time zone such as 'Asia/Tokyo'"),
        ("[tables.labs]\npartial_dates = 'end'", "must be one of 'first', 'middle', 'last'"),
        ("[tables.labs.partial_dates]\nvalue = 'first'", "value is no date; omit it"),
        ("[tables.labs]\ndate_format = '%Y-%m-%dT%H:%M:%S%z'", "has a zone; omit it, and say timezone"),
        ("[tables.labs.codes.value]\nTNTC = 'many'", "'many' can't be read as the float64"),
        ("[tables.labs.units]\n'x' = 'stone'", "'stone' is no unit; write one of rules/intake/units.toml"),
        ("[tables.labs.default_units]\nldh = 'mg/dL'", "'mg/dL' is no unit of ldh"),
        ("[tables.labs.default_units]\nLDH = 'U/L'", "no analyte 'LDH'; "),
        ("[tables.marrow.units]\n'x' = '%'", "marrow has no units"),
        ("[tables.labs]\ndate_format = '%d.%m.%y'", "does not contain year, month and day"),
        ("[tables.labs]\ndate_format = '%d.%m'", "does not contain year, month and day"),
        ("[tables.labs]\ndate_format = '%Q'", "does not contain year, month and day"),
        ("[tables.labs]\ndecimal = ','\nthousands = ','", "are the same character"),
        ("[tables.labs]\nencoding = 'klingon'", "must be one of 'utf-8'"),
        ("[tables.labs]\nfile = '../secrets.csv'", "must be a name without a folder"),
        ("[tables.labs]\nfile = 'kensa.csv'", "the extract has no 'kensa.csv'"),
        ("[tables.labs]\nfile = 'marrow.csv'", "the extract has no 'marrow.csv'"),
        ("[tables.labs.constants]\nvalue = 3", "labs.csv has this column"),
        ("[tables.labs.constants]\npatient_id = 'P1'", "can't be the same in every row"),
        ("[tables.assessments]\nrecords = 'responses'", "must be one of 'progressions'"),
        ("[tables.labs]\nrecords = 'progressions'", "labs records what its columns say"),
        ("[tables.patients]\ndeaths = 'somewhen'", "must be one of 'last_contact'"),
        ("[tables.labs]\ndeaths = 'last_contact'", "labs has no deaths"),
        ("cutoff = '2024-03-31'", "cutoff must be a day without quotes"),
        ("cutoff = 2024-03-31T00:00:00", "cutoff must be a day without quotes"),
    ],
)
def test_what_is_unknown_or_ambiguous_is_reported_with_what_to_write(tmp_path, registry, said):
    _extract(tmp_path, registry, labs=LABS)
    (tmp_path / "x.csv").touch()
    with pytest.raises(RegistryError) as error:
        ingest(tmp_path, duckdb.connect(), load_registry(None, tmp_path))
    assert said in str(error.value)
    assert "registry.toml" in str(error.value)
    assert "\n" not in str(error.value)
    assert ";" in str(error.value) or "write" in str(error.value) or "must be" in str(error.value)
