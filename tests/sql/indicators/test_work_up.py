"""The indicators of the work-up at diagnosis: pass, fail, unknown, and whom they don't ask about."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sql.indicators.judged import judged


@pytest.mark.criterion("Q.iss")
def test_an_iss_that_the_registry_only_recorded_is_not_derived(tmp_path: Path) -> None:
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
    found = judged("Q.iss", tmp_path / "store", patients=patients, staging=staging)
    assert found == {"derived": "pass", "recorded": "fail", "neither": "fail", "unsaid": "pass"}


@pytest.mark.criterion("Q.fish")
def test_all_three_abnormalities_are_looked_for_within_60_days(tmp_path: Path) -> None:
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
    found = judged("Q.fish", tmp_path / "store", patients=patients, cytogenetics=cytogenetics)
    assert found == {"all": "pass", "late": "fail", "two": "fail", "none": "fail"}
