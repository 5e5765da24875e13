"""A filter of a cohort has three answers; attributes are those of the day on which time starts. Worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference.cohorts import divided, is_wanted
from transforms.cohorts import Analysis, Cohort, attributes, candidates, checked, members, steps, truth

ROWS = pl.DataFrame(
    {
        "patient_id": ["a", "b", "c", "d"],
        "iss": ["I", "III", None, "II"],
        "r_iss": ["I", None, None, "II"],
        "r_iss_possible": [["I"], ["I", "II"], [], ["II"]],
        "year": [2014, 2015, 2019, None],
        "drug": [["lenalidomide"], ["bortezomib", "lenalidomide"], [], ["bortezomib"]],
        "drug_open": [[], [], ["any"], ["lenalidomide"]],
    },
    schema_overrides={"drug": pl.List(pl.String), "drug_open": pl.List(pl.String), "year": pl.Int64},
)


@pytest.mark.parametrize(
    ("key", "values", "answers"),
    [
        ("iss", ("III",), [False, True, None, False]),
        ("iss", ("I", "II"), [True, False, None, True]),
        ("iss", ("unknown",), [False, False, True, False]),
        ("iss", ("III", "unknown"), [False, True, True, False]),
        ("not.iss", ("III",), [True, False, None, True]),
        ("not.iss", ("unknown",), [True, True, False, True]),
        ("r_iss", ("III",), [False, False, None, False]),  # b is I or II, whichever
        ("r_iss", ("I", "II"), [True, True, None, True]),
        ("r_iss", ("I",), [True, None, None, False]),
        ("not.r_iss", ("I", "II"), [False, False, None, False]),
        ("year", ("2015..",), [False, True, True, None]),
        ("year", ("..2014", "2019"), [True, False, True, None]),
        ("year", ("2014..2015",), [True, True, False, None]),
        ("year", ("unknown",), [False, False, False, True]),
        ("drug", ("lenalidomide",), [True, True, None, None]),
        ("drug", ("lenalidomide+bortezomib",), [False, True, None, None]),
        ("drug", ("lenalidomide", "bortezomib"), [True, True, None, True]),
        ("not.drug", ("bortezomib",), [True, False, None, False]),
        ("drug", ("unknown",), [False, False, True, True]),
    ],
)
def test_a_filter_keeps_leaves_out_or_can_not_tell(
    key: str, values: tuple[str, ...], answers: list[bool | None]
) -> None:
    assert ROWS.select(truth(key, values)).to_series().to_list() == answers


def test_a_filter_counts_only_those_that_the_one_before_it_kept() -> None:
    found = ROWS.with_columns(diagnosis=pl.Series(["MM", None, "MM", "SMM"]))
    table = steps(found, Analysis(cohorts=(Cohort("x", {"year": ("2015..",), "iss": ("III",)}),)))
    assert table.select("attribute", "kept", "left_out", "unknown").rows() == [
        ("all", 4, 0, 0),
        ("diagnosis", 3, 1, 0),  # none recorded counts as myeloma, as for the curves
        ("year", 2, 1, 0),
        ("iss", 1, 0, 1),
    ]
    [member] = members(found, Analysis(cohorts=(Cohort("x", {"year": ("2015..",), "iss": ("III",)}),))).rows(named=True)
    assert (member["cohort"], member["patient_id"]) == ("a", "b")


WORDS = ("LEN", "BOR", "DARA")
lists = st.lists(st.sampled_from(WORDS), unique=True).map(sorted)
candidate = st.fixed_dictionaries(
    {
        "iss": st.none() | st.sampled_from(["I", "II", "III"]),
        "year": st.none() | st.integers(2009, 2021),
        "drug": lists,
        "drug_open": st.lists(st.sampled_from([*WORDS, "any"]), unique=True),
    }
).flatmap(
    lambda row: st.fixed_dictionaries(
        {
            **{name: st.just(value) for name, value in row.items()},
            "r_iss": st.none() | st.sampled_from(["I", "II", "III"]),
            "r_iss_possible": st.lists(st.sampled_from(["I", "II", "III"]), unique=True, max_size=3),
        }
    )
)
of = {
    "iss": st.sets(st.sampled_from(["I", "II", "III", "unknown"]), min_size=1),
    "r_iss": st.sets(st.sampled_from(["I", "II", "III", "unknown"]), min_size=1),
    "year": st.sets(st.sampled_from(["2015..", "..2012", "2013..2016", "2020", "unknown"]), min_size=1),
    "drug": st.sets(st.sampled_from([*WORDS, "LEN+BOR", "BOR+DARA+LEN", "unknown"]), min_size=1),
}
filters = st.dictionaries(
    st.sampled_from([f"{start}{name}" for name in of for start in ("", "not.")]), st.none()
).flatmap(lambda keys: st.fixed_dictionaries({key: of[key.removeprefix("not.")].map(tuple) for key in keys}))
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("iss", "r_iss"), pl.String),
    "year": pl.Int64,
    **dict.fromkeys(("drug", "drug_open", "r_iss_possible"), pl.List(pl.String)),
}


@given(st.lists(candidate, min_size=1, max_size=8), filters)
def test_filters_agree_with_a_reading_row_by_row(rows: list[dict[str, Any]], where: dict[str, tuple[str, ...]]) -> None:
    found = pl.DataFrame(rows, schema=SCHEMA).with_columns(diagnosis=pl.lit("MM")).with_row_index("patient_id")
    for key, values in where.items():
        assert found.select(truth(key, values)).to_series().to_list() == [is_wanted(row, key, values) for row in rows]
    table = steps(found, Analysis(cohorts=(Cohort("x", where),)))
    assert table.select("kept", "left_out", "unknown").rows()[2:] == divided(rows, where)


START = date(2020, 1, 1)
SECOND = date(2021, 1, 1)


def frames(**changes: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """One patient with two lines; the second starts on `SECOND`."""
    given_drug = pl.DataFrame(
        [
            ("p", 1, None, "lenalidomide", "immunomodulatory_drug", START, True, date(2020, 12, 1)),
            ("p", 1, None, "dexamethasone", "steroid", START, True, date(2020, 12, 1)),
            ("p", 1, None, "bortezomib", "proteasome_inhibitor", START, None, None),
            ("p", 1, "autologous_transplant", "melphalan", "alkylator", date(2020, 6, 1), False, None),
            ("p", 2, None, "daratumumab", "anti_cd38", SECOND, True, date(2021, 5, 1)),
            ("p", 2, None, "pomalidomide", "immunomodulatory_drug", date(2021, 3, 1), True, date(2021, 5, 1)),
        ],
        schema=["patient_id", "line", "phase", "drug", "class", "start_date", "progressed", "progressed_on"],
        orient="row",
    )
    return {
        "patients": pl.DataFrame(
            {
                "patient_id": ["p", "q"],
                "birth_date": [date(1955, 1, 2), date(2030, 1, 1)],
                "diagnosis_date": [date(2019, 12, 20), date(2020, 1, 1)],
                "registered_on": [None, None],
                "diagnosis": ["MM", "SMM"],
                "site_id": ["S1", None],
                "sex": ["F", "M"],
                "isotype": ["IgG", None],
            },
            schema_overrides={"registered_on": pl.Date},
        ),
        "staging": pl.DataFrame(
            {
                "patient_id": ["p", "q"],
                "iss": ["II", None],
                "r_iss": [None, None],
                "r2_iss": [None, None],
                "mass_3": ["1", None],
                "hr_ims2025": [True, None],
                "cytogenetic_risk": ["high", None],
                "high_risk_hits": [1, None],
                "high_risk_hits_at_most": [1, None],
                "high_risk": [True, None],
                "r_iss_possible": [["II", "III"], []],
            },
            schema_overrides={"r_iss_possible": pl.List(pl.String), "r_iss": pl.String, "r2_iss": pl.String},
        ),
        "cytogenetics": pl.DataFrame(
            [
                ("p", date(2019, 12, 18), "del17p", "positive"),
                ("p", date(2019, 12, 18), "t(4;14)", "negative"),
                ("p", date(2019, 12, 30), "t(4;14)", "positive"),  # the one before is nearer the diagnosis
                ("p", date(2020, 1, 5), "gain1q", "positive"),  # line 1 had begun
                ("q", date(2021, 1, 5), "del17p", "positive"),  # a year from diagnosis
            ],
            schema=["patient_id", "collected_on", "abnormality", "result"],
            orient="row",
        ),
        "lines": pl.DataFrame(
            {
                "patient_id": ["p", "p"],
                "line": [1, 2],
                "start_date": [START, SECOND],
                "progression_date": [date(2020, 12, 1), date(2021, 5, 1)],
                "progression_source": ["derived", "derived"],
            }
        ),
        "given_drug": given_drug,
        "frailty": pl.DataFrame(
            {
                "patient_id": ["p", "p"],
                "line": [1, 2],
                "model": ["FRAIL.simplified", "FRAIL.simplified"],
                "frailty_group": ["frail", None],
            }
        ),
        "relapse": pl.DataFrame(
            {
                "patient_id": ["p"],
                "line": [1],
                "clinical": [True],
                "biochemical": [False],
                "aggressive": [None],
                "interval_group": ["9-12"],
            },
            schema_overrides={"aggressive": pl.Boolean},
        ),
        **changes,
    }


def of_line(number: int, **changes: pl.DataFrame) -> dict[str, Any]:
    [row] = attributes(frames(**changes), "line_start", number, 30).rows(named=True)
    return row


def test_at_diagnosis_an_abnormality_is_found_not_there_or_not_looked_for() -> None:
    first, second = attributes(frames(), "diagnosis", None, 30).rows(named=True)
    assert first["abnormality"] == ["del17p"]
    assert "gain1q" in first["abnormality_open"]
    assert not {"del17p", "t(4;14)"} & set(first["abnormality_open"])
    assert second["abnormality"] == []
    assert "del17p" in second["abnormality_open"]


def test_at_diagnosis_stages_age_and_year_are_as_for_the_curves() -> None:
    first, second = attributes(frames(), "diagnosis", None, 30).rows(named=True)
    asked = ("year", "age", "age_band", "site", "iss", "hr_ims2025", "high_risk", "r_iss", "diagnosis_period")
    assert [first[name] for name in asked] == [2019, 64, "<65", "S1", "II", "high", "yes", None, "2015-2019"]
    assert [second[name] for name in asked] == [2020, None, None, None, None, None, None, None, "2020-2024"]


def test_a_line_has_the_drugs_of_its_first_day_with_their_classes() -> None:
    first, second = of_line(1), of_line(2)
    assert first["drug"] == sorted(
        ["bortezomib", "dexamethasone", "immunomodulatory_drug", "lenalidomide", "proteasome_inhibitor", "steroid"]
    )
    assert first["drug_open"] == []
    assert second["drug"] == ["anti_cd38", "daratumumab"]
    assert (first["regimen_class"], second["age_at_start"], first["frailty_simplified"]) == ("PI + IMiD", 65, "frail")
    assert (second["relapse_kind"], second["relapse_interval"], second["frailty_simplified"]) == (
        "clinical",
        "9-12",
        None,
    )


def test_exposure_and_refractoriness_are_as_they_were_before_the_line() -> None:
    first, second = of_line(1), of_line(2)
    assert (first["exposed_to"], first["exposed_to_open"], first["refractory_to"]) == ([], [], [])
    assert {"lenalidomide", "bortezomib", "melphalan", "alkylator", "steroid"} <= set(second["exposed_to"])
    assert not {"daratumumab", "pomalidomide", "anti_cd38"} & set(second["exposed_to"])
    # as a class, steroids are not what refractoriness is defined by; bortezomib waits for its progression
    assert second["refractory_to"] == ["dexamethasone", "immunomodulatory_drug", "lenalidomide"]
    assert second["refractory_to_open"] == ["bortezomib", "proteasome_inhibitor"]


def test_a_progression_on_the_day_of_the_line_counts_and_one_after_it_does_not() -> None:
    given = frames()["given_drug"]
    on_the_day = given.with_columns(progressed_on=pl.when(pl.col("line") == 1).then(SECOND))
    after = given.with_columns(progressed_on=pl.when(pl.col("line") == 1).then(date(2021, 1, 2)))
    assert "lenalidomide" in of_line(2, given_drug=on_the_day)["refractory_to"]
    assert "lenalidomide" not in of_line(2, given_drug=after)["refractory_to"]
    assert "lenalidomide" not in of_line(2, given_drug=after)["refractory_to_open"]


def test_a_treatment_that_names_no_drug_may_have_been_any() -> None:
    given = frames()["given_drug"]
    unnamed = given.with_columns(pl.when(pl.col("drug") != "dexamethasone").then(pl.col("drug", "class")))
    assert of_line(1, given_drug=unnamed)["drug_open"] == ["any"]
    assert of_line(2, given_drug=unnamed)["exposed_to_open"] == ["any"]
    assert of_line(2, given_drug=unnamed)["refractory_to_open"] == ["any", "bortezomib", "proteasome_inhibitor"]


def test_a_line_whose_first_day_names_nothing_may_have_begun_with_any_drug() -> None:
    later = frames()["given_drug"].filter(pl.col("drug") == "pomalidomide")
    assert of_line(2, given_drug=later)["drug_open"] == ["any"]


TIMES = pl.DataFrame(
    [
        ("p", 1, "PFS", "line_start", START, 335, True, "progression", "derived"),
        ("p", 2, "PFS", "line_start", SECOND, 120, True, "progression", "derived"),
        ("p", None, "OS", "diagnosis", date(2019, 12, 20), 800, False, "last_contact", None),
    ],
    schema=["patient_id", "line", "endpoint", "origin", "start_date", "days", "event", "reason", "progression_source"],
    orient="row",
)


def asked_of(tables: dict[str, pl.DataFrame], analysis: Analysis) -> pl.DataFrame:
    return candidates(attributes(tables, analysis.origin, analysis.line, 30), tables, analysis)


def at_landmark(months: float, *, is_certain: bool | None, on: date) -> dict[str, Any]:
    """What is known of line 1 at a landmark, with a transplant (None: none) and MRD negative on 1 September 2020."""
    transplants = [] if is_certain is None else [("p", 1, on, is_certain)]
    tables = frames(
        time_to_event=TIMES,
        visits=pl.DataFrame(
            [("p", 1, date(2020, 3, 1), "PR", []), ("p", 1, date(2020, 4, 1), "VGPR", [])],
            schema={
                "patient_id": pl.String,
                "line": pl.Int64,
                "visit_date": pl.Date,
                "response": pl.String,
                "flags": pl.List(pl.String),
            },
            orient="row",
        ),
        mrd_status=pl.DataFrame(
            [("p", 1, date(2020, 9, 1), "negative", "flow")],
            schema=["patient_id", "line", "collected_on", "mrd", "category"],
            orient="row",
        ),
        transplant=pl.DataFrame(
            transplants,
            schema={"patient_id": pl.String, "line": pl.Int64, "transplanted_on": pl.Date, "is_certain": pl.Boolean},
            orient="row",
        ),
    )
    analysis = checked(Analysis("line_start", 1, months, "PFS"))
    [row] = asked_of(tables, analysis).rows(named=True)
    return row


def test_a_landmark_knows_what_was_known_by_its_day_and_time_starts_then() -> None:
    early = at_landmark(6, is_certain=True, on=date(2020, 7, 2))
    assert (early["place"], early["response"], early["mrd"], early["transplant"]) == ("at_risk", "PR", None, "no")
    assert (early["start_date"], early["origin_date"], early["days"]) == (date(2020, 7, 1), START, 335 - 182)
    late = at_landmark(9, is_certain=True, on=date(2020, 7, 2))
    assert (late["mrd"], late["transplant"]) == ("negative", "yes")


def test_what_may_have_been_a_transplant_by_the_landmark_leaves_it_unknown() -> None:
    assert at_landmark(9, is_certain=False, on=date(2020, 7, 2))["transplant"] is None
    assert at_landmark(6, is_certain=False, on=date(2020, 7, 2))["transplant"] == "no"


def test_who_had_the_event_by_the_landmark_is_no_member() -> None:
    assert at_landmark(11, is_certain=None, on=START)["place"] == "at_risk"  # 334 days
    gone = at_landmark(12, is_certain=None, on=START)
    assert (gone["place"], gone["transplant"], gone["start_date"]) == ("event_before", None, START)


def test_a_patient_counts_with_each_line_where_every_line_is_asked_for() -> None:
    found = asked_of(frames(time_to_event=TIMES), Analysis("line_start", None, None, "PFS"))
    assert found.select("line", "days", "has_time").rows() == [(1, 335, True), (2, 120, True)]
    only = asked_of(frames(time_to_event=TIMES), Analysis())
    assert only.select("patient_id", "days", "has_time").rows() == [("p", 800, True), ("q", None, False)]
