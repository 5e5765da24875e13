"""The reading for routine care by hand, from section 16 of the page."""

from __future__ import annotations

from typing import Any

import pytest

from .build import column, labs, lost, marrow, patient, run, starts
from .routine import COMPLETE, CR_BY_SERUM, FLC_FOR_URINE, NEXT_LINE, ROUTINE, TWO_MARKERS, URINE_KNOWN_FREE

EDITION = "jsh2023-routine"
ONE = starts("2020-01-01")
LIGHT_CHAIN = patient(isotype="light_chain", light_chain="kappa")


def last(text: str, without: tuple[str, ...] = (), **tables: Any) -> tuple[str, list[str]]:
    """The response at the last visit and the relaxations that it names."""
    visit = run(EDITION, labs=labs(text), without=without, **{"treatments": ONE} | tables)["visits"][-1]
    return visit["response"], visit["routine"]


def only(*taken: str) -> tuple[str, ...]:
    """What to leave out so that only these relaxations are taken."""
    return tuple(clause for clause in ROUTINE if clause not in taken)


@pytest.mark.parametrize(
    ("baseline", "between", "response"),
    [
        ("U 0", "", "VGPR"),
        ("U <50", "", "VGPR"),  # counts as 0
        ("UIF neg", "", "VGPR"),  # is a 0
        ("U 1", "", "PR"),
        ("", "", "PR"),  # not known to be free
        ("U 0 UIF pos", "", "PR"),
        ("U 0", "2020-02-01 U 1", "PR"),
        ("U 0", "2020-02-01 UIF pos", "PR"),
        ("U 0", "2020-01-01 U 1", "PR"),  # of the start's day, which is the baseline's
        ("U 0", "2020-02-01 U 0", "VGPR"),
    ],
)
def test_urine_free_at_baseline_is_not_asked_for_again(baseline: str, between: str, response: str) -> None:
    text = f"2019-12-20 M 4.0 {baseline}\n{between}\n2020-03-01 M 0.4"
    named = [URINE_KNOWN_FREE] if response == "VGPR" else []
    assert last(text) == (response, named)
    assert last(text, (URINE_KNOWN_FREE,)) == ("PR", [])


def test_free_urine_is_asked_for_where_a_figure_of_the_line_could_not_be_read() -> None:
    text = "2019-12-20 M 4.0 U 0\n2020-03-01 M 0.4"
    for on, response in (("2020-02-01", "PR"), ("2020-03-01", "PR"), ("2020-03-05", "VGPR"), ("2019-06-01", "VGPR")):
        assert last(text, refused_row=[lost("labs", on, kind="urine_m_protein")])[0] == response


@pytest.mark.parametrize(
    ("baseline", "now", "expected"),
    [
        ("U 0 UIF neg", "SIF neg", ("CR", [URINE_KNOWN_FREE])),
        ("U 0", "SIF neg", ("VGPR", [URINE_KNOWN_FREE])),  # no immunofixation of the baseline serves
        ("U 0 UIF neg", "SIF neg UIF pos", ("PR", [])),  # was tested, and has no figure
        ("U 0 UIF neg", "SIF neg K 10 L 10", ("sCR", [URINE_KNOWN_FREE])),
    ],
)
def test_cr_takes_the_immunofixation_of_the_baseline(baseline: str, now: str, expected: tuple[str, list[str]]) -> None:
    text = f"2019-12-20 M 4.0 {baseline}\n2020-03-01 M 0 {now}"
    seen = [marrow("2020-03-01", "2", "not_detected" if expected[0] == "sCR" else None)]
    assert last(text, only(URINE_KNOWN_FREE), marrow=seen) == expected


@pytest.mark.parametrize(
    ("before", "now", "response"),
    [
        ("2019-12-20 U 0", "", "CR"),
        ("2015-01-01 UIF neg", "", "CR"),
        ("2019-12-20 Alb 4", "", "PR"),  # never tested
        ("2019-12-20 Alb 4", "U 0", "CR"),
        ("2015-01-01 U 1", "", "PR"),  # at any date
        ("2015-01-01 UIF pos\n2019-12-20 U 0", "", "PR"),
        ("2019-12-20 U 0", "U 1", "VGPR"),
        ("2019-12-20 U 0\n2020-03-05 U 300", "", "CR"),  # what comes later takes nothing away
    ],
)
def test_cr_by_serum_asks_for_urine_that_was_tested_and_never_positive(before: str, now: str, response: str) -> None:
    text = f"2019-12-20 M 4.0\n{before}\n2020-03-01 M 0 SIF neg {now}"
    out = run(EDITION, labs=labs(text), marrow=[marrow("2020-03-01", "2")], treatments=ONE, without=only(CR_BY_SERUM))
    visit = next(row for row in out["visits"] if str(row["visit_date"]) == "2020-03-01")
    assert (visit["response"], visit["routine"]) == (response, [CR_BY_SERUM] if response in COMPLETE else [])


def test_the_last_response_of_a_line_is_confirmed_by_the_next_line() -> None:
    text = "2019-12-20 M 4.0\n2020-02-01 M 3.9\n2020-03-01 M 2.0"
    for lines, confirmed, named in ((ONE, "SD", []), (starts("2020-01-01", "2021-01-01"), "PR", [NEXT_LINE])):
        out = run(EDITION, labs=labs(text), treatments=lines)
        assert column(out, "confirmed_response") == ["SD", confirmed]
        assert column(out, "routine") == [[], named]
    # one that its neighbour confirms, and one that is not the last, are none of its
    lines = starts("2020-01-01", "2021-01-01")
    for more, series in (("2020-04-01 M 2.0", ["SD", "PR", "PR"]), ("2020-04-01 M 2.4", ["SD", "SD", "SD"])):
        out = run(EDITION, labs=labs(f"{text}\n{more}"), treatments=lines)
        assert (column(out, "confirmed_response"), column(out, "routine")) == (series, [[], [], []])


@pytest.mark.parametrize(
    ("now", "by", "named"),
    [
        ("M 5.0 U 200", "two_markers", [TWO_MARKERS]),
        ("M 5.0 K 100 L 10", "two_markers", [TWO_MARKERS]),  # though serum is measurable
        ("M 5.0 K 99 L 10", None, []),
        ("M 5.0 U 199", None, []),
        ("M 4.9 U 199 K 100 L 10", None, []),
    ],
)
def test_two_markers_confirm_each_other(now: str, by: str | None, named: list[str]) -> None:
    text = f"2019-12-20 M 4.0 U 0 K 20 L 10\n2020-03-01 M 4.0 U 0\n2020-04-01 {now}"
    who = patient(light_chain="kappa")
    out = run(EDITION, who, labs=labs(text), treatments=ONE)
    assert column(out, "progression_confirmed_by", "lines") == [by]
    assert column(out, "routine")[-1] == named
    confirmed_else = run(EDITION, who, labs=labs(text), treatments=starts("2020-01-01", "2020-05-01"))
    assert column(confirmed_else, "routine")[-1] == []


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("K 500 L 10", ("PR", [FLC_FOR_URINE])),
        ("K 110 L 10", ("VGPR", [FLC_FOR_URINE])),  # 100 of 1000
        ("K 600 L 10", ("SD", [FLC_FOR_URINE])),
        ("K 1500 L 10", ("PD", [FLC_FOR_URINE])),
        ("K 500", ("NE", [])),
        ("K 500 L 10 U 1000", ("SD", [])),  # urine was measured
        ("K 10 L 10 SIF neg UIF pos", ("VGPR", [FLC_FOR_URINE])),  # what was done counts
        ("K 10 L 10 SIF neg", ("CR", [FLC_FOR_URINE])),
    ],
)
def test_light_chains_stand_for_urine(now: str, expected: tuple[str, list[str]]) -> None:
    text = f"2019-12-20 M 0 U 1000 K 1010 L 10\n2020-03-01 M 0 {now}"
    seen = [marrow("2020-03-01", "2")]
    tables: dict[str, Any] = {"labs": labs(text), "treatments": ONE, "marrow": seen}
    (visit,) = run(EDITION, LIGHT_CHAIN, **tables)["visits"]
    assert (visit["response"], visit["routine"]) == expected
    (strict,) = run(EDITION, LIGHT_CHAIN, **tables, without=ROUTINE)["visits"]
    assert strict["routine"] == []
    assert strict["response"] == ("SD" if "U 1000" in now else "NE")
    other = run(EDITION, patient(isotype="IgG", light_chain="kappa"), **tables, without=only(FLC_FOR_URINE))
    assert column(other, "response") == [strict["response"]]


@pytest.mark.parametrize(("serum", "possible"), [("", "VGPR"), ("M 0", "PR")])
def test_a_serum_that_is_missing_at_baseline_leaves_a_hope(serum: str, possible: str) -> None:
    text = f"2019-12-20 {serum} U >150 K 1000 L 10\n2020-03-01 M 0 K 125 L 10"
    (visit,) = run(EDITION, LIGHT_CHAIN, labs=labs(text), treatments=ONE)["visits"]
    assert (visit["response"], visit["possible_response"]) == ("PR", possible)  # 115 of 990 is no VGPR


def test_with_all_five_off_the_edition_is_the_one_it_extends() -> None:
    text = "2019-12-20 M 4.0 U 0 UIF neg\n2020-03-01 M 0 SIF neg\n2020-04-01 M 1 K 100 L 10"
    tables: dict[str, Any] = {"labs": labs(text), "treatments": ONE, "marrow": [marrow("2020-03-01", "2")]}
    assert run(EDITION, **tables, without=ROUTINE) == run(**tables)
    assert run(EDITION, **tables) != run(**tables)
