"""The rules in force, and those that older decisions were made with.

A changed file comes into force by itself; a bad one is refused with all its problems, and the last good one stays.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from app.metrics import CONFIG_ERRORS
from app.records.config_versions import ConfigVersion, ConfigVersions
from app.rules.files import read_texts
from app.rules.loading import Rules, load
from app.rules.parsing.positions import BadRules

log = structlog.get_logger(__name__)

RULEBOOK_SECONDS = 1.0


class Rulebook:
    """Reads both files; keeps every version that came into force, so that a decision can be explained later."""

    def __init__(
        self,
        routing_file: Path,
        macros_file: Path,
        versions: ConfigVersions,
        now: Callable[[], datetime],
        loaded: Rules | None = None,
    ) -> None:
        """`loaded`: what was read of both files before.

        Raises BadRules and OSError: there is no last good version to fall back to yet.
        """
        self._files = routing_file, macros_file
        self._versions = versions
        self._now = now
        self._lock = threading.Lock()
        self._known: dict[str, Rules] = {}
        self._problems: tuple[str, ...] = ()
        self._seen = (loaded.routing_text, loaded.macros_text) if loaded else read_texts(*self._files)
        self._current = self._enact(loaded or self._load(self._seen))

    def current(self) -> Rules:
        return self._current

    def problems(self) -> tuple[str, ...]:
        """Why the files as they are now were refused; empty: they are in force."""
        return self._problems

    def by_hash(self, config_hash: str) -> Rules:
        """The rules of that hash. Raises KeyError for one that was never in force here.

        A later version of this program may refuse what an earlier one took: then those in force stand in for them, or
        work that was under way would end in the same error however often it is tried again.
        """
        with self._lock:
            if config_hash in self._known:
                return self._known[config_hash]
        version = self._versions.get(config_hash)
        if version is None:
            raise KeyError(config_hash)
        try:
            rules = load(version.routing, version.macros)
        except BadRules as error:
            log.warning("older_rules_refused", config_hash=config_hash, problems=[str(one) for one in error.problems])
            return self.current()
        with self._lock:
            self._known[config_hash] = rules
        return rules

    def refresh(self) -> None:
        """Look at the files. Their text is compared, not their times: editors and mounts handle those differently."""
        try:
            texts = read_texts(*self._files)
        except OSError as error:
            self._refuse((f"{error.filename or 'a file'}: cannot be read ({type(error).__name__})",))
            return
        except BadRules as error:
            self._refuse(tuple(str(problem) for problem in error.problems))
            return
        if texts == self._seen:
            return
        self._seen = texts
        try:
            self._current = self._enact(self._load(texts))
        except BadRules as error:
            self._refuse(tuple(str(problem) for problem in error.problems))
            return
        self._problems = ()
        CONFIG_ERRORS.set(0)
        log.info("rules_in_force", config_hash=self._current.hash)

    def _refuse(self, problems: tuple[str, ...]) -> None:
        if problems == self._problems:
            return
        self._problems = problems
        CONFIG_ERRORS.set(len(problems))
        log.error("rules_refused", problems=problems, still_in_force=self._current.hash)

    def _load(self, texts: tuple[str, str]) -> Rules:
        routing, macros = self._files
        return load(*texts, routing_name=str(routing), macros_name=str(macros))

    def _enact(self, rules: Rules) -> Rules:
        self._versions.keep(ConfigVersion(rules.hash, rules.routing_text, rules.macros_text, self._now().isoformat()))
        with self._lock:
            self._known[rules.hash] = rules
        return rules
