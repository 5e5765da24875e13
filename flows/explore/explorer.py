"""What all pages share, and what is made ready of it before anybody asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from polars.exceptions import PanicException

from flows.drawing.words import Words
from flows.explore import address
from flows.explore.asked import Asked
from flows.explore.fields import Fields
from flows.explore.guard import Keys
from flows.explore.held import HeldRuns
from flows.explore.look import page_of
from flows.explore.pages import PAGES
from flows.explore.session import Session
from flows.explore.workshop import Work, Workshop

# The pages of all patients: they need what every other analysis is made of, too.
OFFERED = tuple(name for name, page in PAGES.items() if page.is_offered)


@dataclass
class Explorer:
    """The runs that are held, the session, the places to work in. Raises as HeldRuns does."""

    store: Path
    port: int
    lang: str = "en"
    keys: Keys = field(default_factory=Keys)
    session: Session = field(default_factory=Session)
    workshop: Workshop = field(default_factory=Workshop)
    runs: HeldRuns = field(init=False)
    _preparing: Work = field(default_factory=Work, init=False)

    def __post_init__(self) -> None:
        self.runs = HeldRuns(self.store)

    @contextmanager
    def asked(self, fields: Fields, work: Work) -> Iterator[Asked]:
        """What an address asks for, and the run that answers, held meanwhile. Raises AnalysisError, NotHeldError."""
        with self.runs.read(fields.run) as (held, newest):
            yield Asked(
                analysis=address.read(fields.of_analysis),
                registry=held.registry,
                words=Words(fields.lang or self.lang),
                token=self.keys.token,
                session=self.session,
                work=work,
                store=self.store,
                run=held.number,
                newest=newest,
                default_lang=self.lang,
                parameters=fields.parameters,
            )

    def get_ready(self) -> None:
        """Make the pages of all patients, and what every other analysis is made of with them; again, in a thread and
        while no one waits for a page, when a run comes.
        """
        self._prepare()
        self.runs.came = self._behind

    def _behind(self) -> None:
        threading.Thread(target=self._prepare, daemon=True).start()

    def _prepare(self) -> None:
        # What is wrong with a page is said to who asks for it, and by then the program may have ended.
        with suppress(Exception, PanicException), self.asked(Fields([], {}, None, None), self._preparing) as asked:
            for name in OFFERED:
                self.workshop.wait_for_quiet()
                asked.work.check()
                page_of(asked, name)
            self.workshop.wait_for_quiet()
            asked.work.check()
            asked.registry.attributes("line_start")

    def stop(self) -> None:
        """Make no more pages ready."""
        self._preparing.stop()

    def close(self) -> None:
        """Let go of everything."""
        self.stop()
        self.workshop.close()
        self.runs.close()
