"""Curves against arithmetic done by hand, and against a published example."""

import math
from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from transforms.survival import DAYS_PER_MONTH, SURVIVAL, SURVIVAL_CURVE, survival

# Freireich et al., Blood 1963;21:699: weeks in remission of children with acute leukaemia, 6-mercaptopurine
# against placebo; + is censored. The worked example of Kleinbaum & Klein, Survival Analysis, chapter 2.
MERCAPTOPURINE = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def times(text: str, **columns: object) -> pl.DataFrame:
    """`3 5+ 7?`: an event on day 3, censored on day 5, on day 7 it isn't known which."""
    words = text.split()
    start = date(2020, 1, 1)
    days = [int(word.rstrip("+?")) for word in words]
    given = {"endpoint": "OS", "origin": "diagnosis", "line": None, "progression_source": None, "iss": None}
    given |= {"r_iss": None, "diagnosis": "MM", "prefix": "p"} | columns
    return pl.DataFrame(
        {
            "patient_id": [f"{given['prefix']}{i}" for i in range(len(words))],
            "endpoint": given["endpoint"],
            "origin": given["origin"],
            "line": pl.Series([given["line"]] * len(words), dtype=pl.Int64),
            "start_date": start,
            "end_date": [start + timedelta(days=d) for d in days],
            "days": days,
            "event": [None if word.endswith("?") else not word.endswith("+") for word in words],
            "progression_source": pl.Series([given["progression_source"]] * len(words), dtype=pl.String),
            "iss": pl.Series([given["iss"]] * len(words), dtype=pl.String),
            "r_iss": pl.Series([given["r_iss"]] * len(words), dtype=pl.String),
            "diagnosis": pl.Series([given["diagnosis"]] * len(words), dtype=pl.String),
        }
    )


def outcome(*frames: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    joined = pl.concat(frames)
    patients = joined.select("patient_id", "diagnosis").unique()
    staging = joined.select("patient_id", "iss", "r_iss").unique()
    return survival(joined.drop("iss", "r_iss", "diagnosis"), staging, patients)


def row(table: pl.DataFrame, stratum_by: str = "overall", stratum: str = "all", **key: object) -> dict:
    return table.row(
        by_predicate=pl.all_horizontal(
            pl.col("stratum_by") == stratum_by,
            pl.col("stratum") == stratum,
            *(pl.col(name).eq_missing(pl.lit(value)) for name, value in key.items()),
        ),
        named=True,
    )


def curve_of(curves: pl.DataFrame, stratum_by: str = "overall", stratum: str = "all") -> pl.DataFrame:
    return curves.filter(pl.col("stratum_by") == stratum_by, pl.col("stratum") == stratum)


def test_a_curve_by_hand():
    # 4 at risk on day 10: 3/4. One censored on day 20. 2 at risk on day 30: 3/4 · 1/2 = 3/8. Then 0.
    _, curves = outcome(times("10 20+ 30 40"))
    assert curve_of(curves).select("day", "at_risk", "events", "censored", "survival").rows() == [
        (0, 4, 0, 0, 1.0),
        (10, 4, 1, 0, 0.75),
        (20, 3, 0, 1, 0.75),
        (30, 2, 1, 0, 0.375),
        (40, 1, 1, 0, 0.0),
    ]


def test_interval_by_hand_is_log_log_and_undefined_at_zero():
    # Greenwood at day 10: 1/(4·3); log-log: S ** exp(±1.96 · sqrt(1/12) / log S), S = 3/4.
    _, curves = outcome(times("10 20+ 30 40"))
    half_width = 1.959963985 * math.sqrt(1 / 12) / abs(math.log(0.75))
    first, last = curve_of(curves).row(1, named=True), curve_of(curves).row(-1, named=True)
    assert first["ci_low"] == pytest.approx(0.75 ** math.exp(half_width), abs=1e-8)
    assert first["ci_high"] == pytest.approx(0.75 ** math.exp(-half_width), abs=1e-8)
    assert (last["ci_low"], last["ci_high"]) == (None, None)


def test_published_remission_curve():
    # Survival and limits as printed by Stata's `sts list` for these data (log-log, three and four decimals).
    _, curves = outcome(times(MERCAPTOPURINE, iss="I"), times(PLACEBO, iss="II", prefix="q"))
    curve = curve_of(curves, "iss", "I").filter(pl.col("events") > 0)
    assert curve["day"].to_list() == [6, 7, 10, 13, 16, 22, 23]
    assert curve["survival"].to_list() == pytest.approx(
        [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482], abs=5e-5
    )
    assert curve["ci_low"].to_list() == pytest.approx(
        [0.6197, 0.5631, 0.5032, 0.4316, 0.3675, 0.2678, 0.1881], abs=5e-5
    )
    assert curve["ci_high"].to_list() == pytest.approx(
        [0.9516, 0.9228, 0.8894, 0.8491, 0.8049, 0.7468, 0.6801], abs=5e-5
    )


def test_published_medians_and_logrank():
    # Kleinbaum & Klein: medians 23 and 8 weeks, log-rank 16.79 on 1 degree of freedom.
    table, _ = outcome(times(MERCAPTOPURINE, iss="I"), times(PLACEBO, iss="II", prefix="q"))
    treated, placebo = row(table, "iss", "I"), row(table, "iss", "II")
    assert treated["median_months"] * DAYS_PER_MONTH == pytest.approx(23)
    assert placebo["median_months"] * DAYS_PER_MONTH == pytest.approx(8)
    # chi-square of 16.79 with one degree of freedom: p = erfc(sqrt(16.79 / 2))
    assert treated["p_logrank"] == placebo["p_logrank"] == pytest.approx(math.erfc(math.sqrt(16.79 / 2)), rel=5e-3)
    assert (treated["n"], treated["events"]) == (21, 9)


def test_median_is_the_first_day_on_which_one_half_survive():
    # 3/4 · 2/3 is one half, however a computer multiplies it.
    table, _ = outcome(times("1 2 3 4"))
    assert row(table)["median_months"] == pytest.approx(2 / DAYS_PER_MONTH)
    table, _ = outcome(times("1 1 2 3 4 5 6 7 8 9"))
    assert row(table)["median_months"] == pytest.approx(4 / DAYS_PER_MONTH)


def test_median_that_is_not_reached_is_null():
    table, _ = outcome(times("100 2000+ 2000+ 2000+"))
    assert row(table)["median_months"] is None
    assert row(table)["median_ci_high"] is None
    assert row(table)["at_60"] == 0.75


def test_survival_at_a_landmark_needs_a_patient_followed_that_far():
    # 12 months are 365.25 days: an event on day 365 counts, one on day 366 doesn't yet.
    table, _ = outcome(times("365 366 731+ 731+"))
    assert row(table)["at_12"] == 0.75
    assert row(table)["at_24"] == 0.5
    assert row(table)["at_36"] is None
    table, _ = outcome(times("365+ 365+"))
    assert row(table)["at_12"] is None


def test_where_nobody_survived_nobody_does_later_either():
    table, _ = outcome(times("100 200 300"))
    found = row(table)
    assert [found[f"at_{months}"] for months in (12, 24, 60)] == [0, 0, 0]
    assert (found["at_60_low"], found["at_60_high"]) == (None, None)
    table, _ = outcome(times("100 200 300 300+"))
    assert row(table)["at_12"] is None


def test_events_on_day_zero_count():
    table, curves = outcome(times("0 0+ 5 9+"))
    assert curve_of(curves).select("day", "at_risk", "events", "survival").row(0) == (0, 4, 1, 0.75)
    assert row(table)["events"] == 2
    assert curve_of(curves)["day"].is_unique().all()


def test_unknown_event_is_left_out_and_counted():
    table, curves = outcome(times("10 20+ 15?"))
    assert (row(table)["n"], row(table)["n_unknown"], row(table)["events"]) == (2, 1, 1)
    assert curve_of(curves)["at_risk"][0] == 2


def test_stratum_without_known_times_has_a_row_and_no_curve():
    table, curves = outcome(times("15? 20?"))
    assert (row(table)["n"], row(table)["n_unknown"], row(table)["at_12"]) == (0, 2, None)
    assert curves.is_empty()


def test_unknown_stage_is_shown_but_not_tested():
    known = outcome(times("1 2 3 4", iss="I"), times("9 9 9 8", iss="III", prefix="q"))[0]
    table, curves = outcome(
        times("1 2 3 4", iss="I"), times("9 9 9 8", iss="III", prefix="q"), times("1 1 1 1", prefix="r")
    )
    assert row(table, "iss", "unknown")["n"] == 4
    assert row(table, "iss", "unknown")["p_logrank"] is None
    assert row(table, "iss", "I")["p_logrank"] == row(known, "iss", "I")["p_logrank"]
    assert curve_of(curves, "iss", "unknown").height > 0
    assert row(table)["p_logrank"] is None


def test_patient_without_a_staging_row_has_an_unknown_stage():
    given = times("5 6")
    patients = given.select("patient_id", "diagnosis")
    staging = given.select("patient_id", "iss", "r_iss").head(0)
    table, _ = survival(given.drop("iss", "r_iss", "diagnosis"), staging, patients)
    assert row(table, "r_iss", "unknown")["n"] == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [("5+ 6+", "7+ 8+"), ("1+ 2+", "3 4"), ("5 6", "")],
    ids=["no events", "events once one stratum is gone", "one stratum"],
)
def test_logrank_without_a_comparison_is_null(first: str, second: str):
    table, _ = outcome(times(first, iss="I"), times(second, iss="II", prefix="q"))
    assert row(table, "iss", "I")["p_logrank"] is None


def test_only_myeloma_plasma_cell_leukaemia_and_unrecorded_are_the_cohort():
    frames = [
        times("5", diagnosis=diagnosis, prefix=str(diagnosis))
        for diagnosis in ("MM", "PCL", None, "SMM", "MGUS", "AL", "plasmacytoma", "POEMS")
    ]
    assert row(outcome(*frames)[0])["n"] == 3


def test_curves_are_os_from_diagnosis_and_os_and_pfs_of_lines_1_and_2():
    line = {"origin": "line_start", "line": 1}
    table, _ = outcome(
        times("5"),
        times("4", **line),
        times("3", endpoint="PFS", progression_source="derived", **line),
        times("3", endpoint="PFS", origin="line_start", line=2),
        times("3", endpoint="TTNT", **line),
        times("3", endpoint="DOR", origin="response", line=1),
    )
    overall = table.filter(pl.col("stratum_by") == "overall")
    assert overall.select("endpoint", "origin", "line").rows() == [
        ("OS", "diagnosis", None),
        ("OS", "line_start", 1),
        ("PFS", "line_start", 1),
        ("PFS", "line_start", 2),
    ]
    assert overall["progression_source"].to_list() == [None, None, "derived", None]


def test_progression_source_is_mixed_only_where_a_stratum_mixes():
    line = {"endpoint": "PFS", "origin": "line_start", "line": 1}
    table, _ = outcome(
        times("3 4", iss="I", progression_source="derived", **line),
        times("5 6", iss="II", progression_source="reported", prefix="q", **line),
    )
    assert row(table)["progression_source"] == "mixed"
    assert row(table, "iss", "I")["progression_source"] == "derived"
    assert row(table, "iss", "II")["progression_source"] == "reported"


@pytest.mark.parametrize("days", [[-1.0], [math.nan], [math.inf], [1.5]])
def test_impossible_times_are_refused_before_the_fit(days: list[float]):
    with pytest.raises(ValueError, match="whole days, not negative: 1 rows"):
        outcome(times("5").with_columns(days=pl.Series(days)))


def test_events_that_are_not_true_or_false_are_refused():
    with pytest.raises(ValueError, match="true, false or null"):
        outcome(times("5").with_columns(event=pl.lit(2)))


def test_a_patient_twice_in_one_curve_is_refused():
    with pytest.raises(ValueError, match="2 share one"):
        outcome(times("5"), times("6"))


def test_no_times_give_empty_tables_of_the_same_columns():
    table, curves = outcome(times("5").head(0))
    assert_frame_equal(table, pl.DataFrame(schema=SURVIVAL))
    assert_frame_equal(curves, pl.DataFrame(schema=SURVIVAL_CURVE))


def test_order_of_rows_changes_nothing():
    given = pl.concat([times(MERCAPTOPURINE, iss="I"), times(PLACEBO, iss="II", prefix="q")])
    first, again = outcome(given), outcome(given.reverse())
    assert_frame_equal(first[0], again[0])
    assert_frame_equal(first[1], again[1])
