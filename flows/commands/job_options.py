"""`--pseudonymise`, `--key-file` and `--link`, for the commands that run the job."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


def pseudonym_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options; the command is given `pseudonymise`, what they ask for (None: nothing)."""

    @click.option("--pseudonymise", is_flag=True, help="Store patients under keyed hashes of their ids only.")
    @click.option("--key-file", type=click.Path(path_type=Path), help="File with the key (default: MSPIKE_KEY).")
    @click.option("--link", type=click.Path(path_type=Path), help="File for the table pseudonym to id, not in STORE.")
    @functools.wraps(command)
    def asked(*, pseudonymise: bool, key_file: Path | None, link: Path | None, **others: Any) -> Any:
        if not pseudonymise and (key_file or link):
            raise click.UsageError("--key-file and --link go with --pseudonymise")
        if not pseudonymise:
            return command(pseudonymise=None, **others)
        from flows.privacy.pseudonyms import Pseudonymise

        return command(pseudonymise=Pseudonymise(key_file, link), **others)

    return asked
