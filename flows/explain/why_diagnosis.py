"""The diagnosis by Table 1: what was derived, the clauses that hold with their figures and limits, what is missing."""

from __future__ import annotations

import math

from flows.drawing.words import name_of_test
from flows.explain.course import Course, Row
from flows.explain.measures import NBSP, number, source_name
from rules.clauses.diagnosis import OF_RECORDED

NAMES = {
    "DX.al": "AL amyloidosis",
    "DX.poems": "POEMS syndrome",
    "DX.pcl": "plasma cell leukaemia",
    "DX.multiple_plasmacytoma": "multiple solitary plasmacytomas",
    "DX.myeloma": "multiple myeloma",
    "DX.plasmacytoma": "solitary plasmacytoma",
    "DX.plasmacytoma_minimal_marrow": "solitary plasmacytoma with minimal marrow involvement",
    "DX.smouldering": "smouldering myeloma",
    "DX.mgus_light_chain": "light chain MGUS",
    "DX.mgus_igm": "IgM MGUS",
    "DX.mgus": "MGUS other than IgM",
}
M_PROTEIN = (("serum M-protein", "serum_m_g_dl", "g/dL"), ("urine M-protein", "urine_m_mg_24h", "mg/24 h"))
LIGHT_CHAINS = (("κ", "kappa_mg_l", "mg/L"), ("λ", "lambda_mg_l", "mg/L"))
MARROW = ("clonal plasma cells", "clonal_plasma_cells_percent", "%")
LESIONS = (("lytic lesions", "lytic_lesions", ""), ("focal lesions", "focal_lesions", ""))
# Of each clause the figures that it compares: name, column, unit.
FIGURES = {
    "MDE.calcium": (("calcium", "calcium_mg_dl", "mg/dL"), ("its upper limit", "calcium_ref_high_mg_dl", "mg/dL")),
    "MDE.renal": (
        ("creatinine", "creatinine_mg_dl", "mg/dL"),
        ("clearance", "creatinine_clearance_ml_min", "mL/min"),
        ("estimated clearance", "estimated_clearance_ml_min", "mL/min"),
    ),
    "MDE.anaemia": (
        ("haemoglobin", "hemoglobin_g_dl", "g/dL"),
        ("its lower limit", "hemoglobin_ref_low_g_dl", "g/dL"),
    ),
    "MDE.bone": LESIONS[:1],
    "SLIM.marrow": (MARROW,),
    "SLIM.flc": LIGHT_CHAINS,
    "SLIM.mri": LESIONS[1:],
    "DX.pcl": (
        ("circulating plasma cells", "circulating_cells_per_ul", "/µL"),
        ("of leucocytes", "circulating_cells_percent", "%"),
        ("leucocytes", "wbc_per_ul", "/µL"),
    ),
    "DX.multiple_plasmacytoma": (*LESIONS, MARROW, *M_PROTEIN),
    "DX.myeloma": (MARROW, *LESIONS),
    "DX.plasmacytoma": (MARROW, *LESIONS),
    "DX.plasmacytoma_minimal_marrow": (MARROW, *LESIONS),
    "DX.smouldering": (*M_PROTEIN, MARROW),
    "DX.mgus_light_chain": (*LIGHT_CHAINS, MARROW, M_PROTEIN[1]),
    "DX.mgus_igm": (M_PROTEIN[0], MARROW),
    "DX.mgus": (M_PROTEIN[0], MARROW),
}


def diagnosis(course: Course) -> list[tuple[str, str]]:
    """Each fact by its name; none where the store has no diagnosis by Table 1."""
    row = course.diagnosis
    if not row:
        return []
    derived = row["derived"]
    facts = [("derived", f"{NAMES[derived]} ({derived})" if derived else "none that surely holds")]
    facts.append(("recorded", _recorded(row)))
    events = [name for name in row["clauses_for"] if not name.startswith("DX.")]
    facts += [("holds", _clause(course, name)) for name in [*events, *([derived] if derived else [])]]
    against = [name for name in OF_RECORDED.get(row["recorded"], ()) if name in row["clauses_against"]]
    facts += [("does not hold", _clause(course, name)) for name in against]
    if row["possible"]:
        could = ", ".join(NAMES[name] for name in row["possible"])
        facts.append(("not known", f"{could}; for want of: {', '.join(map(name_of_test, row['unknown_because']))}"))
    return facts


def _recorded(row: Row) -> str:
    recorded = row["recorded"]
    if not recorded:
        return "no diagnosis"
    if row["derived"] in OF_RECORDED[recorded]:
        return f"{recorded}, as derived"
    is_ruled_out = set(OF_RECORDED[recorded]) <= set(row["clauses_against"])
    return f"{recorded}, which Table 1 contradicts" if is_ruled_out else str(recorded)


def _clause(course: Course, clause_id: str) -> str:
    """The clause's figures, and what it asks."""
    clause = course.clauses[clause_id]
    figures = [_figure(course.diagnosis, *figure) for figure in FIGURES.get(clause_id, ())]
    found = ", ".join(filter(None, figures)) or "no figure"
    if clause_id in (course.diagnosis["events_unattributed"] or ()):
        found += " (not recorded whether due to the tumour)"
    return f"{clause_id}: {found}; asked: {clause.states} [{source_name(course, clause_id)}]"


def _figure(row: Row, name: str, column: str, unit: str) -> str:
    """A figure as reported (<0.5, >1000); empty where there is none."""
    low = row[column]
    if low is None:
        return ""
    high = row.get(f"{column}_max", low)
    sign = "" if low == high else ">" if high == math.inf else "<"
    return f"{name} {sign}{number(high if sign == '<' else low)}" + (f"{NBSP}{unit}" if unit else "")
