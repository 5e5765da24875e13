"""Who gets an answer: a browser on this machine that was given the address. All others get an empty 404.

The address has a token that is new at each start. A page of another site can't reach these (its request says where it
comes from), nor can a name that was made to lead to this machine (`Host`), nor be shown around them (no frame). What is
answered is kept by no browser and no proxy, runs and loads nothing but the program's own files, and tells no other site
where it was read.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")
METHODS = ("GET", "HEAD")
MOST_BYTES_ASKED = 8192  # of a query
TOKEN_BYTES = 24
ONCE_SECONDS = 60.0
ONCE = "open"
# Typed, or from a page of ours; `same-site` is another port of this machine, hence another program.
OWN = ("none", "same-origin")
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "style-src-attr": "'unsafe-inline'",  # the length of a bar, the colour of a key: a style's attribute runs nothing
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def policy(**changed: str) -> str:
    """The content security policy; `script_src` and the like replace what stands of that name."""
    changes = {name.replace("_", "-"): value for name, value in changed.items()}
    return "; ".join(f"{name} {value}" for name, value in (POLICY | changes).items())


@dataclass
class Keys:
    """The token of this start, and an address that may be opened once: what starts a browser is seen by others on the
    machine, in the list of its processes.
    """

    token: str = field(default_factory=lambda: secrets.token_urlsafe(TOKEN_BYTES), repr=False)
    _once: tuple[str, float] | None = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def once(self) -> str:
        """A path that leads to the token's for a minute, to whoever opens it first."""
        secret = secrets.token_urlsafe(TOKEN_BYTES)
        self._once = (secret, time.monotonic() + ONCE_SECONDS)
        return f"/{ONCE}/{secret}"

    def is_token(self, said: str) -> bool:
        """Whether it is the token, in a time that does not tell how much of it is."""
        return hmac.compare_digest(said.encode(), self.token.encode())

    def is_once(self, said: str) -> bool:
        """Whether it is the path that may be opened once, which it is no longer."""
        with self._lock:
            secret, until = self._once or ("", 0.0)
            if not secret or not hmac.compare_digest(said.encode(), secret.encode()):
                return False
            self._once = None
            return time.monotonic() < until


class Guard:
    """Stands before the app: it is given the path after the token, of requests that may have an answer."""

    def __init__(self, app: ASGIApp, keys: Keys, port: int) -> None:
        self.app, self.keys = app, keys
        self.hosts = {f"{name}:{port}" for name in NAMES} | (set(NAMES) if port == 80 else set())
        self.origins = {f"http://{host}" for host in self.hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or nothing where it may have no answer."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope)(scope, receive, _closed(send))
        else:  # a web socket
            await send({"type": "websocket.close", "code": 1008})

    def _answer(self, scope: Scope) -> ASGIApp:
        first, _, rest = scope["path"].removeprefix("/").partition("/")
        is_get = scope["method"] in METHODS
        if not self._is_ours(Headers(scope=scope)):
            return _nothing()
        if first == ONCE and is_get and self.keys.is_once(rest):
            return RedirectResponse(f"/{self.keys.token}/", 303)
        if not self.keys.is_token(first):
            return _nothing()
        if not is_get:
            return Response(status_code=405, headers={"allow": ", ".join(METHODS)})
        if len(scope["query_string"]) > MOST_BYTES_ASKED:
            return Response(status_code=414)
        scope["path"] = f"/{rest}"
        scope["raw_path"] = scope["path"].encode()
        return self.app

    def _is_ours(self, headers: Headers) -> bool:
        """Whether it was asked of this address, and by a person or one of its pages."""
        [host, *more] = headers.getlist("host") or [""]
        is_own = headers.get("sec-fetch-site", "none") in OWN and headers.get("origin") in (None, *self.origins)
        return not more and host in self.hosts and is_own


def _nothing() -> Response:
    return Response(status_code=404)


def _closed(send: Send) -> Send:
    """What sends an answer with the headers that keep it here; a page's own policy stands."""

    async def sends(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in {**HEADERS, "content-security-policy": policy()}.items():
                headers.setdefault(name, value)
        await send(message)

    return sends
