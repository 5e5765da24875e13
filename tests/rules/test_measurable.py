"""Measurable disease at a line's baseline, clause by clause (section 3 of the criteria)."""

import pytest

from tests.tables import Spec


@pytest.mark.criterion("MEAS.serum")
def test_serum_is_measurable_from_1_g_dl(spec: Spec) -> None:
    spec("""
        serum_m_baseline_g_dl || S | missing                  | why
        ----------------------++---+--------------------------+----
        1.0                   || T |                          | exactly at the limit
        0.9                   || F |                          | one step of a tenth below
        0.99                  || F |                          | one step of a hundredth below
        0.9999                || F |                          | four reported decimals still decide
        1.1                   || T |                          | one step above
        0                     || F |                          | none detectable
                              ||   | baseline_serum_m_protein | not measured
        >1.0                  || T |                          | above the limit, however much
        >0.5                  ||   | baseline_serum_m_protein | could be on either side
    """)


@pytest.mark.criterion("MEAS.urine")
def test_urine_is_measurable_from_200_mg_a_day(spec: Spec) -> None:
    spec("""
        urine_m_baseline_mg_24h || U | missing                  | why
        ------------------------++---+--------------------------+----
        200                     || T |                          | exactly at the limit
        199.9                   || F |                          | one step below
        200.1                   || T |                          | one step above
        0                       || F |                          | none detectable
                                ||   | baseline_urine_m_protein | not collected
        >200                    || T |                          | above the limit, however much
        >150                    ||   | baseline_urine_m_protein | could be on either side
    """)


@pytest.mark.criterion("MEAS.flc")
def test_light_chains_are_measurable_from_100_mg_l_with_an_abnormal_ratio(spec: Spec) -> None:
    spec("""
        kappa_baseline_mg_l | lambda_baseline_mg_l | involved_flc_baseline_mg_l || L | why
        --------------------+----------------------+----------------------------++---+----
        100.0               | 10.0                 | 100.0                      || T | exactly 100 mg/L
        99.9                | 1.0                  | 99.9                       || F | one step below 100 mg/L
        165.0               | 100.0                | 165.0                      || F | exactly 1.65 is normal
        165.1               | 100.0                | 165.1                      || T | one step above 1.65
        26.0                | 100.0                | 100.0                      || F | exactly 0.26 is normal
        25.9                | 100.0                | 100.0                      || T | one step below 0.26
        109.89              | 66.6                 | 109.89                     || F | 1.65, inexact in binary
        109.9               | 66.6                 | 109.9                      || T | one step above it
        111.93              | 430.5                | 430.5                      || F | 0.26, inexact in binary
        150.0               | 150.0                | 150.0                      || F | plenty of both, ratio 1
        100.0               | 0                    | 100.0                      || T | no λ at all counts as above
        0                   | 100.0                | 100.0                      || T | no κ at all is below
        0                   | 0                    | 0                          || F | 0 mg/L, whatever the ratio
        >150                | 10.0                 | >150                       || T | decided, however much
        >90                 | 10.0                 | >90                        ||   | may be below 100 mg/L or above
    """)


@pytest.mark.criterion("MEAS.flc")
def test_a_missing_chain_leaves_light_chains_unknown_only_where_it_matters(spec: Spec) -> None:
    spec("""
        kappa_baseline_mg_l | lambda_baseline_mg_l | involved_flc_baseline_mg_l || L | missing | why
        150.0 |       | 150.0 ||   | baseline_flc_lambda                     | no ratio
              | 150.0 | 150.0 ||   | baseline_flc_kappa                      | no ratio
              |       |       ||   | baseline_flc_kappa, baseline_flc_lambda | nothing measured
        99.9  |       | 99.9  || F |                                         | too little, whatever the ratio
        100.0 | 100.0 |       || F |                                         | normal, whichever is involved
        0     | 0     |       ||   | baseline_flc_kappa, baseline_flc_lambda | 0/0 tells nothing
        >100  | 70.0  | >100  ||   | baseline_flc_kappa                      | the ratio may be 1.43 or above 1.65
    """)


@pytest.mark.criterion("MEAS.marrow")
def test_marrow_is_measurable_from_30_percent(spec: Spec) -> None:
    spec("""
        marrow_baseline_percent || M | missing         | why
        ------------------------++---+-----------------+----
        30                      || T |                 | exactly at the limit
        29.9                    || F |                 | one step of a tenth below
        29                      || F |                 | one whole percent below
        30.1                    || T |                 | one step above
        0                       || F |                 | no plasma cells
                                ||   | baseline_marrow | no marrow
    """)
