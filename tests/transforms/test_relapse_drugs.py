"""Drugs given and failed: by treatment, by line, and by level (RR.refractory, RR.double, RR.triple_class, RR.penta)."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from rules.criterion import load_edition
from tests.transforms.relapsed import given
from transforms.relapse.refractoriness import (
    REFRACTORINESS,
    REFRACTORY_LEVEL,
    refractoriness,
    refractory_levels,
)

ONE_LINE = """
    line | start_date | next_line_start | progression_date
    1    | 2020-01-01 |                 | 2021-03-01
"""


def failed(treatments: str, lines: str, *, refused: str = "") -> list[tuple[object, ...]]:
    """Line, drug, exposed, refractory, since and what is missing, by line and drug."""
    rows = (
        refractoriness(given(treatments, lines, refused=refused)).select(REFRACTORINESS).sort("line", "drug").collect()
    )
    shown = rows.with_columns(pl.col("since").cast(pl.String), pl.col("unknown_because").list.join(";"))
    return shown.select("line", "drug", "exposed", "refractory", "since", "unknown_because").rows()


def levels(treatments: str, lines: str, *, refused: str = "") -> dict[str, tuple[bool | None, bool | None, str | None]]:
    """Exposed, refractory and since, by level."""
    rows = refractory_levels(refractoriness(given(treatments, lines, refused=refused)), load_edition()).collect()
    assert rows.columns == REFRACTORY_LEVEL
    told = rows.with_columns(pl.col("since").cast(pl.String)).select("level", "exposed", "refractory", "since")
    return {level: (exposed, refractory, since) for level, exposed, refractory, since in told.iter_rows()}


def test_a_drug_is_what_the_vocabulary_calls_it_and_given_once() -> None:
    rows = given("line | drugs | start_date\n 1 | Velcade; melphalan ;;bortezomib | 2020-01-01", ONE_LINE)
    assert rows.select("drug", "class").sort("drug").collect().rows() == [
        ("bortezomib", "proteasome_inhibitor"),
        ("melphalan", "alkylator"),
    ]


def test_two_rows_of_one_phase_and_dates_with_a_drug_in_common_are_one_exposure() -> None:
    header = "line | phase | drugs | start_date | end_date"
    row = "1 | induction | {} | 2020-01-10 | 2020-03-10"
    both = "\n".join([header, row.format("bortezomib;dexamethasone"), row.format("Velcade;lenalidomide")])
    rows = given(both, ONE_LINE).collect()
    assert sorted(rows["drug"]) == ["bortezomib", "dexamethasone", "lenalidomide"]
    another_day = f"{both}\n1 | induction | bortezomib | 2020-01-10 | 2020-03-11"
    assert len(given(another_day, ONE_LINE).collect()) == 4


def test_a_name_that_is_not_known_may_be_any_drug() -> None:
    treatments = "line | drugs | start_date | end_date\n 1 | bortezomib;Xyzmab;Zyxmib | 2020-01-01 | 2021-03-01"
    rows = given(treatments, ONE_LINE).sort("drug").select("drug", "class", "is_unread").collect()
    assert rows.rows() == [(None, None, True), ("bortezomib", "proteasome_inhibitor", False)]
    assert failed(treatments, ONE_LINE) == [
        (1, None, None, None, None, "drugs"),
        (1, "bortezomib", True, True, "2021-03-01", ""),
    ]
    assert levels(treatments, ONE_LINE)["triple_class"] == (None, None, None)


@pytest.mark.parametrize("text", ["zoledronic acid", "radiotherapy", "aspirin;aciclovir"])
def test_what_is_no_drug_against_myeloma_is_not_given(text: str) -> None:
    assert given(f"line | drugs | start_date\n 1 | {text} | 2020-01-01", ONE_LINE).collect().is_empty()


def test_refractoriness_is_judged_by_class_but_of_conventional_drugs_and_not_of_a_transplant() -> None:
    treatments = "line | drugs | start_date\n 1 | D-MPB, ASCT | 2020-01-01"
    rows = refractoriness(given(treatments, ONE_LINE)).select("drug", "class").sort("drug").collect()
    assert rows.rows() == [
        ("bortezomib", "proteasome_inhibitor"),
        ("daratumumab", "anti_cd38"),
        ("melphalan", None),
        ("prednisolone", None),
    ]


REGIMENS = [
    ("bortezomib;lenalidomide;dexamethasone", "daratumumab;pomalidomide;dexamethasone", "carfilzomib;dexamethasone"),
    ("Velcade;Revlimid;Decadron", "Darzalex;Pomalyst;dexamethasone", "Kyprolis;dexamethasone"),
    ("VRd", "DPd", "Kd"),
    ("Bor-Len-Dex", "Dara-Pom-Dex", "Car-Dex"),
    (
        "ボルテゾミブ;レナリドミド;デキサメタゾン",
        "ダラツムマブ;ポマリドミド;デキサメタゾン",
        "カルフィルゾミブ;デキサメタゾン",
    ),
    ("BORTEZOMIB, LENALIDOMIDE, DEXAMETHASONE", "DARATUMUMAB, POMALIDOMIDE", "CARFILZOMIB, DEXAMETHASONE"),
    ("bortezomib + lenalidomide", "daratumumab/pomalidomide/dexamethasone", "carfilzomib&dexamethasone"),
    ("Bortezomib 1.3 mg/m2;Lenalidomide 25mg", "Daratumumab SC 1800mg;Pomalidomide 4mg", "Carfilzomib 56mg"),
]


@pytest.mark.parametrize("regimens", REGIMENS)
def test_one_treatment_in_other_words_is_refractory_to_the_same_classes(regimens: tuple[str, str, str]) -> None:
    lines = """
        line | start_date | next_line_start | progression_date
        1    | 2018-01-10 | 2019-01-10      | 2018-09-17
        2    | 2019-01-10 | 2020-01-10      | 2019-09-17
        3    | 2020-01-10 |                 | 2020-09-16
    """
    dates = ["2018-01-10 | 2018-11-06", "2019-01-10 | 2019-11-06", "2020-01-10 | 2020-11-05"]
    rows = [f"{number} | {drugs} | {of}" for number, (drugs, of) in enumerate(zip(regimens, dates, strict=True), 1)]
    told = levels("\n".join(["line | drugs | start_date | end_date", *rows]), lines)
    assert told == {
        "double": (True, True, "2018-09-17"),
        "triple_class": (True, True, "2019-09-17"),
        "penta": (True, True, "2020-09-16"),
    }


@pytest.mark.parametrize(
    ("phase", "drugs"),
    [("induction", [None]), ("", [None]), ("autologous_transplant", []), ("allogeneic_transplant", []), ("car_t", [])],
)
def test_who_names_no_drug_may_have_given_any_but_in_a_transplant_or_car_t(phase: str, drugs: list[None]) -> None:
    rows = given(f"line | phase | drugs | start_date\n 1 | {phase} | | 2020-01-01", ONE_LINE).collect()
    assert rows["drug"].to_list() == drugs


@pytest.mark.parametrize(("days", "progressed"), [(59, False), (60, True), (61, True)])
@pytest.mark.criterion("RR.refractory")
def test_the_days_after_the_last_dose_are_the_runs(days: int, progressed: bool) -> None:
    edition = load_edition(settings={"RR.refractory": {"within_days": days}})
    treatments = "line | drugs | start_date | end_date\n 1 | bortezomib | 2020-01-01 | 2020-12-31"
    rows = given(treatments, ONE_LINE, edition).collect()
    assert rows.select("progressed", "progressed_on").rows() == [(progressed, date(2021, 3, 1) if progressed else None)]


def test_a_progression_in_the_next_line_counts_and_one_on_the_first_day_does_not() -> None:
    assert failed(
        """
        line | phase     | drugs        | start_date | end_date
        1    | induction | bortezomib   | 2020-01-01 | 2020-12-20
        2    | salvage   | lenalidomide | 2021-01-01 | 2021-02-01
        3    | salvage   | daratumumab  | 2021-02-10 | 2021-06-01
        """,
        """
        line | start_date | next_line_start | progression_date
        1    | 2020-01-01 | 2021-01-01      |
        2    | 2021-01-01 | 2021-02-10      | 2021-02-10
        3    | 2021-02-10 |                 |
        """,
    ) == [
        (1, "bortezomib", True, True, "2021-02-10", ""),
        (2, "lenalidomide", True, True, "2021-02-10", ""),
        (3, "daratumumab", True, False, None, ""),
    ]


def test_a_drug_of_several_phases_fails_at_the_first_progression_on_any_of_them() -> None:
    line = "line | start_date | progression_date\n 1 | 2020-01-01 | 2021-03-01"
    induction = "1 | induction | lenalidomide | 2020-01-01 | 2020-06-01"
    header = "line | phase | drugs | start_date | end_date"
    kept = failed(f"{header}\n{induction}\n1 | maintenance | lenalidomide | 2020-09-01 | 2021-03-01", line)
    assert kept == [(1, "lenalidomide", True, True, "2021-03-01", "")]
    stopped = failed(f"{header}\n{induction}\n1 | maintenance | lenalidomide | 2020-09-01 | 2020-12-30", line)
    assert stopped == [(1, "lenalidomide", True, False, None, "")]
    without_end = failed(f"{header}\n{induction}\n1 | maintenance | lenalidomide | 2020-09-01 |", line)
    assert without_end == [(1, "lenalidomide", True, None, None, "last_dose")]


def test_what_is_not_named_may_be_any_drug_unless_it_was_not_failed() -> None:
    header = "line | phase | drugs | start_date | end_date"
    assert failed(f"{header}\n1 | induction | | 2020-01-01 | 2021-03-01", ONE_LINE) == [
        (1, None, None, None, None, "drugs")
    ]
    assert failed(f"{header}\n1 | induction | | 2020-01-01 | 2020-06-01", ONE_LINE) == [
        (1, None, None, False, None, "drugs")
    ]


def test_a_line_whose_course_is_not_known_leaves_its_drugs_open() -> None:
    line = "line | start_date | progression_source\n 1 | 2020-01-01 |"
    treatments = "line | drugs | start_date | end_date\n 1 | bortezomib | 2020-01-01 | 2020-06-01"
    assert failed(treatments, line) == [(1, "bortezomib", True, None, None, "progression")]


def test_the_levels_count_different_drugs_and_date_the_last_that_was_needed() -> None:
    assert levels(
        """
        line | drugs                                                        | start_date | end_date
        1    | bortezomib;lenalidomide                                      | 2020-01-01 | 2020-12-31
        2    | carfilzomib;pomalidomide;bortezomib                          | 2021-03-02 | 2021-12-31
        3    | isatuximab                                                   | 2022-01-10 | 2022-12-31
        """,
        """
        line | start_date | next_line_start | progression_date
        1    | 2020-01-01 | 2021-03-02      | 2021-03-01
        2    | 2021-03-02 | 2022-01-10      | 2022-01-05
        3    | 2022-01-10 |                 | 2022-11-01
        """,
    ) == {
        "double": (True, True, "2021-03-01"),
        "triple_class": (True, True, "2022-11-01"),
        "penta": (True, True, "2022-11-01"),
    }


def test_exposed_is_kept_apart_from_refractory() -> None:
    assert levels(
        """
        line | drugs                   | start_date | end_date
        1    | bortezomib;lenalidomide | 2020-01-01 | 2020-06-01
        1    | lenalidomide            | 2020-07-01 | 2021-03-01
        2    | daratumumab             | 2021-04-01 |
        """,
        """
        line | start_date | next_line_start | progression_date
        1    | 2020-01-01 | 2021-04-01      | 2021-03-01
        2    | 2021-04-01 |                 |
        """,
    ) == {
        "double": (True, False, None),
        "triple_class": (True, False, None),
        "penta": (False, False, None),
    }


def test_one_unnamed_treatment_leaves_every_level_open_that_nothing_else_rules_out() -> None:
    unnamed = "line | phase | drugs | start_date | end_date\n 1 | induction | | 2020-01-01 |"
    assert levels(unnamed, ONE_LINE) == dict.fromkeys(["double", "triple_class", "penta"], (None, None, None))
    not_failed = unnamed.replace("2020-01-01 |", "2020-01-01 | 2020-06-01")
    assert levels(not_failed, ONE_LINE) == dict.fromkeys(["double", "triple_class", "penta"], (None, False, None))


TWO_LINES = """
    line | start_date | next_line_start | progression_date
    1    | 2020-01-01 | 2021-01-01      | 2020-12-01
    2    | 2021-01-01 |                 |
"""
GIVEN = "line | phase | drugs | start_date | end_date\n 1 | induction | VRd | 2020-01-01 | 2020-12-01"


@pytest.mark.parametrize(
    ("row", "lines"),
    [
        ("2020-06-01 | 1 | salvage", {1: None}),
        (" | 1 | ", {1: None}),
        ("2021-06-01 | 2 | salvage", {2: False}),  # no progression came after it
        ("2020-06-01 | | salvage", {1: None}),
        ("2021-06-01 | | ", {1: False, 2: False}),  # of either
        (" | | ", {1: None, 2: False}),
        ("2019-06-01 | | ", {1: None}),  # of the first at the earliest
        ("2020-06-01 | 3 | salvage", {3: None}),  # a line of which nothing else is known
    ],
)
def test_a_refused_treatment_may_have_been_any_drug_of_the_lines_that_it_may_be_of(
    row: str, lines: dict[int, bool | None]
) -> None:
    refused = f"dated_on | line | kind\n {row}"
    unnamed = [one for one in failed(GIVEN, TWO_LINES, refused=refused) if one[1] is None]
    assert {(line, exposed, refractory) for line, _, exposed, refractory, *_ in unnamed} == {
        (line, None, refractory) for line, refractory in lines.items()
    }
    may_have_failed = None in lines.values()
    assert levels(GIVEN, TWO_LINES, refused=refused)["triple_class"] == (None, None if may_have_failed else False, None)


def test_a_refused_treatment_that_says_what_one_without_a_drug_does_is_one_exposure() -> None:
    treatments = "line | phase | drugs | start_date\n 1 | salvage | | 2020-06-01"
    rows = given(treatments, TWO_LINES, refused="dated_on | line | kind\n 2020-06-01 | 1 | salvage").collect()
    assert rows.select("line", "drug", "is_unread").rows() == [(1, None, True)]


def test_drugs_of_a_transplant_that_could_not_be_read_may_be_any() -> None:
    header, row = "line | phase | drugs | start_date", "1 | autologous_transplant | | 2020-06-01"
    assert given(f"{header}\n {row}", ONE_LINE).collect().is_empty()
    rows = given(f"{header} | unreadable\n {row} | [drugs]", ONE_LINE).collect()
    assert rows.select("drug", "is_unread").rows() == [(None, True)]
