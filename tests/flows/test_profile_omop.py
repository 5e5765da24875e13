"""OMOP CDM 5.4 by its profile: with and without CONCEPT, as CSV and as typed Parquet."""

from __future__ import annotations

import duckdb
import pytest

from flows.intake.headers import RegistryError
from flows.intake.ingest import ingest
from flows.intake.registry import load_registry
from flows.settings.profiles import profile
from tests.flows.profiled import Profiled

PERSON = """\
person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,birth_datetime,gender_source_value,care_site_id
11,8532,1950,,,,F,701
12,8507,1944,11,20,1944-11-20 00:00:00,M,0
13,0,1960,3,,,female,
"""
CONDITION = """\
condition_occurrence_id,person_id,condition_concept_id,condition_start_date,condition_source_value
1,11,437233,2019-01-10,C90.00
2,12,0,2018-02-01,D47.2
3,12,0,2019-03-10,C90.01
4,13,320128,2019-01-01,I10
"""
MEASUREMENT = """\
measurement_id,person_id,measurement_concept_id,measurement_date,operator_concept_id,value_as_number,value_as_concept_id,\
unit_concept_id,range_low,range_high,measurement_source_value,unit_source_value,value_source_value
1,11,3024561,2019-01-10,4172703,3.8,0,8713,3.5,5.0,ALB,g/dL,3.8
2,11,0,2019-01-10,,3.1,,0,,,1952-1,mg/L,3.1
3,11,3016436,2019-01-10,,210.0,,8645,120,<=250,LDH,U/L,210
4,11,3046299,2019-01-10,,2.5,,8713,,,SPEP-M,g/dL,2.5
5,11,3037756,2019-01-10,,,9191,0,,,SIFE,,IgG kappa
6,11,3037756,2019-07-10,,,9189,0,,,SIFE,,No monoclonal band
7,11,3046299,2019-07-10,4171756,0.1,0,8713,,,SPEP-M,g/dL,<0.1
8,11,3019812,2019-07-10,,250,,8840,,,KAPPA,mg/dL,250
9,11,0,2019-01-10,,40,,8554,,,11118-7,%,40
10,11,0,2019-01-10,,0.1,,8554,,,93021-4,%,0.1
11,11,3025315,2019-01-10,,132.3,,8739,,,29463-7,lb,132.3
12,11,0,2019-01-10,,1,,,,,89247-1,,1
"""
EPISODE = """\
episode_id,person_id,episode_concept_id,episode_start_date,episode_end_date,episode_number,episode_object_concept_id,\
episode_source_value
1,11,32531,2019-02-01,2019-08-01,1,0,VRd
2,11,32531,2021-02-01,,2,0,DPd
3,11,32533,2019-01-10,,1,0,disease
"""
EVENT = """\
episode_id,event_id,episode_event_field_concept_id
1,101,1147094
1,102,1147094
1,900,1147127
"""
DRUG = """\
drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,drug_exposure_end_date,drug_source_value
101,11,0,2019-02-01,2019-02-28,bortezomib
102,11,0,2019-03-01,2019-08-01,bortezomib
103,11,0,2019-02-01,,zoledronic acid
104,11,0,2019-02-01,,metformin
"""
PROCEDURE = """\
procedure_occurrence_id,person_id,procedure_concept_id,procedure_date,procedure_source_value
1,11,0,2019-06-15,38241
2,11,0,2019-06-15,71046
"""
DEATH = "person_id,death_date\n12,2021-03-03\n"
FILES = {
    "person": PERSON,
    "condition_occurrence": CONDITION,
    "MEASUREMENT": MEASUREMENT,
    "episode": EPISODE,
    "episode_event": EVENT,
    "drug_exposure": DRUG,
    "procedure_occurrence": PROCEDURE,
    "death": DEATH,
}


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    return Profiled("omop", tmp_path_factory.mktemp("read"), **FILES)


def test_a_person_is_put_together_from_person_condition_death_and_what_was_last_recorded(read):
    assert read.rows(
        "select patient_id, site_id, sex, birth_date::varchar, diagnosis, diagnosis_date::varchar, vital_status,"
        " death_date::varchar, last_contact_date::varchar from patients order by patient_id"
    ) == [
        ("11", "701", "F", "1950-07-01", "MM", "2019-01-10", "alive", None, "2019-07-10"),
        ("12", None, "M", "1944-11-20", "MM", "2019-03-10", "dead", "2021-03-03", "2021-03-03"),
    ]


def test_a_person_without_a_plasma_cell_disease_has_no_date_of_diagnosis_and_is_refused(read):
    assert ("patients", "diagnosis_date", None, "missing_value") in read.refused()


def test_results_are_read_by_concept_id_or_by_the_loinc_code_of_the_source(read):
    assert read.rows(
        "select collected_on::varchar, analyte, value, comparator, unit, result, ref_high from labs order by all"
    ) == [
        ("2019-01-10", "93021-4", 0.1, None, "%", None, None),
        ("2019-01-10", "albumin", 3.8, None, "g/dL", None, 5.0),
        ("2019-01-10", "beta2_microglobulin", 3.1, None, "mg/L", None, None),
        ("2019-01-10", "ldh", 210.0, None, "U/L", None, 250.0),
        ("2019-01-10", "serum_immunofixation", None, None, None, "positive", None),
        ("2019-01-10", "serum_m_protein", 2.5, None, "g/dL", None, None),
        ("2019-07-10", "serum_immunofixation", None, None, None, "negative", None),
        ("2019-07-10", "serum_m_protein", 0.1, "<", "g/dL", None, None),
    ]
    assert ("labs", "analyte", "3019812", "total_light_chain") in read.refused()


def test_the_marrow_is_the_share_by_morphology_and_not_that_by_flow_cytometry(read):
    assert read.rows("select plasma_cell_percent, specimen from marrow") == [(40.0, None)]


def test_lines_are_episodes_with_the_drugs_that_belong_to_them(read):
    assert read.rows(
        "select line, phase, drugs, start_date::varchar, end_date::varchar from treatments order by line, start_date"
    ) == [
        (1, None, "bortezomib", "2019-02-01", "2019-08-01"),
        (1, "autologous_transplant", None, "2019-06-15", "2019-06-15"),
        (2, None, "DPd", "2021-02-01", None),
    ]
    assert read.rows("select drug from supportive_care") == [("zoledronic acid",)]


def test_scores_and_weights_are_findings(read):
    assert read.rows("select finding, value from findings order by all") == [("ecog", 1.0), ("weight_kg", 60.0)]


COMPLICATIONS = """\
person_id,condition_concept_id,condition_start_date,condition_end_date,condition_source_value
11,437233,2019-01-10,,C90.00
11,0,2019-03-01,2019-03-20,I26.99
11,0,2019-03-02,,Herpes zoster
11,0,2019-03-03,,C16.9
11,0,2019-03-04,,history of breast cancer
11,0,2019-03-05,,Z85.3
11,0,2019-03-06,,D47.2
11,0,2019-03-07,,Peripheral neuropathy
11,0,2019-03-08,,I10
11,0,2019-03-09,,M87.180
11,0,2019-03-10,,D70.1
11,0,2019-03-11,,AL amyloidosis with heart failure
"""


def test_conditions_of_the_registrys_kinds_are_adverse_events_and_others_are_left(tmp_path):
    read = Profiled("omop", tmp_path, person=PERSON, condition_occurrence=COMPLICATIONS)
    assert read.rows(
        "select onset_on::varchar, event, grade, resolved_on::varchar from adverse_events order by all"
    ) == [
        ("2019-03-01", "venous_thromboembolism", None, "2019-03-20"),
        ("2019-03-02", "zoster", None, None),
        ("2019-03-03", "second_primary", None, None),
        ("2019-03-07", "neuropathy", None, None),
        ("2019-03-09", "jaw_osteonecrosis", None, None),
        ("2019-03-10", "cytopenia", None, None),
    ]


CONCEPT = """\
concept_id,concept_name,vocabulary_id,concept_code
37399332,Serum M protein,SNOMED,1
99,M protein by the laboratory,LOINC,33358-3
8713,gram per deciliter,UCUM,g/dL
1336825,bortezomib,RxNorm,358258
437233,Multiple myeloma,SNOMED,109989006
"""


def test_concept_says_what_ids_are_that_are_not_known_here(tmp_path):
    measurement = """\
person_id,measurement_concept_id,measurement_source_concept_id,measurement_date,value_as_number,unit_concept_id
11,37399332,99,2019-01-10,2.5,8713
"""
    drug = DRUG.replace("101,11,0,", "101,11,1336825,").replace("28,bortezomib", "28,J9041")
    read = Profiled("omop", tmp_path, **FILES | {"MEASUREMENT": measurement, "drug_exposure": drug, "concept": CONCEPT})
    assert read.rows("select analyte, value, unit from labs") == [("serum_m_protein", 2.5, "g/dL")]
    assert read.rows("select distinct drugs from treatments where line = 1 and drugs is not null") == [("bortezomib",)]


def test_typed_parquet_gives_what_text_gives(tmp_path, read):
    typed = tmp_path / "typed"
    typed.mkdir()
    for name, text in FILES.items():
        (tmp_path / "one.csv").write_text(text)
        duckdb.sql(f"copy (from read_csv('{tmp_path}/one.csv')) to '{typed}/{name}.parquet'")
    again = Profiled("omop", typed)
    for table in ("patients", "labs", "marrow", "treatments", "supportive_care", "findings"):
        query = f"select * exclude (source_file, row_number) from {table} order by all"
        assert again.rows(query) == read.rows(query), table


def test_persons_alone_are_read_and_refused_with_the_reason(tmp_path):
    read = Profiled("omop", tmp_path, person=PERSON)
    assert {rule for *_, rule in read.refused()} == {"missing_value"}


def test_a_file_that_has_none_of_its_columns_is_another_or_written_otherwise(tmp_path):
    with pytest.raises(RegistryError) as error:
        Profiled("omop", tmp_path, person=PERSON, CONCEPT=CONCEPT.replace(",", ";"))
    assert "CONCEPT.csv: read as concept, and has none of its columns (concept_id, concept_name" in str(error.value)
    assert "it seems to part columns by semicolons: write commas, or give delimiter in registry.toml" in str(
        error.value
    )


@pytest.mark.parametrize("name", ["CONCEPT__tsv", "CONCEPT"])  # Athena calls it .csv
def test_tabs_are_read_whatever_the_name_says(tmp_path, name):
    files = {table: FILES[table] for table in ("person", "condition_occurrence", "MEASUREMENT")}
    read = Profiled("omop", tmp_path, **files, **{name: CONCEPT.replace(",", "\t")})
    assert read.rows("select count(*) from labs where analyte = 'serum_m_protein'") == [(2,)]


def test_a_site_copies_the_profile_into_its_extract_and_changes_it(tmp_path):
    profile("omop").copy(tmp_path)
    registry = tmp_path / "registry.toml"
    own = registry.read_text() + '[tables.labs.codes.analyte]\n"3004501" = "crp"\n'
    registry.write_text(own)
    more = "13,11,3004501,2019-01-10,,4,,8751,,,CRP,mg/L,4\n"
    for name, text in (FILES | {"MEASUREMENT": MEASUREMENT + more}).items():
        (tmp_path / f"{name}.csv").write_text(text)
    connection = duckdb.connect()
    ingested = ingest(tmp_path, connection, load_registry(None, tmp_path))
    assert connection.execute("select value, unit from labs where analyte = 'crp'").fetchall() == [(4.0, "mg/L")]
    assert ingested.ignored_files == []
