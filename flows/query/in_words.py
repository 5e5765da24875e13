"""An analysis in words, in the reader's language: what its attributes and their values are called."""

from __future__ import annotations

from collections.abc import Iterator

from flows.drawing.strata_looks import level_name
from flows.drawing.words import Words
from transforms.cohorts import ATTRIBUTES, Analysis, Cohort
from transforms.cohorts.analysis import NOT
from transforms.survival.tables import UNKNOWN

HERE = "cohort_words"


def attribute_name(name: str, words: Words) -> str:
    """What an attribute is called; one that is asked for by `not.NAME` as the attribute itself."""
    key = f"{HERE}.attribute.{name.removeprefix(NOT)}"
    return words.t(key) if words.has(key) else words.name("chart.by", name.removeprefix(NOT))


def value_name(name: str, value: str, words: Words) -> str:
    """What a value of an attribute is called: a range in words, of several that are all there each."""
    attribute = ATTRIBUTES[name.removeprefix(NOT)]
    if value == UNKNOWN:
        return words.t(f"{HERE}.unknown")
    if attribute.kind == "list":
        return words.and_all([drug_name(term, words) for term in value.split("+")])
    if attribute.kind == "number" and ".." in value:
        low, _, high = value.partition("..")
        form = "from" if not high else "up_to" if not low else "between"
        return words.t(f"{HERE}.{form}", low=low, high=high)
    key = f"{HERE}.value.{attribute.name}.{value}"
    return words.t(key) if words.has(key) else level_name(attribute.name, value, words)


def drug_name(name: str, words: Words) -> str:
    """What a drug, a class of drugs or an abnormality is called."""
    return words.name(f"{HERE}.item", {"other": "other_drug"}.get(name, name))


def origin_said(analysis: Analysis, words: Words) -> str:
    """Where time starts."""
    if analysis.origin == "diagnosis":
        return words.t(f"{HERE}.origin.diagnosis")
    if analysis.line is None:
        return words.t(f"{HERE}.origin.every_line")
    return words.t(f"{HERE}.origin.line", line=str(analysis.line))


def filter_said(key: str, values: tuple[str, ...], words: Words) -> str:
    """A filter: `ISS: II or III`."""
    named = words.t(f"{HERE}.or").join(value_name(key, value, words) for value in values)
    form = "without" if key.startswith(NOT) else "with"
    return words.t(f"{HERE}.{form}", attribute=attribute_name(key, words), values=named)


def cohort_said(cohort: Cohort, words: Words) -> str:
    """All filters of a cohort, in one sentence."""
    if not cohort.where:
        return words.t(f"{HERE}.everyone")
    return words.t("list.semicolon").join(filter_said(key, values, words) for key, values in cohort.where.items())


def described(analysis: Analysis, words: Words) -> Iterator[str]:
    """The lines that say what an analysis asks."""
    yield words.t(f"{HERE}.time", origin=origin_said(analysis, words))
    if analysis.landmark_months is not None:
        months, endpoint = f"{analysis.landmark_months:g}", analysis.endpoint
        yield words.t(f"{HERE}.landmark", months=months, endpoint=endpoint)
    rule = analysis.censoring or words.t(f"{HERE}.runs_rule")
    form = "endpoint_censored" if analysis.endpoint == "PFS" else "endpoint"
    yield words.t(f"{HERE}.{form}", endpoint=analysis.endpoint, rule=rule)
    if analysis.by is not None:
        yield words.t(f"{HERE}.split", by=attribute_name(analysis.by, words))
    for cohort in analysis.cohorts:
        yield words.t(f"{HERE}.cohort", name=cohort.name, where=cohort_said(cohort, words))
