"""Tickets that Zendesk has closed for good: a follow-up carries the news, if the YAML says so."""

from __future__ import annotations

from pathlib import Path

from integrations.sandbox.faults import Fault
from tests.e2e.test_following import reported
from tests.support.harness import PROJECT, running_harness, wait_until
from tests.support.paths import ROOT


def test_a_closed_ticket_gets_one_follow_up_even_when_the_answer_is_lost(tmp_path: Path) -> None:
    routing = tmp_path / "routing.yaml"
    routing.write_text((ROOT / "routing.yaml").read_text().replace("follow_up: false", "follow_up: true"))
    with running_harness(tmp_path, ROUTING_FILE=str(routing)) as harness:
        ticket_id, iid = reported(harness)
        harness.sandbox.zendesk.close(ticket_id)
        harness.sandbox.zendesk.faults.add(Fault(method="POST", path="/api/v2/tickets", times=1, kind="drop_after"))
        before = set(harness.sandbox.zendesk.ticket_ids())
        harness.sandbox.gitlab.close_issue(PROJECT, iid, "merge_request")
        harness.sandbox.gitlab.deliver(PROJECT, iid, "close")
        wait_until(lambda: set(harness.sandbox.zendesk.ticket_ids()) - before)
        harness.idle()
        (follow_up,) = set(harness.sandbox.zendesk.ticket_ids()) - before
        ticket = harness.sandbox.zendesk.ticket(follow_up)
        assert "issue_closed" in ticket["tags"]
        assert "was closed as done" in ticket["comments"][0]["body"]
        assert ticket["comments"][0]["public"] is False


def test_the_issue_s_address_goes_into_the_field_that_the_yaml_names(tmp_path: Path) -> None:
    routing = tmp_path / "routing.yaml"
    text = (ROOT / "routing.yaml").read_text()
    routing.write_text(text)
    with running_harness(tmp_path, ROUTING_FILE=str(routing)) as harness:
        field = harness.sandbox.zendesk.add_field("Issue")
        routing.write_text(text.replace("\nclosing:", f"\nfields: {{issue: {field}}}\n\nclosing:"))
        before = harness.service.deps.rulebook.current().hash
        wait_until(lambda: harness.service.deps.rulebook.current().hash != before)
        decision, ticket = harness.triaged(
            "@gitlab since 11.4 the Web IDE eats my tabs and gives me back spaces, worked in 11.3"
        )
        assert decision["links"][0]["url"] in str(ticket["custom_fields"])
