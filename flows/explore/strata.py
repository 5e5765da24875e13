"""`mspike explore --shared`: what may be shown to anybody. Of free filters differences would give hidden counts back,
so there are none: the report as the job writes it for sharing, by its fixed strata, under the rule of disclosure.
"""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from flows.explore.guard import Guard, Keys, policy
from flows.report import report_text
from flows.settings.languages import LANGUAGES
from flows.store import last_run

INLINE = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)
LANG = "lang"


class Strata:
    """The shared report of the last run, made once in each language: the same for all who ask.

    Raises StoreError where there is no store, duckdb.Error where it is of another version.
    """

    def __init__(self, store: Path, lang: str = "en") -> None:
        self.store, self.lang = store, lang
        self._made: dict[tuple[Path, str], str] = {}
        self._lock = threading.Lock()
        self.page(lang)

    def page(self, lang: str) -> str:
        """The page in a language."""
        with self._lock, last_run(self.store) as folder:
            if (folder, lang) not in self._made:
                self._made = {key: text for key, text in self._made.items() if key[0] == folder}
                self._made[folder, lang] = report_text(folder / "registry.duckdb", lang=lang)
            return self._made[folder, lang]


def shared_app(strata: Strata, keys: Keys, port: int) -> ASGIApp:
    """The one page, behind the guard; an address may choose its language, and nothing else."""

    def page(request: Request) -> Response:
        try:
            fields = parse_qsl(request.scope["query_string"].decode("ascii"), keep_blank_values=True, errors="strict")
        except ValueError:
            return Response(status_code=400)
        asked = dict(fields) or {LANG: strata.lang}
        if len(fields) > 1 or set(asked) != {LANG} or asked[LANG] not in LANGUAGES:
            return Response(status_code=400)
        text = strata.page(asked[LANG])
        return HTMLResponse(text, headers={"content-security-policy": policy(**_own(text))})

    def nothing(_request: Request) -> Response:
        return Response(status_code=404)

    return Guard(Starlette(routes=[Route("/", page), Route("/{path:path}", nothing)]), keys, port)


def _own(text: str) -> dict[str, str]:
    """The style and the script that are the page's own, for its content security policy."""
    hashes: dict[str, list[str]] = {"style": [], "script": []}
    for kind, content in INLINE.findall(text):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        hashes[kind].append(f"'sha256-{digest}'")
    return {f"{kind}_src": " ".join(found) or "'none'" for kind, found in hashes.items()}
