"""The tables in, as contracts that pandera checks on collected frames; a bad value is found, never dropped.

A model's fields are the columns that a file of the table may have, in the contract's order; a field that is not
nullable is a required column. Null means not recorded, or recorded and not readable: then the column `unreadable`,
which comes after the contract's in every validated table, names it.
"""

from collections.abc import Sequence
from functools import cache

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from rules.audit.work_up import EXAMINATIONS, ONLY_TESTED
from rules.categories import BEST_FIRST
from transforms.intake.recorded_codes import ABNORMALITIES, DIAGNOSES, ISOTYPES
from transforms.intake.units import NUMERIC, measured_analytes

VIOLATIONS = {"row_number": pl.Int64, "column": pl.String, "rule": pl.String}
REPAIRS = {"row_number": pl.Int64, "column": pl.String, "rule": pl.String}

_FLUIDS = ("serum_immunofixation", "urine_immunofixation")
# Analytes that the criteria and the audit read; others are stored and left alone.
KNOWN_ANALYTES = (*measured_analytes(), *ONLY_TESTED, *_FLUIDS)
_SIGNS = ["positive", "negative"]
_STAGES = ["I", "II", "III"]
_FINDINGS = [
    *("ecog", "charlson", "adl", "iadl", "weight_kg", "systolic_bp", "polyneuropathy", "castleman"),
    *("sclerotic_bone_lesion", "organomegaly", "volume_overload", "endocrinopathy", "diabetes_or_thyroid_only"),
    *("skin_changes", "papilloedema", "thrombocytosis_polycythaemia", "lymphadenopathy", "hepatosplenomegaly"),
    *("hyperviscosity", "constitutional_symptoms", "amyloid_organ_damage", "al_amyloidosis"),
    *("biopsy_proven_plasmacytoma", "extramedullary_disease", "cns_involvement", "transplant_ineligible"),
    *("heavy_chain_on_immunofixation", "osteoporosis"),
    *EXAMINATIONS,
]
_LARGEST_FRACTION = 1.0
_COMPARATORS = ["<", "<=", ">", ">="]

# Names of the columns of a row whose cell held something that could not be read; null: all cells were read.
UNREADABLE = "unreadable"
# What a table's rows are about, for those of which only that is known.
KINDS = {
    "labs": "analyte",
    "mrd": "method",
    "cytogenetics": "abnormality",
    "treatments": "phase",
    "assessments": "response",
    "supportive_care": "drug",
    "findings": "finding",
    "adverse_events": "event",
}
REFUSED_ROW = {
    "patient_id": pl.String,
    "table": pl.String,
    "dated_on": pl.Date,
    "line": pl.Int32,
    "kind": pl.String,
}

# What a failed check of a model is called in the quarantine.
_RULES = {
    "not_nullable": "missing_value",
    "isin": "unknown_code",
    "impossible_value": "impossible_value",
    "not_whole_number": "not_whole_number",
    "greater_than_or_equal_to": "impossible_value",
    "less_than_or_equal_to": "impossible_value",
}


def _is_possible(data: PolarsData, at_most: float | None = None) -> pl.LazyFrame:
    """Finite and not negative. NaN has to be named: it compares greater than any bound."""
    found = pl.col(data.key)
    possible = found.is_finite() & (found >= 0)
    return data.lazyframe.select(possible if at_most is None else possible & (found <= at_most))


def _is_whole(data: PolarsData) -> pl.LazyFrame:
    found = pl.col(data.key)
    return data.lazyframe.select(~found.is_finite() | (found == found.floor()))


def _code(codes: Sequence[str], required: bool = False) -> pl.String:
    return pa.Field(isin=list(codes), nullable=not required)


class _Table(pa.DataFrameModel):
    class Config:
        strict = True
        ordered = True


class Patients(_Table):
    """One row per patient. Dates of birth and diagnosis, recorded stage, and how follow-up stands."""

    patient_id: pl.String = pa.Field()
    site_id: pl.String = pa.Field(nullable=True)
    sex: pl.String = _code(["F", "M"])
    birth_date: pl.Date = pa.Field(nullable=True)
    diagnosis_date: pl.Date = pa.Field()
    registered_on: pl.Date = pa.Field(nullable=True)
    diagnosis: pl.String = _code(DIAGNOSES)
    isotype: pl.String = _code(ISOTYPES)
    light_chain: pl.String = _code(["kappa", "lambda"])
    m_protein_in_beta: pl.Boolean = pa.Field(nullable=True)
    reported_iss: pl.String = _code(_STAGES)
    reported_r_iss: pl.String = _code(_STAGES)
    vital_status: pl.String = _code(["alive", "dead"], required=True)
    death_date: pl.Date = pa.Field(nullable=True)
    last_contact_date: pl.Date = pa.Field()
    death_cause: pl.String = _code(
        ["myeloma", "treatment", "second_primary", "infection", "cardiac", "other", "unknown"]
    )


class Labs(_Table):
    """One row per laboratory result; figures of the criteria's analytes in the canonical unit, others as reported."""

    patient_id: pl.String = pa.Field()
    collected_on: pl.Date = pa.Field()
    analyte: pl.String = pa.Field()
    value: pl.Float64 = pa.Field(nullable=True)
    comparator: pl.String = _code(_COMPARATORS)
    unit: pl.String = pa.Field(nullable=True)
    result: pl.String = _code(_SIGNS)
    ref_low: pl.Float64 = pa.Field(nullable=True)
    ref_high: pl.Float64 = pa.Field(nullable=True)
    attributed_to_myeloma: pl.Boolean = pa.Field(nullable=True)

    @pa.check(*NUMERIC, name="impossible_value")
    def _figures_are_possible(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805  pandera makes it a class method
        found = pl.col(data.key)
        # Analytes outside the contract are left alone: a base excess, say, may well be negative.
        is_ours = pl.col("analyte").is_in(KNOWN_ANALYTES).fill_null(True)
        return data.lazyframe.select(found.is_finite() & (~is_ours | (found >= 0)))


class Marrow(_Table):
    """One row per marrow examination; plasma cells in % of nucleated cells."""

    patient_id: pl.String = pa.Field()
    collected_on: pl.Date = pa.Field()
    plasma_cell_percent: pl.Float64 = pa.Field(nullable=True)
    plasma_cell_percent_comparator: pl.String = _code(_COMPARATORS)
    clonal_plasma_cells: pl.String = _code(["detected", "not_detected"])
    specimen: pl.String = _code(["aspirate", "biopsy"])

    @pa.check("plasma_cell_percent", name="impossible_value")
    def _percents_are_possible(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        return _is_possible(data, at_most=100)


class Mrd(_Table):
    """One row per test of minimal residual disease; ``sensitivity`` as a fraction of cells, 0.00001 for 10⁻⁵."""

    patient_id: pl.String = pa.Field()
    collected_on: pl.Date = pa.Field()
    method: pl.String = _code(["NGF", "NGS", "MFC", "PCR"], required=True)
    sensitivity: pl.Float64 = pa.Field(nullable=True)
    sensitivity_comparator: pl.String = _code(_COMPARATORS)
    result: pl.String = _code(_SIGNS, required=True)
    level: pl.Float64 = pa.Field(nullable=True)
    level_comparator: pl.String = _code(_COMPARATORS)
    cells_analysed: pl.Float64 = pa.Field(nullable=True)
    cells_analysed_comparator: pl.String = _code(_COMPARATORS)

    @pa.check("sensitivity", name="impossible_value")
    def _sensitivity_is_possible(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        # A sensitivity of 0 would make any negative a deep one.
        found = pl.col(data.key)
        return data.lazyframe.select(found.is_finite() & (found > 0) & (found <= _LARGEST_FRACTION))

    @pa.check("level", "cells_analysed", name="impossible_value")
    def _figures_are_possible(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        return _is_possible(data)


class Cytogenetics(_Table):
    """One row per abnormality looked for by interphase FISH (a mutation of TP53: by sequencing); ``percent`` of nuclei
    that have it.
    """

    patient_id: pl.String = pa.Field()
    collected_on: pl.Date = pa.Field()
    abnormality: pl.String = _code(ABNORMALITIES, required=True)
    result: pl.String = _code(_SIGNS, required=True)
    percent: pl.Float64 = pa.Field(nullable=True)
    percent_comparator: pl.String = _code(_COMPARATORS)

    @pa.check("percent", name="impossible_value")
    def _percents_are_possible(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        return _is_possible(data, at_most=100)


class Imaging(_Table):
    """One row per examination; lesions as counts, plasmacytomas as sum of products of diameters in mm²."""

    patient_id: pl.String = pa.Field()
    performed_on: pl.Date = pa.Field()
    modality: pl.String = _code(["xray", "ct", "mri", "pet_ct", "wbmri"])
    lytic_lesions: pl.Float64 = pa.Field(nullable=True)
    lytic_lesions_comparator: pl.String = _code(_COMPARATORS)
    focal_lesions: pl.Float64 = pa.Field(nullable=True)
    focal_lesions_comparator: pl.String = _code(_COMPARATORS)
    new_bone_lesion: pl.Boolean = pa.Field(nullable=True)
    bone_lesion_progression: pl.Boolean = pa.Field(nullable=True)
    plasmacytoma_spd_mm2: pl.Float64 = pa.Field(nullable=True)
    plasmacytoma_spd_mm2_comparator: pl.String = _code(_COMPARATORS)
    new_plasmacytoma: pl.Boolean = pa.Field(nullable=True)
    fdg_uptake: pl.String = _code(_SIGNS)

    @pa.check("lytic_lesions", "focal_lesions", "plasmacytoma_spd_mm2", name="impossible_value")
    def _figures_are_possible(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        return _is_possible(data)

    @pa.check("lytic_lesions", "focal_lesions", name="not_whole_number")
    def _counts_are_whole(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        return _is_whole(data)


class Treatments(_Table):
    """One row per phase of a line of therapy, per drug of it, or per course of radiotherapy; ``drugs`` separated by
    ``;``. ``cycles`` are the courses given, ``dose`` is of a drug's row, stem cells are CD34-positive, in 10⁶/kg."""

    patient_id: pl.String = pa.Field()
    line: pl.Int32 = pa.Field(ge=1)
    phase: pl.String = _code(
        [
            "induction",
            "autologous_transplant",
            "allogeneic_transplant",
            "consolidation",
            "maintenance",
            "salvage",
            "car_t",
            "radiotherapy",
        ]
    )
    drugs: pl.String = pa.Field(nullable=True)
    start_date: pl.Date = pa.Field()
    end_date: pl.Date = pa.Field(nullable=True)
    stop_reason: pl.String = pa.Field(nullable=True)
    cycles: pl.Float64 = pa.Field(nullable=True)
    dose: pl.Float64 = pa.Field(nullable=True)
    dose_unit: pl.String = pa.Field(nullable=True)
    stem_cells_10e6_kg: pl.Float64 = pa.Field(nullable=True)
    radiation_gy: pl.Float64 = pa.Field(nullable=True)

    @pa.check("cycles", "dose", "stem_cells_10e6_kg", "radiation_gy", name="impossible_value")
    def _figures_are_possible(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        return _is_possible(data)

    @pa.check("cycles", name="not_whole_number")
    def _counts_are_whole(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        return _is_whole(data)


class Assessments(_Table):
    """One row per response that the clinic itself recorded."""

    patient_id: pl.String = pa.Field()
    assessed_on: pl.Date = pa.Field()
    response: pl.String = _code([*BEST_FIRST], required=True)
    line: pl.Int32 = pa.Field(nullable=True, ge=1)


class SupportiveCare(_Table):
    """One row per course of supportive care."""

    patient_id: pl.String = pa.Field()
    drug: pl.String = pa.Field()
    start_date: pl.Date = pa.Field()
    end_date: pl.Date = pa.Field(nullable=True)


class Findings(_Table):
    """One row per finding looked for; ``present`` says whether it is there, ``value`` is a score or a measurement."""

    patient_id: pl.String = pa.Field()
    observed_on: pl.Date = pa.Field()
    finding: pl.String = _code(_FINDINGS, required=True)
    present: pl.Boolean = pa.Field(nullable=True)
    value: pl.Float64 = pa.Field(nullable=True)
    value_comparator: pl.String = _code(_COMPARATORS)

    @pa.check("value", name="impossible_value")
    def _figures_are_possible(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        return _is_possible(data)


class AdverseEvents(_Table):
    """One row per event: a complication of the disease or of its treatment; ``grade`` as CTCAE has it."""

    patient_id: pl.String = pa.Field()
    onset_on: pl.Date = pa.Field()
    event: pl.String = _code(
        [
            *("second_primary", "jaw_osteonecrosis", "venous_thromboembolism", "arterial_event", "zoster", "infection"),
            *("neuropathy", "skeletal_event", "hypocalcaemia", "cytopenia", "cardiac", "other"),
        ],
        required=True,
    )
    grade: pl.Int32 = pa.Field(nullable=True, ge=1, le=5)
    resolved_on: pl.Date = pa.Field(nullable=True)
    description: pl.String = pa.Field(nullable=True)


CONTRACTS: dict[str, type[pa.DataFrameModel]] = {
    "patients": Patients,
    "labs": Labs,
    "marrow": Marrow,
    "mrd": Mrd,
    "cytogenetics": Cytogenetics,
    "imaging": Imaging,
    "treatments": Treatments,
    "assessments": Assessments,
    "supportive_care": SupportiveCare,
    "findings": Findings,
    "adverse_events": AdverseEvents,
}


@cache
def _schema(table: str) -> pa.DataFrameSchema:
    return CONTRACTS[table].to_schema()


@cache
def dtypes(table: str) -> dict[str, type[pl.DataType]]:
    """The table's columns in the contract's order, with their polars types."""
    return {name: column.dtype.type.base_type() for name, column in _schema(table).columns.items()}


@cache
def required(table: str) -> tuple[str, ...]:
    """The columns that every file of the table has to have, and every row a value in."""
    return tuple(name for name, column in _schema(table).columns.items() if not column.nullable)


@cache
def stored(table: str) -> dict[str, pl.DataType | type[pl.DataType]]:
    """The columns of the table's validated rows, with their polars types: the contract's, and `unreadable`."""
    return {**dtypes(table), UNREADABLE: pl.List(pl.String)}


@cache
def comparators(table: str) -> dict[str, str]:
    """The columns of figures that may be open-ended ("<5"), and for each the one with its comparator."""
    names = dtypes(table)
    pairs = {"value": "comparator"} if table == "labs" else {name: f"{name}_comparator" for name in names}
    return {name: comparator for name, comparator in pairs.items() if comparator in names}


@cache
def dated_by(table: str) -> str:
    """The date that a row of the table is about: the first that every row has."""
    return next(name for name in required(table) if dtypes(table)[name] == pl.Date)


@cache
def codes(table: str, column: str) -> tuple[str, ...]:
    """The closed list of codes of a column; empty where any text will do."""
    checks = _schema(table).columns[column].checks
    return tuple(code for check in checks for code in check.statistics.get("allowed_values", ()))


def violations(table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """What in ``rows`` breaks the table's contract: one row per ``row_number``, ``column`` and ``rule``.

    ``rows`` has the contract's columns, typed, and ``row_number``. Raises TypeError for a lazy frame, of which
    pandera would check the schema only, and RuntimeError where the frame is not of the contract's schema or a
    check could not be run: mistakes of the program, not of the data.
    """
    if not isinstance(rows, pl.DataFrame):
        raise TypeError("contracts are checked on collected frames; collect it first")
    cases = _failure_cases(table, rows.drop("row_number"))
    if cases is None:
        return pl.DataFrame(schema=VIOLATIONS)
    if cases["index"].null_count():
        broken = cases.filter(pl.col("index").is_null()).select("column", "check").unique().sort(pl.all())
        raise RuntimeError(f"{table}: the frame can't be checked against its contract: {broken.rows()}")
    check = pl.col("check").str.extract(r"^(\w+)")
    return cases.select(
        rows["row_number"].gather(cases["index"].cast(pl.UInt32)).alias("row_number"),
        "column",
        check.replace_strict(_RULES).alias("rule"),
    ).unique()


def _failure_cases(table: str, rows: pl.DataFrame) -> pl.DataFrame | None:
    try:
        _schema(table).validate(rows, lazy=True)
    except pa.errors.SchemaErrors as errors:
        # Only columns, checks and positions are taken: the rest of the error quotes patients' values.
        return errors.failure_cases.select("column", "check", "index")
    return None
