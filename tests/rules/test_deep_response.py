"""VGPR, CR and sCR at a visit (section 4 of the criteria)."""

import pytest

from tests.tables import Spec

NONE_MEASURED = dict.fromkeys(["hope.serum", "hope.urine", "hope.flc", "hope.followed_by_flc"], "F")


def measured(*names: str) -> dict[str, str]:
    """What the line is measured by: T for the names, F for the others."""
    return {**NONE_MEASURED, **{f"hope.{name}": "T" for name in names}}


def without_flc(given: dict[str, str]) -> dict[str, str]:
    """The same for VGPR, which asks whether light chains are followed and not whether they are measurable."""
    return {name: cell for name, cell in given.items() if name != "hope.flc"}


def by(*names: str) -> dict[str, str]:
    """In partial response, measured by the names."""
    return {**without_flc(measured(*names)), "PR": "T"}


@pytest.mark.criterion("VGPR", edition="imwg2016")
def test_vgpr_of_2016_asks_for_a_plasmacytoma_down_by_more_than_90_percent(spec: Spec) -> None:
    spec(
        """
        plasmacytoma_baseline_mm2 | latest_plasmacytoma_mm2 || VGPR | missing      | why
        --------------------------+-------------------------++------+--------------+----
        400                       | 39                      || T    |              | more
        400                       | 40                      || F    |              | exactly 90 %
        400                       | 160                     || F    |              | down 60 %
        400                       | 0                       || T    |              | gone
        400                       |                         ||      | plasmacytoma | not measured
    """,
        serum_m_baseline_g_dl="2.0",
        serum_m_g_dl="0.1",
        urine_m_mg_24h="0",
        has_baseline_plasmacytoma="T",
        **by("serum"),
    )
    spec(
        """
        has_baseline_plasmacytoma | latest_plasmacytoma_mm2 || VGPR | why
        F                         | 400                     || T    | none at baseline
    """,
        serum_m_baseline_g_dl="2.0",
        serum_m_g_dl="0.1",
        urine_m_mg_24h="0",
        **by("serum"),
    )


@pytest.mark.criterion("VGPR", edition="jsh2023")
def test_vgpr_of_jsh_asks_of_a_plasmacytoma_what_pr_does(spec: Spec) -> None:
    spec(
        """
        has_baseline_plasmacytoma || VGPR | why
        T                         || T    | whatever is left of it
    """,
        serum_m_baseline_g_dl="2.0",
        serum_m_g_dl="0.1",
        urine_m_mg_24h="0",
        **by("serum"),
    )


@pytest.mark.criterion("VGPR")
def test_vgpr_by_serum_is_down_90_percent_with_urine_below_100(spec: Spec) -> None:
    spec(
        """
        serum_m_baseline_g_dl | serum_m_g_dl | urine_m_mg_24h || VGPR | why
        ----------------------+--------------+----------------++------+----
        2.0                   | 0.2          | 99             || T    | exactly down 90 %, urine one step below 100
        2.0                   | 0.2          | 99.9           || T    | a tenth below 100
        2.0                   | 0.2          | 100            || F    | 100 is not below 100
        2.0                   | 0.3          | 0              || F    | one step of a tenth above a tenth
        2.0                   | 0.21         | 0              || F    | a hundredth above
        0.7                   | 0.07         | 0              || T    | (1 - 0.9) × 0.7 is 0.0699… in binary
        4.9999                | 0.5          | 0              || F    | 0.49999 would be a tenth
        2.0                   | 0            | 0              || T    | nothing on electrophoresis in both
                              | 0            | 0              || T    | which asks for no baseline figure
        2.0                   | 0            | 99             || T    | down 100 %
        2.0                   | 0            | 100            || F    | nothing in serum, but too much in urine
        2.0                   | >0.2         | 0              || F    | surely above a tenth
        2.0                   | >0.1         | 0              ||      | may be either
        2.0                   | 0.2          | >50            ||      | may be either
    """,
        **by("serum"),
    )


@pytest.mark.criterion("VGPR")
def test_vgpr_by_urine_alone_is_down_90_percent_below_100_with_little_in_serum(spec: Spec) -> None:
    spec(
        """
        urine_m_baseline_mg_24h | urine_m_mg_24h | serum_m_baseline_g_dl | serum_m_g_dl || VGPR | why
        900  | 90   | 0.5 | 0.05 || T | exactly down 90 % and a tenth of serum
        900  | 90.1 | 0.5 | 0.05 || F | one step above a tenth in urine
        1000 | 99   | 0.5 | 0.05 || T | one step below 100
        1000 | 100  | 0.5 | 0.05 || F | down 90 %, but 100 is not below 100
        900  | 90   | 0.5 | 0.06 || F | a hundredth above a tenth of serum
        900  | 90   | 0   | 0    || T | none in serum before or now
        900  | 90   | 0   | 0.01 || F | serum appears: at most 0 where it was 0
        900  | 90   |     | 0    || T | no serum baseline: 0 is asked
        900  | 90   |     | 0.01 || F | and 0.01 is not 0
        900  | 0    | 0.5 | 0    || T | nothing on electrophoresis in both
        900  | 0    | 0.5 | 0.05 || T | down 100 %
        900  | 0    | 0.5 | 0.06 || F | nothing in urine, but too much in serum
    """,
        **by("urine"),
    )


@pytest.mark.criterion("VGPR")
def test_serum_decides_where_both_fluids_are_measurable(spec: Spec) -> None:
    spec(
        """
        urine_m_baseline_mg_24h | urine_m_mg_24h | serum_m_baseline_g_dl | serum_m_g_dl || VGPR | why
        500  | 99   | 2.0 | 0.2  || T | serum down 90 %, urine below 100 though only down 80 %
        500  | 100  | 2.0 | 0.2  || F | urine not below 100
        900  | 90   | 2.0 | 0.21 || F | urine alone does not make it
    """,
        **by("serum", "urine"),
    )


@pytest.mark.criterion("VGPR")
def test_vgpr_by_light_chains_is_dflc_down_90_percent(spec: Spec) -> None:
    spec(
        """
        dflc_baseline_mg_l | dflc_mg_l | serum_m_g_dl | urine_m_mg_24h || VGPR | why
        -------------------+-----------+--------------+----------------++------+----
        200                | 20        | 0            | 0              || T    | exactly down 90 %
        200                | 20.1      | 0            | 0              || F    | one step above
        200                | 0         | 0            | 0              || T    | none left
        200                | 20        | 0.3          | 120            || T    | tested, and that is enough
        0                  | 0         | 0            | 0              || F    | a fall from 0 is none
        200                |           | 0            | 0              ||      | no light chains measured
        200                | 20        |              | 0              ||      | serum not tested
    """,
        **by("followed_by_flc"),
    )


@pytest.mark.criterion("VGPR")
def test_a_fluid_not_tested_at_all_is_named_by_both_tests_that_would_do(spec: Spec) -> None:
    spec(
        """
        serum_m_g_dl | urine_m_mg_24h || VGPR | missing                               | why
                     | 0              ||      | serum_m_protein, serum_immunofixation | serum
        0            |                ||      | urine_m_protein, urine_immunofixation | urine
        """,
        dflc_baseline_mg_l="200",
        dflc_mg_l="20",
        **by("followed_by_flc"),
    )


@pytest.mark.criterion("VGPR")
def test_vgpr_needs_both_fluids_tested(spec: Spec) -> None:
    spec(
        """
        serum_m_g_dl|serum_immunofixation_positive|urine_m_mg_24h|urine_immunofixation_positive || VGPR | missing | why
        0.1 |   | 0  |   || T |                                       | two figures are enough
        0.1 | T | 0  | T || T |                                       | immunofixation may be positive
        0.1 |   |    |   ||   | urine_m_protein, urine_immunofixation | urine not tested at all
        0.1 |   |    | T ||   | urine_m_protein                       | tested, but how much is not known
            |   | 0  |   ||   | serum_m_protein, serum_immunofixation | serum not tested at all
            | T | 0  |   ||   | serum_m_protein                       | tested, but how much is not known
        0.3 |   |    |   || F |                                       | serum rules it out: down 85 % only
        0.1 |   | >0 |   ||   | urine_m_protein                       | below 100 or not
    """,
        serum_m_baseline_g_dl="2.0",
        **by("serum"),
    )


@pytest.mark.criterion("VGPR")
def test_vgpr_needs_pr_and_is_not_for_marrow_patients(spec: Spec) -> None:
    spec(
        """
        PR | PR_missing      | hope.serum || VGPR | missing         | why
        ---+-----------------+------------++------+-----------------+----
        F  |                 | T          || F    |                 | not even a partial response
           | urine_m_protein | T          ||      | urine_m_protein | PR not known
        T  |                 | F          || F    |                 | measured by neither fluid nor light chains
    """,
        **{name: cell for name, cell in by().items() if name not in ("PR", "hope.serum")},
        **{"serum_m_baseline_g_dl": "2.0", "serum_m_g_dl": "0", "urine_m_mg_24h": "0"},
    )


FIXATION_NEGATIVE = {"serum_immunofixation_positive": "F", "urine_immunofixation_positive": "F"}


@pytest.mark.criterion("CR")
def test_cr_needs_both_immunofixations_negative_and_marrow_below_5_percent(spec: Spec) -> None:
    spec(
        """
        serum_immunofixation_positive | urine_immunofixation_positive | latest_marrow_percent || CR | missing | why
        F | F | 4.9 || T |                                            | one step below 5 %
        F | F | 4   || T |                                            | one whole percent below
        F | F | 5.0 || F |                                            | 5 % is not below 5 %
        F | F | 0   || T |                                            | no plasma cells
        T | F | 4   || F |                                            | serum positive
        F | T | 4   || F |                                            | urine positive
          | F | 4   ||   | serum_immunofixation                       | missing is not negative
        F |   | 4   ||   | urine_immunofixation                       | needed from a serum patient too
        F | F |     ||   | marrow                                     | no marrow
          |   |     ||   | serum_immunofixation, urine_immunofixation, marrow | nothing
        T |   |     || F |                                            | nothing can undo a positive one
          | F | 5.0 || F |                                            | nor a marrow at 5 %
    """,
        **measured("serum"),
    )


@pytest.mark.criterion("CR")
def test_a_figure_above_0_contradicts_a_negative_immunofixation(spec: Spec) -> None:
    spec(
        """
        is_beta | serum_m_g_dl | urine_m_mg_24h || CR | why
        --------+--------------+----------------++----+----
        F       | 0            | 0              || T  | both figures 0
        F       |              |                || T  | no figure contradicts nothing
        F       | 0.1          | 0              || F  | one step above 0 in serum
        F       | 0.01         | 0              || F  | a hundredth above 0
        F       | 0            | 1              || F  | one step above 0 in urine
        F       | >0.1         | 0              || F  | surely above 0
        T       | 0.5          | 0              || T  | IgA may be polyclonal
        T       | 0            | 1              || F  | urine is electrophoresis for all patients
    """,
        **measured("serum"),
        **FIXATION_NEGATIVE,
        latest_marrow_percent="2",
    )


@pytest.mark.criterion("CR")
def test_a_figure_that_could_not_be_read_may_contradict_a_negative_immunofixation(spec: Spec) -> None:
    spec(
        """
        is_beta | serum_m_protein_lost | urine_m_protein_lost || CR | missing                          | why
        --------+----------------------+----------------------++----+----------------------------------+----
        F       | F                    | F                    || T  |                                  | all read
        F       | T                    | F                    ||    | serum_m_protein                  | serum
        F       | F                    | T                    ||    | urine_m_protein                  | urine
        F       | T                    | T                    ||    | serum_m_protein, urine_m_protein | both
        T       | T                    | F                    || T  |                                  | polyclonal
    """,
        **measured("serum"),
        **FIXATION_NEGATIVE,
        latest_marrow_percent="2",
    )


@pytest.mark.criterion("CR")
def test_cr_needs_something_measurable_at_baseline(spec: Spec) -> None:
    spec(
        """
        hope.serum | hope.serum_missing       | hope.urine | hope.flc || CR | missing                  | why
        -----------+--------------------------+------------+----------++----+--------------------------+----
        T          |                          | F          | F        || T  |                          | serum
        F          |                          | T          | F        || T  |                          | urine
        F          |                          | F          | T        || T  |                          | light chains
        F          |                          | F          | F        || F  |                          | marrow only
                   | baseline_serum_m_protein | F          | F        ||    | baseline_serum_m_protein | not known
    """,
        **{"hope.followed_by_flc": "F", "latest_marrow_percent": "2"},
        **FIXATION_NEGATIVE,
    )


RATIOS = """
        kappa_mg_l | lambda_mg_l || normal | missing               | why
        -----------+-------------++--------+-----------------------+----
        16.5       | 10          || T      |                       | exactly 1.65
        16.6       | 10          || F      |                       | one step above
        16.51      | 10          || F      |                       | a hundredth above
        2.6        | 10          || T      |                       | exactly 0.26
        2.5        | 10          || F      |                       | one step below
        2.59       | 10          || F      |                       | a hundredth below
        0.33       | 0.2         || T      |                       | 1.65 between decimals that binary can't hold
        109.89     | 66.6        || T      |                       | likewise
        0.182      | 0.7         || T      |                       | 0.26, likewise
        10         | 0           || F      |                       | κ with no λ at all counts as above
        0          | 10          || F      |                       | λ with no κ at all
        0          | 0           ||        | flc_kappa, flc_lambda | 0/0 tells nothing
        10         |             ||        | flc_lambda            | one chain only
                   | 10          ||        | flc_kappa             | the other only
                   |             ||        | flc_kappa, flc_lambda | neither
        >100       | 10          || F      |                       | surely above 1.65
        >10        | 10          ||        | flc_kappa             | may be either
"""


@pytest.mark.criterion("CR")
def test_the_ratio_must_be_normal_where_light_chains_are_followed(spec: Spec) -> None:
    spec(RATIOS, **measured("flc", "followed_by_flc"), **FIXATION_NEGATIVE, latest_marrow_percent="2")


@pytest.mark.criterion("CR")
def test_the_ratio_is_not_asked_where_serum_or_urine_is_measured(spec: Spec) -> None:
    spec(
        """
        kappa_mg_l | lambda_mg_l || CR | why
        -----------+-------------++----+----
        100        | 1           || T  | abnormal, and light chains measurable, but serum is followed
                   |             || T  | not measured
    """,
        **measured("serum", "flc"),
        **FIXATION_NEGATIVE,
        latest_marrow_percent="2",
    )


PLASMACYTOMAS = """
        has_had_plasmacytoma | latest_plasmacytoma_mm2 | new_plasmacytoma_since_latest_size || gone | missing | why
        F |   | F || T |              | there was none
        T | 0 | F || T |              | measured, gone
        T | 1 | F || F |              | one step above 0
        T |   | F ||   | plasmacytoma | never measured again
        T | 0 | T ||   | plasmacytoma | a new one after the last size
        T | 1 | T || F |              | not even the old one is gone
"""


@pytest.mark.criterion("CR")
def test_any_plasmacytoma_must_be_gone_for_cr(spec: Spec) -> None:
    spec(PLASMACYTOMAS, **measured("serum"), **FIXATION_NEGATIVE, latest_marrow_percent="2")


STRINGENT = {**FIXATION_NEGATIVE, "latest_marrow_percent": "2"}
NORMAL_RATIO = {"kappa_mg_l": "10", "lambda_mg_l": "10"}


@pytest.mark.criterion("sCR")
def test_scr_needs_a_normal_ratio_in_every_patient(spec: Spec) -> None:
    spec(RATIOS, **STRINGENT, latest_marrow_clonal="F")


@pytest.mark.criterion("sCR")
def test_scr_needs_a_marrow_below_5_percent_without_clonal_cells(spec: Spec) -> None:
    spec(
        """
        latest_marrow_percent | latest_marrow_clonal || sCR | missing                     | why
        ----------------------+----------------------++-----+-----------------------------+----
        4.9                   | F                    || T   |                             | one step below 5 %
        5.0                   | F                    || F   |                             | 5 % is not below 5 %
        0                     | F                    || T   |                             | no plasma cells
        2                     | T                    || F   |                             | clonal cells left
        2                     |                      ||     | clonal_plasma_cells         | clonality not recorded
                              |                      ||     | marrow, clonal_plasma_cells | no marrow
    """,
        **FIXATION_NEGATIVE,
        **NORMAL_RATIO,
    )


@pytest.mark.criterion("sCR")
def test_scr_needs_what_cr_needs_of_the_fluids(spec: Spec) -> None:
    spec(
        """
        serum_immunofixation_positive | urine_immunofixation_positive | serum_m_g_dl | urine_m_mg_24h || sCR | why
        F | F |     |   || T | both negative; no measurable disease is asked for
        T | F |     |   || F | serum positive
        F | T |     |   || F | urine positive
          | F |     |   ||   | serum not tested
        F |   |     |   ||   | urine not tested
        F | F | 0   | 0 || T | both figures 0
        F | F | 0.1 | 0 || F | a figure contradicts
        F | F | 0   | 1 || F | a figure contradicts
    """,
        **NORMAL_RATIO,
        **{"latest_marrow_percent": "2", "latest_marrow_clonal": "F"},
    )


@pytest.mark.criterion("sCR")
def test_any_plasmacytoma_must_be_gone_for_scr(spec: Spec) -> None:
    spec(PLASMACYTOMAS, **STRINGENT, **NORMAL_RATIO, latest_marrow_clonal="F")


@pytest.mark.criterion("sCR")
def test_where_marrow_is_followed_an_older_one_does_not_rule_out_what_one_at_the_visit_could_show(spec: Spec) -> None:
    spec(
        """
        hope.followed_by_marrow | marrow_percent | latest_marrow_percent | latest_marrow_clonal || sCR | missing | why
        T | | 20 | T || | marrow | none at the visit
        T | | 2 | F || T | | decided without
        T | 20 | 20 | F || F | | taken at the visit
        F | | 20 | F || F | | marrow is not followed
        """,
        serum_immunofixation_positive="F",
        urine_immunofixation_positive="F",
        kappa_mg_l="10",
        lambda_mg_l="10",
    )
