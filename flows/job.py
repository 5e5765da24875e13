"""A job: what was asked of a run, and what the run knows besides. Every step is given one.

What was asked goes to Prefect and to a schedule as plain values, and comes back from them (`parameters`,
`from_parameters`): a new option of a run is a field here, an option of its command, and the step that uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import UTC, date, datetime
from functools import cache
from inspect import Parameter
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

from flows.engines.engine import EMBEDDED, Engine, choose_engine
from flows.privacy.pseudonyms import Pseudonymise, Pseudonyms, pseudonymise_of
from flows.settings.config import Config, load_config
from rules.criterion import Edition, load_edition


@dataclass(frozen=True)
class _Plain:
    """The kind of value that JSON has for another one, and the ways there and back."""

    kind: Any
    tell: Callable[[Any], Any] = lambda value: value
    read: Callable[[Any], Any] = lambda value: value


_AS_PLAIN: dict[Any, _Plain] = {
    Path: _Plain(str, str, Path),
    date: _Plain(str, date.isoformat, date.fromisoformat),
    Engine: _Plain(dict[str, Any], Engine.parameters, lambda asked: choose_engine(**asked)),
    Pseudonymise: _Plain(dict[str, str | None], Pseudonymise.parameters, pseudonymise_of),
}
_KNOWN = {"is_known": True}  # to the run, and not asked for

Frames = dict[str, Any]  # by table
Sum = Callable[[], Frames]


@dataclass(frozen=True)
class Job:
    """One run: the extract to read, the store to write, the edition (None: the configuration's, else jsh2023), the
    configuration's file, and what derives.

    `full`: read and derive everything, whether changed or not. `delta`: the extract has only the patients that changed,
    whole, and takes the place of what the store has of them. `as_of`: the extract is a store, and what it knew on that
    day goes into another. `pseudonymise` (None: patients keep their ids). `registry`: the site's own names (None: the
    configuration's file, else the extract's); `profile`: a shipped one in its place.

    The run knows besides: the `configuration` read; the `pseudonyms` by the key; the `folder` being built; the database
    `last` of the store's last complete run (None: there was none, or this version can't read it); the `sums` begun, by
    step (flows/summing.py); when it `started`.
    """

    input: Path
    output: Path
    criteria: str | None = None
    config: Path | None = None
    full: bool = False
    delta: bool = False
    as_of: date | None = None
    engine: Engine = EMBEDDED
    pseudonymise: Pseudonymise | None = None
    registry: Path | None = None
    profile: str | None = None
    configuration: Config = field(default_factory=Config, metadata=_KNOWN)
    pseudonyms: Pseudonyms | None = field(default=None, metadata=_KNOWN)
    folder: Path = field(default=Path(), metadata=_KNOWN)
    last: Path | None = field(default=None, metadata=_KNOWN)
    sums: Mapping[str, Sum | None] = field(default_factory=dict, metadata=_KNOWN)
    started: datetime = field(default_factory=lambda: datetime.now(UTC), metadata=_KNOWN)

    def load_config(self) -> Config:
        """The run's configuration. Raises ConfigError, ProfileError."""
        return load_config(self.config, self.criteria).with_registry(self.registry, self.profile)

    def prepared(self) -> Job:
        """The job with its configuration read and its key at hand.

        Raises ConfigError; ProfileError; PseudonymError where the key, or the place of the link table, can't be used.
        """
        config = self.load_config()
        pseudonyms = self.pseudonymise.pseudonyms(self.output) if self.pseudonymise else None
        return replace(self, configuration=config, pseudonyms=pseudonyms)

    @property
    def database(self) -> Path:
        """The DuckDB file being built."""
        return self.folder / "registry.duckdb"

    @property
    def goes_on(self) -> bool:
        """Whether the build begins with what the last run left; otherwise with nothing but what is remembered of it."""
        return bool(self.last) and not (self.full or self.as_of)

    @property
    def edition(self) -> Edition:
        """The edition with this run's settings."""
        return load_edition(self.configuration.criteria, self.configuration.settings)

    def anywhere(self) -> Job:
        """The same job for another process: its paths hold in any folder."""
        asked: dict[str, Any] = {name: getattr(self, name) for name in _kinds()}
        paths = {name: path.absolute() for name, path in asked.items() if isinstance(path, Path)}
        return replace(self, **asked | paths)

    def parameters(self) -> dict[str, Any]:
        """What was asked, other than by default, as plain values."""
        options = {option.name: option.default for option in fields(self)}
        asked = {name: value for name in _kinds() if (value := getattr(self, name)) != options[name]}
        return {name: _plain(name).tell(value) for name, value in asked.items()}

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any]) -> Job:
        """The job of what `parameters` gave; null is the default. Raises EngineUsageError."""
        asked = {name: value for name, value in parameters.items() if value is not None}
        return cls(**{name: _plain(name).read(value) for name, value in asked.items()})


@cache
def _kinds() -> dict[str, Any]:
    """What may be asked, and the kind of its value."""
    hints = get_type_hints(Job)
    asked = [option.name for option in fields(Job) if not option.metadata]
    return {
        name: next(kind for kind in (*get_args(hints[name]), hints[name]) if kind is not NoneType) for name in asked
    }


def _plain(name: str) -> _Plain:
    return _AS_PLAIN.get(_kinds()[name], _Plain(_kinds()[name]))


def options() -> list[Parameter]:
    """The parameters, by keyword only, of a function that is asked for a job in plain values."""
    return [_option(option.name, option.default) for option in fields(Job) if not option.metadata]


def _option(name: str, default: Any) -> Parameter:
    kind = _plain(name).kind
    if default is MISSING:
        return Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind)
    if default is None or _kinds()[name] in _AS_PLAIN:  # a default that is no plain value is null
        return Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=kind | None)
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)
