"""What ties a clause's id, words, numbers, source and expression together.

An edition is a folder of TOML files with one section per clause id: what it `states`, its `source`, its numbers with
units in their names, and which of them a run's configuration may set (`adjustable`, the ⚙ of the criteria). An edition
that `extends` another has only what differs; `cites` lists, by source, the clauses that it shares but finds elsewhere.
A clause's expression is a function registered by `@criterion("id")`; it receives its section and returns a `Verdict`.
A clause that a figure decides names it (`@criterion("PD.serum", serum_m)`); its limit is stored beside its verdict.
The indicators of the quality audit and the checks of the data are the same in every edition: `quality.toml`,
`data_checks.toml` and `plausibility.toml` have their sections.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from rules.quantities import unit_ending
from rules.verdict import Quantity, Verdict

EDITIONS = Path(__file__).parent / "editions"
QUALITY = [Path(__file__).parent / "audit" / name for name in ("quality.toml", "data_checks.toml", "plausibility.toml")]
WORDS = {"states", "source", "decision", "adjustable", "applies"}
# what only an indicator of the quality audit or a check of the data says of itself
ABOUT = {"group", "table", "column", "rows", "denominator", "numerator", "grade", "reference", "kind", "scope"}
DEFAULT_EDITION = "jsh2023"


class EditionError(ValueError):
    """An edition that does not exist, or a setting that no edition lets a run change."""


@dataclass(frozen=True)
class Criterion:
    """One clause of one edition; its numbers read as attributes."""

    id: str
    states: str
    source: str
    numbers: Mapping[str, Any]
    decision: str = ""
    adjustable: tuple[str, ...] = ()
    applies: bool = True
    about: Mapping[str, str] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.numbers[name]
        except KeyError:
            raise AttributeError(f"{self.id} has no number {name!r}") from None


Expression = Callable[[Criterion], Verdict]
EXPRESSIONS: dict[str, Expression] = {}
FIGURES: dict[str, dict[str, str]] = {}  # by clause: the columns of its limits, each with the column of its figure


def criterion(clause_id: str, figure: Quantity | None = None, **parts: Quantity) -> Callable[[Expression], Expression]:
    """Register the expression that decides a clause; two for one id are a programming error (ValueError).

    `figure` is what it has a limit for; of a clause with a limit for each of several figures they are named `parts`.
    """
    figures = {f"{clause_id}.{name}": part for name, part in parts.items()} | ({clause_id: figure} if figure else {})

    def register(function: Expression) -> Expression:
        if clause_id in EXPRESSIONS:
            raise ValueError(f"{clause_id} is decided twice")
        EXPRESSIONS[clause_id] = function
        FIGURES[clause_id] = {limit_column(name, part.column): part.column for name, part in figures.items()}
        return function

    return register


def limit_column(name: str, figure: str) -> str:
    """Name of the column that holds the limit of a clause, or of its part, for the figure in a column."""
    return f"{name}_limit{unit_ending(figure)}"


@dataclass(frozen=True)
class Edition:
    """All clauses of one edition, by id."""

    name: str
    criteria: Mapping[str, Criterion] = field(repr=False)
    _decided: dict[str, Verdict] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __getitem__(self, clause_id: str) -> Criterion:
        return self.criteria[clause_id]

    def decide(self, clause_id: str) -> Verdict:
        """The verdict of one clause under this edition; its expression is built once, however many rows ask for it."""
        if clause_id not in self._decided:
            self._decided[clause_id] = EXPRESSIONS[clause_id](self[clause_id])
        return self._decided[clause_id]

    def numbers_of(self, clause_id: str) -> dict[str, Any]:
        """A clause's numbers; those it takes from another (a text, `CLAUSE.number`) as the run has them there."""
        return {name: self._number(value) for name, value in self[clause_id].numbers.items()}

    def _number(self, value: Any) -> Any:
        if not isinstance(value, str) or "." not in value:
            return value
        clause_id, _, name = value.rpartition(".")
        return self[clause_id].numbers[name]

    def settings(self) -> dict[str, Any]:
        """Every number that a run may set, as `id.name`, with its value in this run."""
        return {f"{c.id}.{name}": c.numbers[name] for c in self.criteria.values() for name in sorted(c.adjustable)}


def edition_names() -> list[str]:
    """Names of the editions there are."""
    return sorted(path.name for path in EDITIONS.iterdir() if path.is_dir())


def load_edition(name: str = DEFAULT_EDITION, settings: Mapping[str, Mapping[str, Any]] | None = None) -> Edition:
    """Read an edition, with the run's own settings in place of its ⚙ defaults.

    `settings` maps a clause id to the numbers to set. Raises EditionError for an unknown edition, an id or a number
    that is not there or not adjustable, or a value of another type than the default's.
    """
    if not settings:
        return _as_published(name)
    sections = _sections(name)
    for clause_id, numbers in settings.items():
        if clause_id not in sections:
            raise EditionError(f"criteria.{clause_id}: no such clause in edition {name}")
        _check_settings(_criterion(clause_id, sections[clause_id]), numbers)
        sections[clause_id] = {**sections[clause_id], **numbers}
    return _edition(name, sections)


def load_sources() -> dict[str, str]:
    """Source keys with their citations."""
    return {key: entry["citation"] for key, entry in _read(EDITIONS / "sources.toml").items()}


@cache
def _as_published(name: str) -> Edition:
    return _edition(name, _sections(name))


def _edition(name: str, sections: Mapping[str, Mapping[str, Any]]) -> Edition:
    return Edition(name, {clause_id: _criterion(clause_id, section) for clause_id, section in sections.items()})


def _sections(name: str) -> dict[str, dict[str, Any]]:
    if name not in edition_names():
        raise EditionError(f"no edition {name!r}; there are {', '.join(edition_names())}")
    sections = _joined(sorted((EDITIONS / name).glob("*.toml")))
    base, own_source = sections.pop("extends", None), sections.pop("cites", {})
    inherited = _sections(base) if base else _joined(QUALITY)
    cited = {
        clause_id: {**inherited[clause_id], "source": source}
        for source, clause_ids in own_source.items()
        for clause_id in clause_ids
    }
    return {**inherited, **cited, **sections}


def _joined(files: Iterable[Path]) -> dict[str, Any]:
    return {name: section for path in files for name, section in _read(path).items()}


@cache
def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _criterion(clause_id: str, section: Mapping[str, Any]) -> Criterion:
    """A clause, whose words quote its own numbers by name (`within {window_days} days`), so that they are those in
    force.
    """
    numbers = {name: value for name, value in section.items() if name not in WORDS | ABOUT}
    return Criterion(
        id=clause_id,
        states=section["states"].format_map(numbers),
        source=section["source"],
        decision=section.get("decision", "").format_map(numbers),
        adjustable=tuple(section.get("adjustable", ())),
        applies=section.get("applies", True),
        numbers=numbers,
        about={name: value.format_map(numbers) for name, value in section.items() if name in ABOUT},
    )


def _check_settings(base: Criterion, numbers: Mapping[str, Any]) -> None:
    if not isinstance(numbers, Mapping):
        raise EditionError(f"criteria.{base.id}: expected a table of settings")
    for name, value in numbers.items():
        if name not in base.adjustable:
            known = ", ".join(base.adjustable) or "nothing"
            raise EditionError(f"criteria.{base.id}.{name}: not adjustable; this clause lets a run set {known}")
        default = base.numbers[name]
        if type(value) is not type(default) or (isinstance(value, int) and value < 0):
            raise EditionError(f"criteria.{base.id}.{name}: expected a value like {default!r}, found {value!r}")
        choices = base.numbers.get(f"{name}_choices", [value])
        if value not in choices:
            raise EditionError(f"criteria.{base.id}.{name}: expected one of {', '.join(choices)}, found {value!r}")
