"""Options of the commands that run the job: what each asks for is a field of `Job` by its name."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from flows.commands.options import PATH
from flows.engines.engine import ENGINES, choose_engine
from flows.privacy.pseudonyms import Pseudonymise
from flows.settings.profiles import profiles

Command = Callable[..., Any]

INPUT = click.option("--input", type=PATH, required=True, help="Folder with one file per table.")
OUTPUT = click.option("--output", type=PATH, required=True, help="Folder to keep the results in.")
CRITERIA = click.option("--criteria", help="Edition of the criteria: jsh2023 (default), imwg2016 or jsh2023-routine.")
CONFIG = click.option("--config", type=PATH, help="TOML file with settings of the run.")
PROFILE = click.option(
    "--profile",
    help=f"Data model of the extract, in place of --registry: {', '.join(each.name for each in profiles())}.",
)
MODE = click.option(
    "--mode",
    "delta",
    type=click.Choice(("full", "delta")),
    default="full",
    show_default=True,
    callback=lambda _context, _option, mode: mode == "delta",
    help="What is delivered: everything, or only the patients that changed, whole (and removed.csv).",
)


def pseudonym_options(command: Command) -> Command:
    """`--pseudonymise`, `--key-file`, `--link`: the command is given `pseudonymise` (None: not asked for)."""

    @click.option("--pseudonymise", is_flag=True, help="Store patients under keyed hashes of their ids only.")
    @click.option("--key-file", type=PATH, help="File with the key (default: MSPIKE_KEY).")
    @click.option("--link", type=PATH, help="File for the table pseudonym to id, not in STORE.")
    @functools.wraps(command)
    def asked(*, pseudonymise: bool, key_file: Path | None, link: Path | None, **others: Any) -> Any:
        if not pseudonymise and (key_file or link):
            raise click.UsageError("--key-file and --link go with --pseudonymise")
        return command(pseudonymise=Pseudonymise(key_file, link) if pseudonymise else None, **others)

    return asked


def engine_options(command: Command) -> Command:
    """`--engine` and what belongs to it: the command is given `engine`. Raises EngineUsageError."""

    @click.option("--engine", type=click.Choice(ENGINES), default="embedded", show_default=True, help="What derives.")
    @click.option(
        "--workers", type=click.IntRange(min=1), help="dask: worker processes to start here (default: cores)."
    )
    @click.option("--scheduler-address", help="dask: a cluster's scheduler, such as tcp://HOST:8786, and its workers.")
    @click.option("--scratch", type=PATH, help="dask: folder that every worker reaches (default: in STORE).")
    @functools.wraps(command)
    def asked(
        *, engine: str, workers: int | None, scheduler_address: str | None, scratch: Path | None, **others: Any
    ) -> Any:
        return command(engine=choose_engine(engine, workers, scheduler_address, scratch), **others)

    return asked
