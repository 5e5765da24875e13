"""A browser without a network, the pages of two stores in both languages, and what a page did."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from flows.report import write_report, write_site

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "out" / "screenshots"
PATIENTS = 5_000
# Debian's browser, run as root in CI: it asks no one for anything of its own accord.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VIOLATIONS = {"resultTypes": ["violations"]}  # of axe: what it finds in order it need not list, which takes long
LANGUAGES = ("en", "ja")
STORES = ("sample", "large")
SITE = "S01"
# Pages by the kind of page, the store and the language.
Reports = dict[tuple[str, str, str], Path]


@dataclass
class Visit:
    """A page that is open, and what it said and asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def _mspike(*arguments: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-m", "flows.cli", *arguments], cwd=ROOT, env=environment)


def _done(*jobs: subprocess.Popen[bytes]) -> None:
    assert [job.wait() for job in jobs] == [0] * len(jobs)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The stores that the job makes of the sample and of a large extract.

    Who works on the page makes them once, names their folder in MSPIKE_STORES, and waits no more.
    """
    if made := os.environ.get("MSPIKE_STORES"):
        return {name: Path(made) / name / "registry.duckdb" for name in STORES}
    folder = tmp_path_factory.mktemp("stores")
    extract = folder / "extract"
    small = _mspike("run", "--input", "data_samples/registry", "--output", str(folder / "sample"))
    _done(_mspike("sample", "--patients", str(PATIENTS), "--seed", "2", "--output", str(extract)))
    _done(small, _mspike("run", "--input", str(extract), "--output", str(folder / "large")))
    shutil.rmtree(extract)
    return {name: folder / name / "registry.duckdb" for name in STORES}


@pytest.fixture(scope="session")
def reports(databases: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """The shared page of each store in each language, and a site's pages of the large one; two processes write them."""
    folder = tmp_path_factory.mktemp("reports")
    write: dict[tuple[str, str, str], Callable[[], Path]] = {}
    for lang in LANGUAGES:
        for store, database in databases.items():
            write["registry", store, lang] = partial(write_report, database, folder / f"{store}-{lang}", lang=lang)
        of_site = partial(write_site, databases["large"], folder / f"site-{lang}", SITE, lang=lang)
        write["site", "large", lang] = of_site
        write["site-internal", "large", lang] = partial(of_site, internal=True)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        written = {key: pool.submit(job) for key, job in write.items()}
        return {key: job.result() for key, job in written.items()}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    assert executable, "no chromium: `make check-report` installs it from Debian"
    with (
        sync_playwright() as driver,
        closing(driver.chromium.launch(executable_path=executable, args=ARGUMENTS)) as one,
    ):
        yield one


@pytest.fixture
def visit(browser: Browser, reports: Reports, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """The page that a test's parameters (`page`, `store`, `lang`, `width`, `scheme`) ask for, just opened."""
    asked = {"page": "registry", "store": "sample", "lang": "en", "width": 1280, "scheme": "light", "scripts": True}
    asked |= {name: value for name, value in request.node.callspec.params.items() if name in asked}
    context = browser.new_context(
        viewport={"width": asked["width"], "height": 844 if asked["width"] < 500 else 900},
        color_scheme=asked["scheme"],
        has_touch=asked["width"] < 500,
        java_script_enabled=asked["scripts"],
        reduced_motion="reduce",
    )
    with closing(context):
        yield _open(context, reports[asked["page"], asked["store"], asked["lang"]])


def _open(context: BrowserContext, path: Path) -> Visit:
    page = context.new_page()
    visit = Visit(page)
    address = path.as_uri()

    def only_the_page(route: Route) -> None:
        url = route.request.url
        if url == address:
            route.continue_()
        else:
            visit.requests.append(url)
            route.abort()

    context.route("**/*", only_the_page)
    page.on("console", lambda message: visit.complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: visit.complaints.append(f"error: {error}"))
    page.goto(address)
    return visit
