"""Readers of the pages of `mspike explore` while runs are published, and while the program is killed and started again.

A page is of the run that it names, whole: it is what an undisturbed program shows of that run, to the letter.
"""

from __future__ import annotations

import html
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from flows.store import building, publish
from tests.torture.kills import Tried
from tests.torture.stores import Ground, copy, demand

READERS = 4
PAGES = ("about", "cohort", "outcome", "response?origin=line_start", "course", "patients", "quality")
OF_A_SESSION = "patients"  # with names of patients that are others at each start
OFFERED = re.compile(r'<p class="newer".*?href="([^"]+)"', re.S)
OFFER = re.compile(r'<p class="newer".*?</p>\n', re.S)
OF_RUN = re.compile(r"Run (\d+) of ")
REFUSED = (410, 503)  # a run that is held no more, or a page that waited too long: said, and no wrong number
READS_BETWEEN, FEWEST_KILLS = 8, 2


@dataclass
class Program:
    """`mspike explore` on a store, which may be killed and started again; readers ask the one that is there."""

    store: Path
    process: subprocess.Popen[str] = field(init=False)
    address: str = field(init=False)
    is_down: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Start it, and wait until it says where it answers."""
        command = [sys.executable, "-m", "flows.cli", "explore", "--no-open", "--store", str(self.store)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        said = self.process.stdout.readline().split()
        demand(len(said) == 2, "explore did not start")
        self.address = said[1]
        self.is_down = False

    def kill(self) -> None:
        """End it without a warning, as a machine that loses its power."""
        self.is_down = True
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def ask(self, page: str) -> str:
        """A page, without what is another at each start, and without the offer of a newer run."""
        address = self.address
        token = address.split("/")[3]
        text = html.unescape(_text(address + page)).replace(token, "TOKEN").replace(str(self.store), "STORE")
        return OFFER.sub("", text.replace(quote(str(self.store), safe=""), "STORE"))

    def end(self) -> int:
        """Stop it as a person does; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait()


def explorers(ground: Ground, seconds: float) -> Iterator[Tried]:
    """Pages beside publications, then beside kills of the program as well."""
    for is_killed in (False, True):
        store = copy(ground.first, ground.folder / "explored")
        of_runs = {str(number): _undisturbed(each) for number, each in ((1, ground.first), (2, ground.second))}
        beside = "publications and kills of it" if is_killed else "publications"
        tried = Tried(f"{READERS} readers of explore's pages beside {beside}")
        program = Program(store)
        with _reading(program, of_runs, tried):
            sources = [ground.second, ground.first]
            done = _disturbed(program, sources, seconds / 2, tried if is_killed else None)
        offered = _offers_the_last(program, ground.second)
        tried.once(lambda offered=offered: demand(offered, "the run that was published is not offered"))  # type: ignore[misc]
        status = program.end()
        tried.once(lambda status=status: demand(status == 0, f"explore ended with {status}"))  # type: ignore[misc]
        tried.note = done
        yield tried


def _undisturbed(store: Path) -> dict[str, str]:
    """The pages of a store's last run that are the same at each start."""
    program = Program(store)
    found = {page: program.ask(page) for page in PAGES if page != OF_A_SESSION}
    program.end()
    return found


def _text(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return str(answer.read().decode())


def _publish(store: Path, source: Path) -> None:
    with building(store) as build:
        shutil.copytree((source / ".current").resolve(), build, dirs_exist_ok=True)
        publish(store, build)


def _disturbed(program: Program, sources: list[Path], seconds: float, killing: Tried | None) -> str:
    """Publish for so long; and kill the program each time that some pages of it were read."""
    until, published, killed, moments = time.monotonic() + seconds, 0, 0, random.Random(1)
    while time.monotonic() < until or published < 2 or (killing and killed < FEWEST_KILLS):
        _publish(program.store, sources[published % 2])
        published += 1
        time.sleep(moments.random())
        if killing and killing.tried > killed * READS_BETWEEN:
            program.kill()
            program.start()
            killed += 1
    return f"{published} publications, {killed} kills"


def _offers_the_last(program: Program, source: Path) -> bool:
    """Whether a page of the run that is held offers one that was published meanwhile, and leads to it."""
    before = _text(f"{program.address}about")
    [number] = OF_RUN.findall(before)[:1]
    _publish(program.store, source)
    offered = OFFERED.findall(_text(f"{program.address}about?run={number}"))
    there = OF_RUN.findall(_text(f"{program.address}about"))[:1]
    return there == ["2"] and (number == "2" or len(offered) == 1)


@contextmanager
def _reading(program: Program, of_runs: dict[str, dict[str, str]], tried: Tried) -> Iterator[None]:
    end, lock = threading.Event(), threading.Lock()

    def read_on(number: int) -> None:
        asked = number
        while not end.is_set():
            page, before = PAGES[asked % len(PAGES)], program.address
            asked += 1
            why = _lost(lambda page=page: _check(program.ask(page), page, of_runs))  # type: ignore[misc]
            if why and (program.is_down or program.address != before):
                time.sleep(0.1)  # it was killed under the page, as it was meant to be
                continue
            with lock:
                tried.tried += 1
                tried.survived += not why
                tried.lost += [why] if why else []

    threads = [threading.Thread(target=read_on, args=(number,)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        end.set()
        for thread in threads:
            thread.join()


def _lost(read: Callable[[], None]) -> str:
    try:
        read()
    except urllib.error.HTTPError as error:
        return "" if error.code in REFUSED else f"status {error.code}"
    except Exception as error:
        return repr(error)[:300]
    return ""


def _check(text: str, page: str, of_runs: dict[str, dict[str, str]]) -> None:
    [number] = OF_RUN.findall(text)[:1]
    demand(number in of_runs, f"{page}: a page of run {number}")
    demand(page == OF_A_SESSION or text == of_runs[number][page], f"{page}: other than undisturbed, of run {number}")
