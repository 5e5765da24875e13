"""Nothing of a patient in what a run says, logs, writes into run.json or gives to Prefect, whatever becomes of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.extracts import FILES, write_extract
from tests.flows.server.conftest import Server

BIN = Path(sys.executable).parent
ID, BORN, DIED, FIGURE, BAD_DATE, WORD = "LEAK-7731", "1931-07-23", "2021-09-17", "3.14159", "1931-19-99", "Yamadaleaks"
PATIENTS = f"""
    patient_id,site_id,sex,birth_date,diagnosis_date,diagnosis,vital_status,death_date,last_contact_date
    {ID},north,F,{BORN},2020-01-01,MM,dead,{DIED},{DIED}
    LEAK-7732,north,F,{BAD_DATE},2020-01-01,MM,alive,,2022-01-01
    LEAK-7733,north,{WORD},{BORN},2020-01-01,MM,alive,,2022-01-01
    {ID},north,F,{BORN},2020-01-01,MM,alive,,2022-01-01
"""
LABS = f"""
    patient_id,collected_on,analyte,value,unit,result,ward
    {ID},2020-01-02,serum_m_protein,{FIGURE},g/dL,,
    {ID},2020-02-02,serum_m_protein,-{FIGURE},g/dL,,
    {ID},2020-03-02,serum_m_protein,{FIGURE},{WORD},,
    {ID},2020-04-02,serum_m_protein,{FIGURE},g/dL,,,too,many
    LEAK-7734,2020-04-02,serum_m_protein,{FIGURE},g/dL,,
"""
FORBIDDEN = [text.encode() for text in ("LEAK-", BORN, DIED, FIGURE, BAD_DATE, WORD)]

pytestmark = pytest.mark.servers


def _leaks(said: bytes) -> list[bytes]:
    return [text for text in FORBIDDEN if text in said]


def _run(server: Server, extract: Path, store: Path, *options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [BIN / "mspike", "run", "--input", extract, "--output", store, *map(str, options)],
        env={**server.environment, "PREFECT_API_URL": server.url, "PREFECT_LOGGING_LEVEL": "DEBUG"},
        capture_output=True,
        timeout=200,
        check=False,
    )


@pytest.mark.parametrize("kind", ["dirty", "unreadable"])
def test_no_log_error_summary_or_database_of_prefect_holds_anything_of_a_patient(
    kind: str, server: Server, tmp_path: Path
) -> None:
    extract = write_extract(tmp_path / "in", patients=PATIENTS, labs=LABS, treatments=FILES["treatments"])
    config = tmp_path / "mspike.toml"
    config.write_text('fatal_rules = ["impossible_value", "repeated_patient_id"]\n', encoding="utf-8")
    if kind == "unreadable":  # in the middle of a patient's row
        with (extract / "labs.csv").open("ab") as labs:
            labs.write(f"{ID},2020-05-02,serum_m_protein,{FIGURE},\xff{WORD},,\n".encode("latin-1"))
    done = _run(server, extract, tmp_path / "out", "--config", config)
    assert done.returncode == {"dirty": 3, "unreadable": 1}[kind], done.stderr
    assert _leaks(done.stdout + done.stderr) == []
    if kind == "dirty":
        said = (tmp_path / "out" / "run.json").read_bytes()
        assert _leaks(said) == []
        assert b"repeated_patient_id" in said
        assert _leaks((tmp_path / "out" / "report" / "index.html").read_bytes()) == []
    kept = {path: path.read_bytes() for path in server.home.rglob("*") if path.is_file()}
    assert any(b"mspike" in content for content in kept.values())
    assert {path.name: _leaks(content) for path, content in kept.items() if _leaks(content)} == {}
