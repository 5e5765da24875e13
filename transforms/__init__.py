"""How registry rows become rows the rules can read, and what follows from the verdicts. Frame in, frame out."""

import polars as pl

# A shard fits in memory by design, and polars' streaming engine, its default, spends twice the time on the same plans.
pl.Config.set_engine_affinity("in-memory")
