"""Mutation testing of the rules and of the transforms that hold the logic, in a copy under out/mutate.

Run as `python -m tests.mutate [MODULE…] [TESTS…]`: modules such as "rules.clauses.*", all of pyproject.toml's unless
some are named; tests as paths, such as "tests/rules", which the module's mutants are tried with in place of all. mutmut
makes the mutants and finds which tests reach which function; tests/mutants.py tries them, many in one process. Who
survives there is tried once more in a process of its own, where what is built on import is built by the mutant.

mutmut leaves decorated functions alone, and every clause is one: in the copy `@criterion(id)` becomes a call after the
function. The results of a module are kept until it is run again, and the report is of all that are there: `python -m
tests.mutate --report` prints it alone. Each survivor is explained in tests/survivors.toml; the exit status is 1 where
one is not, or where they are 3 % or more.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
OUT = ROOT / "out" / "mutate"
COPY, RESULTS = OUT / "copy", OUT / "results"
COPIED = ["rules", "transforms", "sql", "tests", "data_samples"]
# Imported once, before mutmut asks which tests reach what.
PRELOADED = ["polars", "pytest", "hypothesis", "pandera.polars"]
MUTMUT = str(Path(sys.executable).parent / "mutmut")
CORES = len(os.sched_getaffinity(0))
SURVIVORS = Path(__file__).parent / "survivors.toml"
MOST_SURVIVORS = 0.03
LONGEST_S = 600
NO_SOURCE = "--tb=native"  # pytest's own traceback parses the source, which with all its mutants is long

Change = tuple[str, str, str]  # the function, and the lines as they were and as they became


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


def settings() -> Any:
    """The settings of mutmut: the modules to mutate, and the tests to try them with."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]


def make_copy(files: list[str], tests: list[str]) -> None:
    """A fresh copy of what is mutated and what tests it, of these files by these tests."""
    shutil.rmtree(COPY, ignore_errors=True)
    COPY.mkdir(parents=True)
    for name in COPIED:
        shutil.copytree(ROOT / name, COPY / name, ignore=shutil.ignore_patterns("__pycache__"))
    before, _, after = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("[tool.mutmut]")
    chosen = {**settings(), "only_mutate": files, "pytest_add_cli_args_test_selection": tests}
    mutmut = "\n".join(["[tool.mutmut]", *(f"{key} = {json.dumps(value)}" for key, value in chosen.items())])
    _, newline, others = after.partition("\n[")
    (COPY / "pyproject.toml").write_text(before + mutmut + "\n" + newline + others, encoding="utf-8")
    (COPY / "preload.txt").write_text("\n".join(PRELOADED) + "\n", encoding="utf-8")
    for path in (COPY / "rules").rglob("*.py"):
        path.write_text(undecorated(path.read_text(encoding="utf-8")), encoding="utf-8")


def module_of(path: Path) -> str:
    """The name of the module in a file, by its path in the project."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def files_of(patterns: list[str]) -> list[str]:
    """The files of pyproject's list whose modules fit a pattern; all without any."""
    listed = sorted({path for glob in settings()["only_mutate"] for path in ROOT.glob(glob)})
    files = [path.relative_to(ROOT) for path in listed]
    return [str(path) for path in files if any(fnmatch(module_of(path), pattern) for pattern in patterns or ["*"])]


def made() -> dict[str, dict[str, list[str]]]:
    """Module -> mutant -> ids of the tests that reach its function, the quick ones first."""
    mutants = COPY / "mutants"
    stats = json.loads((mutants / "mutmut-stats.json").read_text(encoding="utf-8"))
    tests, seconds = stats["tests_by_mangled_function_name"], stats["duration_by_test"]
    of_function = {name: sorted(ids, key=lambda test: (seconds[test], test)) for name, ids in tests.items()}
    found: dict[str, dict[str, list[str]]] = {}
    for path in sorted(mutants.rglob("*.meta")):
        names = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        module = module_of(path.relative_to(mutants).with_suffix(""))
        found[module] = {mutant: of_function.get(function_of(mutant), []) for mutant in names}
    return found


def function_of(mutant: str) -> str:
    """The name, as mutmut writes it, of the function that a mutant is one of."""
    return mutant.rpartition("__mutmut_")[0]


def outcomes() -> dict[str, str]:
    """Mutant -> killed or survived (or undecided), of those that have been tried; the last word counts."""
    lines = [line for path in sorted(COPY.glob("outcomes-*")) for line in path.read_text(encoding="utf-8").splitlines()]
    return dict(json.loads(line) for line in lines)


def try_all(mutants: dict[str, list[str]], tests: list[str]) -> None:
    """Try the mutants in as many processes as there are cores, until each has been tried."""
    while left := {mutant: ids for mutant, ids in mutants.items() if mutant not in outcomes()}:
        names = list(left)
        started = [_start(place, {name: left[name] for name in names[place::CORES]}, tests) for place in range(CORES)]
        for process in started:
            process.wait()
        tried = mutants.keys() & outcomes().keys()
        print(f"{len(tried):5} of {len(mutants)} tried", flush=True)
        if all(process.returncode for process in started) and not left.keys() & tried:
            raise SystemExit("the tests can't be run in the copy: see the messages above")


def _start(place: int, mutants: dict[str, list[str]], tests: list[str]) -> subprocess.Popen[bytes]:
    listed = COPY / f"mutants-{place}.json"
    listed.write_text(json.dumps(mutants), encoding="utf-8")
    paths = {"MUTANTS": str(listed), "OUTCOMES": str(COPY / f"outcomes-{place}"), "MUTANT_UNDER_TEST": ""}
    command = [sys.executable, "-m", "pytest", "-q", NO_SOURCE, "-p", "tests.mutants", *tests]
    return subprocess.Popen(command, cwd=COPY / "mutants", env=environment(**paths), stdout=subprocess.DEVNULL)


def environment(**variables: str) -> dict[str, str]:
    """The environment, in which the copy is what is imported."""
    return {**os.environ, "PYTHONPATH": str(COPY / "mutants"), **variables}


def outcome_by_itself(mutant: str, tests: list[str]) -> str:
    """Run tests, until one fails, in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-q", NO_SOURCE, "-x", *tests]
    try:
        run = subprocess.run(
            command,
            cwd=COPY / "mutants",
            env=environment(MUTANT_UNDER_TEST=mutant),
            timeout=LONGEST_S,
            capture_output=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "undecided"
    return "killed" if run.returncode else "survived"


def try_by_itself(mutants: dict[str, list[str]], tests: list[str]) -> None:
    """Try once more, each alone, what was neither killed among others nor is explained.

    By the tests that reach it. One that runs on import is known of none, or of the first test that ran after it: then
    by all that reach its module.
    """
    known, said = explained(), outcomes()
    of_module = list(dict.fromkeys(test for ids in mutants.values() for test in ids)) or tests
    doubtful = [mutant for mutant in mutants if said[mutant] != "killed" and change_of(mutant) not in known]
    print(f"{len(doubtful)} to try by themselves", flush=True)
    with ThreadPoolExecutor(CORES) as pool, (COPY / "outcomes-alone").open("a", encoding="utf-8") as lines:
        asked = [mutants[mutant] if len(mutants[mutant]) > 1 else of_module for mutant in doubtful]
        found = pool.map(outcome_by_itself, doubtful, asked)
        for mutant, outcome in zip(doubtful, found, strict=True):
            lines.write(json.dumps([mutant, outcome]) + "\n")
            lines.flush()


def change_of(mutant: str) -> Change:
    """What a mutant changes."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    with contextlib.chdir(COPY):
        shown = get_diff_for_mutant(mutant)
    lines = [line for line in shown.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    was, became = (" ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return function_of(mutant).replace(".x_", ".").replace(".xǁ", ".").replace("ǁ", "."), was, became


def explained() -> dict[Change, str]:
    """Why no test can kill a survivor, as tests/survivors.toml has it."""
    entries = tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))["survivor"]
    return {(entry["function"], entry["was"], entry["became"]): entry["why"] for entry in entries}


def keep(module: str, mutants: list[str]) -> None:
    """Keep what became of a module's mutants, for the report."""
    said = outcomes()
    survivors = [change_of(mutant) for mutant in mutants if said[mutant] != "killed"]
    RESULTS.mkdir(exist_ok=True)
    result = {"mutants": len(mutants), "survivors": survivors}
    (RESULTS / f"{module}.json").write_text(json.dumps(result, indent=1), encoding="utf-8")


def report() -> int:
    """Print of each module how many survived and why; 1 where a survivor is not explained or there are 3 % or more."""
    results = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))}
    if not results:
        print("no mutant has been tried", file=sys.stderr)
        return 1
    known = explained()
    survivors = {module: [tuple(change) for change in result["survivors"]] for module, result in results.items()}
    found = {change for changes in survivors.values() for change in changes}
    for function, was, became in sorted(found):
        why = known.get((function, was, became), "NOT EXPLAINED")
        print(f"{function}\n  was    {was}\n  became {became}\n  why    {why}\n")
    for function, was, became in known.keys() - found:
        if function.rpartition(".")[0] in results:
            print(f"{function}\n  was    {was}\n  became {became}\n  is explained, and was killed\n")
    print(f"{'':36}{'mutants':>8}{'survivors':>15}{'not explained':>17}")
    counts = [
        (module, results[module]["mutants"], len(changes), sum(change not in known for change in changes))
        for module, changes in survivors.items()
    ]
    tried, survived, unexplained = (sum(column) for column in list(zip(*counts, strict=True))[1:])
    for module, *numbers in [*counts, ("all", tried, survived, unexplained)]:
        print(f"{module:36}{_line(*numbers)}")
    return int(survived >= MOST_SURVIVORS * tried or unexplained > 0)


def _line(tried: int, survived: int, unexplained: int) -> str:
    return f"{tried:8}{survived:7} {survived / tried:7.1%}{unexplained:9} {unexplained / tried:7.1%}"


def run(patterns: list[str], tests: list[str]) -> None:
    """Mutate the modules and try their mutants."""
    make_copy(files_of(patterns), tests)
    # of no mutant: it makes them all and finds which tests reach each, and then fails for want of one to try
    mutmut = subprocess.run([MUTMUT, "run", "none"], cwd=COPY, check=False, capture_output=True, text=True)
    if not (COPY / "mutants" / "mutmut-stats.json").exists():
        raise SystemExit(f"mutmut made no mutants:\n{mutmut.stdout}{mutmut.stderr}")
    found = made()
    try_all({mutant: ids for mutants in found.values() for mutant, ids in mutants.items()}, tests)
    for module, mutants in found.items():
        if mutants:
            print(module, flush=True)
            try_by_itself(mutants, tests)
            keep(module, list(mutants))


def main(arguments: list[str]) -> int:
    """Mutate and try, then report what survived."""
    if arguments != ["--report"]:
        tests = [argument for argument in arguments if argument.startswith("tests/")]
        patterns = [argument for argument in arguments if argument not in tests]
        run(patterns, tests or settings()["pytest_add_cli_args_test_selection"])
    return report()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
