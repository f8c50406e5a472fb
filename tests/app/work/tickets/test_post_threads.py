"""Tickets of one post name each other, and an answer of ours solves the one that it answers, never another."""

from __future__ import annotations

from typing import Any

import pytest

from app.feeds.mention import Mention
from app.rules.actions.note import Note
from app.rules.actions.tags import Tags
from app.tags import THREAD_TAG
from app.work.mentions.taken import take_mention
from app.work.messages import AnsweredOnPost, TicketDecision, ToWrite, TriageTicket
from integrations.zendesk.snapshots import RequesterSnapshot
from tests.app.work.tickets.conftest import Deciding

POST = "https://about.gitlab.com/2018/03/22/gitlab-10-6-released/"
ASKED = "Nice work, but is the new board coming to CE?"
US = RequesterSnapshot(8, "Noor Team", email="noor@gitlab.com")


def comment(deciding: Deciding, number: int, post: str = POST, **more: Any) -> int:
    """A blog comment that is a ticket, and what was decided about it."""
    given = {"via_channel": "api", "tags": ("disqus",), "subject": "GitLab 10.6 released"}
    ticket_id = deciding.steps.zendesk.add(f"{ASKED}\n\n{post}#comment-{number}", **(given | more)).id
    deciding.write(deciding.message(ticket_id, f"zd:{ticket_id}", "ticket.created"))
    return ticket_id


def decided(deciding: Deciding, number: int, post: str = POST, **more: Any) -> TicketDecision:
    given = {"via_channel": "api", "tags": ("disqus",), "subject": "GitLab 10.6 released"}
    ticket_id = deciding.steps.zendesk.add(f"It is!\n\n{post}#comment-{number}", **(given | more)).id
    result = deciding.decide(deciding.message(ticket_id, f"zd:{ticket_id}", "ticket.created"))
    assert isinstance(result, ToWrite)
    return result.decision


def beside(decision: TicketDecision) -> tuple[str, ...]:
    (note,) = [one for one in decision.plan.actions if isinstance(one, Note)]
    return note.beside


def test_the_note_names_the_other_tickets_of_the_post(deciding: Deciding) -> None:
    first, second = comment(deciding, 1), comment(deciding, 2)
    deciding.steps.zendesk.change(first, status="solved")
    assert beside(decided(deciding, 3)) == (f"ticket {second}: new.", f"ticket {first}: solved.")


def thread_tags(decision: TicketDecision) -> list[str]:
    (tags,) = [one for one in decision.plan.actions if isinstance(one, Tags)]
    return [tag for tag in tags.add if tag.startswith(THREAD_TAG)]


def test_tickets_of_one_post_share_a_tag_by_which_the_note_opens_them_all(deciding: Deciding) -> None:
    (tag,) = thread_tags(decided(deciding, 1))
    first = comment(deciding, 2)
    assert tag in deciding.steps.zendesk.tickets[first].tags
    second = decided(deciding, 3)
    assert thread_tags(second) == [tag]
    assert thread_tags(decided(deciding, 4, POST.replace("10-6", "10-7"))) != [tag]
    (note,) = [one for one in second.plan.actions if isinstance(one, Note)]
    assert note.beside_url == f"https://acme.zendesk.com/agent/search/1?type=ticket&q=tags%3A{tag}"


@pytest.mark.parametrize("taken_off", [True, False])
def test_a_person_may_take_the_posts_tag_off_and_nobody_else_does(deciding: Deciding, *, taken_off: bool) -> None:
    ticket_id = comment(deciding, 1)
    tags = deciding.steps.zendesk.tickets[ticket_id].tags
    kept = [tag for tag in tags if not (taken_off and tag.startswith(THREAD_TAG))]
    deciding.steps.zendesk.change(ticket_id, tags=(*kept, "archetype__bug_report"))
    deciding.write(deciding.message(ticket_id, "zd:corrected"))
    now = deciding.steps.zendesk.tickets[ticket_id].tags
    assert "needs_triage" not in now
    assert any(tag.startswith(THREAD_TAG) for tag in now) is not taken_off


def test_a_comment_of_the_same_moment_is_named_before_it_is_decided(deciding: Deciding) -> None:
    given = {"source": "disqus", "id": "9", "url": f"{POST}#comment-9", "text": ASKED, "thread": {"url": POST}}
    stored = take_mention(deciding.steps.deps, Mention.model_validate(given), deciding.steps.clock())
    other = deciding.steps.zendesk.add(ASKED).id
    deciding.steps.deps.records.mentions.created(stored.id, other)
    assert beside(decided(deciding, 1)) == (f"ticket {other}: new.",)


def test_it_says_who_answered(deciding: Deciding) -> None:
    asked = comment(deciding, 1)
    answer = TriageTicket(
        key="a", accepted_at=deciding.steps.clock(), ticket_id=asked, cause=AnsweredOnPost(by="Noor", url=f"{POST}#c2")
    )
    deciding.write(answer)
    assert beside(decided(deciding, 3)) == (f"ticket {asked}: solved. Answered on the post by Noor: {POST}#c2",)


def test_a_long_thread_is_named_in_part(deciding: Deciding) -> None:
    for number in range(12):
        comment(deciding, number)
    named = beside(decided(deciding, 20))
    assert (len(named), named[-1]) == (11, "and 2 more")


@pytest.mark.parametrize("post", [POST.removesuffix("/"), POST + "?utm_source=x", POST.replace("https:", "http:")])
def test_one_post_is_one_post_however_it_is_linked(deciding: Deciding, post: str) -> None:
    first = comment(deciding, 1)
    assert beside(decided(deciding, 2, post)) == (f"ticket {first}: new.",)


@pytest.mark.parametrize("more", [{"tags": ("reddit",)}, {"post": POST.replace("10-6", "10-7")}])
def test_other_channels_and_posts_are_no_company(deciding: Deciding, more: dict[str, Any]) -> None:
    comment(deciding, 1)
    assert beside(decided(deciding, 2, **more)) == ()


def test_an_answer_of_its_own_solves_the_only_comment_that_waits(deciding: Deciding) -> None:
    done, waits = comment(deciding, 1), comment(deciding, 2)
    deciding.steps.zendesk.change(done, status="solved")
    decision = decided(deciding, 3, requester=US)
    assert (decision.archetype, decision.parent) == ("team_comment", waits)


def test_where_several_comments_wait_nobody_guesses(deciding: Deciding) -> None:
    comment(deciding, 1)
    comment(deciding, 2)
    assert decided(deciding, 3, requester=US).parent is None


@pytest.mark.parametrize(("named", "found"), [("1", True), ("2", False), ("", False)])
def test_a_mention_says_itself_what_it_answers(deciding: Deciding, named: str, *, found: bool) -> None:
    asked = comment(deciding, 1)
    given = {"source": "disqus", "text": ASKED, "thread": {"url": POST}}

    def mentioned(native_id: str, ticket_id: int, reply: str = "") -> None:
        url = f"{POST}#comment-{native_id}"
        mention = Mention.model_validate(given | {"id": native_id, "url": url, "in_reply_to": reply})
        stored = take_mention(deciding.steps.deps, mention, deciding.steps.clock())
        deciding.steps.deps.records.mentions.created(stored.id, ticket_id)

    mentioned("1", asked)
    mentioned("3", len(deciding.steps.zendesk.tickets) + 1, named)
    assert decided(deciding, 3, requester=US).parent == (asked if found else None)
