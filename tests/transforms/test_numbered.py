"""Patients by number are in the order of their ids, and in each table the same."""

import polars as pl

from transforms.numbered import ids_of, numbered


def test_a_patient_has_one_number_in_all_tables_in_the_order_of_ids_and_who_is_not_there_has_none():
    patients = pl.DataFrame({"patient_id": ["P10", "P2", "P1", "ü"], "sex": ["F", "M", "F", "M"]})
    times = pl.DataFrame({"patient_id": ["P2", "nobody", "P10", None, "P2"], "days": [1, 2, 3, 4, 5]})
    ids = ids_of(patients["patient_id"])
    assert numbered(patients, ids).rows() == [(1, "F"), (2, "M"), (0, "F"), (3, "M")]
    assert numbered(times, ids).rows() == [(2, 1), (None, 2), (1, 3), (None, 4), (2, 5)]
