"""The report on MASS, the high risk of 2025 and the concordance of stagings, of a store with known rows."""

from pathlib import Path

import duckdb
import pytest

from flows.report import write_report
from tests.flows.report_store import SCHEMA, filled_store
from tests.flows.test_report_guideline import cells, section

# Of the cohort's 60 patients: whose risk is what, by the number of the patient.
ROWS = """
    update staging set
        mass_3 = case when place <= 20 then '0' when place <= 40 then '1' when place <= 50 then '2+' end,
        mass_3_unknown_because = case when place > 50 then ['t(14;20)'] else [] end,
        hr_ims2025 = case when place <= 15 then false when place <= 45 then true end,
        hr_ims2025_because = case
            when place between 16 and 30 then ['tp53_mutation'] when place between 31 and 45 then ['del17p', 'del1p32']
            else [] end,
        hr_ims2025_unknown_because = case
            when place between 46 and 50 then ['tp53_mutation'] when place > 50 then ['t(14;20)', 'tp53_mutation']
            else [] end
    from (
        select patient_id, row_number() over (order by patient_id) as place
        from patients where diagnosis is distinct from 'MGUS'
    ) placed
    where placed.patient_id = staging.patient_id;
    insert into concordance values
        ('OS', 'diagnosis', null, 'same', 'iss', 60, 30, 0, 0, 0, 900, 0.6, 0.05, 0.502, 0.698, null),
        ('OS', 'diagnosis', null, 'own', 'iss', 60, 30, 0, 0, 0, 900, 0.9, 0.05, 0.802, 0.998, null),
        ('PFS', 'line_start', 1, 'same', 'hr_ims2025', 4, 0, 56, 0, 0, 0, null, null, null, null, 'no_pairs');
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = filled_store(tmp_path_factory.mktemp("risk") / "registry.duckdb")
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table older as from staging; drop table staging")
        for name in ("staging", "concordance"):
            connection.execute((SCHEMA / f"{name}.sql").read_text(encoding="utf-8"))
        connection.execute("insert into staging by name select * from older; drop table older")
        connection.execute(ROWS)
    return database


def test_the_high_risk_of_2025_stands_beside_each_staging(store: Path) -> None:
    page = section(write_report(store, store.parent, internal=True, output=store.parent / "internal.html"), "stage")
    rows = cells(page, "High risk of 2025 beside each staging")
    assert rows[0] == ["All patients", "60", "30 (50 %)", "15 (25 %)", "15 (25 %)"]
    assert rows[-5:] == [
        ["MASS"],
        ["no sign", "20", "5 (25 %)", "15 (75 %)", "0"],
        ["one sign", "20", "20 (100 %)", "0", "0"],
        ["two or more signs", "10", "5 (50 %)", "0", "5 (50 %)"],
        ["unknown", "10", "0", "0", "10 (100 %)"],
    ]
    assert [row[0] for row in rows if len(row) == 1] == ["ISS", "R-ISS", "R2-ISS", "MASS"]
    assert cells(page, "What makes the risk high") == [
        ["del(17p) in enough cells", "15", "0"],
        ["del(1p32) of both alleles, or of one with +1q", "15", "0"],
        ["TP53 mutation", "15", "15"],
    ]
    assert cells(page, "Why the risk of 2025, or MASS, is unknown") == [
        ["IMS 2025 unknown"],
        ["TP53 mutation", "15 (25 %)", "5"],
        ["FISH t(14;20)", "10 (17 %)", "0"],
        ["MASS unknown"],
        ["FISH t(14;20)", "10 (17 %)", "10"],
    ]
    assert cells(page, "How well each staging ranks the same patients") == [
        ["Overall survival from diagnosis"],
        ["ISS", "60", "30", "0.60", "0.50 to 0.70"],
        ["Progression-free survival of line 1"],
        ["Risk (IMS/IMWG 2025)", "4", "0", "–", "–"],
    ]


def test_the_page_to_share_hides_few_patients_beside_each_staging(store: Path) -> None:
    page = section(write_report(store, store.parent), "stage")
    rows = {row[0]: row for row in cells(page, "High risk of 2025 beside each staging") if len(row) > 1}
    assert rows["All patients"] == ["All patients", "60", "30 (50 %)", "15 (25 %)", "15 (25 %)"]
    assert "5" not in {cell.split(" ")[0] for cell in rows["two or more signs"][2:]}
    [_, *ranked] = cells(page, "How well each staging ranks the same patients")
    assert ranked[-1][1:3] == ["hidden", "hidden"]
