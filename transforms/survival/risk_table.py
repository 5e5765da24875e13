"""Who is at risk on which day, of any number of curves at once (`followed`, as in `curves`)."""

import polars as pl


def risk_table(followed: pl.DataFrame) -> pl.DataFrame:
    """Of each `curve` day 0 and every day on which someone enters late, has the event or is censored, in order.

    `at_risk` are in before that day and not out before it; who enters on it (`entered`) is at risk from the next on.
    """
    ends = followed.group_by("curve", day="days").agg(
        events=pl.col("event").sum().cast(pl.Int64), censored=(~pl.col("event")).sum().cast(pl.Int64)
    )
    late = followed.drop_nulls("entry_days").group_by("curve", day="entry_days").agg(entered=pl.len().cast(pl.Int64))
    start = followed.group_by("curve", day=pl.lit(0, pl.Int64)).agg(
        from_start=pl.col("entry_days").null_count().cast(pl.Int64)
    )
    net = pl.col("from_start") + pl.col("entered") - pl.col("events") - pl.col("censored")
    return (
        pl.concat([ends, late, start], how="diagonal")
        .group_by("curve", "day")
        .agg(pl.col("events", "censored", "entered", "from_start").sum())
        .sort("curve", "day")
        .with_columns(left=net.cum_sum().over("curve"))
        .select(
            "curve",
            "day",
            pl.col("left").sub(pl.col("entered")).add(pl.col("events") + pl.col("censored")).alias("at_risk"),
            "events",
            "censored",
            "entered",
        )
    )


def is_estimable(followed: pl.DataFrame) -> bool:
    """Of patients in one curve (whatever its number): whether it can be estimated (not `is_broken`)."""
    table = risk_table(followed.select("days", "event", "entry_days", curve=pl.lit(0)))
    return not table.select(is_broken().any()).item()


def is_broken() -> pl.Expr:
    """Of a row of `risk_table`: whether its curve loses everyone at risk before the last patients enter, so that
    nothing carries it across.

    The product then stays at zero (or, with an unobserved gap, at an unsupported level) whatever happens to those who
    enter later.
    """
    last_entry = pl.col("day").filter(pl.col("entered") > 0).max()
    gone = pl.col("events") + pl.col("censored")
    everyone_dies = (pl.col("events") == pl.col("at_risk")) & (pl.col("day") <= last_entry)
    nobody_stays = (pl.col("at_risk") + pl.col("entered") == gone) & (pl.col("day") < last_entry)
    return ((gone > 0) & (everyone_dies | nobody_stays)).any().over("curve").fill_null(value=False)
