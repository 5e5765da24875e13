"""Profiles: which there are, how one is asked for and copied, and what a wrong name says."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.intake.headers import RegistryError
from flows.intake.registry import load_registry
from flows.job import Job
from flows.settings.config import ConfigError, load_config
from flows.settings.profiles import Profile, ProfileError, profile, profiles

NAMES = [each.name for each in profiles()]


@pytest.mark.parametrize("each", profiles(), ids=NAMES)
def test_every_profile_is_a_registry_that_fits_nothing_but_its_files(each: Profile, tmp_path: Path):
    with pytest.raises(RegistryError) as error:
        load_registry(each.registry, tmp_path)
    assert "the extract has no" in str(error.value)
    assert each.title
    assert each.reads
    assert each.unknown


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
