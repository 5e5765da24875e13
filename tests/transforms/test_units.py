"""Units: reported decimals survive conversion, spellings don't matter, and nothing is guessed."""

import polars as pl
import pytest

from transforms.intake.units import (
    canonical_unit,
    factor,
    in_canonical,
    is_accepted,
    measured_analytes,
    to_canonical,
    unit_table,
)


def _labs(*rows: tuple[str | None, float | None, str | None]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema={"analyte": pl.String, "value": pl.Float64, "unit": pl.String}, orient="row")
    nothing = pl.lit(None, pl.Float64)
    return frame.with_row_index("row_number", 1).with_columns(
        pl.col("row_number").cast(pl.Int64), ref_low=nothing, ref_high=nothing
    )


# Expected figures worked by hand from the molar masses and the pairs of limits that rules/intake/units.toml cites.
@pytest.mark.parametrize(
    ("analyte", "value", "unit", "expected", "canonical"),
    [
        ("serum_m_protein", 35.0, "g/L", 3.5, "g/dL"),
        ("serum_m_protein", 7.0, "g/L", 0.7, "g/dL"),
        ("serum_m_protein", 0.0, "g/L", 0.0, "g/dL"),
        ("iga", 450.0, "mg/dL", 0.45, "g/dL"),
        ("ige", 1000.0, "IU/mL", 0.00024, "g/dL"),
        ("albumin", 34.9, "g/L", 3.49, "g/dL"),
        ("albumin", 600.0, "umol/L", 3.99, "g/dL"),
        ("urine_m_protein", 0.2, "g/24h", 200.0, "mg/24 h"),
        ("flc_kappa", 10.0, "mg/dL", 100.0, "mg/L"),
        ("beta2_microglobulin", 500.0, "nmol/L", 5.9, "mg/L"),
        ("crp", 1.2, "mg/dL", 12.0, "mg/L"),
        ("ldh", 4.0, "µkat/L", 240.0, "U/L"),
        ("calcium", 2.5, "mmol/L", 10.0, "mg/dL"),
        ("creatinine", 100.0, "µmol/L", 1.129943503, "mg/dL"),
        ("hemoglobin", 120.0, "g/L", 12.0, "g/dL"),
        ("hemoglobin", 10.0, "mmol/L", 16.129032258, "g/dL"),
        ("circulating_plasma_cells", 0.2, "10^9/L", 200.0, "/µL"),
        ("wbc", 4.5, "10^9/L", 4500.0, "/µL"),
        ("circulating_plasma_cells_percent", 5.0, "%", 5.0, "%"),
        ("creatinine_clearance", 1.0, "mL/s", 60.0, "mL/min"),
        ("creatinine_clearance", 86.4, "L/24h", 60.0, "mL/min"),
        ("egfr", 48.0, "ml/min/1.73m2", 48.0, "mL/min/1.73 m²"),
        ("troponin_t", 60.0, "ng/L", 0.06, "ng/mL"),
        ("nt_probnp", 100.0, "pmol/L", 845.7, "pg/mL"),
        ("vegf", 1.5, "ng/mL", 1500.0, "pg/mL"),
    ],
)
def test_other_units_of_a_quantity_are_converted(analyte, value, unit, expected, canonical):
    converted, refused = to_canonical(_labs((analyte, value, unit)))
    assert converted.select("value", "unit").row(0) == (expected, canonical)
    assert refused.is_empty()


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "limit"),
    [
        ("calcium", 2.75, "mmol/L", 11.0),
        ("calcium", 0.25, "mmol/L", 1.0),  # above the upper limit
        ("calcium", 2.875, "mmol/L", 11.5),
        ("calcium", 5.5, "mEq/L", 11.0),
        ("creatinine", 177.0, "µmol/L", 2.0),
        ("creatinine", 0.177, "mmol/L", 2.0),
        ("hemoglobin", 6.2, "mmol/L", 10.0),
        ("hemoglobin", 100.0, "g/L", 10.0),
        ("hemoglobin", 20.0, "g/L", 2.0),  # under the lower limit
    ],
)
def test_a_value_at_a_limit_that_is_published_in_two_units_is_at_it_in_the_other(analyte, value, unit, limit):
    converted, _ = to_canonical(_labs((analyte, value, unit)))
    assert converted["value"].item() == limit


def test_every_reported_decimal_survives_conversion():
    grams = [round(tenth / 10, 1) for tenth in range(2000)]
    converted, _ = to_canonical(_labs(*(("serum_m_protein", value, "g/L") for value in grams)))
    assert converted["value"].to_list() == [float(f"{tenth / 100:.2f}") for tenth in range(2000)]


@pytest.mark.parametrize("unit", ["x10^9/L", "×10⁹/L", "10*9/L", "10**9/l", "10e9/L", "X 10^9 / L", "G/L", "10^3/μL"])
def test_spellings_of_a_power_of_ten_are_one(unit):
    converted, refused = to_canonical(_labs(("circulating_plasma_cells", 1.0, unit)))
    assert refused.is_empty()
    assert converted["value"].item() == 1000.0


SPELLINGS = {
    "serum_m_protein": {
        1.0: ["gm/dL", "GM/DL", "g/dl", "gm%", "g/100 ml", "grams/dL", "g/(100.mL)", "g/dL{serum}", "gr/dL", "g dL-1"],
        0.1: ["g/L", "g·L⁻¹", "grams per liter", "gm/l"],
        0.001: ["mg/(100.mL)", "mg/dL."],
    },
    "urine_m_protein": {
        1.0: [
            "mg/24H",
            "mg/(24.h)",
            "mg/(24.hr)",
            "mg/24 hours",
            "mg/24hr(s)",
            "mg/24 Std",
            "mg/Tag",
            "mg/24時間",
            "mg/日",
            "mg/d",
        ],
        1000.0: ["g/(24.h)", "gm/24 hr", "grams/day"],
    },
    "ldh": {1.0: ["[IU]/L", "[iU]/L", "IU/l", "U/I", "unit/L", "IU/L 37C", "units/liter"]},
    "flc_kappa": {1.0: ["mg/l", "mcg/mL", "ug/mL", "mg/L FLC"], 10.0: ["mg/dl", "mg/(100.mL)"]},
    "hemoglobin": {1.0: ["gm/dL", "g/dL"], 1.612903226: ["mmol/l", "mmol/L(Fe)", "mmol/L{Fe}"]},
    "beta2_microglobulin": {1.0: ["mcg/mL", "μg/mL", "µg/mL", "micrograms/mL"], 0.0118: ["nmol/l"]},
    "wbc": {
        1000.0: [
            *("THOU/uL", "10*3/uL", "x10E3/uL", "10^3/ul", "K/cumm", "10*9/L", "GI/L", "×10³/μL", "K/uL", "K/mcL"),
            *("x10^3/mcl", "10*3/mm3", "10³/mm³", "Gpt/L", "/nL", "thousand/µL", "10^3 cells/uL", "x109/L", "1000/uL"),
        ],
        1.0: ["/μl", "/mcl", "cells/mm^3", "/cumm", "/uL"],
    },
    "creatinine": {0.011299435: ["umol/l", "μmol/l", "micromol/L", "mcmol/L", "umol/L{serum}"], 1.0: ["mg/dl"]},
    "egfr": {
        1.0: [
            "mL/min/{1.73_m2}",
            "mL/min/1.73m2",
            "mL/min/1.73 m²",
            "ml/min/1,73 m^2",
            "mL/min per 1.73 sqm",
            "mL/min/{1.73_m²}",
        ]
    },
    "creatinine_clearance": {1.0: ["mL/min", "ml.min-1"]},
}


@pytest.mark.parametrize("analyte", SPELLINGS)
def test_units_are_read_however_laboratories_and_ucum_write_them(analyte):
    for expected, units in SPELLINGS[analyte].items():
        converted, refused = to_canonical(_labs(*((analyte, 1.0, unit) for unit in units)))
        assert [units[number - 1] for number in refused["row_number"]] == []
        assert set(converted["value"].to_list()) == {expected}


@pytest.mark.parametrize("unit", ["µmol/L", "μmol/L", "umol/l", "Μmol / L"])
def test_both_signs_for_micro_case_and_spaces_do_not_matter(unit):
    converted, refused = to_canonical(_labs(("creatinine", 88.4, unit)))
    assert refused.is_empty()
    assert converted["value"].item() == pytest.approx(88.4 / 88.5)


def test_a_canonical_value_is_not_touched():
    converted, _ = to_canonical(_labs(("ldh", 0.1 + 0.2, "U/L")))
    assert converted["value"].item() == 0.1 + 0.2


def test_reference_limits_are_converted_with_the_value():
    labs = _labs(("albumin", 40.0, "g/L")).with_columns(ref_low=pl.lit(35.0), ref_high=pl.lit(50.0))
    converted, _ = to_canonical(labs)
    assert converted.select("value", "ref_low", "ref_high").row(0) == (4.0, 3.5, 5.0)


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (("albumin", 35.0, None), "missing_unit"),
        (("albumin", 35.0, "stone"), "unknown_unit"),
        (("urine_m_protein", 35.0, "mg/dL"), "unknown_unit"),  # a concentration is not an amount a day
        (("urine_m_protein", 35.0, "mg/vol"), "unknown_unit"),  # of what was collected, whenever
        (("serum_m_protein", 35.0, "gl/l"), "unknown_unit"),
        (("egfr", 60.0, "mL/min"), "unknown_unit"),
        (("ldh", None, "stone"), "unknown_unit"),
        (("creatinine_clearance", 60.0, "mL/min/1.73 m²"), "unknown_unit"),  # of another body
        (("circulating_plasma_cells", 3.0, "%"), "unknown_unit"),
        (("circulating_plasma_cells", 3.0, "109/L"), "unknown_unit"),  # 10⁹ or 109?
    ],
)
def test_unknown_and_missing_units_are_refused(row, rule):
    _, refused = to_canonical(_labs(row))
    assert refused.to_dicts() == [{"row_number": 1, "column": "unit", "rule": rule}]


@pytest.mark.parametrize(
    "row",
    [
        ("albumin", None, None),
        ("serum_immunofixation", None, None),
        ("serum_immunofixation", 1.0, "band"),
        ("base_excess", -2.0, "mmol/L"),
        (None, 1.0, "g/L"),
    ],
)
def test_what_needs_no_unit_is_left_alone(row):
    labs = _labs(row)
    converted, refused = to_canonical(labs)
    assert refused.is_empty()
    assert converted.equals(labs)


def test_every_analyte_has_its_canonical_unit_at_factor_one():
    table = unit_table()
    assert table.filter(factor=1.0).group_by("analyte").len().height == len(measured_analytes())
    assert table.select(pl.struct("analyte", "canonical").n_unique()).item() == len(measured_analytes())


def test_conversion_keeps_rows_and_their_order():
    labs = _labs(("ldh", 1.0, "U/L"), ("x", 2.0, None), ("albumin", 3.0, "g/L"), ("ldh", 4.0, "nkat/L"))
    assert to_canonical(labs)[0]["row_number"].to_list() == [1, 2, 3, 4]


def test_one_figure_is_put_into_the_unit_of_its_analyte():
    assert canonical_unit("albumin") == "g/dL"
    assert [is_accepted("albumin", unit) for unit in ("G / L", "stone", "U/L")] == [True, False, False]
    assert (factor("albumin", "G / L"), in_canonical("albumin", "G / L", 34.9)) == (0.1, 3.49)
    assert in_canonical("base_excess", "mmol/L", -2) == -2.0


@pytest.mark.parametrize("put", [factor, lambda analyte, unit: in_canonical(analyte, unit, 35)])
def test_a_unit_that_is_none_of_the_analytes_is_named(put):
    with pytest.raises(ValueError, match=r"^'U/L' is no unit of albumin$"):
        put("albumin", "U/L")


@pytest.mark.parametrize("unit", [None, "{ratio}"])
def test_a_quantity_that_has_no_unit_by_nature_needs_none(monkeypatch, unit):
    ratio = pl.DataFrame({"analyte": ["ratio"], "spelling": [""], "canonical": ["ratio"], "factor": [1.0]})
    table = unit_table().vstack(ratio)
    monkeypatch.setattr("transforms.intake.units.unit_table", lambda: table)
    converted, refused = to_canonical(_labs(("ratio", 1.2, unit)))
    assert refused.is_empty()
    assert converted.select("value", "unit").row(0) == (1.2, "ratio")
