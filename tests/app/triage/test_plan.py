"""From a verdict to the actions, by value."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.rules.actions.action import SKIPPED_MODEL, SKIPPED_SHADOW, SKIPPED_SUGGEST
from app.rules.actions.note import Note
from app.rules.actions.reply import Reply
from app.rules.actions.tags import Tags
from app.rules.channels import ChannelOf
from app.rules.schema.base import Mode
from app.rules.verdict import Candidate, Confidence, Previous, Verdict
from app.ticket import Ticket
from app.triage.plan import Plan, plan
from tests.support.rules import HEAD, rules

MACROS = """\
version: 1
macros:
  Say::Hello: {text: {default: Hello}}
templates:
  Issue::Bug: {text: A bug}
"""
FULL = (
    "{description: broken, tags: [own], status: pending, group: Support, reply: {macro: 'Say::Hello'}, "
    "forward: {to: a@example.com}, issue: {tracker: product, template: 'Issue::Bug'}, "
    "spam: {mark_at: 0.99}, note: Look twice., solve_parent: true}"
)
ROUTING = rules(head=HEAD.replace("{description: broken}", FULL), macros=MACROS).routing
TWITTER = ChannelOf("twitter", public=True, reply="zendesk", link="")
FORUM = ChannelOf("forum", public=True, reply="elsewhere", link="https://forum.gitlab.com/t/1")
NO_LINK = ChannelOf("forum", public=True, reply="elsewhere", link="")
TICKET = Ticket(1, tags=("vip",))


def verdict(
    archetype: str | None = "bug_report",
    confidence: Confidence = "high",
    decided_by: str = "route:it",
    mode: Mode = "live",
    *,
    probability: float | None = None,
    candidates: tuple[Candidate, ...] = (),
) -> Verdict:
    return Verdict(archetype, confidence, decided_by, mode, "Because.", probability, candidates=candidates)


def kinds(made: Plan) -> list[str]:
    return [action.kind for action in made.actions]


def tags(made: Plan) -> Tags:
    (found,) = [action for action in made.actions if isinstance(action, Tags)]
    return found


def note(made: Plan) -> Note:
    (found,) = [action for action in made.actions if isinstance(action, Note)]
    return found


def test_the_order_is_that_of_the_registry() -> None:
    made = plan(ROUTING, TICKET, verdict(), channel=TWITTER)
    assert kinds(made) == [
        "issue", "spam", "tags", "assign", "forward", "reply", "status", "solve_parent", "note",
    ]  # fmt: skip


def test_without_an_archetype_there_are_tags_and_a_note_with_what_it_might_be() -> None:
    made = plan(
        ROUTING, TICKET, verdict(None, "low", "none", candidates=(Candidate("mention", "70%"),)), channel=TWITTER
    )
    assert kinds(made) == ["tags", "note"]
    assert tags(made).add == ("needs_triage", "pointsman_done")
    assert (note(made).title, note(made).choices) == ("Needs triage", (("archetype__mention", "70%"),))


ACTS = ["issue", "spam", "assign", "forward", "status", "solve_parent"]


@pytest.mark.parametrize(
    ("mode", "skipped"),
    [
        ("live", {}),
        ("suggest", dict.fromkeys(ACTS, SKIPPED_SUGGEST)),
        ("shadow", dict.fromkeys([*ACTS, "tags", "reply", "note"], SKIPPED_SHADOW)),
    ],
)
def test_what_the_mode_holds_back_says_so(mode: Mode, skipped: dict[str, str]) -> None:
    made = plan(ROUTING, TICKET, verdict(mode=mode), channel=TWITTER)
    assert {action.kind: action.skip_reason for action in made.actions if action.skip_reason} == skipped


def test_the_model_alone_does_nothing_that_is_hard_to_undo() -> None:
    made = plan(ROUTING, TICKET, verdict(decided_by="model", probability=0.99), channel=TWITTER)
    skipped = {action.kind: action.skip_reason for action in made.actions if action.skip_reason}
    assert skipped == dict.fromkeys(["forward", "status", "solve_parent"], SKIPPED_MODEL)


@pytest.mark.parametrize(
    ("decided", "marked"),
    [
        (verdict(), True),
        (verdict(confidence="medium"), False),
        (verdict(decided_by="model", probability=0.995), True),
        (verdict(decided_by="model", probability=0.98), False),
        (verdict(decided_by="person"), False),
    ],
    ids=["sure route", "unsure route", "sure model", "unsure model", "person"],
)
def test_spam_is_marked_only_when_it_is_certain_else_tagged(decided: Verdict, marked: bool) -> None:
    made = plan(ROUTING, TICKET, decided, channel=TWITTER)
    assert ("spam" in kinds(made)) is marked
    assert ("maybe_spam" in tags(made).add) is (not marked and decided.decided_by != "person")


@pytest.mark.parametrize(
    ("decided", "title"),
    [
        (verdict(), "Bug report (sure)"),
        (verdict(confidence="medium"), "Bug report?"),
        (verdict(decided_by="person"), "Bug report (chosen by a person)"),
    ],
)
def test_the_title_says_in_words_how_sure_it_is(decided: Verdict, title: str) -> None:
    made = note(plan(ROUTING, TICKET, decided, channel=TWITTER))
    assert (made.title, made.why, made.next[-1]) == (title, ("Because.",), "Look twice.")


@pytest.mark.parametrize(
    ("channel", "where"),
    [(TWITTER, ""), (FORUM, "https://forum.gitlab.com/t/1"), (NO_LINK, "Forum (address not known)")],
)
def test_a_reply_says_where_it_has_to_be_written(channel: ChannelOf, where: str) -> None:
    (reply,) = [one for one in plan(ROUTING, TICKET, verdict(), channel=channel).actions if isinstance(one, Reply)]
    assert (reply.where, reply.sent) == (where, False)


def test_a_live_reply_is_sent_only_where_it_reaches_somebody() -> None:
    live = ROUTING.model_copy(update={"defaults": ROUTING.defaults.model_copy(update={"reply": "live"})})
    for channel, sent in ((TWITTER, True), (replace(TWITTER, reached=False), False)):
        made = plan(live, TICKET, verdict(), channel=channel)
        assert [one.sent for one in made.actions if isinstance(one, Reply)] == [sent]


OTHERS = (Candidate("mention", "20% likely (model)"),)


def test_a_guess_is_confirmed_or_corrected_before_it_is_answered() -> None:
    guess = verdict(confidence="medium", decided_by="model", mode="suggest", probability=0.7, candidates=OTHERS)
    made = plan(ROUTING, TICKET, guess, channel=TWITTER)
    assert "reply" not in kinds(made)
    assert note(made).next[0] == "Please confirm it, or choose another archetype: add its tag."
    assert note(made).choices == (
        ("confidence__high", "yes, bug report, 70% likely (model)"),
        ("archetype__mention", "20% likely (model)"),
    )


def test_a_foreign_text_gets_the_macro_in_its_language_and_what_it_seems_to_be_about() -> None:
    said = replace(verdict("non_english", decided_by="language", candidates=OTHERS), macro="Say::Hello")
    made = plan(ROUTING, TICKET, said, channel=TWITTER)
    (reply,) = [one for one in made.actions if isinstance(one, Reply)]
    assert (reply.macro, reply.sent) == ("Say::Hello", False)
    assert note(made).next[0] == "It may be about what stands below. Add that tag if it is."


def test_a_person_who_chose_takes_the_other_archetype_away() -> None:
    ticket = Ticket(1, tags=("archetype__mention", "needs_triage", "vip"))
    before = Previous("mention", ("archetype__mention",))
    made = plan(ROUTING, ticket, verdict(decided_by="person"), channel=TWITTER, previous=before)
    assert tags(made).remove == ("archetype__mention", "needs_triage")


def test_a_plan_can_be_stored_and_read_again() -> None:
    made = plan(ROUTING, TICKET, verdict(mode="suggest"), channel=FORUM)
    assert Plan.model_validate_json(made.model_dump_json()) == made
    assert Plan.model_validate(made.model_dump(mode="json")) == made


def test_an_action_that_is_unknown_cannot_be_read() -> None:
    with pytest.raises(ValueError, match="there is no action of kind 'dance'"):
        Plan.model_validate({"mode": "live", "actions": [{"kind": "dance"}]})
