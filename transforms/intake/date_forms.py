"""Ways to write a date whose meaning is plain: a year first, a month's name, an era, an instant, a part of a date."""

import re
import tomllib
from functools import cache
from importlib.resources import files

import polars as pl

from transforms.intake.cells import as_date, is_read

Options = list[tuple[str, pl.Expr]]
FIRST, MIDDLE, LAST = PLACES = ("first", "middle", "last")
# Day 0 of a spreadsheet's day numbers; before day 61 the first of them counts a day that never was.
DAY_NUMBERS = {"excel": (1899, 12, 30), "excel1904": (1904, 1, 1)}
_FIRST_SERIAL = 61
# Behind a date that a file holds as one, and not as text: no form of the site's dates is about it.
DATE_CELL = "\u2063"
# Day 0 of a row's patient, beside the contract's columns, and what a date given from it may be counted in, in days.
INDEX = "index date of the patient"
INTERVALS = {"days": 1.0, "months": 30.4375}
_MOST_DAYS = 100_000
_INTERVAL = r"^[+-]?[0-9]+(?:\.[0-9]*)?$"
_YEAR, _MONTH = r"([0-9]{4})", r"([0-9]{1,2})"
_DAYS = (
    r"^([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})$",
    r"^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$",
    r"^([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})$",
    r"^([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日$",
    r"^([0-9]{4})([0-9]{2})([0-9]{2})$",
)
# Behind the year of an era, the month and the day.
_MARKS_OF_ERA = (("年", "月", "日"), (r"\.", r"\.", ""), ("/", "/", ""))
_TIME = r"[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AaPp]\.?[Mm]\.?)?$"
_TIME_OF_FORM = re.compile(r"[ T,]*%[-_0]?[HIklMSTRXprfc].*$")
INSTANT = (
    r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}):([0-9]{2})(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    r" ?(?:(?:Z|z|UTC|GMT)|([+-])([0-9]{2}):?([0-9]{2})?)$"
)
# What stands for a part that is not known.
_UNKNOWN = r"(?:00|UN|UNK|XX|xx|un|unk|--|\?\?)"
_PARTS = (
    rf"^{_YEAR}$",
    rf"^{_YEAR}年$",
    rf"^{_YEAR}[-/.]{_MONTH}$",
    rf"^{_YEAR}年{_MONTH}月$",
    rf"^{_YEAR}[-/.]{_UNKNOWN}[-/.]{_UNKNOWN}$",
    rf"^{_YEAR}[-/.]{_MONTH}[-/.]{_UNKNOWN}$",
)
PART_OF_A_DATE = "|".join(f"(?:{form})" for form in _PARTS)


@cache
def _eras() -> dict[str, int]:
    text = files("rules").joinpath("intake/repairs.toml").read_text(encoding="utf-8")
    eras: dict[str, int] = tomllib.loads(text)["eras"]
    return eras


def plain_dates(cell: pl.Expr, place: str | None = None, timezone: str | None = None) -> Options:
    """Ways to read a text as year-month-day, by the rule that each is counted under; null where it is not so written.

    `place`: the day that stands for a year or a month (first, middle or last; None: none does); `timezone`: where the
    day of an instant is told (None: nowhere).
    """
    day = cell.str.replace(_TIME, "")
    found = [("date_form", _day(cell)), ("date_with_time", pl.when(day != cell).then(_day(day)))]
    found += [("instant", _local_day(cell, timezone))] if timezone else []
    return found + ([("partial_date", _of_a_part(cell, place))] if place else [])


def as_iso(cell: pl.Expr, form: str) -> pl.Expr:
    """A date written in the form (strptime's, or excel, or excel1904) as year-month-day; null where it is not.

    A time of day is left out, whether the form has one or not.
    """
    if form in DAY_NUMBERS:
        serial = pl.when(cell.str.contains(r"^[0-9]{1,6}(?:\.[0-9]+)?$")).then(cell).cast(pl.Float64)
        days = pl.when(serial >= (_FIRST_SERIAL if form == "excel" else 0)).then(serial.floor().cast(pl.Int64))
        day = pl.date(*DAY_NUMBERS[form]) + pl.duration(days=days)
        return day.dt.to_string("%Y-%m-%d")
    of_day = _TIME_OF_FORM.sub("", form)
    found = [cell.str.replace(_TIME, "").str.to_date(of_day, strict=False)] if of_day else []
    if of_day != form:
        found.append(cell.str.to_datetime(form, strict=False).dt.date())
    return pl.coalesce(found).dt.to_string("%Y-%m-%d")


def of_a_date_cell(cell: pl.Expr) -> pl.Expr:
    """What a file holds as a date; null for text."""
    return pl.when(cell.str.ends_with(DATE_CELL)).then(unmarked(cell))


def unmarked(cell: pl.Expr) -> pl.Expr:
    """A cell as it is shown."""
    return cell.str.strip_suffix(DATE_CELL)


def is_interval(cell: pl.Expr) -> pl.Expr:
    """Whether a text is a number of days or months."""
    return cell.str.contains(_INTERVAL)


def after_index(cell: pl.Expr, form: str) -> pl.Expr:
    """A number of days (a part of one left out) or months (to the nearest day) from INDEX as year-month-day; null where
    it is none."""
    number = pl.when(is_interval(cell)).then(cell).cast(pl.Float64, strict=False) * INTERVALS[form]
    whole = number.floor() if form == "days" else number.round()
    days = pl.when(whole.abs() <= _MOST_DAYS).then(whole).cast(pl.Int64)
    return (pl.col(INDEX) + pl.duration(days=days)).dt.to_string("%Y-%m-%d")


def is_left_to_be_read(cell: pl.Expr) -> pl.Expr:
    """Whether a text is a part of a date, an instant, or a word: what no form of a site's dates is about."""
    return cell.str.contains(PART_OF_A_DATE) | cell.str.contains(INSTANT) | is_word(cell)


def is_word(cell: pl.Expr) -> pl.Expr:
    """Whether a text has no digit, as NA has none."""
    return ~cell.str.contains(r"[0-9]")


def _day(cell: pl.Expr) -> pl.Expr:
    forms = [pl.concat_str(_part(cell, form, 1), *_month_and_day(cell, form), separator="-") for form in _DAYS]
    day = pl.coalesce(*forms, _in_an_era(cell), _with_a_months_name(cell))
    return pl.when(is_read(day, pl.Date)).then(day)


def _in_an_era(cell: pl.Expr) -> pl.Expr:
    year, number = rf"^({'|'.join(_eras())})([0-9]{{1,2}}|元)", "([0-9]{1,2})"
    forms = [f"{year}{first}{number}{second}{number}{last}$" for first, second, last in _MARKS_OF_ERA]
    return pl.coalesce(
        pl.concat_str(
            _year_of_era(cell, form), *(cell.str.extract(form, group).str.zfill(2) for group in (3, 4)), separator="-"
        )
        for form in forms
    )


def _year_of_era(cell: pl.Expr, form: str) -> pl.Expr:
    before = cell.str.extract(form).replace_strict(_eras())
    return (before + cell.str.extract(form, 2).replace("元", "1").cast(pl.Int32)).cast(pl.String)


def _with_a_months_name(cell: pl.Expr) -> pl.Expr:
    """`5 Jan 2020`, `05-JAN-2020`, `January 5, 2020`: the month's name leaves no doubt."""
    months = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    numbers = {name: f"{number:02}" for number, name in enumerate(months, start=1)}
    name = rf"({'|'.join(months)})[a-z]*\.?"
    lower = cell.str.to_lowercase()
    day_first, month_first = (
        rf"^([0-9]{{1,2}})[-/. ]?{name}[-/., ]*([0-9]{{4}})$",
        rf"^{name} ?([0-9]{{1,2}}),? ([0-9]{{4}})$",
    )
    ways = ((day_first, 3, 2, 1), (month_first, 3, 1, 2))
    return pl.coalesce(
        pl.concat_str(
            lower.str.extract(form, year),
            lower.str.extract(form, month).replace_strict(numbers),
            lower.str.extract(form, day).str.zfill(2),
            separator="-",
        )
        for form, year, month, day in ways
    )


def _part(cell: pl.Expr, form: str, group: int) -> pl.Expr:
    return cell.str.extract(form, group)


def _month_and_day(cell: pl.Expr, form: str) -> list[pl.Expr]:
    return [_part(cell, form, group).str.zfill(2) for group in (2, 3)]


def _local_day(cell: pl.Expr, timezone: str) -> pl.Expr:
    parts = [cell.str.extract(INSTANT, group) for group in range(1, 7)]
    day, hour, minute, sign, hours_off, minutes_off = parts
    clock = pl.concat_str(day, pl.lit(" "), hour, pl.lit(":"), minute).str.to_datetime("%Y-%m-%d %H:%M", strict=False)
    ahead = pl.duration(hours=hours_off.cast(pl.Int64), minutes=minutes_off.cast(pl.Int64).fill_null(0))
    in_utc = pl.when(sign == "+").then(clock - ahead).when(sign == "-").then(clock + ahead).otherwise(clock)
    return in_utc.dt.convert_time_zone(timezone).dt.to_string("%Y-%m-%d")


def _of_a_part(cell: pl.Expr, place: str) -> pl.Expr:
    """The day that stands for a year (middle: 1 July) or a month (middle: the 15th)."""
    era = rf"^({'|'.join(_eras())})([0-9]{{1,2}}|元)年(?:([0-9]{{1,2}})月)?$"
    with_month = [form for form in _PARTS if _MONTH in form]
    year = pl.coalesce([cell.str.extract(form) for form in _PARTS] + [_year_of_era(cell, era)])
    month = pl.coalesce([cell.str.extract(form, 2) for form in with_month] + [cell.str.extract(era, 3)]).str.zfill(2)
    month = pl.when(month != "00").then(month)
    of_year = {FIRST: "-01-01", MIDDLE: "-07-01", LAST: "-12-31"}[place]
    first = pl.concat_str(year, month, pl.lit("01"), separator="-")
    start = as_date(first)
    of_month = {FIRST: start, MIDDLE: start + pl.duration(days=14), LAST: start.dt.month_end()}[place]
    day = pl.when(month.is_null()).then(year + of_year).otherwise(of_month.dt.to_string("%Y-%m-%d"))
    return pl.when(is_read(day, pl.Date)).then(day)
