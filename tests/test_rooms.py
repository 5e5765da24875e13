"""The house is as CONTRIBUTING.md says; which room may import which is held by import-linter (pyproject.toml)."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = [path for room in ("flows", "transforms", "rules") for path in sorted((ROOT / room).rglob("*.py"))]


def _first_import_in_a_function(tree: ast.Module) -> int | None:
    """The line on which it ends."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    imports = [node for f in functions for node in ast.walk(f) if isinstance(node, ast.Import | ast.ImportFrom)]
    return min((node.end_lineno or node.lineno for node in imports), default=None)


def test_an_import_inside_a_function_says_why_at_the_first_of_its_file() -> None:
    silent = []
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        line = _first_import_in_a_function(ast.parse(text))
        if line and "  # " not in text.splitlines()[line - 1]:
            silent.append(str(path.relative_to(ROOT)))
    assert silent == []


def test_no_two_files_of_flows_have_one_name() -> None:
    names = Counter(path.name for path in SOURCES if path.is_relative_to(ROOT / "flows"))
    assert [name for name, times in names.items() if times > 1 and name != "__init__.py"] == []
