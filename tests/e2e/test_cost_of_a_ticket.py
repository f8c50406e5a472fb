"""What one bug report with a new issue costs. A count is no timing: it is the same on every machine."""

from __future__ import annotations

import pytest

from tests.support.database_calls import counted_calls
from tests.support.harness import Harness

MOST = {
    "sqlite": {"statement": 62, "commit": 23, "rollback": 0, "encoder": 2, "connection": 2},
    "postgresql": {"statement": 63, "commit": 23, "rollback": 0, "encoder": 2, "connection": 2},
}
FIRST = "The zebra stripes of the pipeline graph are drawn twice in firefox, and it shows a 500 error"
REPORT = "The merge request page crashes with a 500 error when I click on approve in version 9.1.2"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_bug_report_with_a_new_issue_costs_at_most_this(harness: Harness, database: str) -> None:
    harness.deliver(harness.ticket(FIRST))
    harness.idle()  # the worker has its connections and its weights then
    ticket_id = harness.ticket(REPORT)
    with counted_calls() as calls:
        harness.deliver(ticket_id)
        harness.idle()
    assert "issue_linked" in harness.sandbox.zendesk.ticket(ticket_id)["tags"]
    cost = {kind: calls.count(kind) for kind in MOST[database]}
    print(f"{database}: {cost}\n{calls.by_place()}")  # noqa: T201  # `pytest -s` shows where it comes from
    assert all(cost[kind] <= most for kind, most in MOST[database].items()), calls.by_place()
