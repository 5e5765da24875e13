"""Who may have anti-BCMA CAR-T, clause by clause (section 11 of the guideline)."""

import pytest

from tests.tables import Spec


@pytest.mark.criterion("RR.car_t_lines")
def test_three_lines_are_enough(spec: Spec) -> None:
    spec("""
        lines_count | lines_count_max || enough | missing   | why
        ------------+-----------------++--------+-----------+----
        3           | 3               || T      |           | at the limit
        2           | 2               || F      |           | one below
        4           | 4               || T      |           | more
        0           | 0               || F      |           | none
        2           | 3               ||        | treatment | one that could not be read may have been another
        1           | 2               || F      |           | another would not be enough
        3           | 4               || T      |           | another makes no odds
    """)


@pytest.mark.criterion("RR.car_t_classes")
def test_all_three_classes_were_given(spec: Spec) -> None:
    spec("""
        had_proteasome_inhibitor | had_immunomodulatory_drug | had_anti_cd38 || all | missing | why
        -------------------------+---------------------------+---------------++-----+---------+----
        T                        | T                         | T             || T   |         | all
        F                        | T                         | T             || F   |         | no proteasome inhibitor
        T                        | F                         | T             || F   |         | no immunomodulatory drug
        T                        | T                         | F             || F   |         | no anti-CD38
        T                        | T                         |               ||     | drugs   | an unnamed drug may have been one
        F                        | T                         |               || F   |         | another is missing for sure
    """)  # noqa: E501 (a table)


@pytest.mark.criterion("RR.car_t_progression")
def test_the_last_line_progressed(spec: Spec) -> None:
    spec("""
        has_progressed || progressed | missing     | why
        ---------------++------------+-------------+----
        T              || T          |             | on it, or after it
        F              || F          |             | not by the visit
                       ||            | progression | nothing tells
    """)


@pytest.mark.criterion("RR.car_t_cns")
def test_the_central_nervous_system_was_looked_at_and_is_free(spec: Spec) -> None:
    spec("""
        cns_involvement || free | missing         | why
        ----------------++------+-----------------+----
        F               || T    |                 | looked for, not found
        T               || F    |                 | found
                        ||      | cns_involvement | not recorded
    """)


@pytest.mark.criterion("RR.car_t_earlier")
def test_there_was_no_allograft_or_car_t_before(spec: Spec) -> None:
    spec("""
        had_allograft_or_car_t | names_are_known || neither | missing     | why
        -----------------------+-----------------++---------+-------------+----
        F                      | T               || T       |             | neither
        T                      | T               || F       |             | one of them
                               | T               ||         | phase       | a treatment without phase may have been
        F                      | F               ||         | drugs       | a name that is not known may be one
                               | F               ||         | drugs,phase | either may have been
        T                      | F               || F       |             | one of them, whatever the name stands for
    """)


@pytest.mark.criterion("RR.car_t_disease")
def test_plasma_cell_leukaemia_al_and_poems_are_excluded(spec: Spec) -> None:
    spec("""
        recorded | derived    | is_found_by_the_visit || allowed | missing   | why
        ---------+------------+-----------------------++---------+-----------+----
        MM       | DX.myeloma | F                     || T       |           | myeloma
        MM       |            | F                     || T       |           | myeloma as recorded
                 | DX.myeloma | F                     || T       |           | myeloma as derived
        PCL      | DX.myeloma | F                     || F       |           | plasma cell leukaemia
        AL       |            | F                     || F       |           | amyloidosis
        POEMS    |            | F                     || F       |           | POEMS
        MM       | DX.pcl     | F                     || F       |           | plasma cell leukaemia as derived
                 | DX.poems   | F                     || F       |           | POEMS as derived
        MM       | DX.myeloma | T                     || F       |           | one of them since the diagnosis
                 |            | T                     || F       |           | one of them, whatever it was at diagnosis
                 |            | F                     ||         | diagnosis | neither
    """)


@pytest.mark.criterion("RR.car_t_disease")
def test_a_sign_that_could_not_be_read_may_be_of_one_of_them(spec: Spec) -> None:
    spec(
        """
        is_found_by_the_visit | circulating_plasma_cells_lost | al_amyloidosis_lost | polyneuropathy_lost || allowed | missing                  | why
        ----------------------+-------------------------------+---------------------+---------------------++---------+--------------------------+----
        F                     | F                             | F                   | F                   || T       |                          | all were read
        F                     |                               |                     |                     || T       |                          | nobody looked: none
        F                     | T                             | F                   | F                   ||         | circulating_plasma_cells | leukaemia may be
        F                     | F                             | T                   | F                   ||         | al_amyloidosis           | amyloidosis may be
        F                     | F                             | F                   | T                   ||         | polyneuropathy           | POEMS may be
        T                     | T                             | T                   | T                   || F       |                          | found all the same
        """,  # noqa: E501 (a table)
        recorded="MM",
    )


@pytest.mark.criterion("RR.car_t")
def test_every_part_is_needed(spec: Spec) -> None:
    spec("""
        RR.car_t_lines | RR.car_t_classes | RR.car_t_progression | RR.car_t_cns | RR.car_t_earlier | RR.car_t_disease | RR.car_t_cns_missing || eligible | missing         | why
        ---------------+------------------+----------------------+--------------+------------------+------------------+----------------------++----------+-----------------+----
        T              | T                | T                    | T            | T                | T                |                      || T        |                 | all hold
        F              | T                | T                    | T            | T                | T                |                      || F        |                 | lines
        T              | F                | T                    | T            | T                | T                |                      || F        |                 | classes
        T              | T                | F                    | T            | T                | T                |                      || F        |                 | progression
        T              | T                | T                    | F            | T                | T                |                      || F        |                 | nervous system
        T              | T                | T                    | T            | F                | T                |                      || F        |                 | earlier
        T              | T                | T                    | T            | T                | F                |                      || F        |                 | disease
        T              | T                | T                    |              | T                | T                | cns_involvement      ||          | cns_involvement | nobody looked
        F              | T                | T                    |              | T                | T                | cns_involvement      || F        |                 | lines decide
    """)  # noqa: E501 (a table)
