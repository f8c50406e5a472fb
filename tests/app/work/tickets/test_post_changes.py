"""A post that was edited or deleted: its ticket is decided again only where no person has touched it."""

from __future__ import annotations

from typing import Any

import pytest

from app.feeds.mention import Mention
from app.records.links import Link
from app.rules.actions.note import Note
from app.rules.actions.status import Status
from app.rules.actions.tags import Tags
from app.work.mentions.taken import take_mention, works_of
from app.work.messages import Ended, Failed, TicketDecision, TicketMessage, ToWrite, TriageTicket
from integrations.zendesk.snapshots import CommentSnapshot
from tests.app.work.tickets.conftest import Deciding

PRAISE = "GitLab is great, kudos to the team for the new release, love it!"
BUG = "GitLab: since 11.4 the merge button stays grey after the pipeline passed, it worked in 11.3"
TOUCHES: list[dict[str, Any]] = [
    {"status": "solved"},
    {"assignee_id": 3},
    {"tags": ("archetype__bug_report",)},
    {"conversation": (CommentSnapshot(1, 7, True, "", None), CommentSnapshot(2, 3, False, "mine", None))},  # type: ignore[arg-type]
]


class Post:
    """A post of a feed that has its ticket."""

    def __init__(self, deciding: Deciding, text: str = PRAISE) -> None:
        self.deciding, self.deps = deciding, deciding.steps.deps
        stored = self.take(text)
        tags = ("channel__hackernews",)
        self.ticket_id = deciding.steps.zendesk.add(text, tags=tags, via_channel="api").id
        self.deps.records.mentions.created(stored.id, self.ticket_id)

    def take(self, text: str = "", **more: Any) -> Any:
        given = {"source": "hackernews", "id": "7", "url": "https://news.ycombinator.com/item?id=7", "text": text}
        return take_mention(self.deps, Mention.model_validate(given | more), self.deciding.steps.clock(), carrier="hn")

    def triaged(self) -> Post:
        self.deciding.write(self.deciding.message(self.ticket_id, "zd:first", "ticket.created"))
        return self

    def news(self, text: str = "", **more: Any) -> TicketMessage:
        (work,) = works_of(self.deps, self.take(text, **more))
        assert isinstance(work, TriageTicket)
        return work

    def touch(self, **changes: Any) -> None:
        self.deciding.steps.zendesk.conversation = changes.pop("conversation", ())
        self.deciding.steps.zendesk.change(self.ticket_id, **changes)


@pytest.fixture
def post(deciding: Deciding) -> Post:
    return Post(deciding).triaged()


def decided(deciding: Deciding, message: TicketMessage) -> TicketDecision:
    result = deciding.decide(message)
    assert isinstance(result, ToWrite)
    return result.decision


def note(decision: TicketDecision) -> Note:
    (found,) = [one for one in decision.plan.actions if isinstance(one, Note)]
    return found


def test_an_untouched_ticket_of_an_edited_post_is_decided_again(deciding: Deciding, post: Post) -> None:
    decision = decided(deciding, post.news(BUG))
    assert (decision.archetype, decision.event) == ("bug_report", "post_changed")
    assert note(decision).title.startswith("The author changed the post: Bug report")
    assert note(decision).quote == BUG
    tags = next(one for one in decision.plan.actions if isinstance(one, Tags))
    assert "archetype__mention" in tags.remove
    assert BUG in decision.judged.body
    assert BUG in decision.ticket.body, "an issue is opened about what it says now"


def test_our_own_decisions_do_not_count_as_touched(deciding: Deciding, post: Post) -> None:
    read_again = []
    for text in (BUG, PRAISE, BUG + " Still."):
        message = post.news(text)
        deciding.write(message)
        row = deciding.steps.log.of_run(message.run_id, message.ticket_id)
        read_again.append(row and row.archetype)
    assert read_again == ["bug_report", "mention", "bug_report"]
    assert decided(deciding, post.news(deleted=True)).archetype == "tweet_removed"


def test_an_edit_whose_text_is_kept_no_longer_is_no_deletion(deciding: Deciding, post: Post) -> None:
    message = post.news(BUG)
    post.deps.records.mentions.prune_texts("9999", limit=10)
    assert deciding.decide(message) == Ended(why="its text is too old to be kept")


def test_an_edit_that_changes_nothing_of_the_verdict_is_noted(deciding: Deciding, post: Post) -> None:
    decision = decided(deciding, post.news(PRAISE + " And the docs."))
    assert (decision.archetype, note(decision).title) == ("mention", "The author changed the post")
    assert [one.kind for one in decision.plan.wanted()] == ["tags", "note"]


def test_the_whole_post_is_judged_where_an_alert_brought_its_beginning(deciding: Deciding) -> None:
    post = Post(deciding, BUG[:9] + " …").triaged()
    decision = decided(deciding, post.news(BUG, id="8", url="https://news.ycombinator.com/item?id=7"))
    assert (decision.archetype, note(decision).title) == ("bug_report", "The whole post: Bug report (sure)")


def test_what_the_author_says_now_is_no_answer_of_ours(deciding: Deciding, post: Post) -> None:
    message = post.news(PRAISE + " And the docs.")
    deciding.write(message)
    assert deciding.steps.row(message).answer == ""


@pytest.mark.parametrize("touch", TOUCHES, ids=lambda one: next(iter(one)))
@pytest.mark.parametrize(("text", "deleted"), [(BUG, False), ("", True)], ids=["edited", "deleted"])
def test_a_ticket_that_a_person_has_touched_gets_a_note_alone(
    deciding: Deciding, post: Post, touch: dict[str, Any], text: str, *, deleted: bool
) -> None:
    post.touch(**touch)
    decision = decided(deciding, post.news(text, deleted=deleted))
    assert [one.kind for one in decision.plan.wanted()] == ["tags", "note"]
    assert decision.archetype == "mention"


def test_a_deleted_post_is_treated_as_a_removed_tweet(deciding: Deciding, post: Post) -> None:
    decision = decided(deciding, post.news(deleted=True))
    assert (decision.archetype, decision.decided_by, decision.confidence) == ("tweet_removed", "source", "high")
    assert any(isinstance(one, Status) and one.status == "solved" for one in decision.plan.wanted())
    assert note(decision).why == ("The post was deleted.",)
    assert (decision.ticket.body, decision.judged.body) == ("", "")


def test_news_of_its_issue_do_not_wake_the_ticket_of_a_deleted_post(deciding: Deciding, post: Post) -> None:
    links, at = deciding.steps.deps.records.links, deciding.steps.clock().isoformat()
    links.save(Link(post.ticket_id, "bug", 1, "a/b", 1, "", "opened", "linked"), now=at)
    decided(deciding, post.news(deleted=True))
    assert [one.following for one in links.of_ticket(post.ticket_id)] == ["paused"]


def test_the_text_of_a_deleted_post_is_kept_nowhere(deciding: Deciding, post: Post) -> None:
    message = post.news(deleted=True)
    deciding.write(message)
    rows = deciding.steps.deps.records.decisions.of_ticket(post.ticket_id)
    assert [one.event for one in rows] == ["post_changed", "ticket.created"]
    assert all(PRAISE not in repr((one.ticket, one.trace)) for one in rows)
    assert deciding.steps.deps.records.mentions.of_ticket(post.ticket_id).mention == {}  # type: ignore[union-attr]


def test_no_later_decision_brings_back_what_zendesk_still_has(deciding: Deciding, post: Post) -> None:
    deciding.write(post.news(deleted=True))
    post.touch(status="open", tags=("channel__hackernews", "archetype__bug_report"))
    decision = decided(deciding, deciding.message(post.ticket_id, "zd:later", "ticket.updated"))
    assert (decision.archetype, decision.decided_by) == ("bug_report", "person")
    assert (decision.ticket.subject, decision.ticket.body) == ("The post was deleted", "")
    assert PRAISE not in decision.model_dump_json()


def test_an_answer_is_written_where_the_post_stands_whatever_its_text_names(deciding: Deciding) -> None:
    post = Post(deciding, PRAISE + " See https://news.ycombinator.com/item?id=1")
    first = decided(deciding, deciding.message(post.ticket_id, "zd:first", "ticket.created"))
    deciding.write(deciding.message(post.ticket_id, "zd:first", "ticket.created"))
    later = decided(deciding, post.news(BUG))
    assert [one.where for one in (first, later)] == ["https://news.ycombinator.com/item?id=7"] * 2


def test_a_closed_ticket_is_told_nothing_and_its_text_goes_too(deciding: Deciding, post: Post) -> None:
    post.touch(status="closed")
    assert isinstance(deciding.decide(post.news(deleted=True)), Ended)
    (row,) = deciding.steps.deps.records.decisions.of_ticket(post.ticket_id)
    assert (row.ticket, row.trace) == ({}, ())


def test_the_same_news_are_told_once(deciding: Deciding, post: Post) -> None:
    message = post.news(PRAISE + " And the docs.")
    deciding.write(message)
    assert isinstance(deciding.decide(message), Ended)


def test_an_edit_that_was_edited_again_is_left_to_the_next_news(deciding: Deciding, post: Post) -> None:
    first = post.news(PRAISE + " And the docs.")
    post.news(BUG)
    assert deciding.decide(first) == Ended(why="the post has changed once more")


def test_news_wait_for_the_first_look(deciding: Deciding) -> None:
    post = Post(deciding)
    message = post.news(BUG)
    waits = deciding.decide(message)
    assert isinstance(waits, Failed)
    assert waits.fault.retryable
    post.triaged()
    assert isinstance(deciding.decide(message), ToWrite)
