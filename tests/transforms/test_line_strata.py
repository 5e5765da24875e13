"""What curves of a line are split by: only what is known on its first day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from transforms.survival import LINE_STRATA, line_strata, survival
from transforms.survival.line_strata import AFTER_RELAPSE, AT_START

START = date(2020, 1, 1)
LINES = {"patient_id": pl.String, "line": pl.Int64, "start_date": pl.Date, "progression_source": pl.String}
GIVEN = {
    **dict.fromkeys(("patient_id", "phase", "drug", "class"), pl.String),
    "line": pl.Int64,
    "start_date": pl.Date,
}
FRAILTY = {"patient_id": pl.String, "line": pl.Int64, "model": pl.String, "frailty_group": pl.String}
RELAPSE = {
    "patient_id": pl.String,
    "line": pl.Int64,
    **dict.fromkeys(("biochemical", "clinical", "aggressive"), pl.Boolean),
    "interval_group": pl.String,
}
PI = {"drug": "bortezomib", "class": "proteasome_inhibitor"}
IMID = {"drug": "lenalidomide", "class": "immunomodulatory_drug"}
CD38 = {"drug": "daratumumab", "class": "anti_cd38"}
STEROID = {"drug": "dexamethasone", "class": "steroid"}
UNNAMED: dict[str, Any] = {"drug": None, "class": None}


def strata_of(line: int = 1, **rows: list[dict[str, Any]]) -> dict[str, str]:
    """The strata of one of a patient's two lines, the second from day 100."""
    named = {"patient_id": "p", "line": 1}
    source = rows.pop("source", ["derived"])
    lines = [
        named | {"line": n, "start_date": START + timedelta(days=100 * (n - 1)), "progression_source": source[0]}
        for n in (1, 2)
    ]
    tables = {"lines": pl.DataFrame(lines, schema=LINES)}
    for name, schema in {"given_drug": GIVEN, "frailty": FRAILTY, "relapse": RELAPSE}.items():
        tables[name] = pl.DataFrame([named | row for row in rows.get(name, [])], schema=schema)
    return dict(line_strata(tables).filter(line=line).row(0, named=True))


def regimen(*drugs: dict[str, Any]) -> str:
    return strata_of(given_drug=[{"start_date": START} | drug for drug in drugs])["regimen_class"]


def test_a_regimen_is_what_the_line_began_with() -> None:
    assert regimen(PI, IMID, STEROID) == "PI + IMiD"
    assert regimen(STEROID) == "other_classes"
    assert regimen(PI, IMID | {"start_date": START + timedelta(days=1)}) == "PI"
    assert regimen(PI, IMID | {"phase": "autologous_transplant"}) == "PI"


def test_a_drug_that_is_not_known_leaves_the_regimen_open_but_not_a_class_that_it_has() -> None:
    assert regimen() == "unknown"
    assert regimen(PI, UNNAMED) == "unknown"
    assert regimen(PI, UNNAMED | {"start_date": None}) == "unknown", "one without a date may be of the first day"
    assert regimen(PI, IMID, CD38, UNNAMED) == "PI + IMiD + anti-CD38"
    found = strata_of(given_drug=[{"start_date": START} | drug for drug in (PI, UNNAMED)])
    assert (found["proteasome_inhibitor"], found["anti_cd38"]) == ("with", "unknown")
    assert strata_of(given_drug=[{"start_date": START} | PI])["anti_cd38"] == "without"


def test_frailty_is_that_of_the_line_by_each_score() -> None:
    scores = [{"model": "FRAIL.simplified", "frailty_group": "frail"}, {"model": "FRAIL.imwg", "frailty_group": None}]
    found = strata_of(frailty=scores)
    assert (found["frailty_simplified"], found["frailty_imwg"]) == ("frail", "unknown")
    assert strata_of(2, frailty=scores)["frailty_simplified"] == "unknown"


@pytest.mark.parametrize(
    ("relapse", "expected"),
    [
        (
            {"clinical": True, "biochemical": False, "aggressive": True, "interval_group": "<9"},
            "clinical aggressive <9",
        ),
        ({"clinical": False, "biochemical": True, "aggressive": False}, "biochemical slow unknown"),
        ({"clinical": None}, "unknown unknown unknown"),
    ],
)
def test_the_relapse_is_of_the_line_before(relapse: dict[str, Any], expected: str) -> None:
    found = strata_of(2, relapse=[relapse])
    assert [found[name] for name in AFTER_RELAPSE] == expected.split()
    assert {strata_of(1, relapse=[relapse])[name] for name in AFTER_RELAPSE} == {"unknown"}


def test_a_line_before_without_progression_had_none_unless_nothing_tells() -> None:
    assert strata_of(2)["relapse_kind"] == "none"
    assert strata_of(2, source=[None])["relapse_kind"] == "unknown"  # type: ignore[list-item]


def test_curves_of_lines_are_split_by_what_is_known_then_and_those_from_diagnosis_are_not() -> None:
    ids = [f"p{i}" for i in range(6)]
    times = pl.DataFrame(
        [
            {"patient_id": one, "line": line, "endpoint": endpoint, "origin": origin, "start_date": START}
            | {"days": 10 * i + 10, "event": i % 2 == 0, "progression_source": None}
            for endpoint, origin, line in [
                *(("OS", "diagnosis", None), ("OS", "line_start", 1), ("PFS", "line_start", 2)),
                ("TTD", "line_start", 1),
            ]
            for i, one in enumerate(ids)
        ],
        schema_overrides={"line": pl.Int64, "progression_source": pl.String},
    )
    patients = pl.DataFrame({"patient_id": ids, "diagnosis": ["MM"] * 6, "diagnosis_date": [START] * 6})
    strata = pl.DataFrame({"patient_id": ids, "line": [1] * 6}).with_columns(
        pl.when(pl.col("patient_id") < "p3").then(pl.lit("with")).otherwise(pl.lit("without")).alias(name)
        for name in LINE_STRATA
    )
    found, _ = survival(times, patients.select("patient_id"), patients, strata)
    split = {key: set(of["stratum_by"]) for key, of in found.group_by("endpoint", "line", "origin")}
    assert split["OS", None, "diagnosis"].isdisjoint(LINE_STRATA)
    assert split["OS", 1, "line_start"] >= {*AT_START, "iss"}
    assert split["TTD", 1, "line_start"] == {"overall", *AT_START}
    assert split["PFS", 2, "line_start"] == {"overall", *AFTER_RELAPSE}
    known = found.filter(endpoint="OS", line=1, stratum_by="anti_cd38")
    assert known.select("stratum", "n").rows() == [("with", 3), ("without", 3)]
    assert known["p_logrank"].null_count() == 0
    none_known = found.filter(endpoint="PFS", line=2, stratum_by="relapse_kind")
    assert none_known.select("stratum", "n").rows() == [("unknown", 6)]
