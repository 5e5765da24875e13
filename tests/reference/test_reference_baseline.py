"""Baselines and visits with an immunofixation and no figure, by hand from section 1 (V.baseline, V.n1, V.iga)."""

from __future__ import annotations

from typing import Any

import pytest

from .build import column, day, labs, lost, patient, run, starts

RELAPSE = "\n2021-03-01 M 0.3\n2021-04-01 M 0.6\n2021-05-01 M 0.7"


def responses(text: str, edition: str = "jsh2023", **columns: Any) -> list[Any]:
    out = run(edition, patient(**columns), labs=labs(text + RELAPSE), treatments=starts("2021-01-20"))
    return column(out, "response")


def test_a_negative_immunofixation_after_the_last_figure_is_a_baseline_of_none() -> None:
    text = "2020-11-10 M 1.2\n2021-01-15 SIF neg" + RELAPSE
    out = run(labs=labs(text), treatments=starts("2019-06-01", "2021-01-20"))
    # 0 to 0.3 is no progression, 0 to 0.6 is, and 0.7 confirms it; nothing of a baseline of 0 is measurable
    assert column(out, "response")[-3:] == ["NE", "PD", "PD"]
    assert column(out, "measurable_by", "lines")[1] == "none"
    line = out["lines"][1]
    assert (line["progression_date"], line["progression_confirmed_by"]) == (day("2021-04-01"), "assessment")


@pytest.mark.parametrize(
    ("text", "is_zero"),
    [
        ("2020-11-10 M 1.2\n2021-01-15 SIF neg", True),
        ("2021-01-15 SIF neg\n2021-01-19 M 1.2", False),  # the figure is later
        ("2021-01-12 M 1.2\n2021-01-15 SIF neg", False),  # three days: one visit, which has a figure
        ("2021-01-11 M 1.2\n2021-01-15 SIF neg", True),
        ("2021-01-15 SIF neg\n2021-01-18 M 1.2", False),
        ("2021-01-15 M 1.2 SIF neg", False),
        ("2020-11-10 M 1.2\n2021-01-15 SIF neg\n2021-01-15 SIF pos", False),  # positive over negative
        ("2020-11-10 M 1.2\n2021-01-20 SIF neg", True),  # the line's start itself
        ("2020-11-10 M 1.2\n2021-01-15 UIF neg", False),  # the other fluid
        ("2020-10-22 SIF neg", True),  # 90 days
        ("2020-10-22 M 1.2\n2020-10-21 SIF neg", False),  # 91 days
    ],
)
def test_the_last_value_is_the_baseline_whichever_test_made_it(text: str, is_zero: bool) -> None:
    # from a baseline of 0 line 1's 0.6 is PD; from 1.2 it is half, and from 0.3 only 0.3 up
    assert (responses(text)[1] == "PD") is is_zero


def test_a_baseline_by_immunofixation_counts_by_either_edition() -> None:
    text = "2020-11-10 M 1.2\n2021-01-15 SIF neg"
    # imwg2016: 0 alone counts as itself; 0.3 after it counts as 0.3: the lowest confirmed is 0
    assert responses(text, "imwg2016") == responses(text) == ["NE", "PD", "PD"]


def test_urine_has_its_own_immunofixation() -> None:
    text = "2020-12-01 U 1000\n2021-01-15 UIF neg\n2021-02-01 U 199\n2021-03-01 U 200"
    out = run(labs=labs(text), treatments=starts("2021-01-20"))
    assert column(out, "progression_reasons") == [[], ["PD.urine"]]


@pytest.mark.parametrize(
    ("text", "is_zero"),
    [
        ("2021-01-10 iga 3.0\n2021-01-12 SIF neg", True),  # polyclonal: the figure itself is 0
        ("2021-01-15 iga 3.0 SIF neg", True),
        ("2020-12-01 SIF neg\n2021-01-15 iga 3.0", False),  # later, and no longer negative for all one knows
        ("2020-12-01 iga 3.0\n2021-01-15 SIF neg", True),
        ("2021-01-13 SIF pos\n2021-01-14 iga 3.0\n2021-01-15 SIF neg", True),  # of several the latest counts
        ("2021-01-13 SIF neg\n2021-01-14 iga 3.0\n2021-01-15 SIF pos", False),
    ],
)
def test_quantitative_iga_beside_a_negative_immunofixation_is_polyclonal(text: str, is_zero: bool) -> None:
    out = run(
        who=patient(m_protein_in_beta=True),
        labs=labs(text + RELAPSE.replace("M ", "iga ")),
        treatments=starts("2021-01-20"),
    )
    assert (column(out, "response")[1] == "PD") is is_zero
    assert column(out, "measurable_by", "lines") == ["none" if is_zero else "serum"]


def test_a_figure_that_could_not_be_read_is_not_none_detectable() -> None:
    text = "2020-11-10 M 1.2\n2021-01-15 SIF neg" + RELAPSE
    unread = {"patient_id": "p", "collected_on": day("2021-01-14"), "analyte": "serum_m_protein", "value": None}
    treatments = starts("2021-01-20")
    out = run(labs=[*labs(text), unread | {"unreadable": ["value"]}], treatments=treatments)
    assert column(out, "measurable_by", "lines") == ["serum"]  # the 1.2 of November is the last that is known
    out = run(labs=[*labs(text), unread], treatments=treatments)
    assert column(out, "measurable_by", "lines") == ["none"]
    gone = lost("labs", "2021-01-14", kind="serum_m_protein")
    out = run(labs=labs(text), refused_row=[gone], treatments=treatments)
    assert column(out, "measurable_by", "lines") == ["serum"]


def test_at_a_visit_too_a_figure_that_could_not_be_read_keeps_complete_response_open() -> None:
    text = "2020-01-01 M 4.0 U 0\n2020-03-01 SIF neg UIF neg"
    unread = {"patient_id": "p", "collected_on": day("2020-03-01"), "analyte": "urine_m_protein", "value": None}
    marrow = [{"patient_id": "p", "collected_on": day("2020-03-01"), "plasma_cell_percent": 2}]
    for cells, response in (([], "CR"), (["value"], "PR")):  # PR: VGPR asks for urine below 100
        rows = [*labs(text), unread | {"unreadable": cells}]
        out = run(labs=rows, marrow=marrow, treatments=starts("2020-01-01"))
        assert (column(out, "response"), column(out, "possible_response")) == ([response], ["sCR"])
