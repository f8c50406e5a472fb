"""A tag that somebody sets while we decide, within the second of the ticket's last change, which its stamp hides."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.sandbox import Fault
from tests.support.harness import Harness, running_harness, wait_until
from tests.support.paths import ROOT

BUG = "@gitlab since 11.4 the {thing} eats my changes with an error, it worked in 11.3"
SEARCH = r"/api/v4/projects/[^/]+/issues|/api/v4/search"


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    """With an expert who can be asked by a tag."""
    folder = tmp_path_factory.mktemp("within_a_second")
    routing = folder / "routing.yaml"
    text = (ROOT / "routing.yaml").read_text()
    routing.write_text(text.replace("\nchat:\n", "\nchat:\n  experts: {ldap: {channel: C1, title: LDAP people}}\n"))
    with running_harness(
        folder, CHAT_WEBHOOK_URL="sandbox", CHAT_TOKEN="sandbox", ROUTING_FILE=str(routing)
    ) as harness:
        yield harness


def tagged_meanwhile(harness: Harness, thing: str, tag: str) -> int:
    """A ticket that an advocate tags after we read it, and before we write."""
    sandbox = harness.sandbox
    sandbox.clock.hold()
    sandbox.gitlab.faults.add(Fault("GET", SEARCH, "delay_before", seconds=0.5))
    ticket_id = harness.ticket(BUG.format(thing=thing), tags=["kept"])
    sandbox.zendesk.calls_clear()
    harness.deliver(ticket_id)
    wait_until(lambda: any(call.method == "GET" for call in sandbox.zendesk.calls))
    sandbox.zendesk.add_tag(ticket_id, tag)
    assert not any(call.method == "PUT" for call in sandbox.zendesk.calls)
    wait_until(lambda: any(call.method == "PUT" for call in sandbox.zendesk.calls))
    harness.deliver(ticket_id, "ticket.updated", actor_id=sandbox.zendesk.advocate_id)
    sandbox.clock.release()
    harness.decision(ticket_id)
    harness.idle()
    return ticket_id


def test_it_survives_our_update(asking: Harness) -> None:
    tags = asking.sandbox.zendesk.ticket(tagged_meanwhile(asking, "wiki", "vip"))["tags"]
    assert {"kept", "vip", "archetype__bug_report", "pointsman_done"} <= {*tags}


def test_what_it_asks_for_is_done(asking: Harness) -> None:
    """That we put the tag back does not make it ours: we would not ask for ourselves."""
    ticket_id = tagged_meanwhile(asking, "LDAP sync", "ask_ldap")
    tags = asking.sandbox.zendesk.ticket(ticket_id)["tags"]
    assert "asked_ldap" in tags
    assert "ask_ldap" not in tags
    assert len(asking.sandbox.chat.messages()) == 1


@pytest.mark.parametrize("kind", ["drop_after", "status_after"])
def test_it_survives_though_the_answer_to_our_update_was_lost(asking: Harness, kind: str) -> None:
    asking.sandbox.zendesk.faults.add(Fault("PUT", kind=kind))  # type: ignore[arg-type]
    ticket_id = tagged_meanwhile(asking, f"importer ({kind})", "vip")
    ticket = asking.sandbox.zendesk.ticket(ticket_id)
    assert {"kept", "vip", "archetype__bug_report"} <= {*ticket["tags"]}
    assert len(ticket["comments"]) == 2
