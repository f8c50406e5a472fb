"""Reports of one bug that arrive at once: one issue, to which the others are linked."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from integrations.sandbox.faults import Fault, Kind
from tests.support.harness import PROJECT, Harness, running_harness

# More than workers.
TICKETS = 10
BUG = "since 11.4 the {} eats my tabs and gives me back spaces in every {} that I open, it worked in 11.3"
WISH = "Feature request: it would be great if the {} could be sorted by {} weight, please add this"


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def harness(tmp_path: Path, database_url: str) -> Iterator[Harness]:
    """One for each test: GitLab takes so many notes a minute, and nobody waits for the last ones."""
    with running_harness(tmp_path, DATABASE_URL=database_url) as harness:
        yield harness


def opening(kind: Kind, seconds: float = 0.0) -> Fault:
    """For the first request that opens an issue."""
    return Fault(method="POST", path=r".*/issues", kind=kind, seconds=seconds)


def at_once(harness: Harness, tickets: list[int]) -> list[dict[str, Any]]:
    with ThreadPoolExecutor(len(tickets)) as senders:
        assert list(senders.map(harness.deliver, tickets)) == [[202]] * len(tickets)
    return [harness.decision(ticket) for ticket in tickets]


def links_of(harness: Harness, ticket: int) -> list[int]:
    return [link["iid"] for link in harness.desk(f"/api/tickets/{ticket}").json()["links"]]


def issues_about(harness: Harness, thing: str) -> dict[int, bool]:
    """Whether each is confidential, by iid."""
    issues = harness.sandbox.gitlab.issues(PROJECT)
    return {issue["iid"]: issue["confidential"] for issue in issues if thing in issue["description"]}


@pytest.mark.parametrize(
    ("database", "text", "thing", "fault"),
    [
        ("sqlite", BUG, "pipeline graph", opening("delay_before", 0.5)),
        ("postgresql", WISH, "milestone list", opening("delay", 0.5)),
        ("sqlite", BUG, "release page", opening("drop_after")),
        ("postgresql", BUG, "release page", opening("drop_after")),
    ],
    ids=["bug", "wish", "the answer of the first request is lost", "lost, on PostgreSQL"],
    indirect=["database"],
)
def test_tickets_about_the_same_open_one_issue(harness: Harness, text: str, thing: str, fault: Fault) -> None:
    harness.sandbox.gitlab.faults.add(fault)
    tickets = [harness.ticket(f"@gitlab {text.format(thing, thing)}{'!' * (number % 3)}") for number in range(TICKETS)]

    decisions = at_once(harness, tickets)

    assert [decision["state"] for decision in decisions] == ["done"] * TICKETS
    [(iid, confidential)] = issues_about(harness, thing).items()
    assert confidential is False
    assert [links_of(harness, ticket) for ticket in tickets] == [[iid]] * TICKETS


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_a_public_report_is_not_lost_in_a_confidential_issue(harness: Harness) -> None:
    text = "Bug: since 15.2 the snippet editor drops the last line of a file on Windows, in 15.1 it was kept"
    private = [harness.ticket(text, subject="Snippets", via_channel="email") for _ in range(2)]
    public = [harness.ticket(f"@gitlab {text}") for _ in range(2)]

    at_once(harness, [*private, *public])

    issues = issues_about(harness, "snippet editor")
    assert sorted(issues.values()) in ([False], [False, True])
    assert [issues[iid] for ticket in public for iid in links_of(harness, ticket)] == [False] * 2
    assert [len(links_of(harness, ticket)) for ticket in private] == [1] * 2
