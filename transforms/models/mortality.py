"""What the dead died of, as competing risks: of the disease or not, and without relapse (criteria, section 14)."""

from __future__ import annotations

import polars as pl

from transforms.models.incidence import EVENT_INCIDENCE, EVENT_INCIDENCE_CURVE, incidence
from transforms.models.inputs import OS, OS_FROM_DIAGNOSIS, TTP, UNKNOWN, Tables, table, times_of
from transforms.survival.strata import with_columns

DISEASE = "myeloma"
MYELOMA_DEATH, OTHER_DEATH, UNKNOWN_DEATH = "myeloma_death", "other_death", "unknown_cause"
RELAPSE, NON_RELAPSE = "relapse", "non_relapse_death"


def mortality(tables: Tables) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Summaries and curves, as `incidence` has them; none where no cause of death was ever recorded.

    `death_cause`, from diagnosis and from the start of line 1: death of myeloma, of anything else, and of a cause that
    is not known, which is neither. `non_relapse`, from the start of line 1: relapse (progression, or a death of myeloma
    before one was seen), death without it, and such a death of unknown cause.
    """
    causes = with_columns(table(tables, "patients"), {"death_cause": pl.String})
    if not causes["death_cause"].count():
        return pl.DataFrame(schema=EVENT_INCIDENCE), pl.DataFrame(schema=EVENT_INCIDENCE_CURVE)
    cause = pl.col("death_cause").replace(UNKNOWN, None)
    died_of = pl.when(cause.is_null()).then(pl.lit(UNKNOWN_DEATH)).when(cause == DISEASE)
    found = []
    for origin in (OS_FROM_DIAGNOSIS, OS):
        people = (
            times_of(tables, origin)
            .join(causes, on="patient_id", how="left")
            .with_columns(
                is_before=pl.lit(value=False),
                cause=pl.when("event").then(died_of.then(pl.lit(MYELOMA_DEATH)).otherwise(pl.lit(OTHER_DEATH))),
            )
        )
        key = {"analysis": "death_cause", "origin": origin.origin, "line": origin.line}
        found.append(incidence(people, key, (MYELOMA_DEATH, OTHER_DEATH, UNKNOWN_DEATH)))
    people = times_of(tables, TTP).join(causes, on="patient_id", how="left")
    dead = (pl.col("reason") == "death").fill_null(value=False)
    ended = pl.when("event").then(pl.lit(RELAPSE)).when(dead)
    people = people.with_columns(
        is_before=pl.lit(value=False),
        cause=ended.then(died_of.then(pl.lit(RELAPSE)).otherwise(pl.lit(NON_RELAPSE))),
    )
    key = {"analysis": "non_relapse", "origin": TTP.origin, "line": TTP.line}
    found.append(incidence(people, key, (RELAPSE, NON_RELAPSE, UNKNOWN_DEATH)))
    summaries, curves = zip(*found, strict=True)
    return pl.concat(summaries), pl.concat(curves)
