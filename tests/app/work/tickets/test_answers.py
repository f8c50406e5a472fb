"""The answers that the shipped rules and texts suggest: judged, planned and composed, by value."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.rules.actions.findings import Found, IssueRef
from app.ticket import Ticket
from app.triage.judge import Judgement, judge
from app.triage.language import Language
from app.work.messages import TicketDecision, TicketRead
from app.work.tickets.compose import compose
from tests.support.shipped import SHIPPED

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ENGLISH = Judgement(lambda _: Language("en", "a test says so"))
INCIDENT = Found(outcome="linked", issue=IssueRef(project="i", iid=7, url="https://x.example/7", title="502"))
WHICH = "Is this about GitLab.com, or about a server of your own?"


def answer(text: str, *, found: Found | None = None, tags: tuple[str, ...] = (), channel: str = "email") -> str:
    ticket = Ticket(1, body=text, channel=channel, tags=tags)
    judged = judge(SHIPPED, ticket, ENGLISH, now=NOW)
    verdict = judged.verdict
    read = TicketRead(
        id=1, subject="", body=text, status="new", tags=tags, updated_at="", public=False, url="", requester_name="Sam"
    )
    decision = TicketDecision(
        run_id="r", event="ticket.created", ticket=read, channel=channel, where="", archetype=verdict.archetype,
        confidence=verdict.confidence, decided_by=verdict.decided_by, why=verdict.why, plan=judged.plan, trace=(),
        config_hash="", judged=ticket, thread="", decided_at="",
    )  # fmt: skip
    change = compose(decision, found or Found(), SHIPPED)
    return "\n".join(line.text for line in change.note if line.quoted)


@pytest.mark.parametrize("found", [Found(), INCIDENT], ids=["no incident", "an incident"])
@pytest.mark.parametrize("channel", ["email", "twitter", "twitter_dm"])
@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("gitlab is down, every page gives 502", True),
        ("is gitlab down for everyone? pushes hang", True),
        ("gitlab.com is down, every page gives 502", False),
        ("gitlab is down, our shared runners are stuck on gitlab.com", False),
    ],
)
def test_a_complaint_is_asked_which_gitlab_it_is_about_only_if_it_does_not_say(
    text: str, asks: bool, channel: str, found: Found
) -> None:
    assert (WHICH in answer(text, found=found, channel=channel)) is asks


@pytest.mark.parametrize(
    "text",
    [
        "our self-hosted instance is down, all we get is 502",
        "Our company GitLab on Debian is extremely slow, pages are timing out since Monday",
        "the omnibus on our server does not respond any more",
    ],
)
def test_who_runs_a_server_is_told_that_only_gitlab_com_can_be_helped_here(text: str) -> None:
    said = answer(text)
    assert "only GitLab.com can be helped here" in said
    assert "status.gitlab.com" not in said


def test_so_is_whoever_a_person_calls_a_complaint() -> None:
    said = answer("our instance is down", tags=("archetype__stability_complaint",), found=INCIDENT)
    assert "only GitLab.com can be helped here" in said
    assert "x.example" not in said


def test_a_push_from_our_server_to_gitlab_com_is_about_gitlab_com() -> None:
    assert "We look after GitLab.com" not in answer("gitlab.com is down, from our server every push gives 502")
