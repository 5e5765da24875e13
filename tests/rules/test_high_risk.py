"""High risk and mass at diagnosis, clause by clause (section 2 of the criteria)."""

import polars as pl
import pytest

from rules.clauses.staging import (
    MASS_GROUPS,
    high_risk_hits,
    high_risk_signs,
    high_risk_signs_of_2025,
    mass_group,
    mass_signs,
)
from rules.criterion import load_edition
from tests.tables import Spec, answer, answered_otherwise, columns_of, frame


@pytest.mark.criterion("CA.hits")
def test_two_found_are_a_double_hit_whatever_is_missing(spec: Spec) -> None:
    spec("""
        del17p | t(4;14) | t(14;16) | gain1q || double | missing                           | why
        -------+---------+----------+--------++--------+-----------------------------------+----
        F      | F       | F        | F      || F      |                                   | none found, all looked for
        T      | F       | F        | F      || F      |                                   | one found
        T      | T       | F        | F      || T      |                                   | two found
        T      | T       | T        |        || T      |                                   | three or four
        T      | T       |          |        || T      |                                   | two at least
        T      | F       | F        |        ||        | gain1q                            | one or two
        F      |         | F        | F      || F      |                                   | none or one
               |         |          |        ||        | del17p, t(4;14), t(14;16), gain1q | no FISH
    """)


def test_hits_count_what_was_found_and_what_may_be_there() -> None:
    total = high_risk_hits()
    table = """
        del17p | t(4;14) | t(14;16) | gain1q || low | high
        F      | F       | F        | F      || 0   | 0
        F      | F       | F        | T      || 1   | 1
        T      | F       | F        | T      || 2   | 2
        T      | T       | T        | F      || 3   | 3
        T      | T       | T        | T      || 4   | 4
        T      | T       | F        |        || 2   | 3
               |         |          |        || 0   | 4
    """
    assert answered_otherwise(table, {"low": total.low, "high": total.high}, columns_of("CA.hits")) == []


def test_signs_of_high_risk_go_by_their_clauses_and_findings() -> None:
    findings = ("t(4;14)", "t(14;16)", "del17p", "gain1q", "LDH.high", "extramedullary_disease")
    columns = {"recorded": "PCL", "ISS.III": "T", "RISS.III": "T"} | dict.fromkeys(findings, "T")
    rows = [{**dict.fromkeys(columns, "F"), name: cell} for name, cell in columns.items()]
    signs = {name: sign.truth for name, sign in high_risk_signs().items()}
    found = frame(rows, columns_of("HR.risk")).select(**signs)
    assert [[name for name, holds in row.items() if holds] for row in found.iter_rows(named=True)] == [
        ["PCL"],
        ["ISS.III"],
        ["RISS.III"],
        *([name] for name in findings),
    ]


def test_signs_of_high_risk_of_2025_go_by_their_findings() -> None:
    signs = high_risk_signs_of_2025(load_edition()["HR.ims2025"])
    table = """
        del17p | del17p_percent | tp53_mutation | t(4;14) | gain1q | del1p32_biallelic | beta2_microglobulin_mg_l | creatinine_mg_dl || del17p | tp53_mutation | translocation | del1p32 | beta2_microglobulin
        T      | 90             | F             | F       | F      | F                 | 2                        | 1                || T      | F             | F             | F       | F
        F      |                | T             | F       | F      | F                 | 2                        | 1                || F      | T             | F             | F       | F
        F      |                | F             | T       | T      | F                 | 2                        | 1                || F      | F             | T             | F       | F
        F      |                | F             | F       | F      | T                 | 2                        | 1                || F      | F             | F             | T       | F
        F      |                | F             | F       | F      | F                 | 9                        | 1                || F      | F             | F             | F       | T
    """  # noqa: E501 (a table)
    said = {name: sign.truth for name, sign in signs.items()}
    others = {"t(14;16)": "F", "t(14;20)": "F", "del1p32_monoallelic": "F", "del1p32": "F"}
    assert answered_otherwise(table, said, columns_of("HR.ims2025"), **others) == []


LOOKED_FOR = dict.fromkeys(["del17p", "t(4;14)", "t(14;16)", "gain1q", "extramedullary_disease"], "F")


@pytest.mark.criterion("HR.risk")
def test_any_finding_of_high_risk_is_enough(spec: Spec) -> None:
    known = {"recorded": "MM", "ISS.III": "F", "RISS.III": "F", "LDH.high": "F"}
    for sign in LOOKED_FOR:
        spec(
            f"{sign} || high | missing | why\n T || T | | found\n F || F | | not found\n || | {sign} | not looked for",
            **known,
            **{name: cell for name, cell in LOOKED_FOR.items() if name != sign},
        )


@pytest.mark.criterion("HR.risk")
def test_high_risk_by_stage_ldh_or_plasma_cell_leukaemia(spec: Spec) -> None:
    spec(
        """
        recorded  | DX.pcl | ISS.III | iss_source | iss | RISS.III | r_iss_source | r_iss | LDH.high | LDH.high_missing || high | missing   | why
        ----------+--------+---------+------------+-----+----------+--------------+-------+----------+------------------++------+-----------+----
        MM        |        | F       | derived    | II  | F        | derived      | II    | F        |                  || F    |           | nothing
        MM        |        | T       | derived    | III | F        | derived      | II    | F        |                  || T    |           | ISS III
        MM        |        |         | reported   | III | F        | derived      | II    | F        |                  || T    |           | ISS III as recorded
        MM        |        |         | reported   | I   | F        | derived      | II    | F        |                  || F    |           | ISS I as recorded
        MM        |        | F       | derived    | II  |          | reported     | III   | F        |                  || T    |           | R-ISS III as recorded
        MM        |        | F       | derived    | II  |          | reported     | I     | F        |                  || F    |           | R-ISS I as recorded
        MM        |        | F       | derived    | II  | F        | derived      | II    | T        |                  || T    |           | LDH
        MM        |        | F       | derived    | II  | F        | derived      | II    |          | ldh              ||      | ldh       | LDH not measured
        MM        | T      | F       | derived    | II  | F        | derived      | II    | F        |                  || T    |           | DX.pcl holds
                  | F      | F       | derived    | II  | F        | derived      | II    | F        |                  || F    |           | DX.pcl does not hold
        PCL       |        | F       | derived    | II  | F        | derived      | II    |          | ldh              || T    |           | plasma cell leukaemia
                  |        | F       | derived    | II  | F        | derived      | II    | F        |                  ||      | diagnosis | not recorded
        """,  # noqa: E501 (a table)
        **LOOKED_FOR,
    )


NOT_OF_2025 = {
    **dict.fromkeys(("del17p", "tp53_mutation", "t(4;14)", "t(14;16)", "t(14;20)", "gain1q", "del1p32"), "F"),
    **{"beta2_microglobulin_mg_l": "5.4", "creatinine_mg_dl": "1.2"},
}


def but(*names: str) -> dict[str, str]:
    """What rules every part of HR.ims2025 out, without the parts that a table gives itself."""
    return {name: cell for name, cell in NOT_OF_2025.items() if name not in names}


@pytest.mark.criterion("HR.ims2025")
def test_del17p_is_high_risk_of_2025_in_more_than_a_fifth_of_cells_or_with_tp53_mutated(spec: Spec) -> None:
    spec(
        """
        del17p | del17p_percent | tp53_mutation || high | missing        | why
        -------+----------------+---------------++------+----------------+----
        T      | 20.1           | F             || T    |                | above the cut
        T      | 20             | F             || F    |                | exactly at it
        T      | 19.9           | F             || F    |                | one step below
        T      | 0              | F             || F    |                | none of the cells
        T      | 20             | T             || T    |                | mutated as well
        F      |                | T             || T    |                | the mutation is enough
        F      | 60             | F             || F    |                | a share that was not taken for a deletion
        T      |                | T             || T    |                | mutated: no share is needed
        T      |                | F             ||      | del17p_percent | found, in how many is not known
        T      |                |               ||      | del17p_percent, tp53_mutation | either would decide
        T      | >20            | F             || T    |                | decided, however much
        T      | >10            | F             ||      | del17p_percent | may be either
        T      | <20            | F             || F    |                | decided, however little
               |                | F             ||      | del17p         | not looked for
        F      |                |               ||      | tp53_mutation  | not sequenced
        """,
        **but("del17p", "tp53_mutation"),
    )


@pytest.mark.parametrize(("cut", "compared", "percent", "is_high"), [
    (20.0, "at_least", 20.0, True),
    (20.0, "at_least", 19.9, False),
    (20.0, "above", 20.0, False),
    (55.0, "above", 55.0, False),
    (55.0, "above", 55.1, True),
])  # fmt: skip
def test_a_run_sets_the_cut_of_del17p_and_whether_it_is_included(
    cut: float, compared: str, percent: float, *, is_high: bool
) -> None:
    settings = {"HR.ims2025": {"del17p_percent": cut, "del17p_compared": compared}}
    verdict = load_edition(settings=settings).decide("HR.ims2025")
    rows = frame([but("del17p") | {"del17p": "T", "del17p_percent": str(percent)}], columns_of("HR.ims2025"))
    assert answer(verdict, rows) == [(is_high, set())]


@pytest.mark.criterion("HR.ims2025")
def test_a_translocation_is_high_risk_of_2025_with_1q_or_1p32(spec: Spec) -> None:
    for translocation in ("t(4;14)", "t(14;16)", "t(14;20)"):
        spec(
            f"""
            {translocation} | gain1q | del1p32 || high | missing         | why
            T               | F      | F       || F    |                 | alone
            T               | T      | F       || T    |                 | with 1q
            T               | F      | T       || T    |                 | with 1p32
            T               |        | F       ||      | gain1q          | 1q would decide
            T               | F      |         ||      | del1p32         | 1p32 would decide
            T               | T      |         || T    |                 | decided by 1q
            F               | T      | F       || F    |                 | 1q alone
                            | F      | F       || F    |                 | neither: no translocation can matter
                            | T      | F       ||      | {translocation} | not looked for
            """,
            **but(translocation, "gain1q", "del1p32"),
            del1p32_biallelic="F",
        )


@pytest.mark.criterion("HR.ims2025")
def test_1p32_is_high_risk_of_2025_of_both_alleles_or_of_one_with_1q(spec: Spec) -> None:
    spec(
        """
        del1p32 | del1p32_monoallelic | del1p32_biallelic | gain1q || high | missing           | why
        --------+---------------------+-------------------+--------++------+-------------------+----
                |                     | T                 | F      || T    |                   | both alleles
                |                     | T                 |        || T    |                   | whatever 1q is
        F       |                     | T                 | F      || T    |                   | found counts
                | T                   |                   | T      || T    |                   | one, with 1q
                | T                   |                   | F      || F    |                   | one, without 1q
                | T                   |                   |        ||      | gain1q            | 1q would decide
        T       |                     |                   | T      || T    |                   | one at least, with 1q
        T       |                     |                   | F      ||      | del1p32_biallelic | one or both
        T       |                     | F                 | F      || F    |                   | one
        T       | T                   |                   | F      || F    |                   | one
        F       |                     |                   | T      || F    |                   | none: of neither allele
        F       | T                   |                   | T      || T    |                   | found counts
                | F                   | F                 | T      || F    |                   | neither one nor both
                | F                   |                   | F      ||      | del1p32_biallelic | both would be
                | F                   |                   | T      ||      | del1p32, del1p32_biallelic | may be both
                |                     | F                 | T      ||      | del1p32           | may be one
                |                     | F                 | F      || F    |                   | one is not enough
                |                     |                   | F      ||      | del1p32_biallelic | not looked for
        """,
        **but("del1p32", "gain1q"),
    )


@pytest.mark.criterion("HR.ims2025")
def test_beta2_microglobulin_is_high_risk_of_2025_where_creatinine_does_not_explain_it(spec: Spec) -> None:
    spec(
        """
        beta2_microglobulin_mg_l | creatinine_mg_dl || high | missing             | why
        -------------------------+------------------++------+---------------------+----
        5.5                      | 1.19             || T    |                     | at the limit; a step below
        5.5                      | 1.2              || F    |                     | creatinine at its limit
        5.49                     | 1.19             || F    |                     | one step below
        5.5                      | 0                || T    |                     | no creatinine at all
        0                        | 0.8              || F    |                     | none
        5.5                      |                  ||      | creatinine          | creatinine would decide
        5.4                      |                  || F    |                     | no creatinine makes it high
                                 | 1.1              ||      | beta2_microglobulin | β2M would decide
                                 | 1.2              || F    |                     | explained, however high
                                 |                  ||      | beta2_microglobulin, creatinine | neither measured
        >5.5                     | <1.2             || T    |                     | decided
        5.5                      | <1.3             ||      | creatinine          | may be either
        """,
        **but("beta2_microglobulin_mg_l", "creatinine_mg_dl"),
    )


@pytest.mark.criterion("MASS.3")
def test_mass_is_known_where_every_possible_number_is_in_one_group(spec: Spec) -> None:
    spec(
        """
        t(4;14) | t(14;16) | t(14;20) | gain1q | del17p | ISS.III | LDH.high | LDH.high_missing || known | missing | why
        F | F | F | F | F | F | F |     || T |                  | 0
        F | F |   | F | F | F | F |     ||   | t(14;20)         | 0 or 1
        T | F |   | F | F | F | F |     || T |                  | 1: another translocation is the same sign
        T | F | F |   | F | F | F |     ||   | gain1q           | 1 or more
        F | F | F | F |   | F |   | ldh ||   | del17p, ldh      | 0 to 2
        T |   |   |   |   | T |   | ldh || T |                  | two at least
          |   |   |   |   | F | F |     ||   | t(4;14), t(14;16), t(14;20), gain1q, del17p | no FISH
        """
    )


@pytest.mark.criterion("MASS.3")
def test_mass_takes_a_recorded_iss_where_none_is_derived(spec: Spec) -> None:
    spec(
        """
        iss_source | iss | ISS.III | ISS.III_missing     || known | missing             | why
        reported   | III |         | beta2_microglobulin || T     |                     | 1, by the record
                   |     |         | beta2_microglobulin ||       | beta2_microglobulin | 0 or 1
        """,
        **dict.fromkeys(["t(4;14)", "t(14;16)", "t(14;20)", "gain1q", "del17p", "LDH.high"], "F"),
    )


def test_mass_counts_each_sign_once_and_its_groups_end_at_two() -> None:
    total = mass_signs()
    table = """
        t(4;14) | t(14;16) | t(14;20) | gain1q | del17p | ISS.III | LDH.high || low | high
        F       | F        | F        | F      | F      | F       | F        || 0   | 0
        T       | F        | F        | F      | F      | F       | F        || 1   | 1
        F       | T        | F        | F      | F      | F       | F        || 1   | 1
        F       | F        | T        | F      | F      | F       | F        || 1   | 1
        T       | T        | T        | F      | F      | F       | F        || 1   | 1
        F       | F        | F        | T      | F      | F       | F        || 1   | 1
        F       | F        | F        | F      | T      | F       | F        || 1   | 1
        F       | F        | F        | F      | F      | T       | F        || 1   | 1
        F       | F        | F        | F      | F      | F       | T        || 1   | 1
        T       | T        | F        | T      | T      | T       | T        || 5   | 5
    """
    assert answered_otherwise(table, {"low": total.low, "high": total.high}, columns_of("MASS.3")) == []
    totals = pl.DataFrame({"total": [0.0, 1.0, 2.0, 5.0]})
    found = totals.select(group=mass_group(pl.col("total"), load_edition()["MASS.3"]))["group"].to_list()
    assert (found, set(found)) == (["0", "1", "2+", "2+"], set(MASS_GROUPS))
