"""An expert is asked once for each time that the tag was set, and a note has the link; private text stays here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.records.decisions import Decision
from app.records.records import Records
from app.rules.loading import load
from app.work.chat.ask_expert import MOST_WAITS, ExpertQuestions
from app.work.chat.questions import Questions
from app.work.messages import AskExpert, ExpertAsked, TriageTicket
from app.work.provenance import Provenance
from app.work.snapshot import ticket_as_json, ticket_from
from integrations.errors import NotFound
from integrations.zendesk.client import TaggedBy
from integrations.zendesk.snapshots import RequesterSnapshot
from tests.support.fakes import Clock, FakeEngine, FakeZendesk, dependencies
from tests.support.rules import HEAD, MACROS, routing

EXPERTS = "chat:\n  experts:\n    ldap: {channel: C1, title: Authentication}\n    runners: {channel: C2}\n"


@dataclass
class Chat:
    said: list[tuple[str, str, str]]
    refuses: bool = False

    def send(self, channel: str, text: str, key: str) -> str:
        if self.refuses:
            raise NotFound("chat", "Slack answered channel_not_found")
        self.said.append((channel, text, key))
        return f"https://chat.example.com/{len(self.said)}"

    def find(self, *_: object) -> None: ...
    def close(self) -> None: ...


@dataclass
class Asking:
    experts: ExpertQuestions
    zendesk: FakeZendesk
    engine: FakeEngine
    chat: Chat
    clock: Clock
    records: Records
    works: int = 0

    def tagged(self, *tags: str, body: str = "Who knows LDAP?", **more: Any) -> int:
        """A ticket that was decided."""
        self.zendesk.tagged_by = TaggedBy(3, "", 501)
        snapshot = self.zendesk.add(body, tags=tags, **more)
        self.decided(snapshot.id, ticket_as_json(ticket_from(snapshot, event="created")))
        return snapshot.id

    def decided(self, ticket_id: int, ticket: dict[str, Any], run_id: str = "") -> None:
        at = self.clock().isoformat()
        known = Decision.without_verdict(
            run_id or f"pm{ticket_id}", ticket_id, "created", "done", "x", now=at, finished_at=at
        )
        self.records.decisions.save(replace(known, ticket=ticket, mode="live"))

    def ask(self, ticket_id: int, expert: str = "ldap", **more: Any) -> ExpertAsked | None:
        """What the note says, if one is to be written."""
        self.works += 1
        self.engine.works.clear()
        key = f"delivery:{self.works}"
        self.experts.run(AskExpert(key=key, accepted_at=self.clock(), ticket_id=ticket_id, expert=expert, **more))
        messages = [work.message for work in self.engine.works]
        return next((one.cause for one in messages if isinstance(one, TriageTicket)), None)  # type: ignore[return-value]


class People(FakeZendesk):
    def person(self, user_id: int) -> RequesterSnapshot:
        return RequesterSnapshot(user_id, "Ann Advocate", email="ann@example.com", role="agent")


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    records = Records.open(f"sqlite:///{tmp_path / 'p.db'}")
    clock, engine, chat = Clock(), FakeEngine(), Chat([])
    zendesk = People(clock)
    rules = load(routing(more=EXPERTS, head=f"{HEAD}  leak: {{description: secrets, private: true}}\n"), MACROS)
    deps = replace(
        dependencies(records, zendesk=zendesk, engine=engine, clock=clock),
        rulebook=cast("Any", SimpleNamespace(current=lambda: rules)),
    )
    provenance = Provenance(cast("Any", zendesk), deps.identity)
    questions = Questions(chat, None, records.announcements, records.failures, clock)
    yield Asking(ExpertQuestions(deps, provenance, questions), zendesk, engine, chat, clock, records)
    records.close()


def test_the_message_goes_to_the_experts_channel_and_the_note_has_its_link(asking: Asking) -> None:
    note = asking.ask(asking.tagged("ask_ldap"))
    assert note == ExpertAsked(
        sentence="Ann Advocate asked Authentication in the chat: https://chat.example.com/1",
        add=("asked_ldap",),
        remove=("ask_ldap",),
    )
    ((channel, text, _),) = asking.chat.said
    assert channel == "C1"
    assert text.startswith("Ann Advocate asks Authentication about a ticket from ")
    assert "https://acme.zendesk.com/agent/tickets/1" in text
    assert "Who knows LDAP?" in text


def test_two_deliveries_of_one_tag_ask_once_and_a_tag_that_is_set_again_asks_again(asking: Asking) -> None:
    ticket_id = asking.tagged("ask_ldap")
    assert asking.ask(ticket_id) == asking.ask(ticket_id)
    assert len(asking.chat.said) == 1
    asking.zendesk.tagged_by = TaggedBy(3, "", 502)
    asking.ask(ticket_id)
    assert len(asking.chat.said) == 2


@pytest.mark.parametrize(
    "change",
    [{"is_public": False}, {"via_channel": "email"}, {"tags": ("ask_ldap", "archetype__leak")}],
    ids=["private ticket", "private channel", "private archetype"],
)
def test_of_a_private_ticket_only_the_link_leaves_zendesk(asking: Asking, change: dict[str, Any]) -> None:
    ticket_id = asking.tagged("ask_ldap", body="my password is hunter2")
    asking.zendesk.change(ticket_id, **change)
    note = asking.ask(ticket_id, by="ann", question="Is hunter2 a good password?")
    ((_, text, _),) = asking.chat.said
    assert text == ("ann asks Authentication about a private ticket: https://acme.zendesk.com/agent/tickets/1")
    assert note
    assert note.next == ("The message has no text, only the link: what stands in a private ticket stays here.",)


def test_what_was_judged_private_stays_here_although_its_channel_is_public(asking: Asking) -> None:
    ticket_id = asking.tagged("ask_ldap")
    judged = replace(ticket_from(asking.zendesk.read_ticket(ticket_id), event="created"), public=False)
    asking.decided(ticket_id, ticket_as_json(judged), "pm-later")
    asking.ask(ticket_id)
    assert "Who knows LDAP?" not in asking.chat.said[0][1]


def test_a_ticket_is_decided_before_its_text_leaves_zendesk(asking: Asking) -> None:
    ticket_id = asking.zendesk.add("Who knows LDAP?", tags=("ask_ldap",)).id
    assert asking.ask(ticket_id) is None
    (again,) = [work.message for work in asking.engine.works]
    assert isinstance(again, AskExpert)
    assert asking.chat.said == []
    asking.ask(ticket_id, waits=MOST_WAITS)  # its first look waits for a service
    assert "about a private ticket" in asking.chat.said[0][1]


def test_names_secrets_and_pings_do_not_reach_the_chat(asking: Asking) -> None:
    asking.ask(
        asking.tagged("ask_ldap", body="<!channel> @here I am Sam Example, sam@example.org, token glpat-" + "x" * 20)
    )
    ((_, text, _),) = asking.chat.said
    for secret in ("<!channel>", "@here", "Sam Example", "sam@example.org", "glpat-xxxx"):
        assert secret not in text


@pytest.mark.parametrize(
    ("name", "meant"),
    [("ldpa", "Did you mean ldap? It has ldap, runners."), ("zzz", "no zzz. It has ldap, runners.")],
)
def test_an_unknown_name_is_said_and_its_tag_goes(asking: Asking, name: str, meant: str) -> None:
    note = asking.ask(asking.tagged(f"ask_{name}"), name)
    assert note
    assert (note.add, note.remove) == ((), (f"ask_{name}",))
    assert note.sentence.endswith(meant)
    assert asking.chat.said == []


def test_what_the_chat_refuses_is_said_in_the_ticket(asking: Asking) -> None:
    asking.chat.refuses = True
    note = asking.ask(asking.tagged("ask_ldap"))
    assert note
    assert note.sentence == "Nobody was asked, because the chat refused the message: Slack answered channel_not_found."


@pytest.mark.parametrize(
    ("tags", "more", "tagged_by"),
    [
        ((), {}, None),
        (("ask_ldap",), {"status": "closed"}, None),
        (("ask_ldap",), {}, TaggedBy(3, "pm123", 501)),
    ],
    ids=["the tag is gone", "a closed ticket", "our own tag"],
)
def test_nothing_is_asked(
    asking: Asking, tags: tuple[str, ...], more: dict[str, Any], tagged_by: TaggedBy | None
) -> None:
    ticket_id = asking.tagged(*tags, **more)
    asking.zendesk.tagged_by = tagged_by
    assert asking.ask(ticket_id) is None
    assert asking.chat.said == []


def test_the_command_asks_with_its_own_question_and_no_tag(asking: Asking) -> None:
    note = asking.ask(asking.tagged(), by="ann", question="Does this need a paid plan?")
    ((_, text, _),) = asking.chat.said
    assert "Does this need a paid plan?" in text
    assert "Who knows LDAP?" not in text
    assert note
    assert note.add == ("asked_ldap",)
