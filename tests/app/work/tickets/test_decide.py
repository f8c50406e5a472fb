"""The step that decides: what a delivery leads to, by what the ticket is and what is known of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from app.records.decisions import Decision, UpdateState
from app.rulebook import Rulebook
from app.rules.actions.findings import IssueRef
from app.rules.actions.issue import Issue
from app.rules.actions.tags import Tags
from app.work.decisions.decision_log import link_message
from app.work.messages import (
    AnsweredOnPost,
    AppliedLate,
    ArchetypeChosen,
    Ended,
    Failed,
    IssueFound,
    IssueNews,
    TicketMessage,
    ToWrite,
    TriageTicket,
)
from integrations.zendesk.snapshots import CommentSnapshot, RequesterSnapshot
from tests.app.work.tickets.conftest import PRAISE, Deciding
from tests.support.fakes import NOW
from tests.support.written import wrote

BUG = "@gitlab since 11.4 the merge button stays grey after the pipeline passed, it worked in 11.3"
REF = IssueRef(project="gitlab-org/gitlab", iid=7, title="It breaks", url="https://gitlab.com/x/-/issues/7")


@pytest.mark.parametrize(("body", "archetype", "looks"), [(PRAISE, "mention", False), (BUG, "bug_report", True)])
def test_a_new_ticket_is_decided(deciding: Deciding, body: str, archetype: str, looks: bool) -> None:
    result = deciding.decide(deciding.new(body))
    assert isinstance(result, ToWrite)
    assert (result.decision.archetype, result.looks_for_issue) == (archetype, looks)
    assert result.decision.run_id == deciding.new(body).with_key("zd:1").run_id


@pytest.mark.parametrize(
    ("said", "archetype", "body"), [((BUG,), "bug_report", BUG), ((), None, "Conversation with Web User 5f3a")]
)
def test_a_conversation_is_judged_by_what_was_said_and_stays_private(
    deciding: Deciding, said: tuple[str, ...], archetype: str | None, body: str
) -> None:
    at = deciding.steps.clock()
    deciding.steps.zendesk.conversation = tuple(CommentSnapshot(1, 7, True, text, at) for text in said)
    head = "Conversation with Web User 5f3a"
    result = deciding.decide(deciding.new(head, subject=head, via_channel="native_messaging"))
    assert isinstance(result, ToWrite)
    decision = result.decision
    assert (decision.archetype, decision.ticket.body, decision.ticket.public) == (archetype, body, False)
    issues = [action for action in decision.plan.actions if isinstance(action, Issue)]
    assert [issue.confidential for issue in issues] == [True] * bool(said)
    tags = {tag for action in decision.plan.actions if isinstance(action, Tags) for tag in action.add}
    assert ("needs_triage" in tags) is not bool(said)


@pytest.mark.parametrize(
    ("ticket", "why"),
    [
        ({"status": "closed"}, "The ticket is closed: nothing can be changed in it."),
        ({"status": "closed", "tags": ("closed_by_merge",)}, "The ticket was merged into another"),
        ({"status": "deleted"}, "The ticket is deleted"),
        ({"tags": ("pointsman_done",)}, "already triaged; no record of it in this database"),
        ({"subject": "Automatic reply: out of office"}, "A machine wrote it"),
    ],
)
def test_what_ends_without_a_decision(deciding: Deciding, ticket: dict[str, Any], why: str) -> None:
    result = deciding.decide(deciding.new(**ticket))
    assert isinstance(result, Ended)
    assert result.why.startswith(why)


def test_a_ticket_that_is_gone_is_explained(deciding: Deciding) -> None:
    message = deciding.message(4711, "zd:gone", "ticket.created")
    assert isinstance(deciding.decide(message), Ended)
    assert deciding.steps.row(message).summary.startswith("The ticket is gone")


def test_a_repeat_that_changes_nothing_is_no_decision(deciding: Deciding) -> None:
    message = deciding.new()
    deciding.write(message)
    again = deciding.decide(deciding.message(message.ticket_id, "zd:again"))
    assert again == Ended(why="no change that needs a decision")


def test_a_changed_archetype_tag_is_obeyed_and_learned(deciding: Deciding) -> None:
    message = deciding.new()
    deciding.write(message)
    tags = deciding.steps.zendesk.tickets[message.ticket_id].tags
    changed = tuple("archetype__bug_report" if tag == "archetype__mention" else tag for tag in tags)
    deciding.steps.zendesk.change(message.ticket_id, tags=changed)
    result = deciding.decide(deciding.message(message.ticket_id, "zd:corrected"))
    assert isinstance(result, ToWrite)
    assert (result.decision.archetype, result.decision.decided_by) == ("bug_report", "person")
    (correction,) = deciding.steps.deps.records.corrections.all()
    assert (correction.was, correction.archetype) == ("mention", "bug_report")


def test_the_second_write_adds_the_link_unless_a_person_decided_otherwise(deciding: Deciding) -> None:
    message = deciding.new(BUG)
    first = deciding.decide(message)
    assert isinstance(first, ToWrite)
    deciding.write(message)
    second = link_message(message, first.decision)
    result = deciding.decide(second)
    assert isinstance(result, ToWrite)
    assert (result.looks_for_issue, result.decision.event, result.decision.run_id) == (True, "link", second.run_id)
    deciding.steps.zendesk.change(message.ticket_id, tags=("archetype__mention",))
    assert deciding.decide(second) == Ended(why="a person changed the archetype before the link was there")


@pytest.mark.parametrize(("status", "follow_up"), [("open", False), ("closed", True)])
def test_news_of_an_issue_reach_an_open_ticket_and_the_follow_up_of_a_closed_one(
    deciding: Deciding, status: str, follow_up: bool
) -> None:
    message = deciding.new()
    deciding.write(message)
    deciding.steps.zendesk.change(message.ticket_id, status=status)
    news = IssueNews(sentences=("The issue was closed.",), reason="done", issue=REF)
    told = TriageTicket(key="gl:1", accepted_at=deciding.steps.clock(), ticket_id=message.ticket_id, cause=news)
    result = deciding.decide(told)
    wanted = deciding.steps.deps.rulebook.current().routing.closing.follow_up or not follow_up
    assert isinstance(result, ToWrite) is wanted
    if isinstance(result, ToWrite):
        assert result.decision.archetype == "mention"


@pytest.mark.parametrize("deleted", [False, True])
def test_nobody_is_sent_a_follow_up_who_is_deleted(
    deciding: Deciding, monkeypatch: pytest.MonkeyPatch, deleted: bool
) -> None:
    routing = deciding.steps.deps.rulebook.current().routing
    closing = routing.closing.model_copy(update={"follow_up": True})
    rules = SimpleNamespace(routing=routing.model_copy(update={"closing": closing}))
    monkeypatch.setattr(Rulebook, "current", lambda _self: rules)
    requester = RequesterSnapshot(7, deleted=deleted)
    snapshot = deciding.steps.zendesk.add(status="closed", requester=requester)
    news = IssueNews(sentences=("The issue was closed.",), reason="done", issue=REF)
    assert deciding.decider._wants_follow_up(snapshot, news) is not deleted


def test_an_answer_on_the_post_solves_the_ticket_that_waited_for_it(deciding: Deciding) -> None:
    message = deciding.new()
    deciding.write(message)
    deciding.steps.zendesk.change(message.ticket_id, status="open")
    answered = TriageTicket(
        key="zd:a", accepted_at=deciding.steps.clock(), ticket_id=message.ticket_id, cause=AnsweredOnPost(in_ticket=9)
    )
    result = deciding.decide(answered)
    assert isinstance(result, ToWrite)
    assert any(getattr(action, "status", None) == "solved" for action in result.decision.plan.actions)
    deciding.steps.zendesk.change(message.ticket_id, status="solved")
    assert deciding.decide(answered) == Ended(why="solved already")


def test_an_answer_waits_for_the_first_look_whoever_was_asked_meanwhile_and_however_often_it_waits(
    deciding: Deciding,
) -> None:
    message = deciding.new()
    log = deciding.steps.log
    answered = TriageTicket(
        key="zd:a", accepted_at=deciding.steps.clock(), ticket_id=message.ticket_id, cause=AnsweredOnPost(in_ticket=9)
    )
    log.without_verdict(message, "waiting", "Zendesk does not answer")
    asked = Decision.without_verdict("pm1", message.ticket_id, "asked", "done", "x", now="2026", finished_at="2026")
    deciding.steps.deps.records.decisions.save(asked)
    assert isinstance(deciding.decide(answered), Failed)
    log.without_verdict(answered, "waiting", "the first look has not ended")
    log.without_verdict(message, "done", "A bot wrote it")
    assert deciding.decide(answered) == Ended(why="it was left alone")


def test_an_update_of_this_run_that_is_there_is_not_made_twice(deciding: Deciding) -> None:
    message = deciding.new()
    deciding.write(message)
    deciding.steps.deps.records.decisions.update(message.run_id, update_state="sending", state="working")
    assert deciding.decide(message) == Ended(why="was already written")
    deciding.steps.deps.records.decisions.update(message.run_id, update_state="sending", state="working")
    decision = deciding.steps.decision(message)
    assert deciding.decide(message.after(decision, IssueFound(), "not_applied")) == AppliedLate()


def test_past_its_budget_a_ticket_is_not_written_to_and_people_are_told(deciding: Deciding) -> None:
    most = deciding.steps.deps.limits.writes_per_ticket_hour
    message = deciding.new()
    for number in range(most):
        assert isinstance(deciding.decide(message), ToWrite)
        wrote(deciding.steps.deps.records, message.ticket_id, f"run {number}", deciding.steps.clock().isoformat())
    assert isinstance(deciding.decide(message), Ended)
    (failure,) = deciding.steps.deps.records.failures.newest(limit=5)
    assert (failure.reason, failure.ticket_id) == ("write_budget", message.ticket_id)
    assert isinstance(deciding.decide(replace_key(message)), Ended), "until a person releases it"
    assert len(deciding.steps.deps.records.failures.newest(limit=5)) == 1
    deciding.steps.clock.advance(3601)
    assert isinstance(deciding.decide(replace_key(message)), Ended), "however long that takes"


@pytest.mark.parametrize(
    ("state", "counts"),
    [("not_sent", 0), ("in_outbox", 0), ("not_applied", 0), ("sending", 1), ("unknown", 1), ("applied", 1)],
)
def test_what_never_reached_the_ticket_uses_up_nothing_of_its_budget(
    deciding: Deciding, state: UpdateState, counts: int
) -> None:
    """While a limit has no room, each delivery decides anew what the one before could not write."""
    decisions, message = deciding.steps.deps.records.decisions, deciding.new()
    wrote(deciding.steps.deps.records, message.ticket_id, "another run", deciding.steps.clock().isoformat())
    decisions.update("another run", update_state=state)
    assert decisions.written(message.ticket_id, since="2025", besides=message.run_id) == counts


def test_a_ticket_that_is_released_is_counted_from_nothing(deciding: Deciding) -> None:
    records, message = deciding.steps.deps.records, deciding.new()
    most = deciding.steps.deps.limits.writes_per_ticket_hour
    for number in range(most):
        wrote(records, message.ticket_id, f"run {number}", deciding.steps.clock().isoformat())
    assert isinstance(deciding.decide(message), Ended)
    (latch,) = records.failures.newest(limit=5)
    with records.engine.begin() as connection:
        records.failures.mark_retried(connection, [latch.id or 0])
    for number in range(most):
        deciding.steps.clock.advance(1)
        assert isinstance(deciding.decide(message), ToWrite)
        wrote(records, message.ticket_id, f"later {number}", deciding.steps.clock().isoformat())
    assert isinstance(deciding.decide(message), Ended)


def test_an_ignored_latch_gives_no_further_budget(deciding: Deciding) -> None:
    records, message = deciding.steps.deps.records, deciding.new()
    for number in range(deciding.steps.deps.limits.writes_per_ticket_hour):
        wrote(records, message.ticket_id, f"run {number}", deciding.steps.clock().isoformat())
    assert isinstance(deciding.decide(message), Ended)
    (latch,) = records.failures.newest(limit=5)
    records.failures.ignore(latch.id or 0, "it is a robot")
    assert isinstance(deciding.decide(replace_key(message)), Ended)
    deciding.steps.clock.advance(3601)
    records.failures.ignore(latch.id or 0, "it is a robot")
    assert isinstance(deciding.decide(replace_key(message)), ToWrite), "the hour is over, and nothing latches it"


def replace_key(message: TicketMessage) -> TicketMessage:
    return message.with_key("zd:other")


def chosen(ticket_id: int, archetype: str, key: str = "desk:1") -> TriageTicket:
    cause = ArchetypeChosen(archetype=archetype, by="Ada")
    return TriageTicket(key=key, accepted_at=NOW, ticket_id=ticket_id, cause=cause)


@pytest.mark.parametrize("body", ["@gitlab hm", PRAISE])
def test_what_is_chosen_on_the_desk_is_set_and_learned(deciding: Deciding, body: str) -> None:
    message = deciding.new(body)
    deciding.write(message)
    choice = chosen(message.ticket_id, "bug_report")
    deciding.write(choice)
    row = deciding.steps.row(choice)
    assert (row.archetype, row.decided_by, row.summary) == ("bug_report", "person", "Ada chose bug report.")
    tags = deciding.steps.zendesk.tickets[message.ticket_id].tags
    assert {tag for tag in tags if tag.startswith("archetype__")} == {"archetype__bug_report"}
    assert "needs_triage" not in tags
    (correction,) = deciding.steps.deps.records.corrections.all()
    assert correction.archetype == "bug_report"
    assert correction.ticket["body"] == body
    assert deciding.decide(deciding.message(message.ticket_id, "zd:again")) == Ended(
        why="no change that needs a decision"
    )


def test_the_desk_can_confirm_and_change_its_mind(deciding: Deciding) -> None:
    message = deciding.new()
    deciding.write(message)
    for number, archetype in enumerate(("mention", "bug_report", "mention")):
        choice = chosen(message.ticket_id, archetype, f"desk:{number}")
        deciding.write(choice)
        assert deciding.steps.row(choice).archetype == archetype
        tags = deciding.steps.zendesk.tickets[message.ticket_id].tags
        assert [tag for tag in tags if tag.startswith("archetype__")] == [f"archetype__{archetype}"]


def test_what_a_person_chose_in_zendesk_is_stronger_than_the_desk(deciding: Deciding) -> None:
    message = deciding.new("@gitlab hm")
    deciding.write(message)
    tags = deciding.steps.zendesk.tickets[message.ticket_id].tags
    deciding.steps.zendesk.change(message.ticket_id, tags=(*tags, "archetype__spam"))
    result = deciding.decide(chosen(message.ticket_id, "bug_report"))
    assert result == Ended(why="a person chose the archetype in Zendesk meanwhile")
    assert deciding.steps.deps.records.corrections.all() == []


def test_the_desk_cannot_choose_what_is_not_there(deciding: Deciding) -> None:
    message = deciding.new()
    assert isinstance(deciding.decide(chosen(message.ticket_id, "mention")), Failed)
    deciding.write(message)
    result = deciding.decide(chosen(message.ticket_id, "nonsense"))
    assert result == Ended(why="routing.yaml has no archetype nonsense any more")
