"""Progression by M-protein and light chains, clause by clause (section 5 of the criteria)."""

import pytest

from tests.tables import Spec

NOTHING_MEASURABLE = dict.fromkeys(["MEAS.serum", "MEAS.urine"], "F")


@pytest.mark.criterion("PD.serum")
def test_serum_must_rise_by_a_quarter_and_by_half_a_gram(spec: Spec) -> None:
    spec(
        """
        serum_m_nadir_g_dl | serum_m_g_dl || PD | missing                  | why
        -------------------+--------------++----+--------------------------+----
        2.0                | 2.5          || T  |                          | both bounds met exactly
        2.0                | 2.4          || F  |                          | one step of a tenth below both
        2.0                | 2.49         || F  |                          | a hundredth below both
        2.0                | 2.4999       || F  |                          | four decimals still decide
        1.0                | 1.4          || F  |                          | +40 % but only 0.4 g/dL
        1.0                | 1.49         || F  |                          | a hundredth below half a gram
        1.0                | 1.5          || T  |                          | +50 %, exactly half a gram
        4.0                | 4.6          || F  |                          | 0.6 g/dL but only +15 %
        4.0                | 5.0          || T  |                          | exactly +25 %
        4.0                | 4.9          || F  |                          | one step below +25 %
        4.0                | 4.9999       || F  |                          | +24.9975 %
        3.9999             | 5.0          || T  |                          | +25.003 %
        0.2                | 0.7          || T  |                          | 0.7 - 0.2 is 0.4999… in binary
        0.1                | 0.6          || T  |                          | likewise
        0.3                | 0.7          || F  |                          | one step below
        0                  | 0.5          || T  |                          | relapse from none detectable
        0                  | 0.4          || F  |                          | one step below
        0                  | 0.49         || F  |                          | a hundredth below
        0                  | 0            || F  |                          | 0/0 is not a rise
        2.0                | 2.0          || F  |                          | no change
        2.0                | 0            || F  |                          | a fall
                           | 3.0          ||    | baseline_serum_m_protein | first value, no nadir: unknown
        2.0                |              ||    | serum_m_protein          | not measured
        2.0                | >2.5         || T  |                          | decided, however much
        2.0                | >2.3         ||    | serum_m_protein          | may be either
    """,
        serum_m_baseline_g_dl="4.0",
    )


@pytest.mark.criterion("PD.serum", edition="jsh2023")
def test_a_gram_is_enough_from_a_baseline_of_5(spec: Spec) -> None:
    spec("""
        serum_m_baseline_g_dl | serum_m_nadir_g_dl | serum_m_g_dl || PD | why
        ----------------------+--------------------+--------------++----+----
        5.0                   | 4.5                | 5.5          || T  | both bounds met exactly
        5.0                   | 4.5                | 5.4          || F  | one step below a gram
        5.0                   | 4.5                | 5.49         || F  | a hundredth below
        4.9                   | 4.5                | 5.5          || F  | baseline one step below 5
        4.99                  | 4.5                | 5.5          || F  | a hundredth below
        4.9999                | 4.5                | 5.5          || F  | four decimals still decide
        5.1                   | 5.1                | 6.1          || T  | 6.1 - 5.1 is 0.9999… in binary
        7.0                   | 4.2                | 5.2          || T  | whatever the nadir
        5.0                   | 0                  | 0.5          || T  | the other bounds still serve
        5.0                   | 0                  | 0.4          || F  | and still refuse
        0                     | 0                  | 1.0          || T  | from none at baseline
                              | 4.5                | 5.5          ||    | baseline 5 or not
        >5.0                  | 4.5                | 5.5          || T  | surely above 5
        >4.5                  | 4.5                | 5.5          ||    | may be either
    """)


@pytest.mark.criterion("PD.serum", edition="jsh2023")
def test_an_unknown_baseline_is_named_where_a_gram_might_be_enough(spec: Spec) -> None:
    spec("""
        serum_m_baseline_g_dl | serum_m_nadir_g_dl | serum_m_g_dl || PD | missing
        ----------------------+--------------------+--------------++----+---------
                              | 4.5                | 5.5          ||    | baseline_serum_m_protein
        >4.5                  | 4.6                | 5.6          ||    | baseline_serum_m_protein
                              | 4.5                | 5.4          || F  |
                              | 4.0                | 5.0          || T  |
    """)


@pytest.mark.criterion("PD.serum", edition="imwg2016")
def test_a_gram_is_enough_from_a_nadir_of_5_in_2016(spec: Spec) -> None:
    spec("""
        serum_m_baseline_g_dl | serum_m_nadir_g_dl | serum_m_g_dl || PD | why
        ----------------------+--------------------+--------------++----+----
        6.0                   | 5.0                | 6.0          || T  | both bounds met exactly
        6.0                   | 5.0                | 5.9          || F  | one step below a gram
        6.0                   | 5.0                | 5.99         || F  | a hundredth below
        5.0                   | 4.5                | 5.5          || F  | baseline of 5, nadir below
        6.0                   | 4.9                | 5.9          || F  | nadir one step below 5
        6.0                   | 4.9999             | 5.9999       || F  | four decimals still decide
        5.1                   | 5.1                | 6.1          || T  | 6.1 - 5.1 is 0.9999… in binary
        5.0                   | 0                  | 0.5          || T  | the other bounds still serve
        0                     | 0                  | 1.0          || T  | from none at baseline
                              |                    | 6.0          ||    | no nadir
                              | 4.5                | 5.5          || F  | the baseline is not asked
    """)


@pytest.mark.criterion("PD.urine")
def test_urine_must_rise_by_a_quarter_and_by_200_mg(spec: Spec) -> None:
    spec("""
        urine_m_nadir_mg_24h | urine_m_mg_24h || PD | missing                  | why
        ---------------------+----------------++----+--------------------------+----
        800                  | 1000           || T  |                          | both bounds met exactly
        800                  | 999            || F  |                          | one step below both
        800                  | 999.9          || F  |                          | a tenth below both
        700                  | 900            || T  |                          | +29 %, exactly 200 mg
        700                  | 899            || F  |                          | one step below 200 mg
        1000                 | 1250           || T  |                          | exactly +25 %
        1000                 | 1249           || F  |                          | 249 mg but one step below +25 %
        100.1                | 300.1          || T  |                          | 200 mg between decimals
        0                    | 200            || T  |                          | relapse from none detectable
        0                    | 199            || F  |                          | one step below
        0                    | 0              || F  |                          | 0/0 is not a rise
        500                  | 0              || F  |                          | a fall
                             | 900            ||    | baseline_urine_m_protein | no nadir
        500                  |                ||    | urine_m_protein          | not collected
        0                    | >200           || T  |                          | decided, however much
        0                    | >150           ||    | urine_m_protein          | may be either
    """)


@pytest.mark.criterion("PD.flc", edition="jsh2023")
def test_dflc_must_rise_by_a_quarter_with_involved_flc_from_100(spec: Spec) -> None:
    spec(
        """
        dflc_nadir_mg_l | dflc_mg_l | involved_flc_mg_l || PD | why
        ----------------+-----------+-------------------++----+----
        80              | 100       | 110               || T  | exactly +25 %
        80              | 99.9      | 110               || F  | one step below +25 %
        80              | 99        | 110               || F  | one whole step below
        60              | 95        | 100               || T  | involved exactly 100 mg/L
        60              | 95        | 99.9              || F  | one step below
        400             | 500       | 510               || T  | exactly +25 %, however much that is
        0               | 100       | 105               || T  | from 0 any rise is enough
        0               | 0.1       | 100               || T  | any rise
        0               | 0         | 100               || F  | none is no rise
        80              | 0         | 0                 || F  | a fall
                        | 100       | 110               ||    | no nadir
                        | 60        | 99.9              || F  | too little, whatever the nadir
        80              | 200       | >90               ||    | may be either
        80              | 200       | >100              || T  | decided, however much
    """,
        **NOTHING_MEASURABLE,
    )


@pytest.mark.criterion("PD.flc", edition="imwg2016")
def test_dflc_must_rise_by_a_quarter_and_by_more_than_100_in_2016(spec: Spec) -> None:
    spec(
        """
        dflc_nadir_mg_l | dflc_mg_l || PD | why
        ----------------+-----------++----+----
        300             | 400       || F  | 100 is not more than 100
        300             | 400.1     || T  | one step more
        300.1           | 400.1     || F  | 100, between decimals that binary can't hold
        400.4           | 500.5     || T  | 100.1, and exactly +25 %
        400.5           | 500.6     || F  | 100.1, but one step below +25 %
        500             | 625       || T  | exactly +25 %
        500             | 624.9     || F  | one step below +25 %
        60              | 95        || F  | +58 % but only 35 mg/L
        0               | 100       || F  | from 0 the absolute rise decides
        0               | 100.1     || T  | one step more
        0               | 0         || F  | none is no rise
        300             | 0         || F  | a fall
                        | 500       ||    | no nadir
        300             | >400      || T  | decided, however much
        300             | >390      ||    | may be either
    """,
        **NOTHING_MEASURABLE,
    )


@pytest.mark.criterion("PD.flc")
def test_light_chains_progress_only_without_measurable_serum_and_urine(spec: Spec) -> None:
    spec(
        """
        MEAS.serum | MEAS.urine || PD | why
        -----------+------------++----+----
        F          | F          || T  | neither
        T          | F          || F  | serum
        F          | T          || F  | urine
        T          | T          || F  | both
                   | F          ||    | not decided: a baseline above a limit below 1 g/dL
                   | T          || F  | urine is enough to rule it out
    """,
        dflc_nadir_mg_l="100",
        dflc_mg_l="300",
        involved_flc_mg_l="310",
    )


@pytest.mark.criterion("PD.flc")
def test_a_missing_chain_leaves_light_chain_progression_unknown(spec: Spec) -> None:
    spec(
        """
        dflc_nadir_mg_l | involved_chain | kappa_mg_l | lambda_mg_l | dflc_mg_l || PD | missing | why
        80 | kappa |     | 10 |     ||   | flc_kappa                               | κ not measured
        80 | kappa | 300 |    |     ||   | flc_lambda                              | λ not measured
        80 |       | 300 | 10 |     ||   | light_chain                             | whose excess it is
           | kappa | 310 | 10 | 300 ||   | baseline_flc_kappa, baseline_flc_lambda | no nadir
    """,
        **NOTHING_MEASURABLE,
        involved_flc_mg_l="310",
    )
