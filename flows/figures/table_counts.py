"""What table 1 counts: patients by variable, category and group, as they may be shown."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from transforms.disclosure import ROUNDED_TO, THRESHOLD, Release, Sum, Total, protect

ALL = "all"
PATIENTS = "patients"
MISSING = "\0missing"  # no code of a registry
FOUND, KNOWN = "true", "\0known"
UNKNOWN = "unknown"
Groups = dict[str, pl.DataFrame]


class Cells:
    """The counts of table 1 for each group, null where hidden."""

    def __init__(self, groups: Groups, counts: pl.DataFrame, internal: bool) -> None:
        self.groups, self.internal = groups, internal
        shown = counts if internal else _shared(counts, list(groups))
        self._counts = {(row[0], row[1]): list(row[2:]) for row in shown.rows()}
        self._exact = {(row[0], row[1]): list(row[2:]) for row in counts.rows()}

    def of(self, variable: str, category: str) -> list[int | None]:
        """One row of counts; an empty category is a small count too."""
        no_patients = [0 if self.internal else None] * len(self.groups)
        return self._counts.get((variable, category), no_patients)

    def has(self, variable: str, category: str) -> bool:
        """Whether the category has a patient."""
        return (variable, category) in self._counts

    def categories(self, variable: str) -> list[str]:
        """The codes that occur, in alphabetical order."""
        return [category for name, category in self._counts if name == variable and category not in (MISSING, KNOWN)]

    def known(self, variable: str) -> list[int]:
        """Of how many each group knows the variable; what shares are of, rounded like all counts."""
        found = [category for name, category in self._exact if name == variable and category != MISSING]
        totals = [
            sum(self._exact[variable, category][place] for category in found) for place in range(len(self.groups))
        ]
        return totals if self.internal else [(n + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO for n in totals]

    def are_many(self, n: int) -> bool:
        """Whether a figure of so many patients may be shown."""
        return self.internal or n >= THRESHOLD


def counted(groups: Groups, columns: Sequence[str]) -> pl.DataFrame:
    """Columns variable, category and one per group; the categories of a variable add up to the group."""
    frames = [
        pl.DataFrame({"variable": PATIENTS, "category": PATIENTS, **{g: [rows.height] for g, rows in groups.items()}})
    ]
    frames += [_of_variable(groups, column) for column in columns]
    return pl.concat(frames)


def _of_variable(groups: Groups, column: str) -> pl.DataFrame:
    counts = {name: _categories(rows[column]) for name, rows in groups.items()}
    found = sorted(counts[ALL])
    table = {name: [of_group.get(category, 0) for category in found] for name, of_group in counts.items()}
    schema = {"variable": pl.String, "category": pl.String, **dict.fromkeys(groups, pl.Int64)}
    return pl.DataFrame({"variable": [column] * len(found), "category": found, **table}, schema=schema)


def _categories(values: pl.Series) -> dict[str, int]:
    """How many there are of each; of a quantity how many are known."""
    if values.dtype.is_numeric():
        named = pl.select(pl.when(values.is_not_null()).then(pl.lit(KNOWN))).to_series()
    else:
        named = values.cast(pl.String).replace(UNKNOWN, None)
    return dict(named.fill_null(MISSING).alias("category").value_counts().rows())


def _shared(counts: pl.DataFrame, groups: list[str]) -> pl.DataFrame:
    """The counts as the rule shows them, and none of a group whose size it hides: they would add up to it."""
    shown = protect(counts, _release(groups))
    sizes = shown.filter(variable=PATIENTS).row(0, named=True)
    hidden = [group for group in groups if sizes[group] is None]
    return shown.with_columns(pl.lit(None, pl.Int64).alias(group) for group in hidden)


def _release(groups: list[str]) -> Release:
    stages = tuple(group for group in groups if group != ALL)
    return Release(
        counts=tuple(groups),
        totals=(Total(ALL, stages),),
        sums=tuple(Sum(group, ("category",), ("variable",)) for group in groups),
    )
