"""Analyses as hypothesis makes them, as `checked` leaves them."""

from __future__ import annotations

from hypothesis import strategies as st

from transforms.cohorts import Analysis, Cohort

names = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=60)
wheres = st.fixed_dictionaries(
    {},
    optional={
        "iss": st.sets(st.sampled_from(["I", "II", "III", "unknown"]), min_size=1).map(tuple),
        "site": st.sets(names.filter(lambda text: text != "unknown"), min_size=1, max_size=3).map(tuple),
        "not.abnormality": st.sampled_from([("del17p",), ("t(4;14)", "gain1q"), ("del17p+gain1q",)]),
        "age": st.sampled_from([("..70",), ("65", "70..75"), ("unknown",)]),
        "mrd": st.sampled_from([("negative",), ("positive", "unknown")]),
    },
)
analyses = st.builds(
    Analysis,
    origin=st.just("line_start"),
    line=st.none() | st.integers(1, 9),
    landmark_months=st.sampled_from([6.0, 12.0, 7.5]),
    endpoint=st.sampled_from(["OS", "PFS", "TTNT"]),
    by=st.none() | st.sampled_from(["iss", "mrd", "line"]),
    cohorts=st.lists(st.builds(Cohort, name=names, where=wheres), min_size=1, max_size=5).map(tuple),
)
