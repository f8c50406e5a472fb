"""Says in the log which webhooks were refused, and why: once a minute for each reason, for strangers can send many."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger(__name__)

SECONDS = 60.0
ADVICE = {
    "signature_missing": "the sender has no secret for this webhook, or one of another kind",
    "signature_wrong": "the sender has another secret than the settings: copy it from there into {setting}",
    "signature_stale": "the clock of one of the two machines is wrong, or an old request was repeated",
    "signing_token_not_configured": "the sender signs, and the settings hold a plain secret only",
    "token_wrong": "the sender has another secret than the settings: copy it from there into {setting}",
}


@dataclass
class RefusedLog:
    """Of one source. The reasons are few, so what is remembered is bounded."""

    source: str
    clock: Callable[[], float] = time.monotonic
    _said: dict[str, float] = field(default_factory=dict)
    _unsaid: dict[str, int] = field(default_factory=dict)

    def say(self, reason: str, sender: str) -> None:
        now = self.clock()
        if reason in self._said and now - self._said[reason] < SECONDS:
            self._unsaid[reason] = self._unsaid.get(reason, 0) + 1
            return
        self._said[reason] = now
        advice, more = ADVICE.get(reason, "the headers are not those of this sender"), self._unsaid.pop(reason, 0)
        advice = advice.format(setting=f"{self.source.upper()}_WEBHOOK_SECRET")
        log.warning("webhook_refused", source=self.source, reason=reason, sender=sender, advice=advice, unsaid=more)
