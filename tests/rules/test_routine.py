"""What the reading for routine care relaxes, clause by clause (section 16 of the criteria)."""

import pytest

from tests.tables import Spec


@pytest.mark.criterion("ROUTINE.urine_known_free")
def test_urine_is_not_asked_for_again_where_that_of_the_baseline_was_free(spec: Spec) -> None:
    spec("""
        urine_m_baseline_mg_24h | urine_immunofixation_baseline_positive | urine_positive_in_line || R | missing | why
        0   | F | F || T |                          | none found, none asked for
        0   |   | F || T |                          | by electrophoresis alone
        0   | T | F || F |                          | immunofixation found some
        0.1 | F | F || F |                          | a tenth above none
        0.1 |   | F || F |                          | a tenth above none
            |   | F ||   | baseline_urine_m_protein | never collected
            | T | F || F |                          | immunofixation found some
        >0  |   | F || F |                          | some, how much is not known
        0   | F | T || F |                          | found since, in this line
    """)


@pytest.mark.criterion("ROUTINE.urine_known_free")
def test_urine_that_was_tested_at_the_visit_is_not_taken_as_free(spec: Spec) -> None:
    spec("""
        urine_m_baseline_mg_24h | urine_m_mg_24h | urine_immunofixation_positive | any_urine_m_protein_lost || R | why
        0 |     |   |   || T | nothing tested
        0 |     |   | F || T | nothing tested
        0 |     |   | T || F | a figure that can't be read
        0 | 0   |   |   || F | the figure says it itself
        0 | 250 |   |   || F | the figure says it itself
        0 |     | F |   || F | immunofixation says it itself
        0 |     | T |   || F | immunofixation says it itself
    """)


@pytest.mark.criterion("ROUTINE.cr_by_serum")
def test_immunofixation_of_serum_is_enough_where_urine_was_never_positive(spec: Spec) -> None:
    spec("""
        urine_tested_before | urine_positive_before | urine_m_mg_24h | any_urine_m_protein_lost || alone | missing | why
        T | F |     |   || T |                      | tested once, and negative
        T | F | 0   |   || T |                      | and none now
        F | F | 0   |   || T |                      | tested now for the first time
        F | F |     |   ||   | urine_immunofixation | never tested is not negative
        T | T |     |   || F |                      | it was positive
        F | T |     |   || F |                      | it may have been: not read
        T | F | 0.1 |   || F |                      | a tenth above none, now
        T | F | >0  |   || F |                      | some, now
        T | F |     | T || F |                      | a figure that can't be read
        T | F | 0   | T || F |                      | one of two that can't be read
    """)


@pytest.mark.criterion("ROUTINE.cr_by_serum")
def test_an_immunofixation_of_urine_that_was_done_decides_itself(spec: Spec) -> None:
    spec("""
        urine_tested_before | urine_immunofixation_positive || alone | why
        T                   |                               || T     | none at the visit
        T                   | F                             || F     | negative: nothing to relax
        T                   | T                             || F     | positive: no CR
    """)


@pytest.mark.criterion("ROUTINE.two_markers")
def test_two_of_three_markers_have_to_progress(spec: Spec) -> None:
    spec("""
        PD.serum | PD.urine | light_chains_rise || two | why
        ---------+----------+-------------------++-----+----
        T        | T        | F                 || T   | both fluids
        T        | F        | T                 || T   | serum and light chains
        F        | T        | T                 || T   | urine and light chains
        T        | T        |                   || T   | a third makes no difference
        T        | F        | F                 || F   | one alone
        F        | F        | T                 || F   | one alone
        T        |          | F                 ||     | urine was not tested
        F        |          |                   ||     | both may
        F        | F        |                   || F   | at most one may
        F        | F        | F                 || F   | none
    """)


@pytest.mark.criterion("ROUTINE.flc_for_urine")
def test_light_chains_stand_for_urine_in_light_chain_disease_only(spec: Spec) -> None:
    spec(
        """
        isotype | hope.flc | hope.flc_missing | MEAS.serum | urine_m_mg_24h | dflc_mg_l || stand | missing | why
        light_chain | T |                    | F |     | 80 || T |                    | measured in place of urine
        light_chain | T |                    | F |     | 0  || T |                    | none left
        IgG         | T |                    | F |     | 80 || F |                    | a whole immunoglobulin
                    | T |                    | F |     | 80 ||   | isotype            | not recorded
        light_chain | F |                    | F |     | 80 || F |                    | not measurable by light chains
        light_chain |   | baseline_flc_kappa | F |     | 80 ||   | baseline_flc_kappa | not known to be
        light_chain | T |                    | T |     | 80 || F |                    | followed by serum as well
        light_chain | T |                    |   |     | 80 || F |                    | perhaps followed by serum
        light_chain | T |                    | F | 0   | 80 || F |                    | urine was collected
        light_chain | T |                    | F | 250 | 80 || F |                    | urine was collected
        light_chain | T |                    | F |     |    ||   | flc_kappa          | a chain is missing
        """,
        lambda_mg_l="10",
        involved_chain="kappa",
    )
