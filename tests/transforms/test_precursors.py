"""MGUS and smouldering myeloma: what the models are told, and what counts as progression (section 10)."""

from __future__ import annotations

from typing import Any

import pytest

from rules.criterion import load_edition
from tests.differential.agreement import frames
from tests.one_patient import Row, judged
from tests.reference.build import day, imaging, labs, marrow, patient, rows, starts
from tests.transforms.test_frailty import finding
from transforms.derive import derive

AT_DIAGNOSIS = "2019-12-01 M 2 K 100 L 10 hemoglobin 12"
TREATED = "treated_before_progression"
SMM_IN_TIME = {"SMM.evolving", "SMM.slope", "SMM.pangea"}
TABLES: dict[str, Any] = {"treatments": [], "marrow": [marrow("2019-12-01", "15")]}


def outcome(text: str = "", diagnosis: str | None = "SMM", **tables: Any) -> dict[str, list[Row]]:
    columns = {"isotype": "IgG", "light_chain": "kappa", "last_contact_date": day("2024-12-01")} | tables.pop("who", {})
    who = patient(diagnosis=diagnosis, **columns)
    return judged(f"{AT_DIAGNOSIS}\n{text}", who=who, **TABLES | tables)


def said(model: str, text: str = "", diagnosis: str = "SMM", **tables: Any) -> Row:
    [row] = [row for row in outcome(text, diagnosis, **tables)["precursor_risk"] if row["model"] == model]
    return row


def course(text: str = "", diagnosis: str | None = "SMM", **tables: Any) -> list[Row]:
    return outcome(text, diagnosis, **tables)["precursor_course"]


def test_a_model_says_which_factors_there_are_and_what_they_foretell() -> None:
    row = said("SMM.2_20_20")
    assert (row["factors"], row["factors_unknown"]) == (["m_protein"], [])
    assert (row["points"], row["risk_group"], row["predicted"], row["horizon_years"]) == (1, "1", 0.18, 2)


def test_an_unknown_factor_is_named_and_so_is_its_test() -> None:
    row = said("SMM.4_factor")
    assert (row["factors_unknown"], row["points"], row["risk_group"], row["predicted"]) == (["fish"], None, None, None)
    assert row["unknown_because"] == ["t(4;14)", "t(14;16)", "gain1q", "del13q"]


@pytest.mark.parametrize(("on", "group"), [("2020-01-30", "2"), ("2020-01-31", None), ("2019-10-02", "2")])
def test_fish_counts_within_60_days(on: str, group: str | None) -> None:
    found = rows("collected_on", on, abnormality="del13q", result="positive")
    assert said("SMM.4_factor", cytogenetics=found)["risk_group"] == group


def test_a_precursor_has_the_models_of_its_own() -> None:
    models = {row["model"] for row in outcome(diagnosis="MGUS", marrow=[])["precursor_risk"]}
    assert models == {"MGUS.2005", "MGUS.2018"}
    smouldering = {row["model"] for row in outcome()["precursor_risk"]}
    assert smouldering == {"SMM.2_20_20", "SMM.4_factor", "SMM.score", "SMM.2010", *SMM_IN_TIME}
    assert outcome(diagnosis="MM")["precursor_risk"] == []


def test_a_model_that_is_not_for_the_patient_has_no_row() -> None:
    models = [row["model"] for row in outcome(diagnosis="MGUS", who={"isotype": "IgM"})["precursor_risk"]]
    assert models == ["MGUS.2005"]


def test_who_is_derived_to_have_smouldering_myeloma_has_its_models() -> None:
    complete = "2019-12-01 calcium 9 creatinine 0.8 creatinine_clearance 90"
    scanned = [
        imaging("2019-12-01", modality="ct", lytic_lesions=0),
        imaging("2019-12-01", modality="mri", focal_lesions=0),
    ]
    limits = [
        {**labs("2019-12-01 calcium 9")[0], "ref_high": 10},
        {**labs("2019-12-01 hemoglobin 12")[0], "ref_low": 12},
    ]
    who = patient(isotype="IgG", light_chain="kappa")
    registry = labs(f"{AT_DIAGNOSIS}\n{complete}") + limits
    no_amyloid = [finding("2019-12-01", "al_amyloidosis", present=False)]
    out = judged("", who=who, labs=registry, imaging=scanned, findings=no_amyloid, **TABLES)
    assert out["diagnosis"][0]["derived"] == "DX.smouldering"
    assert [row["precursor"] for row in out["precursor_course"]] == ["SMM"]
    assert len(out["precursor_risk"]) == 7


@pytest.mark.parametrize(
    ("text", "factors", "unknown"),
    [
        ("2020-06-01 M 2.2 hemoglobin 11.5", ["eHb", "eMP"], []),
        ("2020-06-02 M 2.2 hemoglobin 11.6", [], ["eMP"]),  # the six months are over, and nothing was measured in them
        ("2020-03-01 M 2.1\n2020-06-02 M 2.2 hemoglobin 11.6", [], []),
        ("2020-12-01 M 2.5 hemoglobin 11.5", ["eHb", "eMP"], []),
        ("2020-12-02 M 2.5 hemoglobin 11.5", [], ["eHb", "eMP"]),  # twelve, too
        ("2020-03-01 M 2.2 hemoglobin 12\n2020-05-01 M 1.8 hemoglobin 12", ["eMP"], []),  # the highest counts
        ("2020-03-01 M 2 hemoglobin 11.5\n2020-05-01 M 2 hemoglobin 13", ["eHb"], []),  # the lowest counts
    ],
)
def test_what_evolves_within_the_months_after_diagnosis(text: str, factors: list[str], unknown: list[str]) -> None:
    row = said("SMM.evolving", text)
    assert (row["factors"], row["factors_unknown"]) == (factors, unknown)


def test_what_comes_after_treatment_began_does_not_evolve() -> None:
    text = "2020-03-01 M 2 hemoglobin 12\n2020-05-01 M 3 hemoglobin 10"
    assert said("SMM.evolving", text)["factors"] == ["eHb", "eMP"]
    assert said("SMM.evolving", text, treatments=starts("2020-04-01"))["factors"] == []


def test_the_immunoglobulin_is_the_one_concerned() -> None:
    text = "2019-12-01 igg 2 iga 0.1\n2020-03-01 M 2 igg 2 iga 0.2 hemoglobin 12"
    assert said("SMM.evolving", text)["factors"] == []
    assert said("SMM.evolving", text, who={"isotype": "IgA"})["factors"] == ["eMP"]


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("2020-02-28 M 9", None),  # 89 days
        ("2020-02-29 M 2.18", "1"),  # 0.18 g/dL in 90 days
        ("2020-02-29 M 2.17", "0"),
        ("2020-02-29 M 3\n2020-11-30 M 2.1", "0"),  # the last counts: 0.1 g/dL in 365 days
        ("2020-12-02 M 9", None),  # after twelve months
    ],
)
def test_the_slope_is_from_diagnosis_to_the_last_m_protein_of_twelve_months(text: str, group: str | None) -> None:
    assert said("SMM.slope", text)["risk_group"] == group


def test_all_whose_m_protein_rose_so_fast_were_foretold_to_progress() -> None:
    rising = said("SMM.slope", "2020-06-01 M 2.5")  # 0.5 g/dL in 183 days: 2.7 mg/dL a day
    assert (rising["factors"], rising["predicted"], rising["horizon_years"]) == (["slope"], 1.0, 5)
    assert said("SMM.slope", "2020-06-01 M 2")["predicted"] is None


def test_markers_move_within_twelve_months_of_diagnosis_before_treatment() -> None:
    before, moved = "2019-12-01 creatinine 0.8", "M 2.2 K 150 L 5 hemoglobin 10.5 creatinine 1.1"
    row = said("SMM.pangea", f"{before}\n2020-06-01 {moved}\n2020-09-01 M 2 K 100 L 10 hemoglobin 12 creatinine 0.8")
    assert row["factors"] == ["creatinine", "flc_ratio", "hemoglobin", "m_protein"]
    assert (row["points"], row["predicted"], row["horizon_years"]) == (4, None, None)
    for late in (said("SMM.pangea", f"{before}\n2020-12-02 {moved}"), said("SMM.pangea", before)):
        assert late["factors_unknown"] == row["factors"]
    treated = said("SMM.pangea", f"{before}\n2020-06-01 {moved}", treatments=starts("2020-05-01"))
    assert treated["factors_unknown"] == row["factors"]


@pytest.mark.parametrize(
    ("chains", "moves"),
    [
        ("K 150 L 5", True),  # from 10 to 30
        ("K 149 L 5", False),
        ("K 150 L <5", True),
        ("K 150 L <10", None),  # 15 or more
        ("K >150 L 5", True),
        ("K 150 L 0", None),
        ("K 150", None),
    ],
)
def test_the_ratio_that_moves_is_of_two_chains_of_one_day(chains: str, moves: bool | None) -> None:
    row = said("SMM.pangea", f"2020-06-01 {chains}")
    assert ("flc_ratio" in row["factors"] or (None if "flc_ratio" in row["factors_unknown"] else False)) is moves


def test_a_run_may_let_the_slope_be_of_fewer_months() -> None:
    registry = {"patients": [patient(diagnosis="SMM")], "labs": labs("2019-12-01 M 2\n2020-03-01 M 3\n2020-11-01 M 2")}
    edition = load_edition(settings={"SMM.slope": {"within_months": 6}})
    found = derive(frames(registry), edition)["precursor_risk"].to_dicts()
    assert [row["risk_group"] for row in found if row["model"] == "SMM.slope"] == ["1"]


@pytest.mark.criterion("SMM.progression")
def test_progression_is_the_first_date_at_which_myeloma_holds() -> None:
    text = "2021-06-01 M 3 hemoglobin 9.5\n2021-07-01 hemoglobin 9\n2022-01-01 hemoglobin 8"
    # anaemia in June and July, each with a marrow within 60 days; the visit of 2022 has none
    [row] = course(text, marrow=[marrow("2019-12-01", "15"), marrow("2021-07-01", "30")])
    found = (row["start_date"], row["progressed_on"], row["progressed_by"], row["event"])
    assert found == (day("2019-12-01"), day("2021-06-01"), "DX.myeloma", "progression")
    assert row["end_date"] == row["progressed_on"]
    assert row["years"] == pytest.approx(548 / 365.25)  # 31 days of December, 366 of 2020, 151 up to June


@pytest.mark.criterion("SMM.progression")
def test_an_event_alone_is_progression_where_a_clone_was_shown_at_any_earlier_date() -> None:
    event = "2021-06-01 hemoglobin 9"
    [row] = course(event)
    assert (row["event"], row["progressed_on"], row["progressed_by"]) == (
        "progression",
        day("2021-06-01"),
        "DX.myeloma",
    )
    # 9 % is none, whatever is found two months later
    [row] = course(event, marrow=[marrow("2019-12-01", "9"), marrow("2021-08-01", "30")])
    assert (row["event"], row["end_date"], row["progressed_on"]) == ("censored", day("2024-12-01"), None)
    proven = [finding("2019-12-01", "biopsy_proven_plasmacytoma", present=True)]
    assert course(event, marrow=[], findings=proven)[0]["progressed_on"] == day("2021-06-01")
    # a biomarker too
    assert course("2021-06-01 K 200 L 1")[0]["progressed_on"] == day("2021-06-01")


@pytest.mark.criterion("SMM.progression")
def test_smouldering_myeloma_of_2018_with_events_in_2021_progressed_in_2021() -> None:
    text = "2018-03-05 hemoglobin 13.5\n2019-03-04 M 2.8 hemoglobin 12.8\n2020-03-04 M 3.3 hemoglobin 11.9"
    events = "2021-03-04 M 4.9 hemoglobin 8.4 Ca 12.6 creatinine 2.6"
    [row] = course(
        f"{text}\n{events}",
        marrow=[marrow("2018-03-05", "22")],
        imaging=[imaging("2021-03-04", modality="ct", lytic_lesions=6)],
        treatments=starts("2021-03-15"),
        who={"diagnosis_date": day("2018-03-05"), "last_contact_date": day("2024-12-31")},
    )
    assert (row["event"], row["progressed_on"], row["end_date"]) == ("progression", *[day("2021-03-04")] * 2)


@pytest.mark.criterion("SMM.progression")
def test_anaemia_that_is_not_due_to_the_tumour_is_no_progression() -> None:
    def anaemia(due: bool | None) -> list[Row]:
        return [row | {"attributed_to_myeloma": due} for row in labs("2021-06-01 hemoglobin 9.4")]

    marrows = [marrow("2019-12-01", "20"), marrow("2021-06-02", "20")]
    assert course(labs=anaemia(due=False), marrow=marrows)[0]["event"] == "censored"
    assert course(labs=anaemia(due=True), marrow=marrows)[0]["event"] == "progression"
    assert course(labs=anaemia(due=None), marrow=marrows)[0]["event"] == "progression"


# What was looked at in the days before treatment began on 2021-01-01 and speaks against progression.
LOOKED_AT = "2020-12-20 Ca 11 creatinine 2.0 hemoglobin 10"
SCAN = {"modality": "ct", "lytic_lesions": 0}


def at_treatment(text: str = LOOKED_AT, *, scan: Row | None = None, **tables: Any) -> Row:
    scans = [imaging("2020-12-01", **SCAN if scan is None else scan)] if scan != {} else []
    [row] = course(text, **{"treatments": starts("2021-01-01"), "imaging": scans} | tables)
    return row


@pytest.mark.criterion("SMM.progression")
@pytest.mark.parametrize(
    ("found", "progressed"),
    [
        ("", False),
        ("2020-12-20 Ca 11.1", True),
        ("2020-12-20 creatinine 2.1", True),
        ("2020-12-20 creatinine >2.0", True),
        ("2020-12-20 creatinine_clearance 39", True),
        ("2020-12-20 creatinine_clearance 40", False),
        ("2020-12-21 hemoglobin 9.9", True),
        ("2021-01-01 hemoglobin 9.9", True),  # on the day itself
        ("2021-01-02 hemoglobin 9.9", False),
        ("2020-12-20 K 100 L 1", True),
        ("2020-12-20 K 99 L 0.5", False),
    ],
)
def test_an_event_counts_up_to_the_first_treatment(found: str, progressed: bool) -> None:
    row = at_treatment(f"{LOOKED_AT}\n{found}")
    assert row["event"] == ("progression" if progressed else TREATED)
    assert row["unknown_because"] == []
    if not progressed:
        assert (row["end_date"], row["progressed_on"]) == (day("2021-01-01"), None)


@pytest.mark.criterion("SMM.progression")
@pytest.mark.parametrize(
    ("scan", "progressed"),
    [({"modality": "ct", "lytic_lesions": 1}, True), ({"modality": "wbmri", "focal_lesions": 2}, True), (SCAN, False)],
)
def test_lesions_count_up_to_the_first_treatment(scan: Row, progressed: bool) -> None:
    assert (at_treatment(scan=scan)["event"] == "progression") is progressed


@pytest.mark.criterion("SMM.progression")
@pytest.mark.parametrize("test", ["calcium", "creatinine", "hemoglobin", "bone_imaging"])
def test_treatment_without_an_event_that_nobody_looked_for_says_so(test: str) -> None:
    without = {"calcium": "Ca 11", "creatinine": "creatinine 2.0", "hemoglobin": "hemoglobin 10"}.get(test, "")
    scan = {"scan": {}} if test == "bone_imaging" else {}
    row = at_treatment(LOOKED_AT.replace(without, ""), **scan)
    assert (row["event"], row["unknown_because"]) == (TREATED, [test])


@pytest.mark.criterion("SMM.progression")
def test_an_event_without_any_marrow_leaves_open_whether_treatment_came_first() -> None:
    row = at_treatment(f"{LOOKED_AT}\n2020-12-21 hemoglobin 9", marrow=[])
    assert row["event"] == TREATED
    assert "marrow" in row["unknown_because"]


@pytest.mark.criterion("SMM.progression")
def test_a_creatinine_that_may_be_either_leaves_it_open() -> None:
    row = at_treatment(LOOKED_AT.replace("creatinine 2.0", "creatinine >1.5"))
    assert (row["event"], row["unknown_because"]) == (TREATED, ["creatinine"])


@pytest.mark.criterion("SMM.progression")
def test_kidneys_by_cockcroft_and_gault_and_amyloidosis_come_before_treatment() -> None:
    # (140 - 82) x 45 x 0.85 / (72 x 1.6) = 19.3 mL/min
    elderly = {"sex": "F", "birth_date": day("1938-01-10")}
    weight = [finding("2020-12-20", "weight_kg", 45)]
    slow = LOOKED_AT.replace("creatinine 2.0", "creatinine 1.6")
    assert at_treatment(slow, who=elderly, findings=weight)["progressed_by"] == "DX.myeloma"
    amyloid = [finding("2020-12-20", "al_amyloidosis", present=True)]
    row = at_treatment(findings=amyloid)
    # the scan of 2020-12-01 is the first date within 60 days of it
    assert (row["progressed_on"], row["progressed_by"]) == (day("2020-12-01"), "DX.al")
    assert at_treatment(findings=amyloid, scan={})["progressed_on"] == day("2020-12-20")


def test_a_run_may_ignore_the_treatment_of_a_precursor() -> None:
    registry = {
        "patients": [patient(diagnosis="SMM", last_contact_date=day("2024-12-01"))],
        "labs": labs("2021-06-01 hemoglobin 9"),
        "marrow": [marrow("2019-12-01", "15")],
        "treatments": starts("2020-06-01"),
    }
    ignored = load_edition(settings={"SMM.progression": {"treatment": "is_ignored"}})
    for edition, found in (
        (load_edition(), (TREATED, day("2020-06-01"))),
        (ignored, ("progression", day("2021-06-01"))),
    ):
        [row] = derive(frames(registry), edition)["precursor_course"].to_dicts()
        assert (row["event"], row["end_date"]) == found


@pytest.mark.criterion("SMM.progression")
def test_plasma_cells_in_blood_and_amyloidosis_are_progression_too() -> None:
    cells = "2021-06-01 circulating_plasma_cells 2001 circulating_plasma_cells_percent 20"
    assert course(cells)[0]["progressed_by"] == "DX.pcl"
    amyloid = [finding("2021-06-01", "al_amyloidosis", present=True)]
    [row] = course(cells, findings=amyloid)
    assert (row["progressed_on"], row["progressed_by"]) == (day("2021-06-01"), "DX.al")


@pytest.mark.criterion("SMM.progression")
def test_a_recorded_progression_counts_and_treatment_alone_does_not() -> None:
    recorded = rows("assessed_on", "2022-01-01 2021-01-01", response="PD")
    [row] = course(assessments=recorded, treatments=starts("2021-01-01"))
    assert (row["progressed_on"], row["progressed_by"]) == (day("2021-01-01"), "recorded")
    # what is recorded of a treated patient is no progression of the precursor
    [row] = course(assessments=recorded, treatments=starts("2020-12-31"))
    assert (row["event"], row["end_date"]) == (TREATED, day("2020-12-31"))
    before = rows("assessed_on", "2019-11-30", response="PD")
    assert course(assessments=before)[0]["event"] == "censored"


@pytest.mark.criterion("SMM.progression")
def test_who_has_myeloma_at_diagnosis_has_progressed_that_day() -> None:
    [row] = course("2019-12-01 creatinine 2.1")
    assert (row["progressed_on"], row["years"]) == (day("2019-12-01"), 0)


def test_death_without_progression_ends_the_course() -> None:
    dead = {"vital_status": "dead", "death_date": day("2021-12-01"), "last_contact_date": day("2021-12-01")}
    [row] = course(who=dead)
    assert (row["event"], row["end_date"], row["progressed_on"]) == ("death", day("2021-12-01"), None)
    late = rows("assessed_on", "2022-01-01", response="PD")
    assert course(who=dead, assessments=late)[0]["event"] == "death"


def test_a_death_that_contradicts_itself_leaves_the_end_unknown() -> None:
    [row] = course(who={"vital_status": "dead"})
    assert (row["event"], row["end_date"], row["years"]) == (None, None, None)
    [told] = course(who={"vital_status": "dead"}, assessments=rows("assessed_on", "2021-01-01", response="PD"))
    assert told["event"] == "progression"


def test_mgus_has_a_course_and_myeloma_has_none() -> None:
    assert [row["precursor"] for row in course(diagnosis="MGUS", marrow=[])] == ["MGUS"]
    assert course(diagnosis="MM") == course(diagnosis=None, marrow=[]) == []
