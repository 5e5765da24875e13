"""Values near a date, what Table 1 makes of them on it, and where that and the recorded diagnosis disagree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from rules.criterion import Edition, load_edition
from tests.reference.build import SHORT
from transforms.diagnosis import CLAUSES, diagnosis, judged_at
from transforms.intake.contracts import CONTRACTS, REFUSED_ROW, stored
from transforms.lines import lines

DAY = date(2020, 6, 15)
Row = dict[str, Any]
NEW = {"new": "new_bone_lesion", "another": "new_plasmacytoma"}
MODALITIES = {"xray", "ct", "pet_ct", "mri", "wbmri"}


def near(text: str, **patient: Any) -> dict[str, list[Row]]:
    """A patient's rows from `name value` pairs; `name@n` is n days after 2020-06-15.

    A modality has its lesions (lytic, of an MRI focal), `marrow` plasma cells in per cent (`n-` not clonal), a finding
    + or - or a figure; the rest are analytes (`1/0.5:2` with a lower and an upper limit, + due to the tumour, ! not).
    """
    tables: dict[str, list[Row]] = {name: [] for name in CONTRACTS}
    follow_up = {"diagnosis_date": DAY, "vital_status": "alive", "last_contact_date": DAY}
    tables["patients"].append({"patient_id": "p", **follow_up, **patient})
    words = text.split()
    for word, value in zip(words[::2], words[1::2], strict=True):
        name, _, days = word.partition("@")
        table, dated, row = _row(name, value)
        tables[table].append({"patient_id": "p", dated: DAY + timedelta(days=int(days or 0)), **row})
    return tables


def _row(name: str, value: str) -> tuple[str, str, Row]:
    if name in MODALITIES or name == "imaging":
        modality = {"modality": None if name == "imaging" else name}
        if value in NEW:
            return "imaging", "performed_on", modality | {NEW[value]: True}
        return "imaging", "performed_on", modality | {f"{'focal' if 'mri' in name else 'lytic'}_lesions": float(value)}
    if name == "marrow":
        clonal = {"+": "detected", "-": "not_detected"}.get(value[-1])
        percent = value.rstrip("+-")
        return (
            "marrow",
            "collected_on",
            {"plasma_cell_percent": float(percent) if percent else None, "clonal_plasma_cells": clonal},
        )
    if value in ("+", "-", "?"):
        return "findings", "observed_on", {"finding": name, "present": {"+": True, "-": False}.get(value)}
    if name == "weight_kg":
        return "findings", "observed_on", {"finding": name, "value": float(value)}
    return "labs", "collected_on", {"analyte": SHORT.get(name, name)} | _lab(value)


def _lab(value: str) -> Row:
    if value in ("pos", "neg"):
        return {"result": {"pos": "positive", "neg": "negative"}[value]}
    attributed = {"+": True, "!": False}.get(value[-1])
    figure, _, limits = value.rstrip("+!").partition("/")
    low, _, high = limits.partition(":")
    comparator = figure[0] if figure[0] in "<>" else None
    references = {"ref_low": float(low) if low else None, "ref_high": float(high) if high else None}
    return {
        "value": float(figure.lstrip("<>")),
        "comparator": comparator,
        "attributed_to_myeloma": attributed,
    } | references


def lazy(tables: dict[str, list[Row]]) -> dict[str, pl.LazyFrame]:
    schemas = {name: stored(name) for name in CONTRACTS} | {"refused_row": REFUSED_ROW}
    return {
        name: pl.LazyFrame({c: [row.get(c) for row in tables.get(name, [])] for c in schema}, schema=schema)
        for name, schema in schemas.items()
    }


def at(text: str, *, days: int = 0, edition: Edition | None = None, **patient: Any) -> Row:
    """The patient's judged row so many days after 2020-06-15."""
    about = pl.LazyFrame({"patient_id": ["p"], "on_date": [DAY + timedelta(days=days)]})
    return judged_at(about, lazy(near(text, **patient)), edition or load_edition()).collect().row(0, named=True)


def together(made: Iterable[dict[str, list[Row]]]) -> tuple[list[str], dict[str, list[Row]]]:
    """The names and the rows of one patient each, in one registry: judging many costs what judging one does."""
    several = {f"p{number:03}": tables for number, tables in enumerate(made)}
    whole: dict[str, list[Row]] = {}
    for name, tables in several.items():
        for table, rows in tables.items():
            whole.setdefault(table, []).extend(row | {"patient_id": name} for row in rows)
    return list(several), whole


def each(column: str, texts: Iterable[str], **patient: Any) -> dict[str, Any]:
    """What a column says on 2020-06-15 of a patient of each text."""
    asked = list(texts)
    names, tables = together(near(text, **patient) for text in asked)
    about = pl.LazyFrame({"patient_id": names, "on_date": [DAY] * len(names)})
    found = judged_at(about, lazy(tables), load_edition()).select("patient_id", column).collect()
    of = dict(found.rows())
    return {text: of[name] for text, name in zip(asked, names, strict=True)}


def with_line(text: str, **patient: Any) -> dict[str, list[Row]]:
    """A patient's rows; `treated` is how many days after 2020-06-15 the first line starts."""
    treated = patient.pop("treated", None)
    tables = near(text, **patient)
    if treated is not None:
        start = {"start_date": DAY + timedelta(days=treated)}
        tables["treatments"].append({"patient_id": "p", "line": 1, **start})
    return tables


def told(text: str, **patient: Any) -> dict[str, list[Row]]:
    """The three tables, as rows."""
    return told_each([with_line(text, **patient)])[0]


def told_each(made: Iterable[dict[str, list[Row]]]) -> list[dict[str, list[Row]]]:
    """The three tables of each, as rows."""
    names, tables = together(made)
    frames = diagnosis(lazy(tables), lines(lazy(tables)["treatments"]), load_edition())
    return [
        {
            table: frame.filter(patient_id=name).with_columns(patient_id=pl.lit("p")).to_dicts()
            for table, frame in frames.items()
        }
        for name in names
    ]


def test_the_nearest_value_of_the_laboratory_within_30_days_counts() -> None:
    expected = {
        "Ca@30 9": 9,  # 30 days after
        "Ca@31 9": None,
        "Ca@-30 9": 9,
        "Ca@-31 9": None,
        "Ca@-5 8 Ca@4 9": 9,  # the nearest
        "Ca@5 12 Ca@-5 9": 9,  # of two equally near the earlier
        "Ca 9 Ca 12": 12,  # of two on one date the higher
    }
    assert each("calcium_mg_dl", expected) == expected


def test_marrow_imaging_and_findings_count_within_60_days() -> None:
    for column, expected in {
        "clonal_plasma_cells_percent": {"marrow@60 30": 30, "marrow@61 30": None},
        "lytic_lesions": {"ct@-60 2": 2, "ct@-61 2": None},
        "polyneuropathy": {"polyneuropathy@60 +": True, "polyneuropathy@61 +": None},
    }.items():
        assert each(column, expected) == expected


def test_the_windows_can_be_set() -> None:
    narrow = load_edition(settings={"DX": {"labs_window_days": 3, "findings_window_days": 5}})
    found = at("Ca@4 9 creatinine@3 1 marrow@6 30 mri@5 1", edition=narrow)
    values = ("calcium_mg_dl", "creatinine_mg_dl", "clonal_plasma_cells_percent", "focal_lesions")
    assert [found[name] for name in values] == [None, 1, None, 1]


def test_plasma_cells_are_clonal_unless_the_row_says_that_they_are_not() -> None:
    expected = {
        "marrow 30": 30,
        "marrow 30+": 30,
        "marrow 3-": 0,  # not clonal
        "marrow -": 0,  # not clonal, without a figure
        "marrow 8- marrow 5": 5,  # on one date the higher
    }
    for bound in ("clonal_plasma_cells_percent", "clonal_plasma_cells_percent_max"):
        assert each(bound, expected) == expected, bound


def test_clonal_cells_without_a_figure_are_some() -> None:
    assert at("marrow + biopsy_proven_plasmacytoma +")["DX.plasmacytoma"] is False
    assert at("marrow +")["SLIM.marrow"] is None


def test_lesions_are_the_most_that_the_nearest_of_each_kind_shows() -> None:
    expected = {  # lytic and focal lesions, and whether there is a bone lesion
        "xray 0 ct@20 3": (3, None, True),  # the nearest of each kind, and of these the most
        "ct 0 ct@20 3": (0, None, False),
        "ct@20 3 ct 0 pet_ct 1": (1, None, True),
        "mri 2 wbmri@3 4": (None, 4, None),
        "mri 2 ct 0": (0, 2, False),
        "imaging 2": (2, None, True),
        "ct new": (1, None, True),  # a new lesion that no one counted
        "mri new": (None, None, None),
        "": (None, None, None),
    }
    columns = [each(column, expected) for column in ("lytic_lesions", "focal_lesions", "MDE.bone")]
    assert {text: tuple(column[text] for column in columns) for text in expected} == expected


def test_the_number_of_lesions_is_unknown_after_a_new_one() -> None:
    assert at("ct new marrow 5 biopsy_proven_plasmacytoma + hemoglobin 9")["DX.myeloma"] is None


def test_m_protein_is_read_as_at_visits() -> None:
    in_beta = {"SIF pos iga 4 M 2": (4, None), "SIF neg iga 4": (0, None)}  # V.iga
    elsewhere = {
        "SIF neg UIF neg": (0, 0),  # V.n1
        "SIF pos M 2 U 30": (2, 30),
        "SIF neg M 0.1": (0.1, None),
        "SIF pos iga 4 M 2": (2, None),
        "M <0.1 U <50": (0, 0),  # C.comparator
    }
    for expected, patient in ((in_beta, {"m_protein_in_beta": True}), (elsewhere, {})):
        serum, urine = (each(column, expected, **patient) for column in ("serum_m_g_dl", "urine_m_mg_24h"))
        assert {text: (serum[text], urine[text]) for text in expected} == expected


def test_a_negative_immunofixation_is_a_value_of_its_date() -> None:
    expected = {
        "serum_immunofixation neg M@30 2.1": 0,  # a value of its date
        "serum_immunofixation neg M@4 2.1": 0,
        "serum_immunofixation neg M@3 2.1": 2.1,  # measured beside it
        "serum_immunofixation@5 neg M@-4 2.1": 2.1,  # the figure is nearer
        "serum_immunofixation@-3 neg M@4 2.1": 0,
        "serum_immunofixation pos M@30 2.1": 2.1,
    }
    assert each("serum_m_g_dl", expected) == expected


def test_iga_is_none_only_beside_a_negative_immunofixation() -> None:
    expected = {
        "iga 3.0 serum_immunofixation@3 neg": 0,  # what is left is polyclonal
        "iga 3.0 serum_immunofixation@4 neg": 3,
        "iga 3.0 serum_immunofixation@-2 neg serum_immunofixation@2 pos": 3,  # the last of those beside it
        "iga@-20 3.0 iga@21 5.0 serum_immunofixation@21 neg": 3,
    }
    assert each("serum_m_g_dl", expected, m_protein_in_beta=True) == expected


def test_what_comes_after_treatment_began_is_beside_no_immunofixation_before_it() -> None:
    text = "marrow 5+ serum_immunofixation@9 neg M@11 3.5"
    verdicts = {treated: told(text, treated=treated, isotype="IgG")["diagnosis"][0] for treated in (10, 11)}
    assert "DX.mgus" in verdicts[10]["possible"]  # none detectable
    assert "DX.mgus" in verdicts[11]["clauses_against"]  # 3.5 g/dL


def test_of_two_equal_figures_that_counts_which_makes_an_event() -> None:
    assert at("creatinine 2.1! creatinine 2.1")["MDE.renal"] is True
    assert at("creatinine 2.1! creatinine 2.2")["MDE.renal"] is True
    assert at("creatinine 2.2! creatinine 2.1")["MDE.renal"] is False
    assert at("Ca 10.9/:10.5 Ca 10.9/:9.8")["MDE.calcium"] is True


@pytest.mark.parametrize(
    ("percent", "comparator", "below_ten", "many"),
    [(10, "<", True, False), (10, "<=", None, False), (9, ">", None, None), (60, ">=", False, True)],
)
def test_marrow_decides_what_its_comparator_does(
    percent: float, comparator: str, below_ten: bool | None, many: bool | None
) -> None:
    tables = near("M 1.0")
    row = {"patient_id": "p", "collected_on": DAY, "plasma_cell_percent": percent}
    tables["marrow"].append(row | {"plasma_cell_percent_comparator": comparator})
    tables["patients"][0]["isotype"] = "IgG"
    [found] = told_each([tables])[0]["diagnosis"]
    for clause, truth in (("SLIM.marrow", many), ("DX.mgus", False if below_ten is False else None)):
        told_of = {True: "clauses_for", False: "clauses_against"}.get(truth)  # type: ignore[arg-type]
        assert [name for name in ("clauses_for", "clauses_against") if clause in found[name]] == (
            [told_of] if told_of else []
        )


def test_lesions_are_whole_ones() -> None:
    expected = {("0", ">"): True, ("2", "<"): None, ("1", "<"): False, ("1", ">="): True, ("0", "<="): False}
    made = []
    for count, comparator in expected:
        tables = near(f"ct {count}")
        tables["imaging"][0]["lytic_lesions_comparator"] = comparator
        made.append(tables)
    evidence = [tables["diagnosis_evidence"][0]["MDE.bone"] for tables in told_each(made)]
    assert dict(zip(expected, evidence, strict=True)) == expected


def test_a_weight_above_60_kg_may_be_any_such() -> None:
    man = {"birth_date": date(1960, 6, 16), "sex": "M"}
    for weight, renal in (("60", True), ("80", False)):
        tables = near("creatinine 1.9", **man)
        row = {"patient_id": "p", "observed_on": DAY, "finding": "weight_kg", "value": float(weight)}
        tables["findings"].append(row)
        about = pl.LazyFrame({"patient_id": ["p"], "on_date": [DAY]})
        assert judged_at(about, lazy(tables), load_edition()).collect()["MDE.renal"].item() is renal
        tables["findings"][0]["value_comparator"] = ">"
        assert judged_at(about, lazy(tables), load_edition()).collect()["MDE.renal"].item() is (renal and None)


def test_a_clearance_is_estimated_at_the_age_on_the_date() -> None:
    man = {"birth_date": date(1960, 6, 16), "sex": "M"}
    # 59 completed years the day before the birthday: 81 x 72 / (72 x 2)
    found = at("creatinine 2.0 weight_kg 72", **man)
    assert (found["age_years"], found["estimated_clearance_ml_min"], found["MDE.renal"]) == (59, 40.5, False)
    assert at("creatinine 2.0 weight_kg 72", days=365, **man)["age_years"] == 60
    assert at("creatinine 2.0 weight_kg 72 creatinine_clearance 39", **man)["MDE.renal"] is True


def test_circulating_cells_are_completed_from_share_and_leucocytes() -> None:
    expected = {
        "circulating_plasma_cells 3000 wbc 10000": True,  # 30 % by the two counts
        "circulating_plasma_cells_percent 30 wbc 10000": True,  # 3,000 by share and leucocytes
        "circulating_plasma_cells_percent 20 wbc 10000": False,  # 2,000 is not above
        "circulating_plasma_cells 3000": None,
    }
    assert each("DX.pcl", expected) == expected


def test_a_run_may_call_5_percent_plasma_cell_leukaemia() -> None:
    text = "circulating_plasma_cells 2500 circulating_plasma_cells_percent 5"
    assert at(text)["DX.pcl"] is False
    assert at(text, edition=load_edition(settings={"DX.pcl": {"at_least_percent": 5.0}}))["DX.pcl"] is True


def test_a_sign_without_yes_or_no_is_unknown() -> None:
    found = at("castleman ? polyneuropathy - organomegaly + organomegaly -")
    assert (found["castleman"], found["polyneuropathy"], found["organomegaly"]) == (None, False, True)


def test_the_same_patient_is_judged_on_each_date_by_what_is_near_it() -> None:
    tables = lazy(near("hemoglobin 12/11:15 hemoglobin@200 9 marrow 20 marrow@200 20"))
    dates = [DAY, DAY + timedelta(days=100), DAY + timedelta(days=200)]
    about = pl.LazyFrame({"patient_id": ["p"] * 4, "on_date": [*dates, DAY], "why": ["a", "b", "c", "a again"]})
    found = judged_at(about, tables, load_edition()).collect().sort("on_date")
    assert found["on_date"].to_list() == dates
    assert found["MDE.anaemia"].to_list() == [False, None, True]
    assert found["DX.myeloma"].to_list() == [None, None, True]


# What a work-up finds of somebody without an event; a word of a test replaces these.
COMPLETE = {
    **{"M": "2", "U": "0", "K": "15", "L": "12", "Ca": "9.4/8.7:10.1", "creatinine": "0.8", "hemoglobin": "13.5/12:"},
    **{"circulating_plasma_cells": "0", "marrow": "20", "pet_ct": "0", "wbmri": "0", "weight_kg": "60"},
    **{"al_amyloidosis": "-", "amyloid_organ_damage": "-", "polyneuropathy": "-", "biopsy_proven_plasmacytoma": "-"},
}
IGG = {"isotype": "IgG", "light_chain": "kappa", "sex": "M", "birth_date": date(1958, 6, 15)}


def complete(other: str = "", **patient: Any) -> dict[str, list[Row]]:
    words = other.split()
    cells = COMPLETE | dict(zip(words[::2], words[1::2], strict=True))
    return with_line(" ".join(f"{name} {value}" for name, value in cells.items()), **IGG | patient)


def test_what_is_not_due_to_the_tumour_is_no_event() -> None:
    expected = {
        "creatinine 2.4": ("DX.myeloma", ["MDE.renal"]),
        "creatinine 2.4!": ("DX.smouldering", []),
        "creatinine 2.4! marrow 4 M 1": ("DX.mgus", []),
        "creatinine >2.0": ("DX.myeloma", ["MDE.renal"]),
        "creatinine 2.0 weight_kg 80": ("DX.smouldering", []),  # 61 years: 43.9 mL/min
        "creatinine 2.4+": ("DX.myeloma", []),
        "creatinine_clearance 39!": ("DX.smouldering", []),
        "hemoglobin 9.4/12:!": ("DX.smouldering", []),
        "Ca 12/8.7:10.1!": ("DX.smouldering", []),
        "hemoglobin 9.4": ("DX.myeloma", ["MDE.anaemia"]),
    }
    found = [
        (out["diagnosis"][0]["derived"], out["diagnosis_evidence"][0]["events_unattributed"])
        for out in told_each(map(complete, expected))
    ]
    assert dict(zip(expected, found, strict=True)) == expected


def test_nothing_after_the_first_line_began_counts_at_diagnosis() -> None:
    # haemoglobin 12.8 eleven days before the diagnosis, 9.3 eight days after it and seven after treatment began
    found = "hemoglobin@-11 12.8/12: hemoglobin@8 9.3/12: marrow@-11 20 marrow@9 60"
    assert told(found)["diagnosis_evidence"][0]["MDE.anaemia"] is True
    [row] = told(found, treated=1)["diagnosis_evidence"]
    assert (row["hemoglobin_g_dl"], row["MDE.anaemia"]) == (12.8, False)
    assert row["clonal_plasma_cells_percent"] == 20
    on_the_day = told("hemoglobin@1 9.3", treated=1)["diagnosis_evidence"][0]
    assert on_the_day["hemoglobin_g_dl"] == 9.3


PROVEN = "biopsy_proven_plasmacytoma + marrow 2- M 0.3"


def test_a_plasmacytoma_with_another_lesion_is_not_solitary() -> None:
    expected = {
        "pet_ct 1": ("DX.plasmacytoma", None),
        "pet_ct 1 extramedullary_disease -": ("DX.plasmacytoma", "bone"),
        "extramedullary_disease +": ("DX.plasmacytoma", "soft_tissue"),
        "extramedullary_disease + pet_ct 1": ("DX.multiple_plasmacytoma", "soft_tissue"),
        "extramedullary_disease + ct@1 another": ("DX.multiple_plasmacytoma", "soft_tissue"),
        "ct@1 another": ("DX.multiple_plasmacytoma", None),
        "ct@61 another": ("DX.plasmacytoma", None),
        "pet_ct 1 marrow 2": ("DX.plasmacytoma_minimal_marrow", None),
    }
    outs = told_each(complete(f"{PROVEN} {other}", diagnosis="plasmacytoma") for other in expected)
    found = [(out["diagnosis"][0]["derived"], out["diagnosis_evidence"][0]["plasmacytoma_site"]) for out in outs]
    assert dict(zip(expected, found, strict=True)) == expected
    assert [out["diagnosis_disagreement"] for out in outs] == [[]] * len(outs)


POEMS = "polyneuropathy + vegf 3200/:500"


def test_poems_shows_its_clone_on_immunofixation_and_enlarges_liver_or_nodes() -> None:
    expected = {
        "M 0 marrow 2- serum_immunofixation pos organomegaly + skin_changes +": "DX.poems",
        "M 0 marrow 2- serum_immunofixation neg urine_immunofixation neg organomegaly +": "DX.mgus",
        "M 0.6 marrow 4 hepatosplenomegaly + organomegaly -": "DX.poems",
        "M 0.6 marrow 4 lymphadenopathy +": "DX.poems",
    }
    outs = told_each(complete(f"{POEMS} {other}", isotype="IgA", light_chain="lambda") for other in expected)
    assert dict(zip(expected, [out["diagnosis"][0]["derived"] for out in outs], strict=True)) == expected


def test_a_patient_without_any_row_is_unknown_and_the_tests_are_named() -> None:
    [row] = told("")["diagnosis"]
    assert (row["derived"], row["clauses_for"], row["clauses_against"]) == (None, [], [])
    assert len(row["possible"]) == 11
    assert {"marrow", "calcium", "al_amyloidosis", "circulating_plasma_cells"} <= set(row["unknown_because"])


def test_the_first_that_holds_is_derived_and_what_speaks_for_and_against_is_listed() -> None:
    text = "marrow 30 hemoglobin 9 ct 0 circulating_plasma_cells 3000 circulating_plasma_cells_percent 30"
    [row] = told(text, diagnosis="MM")["diagnosis"]
    assert (row["derived"], row["recorded"], row["diagnosis_date"]) == ("DX.pcl", "MM", DAY)
    assert row["clauses_for"] == ["DX.myeloma", "DX.pcl", "MDE.anaemia"]
    assert {"MDE.bone", "SLIM.marrow", "DX.mgus", "DX.smouldering"} <= set(row["clauses_against"])
    assert row["possible"] == ["DX.al", "DX.poems"]
    assert row["unknown_because"][:2] == ["al_amyloidosis", "polyneuropathy"]
    [evidence] = told(text, diagnosis="MM")["diagnosis_evidence"]
    assert (evidence["hemoglobin_g_dl"], evidence["MDE.anaemia"], evidence["SLIM.flc"]) == (9, True, None)
    assert set(CLAUSES) <= set(evidence)


MGUS = ("DX.mgus", "DX.mgus_igm", "DX.mgus_light_chain")
NOTHING_WRONG = (
    "Ca 9/8:10.5 creatinine 1 creatinine_clearance 90 hemoglobin 13/12:16 ct 0 mri 0 K 15 L 12"
    " amyloid_organ_damage - al_amyloidosis -"
)


def test_a_recorded_diagnosis_is_contradicted_by_its_own_clauses() -> None:
    expected = {
        ("M 2 marrow 5", "MGUS"): [],  # they agree
        ("M 2 marrow 5", "MM"): [("DX.mgus", "DX.myeloma")],  # no clone of 10 %, nothing proven
        ("M 2 marrow 15", "MGUS"): [("DX.smouldering", clause) for clause in MGUS],  # too many cells
        ("M 2 marrow 15", "SMM"): [],
        ("M 2 marrow 5", None): [],  # nothing recorded
        ("M 2 marrow 15 al_amyloidosis +", "SMM"): [("DX.al", "DX.smouldering")],
        ("M 2", "SMM"): [],  # the marrow would tell
        ("M 2 marrow 65", "SMM"): [("DX.myeloma", "DX.smouldering")],  # a biomarker
    }
    text = f"{NOTHING_WRONG} U 10 biopsy_proven_plasmacytoma - "
    outs = told_each(with_line(text + own, diagnosis=recorded, isotype="IgG") for own, recorded in expected)
    rows = [out["diagnosis_disagreement"] for out in outs]
    found = [[(row["derived"], row["clause"]) for row in of] for of in rows]
    assert dict(zip(expected, found, strict=True)) == expected
    assert all({row["recorded"] for row in of} <= {key[1]} for of, key in zip(rows, expected, strict=True))


def test_a_diagnosis_that_holds_is_contradicted_by_one_that_comes_first() -> None:
    text = "marrow 30 hemoglobin 9 circulating_plasma_cells 3000 circulating_plasma_cells_percent 30"
    assert told(text, diagnosis="MM")["diagnosis_disagreement"] == [
        {"patient_id": "p", "recorded": "MM", "derived": "DX.pcl", "clause": "DX.pcl"}
    ]


def test_one_that_holds_but_comes_later_contradicts_nothing_that_may_still_hold() -> None:
    # a smouldering myeloma by its urine may still be there
    found = told(f"{NOTHING_WRONG} M 2 marrow 5", diagnosis="SMM", isotype="IgG")
    assert found["diagnosis"][0]["derived"] == "DX.mgus"
    assert found["diagnosis_disagreement"] == []


def test_without_any_patient_there_are_no_rows() -> None:
    tables = lazy({name: [] for name in CONTRACTS})
    assert {
        name: frame.height for name, frame in diagnosis(tables, lines(tables["treatments"]), load_edition()).items()
    } == dict.fromkeys(("diagnosis", "diagnosis_evidence", "diagnosis_disagreement"), 0)
