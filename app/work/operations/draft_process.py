"""Checks drafts in a process of its own: it takes a second of computing, which webhooks would have to wait for."""

import signal
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Final

from app.rules.draft import CheckedDraft, Draft, check_draft, refused

PATIENCE_SECONDS: Final = 60.0
IDLE_SECONDS: Final = 600.0
"""After this the process ends, and gives its memory back."""
TOO_SLOW: Final = "checking it takes too long: use `pointsman check`"
_NEW: Final = get_context("spawn")  # a copy of a process with threads may wait for a lock that nobody gives back


class DraftProcess:
    """Starts when it is first needed, and again after it ended. One caller at a time."""

    def __init__(self, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    def check(self, draft: Draft) -> CheckedDraft:
        """Rules that take too long are refused, and the process starts anew."""
        answer = self._asked(draft)
        if answer is not None:
            return answer
        self.stop()
        return refused(draft, TOO_SLOW)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None

    def _asked(self, draft: Draft) -> CheckedDraft | None:
        """None: no answer came."""
        with suppress(EOFError, OSError):
            connection = self._running()
            connection.send(draft)
            if connection.poll(self._patience):
                answer: CheckedDraft = connection.recv()
                return answer
        return None

    def _running(self) -> Connection:
        if self._process is not None and self._connection is not None and self._process.is_alive():
            return self._connection
        self.stop()
        self._connection, theirs = _NEW.Pipe()
        self._process = _NEW.Process(target=serve_checks, args=(theirs,), daemon=True, name="pointsman-drafts")
        self._process.start()
        theirs.close()
        return self._connection


def serve_checks(connection: Connection) -> None:
    """What the process does until nobody asks any more, or who asked is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: who started us ends us
    with suppress(EOFError):
        while connection.poll(IDLE_SECONDS):
            connection.send(check_draft(connection.recv()))
