"""Section 9: the diagnosis (MDE.*, SLIM.*, DX.*), clause by clause, and whether the recorded one stands."""

from __future__ import annotations

from .clinic import FOCAL_BY, LYTIC_BY, Around, age_years, known
from .figures import ZERO, Row, ratio_above, ratio_below
from .logic import Span, Truth, above, and3, at_least, at_most, exact, not3, or3, under
from .visits import Tables

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
TRACE_G_DL = "0.5"
OTHER_SIGNS_OF_POEMS = (
    *("organomegaly", "volume_overload", "skin_changes", "papilloedema", "thrombocytosis_polycythaemia"),
)
SIGNS_AGAINST_IGM = ("constitutional_symptoms", "hyperviscosity", "lymphadenopathy", "hepatosplenomegaly")


def diagnose(patient: Row, tables: Tables) -> Row:
    """The row of the table diagnosis."""
    truths = clauses(patient, Around(tables, patient["diagnosis_date"]))
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
    """A row where the recorded diagnosis is contradicted: by its own clauses, or by another one that holds."""
    recorded = row["recorded"]
    if recorded is None:
        return []
    own = CLAUSES_OF[recorded]
    against = [name for name in own if name in row["clauses_against"]]
    is_another = row["derived"] is not None and row["derived"] not in own
    if len(against) < len(own) and not is_another:
        return []
    return [{name: row[name] for name in ("patient_id", "recorded", "derived")} | {"clause": against}]


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
    calcium, hemoglobin = near.lab("calcium"), near.lab("hemoglobin", is_limit_low=True)
    lytic = near.lesions("lytic_lesions", LYTIC_BY)
    return {
        "MDE.calcium": _beyond(near.figure("calcium"), "11", _shifted(calcium, "ref_high", 1), above),
        "MDE.renal": or3(_clearance_is_low(patient, near), known(above, near.figure("creatinine"), 2)),
        "MDE.anaemia": _beyond(near.figure("hemoglobin"), "10", _shifted(hemoglobin, "ref_low", -2), under),
        "MDE.bone": known(at_least, lytic, 1),
        "SLIM.marrow": known(at_least, near.clonal_percent(), 60),
        "SLIM.flc": flc_ratio(patient, near, "100", at_least, least_involved="100"),
        "SLIM.mri": known(at_least, near.lesions("focal_lesions", FOCAL_BY), 2),
    }


def flc_ratio(patient: Row, near: Around, times: str, test: object, least_involved: str = "0") -> Truth:
    """Involved over uninvolved against a bound of 1 or more; an unrecorded chain is the higher one."""
    kappa, lam = near.figure("flc_kappa"), near.figure("flc_lambda")

    def of(involved: Span | None, other: Span | None) -> Truth:
        if involved is not None and involved == other == ZERO:
            return None
        enough = known(at_least, involved, least_involved)
        return and3(enough, known(test, involved, None if other is None else other.times(times)))  # type: ignore[arg-type]

    by_chain = {"kappa": of(kappa, lam), "lambda": of(lam, kappa)}
    chain = patient.get("light_chain")
    return by_chain[chain] if chain else or3(*by_chain.values())


def _beyond(value: Span | None, bound: str, limit: Span | None, test: object) -> Truth:
    """Beyond a fixed bound, or beyond the laboratory's own."""
    return or3(known(test, value, bound), known(test, value, limit))  # type: ignore[arg-type]


def _shifted(row: Row | None, limit: str, by: int) -> Span | None:
    return exact(row[limit] + by) if row and row.get(limit) is not None else None


def _clearance_is_low(patient: Row, near: Around) -> Truth:
    """Below 40 mL/min: the recorded clearance, else Cockcroft and Gault's, multiplied out."""
    recorded = near.figure("creatinine_clearance")
    if recorded is not None:
        return under(recorded, exact(40))
    age, weight = age_years(patient.get("birth_date"), near.on), near.score("weight_kg")
    creatinine, sex = near.figure("creatinine"), patient.get("sex")
    if age is None or weight is None or creatinine is None or sex is None:
        return None
    share = "0.85" if sex == "F" else "1"
    return under(weight.times(str(140 - age)).times(share), creatinine.times(str(40 * 72)))


def _diagnoses(patient: Row, near: Around, events: Truths) -> Truths:
    """DX.*."""
    isotype, marrow, serum = patient.get("isotype"), near.clonal_percent(), near.serum_m(patient)
    lytic, focal = near.lesions("lytic_lesions", LYTIC_BY), near.lesions("focal_lesions", FOCAL_BY)
    no_event = not3(or3(*(truth for name, truth in events.items() if name.startswith("MDE"))))
    no_biomarker = not3(or3(*(truth for name, truth in events.items() if name.startswith("SLIM"))))
    no_event_but_bone = not3(or3(*(events[f"MDE.{name}"] for name in ("calcium", "renal", "anaemia"))))
    undamaged = and3(no_event, not3(near.sign("amyloid_organ_damage")))
    under_ten, from_ten = known(under, marrow, 10), known(at_least, marrow, 10)
    plasmacytoma = near.sign("biopsy_proven_plasmacytoma")
    solitary = and3(plasmacytoma, known(at_most, lytic, 1), known(at_most, focal, 1), no_event_but_bone)
    amyloidosis = True if patient.get("diagnosis") == "AL" else near.sign("al_amyloidosis")
    is_igg_or_iga = None if isotype is None else isotype in ("IgG", "IgA")
    small = known(under, serum, 3)
    no_sign = not3(or3(*(near.sign(code) for code in SIGNS_AGAINST_IGM)))
    return {
        "DX.al": amyloidosis,
        "DX.poems": _poems(near, marrow),
        "DX.pcl": and3(known(above, near.figure("circulating_plasma_cells"), 2000), _fifth_of_leucocytes(near)),
        "DX.multiple_plasmacytoma": and3(
            known(under, serum, TRACE_G_DL),
            plasmacytoma,
            known(at_least, lytic, 2),
            known(at_most, marrow, 0),
            no_event_but_bone,
        ),
        "DX.myeloma": and3(
            or3(from_ten, plasmacytoma), not3(and3(no_event, no_biomarker)), or3(from_ten, known(at_least, lytic, 2))
        ),
        "DX.plasmacytoma": and3(solitary, known(at_most, marrow, 0)),
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
            _one_chain_is_raised(near),
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


def _poems(near: Around, marrow: Span | None) -> Truth:
    vegf = near.lab("vegf")
    raised = known(above, near.figure("vegf"), _shifted(vegf, "ref_high", 0))
    endocrine = and3(near.sign("endocrinopathy"), not3(near.sign("diabetes_or_thyroid_only")))
    return and3(
        near.sign("polyneuropathy"),
        or3(known(above, marrow, 0), near.sign("biopsy_proven_plasmacytoma")),
        or3(near.sign("castleman"), near.sign("sclerotic_bone_lesion"), raised),
        or3(endocrine, *(near.sign(code) for code in OTHER_SIGNS_OF_POEMS)),
    )


def _fifth_of_leucocytes(near: Around) -> Truth:
    """At least 20 %, as recorded; else by the two counts."""
    percent = near.figure("circulating_plasma_cells_percent")
    if percent is not None:
        return at_least(percent, exact(20))
    leucocytes = near.figure("wbc")
    return known(at_least, near.figure("circulating_plasma_cells"), leucocytes.times("0.2") if leucocytes else None)


def _one_chain_is_raised(near: Around) -> Truth:
    """κ/λ abnormal, and the chain that makes it so above its limit."""
    kappa, lam = near.lab("flc_kappa"), near.lab("flc_lambda")
    figures = near.figure("flc_kappa"), near.figure("flc_lambda")
    if figures[0] is None or figures[1] is None:
        return None
    return or3(
        and3(ratio_above(*figures), known(above, figures[0], _shifted(kappa, "ref_high", 0))),
        and3(ratio_below(*figures), known(above, figures[1], _shifted(lam, "ref_high", 0))),
    )


def _has_heavy_chain(isotype: str | None, near: Around) -> Truth:
    """As immunofixation found; else as the isotype says."""
    found = near.sign("heavy_chain_on_immunofixation")
    return found if found is not None or isotype is None else isotype in HEAVY
