"""Section 10: the risk of MGUS and of smouldering myeloma (MGUS.*, SMM.*), and what became of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .clinic import LABORATORY_DAYS, Around, clonal, figure_of, fluid_spans, known
from .diagnosis import Truths, clauses, flc_ratio, is_diagnosed, of_involved
from .endpoints import Fate
from .figures import ZERO, Row, Tables, by_span, nearest
from .frailty import Points, only, totals
from .logic import INFINITY, Span, Truth, above, and3, at_least, at_most, exact, not3, or3, under
from .relapse import months_after

NORMAL_RATIO = {"jsh2023": ("0.5", "2"), "imwg2016": ("0.26", "1.65")}
FISH = ("t(4;14)", "t(14;16)", "gain1q", "del13q")
DAYS_PER_YEAR = Decimal("365.25")
RECORDED = ("MM", "PCL", "AL")
CRAB = ("MDE.calcium", "MDE.renal", "MDE.anaemia", "MDE.bone")
PROGRESSES_BY = ("DX.al", "DX.pcl", "DX.myeloma")
# When, and by which clause or that it was recorded.
Progression = tuple[date | None, str | None]
# Points from which a group begins, its name, and the fraction that progresses.
Groups = tuple[tuple[str, str, str | None], ...]
GROUPS: dict[str, Groups] = {
    "MGUS.2005": (("0", "0", "0.05"), ("1", "1", "0.21"), ("2", "2", "0.37"), ("3", "3", "0.58")),
    "MGUS.2018": (("0", "0", "0.07"), ("1", "1", "0.20"), ("2", "2", "0.30")),
    "SMM.2_20_20": (("0", "0", "0.06"), ("1", "1", "0.18"), ("2", "2+", "0.44")),
    "SMM.4_factor": (("0", "0", "0.06"), ("1", "1", "0.23"), ("2", "2", "0.46"), ("3", "3+", "0.63")),
    "SMM.score": (("0", "0-4", "0.038"), ("5", "5-8", "0.26"), ("9", "9-12", "0.51"), ("13", "13+", "0.73")),
    "SMM.2010": (("0", "0", None), ("1", "1", None), ("2", "2", None), ("3", "3", None)),
}
HORIZON = {"MGUS.2005": 20, "MGUS.2018": 20, "SMM.2_20_20": 2, "SMM.4_factor": 2, "SMM.score": 2}
HORIZON |= {"SMM.evolving": 2, "SMM.slope": 5}
EVOLVING = {"eMP": "0.638", "eHb": "0.646", "eMP+eHb": "0.815", "eMP+eHb+plasma_cells": "0.905"}
CONCERNED = {"IgG": "igg", "IgA": "iga", "IgD": "igd", "IgM": "igm", "IgE": "ige"}
SLOPE_FROM_DAYS = 90  # nearer figures differ by chance


def precursor_risk(patient: Row, tables: Tables, first_start: date | None, diagnosis: Row, edition: str) -> list[Row]:
    """One row per model of the precursor that is recorded or derived; no value after the first line's start is used."""
    near = Around(tables, patient["diagnosis_date"], first_start)
    who = patient["patient_id"]
    models: dict[str, list[Points]] = {}
    if is_diagnosed(diagnosis, "MGUS"):
        models |= _mgus(patient, near, edition)
    rows = [_row(who, model, parts) for model, parts in models.items()]
    if any(row["model"] == "MGUS.2018" for row in rows) and patient.get("isotype") is None:
        rows[-1] = _told(who, "MGUS.2018", rows[-1]["points"], None, None)  # it may be IgM
    if is_diagnosed(diagnosis, "SMM"):
        rows += [_row(who, model, parts) for model, parts in _smouldering(patient, near, edition).items()]
        rows += [_evolving(patient, near, edition), _slope(patient, near), _pangea(patient, near)]
    return rows


def _row(patient_id: str, model: str, parts: list[Points]) -> Row:
    sums = totals(parts)
    group = only({_group(model, total) for total in sums})
    predicted = next((share for _, name, share in GROUPS[model] if name == group), None)
    return _told(patient_id, model, only(sums), group, predicted)


def _told(patient_id: str, model: str, points: Decimal | None, group: str | None, predicted: str | None) -> Row:
    return {
        "patient_id": patient_id,
        "model": model,
        "points": points,
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


@dataclass(frozen=True)
class _Series:
    """One quantity's dated figures, up to the first treatment: that of the diagnosis, and what came after it."""

    near: Around
    dated: list[tuple[date, Span]]

    @property
    def first(self) -> tuple[date, Span] | None:
        """The figure nearest the diagnosis, with its date."""
        on, within = self.near.on, timedelta(days=LABORATORY_DAYS)
        near = [(at, (at, span)) for at, span in self.dated if abs(at - on) <= within]
        return nearest(near, on, lambda dated: by_span(dated[1]))

    def later(self, months: int) -> list[tuple[date, Span]]:
        """Figures after the first, up to so many months after the diagnosis."""
        until, first = months_after(self.near.on, months), self.first
        return [(on, span) for on, span in self.dated if first is not None and first[0] < on <= until]


def _series(near: Around, analyte: str) -> _Series:
    rows = [row for row in near.tables["labs"] if row["analyte"] == analyte and row.get("value") is not None]
    dated = [(row["collected_on"], figure_of(row)) for row in rows]
    return _Series(near, [(on, span) for on, span in dated if near.until is None or on <= near.until])


def _m_protein(patient: Row, near: Around) -> _Series:
    in_beta = bool(patient.get("m_protein_in_beta"))
    return _Series(near, fluid_spans(near.tables, "serum", in_beta, near.until))


def _rises(series: _Series | None, least_rise: str, may_be_slight: Truth) -> Truth:
    """Up by 25 % within 12 months, or (may_be_slight) by 10 % within 6; unknown where no one looked again."""
    if series is None or series.first is None:
        return None
    figure = series.first[1]

    def within(months: int, times: str) -> Truth:
        rises = [
            and3(
                above(span, figure), at_least(span, figure.times(times)), at_least(span, figure.plus(exact(least_rise)))
            )
            for _, span in series.later(months)
        ]
        return or3(*rises) if rises else None

    return or3(and3(may_be_slight, within(6, "1.1")), within(12, "1.25"))


def _falls(series: _Series, by: str) -> Truth:
    """Down by so much within 12 months."""
    later = series.later(12)
    return (
        or3(*(at_least(series.first[1], span.plus(exact(by))) for _, span in later)) if series.first and later else None
    )


def _evolving(patient: Row, near: Around, edition: str) -> Row:
    """SMM.evolving: eMP, eHb and plasma cells; given if all three are known.

    imwg2016, the original: a rise of 0.5 g/dL or more (of the M-protein or of the immunoglobulin), and 10 % do only
    from an M-protein of 3 g/dL.
    """
    m_protein, concerned = _m_protein(patient, near), CONCERNED.get(patient.get("isotype") or "")
    of_both = [m_protein, _series(near, concerned) if concerned else None]
    if edition == "imwg2016":
        may_be_slight = at_least(m_protein.first[1], exact(3)) if m_protein.first else None
        rises = [_rises(series, "0.5", may_be_slight) for series in of_both]
    else:
        rises = [_rises(series, "0", True) for series in of_both]
    factors = {
        "eMP": True if True in rises else False if False in rises else None,
        "eHb": _falls(_series(near, "hemoglobin"), "0.5"),
        "plasma_cells": known(at_least, near.clonal_percent(), 20),
    }
    if None in factors.values():
        return _told(patient["patient_id"], "SMM.evolving", None, None, None)
    found = "+".join(name for name, truth in factors.items() if truth) or "0"
    points = Decimal(list(factors.values()).count(True))
    return _told(patient["patient_id"], "SMM.evolving", points, found, EVOLVING.get(found))


def _slope(patient: Row, near: Around) -> Row:
    """SMM.slope: 2 mg/dL a day from the figure at diagnosis to the last within a year, 90 days later or more."""
    series = _m_protein(patient, near)
    first, later = series.first, series.later(12)
    steep: Truth = None
    if first and later:
        on = max(at for at, _ in later)
        last = max((span for at, span in later if at == on), key=by_span)
        days = (on - first[0]).days
        if days >= SLOPE_FROM_DAYS:
            steep = at_least(last, first[1].plus(exact(Decimal(days) * Decimal("0.002"))))
    points = None if steep is None else Decimal(steep)
    group = None if points is None else str(points)
    return _told(patient["patient_id"], "SMM.slope", points, group, "1" if steep else None)


def _pangea(patient: Row, near: Around) -> Row:
    """SMM.pangea, the markers that move within a year of the figure at diagnosis: counted, and nothing predicted."""
    markers = [
        _moves(_m_protein(patient, near), lambda then, now: at_least(now, then.plus(exact("0.2")))),
        of_involved(patient, {name: _ratio_up(near, name) for name in ("kappa", "lambda")}),
        _moves(_series(near, "creatinine"), lambda then, now: above(now, then.times("1.25"))),
        _moves(_series(near, "hemoglobin"), lambda then, now: at_least(then, now.plus(exact("1.5")))),
    ]
    sums = totals(_factors(*markers))
    group = only({str(total) for total in sums})
    return _told(patient["patient_id"], "SMM.pangea", only(sums), group, None)


def _moves(series: _Series, by: Callable[[Span, Span], Truth]) -> Truth:
    """Whether any figure of the year after moved by so much; unknown where no one looked again."""
    later = series.later(12)
    return or3(*(by(series.first[1], span) for _, span in later)) if series.first and later else None


def _ratio_up(near: Around, involved: str) -> Truth:
    """Involved over uninvolved up by 20 or more; a ratio is of two chains of one day, and there is none by a 0."""
    analytes = ("flc_kappa", "flc_lambda") if involved == "kappa" else ("flc_lambda", "flc_kappa")
    over, under_ = (_series(near, analyte).dated for analyte in analytes)
    ratios = [(on, _over(one, other)) for on, one in over for at, other in under_ if at == on and other != ZERO]
    return _moves(_Series(near, ratios), lambda then, now: at_least(now, then.plus(exact(20))))


def _over(one: Span, other: Span) -> Span:
    """Every ratio of a figure of the one and one of the other, which is not 0."""
    least = (one.low[0] / other.high[0], one.low[1] - other.high[1])
    most = (one.high[0] / other.low[0], one.high[1] - other.low[1]) if other.low[0] else (INFINITY, 0)
    return Span(least, most)


def precursor_course(patient: Row, tables: Tables, first_drug: date | None, diagnosis: Row, fate: Fate) -> list[Row]:
    """What became of each precursor that the patient has: progression, a treatment begun without one, death, or last
    contact, whichever came first.

    Where death can't be told and nothing came before, the event is unknown (null).
    """
    return [
        _course(patient, name, _progressed(patient, tables, first_drug, diagnosis, name), first_drug, fate)
        for name in precursors_of(diagnosis)
    ]


def precursors_of(diagnosis: Row) -> list[str]:
    """MGUS and smouldering myeloma as recorded or derived; a solitary plasmacytoma, unless there are several; myeloma
    with a biomarker and no organ damage, as far as is known.
    """
    held, against = diagnosis["clauses_for"], diagnosis["clauses_against"]
    is_solitary = is_diagnosed(diagnosis, "plasmacytoma") and diagnosis["derived"] != "DX.multiple_plasmacytoma"
    by_biomarker = any(name.startswith("SLIM.") for name in held) and set(CRAB) <= set(against)
    found = {
        "MGUS": is_diagnosed(diagnosis, "MGUS"),
        "SMM": is_diagnosed(diagnosis, "SMM"),
        "plasmacytoma": is_solitary,
        "SLiM": is_diagnosed(diagnosis, "MM") and by_biomarker,
    }
    return [name for name, is_there in found.items() if is_there]


def _progressed(patient: Row, tables: Tables, first_drug: date | None, diagnosis: Row, precursor: str) -> Progression:
    """A recorded diagnosis that is none of the precursor any more, or what held earlier or on that day."""
    progressed = ("PCL", "AL") if precursor == "SLiM" else RECORDED
    held = _progression(patient, tables, first_drug, precursor)
    if diagnosis["recorded"] in progressed and held[0] != patient["diagnosis_date"]:
        return patient["diagnosis_date"], "recorded"
    return held


def _course(patient: Row, precursor: str, progressed: Progression, first_drug: date | None, fate: Fate) -> Row:
    start, (on, by) = patient["diagnosis_date"], progressed
    end: date | None
    event: str | None
    if on is not None:
        end, event = on, "progression"
    elif first_drug is not None and (fate.died_on is None or first_drug <= fate.died_on):
        end, event = max(first_drug, start), "treated_before_progression"
    elif fate.died_on is not None:
        end, event = fate.died_on, "death"
    else:
        end, event = (fate.last_contact, "censored") if fate.is_known else (None, None)
    return {
        "patient_id": patient["patient_id"],
        "precursor": precursor,
        "start_date": start,
        "progressed_on": on,
        "progressed_by": by,
        "end_date": end,
        "event": event,
        "years": None if end is None else Decimal((end - start).days) / DAYS_PER_YEAR,
    }


def _progression(patient: Row, tables: Tables, first_drug: date | None, precursor: str) -> Progression:
    """The first date, from the diagnosis to the first treatment, at which the precursor is none any more.

    Of the day of diagnosis it is asked whatever was begun before.
    """
    dated = {"labs": "collected_on", "marrow": "collected_on", "imaging": "performed_on", "findings": "observed_on"}
    start = patient["diagnosis_date"]
    dates = {row[column] for table, column in dated.items() for row in tables[table] if row[column] > start}
    for on in sorted({start, *dates}):
        if first_drug is not None and on > max(first_drug, start):
            break
        near = Around(tables, on, first_drug)
        truths: Truths = clauses(patient, near)
        events = or3(*(truths[name] for name in truths if name.startswith(("MDE.", "SLIM."))))
        if precursor == "plasmacytoma":  # proven long since, and its own lesion is no event
            lesions = or3(*(known(at_least, near.lesions(of), 2) for of in ("lytic_lesions", "focal_lesions")))
            of_marrow = and3(_is_in_marrow(tables, on), events)
            truths["DX.myeloma"] = or3(truths["DX.myeloma"], lesions, of_marrow)
        elif precursor != "SLiM" and _had_clone(tables, on):  # it does not go away untreated: no new marrow is needed
            truths["DX.myeloma"] = events
        for name in ("DX.al", "DX.pcl", *CRAB) if precursor == "SLiM" else PROGRESSES_BY:
            if truths[name]:
                return on, name
    return None, None


def _had_clone(tables: Tables, on: date) -> bool:
    """Whether 10 % clonal plasma cells were found on or before a date, or a plasmacytoma was proven."""
    proven = [
        row for row in tables["findings"] if row["finding"] == "biopsy_proven_plasmacytoma" and row.get("present")
    ]
    return _is_in_marrow(tables, on) or any(row["observed_on"] <= on for row in proven)


def _is_in_marrow(tables: Tables, on: date) -> bool:
    """Whether a marrow on or before a date had 10 % clonal plasma cells."""
    before = [clonal(row) for row in tables["marrow"] if row["collected_on"] <= on]
    return any(known(at_least, span, 10) for span in before)
