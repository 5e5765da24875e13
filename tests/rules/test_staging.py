"""Stage at diagnosis, clause by clause (section 2 of the criteria)."""

import polars as pl
import pytest

from rules.clauses.staging import (
    r2_iss_group,
    r2_iss_points,
)
from rules.criterion import load_edition
from tests.tables import Spec, answered_otherwise, columns_of


@pytest.mark.criterion("ISS.I")
def test_iss_i_is_beta2_microglobulin_below_3_5_and_albumin_from_3_5(spec: Spec) -> None:
    spec("""
        albumin_g_dl | beta2_microglobulin_mg_l || I | missing                      | why
        -------------+--------------------------++---+------------------------------+----
        3.5          | 3.4                      || T |                              | at the limit; one step below
        3.5          | 3.49                     || T |                              | a step of a hundredth
        3.5          | 3.4999                   || T |                              | four decimals
        3.5          | 3.5                      || F |                              | β2M at its limit
        3.4          | 3.4                      || F |                              | albumin one step below
        3.49         | 3.4                      || F |                              | a step of a hundredth
        3.5          | 0                        || T |                              | no β2M at all
        0            | 3.4                      || F |                              | no albumin at all
                     | 3.4                      ||   | albumin                      | albumin would decide
        3.5          |                          ||   | beta2_microglobulin          | β2M would decide
                     | 3.5                      || F |                              | no albumin can make it I
        3.4          |                          || F |                              | no β2M can make it I
                     |                          ||   | albumin, beta2_microglobulin | nothing measured
        3.5          | <3.5                     || T |                              | surely below
        3.5          | <3.6                     ||   | beta2_microglobulin          | 3.5 or below it
        >3.0         | 3.4                      ||   | albumin                      | below 3.5 or not
    """)


@pytest.mark.criterion("ISS.II")
def test_iss_ii_is_neither_i_nor_iii(spec: Spec) -> None:
    spec("""
        albumin_g_dl | beta2_microglobulin_mg_l || II | missing                      | why
        -------------+--------------------------++----+------------------------------+----
        3.4          | 3.4                      || T  |                              | low β2M, low albumin
        3.49         | 3.4                      || T  |                              | a hundredth below
        3.5          | 3.4                      || F  |                              | stage I
        3.5          | 3.5                      || T  |                              | β2M exactly at the lower limit
        3.5          | 3.49                     || F  |                              | one step below it
        3.5          | 5.4                      || T  |                              | one step below the upper limit
        3.5          | 5.49                     || T  |                              | a hundredth below it
        3.5          | 5.5                      || F  |                              | at it: stage III
        3.4          | 5.5                      || F  |                              | III whatever albumin is
        0            | 3.4                      || T  |                              | no albumin at all
        3.5          | 0                        || F  |                              | no β2M at all: stage I
                     | 3.5                      || T  |                              | II whatever albumin is
                     | 5.5                      || F  |                              | III whatever albumin is
                     | 3.4                      ||    | albumin                      | I or II
        3.5          |                          ||    | beta2_microglobulin          | any stage
        3.4          |                          ||    | beta2_microglobulin          | II or III
                     |                          ||    | albumin, beta2_microglobulin | nothing measured
        3.4          | <5.5                     || T  |                              | below 5.5, albumin low
        3.5          | <5.5                     ||    | beta2_microglobulin          | I or II
    """)


@pytest.mark.criterion("ISS.III")
def test_iss_iii_is_beta2_microglobulin_from_5_5(spec: Spec) -> None:
    spec("""
        beta2_microglobulin_mg_l || III | missing             | why
        -------------------------++-----+---------------------+----
        5.5                      || T   |                     | exactly at the limit
        5.4                      || F   |                     | one step below
        5.49                     || F   |                     | a hundredth below
        5.4999                   || F   |                     | four decimals
        5.6                      || T   |                     | one step above
        0                        || F   |                     | none
                                 ||     | beta2_microglobulin | not measured
        >5.5                     || T   |                     | decided, however much
        >5.0                     ||     | beta2_microglobulin | may be either
        <5.5                     || F   |                     | decided, however little
    """)


@pytest.mark.criterion("CA.high")
def test_one_high_risk_abnormality_is_enough_and_none_needs_all_three(spec: Spec) -> None:
    spec("""
        del17p | t(4;14) | t(14;16) || high | missing                   | why
        -------+---------+----------++------+---------------------------+----
        T      | F       | F        || T    |                           | del(17p) alone
        F      | T       | F        || T    |                           | t(4;14) alone
        F      | F       | T        || T    |                           | t(14;16) alone
        T      |         |          || T    |                           | found: the others change nothing
        F      | F       | F        || F    |                           | all looked for, none found
        F      | F       |          ||      | t(14;16)                  | one not looked for
        F      |         |          ||      | t(4;14), t(14;16)         | two not looked for
               |         |          ||      | del17p, t(4;14), t(14;16) | no FISH
    """)


@pytest.mark.criterion("CA.standard")
def test_standard_risk_is_where_high_risk_is_ruled_out(spec: Spec) -> None:
    spec("""
        CA.high | CA.high_missing   || standard | missing           | why
        --------+-------------------++----------+-------------------+----
        F       |                   || T        |                   | all looked for, none found
        T       |                   || F        |                   | one found
                | t(4;14), t(14;16) ||          | t(4;14), t(14;16) | not all looked for
    """)


@pytest.mark.criterion("LDH.high")
def test_ldh_is_high_above_its_own_limit(spec: Spec) -> None:
    spec("""
        ldh_ref_high_u_l | ldh_u_l || high | missing           | why
        -----------------+---------++------+-------------------+----
        222              | 222     || F    |                   | exactly at the limit is normal
        222              | 223     || T    |                   | one step above
        222              | 222.1   || T    |                   | a tenth above
        222              | 221     || F    |                   | one step below
        250              | 223     || F    |                   | the limit is the laboratory's own
        222              | 0       || F    |                   | none
        222              |         ||      | ldh               | not measured
                         | 900     ||      | ldh_ref_high      | no limit reported: never guessed
                         |         ||      | ldh, ldh_ref_high | neither
        222              | >222    || T    |                   | decided, however much
        222              | >200    ||      | ldh               | may be either
        222              | <222    || F    |                   | decided, however little
    """)


@pytest.mark.criterion("LDH.normal")
def test_ldh_is_normal_where_it_is_not_high(spec: Spec) -> None:
    spec("""
        LDH.high | LDH.high_missing || normal | missing      | why
        ---------+------------------++--------+--------------+----
        F        |                  || T      |              | at or below its limit
        T        |                  || F      |              | above it
                 | ldh_ref_high     ||        | ldh_ref_high | no limit to compare with
    """)


@pytest.mark.criterion("RISS.I")
def test_riss_i_needs_iss_i_standard_risk_and_normal_ldh(spec: Spec) -> None:
    spec("""
        ISS.I | ISS.I_missing | CA.standard | CA.standard_missing | LDH.normal | LDH.normal_missing || I | missing | why
        T |         | T |         | T |     || T |              | all three
        F |         | T |         | T |     || F |              | ISS II or III
        T |         | F |         | T |     || F |              | high-risk cytogenetics
        T |         | T |         | F |     || F |              | high LDH
        T |         |   | t(4;14) | F |     || F |              | high LDH: FISH changes nothing
        F |         |   | t(4;14) |   | ldh || F |              | ISS rules it out alone
        T |         |   | t(4;14) | T |     ||   | t(4;14)      | FISH would decide
        T |         |   | t(4;14) |   | ldh ||   | t(4;14), ldh | both would be needed
          | albumin | T |         | T |     ||   | albumin      | ISS would decide
    """)


@pytest.mark.criterion("RISS.I")
def test_a_recorded_iss_stands_in_for_one_that_cannot_be_derived(spec: Spec) -> None:
    spec(
        """
        iss_source | iss | ISS.I | ISS.I_missing || I | missing | why
        -----------+-----+-------+---------------++---+---------+----
        reported   | I   |       | albumin       || T |         | the record says I
        reported   | II  |       | albumin       || F |         | the record says II
        derived    | I   | T     |               || T |         | derived
        derived    | II  | F     |               || F |         | derived
                   |     |       | albumin       ||   | albumin | neither
    """,
        **{"CA.standard": "T", "LDH.normal": "T"},
    )


@pytest.mark.criterion("RISS.III")
def test_riss_iii_needs_iss_iii_and_one_risk(spec: Spec) -> None:
    spec("""
        ISS.III | ISS.III_missing | CA.high | CA.high_missing | LDH.high | LDH.high_missing || III | missing | why
        T |                     | T |        | T |     || T |                     | both risks
        T |                     | T |        | F |     || T |                     | cytogenetics alone
        T |                     | F |        | T |     || T |                     | LDH alone
        T |                     | T |        |   | ldh || T |                     | III whatever LDH says
        T |                     |   | del17p | T |     || T |                     | III whatever FISH says
        T |                     | F |        | F |     || F |                     | neither risk
        F |                     | T |        | T |     || F |                     | not ISS III
        F |                     |   | del17p |   | ldh || F |                     | not ISS III, tests change nothing
        T |                     |   | del17p | F |     ||   | del17p              | normal LDH and no FISH: unknown
        T |                     | F |        |   | ldh ||   | ldh                 | LDH would decide
          | beta2_microglobulin | T |        | F |     ||   | beta2_microglobulin | ISS would decide
          | beta2_microglobulin | F |        | F |     || F |                     | no risk: never III
    """)


@pytest.mark.criterion("RISS.II")
def test_riss_ii_is_neither_i_nor_iii(spec: Spec) -> None:
    spec("""
        RISS.I | RISS.I_missing | RISS.III | RISS.III_missing || II | missing | why
        -------+----------------+----------+------------------++----+---------+----
        F      |                | F        |                  || T  |         | ISS II with no FISH and no LDH
        T      |                | F        |                  || F  |         | stage I
        F      |                | T        |                  || F  |         | stage III
               | t(4;14)        | F        |                  ||    | t(4;14) | I or II
        F      |                |          | del17p           ||    | del17p  | ISS III, normal LDH, no FISH
               | albumin        | T        |                  || F  |         | stage III
    """)


@pytest.mark.criterion("R2ISS")
def test_r2_iss_is_known_where_every_possible_total_is_in_one_group(spec: Spec) -> None:
    spec("""
        ISS.I | ISS.II | ISS.III | LDH.high | LDH.high_missing | del17p | t(4;14) | gain1q || known | missing | why
        T | F | F | F |     | F | F | F || T |                         | 0: I
        T | F | F | F |     | F | F |   ||   | gain1q                  | 0 or 0.5: I or II
        T | F | F | T |     | F | F | F || T |                         | 1: II
        T | F | F | T |     | F | F |   ||   | gain1q                  | 1 or 1.5: II or III
        F | T | F | F |     | F | F | F || T |                         | 1: II
        F | T | F | F |     | F | F |   ||   | gain1q                  | 1 or 1.5: II or III
        F | T | F | F |     | T | F |   || T |                         | 2 or 2.5: III
        F | F | T | F |     | F | F |   || T |                         | 1.5 or 2: III
        F | F | T | F |     | F |   | F || T |                         | 1.5 or 2.5: III
        F | F | T | F |     | F |   |   ||   | t(4;14), gain1q         | 1.5 to 3: III or IV
        F | F | T | T |     | T |   |   || T |                         | 3.5 or more: IV
        F | F | T |   | ldh | F | F | F || T |                         | 1.5 or 2.5: III
        F | F | T |   | ldh | F | F | T ||   | ldh                     | 2 or 3: III or IV
        T | F | F |   | ldh |   |   |   ||   | ldh, del17p, t(4;14), gain1q | 0 to 3.5: anything
    """)


@pytest.mark.criterion("R2ISS")
def test_r2_iss_with_an_iss_that_is_not_derived(spec: Spec) -> None:
    beta2 = "beta2_microglobulin"
    spec(
        """
        iss_source | iss | ISS.I | ISS.II | ISS.III | del17p || known | missing             | why
        -----------+-----+-------+--------+---------+--------++-------+---------------------+----
                   |     | F     |        |         | T      || T     |                     | 2 or 2.5: III
                   |     | F     |        |         | F      ||       | beta2_microglobulin | 1 or 1.5: II or III
                   |     |       |        |         | F      ||       | beta2_microglobulin | 0 to 1.5
        reported   | II  |       |        |         | F      || T     |                     | 1: II, by the record
    """,
        **{"LDH.high": "F", "t(4;14)": "F", "gain1q": "F", "ISS.II_missing": beta2, "ISS.III_missing": beta2},
    )


def test_r2_iss_groups_are_0_then_up_to_1_then_up_to_2_5_then_more() -> None:
    groups = {0.0: "I", 0.5: "II", 1.0: "II", 1.5: "III", 2.0: "III", 2.5: "III", 3.0: "IV", 5.0: "IV"}
    totals = pl.DataFrame({"total": list(groups)})
    found = totals.select("total", group=r2_iss_group(pl.col("total"), load_edition()["R2ISS"]))
    assert dict(found.rows()) == groups


def test_r2_iss_points_are_those_of_the_paper() -> None:
    total = r2_iss_points(load_edition()["R2ISS"])
    table = """
        ISS.I | ISS.II | ISS.III | del17p | LDH.high | t(4;14) | gain1q || low | high
        T     | F      | F       | F      | F        | F       | F      || 0   | 0
        F     | T      | F       | F      | F        | F       | F      || 1   | 1
        F     | F      | T       | F      | F        | F       | F      || 1.5 | 1.5
        T     | F      | F       | T      | F        | F       | F      || 1   | 1
        T     | F      | F       | F      | T        | F       | F      || 1   | 1
        T     | F      | F       | F      | F        | T       | F      || 1   | 1
        T     | F      | F       | F      | F        | F       | T      || 0.5 | 0.5
        F     | F      | T       | T      | T        | T       | T      || 5   | 5
    """
    assert answered_otherwise(table, {"low": total.low, "high": total.high}, columns_of("R2ISS")) == []
