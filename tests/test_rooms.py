"""The house is as CONTRIBUTING.md says; which room may import which is held by import-linter (pyproject.toml)."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = [path for room in ("flows", "transforms", "rules") for path in sorted((ROOT / room).rglob("*.py"))]


def _first_imports_in_functions(tree: ast.Module) -> list[int]:
    """Of each function that imports, the line on which the first import ends."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    imports = [[n for n in ast.walk(f) if isinstance(n, ast.Import | ast.ImportFrom)] for f in functions]
    return [min(node.end_lineno or node.lineno for node in of) for of in imports if of]


def test_a_function_that_imports_says_why_at_the_first_import() -> None:
    silent = []
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        for line in _first_imports_in_functions(ast.parse(text)):
            if "  # " not in text.splitlines()[line - 1]:
                silent.append(f"{path.relative_to(ROOT)}:{line}")
    assert silent == []


def test_no_two_files_of_flows_have_one_name_but_for_pages_which_have_that_of_their_address() -> None:
    files = [path for path in SOURCES if path.is_relative_to(ROOT / "flows")]
    names = Counter(path.name for path in files if path.parent != ROOT / "flows" / "explore" / "pages")
    assert [name for name, times in names.items() if times > 1 and name != "__init__.py"] == []


def _columns_named(tree: ast.Module) -> list[str]:
    """What stands in the text of `pl.col(…)` and `.alias(…)`, the values in it left out."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    named = [argument for call in calls if call.func.attr in ("col", "alias") for argument in call.args]
    parts = [part for text in named for part in (text.values if isinstance(text, ast.JoinedStr) else [text])]
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def test_no_column_has_a_space_in_its_name() -> None:
    named = {
        (path.name, name)
        for path in SOURCES
        if not path.is_relative_to(ROOT / "flows")
        for name in _columns_named(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert len(named) > 500
    assert sorted((file, name) for file, name in named if " " in name) == []
