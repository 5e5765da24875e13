"""MRD status by date and category, and whether it was judged after CR (section 7)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.criterion import load_edition
from tests.examples import few
from tests.reference.mrd import mrd_status as reference_status
from tests.reference.visits import lines_of
from transforms.intake.contracts import REFUSED_ROW, dtypes, stored
from transforms.lines import lines
from transforms.mrd import MRD_STATUS, mrd_status

VISITS = {
    "patient_id": pl.String,
    "line": pl.Int32,
    "visit_date": pl.Date,
    "confirmed_response": pl.String,
    "is_evaluable": pl.Boolean,
}
Row = dict[str, Any]


def frame(rows: list[Row], schema: dict[str, Any]) -> pl.LazyFrame:
    def plain(value: Any) -> Any:
        return float(value) if isinstance(value, Decimal) else value

    return pl.LazyFrame({name: [plain(row.get(name)) for row in rows] for name in schema}, schema=schema)


def status(
    mrd: str = "", imaging: str = "", *, visits: str = "", window_days: int | None = None
) -> list[tuple[Any, ...]]:
    """Rows (date, category, mrd) of a patient whose line 1 starts with 2020; (…, after_cr) where visits are given."""
    tests = table(mrd, ["collected_on", "method", "sensitivity", "result"])
    scans = table(imaging, ["performed_on", "modality", "fdg_uptake"])
    treatments = [{"patient_id": "p", "line": 1, "start_date": date(2020, 1, 1)}]
    found = mrd_status(
        {
            "mrd": frame(tests, stored("mrd")),
            "imaging": frame(scans, stored("imaging")),
            "refused_row": frame([], REFUSED_ROW),
        },
        lines(frame(treatments, dtypes("treatments"))),
        frame(judged(table(visits, ["line", "visit_date", "confirmed_response"])), VISITS),
        load_edition(settings={"MRD.imaging": {"window_days": window_days}} if window_days else None),
    ).collect()
    assert found.columns == MRD_STATUS
    shown = ["collected_on", "category", "mrd", *(["after_cr"] if visits else [])]
    return found.with_columns(pl.col("collected_on").cast(pl.String)).select(shown).rows()


def judged(visits: list[Row]) -> list[Row]:
    """Visits with `is_evaluable`: those of SD* lack one of two fluids."""
    return [
        visit | {"confirmed_response": word.removesuffix("*"), "is_evaluable": word not in ("NE", "SD*")}
        for visit in visits
        for word in [visit["confirmed_response"]]
    ]


def table(text: str, columns: list[str]) -> list[Row]:
    """One row per line of text, cells between spaces; `-` is null."""
    lines_of_text = filter(None, map(str.split, text.splitlines()))
    return [
        {"patient_id": "p"} | {n: value(n, cell) for n, cell in zip(columns, line, strict=True)}
        for line in lines_of_text
    ]


def value(column: str, cell: str) -> Any:
    if cell == "-":
        return None
    if column.endswith(("_on", "_date")):
        return date.fromisoformat(cell)
    return {"sensitivity": float, "line": int}.get(column, str)(cell)


def test_several_tests_on_one_date_are_one_row_per_category_the_strongest() -> None:
    found = status("""
        2021-01-01 NGF 0.00001 negative
        2021-01-01 MFC 0.00001 positive
        2021-02-01 NGF 0.0001  negative
        2021-02-01 MFC 0.00001 negative
        2021-02-01 NGS -       negative
        2021-03-01 PCR 0.00001 positive
    """)
    assert found == [
        ("2021-01-01", "flow", "positive"),
        ("2021-02-01", "flow", "negative"),
        ("2021-02-01", "sequencing", None),
    ]


@pytest.mark.parametrize(
    ("scans", "found"),
    [
        ("", "no row"),
        ("2021-05-02 pet_ct negative", "no row"),  # 61 days after
        ("2021-05-01 pet_ct negative", "negative"),  # 60 days after
        ("2021-01-01 pet_ct negative", "negative"),  # 60 days before
        ("2021-05-01 pet_ct -", "no row"),
        ("2021-05-01 ct negative", "no row"),
        ("2021-03-05 pet_ct positive\n2021-02-20 pet_ct negative", "positive"),  # 3 days against 10
        ("2021-03-05 pet_ct positive\n2021-02-27 pet_ct negative", "negative"),  # 3 days either way: the earlier
        ("2021-03-02 pet_ct positive\n2021-03-02 pet_ct negative", "positive"),  # on one date positive counts
        ("2021-03-03 pet_ct -\n2021-03-20 pet_ct negative", "negative"),  # one without a verdict is passed over
    ],
)
def test_imaging_takes_the_nearest_pet_ct_within_60_days(scans: str, found: str) -> None:
    rows = status("2021-03-02 NGF 0.00001 negative", scans)
    assert [row[2] for row in rows if row[1] == "imaging"] == ([] if found == "no row" else [found])


def test_the_window_of_imaging_can_be_set() -> None:
    test, scan = "2021-03-02 NGF 0.00001 negative", "2021-03-20 pet_ct negative"
    assert len(status(test, scan, window_days=18)) == 2
    assert len(status(test, scan, window_days=17)) == 1


@pytest.mark.parametrize(
    ("first", "again", "between", "holds"),
    [
        ("2021-03-01", "2022-03-01", "", True),
        ("2021-03-01", "2022-02-28", "", False),  # a day short
        ("2020-02-29", "2021-03-01", "", True),
        ("2020-02-29", "2021-02-28", "", False),  # 29 February comes round on 1 March
        ("2023-02-28", "2024-02-28", "", True),
        ("2021-03-01", "2022-03-01", "2021-09-01 NGS 0.0001 positive", False),
        ("2021-03-01", "2022-03-01", "2021-09-01 NGS 0.0001 negative", True),  # unknown ends nothing
        ("2021-03-01", "2022-03-01", "2021-09-01 PCR 0.0001 positive", True),  # counts for neither
        ("2021-03-01", "2022-03-01", "2022-03-02 NGF 0.0001 positive", True),  # not between
    ],
)
def test_sustained_is_the_same_again_a_year_later(first: str, again: str, between: str, holds: bool) -> None:
    tests = f"{first} NGF 0.00001 negative\n{again} NGS 0.00001 negative\n{between}"
    rows = status(tests, f"{first} pet_ct negative\n{again} pet_ct negative")
    assert [row for row in rows if row[1] == "sustained"] == ([(again, "sustained", "negative")] if holds else [])


def test_a_positive_scan_between_ends_what_was_sustained_and_the_year_begins_anew() -> None:
    days = ["2021-03-01", "2022-03-01", "2022-09-01", "2023-09-01"]
    scans = [f"{day} pet_ct negative" for day in days]
    rows = status(
        "\n".join(f"{d} NGF 0.00001 negative" for d in days), "\n".join([*scans, "2022-06-01 pet_ct positive"])
    )
    assert [row[0] for row in rows if row[1] == "sustained"] == ["2022-03-01", "2023-09-01"]


@pytest.mark.parametrize(
    ("visits", "after_cr"),
    [
        ("1 2021-02-01 CR", True),
        ("1 2021-02-01 sCR", True),
        ("1 2021-03-31 CR", True),  # 30 days after the test
        ("1 2021-04-01 CR\n1 2021-02-01 PR", False),  # 31 days after
        ("1 2021-02-01 VGPR", False),
        ("1 2020-08-01 CR\n1 2021-02-01 PR", True),  # not progressed since
        ("1 2020-08-01 CR\n1 2021-02-01 PD", False),
        ("1 2020-08-01 CR\n1 2021-03-02 PD", True),  # progressed after the test
        ("1 2021-02-01 NE", None),
        ("1 2021-02-01 SD*", None),
        ("1 2021-02-01 SD", False),
        ("2 2021-02-01 CR", None),  # another line's
    ],
)
def test_mrd_is_judged_after_a_confirmed_cr_of_its_line(visits: str, after_cr: bool | None) -> None:
    rows = status("2021-03-01 NGF 0.00001 negative", visits=visits)
    assert rows == [("2021-03-01", "flow", "negative", after_cr)]


def test_a_test_up_to_the_first_lines_start_has_no_line_and_no_cr() -> None:
    rows = status("2020-01-01 NGF 0.00001 positive", visits="1 2020-01-15 CR")
    assert rows == [("2020-01-01", "flow", "positive", None)]


def test_without_tests_there_are_no_rows() -> None:
    assert status("", "2021-03-01 pet_ct negative") == []


def dense(rng: Random, who: str) -> dict[str, list[Row]]:
    """A patient tested and scanned often over years, at days that meet a window's or a year's end exactly."""
    days = [
        rng.choice([-400, 0, 1, 60, 61, 305, 365, 366, 425, 730, 731, 1096]) + rng.choice([0, 0, 59]) for _ in range(14)
    ]
    dated = [date(2020, 2, 28) + timedelta(days=day) for day in days]
    sensitivities = [None, Decimal("0.00001"), Decimal("0.00001"), Decimal("0.000001"), Decimal("0.0001")]
    return {
        "mrd": [
            {
                "patient_id": who,
                "collected_on": on,
                "method": rng.choice(["NGF", "NGS", "MFC", "PCR"]),
                "sensitivity": rng.choice(sensitivities),
                "result": rng.choice(["negative"] * 9 + ["positive"]),
            }
            for on in dated[:7]
        ],
        "imaging": [
            {
                "patient_id": who,
                "performed_on": on,
                "modality": rng.choice(["pet_ct"] * 5 + ["ct"]),
                "fdg_uptake": rng.choice([None] + ["negative"] * 8 + ["positive"]),
            }
            for on in dated[7:]
        ],
        "treatments": [
            {"patient_id": who, "line": line, "start_date": rng.choice(dated)} for line in range(1, rng.randint(1, 4))
        ],
    }


@few(20)
@given(seed=st.integers(0, 2**32))
def test_both_paths_agree_on_patients_tested_often(seed: int) -> None:
    rng = Random(seed)
    made = {f"P{number:03d}": dense(rng, f"P{number:03d}") for number in range(100)}
    expected = [
        row for who, tables in made.items() for row in reference_status(who, tables, lines_of(tables["treatments"]))
    ]
    typed = {
        name: frame([row for tables in made.values() for row in tables[name]], stored(name))
        for name in ("mrd", "imaging", "treatments")
    }
    of_lines = lines(typed["treatments"])
    typed["refused_row"] = frame([], REFUSED_ROW)
    found = mrd_status(typed, of_lines, frame([], VISITS), load_edition()).collect()
    assert found.drop("after_cr").to_dicts() == expected
    assert {"flow", "imaging", "sequencing", "sustained"} == set(found["category"])
