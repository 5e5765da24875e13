"""A column of codes is read by registry.toml's code_system: what is refused, what is left, what a wrong key says."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.intake.headers import RegistryError
from flows.intake.registry import load_registry
from tests.flows.test_forms import Read

SDTM = """\
USUBJID,LBTESTCD,LBSPEC,LBSTRESN,LBSTRESU,LBDTC
P1,MCPROT,SERUM,21,g/L,2020-01-05
P1,CREAT,SERUM,88.4,umol/L,2020-01-05
P1,CREAT,URINE,9000,umol/L,2020-01-05
P1,KAPPALC,SERUM,2.5,g/L,2020-01-05
P1,LDH,,210,U/L,2020-01-05
"""
OF_SDTM = """
[tables.labs]
file = "lb.csv"
code_system = "cdisc"
specimen = "LBSPEC"
[tables.labs.columns]
patient_id = "USUBJID"
analyte = "LBTESTCD"
collected_on = "LBDTC"
value = "LBSTRESN"
unit = "LBSTRESU"
"""


def test_a_test_and_its_specimen_are_one_code(tmp_path):
    read = Read(tmp_path, OF_SDTM, lb=SDTM)
    assert read.rows("select analyte, round(value, 3), unit from labs order by row_number") == [
        ("serum_m_protein", 2.1, "g/dL"),
        ("creatinine", 0.999, "mg/dL"),
        ("CREAT in URINE", 9000.0, "umol/L"),
    ]
    assert read.rows('select row_number, "column", value, rule from quarantine') == [
        (4, "analyte", "KAPPALC in SERUM", "total_light_chain"),
        (5, "analyte", "LDH", "missing_specimen"),
    ]
    assert read.ingested.unknown_columns == {}


OMOP = """\
person_id,measurement_concept_id,measurement_date,operator_concept_id,value_as_number,value_as_concept_id,unit_concept_id
P1,3046299,2020-01-05,4172703,2.5,0,8713
P1,3046299,2020-06-05,4171756,0.1,,8713
P1,3037756,2020-06-05,,,9189,0
P1,3004501,2020-06-05,4172703,99,0,8840
P1,1952-1,2020-06-05,0,3.1,0,8751
"""
OF_OMOP = """
[tables.labs]
file = "measurement.csv"
code_system = "omop"
[tables.labs.columns]
patient_id = "person_id"
analyte = "measurement_concept_id"
collected_on = "measurement_date"
value = "value_as_number"
comparator = "operator_concept_id"
unit = "unit_concept_id"
result = "value_as_concept_id"
"""


def test_concept_ids_of_tests_units_operators_and_values_are_read(tmp_path):
    read = Read(tmp_path, OF_OMOP, measurement=OMOP)
    assert read.rows("select analyte, value, comparator, unit, result from labs order by row_number") == [
        ("serum_m_protein", 2.5, None, "g/dL", None),
        ("serum_m_protein", 0.1, "<", "g/dL", None),
        ("serum_immunofixation", None, None, None, "negative"),
        ("3004501", 99.0, None, "mg/dL", None),
        ("beta2_microglobulin", 3.1, None, "mg/L", None),
    ]
    assert read.rows("select * from quarantine") == []


def test_the_sites_own_codes_come_first(tmp_path):
    own = 'code_system = "omop"\ncodes.analyte = {3004501 = "crp"}\nunits = {8840 = "mg/L"}\n'
    read = Read(tmp_path, OF_OMOP.replace('code_system = "omop"\n', own), measurement=OMOP)
    assert read.rows("select value, unit from labs where analyte = 'crp'") == [(99.0, "mg/L")]


def test_check_names_codes_that_nothing_reads_and_nothing_else(tmp_path):
    more = "P1,Yamada Taro,2020-06-05,,1,,8713\n"
    Read(tmp_path, OF_OMOP, measurement=OMOP + more)
    out = CliRunner().invoke(main, ["check", str(tmp_path)]).output
    assert "laboratory rows of 2 analytes that no rule reads: 2" in out
    assert "  3004501: 1 row" in out
    assert "Yamada" not in out


@pytest.mark.parametrize(
    ("registry", "says"),
    [
        (
            "[tables.labs]\ncode_system = 'icd10'\n",
            "tables.labs.code_system: must be one of 'loinc', 'omop', 'cdisc', 'jlac10'",
        ),
        (
            "[tables.marrow]\ncode_system = 'loinc'\n",
            "tables.marrow.code_system: marrow has no codes of laboratory tests",
        ),
        (
            "[tables.marrow]\nspecimen = 'S'\n",
            "tables.marrow.specimen: marrow has no codes of laboratory tests; omit it",
        ),
        (
            "[tables.labs]\nspecimen = 3\n",
            "tables.labs.specimen: must be a column of the file such as 'LBSPEC', found 3",
        ),
        (
            "[tables.labs]\nspecimen = 'S'\nwide.K = {analyte = 'flc_kappa', unit = 'mg/L'}\n",
            "tables.labs: specimen goes with a column of codes, and wide has none; omit it",
        ),
    ],
)
def test_a_wrong_key_is_one_helpful_line(tmp_path, registry, says):
    (tmp_path / "registry.toml").write_text(registry)
    with pytest.raises(RegistryError) as error:
        load_registry(None, tmp_path)
    assert says in str(error.value)


def test_a_column_of_specimens_that_the_file_has_not_is_one_line(tmp_path):
    with pytest.raises(
        RegistryError, match=r"tables.labs.specimen: lb.csv has no column 'LBSPC'; did you mean 'LBSPEC'"
    ):
        Read(tmp_path, OF_SDTM.replace("LBSPEC", "LBSPC"), lb=SDTM)
