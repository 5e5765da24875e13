"""The tests of Table 2 at diagnosis (Q.work_up), and what in an extract shows that each was done: work_up.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rules.quantities import QUANTITIES

TABLES = ("labs", "findings", "imaging", "cytogenetics", "marrow")


@dataclass(frozen=True)
class Test:
    """One test: `codes`, each with its table ("*": every row of it), and how many different ones show it was done."""

    name: str
    codes: tuple[tuple[str, str], ...]
    needed: int


def _test(name: str, section: Mapping[str, Any]) -> Test:
    codes = tuple((table, code) for table in TABLES for code in section.get(table, ()))
    return Test(name, codes, len(codes) if section.get("all", False) else 1)


_SECTIONS: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
WORK_UP = tuple(_test(name, section) for name, section in _SECTIONS.items())
# By language what each is called.
NAMES = {language: {name: section[language] for name, section in _SECTIONS.items()} for language in ("en", "ja")}
# Findings that are examinations: `present` says whether they were done.
EXAMINATIONS = tuple(dict.fromkeys(code for test in WORK_UP for table, code in test.codes if table == "findings"))
# Analytes of which is asked only whether they were tested: no clause reads a figure of them.
ONLY_TESTED = tuple(
    dict.fromkeys(
        code
        for test in WORK_UP
        for table, code in test.codes
        if table == "labs" and code not in QUANTITIES and not code.endswith("_immunofixation")
    )
)
