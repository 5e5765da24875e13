"""Progression by marrow, imaging, circulating cells and calcium (section 5 of the criteria)."""

import pytest

from tests.tables import Spec

NO_PROTEIN = dict.fromkeys(["MEAS.serum", "MEAS.urine", "MEAS.flc"], "F")


@pytest.mark.criterion("PD.marrow", edition="jsh2023")
def test_plasma_cells_must_rise_by_a_quarter_to_10_percent(spec: Spec) -> None:
    spec(
        """
        marrow_nadir_percent | marrow_percent || PD | missing         | why
        ---------------------+----------------++----+-----------------+----
        8                    | 10             || T  |                 | both bounds met exactly
        4                    | 9.9            || F  |                 | one step below 10 %
        4                    | 9              || F  |                 | one whole percent below
        4                    | 10             || T  |                 | +150 %
        8.1                  | 10.1           || F  |                 | one step below +25 % (10.125)
        30                   | 37.5           || T  |                 | exactly +25 %, relative
        30                   | 37.4           || F  |                 | one step below
        0                    | 10             || T  |                 | from 0 any rise is enough
        0                    | 9.9            || F  |                 | one step below 10 %
        0                    | 0              || F  |                 | none is no rise
        40                   | 0              || F  |                 | a fall
                             | 40             ||    | baseline_marrow | no nadir
                             | 9.9            || F  |                 | below 10 %, whatever the nadir
        8                    |                ||    | marrow          | no marrow
    """,
        **NO_PROTEIN,
    )


@pytest.mark.criterion("PD.marrow", edition="imwg2016")
def test_plasma_cells_must_also_rise_by_10_points_in_2016(spec: Spec) -> None:
    spec(
        """
        marrow_nadir_percent | marrow_percent || PD | missing         | why
        ---------------------+----------------++----+-----------------+----
        8                    | 18             || T  |                 | exactly 10 points
        8                    | 17.9           || F  |                 | one step below 10 points
        8                    | 10             || F  |                 | +25 % to 10 % is not enough here
        40                   | 50             || T  |                 | exactly +25 % and 10 points
        41                   | 51             || F  |                 | 10 points but +24.4 %
        30                   | 39.9           || F  |                 | +33 %, one step below 10 points
        0.1                  | 10.1           || T  |                 | 10 points between decimals
        5.3                  | 15.3           || T  |                 | likewise
        0                    | 10             || T  |                 | from 0
        0                    | 9.9            || F  |                 | one step below
        0                    | 0              || F  |                 | none is no rise
                             | 40             ||    | baseline_marrow | no nadir
        8                    |                ||    | marrow          | no marrow
    """,
        **NO_PROTEIN,
    )


@pytest.mark.criterion("PD.marrow")
def test_marrow_progresses_only_without_measurable_protein_or_light_chains(spec: Spec) -> None:
    spec(
        """
        MEAS.serum | MEAS.urine | MEAS.flc || PD | why
        -----------+------------+----------++----+----
        F          | F          | F        || T  | none of the three
        T          | F          | F        || F  | serum
        F          | T          | F        || F  | urine
        F          | F          | T        || F  | light chains
        F          | F          |          ||    | light chains not decided
    """,
        marrow_nadir_percent="20",
        marrow_percent="60",
    )


@pytest.mark.criterion("PD.bone")
def test_a_bone_lesion_progresses_by_being_new_or_by_growing(spec: Spec) -> None:
    spec("""
        new_bone_lesion | bone_lesion_progression || PD | missing      | why
        ----------------+-------------------------++----+--------------+----
        T               | F                       || T  |              | a new one
        F               | T                       || T  |              | definite growth of one
        T               |                         || T  |              | new, whatever the others do
                        | T                       || T  |              | grown, new or not
        F               | F                       || F  |              | neither
        F               |                         ||    | bone_imaging | growth not told
                        | F                       ||    | bone_imaging | new ones not known
                        |                         ||    | bone_imaging | no imaging
    """)


@pytest.mark.criterion("PD.plasmacytoma")
def test_a_plasmacytoma_progresses_by_being_new_or_by_half_its_smallest_size(spec: Spec) -> None:
    spec("""
        new_plasmacytoma | plasmacytoma_nadir_mm2 | plasmacytoma_mm2 || PD | why
        -----------------+------------------------+------------------++----+----
        F                | 100                    | 150              || T  | exactly 1.5 times
        F                | 100                    | 149              || F  | one step below
        F                | 100                    | 149.9            || F  | a tenth below
        F                | 0.7                    | 1.05             || T  | 1.5 × 0.7 is 1.0499… in binary
        F                | 0                      | 1                || T  | a size above a nadir of 0 is a new one
        F                | 0                      | 0.1              || T  | however small
        F                | 0                      | 0                || F  | still none
        F                | 100                    | 0                || F  | gone
        T                | 100                    | 50               || T  | recorded as new, whatever the size
        T                |                        |                  || T  | recorded as new, without a size
                         | 100                    | 150              || T  | grown, new or not
                         | 100                    | 100              ||    | whether there is a new one is unknown
        F                |                        | 300              ||    | no earlier size: no PD by a size
        F                | 100                    |                  ||    | not measured
                         |                        |                  ||    | no imaging
    """)


@pytest.mark.criterion("PD.plasmacytoma")
def test_a_plasmacytoma_that_was_not_imaged_is_named(spec: Spec) -> None:
    spec("""
        new_plasmacytoma | plasmacytoma_nadir_mm2 | plasmacytoma_mm2 || PD | missing
        -----------------+------------------------+------------------++----+-------------
                         | 100                    | 100              ||    | plasmacytoma
        F                | 100                    |                  ||    | plasmacytoma
                         |                        |                  ||    | plasmacytoma
        F                | 100                    | 100              || F  |
    """)


@pytest.mark.criterion("PD.cells", edition="imwg2016")
def test_circulating_cells_must_rise_by_half_to_200(spec: Spec) -> None:
    spec(
        """
        circulating_cells_nadir_per_ul | circulating_cells_per_ul || PD | missing                  | why
        -------------------------------+--------------------------++----+--------------------------+----
        200                            | 300                      || T  |                          | exactly +50 %
        200                            | 299                      || F  |                          | one step below
        100                            | 200                      || T  |                          | exactly 200 per µL
        100                            | 199                      || F  |                          | one step below
        134                            | 200                      || F  |                          | +49 %
        133                            | 200                      || T  |                          | +50.4 %
        0                              | 200                      || T  |                          | from 0 any rise
        0                              | 199                      || F  |                          | one step below
        0                              | 0                        || F  |                          | none is no rise
        300                            | 0                        || F  |                          | a fall
                                       | 500                      ||    | circulating_plasma_cells | no nadir
                                       | 199                      || F  |                          | below 200 anyway
        200                            |                          ||    | circulating_plasma_cells | not counted
        100                            | >200                     || T  |                          | decided
        0                              | >150                     ||    | circulating_plasma_cells | may be either
        <10                            | 200                      || T  |                          | decided
    """,
        **NO_PROTEIN,
        **{"followed_by_marrow": "F"},
    )


@pytest.mark.criterion("PD.cells", edition="imwg2016")
def test_circulating_cells_progress_only_without_anything_else_measurable(spec: Spec) -> None:
    spec(
        """
        MEAS.serum | MEAS.urine | MEAS.flc | followed_by_marrow || PD | why
        -----------+------------+----------+--------------------++----+----
        F          | F          | F        | F                  || T  | none of the four
        T          | F          | F        | F                  || F  | serum
        F          | T          | F        | F                  || F  | urine
        F          | F          | T        | F                  || F  | light chains
        F          | F          | F        | T                  || F  | marrow
        F          | F          | F        |                    ||    | marrow not decided
    """,
        circulating_cells_nadir_per_ul="100",
        circulating_cells_per_ul="900",
    )


@pytest.mark.criterion("PD.calcium", edition="jsh2023")
def test_hypercalcaemia_must_appear_and_be_due_to_myeloma(spec: Spec) -> None:
    spec("""
        corrected_calcium_before_mg_dl | corrected_calcium_mg_dl | calcium_attributed || PD | missing | why
              | 11.5  | T || T |                              | exactly at the limit, none before
              | 11.4  | T || F |                              | one step below
              | 11.49 | T || F |                              | a hundredth below
              | 0     | T || F |                              | none
              | 11.499999999999998 | T || T |                 | 10.2 + (4 - 2.7), as binary adds it
        11.4  | 11.5  | T || T |                              | the one before was one step below
        11.49 | 11.5  | T || T |                              | a hundredth below
        11.5  | 12.0  | T || F |                              | it was there before
        11.5  | 12.0  |   || F |                              | whatever it was due to
        0     | 11.5  | T || T |                              | appears
        9.0   | 12.0  | F || F |                              | not due to myeloma
        9.0   | 12.0  |   ||   | calcium_attribution          | not recorded what it was due to
        9.0   |       | T ||   | calcium                      | not measured
        9.0   |       |   ||   | calcium, calcium_attribution | neither
        9.0   |       | F || F |                              | not due to myeloma, however much
        9.0   | >11.5 | T || T |                              | decided, however much
        9.0   | >11.0 | T ||   | calcium                      | may be either
        >11.0 | 12.0  | T ||   | calcium                      | whether it appears is not known
        <11.5 | 12.0  | T || T |                              | surely below before
    """)


@pytest.mark.criterion("PD.calcium", edition="jsh2023")
def test_without_albumin_the_calcium_is_the_least_that_the_corrected_one_can_be(spec: Spec) -> None:
    spec(
        """
        corrected_calcium_mg_dl | calcium_attributed || PD | missing                      | why
        >11.5                   | T                  || T  |                              | enough by itself
        >11.4                   | T                  ||    | albumin                      | or may be, corrected
        >0                      | T                  ||    | albumin                      | however little
        >11.4                   | F                  || F  |                              | not due to myeloma
        >11.4                   |                    ||    | albumin, calcium_attribution | neither recorded
    """,
        calcium_lacks_albumin="T",
    )
    spec(
        """
        corrected_calcium_before_mg_dl | corrected_calcium_mg_dl || PD | missing | why
        >9.0                           | 12.0                    ||    | albumin | it may have been there before
        >11.5                          | 12.0                    || F  |         | it was there before
    """,
        calcium_before_lacks_albumin="T",
        calcium_attributed="T",
    )
