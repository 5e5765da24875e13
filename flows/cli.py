"""The program `mspike`: its commands, each loaded when it is asked for. Exit statuses: flows/endings.py; 130 and 143
where SIGINT or SIGTERM stopped it.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from importlib import import_module
from typing import Any

import click

from flows.commands.address_space import lacking_address_space
from flows.endings import REMEDIES, MspikeError, Stopped, stop, unwritten
from flows.privacy.private_files import private_files

# Each is a file of flows/commands; what it does in a sentence, so that --help need not load it.
COMMANDS = {
    "audit": "The indicators of the quality audit, what changed since the last run, failing checks, and agreement.",
    "check": "Validate EXTRACT without running it: what would be refused, by rule, and how to correct it.",
    "compare": "Who moved from STORE_A to STORE_B, which clause moved them, and what it does to survival.",
    "explain": "One patient's course: every visit, its response, why, and which test was missing.",
    "explore": "Ask the registry in a browser: cohorts, outcomes, responses, courses, patients, quality.",
    "export": "Hand the store over in another field's format.",
    "figures": "Figures (SVG and PNG, for a journal's column or page) and tables (HTML and CSV) from what is stored.",
    "map": "Draft registry.toml from the files of EXTRACT: which column is what, and what has to be asked.",
    "query": "Ask a store one research question: NAME, or the path of your own .sql file (one select); or, with"
    " --cohort FILE, for the members of cohorts, or for what becomes of them.",
    "report": "Write the report again from what is stored.",
    "run": "The batch job: ingest, validate, derive, outcomes, audit, report.",
    "sample": "A synthetic extract: plausible, seeded, with a few dirty rows of every kind.",
    "serve": "The batch job on a schedule, as a Prefect deployment: at PREFECT_API_URL, or on a server of its own.",
    "vacuum": "Forget what was known before, and give its space back.",
}
# To look for cycles in all that was loaded, when the process ends anyway, takes half a second.
atexit.register(gc.freeze)

DRAWS = ("run", "serve", "report", "figures", "explain", "explore", "compare")


class Program(click.Group):
    """The commands; how they end in an error is one line of theirs, of the output's, or of an engine's."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is asked for, loaded now in place of the one that --help lists."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, loaded(name) if name and listed else listed, rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. An error for the person who gave it, an output that takes no more, and an engine's own error
        end it in one line.
        """
        try:
            return super().invoke(ctx)
        except (MspikeError, Stopped) as error:
            stop(str(error), error.status)
        except OSError as error:
            if error.errno not in REMEDIES:
                raise
            if sys.stdout is sys.__stdout__:
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python tries again when it ends
            stop(f"the output {unwritten(error.errno)}")
        except BaseException as error:  # a panic of polars is no Exception
            if fault := _fault_of_engine(error):
                stop(f"{fault}; report it with this line, or try the version that requirements.txt pins")
            raise


def _fault_of_engine(error: BaseException) -> str | None:
    if isinstance(error, (SystemExit, click.ClickException, click.exceptions.Exit)):  # every --help comes here
        return None
    from flows.faults import EngineFaultError, fault_of_engine  # loads the engines

    return str(error) if isinstance(error, EngineFaultError) else fault_of_engine(error)


def loaded(name: str) -> click.Command:
    """A command, from the file of its name."""
    command: click.Command = getattr(import_module(f"flows.commands.{name}"), name)
    return command


@click.group(
    cls=Program,
    commands=[click.Command(name, help=said) for name, said in COMMANDS.items()],
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="mspike")
@click.pass_context
def main(context: click.Context) -> None:
    """Stages, responses, progression and survival for every patient of a myeloma registry."""
    if context.invoked_subcommand in DRAWS and (lacking := lacking_address_space()):
        stop(lacking)
    if context.invoked_subcommand != "sample":  # its patients are made up
        context.with_resource(private_files())


if __name__ == "__main__":
    main()
