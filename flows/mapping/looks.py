"""What the cells of a column look like, from its distinct texts and how often each stands there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from transforms.intake.cells import as_number, is_read, unsigned
from transforms.intake.contracts import dtypes
from transforms.intake.date_forms import INSTANT, PART_OF_A_DATE, plain_dates
from transforms.intake.number_forms import plain_numbers
from transforms.intake.repairs import missing_words, repaired
from transforms.intake.spellings import folded

# A column with more kinds of text than this has no codes.
MOST_CODES = 60
_LONGEST_CODE = 40
_ROWS_SHOWN = 5
_WORD = re.compile(r"^\S{1,20}$")
# Day and month in an order that has to be found out, and the year: 03/04/2020.
PARTED = r"^([0-9]{1,2})([./-])([0-9]{1,2})([./-])([0-9]{4})(?:[ T].*)?$"
_LIMIT = r"^(?:[<>≤≥]=?\s*)?[+-]?"
# Ways to write a date or a number, of folded text.
_FORMS = {
    "parted": PARTED,
    "short_year": r"^[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2}(?:[ T].*)?$",
    "instant": INSTANT,
    "part": PART_OF_A_DATE,
    "number": r"^[+-]?[0-9]{1,5}(?:\.[0-9]+)?$",
    "year": r"^(?:19|20)[0-9]{2}$",
    "serial": r"^[1-5][0-9]{4}(?:\.[0-9]+)?$",
    # Signs in figures. "either": a comma that may be a decimal comma or part thousands; "parted_point": a point alike.
    "decimal": _LIMIT
    + r"(?:[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|(?:0+|[0-9]{4,}),[0-9]{3}|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+)$",
    "both": _LIMIT + r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+$",
    "thousands": _LIMIT + r"[0-9]{1,3}(?:(?:,[0-9]{3}){2,}(?:\.[0-9]+)?|,[0-9]{3}\.[0-9]+)$",
    "either": _LIMIT + r"[1-9][0-9]{0,2},[0-9]{3}$",
    "point": _LIMIT + r"(?:[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})|(?:0+|[0-9]{4,})\.[0-9]{3})$",
    "parted_point": _LIMIT + r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+$",
}
_OTHER_MISSING = ("nan", "none", ".", "-", "--", "nat", "#n/a", r"\n", "?", "missing", "unknown", "not available")
_DATE_OR_NUMBER = re.compile(r"^[+-]?[0-9]+(?:[.,][0-9]+)?$|^[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}")
_OF_SOMEBODY = re.compile(r"[0-9]{5,}|[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}|@")


def looks_like_data(names: tuple[str, ...]) -> bool:
    """Whether what should be names of columns are figures or dates of a patient's: a first column is none in a header
    of dates across.
    """
    given = [name for name in names if name.strip()]
    return bool(given) and bool(_DATE_OR_NUMBER.match(given[0])) and sum(map(_is_data, given)) >= len(given) / 2


def _is_data(name: str) -> bool:
    return bool(_DATE_OR_NUMBER.match(name))


@dataclass(frozen=True)
class Look:
    """A column: its `name` in the file, its `position`, and how often each text stands in it (`text`, `n`), the
    commonest first, of equally common ones in the order of the texts. What stands for an empty cell (`missing`) is left
    out.
    """

    name: str
    position: int
    counts: pl.DataFrame
    rows: int
    missing: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, position: int, cells: pl.Series) -> Look:
        """The column of these cells."""
        is_missing = folded(pl.col("text")).str.to_lowercase().is_in([*missing_words(), *_OTHER_MISSING])
        counts = (
            pl.DataFrame({"text": cells})
            .drop_nulls()
            .group_by("text")
            .agg(pl.len().alias("n"))
            .sort(["n", "text"], descending=[True, False])
        )
        missing = counts.filter(is_missing)["text"].sort()
        return cls(name, position, counts.filter(~is_missing), cells.len(), tuple(missing))

    @cached_property
    def filled(self) -> int:
        """Cells with something in them."""
        return int(self.counts["n"].sum())

    @cached_property
    def kinds(self) -> pl.DataFrame:
        """For each text, in which of the ways to write a date or a number it is; `plain`: a date as it stands."""
        cells = self.counts.select(cell=folded(pl.col("text")))  # by itself: within each form it would be done again
        ways = {kind: pl.col("cell").str.contains(form) for kind, form in _FORMS.items()}
        return self.counts.hstack(cells.select(**ways, plain=_is_plain_date(pl.col("cell"))))

    def count(self, condition: pl.Expr) -> int:
        """Cells for which a condition on `text` and its `kinds` holds."""
        return int(self.kinds.filter(condition)["n"].sum()) if self.filled else 0

    def share(self, condition: pl.Expr) -> float:
        """Of the cells with something in them those for which a condition on `text` and its `kinds` holds."""
        return self.count(condition) / self.filled if self.filled else 0.0

    @cached_property
    def texts(self) -> list[str]:
        """The distinct texts, the commonest first."""
        return list(self.counts["text"])

    @cached_property
    def is_coded(self) -> bool:
        """Whether it has few kinds of short text, that stand for no date and nobody's number."""
        return 0 < len(self.texts) <= MOST_CODES and all(map(is_codelike, self.texts))

    @cached_property
    def numbers(self) -> pl.DataFrame:
        """Its figures (`number`, `n`), those with a comparator without it; a decimal comma is read as such, and a
        comma that may be either is none.
        """
        text = pl.col("text")
        if self.has_decimal_comma:
            in_points = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
            text = pl.when(pl.any_horizontal("decimal", "either", "parted_point")).then(in_points).otherwise(text)
        known = [expression for _, expression in plain_numbers("labs", "value", folded(text), open_ended=True)]
        plain = pl.coalesce(unsigned(folded(text)), pl.lit(None, pl.String))
        number = pl.coalesce(as_number(plain), *(as_number(unsigned(one)) for one in known))
        return self.kinds.select(number.alias("number"), "n").filter(pl.col("number").is_finite())

    @cached_property
    def number_share(self) -> float:
        """Of the filled cells those that are figures."""
        figures = int(self.numbers["n"].sum()) + self.count(pl.col("either") & pl.lit(not self.has_decimal_comma))
        return figures / self.filled if self.filled else 0.0

    @cached_property
    def has_decimal_comma(self) -> bool:
        """Whether figures have a comma that can't part thousands, and none a point that can't either."""
        return self.count(pl.col("decimal")) > 0 and self.count(pl.col("point")) == 0

    def figure_at(self, share: float = 0.5) -> float | None:
        """The figure up to which a share of those above 0 lie, each as often as it stands there; null without any."""
        found = self.numbers.filter(pl.col("number") > 0).sort("number")
        if found.is_empty():
            return None
        least = int(found["n"].sum()) * share
        return float(found.filter(pl.col("n").cum_sum() >= least)["number"][0])

    @cached_property
    def codes(self) -> list[tuple[str, int]]:
        """Its texts with how often each stands there."""
        return list(self.counts.rows())


def names_somebody(text: str) -> bool:
    """Whether a text has a date in it, or a number that may be a patient's."""
    return bool(_OF_SOMEBODY.search(text))


def is_codelike(text: str) -> bool:
    """Whether a text may be a code: short, without a date, and nobody's number."""
    return len(text) <= _LONGEST_CODE and text.isprintable() and not names_somebody(text)


def may_be_shown(text: str, rows: int) -> bool:
    """Whether a text whose meaning is not known can be shown: like a code, and one word or in several rows, so that it
    is nothing that was written of one patient.
    """
    return is_codelike(text) and (rows >= _ROWS_SHOWN or bool(_WORD.match(text)))


def _is_plain_date(cell: pl.Expr) -> pl.Expr:
    """Whether a folded text is read as a date without anything declared; a part of one is none."""
    ways = [day.is_not_null() for _, day in plain_dates(cell)]  # null where it is none
    return pl.any_horizontal(is_read(cell, pl.Date), *ways).fill_null(value=False)


def as_read(table: str, column: str, texts: list[str], **others: str) -> list[str | None]:
    """What the program makes of texts in a column without anything declared, in the contract's words."""
    own = list(dtypes(table))
    frame = pl.DataFrame(
        {
            "row_number": list(range(len(texts))),
            **{name: [others.get(name)] * len(texts) for name in own},
            column: texts,
        },
        schema={"row_number": pl.Int64, **dict.fromkeys(own, pl.String)},
    )
    found, _ = repaired(table, frame)
    return list(found[column])
