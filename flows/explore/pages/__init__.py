"""The pages, in the order in which they are offered: each a file of this folder and a template of its name.

A page's file has `page(asked)`, which returns what its template needs. It may have `FIGURES`, what can be taken away by
name, each made by a function of what was asked: the frame and the drawing (SVG). And `PARAMETERS`, the names of the
address that only it reads. `IS_OFFERED = False`: it is reached from another page alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import polars as pl
from markupsafe import Markup

from flows.explore.asked import Asked

Figure = Callable[[Asked], tuple[pl.DataFrame, Markup]]


@dataclass(frozen=True)
class Page:
    """A page: what makes it, its template, what can be taken away, and what of the address only it reads."""

    page: Callable[[Asked], dict[str, Any]]
    template: str
    figures: Mapping[str, Figure]
    parameters: tuple[str, ...]
    is_offered: bool = True


def _page(name: str) -> Page:
    module = import_module(f"{__name__}.{name}")
    figures, parameters = getattr(module, "FIGURES", {}), tuple(getattr(module, "PARAMETERS", ()))
    return Page(module.page, f"{name}.html.j2", figures, parameters, getattr(module, "IS_OFFERED", True))


ORDER = ("cohort", "outcome", "response", "course", "patients", "patient", "quality", "about")
PAGES: dict[str, Page] = {name: _page(name) for name in ORDER if find_spec(f"{__name__}.{name}")}
