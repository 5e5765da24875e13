"""What a broken rule costs: the row, or the one cell, which is set aside while its row stays."""

from typing import NamedTuple

import polars as pl

from transforms.intake.code_systems import another_test
from transforms.intake.contracts import KINDS, REFUSED_ROW, UNREADABLE, comparators, dated_by, dtypes, required
from transforms.intake.units import NUMERIC

# Rules on one cell that leave a row which says nothing.
COSTS_THE_ROW = ("no_result",)
Names = pl.List(pl.String)


class Settled(NamedTuple):
    """`accepted`: the rows that stay, with `unreadable`; `entries`: those given, with `row_kept`; `refused`: of every
    refused row what can be read of it: `row_number`, `patient_id`, `dated_on`, `line`, `kind`.
    """

    accepted: pl.DataFrame
    entries: pl.DataFrame
    refused: pl.DataFrame


def settled(table: str, rows: pl.DataFrame, entries: pl.DataFrame) -> Settled:
    """Typed rows without those whose broken rules cost them, and without the cells that cost only themselves.

    A required cell costs its row, any other itself. `entries` has one row per `row_number`, `column` and `rule`.
    """
    costs = pl.col("column").is_null() | pl.col("column").is_in(required(table)) | pl.col("rule").is_in(COSTS_THE_ROW)
    lost = entries.filter(costs).select("row_number").unique()
    kept = entries.join(lost, on="row_number", how="anti")
    known = entries.with_columns(row_kept=~pl.col("row_number").is_in(lost["row_number"].implode()))
    accepted = rows.join(lost, on="row_number", how="anti", maintain_order="left")
    refused = rows.join(lost, on="row_number", how="semi", maintain_order="left")
    return Settled(_without_cells(table, accepted, kept), known, _known_of(table, refused, entries))


def _without_cells(table: str, rows: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    if entries.is_empty():
        return rows.with_columns(pl.lit(None, Names).alias(UNREADABLE))
    aside = _aside(table, rows, entries)
    names = aside.group_by("row_number").agg(pl.col("column").unique().sort().cast(pl.String).alias(UNREADABLE))
    marked = rows.join(names, on="row_number", how="left", maintain_order="left")
    lost = set(aside["column"])
    cleared = {name: [name] for name in dtypes(table) if name in lost}
    for number, comparator in comparators(table).items():
        if number in lost:  # the comparator of a figure that is not there
            cleared[comparator] = [*cleared.get(comparator, []), number]
    return marked.with_columns(_unless_unreadable(name, because) for name, because in cleared.items())


def _unless_unreadable(name: str, because: list[str]) -> pl.Expr:
    is_lost = pl.any_horizontal(pl.col(UNREADABLE).list.contains(other).fill_null(value=False) for other in because)
    return pl.when(~is_lost).then(name).alias(name)


def _aside(table: str, rows: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """The cells that can't be read: one row per `row_number` and `column`; some take others with them.

    A figure can't be read without its unit, nor where its comparator can't.
    """
    direct = entries.filter(pl.col("rule") != "missing_unit").select("row_number", "column")
    takes = {comparator: [number] for number, comparator in comparators(table).items()}
    takes |= {"unit": list(NUMERIC)} if table == "labs" else {}
    taken = [
        rows.join(entries.filter(pl.col("column") == name), on="row_number", how="semi")
        .filter(pl.col(figure).is_not_null())
        .select("row_number", pl.lit(figure).alias("column"))
        for name, figures in takes.items()
        for figure in figures
    ]
    return pl.concat([direct, *taken]).unique().with_columns(pl.col("column").cast(pl.Enum(list(dtypes(table)))))


def _known_of(table: str, rows: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    columns = {"patient_id": "patient_id", "dated_on": dated_by(table)}
    columns |= {name: found for name, found in (("line", "line"), ("kind", KINDS.get(table))) if found in dtypes(table)}
    known = rows.select("row_number", *(_if_read(name, entries).alias(new) for new, name in columns.items()))
    absent = [pl.lit(None, REFUSED_ROW[name]).alias(name) for name in ("line", "kind") if name not in columns]
    return known.with_columns(absent).select("row_number", "patient_id", "dated_on", "line", "kind")


def _if_read(name: str, entries: pl.DataFrame) -> pl.Expr:
    # A code that is certainly another test's says so: no test of ours is lost with its row.
    is_unread = (pl.col("column") == name) & ~pl.col("rule").is_in(another_test())
    broken = entries.filter(is_unread)["row_number"]
    return pl.when(~pl.col("row_number").is_in(broken.implode())).then(name)
