"""A run's configuration file: which ⚙ numbers it sets, and which broken rules are fatal."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rules.criterion import DEFAULT_EDITION, EditionError, load_edition


class ConfigError(ValueError):
    """A configuration that can't be used; the message is one line for the person who wrote it."""


@dataclass(frozen=True)
class Config:
    """`criteria` names the edition, `settings` the numbers set by clause id, `fatal_rules` the quarantine rules
    that fail a run.
    """

    criteria: str = DEFAULT_EDITION
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fatal_rules: tuple[str, ...] = ()


def load_config(path: Path | None, criteria: str | None = None) -> Config:
    """Read a TOML configuration (none: the defaults); `criteria` from the command line wins over the file's.

    Raises ConfigError for a file that can't be read, an unknown key, edition, clause or number.
    """
    content = _read(path) if path else {}
    unknown = sorted(set(content) - {"criteria", "settings", "fatal_rules"})
    if unknown:
        raise ConfigError(f"{path}: unknown key {unknown[0]!r}; known are criteria, settings, fatal_rules")
    fatal = content.get("fatal_rules", [])
    if not isinstance(fatal, list) or not all(isinstance(rule, str) for rule in fatal):
        raise ConfigError(f"{path}: fatal_rules must be a list of rule names such as ['unknown_patient']")
    settings = content.get("settings", {})
    if not isinstance(settings, Mapping):
        raise ConfigError(f'{path}: settings must be tables such as [settings."V.visit"]')
    config = Config(criteria or content.get("criteria", DEFAULT_EDITION), settings, tuple(fatal))
    try:
        load_edition(config.criteria, config.settings)
    except EditionError as error:
        raise ConfigError(f"{path}: {error}" if path else str(error)) from None
    return config


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: can't be read as TOML ({error})") from None
