"""Section 3: by what a patient is measured, from the baseline (MEAS.serum, MEAS.urine, MEAS.flc, V.flc)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .figures import Reading, dflc, ratio_above, ratio_below
from .logic import Truth, and3, at_least, exact, not3, or3
from .visits import Findings


@dataclass(frozen=True)
class Course:
    """A line as it stood at its start: what was found, what is measurable, which light chain is involved."""

    edition: str
    line: int
    baseline: Findings
    involved: str | None
    is_s: Truth
    is_u: Truth
    is_l: Truth
    is_f: Truth
    is_m: Truth
    measurable_by: str
    hope: Course | None = None

    def involved_flc(self, found: Findings) -> Reading | None:
        """The involved chain's figure; None where missing or where no chain is known to be involved."""
        return {"kappa": found.kappa, "lambda": found.lam}.get(self.involved or "")

    def dflc(self, found: Findings) -> Reading | None:
        """V.flc: None where either chain is missing or none is known to be involved."""
        return _dflc(found, self.involved)


def course(edition: str, line: int, baseline: Findings, recorded_chain: str | None, *, is_chain_lost: bool) -> Course:
    """Section 3 for one line; which chain is involved is not known where the recorded one could not be read."""
    involved = None if is_chain_lost else recorded_chain or _chain_by_ratio(baseline)
    has_flc = baseline.kappa is not None and baseline.lam is not None
    has_any = baseline.serum is not None or baseline.urine is not None or has_flc
    is_s: Truth = baseline.serum is not None and at_least(baseline.serum.response, exact(1))
    is_u: Truth = baseline.urine is not None and at_least(baseline.urine.response, exact(200))
    is_l: Truth = has_flc and _flc_measurable(baseline, involved)
    is_f = and3(is_l, not3(is_s), not3(is_u))
    has_enough_marrow: Truth = baseline.marrow is not None and at_least(baseline.marrow, exact(30))
    is_m = and3(not3(is_s), not3(is_u), not3(is_l), has_any, has_enough_marrow)
    label = _label(is_s, is_u, is_f, is_m) if has_any else "unknown"
    decided = Course(edition, line, baseline, involved, is_s, is_u, is_l, is_f, is_m, label)
    return replace(decided, hope=_hope(decided)) if label in ("none", "unknown") else decided


def _hope(decided: Course) -> Course:
    """Where nothing is measurable: the same, with what has no baseline figure left open (C.unknown)."""
    found = decided.baseline
    is_s = None if found.serum is None else decided.is_s
    is_u = None if found.urine is None else decided.is_u
    is_l = decided.is_l if found.kappa and found.lam else _hoped_flc(found, decided.involved)
    has_enough_marrow = None if found.marrow is None else at_least(found.marrow, exact(30))
    is_f = and3(is_l, not3(is_s), not3(is_u))
    is_m = and3(not3(is_s), not3(is_u), not3(is_l), has_enough_marrow)
    return replace(decided, is_s=is_s, is_u=is_u, is_l=is_l, is_f=is_f, is_m=is_m)


def _hoped_flc(found: Findings, involved: str | None) -> Truth:
    """With one chain missing, a recorded involved chain that is there and too low still rules FLC out."""
    chain = {"kappa": found.kappa, "lambda": found.lam}.get(involved or "")
    return and3(at_least(chain.response, exact(100)), None) if chain else None


def _chain_by_ratio(baseline: Findings) -> str | None:
    """V.flc where no chain is recorded: by the baseline ratio, if that is surely abnormal."""
    if baseline.kappa is None or baseline.lam is None:
        return None
    if ratio_above(baseline.kappa.response, baseline.lam.response):
        return "kappa"
    return "lambda" if ratio_below(baseline.kappa.response, baseline.lam.response) else None


def _flc_measurable(baseline: Findings, involved: str | None) -> Truth:
    """MEAS.flc; called only where both chains have a figure."""
    assert baseline.kappa
    assert baseline.lam
    kappa, lam = baseline.kappa.response, baseline.lam.response
    enough = {
        "kappa": at_least(kappa, exact(100)),
        "lambda": at_least(lam, exact(100)),
    }
    # An unrecorded chain and an undecided ratio leave open which of the two it is.
    either = None if enough["kappa"] is not enough["lambda"] else enough["kappa"]
    involved_enough = enough[involved] if involved else either
    return and3(involved_enough, or3(ratio_above(kappa, lam), ratio_below(kappa, lam)))


def _label(is_s: Truth, is_u: Truth, is_f: Truth, is_m: Truth) -> str:
    if None in (is_s, is_u) or (not is_s and not is_u and None in (is_f, is_m)):
        return "unknown"  # a ">x" below its threshold leaves it open
    if is_s or is_u:
        return "+".join(name for name, holds in (("serum", is_s), ("urine", is_u)) if holds)
    if is_f:
        return "flc"
    return "marrow" if is_m else "none"


def _dflc(found: Findings, involved: str | None) -> Reading | None:
    if involved is None:
        return None
    chains = (found.kappa, found.lam) if involved == "kappa" else (found.lam, found.kappa)
    return dflc(*chains)
