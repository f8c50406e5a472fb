"""A question reaches the channel once, whatever dies and whatever answer is lost; what nobody can know is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from app.records.records import Records
from app.rules.schema.base import ExpertConfig
from app.work.chat.questions import NotSeenYet, Questions, QuestionSent
from integrations.errors import IntegrationError, RateLimited, Refused, Unavailable, UnknownOutcome
from tests.support.fakes import Clock

LDAP = ExpertConfig(channel="C1")
LOST = UnknownOutcome("chat", "no answer")


@dataclass
class Channels:
    """Keeps what arrives. `fails`: what goes wrong next; `loses`: of each failure, did it arrive nevertheless?"""

    fails: list[IntegrationError | None] = field(default_factory=list)
    loses: bool = False
    find_fails: IntegrationError | None = None
    keys: list[str] = field(default_factory=list)

    def send(self, channel: str, text: str, key: str) -> str:
        del channel, text
        error = self.fails.pop(0) if self.fails else None
        if error is None or self.loses:
            self.keys.append(key)
        if error:
            raise error
        return f"https://chat.example.com/{len(self.keys)}"

    def find(self, channel: str, key: str, since: datetime) -> str | None:
        del channel, since
        if self.find_fails:
            raise self.find_fails
        return f"https://chat.example.com/{self.keys.index(key) + 1}" if key in self.keys else None

    def close(self) -> None: ...


@dataclass
class Webhook:
    fails: list[IntegrationError] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def post(self, text: str) -> str | None:
        if self.fails:
            raise self.fails.pop(0)
        self.texts.append(text)
        return None


@dataclass
class Asking:
    records: Records
    clock: Clock
    channels: Channels | None
    webhook: Webhook | None = None

    def send(self) -> QuestionSent:
        records = self.records
        questions = Questions(self.channels, self.webhook, records.announcements, records.failures, self.clock)
        return questions.send("question:1", LDAP, "Who knows?", self.clock())

    def crash_after_the_claim(self) -> None:
        at = self.clock().isoformat()
        self.records.announcements.claim("question:1", kind="question", text="Who knows?", at=at)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    records = Records.open(f"sqlite:///{tmp_path / 'p.db'}")
    yield records
    records.close()


@pytest.fixture
def asking(records: Records) -> Asking:
    return Asking(records, Clock(), Channels())


def test_a_question_is_sent_once_and_its_link_is_known_afterwards(asking: Asking) -> None:
    first = asking.send()
    assert first == QuestionSent("sent", "https://chat.example.com/1")
    assert asking.send() == first
    assert asking.channels
    assert asking.channels.keys == ["question:1"]


def test_a_lost_answer_is_looked_up_before_anything_is_sent_again(asking: Asking) -> None:
    assert asking.channels
    asking.channels.fails, asking.channels.loses = [LOST], True
    with pytest.raises(UnknownOutcome):
        asking.send()
    assert asking.send() == QuestionSent("sent", "https://chat.example.com/1")
    assert asking.channels.keys == ["question:1"]


def test_what_did_not_arrive_is_sent_again_once_it_cannot_arrive_any_more(asking: Asking) -> None:
    assert asking.channels
    asking.crash_after_the_claim()
    with pytest.raises(NotSeenYet) as waits:
        asking.send()
    assert waits.value.retry_after == 60
    asking.clock.advance(60)
    assert asking.send().outcome == "sent"
    assert asking.channels.keys == ["question:1"]


@pytest.mark.parametrize("error", [RateLimited("chat", "slow"), Unavailable("chat", "down"), Refused("chat", "no")])
def test_what_was_certainly_not_sent_is_free_again(asking: Asking, error: IntegrationError) -> None:
    assert asking.channels
    asking.channels.fails = [error]
    with pytest.raises(type(error)):
        asking.send()
    assert asking.send().outcome == "sent"


@pytest.mark.parametrize(
    ("error", "outcome"), [(Unavailable("chat", "down"), None), (Refused("chat", "missing_scope"), "unknown")]
)
def test_where_nobody_can_look_it_is_said_and_not_sent_again(
    asking: Asking, error: IntegrationError, outcome: str | None
) -> None:
    assert asking.channels
    asking.crash_after_the_claim()
    asking.channels.find_fails = error
    if outcome is None:  # it will be possible later
        with pytest.raises(type(error)):
            asking.send()
        return
    assert asking.send().outcome == outcome
    assert asking.send().outcome == outcome
    assert len(asking.records.failures.newest(limit=5)) == 1
    assert asking.channels.keys == []


def test_a_webhook_gives_no_link_and_is_not_asked_twice(records: Records) -> None:
    asking = Asking(records, Clock(), None, Webhook())
    assert asking.send() == QuestionSent("sent", "")
    assert asking.send() == QuestionSent("sent", "")
    assert asking.webhook
    assert asking.webhook.texts == ["Who knows?"]


def test_a_webhook_whose_answer_is_lost_is_not_used_again(records: Records) -> None:
    asking = Asking(records, Clock(), None, Webhook([LOST]))
    assert asking.send().outcome == "unknown"
    assert asking.send().outcome == "unknown"
    assert asking.webhook
    assert asking.webhook.texts == []


def test_without_a_chat_nothing_is_claimed(records: Records) -> None:
    assert Asking(records, Clock(), None).send().outcome == "off"
    assert records.announcements.by_key("question:1") is None
