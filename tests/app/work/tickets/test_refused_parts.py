"""What is taken out of an update that Zendesk refuses, and what people are told."""

from __future__ import annotations

import pytest

from app.rules.actions.status import Status
from app.rules.actions.ticket_change import ActionOutcome, Section, TicketChange
from app.triage.plan import Plan
from app.work.messages import Ended
from app.work.tickets.refused_parts import Refusals, leave_unassigned, said
from integrations.errors import Conflict, Invalid, NotFound, UnknownOutcome
from tests.app.work.tickets.conftest import Steps

REQUIRED = "Type:: is required when solving a ticket"


def change() -> TicketChange:
    """With every part that can be left out."""
    made = TicketChange(add=["a"], status="solved", group="Support", assignee="ann@example.org", fields={"12": "url"})
    made.say(Section.DONE, "status set to solved")
    made.say(Section.DONE, "assigned to Support / ann@example.org")
    made.outcomes = [ActionOutcome(kind, "done", "") for kind in ("tags", "status", "assign", "issue")]
    return made


def refusal(**fields: str) -> Invalid:
    return Invalid("zendesk", "rejected", "http_422", {name: (text,) for name, text in fields.items()})


@pytest.mark.parametrize(
    ("error", "left_out", "not_done", "advice"),
    [
        (refusal(status="no hold here"), "status", "status", "Set the status to solved by hand."),
        (refusal(ticket_field_99=REQUIRED), "status", "status", "Set the status to solved by hand."),
        (refusal(base="something"), "status", "status", "Set the status to solved by hand."),
        (refusal(group_id="gone"), "group", "assign", "Assign this to Support / ann@example.org by hand."),
        (refusal(assignee="no member"), "assignee", "assign", "Assign this to Support / ann@example.org by hand."),
        (refusal(ticket_field_12="no address"), "fields", "field", "Fill in the field for the issue by hand."),
    ],
)
def test_the_part_that_is_named_goes_and_the_rest_stays(
    error: Invalid, left_out: str, not_done: str, advice: str
) -> None:
    made = Refusals(change()).next(error)
    assert made is not None
    (why,) = {f"Zendesk refused it: {said(error)}"}
    assert not getattr(made, left_out)
    assert {name for name in ("status", "group", "fields", "add") if not getattr(made, name)} <= {left_out, "group"}
    assert [one.kind for one in made.outcomes if one.state == "failed"] == [not_done]
    assert [one.detail for one in made.outcomes if one.state == "failed"] == [why]
    assert f"{advice} {why}" in [line.text for line in made.note if line.section is Section.NEXT]
    assert len([line for line in made.note if line.section is Section.DONE]) == (1 if not_done != "field" else 2)


def left_out(made: TicketChange | None) -> set[str]:
    parts = ("status", "group", "fields", "title")
    return {name for name in parts if made is not None and not getattr(made, name)}


def with_note() -> TicketChange:
    made = change()
    made.title = "A bug"
    made.outcomes.append(ActionOutcome("note", "done", ""))
    return made


def test_where_no_part_is_named_each_is_left_out_in_turn_and_comes_back() -> None:
    refusals, error = Refusals(with_note()), refusal(base="no")
    tried = [refusals.next(error) for _ in range(6)]
    assert [left_out(made) for made in tried] == [
        {"status"},
        {"group"},
        {"fields"},
        {"title"},
        {"status", "group", "fields", "title"},
        set(),
    ]
    assert tried[-1] is None
    assert tried[3] is not None
    assert {one.kind for one in tried[3].outcomes if one.state == "failed"} == {"note"}
    assert tried[4] is not None
    assert tried[4].add == ["a"]


@pytest.mark.parametrize(
    ("words", "first"),
    [("Comment: is too long", "title"), ("Group is not allowed here", "group"), ("Solving needs a type", "status")],
)
def test_the_part_that_zendesks_words_speak_of_is_left_out_first(words: str, first: str) -> None:
    assert left_out(Refusals(with_note()).next(refusal(base=words))) == {first}


def test_what_is_named_stays_away_while_the_rest_is_tried() -> None:
    refusals = Refusals(with_note())
    assert left_out(refusals.next(refusal(base="no"))) == {"status"}
    assert left_out(refusals.next(refusal(comment="no"))) == {"title"}
    assert left_out(refusals.next(refusal(base="no"))) == {"status", "title"}


def test_an_update_of_tags_alone_has_nothing_to_leave_out() -> None:
    assert Refusals(TicketChange(add=["a"])).next(refusal(base="no")) is None


@pytest.mark.parametrize("name", ["comment", "comments", "body", "html_body"])
@pytest.mark.parametrize(("reply", "status"), [("", "solved"), ("It is fixed.", None)])
def test_a_refused_comment_goes_and_the_rest_is_written(name: str, reply: str, status: str | None) -> None:
    whole, error = change(), refusal(**{name: "too many comments"})
    whole.title, whole.reply = "A bug", reply
    whole.outcomes.append(ActionOutcome("reply" if reply else "note", "done", ""))
    made = Refusals(whole).next(error)
    assert made is not None
    assert (made.title, made.reply, made.status) == ("", "", status)
    assert (made.add, made.group, made.fields) == (["a"], "Support", {"12": "url"})
    failed = {one.kind: one.detail for one in made.outcomes if one.state == "failed"}
    lost = {"reply", "status"} if reply else {"note"}
    assert failed == dict.fromkeys(lost, "Zendesk refused it: too many comments")


@pytest.mark.parametrize("name", ["comment", "base"])
def test_a_refused_comment_is_not_sent_again_and_its_loss_is_said_in_the_decision(steps: Steps, name: str) -> None:
    message = steps.message()
    steps.zendesk.fails += [refusal(**{name: "too many comments"})]
    assert steps.write(message, steps.decision(message)).kind == "written"
    first, second = [update for _, update in steps.zendesk.updates]
    assert first.comment is not None
    assert second.comment is None
    assert second.tags == first.tags
    lost = [action for action in steps.row(message).actions if action["state"] == "failed"]
    assert [action["detail"] for action in lost] == ["Zendesk refused it: too many comments"]


def test_a_status_that_another_action_set_is_an_outcome_of_its_own() -> None:
    whole = TicketChange(status="hold", outcomes=[ActionOutcome("incident", "done", "linked")])
    made = Refusals(whole).next(refusal(status="no hold here"))
    assert made is not None
    assert [(one.kind, one.state) for one in made.outcomes] == [("incident", "done"), ("status", "failed")]


def test_what_zendesk_says_is_said_once_and_is_bounded() -> None:
    assert said(refusal(base="no", status="no")) == "no"
    assert said(Invalid("zendesk", "rejected")) == "rejected"
    assert len(said(refusal(base="x" * 9999))) == 300


def test_a_refused_update_leaves_nothing_that_is_shown_as_done_and_the_failure_says_why(steps: Steps) -> None:
    message = steps.message()
    steps.zendesk.fails += [refusal(ticket_field_12=REQUIRED)] * 2  # without the note too
    assert isinstance(steps.write(message, steps.decision(message)), Ended)
    assert {action["state"] for action in steps.row(message).actions} == {"failed"}
    (failure,) = steps.deps.records.failures.newest(limit=5)
    assert f"{REQUIRED}. Zendesk refuses it without any single part too" in failure.message


def test_the_next_update_may_be_lost_or_conflict_like_any_other(steps: Steps) -> None:
    for then, kind in ((Conflict("zendesk", "changed"), "conflict"), (UnknownOutcome("zendesk", "lost"), "delayed")):
        message = steps.message()
        decision = steps.decision(message)
        solved = Plan(mode="live", actions=(*decision.plan.actions, Status(status="solved")))
        steps.zendesk.fails += [refusal(base=REQUIRED), then]
        assert steps.write(message, decision.model_copy(update={"plan": solved})).kind == kind
    (first, second, *_) = [update for _, update in steps.zendesk.updates]
    assert (first.status, second.status, first.tags) == ("solved", None, second.tags)


def test_who_is_not_there_promises_nothing() -> None:
    made = TicketChange(group="Support", reply="Support will write to you.", status="pending")
    made.say(Section.DONE, "assigned to Support")
    made.say(Section.NEXT, "Send the answer below.")
    made.quote("Support will write to you.", "Answer for Twitter, 26 characters")
    made.quote("Please look at this.", "Text for Support")
    made.outcomes = [ActionOutcome(kind, "done", "") for kind in ("tags", "assign", "reply")]
    missing = NotFound("zendesk", "there is no group Support", "group_not_found")
    leave_unassigned(made, "Zendesk has no Support, which routing.yaml names", missing)
    assert (made.group, made.reply) == ("", "")
    assert [line.text for line in made.note] == [
        "Please look at this.",
        "Assign this by hand: Zendesk has no Support, which routing.yaml names.",
        "Then answer in your own words: the prepared answer counts on them.",
    ]
    assert [(one.kind, one.state) for one in made.outcomes] == [
        ("tags", "done"),
        ("assign", "failed"),
        ("reply", "skipped"),
    ]
    assert made.outcomes[1].detail == "group_not_found: there is no group Support"
