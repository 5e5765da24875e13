"""The table `[schedule]` of the configuration: how long to wait for the input, and what to notify."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from flows.settings.suggestions import suggestion

MOST_RETRIES = 50  # Prefect takes no more delays
OUTCOMES = ("failure", "success")


class ScheduleError(ValueError):
    """A table `[schedule]` that can't be used; the message is one line for the person who wrote it."""


@dataclass(frozen=True)
class Schedule:
    """Input that is still being written is looked at again `retries` times, after `retry_delays_s` seconds each (the
    last delay repeats); it has arrived when no file has changed for `quiet_seconds`.

    `notify` is a command (no shell) that gets a JSON document on its standard input after a run that ended as one of
    `notify_on`; `report_url` is where the registry publishes the report.
    """

    retries: int = 5
    retry_delays_s: tuple[float, ...] = (60, 120, 240, 480, 960)
    quiet_seconds: float = 30
    notify: tuple[str, ...] = ()
    notify_on: tuple[str, ...] = ("failure",)
    report_url: str | None = None


def _is_seconds(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")


def _is_list(of: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and bool(value) and all(map(of, value))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


WANTED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "retries": (
        lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_RETRIES,
        f"a whole number from 0 to {MOST_RETRIES}",
    ),
    "retry_delays_s": (
        lambda value: _is_list(_is_seconds)(value) and len(value) <= MOST_RETRIES,
        f"a list of 1 to {MOST_RETRIES} numbers of seconds such as [60, 120, 240]",
    ),
    "quiet_seconds": (_is_seconds, "a number of seconds such as 30"),
    "notify": (_is_list(_is_text), 'a command and its arguments such as ["/usr/local/bin/notify-us", "--mspike"]'),
    "notify_on": (_is_list(lambda value: value in OUTCOMES), f"a list of {' and '.join(OUTCOMES)}"),
    "report_url": (_is_text, "an address such as https://intranet.example/mspike/"),
}


def schedule_of(table: Any) -> Schedule:
    """The settings that a table makes. Raises ScheduleError for an unknown key or a value of another kind."""
    if not isinstance(table, Mapping):
        raise ScheduleError("must be a table, [schedule]")
    known = [setting.name for setting in fields(Schedule)]
    for name, value in table.items():
        if name not in known:
            raise ScheduleError(f"unknown key {name!r}; {suggestion(name, known)}")
        is_right, wanted = WANTED[name]
        if not is_right(value):
            raise ScheduleError(f"{name} must be {wanted}, found {value!r}")
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}
    return Schedule(**given)
