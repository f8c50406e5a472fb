"""The kill switch: deliveries are stored, nothing acts, everybody can see it; then the backlog goes on in order."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from app.records.pauses import What
from tests.app.work.conftest import looks_at_the_queue
from tests.support.harness import PROJECT, Harness, running_harness, wait_until
from tests.support.paths import ROOT

PRAISE = "@gitlab thank you for the great release!"
BUG = "@gitlab since 11.4 the Web IDE eats my tabs. Makefiles are not amused, it worked in 11.3"


@pytest.fixture(scope="module")
def shared_harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    """One whose replies are sent."""
    folder = tmp_path_factory.mktemp("live")
    live = folder / "routing.yaml"
    text = (ROOT / "routing.yaml").read_text()
    assert "  reply: suggest\n" in text
    live.write_text(text.replace("  reply: suggest\n", "  reply: live\n"))
    with running_harness(folder, ROUTING_FILE=str(live)) as harness:
        yield harness


@pytest.fixture(autouse=True)
def _goes_on(harness: Harness) -> Iterator[None]:
    yield
    harness.desk("/api/resume", "POST", json={})
    wait_until(lambda: not harness.service.deps.pause.current())


def pause(harness: Harness, what: What) -> None:
    answer = harness.desk("/api/pause", "POST", json={"what": what, "reason": "a drill", "by": "ada"})
    assert answer.status_code == 200
    wait_until(lambda: harness.service.deps.pause.paused(what))


def resume(harness: Harness, what: What | None = None) -> None:
    assert harness.desk("/api/resume", "POST", json={"what": what}).status_code == 200


def is_linked(harness: Harness, ticket_id: int) -> bool:
    return "issue_linked" in harness.sandbox.zendesk.ticket(ticket_id)["tags"]


def test_all_stores_deliveries_and_begins_nothing_until_it_is_lifted(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.idle()
    pause(harness, "all")
    looks = looks_at_the_queue(monkeypatch)
    wait_until(lambda: len(looks) > 1)  # a look that began before the pause has ended
    harness.sandbox.zendesk.calls_clear()
    tickets = [harness.ticket(f"{PRAISE} {number}") for number in range(5)]
    assert [harness.deliver(ticket_id) for ticket_id in tickets] == [[202]] * 5
    assert harness.service.deps.engine.backlog.waiting_tickets(10) == 5
    ready = harness.web.get("/readyz")
    assert ready.status_code == 200
    assert "all paused since" in ready.json()["parts"]["pauses"]["detail"]
    assert "by ada: a drill" in ready.json()["parts"]["pauses"]["detail"]
    metrics = harness.web.get("/metrics").text
    assert 'pointsman_paused{what="all"} 1.0' in metrics
    assert 'pointsman_paused{what="issues"} 0.0' in metrics
    assert not [call for call in harness.sandbox.zendesk.calls if "/tickets/" in call.path]
    resume(harness)
    for ticket_id in tickets:
        assert harness.decision(ticket_id)["state"] == "done"
    assert 'pointsman_paused{what="all"} 0.0' in harness.web.get("/metrics").text


def test_issues_lets_tags_go_on_and_the_links_follow_in_order(harness: Harness) -> None:
    pause(harness, "issues")
    harness.sandbox.gitlab.calls_clear()
    first = harness.ticket(BUG)
    second = harness.ticket(
        "@gitlab after 10.7 the LDAP sync fails with an error for nested groups, with 10.6 it was fine"
    )
    for ticket_id in (first, second):
        harness.deliver(ticket_id)
        assert harness.decision(ticket_id, "waiting")["archetype"] == "bug_report"
    harness.idle()
    assert harness.service.deps.engine.backlog.waiting_tickets(1) == 0, (
        "what waits for people takes no place in the queue"
    )
    assert harness.service.deps.records.suspended_work.count() == 2
    assert "pointsman_held_work 2.0" in harness.web.get("/metrics").text
    assert not [call for call in harness.sandbox.gitlab.calls if call.method != "GET"]
    resume(harness, "issues")
    for ticket_id in (first, second):
        wait_until(partial(is_linked, harness, ticket_id))
    harness.idle()
    assert harness.service.deps.records.suspended_work.count() == 0
    opened = [harness.desk(f"/api/tickets/{ticket_id}").json()["links"][0]["iid"] for ticket_id in (first, second)]
    assert len(set(opened)) == 2
    assert len(harness.sandbox.gitlab.issues(PROJECT)) == 2
    assert [len(harness.sandbox.zendesk.ticket(one)["comments"]) for one in (first, second)] == [3, 3]
    assert harness.decision(first)["state"] == "done"


def test_resuming_one_thing_leaves_the_others_paused(harness: Harness) -> None:
    pause(harness, "replies")
    pause(harness, "issues")
    resume(harness, "issues")
    assert [one["what"] for one in harness.desk("/api/pause").json()["paused"]] == ["replies"]
    assert harness.desk("/api/pause", "POST", json={"what": "coffee"}).status_code == 422


def test_replies_are_suggested_instead_of_sent(harness: Harness) -> None:
    _, sent = harness.triaged(PRAISE)
    assert [comment["public"] for comment in sent["comments"]] == [True, True]
    pause(harness, "replies")
    decision, suggested = harness.triaged(PRAISE)
    assert [comment["public"] for comment in suggested["comments"]] == [True, False]
    assert "Replies are paused" in suggested["comments"][1]["body"]
    (reply,) = [one for one in decision["actions"] if one["kind"] == "reply"]
    assert reply["detail"].startswith("suggested ")
