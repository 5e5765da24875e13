"""Drugs that failed, relapses and who may have CAR-T, worked by hand from section 11 of the guideline's page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .build import day, findings, labs, lost, patient, run, treated
from .drugs import drugs_in
from .figures import Row

# A response, then a progression on 1 April that the visit of 1 May confirms.
COURSE = "2020-01-01 M 4.0\n2020-02-15 M 1.0\n2020-04-01 M 2.0\n2020-05-01 M 2.0"


def failed(*rows: Row, text: str = COURSE) -> dict[tuple[int, str | None], tuple[Any, Any]]:
    out = run(labs=labs(text), treatments=list(rows))["refractoriness"]
    return {(row["line"], row["drug"]): (row["refractory"], row["since"]) for row in out}


def test_a_drug_failed_where_progression_came_within_sixty_days_of_its_last_dose() -> None:
    on = day("2020-04-01")
    assert failed(treated(1, "2020-01-01", "2020-02-01", "bortezomib"))[1, "bortezomib"] == (True, on)
    assert failed(treated(1, "2020-01-01", "2020-01-31", "bortezomib"))[1, "bortezomib"] == (False, None)
    # still given, or the end was not recorded: 91 days after its start it is unknown
    assert failed(treated(1, "2020-01-01", None, "bortezomib"))[1, "bortezomib"] == (None, None)
    late = failed(
        treated(1, "2020-01-01", "2020-01-31", "mel"), treated(1, "2020-02-01", None, "Lenalidomide; Velcade")
    )
    assert late == {
        **{(1, "melphalan"): (False, None), (1, "lenalidomide"): (True, on)},
        (1, "bortezomib"): (True, on),
    }
    # begun on the day itself: what came before has failed, not this
    assert failed(treated(1, "2020-01-01", None, "mel"), treated(2, "2020-04-01", None, "dex"))[2, "dexamethasone"] != (
        True,
        on,
    )


def test_what_is_not_named_is_neither_refractory_nor_not() -> None:
    assert failed(treated(1, "2020-01-01", "2020-03-01")) == {(1, None): (None, None)}
    assert failed(treated(1, "2020-01-01", "2020-03-01", phase="autologous_transplant")) == {}


@pytest.mark.parametrize(
    ("level", "drugs", "exposed", "refractory"),
    [
        ("double", "bortezomib;lenalidomide", True, True),
        ("double", "carfilzomib;lenalidomide", False, False),
        ("triple_class", "carfilzomib;thalidomide;isatuximab", True, True),
        ("triple_class", "carfilzomib;ixazomib;isatuximab", False, False),
        ("penta", "bortezomib;ixazomib;thalidomide;pomalidomide;daratumumab", True, True),
        ("penta", "bortezomib;thalidomide;pomalidomide;daratumumab", False, False),
    ],
)
def test_levels_count_different_drugs(level: str, drugs: str, exposed: bool, refractory: bool) -> None:
    out = run(labs=labs(COURSE), treatments=[treated(1, "2020-01-01", "2020-03-01", drugs)])["refractory_level"]
    row = next(row for row in out if row["level"] == level)
    assert (row["exposed"], row["refractory"]) == (exposed, refractory)
    assert row["since"] == (day("2020-04-01") if refractory else None)


def test_an_unnamed_drug_may_be_any() -> None:
    rows = [treated(1, "2020-01-01", "2020-03-01", "bortezomib"), treated(1, "2020-01-01", "2020-03-01")]
    out = {row["level"]: row for row in run(labs=labs(COURSE), treatments=rows)["refractory_level"]}
    assert [out["double"][name] for name in ("exposed", "refractory", "since")] == [None, None, None]


def relapse(text: str = COURSE, *rows: Row, end: str | None = "2020-01-31", **tables: Any) -> Row:
    treatments = [treated(1, "2020-01-01", end, "bortezomib", "induction"), *rows]
    return run(labs=labs(text), treatments=treatments, **tables)["relapse"][0]


def test_a_relapse_in_the_figures_alone_is_biochemical() -> None:
    row = relapse()
    # bone and calcium were not examined: whether it is clinical too is unknown
    assert (row["biochemical"], row["clinical"], row["aggressive"]) == (True, None, True)  # 1.0 to 2.0 in 46 days
    assert relapse(COURSE.replace("M 1.0", "M 1.1"))["aggressive"] is None


def test_imaging_within_sixty_days_makes_it_clinical() -> None:
    for on, expected in (("2020-05-31", True), ("2020-06-01", None)):
        scan = [{"patient_id": "p", "performed_on": day(on), "new_bone_lesion": True}]
        assert relapse(imaging=scan)["clinical"] is expected


def test_a_new_event_makes_it_clinical() -> None:
    text = COURSE.replace("2020-04-01", "2020-04-01 creatinine 2.1").replace("2020-01-01", "2020-01-01 creatinine {}")
    assert relapse(text.format("2.0 creatinine_clearance 90"))["clinical"] is True
    assert relapse(text.format("2.1"))["clinical"] is None  # it was there before


@pytest.mark.parametrize(
    ("end", "months", "group"),
    [("2020-01-31", "2.0", "<9"), ("2020-04-02", "0", "<9"), (None, None, "<9")],
)
def test_the_interval_runs_from_the_last_dose(end: str | None, months: str | None, group: str) -> None:
    row = relapse(end=end)
    found = row["interval_months"]
    assert (None if found is None else round(found, 1), row["interval_group"]) == (months and Decimal(months), group)


THIRD = """
    2020-01-01 M 4.0
    2020-07-01 M 4.0
    2020-08-15 M 1.0
    2020-10-01 M 2.0
    2020-11-01 M 2.0"""


@pytest.mark.parametrize(
    ("eligible", "against", "changed"),
    [
        (True, [], {}),
        (False, ["RR.car_t_cns"], {"cns": True}),
        (None, [], {"cns": None}),
        (False, ["RR.car_t_classes"], {"drugs": "elotuzumab"}),
        (None, [], {"drugs": None}),
        (False, ["RR.car_t_earlier"], {"phase": "allogeneic_transplant"}),
        (False, ["RR.car_t_disease"], {"diagnosis": "PCL"}),
        (False, ["RR.car_t_lines"], {"last": 2}),
        (False, ["RR.car_t_progression"], {"text": THIRD.replace("M 2.0", "M 1.0")}),
    ],
)
def test_car_t_needs_every_part(eligible: bool | None, against: list[str], changed: Any) -> None:
    given: dict[str, Any] = {
        "cns": False,
        "drugs": "daratumumab",
        "phase": "salvage",
        "diagnosis": "MM",
        "last": 3,
        "text": THIRD,
    }
    given |= changed
    lines = [
        treated(1, "2020-01-01", "2020-02-01", "bortezomib", given["phase"]),
        treated(2, "2020-04-01", "2020-05-01", "lenalidomide", "salvage"),
        treated(given["last"], "2020-07-01", "2020-09-01", given["drugs"], "salvage"),
    ]
    cns = [] if given["cns"] is None else findings("2020-10-01", cns_involvement=given["cns"])
    out = run(who=patient(diagnosis=given["diagnosis"]), labs=labs(given["text"]), treatments=lines, findings=cns)
    row = next(row for row in out["car_t_eligibility"] if row["visit_date"] == day("2020-10-01"))
    assert (row["eligible"], row["clauses_against"]) == (eligible, against)


def test_one_sign_makes_high_risk_and_all_must_be_absent_to_exclude_it() -> None:
    def risk(text: str, **found: bool) -> Any:
        fish = [
            {"patient_id": "p", "collected_on": day("2019-12-01"), "abnormality": name, "result": "negative"}
            for name in ("del17p", "t(4;14)", "t(14;16)", "gain1q")
        ]
        rows = [row | {"ref_high": Decimal(220)} for row in labs(text)]
        tables: dict[str, Any] = {"labs": rows, "cytogenetics": fish, "findings": findings("2019-12-01", **found)}
        row = run(who=patient(diagnosis="MM"), **tables)["staging"][0]
        return row["high_risk"], row["high_risk_because"]

    assert risk("2019-12-01 B2M 5.4 ldh 220", extramedullary_disease=False) == (False, [])
    assert risk("2019-12-01 B2M 5.4 ldh 220") == (None, [])
    assert risk("2019-12-01 B2M 5.4 ldh 221") == (True, ["LDH.high"])
    assert risk("2019-12-01 B2M 5.5", extramedullary_disease=True) == (True, ["ISS.III", "extramedullary_disease"])


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Velcade 1.3 mg/m2; Revlimid 25 mg; Dex", "bortezomib lenalidomide dexamethasone"),
        ("VRd", "bortezomib lenalidomide dexamethasone"),
        ("Bor-Len-Dex", "bortezomib lenalidomide dexamethasone"),
        ("D-MPB", "daratumumab bortezomib melphalan prednisolone"),
        ("レブラミド、ボルテゾミブ", "lenalidomide bortezomib"),
        ("bortezomib, ixazomib citrate + pom/dex", "bortezomib ixazomib pomalidomide dexamethasone"),
        ("KRd + daratumumab", "carfilzomib lenalidomide dexamethasone daratumumab"),
        ("Wundermittel; BORTEZOMIB", "wundermittel bortezomib"),
        ("Abecma", "idecabtagene_vicleucel"),
        ("", ""),
    ],
)
def test_brands_abbreviations_and_regimens_are_drugs(text: str, drugs: str) -> None:
    assert drugs_in(text) == drugs.split()


def test_a_name_that_nobody_knows_may_be_any_drug() -> None:
    given = [treated(1, "2020-01-01", "2020-03-01", "Velcade + Revlimid + wundermittel")]
    out = run(labs=labs(COURSE), treatments=given)
    row = {one["drug"]: one for one in out["refractoriness"]}[None]
    assert [row[name] for name in ("class", "exposed", "refractory", "since")] == [None] * 4
    levels = {one["level"]: (one["exposed"], one["refractory"]) for one in out["refractory_level"]}
    assert levels == {"double": (True, True), "triple_class": (None, None), "penta": (None, None)}
    # where nothing progressed it did not fail, whatever it is
    calm = run(labs=labs(COURSE.replace("M 2.0", "M 1.0")), treatments=given)
    assert {one["drug"]: one["refractory"] for one in calm["refractoriness"]}[None] is False


def test_a_refused_treatment_may_have_been_any_drug() -> None:
    given = [treated(1, "2020-01-01", "2020-03-01", "bortezomib")]
    for kind in ("induction", None, "autologous_transplant"):  # beside a transplant others may have been named
        gone = [lost("treatments", kind=kind, line=1)]
        out = run(labs=labs(COURSE), treatments=given, refused_row=gone)
        assert {row["level"]: row["exposed"] for row in out["refractory_level"]}["double"] is None
        assert [(row["exposed"], row["refractory"]) for row in out["refractoriness"] if row["drug"] is None] == [
            (None, None)
        ]


def car_t(on: str = "2020-10-01", *, drugs: str = "daratumumab", **tables: Any) -> tuple[Any, Any]:
    lines = [
        treated(1, "2020-01-01", "2020-02-01", "bortezomib", "induction"),
        treated(2, "2020-04-01", "2020-05-01", "lenalidomide", "salvage"),
        treated(3, "2020-07-01", "2020-09-01", drugs, "salvage"),
    ]
    known = [*tables.pop("findings", []), *findings("2020-10-01", cns_involvement=False)]
    text = THIRD + "\n" + tables.pop("text", "")
    out = run(who=patient(diagnosis="MM"), labs=labs(text), treatments=lines, findings=known, **tables)
    row = next(row for row in out["car_t_eligibility"] if row["visit_date"] == day(on))
    return row["eligible"], row["clauses_against"]


def test_who_has_become_another_may_not_have_car_t() -> None:
    assert car_t() == (True, [])
    amyloidosis = findings("2020-09-15", al_amyloidosis=True)
    assert car_t(findings=amyloidosis) == (False, ["RR.car_t_disease"])
    cells = "circulating_plasma_cells {} circulating_plasma_cells_percent 38\n"
    assert car_t(text="2020-10-01 " + cells.format(4200)) == (False, ["RR.car_t_disease"])
    assert car_t(text="2020-10-01 " + cells.format(2000)) == (True, [])
    # what is found later is not known at the visit
    assert car_t(text="2020-10-15 " + cells.format(4200)) == (True, [])
    assert car_t("2020-11-01", text="2020-10-15 " + cells.format(4200)) == (False, ["RR.car_t_disease"])


def test_an_earlier_car_t_is_told_by_its_name() -> None:
    assert car_t(drugs="daratumumab; Carvykti") == (False, ["RR.car_t_earlier"])
    assert car_t(drugs="daratumumab; wundermittel") == (None, [])
    assert car_t(refused_row=[lost("treatments", "2020-03-01", line=1)]) == (None, [])
    assert car_t(refused_row=[lost("treatments", "2020-03-01", line=1, kind="salvage")]) == (None, [])
    assert car_t(refused_row=[lost("treatments", "2020-10-01", line=3)]) == (True, [])  # begun on the day
    assert car_t(refused_row=[lost("findings", kind="cns_involvement")]) == (None, [])


def test_calcium_is_clinical_relapse_in_either_edition() -> None:
    text = """
        2020-01-01 M 4.0 Ca 10.6 Alb 4.0
        2020-02-01 M 1.0
        2020-02-15 M 1.0
        2020-04-01 M 2.0 Ca 10.9 Alb 3.3
        2020-05-01 M 2.0"""
    rows = [row | {"attributed_to_myeloma": True} for row in labs(text)]
    treatments = [treated(1, "2020-01-01", "2020-01-31", "bortezomib")]
    for edition in ("jsh2023", "imwg2016"):  # corrected 10.6 and 11.6
        assert run(edition, labs=rows, treatments=treatments)["relapse"][0]["clinical"] is True


def test_an_m_protein_that_comes_back_from_none_has_doubled() -> None:
    text = COURSE.replace("2020-02-15 M 1.0", "2020-02-15 SIF neg")
    assert relapse(text)["aggressive"] is True


@pytest.mark.parametrize(
    ("drugs", "expected"),
    [(["melphalan"], None), (["melphalan", "dexamethasone"], False), (["melphalan", ""], None)],
)
def test_rows_begun_and_ended_together_are_one_treatment(drugs: list[str], expected: bool | None) -> None:
    rows = [treated(1, "2020-01-01", "2020-01-31", text) for text in drugs]
    assert relapse(COURSE, *rows)["transplant_again"] is expected
