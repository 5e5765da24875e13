"""Who the synthetic patients are: person, disease, cytogenetics and the values they present with.

Distributions follow published cohorts in shape, not person by person: Kyle 2003 (Mayo Clin Proc 78:21, 1,027 patients:
isotypes, anaemia, renal failure, hypercalcaemia), Greipp 2005 (J Clin Oncol 23:3412: ISS), Palumbo 2015 (J Clin Oncol
33:2863: R-ISS, LDH, high-risk FISH), D'Agostino 2022 (J Clin Oncol 40:3406: 1q), Avet-Loiseau 2025 (J Clin Oncol 43:
2739: t(14;20), 1p32, TP53), Kyle 2006 (N Engl J Med 354:1362: isotypes of MGUS), Dispenzieri 2003 (Blood 101:2496:
POEMS syndrome). Ages are a Japanese registry's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from flows.sample.draws import DATA_CUT, LAST_DIAGNOSIS, OPENED, Array, Rng, chance, logistic, lognormal, pick

SITES = np.array([f"S{i:02d}" for i in range(1, 9)])
SITE_SHARE = [0.24, 0.18, 0.15, 0.12, 0.11, 0.09, 0.07, 0.04]
ISOTYPES = ["IgG", "IgA", "light_chain", "IgD", "non_secretory", "IgM", "IgE"]
ISOTYPE_SHARE = [0.555, 0.205, 0.18, 0.018, 0.033, 0.007, 0.002]
DIAGNOSES = ["MM", "PCL", "SMM", "AL", "plasmacytoma", "POEMS", "MGUS"]
# POEMS syndrome is rarer than that: at 300 patients a reader is to see some
DIAGNOSIS_SHARE = [0.850, 0.013, 0.028, 0.018, 0.005, 0.018, 0.068]
# mg/L of clonal free light chain above which it spills into the urine
SPILL = 60.0
ABNORMALITIES = [
    *("del17p", "t(4;14)", "t(14;16)", "gain1q", "del13q", "t(11;14)", "del1p32"),
    *("t(14;20)", "del1p32_monoallelic", "del1p32_biallelic", "tp53_mutation"),
]


@dataclass(frozen=True)
class Cohort:
    """One element a patient in every array. Dates are days since 1970-01-01; values are in the canonical units."""

    number: Array  # 1 is P000001
    site: Array  # index into SITES
    male: Array
    birth: Array
    diagnosed: Array
    age: Array  # years at diagnosis
    diagnosis: Array
    isotype: Array
    kappa: Array  # the clone's light chain is kappa
    in_beta: Array  # M-protein hidden in the beta region
    burden: Array  # standard normal: how much disease
    fish: Array  # patients x ABNORMALITIES, the truth
    serum_m: Array  # g/dL at diagnosis
    urine_m: Array  # mg/24 h
    flc_involved: Array  # mg/L above what normal cells make
    flc_normal: Array  # mg/L of the uninvolved chain in health, renal function included
    albumin: Array
    b2m: Array
    ldh_ratio: Array  # LDH over its upper limit
    calcium: Array
    creatinine: Array
    hemoglobin: Array
    crp: Array
    plasma_cells: Array  # % of marrow
    circulating: Array  # plasma cells per µL of blood
    lytic: Array  # count of lesions
    plasmacytoma: Array  # mm², 0 none
    risk: Array  # log hazard ratio of the disease

    def __len__(self) -> int:
        """Patients in the block."""
        return len(self.number)

    @property
    def watched(self) -> Array:
        """Precursors: no treatment until they are myeloma."""
        return np.isin(self.diagnosis, ["MGUS", "SMM"])

    @property
    def own(self) -> Array:
        """A share of a patient's own, spread evenly over the patients, without a draw."""
        return np.asarray((self.number * 0.6180339887) % 1.0)

    @property
    def iss(self) -> Array:
        """1, 2, 3 from the values of the diagnosis (Greipp 2005)."""
        return np.where(self.b2m >= 5.5, 3, np.where((self.b2m < 3.5) & (self.albumin >= 3.5), 1, 2))

    @property
    def r_iss(self) -> Array:
        """1, 2, 3 from ISS, FISH and LDH (Palumbo 2015), as if everything had been tested."""
        bad = self.fish[:, :3].any(axis=1)
        high = self.ldh_ratio > 1
        return np.where((self.iss == 1) & ~bad & ~high, 1, np.where((self.iss == 3) & (bad | high), 3, 2))


def draw_cohort(rng: Rng, first: int, n: int) -> Cohort:
    """`n` patients, numbered from `first`."""
    [own] = rng.spawn(1)  # its own generator, so that all else that is drawn stays the same
    burden = rng.standard_normal(n)
    diagnosis = pick(rng, DIAGNOSES, DIAGNOSIS_SHARE, n)
    # a registry grows: later years have more new patients
    diagnosed = OPENED + ((LAST_DIAGNOSIS - OPENED) * rng.random(n) ** 0.8).astype(np.int64)
    burden = np.where(np.isin(diagnosis, ["MGUS", "SMM", "AL", "plasmacytoma", "POEMS"]), burden - 1.6, burden)
    age = np.clip(rng.normal(68.6, 10.8, n) - 12 * (diagnosis == "POEMS"), 31, 94)
    isotype = pick(rng, ISOTYPES, ISOTYPE_SHARE, n)
    mgus, smouldering, poems = (diagnosis == name for name in ("MGUS", "SMM", "POEMS"))
    quiet = mgus | smouldering
    isotype = np.where(smouldering & (isotype != "IgA"), "IgG", isotype)
    isotype = np.where(mgus, pick(own, ["IgM", "IgG", "IgA", "light_chain"], [0.18, 0.58, 0.11, 0.13], n), isotype)
    isotype = np.where(poems, pick(own, ["IgA", "IgG", "light_chain"], [0.48, 0.42, 0.10], n), isotype)
    fish = _fish(rng, n, diagnosis)
    renal = _renal(rng, burden, isotype == "light_chain", age)
    renal = np.where(quiet, np.minimum(renal, 1.3), renal)
    serum, urine, involved = _proteins(rng, burden, isotype, smouldering)
    # what makes the difference of MGUS: under 3 g/dL, and next to nothing in the urine
    serum = np.where(mgus, np.clip(0.45 * serum, 0, 2.8), serum)
    urine, involved = np.where(mgus, 0.0, urine), np.where(mgus, np.minimum(0.15 * involved, 90), involved)
    # a biomarker of myeloma has none of them either
    involved = np.where(smouldering, np.minimum(involved, 280), involved)
    b2m, albumin = _iss_values(rng, burden, renal)
    ldh = np.exp(
        rng.normal(-0.40, 0.34, n) + 0.07 * burden + 0.06 * fish[:, :3].any(axis=1) + 0.8 * (diagnosis == "PCL")
    )
    cohort = Cohort(
        number=np.arange(first, first + n),
        site=rng.choice(len(SITES), n, p=np.asarray(SITE_SHARE)),
        male=chance(rng, 0.53, n),
        birth=diagnosed - (age * 365.25).astype(np.int64),
        diagnosed=diagnosed,
        age=age,
        diagnosis=diagnosis,
        isotype=isotype,
        # nearly all IgD clones make lambda (Blade 1994, J Clin Oncol 12:2398), and those of POEMS syndrome
        kappa=chance(rng, np.where(poems, 0.05, np.where(isotype == "IgD", 0.2, 0.615)), n),
        in_beta=(isotype == "IgA") & chance(rng, 0.28, n),
        burden=burden,
        fish=fish,
        serum_m=serum,
        urine_m=urine,
        flc_involved=involved,
        flc_normal=lognormal(rng, 12.0, 0.3, n) * np.clip(renal, 0.7, 4) ** 0.7,
        albumin=albumin,
        b2m=b2m,
        ldh_ratio=np.maximum(ldh, 0.5),
        calcium=np.where(
            chance(rng, logistic(-1.95 + 0.8 * burden), n) & ~quiet,
            lognormal(rng, 12.1, 0.10, n),
            rng.normal(9.3, 0.45, n),
        ),
        creatinine=0.78 * renal,
        hemoglobin=np.clip(
            rng.normal(10.7, 1.7, n) - 1.1 * burden - 0.5 * (renal > 2),
            np.where(mgus, 12.4, np.where(smouldering, 10.8, 4.5)),
            16.5,
        ),
        crp=np.clip(lognormal(rng, 1.6, 1.2, n), 0.1, 250),
        plasma_cells=_plasma_cells(rng, burden, diagnosis),
        circulating=np.where(
            diagnosis == "PCL",
            lognormal(rng, 4500, 0.7, n),
            np.where(chance(rng, 0.2, n) & ~mgus, lognormal(rng, 40, 1.0, n), 0),
        ),
        lytic=_lytic(rng, n, diagnosis),
        # bone-related and extramedullary disease at diagnosis: about 7-8 % (Varettoni 2010, Ann Oncol 21:325)
        plasmacytoma=np.where(
            (diagnosis == "plasmacytoma") | chance(rng, np.where(quiet, 0, 0.078), n),
            np.round(np.clip(lognormal(rng, 1200, 0.8, n), 80, 9000), -1),
            0,
        ),
        risk=np.zeros(n),
    )
    return _with_risk(_with_kidneys_that_filter(cohort))


def _with_kidneys_that_filter(c: Cohort) -> Cohort:
    """In precursors creatinine stays so low that a light body of that age still clears 45 mL/min."""
    kilograms = np.where(c.male, 50, 38 * 0.85)
    most = (140 - c.age) * kilograms / (72 * 45)
    return replace(c, creatinine=np.where(c.watched, np.minimum(c.creatinine, most), c.creatinine))


def _with_risk(c: Cohort) -> Cohort:
    """Log hazard: so that 5-year survival falls apart by R-ISS about as Palumbo 2015 has it (82, 62, 40 %)."""
    risk = (
        0.38 * (c.b2m >= 3.5)
        + 0.40 * (c.b2m >= 5.5)
        + 0.15 * (c.albumin < 3.5)
        + 0.65 * (c.ldh_ratio > 1)
        + 0.70 * c.fish[:, 0]
        + 0.45 * c.fish[:, 1]
        + 0.50 * c.fish[:, 2]
        + 0.25 * c.fish[:, 3]
        + 0.20 * c.fish[:, 6]
        + 0.40 * (c.fish[:, 7] | c.fish[:, 9] | c.fish[:, 10])
        + 0.40 * (c.plasmacytoma > 0)
        + 0.8 * (c.diagnosis == "PCL")
        - 0.75
    )
    return replace(c, risk=risk)


def _fish(rng: Rng, n: int, diagnosis: Array) -> Array:
    """True abnormalities. The translocations exclude each other; 1q goes with the bad ones, TP53 with del(17p)."""
    [own] = rng.spawn(1)  # its own generator, so that all else that is drawn stays the same
    kind = rng.random(n)
    t414, t1416, t1114 = kind < 0.13, (kind >= 0.13) & (kind < 0.17), (kind >= 0.17) & (kind < 0.33)
    t1420 = (kind >= 0.33) & (kind < 0.343)
    adverse = t414 | t1416 | t1420 | (diagnosis == "PCL")
    del17p = chance(rng, np.where(adverse, 0.15, 0.09), n)
    gain1q = chance(rng, np.where(adverse, 0.62, 0.29), n)
    del13q = chance(rng, np.where(adverse, 0.82, 0.38), n)
    del1p32 = chance(rng, 0.10, n)
    of_both, mutated = del1p32 & chance(own, 0.2, n), chance(own, np.where(del17p, 0.3, 0.035), n)
    known_long = [del17p, t414, t1416, gain1q, del13q, t1114, del1p32]
    return np.stack([*known_long, t1420, del1p32 & ~of_both, of_both, mutated], axis=1)


def _renal(rng: Rng, burden: Array, light_chain: Array, age: Array) -> Array:
    """Creatinine over its usual value; about a fifth present with 2 mg/dL or more (Kyle 2003: 19 %)."""
    n = len(burden)
    usual = np.exp(rng.normal(0.0, 0.20, n) + 0.007 * (age - 65))
    failing = chance(rng, logistic(-1.25 + 0.45 * burden + 0.9 * light_chain), n)
    return usual * np.where(failing, lognormal(rng, 3.0, 0.45, n), 1.0)


def _iss_values(rng: Rng, burden: Array, renal: Array) -> tuple[Array, Array]:
    """β2-microglobulin (mg/L) and albumin (g/dL), set so that ISS I, II, III are about 30, 40, 30 %."""
    n = len(burden)
    b2m = 3.40 * np.exp(0.36 * burden + 0.58 * np.log(renal) * (renal > 1.4) + rng.normal(0, 0.36, n))
    albumin = np.clip(rng.normal(3.70, 0.48, n) - 0.26 * burden, 1.4, 5.1)
    return np.clip(b2m, 1.0, 60), albumin


def _proteins(rng: Rng, burden: Array, isotype: Array, smouldering: Array) -> tuple[Array, Array, Array]:
    """Serum M-protein (g/dL), urine M-protein (mg/24 h) and free light chains made by the clone (mg/L)."""
    n = len(burden)
    median = np.select(
        [isotype == "IgG", isotype == "IgA", isotype == "IgD", isotype == "IgM"], [3.4, 3.0, 0.8, 2.6], 1.5
    )
    serum = np.clip(lognormal(rng, median, 0.42, n) * np.exp(0.22 * burden), 0.2, 9.8)
    serum[np.isin(isotype, ["light_chain", "non_secretory"])] = 0.0
    chains_only = np.isin(isotype, ["light_chain", "IgD"])
    involved = lognormal(rng, np.where(chains_only, 1900, 170), np.where(chains_only, 1.0, 1.45), n)
    involved = np.clip(involved * np.exp(0.35 * burden), 4, 30_000)
    involved = np.where(isotype == "non_secretory", involved * np.where(chance(rng, 0.55, n), 0.25, 0.0), involved)
    involved = np.where(smouldering, involved * 0.3, involved)
    # the kidney lets free light chains through once there are many of them: Bence Jones proteinuria in about half
    leak = lognormal(rng, 0.9, 1.0, n) * np.clip(involved - SPILL, 0, None)
    urine = np.clip(np.where(leak < 25, 0, leak), 0, 14_000)
    urine[isotype == "non_secretory"] = 0.0
    return serum, urine, involved


def _plasma_cells(rng: Rng, burden: Array, diagnosis: Array) -> Array:
    """Percent of marrow: at least 10 in myeloma, 10 to 60 when smouldering, below 10 in most others and in MGUS."""
    share = logistic(rng.normal(-0.85, 0.9, len(burden)) + 0.75 * burden)
    low = np.isin(diagnosis, ["AL", "POEMS", "plasmacytoma"])
    clonal = np.where(low, 1.5 + 15 * share, 10 + np.where(diagnosis == "SMM", 48, 88) * share)
    return np.where(diagnosis == "MGUS", 1.0 + 6 * share, clonal)


def _lytic(rng: Rng, n: int, diagnosis: Array) -> Array:
    """Lesions seen by CT or X-ray; bone disease in about three quarters of myeloma (Kyle 2003)."""
    count = 1 + rng.geometric(0.18, n)
    few = np.isin(diagnosis, ["MGUS", "SMM", "AL", "POEMS"])
    bare = chance(rng, np.where(few, 1.0, 0.27), n)
    return np.where(bare, 0, np.where(diagnosis == "plasmacytoma", 1, count))


def registered_on(rng: Rng, c: Cohort, last_contact: Array) -> Array:
    """Day follow-up by the registry began: for a part weeks or months after diagnosis, never after last contact."""
    late = np.where(chance(rng, 0.42, len(c)), 7 + lognormal(rng, 45, 0.9, len(c)), 0).astype(np.int64)
    return np.minimum(np.minimum(c.diagnosed + late, last_contact), DATA_CUT)
