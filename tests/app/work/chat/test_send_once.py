"""Each message is sent at most once, whatever dies and whoever races; what may be lost is seen by people."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.records.announcements import Announcements
from app.records.database import DatabaseError, make_engine
from app.records.failures import Failure, Failures
from app.records.tables import failures, metadata
from app.work.chat.send_once import Announced, Announcer, Kind, say_alert, say_backlog, say_failures
from integrations.chat import ChatWebhook
from integrations.errors import IntegrationError, RateLimited, Refused, Unavailable, UnknownOutcome
from integrations.sandbox import Sandbox
from tests.support.forked import Forked

NOW = datetime(2018, 11, 14, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass
class Chat:
    """Records what it is sent; `fails`: what goes wrong next, in order."""

    fails: list[IntegrationError] = field(default_factory=list)
    permalink: str | None = None
    texts: list[str] = field(default_factory=list)

    def post(self, text: str) -> str | None:
        if self.fails:
            raise self.fails.pop(0)
        self.texts.append(text)
        return self.permalink


@dataclass
class Harness:
    """An announcer on a real table, whose clock and chat the test holds."""

    url: str
    chat: Chat = field(default_factory=Chat)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.engine = make_engine(self.url)
        metadata.create_all(self.engine)
        self.announcements = Announcements(self.engine)
        self.kept = Failures(self.engine)
        self.announcer = Announcer(self.chat, self.announcements, self.kept, lambda: self.now)

    @property
    def failures(self) -> list[Failure]:
        return self.kept.newest(limit=9)

    def state(self, key: str) -> str:
        found = self.announcements.by_key(key)
        return found.state if found else "none"


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    harness = Harness(f"sqlite:///{tmp_path / 'pointsman.db'}")
    yield harness
    harness.engine.dispose()


def test_sends_once_and_gives_the_link_to_all_who_ask(harness: Harness) -> None:
    harness.chat.permalink = "https://chat.example/p/1"

    assert harness.announcer.announce("silence", "a:1", "hello") == Announced("sent", "https://chat.example/p/1")
    assert harness.announcer.announce("silence", "a:1", "hello") == Announced("known", "https://chat.example/p/1")

    assert harness.chat.texts == ["hello"]
    assert harness.state("a:1") == "sent"


def test_a_chat_that_gives_no_link(harness: Harness) -> None:
    assert harness.announcer.announce("silence", "a:1", "hello") == Announced("sent")
    assert harness.announcer.announce("silence", "a:1", "hello") == Announced("known")


def test_what_may_have_been_sent_is_never_sent_again_and_people_see_it(harness: Harness) -> None:
    harness.chat.fails = [UnknownOutcome("chat", "no answer from the webhook (ReadTimeout)", "answer_lost")]

    first = harness.announcer.announce("silence", "a:1", "hello")
    second = harness.announcer.announce("silence", "a:1", "hello")

    assert (first.outcome, second.outcome) == ("unknown", "known")
    assert first.fault is not None
    assert not first.fault.retryable
    assert harness.chat.texts == []
    assert harness.state("a:1") == "unknown"
    [failure] = harness.failures
    assert (failure.key, failure.source, failure.reason) == ("announce:a:1", "chat", "answer_lost")
    assert failure.payload is None, "a retry by hand must not send it twice"


@pytest.mark.parametrize("error", [Unavailable("chat", "no connection"), RateLimited("chat", "429", retry_after=30)])
def test_what_certainly_was_not_sent_may_be_tried_again(harness: Harness, error: IntegrationError) -> None:
    harness.chat.fails = [error]

    first = harness.announcer.announce("silence", "a:1", "hello")

    assert first.outcome == "later"
    assert first.fault is not None
    assert first.fault.retryable
    assert first.fault.retry_after == getattr(error, "retry_after", None)
    assert harness.failures == [], "not before the caller gives up"
    assert harness.announcer.announce("silence", "a:1", "hello, later").outcome == "sent"
    assert harness.chat.texts == ["hello, later"]


def test_a_webhook_that_refuses_is_a_failure_that_people_see(harness: Harness) -> None:
    harness.chat.fails = [Refused("chat", "the webhook answered 403")]

    assert harness.announcer.announce("silence", "a:1", "hello").outcome == "failed"

    assert [failure.reason for failure in harness.failures] == ["refused"]
    assert harness.announcer.announce("silence", "a:1", "hello").outcome == "sent", "once it is mended"


def test_without_a_chat_nothing_is_claimed(harness: Harness) -> None:
    announcer = Announcer(None, harness.announcements, harness.kept, lambda: NOW)

    assert announcer.announce("silence", "a:1", "hello") == Announced("off")
    assert harness.state("a:1") == "none"


def test_of_many_that_race_one_sends(harness: Harness) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(8)

    def race() -> None:
        start.wait()
        outcomes.append(harness.announcer.announce("silence", "a:1", "hello").outcome)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["known"] * 7 + ["sent"]
    assert harness.chat.texts == ["hello"]


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from app.work.chat.send_once import Announcer
from integrations.chat import ChatWebhook
from app.records.announcements import Announcements
from app.records.database import make_engine

class Dies:
    def post(self, text):
        if sys.argv[3] == "after":
            ChatWebhook(sys.argv[2]).post(text)
        os.kill(os.getpid(), signal.SIGKILL)

now = lambda: datetime.fromisoformat(sys.argv[4])
announcements = Announcements(make_engine(sys.argv[1]))
Announcer(Dies(), announcements, None, now).announce("silence", "a:1", "hello")
"""


@pytest.mark.parametrize(("when", "arrived"), [("before", 0), ("after", 1)])
def test_a_process_that_is_killed_over_a_message_leaves_it_to_people(harness: Harness, when: str, arrived: int) -> None:
    with Sandbox.start() as sandbox:
        arguments = [harness.url, sandbox.chat.webhook_url, when, NOW.isoformat()]
        assert Forked("-c", KILLED, *arguments).wait(30) == -signal.SIGKILL

        assert harness.announcer.announce("silence", "a:1", "hello").outcome == "known"
        assert harness.announcer.give_up_abandoned() == 0, "it may still be at it"
        harness.now = NOW + 11 * MINUTE
        assert harness.announcer.give_up_abandoned() == 1
        assert harness.announcer.give_up_abandoned() == 0
        assert harness.announcer.announce("silence", "a:1", "hello").outcome == "known"

        assert len(sandbox.chat.messages()) == arrived
    assert harness.chat.texts == []
    assert [failure.reason for failure in harness.failures] == ["abandoned"]


def test_what_may_have_been_sent_is_no_secret_when_the_failure_cannot_be_kept(harness: Harness) -> None:
    """As when the process is killed between the two writes: they are one transaction."""
    harness.chat.fails = [UnknownOutcome("chat", "no answer from the webhook (ReadTimeout)", "answer_lost")]
    failures.drop(harness.engine)

    with pytest.raises(DatabaseError):
        harness.announcer.announce("silence", "a:1", "hello")

    assert harness.state("a:1") == "claimed"
    failures.create(harness.engine)
    harness.now = NOW + 11 * MINUTE
    assert harness.announcer.give_up_abandoned() == 1
    assert [failure.reason for failure in harness.failures] == ["abandoned"]


# ---- series


def test_the_next_of_a_series_has_to_wait(harness: Harness) -> None:
    first = harness.announcer.next_message("a", HOUR)
    assert first is not None
    harness.announcer.announce("silence", first.key, "hello")

    harness.now = NOW + HOUR - MINUTE
    assert harness.announcer.next_message("a", HOUR) is None
    harness.now = NOW + HOUR
    second = harness.announcer.next_message("a", HOUR)
    assert second is not None
    assert second.key != first.key
    assert second.last_at == NOW


def test_those_who_saw_the_same_last_message_have_the_same_key(harness: Harness) -> None:
    slow = harness.announcer.next_message("a", HOUR)
    quick = harness.announcer.next_message("a", HOUR)
    assert slow is not None
    assert quick is not None

    assert harness.announcer.announce("silence", quick.key, "hello").outcome == "sent"
    harness.now = NOW + 5 * HOUR
    assert harness.announcer.announce("silence", slow.key, "hello").outcome == "known"


def test_a_message_that_was_not_sent_does_not_silence_its_series(harness: Harness) -> None:
    harness.chat.fails = [Unavailable("chat", "no connection")]

    assert say_alert(harness.announcer, "silence", "gitlab", "Nothing arrived.").outcome == "later"
    assert say_alert(harness.announcer, "silence", "gitlab", "Nothing arrived.").outcome == "sent"


def test_a_message_that_may_have_been_sent_does(harness: Harness) -> None:
    harness.chat.fails = [UnknownOutcome("chat", "lost")]

    assert say_alert(harness.announcer, "silence", "gitlab", "Nothing arrived.").outcome == "unknown"
    assert say_alert(harness.announcer, "silence", "gitlab", "Nothing arrived.").outcome == "quiet"


def test_alerts_about_different_things_do_not_wait_for_each_other(harness: Harness) -> None:
    alerts: list[tuple[Kind, str]] = [("silence", "gitlab"), ("silence", "gitlab_2"), ("hook_disabled", "gitlab")]
    for kind, about in alerts:
        assert say_alert(harness.announcer, kind, about, "Alas.").outcome == "sent"


def test_an_alert_pings_nobody(harness: Harness) -> None:
    say_alert(harness.announcer, "hook_disabled", "gitlab", "The hook of <!channel> @all is disabled.")

    assert harness.chat.texts == ["The hook of &lt;!channel&gt; ＠all is disabled."]


# ---- backlog and failures


@dataclass(frozen=True)
class Backlog:
    at_least: int = 25
    hours: int = 24
    quiet_hours: int = 12


def test_a_backlog_is_said_from_its_size_on_and_again_when_it_stays(harness: Harness) -> None:
    def say(waiting: int) -> str:
        return say_backlog(harness.announcer, Backlog(), waiting, "https://acme.zendesk.com/agent").outcome

    assert say(24) == "nothing"
    assert say(25) == "sent"
    assert say(40) == "quiet"
    harness.now = NOW + 12 * HOUR
    assert say(41) == "sent"
    assert harness.chat.texts == [
        "25 tickets of the last 24 hours wait for triage. https://acme.zendesk.com/agent",
        "41 tickets of the last 24 hours wait for triage. https://acme.zendesk.com/agent",
    ]


def test_failures_are_said_once_an_hour_with_their_count(harness: Harness) -> None:
    asked: list[datetime] = []
    counts: dict[tuple[str, str], int] = {("gitlab", "http_500"): 1}

    def new(since: datetime) -> dict[tuple[str, str], int]:
        asked.append(since)
        return counts

    assert say_failures(harness.announcer, new).outcome == "sent"
    counts = {("gitlab", "http_500"): 3, ("zendesk", "conflict"): 4, ("chat", "answer_lost"): 9}
    assert say_failures(harness.announcer, new).outcome == "quiet"
    harness.now = NOW + HOUR
    assert say_failures(harness.announcer, new).outcome == "sent"

    assert asked == [NOW - 24 * HOUR, NOW], "those since the last message"
    assert harness.chat.texts == [
        "1 new failure: gitlab http_500 (1).",
        "7 new failures: zendesk conflict (4), gitlab http_500 (3).",
    ]


def test_failures_of_the_chat_itself_are_not_for_the_chat(harness: Harness) -> None:
    assert say_failures(harness.announcer, lambda _: {("chat", "answer_lost"): 1}).outcome == "nothing"


def test_more_failures_than_can_be_named(harness: Harness) -> None:
    say_failures(harness.announcer, lambda _: {("zendesk", f"reason_{number}"): 1 for number in range(9)})

    assert harness.chat.texts[0].startswith("9 new failures: ")
    assert harness.chat.texts[0].endswith("reason_4 (1), others.")


def test_reaches_a_real_chat(harness: Harness) -> None:
    with Sandbox.start() as sandbox:
        chat = ChatWebhook(sandbox.chat.webhook_url)
        announcer = Announcer(chat, harness.announcements, harness.kept, lambda: NOW)

        assert say_backlog(announcer, Backlog(), 30).outcome == "sent"
        assert say_backlog(announcer, Backlog(), 31).outcome == "quiet"

        chat.close()
        texts = [message["text"] for message in sandbox.chat.messages()]
    assert texts == ["30 tickets of the last 24 hours wait for triage."]
