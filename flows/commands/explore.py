"""`mspike explore`: the registry asked with the mouse, on pages that this machine alone is served."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from threading import Thread

import click

from flows.commands import options
from flows.endings import stop
from flows.settings.languages import LANGUAGES


@click.command()
@options.STORE
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; by default a free one.")
@click.option("--no-open", is_flag=True, help="Print the address and open no browser.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of the pages.")
def explore(store: Path, port: int | None, no_open: bool, lang: str) -> None:
    """Ask the registry in a browser: cohorts, outcomes, responses, courses, patients, quality."""
    import duckdb  # the engines, the web and what draws take long to load

    from flows.explore.app import Explorer, app
    from flows.explore.guard import HOST
    from flows.explore.listening import listening, serve
    from flows.faults import engines_plainly

    with listening(port) as listener:
        port = listener.getsockname()[1]
        try:
            with engines_plainly():
                explorer = Explorer(store, port, lang)
        except duckdb.Error:
            stop(f"{store}: the store can't be read, or was made by another version; write it again with mspike run")

        def begun() -> None:
            click.echo(f"explore  http://{HOST}:{port}/{explorer.keys.token}/")
            click.echo("until Ctrl-C; whoever has the address on this machine sees patients")
            if not no_open:
                address = f"http://{HOST}:{port}{explorer.keys.once()}"
                Thread(target=webbrowser.open, args=(address,), daemon=True).start()

        serve(app(explorer), listener, begun)
