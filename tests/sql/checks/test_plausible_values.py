"""Checks of laboratory values: ranges, units mixed up, contradicting tests, methods that switch, medians that jump."""

from __future__ import annotations

import pytest

from tests.sql.checks.checked import checked, verdicts

LAB_ROW = "patient_id | collected_on | analyte | comparator | value | row_number"


@pytest.mark.criterion("plausibility.value")
def test_a_bound_is_inside_and_what_a_limit_leaves_open_is_not_outside() -> None:
    labs = f"""
        {LAB_ROW}
        p | 2020-01-01 | calcium         |    | 4     | 1
        p | 2020-01-01 | calcium         |    | 3.9   | 2
        p | 2020-01-01 | calcium         |    | 20    | 3
        p | 2020-01-01 | calcium         |    | 20.1  | 4
        p | 2020-01-01 | serum_m_protein |    | 0     | 5
        p | 2020-01-01 | serum_m_protein |    | 15.1  | 6
        p | 2020-01-01 | calcium         | <  | 3     | 7
        p | 2020-01-01 | calcium         | <  | 30    | 8
        p | 2020-01-01 | calcium         | >  | 30    | 9
        p | 2020-01-01 | calcium         | >= | 3     | 10
        p | 2020-01-01 | calcium         |    |       | 11
        p | 2020-01-01 | sodium          |    | 9999  | 12
    """
    found = checked("plausibility.value", by="row_number", patients="patient_id\np", labs=labs)
    assert {number for number, word in found.items() if word == "violated"} == {"2", "4", "6", "7", "9"}
    assert {number for number, word in found.items() if word == "kept"} == {"1", "3", "5", "8", "10"}


@pytest.mark.criterion("plausibility.value")
def test_every_analyte_has_its_own_count() -> None:
    labs = "patient_id | analyte | value\n p | calcium | 99\n p | ldh | 99\n p | flc_kappa | 99"
    found = verdicts("plausibility.value", '"column", site', patients="patient_id\np", labs=labs)
    assert {key: said for key, said in found.items() if key.endswith("all")} == {
        "calcium all": "1 of 1: fail",
        "ldh all": "0 of 1: pass",
        "flc_kappa all": "0 of 1: pass",
    }


@pytest.mark.criterion("plausibility.albumin_g_l")
def test_albumin_above_10_looks_like_grams_per_litre() -> None:
    labs = f"""
        {LAB_ROW}
        p | 2020-01-01 | albumin | | 10   | 1
        p | 2020-01-02 | albumin | | 10.1 | 2
        p | 2020-01-03 | albumin | |      | 3
        p | 2020-01-04 | calcium | | 11   | 4
        p | 2020-01-05 | albumin | < | 40 | 5
        p | 2020-01-06 | albumin | > | 40 | 6
        p | 2020-01-07 | albumin | < | 4  | 7
    """
    found = checked("plausibility.albumin_g_l", by="row_number", patients="patient_id\np", labs=labs)
    assert found == {"1": "kept", "2": "violated", "5": "unknown", "6": "violated", "7": "kept"}


@pytest.mark.criterion("plausibility.flc_mg_dl")
def test_light_chains_a_tenth_of_normal_look_like_mg_dl_only_where_both_are() -> None:
    of_patient = {
        "both": ([1.0, 1.94, 90.0], [2.0, 2.63, 2.7]),
        "kappa_just_above": ([1.0, 1.95, 90.0], [2.0, 2.63, 2.7]),
        "lambda_normal": ([1.0, 1.2, 1.3], [10.0, 11.0, 12.0]),
        "too_few": ([1.0, 1.2], [2.0, 2.1, 2.2]),
    }
    rows = [
        f"{patient} | 2020-01-0{day} | {analyte} | | {value} | {day}"
        for patient, chains in of_patient.items()
        for analyte, values in zip(("flc_kappa", "flc_lambda"), chains, strict=True)
        for day, value in enumerate(values, start=1)
    ]
    found = checked(
        "plausibility.flc_mg_dl",
        patients="\n".join(["patient_id", *of_patient]),
        labs="\n".join([LAB_ROW, *rows]),
    )
    assert found == {"both": "violated", "kappa_just_above": "kept", "lambda_normal": "kept"}


@pytest.mark.criterion("plausibility.immunofixation")
def test_a_measurable_m_protein_contradicts_a_negative_immunofixation_of_its_fluid_and_day() -> None:
    labs = """
        patient_id | collected_on | analyte              | comparator | value | result   | row_number
        at         | 2020-01-01   | serum_m_protein      |            | 1     |          | 1
        at         | 2020-01-01   | serum_immunofixation |            |       | negative | 2
        below      | 2020-01-01   | serum_m_protein      |            | 0.9   |          | 3
        below      | 2020-01-01   | serum_immunofixation |            |       | negative | 4
        limit      | 2020-01-01   | serum_m_protein      | <          | 1     |          | 5
        limit      | 2020-01-01   | serum_immunofixation |            |       | negative | 6
        open       | 2020-01-01   | serum_m_protein      | <          | 1.5   |          | 7
        open       | 2020-01-01   | serum_immunofixation |            |       | negative | 8
        upward     | 2020-01-01   | serum_m_protein      | >          | 0.5   |          | 9
        upward     | 2020-01-01   | serum_immunofixation |            |       | negative | 10
        urine      | 2020-01-01   | urine_m_protein      |            | 200   |          | 11
        urine      | 2020-01-01   | urine_immunofixation |            |       | negative | 12
        urine      | 2020-01-01   | serum_immunofixation |            |       | negative | 13
        positive   | 2020-01-01   | serum_m_protein      |            | 3     |          | 14
        positive   | 2020-01-01   | serum_immunofixation |            |       | positive | 15
        next_day   | 2020-01-01   | serum_m_protein      |            | 3     |          | 16
        next_day   | 2020-01-02   | serum_immunofixation |            |       | negative | 17
    """
    patients = "patient_id\nat\nbelow\nlimit\nopen\nupward\nurine\npositive\nnext_day"
    found = checked("plausibility.immunofixation", patients=patients, labs=labs)
    assert found == {
        "at": "violated",
        "below": "kept",
        "limit": "kept",  # <1 is under it
        "open": "unknown",  # <1.5 may be 1.2
        "upward": "unknown",  # >0.5 may be 0.6
        "urine": "violated",
    }


def days(patient: str, methods: str) -> list[str]:
    """A line's days from 2020-01-02 on: e electrophoresis, i IgA, b both."""
    found = []
    for day, method in enumerate(methods, start=2):
        found += [f"{patient} | 2020-01-{day:02} | serum_m_protein | | 1 | 1"] * (method in "eb")
        found += [f"{patient} | 2020-01-{day:02} | iga | | 1 | 1"] * (method in "ib")
    return found


@pytest.mark.criterion("plausibility.m_protein_method")
def test_a_method_switches_where_each_alone_has_a_quarter_of_the_days() -> None:
    methods = {
        "switched": "eeii",
        "quarter": "eeei",
        "dropout": "eeeei",
        "both_done": "bbbi",
        "one_method": "iiii",
        "one_day": "b",
        "flagged": "ei",
        "igg": "eeii",
    }
    isotypes = dict.fromkeys(methods, "IgA |") | {"igg": "IgG | false", "flagged": "IgG | true"}
    found = checked(
        "plausibility.m_protein_method",
        patients="\n".join(["patient_id | isotype | m_protein_in_beta", *(f"{p} | {i}" for p, i in isotypes.items())]),
        lines="\n".join(["patient_id | line | start_date", *(f"{patient} | 1 | 2020-01-01" for patient in methods)]),
        labs="\n".join([LAB_ROW, *(row for patient, text in methods.items() for row in days(patient, text))]),
    )
    assert found == {
        "switched": "violated",
        "quarter": "violated",
        "dropout": "kept",
        "both_done": "kept",
        "one_method": "kept",
        "flagged": "violated",
    }


@pytest.mark.criterion("plausibility.m_protein_method")
def test_a_method_may_differ_between_lines() -> None:
    found = checked(
        "plausibility.m_protein_method",
        by="patient_id, dated",
        patients="patient_id | isotype\n p | IgA",
        lines="patient_id | line | start_date\n p | 1 | 2020-01-01\n p | 2 | 2020-01-04",
        # the day the next line starts is the last look at the line before
        labs="\n".join([LAB_ROW, *days("p", "eeeii")]),
    )
    assert found == {"p 2020-01-01": "kept", "p 2020-01-04": "kept"}


def month(analyte: str, number: int, value: float, results: int = 10, site: str = "S1") -> list[str]:
    return [f"{site} | 2020-{number:02}-{day:02} | {analyte} | | {value} | 1" for day in range(1, results + 1)]


def months(analyte: str, *values: float, site: str = "S1", results: int = 10) -> list[str]:
    """Enough results of each month from January on."""
    return [row for number, value in enumerate(values, start=1) for row in month(analyte, number, value, results, site)]


@pytest.mark.criterion("plausibility.median_jump")
def test_a_median_jumps_by_its_factor_from_one_month_to_the_next() -> None:
    labs = [
        *months("calcium", 5.0, 10.0, 5.1),
        *(month("calcium", 4, 50, results=9) + month("calcium", 5, 50.0) + month("calcium", 7, 5.0)),
        *months("flc_kappa", 10, 49, 245, 40, results=20),
        *months("flc_lambda", 10, 500, results=19),
        *months("crp", 0, 5, results=20),
        *months("serum_m_protein", 1, 30),
        *months("calcium", 5.0, 9.9, site="S2"),
    ]
    found = checked(
        "plausibility.median_jump",
        by="site, \"column\", strftime(dated, '%m')",
        patients="patient_id | site_id\n S1 | S1\n S2 |",
        labs="\n".join([LAB_ROW, *labs]),
    )
    assert found == {
        "S1 calcium 02": "violated",  # twice is enough
        "S1 calcium 03": "kept",  # 10 / 5.1
        "S1 flc_kappa 02": "kept",  # 4.9 times
        "S1 flc_kappa 03": "violated",  # five times
        "S1 flc_kappa 04": "violated",  # down as well
        "S1 crp 02": "unknown",  # from 0
        "unknown calcium 02": "kept",
    }
