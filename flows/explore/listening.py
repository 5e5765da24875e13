"""The pages served on this machine, until the program is stopped."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from flows.endings import MspikeError
from flows.explore.guard import HOST

MOST_AT_ONCE = 200  # connections; a browser opens some six
STOP_WITHIN_SECONDS = 5


class ListenError(MspikeError):
    """A port that can't be listened on; the message is one line."""


@contextmanager
def listening(port: int | None) -> Iterator[socket.socket]:
    """A socket of this machine alone, at the port or any that is free. Raises ListenError where it is taken."""
    try:
        # Only IPv4's loopback, whatever the machine's names lead to.
        listener = socket.create_server((HOST, port or 0))
    except OSError as error:
        raise ListenError(f"port {port}: can't be listened on ({error.strerror}); name another with --port") from None
    with listener:
        yield listener


def address_of(listener: socket.socket) -> tuple[str, int]:
    """Where it is listened, and the port."""
    port = listener.getsockname()[1]
    return f"http://{HOST}:{port}", port


def serve(
    app: ASGIApp, listener: socket.socket, begun: Callable[[], None], stopped: Callable[[], None] | None = None
) -> None:
    """Answer until SIGINT or SIGTERM; `begun` is called once answers are given, `stopped` at such a signal."""
    config = uvicorn.Config(
        app,
        log_config=None,  # no line of its own: an address is an analysis, and an error may hold a value
        access_log=False,
        http="h11",
        ws="none",
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_AT_ONCE,
        timeout_graceful_shutdown=STOP_WITHIN_SECONDS,
    )
    logging.getLogger("uvicorn").addHandler(logging.NullHandler())
    logging.getLogger("uvicorn").propagate = False
    for number in (signal.SIGINT, signal.SIGTERM):  # to be stopped is its good end
        signal.signal(number, _end)
    _Server(config, begun, stopped).run(sockets=[listener])


def _end(_signal: int, _frame: Any) -> None:
    """Where the server was stopped, it raises the signal again after its last answer."""


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, begun: Callable[[], None], stopped: Callable[[], None] | None) -> None:
        super().__init__(config)
        self.begun, self.stopped = begun, stopped

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        if self.stopped:
            self.stopped()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and not self.should_exit:
            self.begun()
