"""What the team's chat hears: one message for a spike, none with anything that a person wrote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.work.messages import CheckForChat
from integrations.sandbox import Fault
from tests.support.harness import Harness, running_harness, wait_until
from tests.support.paths import ROOT
from tests.support.work import scheduled

COMPLAINT = "@gitlab is gitlab.com down for anybody else? getting 502 since {number} minutes, order 4711"


@pytest.fixture(scope="module")
def chat_harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    folder = tmp_path_factory.mktemp("chat")
    routing = folder / "routing.yaml"
    text = (ROOT / "routing.yaml").read_text().replace("at_least: 10, minutes: 10", "at_least: 3, minutes: 10")
    text = text.replace("needs_triage: {at_least: 25", "needs_triage: {at_least: 1")
    routing.write_text(text.replace("\nchat:\n", "\nchat:\n  experts: {ldap: {channel: C1, title: LDAP people}}\n"))
    with running_harness(
        folder, CHAT_WEBHOOK_URL="sandbox", CHAT_TOKEN="sandbox", ROUTING_FILE=str(routing)
    ) as harness:
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


def test_an_expert_is_asked_once_and_the_ticket_has_the_link(chat_harness: Harness) -> None:
    """The answer to the first request is lost: the message is found by its key."""
    sandbox, before = chat_harness.sandbox, len(messages(chat_harness))
    sandbox.chat.faults.add(Fault("POST", "/api/chat.postMessage", "drop_after"))
    ticket_id = chat_harness.ticket("@gitlab kudos to the team for the new release, love it!")
    chat_harness.deliver(ticket_id)
    chat_harness.decision(ticket_id)
    sandbox.zendesk.set_tags(ticket_id, [*sandbox.zendesk.ticket(ticket_id)["tags"], "ask_ldap"])
    for _ in range(2):
        chat_harness.deliver(ticket_id, "ticket.updated")
    wait_until(lambda: "asked_ldap" in sandbox.zendesk.ticket(ticket_id)["tags"])
    chat_harness.idle()
    ticket = sandbox.zendesk.ticket(ticket_id)
    assert "ask_ldap" not in ticket["tags"]
    (said,) = messages(chat_harness)[before:]
    assert "asks LDAP people about a ticket from" in said
    (note,) = [one["body"] for one in ticket["comments"] if "asked LDAP people" in one["body"]]
    assert f"{sandbox.chat.url}/archives/C1/p" in note
