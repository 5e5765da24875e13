"""How the page says things: numbers for readers, and the words for codes."""

import math

NOT_KNOWN = "–"
# A count held back from those outside the house: under 10, or such that one under 10 would follow from it.
HIDDEN = "hidden"
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"

WATERMARK = "Internal: small numbers shown, not to leave the house"

EDITIONS = {
    "jsh2023": "JSH 2023 (IMWG 2006/2011, MRD 2016)",
    "imwg2016": "IMWG 2016",
}
TESTS = {
    "serum_m_protein": "serum M-protein",
    "urine_m_protein": "24 h urine M-protein",
    "serum_immunofixation": "serum immunofixation",
    "urine_immunofixation": "urine immunofixation",
    "flc_kappa": "free light chain κ",
    "flc_lambda": "free light chain λ",
    "flc": "free light chains",
    "marrow": "marrow plasma cells",
    "clonal_plasma_cells": "clonality of marrow plasma cells",
    "plasmacytoma": "size of the plasmacytoma",
    "iga": "quantitative IgA",
    "beta2_microglobulin": "β2-microglobulin",
    "albumin": "albumin",
    "ldh": "LDH",
    "bone_imaging": "imaging of bone",
    "light_chain": "which light chain is involved",
    "calcium_attribution": "whether calcium is due to myeloma",
    "del17p": "FISH del(17p)",
    "t(4;14)": "FISH t(4;14)",
    "t(14;16)": "FISH t(14;16)",
    "gain1q": "FISH +1q",
    "ldh_ref_high": "upper limit of normal of LDH",
}
MEASURABLE = {
    "serum": "serum M-protein",
    "urine": "urine M-protein",
    "serum+urine": "serum and urine M-protein",
    "flc": "free light chains",
    "marrow": "marrow",
    "none": "nothing measurable",
    "unknown": "not known",
    None: "not known",
}
CONFIRMATIONS = {
    "assessment": "the next or previous assessment",
    "next_line": "start of the next line",
    "death": "death soon after",
    "finding": "a finding that needs none (bone, plasmacytoma, marrow, calcium)",
    "reported": "the clinic's record",
}


def count(number: float | None) -> str:
    """1234567 as 1,234,567; a count that may not be shown by that word: it need not be under 10 itself."""
    return HIDDEN if number is None else f"{number:,.0f}"


def percent(part: float | None, whole: float | None) -> str:
    """A share in whole per cent; never 0 % or 100 % of what is not none or all."""
    if not whole or part is None:
        return NOT_KNOWN
    share = 100 * part / whole
    if 0 < share < 1:
        return f"<1{THIN_SPACE}%"
    if 99 < share < 100:
        return f">99{THIN_SPACE}%"
    return f"{share:.0f}{THIN_SPACE}%"


def probability(value: float | None) -> str:
    """A survival probability in per cent, one decimal."""
    return NOT_KNOWN if value is None else f"{100 * value:.1f}{THIN_SPACE}%"


def decimal(value: float | None) -> str:
    """One decimal, with thousands separated."""
    return NOT_KNOWN if value is None else f"{value:,.1f}"


def interval(low: float | None, high: float | None) -> str:
    """Limits of a median in months; a limit that the data do not reach is open."""
    if low is None and high is None:
        return "not reached"
    ends = [f"{end:,.1f}" if end is not None else "not reached" for end in (low, high)]
    return " to ".join(ends)


def p_value(p: float | None) -> str:
    """A p-value as journals print it; a dash where there was nothing to compare."""
    if p is None or math.isnan(p):
        return NOT_KNOWN
    if p < 0.001:
        return "<0.001"
    return f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def words(code: str | None) -> str:
    """unknown_unit as unknown unit; unknown as not recorded."""
    return "not recorded" if code is None else code.replace("_", " ")


def name_of_test(code: str) -> str:
    """The test behind a code of `limited_by`; `baseline_…` is the one before the line."""
    at_baseline = code.removeprefix("baseline_")
    name = TESTS.get(at_baseline, words(at_baseline))
    return name if at_baseline == code else f"{name} before the line"


def edition(code: str) -> str:
    """What the edition of the criteria is called."""
    return EDITIONS.get(code, code)


def line_name(line: int, last: int) -> str:
    """Line 3; from the last one shown on, Line 6+."""
    return f"Line {line}+" if line == last else f"Line {line}"


FILTERS = {
    name.__name__: name
    for name in (count, percent, probability, decimal, interval, p_value, words, name_of_test, edition)
}
