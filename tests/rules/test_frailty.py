"""Frailty, by both scores (section 12 of the guideline)."""

import pytest

from rules.clauses.frailty import imwg_group, imwg_points, simplified_group, simplified_points
from rules.criterion import load_edition
from tests.tables import Spec, answered_otherwise, columns_of


@pytest.mark.criterion("FRAIL.simplified")
def test_the_simplified_group_is_given_if_every_possible_total_is_on_one_side_of_two(spec: Spec) -> None:
    spec("""
        age_years | charlson_score | ecog_score || known | missing                   | why
        ----------+----------------+------------++-------+---------------------------+----
        75        | 1              | 0          || T     |                           | 0
        76        | 1              | 0          || T     |                           | 1
        81        | 1              | 0          || T     |                           | 2
        0         | 0              | 0          || T     |                           | 0
        75        |                | 0          || T     |                           | 0 or 1: not frail
        75        | 1              |            ||       | ecog                      | 0 to 2
        76        |                | 0          ||       | charlson                  | 1 or 2
        76        | 2              |            || T     |                           | 2 or more
        81        |                |            || T     |                           | 2 or more by age alone
                  | 1              | 2          || T     |                           | 2 or more by ECOG alone
                  | 1              | 0          ||       | birth_date                | 0 to 2
        75        |                | 1          ||       | charlson                  | 1 or 2
        75        |                |            ||       | charlson, ecog            | 0 to 3
        75        | 1              | >2         || T     |                           | 2
        75        | 1              | <2         || T     |                           | 0 or 1
        75        | 1              | >0         ||       | ecog                      | 1 or 2
                  |                |            ||       | birth_date, charlson, ecog | anything
    """)


@pytest.mark.criterion("FRAIL.imwg")
def test_the_imwg_group_is_given_if_every_possible_total_is_in_it(spec: Spec) -> None:
    spec("""
        age_years | adl_score | iadl_score | charlson_score || known | missing    | why
        ----------+-----------+------------+----------------++-------+------------+----
        75        | 5         | 6          | 1              || T     |            | 0: fit
        80        | 5         | 6          | 1              || T     |            | 1: intermediate
        81        | 5         | 6          | 1              || T     |            | 2: frail
        75        | 0         | 0          | 0              || T     |            | 2: frail
        75        |           | 6          | 1              ||       | adl        | 0 or 1
        75        | 4         | 6          |                ||       | charlson   | 1 or 2
        75        | 4         | 5          |                || T     |            | 2 or 3
        76        | 5         |            | 2              || T     |            | 2 or 3
        76        | 5         |            | 1              ||       | iadl       | 1 or 2
        75        | 5         | 6          | >2             || T     |            | 1: intermediate
        75        | 5         | 6          | <2             || T     |            | 0: fit
        75        | 5         | 6          | <3             ||       | charlson   | 0 or 1
        81        |           |            |                || T     |            | 2 or more by age alone
                  | 4         | 5          |                || T     |            | 2 or more whatever the age
                  | 4         | 6          | 1              ||       | birth_date | 1 to 3
                  |           |            |                ||       | birth_date, adl, iadl, charlson | anything
    """)


def test_points_of_the_simplified_score() -> None:
    clause = load_edition()["FRAIL.simplified"]
    total = simplified_points(clause)
    table = """
        age_years | charlson_score | ecog_score || low | high | group
        75        | 1              | 0          || 0   | 0    | non_frail
        76        | 1              | 0          || 1   | 1    | non_frail
        80        | 1              | 0          || 1   | 1    | non_frail
        81        | 1              | 0          || 2   | 2    | frail
        75        | 2              | 0          || 1   | 1    | non_frail
        75        | 1              | 1          || 1   | 1    | non_frail
        75        | 1              | 2          || 2   | 2    | frail
        75        | 1              | 4          || 2   | 2    | frail
        81        | 2              | 2          || 5   | 5    | frail
        0         | 0              | 0          || 0   | 0    | non_frail
    """
    said = {"low": total.low, "high": total.high, "group": simplified_group(total.low, clause)}
    assert answered_otherwise(table, said, columns_of("FRAIL.simplified")) == []


def test_points_of_the_imwg_score() -> None:
    clause = load_edition()["FRAIL.imwg"]
    total = imwg_points(clause)
    table = """
        age_years | adl_score | iadl_score | charlson_score || low | high | group
        75        | 5         | 6          | 1              || 0   | 0    | fit
        76        | 5         | 6          | 1              || 1   | 1    | intermediate
        80        | 5         | 6          | 1              || 1   | 1    | intermediate
        81        | 5         | 6          | 1              || 2   | 2    | frail
        75        | 4         | 6          | 1              || 1   | 1    | intermediate
        75        | 5         | 5          | 1              || 1   | 1    | intermediate
        75        | 5         | 6          | 2              || 1   | 1    | intermediate
        75        | 4         | 5          | 1              || 2   | 2    | frail
        81        | 4         | 5          | 2              || 5   | 5    | frail
    """
    said = {"low": total.low, "high": total.high, "group": imwg_group(total.low, clause)}
    assert answered_otherwise(table, said, columns_of("FRAIL.imwg")) == []
