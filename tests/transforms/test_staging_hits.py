"""CA.hits and HR.risk from the registry's rows to the table `staging`."""

from __future__ import annotations

from tests.one_patient import Outcome, Row, judged
from tests.reference.build import day, findings


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
