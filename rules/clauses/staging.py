"""Stage at diagnosis (section 2). One row is one patient, with the values nearest the diagnosis."""

from __future__ import annotations

from functools import reduce
from operator import add

import polars as pl

from rules.clauses.points import group_of, is_in_one_group, points
from rules.criterion import Criterion, criterion
from rules.verdict import (
    Quantity,
    Verdict,
    above,
    any_of,
    at_least,
    chosen,
    clause,
    fact,
    limit_of_normal,
    measured,
    stated,
    under,
)

MASS_GROUPS = ("0", "1", "2+")

beta2_microglobulin = measured("beta2_microglobulin")
albumin = measured("albumin")
ldh = measured("ldh")
ldh_limit = limit_of_normal("ldh")
del17p = stated(pl.col("del17p"), "del17p")
t_4_14 = stated(pl.col("t(4;14)"), "t(4;14)")
t_14_16 = stated(pl.col("t(14;16)"), "t(14;16)")
t_14_20 = stated(pl.col("t(14;20)"), "t(14;20)")
gain1q = stated(pl.col("gain1q"), "gain1q")
tp53_mutation = stated(pl.col("tp53_mutation"), "tp53_mutation")
del17p_percent = measured("del17p_percent")
creatinine = measured("creatinine")
extramedullary_disease = stated(pl.col("extramedullary_disease"), "extramedullary_disease")
recorded = pl.col("recorded")
plasma_cell_leukaemia = stated(
    pl.when("DX.pcl").then(True).when(recorded.is_not_null()).then(recorded == "PCL").otherwise("DX.pcl"), "diagnosis"
)


def iss_is(stage: str) -> Verdict:
    """Whether the ISS is the stage: as derived, or as recorded where it can't be derived."""
    is_recorded = pl.col("iss_source") == "reported"
    return chosen(is_recorded, fact(pl.col("iss") == stage), clause(f"ISS.{stage}"))


def riss_is_iii() -> Verdict:
    """Whether the R-ISS is III: as derived, or as recorded where it can't be derived."""
    is_recorded = pl.col("r_iss_source") == "reported"
    return chosen(is_recorded, fact(pl.col("r_iss") == "III"), clause("RISS.III"))


@criterion("ISS.I")
def beta2_microglobulin_is_low_and_albumin_kept(c: Criterion) -> Verdict:
    return under(beta2_microglobulin, c.beta2_microglobulin_mg_l) & at_least(albumin, c.albumin_g_dl)


@criterion("ISS.II")
def neither_stage_i_nor_iii(c: Criterion) -> Verdict:
    return under(beta2_microglobulin, c.beta2_microglobulin_high_mg_l) & (
        at_least(beta2_microglobulin, c.beta2_microglobulin_low_mg_l) | under(albumin, c.albumin_g_dl)
    )


@criterion("ISS.III")
def beta2_microglobulin_is_high(c: Criterion) -> Verdict:
    return at_least(beta2_microglobulin, c.beta2_microglobulin_mg_l)


@criterion("CA.high")
def high_risk_cytogenetics(_: Criterion) -> Verdict:
    return any_of(del17p, t_4_14, t_14_16)


@criterion("CA.standard")
def standard_risk_cytogenetics(_: Criterion) -> Verdict:
    return ~clause("CA.high")


@criterion("LDH.high")
def ldh_is_above_its_limit(_: Criterion) -> Verdict:
    return above(ldh, ldh_limit)


@criterion("LDH.normal")
def ldh_is_within_its_limit(_: Criterion) -> Verdict:
    return ~clause("LDH.high")


@criterion("RISS.I")
def iss_i_without_any_risk(_: Criterion) -> Verdict:
    return iss_is("I") & clause("CA.standard") & clause("LDH.normal")


@criterion("RISS.III")
def iss_iii_with_a_risk(_: Criterion) -> Verdict:
    return iss_is("III") & (clause("CA.high") | clause("LDH.high"))


@criterion("RISS.II")
def neither_riss_i_nor_iii(_: Criterion) -> Verdict:
    return ~clause("RISS.I") & ~clause("RISS.III")


@criterion("R2ISS")
def every_possible_total_is_in_one_group(c: Criterion) -> Verdict:
    return is_in_one_group(r2_iss_points(c), lambda total: r2_iss_group(total, c))


def r2_iss_group(total: pl.Expr, c: Criterion) -> pl.Expr:
    """Group I to IV of a total of points."""
    return group_of(total, [("I", c.group_i_up_to), ("II", c.group_ii_up_to), ("III", c.group_iii_up_to)], "IV")


def r2_iss_points(c: Criterion) -> Quantity:
    """Range of the total: what is found counts in full, what was not looked for may count or not."""
    return (
        _iss_points(c)
        + points(del17p, c.del17p_points)
        + points(clause("LDH.high"), c.ldh_points)
        + points(t_4_14, c.t_4_14_points)
        + points(gain1q, c.gain1q_points)
    )


def _iss_points(c: Criterion) -> Quantity:
    worth = {"I": 0.0, "II": c.iss_ii_points, "III": c.iss_iii_points}
    stages = {stage: iss_is(stage) for stage in worth}
    possible = [pl.when(v.truth.fill_null(value=True)).then(worth[stage]) for stage, v in stages.items()]
    missing = any_of(*stages.values()).missing
    return Quantity(pl.min_horizontal(possible), pl.max_horizontal(possible), missing)


def high_risk_signs() -> dict[str, Verdict]:
    """What makes a disease one of high risk (HR.risk), each by the id of its clause or finding."""
    return {
        "ISS.III": iss_is("III"),
        "RISS.III": riss_is_iii(),
        "t(4;14)": t_4_14,
        "t(14;16)": t_14_16,
        "del17p": del17p,
        "gain1q": gain1q,
        "LDH.high": clause("LDH.high"),
        "extramedullary_disease": extramedullary_disease,
        "PCL": plasma_cell_leukaemia,
    }


@criterion("HR.risk")
def any_sign_of_high_risk(_: Criterion) -> Verdict:
    return any_of(*high_risk_signs().values())


@criterion("CA.hits")
def two_or_more_are_found(c: Criterion) -> Verdict:
    return at_least(high_risk_hits(), c.double_hit)


def high_risk_hits() -> Quantity:
    """Number of t(4;14), t(14;16), del(17p) and +1q: those found, and those that may be there."""
    return points(del17p, 1.0) + points(t_4_14, 1.0) + points(t_14_16, 1.0) + points(gain1q, 1.0)


def high_risk_signs_of_2025(c: Criterion) -> dict[str, Verdict]:
    """The parts of HR.ims2025, each by the finding that makes it one."""
    reaches = {"above": above, "at_least": at_least}[c.del17p_compared]
    return {
        "del17p": chosen(pl.col("del17p"), reaches(del17p_percent, c.del17p_percent), del17p),
        "tp53_mutation": tp53_mutation,
        "translocation": high_risk_translocation() & (gain1q | del1p32()),
        "del1p32": del1p32_of_both_alleles() | (del1p32() & gain1q),
        "beta2_microglobulin": (
            at_least(beta2_microglobulin, c.beta2_microglobulin_mg_l) & under(creatinine, c.creatinine_below_mg_dl)
        ),
    }


@criterion("HR.ims2025")
def any_sign_of_high_risk_of_2025(c: Criterion) -> Verdict:
    return any_of(*high_risk_signs_of_2025(c).values())


def high_risk_translocation() -> Verdict:
    """Any of t(4;14), t(14;16) and t(14;20)."""
    return any_of(t_4_14, t_14_16, t_14_20)


def del1p32() -> Verdict:
    """del(1p32) of at least one allele, whether or not they were counted."""
    of_one, of_both = pl.col("del1p32_monoallelic"), pl.col("del1p32_biallelic")
    is_found = pl.col("del1p32") | of_one | of_both
    is_absent = ~pl.col("del1p32") | (~of_one & ~of_both)
    return stated(pl.when(is_found).then(True).when(is_absent).then(False), "del1p32")


def del1p32_of_both_alleles() -> Verdict:
    """del(1p32) of both alleles: not where it is known to be of one, or not to be there at all."""
    of_one, of_both = pl.col("del1p32_monoallelic"), pl.col("del1p32_biallelic")
    is_not = of_one | ~pl.col("del1p32")
    return stated(pl.coalesce(of_both, pl.when(is_not).then(False)), "del1p32_biallelic")


@criterion("MASS.3")
def every_possible_number_is_in_one_group(c: Criterion) -> Verdict:
    return is_in_one_group(mass_signs(), lambda total: mass_group(total, c))


def mass_group(total: pl.Expr, c: Criterion) -> pl.Expr:
    """Group of a number of signs, of `MASS_GROUPS`."""
    none, one, more = MASS_GROUPS
    return group_of(total, [(none, c.group_0_up_to), (one, c.group_1_up_to)], more)


def mass_signs() -> Quantity:
    """Number of the signs that MASS.3 counts: those found, and those that may be there."""
    signs = (high_risk_translocation(), gain1q, del17p, iss_is("III"), clause("LDH.high"))
    return reduce(add, (points(sign, 1.0) for sign in signs))
