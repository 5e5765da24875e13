"""Mutation testing of the rules and of the transforms that hold the logic, by mutmut, in a copy under out/mutate.

Run as `python -m tests.mutate [PATTERN…]`, a pattern being a mutant's name such as "rules.progression*". mutmut leaves
decorated functions alone, and every clause is one: in the copy `@criterion(id)` becomes a call after the function.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPY = ROOT / "out" / "mutate"
COPIED = ["rules", "transforms", "tests", "data_samples"]
# Imported once and inherited by every worker; the project's own modules are imported with the mutant in place, so that
# what they build on import is built by it.
PRELOADED = ["polars", "pytest", "hypothesis", "pandera.polars"]


def undecorated(source: str) -> str:
    """The source with every `@criterion(id)` as a call after its function."""
    lines = source.split("\n")
    for node in reversed(ast.parse(source).body):
        if not isinstance(node, ast.FunctionDef) or not node.decorator_list:
            continue
        decorator = node.decorator_list[0]
        text = ast.unparse(decorator)
        if text.startswith("criterion(") and node.end_lineno and decorator.end_lineno:
            lines[node.end_lineno : node.end_lineno] = ["", "", f"{text}({node.name})"]
            del lines[decorator.lineno - 1 : decorator.end_lineno]
    return "\n".join(lines)


def make_copy() -> None:
    """A fresh copy of what is mutated and what tests it."""
    shutil.rmtree(COPY, ignore_errors=True)
    COPY.mkdir(parents=True)
    for name in COPIED:
        shutil.copytree(ROOT / name, COPY / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", COPY)
    (COPY / "preload.txt").write_text("\n".join(PRELOADED) + "\n", encoding="utf-8")
    for path in (COPY / "rules").glob("*.py"):
        path.write_text(undecorated(path.read_text(encoding="utf-8")), encoding="utf-8")


def main(patterns: list[str]) -> int:
    """Mutate, then name what survived; the exit status is mutmut's."""
    make_copy()
    mutmut = str(Path(sys.executable).parent / "mutmut")
    status = subprocess.run([mutmut, "run", *patterns], cwd=COPY, check=False).returncode
    subprocess.run([mutmut, "results"], cwd=COPY, check=False)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
