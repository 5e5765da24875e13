"""What a clause can wait for, and the quantities among it, as `quantities.toml` has them: names, units, columns."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

_SECTIONS: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
UNITS: Mapping[str, str] = _SECTIONS.pop("units")  # how a name ends, and its unit
# What a clause can wait for, in the order in which it is named; its place is its bit in a mask.
TESTS = tuple(name for name, section in _SECTIONS.items() if section.get("named", True))
# By language what each is called, of those that have a name.
LABELS = {
    language: {name: section[language] for name, section in _SECTIONS.items() if language in section}
    for language in ("en", "ja")
}
LABS = "labs"


def unit_ending(name: str) -> str:
    """The ending of a name that is its unit, "" where it has none."""
    return next((ending for ending in UNITS if name.endswith(ending)), "")


@dataclass(frozen=True)
class Measured:
    """One figure that is measured, or worked out from such; the fields are those of its section."""

    name: str
    unit: str
    column: str
    table: str = LABS
    conversions: tuple[str, ...] = ()
    made_of: tuple[str, ...] = ()
    stands_for: str = ""
    part: str = ""
    visit: Literal["makes", "joins", ""] = ""
    none_below_detection: bool = False
    baseline: bool = False
    nadir: Literal["lowest", "confirmed", ""] = ""
    at_diagnosis: bool = False
    limit_of_normal: Literal["high", "low", ""] = ""
    short: str = ""
    evidence: tuple[str, ...] | None = None
    shown: str = ""
    named: bool = True

    def at(self, when: str = "") -> str:
        """The column of the figure at the visit or date asked about, or of its `baseline`, `nadir` and the like."""
        return f"{self.column}{when and f'_{when}'}{_ENDINGS.get(self.unit, '')}"

    def waits_for(self, when: str = "") -> tuple[str, ...]:
        """The tests that are named where the figure is not known: of a reference those of the line's baseline."""
        of = self.made_of or (self.name,)
        if when not in ("baseline", "nadir"):
            return of
        return tuple(f"baseline_{name}" if f"baseline_{name}" in TESTS else name for name in of)


# A ratio has no unit, and its columns no ending.
_ENDINGS = {unit: ending for ending, unit in UNITS.items()}


def _measured(name: str, section: Mapping[str, Any]) -> Measured:
    fields: dict[str, Any] = {"column": name} | {key: section[key] for key in section if key not in LABELS}
    lists = {key: tuple(value) for key, value in fields.items() if isinstance(value, list)}
    return Measured(name=name, **(fields | lists))


QUANTITIES = {name: _measured(name, section) for name, section in _SECTIONS.items() if "unit" in section}
# What the laboratory tests that makes a visit, figure or not.
MAKES_VISIT = tuple(
    name
    for name, section in _SECTIONS.items()
    if section.get("visit") == "makes" and section.get("table", LABS) == LABS
)


def quantities(**wanted: Any) -> list[Measured]:
    """The quantities whose fields are as wanted, in their order."""
    return [q for q in QUANTITIES.values() if all(getattr(q, name) == value for name, value in wanted.items())]
