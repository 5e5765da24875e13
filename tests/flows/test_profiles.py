"""Profiles: which there are, how one is asked for and copied, and what a wrong name says."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.commands.run_summary import profile_lines
from flows.intake.registry import load_registry
from flows.job import Job
from flows.settings.config import ConfigError, load_config
from flows.settings.profiles import Profile, ProfileError, profile, profiles

NAMES = [each.name for each in profiles()]


@pytest.mark.parametrize("each", profiles(), ids=NAMES)
def test_every_profile_says_what_it_reads_and_what_it_can_not_know(each: Profile):
    assert each.title
    assert each.reads
    assert each.unknown


@pytest.mark.parametrize("each", [each for each in profiles() if not each.is_draft], ids=lambda each: each.name)
def test_every_profile_names_its_selects_and_is_nothing_to_a_folder_of_other_files(each: Profile, tmp_path: Path):
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    sections = [section for of in load_registry(each.registry, tmp_path).values() for section in of]
    selects = {section.sql.name for section in sections if section.sql}
    assert selects == {path.name for path in each.files()} - {"registry.toml"}
    ended = CliRunner().invoke(main, ["check", str(tmp_path), "--profile", each.name])
    assert (ended.exit_code, ended.output.count("\n")) == (2, 1)
    assert "the extract has no file" in ended.output


def test_a_profile_is_copied_for_a_site_to_change_and_never_over_its_work(tmp_path):
    written = profile("redcap").copy(tmp_path / "mine")
    assert [path.name for path in written] == ["registry.toml"]
    assert written[0].read_bytes() == profile("redcap").registry.read_bytes()
    with pytest.raises(ProfileError, match=r"registry\.toml: is there already; name another folder, or remove it"):
        profile("redcap").copy(tmp_path / "mine")


def test_a_name_that_is_none_is_told_which_there_are():
    with pytest.raises(ProfileError, match="no profile 'redcp'; did you mean redcap"):
        profile("redcp")


@pytest.mark.parametrize("command", [["run", "--output", "{out}", "--input", "{in}"], ["check", "{in}"]])
@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (["--profile", "oomop"], "no profile 'oomop'"),
        (["--profile", "redcap"], "has to be completed for each project"),
        (["--profile", "redcap", "--registry", "r.toml"], "--registry and --profile are both the names of the extract"),
    ],
)
def test_what_can_not_be_asked_for_is_one_line_and_status_2(command, asked, says, tmp_path):
    places = {"{in}": str(tmp_path), "{out}": str(tmp_path / "store")}
    ended = CliRunner().invoke(main, [*(places.get(word, word) for word in command), *asked])
    assert (ended.exit_code, ended.output.count("\n")) == (2, 1)
    assert says in ended.output


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("profile = 3", "profile: must be the name of a profile such as 'omop', found 3"),
        ("profile = 'oomop'", "no profile 'oomop'"),
        ("profile = 'redcap'", "has to be completed for each project"),
        ("profile = 'redcap'\nregistry = 'r.toml'", "registry and profile are both the names of the extract; keep one"),
    ],
)
def test_a_profile_that_the_configuration_can_not_name_is_one_line(content, says, tmp_path):
    (tmp_path / "run.toml").write_text(content)
    with pytest.raises(ConfigError) as error:
        load_config(tmp_path / "run.toml")
    assert says in str(error.value)


REDCAP = """\
record_id,redcap_repeat_instrument,redcap_repeat_instance,redcap_data_access_group,dob,sex,dx_date,vital,death_dt,last_fu,\
visit_dt,spep,upep,sife,uife,kappa,lambda,b2m,alb,ldh,line_no,line_start,line_drugs___1,line_drugs___2,line_drugs___3
1,,,site_a,1950-03-02,2,2019-01-10,0,,2022-05-01,,,,,,,,,,,,,,,
1,lab,1,site_a,,,,,,,2019-01-12,32.1,0,1,0,14.2,210,4.1,38,220,,,,,
1,treatment,1,site_a,,,,,,,,,,,,,,,,,1,2019-02-01,1,1,0
2,,,site_b,1944-11-20,1,2020-02-20,1,2021-03-03,,,,,,,,,,,,,,,,
"""


def test_the_draft_of_redcap_reads_a_project_that_names_its_fields_so(tmp_path):
    (tmp_path / "PROJECT_DATA.csv").write_text(REDCAP)
    profile("redcap").copy(tmp_path)
    ended = CliRunner().invoke(main, ["check", str(tmp_path)])
    assert ended.exit_code == 0, ended.output
    assert "would be refused" not in ended.output
    read = [line.split()[1:4] for line in ended.output.splitlines()[1:4]]
    assert read == [["[patients]", "2", "2"], ["[labs]", "9", "9"], ["[treatments]", "2", "2"]]


def test_a_job_says_which_profile_it_was_asked_for():
    job = Job(Path("in"), Path("out"), profile="redcap")
    with pytest.raises(ProfileError, match="mspike map --profile redcap --output"):
        job.load_config()


def test_the_manual_names_every_profile():
    manual = (Path(__file__).parents[2] / "flows" / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"\n| `{name}` |" not in manual] == []


def test_whatever_the_program_reads_is_installed_with_it():
    root = Path(__file__).parents[2]
    setuptools = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    assert {"flows*", "transforms*", "rules*", "sql*"} <= set(setuptools["packages"]["find"]["include"])
    patterns = {pattern.removeprefix("*") for pattern in setuptools["package-data"]["*"]}
    read = [path for room in ("flows", "rules", "sql") for path in (root / room).rglob("*") if path.is_file()]
    endings = {path.suffix for path in read if "__pycache__" not in path.parts}
    assert endings - {".py", ".pyc"} <= patterns


def test_the_last_lines_say_by_which_profile_it_was_read_and_what_that_can_not_know(tmp_path):
    study = "PATIENT_ID\tOS_STATUS\tOS_MONTHS\nA\t0:LIVING\t12\n"
    (tmp_path / "data_clinical_patient.txt").write_text(study)
    ended = CliRunner().invoke(main, ["check", str(tmp_path), "--profile", "cbioportal"])
    assert ended.exit_code == 0
    lines = ended.output.splitlines()
    at = lines.index("profile cbioportal (cBioPortal study folder), which leaves unknown:")
    assert lines[at + 1 :] == [f"  {what}" for what in profile("cbioportal").unknown]
    assert list(profile_lines(None)) == []
