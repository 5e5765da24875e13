"""CA.hits, HR.risk, HR.ims2025 and MASS.3 from the registry's rows to the table `staging`."""

from __future__ import annotations

import pytest

from tests.one_patient import Outcome, Row, judged
from tests.reference.build import day, findings, labs


def fish(**found: str) -> Outcome:
    names = {"del17p": "del17p", "t414": "t(4;14)", "t1416": "t(14;16)", "gain1q": "gain1q"}
    rows = [
        {"patient_id": "p", "collected_on": day("2019-12-01"), "abnormality": names[name], "result": result}
        for name, result in found.items()
    ]
    return judged("", cytogenetics=rows)


def staged(out: Outcome) -> Row:
    [row] = out["staging"]
    return row


def test_two_found_are_a_double_hit_though_1q_was_not_looked_for(
    out: Outcome = fish(del17p="positive", t414="positive", t1416="negative"),
) -> None:
    row = staged(out)
    assert (row["high_risk_hits"], row["high_risk_hits_at_most"], row["double_hit"]) == (2, 3, True)


def test_one_found_with_one_not_looked_for_is_no_number(
    out: Outcome = fish(del17p="positive", t414="negative", t1416="negative"),
) -> None:
    row = staged(out)
    assert (row["high_risk_hits"], row["high_risk_hits_at_most"], row["double_hit"]) == (None, 2, None)


def test_none_found_with_one_not_looked_for_is_no_double_hit(
    out: Outcome = fish(del17p="negative", t414="negative", t1416="negative"),
) -> None:
    row = staged(out)
    assert (row["high_risk_hits"], row["double_hit"]) == (None, False)


def test_extramedullary_disease_found_after_treatment_began_is_not_of_the_diagnosis(
    before: Outcome = judged("", findings=findings("2020-01-01", extramedullary_disease=True)),
    after: Outcome = judged("", findings=findings("2020-01-02", extramedullary_disease=True)),
) -> None:
    assert staged(before)["high_risk_because"] == ["extramedullary_disease"]
    assert staged(after)["high_risk_because"] == []


LOOKED_FOR = ("del17p", "t(4;14)", "t(14;16)", "t(14;20)", "gain1q", "del1p32", "tp53_mutation")
SOUND = "2019-12-01 B2M 3 albumin 4 creatinine 1.2"


def of_2025(*rows: str, but: str = "", text: str = SOUND, ldh: int | None = 200) -> Outcome:
    """A patient of whom all of `LOOKED_FOR` were looked for on the day of `SOUND` and none found, `but` for some; and
    rows of `day abnormality result [percent] [comparator]`. The upper limit of LDH is 200.
    """
    absent = [f"2019-12-01 {name} negative" for name in LOOKED_FOR if name not in but.split()]
    cells = [[*row.split(), None, None][:5] for row in (*absent, *rows)]
    found = [
        {
            **{"patient_id": "p", "collected_on": day(str(on)), "abnormality": name, "result": result},
            **{"percent": percent and float(percent), "percent_comparator": comparator},
        }
        for on, name, result, percent, comparator in cells
    ]
    enzyme = [row | {"ref_high": 200.0} for row in labs(f"2019-12-01 ldh {ldh}")] if ldh else []
    return judged("", labs=labs(text) + enzyme, cytogenetics=found)


RISKS: dict[str, tuple[Outcome, bool | None, list[str], list[str]]] = {
    "none found": (of_2025(), False, [], []),
    "in more cells than the cut": (of_2025("2019-12-01 del17p positive 20.1", but="del17p"), True, ["del17p"], []),
    "the share of the result that counts, though a later one has one": (
        of_2025("2019-12-01 del17p positive", "2019-12-09 del17p positive 60", but="del17p"),
        None,
        [],
        ["del17p_percent"],
    ),
    "of two on one day that which was found, though the other has a share": (
        of_2025("2019-12-01 del17p positive 60", "2019-12-01 del17p negative 70", but="del17p"),
        True,
        ["del17p"],
        [],
    ),
    "of two found on one day the larger share": (
        of_2025("2019-12-01 del17p positive", "2019-12-01 del17p positive 15", "2019-12-01 del17p positive 30"),
        True,
        ["del17p"],
        [],
    ),
    "a share above the cut, however much": (
        of_2025("2019-12-01 del17p positive 20 >", but="del17p"),
        True,
        ["del17p"],
        [],
    ),
    "a mutation": (of_2025("2019-12-01 tp53_mutation positive"), True, ["tp53_mutation"], []),
    "translocation and both of its companions, 1p32 with 1q": (
        of_2025(
            "2019-12-01 t(14;20) positive", "2019-12-01 gain1q positive", "2019-12-01 del1p32_monoallelic positive"
        ),
        True,
        ["del1p32", "translocation"],
        [],
    ),
    "1p32 of both alleles": (
        of_2025("2019-12-01 del1p32_biallelic positive", but="del1p32"),
        True,
        ["del1p32"],
        [],
    ),
    "β2-microglobulin that the kidneys do not explain": (
        of_2025(text="2019-12-01 B2M 5.5 albumin 4 creatinine 1.1"),
        True,
        ["beta2_microglobulin"],
        [],
    ),
    "no creatinine": (of_2025(text="2019-12-01 B2M 5.5 albumin 4"), None, [], ["creatinine"]),
    "not looked for within the window": (
        of_2025("2019-10-01 t(14;20) negative", but="t(14;20)"),
        False,
        [],
        [],
    ),
    "1p32 not looked for": (of_2025(but="del1p32"), None, [], ["del1p32_biallelic"]),
}


@pytest.mark.parametrize("case", RISKS)
def test_high_risk_of_2025_is_found_in_the_rows_of_the_registry(case: str) -> None:
    out, is_high, because, waits_for = RISKS[case]
    row = staged(out)
    assert (row["hr_ims2025"], row["hr_ims2025_because"]) == (is_high, because)
    assert row["hr_ims2025_unknown_because"] == waits_for


MASSES: dict[str, tuple[Outcome, str | None, list[str]]] = {
    "none": (of_2025(), "0", []),
    "two translocations": (of_2025("2019-12-01 t(4;14) positive", "2019-12-01 t(14;20) positive"), "1", []),
    "del(17p) in few cells": (of_2025("2019-12-01 del17p positive 3"), "1", []),
    "ISS III and 1q": (of_2025("2019-12-01 gain1q positive", text="2019-12-01 B2M 5.5"), "2+", []),
    "LDH": (of_2025(ldh=201), "1", []),
    "LDH not measured": (of_2025(ldh=None), None, ["ldh", "ldh_ref_high"]),
    "t(14;20) not looked for": (of_2025(but="t(14;20)"), None, ["t(14;20)"]),
    "t(14;20) not looked for, another translocation found": (
        of_2025("2019-12-01 t(4;14) positive", but="t(14;20)"),
        "1",
        [],
    ),
}


@pytest.mark.parametrize("case", MASSES)
def test_mass_is_found_in_the_rows_of_the_registry(case: str) -> None:
    out, group, waits_for = MASSES[case]
    row = staged(out)
    assert (row["mass_3"], row["mass_3_unknown_because"]) == (group, waits_for)
