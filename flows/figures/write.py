"""Figures and tables to publish, from what is stored: SVG and PNG, HTML and CSV."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
from altair.utils.schemapi import debug_mode

from flows.drawing.paper import PAGE_MM, Figure, png, svg
from flows.drawing.swimmer import swimmer_chart, swimmer_says
from flows.drawing.words import ENGLISH, WATERMARK
from flows.figures.cumulative_incidence import incidence, incidence_names
from flows.figures.forest import PREFIX, forest
from flows.figures.kaplan_meier import kaplan_meier, kaplan_meier_names
from flows.figures.outcomes import read_outcomes, shared_outcomes
from flows.figures.survival_table import SURVIVAL_TABLE, survival_table
from flows.figures.table_files import Table, csv_text, html
from flows.figures.table_one import SYSTEMS, table_one, table_one_name
from transforms.disclosure import ROUNDED_TO, THRESHOLD

Outcomes = dict[str, pl.DataFrame | None]
NOTHING = "nothing to show"
SWIMMER = "swimmer"
SHARED = (
    f"Counts under {THRESHOLD}, and those from which one would follow, are hidden; other counts are rounded to the "
    f"nearest {ROUNDED_TO}. Survival at fixed months is read from the curves as drawn, whose points lie {THRESHOLD} "
    "events apart."
)


@dataclass(frozen=True)
class Made:
    """A figure or table: its name, the files written, and, where there are none, why."""

    name: str
    files: tuple[str, ...] = ()
    note: str = ""


def write_figures(database: Path, folder: Path, *, internal: bool = False) -> list[Made]:
    """Write every figure (SVG, PNG) and table (HTML, CSV) that the store's database holds into `folder`.

    What has nothing to show gives no file, an entry that says so, and loses what an earlier run wrote under its name.
    Counts, curves and numbered courses, no id of a patient; no small numbers, unless they are internal, and say so.
    The same store gives the same files. Raises FiguresError where it is of another version, OSError where the folder
    can't be written.
    """
    found = read_outcomes(database)
    found = found if internal else shared_outcomes(found)
    folder.mkdir(parents=True, exist_ok=True)
    with debug_mode(False):  # to hold every part of every chart against the library's schema takes a third of the time
        made = _figures(found, folder, internal=internal)
    return [*made, *_tables(found, folder, internal=internal)]


def _figures(found: Outcomes, folder: Path, *, internal: bool) -> list[Made]:
    survival, curves, incidences, ratios = (_rows(found, name) for name in _OUTCOMES)
    drawn: list[Figure] = kaplan_meier(survival, curves) if survival.height else []
    drawn += incidence(incidences) if incidences.height else []
    drawn += forest(ratios) if ratios.height else []
    drawn += _swimmer(_rows(found, SWIMMER))
    made = []
    for figure in drawn:
        text = svg(figure, WATERMARK if internal else "")
        made.append(_write(folder, figure.name, {"svg": text.encode(), "png": png(text)}))
    names = {entry.name for entry in made}
    known = {
        **dict.fromkeys(kaplan_meier_names(), _why(found, "survival_curve")),
        **dict.fromkeys(incidence_names(), _why(found, "cumulative_incidence")),
        SWIMMER: NOTHING,
    }
    missing = [Made(name, note=why) for name, why in known.items() if name not in names]
    if not any(name.startswith(PREFIX) for name in names):
        missing.append(Made(PREFIX, note=_why(found, "hazard_ratio")))
    _remove(folder, [entry.name for entry in missing if entry.name != PREFIX], ("svg", "png"))
    _remove(folder, [old.stem for old in folder.glob(f"{PREFIX}-*.svg") if old.stem not in names], ("svg", "png"))
    return [*made, *missing]


def _swimmer(courses: pl.DataFrame) -> list[Figure]:
    """The report's swimmer plot, a page wide, or none where there is no course."""
    if courses.is_empty():
        return []
    title, says = ENGLISH.t("chart.swimmer.title"), swimmer_says(courses, ENGLISH)
    return [Figure(SWIMMER, swimmer_chart(courses, ENGLISH), PAGE_MM, title, says)]


_OUTCOMES = ("survival", "survival_curve", "cumulative_incidence", "hazard_ratio")


def _tables(found: Outcomes, folder: Path, *, internal: bool) -> list[Made]:
    makers: dict[str, Callable[[], Table | None]] = {
        table_one_name(by): lambda by=by: table_one(_rows(found, "table_one"), by, internal=internal)  # type: ignore[misc]
        for by in SYSTEMS
    }
    makers[SURVIVAL_TABLE] = lambda: survival_table(survival) if (survival := _rows(found, "survival")).height else None
    made = []
    for name, make in makers.items():
        table = make()
        if table is None:
            _remove(folder, [name], ("html", "csv"))
            made.append(Made(name, note=NOTHING))
            continue
        # The mark before the CSV tells a spreadsheet that it is UTF-8.
        table = replace(table, notes=[*table.notes, WATERMARK if internal else SHARED])
        files = {"html": html(table).encode(), "csv": csv_text(table).encode("utf-8-sig")}
        made.append(_write(folder, name, files))
    return made


def _rows(found: Outcomes, name: str) -> pl.DataFrame:
    table = found[name]
    return pl.DataFrame() if table is None else table


def _why(found: Outcomes, name: str) -> str:
    return f"{NOTHING}: the store has no table {name}" if found[name] is None else NOTHING


def _write(folder: Path, name: str, files: dict[str, bytes]) -> Made:
    for suffix, content in files.items():
        unfinished = folder / f".{name}.{suffix}.new"
        unfinished.write_bytes(content)
        os.replace(unfinished, folder / f"{name}.{suffix}")
    return Made(name, tuple(f"{name}.{suffix}" for suffix in files))


def _remove(folder: Path, names: list[str], suffixes: tuple[str, ...]) -> None:
    for name in names:
        for suffix in suffixes:
            (folder / f"{name}.{suffix}").unlink(missing_ok=True)
