"""Partial and minimal response at a visit, clause by clause (section 4 of the criteria)."""

import pytest

from tests.tables import Spec


@pytest.mark.criterion("PR.serum")
def test_serum_m_must_be_halved(spec: Spec) -> None:
    spec("""
        serum_m_baseline_g_dl | serum_m_g_dl || PR | missing                  | why
        ----------------------+--------------++----+--------------------------+----
        2.0                   | 1.0          || T  |                          | exactly half
        2.0                   | 1.1          || F  |                          | one step of a tenth above
        2.0                   | 1.01         || F  |                          | a hundredth above
        2.0                   | 0.99         || T  |                          | a hundredth below
        0.3                   | 0.15         || T  |                          | half of a decimal that binary can't hold
        4.9999                | 2.5          || F  |                          | 2.49995 would be half
        2.0                   | 0            || T  |                          | none left
        0                     | 0            || F  |                          | a fall from 0 is no response
        0                     | 0.1          || F  |                          | a rise
        0                     |              || F  |                          | from 0 nothing can fall
                              | 1.0          ||    | baseline_serum_m_protein | down from what
        2.0                   |              ||    | serum_m_protein          | not measured
        2.0                   | >1.0         || F  |                          | surely above half
        2.0                   | >0.5         ||    | serum_m_protein          | may be either
        >2.0                  | 1.0          || T  |                          | half of more than 2.0 is more than 1.0
        >1.0                  | 1.0          ||    | baseline_serum_m_protein | may be either
    """)


@pytest.mark.criterion("PR.urine")
def test_urine_m_must_be_down_to_a_tenth_or_below_200(spec: Spec) -> None:
    spec("""
        urine_m_baseline_mg_24h | urine_m_mg_24h || PR | missing                  | why
        ------------------------+----------------++----+--------------------------+----
        3000                    | 300            || T  |                          | exactly down 90 %
        3000                    | 301            || F  |                          | one step above
        3000                    | 300.1          || F  |                          | a tenth above
        2000                    | 200            || T  |                          | down 90 %, though not below 200
        1000                    | 199            || T  |                          | below 200, though only down 80 %
        1000                    | 199.9          || T  |                          | a tenth below 200
        1000                    | 200            || F  |                          | 200 is not below 200
        3000                    | 0              || T  |                          | none left
        0                       | 0              || T  |                          | below 200
        0                       | 200            || F  |                          | a fall from 0 is none
                                | 199            || T  |                          | below 200, whatever it was
                                | 200            ||    | baseline_urine_m_protein | down from what
        3000                    |                ||    | urine_m_protein          | not collected
        3000                    | >300           || F  |                          | surely above both bounds
        3000                    | >150           ||    | urine_m_protein          | may be either
    """)


@pytest.mark.criterion("PR.flc")
def test_dflc_must_be_halved_from_a_baseline_above_0(spec: Spec) -> None:
    spec("""
        dflc_baseline_mg_l | dflc_mg_l | dflc_mg_l_max || PR | why
        -------------------+-----------+---------------++----+----
        200                | 100       | 100           || T  | exactly half
        200                | 100.1     | 100.1         || F  | one step above
        200                | 99.9      | 99.9          || T  | one step below
        300.2              | 150.1     | 150.1         || T  | half, with decimals
        200                | 0         | 0             || T  | none left
        0                  | 0         | 0             || F  | a fall from 0 is no response
        0                  | 10        | 10            || F  | a rise
        200                | 90        | 100           || T  | a range that is decided
        200                | 90        | 110           ||    | a range on both sides of half
    """)


@pytest.mark.criterion("PR.flc")
def test_a_missing_chain_is_named_where_dflc_is_unknown(spec: Spec) -> None:
    spec("""
        dflc_baseline_mg_l | involved_chain | kappa_mg_l | lambda_mg_l | dflc_mg_l || PR | missing | why
        200 | kappa  |    | 10 |    ||   | flc_kappa                               | κ not measured
        200 | lambda | 10 |    |    ||   | flc_lambda                              | λ not measured
        200 | kappa  |    |    |    ||   | flc_kappa, flc_lambda                   | neither
        200 |        | 90 | 10 |    ||   | light_chain                             | whose excess it is
            | kappa  | 90 | 10 | 80 ||   | baseline_flc_kappa, baseline_flc_lambda | no baseline
        0   | kappa  |    |    |    || F |                                         | from 0 nothing can fall
    """)


@pytest.mark.criterion("PR.marrow")
def test_plasma_cells_must_be_halved(spec: Spec) -> None:
    spec("""
        marrow_baseline_percent | marrow_percent || PR | missing         | why
        ------------------------+----------------++----+-----------------+----
        60                      | 30             || T  |                 | exactly half
        60                      | 30.1           || F  |                 | one step above
        60                      | 29.9           || T  |                 | one step below
        35                      | 17.5           || T  |                 | half of an odd number
        60                      | 0              || T  |                 | none left
        0                       | 0              || F  |                 | a fall from 0 is no response
                                | 5              ||    | baseline_marrow | down from what
        60                      |                ||    | marrow          | no marrow
    """)


@pytest.mark.criterion("PR.plasmacytoma")
def test_a_plasmacytoma_must_be_halved(spec: Spec) -> None:
    spec("""
        plasmacytoma_baseline_mm2 | latest_plasmacytoma_mm2 || PR | missing      | why
        --------------------------+-------------------------++----+--------------+----
        400                       | 200                     || T  |              | exactly half
        400                       | 200.1                   || F  |              | one step above
        400                       | 199.9                   || T  |              | one step below
        400                       | 0                       || T  |              | gone
        0                         | 0                       || F  |              | a fall from 0 is no response
        400                       |                         ||    | plasmacytoma | not measured since baseline
    """)


@pytest.mark.criterion("PR")
def test_everything_that_is_measurable_must_be_in_partial_response(spec: Spec) -> None:
    spec(
        """
        hope.serum | hope.urine | PR.serum | PR.urine | PR.urine_missing || PR | missing | why
        T | F | T |   | urine_m_protein || T |                 | by serum only: urine does not matter
        T | F | F | T |                 || F |                 | by serum only: urine does not help
        F | T |   | T |                 || T |                 | by urine only
        F | T | T | F |                 || F |                 | by urine only: serum does not help
        T | T | T | T |                 || T |                 | both, where both are measurable
        T | T | T | F |                 || F |                 | one of the two is not enough
        T | T | F | T |                 || F |                 | nor is the other
        T | T | F |   | urine_m_protein || F |                 | serum already rules it out
        T | T | T |   | urine_m_protein ||   | urine_m_protein | urine would decide
        F | F | T | T |                 || F |                 | nothing measurable: no response
    """,
        **{"hope.followed_by_flc": "F", "hope.followed_by_marrow": "F"},
    )


@pytest.mark.criterion("PR")
def test_light_chains_and_marrow_count_where_they_are_followed(spec: Spec) -> None:
    spec(
        """
        hope.followed_by_flc | hope.followed_by_marrow | PR.flc | PR.marrow || PR | why
        ---------------------+-------------------------+--------+-----------++----+----
        T                    | F                       | T      |           || T  | dFLC halved
        T                    | F                       | F      | T         || F  | dFLC not halved, marrow not asked
        T                    | F                       |        | T         ||    | dFLC unknown
        F                    | T                       |        | T         || T  | plasma cells halved
        F                    | T                       | T      | F         || F  | plasma cells not halved
    """,
        **{"hope.serum": "F", "hope.urine": "F"},
    )


@pytest.mark.criterion("PR")
def test_a_plasmacytoma_of_the_baseline_must_respond_as_well(spec: Spec) -> None:
    spec(
        """
        has_baseline_plasmacytoma | PR.plasmacytoma | PR.plasmacytoma_missing || PR | missing | why
        T                         | T               |              || T  |              | halved as well
        T                         | F               |              || F  |              | not halved
        T                         |                 | plasmacytoma ||    | plasmacytoma | not measured since
        F                         |                 | plasmacytoma || T  |              | there was none
    """,
        **{"hope.urine": "F", "hope.followed_by_flc": "F", "hope.followed_by_marrow": "F"},
        **{"hope.serum": "T", "PR.serum": "T"},
    )


@pytest.mark.criterion("PR")
def test_a_missing_baseline_is_named(spec: Spec) -> None:
    spec(
        """
        PR.serum | PR.serum_missing         || PR | missing                  | why
        ---------+--------------------------++----+--------------------------+----
                 | baseline_serum_m_protein ||    | baseline_serum_m_protein | measurable or not, halved or not
    """,
        **{"hope.serum": "", "hope.serum_missing": "baseline_serum_m_protein", "hope.urine": "F"},
        **{"hope.followed_by_flc": "F", "hope.followed_by_marrow": "F"},
    )


BY_SERUM = {"hope.serum": "T", "hope.urine": "F", "line": "2"}
BY_URINE = {"hope.serum": "F", "hope.urine": "T", "line": "2"}


@pytest.mark.criterion("MR")
def test_serum_m_must_be_down_by_a_quarter(spec: Spec) -> None:
    spec(
        """
        serum_m_baseline_g_dl | serum_m_g_dl || MR | missing                  | why
        ----------------------+--------------++----+--------------------------+----
        2.0                   | 1.5          || T  |                          | exactly down 25 %
        2.0                   | 1.6          || F  |                          | one step of a tenth above
        2.0                   | 1.51         || F  |                          | a hundredth above
        2.0                   | 0.5          || T  |                          | may do better than MR
        1.2                   | 0.9          || T  |                          | 0.75 × 1.2 is 0.8999… in binary
        2.0                   | 0            || T  |                          | none left
        0                     | 0            || F  |                          | a fall from 0 is none
        2.0                   |              ||    | serum_m_protein          | not measured
                              | 1.5          ||    | baseline_serum_m_protein | down from what
    """,
        **BY_SERUM,
    )


@pytest.mark.criterion("MR")
def test_urine_m_must_be_halved_or_below_200(spec: Spec) -> None:
    spec(
        """
        urine_m_baseline_mg_24h | urine_m_mg_24h || MR | missing                  | why
        ------------------------+----------------++----+--------------------------+----
        1000                    | 500            || T  |                          | exactly down 50 %
        1000                    | 501            || F  |                          | one step above
        1000                    | 500.1          || F  |                          | a tenth above
        300                     | 199            || T  |                          | below 200, though only down 34 %
        300                     | 200            || F  |                          | 200 is not below 200
        400                     | 200            || T  |                          | down 50 %, though not below 200
        1000                    | 0              || T  |                          | none left
                                | 199            || T  |                          | below 200, whatever it was
                                | 200            ||    | baseline_urine_m_protein | down from what
        1000                    |                ||    | urine_m_protein          | not collected
    """,
        **BY_URINE,
    )


@pytest.mark.criterion("MR")
def test_minimal_response_is_for_relapsed_disease_by_serum_or_urine(spec: Spec) -> None:
    spec(
        """
        line | hope.serum | hope.urine | serum_m_g_dl | urine_m_mg_24h || MR | why
        -----+------------+------------+--------------+----------------++----+----
        1    | T          | F          | 1.5          | 0              || F  | not in the first line
        1    | T          | T          |              |                || F  | nor does a missing test open it there
        2    | T          | F          | 1.5          | 1000           || T  | from the second line; urine not asked
        3    | T          | F          | 1.5          | 1000           || T  | and later
        2    | T          | T          | 1.5          | 500            || T  | both, where both are measurable
        2    | T          | T          | 1.5          | 501            || F  | one of the two is not enough
        2    | T          | T          | 1.6          | 500            || F  | nor is the other
        2    | T          | T          | 1.5          | 0              || T  | one may do better than the other
        2    | T          | T          | 1.5          |                ||    | urine would decide
        2    | T          | T          | 1.6          |                || F  | serum already rules it out
        2    | F          | F          | 1.0          | 100            || F  | neither serum nor urine measurable
    """,
        serum_m_baseline_g_dl="2.0",
        urine_m_baseline_mg_24h="1000",
    )


PLASMACYTOMA = {**BY_SERUM, "serum_m_baseline_g_dl": "2.0", "serum_m_g_dl": "1.5"}


@pytest.mark.criterion("MR", edition="jsh2023")
def test_a_plasmacytoma_must_be_down_by_a_quarter_for_minimal_response(spec: Spec) -> None:
    spec(
        """
        has_baseline_plasmacytoma | plasmacytoma_baseline_mm2 | latest_plasmacytoma_mm2 || MR | missing | why
        T | 400 | 300   || T |              | exactly down 25 %
        T | 400 | 300.1 || F |              | one step above
        T | 400 | 200   || T |              | down 50 %
        T | 400 | 0     || T |              | gone
        T | 400 |       ||   | plasmacytoma | not measured since
        F | 0   |       || T |              | there was none
    """,
        **PLASMACYTOMA,
    )


@pytest.mark.criterion("MR", edition="imwg2016")
def test_a_plasmacytoma_must_be_halved_for_minimal_response_in_2016(spec: Spec) -> None:
    spec(
        """
        has_baseline_plasmacytoma | plasmacytoma_baseline_mm2 | latest_plasmacytoma_mm2 || MR | missing | why
        T | 400 | 200   || T |              | exactly down 50 %
        T | 400 | 200.1 || F |              | one step above
        T | 400 | 300   || F |              | down 25 % is not enough here
        T | 400 | 0     || T |              | gone
        T | 400 |       ||   | plasmacytoma | not measured since
        F | 0   |       || T |              | there was none
    """,
        **PLASMACYTOMA,
    )
