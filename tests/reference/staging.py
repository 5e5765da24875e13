"""Section 2: staging at diagnosis (ISS, CA, LDH, RISS, R2ISS, CA.hits, HR.ims2025, MASS.3); of section 11 HR.risk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

from .clinic import Around
from .diagnosis import clauses
from .figures import Reading, Row, Tables, by_height, by_span, is_positive, nearest, read, span_in
from .logic import Truth, above, and3, at_least, exact, not3, or3, under

WINDOW = timedelta(days=30)
HIGH_RISK = ("del17p", "t(4;14)", "t(14;16)")
TRANSLOCATIONS = ("t(4;14)", "t(14;16)", "t(14;20)")
R2_POINTS = {"I": Decimal(0), "II": Decimal(1), "III": Decimal("1.5")}


def stage(patient: Row, tables: Tables, first_start: date | None) -> Row:
    """One staging row. first_start: start of the first line, None where there is none."""
    diagnosed = patient["diagnosis_date"]
    labs = list(_near(tables["labs"], diagnosed, first_start))
    fish = list(_near(tables["cytogenetics"], diagnosed, first_start))
    found = {name: _found(fish, name, diagnosed) for name in (*HIGH_RISK, "gain1q")}
    is_high_risk = or3(*(found[name] for name in HIGH_RISK))
    ldh_elevated = _ldh_elevated(labs, diagnosed)
    derived_iss = _iss(_figure(labs, "beta2_microglobulin", diagnosed), _figure(labs, "albumin", diagnosed))
    iss, iss_source = _decided(derived_iss, patient.get("reported_iss"))
    for_r_iss: dict[str, Truth] = derived_iss if iss is None else {name: name == iss for name in derived_iss}
    r_iss_truths = _r_iss(for_r_iss, is_high_risk, ldh_elevated)
    r_iss, r_iss_source = _decided(r_iss_truths, patient.get("reported_r_iss"))
    for_risk = r_iss_truths if r_iss is None else {name: name == r_iss for name in r_iss_truths}
    risks = {"ISS.III": for_r_iss["III"], "RISS.III": for_risk["III"], **found, "LDH.high": ldh_elevated}
    risks |= _risks_beyond_stages(patient, Around(tables, diagnosed, first_start))
    return {
        "patient_id": patient["patient_id"],
        "iss": iss,
        "r_iss": r_iss,
        "r2_iss": _r2_iss(for_r_iss, found, ldh_elevated),
        "iss_source": iss_source,
        "r_iss_source": r_iss_source,
        "cytogenetic_risk": {True: "high", False: "standard", None: None}[is_high_risk],
        "high_risk_hits": _hits(found),
        "double_hit": _has_hits(found, 2),
        "triple_hit": _has_hits(found, 3),
        "hr_ims2025": _ims2025(labs, fish, diagnosed),
        "mass_3": _mass_3(for_r_iss["III"], fish, ldh_elevated, diagnosed),
        "ldh_elevated": ldh_elevated,
        "r_iss_possible": sorted(name for name, truth in r_iss_truths.items() if truth is not False),
        "high_risk": or3(*risks.values()),
        "high_risk_because": [name for name, truth in risks.items() if truth],
    }


def _risks_beyond_stages(patient: Row, near: Around) -> dict[str, Truth]:
    """HR.risk: extramedullary disease, and primary plasma cell leukaemia, derived or as recorded."""
    recorded, leukaemia = patient.get("diagnosis"), clauses(patient, near)["DX.pcl"]
    if recorded is not None and not leukaemia:
        leukaemia = recorded == "PCL"
    return {"extramedullary_disease": near.sign("extramedullary_disease"), "PCL": leukaemia}


def _near(rows: Iterable[Row], diagnosed: date, first_start: date | None) -> Iterator[Row]:
    """Inputs: within 30 days of diagnosis either way, and not after the first line's start."""
    for row in rows:
        on = row["collected_on"]
        if abs(on - diagnosed) <= WINDOW and (first_start is None or on <= first_start):
            yield row


def _figure(labs: list[Row], analyte: str, diagnosed: date) -> Reading | None:
    rows = [row for row in labs if row["analyte"] == analyte and row.get("value") is not None]
    return nearest(((row["collected_on"], read(row)) for row in rows), diagnosed, by_height)


def _iss(b2m: Reading | None, albumin: Reading | None) -> dict[str, Truth]:
    """ISS.I, ISS.II, ISS.III; II is neither of the others."""
    low_b2m = under(b2m.response, exact("3.5")) if b2m else None
    third = at_least(b2m.response, exact("5.5")) if b2m else None
    good_albumin = at_least(albumin.response, exact("3.5")) if albumin else None
    first = and3(low_b2m, good_albumin)
    return {"I": first, "II": and3(not3(first), not3(third)), "III": third}


def _r_iss(iss: dict[str, Truth], is_high_risk: Truth, ldh_elevated: Truth) -> dict[str, Truth]:
    """RISS.I, RISS.II, RISS.III; II is neither of the others."""
    first = and3(iss["I"], not3(is_high_risk), not3(ldh_elevated))
    third = and3(iss["III"], or3(is_high_risk, ldh_elevated))
    return {"I": first, "II": and3(not3(first), not3(third)), "III": third}


def _decided(truths: dict[str, Truth], recorded: str | None) -> tuple[str | None, str | None]:
    """The stage that holds and its source; else the recorded one; else nothing."""
    for name, truth in truths.items():
        if truth:
            return name, "derived"
    return (recorded, "reported") if recorded else (None, None)


def _found(fish: list[Row], abnormality: str, diagnosed: date) -> Truth:
    rows = [row for row in fish if row["abnormality"] == abnormality]
    results = ((row["collected_on"], row["result"]) for row in rows)
    return is_positive(nearest(results, diagnosed, lambda result: result == "positive"))


def _ldh_elevated(labs: list[Row], diagnosed: date) -> Truth:
    """LDH.high, LDH.normal: against its own upper limit; unknown without one."""
    rows = [row for row in labs if row["analyte"] == "ldh" and row.get("value") is not None]
    chosen = nearest(((row["collected_on"], row) for row in rows), diagnosed, _ldh_height)
    if chosen is None or chosen.get("ref_high") is None:
        return None
    return above(read(chosen).response, exact(chosen["ref_high"]))


def _ldh_height(row: Row) -> tuple[object, bool, Decimal]:
    """The higher value; of equal ones that with a limit, then the lower limit (positive over negative)."""
    limit = row.get("ref_high")
    return (by_height(read(row)), limit is not None, -limit if limit is not None else Decimal(0))


def _hits(found: dict[str, Truth]) -> int | None:
    """CA.hits: the number found; with some not looked for a lower bound, told from two on: that is double-hit."""
    number = list(found.values()).count(True)
    return number if None not in found.values() or number >= 2 else None


def _has_hits(found: dict[str, Truth], least: int) -> Truth:
    """Whether so many were found, whatever those not looked for would have shown."""
    number, unknown = list(found.values()).count(True), list(found.values()).count(None)
    return True if number >= least else None if number + unknown >= least else False


def _ims2025(labs: list[Row], fish: list[Row], diagnosed: date) -> Truth:
    """HR.ims2025; any deletion of 1p32 is one of at least one allele."""

    def found(name: str) -> Truth:
        return _found(fish, name, diagnosed)

    rows = [(row["collected_on"], row) for row in fish if row["abnormality"] == "del17p"]
    del17p = nearest(rows, diagnosed, _del17p_height)
    percent = span_in(del17p, "percent") if del17p else None
    many = None if percent is None else above(percent, exact(20))
    in_many_cells = and3(is_positive(del17p["result"]), many) if del17p else None
    del1p32, of_both_alleles = _alleles_of_1p32(found)
    b2m, creatinine = (_figure(labs, name, diagnosed) for name in ("beta2_microglobulin", "creatinine"))
    return or3(
        in_many_cells,
        found("tp53_mutation"),
        and3(
            or3(*(found(name) for name in TRANSLOCATIONS)),
            or3(found("gain1q"), del1p32),
        ),
        and3(del1p32, found("gain1q")),
        of_both_alleles,
        and3(
            at_least(b2m.response, exact("5.5")) if b2m else None,
            under(creatinine.response, exact("1.2")) if creatinine else None,
        ),
    )


def _del17p_height(row: Row) -> tuple[object, ...]:
    """Positive over negative; of two positives the higher share, and one that was given over one that was not."""
    percent = span_in(row, "percent")
    return row["result"] == "positive", percent is not None, *(by_span(percent) if percent else ())


def _alleles_of_1p32(found: Callable[[str], Truth]) -> tuple[Truth, Truth]:
    """Whether 1p32 is lost on at least one allele, and whether on both; a positive code counts, whatever negatives say.

    No code is inferred: a deletion that is not monoallelic is of both alleles only once del1p32_biallelic says so.
    """
    of_any, of_one, of_both = (found(name) for name in ("del1p32", "del1p32_monoallelic", "del1p32_biallelic"))
    if of_both:
        return True, True
    if of_one:
        return True, False
    if of_any:
        return True, of_both
    if of_any is False or (of_one is False and of_both is False):
        return False, False
    return None, of_both


def _mass_3(third: Truth, fish: list[Row], ldh_elevated: Truth, diagnosed: date) -> str | None:
    """MASS.3: how many of five signs, 0, 1 or 2 and more; the group, if what is missing can't change it."""
    translocation = or3(*(_found(fish, name, diagnosed) for name in TRANSLOCATIONS))
    signs = [translocation, *(_found(fish, name, diagnosed) for name in ("gain1q", "del17p")), third, ldh_elevated]
    least, most = signs.count(True), signs.count(True) + signs.count(None)
    return None if least < min(most, 2) else "2+" if least >= 2 else str(least)


def _r2_iss(iss: dict[str, Truth], found: dict[str, Truth], ldh_elevated: Truth) -> str | None:
    """R2ISS: the group, if it is the same whatever the missing tests would have said."""
    points = [
        [R2_POINTS[name] for name, truth in iss.items() if truth is not False],
        *(_points(found[name], "1") for name in ("del17p", "t(4;14)")),
        _points(ldh_elevated, "1"),
        _points(found["gain1q"], "0.5"),
    ]
    groups = {_r2_group(sum(one, Decimal(0))) for one in product(*points)}
    return groups.pop() if len(groups) == 1 else None


def _points(truth: Truth, worth: str) -> list[Decimal]:
    return [Decimal(worth) if still else Decimal(0) for still in (True, False) if truth in (still, None)]


def _r2_group(points: Decimal) -> str:
    if points == 0:
        return "I"
    if points <= 1:
        return "II"
    return "III" if points <= Decimal("2.5") else "IV"
