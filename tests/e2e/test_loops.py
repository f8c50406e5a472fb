"""Robots on the other side: whatever answers our updates, a ticket is written to a bounded number of times."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from integrations.sandbox.zendesk.state import ADVOCATE_ID
from tests.e2e.test_following import reported
from tests.support.harness import PROJECT, Harness, running_harness, wait_until
from tests.support.paths import ROOT
from tests.support.written import wrote

PRAISE = "@gitlab thank you for the great release!"
SOLVED = "Never mind, it works now, thank you."
COMMENTS = """
  - {name: solved-in-a-comment, why: They write that it works., when: {event: comment, phrases: works now},
     archetype: solved_by_user}
"""
BUDGET = 6
"""`limits.writes_per_ticket_hour` of the shipped routing.yaml."""


@pytest.fixture(scope="module")
def shared_harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    """One with a listed robot, whose every change of a ticket is delivered."""
    folder = tmp_path_factory.mktemp("loops")
    listed = folder / "routing.yaml"
    text = (ROOT / "routing.yaml").read_text()
    assert 'emails: ["mailer-daemon@*"' in text
    assert f"writes_per_ticket_hour: {BUDGET}\n" in text
    text = text.replace('emails: ["mailer-daemon@*"', 'emails: ["listed-bot@*", "mailer-daemon@*"')
    text = text.replace("routes:\n", f"routes:{COMMENTS}", 1)
    before, feature, after = text.partition("\n  feature_request:\n")
    waits = after.replace("open_when: always", "open_when: tagged:wanted", 1)
    listed.write_text(f"{before}{feature}{waits}")
    with running_harness(folder, ROUTING_FILE=str(listed)) as harness:
        harness.sandbox.zendesk.auto_deliver = True
        yield harness


@dataclass
class Robot:
    """Another integration, with a webhook and an account of its own: it answers every update that is not its own."""

    user_id: int
    answer: Callable[[int, int], None]
    """Takes the ticket and how often it has answered."""
    answers: list[int] = field(default_factory=list)
    most: int = 60
    """On one ticket, it would go on for ever; this only ends a test that fails."""

    def hear(self, body: dict[str, Any]) -> None:
        ticket_id = int(body["ticket_id"])
        if int(body["actor_id"]) != self.user_id and self.answers.count(ticket_id) < self.most:
            self.answers.append(ticket_id)
            self.answer(ticket_id, len(self.answers))


@contextmanager
def listening(harness: Harness, robot: Robot) -> Iterator[None]:
    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            threading.Thread(target=robot.hear, args=(body,)).start()

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    hooks = harness.sandbox.zendesk._hooks
    harness.sandbox.zendesk.subscribe(f"http://127.0.0.1:{server.server_port}/")
    try:
        yield
    finally:
        hooks.pop()
        server.shutdown()
        thread.join()
        server.server_close()


def quiet(harness: Harness, robot: Robot) -> None:
    """Wait until neither has anything to answer any more."""

    def still() -> bool:
        before = len(robot.answers)
        harness.sandbox.zendesk.webhook_sender.wait()
        harness.idle()
        harness.sandbox.zendesk.webhook_sender.wait()
        return len(robot.answers) == before and harness.service.deps.engine.backlog.unfinished() == 0

    wait_until(still, seconds=40)


def quiet_now(harness: Harness) -> None:
    """Wait until what was sent was worked on, and what that sent too."""
    quiet(harness, Robot(0, lambda *_: None))


def runs(harness: Harness, ticket_id: int) -> list[str]:
    """The run id of each update of ours."""
    audits = harness.sandbox.zendesk.ticket(ticket_id)["audits"]
    stamps = (audit.get("metadata", {}).get("custom", {}).get("pointsman_run") for audit in audits)
    return [stamp for stamp in stamps if stamp]


def our_writes(harness: Harness, ticket_id: int) -> int:
    return len(runs(harness, ticket_id))


def robot_of(harness: Harness, email: str, answer: Callable[[int, int], None]) -> Robot:
    """An agent's account."""
    ticket_id = harness.sandbox.zendesk.create_ticket(
        body="hello", requester={"name": "Robot", "email": email, "role": "agent"}
    )
    return Robot(int(harness.sandbox.zendesk.ticket(ticket_id)["requester"]["id"]), answer)


def flip(harness: Harness, robot_id: Callable[[], int]) -> Callable[[int, int], None]:
    """It wants another archetype than is there each time: what looks like a person's correction."""
    cycle = ("spam", "mention", "political", "product_pitch")
    # Two answers at once could come back to the archetype that was there before: rightly nothing to answer.
    one_at_a_time = threading.Lock()

    def answer(ticket_id: int, _number: int) -> None:
        with one_at_a_time:
            tags = harness.sandbox.zendesk.ticket(ticket_id)["tags"]
            there = [cycle.index(name) for name in cycle if f"archetype__{name}" in tags]
            wanted = cycle[(max(there, default=-1) + 1) % len(cycle)]
            kept = [tag for tag in tags if not tag.startswith("archetype__")]
            harness.sandbox.zendesk.set_tags(ticket_id, [*kept, f"archetype__{wanted}"], robot_id())

    return answer


def budget_failures(harness: Harness, ticket_id: int) -> list[dict[str, Any]]:
    found = harness.desk("/api/failures").json()["failures"]
    return [one for one in found if one["ticket_id"] == ticket_id and one["reason"] == "write_budget"]


def test_a_webhook_for_every_update_of_ours_leads_to_one_write(harness: Harness) -> None:
    ticket_id = harness.ticket(PRAISE)
    harness.decision(ticket_id)
    assert harness.sandbox.zendesk.webhook_sender.wait()
    harness.idle()
    assert our_writes(harness, ticket_id) == 1
    assert 'outcome="own_update",source="zendesk"' in harness.web.get("/metrics").text


def test_two_robots_that_answer_each_other_end_with_the_budget_and_people_are_told(harness: Harness) -> None:
    robot = robot_of(harness, "unknown-robot@example.com", lambda *_: None)
    robot.answer = flip(harness, lambda: robot.user_id)
    with listening(harness, robot):
        ticket_id = harness.ticket(PRAISE)
        wait_until(lambda: budget_failures(harness, ticket_id), pause=0.1)
        quiet(harness, robot)
        assert our_writes(harness, ticket_id) == BUDGET
        assert robot.answers.count(ticket_id) <= BUDGET + 2, "it answers us, and not itself"
        (failure,) = budget_failures(harness, ticket_id)
        assert "until a person releases it" in failure["message"]
        assert harness.desk(f"/api/tickets/{ticket_id}").json()["state"] == "failed"
        assert 'pointsman_loops_stopped_total{kind="budget"}' in harness.web.get("/metrics").text
        # Released, it goes on for one more budget, and no further: the robot is still there.
        assert harness.desk(f"/api/failures/{failure['id']}/retry", "POST").status_code == 202
        wait_until(lambda: our_writes(harness, ticket_id) == 2 * BUDGET, seconds=40)
        quiet(harness, robot)
        assert our_writes(harness, ticket_id) == 2 * BUDGET


def test_robots_that_answer_each_other_on_a_ticket_get_no_more_of_us_than_its_budget(harness: Harness) -> None:
    one, other = (robot_of(harness, f"robot-{name}@example.com", lambda *_: None) for name in ("one", "other"))
    for robot in (one, other):
        robot.most = 15
        robot.answer = flip(harness, partial(_id_of, robot))
    with listening(harness, one), listening(harness, other):
        ticket_id = harness.ticket(PRAISE)
        quiet(harness, one)
        quiet(harness, other)
    assert one.answers.count(ticket_id) + other.answers.count(ticket_id) > 2 * BUDGET
    assert 0 < our_writes(harness, ticket_id) <= BUDGET
    assert len(set(runs(harness, ticket_id))) == our_writes(harness, ticket_id), "no decision is written twice"


def test_robots_that_answer_each_other_with_comments_are_not_answered(harness: Harness) -> None:
    one, other = (robot_of(harness, f"writer-{name}@example.com", lambda *_: None) for name in ("one", "other"))
    for robot in (one, other):
        robot.most = 10
        robot.answer = partial(_thank, harness, robot)
    with listening(harness, one), listening(harness, other):
        ticket_id = harness.ticket(PRAISE)
        wait_until(lambda: len(harness.sandbox.zendesk.ticket(ticket_id)["comments"]) > 2 * BUDGET, seconds=60)
        quiet(harness, one)
        quiet(harness, other)
    assert our_writes(harness, ticket_id) == 1


def _id_of(robot: Robot) -> int:
    return robot.user_id


def _thank(harness: Harness, robot: Robot, ticket_id: int, number: int) -> None:
    harness.sandbox.zendesk.add_comment(ticket_id, f"Thank you for your message number {number}.", robot.user_id)


def test_news_for_a_ticket_over_its_budget_are_kept_and_told_once_it_is_released(harness: Harness) -> None:
    ticket_id, iid = reported(harness, "Over its budget")
    now = harness.service.deps.now().isoformat()
    for number in range(BUDGET):
        wrote(harness.service.deps.records, ticket_id, f"other-{number}", now)
    harness.sandbox.gitlab.close_issue("gitlab-org/gitlab", iid, "merge_request")
    harness.sandbox.gitlab.deliver("gitlab-org/gitlab", iid, "close")
    wait_until(lambda: len(budget_failures(harness, ticket_id)) == 2, pause=0.1)
    harness.idle()
    before = our_writes(harness, ticket_id)
    failure = budget_failures(harness, ticket_id)[0]
    harness.desk(f"/api/failures/{failure['id']}/retry", "POST")
    harness.idle()
    assert our_writes(harness, ticket_id) == before + 1
    assert "was closed as done" in harness.sandbox.zendesk.ticket(ticket_id)["comments"][-1]["body"]
    assert budget_failures(harness, ticket_id) == [], "one release is for all that was kept back"


def test_a_listed_robot_that_sets_tags_starts_nothing_and_a_person_does(harness: Harness) -> None:
    robot = robot_of(harness, "listed-bot@example.com", lambda *_: None)
    robot.answer = flip(harness, lambda: robot.user_id)
    with listening(harness, robot):
        ticket_id = harness.ticket(PRAISE)
        wait_until(lambda: our_writes(harness, ticket_id) == 1 and robot.answers.count(ticket_id) == 2)
        quiet(harness, robot)
        assert our_writes(harness, ticket_id) == 1, "it answered the new ticket and our update, and was not answered"
    tags = [tag for tag in harness.sandbox.zendesk.ticket(ticket_id)["tags"] if not tag.startswith("archetype__")]
    harness.sandbox.zendesk.set_tags(ticket_id, [*tags, "archetype__event_sponsorship"])
    wait_until(lambda: our_writes(harness, ticket_id) == 2)
    assert harness.decision(ticket_id)["decided_by"] == "person"


def set_tag(harness: Harness, ticket_id: int, tag: str, actor_id: int) -> None:
    tags = harness.sandbox.zendesk.ticket(ticket_id)["tags"]
    harness.sandbox.zendesk.set_tags(ticket_id, [*tags, tag], actor_id)
    quiet_now(harness)


def links(harness: Harness, ticket_id: int) -> list[int]:
    return [link["iid"] for link in harness.desk(f"/api/tickets/{ticket_id}").json()["links"]]


def test_the_tag_that_an_issue_waits_for_opens_none_when_a_listed_robot_sets_it(harness: Harness) -> None:
    robot = robot_of(harness, "listed-bot@example.com", lambda *_: None)
    ticket_id = harness.ticket(
        "@gitlab feature request: please add a way to sort the labels of a board by their colour"
    )
    assert harness.decision(ticket_id)["archetype"] == "feature_request"
    set_tag(harness, ticket_id, "wanted", robot.user_id)
    assert (links(harness, ticket_id), our_writes(harness, ticket_id)) == ([], 1)
    # Nor is it taken for a person's when their correction has the ticket decided anew.
    for number, archetype in enumerate(("mention", "feature_request"), start=2):
        tags = [tag for tag in harness.sandbox.zendesk.ticket(ticket_id)["tags"] if not tag.startswith("archetype__")]
        harness.sandbox.zendesk.set_tags(ticket_id, [*tags, f"archetype__{archetype}"])
        quiet_now(harness)
        assert (links(harness, ticket_id), our_writes(harness, ticket_id)) == ([], number)
    tags = [tag for tag in harness.sandbox.zendesk.ticket(ticket_id)["tags"] if tag != "wanted"]
    harness.sandbox.zendesk.set_tags(ticket_id, tags)
    set_tag(harness, ticket_id, "wanted", ADVOCATE_ID)
    assert len(links(harness, ticket_id)) == 1, "a person's opens one"


def test_an_address_in_the_note_of_a_listed_robot_links_nothing(harness: Harness) -> None:
    robot = robot_of(harness, "listed-bot@example.com", lambda *_: None)
    iid = harness.known_issue(title="Milestones lose their dates")
    ticket_id = harness.ticket(PRAISE)
    harness.decision(ticket_id)
    quiet_now(harness)
    note = f"Linked: {harness.sandbox.gitlab.url}/{PROJECT}/-/issues/{iid}"
    harness.sandbox.zendesk.add_comment(ticket_id, note, robot.user_id, public=False)
    quiet_now(harness)
    assert (links(harness, ticket_id), our_writes(harness, ticket_id)) == ([], 1)
    harness.sandbox.zendesk.add_comment(ticket_id, "Yes, that one:\n" + note, ADVOCATE_ID, public=False)
    quiet_now(harness)
    assert links(harness, ticket_id) == [iid], "a person's note does"


def automatic_answers(harness: Harness) -> float:
    found = re.search(
        r'^pointsman_loops_stopped_total\{kind="auto_reply"\} (\S+)$', harness.web.get("/metrics").text, re.MULTILINE
    )
    return float(found[1]) if found else 0.0


def test_an_automatic_answer_starts_nothing(harness: Harness) -> None:
    before = automatic_answers(harness)
    ticket_id = harness.ticket(
        "I am out of the office until Monday.", subject="Automatic reply: your issue", via_channel="email"
    )
    decision = harness.decision(ticket_id)
    assert "a machine wrote it" in decision["summary"].lower()
    quiet_now(harness)
    assert our_writes(harness, ticket_id) == 0
    assert automatic_answers(harness) == before + 1


def test_a_comment_that_zendesk_marked_as_automatic_starts_nothing_and_the_same_words_of_a_person_do(
    harness: Harness,
) -> None:
    ticket_id = harness.ticket("The merge button does nothing at all.", via_channel="email")
    harness.decision(ticket_id)
    quiet_now(harness)
    before, writes = automatic_answers(harness), our_writes(harness, ticket_id)
    harness.sandbox.zendesk.add_comment(ticket_id, SOLVED, flags=[4])
    quiet_now(harness)
    assert (automatic_answers(harness), our_writes(harness, ticket_id)) == (before + 1, writes)
    harness.sandbox.zendesk.add_comment(ticket_id, SOLVED)
    quiet_now(harness)
    assert our_writes(harness, ticket_id) == writes + 1
    assert harness.decision(ticket_id)["archetype"] == "solved_by_user"
