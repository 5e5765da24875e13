"""MGUS and smouldering myeloma: the inputs of the models, and what counts as progression (section 10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rules.criterion import load_edition
from tests.differential.agreement import frames
from tests.one_patient import Outcome, Row, judged
from tests.reference.build import day, imaging, labs, marrow, patient, rows, starts
from tests.transforms.test_frailty import finding
from transforms.derive import derive

AT_DIAGNOSIS = "2019-12-01 M 2 K 100 L 10 hemoglobin 12"
TREATED = "treated_before_progression"
SMM_IN_TIME = {"SMM.evolving", "SMM.slope", "SMM.pangea"}
TABLES: dict[str, Any] = {"treatments": [], "marrow": [marrow("2019-12-01", "15")]}


def outcome(text: str = "", diagnosis: str | None = "SMM", **tables: Any) -> Outcome:
    columns = {"isotype": "IgG", "light_chain": "kappa", "last_contact_date": day("2024-12-01")} | tables.pop("who", {})
    who = patient(diagnosis=diagnosis, **columns)
    return judged(f"{AT_DIAGNOSIS}\n{text}", who=who, **TABLES | tables)


def said(model: str, out: Outcome) -> Row:
    [row] = [row for row in out["precursor_risk"] if row["model"] == model]
    return row


def models(out: Outcome) -> list[str]:
    return [row["model"] for row in out["precursor_risk"]]


def course(out: Outcome) -> Row:
    [row] = out["precursor_course"]
    return row


def test_a_model_says_which_factors_there_are_and_what_they_foretell(out: Outcome = outcome()) -> None:
    row = said("SMM.2_20_20", out)
    assert (row["factors"], row["factors_unknown"]) == (["m_protein"], [])
    assert (row["points"], row["risk_group"], row["predicted"], row["horizon_years"]) == (1, "1", 0.18, 2)


def test_an_unknown_factor_is_named_and_so_is_its_test(out: Outcome = outcome()) -> None:
    row = said("SMM.4_factor", out)
    assert (row["factors_unknown"], row["points"], row["risk_group"], row["predicted"]) == (["fish"], None, None, None)
    assert row["unknown_because"] == ["t(4;14)", "t(14;16)", "gain1q", "del13q"]


FISH = {"2020-01-30": "2", "2020-01-31": None, "2019-10-02": "2"}


def test_fish_counts_within_60_days(
    outs: Mapping[str, Outcome] = {
        on: outcome(cytogenetics=rows("collected_on", on, abnormality="del13q", result="positive")) for on in FISH
    },
) -> None:
    assert {on: said("SMM.4_factor", out)["risk_group"] for on, out in outs.items()} == FISH


def test_a_precursor_has_the_models_of_its_own(
    mgus: Outcome = outcome(diagnosis="MGUS", marrow=[]),
    smouldering: Outcome = outcome(),
    myeloma: Outcome = outcome(diagnosis="MM"),
) -> None:
    assert models(mgus) == ["MGUS.2005", "MGUS.2018"]
    assert set(models(smouldering)) == {"SMM.2_20_20", "SMM.4_factor", "SMM.score", "SMM.2010", *SMM_IN_TIME}
    assert models(smouldering) == sorted(models(smouldering))
    assert models(myeloma) == []


def test_a_model_that_is_not_for_the_patient_has_no_row(
    out: Outcome = outcome(diagnosis="MGUS", who={"isotype": "IgM"}),
) -> None:
    assert models(out) == ["MGUS.2005"]


def smouldering_by_all_that_was_measured() -> Outcome:
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
    return judged("", who=who, labs=registry, imaging=scanned, findings=no_amyloid, **TABLES)


def test_who_is_derived_to_have_smouldering_myeloma_has_its_models(
    out: Outcome = smouldering_by_all_that_was_measured(),
) -> None:
    assert out["diagnosis"][0]["derived"] == "DX.smouldering"
    assert [row["precursor"] for row in out["precursor_course"]] == ["SMM"]
    assert len(out["precursor_risk"]) == 7


# what followed the diagnosis: the factors, and those that are unknown
EVOLVING = {
    "2020-06-01 M 2.2 hemoglobin 11.5": (["eHb", "eMP"], []),
    # the six months are over, and nothing was measured in them
    "2020-06-02 M 2.2 hemoglobin 11.6": ([], ["eMP"]),
    "2020-03-01 M 2.1\n2020-06-02 M 2.2 hemoglobin 11.6": ([], []),
    "2020-12-01 M 2.5 hemoglobin 11.5": (["eHb", "eMP"], []),
    "2020-12-02 M 2.5 hemoglobin 11.5": ([], ["eHb", "eMP"]),  # twelve, too
    "2020-03-01 M 2.2 hemoglobin 12\n2020-05-01 M 1.8 hemoglobin 12": (["eMP"], []),  # the highest counts
    "2020-03-01 M 2 hemoglobin 11.5\n2020-05-01 M 2 hemoglobin 13": (["eHb"], []),  # the lowest counts
}


def test_what_evolves_within_the_months_after_diagnosis(
    outs: Mapping[str, Outcome] = {text: outcome(text) for text in EVOLVING},
) -> None:
    found = {text: said("SMM.evolving", out) for text, out in outs.items()}
    assert {text: (row["factors"], row["factors_unknown"]) for text, row in found.items()} == EVOLVING


BOTH_EVOLVE = "2020-03-01 M 2 hemoglobin 12\n2020-05-01 M 3 hemoglobin 10"


def test_what_comes_after_treatment_began_does_not_evolve(
    untreated: Outcome = outcome(BOTH_EVOLVE), treated: Outcome = outcome(BOTH_EVOLVE, treatments=starts("2020-04-01"))
) -> None:
    assert said("SMM.evolving", untreated)["factors"] == ["eHb", "eMP"]
    assert said("SMM.evolving", treated)["factors"] == []


FOUND_LATER = "2019-12-01 SIF neg\n2019-12-29 M 0.6\n2020-05-01 hemoglobin 12"


def test_an_m_protein_that_was_none_by_immunofixation_evolves_when_there_is_one(
    out: Outcome = judged(FOUND_LATER, who=patient(diagnosis="SMM", isotype="IgG", light_chain="kappa"), **TABLES),
) -> None:
    assert "eMP" in said("SMM.evolving", out)["factors"]


IGA_RISES = "2019-12-01 igg 2 iga 0.1\n2020-03-01 M 2 igg 2 iga 0.2 hemoglobin 12"


def test_the_immunoglobulin_is_the_one_concerned(
    of_igg: Outcome = outcome(IGA_RISES), of_iga: Outcome = outcome(IGA_RISES, who={"isotype": "IgA"})
) -> None:
    assert said("SMM.evolving", of_igg)["factors"] == []
    assert said("SMM.evolving", of_iga)["factors"] == ["eMP"]


SLOPES = {
    "2020-02-28 M 9": None,  # 89 days
    "2020-02-29 M 2.18": "1",  # 0.18 g/dL in 90 days
    "2020-02-29 M 2.17": "0",
    "2020-02-29 M 3\n2020-11-30 M 2.1": "0",  # the last counts: 0.1 g/dL in 365 days
    "2020-12-02 M 9": None,  # after twelve months
}


def test_the_slope_is_from_diagnosis_to_the_last_m_protein_of_twelve_months(
    outs: Mapping[str, Outcome] = {text: outcome(text) for text in SLOPES},
) -> None:
    assert {text: said("SMM.slope", out)["risk_group"] for text, out in outs.items()} == SLOPES


def test_all_whose_m_protein_rose_so_fast_were_foretold_to_progress(
    rising: Outcome = outcome("2020-06-01 M 2.5"), level: Outcome = outcome("2020-06-01 M 2")
) -> None:
    row = said("SMM.slope", rising)  # 0.5 g/dL in 183 days: 2.7 mg/dL a day
    assert (row["factors"], row["predicted"], row["horizon_years"]) == (["slope"], 1.0, 5)
    assert said("SMM.slope", level)["predicted"] is None


BEFORE, MOVED = "2019-12-01 creatinine 0.8", "M 2.2 K 150 L 5 hemoglobin 10.5 creatinine 1.1"


def test_markers_move_within_twelve_months_of_diagnosis_before_treatment(
    out: Outcome = outcome(
        f"{BEFORE}\n2020-06-01 {MOVED}\n2020-09-01 M 2 K 100 L 10 hemoglobin 12 creatinine 0.8",
    ),
    late: Outcome = outcome(f"{BEFORE}\n2020-12-02 {MOVED}"),
    never: Outcome = outcome(BEFORE),
    treated: Outcome = outcome(f"{BEFORE}\n2020-06-01 {MOVED}", treatments=starts("2020-05-01")),
) -> None:
    row = said("SMM.pangea", out)
    assert row["factors"] == ["creatinine", "flc_ratio", "hemoglobin", "m_protein"]
    assert (row["points"], row["predicted"], row["horizon_years"]) == (4, None, None)
    for unmoved in (late, never, treated):
        assert said("SMM.pangea", unmoved)["factors_unknown"] == row["factors"]


CHAINS = {
    "K 150 L 5": True,  # from 10 to 30
    "K 149 L 5": False,
    "K 150 L <5": True,
    "K 150 L <10": None,  # 15 or more
    "K >150 L 5": True,
    "K 150 L 0": None,
    "K 150": None,
}


def test_the_ratio_that_moves_is_of_two_chains_of_one_day(
    outs: Mapping[str, Outcome] = {chains: outcome(f"2020-06-01 {chains}") for chains in CHAINS},
) -> None:
    def moves(row: Row) -> bool | None:
        return "flc_ratio" in row["factors"] or (None if "flc_ratio" in row["factors_unknown"] else False)

    assert {chains: moves(said("SMM.pangea", out)) for chains, out in outs.items()} == CHAINS


def test_a_run_may_let_the_slope_be_of_fewer_months() -> None:
    registry = {"patients": [patient(diagnosis="SMM")], "labs": labs("2019-12-01 M 2\n2020-03-01 M 3\n2020-11-01 M 2")}
    edition = load_edition(settings={"SMM.slope": {"within_months": 6}})
    found = derive(frames(registry), edition)["precursor_risk"].to_dicts()
    assert [row["risk_group"] for row in found if row["model"] == "SMM.slope"] == ["1"]


@pytest.mark.criterion("SMM.progression")
def test_progression_is_the_first_date_at_which_myeloma_holds(
    # anaemia in June and July, each with a marrow within 60 days; the visit of 2022 has none
    out: Outcome = outcome(
        "2021-06-01 M 3 hemoglobin 9.5\n2021-07-01 hemoglobin 9\n2022-01-01 hemoglobin 8",
        marrow=[marrow("2019-12-01", "15"), marrow("2021-07-01", "30")],
    ),
) -> None:
    row = course(out)
    found = (row["start_date"], row["progressed_on"], row["progressed_by"], row["event"])
    assert found == (day("2019-12-01"), day("2021-06-01"), "DX.myeloma", "progression")
    assert row["end_date"] == row["progressed_on"]
    assert row["years"] == pytest.approx(548 / 365.25)  # 31 days of December, 366 of 2020, 151 up to June


EVENT = "2021-06-01 hemoglobin 9"


@pytest.mark.criterion("SMM.progression")
def test_an_event_alone_is_progression_where_a_clone_was_shown_at_any_earlier_date(
    shown: Outcome = outcome(EVENT),
    # 9 % is none, whatever is found two months later
    not_shown: Outcome = outcome(EVENT, marrow=[marrow("2019-12-01", "9"), marrow("2021-08-01", "30")]),
    # 30 % within 60 days are
    found_later: Outcome = outcome(EVENT, marrow=[marrow("2019-12-01", "9"), marrow("2021-07-31", "30")]),
    proven: Outcome = outcome(
        EVENT, marrow=[], findings=[finding("2019-12-01", "biopsy_proven_plasmacytoma", present=True)]
    ),
    biomarker: Outcome = outcome("2021-06-01 K 200 L 1"),
) -> None:
    for out in (shown, found_later, proven, biomarker):
        row = course(out)
        found = (row["event"], row["progressed_on"], row["progressed_by"])
        assert found == ("progression", day("2021-06-01"), "DX.myeloma")
    row = course(not_shown)
    assert (row["event"], row["end_date"], row["progressed_on"]) == ("censored", day("2024-12-01"), None)


@pytest.mark.criterion("SMM.progression")
def test_smouldering_myeloma_of_2018_with_events_in_2021_progressed_in_2021(
    out: Outcome = outcome(
        """
        2018-03-05 hemoglobin 13.5
        2019-03-04 M 2.8 hemoglobin 12.8
        2020-03-04 M 3.3 hemoglobin 11.9
        2021-03-04 M 4.9 hemoglobin 8.4 Ca 12.6 creatinine 2.6
        """,
        marrow=[marrow("2018-03-05", "22")],
        imaging=[imaging("2021-03-04", modality="ct", lytic_lesions=6)],
        treatments=starts("2021-03-15"),
        who={"diagnosis_date": day("2018-03-05"), "last_contact_date": day("2024-12-31")},
    ),
) -> None:
    row = course(out)
    assert (row["event"], row["progressed_on"], row["end_date"]) == ("progression", *[day("2021-03-04")] * 2)


def anaemia(*, due: bool | None) -> Outcome:
    found = [row | {"attributed_to_myeloma": due} for row in labs("2021-06-01 hemoglobin 9.4")]
    return outcome(labs=found, marrow=[marrow("2019-12-01", "20"), marrow("2021-06-02", "20")])


@pytest.mark.criterion("SMM.progression")
def test_anaemia_that_is_not_due_to_the_tumour_is_no_progression(
    of_another_cause: Outcome = anaemia(due=False),
    due_to_myeloma: Outcome = anaemia(due=True),
    unsaid: Outcome = anaemia(due=None),
) -> None:
    assert course(of_another_cause)["event"] == "censored"
    assert course(due_to_myeloma)["event"] == "progression"
    assert course(unsaid)["event"] == "progression"


# What was looked at in the days before treatment began on 2021-01-01 and speaks against progression.
LOOKED_AT = "2020-12-20 Ca 11 creatinine 2.0 hemoglobin 10"
SCAN = {"modality": "ct", "lytic_lesions": 0}


def at_treatment(text: str = LOOKED_AT, *, scan: Row | None = None, **tables: Any) -> Outcome:
    scans = [imaging("2020-12-01", **SCAN if scan is None else scan)] if scan != {} else []
    return outcome(text, **{"treatments": starts("2021-01-01"), "imaging": scans} | tables)


# found beside it: is it progression before treatment
UP_TO_TREATMENT = {
    "": False,
    "2020-12-20 Ca 11.1": True,
    "2020-12-20 creatinine 2.1": True,
    "2020-12-20 creatinine >2.0": True,
    "2020-12-20 creatinine_clearance 39": True,
    "2020-12-20 creatinine_clearance 40": False,
    "2020-12-21 hemoglobin 9.9": True,
    "2021-01-01 hemoglobin 9.9": True,  # on the day itself
    "2021-01-02 hemoglobin 9.9": False,
    "2020-12-20 K 100 L 1": True,
    "2020-12-20 K 99 L 0.5": False,
}


@pytest.mark.criterion("SMM.progression")
def test_an_event_counts_up_to_the_first_treatment(
    outs: Mapping[str, Outcome] = {found: at_treatment(f"{LOOKED_AT}\n{found}") for found in UP_TO_TREATMENT},
) -> None:
    rows = {found: course(out) for found, out in outs.items()}
    assert {found: row["event"] == "progression" for found, row in rows.items()} == UP_TO_TREATMENT
    others = [row for row in rows.values() if row["event"] != "progression"]
    assert {(row["event"], row["end_date"], row["progressed_on"]) for row in others} == {
        (TREATED, day("2021-01-01"), None)
    }
    assert {found: row["unknown_because"] for found, row in rows.items()} == {found: [] for found in rows}


@pytest.mark.criterion("SMM.progression")
def test_lesions_count_up_to_the_first_treatment(
    lytic: Outcome = at_treatment(scan={"modality": "ct", "lytic_lesions": 1}),
    focal: Outcome = at_treatment(scan={"modality": "wbmri", "focal_lesions": 2}),
    none: Outcome = at_treatment(scan=SCAN),
) -> None:
    assert [course(out)["event"] for out in (lytic, focal, none)] == ["progression", "progression", TREATED]


UNSOUGHT = {"calcium": "Ca 11", "creatinine": "creatinine 2.0", "hemoglobin": "hemoglobin 10"}


@pytest.mark.criterion("SMM.progression")
def test_treatment_without_an_event_that_nobody_looked_for_says_so(
    outs: Mapping[str, Outcome] = {
        **{test: at_treatment(LOOKED_AT.replace(found, "")) for test, found in UNSOUGHT.items()},
        "bone_imaging": at_treatment(scan={}),
    },
) -> None:
    rows = {test: course(out) for test, out in outs.items()}
    found = {test: (row["event"], row["unknown_because"]) for test, row in rows.items()}
    assert found == {test: (TREATED, [test]) for test in outs}


@pytest.mark.criterion("SMM.progression")
def test_an_event_without_any_marrow_leaves_open_whether_treatment_came_first(
    out: Outcome = at_treatment(f"{LOOKED_AT}\n2020-12-21 hemoglobin 9", marrow=[]),
) -> None:
    assert course(out)["event"] == TREATED
    assert "marrow" in course(out)["unknown_because"]


@pytest.mark.criterion("SMM.progression")
def test_a_creatinine_that_may_be_either_leaves_it_open(
    out: Outcome = at_treatment(LOOKED_AT.replace("creatinine 2.0", "creatinine >1.5")),
) -> None:
    assert (course(out)["event"], course(out)["unknown_because"]) == (TREATED, ["creatinine"])


AMYLOID = [finding("2020-12-20", "al_amyloidosis", present=True)]


@pytest.mark.criterion("SMM.progression")
def test_kidneys_by_cockcroft_and_gault_and_amyloidosis_come_before_treatment(
    # (140 - 82) x 45 x 0.85 / (72 x 1.6) = 19.3 mL/min
    elderly: Outcome = at_treatment(
        LOOKED_AT.replace("creatinine 2.0", "creatinine 1.6"),
        who={"sex": "F", "birth_date": day("1938-01-10")},
        findings=[finding("2020-12-20", "weight_kg", 45)],
    ),
    amyloid: Outcome = at_treatment(findings=AMYLOID),
    unscanned: Outcome = at_treatment(findings=AMYLOID, scan={}),
) -> None:
    assert course(elderly)["progressed_by"] == "DX.myeloma"
    # the scan of 2020-12-01 is the first date within 60 days of it
    assert (course(amyloid)["progressed_on"], course(amyloid)["progressed_by"]) == (day("2020-12-01"), "DX.al")
    assert course(unscanned)["progressed_on"] == day("2020-12-20")


@pytest.mark.criterion("SMM.progression")
def test_who_was_treated_before_diagnosis_has_no_time_and_on_the_last_day_all_of_it(
    before: Outcome = outcome(treatments=starts("2019-11-20")),
    last: Outcome = outcome(treatments=starts("2024-12-01")),
) -> None:
    row = course(before)
    assert (row["event"], row["end_date"], row["years"]) == (TREATED, day("2019-12-01"), 0)
    # the haemoglobin of the day of diagnosis came after treatment began
    assert row["unknown_because"] == ["bone_imaging", "calcium", "creatinine", "hemoglobin"]
    assert (course(last)["event"], course(last)["end_date"]) == (TREATED, day("2024-12-01"))


def test_a_run_may_ignore_the_treatment_of_a_precursor(
    counted: Outcome = outcome(EVENT, treatments=starts("2020-06-01")),
) -> None:
    assert (course(counted)["event"], course(counted)["end_date"]) == (TREATED, day("2020-06-01"))
    edition = load_edition(settings={"SMM.progression": {"treatment": "is_ignored"}})
    [row] = derive(frames(counted.registry), edition)["precursor_course"].to_dicts()
    assert (row["event"], row["end_date"]) == ("progression", day("2021-06-01"))


CELLS = "2021-06-01 circulating_plasma_cells 2001 circulating_plasma_cells_percent 20"


@pytest.mark.criterion("SMM.progression")
def test_plasma_cells_in_blood_and_amyloidosis_are_progression_too(
    cells: Outcome = outcome(CELLS),
    both: Outcome = outcome(CELLS, findings=[finding("2021-06-01", "al_amyloidosis", present=True)]),
) -> None:
    assert course(cells)["progressed_by"] == "DX.pcl"
    assert (course(both)["progressed_on"], course(both)["progressed_by"]) == (day("2021-06-01"), "DX.al")


RECORDED = rows("assessed_on", "2022-01-01 2021-01-01", response="PD")


@pytest.mark.criterion("SMM.progression")
def test_a_recorded_progression_counts_and_treatment_alone_does_not(
    recorded: Outcome = outcome(assessments=RECORDED, treatments=starts("2021-01-01")),
    treated: Outcome = outcome(assessments=RECORDED, treatments=starts("2020-12-31")),
    before: Outcome = outcome(assessments=rows("assessed_on", "2019-11-30", response="PD")),
    at_once: Outcome = outcome(assessments=rows("assessed_on", "2019-12-01", response="PD")),
    stable: Outcome = outcome(assessments=rows("assessed_on", "2021-01-01", response="SD")),
) -> None:
    row = course(recorded)
    assert (row["progressed_on"], row["progressed_by"]) == (day("2021-01-01"), "recorded")
    # what is recorded of a treated patient is no progression of the precursor
    row = course(treated)
    assert (row["event"], row["end_date"]) == (TREATED, day("2020-12-31"))
    assert (course(before)["event"], course(stable)["event"]) == ("censored", "censored")
    assert (course(at_once)["event"], course(at_once)["years"]) == ("progression", 0)


@pytest.mark.criterion("SMM.progression")
def test_who_has_myeloma_at_diagnosis_has_progressed_that_day(
    out: Outcome = outcome("2019-12-01 creatinine 2.1"),
) -> None:
    assert (course(out)["progressed_on"], course(out)["years"]) == (day("2019-12-01"), 0)


DEAD = {"vital_status": "dead", "death_date": day("2021-12-01"), "last_contact_date": day("2021-12-01")}


def test_death_without_progression_ends_the_course(
    dead: Outcome = outcome(who=DEAD),
    recorded_later: Outcome = outcome(who=DEAD, assessments=rows("assessed_on", "2022-01-01", response="PD")),
) -> None:
    row = course(dead)
    assert (row["event"], row["end_date"], row["progressed_on"]) == ("death", day("2021-12-01"), None)
    assert course(recorded_later)["event"] == "death"


def test_a_death_that_contradicts_itself_leaves_the_end_unknown(
    undated: Outcome = outcome(who={"vital_status": "dead"}),
    progressed: Outcome = outcome(
        who={"vital_status": "dead"}, assessments=rows("assessed_on", "2021-01-01", response="PD")
    ),
    treated: Outcome = outcome(who={"vital_status": "dead"}, treatments=starts("2021-01-01")),
) -> None:
    row = course(undated)
    assert (row["event"], row["end_date"], row["years"]) == (None, None, None)
    assert course(progressed)["event"] == "progression"
    assert (course(treated)["event"], course(treated)["end_date"]) == (TREATED, day("2021-01-01"))


def test_mgus_has_a_course_and_myeloma_has_none(
    mgus: Outcome = outcome(diagnosis="MGUS", marrow=[]),
    myeloma: Outcome = outcome(diagnosis="MM"),
    unrecorded: Outcome = outcome(diagnosis=None, marrow=[]),
) -> None:
    assert course(mgus)["precursor"] == "MGUS"
    assert myeloma["precursor_course"] == unrecorded["precursor_course"] == []
