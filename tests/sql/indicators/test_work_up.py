"""The indicators of the work-up at diagnosis: pass, fail, unknown, and who is not counted."""

from __future__ import annotations

import pytest

from tests.sql.indicators.judged import judged


@pytest.mark.criterion("Q.iss")
def test_an_iss_that_the_registry_only_recorded_is_not_derived() -> None:
    patients = """
        patient_id | diagnosis
        derived    | MM
        recorded   | MM
        neither    | MM
        unsaid     |
        mgus       | MGUS
    """
    staging = """
        patient_id | iss | iss_source
        derived    | II  | derived
        recorded   | II  | reported
        neither    |     |
        unsaid     | I   | derived
        mgus       | I   | derived
    """
    found = judged("Q.iss", patients=patients, staging=staging)
    assert found == {"derived": "pass", "recorded": "fail", "neither": "fail", "unsaid": "pass"}


@pytest.mark.criterion("Q.fish")
def test_all_three_abnormalities_are_looked_for_within_60_days() -> None:
    cytogenetics = """
        patient_id | collected_on | abnormality | result
        all        | 2019-12-01   | del17p      | negative
        all        | 2020-01-30   | t(4;14)     | positive
        all        | 2019-10-02   | t(14;16)    | negative
        late       | 2019-12-01   | del17p      | negative
        late       | 2019-12-01   | t(4;14)     | negative
        late       | 2020-01-31   | t(14;16)    | negative
        two        | 2019-12-01   | del17p      | negative
        two        | 2019-12-02   | del17p      | negative
        two        | 2019-12-01   | t(4;14)     | negative
        two        | 2019-12-01   | gain1q      | negative
    """
    patients = "patient_id\n all\n late\n two\n none"
    found = judged("Q.fish", patients=patients, cytogenetics=cytogenetics)
    assert found == {"all": "pass", "late": "fail", "two": "fail", "none": "fail"}


@pytest.mark.criterion("Q.fish")
@pytest.mark.criterion("Q.gain1q")
@pytest.mark.parametrize("indicator", ["Q.fish", "Q.gain1q"])
def test_without_any_fish_in_the_extract_it_is_unknown_whether_it_was_done(indicator: str) -> None:
    assert judged(indicator, patients="patient_id\n one") == {"one": "unknown"}


@pytest.mark.criterion("Q.r_iss")
def test_an_r_iss_is_derived_or_not_whatever_the_registry_recorded() -> None:
    patients = "patient_id | diagnosis\n derived | MM\n recorded | MM\n neither | MM\n mgus | MGUS"
    staging = """
        patient_id | r_iss | r_iss_source | iss_source
        derived    | II    | derived      | derived
        recorded   | II    | reported     | derived
        neither    |       |              | derived
        mgus       | I     | derived      | derived
    """
    found = judged("Q.r_iss", patients=patients, staging=staging)
    assert found == {"derived": "pass", "recorded": "fail", "neither": "fail"}


@pytest.mark.criterion("Q.gain1q")
def test_1q_is_looked_for_within_60_days_whatever_else_was() -> None:
    cytogenetics = """
        patient_id | collected_on | abnormality | result
        before     | 2019-10-02   | gain1q      | negative
        before     | 2019-12-01   | gain1q      | positive
        on_day_60  | 2020-01-30   | gain1q      | positive
        on_day_61  | 2020-01-31   | gain1q      | positive
        others     | 2019-12-01   | del17p      | negative
        others     | 2019-12-01   | t(4;14)     | negative
        smm        | 2019-12-01   | gain1q      | negative
    """
    patients = """
        patient_id | diagnosis
        before     | MM
        on_day_60  | MM
        on_day_61  | MM
        others     | MM
        none       | MM
        smm        | SMM
    """
    found = judged("Q.gain1q", patients=patients, cytogenetics=cytogenetics)
    assert found == {"before": "pass", "on_day_60": "pass", "on_day_61": "fail", "others": "fail", "none": "fail"}


@pytest.mark.criterion("Q.gain1q")
def test_a_run_may_set_the_window() -> None:
    cytogenetics = "patient_id | collected_on | abnormality | result\n one | 2020-01-31 | gain1q | negative"
    found = judged(
        "Q.gain1q",
        settings={"window_days": 61},
        patients="patient_id\n one",
        cytogenetics=cytogenetics,
    )
    assert found == {"one": "pass"}


@pytest.mark.criterion("Q.hbv")
def test_hepatitis_b_is_looked_for_by_antigen_and_both_antibodies_before_the_first_dose() -> None:
    all_three = ("hbs_antigen", "hbc_antibody", "hbs_antibody")
    tested = {
        "on-the-day": [("2020-03-01", name) for name in all_three],
        "long-before": [("2015-03-01", name) for name in all_three],
        "apart": list(zip(("2020-01-01", "2020-02-01", "2020-02-20"), all_three, strict=True)),
        "day-late": [("2020-02-01", "hbs_antigen"), ("2020-02-01", "hbc_antibody"), ("2020-03-02", "hbs_antibody")],
        "antigen-only": [("2020-02-01", "hbs_antigen")],
        "none": [],
        "untreated": [("2020-02-01", name) for name in all_three],
        "smm": [("2020-02-01", name) for name in all_three],
        # a site that never records the antibodies
        "antigen-site": [("2020-02-01", "hbs_antigen")],
        "none-there": [],
    }
    site = {"antigen-site": "south", "none-there": "south"}
    found = judged(
        "Q.hbv",
        patients="\n".join(
            [
                "patient_id | site_id | diagnosis",
                *(f"{name} | {site.get(name, 'north')} | {'SMM' if name == 'smm' else 'MM'}" for name in tested),
            ]
        ),
        lines="\n".join(
            ["patient_id | line | start_date", *(f"{name} | 1 | 2020-03-01" for name in tested if name != "untreated")]
        ),
        labs="\n".join(
            [
                "patient_id | collected_on | analyte | result | value",
                # a figure is a result as well
                *(
                    f"{name} | {day} | {test} | {'' if test == 'hbs_antibody' else 'negative'} | 0.3"
                    for name, rows in tested.items()
                    for day, test in rows
                ),
            ]
        ),
    )
    assert found == {
        **dict.fromkeys(["on-the-day", "long-before", "apart"], "pass"),
        **dict.fromkeys(["day-late", "antigen-only", "none"], "fail"),
        **dict.fromkeys(["untreated", "antigen-site", "none-there"], "unknown"),
    }
