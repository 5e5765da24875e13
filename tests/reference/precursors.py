"""Section 10: the risk of MGUS and of smouldering myeloma (MGUS.*, SMM.*), and what became of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from .clinic import Around, known
from .diagnosis import Truths, clauses, flc_ratio, is_diagnosed
from .endpoints import Fate
from .figures import ZERO, Row
from .frailty import Points, only, totals
from .logic import Truth, above, and3, at_least, at_most, not3, or3, under
from .visits import Tables

NORMAL_RATIO = {"jsh2023": ("0.5", "2"), "imwg2016": ("0.26", "1.65")}
FISH = ("t(4;14)", "t(14;16)", "gain1q", "del13q")
DAYS_PER_YEAR = Decimal("365.25")
PROGRESSES_BY = ("DX.al", "DX.pcl", "DX.myeloma")
# Points from which a group begins, its name, and the fraction that progresses.
Groups = tuple[tuple[str, str, str | None], ...]
GROUPS: dict[str, Groups] = {
    "MGUS.2005": (("0", "0", "0.05"), ("1", "1", "0.21"), ("2", "2", "0.37"), ("3", "3", "0.58")),
    "MGUS.2018": (("0", "0", "0.07"), ("1", "1", "0.20"), ("2", "2", "0.30")),
    "SMM.2_20_20": (("0", "0", "0.06"), ("1", "1", "0.18"), ("2", "2", "0.44")),
    "SMM.4_factor": (("0", "0", "0.06"), ("1", "1", "0.23"), ("2", "2", "0.46"), ("3", "3", "0.63")),
    "SMM.score": (("0", "0-4", "0.038"), ("5", "5-8", "0.26"), ("9", "9-12", "0.51"), ("13", "13", "0.73")),
    "SMM.2010": (("0", "0", None), ("1", "1", None), ("2", "2", None), ("3", "3", None)),
}
HORIZON = {"MGUS.2005": 20, "MGUS.2018": 20, "SMM.2_20_20": 2, "SMM.4_factor": 2, "SMM.score": 2}


def precursor_risk(patient: Row, tables: Tables, diagnosis: Row, edition: str) -> list[Row]:
    """One row per model of the precursor that is recorded or derived."""
    near = Around(tables, patient["diagnosis_date"])
    models: dict[str, list[Points]] = {}
    if is_diagnosed(diagnosis, "MGUS"):
        models |= _mgus(patient, near, edition)
    if is_diagnosed(diagnosis, "SMM"):
        models |= _smouldering(patient, near, edition)
    return [_row(patient["patient_id"], model, parts) for model, parts in models.items()]


def _row(patient_id: str, model: str, parts: list[Points]) -> Row:
    sums = totals(parts)
    group = only({_group(model, total) for total in sums})
    predicted = next((share for _, name, share in GROUPS[model] if name == group), None)
    return {
        "patient_id": patient_id,
        "model": model,
        "points": only(sums),
        "risk_group": group,
        "predicted": None if predicted is None else Decimal(predicted),
        "horizon_years": HORIZON.get(model),
    }


def _group(model: str, total: Decimal) -> str:
    return [name for least, name, _ in GROUPS[model] if total >= Decimal(least)][-1]


def _factors(*truths: Truth) -> list[Points]:
    """A point for each factor; both of its values where it is unknown."""
    return [(Decimal(0), Decimal(1)) if truth is None else (Decimal(truth),) for truth in truths]


def _mgus(patient: Row, near: Around, edition: str) -> dict[str, list[Points]]:
    isotype, high = patient.get("isotype"), known(at_least, near.serum_m(patient), "1.5")
    abnormal = _ratio_is_abnormal(near, *NORMAL_RATIO[edition])
    models = {"MGUS.2005": _factors(high, None if isotype is None else isotype != "IgG", abnormal)}
    if isotype != "IgM":
        models["MGUS.2018"] = _factors(high, abnormal)
    return models


def _ratio_is_abnormal(near: Around, low: str, high: str) -> Truth:
    kappa, lam = near.figure("flc_kappa"), near.figure("flc_lambda")
    if kappa is None or lam is None or kappa == lam == ZERO:
        return None
    return or3(under(kappa, lam.times(low)), above(kappa, lam.times(high)))


def _smouldering(patient: Row, near: Around, edition: str) -> dict[str, list[Points]]:
    serum, marrow = near.serum_m(patient), near.clonal_percent()
    reaches = at_least if edition == "jsh2023" else above
    three = [known(reaches, serum, 2), flc_ratio(patient, near, "20", reaches), known(reaches, marrow, 20)]
    fish = or3(*(near.fish(name) for name in FISH))
    score = [
        _worth(lambda bound: flc_ratio(patient, near, bound, above), ("10", "2"), ("25", "3"), ("40", "5")),
        _worth(lambda bound: known(above, serum, bound), ("1.5", "3"), ("3", "4")),
        _worth(lambda bound: known(above, marrow, bound), ("15", "2"), ("20", "3"), ("30", "5"), ("40", "6")),
        _worth(lambda _: fish, ("", "2")),
    ]
    return {
        "SMM.2_20_20": _factors(*three),
        "SMM.4_factor": _factors(*three, fish),
        "SMM.score": score,
        "SMM.2010": _factors(known(at_least, marrow, 10), known(at_least, serum, 3), _ratio_is_extreme(near)),
    }


def _ratio_is_extreme(near: Around) -> Truth:
    kappa, lam = near.figure("flc_kappa"), near.figure("flc_lambda")
    if kappa is None or lam is None or kappa == lam == ZERO:
        return None
    return or3(at_most(kappa, lam.times("0.125")), at_least(kappa, lam.times("8")))


def _worth(is_above: Callable[[str], Truth], *levels: tuple[str, str]) -> Points:
    """What one figure may add: the points of the highest level that it is above, 0 below all."""
    truths = [True, *(is_above(bound) for bound, _ in levels), False]
    points = [Decimal(0), *(Decimal(worth) for _, worth in levels)]
    return tuple(
        worth
        for worth, reached, next_reached in zip(points, truths[:-1], truths[1:], strict=True)
        if and3(reached, not3(next_reached)) is not False
    )


def precursor_course(patient: Row, tables: Tables, diagnosis: Row, fate: Fate) -> list[Row]:
    """Progression of the precursor, death, or last contact: whichever came first."""
    start = patient["diagnosis_date"]
    on, by = _progression(patient, tables, start)
    if on is not None:
        end, event = on, "progression"
    elif fate.died_on is not None:
        end, event = fate.died_on, "death"
    else:
        end, event = fate.last_contact, "censored"
    return [
        {
            "patient_id": patient["patient_id"],
            "precursor": name,
            "start_date": start,
            "progressed_on": on,
            "progressed_by": by,
            "end_date": end,
            "event": event,
            "years": Decimal((end - start).days) / DAYS_PER_YEAR,
        }
        for name in ("MGUS", "SMM")
        if is_diagnosed(diagnosis, name)
    ]


def _progression(patient: Row, tables: Tables, start: date) -> tuple[date | None, str | None]:
    """The first date with a test at which myeloma, plasma cell leukaemia or AL holds."""
    dated = {"labs": "collected_on", "marrow": "collected_on", "imaging": "performed_on", "findings": "observed_on"}
    dates = {row[column] for table, column in dated.items() for row in tables[table] if row[column] > start}
    for on in sorted(dates):
        truths: Truths = clauses(patient, Around(tables, on))
        for name in PROGRESSES_BY:
            if truths[name]:
                return on, name
    return None, None
