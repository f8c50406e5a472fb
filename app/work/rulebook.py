"""The rules in force, and those that older decisions were made with."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from app.records.config_versions import ConfigVersion, ConfigVersions
from app.rules.loading import Rules, load


class Rulebook:
    """Reads both files; keeps every version that came into force, so that a decision can be explained later."""

    def __init__(
        self, routing_file: Path, macros_file: Path, versions: ConfigVersions, now: Callable[[], datetime]
    ) -> None:
        self._files = routing_file, macros_file
        self._versions = versions
        self._now = now
        self._lock = threading.Lock()
        self._known: dict[str, Rules] = {}
        self._current = self._enact(read_rules(routing_file, macros_file))

    def current(self) -> Rules:
        return self._current

    def by_hash(self, config_hash: str) -> Rules:
        """The rules of that hash. Raises KeyError for one that was never in force here."""
        with self._lock:
            if config_hash in self._known:
                return self._known[config_hash]
        version = self._versions.get(config_hash)
        if version is None:
            raise KeyError(config_hash)
        rules = load(version.routing, version.macros)
        with self._lock:
            self._known[config_hash] = rules
        return rules

    def _enact(self, rules: Rules) -> Rules:
        self._versions.keep(ConfigVersion(rules.hash, rules.routing_text, rules.macros_text, self._now().isoformat()))
        with self._lock:
            self._known[rules.hash] = rules
        return rules


def read_rules(routing_file: Path, macros_file: Path) -> Rules:
    """Both files, checked. Raises BadRules with every problem, or OSError."""
    return load(
        routing_file.read_text(encoding="utf-8"),
        macros_file.read_text(encoding="utf-8"),
        routing_name=str(routing_file),
        macros_name=str(macros_file),
    )
