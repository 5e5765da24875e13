"""Mutation testing of the rules and of the transforms that hold the logic, in a copy under out/mutate.

Run as `python -m tests.mutate [PATTERN…]`, a pattern being a mutant's name such as "rules.clauses.progression*". mutmut
makes the mutants and finds which tests reach which function; tests/mutants.py tries them, many in one process. Who
survives there is tried once more in a process of its own, where what is built on import is built by the mutant.

mutmut leaves decorated functions alone, and every clause is one: in the copy `@criterion(id)` becomes a call after the
function. Each survivor is explained in tests/survivors.toml; the exit status is 1 where one is not, or where they are
3 % or more. `python -m tests.mutate --report` tells the result of the last run again.
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
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPY = ROOT / "out" / "mutate"
COPIED = ["rules", "transforms", "sql", "tests", "data_samples"]
# Imported once, before mutmut asks which tests reach what.
PRELOADED = ["polars", "pytest", "hypothesis", "pandera.polars"]
MUTMUT = str(Path(sys.executable).parent / "mutmut")
CORES = os.cpu_count() or 1
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
    for path in (COPY / "rules").rglob("*.py"):
        path.write_text(undecorated(path.read_text(encoding="utf-8")), encoding="utf-8")


def made() -> dict[str, list[str]]:
    """Mutant -> ids of the tests that reach its function, the quick ones first."""
    stats = json.loads((COPY / "mutants" / "mutmut-stats.json").read_text(encoding="utf-8"))
    tests, seconds = stats["tests_by_mangled_function_name"], stats["duration_by_test"]
    found: list[str] = []
    for path in sorted((COPY / "mutants").rglob("*.meta")):
        found += json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    of_function = {name: sorted(ids, key=lambda test: (seconds[test], test)) for name, ids in tests.items()}
    return {mutant: of_function.get(mutant.rpartition("__mutmut_")[0], []) for mutant in found}


def outcomes() -> dict[str, str]:
    """Mutant -> killed or survived (or undecided), of those that have been tried; the last word counts."""
    lines = [line for path in sorted(COPY.glob("outcomes-*")) for line in path.read_text(encoding="utf-8").splitlines()]
    return dict(json.loads(line) for line in lines)


def try_all(mutants: dict[str, list[str]]) -> None:
    """Try the mutants in as many processes as there are cores, until each has been tried."""
    while left := {mutant: tests for mutant, tests in mutants.items() if mutant not in outcomes()}:
        names = list(left)
        started = [_start(place, {name: left[name] for name in names[place::CORES]}) for place in range(CORES)]
        for process in started:
            process.wait()
        print(f"{len(mutants) - len(left):5} of {len(mutants)} tried", flush=True)
        if all(process.returncode for process in started) and set(left) == mutants.keys() - outcomes().keys():
            raise SystemExit("the tests can't be run in the copy: see the messages above")


def _start(place: int, mutants: dict[str, list[str]]) -> subprocess.Popen[bytes]:
    listed = COPY / f"mutants-{place}.json"
    listed.write_text(json.dumps(mutants), encoding="utf-8")
    paths = {"MUTANTS": str(listed), "OUTCOMES": str(COPY / f"outcomes-{place}"), "MUTANT_UNDER_TEST": ""}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.mutants", *_selection()]
    return subprocess.Popen(command, cwd=COPY / "mutants", env={**os.environ, **paths}, stdout=subprocess.DEVNULL)


def _selection() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    return list(settings["pytest_add_cli_args_test_selection"])


def outcome_by_itself(mutant: str, tests: list[str]) -> str:
    """Run the tests that reach a mutant (all, where none is known to) in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", *(tests or _selection())]
    environment = {**os.environ, "MUTANT_UNDER_TEST": mutant}
    try:
        run = subprocess.run(
            command, cwd=COPY / "mutants", env=environment, timeout=LONGEST_S, capture_output=True, check=False
        )
    except subprocess.TimeoutExpired:
        return "undecided"
    return "killed" if run.returncode else "survived"


def try_by_itself() -> None:
    """Try once more, each alone, what was not killed among others."""
    tests = made()
    doubtful = [mutant for mutant, said in sorted(outcomes().items()) if said != "killed"]
    print(f"{len(doubtful)} to try by themselves", flush=True)
    with ThreadPoolExecutor(CORES) as pool, (COPY / "outcomes-alone").open("a", encoding="utf-8") as told:
        found = pool.map(outcome_by_itself, doubtful, [tests[mutant] for mutant in doubtful])
        for mutant, said in zip(doubtful, found, strict=True):
            told.write(json.dumps([mutant, said]) + "\n")
            told.flush()


def change_of(mutant: str) -> tuple[str, str, str]:
    """The function, and the lines as they were and as they became."""
    shown = subprocess.run([MUTMUT, "show", mutant], cwd=COPY, capture_output=True, text=True, check=False).stdout
    lines = [line for line in shown.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    was, became = (" ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return mutant.rpartition("__mutmut_")[0].replace(".x_", "."), was, became


def report() -> int:
    """Say what was killed and what survived and why; 1 where a survivor is not explained or there are 3 % or more."""
    found = outcomes()
    if not found:
        print("no mutant has been tried", file=sys.stderr)
        return 1
    by_module = Counter((mutant.partition(".x_")[0], said) for mutant, said in found.items())
    for module in sorted({module for module, _ in by_module}):
        print(
            f"{module:28}", *(f"{said} {by_module[module, said]:5}  " for said in ("killed", "survived", "undecided"))
        )
    explained = {
        (entry["function"], entry["was"], entry["became"]): entry["why"]
        for entry in tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))["survivor"]
    }
    changes = [change_of(mutant) for mutant, said in sorted(found.items()) if said != "killed"]
    for change in changes:
        function, was, became = change
        print(f"\n{function}\n  was    {was}\n  became {became}\n  why    {explained.get(change, 'NOT EXPLAINED')}")
    share = len(changes) / len(found)
    print(f"\n{len(found)} mutants, {len(changes)} not killed: {share:.1%}")
    return int(share >= MOST_SURVIVORS or not set(changes) <= set(explained))


def main(patterns: list[str]) -> int:
    """Mutate, try, then tell what survived."""
    if patterns != ["--report"]:
        make_copy()
        # of no mutant: it makes them all and finds which tests reach each, and then fails for want of one to try
        made_them = subprocess.run([MUTMUT, "run", "none"], cwd=COPY, check=False, capture_output=True, text=True)
        if not (COPY / "mutants" / "mutmut-stats.json").exists():
            raise SystemExit(f"mutmut made no mutants:\n{made_them.stdout}{made_them.stderr}")
        wanted = patterns or ["*"]
        try_all({name: ids for name, ids in made().items() if any(fnmatch(name, pattern) for pattern in wanted)})
        try_by_itself()
    return report()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
