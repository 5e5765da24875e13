"""An address is an analysis: what it says is read, written again, and refused where it says nothing."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.explore.address import read, written
from tests.explore.analyses import analyses
from transforms.cohorts import Analysis, AnalysisError, Cohort


def asked(query: str) -> Analysis:
    return read(parse_qsl(query, keep_blank_values=True))


def test_an_address_without_fields_asks_for_all_patients_from_diagnosis() -> None:
    assert asked("") == Analysis()
    assert written(Analysis()) == []


def test_the_fields_of_an_address_are_the_analysis() -> None:
    query = (
        "origin=line_start&line=1&landmark=12&endpoint=PFS&by=mrd"
        "&a.name=Transplanted&a.transplant=yes&a.year=2015..&b.not.drug=PI&b.drug=Revlimid%2Bdex&b.iss=III&b.iss=II"
    )
    assert asked(query) == Analysis(
        origin="line_start",
        line=1,
        landmark_months=12.0,
        endpoint="PFS",
        by="mrd",
        cohorts=(
            Cohort("Transplanted", {"transplant": ("yes",), "year": ("2015..",)}),
            Cohort(
                "All patients",
                {
                    "not.drug": ("proteasome_inhibitor",),
                    "drug": ("lenalidomide+dexamethasone",),
                    "iss": ("III", "II"),
                },
            ),
        ),
    )


def test_a_form_in_which_nothing_was_chosen_asks_for_all_patients() -> None:
    assert asked("origin=&line=&landmark=&by=&a.name=&a.site=&a.year=").cohorts == (Cohort(),)


def test_an_ordered_category_can_be_asked_for_by_a_range() -> None:
    [cohort] = asked("origin=line_start&landmark=6&a.response=VGPR..&a.r_iss=..II").cohorts
    assert cohort.where == {"response": ("VGPR", "CR", "sCR"), "r_iss": ("I", "II")}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("horizon=3", "nothing is asked for by 'horizon'"),
        ("f.iss=I", "nothing is asked for by 'f.iss'"),
        ("origin=birth", "not at 'birth'"),
        ("endpoint=PFS", "PFS starts with a line of therapy"),
        ("endpoint=XFS", "no endpoint 'XFS'"),
        ("endpoint=OS&endpoint=PFS", "endpoint is asked for twice"),
        ("line=2", "time from diagnosis has no line"),
        ("origin=line_start&line=0", "a line is a number from 1 on"),
        ("origin=line_start&line=%C2%B2", "a line is a number from 1 on"),
        ("landmark=-3", "a landmark is a number of months"),
        ("landmark=nan", "a landmark is a number of months"),
        ("landmark=soon", "a landmark is a number of months"),
        ("censoring=fda", "OS has one rule of censoring"),
        ("by=weight", "no attribute 'weight'"),
        ("by=year", "can't be split by year"),
        ("a.weight=80", "no attribute 'weight'"),
        ("a.iss=IV", "iss has no value 'IV'; it has I, II, III, unknown"),
        ("a.year=twelve", "year is a whole number or a range"),
        ("a.year=2019..2015", "year is a whole number or a range"),
        ("a.line=2", "line is known of a line only"),
        ("origin=line_start&a.drug=lenalidomid0", "lenalidomide"),
        ("a.name=one&a.name=two", "name is asked for twice"),
        (f"a.name={'x' * 61}", "a cohort's name has 1 to 60 characters"),
        ("a.name=one%0Atwo", "a cohort's name has 1 to 60 characters"),
    ],
)
def test_what_can_not_be_asked_is_refused_in_one_sentence(query: str, says: str) -> None:
    with pytest.raises(AnalysisError) as error:
        asked(query)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("query", ["a.mrd=negative", "by=response", "origin=line_start&a.not.transplant=yes"])
def test_what_is_known_only_later_is_refused_without_a_landmark(query: str) -> None:
    with pytest.raises(AnalysisError, match="immortal time"):
        asked(query)
    assert asked(f"{query}&landmark=12").landmark_months == 12


@given(analyses)
def test_what_is_written_into_an_address_is_read_from_it_again(analysis: Analysis) -> None:
    assert asked(urlencode(written(analysis))) == analysis


@given(st.lists(st.tuples(st.sampled_from(["origin", "by", "a.iss", "a.drug", "a.year", "b.name"]), st.text())))
def test_whatever_an_address_says_it_is_read_or_refused(fields: list[tuple[str, str]]) -> None:
    with suppress(AnalysisError):
        read(fields)
