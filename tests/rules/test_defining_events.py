"""Events and biomarkers that define myeloma, clause by clause (Table 1)."""

import polars as pl
import pytest

from rules.clauses.defining_events import clearance_of_creatinine, estimated_clearance, unattributed
from rules.criterion import load_edition
from tests.tables import Spec


@pytest.mark.criterion("MDE.calcium")
def test_calcium_is_high_above_11_or_by_more_than_1_above_its_limit(spec: Spec) -> None:
    spec("""
        calcium_ref_high_mg_dl | calcium_mg_dl || MDE | missing                   | why
        -----------------------+---------------++-----+---------------------------+----
        10.5                   | 11            || F   |                           | at the limit; 0.5 above its own
        10.5                   | 11.1          || T   |                           | a tenth above 11
                               | 11.1          || T   |                           | above 11 whatever its own limit
        9.6                    | 10.7          || T   |                           | 1.1 above its own limit
        9.6                    | 10.6          || F   |                           | 1 above: 10.6 - 9.6 is 0.99… or 1.00… in binary
        9.6                    | 9             || F   |                           | normal
        10.5                   | 0             || F   |                           | none at all
                               | 11            ||     | calcium_ref_high          | no limit reported: never guessed
                               |               ||     | calcium, calcium_ref_high | not measured
        10.5                   |               ||     | calcium                   | not measured
        10.5                   | >11           || T   |                           | decided, however much
        10.5                   | >10           ||     | calcium                   | may be either
        10.5                   | <10           || F   |                           | decided, however little
    """)


@pytest.mark.criterion("MDE.calcium")
def test_calcium_that_is_not_due_to_myeloma_is_no_event(spec: Spec) -> None:
    spec("""
        calcium_mg_dl | calcium_attributed | calcium_attribution_lost || MDE | missing             | why
        --------------+--------------------+--------------------------++-----+---------------------+----
        12            | T                  | F                        || T   |                     | due to it
        12            |                    | F                        || T   |                     | nobody recorded it: counts
        12            | F                  | F                        || F   |                     | of the parathyroids, say
                      | F                  | F                        || F   |                     | whatever it was
        12            |                    | T                        ||     | calcium_attribution | what was recorded can't be read
    """)


@pytest.mark.criterion("MDE.anaemia")
def test_anaemia_that_is_not_due_to_myeloma_is_no_event(spec: Spec) -> None:
    spec("""
        hemoglobin_g_dl | hemoglobin_attributed || MDE | missing | why
        ----------------+-----------------------++-----+---------+----
        9.4             | T                     || T   |         | due to it
        9.4             |                       || T   |         | nobody recorded it: counts
        9.4             | F                     || F   |         | for want of iron, say
    """)


@pytest.mark.criterion("MDE.renal")
def test_kidneys_that_do_not_fail_of_myeloma_are_no_event(spec: Spec) -> None:
    # 70 kg, 70 years: 70 x 70 / 72 = 68.1 at a creatinine of 1, 28.4 at 2.4
    spec(
        """
        creatinine_mg_dl | creatinine_attributed | creatinine_clearance_ml_min | creatinine_clearance_attributed || MDE | missing | why
        2.4 |   |    |   || T |            | nobody recorded it: counts
        2.4 | F |    |   || F |            | neither it nor the clearance that it makes
        2.4 | F | 30 | F || F |            | both told
        1.0 |   | 30 | F || F |            | the clearance is not due to it
        1.0 |   | 30 | T || T |            | and here it is
        2.4 | F | 30 | T || T |            | each by itself
        2.4 | F | 30 |   || T |            | each by itself
        2.4 | T | 30 | F || T |            | each by itself
            |   | 30 | F ||   | creatinine | creatinine would tell
            | F | 30 | F || F |            | whatever it was
    """,
        age_years="70",
        weight_kg="70",
        sex="M",
    )


@pytest.mark.criterion("MDE.renal")
def test_kidneys_fail_by_a_recorded_clearance_or_by_creatinine(spec: Spec) -> None:
    spec(
        """
        creatinine_clearance_ml_min | creatinine_mg_dl || MDE | missing                          | why
        ----------------------------+------------------++-----+----------------------------------+----
        40                          | 2.0              || F   |                                  | both at their limits
        39.9                        | 2.0              || T   |                                  | clearance a tenth below
        40                          | 2.1              || T   |                                  | creatinine a tenth above
        39.9                        |                  || T   |                                  | clearance alone
        40                          |                  ||     | creatinine                       | creatinine would decide
                                    | 2.1              || T   |                                  | creatinine alone
                                    | 2.0              || F   |                                  | 70 kg by 2.0: 43.75 mL/min
                                    |                  ||     | creatinine, creatinine_clearance | nothing measured
        0                           | 0                || T   |                                  | no clearance at all
                                    | 0                || F   |                                  | no creatinine at all
        90                          | 1.9              || F   |                                  | recorded before estimated
        <40                         | 1.0              || T   |                                  | decided, however little
        >30                         | 1.0              ||     | creatinine_clearance             | may be either
                                    | >1.5             ||     | creatinine, creatinine_clearance | may be either
    """,
        age_years="50",
        weight_kg="70",
        sex="M",
    )


@pytest.mark.criterion("MDE.renal")
def test_a_clearance_that_was_not_measured_is_estimated(spec: Spec) -> None:
    # (140 - 60) x 72 / (72 x 2) = 40; in women 0.85 of it
    spec(
        """
        age_years | weight_kg | sex | creatinine_mg_dl || MDE | missing                          | why
        ----------+-----------+-----+------------------++-----+----------------------------------+----
        60        | 72        | M   | 2.0              || F   |                                  | 40 exactly
        60        | 71.9      | M   | 2.0              || T   |                                  | 39.9
        61        | 72        | M   | 2.0              || T   |                                  | 39.5
        60        | 72        | F   | 2.0              || T   |                                  | 34
        60        | 72        | F   | 1.7              || F   |                                  | 40 exactly
        60        | 72        |     | 1.9              ||     | sex, creatinine_clearance        | 42.1 in men, 35.8 in women
        60        | 72        |     | 1.7              || F   |                                  | 40 or more in both
        60        | 71        |     | 2.0              || T   |                                  | below 40 in both
        60        |           | M   | 1.0              ||     | weight, creatinine_clearance     | no weight
                  | 72        | M   | 1.0              ||     | birth_date, creatinine_clearance | no age
                  |           |     | 2.1              || T   |                                  | creatinine tells
    """
    )


def test_the_estimated_clearance_is_shown_by_cockcroft_and_gault() -> None:
    # 60 years, 72 kg: 80 x 72 / 72 = 80 at a creatinine of 1 mg/dL
    rows = pl.DataFrame(
        {
            "age_years": [60, 60, 60, 60],
            "weight_kg": [72.0, 72.0, 72.0, 72.0],
            "weight_kg_max": [72.0, 72.0, 72.0, 72.0],
            "sex": ["M", "F", "M", None],
            "creatinine_mg_dl": [2.0, 1.0, 0.0, 1.0],
        }
    )
    shown = rows.select(clearance=estimated_clearance(load_edition()["MDE.renal"]))["clearance"]
    assert shown.to_list() == [pytest.approx(40), pytest.approx(68), None, None]


def test_the_clearance_is_the_recorded_one_else_that_of_cockcroft_and_gault() -> None:
    # as above 80 at a creatinine of 1 mg/dL, of a woman 68
    rows = pl.DataFrame(
        {
            "age_years": [60, 60, 60, 60, 60],
            "weight_kg": [72.0, 72.0, 72.0, 72.0, 72.0],
            "weight_kg_max": [72.0, 72.0, 72.0, 72.0, 72.0],
            "sex": ["M", "M", None, "M", "M"],
            "creatinine_mg_dl": [2.0, 2.0, 1.0, 1.0, 0.0],
            "creatinine_mg_dl_max": [2.0, 2.0, 1.0, 2.0, 0.0],
            "creatinine_clearance_ml_min": [None, 55.0, None, None, None],
            "creatinine_clearance_ml_min_max": [None, 60.0, None, None, None],
        }
    )
    least, most = clearance_of_creatinine(load_edition()["MDE.renal"])
    low, high = rows.select(low=least, high=most)
    assert low.to_list() == [pytest.approx(40), 55, pytest.approx(68), pytest.approx(40), None]
    assert high.to_list() == [pytest.approx(40), 60, pytest.approx(80), pytest.approx(80), None]


def test_an_event_is_unattributed_where_the_cause_of_no_figure_behind_it_is_recorded() -> None:
    rows = pl.DataFrame(
        {
            "MDE.renal": [True, True, True, False, None],
            "creatinine_attributed": [None, True, None, None, None],
            "creatinine_clearance_attributed": [None, None, False, None, None],
        },
        schema_overrides={"creatinine_clearance_attributed": pl.Boolean},
    )
    assert rows.select(is_so=unattributed("MDE.renal"))["is_so"].to_list() == [True, False, False, False, None]


@pytest.mark.criterion("MDE.anaemia")
def test_anaemia_is_below_10_or_by_more_than_2_under_its_limit(spec: Spec) -> None:
    spec("""
        hemoglobin_ref_low_g_dl | hemoglobin_g_dl || MDE | missing                        | why
        ------------------------+-----------------++-----+--------------------------------+----
        11.5                    | 10              || F   |                                | at 10
        11.5                    | 9.9             || T   |                                | a tenth below
                                | 9.9             || T   |                                | below 10 whatever its own limit
        13.7                    | 11.7            || F   |                                | 2 under: in binary 1.99… or 2.00…
        13.7                    | 11.6            || T   |                                | 2.1 under
                                | 10              ||     | hemoglobin_ref_low             | no limit reported
                                |                 ||     | hemoglobin, hemoglobin_ref_low | not measured
        11.5                    | 0               || T   |                                | none at all
        11.5                    | >10             || F   |                                | decided, however much
        11.5                    | <11             ||     | hemoglobin                     | may be either
    """)


@pytest.mark.criterion("MDE.bone")
def test_one_lytic_lesion_is_enough(spec: Spec) -> None:
    spec("""
        lytic_lesions || MDE | missing      | why
        --------------++-----+--------------+----
        0             || F   |              | none
        1             || T   |              | one
        2             || T   |              | one step above
                      ||     | bone_imaging | nobody counted
        >0            ||     | bone_imaging | not a count
        >1            || T   |              | decided, however many
    """)


@pytest.mark.criterion("SLIM.marrow")
def test_clonal_plasma_cells_from_60_percent(spec: Spec) -> None:
    spec("""
        clonal_plasma_cells_percent || SLIM | missing | why
        ----------------------------++------+---------+----
        60                          || T    |         | exactly
        59.9                        || F    |         | one step below
        0                           || F    |         | none
                                    ||      | marrow  | not done
        >0                          ||      | marrow  | clonal, without a figure
    """)


@pytest.mark.criterion("SLIM.flc")
def test_the_involved_chain_is_a_hundredfold_and_100_mg_l(spec: Spec) -> None:
    spec("""
        light_chain | kappa_mg_l | lambda_mg_l || SLIM | missing               | why
        ------------+------------+-------------++------+-----------------------+----
        kappa       | 100        | 1           || T    |                       | both limits exactly
        kappa       | 99.9       | 0.5         || F    |                       | involved below 100
        kappa       | 100        | 1.01        || F    |                       | a ratio below 100
        lambda      | 1          | 100         || T    |                       | the other way round
        lambda      | 100        | 1           || F    |                       | the chain recorded is the other
        kappa       | 1          | 100         || F    |                       | the chain recorded is the other
                    | 100        | 1           || T    |                       | no chain recorded: either
                    | 1          | 100         || T    |                       | no chain recorded: either
        kappa       | 500        | 0           || T    |                       | κ with no λ at all
                    | 0          | 0           || F    |                       | neither
        kappa       | 500        |             ||      | flc_lambda            | λ would decide
        kappa       | 99         |             || F    |                       | no λ can make κ 100
                    | 99         |             ||      | flc_lambda            | λ may be the involved
        kappa       |            |             ||      | flc_kappa, flc_lambda | not measured
        kappa       | >500       | 5           || T    |                       | decided, however much
        kappa       | >100       | 5           ||      | flc_kappa             | may be either
    """)


@pytest.mark.criterion("SLIM.flc")
def test_which_chain_is_involved_is_not_known_where_it_could_not_be_read(spec: Spec) -> None:
    spec("""
        light_chain_lost | kappa_mg_l | lambda_mg_l || SLIM | missing     | why
        -----------------+------------+-------------++------+-------------+----
        T                | 100        | 1           ||      | light_chain | it may be the other
        T                | 1          | 100         ||      | light_chain | it may be the other
        T                | 99         | 1           || F    |             | whichever it is
        F                | 100        | 1           || T    |             | none is recorded: either
    """)


@pytest.mark.criterion("SLIM.mri")
def test_two_focal_lesions_on_mri(spec: Spec) -> None:
    spec("""
        focal_lesions || SLIM | missing | why
        --------------++------+---------+----
        2             || T    |         | exactly
        1             || F    |         | one
        0             || F    |         | none
                      ||      | mri     | not done
    """)
