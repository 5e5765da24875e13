"""A job goes to Prefect and to a schedule as plain values, and comes back as it was: whatever is asked of a run."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

from flows.engines.engine import EMBEDDED, Engine
from flows.job import Job, options
from flows.privacy.pseudonyms import Pseudonymise

ROOT = Path("/")
# Every option of a run, other than by default.
ASKED: dict[str, Any] = {
    "input": ROOT / "in",
    "output": ROOT / "out",
    "criteria": "imwg2016",
    "config": ROOT / "run.toml",
    "full": True,
    "delta": True,
    "as_of": date(2024, 2, 29),
    "engine": Engine("dask", workers=2, scratch=ROOT),
    "pseudonymise": Pseudonymise(ROOT / "key", ROOT / "link.csv"),
    "registry": ROOT / "registry.toml",
    "profile": "omop",
}


def _same(job: Job, other: Job) -> bool:
    return all(getattr(job, name) == getattr(other, name) for name in ASKED)


def test_every_option_is_tried_here() -> None:
    assert [option.name for option in options()] == list(ASKED)


@pytest.mark.parametrize("name", ASKED)
def test_each_option_comes_back_from_json_as_it_was(name: str) -> None:
    job = Job(**{"input": Path("in"), "output": Path("out"), name: ASKED[name]})
    plain = json.loads(json.dumps(job.parameters()))
    assert set(plain) == {"input", "output", name}
    assert _same(Job.from_parameters(plain), job)


def test_all_options_together_come_back_too() -> None:
    assert _same(Job.from_parameters(Job(**ASKED).parameters()), Job(**ASKED))


def test_what_is_not_asked_for_is_not_known_and_null_is_the_default() -> None:
    job = Job(Path("in"), Path("out"))
    assert job.parameters() == {"input": "in", "output": "out"}
    plain = {option.name: None if option.default is option.empty else option.default for option in options()}
    assert _same(Job.from_parameters({**plain, "input": "in", "output": "out"}), job)


def test_what_the_run_knows_is_not_asked() -> None:
    known = {field.name for field in fields(Job)} - set(ASKED)
    assert known == {"configuration", "pseudonyms", "folder", "last", "sums", "started"}
    assert not known & set(Job(**ASKED, folder=ROOT, last=ROOT).parameters())


def test_a_job_for_another_process_names_its_folders_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    job = Job(Path("in"), Path("out"), config=Path("run.toml"), engine=EMBEDDED).anywhere()
    assert (job.input, job.output, job.config) == (tmp_path / "in", tmp_path / "out", tmp_path / "run.toml")
    assert job.registry is None


def test_prefect_is_offered_every_option_by_its_name() -> None:
    from flows.schedule.flow import mspike_flow  # loads Prefect

    offered = signature(mspike_flow.fn).parameters
    assert list(offered) == [*ASKED, "wait"]
    properties = mspike_flow.parameters.properties
    assert {name: properties[name].get("default") for name in ("criteria", "full", "engine", "wait")} == {
        "criteria": None,
        "full": False,
        "engine": None,
        "wait": True,
    }
    assert mspike_flow.parameters.required == ["input", "output"]


def test_prefect_gives_every_option_by_its_name() -> None:
    from prefect.utilities.callables import parameters_to_args_kwargs

    from flows.schedule.flow import mspike_flow  # loads Prefect

    given = {**Job(**ASKED).parameters(), "wait": False}
    assert parameters_to_args_kwargs(mspike_flow.fn, given) == ((), given)
