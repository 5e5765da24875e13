"""The deployment: when the flow runs, on what, and that two runs of it never overlap."""

from __future__ import annotations

from pathlib import Path

from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.client.schemas.schedules import CronSchedule
from prefect.schedules import Cron

from flows.job import Job
from flows.schedule.flow import mspike_flow

# A run that would overlap is skipped, and shown as cancelled: the next one reads the same extract anyway.
ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)


def check_cron(cron: str, timezone: str) -> None:
    """Raise ValueError where Prefect can't schedule by it."""
    CronSchedule(cron=cron, timezone=timezone)


def serve(job: Job, cron: str, timezone: str) -> None:
    """Keep a deployment of the store's name, and run what is due, until a signal ends it."""
    mspike_flow.serve(
        name=name_of(job.output),
        schedule=Cron(cron, timezone=timezone),
        parameters=job.anywhere().parameters(),
        global_limit=ONE_AT_A_TIME,
        print_starting_message=False,
    )


def name_of(store: Path) -> str:
    """What the deployment of a store is called."""
    return store.absolute().name
