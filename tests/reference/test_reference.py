"""Patients worked by hand from the criteria: responses, progression, confirmation and endpoints."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .build import column, day, ends, imaging, labs, marrow, patient, rows, run, starts
from .figures import Row

COURSE = """
    2019-12-20 M 4.0 U 0
    2020-02-01 M 2.0
    2020-03-01 M 0.4 U 0
    2020-04-01 SIF neg UIF neg
    2020-05-01 SIF neg UIF neg
    2020-06-01 M 0.5
    2020-07-01 M 0.8
"""


def test_a_serum_course_from_pr_to_cr_to_relapse() -> None:
    out = run(labs=labs(COURSE), marrow=[marrow("2020-05-01", "4.9")], treatments=starts("2020-01-01"))
    assert column(out, "measurable_by", "lines") == ["serum"]
    # 2.0 is half of 4.0; 0.4 a tenth; the marrow is 30 days after 1 April; 0 to 0.5 is the bound itself.
    assert column(out, "response") == ["PR", "VGPR", "CR", "CR", "PD", "PD"]
    assert column(out, "possible_response") == ["PR", "VGPR", "sCR", "sCR", "PD", "PD"]
    assert column(out, "confirmed_response") == ["PR", "VGPR", "CR", "CR", "PD", "PD"]
    assert column(out, "best_response") == ["PR", "VGPR", "CR", "CR", "CR", "CR"]
    assert column(out, "progression_reasons")[3:] == [[], ["PD.serum"], ["PD.serum"]]
    line = out["lines"][0]
    assert (line["best_response"], line["best_response_date"]) == ("CR", day("2020-04-01"))
    assert (line["progression_date"], line["progression_confirmed_by"]) == (day("2020-06-01"), "assessment")
    # January to May of a leap year: 31 + 29 + 31 + 30 + 31.
    assert ends(out, "PFS") == ends(out, "TTP") == ends(out, "EFS") == [(152, True, "progression")]
    assert ends(out, "TTR") == [(31, True, "response")]
    assert ends(out, "DOR") == [(121, True, "progression")]
    assert ends(out, "TTNT") == ends(out, "OS") == [(730, False, "last_contact")]


def test_a_single_zero_is_no_nadir_for_imwg() -> None:
    text = COURSE.replace("2020-05-01 SIF neg UIF neg", "")
    # imwg2016: the 0 counts as its predecessor 0.4, so 0.5 and 0.8 are up by 0.1 and 0.4 only.
    for edition, last_two in (("jsh2023", ["PD", "PD"]), ("imwg2016", ["PR", "PR"])):
        out = run(edition, labs=labs(text), treatments=starts("2020-01-01"))
        assert column(out, "response") == ["PR", "VGPR", "VGPR", *last_two]


@pytest.mark.parametrize(
    ("nadir", "now", "is_pd"),
    [
        ("<0.5", "0.9", False),
        ("<0.5", "1.0", True),
        ("0", "0.5", True),
        ("2.0", "2.4", False),
        ("2.0", ">2.4", False),
    ],
)
def test_a_figure_below_a_limit_is_the_limit_as_nadir(nadir: Any, now: Any, is_pd: bool) -> None:
    text = f"2019-12-20 M 4.0\n2020-02-01 M {nadir}\n2020-03-01 M {now}"
    visit = run(labs=labs(text), treatments=starts("2020-01-01"))["visits"][1]
    assert (visit["response"] == "PD") == is_pd


def test_urine_missing_beside_serum_is_sd_only_where_serum_rules_a_response_out() -> None:
    base = "2019-12-20 M 4.0 U 1000\n2020-12-20 M 4.0 U 1000"
    text = (
        base
        + """
        2020-02-01 M 2.1
        2020-03-01 M 2.0
        2021-02-01 M 3.1
        2021-03-01 M 3.0
        2021-04-01 UIF pos"""
    )
    out = run(labs=labs(text), treatments=starts("2020-01-01", "2021-01-01"))
    # 2.1 of 4.0 is no PR, in line 2 3.1 no MR; 20 December 2020 is line 1's last visit: PD, 2.0 to 4.0.
    assert column(out, "response") == ["SD", "NE", "PD", "SD", "NE", "NE"]
    assert column(out, "possible_response")[:2] == ["SD", "PR"]
    assert column(out, "possible_response")[4:] == ["MR", "VGPR"]
    # What is SD by one fluid is skipped, so no neighbour of the PD that follows and no evaluable visit of line 2.
    assert column(out, "flags") == [["one_fluid_missing"], [], [], ["one_fluid_missing"], [], []]
    assert (out["lines"][1]["best_response"], len(ends(out, "PFS"))) == ("SD", 1)
    assert out["lines"][0]["progression_confirmed_by"] == "next_line"


def test_light_chains_progress_by_edition() -> None:
    text = """
        2019-12-20 K 500 L 10 M 0 U 0
        2020-02-01 K 50 L 10
        2020-03-01 K 50 L 10
        2020-04-01 K 110 L 10"""
    tables: dict[str, Any] = {"labs": labs(text), "treatments": starts("2020-01-01")}
    # dFLC 490, 40, 40, 100: at most half; up 60 with involved at 110, but not by more than 100.
    assert column(run(**tables), "response") == ["PR", "PR", "PD"]
    assert column(run("imwg2016", **tables), "response") == ["PR", "PR", "PR"]
    assert column(run(**tables), "measurable_by", "lines") == ["flc"]
    # 40 is within 49, a tenth of 490: only the untested fluids keep VGPR open; 50/10 rules out CR.
    assert column(run(**tables), "possible_response")[0] == "VGPR"


def test_both_chains_at_zero_are_no_normal_ratio() -> None:
    text = "2019-12-20 K 500 L 10 M 0 U 0\n2020-02-01 K <1 L <1 SIF neg UIF neg\n2020-03-01 K 500 L 0"
    out = run(labs=labs(text), marrow=[marrow("2020-02-01", "1")], treatments=starts("2020-01-01"))
    assert column(out, "response") == ["VGPR", "PD"]
    assert column(out, "possible_response") == ["sCR", "PD"]


@pytest.mark.parametrize(("died", "confirmed_by"), [("2020-06-29", "death"), ("2020-06-30", None)])
def test_death_confirms_for_ninety_days(died: Any, confirmed_by: Any) -> None:
    text = "2019-12-20 M 2.0\n2020-02-01 M 1.5\n2020-03-31 M 2.0"
    who = patient(vital_status="dead", death_date=day(died))
    out = run(who=who, labs=labs(text), treatments=starts("2020-01-01"))
    # 31 March and 90 days are 29 June.
    assert column(out, "progression_confirmed_by", "lines") == [confirmed_by]
    assert column(out, "confirmed_response") == ["SD", "PD" if confirmed_by else "SD"]
    assert column(out, "flags")[1] == ([] if confirmed_by else ["unconfirmed_progression"])
    assert ends(out, "PFS") == ([(90, True, "progression")] if confirmed_by else [(181, True, "death")])
    assert ends(out, "TTP") == ([(90, True, "progression")] if confirmed_by else [(181, False, "death")])


def test_visits_cluster_by_three_days_and_fall_apart_beyond_seven() -> None:
    text = """
        2019-12-20 M 2.0
        2020-02-01 M 2.0
        2020-02-04 M 1.9
        2020-02-07 M 1.8
        2020-02-08 M 1.7
        2020-03-01 M 2.0
        2020-03-04 M 1.9
        2020-03-07 M 1.8
        2020-03-10 M 1.0
        2020-04-30 M 1.6
        2020-05-02 M 1.6"""
    out = run(labs=labs(text), treatments=starts("2020-01-01", "2020-05-01"))
    # 1 to 8 February is 7 days; 1 to 10 March is 9; the second line's start parts April from May.
    dates = ["2020-02-01", "2020-03-01", "2020-03-04", "2020-03-07", "2020-03-10", "2020-04-30", "2020-05-02"]
    assert column(out, "visit_date") == [day(on) for on in dates]
    assert column(out, "line") == [1, 1, 1, 1, 1, 1, 2]


def test_a_response_between_two_progressions_breaks_their_being_consecutive() -> None:
    text = "2019-12-20 M 2.0\n2020-02-01 M 1.0\n2020-03-01 M 1.6\n2020-04-01 M 1.0\n2020-05-01 M 1.0"
    out = run(labs=labs(text), treatments=starts("2020-01-01"))
    assert column(out, "response") == ["PR", "PD", "PR", "PR"]
    assert column(out, "confirmed_response") == ["SD", "SD", "PR", "PR"]
    assert out["lines"][0]["best_response_date"] == day("2020-04-01")
    assert ends(out, "PFS") == [(121, False, "last_assessment")]


def test_calcium_progresses_only_where_it_appears_and_is_attributed() -> None:
    text = "2019-12-20 M 2.0 Ca 11.0 Alb 3.6\n" + "\n".join(
        f"2020-0{month}-01 M 2.0\n2020-0{month}-03 Ca {ca} Alb 3.5" for month, ca in ((2, "11"), (3, "11"), (4, "10"))
    )
    for attributed, first in ((True, "PD"), (False, "SD"), (None, "SD")):
        rows_ = [row | {"attributed_to_myeloma": attributed} for row in labs(text)]
        out = run(labs=rows_, treatments=starts("2020-01-01"))
        # 11 + 0.4 is 11.4 at baseline, 11 + 0.5 is 11.5 in February, and again in March.
        assert column(out, "response") == [first, "SD", "SD"]
        assert column(out, "flags")[0] == (["calcium_unattributed"] if attributed is None else [])
        assert column(run("imwg2016", labs=rows_, treatments=starts("2020-01-01")), "response") == ["SD"] * 3


def test_a_beta_region_patient_is_followed_by_iga() -> None:
    text = """
        2019-12-20 iga 3.0 M 0.5 U 0
        2020-02-01 iga 1.5
        2020-03-01 iga 0.8 SIF neg UIF neg
        2020-04-01 iga 0.8 SIF neg UIF neg U 5"""
    beta = patient(m_protein_in_beta=True)
    out = run(who=beta, labs=labs(text), marrow=[marrow("2020-03-01", "2")], treatments=starts("2020-01-01"))
    assert column(out, "response") == ["PR", "CR", "VGPR"]
    assert column(out, "flags") == [[], [], ["contradictory_immunofixation"]]


def test_a_plasmacytoma_must_shrink_and_go() -> None:
    text = "2019-12-20 M 4.0 U 0\n" + "\n".join(f"2020-0{month}-01 SIF neg UIF neg" for month in (2, 3, 4, 5))
    sizes = [imaging("2019-12-20", "400"), imaging("2020-03-01", "200"), imaging("2020-04-01", "0")]
    again = imaging("2020-05-01", new_plasmacytoma=True)
    out = run(
        labs=labs(text),
        marrow=[marrow("2020-02-01", "1")],
        imaging=[*sizes, again],
        treatments=starts("2020-01-01"),
    )
    # No size yet: nothing given; half is left: VGPR; none: CR; a new one: PD, which needs no second.
    assert column(out, "response") == ["SD", "VGPR", "CR", "PD"]
    assert column(out, "possible_response")[:2] == ["sCR", "VGPR"]
    assert out["lines"][0]["progression_confirmed_by"] == "finding"


def test_stringent_cr_needs_no_measurable_disease() -> None:
    text = "2019-12-20 M 0 U 0 K 20 L 20\n2020-02-01 SIF neg UIF neg K 20 L 20\n2020-03-01 SIF neg UIF neg K 33 L 20"
    before, after = marrow("2019-12-20", "40"), marrow("2020-02-01", "4", "not_detected")
    out = run(labs=labs(text), marrow=[before, after], treatments=starts("2020-01-01"))
    # 33/20 is 1.65 itself, still normal.
    assert column(out, "response") == ["sCR", "sCR"]
    assert column(out, "measurable_by", "lines") == ["marrow"]
    out = run(labs=labs(text), marrow=[after], treatments=starts("2020-01-01"))
    assert column(out, "response") == ["sCR", "sCR"]
    assert column(out, "measurable_by", "lines") == ["none"]
    out = run(labs=labs(text), marrow=[before, marrow("2020-02-01", "4")], treatments=starts("2020-01-01"))
    # No clonality recorded: CR is for S, U or L, so what holds is PR, 40 to 4 %; in March no marrow: NE.
    assert column(out, "response") == ["PR", "NE"]
    assert column(out, "possible_response") == ["sCR", "sCR"]


@pytest.mark.parametrize(
    ("edition", "first", "second", "is_pd"),
    [
        ("jsh2023", "8", "10", True),
        ("jsh2023", "8", "9.9", False),
        ("imwg2016", "8", "17.9", False),
        ("imwg2016", "8", "18", True),
        ("jsh2023", "80", "99", False),
    ],
)
def test_marrow_progresses_without_other_measurable_disease(edition: str, first: str, second: str, is_pd: bool) -> None:
    seen = [marrow("2020-02-01", first), marrow("2020-03-01", second)]
    out = run(edition, labs=labs("2019-12-20 M 0.9 U 199"), marrow=seen, treatments=starts("2020-01-01"))
    assert column(out, "progression_reasons")[1] == (["PD.marrow"] if is_pd else [])


def test_a_gram_is_enough_from_five_by_the_editions_own_reference() -> None:
    text = "2019-12-20 M 5.0\n2020-02-01 M 4.5\n2020-03-01 M 5.5"
    # 4.5 to 5.5 is up 22 %: PD from a baseline of 5, not from a nadir of 4.5 (confirmed: still 5.0).
    tables: dict[str, Any] = {"labs": labs(text), "treatments": starts("2020-01-01")}
    assert column(run(**tables), "response") == ["SD", "PD"]
    assert column(run("imwg2016", **tables), "response") == ["SD", "SD"]


def test_circulating_cells_progress_where_nothing_else_is_measurable() -> None:
    text = """
        2019-12-20 M 0.5 U 0 circulating_plasma_cells 150
        2020-02-01 M 0.5 circulating_plasma_cells 224
        2020-03-01 M 0.5 circulating_plasma_cells 225"""
    tables: dict[str, Any] = {"labs": labs(text), "treatments": starts("2020-01-01")}
    assert column(run("imwg2016", **tables), "progression_reasons") == [[], ["PD.cells"]]
    assert column(run(**tables), "progression_reasons") == [[], []]


def test_recorded_progression_serves_only_where_nothing_is_evaluable() -> None:
    recorded = [{"patient_id": "p", "assessed_on": day("2020-03-01"), "response": "PD", "line": 1}]
    treatments = starts("2020-01-01", "2020-06-01")
    out = run(assessments=recorded, treatments=treatments)
    assert column(out, "progression_confirmed_by", "lines") == ["reported", None]
    assert column(out, "measurable_by", "lines") == ["unknown", "unknown"]
    assert ends(out, "PFS") == [(60, True, "progression")]  # nobody assessed the second line
    assert ends(out, "TTNT") == [(152, True, "next_line"), (578, False, "last_contact")]
    seen = labs("2019-12-20 M 2.0\n2020-02-01 M 2.0")
    out = run(labs=seen, assessments=recorded, treatments=treatments)
    assert ends(out, "PFS") == [(31, False, "next_line")]


def test_an_unknown_death_gives_no_survival_time() -> None:
    told = {"vital_status": "dead", "death_date": day("2020-12-31")}
    for columns in (
        {"vital_status": "dead"},
        told | {"vital_status": "alive"},
        told | {"death_date": day("2019-12-31")},
    ):
        out = run(who=patient(**columns), treatments=starts("2020-01-01"))
        assert ends(out, "OS") == [(None, None, None)]
    out = run(who=patient(**told), treatments=starts("2020-01-01"))
    assert ends(out, "OS") == [(365, True, "death")]
    assert not ends(out, "PFS")


def test_mrd_is_sustained_after_a_year_without_a_positive() -> None:
    def course(extra: list[Row]) -> list[Row]:
        tests = [
            {"method": "NGF", "sensitivity": Decimal("0.00001"), "result": "negative"},
            {"method": "NGS", "sensitivity": Decimal("0.0001"), "result": "negative"},
            {"method": "PCR", "sensitivity": Decimal("0.000001"), "result": "negative"},
        ]
        done = [row for test in tests for row in rows("collected_on", "2020-06-01 2021-06-01", **test)]
        scans = rows("performed_on", "2020-07-31 2021-06-01", modality="pet_ct", fdg_uptake="negative")
        return run(mrd=done, imaging=scans + extra, treatments=starts("2020-01-01"))["mrd_status"]

    found = [(str(row["collected_on"]), row["category"], row["mrd"]) for row in course([])]
    first, second = "2020-06-01", "2021-06-01"
    assert found == [
        *[(first, name, mrd) for name, mrd in (("flow", "negative"), ("imaging", "negative"), ("sequencing", None))],
        (second, "flow", "negative"),
        (second, "imaging", "negative"),
        (second, "sequencing", None),
        (second, "sustained", "negative"),
    ]
    positive = rows("performed_on", "2021-01-01", modality="pet_ct", fdg_uptake="positive")
    assert "sustained" not in [row["category"] for row in course(positive)]
