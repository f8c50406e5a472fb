"""The step that finds an issue: what each answer of GitLab leads to, for the first write and for the second."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest

from app.records.pauses import Pause
from app.rules.actions.findings import Found, IssueRef
from app.work.answers.find import AnswerFinder
from app.work.decisions.decision_log import link_message
from app.work.documentation.find import SectionFinder
from app.work.messages import (
    IssueDelayed,
    IssueFound,
    IssueImpossible,
    IssueNews,
    LinkTicket,
    TicketMessage,
    TriageTicket,
)
from app.work.search.text_index import TextIndex
from app.work.tickets.find_issue import IssueFinder
from integrations.errors import IntegrationError, NotSent, Refused, Unavailable
from tests.app.work.tickets.conftest import Steps

REF = IssueRef(project="group/app", iid=7, title="It breaks", url="https://gitlab.com/group/app/-/issues/7")
PATIENCE = timedelta(seconds=20)


class FakeLinker:
    def __init__(self, answer: Found | IntegrationError) -> None:
        self.answer = answer

    def find_or_open(self, *_: object) -> Found:
        if isinstance(self.answer, IntegrationError):
            raise self.answer
        return self.answer


def finder(steps: Steps, answer: Found | IntegrationError) -> IssueFinder:
    texts = TextIndex(steps.deps.records.searched_texts, None, steps.deps.now)
    return IssueFinder(
        steps.deps, cast("Any", FakeLinker(answer)), cast("Any", None), SectionFinder(texts), AnswerFinder(texts)
    )


def message_that_looks(steps: Steps, monkeypatch: pytest.MonkeyPatch, answer: Any) -> tuple[IssueFinder, TicketMessage]:
    found = finder(steps, answer)

    def find(_self: IssueFinder, _decision: object) -> Found:
        return cast("Any", found.linker).find_or_open()  # type: ignore[no-any-return]

    monkeypatch.setattr(IssueFinder, "_find", find)
    return found, steps.message()


@pytest.mark.parametrize(
    ("error", "late", "kind", "write_first"),
    [
        (Unavailable("gitlab", "503"), False, "delayed", False),
        (Unavailable("gitlab", "503"), True, "delayed", True),
        (NotSent("gitlab", "the circuit is open", "circuit_open", 5.0), False, "delayed", False),
        (NotSent("gitlab", "the circuit is open", "circuit_open", 600.0), False, "delayed", True),
        (Refused("gitlab", "not allowed", "forbidden"), False, "impossible", None),
    ],
)
def test_what_an_error_of_gitlab_leads_to_before_the_first_write(
    steps: Steps,
    monkeypatch: pytest.MonkeyPatch,
    error: IntegrationError,
    late: bool,
    kind: str,
    write_first: bool | None,
) -> None:
    """The tags wait for the link, for as long as `limits.issue_wait` says; then they go first."""
    found, message = message_that_looks(steps, monkeypatch, error)
    decision = steps.decision(message)
    if late:
        steps.clock.advance(steps.deps.limits.issue_wait + 1)
    result = found.find(message, decision)
    assert result.kind == kind
    if isinstance(result, IssueDelayed):
        assert (result.write_first, result.found.outcome) == (write_first, "unreachable")
    else:
        assert isinstance(result, IssueImpossible)
        assert result.found.outcome == "failed"


@pytest.mark.parametrize("error", [Unavailable("gitlab", "503"), Refused("gitlab", "not allowed", "forbidden")])
def test_the_second_write_never_goes_without_its_link(
    steps: Steps, monkeypatch: pytest.MonkeyPatch, error: IntegrationError
) -> None:
    found, message = message_that_looks(steps, monkeypatch, error)
    decision = steps.decision(message)
    second = link_message(message, decision)
    assert isinstance(second, LinkTicket)
    steps.clock.advance(3600)
    result = found.find(second, decision)
    assert isinstance(result, IssueDelayed)
    assert not result.write_first


def test_what_is_found_is_handed_on(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    linked = Found(outcome="linked", issue=REF)
    found, message = message_that_looks(steps, monkeypatch, linked)
    assert found.find(message, steps.decision(message)) == IssueFound(found=linked)


@pytest.mark.parametrize("issue", [REF, None])
def test_news_name_their_issue_and_ask_nobody(steps: Steps, issue: IssueRef | None) -> None:
    plain = steps.message()
    news = IssueNews(sentences=("It was closed.",), reason="done", issue=issue)
    message = TriageTicket(key="gl:1", accepted_at=steps.clock(), ticket_id=plain.ticket_id, cause=news)
    result = finder(steps, Unavailable("gitlab", "503")).find(message, steps.decision(message))
    assert isinstance(result, IssueFound)
    assert result.found.issue == issue


def test_while_issues_are_paused_the_tags_go_and_the_link_waits(steps: Steps) -> None:
    message = steps.message()
    now = steps.clock().isoformat()
    steps.deps.records.pauses.set(Pause("issues", now, "Ada", "maintenance"))
    result = finder(steps, Found()).find(message, steps.decision(message))
    assert isinstance(result, IssueDelayed)
    assert (result.write_first, result.fault.reason) == (True, "paused")
