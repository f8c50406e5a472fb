"""Sends a question into an expert's channel once, and finds it again when the answer was lost.

The claim is kept before the message is sent. With a token the chat can be asked whether the message is there; a webhook
cannot, so what may have been sent by it is never sent again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

import structlog

from app.records.announcements import Announcement, Announcements
from app.records.failures import Failure, Failures
from app.work.chat.send_once import QUESTION, SOURCE, STEP, Posts
from integrations.chat import ChatChannels
from integrations.errors import IntegrationError, NotSent, RateLimited, Unavailable, UnknownOutcome

log = structlog.get_logger(__name__)

# Longer than a request may still be on its way.
SETTLED_AFTER = timedelta(seconds=60)
# The chat's clock is not ours.
CLOCKS_DIFFER = timedelta(minutes=5)


class NotSeenYet(NotSent):
    """The message may still arrive: look again later."""


@dataclass(frozen=True, slots=True)
class QuestionSent:
    outcome: Literal["sent", "unknown", "off"]
    """`unknown`: it may be there, and nobody can look; `off`: there is no chat."""
    link: str = ""
    """Empty: the chat gives none."""


class SaysWhere(Protocol):
    @property
    def channel(self) -> str: ...


@dataclass(frozen=True)
class Questions:
    channels: ChatChannels | None
    webhook: Posts | None
    announcements: Announcements
    failures: Failures
    now: Callable[[], datetime]

    def send(self, key: str, expert: SaysWhere, text: str, since: datetime) -> QuestionSent:
        """`since`: when it was asked for. Raises IntegrationError, after which it is to be called again."""
        if self.channels is None and self.webhook is None:
            return QuestionSent("off")
        known = self.announcements.by_key(key)
        if known is not None and known.state != "free":
            found = self._known(known, expert, since - CLOCKS_DIFFER)
            if found is not None:
                return found
        if not self.announcements.claim(key, kind=QUESTION, text=text, at=self.now().isoformat()):
            raise NotSeenYet(SOURCE, "somebody else sends it just now")
        try:
            link = self._send(expert, text, key)
        except UnknownOutcome:
            if self.channels is None:
                return self._unknown(key, "the answer was lost")
            raise
        except IntegrationError:
            self.announcements.free(key)
            raise
        return self._settled(key, link)

    def _send(self, expert: SaysWhere, text: str, key: str) -> str:
        if self.channels is not None:
            return self.channels.send(expert.channel, text, key)
        return (self.webhook.post(text) if self.webhook else None) or ""

    def _known(self, known: Announcement, expert: SaysWhere, since: datetime) -> QuestionSent | None:
        """What became of an earlier attempt; None: it is certainly not there, and may be sent."""
        if known.state == "sent":
            return QuestionSent("sent", known.link)
        if known.state == "unknown":
            return QuestionSent("unknown")
        if self.channels is None:
            return self._unknown(known.key, "the process stopped while it sent the message")
        try:
            found = self.channels.find(expert.channel, known.key, since)
        except (RateLimited, Unavailable):
            raise
        except IntegrationError as error:
            return self._unknown(known.key, error.message)
        if found:
            return self._settled(known.key, found)
        age = self.now() - datetime.fromisoformat(known.at)
        if age < SETTLED_AFTER:
            wait = (SETTLED_AFTER - age).total_seconds()
            raise NotSeenYet(SOURCE, "the message is not in the channel yet", "not_seen_yet", wait)
        self.announcements.free(known.key)
        return None

    def _settled(self, key: str, link: str) -> QuestionSent:
        self.announcements.settle(key, link)
        log.info("announced", key=key)
        return QuestionSent("sent", link)

    def _unknown(self, key: str, why: str) -> QuestionSent:
        failure = Failure(
            key=f"{STEP}:{key}",
            source=SOURCE,
            ticket_id=None,
            step=STEP,
            reason="answer_lost",
            message=f"{why}. It is not sent again; look into the channel.",
            attempts=1,
            payload=None,  # a retry by hand must not send it twice
            failed_at=self.now().isoformat(),
        )
        self.announcements.unknown(key, failure)
        return QuestionSent("unknown")
