"""A synthetic extract: a myeloma registry that never was, in the contract's tables, plausible and seeded."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from flows.sample.blocks import COLUMNS, block_tables
from flows.sample.dirt import add_dirt
from flows.sample.draws import BLOCK


def write_sample(folder: Path, patients: int, seed: int, dirt: float = 0.02) -> dict[str, int]:
    """Write one CSV per table of the contract into `folder` (made if missing); returns rows per table.

    The same arguments give the same bytes; without dirt, fewer patients are the first of more. `dirt` is the share
    of rows added that the contract refuses, or sets a cell of aside, of every kind; 0 adds none. Raises ValueError for
    fewer than one patient, a negative seed, or a share outside 0 to 0.5.
    """
    if patients < 1:
        raise ValueError(f"patients: {patients} can't be made; ask for 1 or more")
    if seed < 0:
        raise ValueError(f"seed: {seed} is negative; give 0 or more")
    if not 0 <= dirt <= 0.5:
        raise ValueError(f"dirt: {dirt} is no share of rows; give 0 to 0.5")
    folder.mkdir(parents=True, exist_ok=True)
    rows = dict.fromkeys(COLUMNS, 0)
    files = {table: (folder / f"{table}.csv").open("wb") for table in COLUMNS}
    try:
        for block in range(-(-patients // BLOCK)):
            tables = block_tables(seed, block, min(BLOCK, patients - block * BLOCK))
            if dirt:
                # apart from the block's own generators: the clean rows are the same with and without dirt
                rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, block, 1])))
                tables = add_dirt(rng, tables, dirt, every_kind=block == 0)
            for table, frame in tables.items():
                frame.write_csv(files[table], include_header=block == 0)
                rows[table] += frame.height
    finally:
        for file in files.values():
            file.close()
    return rows
