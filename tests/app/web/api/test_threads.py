"""Post by post: which comments have answers, and which have none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.records.decisions import Decision
from app.web.api.threads import ThreadOut, threads
from integrations.errors import Unavailable
from tests.app.work.mentions.conftest import POST, Mentioned, mentioned

__all__ = ["mentioned"]

URL = "https://news.ycombinator.com/item?id="


def comment(mentioned: Mentioned, number: int, *, ticket: bool = True, **more: Any) -> int | None:
    given = {"id": str(number), "url": f"{URL}{number}", "text": f"{POST['text']} {number}"} | more
    stored = mentioned.take(**given)
    return mentioned.create(stored).ticket_id if ticket else None


def decided(mentioned: Mentioned, ticket_id: int, event: str = "ticket.created", archetype: str = "mention") -> None:
    row = Decision(
        run_id=f"{ticket_id}:{event}", ticket_id=ticket_id, event=event, state="done", archetype=archetype,
        channel="hackernews", thread=f"{URL}1", summary="Answered on the post by Noor: u", update_state="applied",
        tags=("x",), decided_at=mentioned.clock().isoformat(),
    )  # fmt: skip
    mentioned.deps.records.decisions.save(row)


def listed(mentioned: Mentioned, **wanted: Any) -> list[ThreadOut]:
    service = cast("Any", SimpleNamespace(deps=mentioned.deps))
    asked: dict[str, Any] = {"source": "", "thread": "", "limit": 20} | wanted
    return threads(service, **asked).threads


def states(post: ThreadOut) -> dict[int, str]:
    return {one.mention_id or one.ticket_id or 0: one.state for one in post.comments}


def test_each_comment_says_how_it_is(mentioned: Mentioned) -> None:
    comment(mentioned, 2)
    comment(mentioned, 3)
    comment(mentioned, 4, ticket=False)
    comment(mentioned, 5)
    mentioned.take(id="9", url=f"{URL}9", author={"handle": "gitlab"}, text="It is mended", in_reply_to="2")
    mentioned.take(id="5", url=f"{URL}5", deleted=True)
    mentioned.take(id="6", url=f"{URL}6", text="no", left_out="names nothing that is looked for")
    (post,) = listed(mentioned)
    assert [one.state for one in post.comments] == ["answered", "waits", "no_ticket_yet", "gone"]
    assert post.comments[0].answer == f"Answered on the post by gitlab: {URL}9"
    assert (post.title, post.thread, post.waiting) == ("GitLab 16.4", f"{URL}1", 2)


def test_a_ticket_that_is_solved_waits_no_longer(mentioned: Mentioned) -> None:
    ticket_id = comment(mentioned, 2) or 0
    mentioned.zendesk.change(ticket_id, status="solved")
    (post,) = listed(mentioned)
    assert (post.waiting, post.comments[0].status) == (0, "solved")


def test_tickets_that_zendesk_has_of_itself_are_among_them(mentioned: Mentioned) -> None:
    for ticket_id, event, archetype in ((40, "ticket.created", "mention"), (41, "ticket.created", "mention")):
        decided(mentioned, ticket_id, event, archetype)
    decided(mentioned, 41, "answered")
    decided(mentioned, 42, archetype="team_comment")
    (post,) = listed(mentioned)
    assert states(post) == {40: "waits", 41: "answered"}


def test_a_ticket_of_a_mention_stands_once(mentioned: Mentioned) -> None:
    ticket_id = comment(mentioned, 2) or 0
    decided(mentioned, ticket_id, archetype="bug_report")
    (post,) = listed(mentioned)
    assert [(one.ticket_id, one.archetype) for one in post.comments] == [(ticket_id, "bug_report")]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [({}, ["2", "1"]), ({"limit": 1}, ["2"]), ({"source": "reddit"}, []), ({"thread": f"{URL}1"}, ["1"])],
)
def test_posts_are_chosen_the_newest_first(mentioned: Mentioned, wanted: dict[str, Any], found: list[str]) -> None:
    comment(mentioned, 3)
    comment(mentioned, 4, thread={"url": f"{URL}2"})
    assert [one.thread for one in listed(mentioned, **wanted)] == [f"{URL}{one}" for one in found]


def test_zendesk_is_not_needed(mentioned: Mentioned, monkeypatch: pytest.MonkeyPatch) -> None:
    comment(mentioned, 2)

    def down(_ids: object) -> dict[int, str]:
        raise Unavailable("zendesk", "down", "no_answer")

    monkeypatch.setattr(mentioned.zendesk, "statuses", down)
    (post,) = listed(mentioned)
    assert (post.waiting, post.comments[0].status) == (1, "")
