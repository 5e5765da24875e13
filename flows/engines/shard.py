"""What a worker does with one shard: read its share, derive, put the results down whole. Knows no database, no engine.

It can be done twice, by two workers at once, or half and then again: a result is seen only when it is complete.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from importlib.metadata import version
from pathlib import Path

import polars as pl

from flows.engines.work import TAKEN, Work
from flows.faults import fault_of_engine
from transforms.derive import derive

COUNTS = "counts.json"


class ShardError(RuntimeError):
    """A worker could not do its shard; the message is one line, without anything of a patient."""


def result_folder(scratch: Path, shard: int) -> Path:
    """Where the results of a shard are."""
    return scratch / "out" / f"{shard:05}"


def code_version() -> str:
    """What has to be the same on every machine for the results to be the same."""
    return ", ".join(f"{name} {version(name)}" for name in ("mspike", "polars"))


def derive_shard(scratch: str, shard: int, work: Work, code: str) -> None:
    """Derive one shard and write its results.

    Raises ShardError; OSError, without the file's name, where trying again may help.
    """
    if code_version() != code:
        raise ShardError(f"a worker has {code_version()}, this machine {code}; install the same on all")
    result = result_folder(Path(scratch), shard)
    if result.is_dir():
        return
    try:
        _derive(Path(scratch), shard, work, result)
    except FileNotFoundError:
        raise OSError("a worker does not find its share; name a folder that every worker reaches: --scratch") from None
    except OSError as error:
        raise OSError(f"a worker can't read or write the scratch folder ({error.strerror})") from None
    except BaseException as error:  # a panic of polars is no Exception
        if said := fault_of_engine(error):
            raise ShardError(f"shard {shard}: {said}") from None
        if not isinstance(error, Exception):
            raise
        raise ShardError(
            f"shard {shard}: {type(error).__name__} in {_place(error)}; a mistake of the program"
        ) from None


def _derive(scratch: Path, shard: int, work: Work, result: Path) -> None:
    unfinished = result.with_name(f".{result.name}.{os.getpid()}.{uuid.uuid4().hex}")
    unfinished.mkdir()
    tables = {table: _read(scratch / "in" / table, shard) for table in TAKEN}
    derived = derive(tables, work.edition, work.declared)
    for table, frame in derived.items():
        frame.write_parquet(unfinished / f"{table}.parquet")
    counts = {"read": _heights(tables), "written": _heights(derived)}
    (unfinished / COUNTS).write_text(json.dumps(counts), encoding="utf-8")
    try:
        unfinished.rename(result)
    except OSError:
        if not result.is_dir():
            raise
        shutil.rmtree(unfinished, ignore_errors=True)  # another worker was first with the same


def _read(folder: Path, shard: int) -> pl.DataFrame:
    files = [folder / "no_rows.parquet", *sorted((folder / f"shard={shard}").glob("*.parquet"))]
    return pl.concat([pl.read_parquet(file, hive_partitioning=False, glob=False) for file in files])


def _heights(frames: dict[str, pl.DataFrame]) -> dict[str, int]:
    return {name: frame.height for name, frame in frames.items()}


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "an unknown place"
