"""What the team's chat hears: one message for a spike, none with anything that a person wrote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.work.messages import CheckForChat
from tests.support.harness import Harness, running_harness, wait_until
from tests.support.paths import ROOT
from tests.support.work import scheduled

COMPLAINT = "@gitlab is gitlab.com down for anybody else? getting 502 since {number} minutes, order 4711"


@pytest.fixture(scope="module")
def chat_harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    folder = tmp_path_factory.mktemp("chat")
    routing = folder / "routing.yaml"
    text = (ROOT / "routing.yaml").read_text().replace("at_least: 10, minutes: 10", "at_least: 3, minutes: 10")
    routing.write_text(text.replace("needs_triage: {at_least: 25", "needs_triage: {at_least: 1"))
    with running_harness(folder, CHAT_WEBHOOK_URL="sandbox", ROUTING_FILE=str(routing)) as harness:
        yield harness


def messages(harness: Harness) -> list[str]:
    return [str(message["text"]) for message in harness.sandbox.chat.messages()]


def test_a_spike_of_complaints_is_one_message_without_what_people_wrote(chat_harness: Harness) -> None:
    for number in range(5):
        chat_harness.triaged(COMPLAINT.format(number=number))
    wait_until(lambda: messages(chat_harness))
    chat_harness.idle()
    (said,) = messages(chat_harness)
    assert "stability complaints in 10 minutes, no incident open" in said
    assert "4711" not in said


def test_a_backlog_of_tickets_for_people_is_said_once(chat_harness: Harness) -> None:
    chat_harness.triaged("My cat is on the keyboard again")
    before = len(messages(chat_harness))
    for number in range(3):
        chat_harness.service.deps.engine.accept(
            [scheduled(CheckForChat, f"round-{number}", chat_harness.service.deps.now())]
        )
        chat_harness.idle()
    (said,) = messages(chat_harness)[before:]
    assert "wait for triage" in said
