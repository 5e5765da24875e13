"""The program as a person or a scheduler calls it: what it prints, and its exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import flows.commands
from flows.cli import COMMANDS, loaded, main
from flows.database import connect
from tests.extracts import FILES, write_extract
from tests.torture.stores import copy


def _mspike(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


def test_a_run_prints_what_it_read_repaired_and_lost_and_ends_with_status_3_below_a_bar_or_with_a_fatal_rule_broken(
    tmp_path: Path,
) -> None:
    config, registry = tmp_path / "mspike.toml", tmp_path / "own.toml"
    bar = '[audit]\nfail_on = {"Q.iss" = 0.9, "Q.r_iss" = 0}\n'
    config.write_text(f"fatal_rules = ['unknown_unit', 'duplicate']\n{bar}", encoding="utf-8")
    registry.write_text('[tables.patients.columns]\nvital_status = "転帰"\n', encoding="utf-8")
    patients = FILES["patients"].replace("vital_status", "転帰").replace("alive", "生存")
    extract = write_extract(tmp_path / "in", patients=patients + "PATIENT-D,north,2020-01-01,MM,,,2024-01-01\n")
    result = _mspike(
        "run", "--input", extract, "--output", tmp_path / "out", "--config", config, "--registry", registry
    )
    assert result.exit_code == 3
    assert "unknown_unit (1)" in result.stderr
    assert result.stderr.splitlines()[1:] == ["mspike: Q.iss: 66.7 % (2 of 3); the bar is 90 %"]
    said = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert [failed["id"] for failed in said["failed_indicators"]] == ["Q.iss"]
    assert (said["repairs"], said["registry"]) == ({"word": 2}, ["patients"])
    assert (tmp_path / "out" / "exports" / "visits.parquet").is_file()
    assert "labs.csv                             13         12            1" in result.output
    assert "unknown_unit 1" in result.output
    assert "repaired by word 2" in result.output
    assert "ISS    I 1  II 0  III 1  unknown 1" in result.output
    assert str(tmp_path / "out" / "report" / "index.html") in result.output
    assert result.stdout.strip().splitlines()[-1].startswith("patients: 1 of 4 rows (25 %) were refused")
    assert "PATIENT" not in result.output


def test_a_run_says_at_once_what_it_reads_into_what(tmp_path: Path) -> None:
    result = _mspike("run", "--input", tmp_path / "nowhere", "--output", tmp_path / "out")
    assert result.stdout == f"reading {tmp_path / 'nowhere'} into {tmp_path / 'out'} (criteria jsh2023)\n"
    heavy = "('duckdb', 'pandas', 'pandera', 'lifelines', 'prefect', 'altair')"
    code = f"import sys, flows.commands.run; sys.exit(any(name in sys.modules for name in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_registry_that_cannot_be_used_is_one_line_and_status_2(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("[tables.lab]", encoding="utf-8")
    extract = write_extract(tmp_path / "in")
    result = _mspike("run", "--input", extract, "--output", tmp_path / "out", "--registry", tmp_path / "own.toml")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "no table 'lab'; did you mean labs?" in result.stderr


def test_an_unusable_extract_is_one_line_and_status_1(tmp_path: Path) -> None:
    result = _mspike("run", "--input", write_extract(tmp_path / "in", patients=None), "--output", tmp_path / "out")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("mspike: ")
    assert "patients" in result.stderr


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ("nonsense =", "TOML"),
        ("colour = 'red'", "unknown key"),
        ("criteria = 'jsh1999'", "no edition 'jsh1999'"),
        ('[settings."PD.serum"]\nrelative_rise = 0.5', "not adjustable"),
        ('[settings."V.visit"]\nmax_gap_days = "three"', "expected a value like 3"),
        ('[settings."V.visit"]\nmax_gap_days = -1', "expected a value like 3"),
        ("fatal_rules = 'duplicate'", "list"),
        ("fatal_rules = ['duplicated']", "no rule 'duplicated'; did you mean duplicate"),
        ("registry = 3", "registry: must be the path of a file"),
        ("[limits]\nratios = 3", "unknown key 'ratios'; did you mean ratio?"),
        ("[limits]\ncolumns = 0", "columns must be a whole number above 0"),
        ('[audit]\nfail_on = {"Q.isss" = 0.9}', "no indicator 'Q.isss'; did you mean Q.iss"),
        ('[audit]\nfail_on = {"Q.iss" = 9}', "a share from 0 to 1"),
        ('[audit]\nfail_on = {"Q.iss" = true}', "a share from 0 to 1"),
        ("[audit]\nfail_on = 0.9", "has only fail_on"),
        ("[audit]\nfail = 0.9", "has only fail_on"),
        ("audit = 0.9", "has only fail_on"),
    ],
)
def test_an_unusable_configuration_is_one_line_and_status_2(tmp_path: Path, config: str, says: str) -> None:
    path = tmp_path / "mspike.toml"
    path.write_text(config, encoding="utf-8")
    extract = write_extract(tmp_path / "in")
    result = _mspike("run", "--input", extract, "--output", tmp_path / "out", "--config", path)
    assert result.exit_code == 2
    assert len(result.output.splitlines()) == 1
    assert says in result.output
    assert not (tmp_path / "out").exists()


def test_wrong_usage_is_status_2() -> None:
    assert _mspike("run").exit_code == 2
    assert _mspike("fly").exit_code == 2


def test_the_report_can_be_written_again(small: Path, tmp_path: Path) -> None:
    store = copy(small / "store", tmp_path / "out")
    page = store / "report" / "index.html"
    before = page.read_bytes()
    page.write_text("gone", encoding="utf-8")
    assert _mspike("report", "--store", store).exit_code == 0
    assert page.read_bytes() == before
    assert _mspike("report", "--store", tmp_path / "nowhere").exit_code == 1


def test_a_store_of_another_version_is_one_line_and_status_1(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with connect(tmp_path / "out" / "registry.duckdb") as connection:
        connection.execute("create table patients (patient_id varchar)")
    result = _mspike("report", "--store", tmp_path / "out")
    assert result.exit_code == 1
    assert "another version" in result.output
    assert len(result.output.splitlines()) == 1


def test_a_sample_is_accepted(tmp_path: Path) -> None:
    assert _mspike("sample", "--patients", 80, "--output", tmp_path / "in", "--seed", 7).exit_code == 0
    assert _mspike("check", tmp_path / "in").exit_code == 0


def test_help_loads_nothing_that_a_run_needs() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from flows.cli import main; "
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0; "
        "assert not {'polars', 'duckdb', 'prefect'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_list_of_commands_says_of_each_what_it_says_itself() -> None:
    said = {name: " ".join((loaded(name).help or "").split("\n\n")[0].split()) for name in COMMANDS}
    assert said == COMMANDS


def test_every_command_is_listed() -> None:
    files = {path.stem for path in Path(flows.commands.__file__).parent.glob("*.py")}
    helpers = {"__init__", "options", "job_options", "run_summary", "check_answers", "address_space"}
    assert files - helpers == set(COMMANDS)
