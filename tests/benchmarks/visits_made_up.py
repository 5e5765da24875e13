"""Made-up visits for the benchmark, a shard of whole patients a file: what a visit found beside its line's baseline.

Every visit has both fluids and both light chains; nothing else is tested, so that SQL and pandas, which leave the
other clauses out, have the same categories (never CR). Beside them, of the same patients, `real-NNN.parquet`: as a
registry has them, with gaps, figures below the limit of detection, some immunofixation, marrow and imaging. Seeded, and
no loop over patients.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

LINES = (0, 40, 70)  # the visit with which each line starts
MEASURED = {"serum": 0.6, "urine": 0.2, "flc": 0.15, "none": 0.05}
TESTS = ["serum_m_g_dl", "urine_m_mg_24h", "kappa_mg_l", "lambda_mg_l"]
SCALE = {"serum_m_g_dl": 1.0, "urine_m_mg_24h": 400.0, "kappa_mg_l": 200.0}
DECIMALS = {"serum_m_g_dl": 2, "urine_m_mg_24h": 0, "kappa_mg_l": 1}
FOLLOWED = {"serum_m_g_dl": "serum", "urine_m_mg_24h": "urine", "kappa_mg_l": "flc"}
# by how many visits each is measured as a registry has it, and the limit of detection
FIGURES = {
    "serum_m_g_dl": (0.9, 0.1),
    "urine_m_mg_24h": (0.5, 20.0),
    "kappa_mg_l": (0.8, 1.0),
    "lambda_mg_l": (0.8, 1.0),
}
LOW = {"serum_m_g_dl": 0.2, "urine_m_mg_24h": 40.0, "kappa_mg_l": 15.0}


def write_shards(folder: Path, patients: int, visits: int, per_shard: int, seed: int = 1) -> None:
    """`visits-NNN.parquet`, `real-NNN.parquet` and `lines-NNN.parquet` for every shard."""
    for shard, first in enumerate(range(0, patients, per_shard)):
        rng = np.random.default_rng([seed, shard])
        of_visits, of_lines = made_up(rng, first, min(per_shard, patients - first), visits)
        of_visits.write_parquet(folder / f"visits-{shard:03}.parquet")
        realistic(rng, of_visits).write_parquet(folder / f"real-{shard:03}.parquet")
        of_lines.write_parquet(folder / f"lines-{shard:03}.parquet")


def realistic(rng: np.random.Generator, visits: pl.DataFrame) -> pl.DataFrame:
    """The same visits as a registry has them: each test done at some, each figure with its bound and as a nadir."""

    def some(share: float) -> pl.Series:
        return pl.Series(rng.random(visits.height) < share)

    def of_figure(name: str, share: float, below: float) -> list[pl.Expr]:
        is_done, is_below, found = some(share), pl.col(name) < below, pl.col(name)
        low, high, nadir = (pl.when(is_below).then(bound).otherwise(found) for bound in (0.0, 0.0, below))
        parts = {"": low, "_max": high, "_as_nadir": nadir}
        return [pl.when(is_done).then(bound).alias(f"{name}{part}") for part, bound in parts.items()]

    has_marrow, cells = some(0.1), pl.Series(rng.integers(0, 40, visits.height).astype(np.float64))
    marrow = ("marrow_percent", "marrow_percent_max", "marrow_percent_as_nadir")
    latest = ("latest_marrow_percent", "latest_marrow_percent_max")
    signs = {
        "serum_immunofixation_positive": (some(0.3), pl.col("serum_m_g_dl") > 0.1),
        "urine_immunofixation_positive": (some(0.2), pl.col("urine_m_mg_24h") > 20),
        "latest_marrow_clonal": (has_marrow, pl.lit(cells) > 5),
        "new_bone_lesion": (some(0.05), pl.lit(some(0.1))),
        "new_plasmacytoma": (some(0.05), pl.lit(some(0.05))),
    }
    return visits.with_columns(
        *(column for name, figure in FIGURES.items() for column in of_figure(name, *figure)),
        *(pl.when(has_marrow).then(cells).alias(name) for name in (*marrow, *latest)),
        *(pl.when(is_done).then(found).alias(name) for name, (is_done, found) in signs.items()),
    )


def made_up(rng: np.random.Generator, first: int, patients: int, visits: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Visits and lines of some patients: each line falls, stays down for a while and may come back."""
    measured = rng.choice(list(MEASURED), patients, p=list(MEASURED.values()))
    starts = np.array([start for start in LINES if start < visits])
    line = np.searchsorted(starts, np.arange(visits), side="right")
    since = np.arange(visits) - starts[line - 1] + 1
    relapse = rng.integers(3, 60, (patients, starts.size))[:, line - 1]
    depth = rng.uniform(0.5, 5, (patients, starts.size))[:, line - 1]
    shape = -depth * np.minimum(since / 6, 1) + 0.3 * np.maximum(since - relapse, 0)
    level = np.exp(rng.normal(0.9, 0.5, (patients, starts.size)))
    found, base = {}, {}
    for test, scale in SCALE.items():
        size = np.where(measured == FOLLOWED[test], scale, LOW[test])[:, None]
        noise = np.exp(rng.normal(0, 0.08, (patients, visits)))
        course = size * level[:, line - 1] * np.exp(np.minimum(shape, 0.7)) * noise
        found[test] = course.round(DECIMALS[test]).ravel()
        base[test] = (size * level).round(DECIMALS[test]).ravel()
    found["lambda_mg_l"] = rng.uniform(5, 20, patients * visits).round(1)
    base["lambda_mg_l"] = rng.uniform(5, 20, patients * starts.size).round(1)
    who = np.arange(first, first + patients, dtype=np.int64)
    begun = date(2010, 1, 1).toordinal() - date(1970, 1, 1).toordinal()
    day = (begun + 30 * np.arange(visits) + rng.integers(0, 2000, patients)[:, None]).astype(np.int32)
    of_visits = pl.DataFrame({"patient_id": np.repeat(who, visits), "line": np.tile(line, patients).astype(np.int64)})
    of_visits = of_visits.with_columns(
        visit_date=pl.Series(day.ravel()).cast(pl.Date), **{name: pl.Series(values) for name, values in found.items()}
    )
    start_date = pl.Series((day[:, starts] - 1).ravel()).cast(pl.Date)
    of_lines = pl.DataFrame(
        {"patient_id": np.repeat(who, starts.size), "line": np.tile(np.arange(1, starts.size + 1), patients)}
    ).with_columns(
        start_date=start_date,
        next_line_start=start_date.shift(-1),
        death_date=pl.Series(np.repeat(day[:, -1], starts.size)).cast(pl.Date) + pl.duration(days=50),
        **{
            name.replace("_m_", "_m_baseline_").replace("a_mg_l", "a_baseline_mg_l"): pl.Series(v)
            for name, v in base.items()
        },
    )
    is_last, dies = pl.col("line") == starts.size, pl.col("patient_id") % 2 == 0
    return of_visits, of_lines.with_columns(
        next_line_start=pl.when(~is_last).then("next_line_start"), death_date=pl.when(dies).then("death_date")
    )
