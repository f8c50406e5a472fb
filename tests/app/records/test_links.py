"""The links of one issue, however many: read in batches, and marked in one transaction."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from app.records.links import Claimed, Following, Heard, Link, Links, OpenClaim
from app.records.records import Records
from app.records.tables import links as links_table
from app.records.tracked_issues import TrackedIssue
from tests.support.fakes import NOW

AT = NOW.isoformat()


@pytest.fixture
def links(tmp_path: Path) -> Links:
    return Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}").links


def add(links: Links, ticket_id: int, iid: int = 3, *, intent: str = "report", following: Following = "active") -> None:
    row = Link(ticket_id, intent, 1, "group/app", iid, "", "opened", "linked", following=following, channel="twitter")
    links.save(row, now=AT)


def test_batches_leave_out_nothing_and_nobody_twice(links: Links) -> None:
    for ticket_id in range(1, 8):
        add(links, ticket_id, following="removed" if ticket_id == 2 else "active")
        add(links, ticket_id, 4, intent="idea")
    seen, after = [], 0
    for _ in range(3):
        batch = links.of_issue(1, 3, after=after, limit=3)
        seen += [link.ticket_id for link in batch.links]
        after = batch.after or after
    assert seen == [1, 3, 4, 5, 6, 7]
    assert batch == links.of_issue(1, 3, after=after, limit=3)
    assert (batch.links, batch.after) == ([], None)


def test_reports_are_counted_by_channel_and_removed_ones_are_none(links: Links) -> None:
    for ticket_id in range(1, 4):
        add(links, ticket_id, following="removed" if ticket_id == 2 else "active")
    assert links.reports(1, 3) == {"twitter": 2}
    assert links.reports(1, 4) == {}


def test_what_tickets_were_told_is_said_once_for_all_that_were_told_the_same(links: Links) -> None:
    for ticket_id in range(1, 6):
        add(links, ticket_id, following="paused" if ticket_id == 5 else "active")
    links.heard([Heard(one, "report", "closed", {"labels": ["a"]}) for one in (1, 5)], now=AT)
    assert sorted(links.told(1, 3), key=str) == [("closed", {"labels": ["a"]}), ("opened", {})]


def test_an_issue_that_became_another_takes_its_links_along_also_when_that_is_done_twice(links: Links) -> None:
    add(links, 1)
    add(links, 2)
    add(links, 2, 9, intent="idea")
    moved = [
        Heard(one, "report", "closed", {}, became=(1, 9), project="group/app", url="https://example.org/9")
        for one in (1, 2)
    ]
    for _ in range(2):  # a step that is cut off before its answer is kept runs again
        links.heard(moved, now=AT)
    assert [(link.ticket_id, link.intent, link.state) for link in links.of_issue(1, 9).links] == [
        (1, "report", "closed"),
        (2, "idea", "opened"),
    ]
    assert links.of_issue(1, 3).links == []


def test_the_batches_are_read_in_the_order_of_an_index(links: Links) -> None:
    plan = "EXPLAIN QUERY PLAN SELECT * FROM links WHERE project_id = 1 AND iid = 3 AND id > 5 ORDER BY id LIMIT 500"
    with links._engine.connect() as connection:
        said = [row[-1] for row in connection.exec_driver_sql(plan)]
    assert len(said) == 1
    assert "ix_links_of_issue (project_id=? AND iid=? AND id>?)" in said[0]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def claimed(records: Records, ticket_id: int, text: str = "", *, project_id: int = 1) -> Claimed | None:
    return records.links.claim(
        ticket_id, "report", project_id=project_id, project="group/app", marker="m", text=text, vector="v", now=AT,
        since="2025", written_since=AT, reader="own", along=lambda _: None,
    )  # fmt: skip


def test_a_claim_answers_who_claimed_before_and_what_was_written_since(records: Records) -> None:
    for iid, seen_at, writer in ((2, AT, "other"), (1, AT, ""), (3, "2025", "other"), (4, AT, "own")):
        row = TrackedIssue(1, iid, "t", "d", "opened", (), confidential=False, url="", created_at="", updated_at="u",
                           closed_at=None, seen_at=seen_at, vector=b"v", vector_of="e", written_by=writer)  # fmt: skip
        records.tracked_issues.save([row])
    assert claimed(records, 1, 'It says "no"') is not None
    assert claimed(records, 2, project_id=2) is not None
    answer = claimed(records, 3)
    assert answer is not None
    assert answer.earlier == [OpenClaim(1, 'It says "no"', "v", AT)]
    changed = next(records.tracked_issues.changed_since(AT))
    assert [one.key for one in changed] == [(1, 1), (1, 2), (1, 4)]
    assert list(answer.changes) == changed[:2], "the reader knows what it wrote itself"


def test_of_two_claims_of_a_ticket_the_second_one_changes_nothing(records: Records) -> None:
    wrote: list[str] = []
    assert claimed(records, 1) is not None
    again = records.links.claim(
        1, "report", project_id=1, project="group/app", marker="other", text="", vector="", now=AT, since="",
        written_since=AT,
        reader="own",
        along=lambda _: wrote.append("along"),
    )  # fmt: skip
    assert (again, wrote) == (None, [])
    known = records.links.find(1, "report")
    assert known is not None
    assert known.marker == "m"


@pytest.mark.parametrize("forgets", ["its issue is opened", "its ticket is forgotten", "it is old"])
def test_what_a_claim_is_about_is_forgotten_as_text_and_as_vector(records: Records, forgets: str) -> None:
    assert claimed(records, 1, "about this") is not None
    if forgets == "its issue is opened":
        records.links.save(Link(1, "report", 1, "group/app", 7, "url", "opened", "opened"), now=AT)
    elif forgets == "its ticket is forgotten":
        records.links.forget_claim_text(1)
    else:
        assert records.links.prune_claim_texts("2027", limit=10) == 1
    with records.engine.connect() as connection:
        (row,) = connection.execute(sa.select(links_table.c.claim_text, links_table.c.claim_vector)).all()
    assert tuple(row) == ("", "")
