"""The whole batch job, top to bottom. One list of steps serves a plain run and a visible Prefect flow run alike."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flows import steps
from flows.engines.engine import EMBEDDED, Engine
from flows.faults import plainly, unstuck
from flows.history.runs import earlier_runs, is_readable
from flows.privacy.pseudonyms import Pseudonymise
from flows.settings.config import Config, load_config
from flows.steps import Build
from flows.store import StoreError, building, last_database, publish

Step = Callable[[Build], dict[str, Any]]
Runner = Callable[[Step, Build], dict[str, Any]]
Progress = Callable[[str, float, dict[str, Any]], None]


@dataclass(frozen=True)
class Job:
    """One run: the extract to read, the store to write, the edition (None: the configuration's, else jsh2023), the
    configuration, and what derives.

    `full`: derive every patient, though only some changed since the store's last run. `delta`: the extract has only
    the patients that changed, whole, and takes the place of what the store has of them. `as_of`: the extract is a
    store, and what it knew on that day goes into another. `pseudonymise` (None: patients keep their ids). `registry`:
    the site's own names (None: the configuration's file, else the extract's).
    """

    input: Path
    output: Path
    criteria: str | None = None
    config: Path | None = None
    full: bool = False
    delta: bool = False
    as_of: date | None = None
    engine: Engine = EMBEDDED
    pseudonymise: Pseudonymise | None = None
    registry: Path | None = None

    def load_config(self) -> Config:
        """The run's configuration. Raises ConfigError."""
        config = load_config(self.config, self.criteria)
        return replace(config, registry=self.registry) if self.registry else config

    def check_key(self) -> None:
        """Raises PseudonymError where the key, or the place of the link table, can't be used."""
        if self.pseudonymise:
            self.pseudonymise.pseudonyms(self.output)


def run_here(step: Step, build: Build) -> dict[str, Any]:
    """Run a step in this process."""
    return step(build)


def say_nothing(step: str, seconds: float, done: dict[str, Any]) -> None:
    """Progress for nobody."""


def run(job: Job, runner: Runner = run_here, progress: Progress = say_nothing) -> dict[str, Any]:
    """Do the whole job and publish its store; return what `run.json` says. On any error the store stays as it was.

    Raises ConfigError, EngineError, ExtractError or StoreError for what the user can mend.
    """
    config = job.load_config()
    asked = job.pseudonymise
    pseudonyms, link = (asked.pseudonyms(job.output), asked.link) if asked else (None, None)
    started, seconds = datetime.now(UTC), {}
    # who waits for workers is told of them, and may well do nothing for long
    watched = unstuck(job.output) if job.engine.is_embedded else nullcontext()
    with watched, plainly(job.output), building(job.output) as folder:
        last = last_database(job.output)
        readable = last if last and is_readable(last) else None
        _check_delivery(job, readable)
        build = Build(
            job.input,
            folder,
            config,
            readable,
            full=job.full,
            delta=job.delta,
            as_of=job.as_of,
            started=started,
            engine=job.engine,
            pseudonyms=pseudonyms,
            link=link,
        )

        def do(step: Step) -> dict[str, Any]:
            clock = time.perf_counter()
            done = runner(plainly(job.output)(step), build)
            seconds[step.__name__] = round(time.perf_counter() - clock, 2)
            progress(step.__name__, seconds[step.__name__], done)
            return done

        ingested = do(steps.ingest)
        changes = do(steps.find_changes)
        derived = do(steps.derive)
        do(steps.outcomes)
        do(steps.models)
        audited = do(steps.audit)
        exported = do(steps.export)
        do(steps.report)

        summary = {
            "started": started.isoformat(timespec="seconds"),
            "seconds": seconds,
            "criteria": config.criteria,
            "settings": build.edition.settings(),
            "input": str(job.input),
            "fatal": _fatal(config, ingested["quarantine_entries"]),
            "failed_indicators": audited["failed"],
            **ingested,
            **changes,
            "moved": audited["moved"],
            "shards": derived["shards"],
            "tables": exported["rows"],
            "runs": earlier_runs(build.database),
        }
        (folder / "run.json").write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        publish(job.output, folder)
    return summary


def _check_delivery(job: Job, last: Path | None) -> None:
    if job.delta and last is None:
        raise StoreError(
            f"{job.output}: has no run that this version can go on from, as a delivery of changes must; "
            "give a whole delivery first"
        )
    if job.as_of and job.output.resolve() == job.input.resolve():
        raise StoreError(f"{job.output}: what was known on {job.as_of} can't take the place of today's; name another")


def _fatal(config: Config, broken: dict[str, int]) -> dict[str, int]:
    return {rule: broken[rule] for rule in config.fatal_rules if broken.get(rule)}
