"""The form of one cohort's filters: a fieldset for what is known at diagnosis, at a line's start, and by a landmark."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from flows.explore.asked import Asked
from flows.query.in_words import attribute_name, drug_name, value_name
from transforms.cohorts import ATTRIBUTES, LETTERS, Attribute
from transforms.cohorts.analysis import NOT
from transforms.cohorts.catalogue import ABNORMALITIES
from transforms.survival.tables import UNKNOWN

MOST_CHOICES = 60
EXAMPLES = {"year": "2015..", "age": "..70", "age_at_start": "..70", "line": "2..3"}
OF_LISTS = {"drug": "LEN+BOR", "exposed_to": "LEN", "refractory_to": "LEN", "abnormality": "del17p"}


@dataclass(frozen=True)
class Choice:
    """A value that can be ticked."""

    value: str
    name: str
    is_chosen: bool


@dataclass(frozen=True)
class Field:
    """One attribute: values to tick, or a text; of a list another for what is left out."""

    name: str
    label: str
    kind: str
    choices: list[Choice] = field(default_factory=list)
    text: str = ""
    without: str = ""
    example: str = ""
    suggestions: str = ""


@dataclass(frozen=True)
class Fieldset:
    """Attributes that are known at the same time; `closed` says why they can't be asked for."""

    legend: str
    fields: list[Field]
    closed: str = ""
    suggestions: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


def fieldsets(asked: Asked, letter: str) -> list[Fieldset]:
    """The fieldsets of a cohort's form, as its filters stand."""
    t, analysis = asked.words.t, asked.analysis
    found = asked.registry.candidates(analysis)
    where = analysis.cohorts[LETTERS.index(letter)].where
    closed = {
        "line": t("explore_cohort.needs_line") if analysis.origin == "diagnosis" else "",
        "later": t("explore_cohort.needs_landmark") if analysis.landmark_months is None else "",
    }
    made = []
    for known in ("diagnosis", "line", "later"):
        fields = [
            _field(asked, attribute, found, {key: where.get(f"{key}{name}", ()) for key in ("", NOT)})
            for name, attribute in ATTRIBUTES.items()
            if attribute.known == known and not closed.get(known) and not _is_of_one_line(attribute, analysis.line)
        ]
        suggestions = {f.suggestions: _suggested(asked, f) for f in fields if f.suggestions}
        made.append(Fieldset(t(f"explore_cohort.known.{known}"), fields, closed.get(known, ""), suggestions))
    return made


def _is_of_one_line(attribute: Attribute, line: int | None) -> bool:
    """Whether it says nothing where one line is asked for: the number of the line, or a relapse before the first."""
    is_before = attribute.name.startswith("relapse_") or attribute.name in ("exposed_to", "refractory_to")
    return (attribute.name == "line" and line is not None) or (is_before and line == 1)


def _field(asked: Asked, attribute: Attribute, found: pl.DataFrame, where: dict[str, tuple[str, ...]]) -> Field:
    label = attribute_name(attribute.name, asked.words)
    wanted, unwanted = where[""], where[NOT]
    if attribute.kind == "number":
        return Field(attribute.name, label, "number", text=", ".join(wanted), example=EXAMPLES[attribute.name])
    if attribute.kind == "list":
        kind = "abnormalities" if attribute.name == "abnormality" else "drugs"
        return Field(
            attribute.name,
            label,
            "list",
            text=", ".join(wanted),
            without=", ".join(unwanted),
            example=OF_LISTS[attribute.name],
            suggestions=kind,
        )
    values = attribute.values or tuple(found[attribute.name].drop_nulls().unique().sort())[:MOST_CHOICES]
    offered = [*values, *(value for value in wanted if value not in values and value != UNKNOWN), UNKNOWN]
    choices = [Choice(value, value_name(attribute.name, value, asked.words), value in wanted) for value in offered]
    return Field(attribute.name, label, "category", choices)


def _suggested(asked: Asked, of: Field) -> list[tuple[str, str]]:
    values = ABNORMALITIES if of.suggestions == "abnormalities" else ATTRIBUTES["drug"].values
    return [(value, drug_name(value, asked.words)) for value in values]
