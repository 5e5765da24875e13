"""`mspike explore`: the registry asked with the mouse, on pages that this machine alone is served."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from threading import Thread

import click

from flows.commands import options
from flows.endings import UNREADABLE, stop
from flows.settings.languages import LANGUAGES


@click.command()
@options.STORE
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; by default a free one.")
@click.option("--no-open", is_flag=True, help="Print the address and open no browser.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of the pages.")
@click.option("--shared", is_flag=True, help="Only what may be shared: fixed strata, counts of few hidden, no filters.")
def explore(*, store: Path, port: int | None, no_open: bool, lang: str, shared: bool) -> None:
    """Ask the registry in a browser: cohorts, outcomes, responses, courses, patients, quality."""
    import duckdb  # the engines, the web and what draws take long to load

    from flows.explore.app import app
    from flows.explore.explorer import Explorer
    from flows.explore.guard import Keys
    from flows.explore.listening import address_of, listening, serve
    from flows.explore.strata import Strata, shared_app
    from flows.faults import engines_plainly

    keys = Keys()
    with listening(port) as listener:
        address, port = address_of(listener)
        try:
            with engines_plainly():
                if shared:
                    pages, stopped = shared_app(Strata(store, lang), keys, port), None
                else:
                    explorer = Explorer(store, port, lang, keys)
                    pages, stopped = app(explorer), explorer.stop
                    click.echo("making pages ready; their address follows", err=True)
        except duckdb.Error:
            stop(f"{store}: {UNREADABLE}")

        def begun() -> None:
            click.echo(f"explore  {address}/{keys.token}/")
            who = "sees what may be shared" if shared else "sees patients"
            click.echo(f"until Ctrl-C; whoever has the address on this machine {who}")
            if not no_open:
                Thread(target=webbrowser.open, args=(f"{address}{keys.once()}",), daemon=True).start()

        serve(pages, listener, begun, stopped)
