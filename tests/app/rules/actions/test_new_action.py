"""Walks the documented way of adding an action: a class in the registry, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

# A process of its own, because the schema reads the registry when it is imported.
PROGRAM = """
import json
from datetime import UTC, datetime
from typing import ClassVar, Literal

from pydantic import Field

from app.rules import actions
from app.rules.actions.action import Action, Reference
from app.rules.actions.ticket_change import Section
from app.rules.schema.base import MacroName
from app.rules.schema.strict import Strict


class UrgencyKeys(Strict):
    urgency: Literal["low", "urgent"] | None = Field(default=None, description="How soon it is looked at.")
    urgency_note: MacroName | None = None


class Urgency(Action):
    keys: ClassVar = UrgencyKeys
    capped: ClassVar = True

    kind: Literal["urgency"] = "urgency"
    level: str

    @classmethod
    def plan(cls, keys, context):
        return cls(level=keys.urgency) if keys.urgency else None

    @classmethod
    def references(cls, keys):
        if keys.urgency_note:
            yield Reference("macro", keys.urgency_note, ("urgency_note",))

    def details(self):
        return (self.level,)

    def would(self):
        return f"set the urgency to {self.level}"

    def carry_out(self, change, context):
        change.fields["77"] = self.level
        change.say(Section.DONE, f"urgency {self.level}")
        return self.outcome("done", self.level)


actions.ACTIONS = (*actions.ACTIONS[:-1], Urgency, actions.ACTIONS[-1])

from app.rules.actions.findings import Found
from app.rules.json_schema import json_schema
from app.rules.loading import load
from app.rules.parsing.positions import BadRules
from app.ticket import Ticket
from app.triage.judge import Judgement, judge
from app.triage.language import Language
from app.triage.plan import Plan
from app.triage.explanation import explanation
from app.work.messages import TicketDecision, TicketRead
from app.work.tickets.compose import compose
from app.work.tickets.render import note_blocks, ticket_update
from integrations.zendesk.notes import note_html
from tests.support.rules import HEAD, MACROS, routing

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def rules_with(keys, **parts):
    head = HEAD.replace("{description: broken}", "{description: broken, mode: live, " + keys + "}")
    return load(routing("[{name: it, archetype: bug_report, when: {phrases: [boom]}}]", head=head, **parts), MACROS)


def refused(keys):
    try:
        rules_with(keys)
    except BadRules as bad:
        return str(bad)


rules = rules_with("urgency: urgent, caps: {urgency: 5}")
judged = judge(rules, Ticket(1, body="boom"), Judgement(lambda _: Language("en", "a test says so")), now=NOW)
stored = Plan.model_validate_json(judged.plan.model_dump_json())
decision = TicketDecision(
    run_id="pm1", event="ticket.created", channel="twitter", where="", archetype="bug_report", confidence="high",
    ticket=TicketRead(id=1, subject="", body="boom", status="new", tags=(), updated_at="", public=True, url="",
                      requester_name="Sam"),
    decided_by="route:it", why="", plan=stored, trace=(), config_hash=rules.hash, judged=Ticket(1), thread="",
    decided_at=NOW.isoformat(),
)
change = compose(decision, Found(), rules)
print(json.dumps({
    "schema": json_schema("routing")["$defs"]["ArchetypeConfig"]["properties"]["urgency"],
    "caps": sorted(json_schema("routing")["$defs"]["CapsConfig"]["properties"]),
    "refused": refused("urgency: now"),
    "unknown": refused("urgency_note: 'No::Such'"),
    "would": explanation(judged, rules.hash).would,
    "same": stored == judged.plan,
    "outcomes": [[one.kind, one.state, one.detail] for one in change.outcomes],
    "fields": dict(ticket_update(decision, change, None, None, 6000).custom_fields),
    "note": note_html([*note_blocks(decision, change)]),
}))
"""


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_a_new_action_is_described_in_the_schema_and_can_be_capped(said: dict[str, Any]) -> None:
    assert said["schema"]["description"] == "How soon it is looked at."
    assert "urgency" in said["caps"]


def test_a_wrong_value_of_a_new_action_is_refused_with_its_place(said: dict[str, Any]) -> None:
    assert "archetypes.bug_report.urgency" in said["refused"]
    assert said["refused"].startswith("routing.yaml:")


def test_a_macro_that_a_new_action_names_must_exist(said: dict[str, Any]) -> None:
    assert "archetypes.bug_report.urgency_note: there is no macro `No::Such`" in said["unknown"]


def test_a_new_action_is_planned_and_a_dry_run_says_what_it_would_do(said: dict[str, Any]) -> None:
    assert "would: set the urgency to urgent" in said["would"]


def test_a_plan_with_a_new_action_can_be_stored(said: dict[str, Any]) -> None:
    assert said["same"] is True


def test_a_new_action_changes_the_ticket_and_stands_in_the_note(said: dict[str, Any]) -> None:
    assert ["urgency", "done", "urgent"] in said["outcomes"]
    assert said["fields"] == {"77": "urgent"}
    assert "<strong>Done:</strong> urgency urgent." in said["note"]
