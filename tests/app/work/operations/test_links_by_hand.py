"""An issue that a person links at the desk: which are taken, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.records.decisions import Decision
from app.records.links import Link
from app.records.records import Records
from app.work.operations.links_by_hand import CannotLink, LinksByHand
from tests.support.fakes import NOW
from tests.support.shipped import SHIPPED

GITLAB = "https://gitlab.example"
PROJECT = min(one.project for one in SHIPPED.routing.trackers.values())
ISSUE = (PROJECT, 9)


@pytest.fixture
def records(database_url: str) -> Iterator[Records]:
    records = Records.open(database_url)
    yield records
    records.close()


def by_hand(records: Records, queued: list[Any]) -> LinksByHand:
    return LinksByHand(records.decisions, records.links, queued.extend, lambda: NOW, GITLAB)


def decided(records: Records) -> None:
    made = Decision(
        run_id="run", ticket_id=7, event="ticket.created", state="done", archetype=None, summary="", config_hash="x",
        decided_at="2026-01-01",
    )  # fmt: skip
    records.decisions.save(made)


@pytest.mark.parametrize(
    "written",
    [f" {PROJECT}#9 ", f"{GITLAB}/{PROJECT}/-/issues/9", f"see {GITLAB}/{PROJECT}/-/work_items/9?x=1 there"],
)
def test_an_issue_is_named_by_its_address_or_in_short(records: Records, written: str) -> None:
    assert by_hand(records, []).issue_named(written, SHIPPED) == ISSUE


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "no issue"),
        ("9", "no issue"),
        (f"{PROJECT}#0", "no issue"),
        (f"https://evil.example/{PROJECT}/-/issues/9", "no issue"),
        ("other/project#9", "no tracker other/project"),
    ],
)
def test_what_cannot_be_followed_is_refused(records: Records, written: str, why: str) -> None:
    with pytest.raises(CannotLink, match=why):
        by_hand(records, []).issue_named(written, SHIPPED)


def test_it_becomes_work_that_is_the_same_at_a_second_click(records: Records) -> None:
    decided(records)
    queued: list[Any] = []
    for _ in range(2):
        by_hand(records, queued).link(7, ISSUE, "Ada")
    assert [(one.message.ticket_id, one.message.cause.iid, one.message.cause.by) for one in queued] == [
        (7, 9, "Ada")
    ] * 2
    assert len({one.message.key for one in queued}) == 1


def test_only_what_the_ticket_does_not_have_is_linked(records: Records) -> None:
    decided(records)
    kept = Link(7, "issue", 5, PROJECT, 9, "", "opened", "linked")
    records.links.save(kept, now="2026-01-01")
    with pytest.raises(CannotLink, match="already"):
        by_hand(records, []).link(7, ISSUE, "Ada")
    records.links.follow(7, "removed", now="2026-01-02")
    queued: list[Any] = []
    by_hand(records, queued).link(7, ISSUE, "Ada")
    assert len(queued) == 1
    with pytest.raises(CannotLink, match="No decision about ticket 8"):
        by_hand(records, []).link(8, ISSUE, "Ada")
