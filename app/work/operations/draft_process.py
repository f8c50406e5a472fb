"""Checks and tests drafts in a process of its own: webhooks would have to wait for so much computing."""

import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from app.model.model import SHIPPED
from app.rules.draft import CheckedDraft, Draft, check_draft, refused
from app.rules.examples import ExampleResult
from app.triage.judge import Judgement, judge
from app.triage.rule_tests import run_rule_tests
from app.triage.shipped import shipped_judgement

PATIENCE_SECONDS: Final = 60.0
IDLE_SECONDS: Final = 600.0
"""After this the process ends, and gives its memory back."""
MOST_TESTS: Final = 1000
TOO_SLOW: Final = "checking it takes too long: use `pointsman check`"
_NEW: Final = get_context("spawn")  # a copy of a process with threads may wait for a lock that nobody gives back


class DraftProcess:
    """Starts when it is first needed, and again after it ended. Callers take turns."""

    def __init__(self, patience: float = PATIENCE_SECONDS, model: Path = SHIPPED) -> None:
        """`model`: what tests are judged with."""
        self._patience = patience
        self._model = model
        self._turn = threading.Lock()
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    def check(self, draft: Draft) -> CheckedDraft:
        """Rules that take too long are refused, and the process starts anew."""
        answer: CheckedDraft | None = self._asked(draft)
        return answer or refused(draft, TOO_SLOW)

    def test(self, checked: CheckedDraft) -> Sequence[ExampleResult] | None:
        """The first MOST_TESTS examples of the draft, by its own rules. None: they take too long."""
        if checked.rules is None or not checked.examples:
            return ()
        found: Sequence[ExampleResult] | None = self._asked(replace(checked, examples=checked.examples[:MOST_TESTS]))
        return found

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None

    def _asked(self, question: Draft | CheckedDraft) -> Any:
        """None: no answer came, and the process is ended."""
        with self._turn:
            with suppress(EOFError, OSError):
                connection = self._running()
                connection.send(question)
                if connection.poll(self._patience):
                    return connection.recv()
            self.stop()
            return None

    def _running(self) -> Connection:
        if self._process is not None and self._connection is not None and self._process.is_alive():
            return self._connection
        self.stop()
        self._connection, theirs = _NEW.Pipe()
        self._process = _NEW.Process(target=serve, args=(theirs, self._model), daemon=True, name="pointsman-drafts")
        self._process.start()
        theirs.close()
        return self._connection


def serve(connection: Connection, model: Path) -> None:
    """What the process does until nobody asks any more, or who asked is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: who started us ends us
    with suppress(EOFError):
        while connection.poll(IDLE_SECONDS):
            question = connection.recv()
            connection.send(check_draft(question) if isinstance(question, Draft) else _tested(question, model))


def _tested(checked: CheckedDraft, model: Path) -> Sequence[ExampleResult]:
    if checked.rules is None:
        return ()
    judgement, now = _judgement(model), datetime.now(UTC)
    return run_rule_tests(
        checked.rules, checked.examples, lambda rules, ticket: judge(rules, ticket, judgement, now=now)
    )


@cache
def _judgement(model: Path) -> Judgement:
    return shipped_judgement(model)
