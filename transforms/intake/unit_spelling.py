"""One spelling for every way to write a unit that leaves it one meaning: case, words, powers, UCUM's brackets."""

import polars as pl

_SIGNS = {"µ": "u", "μ": "u", "×": "x", "·": ".", "時間": "h", "日": "day", "千/": "k/"}
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True))
# On text in lower case and plain signs, in this order; none changes what a unit means.
_STEPS = (
    # powers of ten: 10*3/uL, x10E3/uL, 10**9/L, x109/L (109/L may be 109)
    (r"x?\s*10\s*(?:\^|\*\*?|e)\s*\+?0?([0-9])", "10^${1}"),
    (r"^x\s*10\s?([0-9])([^0-9])", "10^${1}${2}"),
    # UCUM: {annotations} but the body surface, [IU], (24.h), products by a point, L-1 for /L
    (r"\{\s*1[.,]73[_\s]*m\s*2\s*\}", "1.73m2"),
    (r"\{[^}]*\}|\((?:fe|hb)\)|\bflc$", ""),
    (r"[\[\]()]", ""),
    (r"([0-9])\.\s*([a-z])", "${1}${2}"),
    (r"[.\s]\s*(d?l|ml|ul|h|day|min)\s*-1\b", "/${1}"),
    # words
    (r"\bmilligram(?:me)?s?\b", "mg"),
    (r"\bmicrogram(?:me)?s?\b|\bmcg\b", "ug"),
    (r"\bnanogram(?:me)?s?\b", "ng"),
    (r"\bgram(?:me)?s?\b|\bgms?\b|\bgr\b", "g"),
    (r"\bmicromol(?:es?)?\b|\bmcmol\b", "umol"),
    (r"\bdecilit(?:er|re)s?\b", "dl"),
    (r"\bmillilit(?:er|re)s?\b|cc$", "ml"),
    (r"\bmicrolit(?:er|re)s?\b|mcl\b", "ul"),
    (r"\blit(?:er|re)s?\b", "l"),
    (r"\bunits?\b", "u"),
    (r"\bpercent\b", "%"),
    (r"^(?:thousands?|thou|tsd\.?|k)\s*/", "10^3/"),
    (r"^(?:giga|gpt|gi)\s*/", "10^9/"),
    (r"cells?\b", ""),
    (r"cu\.?\s?mm|\bcmm\b|mm\s?(?:\^|\*\*)\s?3", "mm3"),
    (r"sq\.?\s?m\b|\bm\s?(?:\^|\*\*)\s?2", "m2"),
    (r"\bper\b", "/"),
    (r"([0-9])\s*(?:hours?|hrs?|std\.?|stunden|heures?|horas?)", "${1}h"),
    (r"/\s*(?:tag|jour|d[ií]a)$", "/day"),
    (r"1,73", "1.73"),
    (r"\s*(?:at|@)?\s*37\s*°?\s*c$", ""),
    # the letter I for the letter l: no unit ends in it
    (r"/\s*i$", "/l"),
    (r"\s+|\.$", ""),
)


def spelling(unit: pl.Expr) -> pl.Expr:
    """The unit as the table is searched for it."""
    plain = unit.str.to_lowercase().str.replace_many(_SIGNS).str.replace_all(r"10([⁰¹²³⁴⁵⁶⁷⁸⁹])", "10^${1}")
    plain = plain.str.replace_many(_RAISED)
    for written, meant in _STEPS:
        plain = plain.str.replace_all(written, meant)
    return plain
