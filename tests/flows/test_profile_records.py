"""FHIR's bulk export, and Flatiron-like tables, by their profiles."""

from __future__ import annotations

from tests.flows.profiled import Profiled

LOINC = "http://loinc.org"


def _observed(code: str, on: str, **value):
    coding = [{"system": "urn:local", "code": "X1"}, {"system": LOINC, "code": code}]
    subject = {"reference": "Patient/p1"}
    return {"status": "final", "subject": subject, "code": {"coding": coding}, "effectiveDateTime": on, **value}


def _quantity(value, unit, **more):
    return {"valueQuantity": {"value": value, "code": unit, **more}}


S = {"reference": "Patient/p1"}
FHIR = {
    "Patient__ndjson": [
        {"id": "p1", "gender": "female", "birthDate": "1950-03", "deceasedDateTime": "2021-05-06T10:00:00+09:00"},
        {"id": "p2", "gender": "unknown", "birthDate": "1944-11-20"},
        {"id": "p3", "gender": "male"},
    ],
    "Condition__ndjson": [
        {"subject": S, "code": {"coding": [{"code": "C90.0"}]}, "onsetDateTime": "2019-01-10"},
        {"subject": {"reference": "Patient/p2"}, "code": {"text": "Smoldering myeloma"}, "recordedDate": "2019-02-10"},
        {
            "subject": {"reference": "Patient/p3"},
            "code": {"coding": [{"code": "C90.0"}]},
            "onsetDateTime": "2019-01-10",
            "verificationStatus": {"coding": [{"code": "refuted"}]},
        },
    ],
    "Observation__ndjson": [
        _observed("33358-3", "2019-01-10T23:30:00+09:00", **_quantity(2.5, "g/dL")),
        _observed("25700-6", "2019-01-10", valueCodeableConcept={"coding": [{"code": "10828004"}]}),
        _observed(
            "36916-5",
            "2019-01-11T00:00:00Z",
            **_quantity(5, "mg/L", comparator="<"),
            referenceRange=[{"low": {"value": 3.3}, "high": {"value": 19.4}}],
        ),
        _observed("11050-2", "2019-01-12", **_quantity(250, "mg/dL")),
        _observed("2160-0", "2019-01-10T15:00:00Z", **_quantity(1, "mg/dL")),
        {**_observed("1751-7", "2019-01-10", **_quantity(9, "g/dL")), "status": "entered-in-error"},
        _observed(
            "85354-9",
            "2019-01-10",
            component=[{"code": {"coding": [{"system": LOINC, "code": "8480-6"}]}, **_quantity(130, "mm[Hg]")}],
        ),
        _observed("11118-7", "2019-01-10", **_quantity(40, "%")),
        {
            "subject": S,
            "code": {"text": "response"},
            "effectiveDateTime": "2019-05-10",
            "valueCodeableConcept": {"coding": [{"code": "stringent_complete_response"}]},
        },
    ],
    "CarePlan__ndjson": [
        {"id": "b", "subject": S, "period": {"start": "2020-02-01"}},
        {"id": "a", "subject": S, "period": {"start": "2019-02-01"}},
        {"id": "diet", "subject": S, "period": {"start": "2018-02-01"}},
    ],
    "MedicationAdministration__ndjson": [
        {
            "status": "completed",
            "subject": S,
            "medicationCodeableConcept": {"text": drug},
            "effectivePeriod": {"start": start, "end": end},
            "basedOn": [{"reference": f"CarePlan/{plan}"}] if plan else [],
        }
        for drug, start, end, plan in [
            ("bortezomib", "2019-02-01", "2019-05-01", "a"),
            ("daratumumab", "2020-02-01", "2020-05-01", "b"),
            ("zoledronic acid", "2019-02-01", "2019-02-01", None),
            ("metformin", "2019-02-01", "2019-02-01", None),
        ]
    ],
    "Procedure__ndjson": [
        {
            "subject": S,
            "code": {"text": "Autologous stem cell transplant"},
            "performedDateTime": "2019-06-01",
            "basedOn": [{"reference": "CarePlan/a"}],
        }
    ],
}


def test_resources_of_fhir_are_tables(tmp_path):
    read = Profiled("fhir", tmp_path, **FHIR)
    assert read.rows(
        "select patient_id, sex, birth_date::varchar, diagnosis, diagnosis_date::varchar, vital_status,"
        " last_contact_date::varchar from patients order by patient_id"
    ) == [
        ("p1", "F", "1950-03-15", "MM", "2019-01-10", "dead", "2021-05-06"),
        ("p2", None, "1944-11-20", "SMM", "2019-02-10", "alive", "2019-02-10"),
    ]
    assert read.rows(
        "select collected_on::varchar, analyte, value, comparator, unit, result, ref_high from labs order by row_number"
    ) == [
        ("2019-01-10", "serum_m_protein", 2.5, None, "g/dL", None, None),
        ("2019-01-10", "serum_immunofixation", None, None, None, "positive", None),
        ("2019-01-11", "flc_kappa", 5.0, "<", "mg/L", None, 19.4),
    ]
    assert read.rows("select plasma_cell_percent from marrow") == [(40.0,)]
    assert read.rows("select finding, value from findings") == [("systolic_bp", 130.0)]
    assert read.rows("select assessed_on::varchar, response from assessments") == [("2019-05-10", "sCR")]
    assert ("labs", "analyte", "11050-2", "total_light_chain") in read.refused()
    assert ("labs", "collected_on", "2019-01-10T15:00:00Z", "instant") in read.refused()
    assert ("patients", "diagnosis_date", None, "missing_value") in read.refused()


def test_a_line_is_a_care_plan_that_drugs_are_based_on(tmp_path):
    read = Profiled("fhir", tmp_path, **FHIR)
    assert read.rows("select line, phase, drugs, start_date::varchar from treatments order by start_date") == [
        (1, None, "bortezomib", "2019-02-01"),
        (1, "autologous_transplant", None, "2019-06-01"),
        (2, None, "daratumumab", "2020-02-01"),
    ]
    assert read.rows("select drug from supportive_care") == [("zoledronic acid",)]


def test_patients_and_conditions_alone_are_enough(tmp_path):
    files = {name: FHIR[name] for name in ("Patient__ndjson", "Condition__ndjson")}
    assert Profiled("fhir", tmp_path, **files).rows("select count(*) from patients") == [(2,)]


FLATIRON = {
    "Demographics": "PatientID,Gender,BirthYear,PracticeID\nF1,F,1950,P9\nF2,M,1960,P9\n",
    "Enhanced_MultipleMyeloma": "PatientID,DiagnosisDate,ISSStage,MProtein\n"
    'F1,2019-01-10,Stage II,IgG kappa\nF2,2019-02-10,Unknown/not documented,"IgG kappa, IgA lambda"\n',
    "Enhanced_Mortality_V2": "PatientID,DateOfDeath\nF2,2021-03\n",
    "Lab": """\
PatientID,TestDate,LOINC,Test,LabComponent,TestUnits,TestUnitsCleaned,TestResult,TestResultCleaned,MinNorm,MaxNorm
F1,2019-01-10,33358-3,SPEP,M-protein,g/L,g/dL,25,2.5,,
F1,2019-01-10,2532-0,LDH,LDH,U/L,,>500,,120,250
F1,2019-01-10,11051-0,Lambda,Lambda,mg/dL,,250,,,
F1,2019-01-10,,PULSE,Pulse,/min,,70,,,
F2,2019-03-10,1751-7,ALB,Albumin,g/dL,,3.5,,,
""",
    "LineOfTherapy": "PatientID,LineName,LineNumber,LineSetting,IsMaintenanceTherapy,StartDate,EndDate\n"
    'F1,"Bortezomib,Dexamethasone,Lenalidomide",1,,False,2019-02-01,2019-08-01\nF1,Lenalidomide,1,,True,2019-09-01,\n',
    "ECOG": "PatientID,EcogDate,EcogValue\nF1,2019-01-10,1\n",
}


def test_flatirons_tables_are_read_with_the_month_of_death_as_its_middle(tmp_path):
    read = Profiled("flatiron", tmp_path, **FLATIRON)
    assert read.rows(
        "select patient_id, birth_date::varchar, diagnosis, isotype, light_chain, reported_iss, vital_status,"
        " death_date::varchar, last_contact_date::varchar from patients order by patient_id"
    ) == [
        ("F1", "1950-07-01", "MM", "IgG", "kappa", "II", "alive", None, "2019-09-01"),
        ("F2", "1960-07-01", "MM", None, None, None, "dead", "2021-03-15", "2019-03-10"),
    ]
    assert read.rows("select analyte, value, comparator, unit, ref_high from labs order by row_number") == [
        ("serum_m_protein", 2.5, None, "g/dL", None),
        ("ldh", 500.0, ">", "U/L", 250.0),
        ("Pulse", 70.0, None, "/min", None),
        ("albumin", 3.5, None, "g/dL", None),
    ]
    assert read.refused() == [("labs", "analyte", "11051-0", "total_light_chain")]
    assert read.rows("select line, phase, drugs from treatments order by start_date") == [
        (1, None, "Bortezomib,Dexamethasone,Lenalidomide"),
        (1, "maintenance", "Lenalidomide"),
    ]
    assert read.rows("select finding, value from findings") == [("ecog", 1.0)]
