"""Risk of MGUS and smouldering myeloma (section 10 of the guideline): whether the group is known, and which it is."""

from dataclasses import replace

import pytest

from rules.clauses.precursors import MODELS, predicted
from rules.criterion import load_edition
from tests.tables import Spec, answered_otherwise, columns_of

GAMMA = {"light_chain": "kappa", "lambda_mg_l": "10"}


def unlike(model: str, table: str, edition: str = "jsh2023", **given: str) -> list[str]:
    """The rows of a table that are told otherwise: `low` and `high` points, the `group` of the least, and any
    factor.
    """
    found = MODELS[model](load_edition(edition)[model])
    factors = {name: verdict.truth for name, verdict in found.factors.items()}
    said = {"low": found.points.low, "high": found.points.high, "group": found.group}
    return answered_otherwise(table, said | factors, columns_of(model, edition), **given)


@pytest.mark.criterion("MGUS.2005")
def test_mgus_2005_counts_three_factors(spec: Spec) -> None:
    spec("""
        isotype | serum_m_g_dl | kappa_mg_l | lambda_mg_l  || known| missing              | why
        --------+--------------+------------+-------------++------+----------------------+----
        IgG     | 1.5          | 10         | 10          || T    |                      | 1
        IgG     | 0            | 10         | 10          || T    |                      | 0
                | 1.4          | 10         | 10          ||      | isotype              | 0 or 1
        IgG     |              | 10         | 10          ||      | serum_m_protein      | 0 or 1
        IgA     | 1.5          |            | 10          ||      | flc_kappa            | 2 or 3
        IgA     | 1.5          | 0          | 0           ||      | flc_kappa, flc_lambda | a ratio of nothing
                |              |            |             ||      | isotype, serum_m_protein, flc_kappa, flc_lambda | any
    """)


def test_factors_of_mgus_2005() -> None:
    jsh2023 = """
        isotype     | serum_m_g_dl | kappa_mg_l || low | high | group | why
        IgG         | 1.4          | 10         || 0   | 0    | 0     |
        IgG         | 1.5          | 10         || 1   | 1    | 1     |
        IgA         | 1.5          | 10         || 2   | 2    | 2     |
        IgG         | 1.4          | 20         || 0   | 0    | 0     | the ratio is 2
        IgG         | 1.4          | 20.1       || 1   | 1    | 1     |
        IgG         | 1.4          | 5          || 0   | 0    | 0     | the ratio is 0.5
        IgG         | 1.4          | 4.9        || 1   | 1    | 1     |
        IgG         | 1.5          |            || 1   | 2    | 1     | a factor is unknown
    """
    imwg2016 = """
        isotype     | serum_m_g_dl | kappa_mg_l || low | high | group
        IgG         | 1.4          | 16.5       || 0   | 0    | 0
        IgG         | 1.4          | 16.6       || 1   | 1    | 1
        IgG         | 1.4          | 4.9        || 0   | 0    | 0
        IgG         | 1.4          | 2.5        || 1   | 1    | 1
        light_chain | 1.5          | 30         || 3   | 3    | 3
    """
    assert unlike("MGUS.2005", jsh2023, lambda_mg_l="10") == []
    assert unlike("MGUS.2005", imwg2016, "imwg2016", lambda_mg_l="10") == []


@pytest.mark.criterion("MGUS.2018")
def test_mgus_2018_is_not_for_igm(spec: Spec) -> None:
    spec("""
        isotype | serum_m_g_dl | kappa_mg_l | lambda_mg_l  || known| missing         | why
        --------+--------------+------------+-------------++------+-----------------+----
        IgG     | 1.5          | 20.1       | 10          || T    |                 | 2
        IgA     | 0            | 16.5       | 10          || T    |                 | 0
        IgM     | 1.5          | 20.1       | 10          || F    |                 | not for IgM
        IgM     |              |            |             || F    |                 | not for IgM whatever is missing
                | 1.5          | 20.1       | 10          ||      | isotype         | IgM or not
        IgG     |              | 20.1       | 10          ||      | serum_m_protein | 1 or 2
    """)


def test_factors_of_mgus_2018() -> None:
    table = """
        serum_m_g_dl | kappa_mg_l || group
        1.4          | 20         || 0
        1.5          | 5          || 1
        1.4          | 4.9        || 1
        1.4          | 20.1       || 1
        2            | 99         || 2
    """
    assert unlike("MGUS.2018", table, isotype="IgG", lambda_mg_l="10") == []


@pytest.mark.criterion("SMM.2_20_20")
def test_2_20_20_is_known_from_two_factors_on(spec: Spec) -> None:
    spec(
        """
        serum_m_g_dl | kappa_mg_l | clonal_plasma_cells_percent  || known| missing         | why
        -------------+------------+-----------------------------++------+-----------------+----
        1.9          | 199        | 19                          || T    |                 | 0
        2.1          | 201        |                             || T    |                 | 2 or 3
        1.9          | 199        |                             ||      | marrow          | 0 or 1
        2.1          |            | 19                          ||      | flc_kappa       | 1 or 2
                     | 199        | 0                           ||      | serum_m_protein | 0 or 1
        0            | 0          | 0                           || T    |                 | 0
                     |            |                             ||      | serum_m_protein, flc_kappa, marrow | anything
    """,
        **GAMMA,
    )


@pytest.mark.criterion("SMM.4_factor")
def test_the_fourth_factor_is_any_of_four_abnormalities(spec: Spec) -> None:
    spec(
        """
        serum_m_g_dl | t(4;14) | t(14;16) | gain1q | del13q  || known| missing                           | why
        -------------+---------+----------+--------+--------++------+-----------------------------------+----
        1.9          | F       | F        | F      | F      || T    |                                   | 0
        1.9          |         |          |        | T      || T    |                                   | 1
        1.9          | F       | F        | F      |        ||      | del13q                            | 0 or 1
        1.9          |         |          |        |        ||      | t(4;14), t(14;16), gain1q, del13q | 0 or 1
                     | T       |          |        |        ||      | serum_m_protein                   | 1 or 2
    """,
        kappa_mg_l="100",
        clonal_plasma_cells_percent="15",
        **GAMMA,
    )


def test_at_their_limits_the_editions_differ() -> None:
    table = """
        serum_m_g_dl | kappa_mg_l | clonal_plasma_cells_percent || m_protein | flc_ratio | plasma_cells
        2            | 200        | 20                          || {0}       | {0}       | {0}
    """
    for model in ("SMM.2_20_20", "SMM.4_factor"):
        assert unlike(model, table.format("T"), "jsh2023", **GAMMA) == [], model
        assert unlike(model, table.format("F"), "imwg2016", **GAMMA) == [], model


def test_the_ratio_is_of_the_involved_chain() -> None:
    table = """
        kappa_mg_l | lambda_mg_l | light_chain || flc_ratio
        201        | 10          | kappa       || T
        201        | 10          | lambda      || F
        201        | 10          |             || T
        10         | 201         |             || T
        10         | 0           | kappa       || T
        0          | 0           | kappa       ||
        0          | 0           |             ||
    """
    assert unlike("SMM.2_20_20", table) == []


def test_groups_of_the_four_factor_model() -> None:
    table = """
        serum_m_g_dl | kappa_mg_l | clonal_plasma_cells_percent | t(4;14) || group
        1            | 10         | 10                          | F       || 0
        3            | 10         | 10                          | F       || 1
        3            | 300        | 10                          | F       || 2
        3            | 300        | 30                          | F       || 3+
        3            | 300        | 30                          | T       || 3+
    """
    assert unlike("SMM.4_factor", table, **GAMMA, **{"t(14;16)": "F", "gain1q": "F", "del13q": "F"}) == []


@pytest.mark.criterion("SMM.score")
def test_the_score_group_is_given_if_every_possible_total_is_in_it(spec: Spec) -> None:
    spec(
        """
        serum_m_g_dl | kappa_mg_l | clonal_plasma_cells_percent | del13q  || known| missing | why
        1.5 | 100 | 15 | F ||  T |                       | 0
        1.5 | 100 | 15 |   ||  T |                       | 0 or 2
        3.1 | 100 | 15 |   ||    | del13q                | 4 or 6
        3.1 | 401 | 41 |   ||  T |                       | 15 or 17
        3.1 | 401 |    | F ||    | marrow                | 9 to 15
            | 100 | 15 | F ||  T |                       | 0 to 4
            |     | 0  | F ||    | serum_m_protein, flc_kappa | 0 to 9
    """,
        **{"t(4;14)": "F", "t(14;16)": "F", "gain1q": "F"},
        **GAMMA,
    )


def test_points_of_the_score() -> None:
    table = """
        serum_m_g_dl | kappa_mg_l | clonal_plasma_cells_percent || low | high | group
        1.5          | 100        | 15                          || 0   | 0    | 0-4
        1.6          | 100        | 15                          || 3   | 3    | 0-4
        3            | 100        | 15                          || 3   | 3    | 0-4
        3.1          | 100        | 15                          || 4   | 4    | 0-4
        1.5          | 101        | 15                          || 2   | 2    | 0-4
        1.5          | 250        | 15                          || 2   | 2    | 0-4
        1.5          | 251        | 15                          || 3   | 3    | 0-4
        1.5          | 400        | 15                          || 3   | 3    | 0-4
        1.5          | 401        | 15                          || 5   | 5    | 5-8
        1.5          | 100        | 15.1                        || 2   | 2    | 0-4
        1.5          | 100        | 20                          || 2   | 2    | 0-4
        1.5          | 100        | 20.1                        || 3   | 3    | 0-4
        1.5          | 100        | 30.1                        || 5   | 5    | 5-8
        1.5          | 100        | 40                          || 5   | 5    | 5-8
        1.5          | 100        | 40.1                        || 6   | 6    | 5-8
        1.6          | 401        | 15                          || 8   | 8    | 5-8
        3.1          | 401        | 15                          || 9   | 9    | 9-12
        3.1          | 401        | 20.1                        || 12  | 12   | 9-12
        3.1          | 251        | 40.1                        || 13  | 13   | 13+
        3.1          | 401        | 40.1                        || 15  | 15   | 13+
    """
    fish = {"t(4;14)": "F", "t(14;16)": "F", "del13q": "F"}
    assert unlike("SMM.score", table, **GAMMA, **fish, gain1q="F") == []
    found = """
        serum_m_g_dl | kappa_mg_l | clonal_plasma_cells_percent || low | high
        1.5          | 100        | 15                          || 2   | 2
        3.1          | 401        | 40.1                        || 17  | 17
    """
    assert unlike("SMM.score", found, **GAMMA, **fish, gain1q="T") == []


@pytest.mark.criterion("SMM.2010")
def test_smm_2010_counts_three_factors(spec: Spec) -> None:
    spec("""
        clonal_plasma_cells_percent | serum_m_g_dl | kappa_mg_l | lambda_mg_l  || known| missing         | why
        ----------------------------+--------------+------------+-------------++------+-----------------+----
        10                          | 3            | 80         | 10          || T    |                 | 3
        9                           | 0            | 10         | 10          || T    |                 | 0
                                    | 3            | 80         | 10          ||      | marrow          | 2 or 3
        10                          |              | 80         | 10          ||      | serum_m_protein | 2 or 3
        10                          | 3            | 80         |             ||      | flc_lambda      | 2 or 3
        10                          | 3            | 0          | 0           ||      | flc_kappa, flc_lambda | 2 or 3
    """)


def test_factors_of_smm_2010() -> None:
    table = """
        clonal_plasma_cells_percent | serum_m_g_dl | kappa_mg_l || group
        9.9                         | 2.9          | 79         || 0
        10                          | 2.9          | 79         || 1
        9.9                         | 3            | 79         || 1
        9.9                         | 2.9          | 80         || 1
        9.9                         | 2.9          | 1.25       || 1
        9.9                         | 2.9          | 1.26       || 0
        10                          | 3            | 80         || 3
    """
    assert unlike("SMM.2010", table, lambda_mg_l="10") == []


@pytest.mark.criterion("SMM.evolving", edition="imwg2016")
def test_a_rise_is_of_half_a_gram_and_an_early_one_of_3_grams_in_the_original(spec: Spec) -> None:
    spec(
        """
        serum_m_g_dl | serum_m_early_g_dl | serum_m_late_g_dl | hemoglobin_g_dl | hemoglobin_late_g_dl  || known| missing
        3   | 3.5  | 3.5  | 12 | 12 || T |
        3   | 3.2  | 3.2  | 12 | 12 || T |
            | 3.2  | 3.2  | 12 | 12 ||   | m_protein_before
        0.5 | 0.56 | 0.56 | 12 | 12 || T |
        0   | 0    | 0    | 12 | 0  || T |
    """,
        clonal_plasma_cells_percent="15",
    )


# what was measured at diagnosis, within 6 and within 12 months


EVOLVING = """
        serum_m_g_dl | serum_m_early_g_dl | serum_m_late_g_dl \
      | immunoglobulin_g_dl | immunoglobulin_early_g_dl | immunoglobulin_late_g_dl || eMP | why
"""


def test_what_evolves_in_the_original() -> None:
    table = """
        0.5  | 0.56 | 0.56 |      |      |      || F   | 12 %, of an assay's step
        3    | 3.5  | 3.5  |      |      |      || T   | 17 %, 0.5 g/dL from 3
        3    | 3.49 | 3.49 |      |      |      || F   |
        2.9  | 3.4  | 3.4  |      |      |      || F   | 17 %, 0.5 g/dL, from below 3
        2    | 2    | 2.5  |      |      |      || T   | 25 % and 0.5 g/dL in 12 months need no 3 g/dL
        1.9  | 1.9  | 2.39 |      |      |      || F   |
        0    | 0    | 0.5  |      |      |      || T   |
        0    | 0    | 0.49 |      |      |      || F   |
        3    | 3    | 3    | 4    | 4.5  | 4.5  || T   | 500 mg/dL of the immunoglobulin, M-protein 3
        2.9  | 2.9  | 2.9  | 4    | 4.5  | 4.5  || F   |
        1    | 1    | 1    | 2    | 2    | 2.5  || T   |
             |      |      | 4    | 4.5  | 4.5  ||     | early: the M-protein would tell
    """
    assert unlike("SMM.evolving", EVOLVING + table, "imwg2016") == []


@pytest.mark.criterion("SMM.evolving", edition="jsh2023")
def test_the_evolving_group_is_given_if_all_three_are_known(spec: Spec) -> None:
    spec(
        """
        serum_m_g_dl | serum_m_early_g_dl | serum_m_late_g_dl | hemoglobin_g_dl | hemoglobin_late_g_dl  || known| missing
        3 | 3.2 | 3.2 | 12 | 11.6 ||  T |
        3 | 3.3 |     | 12 | 11.5 ||  T |
        3 |     | 3.8 | 12 | 11.5 ||  T |
        3 |     | 3.2 | 12 | 11.5 ||    | serum_m_protein
        3 |     |     | 12 | 11.5 ||    | serum_m_protein
          | 3.2 | 3.2 | 12 | 11.5 ||    | m_protein_before
        3 | 3.3 | 3.3 |    | 11.5 ||    | hemoglobin_before
        3 | 3.3 | 3.3 | 12 |      ||    | hemoglobin
        0 | 0   | 0   | 12 | 0    ||  T |
    """,
        clonal_plasma_cells_percent="15",
    )


def test_m_protein_or_the_immunoglobulin_evolves() -> None:
    table = """
        3    | 3.3  | 3.3  |      |      |      || T   | 10 % in 6 months
        3    | 3.29 | 3.74 |      |      |      || F   |
        3    | 3.29 | 3.75 |      |      |      || T   | 25 % in 12
        0    | 0    | 0    |      |      |      || F   |
        0    | 0    | 0.1  |      |      |      || T   | from 0 any rise is enough
             |      |      | 3    | 3.3  | 3.3  || T   | M-protein never measured
             |      |      | 3    | 3.2  | 3.2  || F   |
        3    | 3    | 3    | 3    | 3.3  | 3.3  || T   |
        3    | 3.3  | 3.3  | 3    | 3    | 3    || T   |
        3    | 3    | 3    | 3    | 3    | 3    || F   |
             |      |      |      |      |      ||     |
    """
    assert unlike("SMM.evolving", EVOLVING + table) == []


def test_groups_of_what_evolves() -> None:
    table = """
        serum_m_early_g_dl | serum_m_late_g_dl | hemoglobin_late_g_dl | clonal_plasma_cells_percent || group
        3                  | 3                 | 12                   | 19                          || 0
        3.3                | 3.3               | 12                   | 19                          || eMP
        3                  | 3                 | 11.5                 | 19                          || eHb
        3.3                | 3.3               | 11.5                 | 19                          || eMP+eHb
        3.3                | 3.3               | 11.5                 | 20                          || eMP+eHb+plasma_cells
        3                  | 3                 | 12                   | 20                          || plasma_cells
    """
    assert unlike("SMM.evolving", table, serum_m_g_dl="3", hemoglobin_g_dl="12") == []


@pytest.mark.criterion("SMM.slope")
def test_the_slope_needs_two_values(spec: Spec) -> None:
    spec("""
        serum_m_g_dl | serum_m_last_g_dl | serum_m_last_days  || known| missing                           | why
        -------------+-------------------+-------------------++------+-----------------------------------+----
        2            | 2.2               | 100               || T    |                                   | 2 mg/dL a day
        0            | 0                 | 100               || T    |                                   | no rise
        2            |                   |                   ||      | serum_m_protein                   | no later value
                     | 2.2               | 100               ||      | m_protein_before                  | no earlier one
                     |                   |                   ||      | m_protein_before, serum_m_protein | neither
    """)


def test_the_slope_is_steep_from_2_mg_dl_a_day() -> None:
    table = "serum_m_last_g_dl || group\n 2.2 || 1\n 2.19 || 0\n 1.5 || 0\n 3 || 1"
    assert unlike("SMM.slope", table, serum_m_g_dl="2", serum_m_last_days="100") == []


@pytest.mark.criterion("SMM.pangea")
def test_the_markers_that_move_are_told_from_four_changes(spec: Spec) -> None:
    spec(
        """
        serum_m_g_dl | serum_m_trend_g_dl | kappa_lambda_ratio | kappa_lambda_trend_ratio | creatinine_mg_dl | creatinine_trend_mg_dl  || known| missing
        2 | 2.2 | 5 | 25 | 0.8 | 1.0  || T |
        0 | 0   | 0 | 0  | 0   | 0    || T |
          | 2.2 | 5 | 25 | 0.8 | 1.0  ||   | m_protein_before
        2 |     | 5 | 25 | 0.8 | 1.0  ||   | serum_m_protein
        2 | 2.2 | 5 |    | 0.8 | 1.0  ||   | flc_kappa, flc_lambda
        2 | 2.2 | 5 | 25 | 0.8 |      ||   | creatinine
    """,
        **{"light_chain": "kappa", "hemoglobin_g_dl": "12", "hemoglobin_trend_g_dl": "12"},
    )


def test_markers_that_move() -> None:
    of_each = {
        "serum_m_g_dl | serum_m_trend_g_dl || m_protein": "2 | 2.2 || T\n 2 | 2.19 || F",
        "kappa_lambda_ratio | kappa_lambda_trend_ratio || flc_ratio": "5 | 25 || T\n 5 | 24.9 || F",
        # 25 % is not more than 25 %
        "creatinine_mg_dl | creatinine_trend_mg_dl || creatinine": "0.8 | 1.01 || T\n 0.8 | 1.0 || F",
        "hemoglobin_g_dl | hemoglobin_trend_g_dl || hemoglobin": "12 | 10.5 || T\n 12 | 10.6 || F\n 12 | 14 || F",
    }
    for header, values in of_each.items():
        assert unlike("SMM.pangea", f"{header}\n{values}", light_chain="kappa") == []


def test_every_group_has_its_prediction_where_the_source_gives_one() -> None:
    edition = load_edition()
    assert predicted(edition["MGUS.2005"]) == {"0": 0.05, "1": 0.21, "2": 0.37, "3": 0.58}
    assert predicted(edition["SMM.score"]) == {"0-4": 0.038, "5-8": 0.26, "9-12": 0.51, "13+": 0.73}
    assert predicted(edition["SMM.slope"]) == {"1": 1.0}
    assert predicted(edition["SMM.2010"]) == predicted(edition["SMM.pangea"]) == {}


def test_a_group_without_its_prediction_is_refused() -> None:
    of_three = {"groups": ["0", "1", "2"], "predicted_percent": [5, 21]}
    with pytest.raises(ValueError, match="shorter"):
        predicted(replace(load_edition()["MGUS.2005"], numbers=of_three))
