"""Diagnosis of plasmacytomas, solitary or several, and how many there are (Table 1)."""

from __future__ import annotations

import polars as pl
import pytest

from rules.clauses.diagnosis import plasmacytoma_site, plasmacytomas
from tests.tables import Spec, answered_otherwise, columns_of


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
    assert answered_otherwise(table, said, columns_of("DX.multiple_plasmacytoma")) == []


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


def test_a_plasmacytoma_is_of_soft_tissue_or_of_bone_where_that_is_recorded() -> None:
    rows = pl.DataFrame(
        {
            "biopsy_proven_plasmacytoma": [True, True, True, False, None],
            "extramedullary_disease": [True, False, None, True, True],
        }
    )
    assert rows.select(site=plasmacytoma_site())["site"].to_list() == ["soft_tissue", "bone", None, None, None]
