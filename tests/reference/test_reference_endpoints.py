"""How far a patient is followed, and whose progression counts, by hand from sections 6 and 8."""

from __future__ import annotations

from typing import Any

import pytest

from .build import assessed, column, day, ends, labs, lost, patient, run, starts, treated

ONE = starts("2020-01-01")


def test_nobody_assessed_the_line_nobody_knows_its_progression() -> None:
    out = run(who=patient(vital_status="dead", death_date=day("2021-06-30")), treatments=ONE)
    assert [ends(out, name) for name in ("PFS", "TTP", "DOR", "EFS", "TTR")] == [[]] * 5
    assert not out["pfs_by_censoring"]
    assert ends(out, "OS") == [(546, True, "death")]


def test_an_assessment_of_another_line_is_none_of_this_one() -> None:
    out = run(assessments=[assessed("2020-03-01", "VGPR")], treatments=starts("2020-01-01", "2020-06-01"))
    # line 1 was assessed and had none: the next line censors; line 2 was not
    assert ends(out, "PFS") == [(152, False, "next_line")]


@pytest.mark.parametrize(
    ("on", "is_assessed"),
    [("2020-01-01", False), ("2020-01-02", True), ("2021-12-31", True)],  # the start is the look before the line
)
def test_an_assessment_is_dated_in_its_line(on: str, is_assessed: bool) -> None:
    assert bool(ends(run(assessments=[assessed(on, "PR")], treatments=ONE), "PFS")) is is_assessed


def test_in_a_log_of_progressions_a_line_without_one_had_none() -> None:
    treatments = starts("2020-01-01", "2020-06-01")
    out = run(records="progressions", assessments=[assessed("2021-03-01", "PD")], treatments=treatments)
    assert ends(out, "PFS") == [(152, False, "next_line"), (273, True, "progression")]
    out = run(records="progressions", treatments=ONE)
    assert ends(out, "PFS") == [(730, False, "last_contact")]


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        (lost("assessments"), [(None, None, None)]),  # its date could not be read: it may be of any line
        (lost("assessments", "2020-02-01"), [(None, None, None)]),
        (lost("assessments", line=2), [(60, True, "progression")]),
        (lost("assessments", "2020-03-01"), [(60, True, "progression")]),  # of the same day: no earlier
        (lost("assessments", "2020-05-01"), [(60, True, "progression")]),  # later than the progression
        (lost("labs"), [(60, True, "progression")]),
    ],
)
def test_a_refused_assessment_leaves_open_what_it_could_have_dated(gone: Any, expected: Any) -> None:
    out = run(assessments=[assessed("2020-03-01", "PD")], refused_row=[gone], treatments=ONE)
    assert ends(out, "PFS") == ends(out, "TTP") == ends(out, "EFS") == expected


def test_a_refused_assessment_alone_is_unknown_and_never_event_free() -> None:
    out = run(refused_row=[lost("assessments")], records="progressions", treatments=ONE)
    assert ends(out, "PFS") == [(None, None, None)]
    assert {row["event"] for row in out["pfs_by_censoring"]} == {None}
    assert ends(out, "OS") == [(730, False, "last_contact")]
    # what the visits show needs no record of the clinic's
    seen = labs("2019-12-20 M 2.0\n2020-02-01 M 2.0")
    out = run(labs=seen, refused_row=[lost("assessments")], treatments=ONE)
    assert ends(out, "PFS") == [(31, False, "last_assessment")]


def test_a_planned_end_of_treatment_shows_nobody_alive() -> None:
    who = patient(last_contact_date=day("2020-12-31"))
    out = run(who=who, treatments=[treated(1, "2020-01-01", "2099-12-31", "lenalidomide")], cutoff="2021-12-31")
    assert ends(out, "OS") == [(365, False, "last_contact")]
    given = [{"patient_id": "p", "drug": "zoledronic_acid", "start_date": day("2021-06-30"), "end_date": None}]
    out = run(who=who, treatments=ONE, supportive_care=given, cutoff="2021-12-31")
    assert ends(out, "OS") == [(546, False, "last_contact")]  # but that something was begun does


@pytest.mark.parametrize(
    ("cutoff", "days"),
    [
        (None, 730),  # the latest recorded last contact of the extract
        ("2021-12-31", 730),
        ("2022-03-01", 790),
        ("2022-02-28", 730),  # one day before the row
        ("2021-06-30", 60),  # the recorded last contact is itself after it: what is left is the assessment of March
    ],
)
def test_nothing_after_the_cut_off_follows_a_patient(cutoff: str | None, days: int) -> None:
    recorded = [assessed("2020-03-01", "PR"), assessed("2022-03-01", "PR")]
    out = run(assessments=recorded, treatments=ONE, cutoff=cutoff)
    assert ends(out, "OS") == [(days, False, "last_contact")]


def test_nothing_after_the_cut_off_ends_a_time() -> None:
    seen = labs("2019-12-20 M 2.0\n2020-02-01 M 2.0\n2051-02-01 M 4.0")
    out = run(labs=seen, treatments=starts("2020-01-01", "2051-03-01"))
    assert ends(out, "PFS")[0] == (31, False, "last_assessment")
    assert ends(out, "TTNT")[0] == (730, False, "last_contact")


def test_a_refused_treatment_may_have_begun_the_next_line() -> None:
    seen = [assessed("2020-03-01", "PR")]
    for gone, expected in (
        (lost("treatments", "2020-06-01", line=2), [(None, None, None)]),
        (lost("treatments"), [(None, None, None)]),
        (lost("treatments", line=1), [(730, False, "last_contact")]),
    ):
        out = run(assessments=seen, treatments=ONE, refused_row=[gone])
        assert ends(out, "TTNT") == ends(out, "EFS") == expected
        assert column(out, "progression_date", "lines") == [None]


TWO = starts("2020-01-01", "2020-03-01")
DEAD = patient(vital_status="dead", death_date=day("2020-08-01"), last_contact_date=day("2020-06-01"))


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([], []),  # nothing tells of line 2's progression
        ([assessed("2020-02-01", "PD")], []),  # line 1's own is no event
        ([assessed("2020-04-01", "PD")], [(91, True, "progression")]),
        ([assessed("2020-04-01", "PR")], [(730, False, "last_contact")]),
    ],
)
def test_pfs2_ends_with_progression_on_line_2_counted_from_line_1(seen: Any, expected: Any) -> None:
    assert ends(run(assessments=seen, treatments=TWO), "PFS2") == expected


def test_pfs2_follows_the_censoring_of_line_2() -> None:
    seen = labs("2019-12-20 M 2.0\n2020-02-01 M 2.0\n2020-04-01 M 2.0\n2020-06-20 M 2.0\n2020-08-01 M 4.0")
    treatments = starts("2020-01-01", "2020-03-01", "2020-07-01")
    assert ends(run(labs=seen, treatments=treatments), "PFS2") == [(171, False, "next_line")]
    assert ends(run(labs=seen[:-1], treatments=TWO), "PFS2") == [(171, False, "last_assessment")]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (None, [(213, True, "death")]),
        ("2020-08-02", [(213, True, "death")]),  # the death was before it
        ("2020-08-01", []),  # line 2 had begun, and was never assessed
    ],
)
def test_before_line_2_only_death_ends_pfs2(second: str | None, expected: Any) -> None:
    treatments = starts("2020-01-01", second) if second else ONE
    seen = [assessed("2020-01-31", "PR", 1)]
    assert ends(run(who=DEAD, treatments=treatments, assessments=seen), "PFS2") == expected
    assert ends(run(treatments=ONE, assessments=seen), "PFS2") == [(730, False, "last_contact")]
    assert ends(run(treatments=ONE), "PFS2") == []  # nothing tells of progression on line 1


def test_line_2_is_the_next_in_time_whatever_its_number() -> None:
    treatments = [treated(1, "2020-01-01"), treated(3, "2020-03-01")]
    assert ends(run(assessments=[assessed("2020-04-01", "PD", 3)], treatments=treatments), "PFS2") == [
        (91, True, "progression")
    ]


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        (lost("treatments", "2020-02-01", line=2), (None, None, None)),  # it may be the second
        (lost("treatments", line=2), (None, None, None)),
        (lost("treatments", "2020-05-01", line=2), (91, True, "progression")),  # begun after the second
        (lost("assessments", line=3), (None, None, None)),
        (lost("assessments", line=1), (91, True, "progression")),
    ],
)
def test_what_was_lost_of_line_2_leaves_pfs2_open(gone: Any, expected: Any) -> None:
    treatments = [treated(1, "2020-01-01"), treated(3, "2020-03-01")]
    seen = [assessed("2020-01-31", "PR", 1), assessed("2020-04-01", "PD", 3)]
    out = run(assessments=seen, treatments=treatments, refused_row=[gone])
    assert ends(out, "PFS2") == [expected]


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (None, (730, False, "last_contact")),
        ("2019-12-31", (None, None, None)),  # no time is negative
        ("2020-01-01", (0, True, "treatment_end")),
        ("2021-12-31", (730, True, "treatment_end")),
        ("2022-01-01", (730, False, "last_contact")),  # planned
    ],
)
def test_time_on_treatment_ends_with_the_drug_up_to_last_contact(end: str | None, expected: Any) -> None:
    assert ends(run(treatments=[treated(1, "2020-01-01", end, "lenalidomide")]), "TTD") == [expected]


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("2020-07-31", (212, True, "treatment_end")),  # after last contact; the death shows that it had come
        ("2020-08-01", (213, True, "death")),
        ("2020-08-02", (213, True, "death")),
        (None, (213, True, "death")),
    ],
)
def test_a_death_during_treatment_is_its_end(end: str | None, expected: Any) -> None:
    assert ends(run(who=DEAD, treatments=[treated(1, "2020-01-01", end, "lenalidomide")]), "TTD") == [expected]


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (None, (60, True, "next_line")),
        ("2020-02-29", (59, True, "treatment_end")),
        ("2020-03-01", (60, True, "treatment_end")),
        ("2020-03-02", (60, True, "next_line")),
    ],
)
def test_the_next_line_ends_a_treatment_without_an_earlier_end(end: str | None, expected: Any) -> None:
    treatments = [treated(1, "2020-01-01", end, "lenalidomide"), treated(2, "2020-03-01")]
    assert ends(run(treatments=treatments), "TTD") == [expected, (670, False, "last_contact")]


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        (treated(1, "2020-03-01", "2020-04-01", "lenalidomide"), [(91, True, "treatment_end")]),
        (treated(1, "2020-03-01", None, "lenalidomide"), [(730, False, "last_contact")]),
        (treated(1, "2020-03-01", None, "melphalan", "autologous_transplant"), [(60, True, "treatment_end")]),
        (treated(1, "2020-03-01", None, None, "car_t"), [(60, True, "treatment_end")]),
        (treated(1, "2020-03-01", None, None, "radiotherapy"), [(31, True, "treatment_end")]),
    ],
)
def test_the_last_drug_of_a_line_decides(then: Any, expected: Any) -> None:
    assert ends(run(treatments=[treated(1, "2020-01-01", "2020-02-01", "bortezomib"), then]), "TTD") == expected


def test_a_line_of_radiotherapy_alone_has_no_time_on_a_drug() -> None:
    assert ends(run(treatments=[treated(1, "2020-01-01", "2020-01-20", phase="radiotherapy")]), "TTD") == []


@pytest.mark.parametrize("cell", ["end_date", "phase"])
def test_an_end_that_could_not_be_read_is_unknown_and_not_going_on(cell: str) -> None:
    row = treated(1, "2020-01-01", None, "lenalidomide") | {"unreadable": [cell]}
    assert ends(run(treatments=[row]), "TTD") == [(None, None, None)]
    assert ends(run(who=DEAD, treatments=[row]), "TTD") == [(None, None, None)]


@pytest.mark.parametrize(
    ("gone", "is_known"),
    [
        (lost("treatments", line=1), False),
        (lost("treatments"), False),
        (lost("treatments", "2020-01-01"), False),
        (lost("treatments", "2019-12-31"), True),  # line 1 had not begun
        (lost("treatments", "2020-05-01", line=2), True),
        (lost("treatments", "2020-01-20", line=2), False),  # it may have begun before the end
    ],
)
def test_a_refused_treatment_may_have_been_the_last_of_its_line(gone: Any, is_known: bool) -> None:
    given = [treated(1, "2020-01-01", "2020-02-01", "lenalidomide")]
    expected = (31, True, "treatment_end") if is_known else (None, None, None)
    assert ends(run(treatments=given, refused_row=[gone]), "TTD") == [expected]
