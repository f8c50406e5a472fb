"""The priority reaches the one update of the ticket, and is left out where Zendesk refuses it."""

from __future__ import annotations

from app.rules.actions.action import ChangeContext
from app.rules.actions.findings import Found
from app.rules.actions.priority import TicketPriority
from app.rules.actions.ticket_change import Section, TicketChange
from app.work.tickets.refused_parts import Refusals
from integrations.errors import Invalid
from integrations.zendesk.updates import TicketUpdate, ticket_json
from tests.support.shipped import SHIPPED


def changed() -> TicketChange:
    change = TicketChange()
    context = ChangeContext(ticket_id=1, channel="email", macros=SHIPPED.macros, values={}, found=Found(outcome="none"))
    change.outcomes.append(TicketPriority(priority="urgent").carry_out(change, context))
    return change


def test_the_priority_stands_in_the_update_and_in_the_note() -> None:
    change = changed()
    assert ticket_json(TicketUpdate(updated_stamp="x", priority=change.priority))["priority"] == "urgent"
    assert [line.text for line in change.note] == ["priority set to urgent"]


def test_a_priority_that_zendesk_refuses_is_left_to_a_person() -> None:
    change = Refusals(changed()).next(Invalid("zendesk", "rejected", "http_422", {"priority": ("not here",)}))
    assert change is not None
    assert (change.priority, [one.state for one in change.outcomes]) == (None, ["failed"])
    assert [line.section for line in change.note] == [Section.NEXT]
