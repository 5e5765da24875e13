"""What stands for a patient in an address, which a browser keeps: a random name of this session, and no id."""

from __future__ import annotations

import secrets
import threading

ALIAS_BYTES = 9


class Session:
    """The names given since the program was started, in memory alone. An id keeps its name; a name tells nothing."""

    def __init__(self) -> None:
        self._aliases: dict[str, str] = {}
        self._patients: dict[str, str] = {}
        self._lock = threading.Lock()

    def alias(self, patient_id: str) -> str:
        """What stands for a patient."""
        with self._lock:
            if patient_id not in self._aliases:
                alias = secrets.token_urlsafe(ALIAS_BYTES)
                self._aliases[patient_id], self._patients[alias] = alias, patient_id
            return self._aliases[patient_id]

    def patient(self, alias: str) -> str | None:
        """The patient that it stands for; None: no name of this session."""
        return self._patients.get(alias)
