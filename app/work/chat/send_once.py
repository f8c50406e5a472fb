"""Says a thing in the chat at most once: across processes, restarts and kill -9.

A chat cannot be asked whether a message arrived, so the claim is kept before the message is sent, and what may have
been sent is never sent again: it becomes a failure that people see. Only what certainly was not sent is free again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

import structlog

from app.records.announcements import Announcement, Announcements
from app.records.failures import Failure, Failures
from app.work.jobs.fault import fault_of
from app.work.messages import Fault
from integrations.chat import escape, link
from integrations.errors import IntegrationError, UnknownOutcome

log = structlog.get_logger(__name__)

Kind = Literal["spike", "backlog", "failures", "silence", "hook_disabled", "setup"]
Outcome = Literal["sent", "known", "quiet", "nothing", "later", "failed", "unknown", "off"]
"""`known`: somebody else says it, or did; `quiet`: it was said lately; `nothing`: there is nothing to say;
`later`: it was not sent, and may be tried again; `failed`: it was not sent, and a person has to change something;
`unknown`: it may have been sent; `off`: there is no chat."""

SOURCE = "chat"
QUESTION = "question"
"""The kind of what `questions.py` sends: its workflow goes on, however long that takes."""
STEP = "announce"
HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)
# Far longer than a message takes: whoever claimed it is gone.
ABANDONED_AFTER = timedelta(minutes=10)
MOST_NAMED = 5


class Posts(Protocol):
    def post(self, text: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Announced:
    outcome: Outcome
    permalink: str | None = None
    fault: Fault | None = None
    """With `later`, `failed` and `unknown`."""


@dataclass(frozen=True, slots=True)
class NextMessage:
    """Of a series. Two processes that saw the same last one get the same key: one of them sends."""

    key: str
    last: Announcement | None

    @property
    def last_at(self) -> datetime | None:
        return datetime.fromisoformat(self.last.at) if self.last else None


@dataclass(frozen=True)
class Announcer:
    """`chat` None: off. Sends each message once; the caller's workflow decides about trying again."""

    chat: Posts | None
    announcements: Announcements
    failures: Failures
    now: Callable[[], datetime]

    def announce(self, kind: Kind, key: str, text: str) -> Announced:
        """Send `text`, whose foreign parts are escaped, unless somebody claimed `key` before.

        Raises nothing that the chat does.
        """
        if self.chat is None:
            return Announced("off")
        if not self.announcements.claim(key, kind=kind, text=text, at=self.now().isoformat()):
            known = self.announcements.by_key(key)
            return Announced("known", (known.link or None) if known else None)
        try:
            permalink = self.chat.post(text)
        except UnknownOutcome as error:
            return self._lost(key, fault_of(error).model_copy(update={"retryable": False}))
        except IntegrationError as error:
            return self._not_sent(key, fault_of(error))
        self.announcements.settle(key, permalink)
        log.info("announced", key=key)
        return Announced("sent", permalink)

    def next_message(self, series: str, quiet: timedelta) -> NextMessage | None:
        """None while the last message of the series is younger than `quiet`."""
        last = self.announcements.latest(series)
        following = NextMessage(f"{series}:{last.at if last else 'first'}", last)
        return None if following.last_at and self.now() - following.last_at < quiet else following

    def give_up_abandoned(self) -> int:
        """Messages whose process died over them: a person is told. How many; for a scheduled job."""
        abandoned = self.announcements.claimed_before((self.now() - ABANDONED_AFTER).isoformat(), but=QUESTION)
        for one in abandoned:
            message = "the process stopped while it sent the message, which may be there"
            self._lost(one.key, Fault(service=SOURCE, reason="abandoned", message=message, retryable=False))
        return len(abandoned)

    def _lost(self, key: str, fault: Fault) -> Announced:
        self.announcements.unknown(key, self._failure(key, fault, "It is not sent again; look into the channel."))
        return Announced("unknown", fault=fault)

    def _not_sent(self, key: str, fault: Fault) -> Announced:
        self.announcements.free(key)
        if fault.retryable:
            return Announced("later", fault=fault)
        self.failures.add(self._failure(key, fault, "It was not sent."))
        return Announced("failed", fault=fault)

    def _failure(self, key: str, fault: Fault, what_now: str) -> Failure:
        log.error("not_announced", key=key, reason=fault.reason)
        return Failure(
            key=f"{STEP}:{key}",
            source=SOURCE,
            ticket_id=None,
            step=STEP,
            reason=fault.reason,
            message=f"{fault.message}. {what_now}",
            attempts=1,
            # None: a retry by hand must not send it twice.
            payload=None,
            failed_at=self.now().isoformat(),
        )


class BacklogPolicy(Protocol):
    @property
    def at_least(self) -> int: ...
    @property
    def hours(self) -> int: ...
    @property
    def quiet_hours(self) -> int: ...


def say_backlog(announcer: Announcer, policy: BacklogPolicy, waiting: int, address: str = "") -> Announced:
    """`waiting`: tickets of the last `policy.hours` that are still left to a person. `address`: where to see them."""
    if waiting < policy.at_least:
        return Announced("nothing")
    following = announcer.next_message("backlog", timedelta(hours=policy.quiet_hours))
    if following is None:
        return Announced("quiet")
    text = f"{waiting} tickets of the last {counted(policy.hours, 'hour')} wait for triage."
    return announcer.announce("backlog", following.key, with_link(text, address))


NewFailures = Callable[[datetime], Mapping[tuple[str, str], int]]
"""Failures since a time, counted by source and reason."""


def say_failures(announcer: Announcer, new: NewFailures, address: str = "") -> Announced:
    """At most once an hour, with all that failed since the last time; the chat's own failures are not for the chat."""
    following = announcer.next_message("failures", HOUR)
    if following is None:
        return Announced("quiet")
    found = new(following.last_at or announcer.now() - DAY)
    counts = sorted(
        ((count, *name) for name, count in found.items() if name[0] != SOURCE), key=lambda one: (-one[0], one[1:])
    )
    if not counts:
        return Announced("nothing")
    named = [f"{escape(source)} {escape(reason)} ({count})" for count, source, reason in counts[:MOST_NAMED]]
    named += ["others"] if len(counts) > MOST_NAMED else []
    text = f"{counted(sum(count for count, *_ in counts), 'new failure')}: {', '.join(named)}."
    return announcer.announce("failures", following.key, with_link(text, address))


def say_alert(announcer: Announcer, kind: Kind, about: str, text: str, *, quiet: timedelta = DAY) -> Announced:
    """`about`: of what, in one word (`gitlab`): an alert about it is said once in `quiet`. `text`: nothing private."""
    following = announcer.next_message(f"{kind}:{about}", quiet)
    return announcer.announce(kind, following.key, escape(text)) if following else Announced("quiet")


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def with_link(text: str, address: str) -> str:
    """`text`, and behind it where to look, if that is an address that a chat can show."""
    return " ".join(filter(None, (text, link(address))))
