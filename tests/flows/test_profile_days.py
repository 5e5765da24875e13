"""CoMMpass (flat and long), GDC and cBioPortal by their profiles: days and months from a day 0 that is invented."""

from __future__ import annotations

import json

from tests.flows.profiled import Profiled

PER_PATIENT = """\
PUBLIC_ID,D_PT_age,DEMOG_GENDER,D_PT_iss,D_PT_deathdy,D_PT_lstalive
MMRF_0001,61,Female,2,,1034
MMRF_0002,70,Male,3,392,392
"""
VISIT = """\
PUBLIC_ID,VISITDY,AT_TREATMENTRESP,AT_RESPONSEASSES,BA_OFLYTICLESION,BB_PERCENTOFPLAS,BONE_PERCENTOFPLAS,\
D_LAB_serum_m_protein,D_LAB_urine_24hr_m_protein,D_LAB_serum_kappa,D_LAB_serum_beta2_microglobulin,D_LAB_chem_ldh,\
D_LAB_chem_calcium,D_LAB_cbc_hemoglobin,D_TRI_CF_DAYPERFORMED,D_TRI_CF_ABNORMALITYPR11,D_TRI_CF_ABNORMALITYPR3
MMRF_0001,-6,,,>=3,60,55,3.4,0.1,1.2,4.1,3.5,2.75,6.2,-5,Yes,Not Done
MMRF_0001,92,Partial Response,93,,-1,,1.1,0,-0.5,,,,,,,
"""
TRTRESP = """\
public_id,line,trtshnm,trtstdy,trtendy,bmtx_day,bmtx_type
MMRF_0001,1,Bor-Len-Dex,1,160,150,Autologous
"""


def test_a_column_a_test_becomes_a_row_in_the_units_of_the_dictionary(tmp_path):
    files = {"PER_PATIENT": PER_PATIENT, "PER_PATIENT_VISIT": VISIT, "STAND_ALONE_TRTRESP": TRTRESP}
    read = Profiled("mmrf-flat", tmp_path, **files)
    assert read.rows("select collected_on::varchar, analyte, round(value, 3), unit from labs order by all") == [
        ("1999-12-26", "beta2_microglobulin", 4.1, "mg/L"),
        ("1999-12-26", "calcium", 11.0, "mg/dL"),
        ("1999-12-26", "flc_kappa", 12.0, "mg/L"),
        ("1999-12-26", "hemoglobin", 10.0, "g/dL"),
        ("1999-12-26", "ldh", 210.0, "U/L"),
        ("1999-12-26", "serum_m_protein", 3.4, "g/dL"),
        ("1999-12-26", "urine_m_protein", 100.0, "mg/24 h"),
        ("2000-04-02", "serum_m_protein", 1.1, "g/dL"),
        ("2000-04-02", "urine_m_protein", 0.0, "mg/24 h"),
    ]
    assert read.rows("select specimen, plasma_cell_percent from marrow order by all") == [
        ("aspirate", 55.0),
        ("biopsy", 60.0),
    ]
    assert read.rows("select lytic_lesions, lytic_lesions_comparator from imaging") == [(3.0, ">=")]
    assert read.rows("select collected_on::varchar, abnormality, result from cytogenetics") == [
        ("1999-12-27", "del17p", "positive")
    ]
    assert read.rows("select assessed_on::varchar, response from assessments") == [("2000-04-03", "PR")]
    assert read.rows("select phase, drugs, start_date::varchar from treatments order by start_date") == [
        (None, "Bor-Len-Dex", "2000-01-02"),
        ("autologous_transplant", None, "2000-05-30"),
    ]
    assert read.rows(
        "select sex, year(birth_date), reported_iss, vital_status, last_contact_date::varchar from patients"
        " order by all"
    ) == [("F", 1938, "II", "alive", "2002-10-31"), ("M", 1929, "III", "dead", "2001-01-27")]
    assert read.refused() == []


LONG = {
    "subject": "public_id,gender,vital_status,days_to_birth,days_to_death\n"
    "A,male,Alive,-20000,\nB,female,Dead,-25000,400\n",
    "diagnosis": "public_id,diagnosis_is_primary_disease,iss_stage,days_to_diagnosis,days_to_last_follow_up\n"
    "A,true,2,-20,900\nA,false,,-3000,\nB,true,3,,380\n",
    "labs": """\
public_id,days_to_specimen_collection,lab_test,lab_test_specimen,lab_test_result,lab_result_test_unit
A,-2,serum_protein_electrophoresis_m_protein,Serum,2.1,g/dL
A,-2,24hr_serum_m_protein,Urine,300,mg/24hr
A,-2,24hr_serum_m_protein,Serum,300,mg/24hr
A,-2,beta_2_microglobulin,Urine,300,ug/L
A,-2,serum_kappa_free_light_chains,Serum,12,mg/interval
A,-2,wbc,Blood,5.1,x10^3/mcl
A,-2,lactate_dehydrogenase_ldh,Serum,210,U/L
""",
    "followup": "public_id,disease_response,days_to_disease_response_assessment,ecog_ps_numeric\n"
    "A,stingent_complete_respones,90,1\n",
    "administered_line": "public_id,line,days_to_line_start,days_to_line_end\nA,1,0,200\nA,2,400,\n",
    "administered_agent": "public_id,agent,agent_category,regimen_intent,days_to_agent_start\n"
    "A,Bortezomib,PI,Induction,0\nA,Autologous transplant,Transplant,,150\n",
    "sample_features": "public_id,morphology_plasma_cells_percent_in_bm,days_to_sample_collection\nA,40,-3\n",
}


def test_long_tables_are_read_and_what_contradicts_itself_is_not_taken_for_a_test_of_ours(tmp_path):
    read = Profiled("mmrf", tmp_path, **LONG)
    assert read.rows("select patient_id, diagnosis_date::varchar, reported_iss, vital_status from patients") == [
        ("A", "1999-12-12", "II", "alive")
    ]
    assert read.rows("select analyte, value, unit from labs order by row_number") == [
        ("serum_m_protein", 2.1, "g/dL"),
        ("urine_m_protein", 300.0, "mg/24 h"),
        ("24hr_serum_m_protein", 300.0, "mg/24hr"),
        ("beta_2_microglobulin in urine", 300.0, "ug/L"),
        ("flc_kappa", None, None),
        ("wbc", 5100.0, "/µL"),
        ("ldh", 210.0, "U/L"),
    ]
    assert read.refused() == [
        ("labs", "unit", "mg/interval", "unknown_unit"),
        ("patients", "diagnosis_date", None, "missing_value"),
    ]
    assert read.rows("select line, phase, drugs, start_date::varchar from treatments order by line, start_date") == [
        (1, "induction", "Bortezomib", "2000-01-01"),
        (1, "autologous_transplant", None, "2000-05-30"),
        (2, None, None, "2001-02-04"),
    ]
    assert read.rows("select response from assessments") == [("sCR",)]
    assert read.rows("select plasma_cell_percent from marrow") == [(40.0,)]


CASE = {
    "submitter_id": "MMRF_1",
    "demographic": {"gender": "male", "vital_status": "Alive", "days_to_birth": -23000},
    "diagnoses": [
        {
            "iss_stage": "I",
            "days_to_last_follow_up": 900.0,
            "treatments": [
                {
                    "treatment_type": "Pharmaceutical Therapy, NOS",
                    "therapeutic_agents": "Lenalidomide",
                    "days_to_treatment_start": 1,
                    "days_to_treatment_end": 200,
                    "regimen_or_line_of_therapy": "Second Line of Therapy",
                }
            ],
        }
    ],
    "follow_ups": [
        {
            "days_to_follow_up": -4,
            "ecog_performance_status": "1",
            "molecular_tests": [
                {"laboratory_test": "M Protein", "test_value": 2.5, "test_units": "g/dL"},
                {"laboratory_test": "Hemoglobin", "test_value": 6.2, "test_units": "mmol/L"},
                {"laboratory_test": "Calcium", "test_value": 2.5, "test_units": "mmol/L"},
                {
                    "laboratory_test": "Lactate Dehydrogenase",
                    "test_value": 3.5,
                    "test_units": "ukat/L",
                    "days_to_test": -3,
                },
                {
                    "laboratory_test": "Serum Free Immunoglobulin Light Chain, Kappa",
                    "test_value": 33,
                    "test_units": "mg/dL",
                },
                {
                    "laboratory_test": "Beta 2 Microglobulin",
                    "test_value": 300,
                    "test_units": "ug/L",
                    "biospecimen_type": "Urine",
                },
            ],
        }
    ],
}
OF_THE_CASE = [
    ("1999-12-28", "beta 2 microglobulin in urine", 300.0, "ug/L"),
    ("1999-12-28", "calcium", 10.0, "mg/dL"),
    ("1999-12-28", "flc_kappa", 330.0, "mg/L"),
    ("1999-12-28", "hemoglobin", 10.0, "g/dL"),
    ("1999-12-28", "serum_m_protein", 2.5, "g/dL"),
    ("1999-12-29", "ldh", 210.0, "U/L"),
]
CLINICAL = """\
cases.submitter_id\tdemographic.gender\tdemographic.vital_status\tdemographic.days_to_birth\tdemographic.days_to_death\t\
diagnoses.days_to_last_follow_up\tdiagnoses.iss_stage\ttreatments.treatment_type\ttreatments.therapeutic_agents\t\
treatments.days_to_treatment_start\ttreatments.days_to_treatment_end\ttreatments.regimen_or_line_of_therapy
MMRF_1\tmale\tAlive\t-23000\t'--\t900\tI\tPharmaceutical Therapy, NOS\tLenalidomide\t1\t200\tSecond Line of Therapy
"""


def test_cases_of_the_gdc_as_json_and_as_its_tables_give_the_same(tmp_path):
    lines = [
        "cases.submitter_id\tfollow_ups.days_to_follow_up\tfollow_ups.ecog_performance_status\t"
        "molecular_tests.laboratory_test\tmolecular_tests.test_value\tmolecular_tests.test_units\t"
        "molecular_tests.days_to_test\tmolecular_tests.biospecimen_type"
    ]
    for test in CASE["follow_ups"][0]["molecular_tests"]:
        cells = ("laboratory_test", "test_value", "test_units", "days_to_test", "biospecimen_type")
        lines.append("\t".join(["MMRF_1", "-4", "1", *(str(test.get(name, "'--")) for name in cells)]))
    (tmp_path / "json").mkdir()
    (tmp_path / "tables").mkdir()
    as_json = Profiled("gdc", tmp_path / "json", cases__ndjson=[CASE])
    as_tables = Profiled("gdc", tmp_path / "tables", clinical__tsv=CLINICAL, follow_up__tsv="\n".join(lines) + "\n")
    answers = {}
    for name, content in (("list", [CASE]), ("answer", {"data": {"hits": [CASE]}, "warnings": {}})):
        (tmp_path / name).mkdir()
        answers[name] = Profiled("gdc", tmp_path / name, cases__json=json.dumps(content, indent=1))
    for read in (as_json, as_tables, *answers.values()):
        found = "select collected_on::varchar, analyte, round(value, 6), unit from labs order by all"
        assert read.rows(found) == OF_THE_CASE
        assert read.rows("select line, drugs, start_date::varchar from treatments") == [
            (2, "Lenalidomide", "2000-01-02")
        ]
        assert read.rows("select finding, value from findings") == [("ecog", 1.0)]
        assert read.rows("select sex, reported_iss, vital_status, last_contact_date::varchar from patients") == [
            ("M", "I", "alive", "2002-06-19")
        ]
        assert read.refused() == []


STUDY = """\
#Patient Identifier\tSex\tAge\tISS Stage\tR-ISS\tOverall Survival Status\tOverall Survival (Months)
#STRING\tSTRING\tNUMBER\tSTRING\tSTRING\tSTRING\tNUMBER
PATIENT_ID\tSEX\tAGE\tISS_STAGE\tRISS\tOS_STATUS\tOS_MONTHS
MM-0001\tFemale\t61\tII\tNA\t0:LIVING\t34.2
MM-0002\tMale\t70\tIII\t3\t1:DECEASED\t12.9
"""
TIMELINES = {
    "data_timeline_treatment__txt": "PATIENT_ID\tSTART_DATE\tSTOP_DATE\tEVENT_TYPE\tTREATMENT_TYPE\tAGENT\tLINE\n"
    "MM-0001\t10\t200\tTREATMENT\tMedical Therapy\tBortezomib\t1\n"
    "MM-0001\t210\t210\tTREATMENT\tTransplant\tAutologous transplant\t1\n",
    "data_timeline_labtest__txt": "PATIENT_ID\tSTART_DATE\tSTOP_DATE\tEVENT_TYPE\tTEST\tRESULT\tUNIT\n"
    "MM-0001\t0\t\tLAB_TEST\tserum_m_protein\t2.5\tg/dL\n",
    "data_timeline_status__txt": "PATIENT_ID\tSTART_DATE\tSTOP_DATE\tEVENT_TYPE\tSTATUS\n"
    "MM-0001\t90\t\tSTATUS\tVGPR\nMM-0001\t0\t\tSTATUS\tDiagnosis\n",
}


def test_a_study_folder_is_read_with_and_without_its_timelines(tmp_path):
    (tmp_path / "alone").mkdir()
    for read in (
        Profiled("cbioportal", tmp_path / "alone", data_clinical_patient__txt=STUDY),
        Profiled("cbioportal", tmp_path, data_clinical_patient__txt=STUDY, **TIMELINES),
    ):
        assert read.rows(
            "select patient_id, reported_iss, reported_r_iss, vital_status, death_date::varchar,"
            " last_contact_date::varchar from patients order by patient_id"
        ) == [
            ("MM-0001", "II", None, "alive", None, "2002-11-07"),
            ("MM-0002", "III", "III", "dead", "2001-01-28", "2001-01-28"),
        ]
        assert read.refused() == []
    assert read.rows("select analyte, value from labs") == [("serum_m_protein", 2.5)]
    assert read.rows("select line, phase, drugs from treatments order by start_date") == [
        (1, None, "Bortezomib"),
        (1, "autologous_transplant", None),
    ]
    assert read.rows("select assessed_on::varchar, response from assessments") == [("2000-03-31", "VGPR")]
