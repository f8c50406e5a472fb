"""Solved tickets are found by those like them, within their channel and without personal data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.records.decisions import Decision
from app.records.records import Records
from app.rules.actions.findings import AnsweredTicket
from app.rules.actions.solved_tickets import SolvedTickets
from app.ticket import Requester, Ticket
from app.triage.plan import Plan
from app.work.answers.find import AnswerFinder
from app.work.answers.keep import AnswerKeeper
from app.work.messages import TicketDecision, TicketRead
from app.work.search.text_index import TextIndex
from app.work.snapshot import ticket_as_json
from integrations.errors import Unavailable
from integrations.zendesk.snapshots import CommentSnapshot
from tests.support.fakes import NOW, Clock, FakeZendesk, dependencies

ASKED = "How can I make the runner keep its docker cache between two pipelines?"
ALIKE = "Is there a way to make a runner keep the docker cache between pipelines?"
ANSWER = "Hi Ada, set a docker volume in config.toml."


@dataclass
class Answers:
    zendesk: FakeZendesk
    records: Records
    keeper: AnswerKeeper
    finder: AnswerFinder

    def solved(self, body: str = ASKED, *, channel: str = "forum", public: bool = True, **decided: Any) -> int:
        """A ticket that was decided, and then solved."""
        ticket = self.zendesk.add(body, status="solved")
        asked = Ticket(
            ticket.id,
            body=body,
            public=public,
            channel=channel,
            requester=Requester(7, "Ada Example", "ada@example.org"),
        )
        values: dict[str, Any] = {"archetype": "general_question", "answer": ANSWER, **decided}
        self.records.decisions.save(
            Decision(
                run_id=f"run{ticket.id}", ticket_id=ticket.id, event="ticket.created", state="done", channel=channel,
                summary="s", tags=("archetype__general_question",), ticket=ticket_as_json(asked),
                decided_at=NOW.isoformat(), update_state="applied", **values,
            )
        )  # fmt: skip
        self.keeper.changed(ticket)
        return ticket.id

    def found(
        self, body: str = ALIKE, *, channel: str = "forum", public: bool = True, ticket_id: int = 99
    ) -> list[AnsweredTicket]:
        self.finder.index.update()
        read = TicketRead(
            id=ticket_id, subject="", body=body, status="new", tags=(), updated_at="", public=public, url="",
            requester_name="Sam",
        )  # fmt: skip
        plan = Plan(mode="live", actions=(SolvedTickets(show_at=0.4),))
        decision = TicketDecision(
            run_id="r", event="ticket.created", ticket=read, channel=channel, where="", archetype="general_question",
            confidence="high", decided_by="model", why="", plan=plan, trace=(), config_hash="",
            judged=Ticket(ticket_id), thread="", decided_at=NOW.isoformat(),
        )  # fmt: skip
        return list(self.finder.of(decision))


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[Answers]:
    records, clock = Records.open(f"sqlite:///{tmp_path / 'p.db'}"), Clock()
    zendesk = FakeZendesk(clock)
    deps = dependencies(records, zendesk=zendesk, clock=clock)
    yield Answers(zendesk, records, AnswerKeeper(deps), AnswerFinder(TextIndex(records.searched_texts, None, clock)))
    records.close()


def test_a_solved_ticket_is_shown_with_what_was_answered(answers: Answers) -> None:
    number = answers.solved()
    (found,) = answers.found()
    assert (found.url, found.title) == (answers.zendesk.tickets[number].url, ASKED)
    assert found.answer.endswith("set a docker volume in config.toml.")


def test_no_ticket_finds_itself_or_what_is_not_alike(answers: Answers) -> None:
    number = answers.solved()
    assert answers.found(ticket_id=number) == []
    assert answers.found("May I print your logo on a shirt?") == []


@pytest.mark.parametrize(
    ("solved", "asked"),
    [
        ({"channel": "email", "public": False}, {"channel": "forum"}),
        ({"channel": "forum", "public": False}, {"channel": "forum"}),
        ({"channel": "forum"}, {"channel": "email", "public": False}),
        ({"channel": "twitter_dm", "public": False}, {"channel": "twitter"}),
        ({"channel": "other", "public": False}, {"channel": "other", "public": False}),
    ],
)
def test_texts_stay_within_their_channel(answers: Answers, solved: dict[str, Any], asked: dict[str, Any]) -> None:
    answers.solved(**solved)
    assert answers.found(**asked) == []


def test_a_private_channels_tickets_find_each_other(answers: Answers) -> None:
    answers.solved(channel="email", public=False)
    assert len(answers.found(channel="email", public=False)) == 1


@pytest.mark.parametrize("archetype", ["two_factor_reset", "security_report", "spam", "political", None, "gone_since"])
def test_other_and_private_archetypes_are_not_shown(answers: Answers, archetype: str | None) -> None:
    answers.solved(archetype=archetype)
    assert answers.found() == []


def test_a_ticket_that_turns_private_is_forgotten(answers: Answers) -> None:
    number = answers.solved()
    answers.records.decisions.update(f"run{number}", archetype="security_report")
    answers.keeper.changed(answers.zendesk.tickets[number])
    assert answers.found() == []


def test_a_ticket_that_was_closed_meanwhile_is_kept_and_a_merged_one_is_not(answers: Answers) -> None:
    number = answers.solved()
    for tags, found in ((), 1), (("closed_by_merge",), 0):
        answers.zendesk.change(number, status="closed", tags=tags)
        answers.keeper.changed(answers.zendesk.tickets[number])
        assert len(answers.found()) == found


def test_a_ticket_that_is_open_again_was_not_answered(answers: Answers) -> None:
    number = answers.solved()
    answers.zendesk.change(number, status="open")
    answers.keeper.changed(answers.zendesk.tickets[number])
    assert answers.found() == []


def test_a_ticket_that_is_gone_is_forgotten(answers: Answers) -> None:
    answers.keeper.forget(answers.solved())
    assert answers.found() == []


def test_nobody_is_named_beside_other_peoples_tickets(answers: Answers) -> None:
    answers.solved(f"{ASKED} Write to ada@example.org, password: hunter2secret. Ada Example")
    (found,) = answers.found()
    texts = answers.records.searched_texts
    (row,) = texts.at(next(texts.changed_since("")))
    kept = f"{found.title} {found.answer} {row.description}"
    assert not [one for one in ("Ada", "ada@", "hunter2secret") if one in kept]


def comment(body: str, *, role: str = "agent", public: bool = True) -> CommentSnapshot:
    return CommentSnapshot(1, 2, public, body, NOW, author_role=role)


@pytest.mark.parametrize(
    ("comments", "expected"),
    [
        (
            [comment(ASKED, role="end-user"), comment("Use a volume."), comment("thanks", role="end-user")],
            "Use a volume.",
        ),
        ([comment("Use a volume."), comment("he is a difficult one", public=False)], "Use a volume."),
        ([comment(ASKED, role="end-user")], ""),
    ],
)
def test_without_a_suggestion_the_advocates_public_comment_counts(
    answers: Answers, comments: list[CommentSnapshot], expected: str
) -> None:
    answers.zendesk.conversation = tuple(comments)
    answers.solved(answer="")
    assert [one.answer for one in answers.found()] == [expected]


def test_the_comments_are_read_once_and_may_be_missing(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def comments(ticket_id: int) -> list[CommentSnapshot]:
        asked.append(ticket_id)
        raise Unavailable("zendesk", "503")

    monkeypatch.setattr(answers.zendesk, "comments", comments)
    number = answers.solved(answer="")
    answers.keeper.changed(replace(answers.zendesk.tickets[number], tags=("more",)))
    assert (asked, [one.answer for one in answers.found()]) == ([number], [""])


def test_texts_are_dropped_with_their_decisions(answers: Answers) -> None:
    answers.solved()
    texts = answers.records.searched_texts
    assert texts.prune_tickets((NOW - timedelta(days=1)).isoformat(), limit=9) == 0
    assert texts.prune_tickets((NOW + timedelta(days=1)).isoformat(), limit=9) == 1
    assert (answers.found(), len(answers.finder.index)) == ([], 0)
    answers.records.decisions.prune_texts("", (NOW + timedelta(days=1)).isoformat(), limit=9)
    assert answers.records.decisions.newest(limit=1)[0].answer == ""
