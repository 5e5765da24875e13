"""Profiles: registry.toml of data models that many sites have, shipped with the program.

A profile is a folder of `rules/intake/profiles`: `registry.toml`, the `.sql` that it names, and `profile.toml`, which
says what it reads and what it can't know.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from flows.endings import UNUSABLE, MspikeError, unwritten
from flows.settings.suggestions import suggestion

REGISTRY, _ABOUT = "registry.toml", "profile.toml"


class ProfileError(MspikeError):
    """A profile that is not there, or can't be copied; the message is one line for the person who asked for it."""

    status = UNUSABLE


@dataclass(frozen=True)
class Profile:
    """A profile. `title`: the data model; `reads`: which of its files or tables it reads; `unknown`: what it can't
    know, one sentence each; `is_draft`: it has to be completed before anything can be read with it.
    """

    name: str
    folder: Path
    title: str
    reads: tuple[str, ...]
    unknown: tuple[str, ...]
    is_draft: bool = False

    @property
    def registry(self) -> Path:
        """Its registry.toml."""
        return self.folder / REGISTRY

    def files(self) -> list[Path]:
        """Its registry.toml, and the SQL that this names."""
        return [self.registry, *sorted(self.folder.glob("*.sql"))]

    def copy(self, folder: Path) -> list[Path]:
        """Write its files into a folder, for a site to change; say where. Raises ProfileError where one is there."""
        places = [folder / path.name for path in self.files()]
        for place in places:
            if place.exists():
                raise ProfileError(f"{place}: is there already; name another folder, or remove it")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for path, place in zip(self.files(), places, strict=True):
                place.write_bytes(path.read_bytes())
        except OSError as error:
            raise ProfileError(f"{folder}: {unwritten(error.errno)}") from None
        return places


@cache
def profiles() -> tuple[Profile, ...]:
    """All profiles, by name."""
    return tuple(_profile(folder) for folder in sorted(_folder().iterdir()) if (folder / REGISTRY).is_file())


def ready(name: str) -> Profile:
    """The profile of a name, to read an extract with. Raises ProfileError where a site has to complete it first."""
    found = profile(name)
    if found.is_draft:
        raise ProfileError(
            f"profile {name}: has to be completed for each project; write it out with mspike map --profile {name} "
            "--output registry.toml, complete it there, and give it with --registry"
        )
    return found


def profile(name: str) -> Profile:
    """The profile of a name. Raises ProfileError, which names those that there are."""
    for found in profiles():
        if found.name == name:
            return found
    raise ProfileError(f"no profile {name!r}; {suggestion(name, [found.name for found in profiles()])}")


def _folder() -> Path:
    return Path(str(files("rules"))) / "intake" / "profiles"


def _profile(folder: Path) -> Profile:
    about = tomllib.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    lists = {key: tuple(about[key]) for key in ("reads", "unknown")}
    return Profile(folder.name, folder, about["title"], **lists, is_draft=about.get("is_draft", False))
