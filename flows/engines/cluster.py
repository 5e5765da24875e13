"""Shards on workers: a Prefect flow that its Dask task runner maps over them, one task run a shard.

Prefect and Dask are given paths, numbers and settings, and give back nothing: rows pass through the scratch folder.
Every task tells a Prefect server how it is doing: the one that PREFECT_API_URL names, else one that is started here,
for otherwise each worker process would start its own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from distributed import KilledWorker, wait
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.server.api.server import SubprocessASGIServer
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect_dask import DaskTaskRunner

from flows.engines.engine import CONNECT_WITHIN_SECONDS, Engine, EngineError
from flows.engines.shard import ShardError, code_version, derive_shard
from flows.engines.work import Work
from transforms.follow_up import Declared

LOOK_EVERY_SECONDS = 2
WAIT_FOR_WORKERS_SECONDS = 60
TRY_AGAIN = 2  # when a worker can't read or write; a worker that dies is Dask's to replace (three times)


def run_shards(engine: Engine, work: Work, scratch: Path) -> None:
    """Have every shard derived; its results are in the scratch folder then. Raises EngineError."""
    engine.check_scheduler()
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "critical")  # a failure is one line of ours
    with _prefect_server():
        mapped = flow(
            name="mspike-shards",
            task_runner=_task_runner(engine, scratch),
            persist_result=False,
            validate_parameters=False,
        )(_map_shards)
        try:
            mapped(str(scratch), work.shards, work.criteria, work.settings, work.declared)
        except (EngineError, ShardError) as error:
            raise EngineError(str(error)) from None
        except Exception as error:
            raise EngineError(_said(error)) from None


def _map_shards(
    scratch: str, shards: int, criteria: str, settings: Mapping[str, Mapping[str, Any]], declared: Declared
) -> None:
    derive = task(
        name="derive shard",
        task_run_name="shard {shard}",
        retries=TRY_AGAIN,
        retry_delay_seconds=1,
        retry_condition_fn=_may_pass,
        cache_policy=NO_CACHE,
        persist_result=False,
    )(derive_shard)
    work = Work(shards, criteria, settings, declared)
    _wait_for([derive.submit(scratch, shard, work, code_version()) for shard in range(shards)])


def _may_pass(task: Any, task_run: Any, state: Any) -> bool:
    return isinstance(state.result(raise_on_failure=False), OSError)


def _wait_for(futures: list[Any]) -> None:
    """Wait for all; stop at the first that failed, or when no worker has been available for a while."""
    pending = {future.wrapped_future: future for future in futures}
    client = futures[0].wrapped_future.client
    last_seen = time.monotonic()
    while pending:
        try:
            with client.as_current():
                done = wait(list(pending), timeout=LOOK_EVERY_SECONDS, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            done = set()
        for finished in done:
            pending.pop(finished).result()
        if client.scheduler_info(n_workers=1)["workers"]:
            last_seen = time.monotonic()
        elif time.monotonic() - last_seen > WAIT_FOR_WORKERS_SECONDS:
            raise EngineError(
                f"no worker is left for {len(pending)} of {len(futures)} shards; start workers at the scheduler's"
                " address (dask worker), and run again"
            )


def _task_runner(engine: Engine, scratch: Path) -> Any:
    client = {"timeout": CONNECT_WITHIN_SECONDS}
    if engine.scheduler_address:
        return DaskTaskRunner(address=engine.scheduler_address, client_kwargs=client)
    workers = engine.workers_here
    here = {
        "n_workers": workers,
        "threads_per_worker": 1,
        "host": "127.0.0.1",
        "dashboard_address": None,
        "local_directory": str(scratch),
        "silence_logs": "CRITICAL",
        "env": {"POLARS_MAX_THREADS": str(max(1, (os.cpu_count() or 1) // workers))},
    }
    return DaskTaskRunner(cluster_class="distributed.LocalCluster", cluster_kwargs=here)


@contextmanager
def _prefect_server() -> Iterator[None]:
    if PREFECT_API_URL.value():
        yield
        return
    # The one of a flow run around this one, where there is one; it ends with the process.
    server = SubprocessASGIServer()
    server.start()
    with temporary_settings({PREFECT_API_URL: server.api_url}):
        yield


def _said(error: Exception) -> str:
    if isinstance(error, KilledWorker):
        return (
            "workers that were given the same shard died one after another, as they do without enough memory;"
            " start fewer, or with more memory each"
        )
    if isinstance(error, OSError) and str(error).startswith("a worker "):
        return str(error)
    return f"the workers could not be used ({type(error).__name__}); see that the scheduler and its workers are running"
