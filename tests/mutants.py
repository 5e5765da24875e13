"""A pytest plugin: instead of once, run the tests with one mutant after another, each until a test notices it.

mutmut's code looks up at every call which mutant is meant, so one process can try them all and need not import and
collect again for each. Reads MUTANTS (a JSON file: mutant -> ids of the tests that reach it, the quick ones first) and
appends a line of JSON a mutant to OUTCOMES. A test that still fails without the mutant says that the mutant left
something broken: then the mutant is undecided, and the process ends, for another to go on with the rest.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from functools import _lru_cache_wrapper
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

UNDER_TEST = "MUTANT_UNDER_TEST"
EDITIONS = "rules.criterion"  # an edition keeps the verdicts of its clauses
LONGEST_S = 120


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Try every mutant."""
    items = {item.nodeid: item for item in session.items}
    mutants = json.loads(Path(os.environ["MUTANTS"]).read_text(encoding="utf-8"))
    with Path(os.environ["OUTCOMES"]).open("a", encoding="utf-8") as outcomes:
        for mutant, tests in mutants.items():
            said = outcome(mutant, [items[test] for test in tests if test in items])
            outcomes.write(json.dumps([mutant, said]) + "\n")
            outcomes.flush()
            if said == "undecided":
                break
    return True


def outcome(mutant: str, items: list[pytest.Item]) -> str:
    """What becomes of one mutant: killed, survived or undecided."""
    forget(mutant.rpartition(".")[0])
    os.environ[UNDER_TEST] = mutant
    noticed = next((item for item in items if fails(item)), None)
    os.environ[UNDER_TEST] = ""
    forget(mutant.rpartition(".")[0])
    if noticed is None:
        return "survived"
    return "undecided" if fails(noticed) else "killed"


def forget(module: str) -> None:
    """Empty the caches of a module, and of the editions: what they hold was made before the mutant, or by it."""
    for name in sys.modules.keys() & {module, EDITIONS}:
        for value in vars(sys.modules[name]).values():
            if isinstance(value, _lru_cache_wrapper):
                value.cache_clear()


def fails(item: pytest.Item) -> bool:
    """Run one test; one that takes too long, as a loop without end does, fails."""
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(LONGEST_S)
    try:
        return any(report.failed for report in runtestprotocol(item, nextitem=None, log=False))
    finally:
        signal.alarm(0)


def _too_long(*_: object) -> None:
    raise TimeoutError
