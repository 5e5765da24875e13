"""Refractoriness and relapse, clause by clause (section 11 of the guideline)."""

import pytest

from rules.clauses.relapse import COUNTED, interval_group
from rules.criterion import load_edition
from rules.intake.drugs import classes
from tests.tables import Spec, answered_otherwise, columns_of


@pytest.mark.criterion("RR.refractory")
def test_refractory_is_who_progresses_on_a_drug_or_within_60_days_of_its_last_dose(spec: Spec) -> None:
    spec("""
        progression_days | last_dose_days | next_line_days | course_is_known || refractory | missing     | why
        -----------------+----------------+----------------+-----------------++------------+-------------+----
        160              | 100            |                | T               || T          |             | the sixtieth day
        161              | 100            |                | T               || F          |             | the day after
        159              | 100            |                | T               || T          |             | a day before
        50               | 100            |                | T               || T          |             | on the drug
        60               | 0              |                | T               || T          |             | one dose
        61               | 0              |                | T               || F          |             | one dose, a day late
                         | 100            |                | T               || F          |             | no progression
                         | 100            |                | F               ||            | progression | nobody knows
        160              | 100            |                | F               || T          |             | seen in another line
        161              | 100            |                | F               ||            | progression | an earlier one may be unseen
        60               |                |                | T               || T          |             | whenever it ended
        61               |                |                | T               ||            | last_dose   | it may have gone on
        61               |                |                | F               ||            | last_dose, progression | neither
        150              |                | 90             | T               ||            | last_dose   | until the next line at most
        151              |                | 90             | T               || F          |             | later than that
        60               |                | -5             | T               || T          |             | begun in the next line
        61               |                | -5             | T               || F          |             | begun in the next line
                         |                |                | T               || F          |             | still given, none so far
    """)  # noqa: E501 (a table)


@pytest.mark.criterion("RR.double")
def test_double_is_lenalidomide_and_bortezomib(spec: Spec) -> None:
    spec(
        """
        lenalidomide_count | bortezomib_count | bortezomib_count_max || double | missing   | why
        -------------------+------------------+----------------------++--------+-----------+----
        1                  | 1                | 1                    || T      |           | both
        1                  | 0                | 0                    || F      |           | one
        0                  | 1                | 1                    || F      |           | the other
        0                  | 0                | 1                    || F      |           | lenalidomide rules it out
        1                  | 0                | 1                    ||        | drugs     | bortezomib may have been
        1                  | 1                | 2                    || T      |           | enough as it is
        """,
        **{"counts_missing": "drugs"},
    )


@pytest.mark.criterion("RR.triple_class")
def test_triple_class_is_a_drug_of_each_class(spec: Spec) -> None:
    spec(
        """
        proteasome_inhibitor_count | immunomodulatory_drug_count | anti_cd38_count | anti_cd38_count_max || triple | missing   | why
        ---------------------------+-----------------------------+-----------------+---------------------++--------+-----------+----
        1                          | 1                           | 1               | 1                   || T      |           | one each
        2                          | 2                           | 0               | 0                   || F      |           | no anti-CD38
        1                          | 0                           | 1               | 1                   || F      |           | no immunomodulatory drug
        0                          | 1                           | 1               | 1                   || F      |           | no proteasome inhibitor
        1                          | 1                           | 0               | 1                   ||        | last_dose | it may be
        0                          | 1                           | 0               | 1                   || F      |           | another rules it out
        """,  # noqa: E501 (a table)
        **{"counts_missing": "last_dose"},
    )


@pytest.mark.criterion("RR.penta")
def test_penta_is_two_two_and_one(spec: Spec) -> None:
    spec(
        """
        proteasome_inhibitor_count | immunomodulatory_drug_count | anti_cd38_count | anti_cd38_count_max || penta | missing | why
        ---------------------------+-----------------------------+-----------------+---------------------++-------+---------+----
        2                          | 2                           | 1               | 1                   || T     |         | at the limit
        3                          | 3                           | 2               | 2                   || T     |         | more
        1                          | 2                           | 1               | 1                   || F     |         | one proteasome inhibitor
        2                          | 1                           | 1               | 1                   || F     |         | one immunomodulatory drug
        2                          | 2                           | 0               | 0                   || F     |         | no anti-CD38
        2                          | 2                           | 0               | 1                   ||       | drugs   | it may be
        """,  # noqa: E501 (a table)
        **{"counts_missing": "drugs"},
    )


def test_every_class_that_is_counted_has_a_drug() -> None:
    assert set(COUNTED) <= set(classes()) | set(classes().values())


@pytest.mark.criterion("RR.biochemical")
def test_biochemical_is_by_m_protein_or_light_chains_alone(spec: Spec) -> None:
    spec("""
        is_seen_at_visit | at_visit_PD.serum | at_visit_PD.urine | at_visit_PD.flc | at_visit_PD.marrow | at_visit_PD.bone | RR.clinical || biochemical | missing     | why
        -----------------+-------------------+-------------------+-----------------+--------------------+------------------+-------------++-------------+-------------+----
        T                | T                 | F                 | F               | F                  | F                | F           || T           |             | by serum
        T                |                   | T                 |                 |                    | F                | F           || T           |             | by urine
        T                | F                 | F                 | T               | F                  | F                | F           || T           |             | by light chains
        T                | T                 | F                 | F               | F                  |                  |             || T           |             | no sign was looked for
        T                | T                 | F                 | F               | F                  | T                | T           || F           |             | by a bone lesion too
        T                | T                 | F                 | F               | F                  | F                | T           || F           |             | clinical soon after
        T                | T                 | F                 | F               | T                  | F                | F           || F           |             | by the marrow too
        T                | F                 | F                 | F               | F                  | T                | T           || F           |             | by a bone lesion alone
        F                |                   |                   |                 |                    |                  |             ||             | progression | recorded by the clinic only
        F                |                   |                   |                 |                    |                  | T           || F           |             | a visit near it shows a sign
    """)  # noqa: E501 (a table)


@pytest.mark.criterion("RR.biochemical")
def test_a_sign_near_it_that_could_not_be_read_may_make_it_clinical(spec: Spec) -> None:
    spec(
        """
        at_visit_PD.serum | RR.clinical | PD.bone_lost | PD.bone_missing | PD.calcium_lost | PD.calcium_missing  || biochemical | missing             | why
        ------------------+-------------+--------------+-----------------+-----------------+---------------------++-------------+---------------------+----
        T                 |             | F            | bone_imaging    | F               | calcium_attribution || T           |                     | not looked for
        T                 |             | T            | bone_imaging    | F               | calcium_attribution ||             | bone_imaging        | a lesion that could not be read
        T                 |             | F            | bone_imaging    | T               | calcium_attribution ||             | calcium_attribution | an attribution
        T                 | T           | T            | bone_imaging    | F               |                     || F           |                     | clinical anyway
        F                 |             | T            | bone_imaging    | F               |                     || F           |                     | not by M-protein
        """,  # noqa: E501 (a table)
        is_seen_at_visit="T",
    )


@pytest.mark.criterion("RR.clinical")
def test_clinical_is_any_sign_and_not_only_where_all_were_looked_for(spec: Spec) -> None:
    spec("""
        PD.bone | PD.plasmacytoma | PD.calcium | RR.new_event | PD.bone_missing | PD.calcium_missing | RR.new_event_missing || clinical | missing      | why
        --------+-----------------+------------+--------------+-----------------+--------------------+----------------------++----------+--------------+----
        T       |                 |            |              |                 | calcium            | hemoglobin           || T        |              | bone
                | T               |            |              | bone_imaging    | calcium            | hemoglobin           || T        |              | plasmacytoma
        F       | F               | T          | F            |                 |                    |                      || T        |              | calcium
        F       | F               | F          | T            |                 |                    |                      || T        |              | a new event
        F       | F               | F          | F            |                 |                    |                      || F        |              | none
                | F               | F          | F            | bone_imaging    |                    |                      ||          | bone_imaging | bone not looked at
        F       | F               |            | F            |                 | calcium            |                      ||          | calcium      | not measured
        F       | F               | F          |              |                 |                    | hemoglobin           ||          | hemoglobin   | events not known
    """)  # noqa: E501 (a table)


@pytest.mark.criterion("RR.new_event")
def test_an_event_is_new_where_it_was_not_there_when_the_line_began(spec: Spec) -> None:
    spec("""
        MDE.calcium | before_MDE.calcium | MDE.anaemia | before_MDE.anaemia | MDE.renal | MDE.bone | MDE.anaemia_missing | before_MDE.anaemia_missing || new | missing    | why
        ------------+--------------------+-------------+--------------------+-----------+----------+---------------------+----------------------------++-----+------------+----
        T           | F                  |             |                    | F         | F        | hemoglobin          |                            || T   |            | calcium
        T           | T                  | T           | F                  | F         | F        |                     |                            || T   |            | anaemia, beside an older one
        T           | T                  | F           | F                  | F         | F        |                     |                            || F   |            | it was there before
        F           |                    | F           |                    | F         | F        |                     | hemoglobin                 || F   |            | nothing now
        F           | F                  | T           |                    | F         | F        |                     | hemoglobin                 ||     | hemoglobin | not known whether it is new
        F           | F                  |             | F                  | F         | F        | hemoglobin          |                            ||     | hemoglobin | not measured now
    """)  # noqa: E501 (a table)


@pytest.mark.criterion("RR.doubled")
def test_m_protein_doubles_in_serum_or_where_measurable_in_urine(spec: Spec) -> None:
    spec("""
        serum_m_before_g_dl | serum_m_g_dl | urine_m_before_mg_24h | urine_m_mg_24h | MEAS.urine || doubled | missing          | why
        --------------------+--------------+-----------------------+----------------+------------++---------+------------------+----
        1.0                 | 2.0          |                       |                | F          || T       |                  | exactly twice
        1.0                 | 1.9          |                       |                | F          || F       |                  | one step below
        0.1                 | 0.2          |                       |                | F          || T       |                  | small, yet twice
        0                   | 0.5          |                       |                | F          || T       |                  | any rise from none (C.zero)
        0                   | 0            |                       |                | F          || F       |                  | still none
        1.0                 | 1.9          | 200                   | 400            | T          || T       |                  | in urine
        1.0                 | 1.9          | 200                   | 399            | T          || F       |                  | in neither
        1.0                 | 1.9          | 200                   | 400            | F          || F       |                  | urine is not followed
                            | 2.0          |                       |                | F          ||         | m_protein_before | none within the days
        1.0                 |              |                       |                | F          ||         | serum_m_protein  | not measured
        1.0                 | 1.9          |                       | 400            | T          ||         | m_protein_before | urine would decide
        1.0                 | 1.9          | 200                   | 400            |            ||         | urine_m_protein  | whether urine is followed is open
        <0.2                | 0.4          |                       |                | F          || T       |                  | from 0.2 at most
        1.0                 | >1.9         |                       |                | F          ||         | serum_m_protein  | it may be twice
    """)  # noqa: E501 (a table)


@pytest.mark.criterion("RR.aggressive")
def test_one_sign_makes_a_relapse_aggressive(spec: Spec) -> None:
    spec("""
        RR.clinical | LDH.high | CA.high | RR.doubled | LDH.high_missing || aggressive | missing | why
        ------------+----------+---------+------------+------------------++------------+---------+----
        T           |          |         |            | ldh              || T          |         | clinical
        F           | T        | F       | F          |                  || T          |         | LDH
        F           |          | T       | F          | ldh              || T          |         | cytogenetics
        F           |          |         | T          | ldh              || T          |         | doubled
        F           | F        | F       | F          |                  || F          |         | none of them
        F           |          | F       | F          | ldh              ||            | ldh     | LDH would decide
    """)


@pytest.mark.criterion("RR.interval")
def test_the_group_is_given_if_every_possible_last_dose_leaves_one(spec: Spec) -> None:
    spec("""
        last_dose_on | last_known_dose_on | progression_date  || known| missing   | why
        -------------+--------------------+------------------++------+-----------+----
        2020-06-01   | 2020-06-01         | 2022-01-01       || T    |           | the last dose is known
                     | 2020-06-01         | 2021-02-28       || T    |           | at most just under nine months
                     | 2020-06-01         | 2021-03-01       ||      | last_dose | nine months, or less
    """)


@pytest.mark.criterion("RR.interval")
def test_the_interval_is_below_9_up_to_12_or_more_calendar_months() -> None:
    table = """
        last_dose_on | last_known_dose_on | progression_date || group | why
        2020-06-01   | 2020-06-01         | 2020-05-01       || <9    |
        2020-06-01   | 2020-06-01         | 2021-02-28       || <9    |
        2020-06-01   | 2020-06-01         | 2021-03-01       || 9-12  |
        2020-06-01   | 2020-06-01         | 2021-06-01       || 9-12  |
        2020-06-01   | 2020-06-01         | 2021-06-02       || >12   |
        2020-06-01   | 2020-07-01         | 2021-03-01       || 9-12  | the last dose, where it is known
                     | 2020-06-01         | 2021-02-28       || <9    | else the last day known to be on treatment
        2020-05-31   | 2020-05-31         | 2021-02-28       || 9-12  | a month that has no 31st ends on its last day
    """
    said = {"group": interval_group(load_edition()["RR.interval"])}
    assert answered_otherwise(table, said, columns_of("RR.interval")) == []


@pytest.mark.criterion("RR.transplant_again")
def test_a_second_transplant_is_for_the_young_with_a_long_response_and_standard_risk(spec: Spec) -> None:
    spec("""
        age_years | had_transplant | transplanted_on | progressed_after_transplant_on | CA.high | CA.high_missing || again | missing    | why
        ----------+----------------+-----------------+--------------------------------+---------+-----------------++-------+------------+----
        64        | T              | 2020-01-31      | 2021-07-31                     | F       |                 || T     |            | all limits met
        65        | T              | 2020-01-31      | 2021-07-31                     | F       |                 || F     |            | too old
        64        | T              | 2020-01-31      | 2021-07-30                     | F       |                 || F     |            | a day short
        64        | T              | 2020-01-31      | 2021-07-31                     | T       |                 || F     |            | high risk
        64        | F              |                 |                                | F       |                 || F     |            | none to repeat
                  | T              | 2020-01-31      | 2021-07-31                     | F       |                 ||       | birth_date | age not known
        64        |                |                 |                                | F       |                 ||       | phase      | it may have been one
        64        | T              | 2020-01-31      | 2021-07-31                     |         | del17p          ||       | del17p     | risk not known
        65        |                |                 |                                |         | del17p          || F     |            | too old whatever else
        0         | T              | 2020-01-31      | 2021-07-31                     | F       |                 || T     |            | no lower limit
    """)  # noqa: E501 (a table)
