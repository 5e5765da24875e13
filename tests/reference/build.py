"""Small registries written by hand: one patient, one line of shorthand per row."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from . import evaluate
from .figures import Row

SHORT = {
    "M": "serum_m_protein",
    "U": "urine_m_protein",
    "K": "flc_kappa",
    "L": "flc_lambda",
    "SIF": "serum_immunofixation",
    "UIF": "urine_immunofixation",
    "B2M": "beta2_microglobulin",
    "Ca": "calcium",
    "Alb": "albumin",
}


def day(text: str) -> date:
    return date.fromisoformat(text)


def patient(**columns: Any) -> Row:
    defaults = {
        "patient_id": "p",
        "diagnosis_date": day("2019-12-01"),
        "vital_status": "alive",
        "last_contact_date": day("2021-12-31"),
    }
    return defaults | columns


def labs(text: str) -> list[Row]:
    """Each line: a date, then `name value` pairs; a value is a figure, <x and the like, or neg / pos."""
    rows = []
    for on, *words in map(str.split, filter(str.strip, text.splitlines())):
        for name, value in zip(words[::2], words[1::2], strict=True):
            rows.append({"patient_id": "p", "collected_on": day(on), "analyte": SHORT.get(name, name)} | _value(value))
    return rows


def rows(dated: str, text: str, **columns: Any) -> list[Row]:
    """One row for each date in the text."""
    return [{"patient_id": "p", dated: day(on)} | columns for on in text.split()]


def marrow(on: str, percent: str | None, clonal: str | None = None) -> Row:
    return {
        "patient_id": "p",
        "collected_on": day(on),
        "plasma_cell_percent": None if percent is None else Decimal(percent),
        "clonal_plasma_cells": clonal,
    }


def imaging(on: str, size: str | None = None, **columns: Any) -> Row:
    figure = None if size is None else Decimal(size)
    return {"patient_id": "p", "performed_on": day(on), "plasmacytoma_spd_mm2": figure} | columns


def starts(*dates: str) -> list[Row]:
    """Lines 1, 2, ... by their start dates."""
    return [{"patient_id": "p", "line": n, "start_date": day(on)} for n, on in enumerate(dates, 1)]


def findings(on: str, **found: bool | str) -> list[Row]:
    """One row for each finding: a sign that is there or not, or a score."""
    return [
        {"patient_id": "p", "observed_on": day(on), "finding": name}
        | ({"present": value} if isinstance(value, bool) else {"value": Decimal(value)})
        for name, value in found.items()
    ]


def treated(line: int, start: str, end: str | None = None, drugs: str | None = None, phase: str | None = None) -> Row:
    last = None if end is None else day(end)
    return {
        **{"patient_id": "p", "line": line, "start_date": day(start), "end_date": last},
        **{"drugs": drugs, "phase": phase},
    }


def assessed(on: str, response: str, line: int | None = None) -> Row:
    return {"patient_id": "p", "assessed_on": day(on), "response": response, "line": line}


def lost(table: str, on: str | None = None, **columns: Any) -> Row:
    """A refused row, by what of it could be read."""
    return {"patient_id": "p", "table": table, "dated_on": day(on) if on else None} | columns


def run(
    edition: str = "jsh2023",
    who: Row | None = None,
    *,
    cutoff: str | None = None,
    records: str | None = None,
    without: Collection[str] = (),
    **tables: list[Row],
) -> dict[str, list[Row]]:
    last = day(cutoff) if cutoff else None
    return evaluate({"patients": [who or patient()], **tables}, edition, cutoff=last, records=records, without=without)


def column(out: dict[str, list[Row]], name: str, table: str = "visits") -> list[Any]:
    return [row[name] for row in out[table]]


def ends(out: dict[str, list[Row]], endpoint: str) -> list[tuple[Any, Any, Any]]:
    """(days, event, reason) of every row of one endpoint that has a line."""
    found = [row for row in out["time_to_event"] if row["endpoint"] == endpoint and row["line"] is not None]
    return [(row["days"], row["event"], row["reason"]) for row in found]


def _value(text: str) -> Row:
    if text in ("neg", "pos", "-"):
        return {"value": None, "result": {"neg": "negative", "pos": "positive", "-": None}[text]}
    number = text.lstrip("<>=")
    return {"value": Decimal(number), "comparator": text[: len(text) - len(number)] or None}
