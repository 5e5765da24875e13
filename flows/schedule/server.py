"""A Prefect server of the program's own, on loopback, for as long as a block lasts."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.endings import MspikeError

HOST = "127.0.0.1"
START_WITHIN_SECONDS = 120
STOP_WITHIN_SECONDS = 15


class ServerError(MspikeError):
    """A server that can't be had; the message is one line."""


@contextmanager
def own_server(port: int, home: Path) -> Iterator[None]:
    """A server listening on the port, whose database and log are in `home`; ended with the block.

    Raises ServerError where it does not start.
    """
    environment = {"PREFECT_SERVER_LOGGING_LEVEL": "WARNING", **os.environ, "PREFECT_HOME": str(home)}
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", HOST, "--port", str(port)]
    with (home / "server.log").open("w") as log:
        # A session of its own: Ctrl-C reaches the program first, which still needs the server to say goodbye.
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_for(url_of(port), process, home / "server.log")
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def url_of(port: int) -> str:
    """Where the API of a server on that port is."""
    return f"http://{HOST}:{port}/api"


def free_port(port: int | None) -> int:
    """The port, or any that is free. Raises ServerError where it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: a port just left is free
        try:
            probe.bind((HOST, port or 0))
        except OSError as error:
            raise ServerError(
                f"port {port}: can't be listened on ({error.strerror}); name another with --port"
            ) from None
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_WITHIN_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise ServerError(f"the Prefect server did not start; {log} says why")
