"""How templates become pages: everything a registry wrote is text, never markup, and escaped."""

import sys
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from flows.drawing.words import Words
from flows.history.runs import PROGRAM, code_of

TEMPLATES = Path(__file__).parent / "templates"
_version = cache(version)  # it searches the folders of all packages


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates, kept where Python keeps its own; some are as long in compiling as in being filled."""

    def get_source_checksum(self, source: str) -> str:
        """Of the template, of the program, whose filters and words are compiled in where they are constant, and of what
        compiles and escapes.
        """
        made_by = [f"{name} {_version(name)}" for name in ("jinja2", "markupsafe")]
        return super().get_source_checksum("\n".join([code_of(PROGRAM), *made_by, source]))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template, unless the folder can't be written: another process will compile it again."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def environment(*folders: Path, words: Words | None = None) -> Environment:
    """The templates of some folders and of this one, which may be in a language and then ask for its words."""
    made = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_compiled([*(folder.parent.name for folder in folders), *([words.lang] if words else [])]),
    )
    if words:
        made.filters.update(words.filters())
        made.globals.update(t=words.t, words=words, lang=words.lang)
    return made


def _compiled(of: list[str]) -> FileSystemBytecodeCache | None:
    folder = Path(cache_from_source(__file__)).parent
    if sys.dont_write_bytecode or not folder.is_dir():
        return None
    return _Compiled(str(folder), ".".join(["%s", *of, "jinja"]))


def render(template: str, **values: Any) -> Markup:
    """A template of this folder with its values, which are text and escaped unless they are markup."""
    return Markup(_of_drawing().get_template(template).render(values))


@cache
def _of_drawing() -> Environment:
    return environment()
