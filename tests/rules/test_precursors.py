"""Risk of MGUS and smouldering myeloma (section 10 of the guideline): whether the group is told, and which it is."""

import pytest

from rules.clauses.precursors import MODELS, predicted
from rules.criterion import load_edition
from tests.tables import Spec, columns_of, frame

GAMMA = {"light_chain": "kappa", "lambda_mg_l": "10"}


def risk(model: str, edition: str = "jsh2023", **given: str) -> tuple[float, float, str, dict[str, bool | None]]:
    """Least and most points, the group of the least, and every factor, of one row."""
    clause = load_edition(edition)[model]
    found = MODELS[model](clause)
    row = frame([given], columns_of(model, edition))
    shown = row.select(low=found.points.low, high=found.points.high, group=found.group).row(0)
    factors = row.select(verdict.truth.alias(name) for name, verdict in found.factors.items()).row(0, named=True)
    return (*shown, factors)


@pytest.mark.criterion("MGUS.2005")
def test_mgus_2005_counts_three_factors(spec: Spec) -> None:
    spec("""
        isotype | serum_m_g_dl | kappa_mg_l | lambda_mg_l || told | missing              | why
        --------+--------------+------------+-------------++------+----------------------+----
        IgG     | 1.5          | 10         | 10          || T    |                      | 1
        IgG     | 0            | 10         | 10          || T    |                      | 0
                | 1.4          | 10         | 10          ||      | isotype              | 0 or 1
        IgG     |              | 10         | 10          ||      | serum_m_protein      | 0 or 1
        IgA     | 1.5          |            | 10          ||      | flc_kappa            | 2 or 3
        IgA     | 1.5          | 0          | 0           ||      | flc_kappa, flc_lambda | a ratio of nothing
                |              |            |             ||      | isotype, serum_m_protein, flc_kappa, flc_lambda | any
    """)


@pytest.mark.parametrize(
    ("edition", "isotype", "m_protein", "kappa", "group"),
    [
        ("jsh2023", "IgG", "1.4", "10", "0"),
        ("jsh2023", "IgG", "1.5", "10", "1"),
        ("jsh2023", "IgA", "1.5", "10", "2"),
        ("jsh2023", "IgG", "1.4", "20", "0"),  # the ratio is 2
        ("jsh2023", "IgG", "1.4", "20.1", "1"),
        ("jsh2023", "IgG", "1.4", "5", "0"),  # the ratio is 0.5
        ("jsh2023", "IgG", "1.4", "4.9", "1"),
        ("imwg2016", "IgG", "1.4", "16.5", "0"),
        ("imwg2016", "IgG", "1.4", "16.6", "1"),
        ("imwg2016", "IgG", "1.4", "4.9", "0"),
        ("imwg2016", "IgG", "1.4", "2.5", "1"),
        ("imwg2016", "light_chain", "1.5", "30", "3"),
    ],
)
def test_factors_of_mgus_2005(edition: str, isotype: str, m_protein: str, kappa: str, group: str) -> None:
    given = {"isotype": isotype, "serum_m_g_dl": m_protein, "kappa_mg_l": kappa, "lambda_mg_l": "10"}
    low, high, found, _ = risk("MGUS.2005", edition, **given)
    assert (low, high, found) == (float(group), float(group), group)


@pytest.mark.criterion("MGUS.2018")
def test_mgus_2018_is_not_for_igm(spec: Spec) -> None:
    spec("""
        isotype | serum_m_g_dl | kappa_mg_l | lambda_mg_l || told | missing         | why
        --------+--------------+------------+-------------++------+-----------------+----
        IgG     | 1.5          | 20.1       | 10          || T    |                 | 2
        IgA     | 0            | 16.5       | 10          || T    |                 | 0
        IgM     | 1.5          | 20.1       | 10          || F    |                 | not for IgM
        IgM     |              |            |             || F    |                 | not for IgM whatever is missing
                | 1.5          | 20.1       | 10          ||      | isotype         | IgM or not
        IgG     |              | 20.1       | 10          ||      | serum_m_protein | 1 or 2
    """)


@pytest.mark.parametrize(
    ("m_protein", "kappa", "group"),
    [("1.4", "20", "0"), ("1.5", "5", "1"), ("1.4", "4.9", "1"), ("1.4", "20.1", "1"), ("2", "99", "2")],
)
def test_factors_of_mgus_2018(m_protein: str, kappa: str, group: str) -> None:
    found = risk("MGUS.2018", isotype="IgG", serum_m_g_dl=m_protein, kappa_mg_l=kappa, lambda_mg_l="10")
    assert found[2] == group


@pytest.mark.criterion("SMM.2_20_20")
def test_2_20_20_is_told_from_two_factors_on(spec: Spec) -> None:
    spec(
        """
        serum_m_g_dl | kappa_mg_l | clonal_plasma_cells_percent || told | missing         | why
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
        serum_m_g_dl | t(4;14) | t(14;16) | gain1q | del13q || told | missing                           | why
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


@pytest.mark.parametrize("model", ["SMM.2_20_20", "SMM.4_factor"])
@pytest.mark.parametrize(("edition", "is_reached"), [("jsh2023", True), ("imwg2016", False)])
def test_at_their_limits_the_editions_differ(model: str, edition: str, is_reached: bool) -> None:
    at = {"serum_m_g_dl": "2", "kappa_mg_l": "200", "clonal_plasma_cells_percent": "20", **GAMMA}
    factors = risk(model, edition, **at)[3]
    assert {factors[name] for name in ("m_protein", "flc_ratio", "plasma_cells")} == {is_reached}


@pytest.mark.parametrize(
    ("kappa", "lambda_", "chain", "is_reached"),
    [
        ("201", "10", "kappa", True),
        ("201", "10", "lambda", False),
        ("201", "10", "", True),
        ("10", "201", "", True),
        ("10", "0", "kappa", True),
        ("0", "0", "kappa", None),
        ("0", "0", "", None),
    ],
)
def test_the_ratio_is_of_the_involved_chain(kappa: str, lambda_: str, chain: str, is_reached: bool | None) -> None:
    found = risk("SMM.2_20_20", kappa_mg_l=kappa, lambda_mg_l=lambda_, light_chain=chain)
    assert found[3]["flc_ratio"] is is_reached


@pytest.mark.parametrize(("number", "group"), [(0, "0"), (1, "1"), (2, "2"), (3, "3+"), (4, "3+")], ids=str)
def test_groups_of_the_four_factor_model(number: int, group: str) -> None:
    reached = {"serum_m_g_dl": "3", "kappa_mg_l": "300", "clonal_plasma_cells_percent": "30", "t(4;14)": "T"}
    none = {"serum_m_g_dl": "1", "kappa_mg_l": "10", "clonal_plasma_cells_percent": "10"}
    fish = dict.fromkeys(["t(4;14)", "t(14;16)", "gain1q", "del13q"], "F")
    given = GAMMA | none | fish | dict(list(reached.items())[:number])
    assert risk("SMM.4_factor", **given)[2] == group


@pytest.mark.criterion("SMM.score")
def test_the_score_is_told_where_every_possible_total_is_in_one_group(spec: Spec) -> None:
    spec(
        """
        serum_m_g_dl | kappa_mg_l | clonal_plasma_cells_percent | del13q || told | missing | why
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


@pytest.mark.parametrize(
    ("m_protein", "kappa", "cells", "total", "group"),
    [
        ("1.5", "100", "15", 0, "0-4"),
        ("1.6", "100", "15", 3, "0-4"),
        ("3", "100", "15", 3, "0-4"),
        ("3.1", "100", "15", 4, "0-4"),
        ("1.5", "101", "15", 2, "0-4"),
        ("1.5", "250", "15", 2, "0-4"),
        ("1.5", "251", "15", 3, "0-4"),
        ("1.5", "400", "15", 3, "0-4"),
        ("1.5", "401", "15", 5, "5-8"),
        ("1.5", "100", "15.1", 2, "0-4"),
        ("1.5", "100", "20", 2, "0-4"),
        ("1.5", "100", "20.1", 3, "0-4"),
        ("1.5", "100", "30.1", 5, "5-8"),
        ("1.5", "100", "40", 5, "5-8"),
        ("1.5", "100", "40.1", 6, "5-8"),
        ("1.6", "401", "15", 8, "5-8"),
        ("3.1", "401", "15", 9, "9-12"),
        ("3.1", "401", "20.1", 12, "9-12"),
        ("3.1", "251", "40.1", 13, "13+"),
        ("3.1", "401", "40.1", 15, "13+"),
    ],
)
def test_points_of_the_score(m_protein: str, kappa: str, cells: str, total: float, group: str) -> None:
    fish = dict.fromkeys(["t(4;14)", "t(14;16)", "gain1q", "del13q"], "F")
    given = {"serum_m_g_dl": m_protein, "kappa_mg_l": kappa, "clonal_plasma_cells_percent": cells, **GAMMA}
    assert risk("SMM.score", **given, **fish)[:3] == (total, total, group)
    assert risk("SMM.score", **given, **fish | {"gain1q": "T"})[:2] == (total + 2, total + 2)


@pytest.mark.criterion("SMM.2010")
def test_smm_2010_counts_three_factors(spec: Spec) -> None:
    spec("""
        clonal_plasma_cells_percent | serum_m_g_dl | kappa_mg_l | lambda_mg_l || told | missing         | why
        ----------------------------+--------------+------------+-------------++------+-----------------+----
        10                          | 3            | 80         | 10          || T    |                 | 3
        9                           | 0            | 10         | 10          || T    |                 | 0
                                    | 3            | 80         | 10          ||      | marrow          | 2 or 3
        10                          |              | 80         | 10          ||      | serum_m_protein | 2 or 3
        10                          | 3            | 80         |             ||      | flc_lambda      | 2 or 3
        10                          | 3            | 0          | 0           ||      | flc_kappa, flc_lambda | 2 or 3
    """)


@pytest.mark.parametrize(
    ("cells", "m_protein", "kappa", "group"),
    [
        ("9.9", "2.9", "79", "0"),
        ("10", "2.9", "79", "1"),
        ("9.9", "3", "79", "1"),
        ("9.9", "2.9", "80", "1"),
        ("9.9", "2.9", "1.25", "1"),
        ("9.9", "2.9", "1.26", "0"),
        ("10", "3", "80", "3"),
    ],
)
def test_factors_of_smm_2010(cells: str, m_protein: str, kappa: str, group: str) -> None:
    given = {"clonal_plasma_cells_percent": cells, "serum_m_g_dl": m_protein, "kappa_mg_l": kappa, "lambda_mg_l": "10"}
    assert risk("SMM.2010", **given)[2] == group


@pytest.mark.criterion("SMM.evolving", edition="imwg2016")
def test_a_rise_is_of_half_a_gram_and_an_early_one_of_3_grams_in_the_original(spec: Spec) -> None:
    spec(
        """
        serum_m_g_dl | serum_m_early_g_dl | serum_m_late_g_dl | hemoglobin_g_dl | hemoglobin_late_g_dl || told | missing
        3   | 3.5  | 3.5  | 12 | 12 || T |
        3   | 3.2  | 3.2  | 12 | 12 || T |
            | 3.2  | 3.2  | 12 | 12 ||   | m_protein_before
        0.5 | 0.56 | 0.56 | 12 | 12 || T |
        0   | 0    | 0    | 12 | 0  || T |
    """,
        clonal_plasma_cells_percent="15",
    )


@pytest.mark.parametrize(
    ("given", "rises"),
    [
        ({"serum_m": "0.5 0.56 0.56"}, False),  # 12 %, of an assay's step
        ({"serum_m": "3 3.5 3.5"}, True),  # 17 %, 0.5 g/dL from 3
        ({"serum_m": "3 3.49 3.49"}, False),
        ({"serum_m": "2.9 3.4 3.4"}, False),  # 17 %, 0.5 g/dL, from below 3
        ({"serum_m": "2 2 2.5"}, True),  # 25 % and 0.5 g/dL in 12 months need no 3 g/dL
        ({"serum_m": "1.9 1.9 2.39"}, False),
        ({"serum_m": "0 0 0.5"}, True),
        ({"serum_m": "0 0 0.49"}, False),
        ({"serum_m": "3 3 3", "immunoglobulin": "4 4.5 4.5"}, True),  # 500 mg/dL of the immunoglobulin, M-protein 3
        ({"serum_m": "2.9 2.9 2.9", "immunoglobulin": "4 4.5 4.5"}, False),
        ({"serum_m": "1 1 1", "immunoglobulin": "2 2 2.5"}, True),
        ({"immunoglobulin": "4 4.5 4.5"}, None),  # early: the M-protein would tell
    ],
)
def test_what_evolves_in_the_original(given: dict[str, str], rises: bool | None) -> None:
    assert risk("SMM.evolving", "imwg2016", **evolving(given))[3]["eMP"] is rises


@pytest.mark.criterion("SMM.evolving", edition="jsh2023")
def test_what_evolves_is_told_where_all_three_are_known(spec: Spec) -> None:
    spec(
        """
        serum_m_g_dl | serum_m_early_g_dl | serum_m_late_g_dl | hemoglobin_g_dl | hemoglobin_late_g_dl || told | missing
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


@pytest.mark.parametrize(
    ("given", "rises"),
    [
        ({"serum_m": "3 3.3 3.3"}, True),  # 10 % in 6 months
        ({"serum_m": "3 3.29 3.74"}, False),
        ({"serum_m": "3 3.29 3.75"}, True),  # 25 % in 12
        ({"serum_m": "0 0 0"}, False),
        ({"serum_m": "0 0 0.1"}, True),  # from 0 any rise is enough
        ({"immunoglobulin": "3 3.3 3.3"}, True),  # M-protein never measured
        ({"immunoglobulin": "3 3.2 3.2"}, False),
        ({"serum_m": "3 3 3", "immunoglobulin": "3 3.3 3.3"}, True),
        ({"serum_m": "3 3.3 3.3", "immunoglobulin": "3 3 3"}, True),
        ({"serum_m": "3 3 3", "immunoglobulin": "3 3 3"}, False),
        ({}, None),
    ],
)
def test_m_protein_or_the_immunoglobulin_evolves(given: dict[str, str], rises: bool | None) -> None:
    assert risk("SMM.evolving", **evolving(given))[3]["eMP"] is rises


def evolving(given: dict[str, str]) -> dict[str, str]:
    """Columns of the values at diagnosis, in 6 and in 12 months."""
    return {
        f"{name}_{when}".replace("_before", "") + "_g_dl": cell
        for name, text in given.items()
        for when, cell in zip(["before", "early", "late"], text.split(), strict=True)
    }


@pytest.mark.parametrize(
    ("m_protein", "hemoglobin", "cells", "group"),
    [
        ("3", "12", "19", "0"),
        ("3.3", "12", "19", "eMP"),
        ("3", "11.5", "19", "eHb"),
        ("3.3", "11.5", "19", "eMP+eHb"),
        ("3.3", "11.5", "20", "eMP+eHb+plasma_cells"),
        ("3", "12", "20", "plasma_cells"),
    ],
)
def test_groups_of_what_evolves(m_protein: str, hemoglobin: str, cells: str, group: str) -> None:
    given = {"serum_m_g_dl": "3", "serum_m_early_g_dl": m_protein, "serum_m_late_g_dl": m_protein}
    given |= {"hemoglobin_g_dl": "12", "hemoglobin_late_g_dl": hemoglobin, "clonal_plasma_cells_percent": cells}
    assert risk("SMM.evolving", **given)[2] == group


@pytest.mark.criterion("SMM.slope")
def test_the_slope_is_told_from_two_values(spec: Spec) -> None:
    spec("""
        serum_m_g_dl | serum_m_last_g_dl | serum_m_last_days || told | missing                           | why
        -------------+-------------------+-------------------++------+-----------------------------------+----
        2            | 2.2               | 100               || T    |                                   | 2 mg/dL a day
        0            | 0                 | 100               || T    |                                   | no rise
        2            |                   |                   ||      | serum_m_protein                   | no later value
                     | 2.2               | 100               ||      | m_protein_before                  | no earlier one
                     |                   |                   ||      | m_protein_before, serum_m_protein | neither
    """)


@pytest.mark.parametrize(("last", "group"), [("2.2", "1"), ("2.19", "0"), ("1.5", "0"), ("3", "1")])
def test_the_slope_is_steep_from_2_mg_dl_a_day(last: str, group: str) -> None:
    assert risk("SMM.slope", serum_m_g_dl="2", serum_m_last_g_dl=last, serum_m_last_days="100")[2] == group


@pytest.mark.criterion("SMM.pangea")
def test_the_markers_that_move_are_told_from_four_changes(spec: Spec) -> None:
    spec(
        """
        serum_m_g_dl | serum_m_trend_g_dl | kappa_lambda_ratio | kappa_lambda_trend_ratio | creatinine_mg_dl | creatinine_trend_mg_dl || told | missing
        2 | 2.2 | 5 | 25 | 0.8 | 1.0  || T |
        0 | 0   | 0 | 0  | 0   | 0    || T |
          | 2.2 | 5 | 25 | 0.8 | 1.0  ||   | m_protein_before
        2 |     | 5 | 25 | 0.8 | 1.0  ||   | serum_m_protein
        2 | 2.2 | 5 |    | 0.8 | 1.0  ||   | flc_kappa, flc_lambda
        2 | 2.2 | 5 | 25 | 0.8 |      ||   | creatinine
    """,
        **{"light_chain": "kappa", "hemoglobin_g_dl": "12", "hemoglobin_trend_g_dl": "12"},
    )


@pytest.mark.parametrize(
    ("marker", "values", "moves"),
    [
        ("m_protein", "serum_m 2 2.2 g_dl", True),
        ("m_protein", "serum_m 2 2.19 g_dl", False),
        ("flc_ratio", "kappa_lambda 5 25 ratio", True),
        ("flc_ratio", "kappa_lambda 5 24.9 ratio", False),
        ("creatinine", "creatinine 0.8 1.01 mg_dl", True),
        ("creatinine", "creatinine 0.8 1.0 mg_dl", False),  # 25 % is not more than 25 %
        ("hemoglobin", "hemoglobin 12 10.5 g_dl", True),
        ("hemoglobin", "hemoglobin 12 10.6 g_dl", False),
        ("hemoglobin", "hemoglobin 12 14 g_dl", False),
    ],
)
def test_markers_that_move(marker: str, values: str, moves: bool) -> None:
    name, before, trend, unit = values.split()
    given = {"light_chain": "kappa", f"{name}_{unit}": before, f"{name}_trend_{unit}": trend}
    assert risk("SMM.pangea", **given)[3][marker] is moves


def test_every_group_has_its_prediction_where_the_source_gives_one() -> None:
    edition = load_edition()
    assert predicted(edition["MGUS.2005"]) == {"0": 0.05, "1": 0.21, "2": 0.37, "3": 0.58}
    assert predicted(edition["SMM.score"]) == {"0-4": 0.038, "5-8": 0.26, "9-12": 0.51, "13+": 0.73}
    assert predicted(edition["SMM.slope"]) == {"1": 1.0}
    assert predicted(edition["SMM.2010"]) == predicted(edition["SMM.pangea"]) == {}


def test_points_are_a_range_where_a_factor_is_unknown() -> None:
    assert risk("MGUS.2005", isotype="IgG", serum_m_g_dl="1.5")[:2] == (1, 2)


@pytest.mark.criterion("SMM.progression")
def test_myeloma_leukaemia_or_amyloidosis_is_progression_and_so_is_an_event_once_there_was_a_clone(spec: Spec) -> None:
    spec(
        """
        DX.al | DX.pcl | DX.myeloma | DX.myeloma_missing | had_clone | MDE.anaemia | MDE.bone | MDE.bone_missing || progressed | missing      | why
        T | F | F |        | F | F | F |              || T |              | amyloidosis
        F | T | F |        | F | F | F |              || T |              | leukaemia
        F | F | T |        | F | T | F |              || T |              | myeloma by Table 1
        F | F |   | marrow | T | T | F |              || T |              | the clone was there: no new marrow
        F | F | F |        | T | T | F |              || T |              | even where a later one shows less
        F | F |   | marrow | F | T | F |              ||   | marrow       | no clone was ever shown
        F | F | F |        | F | T | F |              || F |              | no clone, and none now
        F | F | F |        | T | F | F |              || F |              | no event
        F | F | F |        | T | F |   | bone_imaging ||   | bone_imaging | nobody looked for one
    """,
        **{"MDE.calcium": "F", "MDE.renal": "F", "SLIM.marrow": "F", "SLIM.flc": "F", "SLIM.mri": "F"},
    )
