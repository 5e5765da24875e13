"""Stages worked by hand from section 2 of the criteria."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .build import day, labs, patient, run, starts
from .figures import Row

Names = tuple[str, ...]
ALL_THREE = ("del17p", "t(4;14)", "t(14;16)")


def fish(positive: Names = (), negative: Names = ()) -> list[Row]:
    results = [(name, "positive") for name in positive] + [(name, "negative") for name in negative]
    return [
        {"patient_id": "p", "collected_on": day("2019-12-01"), "abnormality": name, "result": result}
        for name, result in results
    ]


def staged(
    b2m: str | None = None,
    albumin: str | None = None,
    ldh: str | None = None,
    found: Names = (),
    absent: Names = (),
    **columns: Any,
) -> Row:
    values = [f"{name} {value}" for name, value in (("B2M", b2m), ("Alb", albumin), ("ldh", ldh)) if value]
    tests = labs("2019-12-01 " + " ".join(values)) if values else []
    tests = [row | {"ref_high": Decimal(220)} for row in tests]
    out = run(who=patient(**columns), labs=tests, cytogenetics=fish(found, absent))
    return out["staging"][0]


@pytest.mark.parametrize(
    ("b2m", "albumin", "iss"),
    [  # from 3.5 to 5.5 it is II, and from 5.5 III, whatever albumin is
        ("5.5", None, "III"),
        ("5.4", None, "II"),
        ("3.5", "3.4", "II"),
        ("3.4", "3.5", "I"),
        ("3.4", "3.4", "II"),
        ("3.4", None, None),
        ("<3.5", "3.5", "I"),
        (">5.5", None, "III"),
        (">5.4", None, None),
    ],
)
def test_iss_at_its_bounds(b2m: Any, albumin: Any, iss: Any) -> None:
    assert staged(b2m, albumin)["iss"] == iss


@pytest.mark.parametrize(
    ("b2m", "ldh", "found", "absent", "possible"),
    [
        ("4.0", None, (), (), ["II"]),
        ("3.0", "221", (), (), ["II"]),
        ("3.0", "220", (), ALL_THREE, ["I"]),
        ("3.0", "220", (), ALL_THREE[:2], ["I", "II"]),
        ("6.0", None, ("del17p",), (), ["III"]),
        ("6.0", "220", (), (), ["II", "III"]),
        ("6.0", "220", (), ALL_THREE, ["II"]),
        (None, None, (), (), ["I", "II", "III"]),
    ],
)
def test_r_iss_says_only_what_missing_tests_cannot_change(
    b2m: Any, ldh: Any, found: Any, absent: Any, possible: Any
) -> None:
    row = staged(b2m, "4.0", ldh, found, absent)
    assert row["r_iss_possible"] == possible
    assert row["r_iss"] == (possible[0] if len(possible) == 1 else None)


def test_recorded_stages_fill_what_stays_unknown() -> None:
    row = staged(found=("t(4;14)",), reported_iss="III", reported_r_iss="II")
    assert (row["iss"], row["iss_source"]) == ("III", "reported")
    assert (row["r_iss"], row["r_iss_source"]) == ("III", "derived")
    row = staged("6.0", ldh="220", reported_iss="I", reported_r_iss="II")
    assert (row["iss"], row["iss_source"]) == ("III", "derived")
    assert (row["r_iss"], row["r_iss_source"]) == ("II", "reported")


def test_r2_iss_adds_points_and_hits_count() -> None:
    # III 1.5, high LDH 1, 1q 0.5: 3 points.
    row = staged("6.0", ldh="221", found=("gain1q", "t(14;16)"), absent=("del17p", "t(4;14)"))
    assert (row["r2_iss"], row["high_risk_hits"], row["cytogenetic_risk"]) == ("IV", 2, "high")
    # III 1.5 with 1q unknown: 1.5 or 2, the same group; the number of hits is not.
    row = staged("6.0", ldh="220", absent=ALL_THREE)
    assert (row["r2_iss"], row["high_risk_hits"], row["cytogenetic_risk"]) == ("III", None, "standard")


def test_the_nearest_input_within_thirty_days_and_not_after_treatment_counts() -> None:
    def b2m_stage(text: str, *lines: str) -> Any:
        return run(labs=labs(text), treatments=starts(*lines))["staging"][0]["iss"]

    assert b2m_stage("2019-11-01 B2M 6") == "III"
    assert b2m_stage("2019-10-31 B2M 6") is None  # 31 days
    assert b2m_stage("2019-11-29 B2M 6\n2019-12-03 B2M 4") == "III"  # equally near: the earlier
    assert b2m_stage("2019-12-02 B2M 6\n2019-12-02 B2M 4") == "III"  # the same date: the higher
    assert b2m_stage("2019-12-03 B2M 6\n2019-12-10 B2M 4", "2019-12-02") is None


@pytest.mark.parametrize(
    ("found", "absent", "hits", "double", "triple"),
    [
        (("del17p", "t(4;14)"), ("t(14;16)",), 2, True, None),  # 1q not looked for: two at least
        (("del17p", "t(4;14)", "gain1q"), (), 3, True, True),
        (("del17p",), ("t(4;14)", "t(14;16)"), None, None, False),
        (("del17p",), ("t(4;14)", "t(14;16)", "gain1q"), 1, False, False),
        ((), ("t(4;14)", "t(14;16)", "gain1q"), None, False, False),  # one more at most
        ((), (), None, None, None),
    ],
)
def test_hits_that_were_found_are_a_lower_bound(
    found: Names, absent: Names, hits: Any, double: Any, triple: Any
) -> None:
    row = staged(found=found, absent=absent)
    assert (row["high_risk_hits"], row["double_hit"], row["triple_hit"]) == (hits, double, triple)


IMS = ("del17p", "tp53_mutation", "t(4;14)", "t(14;16)", "t(14;20)", "gain1q", "del1p32", "del1p32_biallelic")


@pytest.mark.parametrize(
    ("found", "percent", "creatinine", "high"),
    [
        ((), None, "1.2", False),
        ((), None, "1.19", True),  # with a beta-2 microglobulin of 5.5
        ((), None, None, None),
        (("del17p",), "20", "1.2", False),
        (("del17p",), "20.1", "1.2", True),
        (("del17p",), None, "1.2", None),
        (("del17p", "tp53_mutation"), None, "1.2", True),
        (("t(14;20)",), None, "1.2", False),
        (("t(14;20)", "gain1q"), None, "1.2", True),
        (("t(4;14)", "del1p32"), None, "1.2", True),
        (("gain1q", "del1p32"), None, "1.2", True),
        (("del1p32_biallelic",), None, "1.2", True),
    ],
)
def test_high_risk_of_2025(found: Names, percent: str | None, creatinine: str | None, high: bool | None) -> None:
    rows = fish(found, tuple(name for name in IMS if name not in found))
    rows = [row | {"percent": percent and Decimal(percent)} for row in rows]
    tests = labs("2019-12-01 B2M 5.5" + (f" creatinine {creatinine}" if creatinine else ""))
    assert run(labs=tests, cytogenetics=rows)["staging"][0]["hr_ims2025"] is high


@pytest.mark.parametrize(
    ("codes", "one", "both"),
    [  # del1p32, monoallelic, biallelic: + found, - looked for and not found, . not looked for
        ("...", None, None),
        ("+..", True, None),  # the alleles were not counted
        ("-..", False, False),
        (".+.", True, False),
        ("..+", True, True),
        (".-.", None, None),  # none or both
        ("..-", None, False),  # none or one
        (".--", False, False),
        ("---", False, False),
        ("+.-", True, False),
        ("+-.", True, None),  # not one; that it is both has to be found
        ("+-+", True, True),
        ("++-", True, False),
        ("-.-", False, False),
        ("--.", False, False),
        # Contradictions: the positive one counts.
        ("-+.", True, False),
        ("-+-", True, False),
        ("-.+", True, True),
        ("--+", True, True),
        ("+--", True, False),
        (".++", True, True),
        ("+++", True, True),
    ],
)
def test_codes_of_1p32_say_how_many_alleles_are_lost(codes: str, one: bool | None, both: bool | None) -> None:
    of_1p32 = dict(zip(("del1p32", "del1p32_monoallelic", "del1p32_biallelic"), codes, strict=True))

    def high(*others: str) -> Any:
        found = (*others, *(name for name, code in of_1p32.items() if code == "+"))
        absent = (*(name for name, code in of_1p32.items() if code == "-"), *IMS[:6])
        absent = tuple(name for name in absent if name not in found)
        return staged("5.4", found=found, absent=absent)["hr_ims2025"]

    assert high() is both
    assert high("t(14;16)") is one
    assert high("t(14;20)") is one
    assert high("gain1q") is one  # of one with +1q, or of both
    assert high("tp53_mutation") is True


def test_code_of_1p32_counts_by_its_result_nearest_diagnosis() -> None:
    def high(found_on: str, absent_on: str) -> Any:
        rows = fish((), IMS[:6])
        for result, on in (("positive", found_on), ("negative", absent_on)):
            rows += [
                {"patient_id": "p", "collected_on": day(on), "abnormality": name, "result": result}
                for name in ("del1p32", "del1p32_biallelic")
            ]
        return run(labs=labs("2019-12-01 B2M 5.4"), cytogenetics=rows)["staging"][0]["hr_ims2025"]

    assert high("2019-12-01", "2019-12-05") is True
    assert high("2019-12-05", "2019-12-01") is False
    assert high("2019-12-01", "2019-12-01") is True


def test_mass_counts_two_signs_at_most() -> None:
    looked = ("t(4;14)", "t(14;16)", "t(14;20)", "gain1q", "del17p")
    assert staged("5.4", ldh="220", absent=looked)["mass_3"] == "0"
    assert staged("5.5", ldh="220", absent=looked)["mass_3"] == "1"
    assert staged("5.5", ldh="221")["mass_3"] == "2+"
    assert staged("5.5", ldh="220", absent=looked[:4])["mass_3"] is None
    # two translocations are one sign
    assert staged("5.4", ldh="220", found=looked[:2], absent=looked[2:])["mass_3"] == "1"
