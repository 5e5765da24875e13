"""What happens to each synthetic patient: lines of therapy, depth of response, progression, death, end of follow-up.

Attrition leans on Yong 2016 (Br J Haematol 175:252: of 100 treated patients 61 reach a second line, 38 a third, 15 a
fourth), with longer follow-up and newer drugs letting more through. Regrowth is exponential, doubling within weeks
to a few months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flows.sample import regimens
from flows.sample.draws import DATA_CUT, NEVER, Array, Rng, chance, lognormal, pick_by_row
from flows.sample.patients import Cohort

LINES = 6
# chance of dying of the progression itself, before another line, by line that failed
DIES_BEFORE_NEXT = [0.0, 0.10, 0.19, 0.28, 0.36, 0.45, 1.0]
# each later line works for a shorter time than the same drugs would earlier
SHORTER = [1.0, 1.0, 1.05, 0.98, 0.95, 0.95, 0.90]


@dataclass(frozen=True)
class Course:
    """Arrays of patients x 7: column 0 is the time before treatment, columns 1 to 6 the lines.

    Days are since 1970-01-01; NEVER where something didn't happen. Clone sizes are multiples of that at diagnosis.
    """

    start: Array
    stop: Array  # next line's start, or the end of follow-up
    progressed: Array  # biological progression, whether or not follow-up saw it
    regimen: Array
    transplant: Array  # day of autologous transplant
    clone: Array  # size at the line's start
    early: Array  # part of it that the induction leaves
    late: Array  # part that the whole line leaves
    half_life: Array  # days
    regrows: Array  # day the clone begins to double again
    doubling: Array  # days
    death: Array  # per patient
    end: Array  # per patient: last contact
    ceiling: Array  # per patient: the clone grows no further

    @property
    def given(self) -> Array:
        """Lines that were begun within follow-up (column 0 always False)."""
        mask = self.start <= self.end[:, None]
        mask[:, 0] = False
        return mask

    @property
    def dead(self) -> Array:
        """Died within follow-up."""
        return self.death <= self.end


def draw_course(rng: Rng, c: Cohort) -> Course:
    """The course of every patient of a block."""
    n = len(c)
    follow_up_ends = _follow_up_ends(rng, c)
    shape = (n, LINES + 1)
    days = {name: np.full(shape, NEVER, dtype=np.int64) for name in ("start", "progressed", "transplant", "regrows")}
    real = {name: np.ones(shape) for name in ("clone", "early", "late", "half_life", "doubling")}
    regimen = np.zeros(shape, dtype=np.int64)
    start, death = _treatment_begins(rng, c), _early_death(rng, c)
    days["start"][:, 0], days["progressed"][:, 0] = c.diagnosed, start
    real["doubling"][:] = 2200.0
    days["regrows"][c.watched, 0] = c.diagnosed[c.watched]
    ceiling = np.clip(9.5 / np.maximum(c.serum_m, 0.1), 1.25, 2.2)
    resistant = np.zeros((n, len(regimens.DRUGS)), dtype=bool)
    size = np.where(c.watched, np.minimum(2 ** (np.minimum(start - c.diagnosed, 9000) / 2200.0), ceiling), 1.0)
    frailty = c.risk + rng.normal(0, 0.25, n)
    for line in range(1, LINES + 1):
        plan = _plan(rng, c, line, start, resistant=resistant, frailty=frailty)
        growth = _regrowth(rng, c, size, plan)
        progressed = start + plan["lasts"]
        delay = np.minimum(4 + lognormal(rng, 38, 0.8, n), 14 + 1.7 * growth["doubling"]).astype(np.int64)
        for name, value in {"start": start, "progressed": progressed, "transplant": plan["transplant"]}.items():
            days[name][:, line] = value
        days["regrows"][:, line] = start + growth["after"]
        real["doubling"][:, line], real["clone"][:, line], regimen[:, line] = growth["doubling"], size, plan["regimen"]
        for name in ("early", "late", "half_life"):
            real[name][:, line] = plan[name]
        death = np.minimum(death, _death_in_line(rng, c, line, start, progressed=progressed, frailty=frailty))
        size = np.minimum(
            size * plan["late"] * 2 ** ((plan["lasts"] + delay - growth["after"]) / growth["doubling"]), ceiling
        )
        # drugs still given at progression, or stopped shortly before, won't be given again
        on_drug = (plan["days"] <= 1) | (plan["days"] > plan["lasts"] - 90)
        resistant |= regimens.CONTAINS[plan["regimen"]] & on_drug[:, None]
        resistant[:, regimens.DRUGS.index("lenalidomide")] |= plan["transplant"] < NEVER
        start = np.minimum(progressed + delay, NEVER)
    end = np.minimum(follow_up_ends, death)
    return _assemble(days, real, regimen=regimen, death=death, end=end, ceiling=ceiling)


def _assemble(
    days: dict[str, Array], real: dict[str, Array], *, regimen: Array, death: Array, end: Array, ceiling: Array
) -> Course:
    after_end = days["start"] > end[:, None]
    after_end[:, 0] = False
    start = np.where(after_end, NEVER, days["start"])
    following = np.concatenate([start[:, 1:], np.full((len(start), 1), NEVER)], axis=1)
    return Course(
        start=start,
        stop=np.minimum(following, end[:, None]),
        progressed=days["progressed"],
        regimen=regimen,
        transplant=np.where(days["transplant"] <= end[:, None], days["transplant"], NEVER),
        regrows=days["regrows"],
        death=np.where(death <= end, death, NEVER),
        end=end,
        ceiling=ceiling,
        **real,
    )


def _follow_up_ends(rng: Rng, c: Cohort) -> Array:
    """Last contact of those who live: weeks before the data cut, earlier for the 1.5 % a year who are lost."""
    n = len(c)
    current = DATA_CUT - np.minimum(rng.exponential(30, n), 150)
    lost = c.diagnosed + 30 + rng.exponential(365.25 / 0.015, n)
    return np.minimum(current, lost).astype(np.int64)


def _treatment_begins(rng: Rng, c: Cohort) -> Array:
    """Days to weeks after diagnosis; years, or never, in precursors.

    Kyle 2007: 10 % of smouldering disease a year; Kyle 2018: 1 % of MGUS, more of much M-protein, and of others than
    IgG. IgM moves on to lymphoma, which is not treated here.
    """
    n = len(c)
    years = rng.exponential(6, n)
    factors = (c.serum_m >= 1.5) + 1.0 * (c.isotype != "IgG")
    years = np.where(c.diagnosis == "MGUS", years * 22 / 2.5**factors, years)
    delay = 1 + np.where(c.watched, 90 + 365.25 * years, np.minimum(lognormal(rng, 11, 0.9, n), 150))
    other_disease = (c.diagnosis == "MGUS") & (c.isotype == "IgM")
    delay = np.where(chance(rng, 0.02, n) | other_disease, NEVER, delay)
    return np.minimum(c.diagnosed + delay, NEVER).astype(np.int64)


def _early_death(rng: Rng, c: Cohort) -> Array:
    """About 3 % die within two months (Augustson 2005: 10 % in trials of an older time)."""
    p = np.clip(0.03 * np.exp(0.045 * (c.age - 70) + 0.5 * c.risk), 0, 0.4)
    p = np.where(c.watched, 0, p)
    soon = c.diagnosed + 4 + rng.exponential(40, len(c)).astype(np.int64)
    return np.where(chance(rng, p, len(c)), soon, NEVER)


def _plan(rng: Rng, c: Cohort, line: int, start: Array, *, resistant: Array, frailty: Array) -> dict[str, Array]:
    n = len(c)
    fit = (c.diagnosis != "AL") & chance(rng, np.clip(0.86 - 0.17 * np.clip(c.age - 64, 0, None), 0, 1), n)
    if line == 1:
        table = np.where(
            fit[:, None],
            regimens.weights("transplant", start, resistant),
            regimens.weights("elderly", start, resistant),
        )
    else:
        table = regimens.weights("relapse" if line == 2 else "late", start, resistant)
    old = c.age + (start - c.diagnosed) / 365.25 > 75
    table = table * np.where(old[:, None] & regimens.IS_CAR_T, 0.0, 1.0)
    # a line that starts after everything was withdrawn has no row anyway; keep the draw defined
    regimen = pick_by_row(rng, np.where(table.sum(axis=1, keepdims=True) > 0, table, 1.0))
    second = chance(rng, 0.07, n) & (c.age < 64)
    grafted = fit if line == 1 else second if line == 2 else np.zeros(n, dtype=bool)
    graft_after = rng.normal(172, 26, n).clip(115, 280).astype(np.int64)
    depth = _depth(rng, c, line, regimen, frailty)
    months = regimens.MONTHS[regimen] * SHORTER[line]
    # transplant and maintenance: 35 -> 50 months (Attal 2017); 23 -> 41 with lenalidomide maintenance (Attal 2012)
    months = np.where(grafted, np.maximum(months + 16, 44 if line == 1 else 20), months)
    late_depth = depth + np.where(grafted, np.abs(rng.normal(0.75, 0.4, n)), np.abs(rng.normal(0.15, 0.2, n)))
    late_depth = np.where(depth < 0.1, depth, late_depth)
    works = np.interp(late_depth, [0, 0.2, 0.6, 1.0, 2.0, 3.5], [0.34, 0.48, 0.72, 0.90, 1.25, 1.6])
    lasts = 30.4375 * months * works * np.exp(-0.72 * frailty) * 1.55 * rng.weibull(1.35, n)
    lasts = np.clip(lasts, 40, 8000).astype(np.int64)
    grafted = grafted & (lasts > graft_after + 75)
    late_depth = np.where(grafted | (line > 2), late_depth, depth + np.minimum(late_depth - depth, 0.3))
    return {
        "regimen": regimen,
        "days": np.where(grafted, graft_after - 40, regimens.DAYS[regimen]),
        "transplant": np.where(grafted, start + graft_after, NEVER),
        "early": 10.0 ** -_stretch(depth),
        "late": 10.0 ** -_stretch(late_depth),
        # a response that doesn't last was at least quick: progression is a rise from a low that was reached
        "half_life": np.minimum(np.clip(lognormal(rng, 22, 0.4, n), 7, 80), lasts / 6),
        "lasts": lasts,
    }


def _depth(rng: Rng, c: Cohort, line: int, regimen: Array, frailty: Array) -> Array:
    """Fall of the clone in powers of ten; about 0 is no response, negative never (growth is regrowth's part)."""
    mean = regimens.DEPTH[regimen] - 0.16 * (line - 1) - 0.10 * frailty
    return np.clip(rng.normal(mean, 0.75, len(c)), 0.0, 4.0)


def _stretch(depth: Array) -> Array:
    """Below the limit of immunofixation depth spreads over further decades: that is where MRD differs."""
    return np.asarray(np.where(depth < 1.9, depth, 1.9 + 2.1 * (depth - 1.9)))


def _regrowth(rng: Rng, c: Cohort, size: Array, plan: dict[str, Array]) -> dict[str, Array]:
    """When doubling begins so that the markers have risen enough for progression on the day it is due."""
    rise = np.where(
        c.serum_m >= 1,
        0.65 / np.maximum(c.serum_m, 1),
        np.where(
            c.urine_m >= 200,
            260 / np.maximum(c.urine_m, 200),
            np.where(c.flc_involved >= 100, 130 / np.maximum(c.flc_involved, 100), 0.35),
        ),
    )
    plateau = np.maximum(size * plan["late"], 1e-9)
    doublings = np.log2(np.maximum(plateau * 1.32, plateau + rise) / plateau)
    usual = np.clip(lognormal(rng, 66, 0.45, len(c)) * np.exp(-0.2 * c.risk), 18, 200)
    doubling = np.minimum(usual, 0.75 * plan["lasts"] / doublings)
    after = (plan["lasts"] - doubling * doublings).astype(np.int64)
    return {"doubling": doubling, "after": np.maximum(after, 0)}


def _death_in_line(rng: Rng, c: Cohort, line: int, start: Array, *, progressed: Array, frailty: Array) -> Array:
    """Death of other causes while on a line, or of the progression that ends it."""
    n = len(c)
    age = c.age + (start - c.diagnosed) / 365.25
    yearly = (
        (0.0055 * np.exp(0.095 * (np.clip(age, 30, 100) - 65)) + 0.006)
        * (1 + 0.5 * (line - 1))
        * np.exp(0.25 * frailty)
    )
    other = start + 5 + rng.exponential(365.25 / yearly)
    other = np.where(other < progressed, other, NEVER)
    fails = np.clip(DIES_BEFORE_NEXT[line] * np.exp(0.03 * (age - 68) + 0.3 * frailty), 0, 1)
    if line == LINES:
        fails = np.ones(n)
    of_disease = progressed + 8 + rng.exponential(170 if line < LINES else 300, n)
    dies = chance(rng, fails, n)
    return np.where(start < NEVER, np.minimum(other, np.where(dies, of_disease, NEVER)), NEVER).astype(np.int64)
