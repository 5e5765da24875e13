"""A run's configuration file: which ⚙ numbers it sets, which broken rules are fatal, and which shares are too low."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from flows.endings import UNUSABLE, MspikeError
from flows.settings.bars import BarError, checked
from flows.settings.file_limits import LimitError, Limits, limits_of
from flows.settings.languages import LANGUAGES
from flows.settings.profiles import Profile, ProfileError, ready
from flows.settings.schedule import Schedule, ScheduleError, schedule_of
from flows.settings.suggestions import near
from rules.criterion import DEFAULT_EDITION, EditionError, load_edition


class ConfigError(MspikeError):
    """A configuration that can't be used; the message is one line for the person who wrote it."""

    status = UNUSABLE


@dataclass(frozen=True)
class Config:
    """`criteria` names the edition, `settings` the numbers set by clause id, `fatal_rules` the quarantine rules
    that fail a run, `fail_on` the least share of each indicator without which it fails, `lang` the report's language,
    `registry` the file of a site's own names, `profile` whose that is if it is shipped, `limits` how large a file may
    be; `schedule` is for runs under Prefect.
    """

    criteria: str = DEFAULT_EDITION
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fatal_rules: tuple[str, ...] = ()
    fail_on: Mapping[str, float] = field(default_factory=dict)
    lang: str = "en"
    registry: Path | None = None
    limits: Limits = field(default_factory=Limits)
    schedule: Schedule = field(default_factory=Schedule)
    profile: Profile | None = None

    def with_registry(self, registry: Path | None, profile: str | None) -> Config:
        """With the one of these that was asked for in place of what the file says. Raises ConfigError, ProfileError."""
        if registry and profile:
            raise ConfigError("--registry and --profile are both the names of the extract; give one of them")
        if profile:
            return replace(self, registry=(shipped := ready(profile)).registry, profile=shipped)
        return replace(self, registry=registry, profile=None) if registry else self


def load_config(path: Path | None, criteria: str | None = None) -> Config:
    """Read a TOML configuration (none: the defaults); `criteria` from the command line wins over the file's.

    Raises ConfigError for a file that can't be read, an unknown key, edition, clause, number or
    indicator.
    """
    content = _read(path) if path else {}
    known = ("criteria", "settings", "fatal_rules", "audit", "report", "schedule", "registry", "profile", "limits")
    unknown = sorted(set(content) - set(known))
    if unknown:
        raise ConfigError(f"{path}: unknown key {unknown[0]!r}; known are {', '.join(known)}")
    fatal = content.get("fatal_rules", [])
    if not isinstance(fatal, list) or not all(isinstance(rule, str) for rule in fatal):
        raise ConfigError(f"{path}: fatal_rules: must be a list of rule names such as ['unknown_patient']")
    for rule in fatal:
        if rule not in _rules():
            hint = near(rule, _rules()) or "rules/intake/refusals.toml names them"
            raise ConfigError(f"{path}: fatal_rules: no rule {rule!r}; {hint}")
    settings = content.get("settings", {})
    if not isinstance(settings, Mapping):
        raise ConfigError(f'{path}: settings: must be tables such as [settings."V.visit"]')
    config = Config(
        criteria or content.get("criteria", DEFAULT_EDITION),
        settings,
        tuple(fatal),
        _bars(path, content),
        _lang(path, content),
        _registry(path, content),
        _limits(path, content),
        _schedule(path, content),
    )
    try:
        load_edition(config.criteria, config.settings)
    except EditionError as error:
        raise ConfigError(f"{path}: {error}" if path else str(error)) from None
    return config.with_registry(None, _profile(path, content))


def _profile(path: Path | None, content: Mapping[str, Any]) -> str | None:
    name = content.get("profile")
    if name is None:
        return None
    if "registry" in content:
        raise ConfigError(f"{path}: registry and profile are both the names of the extract; keep one")
    if not isinstance(name, str):
        raise ConfigError(f"{path}: profile: must be the name of a profile such as 'omop', found {name!r}")
    try:
        ready(name)
    except ProfileError as error:
        raise ConfigError(f"{path}: {error}") from None
    return name


def _bars(path: Path | None, content: Mapping[str, Any]) -> dict[str, float]:
    audit = content.get("audit", {})
    bars = audit.get("fail_on", {}) if isinstance(audit, Mapping) and not set(audit) - {"fail_on"} else None
    if not isinstance(bars, Mapping):
        raise ConfigError(
            f'{path}: [audit] has only fail_on; write it as a table of minimums such as {{"Q.iss" = 0.9}}'
        )
    try:
        return checked(bars)
    except BarError as error:
        raise ConfigError(f"{path}: audit.fail_on: {error}") from None


def _lang(path: Path | None, content: Mapping[str, Any]) -> str:
    report = content.get("report", {})
    if not isinstance(report, Mapping) or set(report) - {"lang"} or report.get("lang", "en") not in LANGUAGES:
        raise ConfigError(f"{path}: report: can only set lang, to one of {', '.join(LANGUAGES)}")
    return str(report.get("lang", "en"))


def _rules() -> list[str]:
    text = files("rules").joinpath("intake/refusals.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text))


def _registry(path: Path | None, content: Mapping[str, Any]) -> Path | None:
    """Where the file of a site's own names is; a relative path is one from the configuration's folder."""
    name = content.get("registry")
    if name is None or path is None:
        return None
    if not isinstance(name, str) or not name or "\0" in name:
        raise ConfigError(f"{path}: registry: must be the path of a file such as 'registry.toml', found {name!r}")
    return path.parent / name


def _limits(path: Path | None, content: Mapping[str, Any]) -> Limits:
    try:
        return limits_of(content.get("limits", {}))
    except LimitError as error:
        raise ConfigError(f"{path}: limits: {error}") from None


def _schedule(path: Path | None, content: Mapping[str, Any]) -> Schedule:
    try:
        return schedule_of(content.get("schedule", {}))
    except ScheduleError as error:
        raise ConfigError(f"{path}: schedule: {error}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: can't be read as TOML ({' '.join(str(error).split())}); mend it there") from None
