"""Which experts a ticket's tags ask for, and what the ticket is told once they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.records.decisions import Decision
from app.records.records import Records
from app.rules.actions.note import Note
from app.rules.actions.tags import Tags
from app.work.decisions.decision_log import DecisionLog
from app.work.decisions.expert_asked import expert_asked, experts_asked
from app.work.messages import ExpertAsked, TriageTicket
from tests.support.fakes import NOW, Clock, FakeZendesk, dependencies
from tests.support.rules import rules

EXPERTS = "chat:\n  experts:\n    ldap: {channel: C1}\n"


@pytest.mark.parametrize(
    ("tags", "more", "asked"),
    [
        (("ask_ldap", "vip"), EXPERTS, ("ldap",)),
        (("ask_ldap", "ask_ldpa"), EXPERTS, ("ldap", "ldpa")),
        (("asked_ldap", "ask_", "task_ldap"), EXPERTS, ()),
        (("ask_for_logs",), "", ()),
    ],
    ids=["known", "also unknown names", "no such tag", "without experts the tag is another's"],
)
def test_experts_are_asked_for_by_tags(tags: tuple[str, ...], more: str, asked: tuple[str, ...]) -> None:
    assert experts_asked(tags, rules(more=more)) == asked


def test_the_ticket_gets_a_note_and_the_other_tag_and_keeps_the_rest() -> None:
    snapshot = FakeZendesk(Clock()).add(tags=("ask_ldap", "vip"))
    cause = ExpertAsked(sentence="Asked.", next=("Look.",), add=("asked_ldap",), remove=("ask_ldap", "gone"))
    message = TriageTicket(key="k", accepted_at=NOW, ticket_id=snapshot.id, cause=cause)
    decision = expert_asked(message, cause, snapshot, None, rules=rules(more=EXPERTS), now=NOW)
    tags, note = decision.plan.actions
    assert isinstance(tags, Tags)
    assert isinstance(note, Note)
    assert (tags.add, tags.remove) == (("asked_ldap",), ("ask_ldap",))
    assert (note.title, note.next) == ("Asked.", ("Look.",))


def test_a_question_before_the_first_look_is_no_first_look(tmp_path: Path) -> None:
    """Else the ticket would never be judged."""
    records = Records.open(f"sqlite:///{tmp_path / 'p.db'}")
    at = NOW.isoformat()
    row = Decision.without_verdict("pm1", 7, "asked", "done", "x", now=at, finished_at=at)
    records.decisions.save(replace(row, tags=("asked_ldap",), update_state="applied"))
    assert DecisionLog(dependencies(records)).last_applied(7) is None
    records.close()
