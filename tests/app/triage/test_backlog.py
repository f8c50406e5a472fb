"""About what was written long ago less is done by itself, and nothing is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.model.model import SHIPPED
from app.rules.actions.reply import Reply
from app.rules.schema.base import Mode
from app.ticket import Ticket
from app.triage.backlog import held_back
from app.triage.judge import judge
from app.triage.shipped import shipped_judgement
from tests.support.rules import HEAD, NOW, rules

MACROS = "version: 1\nmacros: {'A::B': {text: {default: Hello}}}\n"
ROUTE = "[{name: it, archetype: broken, mode: live, when: {phrases: gitlab}}]"
BROKEN = "  broken: {description: x, status: solved, reply: {macro: 'A::B', mode: live}}\n"


@pytest.mark.parametrize(("mode", "solved"), [("suggest", False), ("live", True)])
def test_a_reply_is_never_sent_and_suggest_changes_no_status(mode: Mode, *, solved: bool) -> None:
    given = rules(
        "[{name: it, archetype: broken, mode: live, when: {phrases: gitlab}}]", head=HEAD + BROKEN, macros=MACROS
    )
    ticket = Ticket(1, body="gitlab is slow", channel="twitter")
    judged = judge(given, ticket, replace(shipped_judgement(SHIPPED, None), model=None), now=NOW)
    assert any(isinstance(one, Reply) and one.acts for one in judged.plan.actions)
    held = held_back(given, ticket, judged, mode, None)
    assert held.plan.mode == mode
    assert not any(isinstance(one, Reply) and one.acts for one in held.plan.actions)
    assert any(one.kind == "status" for one in held.plan.wanted()) == solved
