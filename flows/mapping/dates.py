"""How the dates of a column are written; where a column can be read in two ways, both are asked."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from flows.mapping.draft import Asked, Choice, Entry, Note, Said, key, toml
from flows.mapping.header_words import LIKELY, SURE, spelled
from flows.mapping.looks import PARTED, Look
from transforms.intake.date_forms import PLACES
from transforms.intake.spellings import folded

# Most of a column has to be dates for it to be one of dates.
MOST = 0.6
_DAYS = re.compile(r"\bdays?\b|dy\b|dys\b|\btage?\b|日数|lstalive|responseasses|bmtx|ttc|\bjours?\b|\bdias\b")
_MONTHS = re.compile(r"\bmonths?\b|\bmos?\b|\bmonate?\b|ヶ月|か月|月数")
_LATEST, _EARLIEST = 2050, 1901
_MOST_DAY = 12
DAYS, MONTHS = "days", "months"


@dataclass(frozen=True)
class DateForm:
    """How a column's dates are written. `form`: what date_format says ("" where nothing need be said; null: not
    known); `entries`: lines and questions about it; `is_instant`: whether a time zone is needed.
    """

    form: str | None
    entries: tuple[Entry, ...] = ()
    is_instant: bool = False

    @property
    def is_interval(self) -> bool:
        """Whether they are counted from a day 0."""
        return self.form in (DAYS, MONTHS)


def is_of_dates(look: Look) -> bool:
    """Whether a column that is called one of dates holds some."""
    if not look.filled:
        return True
    return look.share(pl.any_horizontal("plain", "parted", "short_year", "instant", "part", "number")) >= MOST


def date_form(look: Look, column: str) -> DateForm:
    """How the dates of a column are written, as those of the contract's `column`."""
    if not look.filled:
        return DateForm("")
    if look.share(_is_counted(look)) >= MOST:
        return _counted(look, column)
    parted = look.kinds.filter("parted")
    if parted["n"].sum() >= MOST * look.filled:
        return _parted(look, column, parted)
    entries: list[Entry] = []
    if look.share(pl.col("short_year")) >= MOST:
        return DateForm(
            None,
            (
                Note(
                    f"{column}: {toml(look.name)} has years of two figures, which may be of two centuries; "
                    f"export it with four"
                ),
            ),
        )
    instants = look.count(pl.col("instant") & ~pl.col("plain"))
    parts = look.count(pl.col("part") & ~pl.col("plain") & ~_is_counted(look))
    if parts and column != "birth_date":
        says = {"first": "the first day of the year or month", "middle": "1 July, or the 15th", "last": "the last day"}
        choices = [Choice(f"partial_dates.{column} = {toml(place)}", says[place]) for place in PLACES]
        choices.append(Choice("", "such dates stay unknown"))
        entries.append(
            Asked(
                f"{parts:,} of {look.filled:,} dates in {toml(look.name)} are a year or a month. Which day "
                f"stands for it?",
                choices,
            )
        )
    return DateForm("", (*entries, *_placeholders(look, column)), is_instant=instants > 0)


def rank(look: Look) -> int:
    """How much a column is one of dates: dates as such before numbers that are called days, and these before others."""
    if look.share(_is_counted(look)) < MOST:
        return 0
    name = spelled(look.name)
    return 1 if _DAYS.search(name) or _MONTHS.search(name) else 2


def _is_counted(look: Look) -> pl.Expr:
    """Whether a `text` counts days or months: a number that is no year, unless the column's name says so."""
    name = spelled(look.name)
    is_called_so = _DAYS.search(name) or _MONTHS.search(name)
    return pl.col("number") if is_called_so else pl.col("number") & ~pl.col("year")


def _counted(look: Look, column: str) -> DateForm:
    name = spelled(look.name)
    if _MONTHS.search(name):
        return _interval(look, column, MONTHS, SURE, "its name says months, and it holds numbers")
    if _DAYS.search(name):
        return _interval(look, column, DAYS, SURE, "its name says days, and it holds whole numbers")
    if look.share(pl.col("serial")) >= MOST:
        line = Said(
            f"date_formats.{column}",
            toml("excel"),
            LIKELY,
            "numbers as a spreadsheet counts days (excel1904: one of an old Mac)",
        )
        return DateForm("excel", (line,))
    choices = [
        Choice(f"date_formats.{column} = {toml(form)}", f"{form} from day 0 of each patient") for form in (DAYS, MONTHS)
    ]
    return DateForm(None, (Asked(f"{toml(look.name)} holds numbers, not dates. Of what?", choices),))


def _interval(look: Look, column: str, form: str, certainty: str, why: str) -> DateForm:
    return DateForm(form, (Said(f"date_formats.{column}", toml(form), certainty, why),))


def _parted(look: Look, column: str, parted: pl.DataFrame) -> DateForm:
    text = folded(pl.col("text"))
    first, sign, second = (text.str.extract(PARTED, group) for group in (1, 2, 3))
    found = parted.select(
        first.cast(pl.Int32).alias("first"), second.cast(pl.Int32).alias("second"), sign.alias("sign"), "n"
    )
    separator = str(
        found.group_by("sign").agg(pl.col("n").sum()).sort(["n", "sign"], descending=[True, False])["sign"][0]
    )
    day_first = int(found.filter(pl.col("first") > _MOST_DAY)["n"].sum())
    month_first = int(found.filter(pl.col("second") > _MOST_DAY)["n"].sum())
    forms = {
        order: separator.join(parts) for order, parts in (("day", ("%d", "%m", "%Y")), ("month", ("%m", "%d", "%Y")))
    }
    name = f"date_formats.{column}"
    if day_first and month_first:
        text_ = (
            f"{column}: {toml(look.name)} has dates with the day first ({day_first:,}) and with the month "
            f"first ({month_first:,}); export it in one form"
        )
        return DateForm(None, (Note(text_),))
    if day_first or month_first:
        order = "day" if day_first else "month"
        place = "first" if day_first else "second"
        why = f"the {place} figure is above {_MOST_DAY} in {max(day_first, month_first):,} of {look.filled:,}"
        return DateForm(forms[order], (Said(name, toml(forms[order]), SURE, why), *_placeholders(look, column)))
    if separator == ".":
        why = "dates with points have the day first; no figure here is against it, and none proves it"
        return DateForm(forms["day"], (Said(name, toml(forms["day"]), LIKELY, why),))
    choices = [
        Choice(f"{name} = {toml(forms[order])}", f"the {order} is first: 03{separator}04 is {means}")
        for order, means in (("day", "3 April"), ("month", "4 March"))
    ]
    question = f"None of the {look.filled:,} dates in {toml(look.name)} shows whether day or month comes first. Which?"
    return DateForm(None, (Asked(question, choices),))


def settled(form: DateForm, others: list[DateForm]) -> DateForm:
    """A form that has to be asked, as another column of the same file shows it: one program wrote them."""
    asked = [entry for entry in form.entries if isinstance(entry, Asked)]
    if form.form is not None or not asked:
        return form
    shown = {other.form for other in others if other.form and "%" in other.form}
    lines = [choice.line for choice in asked[0].choices]
    known = [line for line in lines for one in sorted(shown) if line.endswith(f"= {toml(one)}")]
    if len(known) != 1 or len(shown) != 1:
        return form
    name, _, value = known[0].partition(" = ")
    return DateForm(next(iter(shown)), (Said(name, value, LIKELY, "as another column of this file shows"),))


def _placeholders(look: Look, column: str) -> list[Entry]:
    """Days that no one can have meant, such as 2099-12-31 for an end that has not come."""
    day = pl.col("text").str.extract(r"^([0-9]{4})-(?:12-31|01-01)", 1).cast(pl.Int32, strict=False)
    found = look.counts.filter((day >= _LATEST) | (day <= _EARLIEST))
    entries: list[Entry] = []
    for text, n in found.rows()[:3]:
        choices = [
            Choice(f'codes.{column}.{key(text)} = ""', "it stands for none: not ended, or not known"),
            Choice("", "it is what was meant; follow-up does not reach beyond the cut-off in any case"),
        ]
        entries.append(Asked(f"{toml(look.name)} is {text} in {n:,} rows. Does that stand for no date?", choices))
    return entries
