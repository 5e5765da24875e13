"""Diagnosis of myeloma, smouldering myeloma and MGUS, clause by clause (Table 1)."""

from __future__ import annotations

import pytest

from rules.clauses.diagnosis import DIAGNOSES, OF_RECORDED
from tests.tables import Spec

NO_EVENT = {"MDE.calcium": "F", "MDE.renal": "F", "MDE.anaemia": "F", "MDE.bone": "F"}
NO_BIOMARKER = {"SLIM.marrow": "F", "SLIM.flc": "F", "SLIM.mri": "F"}


def test_every_recorded_diagnosis_is_one_of_the_table() -> None:
    assert sorted(name for names in OF_RECORDED.values() for name in names) == sorted(DIAGNOSES)


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
