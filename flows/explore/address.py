"""An analysis as the fields of an address, and back: the only reader of them.

`origin`, `line`, `landmark`, `endpoint`, `censoring`, `by`; of each cohort, a to e, `a.name` and a field for each
wanted value: `a.iss=II&a.iss=III&a.not.drug=PI`. Empty fields are none: a form sends those in which nothing was chosen.
"""

from __future__ import annotations

from collections.abc import Iterable

from transforms.cohorts.analysis import ALL_PATIENTS, LETTERS, MOST_LANDMARK, Analysis, AnalysisError, Cohort, checked

PLAIN = ("origin", "line", "landmark", "endpoint", "censoring", "by")
NAME = "name"


def read(pairs: Iterable[tuple[str, str]]) -> Analysis:
    """The analysis that the fields ask for. Raises AnalysisError where they ask for none."""
    plain: dict[str, str] = {}
    of_cohorts: dict[str, dict[str, list[str]]] = {}
    for name, text in pairs:
        letter, dot, key = name.partition(".")
        if dot and letter in tuple(LETTERS) and key:
            values = of_cohorts.setdefault(letter, {}).setdefault(key, [])
            values += [text.strip()] if text.strip() else []
        elif name not in PLAIN:
            raise AnalysisError("field", name=name)
        elif text.strip() and plain.setdefault(name, text.strip()) != text.strip():
            raise AnalysisError("twice", name=name)
    default = Analysis()
    analysis = Analysis(
        origin=plain.get("origin", default.origin),
        line=_line(plain.get("line")),
        landmark_months=_months(plain.get("landmark")),
        endpoint=plain.get("endpoint", default.endpoint),
        censoring=plain.get("censoring"),
        by=plain.get("by"),
        cohorts=tuple(_cohort(of_cohorts[letter]) for letter in sorted(of_cohorts)) or default.cohorts,
    )
    return checked(analysis)


def _cohort(fields: dict[str, list[str]]) -> Cohort:
    names = fields.get(NAME) or [ALL_PATIENTS]
    if len(names) > 1:
        raise AnalysisError("twice", name=NAME)
    return Cohort(names[0], {key: tuple(values) for key, values in fields.items() if key != NAME and values})


def _line(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise AnalysisError("line", value=text)
    return int(text)


def _months(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        raise AnalysisError("landmark", most=MOST_LANDMARK, value=text) from None


def written(analysis: Analysis) -> list[tuple[str, str]]:
    """The fields that ask for the analysis, as few as say it; `read` gives it back."""
    default = Analysis()
    months = analysis.landmark_months
    plain = {
        "origin": analysis.origin if analysis.origin != default.origin else None,
        "line": analysis.line,
        "landmark": None if months is None else f"{months:g}",
        "endpoint": analysis.endpoint if analysis.endpoint != default.endpoint else None,
        "censoring": analysis.censoring,
        "by": analysis.by,
    }
    fields = [(name, str(value)) for name, value in plain.items() if value is not None]
    if analysis.cohorts == default.cohorts:
        return fields
    for letter, cohort in zip(LETTERS, analysis.cohorts, strict=False):
        fields.append((f"{letter}.{NAME}", cohort.name))
        fields += [(f"{letter}.{key}", value) for key, values in cohort.where.items() for value in values]
    return fields
