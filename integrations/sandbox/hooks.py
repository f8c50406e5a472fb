"""A service that sends webhooks: to whom, and when it stops."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from integrations.sandbox.clock import Clock
from integrations.sandbox.service import Service

TEMPORARY_AFTER = 4
PERMANENT_AFTER = 40
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(days=1)


@dataclass(slots=True)
class Hook:
    """Failures in a row: from the 4th on it pauses (a minute, then twice as long each time), at the 40th it is off."""

    id: int
    url: str
    failures: int = 0
    disabled_until: datetime | None = None

    def status(self, now: datetime) -> str:
        if self.failures >= PERMANENT_AFTER:
            return "disabled"
        paused = self.disabled_until is not None and now < self.disabled_until
        return "temporarily_disabled" if paused else "executable"

    def answered(self, status: int, now: datetime) -> None:
        """2xx and 3xx are successes."""
        if 200 <= status < 400:
            self.failures, self.disabled_until = 0, None
            return
        self.failures += 1
        if self.failures >= TEMPORARY_AFTER:
            doublings = min(self.failures - TEMPORARY_AFTER, 12)
            self.disabled_until = now + min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE)


Headers = Callable[[Hook], Mapping[str, str]]
"""Called for each attempt: its stamps and ids are its own."""


class HookedService(Service):
    counts_failures = False
    """Whether hooks that fail are paused and switched off."""

    def __init__(self, name: str, clock: Clock, port: int, path_of: Callable[[str], str] = str) -> None:
        super().__init__(name, clock, port, counted="/api/", path_of=path_of)
        self.auto_deliver = False
        """Whether each change is sent on its own."""
        self._hooks: list[Hook] = []
        self._hook_ids = itertools.count(1)

    def subscribe(self, endpoint_url: str) -> None:
        """From now on webhooks go there (also)."""
        if all(hook.url != endpoint_url for hook in self._hooks):
            self._hooks.append(Hook(next(self._hook_ids), endpoint_url))

    def unsubscribe(self) -> None:
        """No webhooks to anybody any more."""
        self._hooks.clear()

    def _send(self, body: bytes, headers: Headers, times: int) -> list[int]:
        """To all hooks, `times` times; the statuses (0: no answer)."""
        if not self._hooks:
            raise ValueError("nobody subscribed: call subscribe(endpoint_url) first")
        statuses = []
        for hook in self._hooks * times:
            statuses.append(self.webhook_sender.send(hook.url, body, headers(hook)))
            self._answered(hook, statuses[-1])
        return statuses

    def _send_later(self, body: bytes, headers: Headers) -> None:
        for hook in self._hooks:
            if hook.status(self.clock.now()) == "executable":
                self.webhook_sender.send_later(hook.url, body, headers(hook), partial(self._answered, hook))

    def _answered(self, hook: Hook, status: int) -> None:
        if self.counts_failures:
            hook.answered(status, self.clock.now())
