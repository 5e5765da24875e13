"""A draft of registry.toml knows adverse events, causes of death, and how much of a treatment was given."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from flows.cli import main

FILES = {
    "patients.csv": """
        Patient No,Date of diagnosis,Status,Last contact,Date of death,死因
        1,2019-01-02,alive,2022-01-01,,
        2,2019-01-03,dead,2021-05-01,2021-05-01,敗血症
        3,2019-01-03,dead,2021-05-02,2021-05-02,Multiple myeloma
    """,
    "toxicity.csv": """
        Patient No,Adverse event,Onset date,CTCAE grade,Resolved
        1,DVT,2020-01-01,3,2020-02-01
        2,Herpes zoster,2020-03-01,2,
    """,
    "labs.csv": """
        Patient No,Test,Collected,Result,Unit
        1,HBsAg,2019-01-05,negative,
        1,HBc抗体,2019-01-05,negative,
        1,NT-proBNP,2019-01-05,410,pg/mL
        2,Platelet count,2019-01-05,180,10^9/L
        2,VEGF,2019-01-05,900,pg/mL
    """,
    "status.csv": """
        Patient No,Finding,Observed,Present
        1,ECG,2019-01-05,yes
        2,心エコー,2019-01-05,yes
        2,Castleman disease,2019-01-05,no
    """,
    "therapy.csv": """
        Patient No,Line of therapy,Regimen,Phase,Start date,End date,Number of cycles,CD34 dose
        1,1,VRd,induction,2019-02-01,2019-06-01,4,
        1,1,melphalan,ASCT,2019-07-01,2019-07-01,,4.2
        2,1,,radiation therapy,2019-02-01,2019-06-01,,
    """,
}


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("extract")
    for name, text in FILES.items():
        lines = (line.strip() for line in text.strip().splitlines())
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["map", str(folder), "--output", str(folder / "draft.toml")])
    assert done.exit_code == 0, done.output
    return (folder / "draft.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "line",
    [
        'columns.death_cause = "死因"',
        'codes.death_cause."敗血症" = "infection"',
        'columns.onset_on = "Onset date"',
        'columns.event = "Adverse event"',
        'codes.event.DVT = "venous_thromboembolism"',
        'columns.grade = "CTCAE grade"',
        'columns.resolved_on = "Resolved"',
        'columns.cycles = "Number of cycles"',
        'columns.stem_cells_10e6_kg = "CD34 dose"',
        'codes.phase."radiation therapy" = "radiotherapy"',
        'codes.analyte.HBsAg = "hbs_antigen"',
        'codes.analyte."HBc抗体" = "hbc_antibody"',
        'codes.analyte."Platelet count" = "platelets"',
        'codes.finding."心エコー" = "echocardiography"',
        'codes.finding."Castleman disease" = "castleman"',
    ],
)
def test_a_draft_has_the_line(draft: str, line: str) -> None:
    assert line in draft
