"""Tickets that Zendesk has closed for good: a follow-up carries the news, if the YAML says so."""

from __future__ import annotations

from pathlib import Path

from integrations.sandbox.faults import Fault
from tests.e2e.test_following import reported
from tests.support.paths import ROOT
from tests.support.service import PROJECT, open_house, wait_until


def test_a_closed_ticket_gets_one_follow_up_even_when_the_answer_is_lost(tmp_path: Path) -> None:
    routing = tmp_path / "routing.yaml"
    routing.write_text((ROOT / "routing.yaml").read_text().replace("follow_up: false", "follow_up: true"))
    with open_house(tmp_path, ROUTING_FILE=str(routing)) as house:
        ticket_id, iid = reported(house)
        house.sandbox.zendesk.close(ticket_id)
        house.sandbox.zendesk.faults.add(Fault(method="POST", path="/api/v2/tickets", times=1, kind="drop_after"))
        before = set(house.sandbox.zendesk.ticket_ids())
        house.sandbox.gitlab.close_issue(PROJECT, iid)
        house.sandbox.gitlab.deliver(PROJECT, iid, "close")
        wait_until(lambda: set(house.sandbox.zendesk.ticket_ids()) - before)
        house.idle()
        (follow_up,) = set(house.sandbox.zendesk.ticket_ids()) - before
        ticket = house.sandbox.zendesk.ticket(follow_up)
        assert "issue_closed" in ticket["tags"]
        assert "was closed as done" in ticket["comments"][0]["body"]
        assert ticket["comments"][0]["public"] is False


def test_the_issue_s_address_goes_into_the_field_that_the_yaml_names(tmp_path: Path) -> None:
    routing = tmp_path / "routing.yaml"
    text = (ROOT / "routing.yaml").read_text()
    routing.write_text(text)
    with open_house(tmp_path, ROUTING_FILE=str(routing)) as house:
        field = house.sandbox.zendesk.add_field("Issue", "text")
        routing.write_text(text.replace("\nclosing:", f"\nfields: {{issue: {field}}}\n\nclosing:"))
        before = house.service.rulebook.current().hash
        wait_until(lambda: house.service.rulebook.current().hash != before)
        decision, ticket = house.triaged(
            "@gitlab since 11.4 the Web IDE eats my tabs and gives me back spaces, worked in 11.3"
        )
        assert decision["links"][0]["url"] in str(ticket["custom_fields"])
