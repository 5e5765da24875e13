"""Codes of laboratory tests: which test they are, which they are taken for and are not, and what is not known of them.

Codes and names: LOINC, OHDSI's vocabularies, CDISC's controlled terms of 2026-03, JLAC10.
"""

import re

import polars as pl
import pytest

from tests.transforms.test_parsing import LAB, _found
from transforms.intake.code_systems import CodeSystem, _system, another_test, code_system, code_systems, coded
from transforms.intake.contracts import KNOWN_ANALYTES, codes
from transforms.intake.mapping import TableMapping
from transforms.intake.parsing import refusals, validated
from transforms.intake.units import is_accepted

SAME = [
    ("loinc", "33358-3", "serum_m_protein"),
    ("loinc", "42482-0", "urine_m_protein"),
    ("loinc", "LOINC:36916-5", "flc_kappa"),
    ("loinc", "http://loinc.org|33944-0", "flc_lambda"),
    ("loinc", "25700-6", "serum_immunofixation"),
    ("loinc", "13440-3", "urine_immunofixation"),
    ("loinc", "1952-1", "beta2_microglobulin"),
    ("loinc", "30458-4", "circulating_plasma_cells"),
    ("loinc", "13047-6", "circulating_plasma_cells_percent"),
    ("loinc", "777-3", "platelets"),
    ("loinc", "26515-7", "platelets"),
    ("loinc", "6301-6", "pt_inr"),
    ("loinc", "5902-2", "prothrombin_time"),
    ("loinc", "5195-3", "hbs_antigen"),
    ("loinc", "5196-1", "hbs_antigen"),
    ("loinc", "13952-7", "hbc_antibody"),
    ("loinc", "16933-4", "hbc_antibody"),
    ("loinc", "16935-9", "hbs_antibody"),
    ("loinc", "22322-2", "hbs_antibody"),
    ("loinc", "10900-9", "hbs_antibody"),
    ("loinc", "13955-0", "hcv_antibody"),
    ("loinc", "56888-1", "hiv"),
    ("omop", "3046299", "serum_m_protein"),
    ("omop", "3024561", "albumin"),
    ("omop", "2160-0", "creatinine"),  # a LOINC code where a source value is read
    ("cdisc", "MCPROT in SERUM", "serum_m_protein"),
    ("cdisc", "mprotexr in URINE", "urine_m_protein"),
    ("cdisc", "KLCFR in SERUM OR PLASMA", "flc_kappa"),
    ("cdisc", "HGB in BLOOD", "hemoglobin"),
    ("cdisc", "GFRE", "egfr"),
    ("jlac10", "5C065-0000-023-062-01", "beta2_microglobulin"),
    ("jlac10", "3B050000002327201", "ldh"),
    ("jlac10", "5A136-0000-023-086-11", "serum_immunofixation"),
]
REFUSED = [
    ("loinc", "11050-2", "total_light_chain"),
    ("loinc", "11051-0", "total_light_chain"),
    ("loinc", "1953-9", "urine_beta2_microglobulin"),
    ("loinc", "10873-8", "urine_beta2_microglobulin"),
    ("loinc", "33944-8", "wrong_code"),
    ("loinc", "26098-4", "wrong_code"),
    ("loinc", "2345-6", "wrong_code"),  # glucose is 2345-7: a mistyped digit
    ("omop", "3019812", "total_light_chain"),
    ("omop", "33945-5", "wrong_code"),
    ("cdisc", "KAPPALC in SERUM", "total_light_chain"),
    ("cdisc", "LMBDLC", "total_light_chain"),
    ("cdisc", "KLCFR in URINE", "urine_free_light_chain"),
    ("cdisc", "B2MICG in URINE", "urine_beta2_microglobulin"),
    ("cdisc", "EGFR in SERUM", "growth_factor_receptor"),
    ("cdisc", "CREAT", "missing_specimen"),
    ("jlac10", "5C065-0000-001-062-01", "urine_beta2_microglobulin"),
]
NOT_KNOWN = [
    ("loinc", "2345-7"),  # glucose
    ("loinc", "48378-4"),  # the ratio of free light chains: worked out here
    ("loinc", "93021-4"),  # abnormal plasma cells by flow cytometry, which is not the share by morphology
    ("loinc", "MAYO123"),
    ("omop", "3004501"),
    ("cdisc", "CREAT in URINE"),
    ("cdisc", "MCPROT in URINE"),  # a concentration: no amount in a day
    ("cdisc", "GLUC in SERUM"),
    ("jlac10", "5A141-0000-023-061-53"),  # the ratio
    ("jlac10", "3C015-0000-001-271-01"),  # creatinine in urine
]


@pytest.mark.parametrize(("system", "code", "analyte"), SAME)
def test_a_code_is_its_analyte(system, code, analyte):
    assert code_system(system).meaning(code) == (analyte, None)


@pytest.mark.parametrize(("system", "code", "rule"), REFUSED)
def test_a_code_taken_for_one_of_ours_is_refused_as_what_it_is(system, code, rule):
    assert code_system(system).meaning(code) == (None, rule)


@pytest.mark.parametrize(("system", "code"), NOT_KNOWN)
def test_a_code_of_another_test_is_left_as_it_is(system, code):
    assert code_system(system).meaning(code) == (None, None)


@pytest.mark.parametrize("system", code_systems())
def test_every_entry_means_something_that_the_contract_has(system):
    found = code_system(system)
    assert set(found.tests.values()) <= set(KNOWN_ANALYTES)
    assert set(found.refused.values()) <= set(refusals())
    assert set(found.comparators.values()) <= {*codes("labs", "comparator"), ""}
    assert set(found.results.values()) <= {*codes("labs", "result"), ""}
    assert all(not unit or any(is_accepted(of, unit) for of in KNOWN_ANALYTES) for unit in found.units.values())
    assert all(is_accepted(found.tests[code], unit) for code, unit in found.fixed_units.items())
    fluids = {word.split(" in ")[1] for word in (*found.tests, *found.refused) if " in " in word}
    assert fluids <= set(found.fluids.values())


@pytest.mark.parametrize("system", code_systems())
def test_every_code_has_the_form_of_its_system(system):
    found = code_system(system)
    named = [*found.tests, *(code for code, rule in found.refused.items() if rule != "wrong_code")]
    assert [code for code in named if not re.fullmatch(found.form, code)] == []
    assert [code for code in named if found.meaning(code)[1] in ("wrong_code", "missing_specimen")] == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"analytes": {"igg": ["1"], "iga": ["1"]}}, "x: 1 has two meanings; keep one"),
        ({"analytes": {"igg": ["1"]}, "refused": {"wrong_code": ["1"]}}, "x: 1 is an analyte and refused; keep one"),
        ({"same_as": {"y": {"1": "2"}}}, "x: same_as 2, which y does not have"),
    ],
)
def test_a_table_of_codes_that_contradicts_itself_is_an_error(content, says):
    with pytest.raises(ValueError, match=says):
        _system("x", {"x": content, "y": {}})


def test_rules_by_which_it_is_another_test_are_rules_of_refusal():
    assert set(another_test()) <= set(refusals())


def _validated(system, **cells):
    return validated("labs", _found("labs", LAB | cells), TableMapping(code_system=system))


def test_a_total_chain_is_no_lost_result_of_a_free_one():
    result = _validated("loinc", analyte="11050-2")
    assert result.accepted.is_empty()
    assert result.entries.select("column", "value", "rule").rows() == [("analyte", "11050-2", "total_light_chain")]
    assert result.refused["kind"].to_list() == ["11050-2"]


def test_of_a_wrong_code_it_is_not_known_which_test_was_meant():
    assert _validated("loinc", analyte="33944-8").refused["kind"].to_list() == [None]


def test_a_figure_has_the_unit_of_its_code_only_where_the_code_leaves_one():
    share = _validated("loinc", analyte="13047-6", value="3", unit=None).accepted
    mass = _validated("loinc", analyte="33358-3", value="3", unit=None)
    assert share.select("value", "unit").rows() == [(3.0, "%")]
    assert mass.entries["rule"].to_list() == ["missing_unit"]


@pytest.mark.parametrize(
    ("code", "unit", "value", "canonical"), [("14682-9", "umol/L", "177", 2.0), ("2160-0", "umol/L", "177", 2.0)]
)
def test_the_unit_of_the_row_counts_and_not_that_its_code_is_of_mass_or_of_moles(code, unit, value, canonical):
    # OHDSI's own checks hold both units plausible for the code of mass
    accepted = _validated("loinc", analyte=code, value=value, unit=unit).accepted
    assert accepted["value"].to_list() == [canonical]


KOREAN = [
    ("value", "serum_m_protein", "1.47 이하", "value", 1.47),
    ("value", "serum_m_protein", "0.1 미만", "comparator", "<"),
    ("value", "serum_immunofixation", "양성", "result", "positive"),
    ("value", "serum_immunofixation", "음성", "result", "negative"),
    ("value", "serum_m_protein", "불검출", "value", 0.0),
    ("ref_high", "ldh", "250 이하", "ref_high", 250.0),
]


@pytest.mark.parametrize(("column", "analyte", "text", "read", "wanted"), KOREAN)
def test_words_of_results_in_korean_are_read(column, analyte, text, read, wanted):
    unit = {"ldh": "U/L", "serum_immunofixation": None}.get(analyte, "g/dL")
    found = _found("labs", LAB | {"analyte": analyte, "unit": unit, "value": "1"} | {column: text})
    assert validated("labs", found).accepted[read].to_list() == [wanted]


UCUM = [  # public ids of The Unified Code for Units of Measure
    *[("serum_m_protein", unit) for unit in ("g/dL", "g/L", "mg/dL", "mg/mL", "g%")],
    *[("urine_m_protein", unit) for unit in ("mg/(24.h)", "mg/d", "g/(24.h)", "g/d", "mg/24.h")],
    *[("flc_kappa", unit) for unit in ("mg/L", "mg/dL", "ug/mL")],
    *[("wbc", unit) for unit in ("10*3/uL", "10*9/L", "/uL", "{cells}/uL", "10*6/L", "/nL")],
    *[("ldh", unit) for unit in ("U/L", "[IU]/L", "ukat/L")],
    *[("egfr", unit) for unit in ("mL/min/{1.73_m2}", "mL/min/1.73.m2", "mL/min/1.73m2")],
    *[("creatinine", unit) for unit in ("mg/dL", "umol/L", "mmol/L")],
    *[("calcium", unit) for unit in ("mg/dL", "mmol/L", "meq/L")],
    *[("hemoglobin", unit) for unit in ("g/dL", "g/L", "mmol/L")],
    *[("nt_probnp", unit) for unit in ("pg/mL", "ng/L", "pmol/L")],
    *[("troponin_t", unit) for unit in ("ng/mL", "ng/L", "ug/L")],
    *[("ige", unit) for unit in ("k[IU]/L", "[IU]/mL", "kU/L")],
]


@pytest.mark.parametrize(("analyte", "unit"), UCUM)
def test_units_of_ucum_are_read(analyte, unit):
    assert is_accepted(analyte, unit)


def test_an_analyte_of_the_contract_stays_itself_among_codes():
    result = _validated("cdisc", analyte="serum_m_protein", value="1", unit="g/dL")
    assert result.accepted["analyte"].to_list() == ["serum_m_protein"]
    assert isinstance(result.accepted, pl.DataFrame)


def test_a_code_is_looked_up_with_its_specimen_then_alone_then_by_its_longest_beginning() -> None:
    tests = {"A in serum": "albumin", "B": "ldh", "9": "ldh", "9A12": "calcium"}
    said: dict[str, tuple[CodeSystem, dict[str, str | None]]] = {
        "specimens": (
            CodeSystem("", tests, fluids={"SER": "serum"}),
            {"A in ser": "albumin", "a in serum ": "albumin", "B": "ldh", "B in sweat": "ldh"}
            | {"A in sweat": None, "A": "missing_specimen", "C": None, "9A123": None},
        ),
        "no specimens": (CodeSystem("", tests), {"B": "ldh", "B in sweat": None, "A": "missing_specimen"}),
        "beginnings": (
            CodeSystem("", tests, prefixes=True),
            {"9A1234": "calcium", "9A123": "calcium", "9A-1 2": "calcium", "9A1": "ldh", "91": "ldh", "8": None},
        ),
        "check digits": (
            CodeSystem("", tests, check_digit=True),
            {"1009-0": None, "1009-1": "wrong_code", "2345-7": None, "2345-6": "wrong_code", "C-1": None},
        ),
    }
    for name, (system, expected) in said.items():
        assert (name, {code: next(filter(None, system.meaning(code)), None) for code in expected}) == (name, expected)


def test_a_code_that_leaves_one_unit_has_it_in_its_own_system_and_where_it_is_the_same() -> None:
    percent_of_leucocytes = "13047-6"
    assert code_system("loinc").fixed_units == {percent_of_leucocytes: "%"}
    assert code_system("omop").fixed_units[percent_of_leucocytes] == "%"
    assert set(code_system("omop").fixed_units.values()) == {"%"}


def test_a_code_system_has_what_the_table_says_and_nothing_else() -> None:
    content = {
        "full": {
            "analytes": {"ldh": ["3B-05", "3B 06"]},
            "refused": {"total_light_chain": ["11"]},
            "fluids": {"serum": ["SER"]},
            "units": {"g/L": ["G-L"]},
            "comparators": {"<": ["L"], "": ["N"]},
            "results": {"negative": ["NEG"]},
            "fixed_units": {"3B05": "U/L"},
            "form": "[0-9]+",
            "check_digit": True,
            "prefixes": True,
        },
        "empty": {},
        "double": {"units": {"g/L": ["G"], "mg/L": ["G"]}},
    }
    assert _system("empty", content) == CodeSystem("empty", {})
    assert _system("full", content) == CodeSystem(
        "full",
        tests={"3B05": "ldh", "3B06": "ldh"},
        refused={"11": "total_light_chain"},
        fluids={"SER": "serum"},
        units={"G-L": "g/L"},
        comparators={"L": "<", "N": ""},
        results={"NEG": "negative"},
        fixed_units={"3B05": "U/L"},
        form="[0-9]+",
        check_digit=True,
        prefixes=True,
    )
    with pytest.raises(ValueError, match=re.escape("codes.toml: double: G has two meanings")):
        _system("double", content)


def test_a_row_without_a_code_stays_as_it_is() -> None:
    cells = ("analyte", "unit", "value", "ref_low", "ref_high")
    text = pl.DataFrame(
        {"row_number": [1]} | {name: [None] for name in cells}, schema_overrides=dict.fromkeys(cells, pl.String)
    )
    put, refused = coded(text, "loinc", ())
    assert put.equals(text)
    assert refused.is_empty()
