"""Ways to write a date, each alone: day numbers, intervals, instants, parts of a date, eras (tables of cells)."""

from collections.abc import Callable
from datetime import date

import polars as pl

from transforms.intake.date_forms import (
    DATE_CELL,
    INDEX,
    after_index,
    as_iso,
    is_left_to_be_read,
    of_a_date_cell,
    plain_dates,
)

Table = dict[str, str | bool | None]


def read(cells: Table, way: Callable[[pl.Expr], pl.Expr]) -> Table:
    """Each cell with what a way to read it makes of it."""
    rows = pl.DataFrame({"cell": list(cells), INDEX: [date(2020, 1, 1)] * len(cells)})
    return dict(zip(cells, rows.select(found=way(pl.col("cell")))["found"].to_list(), strict=True))


def read_by(rule: str, cells: Table, place: str | None = None, timezone: str | None = None) -> Table:
    """Each cell with what one of the rules makes of it."""
    return read(cells, lambda cell: dict(plain_dates(cell, place, timezone))[rule])


def test_a_spreadsheets_day_number_is_a_date_from_march_1900_or_from_1904() -> None:
    excel: Table = {"61": "1900-03-01", "60": None, "60.9": None, "45292": "2024-01-01", "45292.75": "2024-01-01"}
    assert read(excel, lambda cell: as_iso(cell, "excel")) == excel
    of_1904: Table = {"0": "1904-01-01", "43830": "2024-01-01", "1234567": None, "-1": None, "1 Jan": None, "": None}
    assert read(of_1904, lambda cell: as_iso(cell, "excel1904")) == of_1904


def test_a_sites_form_leaves_out_the_time_of_day_whether_it_has_one_or_not() -> None:
    of_day: Table = {"05/01/2020": "2020-01-05", "05/01/2020 08:30": "2020-01-05", "31/02/2020": None, "2020": None}
    assert read(of_day, lambda cell: as_iso(cell, "%d/%m/%Y")) == of_day
    assert read(of_day, lambda cell: as_iso(cell, "%d/%m/%Y %H:%M")) == of_day
    month_first: Table = {"05/01/2020": "2020-05-01", "05/13/2020 08:30": "2020-05-13", "13/05/2020": None}
    assert read(month_first, lambda cell: as_iso(cell, "%m/%d/%Y")) == month_first
    in_words: Table = {"05/01/2020 08h30": "2020-05-01", "05/13/2020": "2020-05-13"}
    assert read(in_words, lambda cell: as_iso(cell, "%m/%d/%Y %Hh%M")) == in_words
    time_first: Table = {"08:30 05/13/2020": "2020-05-13", "05/13/2020": None, "T08:30": None}
    assert read(time_first, lambda cell: as_iso(cell, "%H:%M %m/%d/%Y")) == time_first


def test_an_interval_counts_days_in_full_and_months_to_the_nearest_day() -> None:
    days: Table = {
        "0": "2020-01-01",
        "10.9": "2020-01-11",
        "+1": "2020-01-02",
        "-1": "2019-12-31",
        "-0.5": "2019-12-31",
    }
    days |= {"100000": "2293-10-16", "100001": None, "ten": None, "": None}
    assert read(days, lambda cell: after_index(cell, "days")) == days
    months: Table = {"1": "2020-01-31", "2": "2020-03-02", "-1": "2019-12-02", "0.": "2020-01-01"}
    assert read(months, lambda cell: after_index(cell, "months")) == months


def test_an_instants_day_is_that_of_its_place() -> None:
    tokyo: Table = {
        "2020-01-01T14:59Z": "2020-01-01",
        "2020-01-01T15:00:00Z": "2020-01-02",
        "2020-01-01 15:00 UTC": "2020-01-02",
        "2020-01-02T00:29+09:30": "2020-01-01",
        "2020-01-02T00:30+09:30": "2020-01-02",
        "2020-01-01T10:29-0430": "2020-01-01",
        "2020-01-01T10:30-0430": "2020-01-02",
        "2020-01-01T10:59-04": "2020-01-01",
        "2020-01-01T11:00-04": "2020-01-02",
        "2020-01-01T15:00": None,
        "2020-02-30T15:00Z": None,
    }
    assert read_by("instant", tokyo, timezone="Asia/Tokyo") == tokyo
    assert [rule for rule, _ in plain_dates(pl.col("cell"))] == ["date_form", "date_with_time"]


def test_a_part_of_a_date_stands_for_the_first_the_middle_or_the_last_day_of_it() -> None:
    of_parts = {
        "2020": ("2020-01-01", "2020-07-01", "2020-12-31"),
        "2020年": ("2020-01-01", "2020-07-01", "2020-12-31"),
        "2020-UN-UN": ("2020-01-01", "2020-07-01", "2020-12-31"),
        "2020-2": ("2020-02-01", "2020-02-15", "2020-02-29"),
        "2020年11月": ("2020-11-01", "2020-11-15", "2020-11-30"),
        "2020/02/??": ("2020-02-01", "2020-02-15", "2020-02-29"),
        "2020-00": ("2020-01-01", "2020-07-01", "2020-12-31"),
        "令和2年": ("2020-01-01", "2020-07-01", "2020-12-31"),
        "令和元年12月": ("2019-12-01", "2019-12-15", "2019-12-31"),
        "2020-13": (None, None, None),
        "20": (None, None, None),
    }
    for at, place in enumerate(("first", "middle", "last")):
        expected: Table = {cell: days[at] for cell, days in of_parts.items()}
        assert read_by("partial_date", expected, place=place) == expected


def test_a_whole_date_is_read_in_any_form_that_leaves_no_doubt() -> None:
    cells: Table = {
        **dict.fromkeys(["2020/2/5", "2020-2-05", "2020.02.5", "2020年2月5日", "20200205"], "2020-02-05"),
        **dict.fromkeys(["令和2年2月5日", "5 Feb 2020", "05-FEB-2020", "5feb2020", "February 5, 2020"], "2020-02-05"),
        **dict.fromkeys(["feb 5 2020", "5 February, 2020"], "2020-02-05"),
        "平成元年1月8日": "1989-01-08",
        **dict.fromkeys(["5/2/2020", "2020/2/30", "2020-2", "5 Fab 2020", ""], None),
    }
    assert read_by("date_form", cells) == cells
    with_time: Table = {"2020/2/5 8:30": "2020-02-05", "2020-02-05T08:30:15.5 p.m.": "2020-02-05", "2020/2/5": None}
    assert read_by("date_with_time", with_time) == with_time


def test_every_month_has_a_name() -> None:
    days = {date(2020, month, 5).strftime("%B"): f"2020-{month:02}-05" for month in range(1, 13)}
    cells: Table = {f"{name} 5, 2020": day for name, day in days.items()}
    cells |= {f"05-{name[:3].upper()}-2020": day for name, day in days.items()}
    assert read_by("date_form", cells) == cells


def test_parts_instants_and_words_are_left_to_be_read_whatever_a_sites_form_is() -> None:
    cells: Table = {"2020": True, "2020-01-01T15:00Z": True, "NA": True, "05/01/2020": False, "1": False}
    assert read(cells, is_left_to_be_read) == cells
    marked: Table = {f"2020-01-05{DATE_CELL}": "2020-01-05", "2020-01-05": None}
    assert read(marked, of_a_date_cell) == marked
