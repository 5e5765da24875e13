"""Diagnosis of AL amyloidosis, POEMS and plasma cell leukaemia, clause by clause (Table 1)."""

from __future__ import annotations

import pytest

from tests.tables import Spec

NO_FIXATION = {"serum_immunofixation_positive": "F", "urine_immunofixation_positive": "F"}
NOT_ENLARGED = {"hepatosplenomegaly": "F", "lymphadenopathy": "F"}


@pytest.mark.criterion("DX.al")
def test_amyloidosis_is_what_was_recorded(spec: Spec) -> None:
    spec("""
        diagnosis | diagnosis_lost | al_amyloidosis || AL | missing                   | why
        ----------+----------------+----------------++----+---------------------------+----
        AL        | F              |                || T  |                           | recorded as the diagnosis
        MM        | F              | T              || T  |                           | recorded as a finding
        MM        |                | F              || F  |                           | every record was read
        MM        | F              | F              || F  |                           | looked for and not found
        AL        | F              | F              || T  |                           | the diagnosis is from tissue
        MM        | F              |                ||    | al_amyloidosis            | another diagnosis rules nothing out
                  | F              |                ||    | al_amyloidosis            | nothing recorded
                  | T              | F              ||    | diagnosis                 | what was recorded can't be read
                  | T              |                ||    | diagnosis, al_amyloidosis | nor did anybody look
                  | T              | T              || T  |                           | whatever was recorded
    """)


@pytest.mark.criterion("DX.poems")
def test_poems_needs_both_majors_another_and_a_minor(spec: Spec) -> None:
    spec(
        """
        polyneuropathy | clonal_plasma_cells_percent | castleman | sclerotic_bone_lesion | organomegaly || POEMS | missing | why
        T | 5 | T | F | T || T |                       | all four
        F | 5 | T | F | T || F |                       | no polyneuropathy
        T | 0 | T | F | T || F |                       | no clone
        T | 1 | T | F | T || T |                       | a clone, however small
        T | 5 | F | T | T || T |                       | sclerotic lesion in place of Castleman
        T | 5 | F | F | T || F |                       | no other major sign
        T | 5 | T | F | F || F |                       | no minor sign
          | 5 | T | F | T ||   | polyneuropathy        | not looked for
        T |   | T | F | T ||   | marrow                | no marrow
        T | 5 | T | F |   ||   | organomegaly          | not looked for
        T | 5 | F |   | T ||   | sclerotic_bone_lesion | not looked for
        F |   |   |   |   || F |                       | nothing else can make it POEMS
    """,
        **{
            **{"serum_m_g_dl": "0", "urine_m_mg_24h": "0", "vegf_pg_ml": "100", "vegf_ref_high_pg_ml": "115"},
            **{"volume_overload": "F", "endocrinopathy": "F", "diabetes_or_thyroid_only": "F", "skin_changes": "F"},
            **{"papilloedema": "F", "thrombocytosis_polycythaemia": "F", "biopsy_proven_plasmacytoma": "F"},
            **NO_FIXATION,
            **NOT_ENLARGED,
        },
    )


@pytest.mark.criterion("DX.poems")
def test_the_clone_of_poems_may_show_as_an_m_protein_and_vegf_has_its_own_limit(spec: Spec) -> None:
    spec(
        """
        serum_m_g_dl | urine_m_mg_24h | vegf_pg_ml | vegf_ref_high_pg_ml || POEMS | missing             | why
        -------------+----------------+------------+---------------------++-------+---------------------+----
        0.1          | 0              | 116        | 115                 || T     |                     | serum
        0            | 1              | 116        | 115                 || T     |                     | urine
        0            | 0              | 116        | 115                 || F     |                     | neither
                     | 0              | 116        | 115                 ||       | serum_m_protein     | serum would tell
        0.1          | 0              | 115        | 115                 || F     |                     | VEGF at its limit
        0.1          | 0              | 0          | 115                 || F     |                     | no VEGF
        0.1          | 0              | 900        |                     ||       | vegf_ref_high       | never guessed
        0.1          | 0              |            |                     ||       | vegf, vegf_ref_high | not measured
    """,
        **{"polyneuropathy": "T", "clonal_plasma_cells_percent": "0", "castleman": "F", "sclerotic_bone_lesion": "F"},
        **{"organomegaly": "T", "biopsy_proven_plasmacytoma": "F"},
        **NO_FIXATION,
    )


@pytest.mark.criterion("DX.poems")
def test_the_clone_of_poems_may_show_on_immunofixation_alone(spec: Spec) -> None:
    spec(
        """
        serum_immunofixation_positive | urine_immunofixation_positive || POEMS | missing              | why
        ------------------------------+-------------------------------++-------+----------------------+----
        T                             | F                             || T     |                      | a band too faint to measure
        F                             | T                             || T     |                      | in urine
        F                             | F                             || F     |                      | no clone anywhere
                                      | F                             ||       | serum_immunofixation | not done
        F                             |                               ||       | urine_immunofixation | not done
        T                             |                               || T     |                      | one is enough
    """,
        **{"polyneuropathy": "T", "clonal_plasma_cells_percent": "0", "castleman": "T", "organomegaly": "T"},
        **{"serum_m_g_dl": "0", "urine_m_mg_24h": "0", "biopsy_proven_plasmacytoma": "F"},
    )


@pytest.mark.criterion("DX.poems")
def test_spleen_liver_or_lymph_nodes_are_organomegaly(spec: Spec) -> None:
    enlarged = "organomegaly, hepatosplenomegaly, lymphadenopathy"
    spec(
        f"""
        organomegaly | hepatosplenomegaly | lymphadenopathy || POEMS | missing     | why
        -------------+--------------------+-----------------++-------+-------------+----
        T            |                    |                 || T     |             | as such
        F            | T                  | F               || T     |             | liver and spleen, whatever organomegaly says
                     |                    | T               || T     |             | lymph nodes
        F            | F                  | F               || F     |             | none is enlarged
                     |                    |                 ||       | {enlarged}  | not looked for
    """,
        **{"polyneuropathy": "T", "clonal_plasma_cells_percent": "5", "castleman": "T", "volume_overload": "F"},
        **{"endocrinopathy": "F", "skin_changes": "F", "papilloedema": "F", "thrombocytosis_polycythaemia": "F"},
    )


@pytest.mark.criterion("DX.poems")
def test_the_clone_of_poems_may_be_a_plasmacytoma(spec: Spec) -> None:
    spec(
        """
        biopsy_proven_plasmacytoma || POEMS | missing                    | why
        ---------------------------++-------+----------------------------+----
        T                          || T     |                            | its plasma cells are monoclonal
        F                          || F     |                            | no clone anywhere
                                   ||       | biopsy_proven_plasmacytoma | not looked for
    """,
        **{"polyneuropathy": "T", "clonal_plasma_cells_percent": "0", "castleman": "T", "organomegaly": "T"},
        **{"serum_m_g_dl": "0", "urine_m_mg_24h": "0"},
        **NO_FIXATION,
    )


@pytest.mark.criterion("DX.poems")
def test_every_minor_sign_of_poems_is_enough_but_not_diabetes_alone(spec: Spec) -> None:
    minors = "endocrinopathy, skin_changes, papilloedema, thrombocytosis_polycythaemia"
    spec(
        f"""
        volume_overload | endocrinopathy | diabetes_or_thyroid_only | skin_changes | papilloedema | thrombocytosis_polycythaemia || POEMS | missing | why
        T | F |   | F | F | F || T |                | volume overload
        F | T | F | F | F | F || T |                | endocrinopathy
        F | T | T | F | F | F || F |                | diabetes or thyroid disease alone
        F | T |   | F | F | F ||   | endocrinopathy | nobody recorded which
        F | F |   | T | F | F || T |                | skin
        F | F |   | F | T | F || T |                | papilloedema
        F | F |   | F | F | T || T |                | blood counts
        F | F |   | F | F | F || F |                | none
        F |   |   |   |   |   ||   | {minors}       | not looked for
    """,
        **{"polyneuropathy": "T", "clonal_plasma_cells_percent": "5", "castleman": "T", "organomegaly": "F"},
        **NOT_ENLARGED,
    )


@pytest.mark.criterion("DX.pcl")
def test_plasma_cells_circulate_above_2000_and_from_20_percent(spec: Spec) -> None:
    percent = "circulating_plasma_cells_percent"
    spec(f"""
        circulating_cells_per_ul | circulating_cells_percent | wbc_per_ul || PCL | missing | why
        2001  | 20   |       || T |                                     | one above; exactly a fifth
        2000  | 20   |       || F |                                     | at the limit
        2001  | 19.9 |       || F |                                     | a tenth below
        2001  | 19.9 | 2001  || F |                                     | the reported share counts
        2001  |      | 10005 || T |                                     | a fifth by the counts
        2001  |      | 10006 || F |                                     | less by the counts
        2001  |      |       ||   | {percent}, wbc                      | no share
        0     |      |       || F |                                     | none
              | 20   |       ||   | circulating_plasma_cells            | no count
              | 5    |       || F |                                     | no count can make it PCL
              |      | 10005 ||   | circulating_plasma_cells, {percent} | no cells
        >2000 | 20   |       || T |                                     | decided, however many
    """)
