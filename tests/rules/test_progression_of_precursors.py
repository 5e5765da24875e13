"""Progression of MGUS, smouldering myeloma and plasmacytomas (section 10 of the guideline)."""

import polars as pl
import pytest

from rules.clauses.progression_of_precursors import (
    becomes_myeloma,
    has_a_solitary_plasmacytoma,
    has_biomarkers_only,
    is_a_clone,
    not_looked_for,
)
from rules.criterion import load_edition
from rules.verdict import bit, missing_column
from tests.tables import Spec, answer


@pytest.mark.criterion("SMM.progression")
def test_myeloma_leukaemia_or_amyloidosis_is_progression_and_so_is_an_event_once_there_was_a_clone(spec: Spec) -> None:
    spec(
        """
        DX.al | DX.pcl | DX.myeloma | DX.myeloma_missing | had_clone | MDE.anaemia | MDE.bone | MDE.bone_missing || progressed | missing      | why
        T | F | F |        | F | F | F |              || T |              | amyloidosis
        F | T | F |        | F | F | F |              || T |              | leukaemia
        F | F | T |        | F | T | F |              || T |              | myeloma by Table 1
        F | F |   | marrow | T | T | F |              || T |              | the clone was there: no new marrow
        F | F | F |        | T | T | F |              || T |              | even where a later one shows less
        F | F |   | marrow | F | T | F |              ||   | marrow       | no clone was ever shown
        F | F | F |        | F | T | F |              || F |              | no clone, and none now
        F | F | F |        | T | F | F |              || F |              | no event
        F | F | F |        | T | F |   | bone_imaging ||   | bone_imaging | nobody looked for one
    """,
        **{"MDE.calcium": "F", "MDE.renal": "F", "SLIM.marrow": "F", "SLIM.flc": "F", "SLIM.mri": "F"},
    )


@pytest.mark.criterion("PLASMACYTOMA.progression")
def test_a_plasmacytoma_becomes_myeloma_by_table_1_by_another_lesion_or_by_an_event_of_a_clone_in_marrow(
    spec: Spec,
) -> None:
    spec(
        """
        DX.al | DX.pcl | DX.myeloma | DX.myeloma_missing | had_clone_in_marrow | MDE.anaemia | MDE.bone | lytic_lesions | focal_lesions || progressed | missing | why
        T | F | F |        | F | F | T | 1 | 0 || T |              | amyloidosis
        F | T | F |        | F | F | T | 1 | 0 || T |              | leukaemia
        F | F | T |        | F | F | T | 1 | 0 || T |              | myeloma by Table 1
        F | F | F |        | F | F | T | 2 | 0 || T |              | a second lesion
        F | F | F |        | F | F | F | 0 | 2 || T |              | on MRI too
        F | F | F |        | F | F | T | 1 | 1 || F |              | the lesion itself
        F | F | F |        | F | F | F | 0 |   || F |              | none, as of one outside of bone; one kind of imaging is enough
        F | F | F |        | F | T | T | 1 | 0 || F |              | anaemia beside it, and no clone in marrow
        F | F | F |        | T | T | T | 1 | 0 || T |              | a marrow had shown one
        F | F |   | marrow | T | F | T | 1 | 0 || T |              | the lesion is an event of it then
        F | F | F |        | T | F | F | 0 | 0 || F |              | no event
        F | F |   | marrow | F | F | T | 1 | 0 ||   | marrow       | no marrow near the date
        F | F | F |        |   | T | T | 1 | 0 ||   | marrow       | one that could not be read
        F | F | F |        | F | F | F |   |   ||   | bone_imaging, mri | nobody looked
    """,
        **{"MDE.calcium": "F", "MDE.renal": "F", "SLIM.marrow": "F", "SLIM.flc": "F", "SLIM.mri": "F"},
    )


@pytest.mark.criterion("SLIM.progression")
def test_myeloma_by_a_biomarker_progresses_by_any_organ_damage(spec: Spec) -> None:
    spec("""
        DX.al | DX.pcl | MDE.calcium | MDE.renal | MDE.anaemia | MDE.bone | MDE.bone_missing || progressed | missing | why
        F | F | T | F | F | F |              || T |              | calcium
        F | F | F | T | F | F |              || T |              | kidneys
        F | F | F | F | T | F |              || T |              | anaemia
        F | F | F | F | F | T |              || T |              | bone
        T | F | F | F | F | F |              || T |              | amyloidosis
        F | T | F | F | F | F |              || T |              | leukaemia
        F | F | F | F | F | F |              || F |              | still biomarkers only
        F | F | F | F | F |   | bone_imaging ||   | bone_imaging | nobody looked
        F | F | F | F | T |   | bone_imaging || T |              | one is enough
    """)


def test_who_has_biomarkers_only_and_who_a_solitary_plasmacytoma() -> None:
    nothing = dict.fromkeys(("MDE.calcium", "MDE.renal", "MDE.anaemia", "MDE.bone"), False) | dict.fromkeys(
        ("SLIM.marrow", "SLIM.flc", "SLIM.mri"), False
    )
    rows = pl.DataFrame(
        [
            nothing | {"SLIM.flc": True, "recorded": "MM"},
            nothing | {"SLIM.flc": True, "recorded": "SMM", "derived": "DX.myeloma"},
            nothing | {"SLIM.flc": True, "recorded": "SMM"},
            nothing | {"SLIM.flc": True, "MDE.bone": True, "recorded": "MM"},
            nothing | {"SLIM.flc": True, "MDE.bone": None, "recorded": "MM"},
            nothing | {"SLIM.mri": None, "recorded": "MM"},
            nothing | {"SLIM.flc": True, "SLIM.mri": None, "recorded": "MM"},
            nothing | {"recorded": "MM"},
            nothing | {"recorded": "plasmacytoma"},
            nothing | {"derived": "DX.plasmacytoma_minimal_marrow"},
            nothing | {"recorded": "plasmacytoma", "derived": "DX.multiple_plasmacytoma"},
            nothing | {"recorded": "plasmacytoma", "derived": "DX.myeloma"},
            nothing,
        ],
        schema_overrides={"derived": pl.String, "MDE.bone": pl.Boolean, "SLIM.mri": pl.Boolean},
        infer_schema_length=None,
    )
    found = rows.select(only=has_biomarkers_only(), solitary=has_a_solitary_plasmacytoma())
    assert found["only"].to_list() == [True, True, False, False, None, None, True, *[False] * 6]
    assert found["solitary"].to_list() == [*[False] * 8, True, True, False, True, None]


def test_a_clone_is_shown_by_a_marrow_or_a_biopsy() -> None:
    rows = pl.DataFrame(
        {
            "clonal_plasma_cells_percent": [10.0, 9.0, 9.0, None, None],
            "clonal_plasma_cells_percent_max": [10.0, 9.0, 9.0, None, None],
            "biopsy_proven_plasmacytoma": [False, False, True, True, False],
        }
    )
    found = [truth for truth, _ in answer(is_a_clone(load_edition()["DX.myeloma"]), rows)]
    assert found == [True, False, True, True, None]


def test_nobody_looked_where_an_event_s_test_is_missing_or_the_clone_of_an_event_is() -> None:
    missing, events = ("DX.myeloma", "MDE.bone"), ("MDE.calcium", "MDE.renal", "MDE.anaemia", "MDE.bone")
    biomarkers = ("SLIM.marrow", "SLIM.flc", "SLIM.mri")
    nothing = dict.fromkeys((*events, *biomarkers, "DX.myeloma"), False) | {"had_clone": True}
    rows = pl.DataFrame(
        [
            nothing,
            nothing | {"MDE.bone": None},
            nothing | {"had_clone": None, "MDE.anaemia": True},
            nothing | {"had_clone": None},
        ],
        schema_overrides={"had_clone": pl.Boolean, "MDE.bone": pl.Boolean},
    ).with_columns(
        *(pl.lit(0, pl.Int64).alias(missing_column(name)) for name in (*events, *biomarkers) if name not in missing),
        pl.when(pl.col("MDE.bone").is_null()).then(bit("bone_imaging")).otherwise(0).alias(missing_column("MDE.bone")),
        pl.lit(0, pl.Int64).alias(missing_column("DX.myeloma")),
    )
    found = rows.select(mask=not_looked_for(becomes_myeloma()))["mask"].to_list()
    assert found == [0, bit("bone_imaging"), bit("marrow"), 0]
