"""What is asked: plain values, that an address, a file and a notebook can hold; and what can't be asked, and why."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from transforms.cohorts.catalogue import ATTRIBUTES, SPLITS, Attribute, vocabulary
from transforms.survival.tables import UNKNOWN

LETTERS = "abcde"
NOT = "not."
ALL_PATIENTS = "All patients"
MOST_NAME, MOST_TEXT, MOST_VALUES, MOST_LANDMARK, MOST_NAMED = 60, 200, 200, 240, 20
# Endpoint -> the origins from which its time can start. A duration of response starts from the response itself.
ENDPOINTS = {
    "OS": ("diagnosis", "line_start"),
    **dict.fromkeys(("PFS", "TTNT", "TTD", "DOR", "PFS2", "EFS", "TTP", "TTR"), ("line_start",)),
}
ORIGINS = ("diagnosis", "line_start")
CENSORING = ("imwg", "fda", "ema")
_RANGE = re.compile(r"(\d{1,4})?\.\.(\d{1,4})?|(\d{1,4})")

MESSAGES = {
    "field": "nothing is asked for by {name!r}",
    "twice": "{name} is asked for twice, and differently",
    "origin": "time starts at {origins}, not at {value!r}",
    "endpoint": "there is no endpoint {value!r}; there are {endpoints}",
    "endpoint_origin": "{endpoint} starts with a line of therapy; let time start at line_start",
    "censoring": "PFS is censored by {rules}, not by {value!r}",
    "censoring_of": "{endpoint} has one rule of censoring, the run's; a rule is chosen for PFS only",
    "line": "a line is a number from 1 on, not {value!r}",
    "line_of_diagnosis": "time from diagnosis has no line; let time start at line_start",
    "landmark": "a landmark is a number of months above 0 and up to {most}, not {value!r}",
    "attribute": "there is no attribute {name!r}; there are {attributes}",
    "of_line": "{name} is known of a line only; let time start at line_start",
    "immortal": "{name} is known only later: who has it has lived, and stayed free of the event, until then (immortal"
    " time); ask for it from a landmark",
    "split": "curves can't be split by {name}; they can by {splits}",
    "value": "{name} has no value {value!r}; it has {values}",
    "range": "{name} is a whole number or a range (2015.., 2015..2019, ..70) or unknown, not {value!r}",
    "values": "{name} is asked for by at least one value and at most {most}",
    "text": "a value of {name} is text of one line with up to {most} characters",
    "cohorts": "one to {most} cohorts can be side by side, not {value}",
    "name": "a cohort's name has 1 to {most} characters, all on one line",
}


class AnalysisError(ValueError):
    """An analysis that can't be asked so; the message is one line that says why. `code` and `values` are what it is
    made of, for other languages.
    """

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(MESSAGES[code].format(**values))
        self.code, self.values = code, values


@dataclass(frozen=True)
class Cohort:
    """Some of the candidates. `where`: attribute -> wanted values; several values are or, several attributes and.

    A value is a word, `unknown`, a range (`2015..`, `VGPR..`), or of a list several that all are there
    (`lenalidomide+bortezomib`). An attribute as `not.NAME` leaves out who has such a value. Of numbers and lists a text
    may have several values, apart by commas.
    """

    name: str = ALL_PATIENTS
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Analysis:
    """What is asked: whose time, from where on, to what, split by what.

    `line`: of an origin line_start; None: every line, each as a member of its own. `landmark_months` from the origin:
    time starts then, of those still followed and free of the endpoint. `censoring`: of PFS; None: as the run has it.
    """

    origin: str = "diagnosis"
    line: int | None = None
    landmark_months: float | None = None
    endpoint: str = "OS"
    censoring: str | None = None
    by: str | None = None
    cohorts: tuple[Cohort, ...] = (Cohort(),)


def checked(analysis: Analysis) -> Analysis:
    """The analysis with its values as the catalogue has them. Raises AnalysisError where it can't be asked so."""
    _check_time(analysis)
    if not 1 <= len(analysis.cohorts) <= len(LETTERS):
        raise AnalysisError("cohorts", most=len(LETTERS), value=len(analysis.cohorts))
    if analysis.by is not None:
        if analysis.by in ATTRIBUTES and not ATTRIBUTES[analysis.by].can_split:
            raise AnalysisError("split", name=analysis.by, splits=", ".join(SPLITS))
        _attribute(analysis, analysis.by)
    return replace(analysis, cohorts=tuple(_checked(analysis, cohort) for cohort in analysis.cohorts))


def _check_time(analysis: Analysis) -> None:
    endpoint, landmark = analysis.endpoint, analysis.landmark_months
    if analysis.origin not in ORIGINS:
        raise AnalysisError("origin", origins=" or ".join(ORIGINS), value=analysis.origin)
    if endpoint not in ENDPOINTS:
        raise AnalysisError("endpoint", value=endpoint, endpoints=", ".join(ENDPOINTS))
    if analysis.origin not in ENDPOINTS[endpoint]:
        raise AnalysisError("endpoint_origin", endpoint=endpoint)
    if analysis.censoring is not None and analysis.censoring not in CENSORING:
        raise AnalysisError("censoring", rules=", ".join(CENSORING), value=analysis.censoring)
    if analysis.censoring is not None and endpoint != "PFS":
        raise AnalysisError("censoring_of", endpoint=endpoint)
    if analysis.line is not None and not 1 <= analysis.line <= 99:
        raise AnalysisError("line", value=analysis.line)
    if analysis.line is not None and analysis.origin == "diagnosis":
        raise AnalysisError("line_of_diagnosis")
    if landmark is not None and not (math.isfinite(landmark) and 0 < landmark <= MOST_LANDMARK):
        raise AnalysisError("landmark", most=MOST_LANDMARK, value=landmark)


def _attribute(analysis: Analysis, name: str) -> Attribute:
    """The attribute of that name, if it is known when time starts."""
    if name not in ATTRIBUTES:
        raise AnalysisError("attribute", name=name, attributes=", ".join(ATTRIBUTES))
    attribute = ATTRIBUTES[name]
    if attribute.known == "line" and analysis.origin == "diagnosis":
        raise AnalysisError("of_line", name=name)
    if attribute.known == "later" and analysis.landmark_months is None:
        raise AnalysisError("immortal", name=name)
    return attribute


def _checked(analysis: Analysis, cohort: Cohort) -> Cohort:
    name = cohort.name.strip()
    if not 1 <= len(name) <= MOST_NAME or not name.isprintable():
        raise AnalysisError("name", most=MOST_NAME)
    where = {}
    for key, values in cohort.where.items():
        attribute = _attribute(analysis, key.removeprefix(NOT))
        if not 1 <= len(values) <= MOST_VALUES:
            raise AnalysisError("values", name=key, most=MOST_VALUES)
        if not all(len(value) <= MOST_TEXT and value.isprintable() for value in values):
            raise AnalysisError("text", name=key, most=MOST_TEXT)
        apart = [part for value in values for part in (value.split(",") if attribute.kind != "category" else [value])]
        wanted = (found for value in apart if value.strip() for found in _values(attribute, value.strip()))
        where[key] = tuple(dict.fromkeys(wanted))
        if not where[key]:
            raise AnalysisError("values", name=key, most=MOST_VALUES)
    return Cohort(name, where)


def _values(attribute: Attribute, value: str) -> tuple[str, ...]:
    """What one value stands for; of an ordered category a range for all that are in it."""
    if value in (UNKNOWN, attribute.unknown):
        return (UNKNOWN,)
    if attribute.kind == "number":
        bounds(attribute, value)
        return (value,)
    if attribute.is_ordered and ".." in value:
        return _between(attribute, value)
    terms = [vocabulary(attribute, term.strip()) for term in value.split("+")] if attribute.kind == "list" else [value]
    for term in terms:
        if attribute.values and term not in attribute.values:
            raise _no_value(attribute, term)
    return ("+".join(dict.fromkeys(terms)),)


def _between(attribute: Attribute, value: str) -> tuple[str, ...]:
    first, _, last = value.partition("..")
    places = [attribute.values.index(end) if end in attribute.values else -1 for end in (first, last) if end]
    if not places or -1 in places:
        raise _no_value(attribute, value)
    low = attribute.values.index(first) if first else 0
    high = attribute.values.index(last) if last else len(attribute.values) - 1
    if low > high:
        raise _no_value(attribute, value)
    return attribute.values[low : high + 1]


def _no_value(attribute: Attribute, value: str) -> AnalysisError:
    """What there is instead; of a long list what is spelt alike."""
    values = (*attribute.values, UNKNOWN)
    if len(values) > MOST_NAMED:
        values = (*difflib.get_close_matches(value, values, cutoff=0.4), "…")
    return AnalysisError("value", name=attribute.name, value=value, values=", ".join(values))


def bounds(attribute: Attribute, value: str) -> tuple[int | None, int | None]:
    """The lowest and highest number of a range (`2015..`, `..70`, `65..74`, `65`); None: open. Raises AnalysisError."""
    found = _RANGE.fullmatch(value)
    if not found or value == "..":
        raise AnalysisError("range", name=attribute.name, value=value)
    low, high, exact = (int(part) if part else None for part in found.groups())
    if low is not None and high is not None and low > high:
        raise AnalysisError("range", name=attribute.name, value=value)
    return (exact, exact) if exact is not None else (low, high)
