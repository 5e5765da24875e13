"""Diagnosis, clause by clause (Table 1)."""

from __future__ import annotations

import polars as pl
import pytest

from rules.clauses.diagnosis import DIAGNOSES, OF_RECORDED, plasmacytoma_site, plasmacytomas
from tests.tables import Spec, columns_of, told_otherwise

NO_EVENT = {"MDE.calcium": "F", "MDE.renal": "F", "MDE.anaemia": "F", "MDE.bone": "F"}
NO_FIXATION = {"serum_immunofixation_positive": "F", "urine_immunofixation_positive": "F"}
NOT_ENLARGED = {"hepatosplenomegaly": "F", "lymphadenopathy": "F"}
NO_BIOMARKER = {"SLIM.marrow": "F", "SLIM.flc": "F", "SLIM.mri": "F"}


def test_every_recorded_diagnosis_is_one_of_the_table() -> None:
    assert sorted(name for names in OF_RECORDED.values() for name in names) == sorted(DIAGNOSES)


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


@pytest.mark.criterion("DX.multiple_plasmacytoma")
def test_several_plasmacytomas_have_little_m_protein_and_no_clonal_marrow(spec: Spec) -> None:
    spec(
        """
        biopsy_proven_plasmacytoma | lytic_lesions | serum_m_g_dl | urine_m_mg_24h | clonal_plasma_cells_percent || DX | missing | why
        T | 2 | 0.99 | 199 | 0 || T |                            | one step below what is measurable
        T | 2 | 0    | 0   | 0 || T |                            | none
        F | 2 | 0    | 0   | 0 || F |                            | nothing proven
        T | 1 | 0    | 0   | 0 || F |                            | one lesion
        T | 0 | 0    | 0   | 0 || F |                            | no lesion
        T | 2 | 1    | 0   | 0 || F |                            | measurable in serum
        T | 2 | 0    | 200 | 0 || F |                            | measurable in urine
        T | 2 | 0    | 0   | 1 || F |                            | clonal cells in marrow
          | 2 | 0    | 0   | 0 ||   | biopsy_proven_plasmacytoma | no biopsy
        T |   | 0    | 0   | 0 ||   | bone_imaging, mri          | no imaging
        T | 2 |      | 0   | 0 ||   | serum_m_protein            | no electrophoresis
        T | 2 | 0    |     | 0 ||   | urine_m_protein            | no urine
        T | 2 | 0    | 0   |   ||   | marrow                     | no marrow
    """,
        **{"MDE.calcium": "F", "MDE.renal": "F", "MDE.anaemia": "F"},
    )


# Where the proven plasmacytoma is, and what is another: what both kinds of plasmacytoma count.
NUMBER = """
    extramedullary_disease | new_plasmacytoma | lytic_lesions || DX | missing           | why
    -----------------------+------------------+---------------++----+-------------------+----
                           |                  | 1             || {one} |                | the lesion is the plasmacytoma
    F                      | F                | 1             || {one} |                | of bone
    T                      | F                | 0             || {one} |                | of soft tissue
    T                      | F                | 1             || {two} |                | soft tissue, and a lesion beside it
    T                      |                  | >1            || {two} |                | however many lesions beside it
                           | T                | 0             || {two} |                | imaging shows a new one
    F                      | T                | 1             || {two} |                | bone, and a new one
    T                      | T                |               || {two} |                | a new one, whatever the bones
    T                      |                  |               ||       | bone_imaging, mri | no imaging
"""


@pytest.mark.criterion("DX.multiple_plasmacytoma")
def test_a_lesion_beside_one_of_soft_tissue_and_a_new_one_make_several(spec: Spec) -> None:
    spec(
        NUMBER.format(one="F", two="T"),
        **{"biopsy_proven_plasmacytoma": "T", "clonal_plasma_cells_percent": "0", "serum_m_g_dl": "0"},
        **{"urine_m_mg_24h": "0", "MDE.calcium": "F", "MDE.renal": "F", "MDE.anaemia": "F"},
    )


@pytest.mark.criterion("DX.plasmacytoma")
def test_a_lesion_beside_one_of_soft_tissue_or_a_new_one_is_another(spec: Spec) -> None:
    spec(
        NUMBER.format(one="T", two="F"),
        **{"biopsy_proven_plasmacytoma": "T", "clonal_plasma_cells_percent": "0"},
        **{"MDE.calcium": "F", "MDE.renal": "F", "MDE.anaemia": "F"},
    )


def test_plasmacytomas_are_counted_from_those_found_to_those_that_may_be_there() -> None:
    table = """
        extramedullary_disease | extramedullary_disease_lost | new_plasmacytoma | new_plasmacytoma_lost | lytic_lesions || low | high | why
                               |                             |                  |                       | 0             || 1   | 1    | the proven one, wherever it is
        F                      | F                           | F                | F                     | 0             || 1   | 1    | of bone, not imaged well
        F                      | F                           | F                | F                     | 1             || 1   | 1    | it is the lesion
        F                      | F                           | F                | F                     | 3             || 3   | 3    | it is one of the lesions
        T                      | F                           | F                | F                     | 0             || 1   | 1    | of soft tissue
        T                      | F                           | F                | F                     | 3             || 4   | 4    | beside the lesions
        F                      | F                           | T                | F                     | 0             || 2   | 2    | and a new one
        F                      | F                           | T                | F                     | 3             || 4   | 4    | and a new one
        T                      | F                           | T                | F                     | 3             || 5   | 5    | beside the lesions, and a new one
                               | T                           |                  |                       | 1             || 1   | 2    | where it is can't be read
        F                      | T                           |                  |                       | 1             || 1   | 2    | nor from one of two rows
        T                      | T                           |                  |                       | 1             || 2   | 2    | one row is enough
                               |                             |                  | T                     | 1             || 1   | 2    | whether one is new can't be read
                               |                             | T                | T                     | 1             || 2   | 2    | one row is enough
                               | T                           |                  | T                     | 2             || 2   | 4    | neither
        F                      | F                           | F                | F                     |               || 1   | inf  | bones not imaged
        T                      | F                           | T                | F                     |               || 2   | inf  | nor here
    """
    number = plasmacytomas()
    said = {"low": number.low, "high": number.high}
    assert told_otherwise(table, said, columns_of("DX.multiple_plasmacytoma")) == []


@pytest.mark.criterion("DX.multiple_plasmacytoma")
def test_a_plasmacytoma_that_could_not_be_read_is_awaited_unless_another_row_has_it(spec: Spec) -> None:
    spec(
        """
        extramedullary_disease | extramedullary_disease_lost | new_plasmacytoma | new_plasmacytoma_lost | lytic_lesions || DX | missing | why
                               | T                           |                  |                       | 1             ||    | extramedullary_disease | may be beside the lesion
                               |                             |                  | T                     | 1             ||    | plasmacytoma | may be new
                               | T                           |                  | T                     | 1             ||    | extramedullary_disease, plasmacytoma | either
                               | T                           |                  | T                     | 2             || T  |         | two lesions anyway
        T                      | T                           |                  |                       | 0             || F  |         | the one outside of bone
        T                      | T                           |                  |                       |               ||    | bone_imaging, mri | where it is, is known
                               |                             | T                | T                     |               || T  |         | a new one is known
                               | T                           |                  |                       | 0             || F  |         | one wherever it is
        """,
        **{"biopsy_proven_plasmacytoma": "T", "clonal_plasma_cells_percent": "0", "serum_m_g_dl": "0"},
        **{"urine_m_mg_24h": "0", "MDE.calcium": "F", "MDE.renal": "F", "MDE.anaemia": "F"},
    )


@pytest.mark.criterion("DX.multiple_plasmacytoma")
def test_an_event_beside_bone_rules_several_plasmacytomas_out(spec: Spec) -> None:
    spec(
        """
        MDE.calcium | MDE.calcium_missing | MDE.renal | MDE.anaemia || DX | missing | why
        ------------+---------------------+-----------+-------------++----+---------+----
        F           |                     | F         | F           || T  |         | none
        T           |                     | F         | F           || F  |         | calcium
        F           |                     | T         | F           || F  |         | kidneys
        F           |                     | F         | T           || F  |         | anaemia
                    | calcium             | F         | F           ||    | calcium | not measured
    """,
        **{"biopsy_proven_plasmacytoma": "T", "focal_lesions": "2", "clonal_plasma_cells_percent": "0"},
        **{"serum_m_g_dl": "0", "urine_m_mg_24h": "0"},
    )


@pytest.mark.criterion("DX.myeloma")
def test_myeloma_is_a_clone_with_an_event(spec: Spec) -> None:
    spec(
        """
        clonal_plasma_cells_percent | biopsy_proven_plasmacytoma | MDE.anaemia | lytic_lesions | focal_lesions || DX | missing | why
        10  | F | T |   |   || T |                            | exactly 10 %
        9.9 | F | T | 2 |   || F |                            | a tenth below, nothing proven
        10  | F | F |   |   || F |                            | no event: smouldering
        9   | T | T | 2 | 0 || T |                            | proven, two lesions
        9   | T | T | 0 | 2 || T |                            | two lesions on MRI
        9   | T | T | 1 | 1 || F |                            | one lesion
        9   | T | T |   | 1 || F |                            | one lesion on the only imaging
        0   | T | T | 2 |   || T |                            | no cells in marrow
        9   | T | T |   |   ||   | bone_imaging, mri          | no imaging
        9   | T | T | >0 |  ||   | bone_imaging               | lesions, not counted
        9   |   | T | 2 |   ||   | biopsy_proven_plasmacytoma | no biopsy
        9   |   | T | 1 |   || F |                            | neither way
            | T | T | 2 |   || T |                            | whatever the marrow shows
            | F | T |   |   ||   | marrow                     | no marrow
            |   | T | 2 |   ||   | marrow, biopsy_proven_plasmacytoma | neither
            |   | F |   |   || F |                            | no event
    """,
        **{"MDE.calcium": "F", "MDE.renal": "F", "MDE.bone": "F"},
        **NO_BIOMARKER,
    )


@pytest.mark.criterion("DX.myeloma")
def test_one_event_or_biomarker_is_enough_and_none_needs_all_seven(spec: Spec) -> None:
    spec(
        """
        MDE.calcium | MDE.renal | MDE.anaemia | MDE.bone | SLIM.marrow | SLIM.flc | SLIM.mri | SLIM.mri_missing || DX | missing | why
        F | F | F | F | F | F | F |     || F |     | none
        T | F | F | F | F | F |   | mri || T |     | calcium
        F | T | F | F | F | F | F |     || T |     | kidneys
        F | F | F | T | F | F | F |     || T |     | bone
        F | F | F | F | T | F | F |     || T |     | marrow
        F | F | F | F | F | T | F |     || T |     | light chains
        F | F | F | F | F | F | T |     || T |     | MRI
        F | F | F | F | F | F |   | mri ||   | mri | MRI would decide
    """,
        clonal_plasma_cells_percent="10",
    )


SOLITARY = """
    biopsy_proven_plasmacytoma | lytic_lesions | focal_lesions | MDE.calcium | MDE.renal | MDE.anaemia || DX | missing | why
    T |   | 0 | F | F | F || T |                            | of soft tissue
    T | 1 | 0 | F | F | F || T |                            | the lesion itself
    T | 2 | 0 | F | F | F || F |                            | another lesion
    T | 1 | 2 | F | F | F || F |                            | another on MRI
    F | 1 | 0 | F | F | F || F |                            | nothing proven
      | 1 | 0 | F | F | F ||   | biopsy_proven_plasmacytoma | no biopsy
    T |   |   | F | F | F ||   | bone_imaging, mri          | no imaging
    T | 1 | 0 | T | F | F || F |                            | calcium
    T | 1 | 0 | F | T | F || F |                            | kidneys
    T | 1 | 0 | F | F | T || F |                            | anaemia
"""


@pytest.mark.criterion("DX.plasmacytoma")
def test_a_plasmacytoma_is_solitary(spec: Spec) -> None:
    spec(SOLITARY, clonal_plasma_cells_percent="0")


@pytest.mark.criterion("DX.plasmacytoma_minimal_marrow")
def test_a_plasmacytoma_with_few_cells_in_marrow_is_solitary(spec: Spec) -> None:
    spec(SOLITARY, clonal_plasma_cells_percent="9")


@pytest.mark.criterion("DX.plasmacytoma")
def test_the_marrow_beside_a_solitary_plasmacytoma_has_no_clone(spec: Spec) -> None:
    spec(
        """
        clonal_plasma_cells_percent || DX | missing | why
        ----------------------------++----+---------+----
        0                           || T  |         | none
        0.1                         || F  |         | one step above
        >0                          || F  |         | clonal, without a figure
                                    ||    | marrow  | not done
    """,
        **{"biopsy_proven_plasmacytoma": "T", "lytic_lesions": "1"},
        **{"MDE.calcium": "F", "MDE.renal": "F", "MDE.anaemia": "F"},
    )


@pytest.mark.criterion("DX.plasmacytoma_minimal_marrow")
def test_few_cells_in_marrow_are_below_10_percent(spec: Spec) -> None:
    spec(
        """
        clonal_plasma_cells_percent || DX | missing | why
        ----------------------------++----+---------+----
        10                          || F  |         | exactly
        9.9                         || T  |         | one step below
        0                           || T  |         | none: solitary plasmacytoma comes first
                                    ||    | marrow  | not done
    """,
        **{"biopsy_proven_plasmacytoma": "T", "lytic_lesions": "1"},
        **{"MDE.calcium": "F", "MDE.renal": "F", "MDE.anaemia": "F"},
    )


@pytest.mark.criterion("DX.smouldering")
def test_smouldering_myeloma_has_much_of_one_of_three(spec: Spec) -> None:
    spec(
        """
        isotype     | serum_m_g_dl | urine_m_mg_24h | clonal_plasma_cells_percent || DX | missing         | why
        ------------+--------------+----------------+-----------------------------++----+-----------------+----
        IgG         | 3            | 0              | 0                           || T  |                 | serum exactly
        IgG         | 2.99         | 0              | 0                           || F  |                 | a hundredth below
        IgA         | 3            | 0              | 0                           || T  |                 | IgA too
        IgM         | 3            | 0              | 0                           || F  |                 | not IgM
                    | 3            | 0              | 0                           ||    | isotype         | which?
        IgG         | 0            | 500            | 0                           || T  |                 | urine exactly
        light_chain | 0            | 499            | 0                           || F  |                 | one step below
        light_chain | 0            | 0              | 10                          || T  |                 | marrow exactly
        light_chain | 0            | 0              | 9.9                         || F  |                 | a tenth below
        light_chain | 0            | 0              | 59.9                        || T  |                 | a tenth below 60 %
        light_chain | 0            | 0              | 60                          || F  |                 | no longer smouldering
        IgG         |              | 0              | 9                           ||    | serum_m_protein | serum would decide
        IgG         | 2            |                | 9                           ||    | urine_m_protein | urine would decide
        IgG         | 2            | 0              |                             ||    | marrow          | marrow would decide
        IgG         | 3            |                |                             || T  |                 | one is enough
    """,
        **NO_EVENT,
        **NO_BIOMARKER,
        **{"DX.al": "F"},
    )


@pytest.mark.criterion("DX.smouldering")
def test_an_event_a_biomarker_or_amyloidosis_ends_smouldering(spec: Spec) -> None:
    spec(
        """
        MDE.bone | SLIM.flc | DX.al | DX.al_missing  || DX | missing        | why
        ---------+----------+-------+----------------++----+----------------+----
        F        | F        | F     |                || T  |                | none
        T        | F        | F     |                || F  |                | an event
        F        | T        | F     |                || F  |                | a biomarker
        F        | F        | T     |                || F  |                | amyloidosis
        F        | F        |       | al_amyloidosis ||    | al_amyloidosis | nobody looked
    """,
        **{"MDE.calcium": "F", "MDE.renal": "F", "MDE.anaemia": "F", "SLIM.marrow": "F", "SLIM.mri": "F"},
        clonal_plasma_cells_percent="30",
    )


@pytest.mark.criterion("DX.mgus_light_chain")
def test_light_chain_mgus_has_an_abnormal_ratio_with_that_chain_raised(spec: Spec) -> None:
    spec(
        """
        light_chain | kappa_mg_l | kappa_ref_high_mg_l | lambda_mg_l | lambda_ref_high_mg_l || DX | missing | why
               | 33    |      | 19.9 |      || T |                       | κ/λ 1.658, κ above 19.4
               | 33    |      | 20   |      || F |                       | κ/λ 1.65 is normal
               | 19.5  |      | 5    |      || T |                       | κ a tenth above its limit
               | 19.4  |      | 5    |      || F |                       | κ at its limit
               | 19.5  | 20   | 5    |      || F |                       | the laboratory's own limit counts
               | 19    | 18.9 | 5    |      || T |                       | the laboratory's own limit counts
               | 6.8   |      | 26.4 |      || T |                       | κ/λ 0.2576, λ above 26.3
               | 13    |      | 50   |      || F |                       | κ/λ 0.26 is normal
               | 5     |      | 26.3 |      || F |                       | λ at its limit
               | 5     |      | 26.4 | 30   || F |                       | the laboratory's own limit counts
        lambda | 33    |      | 5    |      || F |                       | the chain recorded is the other
        kappa  | 5     |      | 33   |      || F |                       | the chain recorded is the other
               | 0     |      | 0    |      || F |                       | neither is raised
               |       |      | 5    |      ||   | flc_kappa             | κ would decide
               |       |      |      |      ||   | flc_kappa, flc_lambda | not measured
    """,
        **NO_EVENT,
        **{"amyloid_organ_damage": "F", "isotype": "light_chain", "clonal_plasma_cells_percent": "5"},
        urine_m_mg_24h="100",
    )


@pytest.mark.criterion("DX.mgus_light_chain")
def test_a_limit_or_chain_that_could_not_be_read_is_no_default(spec: Spec) -> None:
    spec(
        """
        kappa_limit_lost | light_chain_lost | kappa_mg_l | lambda_mg_l || DX | missing     | why
        F                | F                | 33         | 5           || T  |             | above 19.4
        T                | F                | 33         | 5           ||    | flc_kappa   | the limit may be any
        T                | F                | 33         | 33          || F  |             | the ratio is normal
        F                | T                | 33         | 5           ||    | light_chain | it may be the other
    """,
        **NO_EVENT,
        **{"amyloid_organ_damage": "F", "isotype": "light_chain", "clonal_plasma_cells_percent": "5"},
        urine_m_mg_24h="100",
    )


@pytest.mark.criterion("DX.mgus_light_chain")
def test_light_chain_mgus_has_no_heavy_chain_damage_or_large_clone(spec: Spec) -> None:
    neither = "isotype, heavy_chain_on_immunofixation"
    spec(
        f"""
        heavy_chain_on_immunofixation | isotype | clonal_plasma_cells_percent | urine_m_mg_24h | MDE.renal | amyloid_organ_damage || DX | missing | why
        F |               | 9.9 | 499 | F | F || T |                      | one step below each limit
        T | light_chain   | 9.9 | 499 | F | F || F |                      | immunofixation before isotype
        F | IgG           | 9.9 | 499 | F | F || T |                      | immunofixation before isotype
          | IgG           | 9.9 | 499 | F | F || F |                      | a heavy chain
          | non_secretory | 9.9 | 499 | F | F || T |                      | no heavy chain
          |               | 9.9 | 499 | F | F ||   | {neither}            | nothing recorded
        F |               | 10  | 499 | F | F || F |                      | plasma cells at the limit
        F |               | 0   | 0   | F | F || T |                      | none at all
        F |               |     | 499 | F | F ||   | marrow               | no marrow
        F |               | 9   | 500 | F | F || F |                      | urine at the limit
        F |               | 9   |     | F | F ||   | urine_m_protein      | no urine
        F |               | 9   | 499 | T | F || F |                      | kidneys
        F |               | 9   | 499 | F | T || F |                      | amyloid
        F |               | 9   | 499 | F |   ||   | amyloid_organ_damage | nobody looked
    """,
        **{"MDE.calcium": "F", "MDE.anaemia": "F", "MDE.bone": "F", "kappa_mg_l": "100", "lambda_mg_l": "10"},
    )


@pytest.mark.criterion("DX.mgus_igm")
def test_igm_mgus_has_little_igm_and_few_cells(spec: Spec) -> None:
    spec(
        """
        isotype | serum_m_g_dl | clonal_plasma_cells_percent || DX | missing         | why
        --------+--------------+-----------------------------++----+-----------------+----
        IgM     | 2.99         | 9.9                         || T  |                 | one step below each limit
        IgM     | 3            | 9.9                         || F  |                 | at the limit
        IgM     | 2.99         | 10                          || F  |                 | at the limit
        IgM     | 0            | 0                           || T  |                 | none at all
        IgG     | 2            | 5                           || F  |                 | not IgM
                | 2            | 5                           ||    | isotype         | which?
        IgM     |              | 5                           ||    | serum_m_protein | not measured
        IgM     | 2            |                             ||    | marrow          | not done
    """,
        **NO_EVENT,
        **{"constitutional_symptoms": "F", "hyperviscosity": "F", "lymphadenopathy": "F"},
        **{"hepatosplenomegaly": "F", "amyloid_organ_damage": "F"},
    )


@pytest.mark.criterion("DX.mgus_igm")
def test_igm_mgus_does_nothing(spec: Spec) -> None:
    spec(
        """
        MDE.anaemia | constitutional_symptoms | hyperviscosity | lymphadenopathy | hepatosplenomegaly | amyloid_organ_damage || DX | missing | why
        F | F | F | F | F | F || T |                 | nothing
        T | F | F | F | F | F || F |                 | anaemia
        F | T | F | F | F | F || F |                 | symptoms
        F | F | T | F | F | F || F |                 | viscosity
        F | F | F | T | F | F || F |                 | nodes
        F | F | F | F | T | F || F |                 | liver or spleen
        F | F | F | F | F | T || F |                 | amyloid
        F | F | F |   | F | F ||   | lymphadenopathy | nobody looked
    """,
        **{"MDE.calcium": "F", "MDE.renal": "F", "MDE.bone": "F", "isotype": "IgM", "serum_m_g_dl": "2"},
        clonal_plasma_cells_percent="5",
    )


@pytest.mark.criterion("DX.mgus")
def test_mgus_has_little_of_everything_and_does_nothing(spec: Spec) -> None:
    spec(
        """
        isotype | serum_m_g_dl | clonal_plasma_cells_percent | MDE.calcium | MDE.calcium_missing | amyloid_organ_damage || DX | missing | why
        IgG           | 2.99 | 9.9 | F |         | F || T |                      | one step below each limit
        IgG           | 3    | 9.9 | F |         | F || F |                      | at the limit
        IgG           | 2.99 | 10  | F |         | F || F |                      | at the limit
        IgD           | 0    | 0   | F |         | F || T |                      | none at all
        IgM           | 2    | 5   | F |         | F || F |                      | IgM has its own clause
        light_chain   | 0    | 5   | F |         | F || F |                      | so has the light chain
        non_secretory | 0    | 5   | F |         | F || F |                      | no M-protein
                      | 2    | 5   | F |         | F ||   | isotype              | which?
        IgG           |      | 5   | F |         | F ||   | serum_m_protein      | not measured
        IgG           | 2    |     | F |         | F ||   | marrow               | not done
        IgG           | 2    | 5   | T |         | F || F |                      | an event
        IgG           | 2    | 5   |   | calcium | F ||   | calcium              | not measured
        IgG           | 2    | 5   | F |         | T || F |                      | amyloid
        IgG           | 2    | 5   | F |         |   ||   | amyloid_organ_damage | nobody looked
        IgG           | >2   | 5   | F |         | F ||   | serum_m_protein      | may be either
    """,
        **{"MDE.renal": "F", "MDE.anaemia": "F", "MDE.bone": "F"},
    )


def test_a_plasmacytoma_is_of_soft_tissue_or_of_bone_where_that_is_recorded() -> None:
    rows = pl.DataFrame(
        {
            "biopsy_proven_plasmacytoma": [True, True, True, False, None],
            "extramedullary_disease": [True, False, None, True, True],
        }
    )
    assert rows.select(site=plasmacytoma_site())["site"].to_list() == ["soft_tissue", "bone", None, None, None]
