"""Mutation testing of the rules and of the transforms that hold the logic, by mutmut, in a copy under out/mutate.

Run as `python -m tests.mutate [PATTERN…]`, a pattern being a mutant's name such as "rules.progression*". mutmut leaves
decorated functions alone, and every clause is one: in the copy `@criterion(id)` becomes a call after the function.

What mutmut could not decide in its time (a mutant that breaks an import, say) is run once more by itself. Each survivor
is explained in tests/survivors.toml; the exit status is 1 where one is not, or where they are 3 % or more.
`python -m tests.mutate --report` tells the result of the last run again.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPY = ROOT / "out" / "mutate"
COPIED = ["rules", "transforms", "sql", "tests", "data_samples"]
# Imported once and inherited by every worker; the project's own modules are imported with the mutant in place, so that
# what they build on import is built by it.
PRELOADED = ["polars", "pytest", "hypothesis", "pandera.polars"]
OUTCOMES = {0: "survived", 1: "killed", 3: "killed"}  # 3: the tests could not even be collected
SURVIVORS = Path(__file__).parent / "survivors.toml"
MOST_SURVIVORS = 0.03
LONGEST_S = 600


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


def exit_codes() -> dict[str, int]:
    """Mutant -> exit status of the tests that ran with it, of those that have been run."""
    found: dict[str, int] = {}
    for path in sorted((COPY / "mutants").rglob("*.meta")):
        found |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return {mutant: code for mutant, code in found.items() if code is not None}


def outcome_by_itself(mutant: str) -> str:
    """Run all the selected tests with one mutant, in a process of its own."""
    selection = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    tests = selection["pytest_add_cli_args_test_selection"]
    command = [sys.executable, "-m", "pytest", "-q", "-x", *tests]
    environment = {**os.environ, "MUTANT_UNDER_TEST": mutant}
    try:
        run = subprocess.run(
            command, cwd=COPY / "mutants", env=environment, timeout=LONGEST_S, capture_output=True, check=False
        )
    except subprocess.TimeoutExpired:
        return "undecided"
    return "killed" if run.returncode else "survived"


def change_of(mutant: str) -> tuple[str, str, str]:
    """The function, and the lines as they were and as they became."""
    mutmut = str(Path(sys.executable).parent / "mutmut")
    shown = subprocess.run([mutmut, "show", mutant], cwd=COPY, capture_output=True, text=True, check=False).stdout
    lines = [line for line in shown.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    was, became = (" ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return mutant.rpartition("__mutmut_")[0].replace(".x_", "."), was, became


def report() -> int:
    """Say what was killed and what survived and why; 1 where a survivor is not explained or there are 3 % or more."""
    outcomes = {mutant: OUTCOMES.get(code, "undecided") for mutant, code in exit_codes().items()}
    if not outcomes:
        print("no mutant has been run: the tests fail without any, or no name fits the pattern", file=sys.stderr)
        return 1
    outcomes |= {mutant: outcome_by_itself(mutant) for mutant, said in outcomes.items() if said == "undecided"}
    by_module = Counter((mutant.partition(".x_")[0], said) for mutant, said in outcomes.items())
    for module in sorted({module for module, _ in by_module}):
        print(
            f"{module:28}", *(f"{said} {by_module[module, said]:5}  " for said in ("killed", "survived", "undecided"))
        )
    explained = {
        (entry["function"], entry["was"], entry["became"]): entry["why"]
        for entry in tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))["survivor"]
    }
    changes = [change_of(mutant) for mutant, said in sorted(outcomes.items()) if said != "killed"]
    for change in changes:
        function, was, became = change
        print(f"\n{function}\n  was    {was}\n  became {became}\n  why    {explained.get(change, 'NOT EXPLAINED')}")
    share = len(changes) / len(outcomes)
    print(f"\n{len(outcomes)} mutants, {len(changes)} not killed: {share:.1%}")
    return int(share >= MOST_SURVIVORS or not set(changes) <= set(explained))


def main(patterns: list[str]) -> int:
    """Mutate, then tell what survived."""
    if patterns != ["--report"]:
        make_copy()
        mutmut = str(Path(sys.executable).parent / "mutmut")
        subprocess.run([mutmut, "run", *patterns], cwd=COPY, check=False)
    return report()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
