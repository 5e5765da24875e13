"""What a site writes otherwise than the contract, put into the contract's words before anything is read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from transforms.intake.cells import is_read
from transforms.intake.code_systems import IN, coded
from transforms.intake.contracts import KNOWN_ANALYTES, VIOLATIONS, dtypes
from transforms.intake.date_forms import (
    INDEX,
    INTERVALS,
    after_index,
    as_iso,
    is_interval,
    is_left_to_be_read,
    is_word,
    of_a_date_cell,
)
from transforms.intake.spellings import folded
from transforms.intake.units import NUMERIC

_SIGN = r"^((?:(?:<=|>=|<|>|≤|≥)\s*)?[+-]?)"
_DECIMAL_COMMA = _SIGN + r"([0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+)(?:,([0-9]+))?$"
# Cells with letters are words, to be read as such; limits of normal may be a range.
_WORDS = r"[^\s0-9.,<>=≤≥+\-–~～〜()\[\]]"
_LIMIT = r"^[(\[]?[0-9.,]*\s*[-–~～〜]\s*[0-9.,]*[)\]]?$"
# The site of a row's patient, beside the contract's columns.
SITE = "site of the patient"
_THOUSANDS = _SIGN + r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?$"


@dataclass(frozen=True)
class WideColumn:
    """A column of the file that holds one test. `into`: the contract's column its cells go into; `constants`: what else
    its rows say, by the contract's columns; `columns`: what they take from other columns of the file; `codes`: the
    contract's word for a cell's, "" for one that says nothing; `label`: what it is called where its rows come from.
    """

    into: str
    constants: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    label: str | None = None

    def given(self) -> set[str]:
        """The contract's columns that its rows have from here."""
        return {self.into, *self.constants, *self.columns}


@dataclass(frozen=True)
class Across:
    """Dates in the header: which column of the file names the tests (None: there is but one), and the contract's column
    that the cells go into.
    """

    into: str
    tests: str | None = None


@dataclass(frozen=True)
class Limit:
    """A laboratory's limits of normal of one analyte, in its canonical unit; of one site, or of all (None)."""

    analyte: str
    site: str | None
    ref_low: float | None
    ref_high: float | None


@dataclass(frozen=True)
class Written:
    """How a file is written, as far as the site says so. `encoding` (None: as it is found), `delimiter` (None: as its
    name has it); the header is on line `header_row`, after those that begin with `comment`; `part`: the sheet of a
    workbook, or the file of an archive; `labels`: whether a code with a label is read as the label.
    """

    encoding: str | None = None
    delimiter: str | None = None
    comment: str = ""
    header_row: int = 1
    part: str | None = None
    labels: bool = True


UNWRITTEN = Written()


@dataclass(frozen=True)
class Statement:
    """A select over the files of an extract: its file's `name`, and `text`. `files`: how single files are written, by
    name; `optional`: by the name of a file, columns of it that may be absent, as may the file, unless it is one of
    those `required` (in lower case); they are empty then.
    """

    name: str
    text: str
    files: Mapping[str, Written] = field(default_factory=dict)
    optional: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    required: tuple[str, ...] = ()


@dataclass(frozen=True)
class Relation:
    """A table of a database, or a select in its dialect: what it is called, its text as a select, and the address of
    the database, which may have a password and is shown nowhere.
    """

    name: str
    text: str
    uri: str = field(default="", repr=False)


@dataclass(frozen=True)
class TableMapping:
    """One section of a registry.toml: how a table is read from a file.

    `columns`: the file's name of a contract's column; `codes`: by column, the contract's code for a site's; `units`: an
    accepted unit for a site's; `default_units`: by analyte, the unit of figures without one; `words_by_analyte`: by
    column of labs and analyte, the contract's word for a site's; `partial_dates`: by column, the day that stands for a
    year or month; `timezone`: that of an instant's day; `constants`: the value of a column that the file has
    not; `date_formats` by column; `decimal`: "," where that is the decimal sign; `thousands`: "," where it parts
    thousands. `records`: "progressions" where assessments are a log of them (REPORTED). `deaths`: "last_contact" where
    that is the day of death of the dead, who have no date of their own for it.

    `combined`: by the contract's column, those of the file that may have it, of which the first that is not empty
    counts; `code_system`: what the analytes of labs are codes of (codes.toml); `specimen`: the column of the file with
    the specimen, which the analyte's code then names too; `where`, `where_not`: by column of the file, the cells of
    rows that are, or are not, the table's; `wide`: by column of the file, the test that it holds; `across`: dates are
    in the header; `default_limits`: limits of normal of figures without one; `index_date`: the column of the patients'
    file with day 0 of dates in days or months, or `epoch`: day 0 of everybody, which is invented.

    `written`: how the file is written; `sql`: the select whose rows are read in place of a file's; `relation`: the
    table or the select of a database.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    default_units: Mapping[str, str] = field(default_factory=dict)
    words_by_analyte: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    partial_dates: Mapping[str, str] = field(default_factory=dict)
    timezone: str | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    date_formats: Mapping[str, str] = field(default_factory=dict)
    decimal: str = "."
    thousands: str = ""
    file: str | None = None
    records: str | None = None
    deaths: str | None = None
    combined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    where_not: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wide: Mapping[str, WideColumn] = field(default_factory=dict)
    across: Across | None = None
    default_limits: tuple[Limit, ...] = ()
    index_date: str | None = None
    epoch: date | None = None
    written: Written = UNWRITTEN
    sql: Statement | None = None
    relation: Relation | None = None
    code_system: str | None = None
    specimen: str | None = None

    def own_columns(self) -> Iterator[tuple[str, str]]:
        """Columns that the file has to have, beside those of `columns`: the key of registry.toml, the column's name."""
        for column, names in self.combined.items():
            yield from ((f"columns.{column}", name) for name in names)
        if self.specimen:
            yield "specimen", self.specimen
        yield from (("where", name) for name in self.where)
        yield from (("where_not", name) for name in self.where_not)
        for name, wide in self.wide.items():
            yield "wide", name
            yield from ((f"wide.{name}.columns", other) for other in wide.columns.values())

    def dates(self) -> set[str]:
        """The file's columns that a date of a form of the site's is read from."""
        found = {self.index_date} if self.index_date else set()
        for column in self.date_formats:
            found |= {*self.combined.get(column, ())}
            found |= {wide.columns[column] for wide in self.wide.values() if column in wide.columns}
        return found

    def given(self) -> set[str]:
        """The contract's columns that are given otherwise than by a column of the file of their own."""
        wide = [column.given() for column in self.wide.values()]
        return {*self.constants, *self.combined, *(set.intersection(*wide) if wide else ())}

    @property
    def selected(self) -> str | None:
        """What the select or the table of a database is called that is read in place of a file."""
        found = self.sql or self.relation
        return found.name if found else None

    def needs_index(self) -> bool:
        """Whether a date of the table is counted from day 0 of each patient."""
        return self.epoch is None and any(form in INTERVALS for form in self.date_formats.values())

    def needs_site(self) -> bool:
        """Whether limits of normal are those of a patient's site."""
        return any(limit.site for limit in self.default_limits)


UNMAPPED = TableMapping()


def mapped(table: str, text: pl.DataFrame, mapping: TableMapping) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Trimmed text in the contract's words, and one violation per cell that is not as the mapping says (then null)."""
    if mapping == UNMAPPED:
        return text, pl.DataFrame(schema=VIOLATIONS)
    text = text.with_columns(pl.coalesce(name, pl.lit(value)).alias(name) for name, value in mapping.constants.items())
    if INDEX not in text.columns:
        text = text.with_columns(pl.lit(mapping.epoch, pl.Date).alias(INDEX))
    text = text.with_columns(
        pl.col(name).replace(list(codes), [code or None for code in codes.values()])
        for name, codes in mapping.codes.items()
        if codes
    )
    text, refused = coded(text, mapping.code_system, KNOWN_ANALYTES)
    text = text.with_columns(_by_analyte(column, words) for column, words in mapping.words_by_analyte.items())
    units = mapping.units
    text = (
        text.with_columns(pl.col("unit").replace(list(units), [unit or None for unit in units.values()]))
        if units
        else text
    )
    readers = _readers(table, mapping)
    rules = {name: "unreadable_date" if dtypes(table)[name] == pl.Date else "comma_in_number" for name in readers}
    read = text.with_columns(reader.alias(name) for name, reader in readers.items())
    lost = [
        text.filter(text[name].is_not_null() & read[name].is_null()).select(
            "row_number", pl.lit(name).alias("column"), _why_lost(name, rule, mapping).alias("rule")
        )
        for name, rule in rules.items()
    ]
    return read.drop(INDEX), pl.concat([refused, *lost])


def with_specimens(found: pl.DataFrame, specimen: pl.Expr) -> pl.DataFrame:
    """Text of labs whose codes of analytes name their specimen too: CREAT in URINE."""
    both = pl.concat_str("analyte", pl.lit(IN), specimen)
    return found.with_columns(pl.coalesce(both, "analyte").alias("analyte"))


def _why_lost(name: str, rule: str, mapping: TableMapping) -> pl.Expr:
    if rule == "comma_in_number" and mapping.decimal == ",":
        return (
            pl.when(pl.col(name).str.contains(",", literal=True))
            .then(pl.lit(rule))
            .otherwise(pl.lit("point_in_number"))
        )
    if mapping.date_formats.get(name) not in INTERVALS:
        return pl.lit(rule)
    return (
        pl.when(is_interval(pl.col(name)) & pl.col(INDEX).is_null())
        .then(pl.lit("no_index_date"))
        .otherwise(pl.lit(rule))
    )


def with_default_limits(labs: pl.DataFrame, unread: pl.DataFrame, mapping: TableMapping) -> pl.DataFrame:
    """Labs in canonical units with the limits of normal that the site says for figures without one, those of its own
    first. A limit that can't be read (`unread`) stays unknown. Without the column SITE no site is known.
    """
    if not mapping.default_limits:
        return labs
    limits = pl.DataFrame(
        [(of.analyte, of.site, of.ref_low, of.ref_high) for of in mapping.default_limits],
        {"analyte": pl.String, SITE: pl.String, "low": pl.Float64, "high": pl.Float64},
        orient="row",
    )
    sites, of_all = limits.filter(pl.col(SITE).is_not_null()), limits.filter(pl.col(SITE).is_null()).drop(SITE)
    found = labs.join(of_all, on="analyte", how="left", maintain_order="left")
    found = found.join(sites, on=["analyte", SITE], how="left", suffix="_site", maintain_order="left")
    filled = []
    for name, side in (("ref_low", "low"), ("ref_high", "high")):
        lost = unread.filter(pl.col("column") == name)["row_number"]
        is_open = pl.col("value").is_not_null() & ~pl.col("row_number").is_in(lost.implode())
        filled.append(pl.coalesce(name, pl.when(is_open).then(pl.coalesce(f"{side}_site", side))).alias(name))
    return found.with_columns(filled).select(labs.columns)


def with_default_units(labs: pl.DataFrame, mapping: TableMapping) -> pl.DataFrame:
    """Text of labs with the unit that the site says for figures without one."""
    if not mapping.default_units:
        return labs
    has_figure = pl.any_horizontal(pl.col(name).is_not_null() for name in NUMERIC)
    default = pl.col("analyte").replace_strict(mapping.default_units, default=None)
    return labs.with_columns(pl.coalesce("unit", pl.when(has_figure).then(default)).alias("unit"))


def with_blanks(text: pl.DataFrame, mapping: TableMapping) -> pl.DataFrame:
    """Text with the code that the site says an empty cell stands for.

    A vital status stays empty where a date of death is there and can't be read: that is not alive.
    """
    blanks = {name: codes[""] for name, codes in mapping.codes.items() if "" in codes}
    died = pl.col("death_date").is_not_null() & ~is_read(pl.col("death_date"), pl.Date)
    return text.with_columns(
        pl.when(died if name == "vital_status" else pl.lit(value=False)).then(name).otherwise(filled).alias(name)
        for name, filled in ((name, pl.col(name).fill_null(code)) for name, code in blanks.items())
    )


def _by_analyte(column: str, words: Mapping[str, Mapping[str, str]]) -> pl.Expr:
    analyte, cell = folded(pl.col("analyte")).str.to_lowercase(), pl.col(column)
    for name, of in words.items():
        put = pl.col(column).replace(list(of), [word or None for word in of.values()])
        cell = pl.when(analyte == name).then(put).otherwise(cell)
    return cell.alias(column)


def _readers(table: str, mapping: TableMapping) -> dict[str, pl.Expr]:
    dates = {
        name: pl.coalesce(
            of_a_date_cell(pl.col(name)), after_index(pl.col(name), form), pl.when(is_word(pl.col(name))).then(name)
        )
        if form in INTERVALS
        else pl.coalesce(
            of_a_date_cell(pl.col(name)),
            as_iso(pl.col(name), form),
            pl.when(is_left_to_be_read(pl.col(name))).then(name),
        )
        for name, form in mapping.date_formats.items()
        if form in INTERVALS or name not in mapping.constants  # which are as the contract has them
    }
    numbers = [name for name, dtype in dtypes(table).items() if dtype in (pl.Float64, pl.Int32)]
    if mapping.decimal == ",":
        return dates | {name: _with_decimal_comma(pl.col(name), is_limit=name in NUMERIC[1:]) for name in numbers}
    if mapping.thousands == ",":
        return dates | {name: _without_thousands(pl.col(name)) for name in numbers}
    return dates


def _with_decimal_comma(cell: pl.Expr, *, is_limit: bool) -> pl.Expr:
    plain = cell.str.replace_all(".", "", literal=True).str.replace_all(",", ".")
    has_mark = cell.str.contains_any([",", "."]) & ~cell.str.contains(_WORDS)
    is_plain = cell.str.contains(_DECIMAL_COMMA) | (cell.str.contains(_LIMIT) & pl.lit(is_limit))
    return pl.when(~has_mark).then(cell).when(is_plain).then(plain)


def _without_thousands(cell: pl.Expr) -> pl.Expr:
    plain = cell.str.replace_all(",", "")
    has_comma = cell.str.contains(",")
    return pl.when(~has_comma | cell.str.contains(_WORDS)).then(cell).when(cell.str.contains(_THOUSANDS)).then(plain)
