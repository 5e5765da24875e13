"""Minimal residual disease, clause by clause (section 7 of the criteria); T is negative, F positive."""

import pytest

from tests.tables import Spec

ONE_TEST = """
        sensitivity_percent | mrd_positive || negative | why
        --------------------+--------------++----------+----
        0.001               | F            || T        | exactly 10⁻⁵
        0.0011              | F            ||          | one step worse: unknown, not negative
        0.01                | F            ||          | 10⁻⁴
        0.0009              | F            || T        | one step better
        0.0001              | F            || T        | 10⁻⁶
        0                   | F            || T        | no limit of detection at all
                            | F            ||          | sensitivity not recorded
        0.001               | T            || F        | found
        0.01                | T            || F        | found even by a coarse look
                            | T            || F        | found at whatever sensitivity
        0.001               |              ||          | no result
                            |              ||          | nothing recorded
"""


@pytest.mark.criterion("MRD.flow")
def test_flow_is_negative_at_a_sensitivity_of_one_in_100000_or_better(spec: Spec) -> None:
    spec(ONE_TEST)


@pytest.mark.criterion("MRD.seq")
def test_sequencing_is_negative_at_a_sensitivity_of_one_in_100000_or_better(spec: Spec) -> None:
    spec(ONE_TEST)


@pytest.mark.criterion("MRD.imaging")
def test_imaging_needs_marrow_and_pet_ct_negative(spec: Spec) -> None:
    spec("""
        marrow_negative | fdg_uptake_positive || negative | why
        ----------------+---------------------++----------+----
        T               | F                   || T        | neither finds any
        T               | T                   || F        | uptake
        F               | F                   || F        | marrow positive
        F               |                     || F        | marrow positive, no PET/CT
                        | T                   || F        | uptake, marrow not told
        T               |                     ||          | no PET/CT
                        | F                   ||          | marrow not told
                        |                     ||          | neither
    """)


@pytest.mark.criterion("MRD.sustained")
def test_sustained_is_negative_by_both_and_again_a_year_later(spec: Spec) -> None:
    spec("""
        negative_since_a_year | MRD.imaging || sustained | why
        ----------------------+-------------++-----------+----
        T                     | T           || T         | negative then and now
        F                     | T           || F         | not for a year yet, or a positive between
        T                     | F           || F         | positive now
        F                     |             || F         | not for a year, whatever it is now
        T                     |             ||           | now is unknown
    """)
