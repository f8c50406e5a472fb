"""Checks drafts while people type: one at a time, of each person the newest, and what is known is not checked again."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from app.rules.draft import CheckedDraft, Draft

KEPT: Final = 8


class Superseded(Exception):
    """The same person sent a newer draft meanwhile."""


class DraftChecks:
    def __init__(self, check: Callable[[Draft], CheckedDraft], stop: Callable[[], None] = lambda: None) -> None:
        """`stop`: ends what `check` uses."""
        self._check = check
        self._stop = stop
        self._known: OrderedDict[str, CheckedDraft] = OrderedDict()
        self._changed = threading.Condition()
        self._newest: dict[str, Draft] = {}
        """What each person waits for."""
        self._is_checking = False

    def checked(self, draft: Draft, by: str) -> CheckedDraft:
        """`by`: who asks. Raises Superseded."""
        with self._changed:
            self._newest[by] = draft
            self._changed.notify_all()
            while self._is_checking and self._newest.get(by) is draft:
                self._changed.wait()
            if self._newest.get(by) is not draft:
                raise Superseded
            del self._newest[by]
            if known := self._known.get(draft.hash):
                self._known.move_to_end(draft.hash)
                self._changed.notify_all()
                return known
            self._is_checking = True
        try:
            found = self._check(draft)
        finally:
            with self._changed:
                self._is_checking = False
                self._changed.notify_all()
        self._keep(found)
        return found

    def stop(self) -> None:
        self._stop()

    def _keep(self, found: CheckedDraft) -> None:
        with self._changed:
            self._known[found.draft.hash] = found
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
