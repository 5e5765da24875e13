"""The reading for routine care, at whole courses: what each relaxation decides, where it says so, and what it leaves
alone.
"""

from __future__ import annotations

from functools import cache
from random import Random

import polars as pl
import pytest

from rules.categories import CATEGORIES
from rules.clauses.routine import CR_BY_SERUM, FLC_FOR_URINE, NEXT_LINE, RELAXATIONS, TWO_MARKERS, URINE_KNOWN_FREE
from rules.criterion import load_edition
from tests.differential.agreement import frames
from tests.differential.histories import registry
from tests.one_patient import Outcome, judged, last_visit, line, responses, time_to
from tests.reference.build import labs, marrow, patient, starts
from transforms.derive import derive

ROUTINE = "jsh2023-routine"
KEY = ["patient_id", "line", "visit_date"]
LIGHT_CHAIN = patient(isotype="light_chain", light_chain="kappa")
CLEAR = [marrow("2020-03-01", "2", "not_detected")]

VERY_GOOD = "2020-01-01  M 4.0  {urine}\n2020-02-01  M 0.4\n2020-03-01  M 0.4"
COMPLETE = "2020-01-01  M 4.0  {urine}\n2020-02-01  M 0  SIF neg\n2020-03-01  M 0  SIF neg"
BY_URINE = """
    2020-01-01  U 1000  K 500  L 10
    2020-02-01  K 255  L 10
    2020-03-01  K 255  L 10
"""


def routine(text: str, edition: str = ROUTINE, **more: object) -> Outcome:
    return judged(text, edition=edition, **more)  # type: ignore[arg-type]


def named(out: Outcome) -> list[list[str]]:
    """The relaxations among the clauses of each visit."""
    return [[clause for clause in visit["clauses"] if clause in RELAXATIONS] for visit in out["visits"]]


def test_urine_of_a_free_baseline_is_not_asked_for_again_in_vgpr(
    strict: Outcome = judged(VERY_GOOD.format(urine="U 0")), relaxed: Outcome = routine(VERY_GOOD.format(urine="U 0"))
) -> None:
    assert responses(strict) == "PR PR"
    assert responses(relaxed) == "VGPR VGPR"
    assert named(relaxed) == [[URINE_KNOWN_FREE]] * 2
    assert "urine_m_protein" in last_visit(strict)["limited_by"]
    assert "urine_m_protein" not in last_visit(relaxed)["limited_by"]


@pytest.mark.parametrize(
    ("out", "why"),
    [
        (routine(VERY_GOOD.format(urine="")), "the baseline's urine was never tested"),
        (routine(VERY_GOOD.format(urine="U 50")), "the baseline's urine had some"),
        (routine(VERY_GOOD.format(urine="U 0  UIF pos")), "immunofixation of the baseline found some"),
        (routine(VERY_GOOD.format(urine="U 0") + "\n2020-01-20  UIF pos"), "it was found since"),
    ],
)
def test_urine_is_asked_for_as_before_where_it_was_not_known_to_be_free(out: Outcome, why: str) -> None:
    assert "VGPR" not in responses(out), why
    assert named(out) == [[]] * len(out["visits"]), why


def test_what_was_found_stands_in_the_evidence(
    out: Outcome = routine(VERY_GOOD.format(urine="U 0")), chains: Outcome = routine(BY_URINE, who=LIGHT_CHAIN)
) -> None:
    assert [row["urine_m_mg_24h"] for row in out["visit_evidence"]] == [None, None]
    assert [row["urine_immunofixation_positive"] for row in chains["visit_evidence"]] == [None, None]
    assert line(chains)["measurable_by"] == "urine"


def test_a_negative_immunofixation_of_the_baseline_serves_cr_and_a_figure_of_0_does_not(
    fixed: Outcome = routine(COMPLETE.format(urine="UIF neg"), marrow=CLEAR),
    measured: Outcome = judged(
        COMPLETE.format(urine="U 0"), edition=ROUTINE, marrow=CLEAR, who=patient(last_contact_date=None)
    ),
) -> None:
    assert responses(fixed) == "CR CR"
    assert named(fixed) == [[URINE_KNOWN_FREE]] * 2
    # the figure serves VGPR; that urine was tested and never positive serves CR
    assert responses(measured) == "CR CR"
    assert named(measured) == [[CR_BY_SERUM]] * 2


def test_cr_by_serum_alone_needs_urine_that_was_tested_and_never_positive(
    never_tested: Outcome = routine(COMPLETE.format(urine=""), marrow=CLEAR),
    in_earlier_line: Outcome = routine(
        "2020-01-01  M 4.0  U 300\n2020-06-01  M 3.0  U 0\n2020-07-01  M 0  SIF neg",
        treatments=starts("2020-01-01", "2020-06-01"),
        marrow=[marrow("2020-07-01", "2")],
    ),
    tested_later: Outcome = routine(COMPLETE.format(urine="") + "\n2020-04-01  M 0  U 0  SIF neg", marrow=CLEAR),
) -> None:
    assert "CR" not in responses(never_tested).split()
    assert "urine_immunofixation" in last_visit(never_tested)["limited_by"]
    assert last_visit(in_earlier_line)["response"] == "VGPR"
    assert responses(tested_later) == "PR PR CR"
    assert named(tested_later) == [[], [], [CR_BY_SERUM]]


def test_cr_by_serum_alone_needs_every_figure_of_urine_of_the_visit_to_be_read(
    two: str = "2020-01-01  M 4.0  U 0\n2020-03-01  M 0  U 0  SIF neg\n2020-03-02  U 0",
) -> None:
    *first, second = labs(two)
    unread = [*first, second | {"value": None, "unreadable": ["value"]}]
    clear = {"marrow": CLEAR, "edition": ROUTINE}
    assert responses(judged("", labs=labs(two), **clear)) == "CR"  # type: ignore[arg-type]
    assert responses(judged("", labs=unread, **clear)) == "VGPR"  # type: ignore[arg-type]


def test_a_response_seen_once_is_confirmed_by_the_next_line(
    strict: Outcome = judged("2020-01-01  M 4.0\n2020-02-01  M 2.0", treatments=starts("2020-01-01", "2020-03-01")),
    relaxed: Outcome = routine("2020-01-01  M 4.0\n2020-02-01  M 2.0", treatments=starts("2020-01-01", "2020-03-01")),
    alone: Outcome = routine("2020-01-01  M 4.0\n2020-02-01  M 2.0"),
) -> None:
    assert (responses(strict, "confirmed_response"), line(strict)["best_response"]) == ("SD", "SD")
    assert (responses(relaxed, "confirmed_response"), line(relaxed)["best_response"]) == ("PR", "PR")
    assert named(relaxed) == [[NEXT_LINE]]
    assert (responses(alone, "confirmed_response"), named(alone)) == ("SD", [[]])


def test_only_the_last_evaluable_response_is_confirmed_so_and_no_progression(
    better_before: Outcome = routine(
        "2020-01-01  M 4.0  U 0\n2020-02-01  M 0.4  U 0\n2020-03-01  M 2.0\n2020-03-20  SIF pos",
        treatments=starts("2020-01-01", "2020-04-01"),
    ),
) -> None:
    assert responses(better_before) == "VGPR PD NE"
    assert named(better_before) == [[], [], []]
    assert line(better_before)["progression_confirmed_by"] == "next_line"


BOTH = "2020-01-01  M 3.0  U 300\n2020-02-01  M 1.0  U 100\n2020-03-01  M 1.5  {second}\n2020-04-01  M 1.0  U 100"


def test_two_markers_at_one_visit_confirm_each_other(
    strict: Outcome = judged(BOTH.format(second="U 300")),
    relaxed: Outcome = routine(BOTH.format(second="U 300")),
    one_step_below: Outcome = routine(BOTH.format(second="U 299")),
    untested: Outcome = routine(BOTH.format(second="")),
) -> None:
    assert responses(strict) == responses(relaxed) == "PR PD PR"
    assert responses(strict, "confirmed_response") == "SD SD SD"
    assert responses(relaxed, "confirmed_response") == "SD PD SD"
    assert named(relaxed) == [[], [TWO_MARKERS], []]
    assert line(relaxed)["progression_confirmed_by"] == "two_markers"
    assert time_to(relaxed, "PFS") == (60, True, "progression")
    assert time_to(strict, "PFS") == (91, False, "last_assessment")
    for out in (one_step_below, untested):
        assert line(out)["progression_confirmed_by"] is None
        assert named(out) == [[], [], []]


BESIDE = """
    2020-01-01  M 3.0  K 100  L 10
    2020-02-01  M 1.0  K 20  L 10
    2020-03-01  M 1.5  K {kappa}  L 10
    2020-04-01  M 1.0
"""


def test_light_chains_are_a_second_marker_beside_a_measurable_m_protein(
    out: Outcome = routine(BESIDE.format(kappa=100)), below: Outcome = routine(BESIDE.format(kappa=99))
) -> None:
    assert out["visits"][1]["progression_reasons"] == ["PD.serum"]
    assert line(out)["progression_confirmed_by"] == "two_markers"
    assert line(below)["progression_confirmed_by"] is None


def test_what_confirms_a_progression_anyway_is_named_and_not_the_two_markers(
    out: Outcome = routine(BOTH.format(second="U 300").replace("2020-04-01  M 1.0", "2020-04-01  M 2.0")),
) -> None:
    assert line(out)["progression_confirmed_by"] == "assessment"
    assert named(out) == [[], [], []]


def test_light_chains_stand_for_urine_of_24_hours_in_light_chain_disease(
    strict: Outcome = judged(BY_URINE, who=LIGHT_CHAIN),
    relaxed: Outcome = routine(BY_URINE, who=LIGHT_CHAIN),
    other: Outcome = routine(BY_URINE, who=patient(isotype="IgG", light_chain="kappa")),
) -> None:
    assert responses(strict) == responses(other) == "NE NE"
    assert responses(relaxed) == "PR PR"
    assert [visit["clauses"] for visit in relaxed["visits"]] == [["PR.flc", FLC_FOR_URINE]] * 2
    assert last_visit(relaxed)["confirmed_response"] == "PR"


OF_KAPPA = {"256": "SD", "255": "PR", "59.1": "PR", "59": "VGPR", "16.6": "VGPR", "16.5": "CR", "700": "PD"}
BY_KAPPA = {
    kappa: routine(
        f"2020-01-01  U 1000  K 500  L 10\n2020-03-01  K {kappa}  L 10  SIF neg  M 0",
        who=LIGHT_CHAIN,
        marrow=[marrow("2020-03-01", "2")],
    )
    for kappa in OF_KAPPA
}


def test_light_chains_judge_by_their_own_limits_there() -> None:
    assert {kappa: responses(out) for kappa, out in BY_KAPPA.items()} == OF_KAPPA
    assert {kappa: named(out) for kappa, out in BY_KAPPA.items()} == {key: [[FLC_FOR_URINE]] for key in OF_KAPPA}


def test_urine_that_was_collected_or_fixed_counts_there(
    collected: Outcome = routine("2020-01-01  U 1000  K 500  L 10\n2020-03-01  U 500  K 20  L 10", who=LIGHT_CHAIN),
    positive: Outcome = routine(
        "2020-01-01  U 1000  K 500  L 10\n2020-03-01  K 16.5  L 10  SIF neg  UIF pos",
        who=LIGHT_CHAIN,
        marrow=[marrow("2020-03-01", "2")],
    ),
) -> None:
    assert (responses(collected), named(collected)) == ("SD", [[]])
    assert (responses(positive), named(positive)) == ("VGPR", [[FLC_FOR_URINE]])


# what one of these takes the other leaves out
HALVES = (tuple(RELAXATIONS)[::2], tuple(RELAXATIONS)[1::2])


@cache
def made() -> dict[str, pl.DataFrame]:
    """Courses with urine often left out, and light chains alone in many, as in routine care."""
    rng = Random(1)
    tables = registry(rng, 250)
    for row in tables["patients"]:
        if rng.random() < 0.4:
            row["isotype"] = "light_chain"
    chains = {row["patient_id"] for row in tables["patients"] if row.get("isotype") == "light_chain"}
    start = {row["patient_id"]: row["start_date"] for row in tables["treatments"] if row["line"] == 1}

    def is_kept(row: dict[str, object]) -> bool:
        first = start.get(row["patient_id"])
        before = first is not None and row["collected_on"] <= first  # type: ignore[operator]
        if row["patient_id"] in chains and str(row["analyte"]).startswith("serum"):
            return False
        return before or not str(row["analyte"]).startswith("urine") or rng.random() < 0.3

    tables["labs"] = [row for row in tables["labs"] if is_kept(row)]
    return frames(tables)


@cache
def strict_reading() -> dict[str, pl.DataFrame]:
    return derive(made(), load_edition("jsh2023"))


@cache  # what one test takes another may take too
def read(*taken: str) -> dict[str, pl.DataFrame]:
    off = {name: {"is_taken": False} for name in RELAXATIONS if name not in taken}
    return derive(made(), load_edition(ROUTINE, off))


def test_with_every_relaxation_switched_off_it_is_jsh2023() -> None:
    strict, relaxed = strict_reading(), read()
    for table, frame in strict.items():
        assert frame.equals(relaxed[table]), table


def test_a_relaxation_takes_nothing_known_away_and_says_where_it_decided() -> None:
    strict = strict_reading()
    for taken in [*HALVES, tuple(RELAXATIONS)]:
        relaxed = read(*taken)
        both = strict["visits"].join(relaxed["visits"], on=KEY, suffix="_now", validate="1:1")
        assert both.height == strict["visits"].height, taken
        for category in ("response", "confirmed_response"):
            lost = both.filter((pl.col(category) != "NE") & (pl.col(f"{category}_now") == "NE"))
            assert lost.is_empty(), (taken, category)
        # A confirmed response can fall: a visit that is evaluable now may stand between two that confirmed each other.
        moved = both.filter(pl.col("response") != pl.col("response_now"))
        better = pl.col("response_now").cast(pl.Enum(CATEGORIES)) > pl.col("response").cast(pl.Enum(CATEGORIES))
        assert moved.filter(~better & (pl.col("response_now") != "PD")).is_empty(), taken
        ends = strict["time_to_event"].join(relaxed["time_to_event"], on=["patient_id", "line", "endpoint", "origin"])
        assert ends.filter(pl.col("event").is_not_null() & pl.col("event_right").is_null()).is_empty(), taken
        clauses = pl.col("clauses_now").list
        is_named = pl.any_horizontal(clauses.contains(name) for name in RELAXATIONS)
        assert moved.filter(~is_named).is_empty(), taken
        here = {name for row in both["clauses_now"] for name in row} & set(RELAXATIONS)
        assert here <= set(taken), taken


def test_each_relaxation_decides_something_in_those_courses() -> None:
    for half in HALVES:
        named = {name for clauses in read(*half)["visits"]["clauses"] for name in clauses}
        assert set(half) <= named
