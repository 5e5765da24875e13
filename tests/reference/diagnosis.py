"""Section 9: the diagnosis (MDE.*, SLIM.*, DX.*), clause by clause, and whether the recorded one stands."""

from __future__ import annotations

from datetime import date
from functools import reduce

from .clinic import Around, Test, age_years, known
from .figures import ZERO, Row, Tables, ratio_above, ratio_below
from .logic import Span, Truth, above, and3, at_least, at_most, compared, exact, higher, not3, or3, under
from .lost import is_unreadable

Truths = dict[str, Truth]
ORDER = (
    *("DX.al", "DX.poems", "DX.pcl", "DX.multiple_plasmacytoma", "DX.myeloma", "DX.plasmacytoma"),
    *("DX.plasmacytoma_minimal_marrow", "DX.smouldering", "DX.mgus_light_chain", "DX.mgus_igm", "DX.mgus"),
)
CLAUSES_OF = {
    "MM": ("DX.myeloma",),
    "SMM": ("DX.smouldering",),
    "MGUS": ("DX.mgus", "DX.mgus_igm", "DX.mgus_light_chain"),
    "PCL": ("DX.pcl",),
    "plasmacytoma": ("DX.plasmacytoma", "DX.plasmacytoma_minimal_marrow", "DX.multiple_plasmacytoma"),
    "AL": ("DX.al",),
    "POEMS": ("DX.poems",),
}
HEAVY = ("IgG", "IgA", "IgD", "IgM", "IgE")
# Below what is measurable (section 3) an M-protein is a trace.
TRACE_G_DL, TRACE_MG_24H = 1, 200
FLC_UPPER_LIMITS_MG_L = {"flc_kappa": "19.4", "flc_lambda": "26.3"}  # where the laboratory gives none
OTHER_SIGNS_OF_POEMS = (
    *("organomegaly", "hepatosplenomegaly", "lymphadenopathy"),
    *("volume_overload", "skin_changes", "papilloedema", "thrombocytosis_polycythaemia"),
)
# C.si: limits as their source publishes them, in the unit of the report; the second is off the laboratory's own.
LIMITS: dict[str, dict[str, tuple[str, str | None]]] = {
    "calcium": {"mg/dL": ("11", "1"), "mmol/L": ("2.75", "0.25")},
    "creatinine": {"mg/dL": ("2.0", None), "µmol/L": ("177", None), "umol/L": ("177", None)},
    "hemoglobin": {"g/dL": ("10", "-2"), "g/L": ("100", "-20"), "mmol/L": ("6.2", None)},
}
CANONICAL = {"calcium": "mg/dL", "creatinine": "mg/dL", "hemoglobin": "g/dL"}
SIGNS_AGAINST_IGM = ("constitutional_symptoms", "hyperviscosity", "lymphadenopathy", "hepatosplenomegaly")


def diagnose(patient: Row, tables: Tables, first_start: date | None) -> Row:
    """The row of the table diagnosis; no value after the first line's start is used."""
    truths = clauses(patient, Around(tables, patient["diagnosis_date"], first_start))
    return {
        "patient_id": patient["patient_id"],
        "diagnosis_date": patient["diagnosis_date"],
        "derived": derived(truths),
        "recorded": patient.get("diagnosis"),
        "clauses_for": sorted(name for name, truth in truths.items() if truth is True),
        "clauses_against": sorted(name for name, truth in truths.items() if truth is False),
        "possible": sorted(name for name in ORDER if truths[name] is None),
    }


def disagreement(row: Row) -> list[Row]:
    """Where the recorded diagnosis is contradicted: all of its own clauses are false, or another one comes before.

    A row for each of its own clauses that is known not to hold; where none is, one for the other diagnosis.
    """
    if row["recorded"] is None:
        return []
    own = CLAUSES_OF[row["recorded"]]
    against = [name for name in own if name in row["clauses_against"]]
    left, found = [ORDER.index(name) for name in own if name not in against], row["derived"]
    is_preceded = found is not None and all(ORDER.index(found) < place for place in left)
    if left and not is_preceded:
        return []
    whose = {name: row[name] for name in ("patient_id", "recorded", "derived")}
    return [whose | {"clause": name} for name in against or [found]]


def derived(truths: Truths) -> str | None:
    """The first that holds, in the page's order."""
    return next((name for name in ORDER if truths[name]), None)


def is_diagnosed(row: Row, diagnosis: str) -> bool:
    """Whether a diagnosis is recorded, or derived."""
    return row["recorded"] == diagnosis or row["derived"] in CLAUSES_OF[diagnosis]


def clauses(patient: Row, near: Around) -> Truths:
    """The truth of every clause around a date."""
    events = defining_events(patient, near)
    return events | _diagnoses(patient, near, events)


def defining_events(patient: Row, near: Around) -> Truths:
    """MDE.* and SLIM.*."""
    return {
        "MDE.calcium": _beyond(near.lab("calcium"), above, "ref_high"),
        "MDE.renal": or3(_clearance_is_low(patient, near), _beyond(near.lab("creatinine"), above, None)),
        "MDE.anaemia": _beyond(near.lab("hemoglobin", is_limit_low=True), under, "ref_low"),
        "MDE.bone": known(at_least, near.lesions("lytic_lesions"), 1),
        "SLIM.marrow": known(at_least, near.clonal_percent(), 60),
        "SLIM.flc": flc_ratio(patient, near, "100", at_least, least_involved="100"),
        "SLIM.mri": known(at_least, near.lesions("focal_lesions"), 2),
    }


def flc_ratio(patient: Row, near: Around, times: str, test: object, least_involved: str = "0") -> Truth:
    """Involved over uninvolved against a bound of 1 or more; an unrecorded chain is the higher one."""
    kappa, lam = near.figure("flc_kappa"), near.figure("flc_lambda")

    def of(involved: Span | None, other: Span | None) -> Truth:
        bound = None if other is None or involved == other == ZERO else other.times(times)  # 0/0 is unknown
        return and3(known(at_least, involved, least_involved), known(test, involved, bound))  # type: ignore[arg-type]

    return of_involved(patient, {"kappa": of(kappa, lam), "lambda": of(lam, kappa)})


def of_involved(patient: Row, by_chain: Truths) -> Truth:
    """What holds of the recorded chain; without one of either, and of one not readable what holds of both."""
    if is_unreadable(patient, "light_chain"):
        return and3(or3(*by_chain.values()), None)
    chain = patient.get("light_chain")
    return by_chain[chain] if chain else or3(*by_chain.values())


def _is_due(row: Row) -> Truth:
    """An event is organ damage due to the tumour; not recorded counts, not readable is unknown."""
    return None if is_unreadable(row, "attributed_to_myeloma") else row.get("attributed_to_myeloma") is not False


def _beyond(row: Row | None, test: Test, own: str | None) -> Truth:
    """C.si: beyond a fixed limit, or so far beyond the laboratory's own, in the unit of the report."""
    if row is None:
        return None
    canonical = CANONICAL[row["analyte"]]
    unit, prefix = row.get("reported_unit") or canonical, "reported_"
    if row.get("reported_value") is None or unit not in LIMITS[row["analyte"]]:
        unit, prefix = canonical, ""
    value = compared(row[f"{prefix}value"], row.get("comparator"))
    fixed, off = LIMITS[row["analyte"]][unit]
    is_beyond = test(value, exact(fixed))
    if own is None:
        return and3(is_beyond, _is_due(row))
    limit = row.get(f"{prefix}{own}")
    if limit is None or off is None:  # not given in the unit of the report, or its source gives no second figure
        value, limit, off = (
            compared(row["value"], row.get("comparator")),
            row.get(own),
            LIMITS[row["analyte"]][canonical][1],
        )
    is_off = None if limit is None else test(value, exact(limit).plus(exact(off or 0)))
    return and3(or3(is_beyond, is_off), _is_due(row))


def _shifted(row: Row | None, limit: str) -> Span | None:
    return exact(row[limit]) if row and row.get(limit) is not None else None


def _clearance_is_low(patient: Row, near: Around) -> Truth:
    """Below 40 mL/min: the recorded clearance, else Cockcroft and Gault's, multiplied out, of either sex if unknown."""
    recorded = near.lab("creatinine_clearance")
    if recorded is not None:
        return and3(_is_due(recorded), known(under, near.figure("creatinine_clearance"), 40))
    row, creatinine = near.lab("creatinine"), near.figure("creatinine")
    is_due = None if row is None else _is_due(row)
    age, weight = age_years(patient.get("birth_date"), near.on), near.score("weight_kg")
    if age is None or weight is None or creatinine is None:
        return and3(None, is_due)
    shares = {"M": ("1",), "F": ("0.85",)}.get(patient.get("sex") or "", ("1", "0.85"))
    low = {under(weight.times(str(140 - age)).times(share), creatinine.times(str(40 * 72))) for share in shares}
    return and3(low.pop() if len(low) == 1 else None, is_due)


def _diagnoses(patient: Row, near: Around, events: Truths) -> Truths:
    """DX.*."""
    isotype, marrow, serum = patient.get("isotype"), near.clonal_percent(), near.serum_m(patient)
    lesions = _most(near.lesions("lytic_lesions"), near.lesions("focal_lesions"))
    no_event = not3(or3(*(truth for name, truth in events.items() if name.startswith("MDE"))))
    no_biomarker = not3(or3(*(truth for name, truth in events.items() if name.startswith("SLIM"))))
    no_event_but_bone = not3(or3(*(events[f"MDE.{name}"] for name in ("calcium", "renal", "anaemia"))))
    undamaged = and3(no_event, not3(near.sign("amyloid_organ_damage")))
    under_ten, from_ten = known(under, marrow, 10), known(at_least, marrow, 10)
    plasmacytoma = near.sign("biopsy_proven_plasmacytoma")
    is_another = _is_another_lesion(near, lesions)
    solitary = and3(plasmacytoma, known(at_most, lesions, 1), not3(is_another), no_event_but_bone)
    no_clonal_cells = known(at_most, marrow, 0)
    recorded = None if is_unreadable(patient, "diagnosis") else patient.get("diagnosis") == "AL"
    amyloidosis = or3(recorded, near.sign("al_amyloidosis"))
    is_igg_or_iga = None if isotype is None else isotype in ("IgG", "IgA")
    small = known(under, serum, 3)
    no_sign = not3(or3(*(near.sign(code) for code in SIGNS_AGAINST_IGM)))
    return {
        "DX.al": amyloidosis,
        "DX.poems": is_poems(patient, near),
        "DX.pcl": is_leukaemia(near),
        "DX.multiple_plasmacytoma": and3(
            known(under, serum, TRACE_G_DL),
            known(under, near.urine_m(), TRACE_MG_24H),
            plasmacytoma,
            or3(known(at_least, lesions, 2), is_another),
            no_clonal_cells,
            no_event_but_bone,
        ),
        "DX.myeloma": and3(
            or3(from_ten, plasmacytoma), not3(and3(no_event, no_biomarker)), or3(from_ten, known(at_least, lesions, 2))
        ),
        "DX.plasmacytoma": and3(solitary, no_clonal_cells),
        "DX.plasmacytoma_minimal_marrow": and3(solitary, under_ten),
        "DX.smouldering": and3(
            or3(
                and3(is_igg_or_iga, known(at_least, serum, 3)),
                known(at_least, near.urine_m(), 500),
                and3(from_ten, known(under, marrow, 60)),
            ),
            no_event,
            no_biomarker,
            not3(amyloidosis),
        ),
        "DX.mgus_light_chain": and3(
            _one_chain_is_raised(patient, near),
            not3(_has_heavy_chain(isotype, near)),
            undamaged,
            under_ten,
            known(under, near.urine_m(), 500),
        ),
        "DX.mgus_igm": and3(None if isotype is None else isotype == "IgM", small, under_ten, no_sign, undamaged),
        "DX.mgus": and3(
            None if isotype is None else isotype in HEAVY and isotype != "IgM", small, under_ten, undamaged
        ),
    }


def _is_another_lesion(near: Around, lesions: Span | None) -> Truth:
    """A lesion beside the plasmacytoma: one of bone beside an extramedullary one, or a new plasmacytoma.

    The plasmacytoma's site counts where it is recorded.
    """
    lost = None if near.is_lost("extramedullary_disease") else False
    in_soft_tissue = or3(near.sign("extramedullary_disease") is True, lost)
    return or3(and3(in_soft_tissue, known(at_least, lesions, 1)), near.has_new_plasmacytoma())


def is_poems(patient: Row, near: Around) -> Truth:
    vegf = near.lab("vegf")
    raised = known(above, near.figure("vegf"), _shifted(vegf, "ref_high"))
    endocrine = and3(near.sign("endocrinopathy"), not3(near.sign("diabetes_or_thyroid_only")))
    return and3(
        near.sign("polyneuropathy"),
        _has_monoclonal_cells(patient, near),
        or3(near.sign("castleman"), near.sign("sclerotic_bone_lesion"), raised),
        or3(endocrine, *(near.sign(code) for code in OTHER_SIGNS_OF_POEMS)),
    )


def _has_monoclonal_cells(patient: Row, near: Around) -> Truth:
    """Seen in the marrow or in a plasmacytoma, or told by a monoclonal protein."""
    return or3(
        known(above, near.clonal_percent(), 0),
        near.sign("biopsy_proven_plasmacytoma"),
        known(above, near.serum_m(patient), 0),
        known(above, near.urine_m(), 0),
        near.fixation("serum_immunofixation"),
        near.fixation("urine_immunofixation"),
    )


def is_leukaemia(near: Around) -> Truth:
    """More than 2,000/µL, and 20 % of leucocytes; of cells, share and leucocytes any two tell the third."""
    leucocytes, share = near.figure("wbc"), near.figure("circulating_plasma_cells_percent")
    cells = near.figure("circulating_plasma_cells")
    if cells is None and share and leucocytes:
        enough = _product_above(share, leucocytes, 2000 * 100)
    else:
        enough = known(above, cells, 2000)
    if share is not None:
        return and3(enough, at_least(share, exact(20)))
    return and3(enough, known(at_least, cells, leucocytes.times("0.2") if leucocytes else None))


def _product_above(one: Span, other: Span, bound: int) -> Truth:
    """Whether the product of two figures is above a bound."""
    if ZERO in (one, other):
        return False
    low = (one.low[0] * other.low[0], one.low[1] + other.low[1])
    high = (one.high[0] * other.high[0], one.high[1] + other.high[1])
    return above(Span(low, high), exact(bound))


def _one_chain_is_raised(patient: Row, near: Around) -> Truth:
    """κ/λ abnormal, and the chain concerned above its limit; a recorded chain is the one concerned."""
    kappa, lam = near.figure("flc_kappa"), near.figure("flc_lambda")
    over, below = (ratio_above(kappa, lam), ratio_below(kappa, lam)) if kappa and lam else (None, None)
    chains = {
        "kappa": and3(over, known(above, kappa, _flc_limit(near, "flc_kappa"))),
        "lambda": and3(below, known(above, lam, _flc_limit(near, "flc_lambda"))),
    }
    return of_involved(patient, chains)


def _flc_limit(near: Around, analyte: str) -> Span | None:
    row = near.lab(analyte)
    if row is not None and is_unreadable(row, "ref_high"):
        return None
    return _shifted(row, "ref_high") or exact(FLC_UPPER_LIMITS_MG_L[analyte])


def _most(*counts: Span | None) -> Span | None:
    """Lesions on imaging: the most that one kind of imaging counts."""
    found = [count for count in counts if count is not None]
    return reduce(higher, found) if found else None


def _has_heavy_chain(isotype: str | None, near: Around) -> Truth:
    """As immunofixation found; else as the isotype says."""
    found = near.sign("heavy_chain_on_immunofixation")
    return found if found is not None or isotype is None else isotype in HEAVY
