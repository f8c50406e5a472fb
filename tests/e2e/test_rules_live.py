"""Rules that change while the service runs, caps, shadow mode, and what a person writes later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.harness import Harness, running_harness, wait_until
from tests.support.paths import ROOT

PRAISE = "@gitlab kudos to the team for everything, number {n}!"

EXTRA = """
  - name: it-works-now
    why: They write that it works now.
    when: {event: comment, phrases: [works now]}
    archetype: solved_by_user
  - name: shadow-of-kudos
    mode: shadow
    when: {phrases: [kudos]}
    archetype: political
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("rules") / "routing.yaml"
    text = (ROOT / "routing.yaml").read_text()
    text = text.replace("routes:\n", f"routes:{EXTRA}", 1)
    live = 'reply: {macro: "Community::Mention", live_on: [twitter]}\n    caps: {reply: 2}'
    text = text.replace('reply: {macro: "Community::Mention"}', live, 1)
    file.write_text(text)
    return file


@pytest.fixture(scope="module")
def live_harness(tmp_path_factory: pytest.TempPathFactory, rules: Path) -> Iterator[Harness]:
    with running_harness(tmp_path_factory.mktemp("harness"), ROUTING_FILE=str(rules)) as harness:
        yield harness


def test_a_live_reply_is_sent_until_its_cap_and_then_left_to_a_person(live_harness: Harness) -> None:
    tickets = [live_harness.triaged(PRAISE.format(n=n))[1] for n in range(4)]
    public = [ticket["comments"][1]["public"] for ticket in tickets]
    assert public == [True, True, False, False]
    assert ["needs_triage" in ticket["tags"] for ticket in tickets] == [False, False, True, True]
    assert "cap" in tickets[2]["comments"][1]["body"]


def test_a_shadow_route_is_recorded_beside_what_was_done(live_harness: Harness) -> None:
    decision, ticket = live_harness.triaged(PRAISE.format(n="shadow"))
    assert decision["archetype"] == "mention"
    (shadow,) = [entry for entry in decision["trace"] if entry["asked"] == "route:shadow-of-kudos"]
    assert (shadow["matched"], shadow["shadow"]) == (True, True)
    assert "would: set the status to solved" in shadow["would"]
    assert ticket["status"] != "solved"


def test_a_later_comment_by_the_requester_is_judged_by_the_rules_that_ask_for_comments(live_harness: Harness) -> None:
    _, ticket = live_harness.triaged("@gitlab is gitlab.com down? 502 since ten minutes")
    requester = ticket["requester"]["id"]
    live_harness.sandbox.zendesk.add_comment(ticket["id"], "kudos, it works now, thanks!")
    live_harness.deliver(ticket["id"], "ticket.updated", actor_id=requester)
    live_harness.idle()
    decision = live_harness.decision(ticket["id"])
    assert (decision["archetype"], decision["decided_by"]) == ("solved_by_user", "route:it-works-now")
    after = live_harness.sandbox.zendesk.ticket(ticket["id"])
    assert after["status"] != "solved"  # it is solved with the answer, which a person sends
    assert "Submit it as solved." in after["comments"][-1]["plain_body"]
    assert "archetype__stability_complaint" not in after["tags"]
    written = len(after["comments"])
    live_harness.deliver(ticket["id"], "ticket.updated", actor_id=requester, times=2)
    live_harness.idle()
    assert len(live_harness.sandbox.zendesk.ticket(ticket["id"])["comments"]) == written


def test_a_changed_file_comes_into_force_and_a_bad_one_is_refused(live_harness: Harness, rules: Path) -> None:
    good = rules.read_text()
    before = live_harness.desk("/api/config").json()["hash"]
    rules.write_text(good.replace("    archetype: solved_by_user", "    archetpye: solved_by_user", 1))
    wait_until(lambda: live_harness.desk("/api/config").json()["problems"], pause=0.25)
    refused = live_harness.desk("/api/config").json()
    assert refused["hash"] == before
    assert any("did you mean `archetype`?" in problem for problem in refused["problems"])
    assert "refused" in live_harness.web.get("/readyz").json()["parts"]["config"]["detail"]
    metrics = live_harness.web.get("/metrics").text
    assert "pointsman_config_errors 0.0" not in metrics
    assert live_harness.triaged("This Tweet is no longer available.")[0]["archetype"] == "tweet_removed"

    rules.write_text(good.replace("phrases: [kudos]", "phrases: [hooray]", 1))
    wait_until(lambda: live_harness.desk("/api/config").json()["hash"] != before, pause=0.25)
    assert live_harness.desk("/api/config").json()["problems"] == []
    decision, _ = live_harness.triaged(PRAISE.format(n="later"))
    (shadow,) = [entry for entry in decision["trace"] if entry["asked"] == "route:shadow-of-kudos"]
    assert shadow["matched"] is False

    kept = live_harness.desk(f"/api/config/{before}").json()
    assert kept["routing"] == good
    assert live_harness.desk("/api/config/0123456789abcdef").status_code == 404


def test_an_archetype_may_be_assigned_to_an_agent_and_an_unknown_one_is_said(
    live_harness: Harness, rules: Path
) -> None:
    before = live_harness.desk("/api/config").json()["hash"]
    text = rules.read_text()
    known = "ada@sandbox.example"
    with_agents = text.replace("  political:\n", f"  political:\n    assignee: {known}\n", 1)
    with_agents = with_agents.replace("  investment:\n", "  investment:\n    assignee: nobody@acme.example\n", 1)
    rules.write_text(with_agents)
    wait_until(lambda: live_harness.desk("/api/config").json()["hash"] != before, pause=0.25)
    _, ticket = live_harness.triaged("@gitlab serious question: is your company politically neutral?")
    assert ticket["assignee_id"] == live_harness.sandbox.zendesk.advocate_id
    decision, ticket = live_harness.triaged("@gitlab hi, scouting for a Latam fund. Who runs corp dev on your side?")
    assert decision["archetype"] == "investment"
    assert [one["state"] for one in decision["actions"] if one["kind"] == "assign"] == ["failed"]
    assert "archetype__investment" in ticket["tags"]
    assert "nobody@acme.example" in ticket["comments"][1]["body"]
