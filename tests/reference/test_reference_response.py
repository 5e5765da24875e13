"""Responses and progressions that missing or by-edition tests decide, by hand from sections 4 and 5."""

from __future__ import annotations

from typing import Any

import pytest

from .build import column, imaging, labs, marrow, rows, run, starts

ONE = starts("2020-01-01")


@pytest.mark.parametrize(
    ("size", "jsh2023", "imwg2016"),
    [
        ("800", "VGPR", "PR"),  # down by 60 %
        ("200", "VGPR", "PR"),  # by 90 %, which is not more
        ("199", "VGPR", "VGPR"),
        ("1000", "VGPR", "PR"),
        ("1001", "SD", "SD"),
        ("0", "VGPR", "VGPR"),
        (None, "SD", "SD"),
    ],
)
def test_vgpr_asks_for_the_plasmacytoma_in_one_edition(size: str | None, jsh2023: str, imwg2016: str) -> None:
    text = "2019-12-20 M 4.0 U 0\n2020-03-01 M 0.2 U 0"
    tables: dict[str, Any] = {"labs": labs(text), "treatments": ONE}
    tables["imaging"] = [imaging("2019-12-21", "2000"), imaging("2020-03-01", size)]
    assert column(run(**tables), "response") == [jsh2023]
    assert column(run("imwg2016", **tables), "response") == [imwg2016]


@pytest.mark.parametrize(
    ("before", "now", "reasons"),
    [
        ("Ca 9.5 Alb 4.0", "Ca 11.0", []),  # without albumin a lower bound: unknown
        ("Ca 9.5 Alb 4.0", "Ca 11.5", ["PD.calcium"]),
        ("Ca 9.5 Alb 4.0", "Ca 11.4 Alb 4.5", []),  # no albumin above 4 corrects
        ("Ca 9.5 Alb 4.0", "Ca 11.0 Alb 3.5", ["PD.calcium"]),
        ("Ca 11.0 Alb 3.5", "Ca 11.5", []),  # it was there before
        ("Ca 11.5", "Ca 12.0 Alb 4.0", []),
        ("Ca 10.0", "Ca 12.0 Alb 4.0", []),  # corrected it may have been there before
        ("Alb 4.0", "Ca 12.0 Alb 4.0", ["PD.calcium"]),  # none before
    ],
)
def test_calcium_without_albumin_is_a_lower_bound(before: str, now: str, reasons: list[str]) -> None:
    rows = [row | {"attributed_to_myeloma": True} for row in labs(f"2019-12-20 M 4 {before}\n2020-03-01 M 4 {now}")]
    out = run(labs=rows, treatments=ONE)
    assert column(out, "progression_reasons") == [reasons]


def test_mrd_is_after_a_confirmed_complete_response_of_its_line() -> None:
    once = "2019-12-20 M 4.0 U 0\n2020-03-01 SIF neg UIF neg"
    dates = "2019-12-20 2020-01-30 2020-01-31 2020-03-01"
    done = rows("collected_on", dates, method="NGF", result="negative")
    # at a visit up to 30 days after it, of which 30 January is 31 before: of that day no visit tells anything.
    # Without the second visit the first stays unconfirmed; before the line there is none to be of.
    twice = once + "\n2020-04-01 SIF neg UIF neg"
    for text, after in ((twice, [None, None, True, True]), (once, [None, None, False, False])):
        out = run(labs=labs(text), marrow=[marrow("2020-03-01", "2")], mrd=done, treatments=ONE)
        assert column(out, "after_cr", "mrd_status") == after
