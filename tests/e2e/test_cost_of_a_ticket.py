"""What one bug report with a new issue costs. A count is no timing, but for what tickets at once happen to share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.database_calls import counted_calls
from tests.support.harness import Harness

# About 11.0 and 2.8, 9.0 and 4.3. Above that: what a busy machine shares less.
MOST = {
    "sqlite": {"statement": 13, "commit": 5, "rollback": 0, "encoder": 1, "connection": 1},
    "postgresql": {"statement": 12, "commit": 6, "rollback": 0, "encoder": 1, "connection": 1},
}
# At once: what is done for several of them together is shared. No two are alike.
EARLIER = (
    "since 11.4 the calendar feed shows meetings twice, with error duplicate key",
    "since 11.4 two factor login hangs with error invalid code after the second digit",
    "since 11.4 the search bar crashes with error undefined is not a function",
    "since 11.4 LFS uploads stop at one gigabyte with error broken pipe",
)
"""The limits' allowances are as large as they get under load, then."""
REPORTS = (
    "since 11.4 the merge request page fails with error 500 when I click on approve",
    "since 11.4 docker push to the container registry fails with error unauthorized",
    "since 11.4 sign in with LDAP fails with error invalid credentials",
    "since 11.4 the wiki fails to render images, with error 404 for each png",
    "since 11.4 git clone over ssh fails with error permission denied publickey",
    "since 11.4 the runner fails with error no space left on device while it caches node modules",
    "since 11.4 exporting issues as csv fails with error mail delivery timed out",
    "since 11.4 the kubernetes integration fails with error certificate signed by unknown authority",
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_bug_report_with_a_new_issue_costs_at_most_this(harness: Harness, database: str) -> None:
    for number in range(24):  # every worker has its connections then
        harness.deliver(harness.ticket(f"@gitlab thank you for the great release! ({number})"))
    for text in EARLIER:
        harness.deliver(harness.ticket(f"{text}. With 11.3 it was fine"))
    harness.idle()
    tickets = [harness.ticket(f"{text}. With 11.3 it was fine") for text in REPORTS]
    with counted_calls() as calls, ThreadPoolExecutor(len(tickets)) as senders:
        list(senders.map(harness.deliver, tickets))
        harness.idle()
    assert all("issue_linked" in harness.sandbox.zendesk.ticket(one)["tags"] for one in tickets)
    cost = {kind: calls.count(kind) / len(tickets) for kind in MOST[database]}
    print(f"{database}: {cost}\n{calls.by_place()}")  # noqa: T201  # `pytest -s` shows where it comes from
    assert all(cost[kind] <= most for kind, most in MOST[database].items()), calls.by_place()
