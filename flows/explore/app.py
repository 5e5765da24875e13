"""The pages by their addresses, and what is answered to a wrong one."""

from __future__ import annotations

import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from flows.drawing.words import Words
from flows.explore.asked import Asked
from flows.explore.explorer import Explorer
from flows.explore.fields import WrongAddressError, WrongFieldError, fields_of, in_words, remedy
from flows.explore.guard import Guard
from flows.explore.held import NotHeldError
from flows.explore.look import LOOK, error_page, page_of
from flows.explore.pages import PAGES
from flows.explore.take_away import FORMS, OF_DRAWINGS
from flows.explore.workshop import BusyError, UnwantedError, Work
from flows.sandbox.limits import NoAnswerError
from transforms.cohorts import AnalysisError

HTML = "text/html; charset=utf-8"
CLOSED = 499  # never read: the page was closed


Answer = Callable[[Asked, Request], Response]


def app(explorer: Explorer) -> ASGIApp:
    """The pages, behind their guard."""

    def route(path: str, answer: Answer) -> Route:
        return Route(path, partial(_answered, explorer, answer))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        explorer.get_ready()
        yield
        explorer.close()

    routes = [
        route("/", _first),
        Route("/look/{file}", _look),
        route("/{page}", _page),
        route("/{page}/figure/{name}.{form}", _figure),
        route("/{path:path}", _no_page),
    ]
    return Guard(Starlette(routes=routes, lifespan=lifespan), explorer.keys, explorer.port)


async def _look(request: Request) -> Response:
    """The style and the script of every page."""
    found = LOOK.get(request.path_params["file"])
    return Response(found[1], media_type=found[0]) if found else Response(status_code=404)


async def _answered(explorer: Explorer, answer: Answer, request: Request) -> Response:
    """What the answer's work returns, or a page that says why there is none."""
    try:
        found = await explorer.workshop.done(partial(_made, explorer, answer, request), _closed(request))
        return found or Response(status_code=CLOSED)
    except BusyError as error:
        return _too_slow(explorer, Words(explorer.lang), "explore.too_slow" if error.has_begun else "explore.busy")


def _closed(request: Request) -> Callable[[], Awaitable[None]]:
    async def closed() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    return closed


def _made(explorer: Explorer, answer: Answer, request: Request, work: Work) -> Response:
    """The answer, in a thread of its own."""
    words = Words(explorer.lang)
    try:
        page = PAGES.get(request.path_params.get("page", ""))
        fields = fields_of(request.scope["query_string"], page.parameters if page else ())
        words = Words(fields.lang or explorer.lang)
        with explorer.asked(fields, work) as asked:
            return answer(asked, request)
    except UnwantedError:
        return Response(status_code=CLOSED)
    except BaseException as error:  # a panic of polars is no Exception
        return _failed(explorer, request, words, error)


def _failed(explorer: Explorer, request: Request, words: Words, error: BaseException) -> Response:
    """The page that says why there is no answer."""
    if isinstance(error, WrongAddressError):
        return _error(explorer, words, str(error), error.status)
    if isinstance(error, AnalysisError | WrongFieldError):
        other = remedy(error, request.url.query)
        link = (words.t(other[0]), f"/{explorer.keys.token}{request.scope['path']}?{other[1]}") if other else None
        return _error(explorer, words, in_words(error, words), 400, link)
    if isinstance(error, NotHeldError):
        return _error(explorer, words, words.t("explore.not_held"), 410)
    if isinstance(error, NoAnswerError):
        return _too_slow(explorer, words, "explore.too_slow")
    _report(error)
    return _error(explorer, words, words.t("explore.fault"), 500)


def _first(asked: Asked, _request: Request) -> Response:
    return RedirectResponse(asked.link(next(iter(PAGES))), 303)


def _page(asked: Asked, request: Request) -> Response:
    name = request.path_params["page"]
    if name not in PAGES:
        return _no_page(asked, request)
    return Response(page_of(asked, name), media_type=HTML)


def _figure(asked: Asked, request: Request) -> Response:
    """A figure of a page to take away."""
    page, name, form = (request.path_params[part] for part in ("page", "name", "form"))
    if page not in PAGES or name not in PAGES[page].figures or form not in FORMS:
        return _no_page(asked, request)
    media, made = FORMS[form]
    taken = PAGES[page].figures[name](asked)
    if form in OF_DRAWINGS and not taken[1]:
        return _no_page(asked, request)
    content = made(taken)
    named = {"content-disposition": f'attachment; filename="mspike-{page}-{name}.{form}"'}
    return Response(content, media_type=media, headers=named)


def _no_page(asked: Asked, _request: Request) -> Response:
    raise WrongAddressError(asked.words.t("explore.no_page"), 404)


def _error(explorer: Explorer, words: Words, said: str, status: int, link: tuple[str, str] | None = None) -> Response:
    title = words.t({400: "explore_wrong.title", 404: "explore.error"}.get(status, "explore.no_answer"))
    page = error_page(explorer.keys.token, words, explorer.lang, title=title, said=said, link=link)
    return Response(page, status, media_type=HTML)


def _too_slow(explorer: Explorer, words: Words, key: str) -> Response:
    return _error(explorer, words, words.t(key, seconds=round(explorer.workshop.seconds)), 503)


def _report(error: BaseException) -> None:
    """One line for who started the program: where the mistake is, and nothing of what was asked or found."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}:{last.lineno}"
    print(f"mspike: explore: {type(error).__name__} at {where}; report it with this line", file=sys.stderr, flush=True)
