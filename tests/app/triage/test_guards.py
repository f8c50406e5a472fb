"""What the model must not say of a ticket, and which tickets are private whatever is said of them."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from app.model.artifact import BandThresholds
from app.model.model_verdict import ModelVerdict
from app.rules.actions.issue import Issue
from app.rules.actions.note import Note
from app.rules.loading import Rules, load
from app.ticket import Ticket
from app.triage.judge import Judged, Judgement, judge
from app.triage.language import Language
from tests.support.rules import NOW
from tests.support.shipped import SHIPPED

OTHERWISE = "general_question"


def model_says(archetype: str, share: float = 0.9, **others: float) -> Judgement:
    shares = {archetype: share, **others, "investment": 0.01}
    bars = {OTHERWISE: BandThresholds(high=0.67, medium=0.4)}
    said = ModelVerdict(MappingProxyType(shares), archetype, share, ("a word",), (), "v", False, bars)
    return Judgement(lambda _: Language("en", "a test says so"), lambda _ticket, _channel: said)


def ask(body: str, judgement: Judgement, rules: Rules = SHIPPED, **ticket: object) -> Judged:
    return judge(rules, Ticket(1, body=body, channel="twitter", **ticket), judgement, now=NOW)  # type: ignore[arg-type]  # fields of a ticket


def issue_of(judged: Judged) -> Issue | None:
    return next((action for action in judged.plan.actions if isinstance(action, Issue)), None)


@pytest.mark.parametrize(
    ("said", "body"),
    [
        ("mention", "gitlab ci is awful, pipelines stuck again"),
        ("mention", "so much fun with @gitlab, every job times out"),
        ("mention", "thank you for nothing @gitlab"),
        ("mention", "love how @gitlab just eats my merge requests"),
        ("mention", "Nice one @gitlab, the update bricked the server"),
        ("mention", "best. outage. ever. @gitlab"),
        ("mention", "gitlab pages: where websites go to die. great job everyone"),
        ("solved_by_user", "Works now?? No it does not @gitlab"),
        ("solved_by_user", "Problem solved: we moved to another product because your CI never worked"),
        ("solved_by_user", "wonderful, all our issues have vanished @gitlab"),
        ("solved_by_user", "@gitlab perfect. my wiki is gone"),
        ("solved_by_user", "a restart had fixed it, and after an hour the queue hangs again qwertz"),
        ("solved_by_user", "thought it was solved, but the mirror fails again"),
        ("security_report", "is a false positive of the scanner worth a qwertz"),
        ("security_report", "which release has the patch, are we affected"),
        ("stability_complaint", "our instance answers 502 since the morning"),
        ("stability_complaint", "gitlab on the company's Debian box crawls, puma eats all memory"),
        ("stability_complaint", "https://gitlab.example-corp.com hangs again"),
        ("stability_complaint", "Very slow today, version 16.2.1"),
    ],
)
def test_the_model_must_not_say_what_a_guard_rules_out(said: str, body: str) -> None:
    judged = ask(body, model_says(said, 0.99))
    assert judged.verdict.archetype != said
    assert said not in [one.archetype for one in judged.verdict.candidates]


@pytest.mark.parametrize(
    ("said", "body"),
    [
        ("mention", "@gitlab makes my mornings better, qwertz"),
        ("solved_by_user", "pushes work again, it was our VPN qwertz"),
        ("security_report", "a token of yours stands in a public log qwertz"),
        ("solved_by_user", "it works again, the 502 came from our proxy qwertz"),
        ("stability_complaint", "our server cannot reach gitlab.com qwertz uiop"),
        ("stability_complaint", "qwertz uiop, everything hangs"),
    ],
)
def test_it_may_say_so_where_none_holds(said: str, body: str) -> None:
    assert ask(body, model_says(said, 0.99)).verdict.archetype == said


def test_the_next_best_guess_takes_its_place_and_the_trace_says_why() -> None:
    judged = ask("gitlab ci is awful qwertz", model_says("mention", 0.5, general_question=0.45))
    assert (judged.verdict.archetype, judged.verdict.confidence) == (OTHERWISE, "medium")
    guards = [entry["detail"] for entry in judged.verdict.trace if entry["asked"] == "guard:complaints-are-not-thanked"]
    assert guards == ["The model must not say mention: Something is wrong, however kindly it begins."]


HOLE = "@gitlab I found an XSS in your wiki, an attacker can run scripts"


def test_a_security_report_opens_no_issue_and_the_model_does_not_make_it_less_sure() -> None:
    judged = ask(HOLE, model_says("bug_report", 0.99))
    assert (judged.verdict.archetype, judged.verdict.confidence, judged.verdict.mode) == (
        "security_report", "high", "live",
    )  # fmt: skip
    assert issue_of(judged) is None


@pytest.mark.parametrize("archetype", ["bug_report", "feature_request", "general_question"])
def test_the_issue_is_confidential_also_where_a_person_says_something_else(archetype: str) -> None:
    judged = ask(HOLE, model_says("bug_report"), tags=(f"archetype__{archetype}",))
    assert judged.verdict.decided_by == "person"
    issue = issue_of(judged)
    assert issue is not None
    assert issue.confidential


@pytest.mark.parametrize(("share", "confidential"), [(0.25, True), (0.1, False)])
def test_the_issue_is_confidential_where_the_model_thinks_of_security(share: float, confidential: bool) -> None:
    issue = issue_of(ask("qwertz uiop asdf", model_says("bug_report", 0.6, security_report=share)))
    assert issue is not None
    assert issue.confidential is confidential


def test_the_model_alone_makes_a_security_report_urgent_but_forwards_nothing() -> None:
    judged = ask("qwertz uiop asdf", model_says("security_report", 0.95))
    wanted = {action.kind for action in judged.plan.wanted()}
    assert "priority" in wanted
    assert not {"forward", "issue", "status"} & wanted


def test_a_reply_of_a_private_archetype_is_not_sent_where_all_others_are() -> None:
    live = load(SHIPPED.routing_text.replace("  reply: suggest", "  reply: live", 1), SHIPPED.macros_text)
    (reply,) = [action for action in ask(HOLE, model_says("mention", 0.1), live).plan.actions if action.kind == "reply"]
    assert not reply.acts


@pytest.mark.parametrize("body", ["@gitlab great, now my data is gone", "thanks for nothing, you lost my repo"])
def test_a_loss_is_for_a_person_now(body: str) -> None:
    judged = ask(body, model_says("solved_by_user", 0.99))
    assert (judged.verdict.archetype, judged.verdict.confidence) == ("escalation", "high")
    assert not {"status", "issue", "forward"} & {action.kind for action in judged.plan.wanted()}
    (note,) = [action for action in judged.plan.actions if isinstance(action, Note)]
    assert any("by hand" in step for step in note.next)
