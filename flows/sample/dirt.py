"""Rows that the contract refuses, or of which it sets a cell aside, of every kind, among the clean ones of an extract.

Dirt is added, never put in place of a clean row: what is left without it is the clean extract.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from flows.sample.draws import Rng, chance


@dataclass(frozen=True)
class Kind:
    """One way to spoil a copy of a clean row: write `text` into `column` (None empties it), where `needs` holds."""

    column: str
    text: str | None
    needs: pl.Expr


def _with(column: str) -> pl.Expr:
    return pl.col(column).is_not_null()


_SERUM = pl.col("analyte").is_in(["serum_m_protein", "albumin", "calcium", "creatinine", "hemoglobin"])
_DATE = {
    "patients": "diagnosis_date",
    "imaging": "performed_on",
    "treatments": "start_date",
    "assessments": "assessed_on",
    "supportive_care": "start_date",
    "findings": "observed_on",
    "adverse_events": "onset_on",
}
_CODE = {
    "patients": ("vital_status", "moved away"),
    "labs": ("result", "weak"),
    "marrow": ("specimen", "smear"),
    "mrd": ("method", "flow?"),
    "cytogenetics": ("abnormality", "del(17)"),
    "imaging": ("modality", "scintigraphy"),
    "treatments": ("phase", "second induction"),
    "assessments": ("response", "good"),
    "findings": ("finding", "headache"),
    "adverse_events": ("event", "fell ill"),
}
_OWN: dict[str, list[Kind]] = {
    "patients": [
        Kind("vital_status", None, _with("vital_status")),
        Kind("last_contact_date", "unknown", _with("patient_id")),
    ],
    "labs": [
        Kind("value", "-1.2", _SERUM),
        Kind("value", "NaN", _SERUM),
        Kind("value", "inf", _SERUM),
        Kind("value", "3,4", _SERUM),
        Kind("value", "hemolysed", _SERUM),
        Kind("unit", None, _SERUM),
        Kind("unit", "arb. units", _SERUM),
        Kind("comparator", "~", _SERUM),
        Kind("analyte", None, _with("analyte")),
        Kind("attributed_to_myeloma", "perhaps", pl.col("analyte") == "calcium"),
        Kind("ref_high", "-5", pl.col("analyte") == "ldh"),
    ],
    "marrow": [
        Kind("plasma_cell_percent", "112", _with("plasma_cell_percent")),
        Kind("plasma_cell_percent", "many", _with("plasma_cell_percent")),
        Kind("clonal_plasma_cells", "maybe", _with("clonal_plasma_cells")),
    ],
    "mrd": [Kind("result", None, _with("result")), Kind("sensitivity", "-0.00001", _with("sensitivity"))],
    "cytogenetics": [Kind("percent", "140", _with("percent")), Kind("result", None, _with("result"))],
    "imaging": [
        Kind("plasmacytoma_spd_mm2", "-40", _with("patient_id")),
        Kind("lytic_lesions", "several", _with("lytic_lesions")),
        Kind("new_bone_lesion", "1", _with("new_bone_lesion")),
    ],
    "treatments": [
        Kind("line", "first", _with("line")),
        Kind("start_date", None, _with("start_date")),
        Kind("cycles", "-4", _with("cycles")),
    ],
    "assessments": [Kind("response", None, _with("response"))],
    "supportive_care": [Kind("drug", None, _with("drug"))],
    "adverse_events": [Kind("grade", "9", _with("grade")), Kind("resolved_on", "soon", _with("resolved_on"))],
    "findings": [Kind("present", "perhaps", _with("present")), Kind("value", "-1", _with("value"))],
}


def kinds(table: str) -> list[Kind]:
    """The ways in which rows of a table are spoilt, besides repeats and unknown patients."""
    date = _DATE.get(table, "collected_on")
    found = [Kind(date, "2019-02-30", _with(date)), Kind(date, "13/05/2018", _with(date)), *_OWN[table]]
    if table in _CODE:
        column, text = _CODE[table]
        found.append(Kind(column, text, _with(column)))
    return found


def add_dirt(rng: Rng, tables: dict[str, pl.DataFrame], share: float, every_kind: bool) -> dict[str, pl.DataFrame]:
    """The tables with about `share` of spoilt rows added; with `every_kind` at least one of each kind that fits."""
    return {table: _spoil(rng, table, frame, share, every_kind) for table, frame in tables.items()}


def _spoil(rng: Rng, table: str, clean: pl.DataFrame, share: float, every_kind: bool) -> pl.DataFrame:
    makers = [*(_maker(kind) for kind in kinds(table)), _repeat]
    makers += [_repeat_patient, _missing_id] if table == "patients" else [_unknown_patient, _missing_id]
    if clean.is_empty():
        return clean
    each = share * clean.height / len(makers)
    whole = clean.with_row_index("row")
    spoilt = []
    for number, maker in enumerate(makers):
        count = int(each) + int(chance(rng, each % 1, 1)[0])
        rows = maker(rng, whole, max(count, 1) if every_kind else count)
        # a new patient's id is of no other row: what is refused with it is this row alone
        if table == "patients" and maker not in (_repeat, _repeat_patient, _missing_id):
            rows = rows.with_columns(patient_id=pl.format("{}-{}", "patient_id", pl.lit(number)))
        spoilt.append(rows)
    # a spoilt row stands anywhere behind the row it was copied from: the first of two equal ones is the clean one
    late = pl.concat(spoilt)
    place = late["row"].to_numpy() + 0.5 + np.floor(rng.random(late.height) * (clean.height - late["row"].to_numpy()))
    keyed = pl.concat([whole.with_columns(place=pl.col("row").cast(pl.Float64)), late.with_columns(place=place)])
    return keyed.with_row_index("order").sort("place", "order").select(clean.columns)


Maker = Callable[[Rng, pl.DataFrame, int], pl.DataFrame]


def _copies(rng: Rng, rows: pl.DataFrame, count: int) -> pl.DataFrame:
    if rows.is_empty():
        return rows
    return rows[np.sort(rng.choice(rows.height, min(count, rows.height), replace=False))]


def _maker(kind: Kind) -> Maker:
    def spoil(rng: Rng, rows: pl.DataFrame, count: int) -> pl.DataFrame:
        chosen = _copies(rng, rows.filter(kind.needs), count)
        return chosen.with_columns(pl.lit(kind.text, dtype=pl.String).alias(kind.column))

    return spoil


def _repeat(rng: Rng, rows: pl.DataFrame, count: int) -> pl.DataFrame:
    return _copies(rng, rows, count)


def _repeat_patient(rng: Rng, rows: pl.DataFrame, count: int) -> pl.DataFrame:
    """The same patient registered again elsewhere."""
    return _copies(rng, rows, count).with_columns(site_id=pl.lit("S09"))


def _unknown_patient(rng: Rng, rows: pl.DataFrame, count: int) -> pl.DataFrame:
    """A mistyped id; no patient has a hyphen."""
    return _copies(rng, rows, count).with_columns(patient_id="P-" + pl.col("patient_id").str.slice(1))


def _missing_id(rng: Rng, rows: pl.DataFrame, count: int) -> pl.DataFrame:
    return _copies(rng, rows, count).with_columns(patient_id=pl.lit(None, dtype=pl.String))
