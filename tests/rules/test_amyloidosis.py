"""AL amyloidosis: candidates for transplant, and haematologic response (section 13 of the guideline)."""

import pytest

from tests.tables import Spec


@pytest.mark.criterion("AL.transplant_troponin")
def test_troponin_t_must_be_below_its_limit(spec: Spec) -> None:
    spec("""
        troponin_t_ng_ml || allows | missing    | why
        -----------------++--------+------------+----
        0.06             || F      |            | at the limit
        0.059            || T      |            | one step below
        0.0599           || T      |            | four decimals
        0                || T      |            | none
                         ||        | troponin_t | not measured
        <0.06            || T      |            | surely below
        <0.1             ||        | troponin_t | 0.06 or below it
        >0.06            || F      |            | surely above
    """)


@pytest.mark.criterion("AL.transplant_pressure")
def test_systolic_pressure_must_be_above_90(spec: Spec) -> None:
    spec("""
        systolic_bp_mm_hg || allows | missing     | why
        ------------------++--------+-------------+----
        90                || F      |             | at the limit
        91                || T      |             | one step above
        89                || F      |             | one step below
        0                 || F      |             | none
                          ||        | systolic_bp | not measured
    """)


@pytest.mark.criterion("AL.transplant_egfr")
def test_egfr_must_be_above_50(spec: Spec) -> None:
    spec("""
        egfr_ml_min_1_73_m2 || allows | missing | why
        --------------------++--------+---------+----
        50                  || F      |         | at the limit
        50.1                || T      |         | one step above
        49.9                || F      |         | one step below
        0                   || F      |         | none
                            ||        | egfr    | not measured
        >60                 || T      |         | surely above
        >45                 ||        | egfr    | may be either
    """)


@pytest.mark.criterion("AL.transplant_age")
def test_age_must_be_below_70(spec: Spec) -> None:
    spec("""
        age_years || allows | missing    | why
        ----------++--------+------------+----
        70        || F      |            | at the limit
        69        || T      |            | one step below
        0         || T      |            | newborn
                  ||        | birth_date | no date of birth
    """)


@pytest.mark.criterion("AL.transplant_performance")
def test_performance_status_must_be_below_2(spec: Spec) -> None:
    spec("""
        ecog_score || allows | missing | why
        -----------++--------+---------+----
        2          || F      |         | at the limit
        1          || T      |         | one step below
        0          || T      |         | fully active
                   ||        | ecog    | not recorded
    """)


@pytest.mark.criterion("AL.transplant")
def test_one_part_rules_a_transplant_out_and_all_are_needed_for_it(spec: Spec) -> None:
    spec(
        """
        AL.transplant_egfr | AL.transplant_egfr_missing | AL.transplant_age | AL.transplant_age_missing || ok | missing
        T |      | T |            || T |
        T |      | F |            || F |
          | egfr | F |            || F |
          | egfr | T |            ||   | egfr
          | egfr |   | birth_date ||   | egfr, birth_date
    """,
        **{"AL.transplant_troponin": "T", "AL.transplant_pressure": "T", "AL.transplant_performance": "T"},
    )


@pytest.mark.criterion("AL.response")
def test_light_chains_must_be_raised_before_they_can_respond(spec: Spec) -> None:
    spec(
        """
        involved_chain | kappa_baseline_mg_l | dflc_baseline_mg_l  || known| missing            | why
        ---------------+---------------------+--------------------++------+--------------------+----
        kappa          | 70                  | 50                 || T    |                    | at the limit
        kappa          | 70                  | 49.9               || F    |                    | one step below
        kappa          | 20                  | 0                  || F    |                    | none above lambda
        kappa          |                     |                    ||      | baseline_flc_kappa | not measured
                       | 70                  |                    ||      | light_chain        | which chain?
        kappa          | >100                | >80                || T    |                    | surely above
        kappa          | >50                 | >30                ||      | baseline_flc_kappa | may be either
    """,
        lambda_baseline_mg_l="20",
    )


@pytest.mark.criterion("AL.cr")
def test_complete_response_needs_both_fluids_negative_and_a_normal_ratio(spec: Spec) -> None:
    spec("""
        serum_immunofixation_positive | urine_immunofixation_positive | kappa_mg_l | lambda_mg_l || CR | missing | why
        F | F | 165  | 100 ||  T |                       | the ratio is at its upper limit
        F | F | 166  | 100 ||  F |                       | one step above
        F | F | 26   | 100 ||  T |                       | at its lower limit
        F | F | 25   | 100 ||  F |                       | one step below
        T | F | 10   | 10  ||  F |                       | serum positive
        F | T | 10   | 10  ||  F |                       | urine positive
          | F | 10   | 10  ||    | serum_immunofixation  | serum not looked at
        F |   | 10   | 10  ||    | urine_immunofixation  | urine not looked at
        F | F |      | 10  ||    | flc_kappa             | no kappa
        F | F | 0    | 0   ||    | flc_kappa, flc_lambda | a ratio of nothing
        T |   |      |     ||  F |                       | decided, whatever the rest is
    """)


@pytest.mark.criterion("AL.vgpr")
def test_very_good_partial_response_is_little_dflc_left(spec: Spec) -> None:
    spec(
        """
        AL.response | AL.response_missing | dflc_mg_l || VGPR | missing            | why
        ------------+---------------------+-----------++------+--------------------+----
        T           |                     | 40        || F    |                    | at the limit
        T           |                     | 39.9      || T    |                    | one step below
        T           |                     | 0         || T    |                    | nothing left
        F           |                     | 10        || F    |                    | never raised
                    | baseline_flc_kappa  | 10        ||      | baseline_flc_kappa | raised before or not
                    | baseline_flc_kappa  | 40        || F    |                    | too much is left
    """,
        involved_chain="kappa",
        kappa_mg_l="50",
        lambda_mg_l="10",
    )


@pytest.mark.criterion("AL.vgpr")
def test_without_a_light_chain_very_good_partial_response_is_unknown(spec: Spec) -> None:
    spec("""
        AL.response | involved_chain | kappa_mg_l | lambda_mg_l || VGPR | missing     | why
        ------------+----------------+------------+-------------++------+-------------+----
        T           | kappa          |            | 10          ||      | flc_kappa   | not measured
        T           |                | 50         | 10          ||      | light_chain | which chain?
    """)


@pytest.mark.criterion("AL.pr")
def test_partial_response_is_dflc_more_than_halved(spec: Spec) -> None:
    spec(
        """
        dflc_baseline_mg_l | AL.response | AL.response_missing | dflc_mg_l || PR | missing | why
        -------------------+-------------+---------------------+-----------++----+---------+----
        100                | T           |                     | 50        || F  |         | not more than halved
        100                | T           |                     | 49.9      || T  |         | one step below
        100.2              | T           |                     | 50.1      || F  |         | exactly halved
        100                | T           |                     | 0         || T  |         | nothing left
        40                 | F           |                     | 10        || F  |         | never raised
        0                  | F           |                     | 0         || F  |         | none, before or now
    """,
        involved_chain="kappa",
        kappa_baseline_mg_l="110",
        lambda_baseline_mg_l="10",
        kappa_mg_l="50",
        lambda_mg_l="10",
    )


@pytest.mark.criterion("AL.pr")
def test_without_a_figure_or_its_baseline_partial_response_is_unknown(spec: Spec) -> None:
    spec(
        """
        dflc_baseline_mg_l | kappa_baseline_mg_l | AL.response | AL.response_missing | dflc_mg_l || PR | missing | why
        100 | 110 | T |                    |    ||  | flc_kappa                     | not measured
            |     |   | baseline_flc_kappa | 40 ||  | flc_kappa, baseline_flc_kappa | nothing to compare with
    """,
        involved_chain="kappa",
        lambda_baseline_mg_l="10",
        lambda_mg_l="10",
    )


@pytest.mark.criterion("AL.troponin_high")
def test_troponin_t_is_high_from_its_limit_on(spec: Spec) -> None:
    spec("""
        troponin_t_ng_ml || high | missing    | why
        -----------------++------+------------+----
        0.035            || T    |            | at the limit
        0.034            || F    |            | one step below
        0                || F    |            | none
                         ||      | troponin_t | not measured
        <0.01            || F    |            | surely below
        <0.04            ||      | troponin_t | may be either
    """)


@pytest.mark.criterion("AL.nt_probnp_high")
def test_nt_probnp_is_high_from_its_limit_on(spec: Spec) -> None:
    spec("""
        nt_probnp_pg_ml || high | missing   | why
        ----------------++------+-----------+----
        332             || T    |           | at the limit
        331             || F    |           | one step below
        0               || F    |           | none
                        ||      | nt_probnp | not measured
        >300            ||      | nt_probnp | may be either
        >35000          || T    |           | surely above
    """)


@pytest.mark.criterion("AL.nt_probnp_very_high")
def test_nt_probnp_is_very_high_above_its_limit(spec: Spec) -> None:
    spec("""
        nt_probnp_pg_ml || very high | missing   | why
        ----------------++-----------+-----------+----
        8500            || F         |           | at the limit
        8501            || T         |           | one step above
        0               || F         |           | none
                        ||           | nt_probnp | not measured
        >8000           ||           | nt_probnp | may be either
    """)


@pytest.mark.criterion("AL.stage_I")
def test_stage_i_has_neither_high(spec: Spec) -> None:
    spec("""
        AL.troponin_high | AL.troponin_high_missing | AL.nt_probnp_high | AL.nt_probnp_high_missing || I | missing | why
        F | | F | || T | | neither
        T | | F | || F | | one
                         | troponin_t | T | || F | | one is enough against it
                         | troponin_t | F | || | troponin_t | it may be high
    """)


@pytest.mark.criterion("AL.stage_II")
def test_stage_ii_has_one_high(spec: Spec) -> None:
    spec("""
        AL.troponin_high | AL.troponin_high_missing | AL.nt_probnp_high | AL.nt_probnp_high_missing || II | missing | why
        T | | F | || T | | one
        F | | T | || T | | the other
        T | | T | || F | | both
        F | | F | || F | | neither
                         | troponin_t | T | || | troponin_t | of the two
                         | troponin_t | F | || | troponin_t | either
    """)  # noqa: E501 (a table)


@pytest.mark.criterion("AL.stage_IIIa")
def test_stage_iiia_has_both_high(spec: Spec) -> None:
    spec("""
        AL.troponin_high | AL.nt_probnp_high | AL.nt_probnp_very_high | AL.nt_probnp_very_high_missing || IIIa | missing | why
        T | T | F | || T | | both
        T | T | T | || F | | IIIb
        T | T | | nt_probnp || | nt_probnp | it may be
        F | T | | nt_probnp || F | | one only
    """)  # noqa: E501 (a table)


@pytest.mark.criterion("AL.stage_IIIb")
def test_stage_iiib_has_both_high_and_nt_probnp_very_high(spec: Spec) -> None:
    spec("""
        AL.troponin_high | AL.nt_probnp_very_high | AL.nt_probnp_very_high_missing || IIIb | missing | why
        T | T | || T | | both
        F | T | || F | | one only
        T | F | || F | | IIIa or II
        T | | nt_probnp || | nt_probnp | it may be
    """)


@pytest.mark.criterion("AL.pd_serum")
def test_serum_m_protein_rises_by_half_of_its_lowest_to_above_half_a_gram(spec: Spec) -> None:
    spec("""
        serum_m_lowest_g_dl | serum_m_g_dl || PD | missing         | why
        --------------------+--------------++----+-----------------+----
        0.4                 | 0.6          || T  |                 | +50 %, above 0.5
        0.4                 | 0.59         || F  |                 | one step below half
        0.2                 | 0.5          || F  |                 | at 0.5
        0.2                 | 0.51         || T  |                 | one step above
        0                   | 0.51         || T  |                 | from none
        0                   | 0            || F  |                 | none
                            | 3            ||    | serum_m_protein | no figure before
                            | 0.4          || F  |                 | too low whatever was before
        0.4                 |              ||    | serum_m_protein | not measured
    """)


@pytest.mark.criterion("AL.pd_urine")
def test_urine_m_protein_rises_by_half_of_its_lowest_to_above_200(spec: Spec) -> None:
    spec("""
        urine_m_lowest_mg_24h | urine_m_mg_24h || PD | missing         | why
        ----------------------+----------------++----+-----------------+----
        150                   | 225            || T  |                 | +50 %, above 200
        150                   | 224            || F  |                 | one step below half
        100                   | 200            || F  |                 | at 200
        100                   | 201            || T  |                 | one step above
        0                     | 0              || F  |                 | none
                              | 300            ||    | urine_m_protein | no figure before
        150                   |                ||    | urine_m_protein | not measured
    """)


@pytest.mark.criterion("AL.pd_flc")
def test_the_involved_chain_rises_by_half_of_its_lowest_to_above_100(spec: Spec) -> None:
    spec(
        """
        involved_flc_lowest_mg_l | involved_flc_mg_l || PD | missing               | why
        -------------------------+-------------------++----+-----------------------+----
        80                       | 120               || T  |                       | +50 %, above 100
        80                       | 119.9             || F  |                       | one step below half
        50                       | 100               || F  |                       | at 100
        50                       | 100.1             || T  |                       | one step above
        0                        | 0                 || F  |                       | none
                                 | 300               ||    | flc_kappa, flc_lambda | no figure before
    """,
        involved_chain="kappa",
        kappa_mg_l="300",
        lambda_mg_l="10",
    )


@pytest.mark.criterion("AL.pd_from_cr")
def test_from_a_complete_response_anything_that_is_back_is_progression(spec: Spec) -> None:
    spec(
        """
        had_cr | serum_immunofixation_positive | urine_immunofixation_positive | serum_m_g_dl | urine_m_mg_24h | kappa_mg_l | involved_flc_mg_l || PD | missing | why
        T      | T | F | 0   | 0 | 10   | 10   || T |                      | by immunofixation
        T      | F | T | 0   | 0 | 10   | 10   || T |                      | in urine
        T      | F | F | 0.1 | 0 | 10   | 10   || T |                      | a figure
        T      | F | F | 0   | 1 | 10   | 10   || T |                      | a figure in urine
        T      | F | F | 0   | 0 | 20   | 20   || T |                      | ratio 2, doubled
        T      | F | F | 0   | 0 | 19.9 | 19.9 || F |                      | not doubled
        T      | F | F | 0   | 0 | 16.5 | 16.5 || F |                      | ratio 1.65, normal
        T      | F | F | 0   | 0 | 10   | 10   || F |                      | still complete
        F      | T | T | 1   | 0 | 90   | 90   || F |                      | never was
        T      |   | F | 0   | 0 | 10   | 10   ||   | serum_immunofixation | not done
               | T | F | 0   | 0 | 10   | 10   ||   | serum_immunofixation, urine_immunofixation | it may have been
        """,  # noqa: E501 (a table)
        involved_chain="kappa",
        involved_flc_lowest_mg_l="10",
        lambda_mg_l="10",
        is_beta="F",
    )


@pytest.mark.criterion("AL.progression")
def test_any_part_is_progression(spec: Spec) -> None:
    spec("""
        AL.pd_serum | AL.pd_urine | AL.pd_urine_missing | AL.pd_flc | AL.pd_from_cr || PD | missing         | why
        T           | F           |                     | F         | F             || T  |                 | serum
        F           | T           |                     | F         | F             || T  |                 | urine
        F           | F           |                     | T         | F             || T  |                 | light chain
        F           | F           |                     | F         | T             || T  |                 | from complete
        F           | F           |                     | F         | F             || F  |                 | none
        F           |             | urine_m_protein     | F         | F             ||    | urine_m_protein | not measured
        T           |             | urine_m_protein     | F         | F             || T  |                 | one is enough
    """)  # noqa: E501 (a table)
