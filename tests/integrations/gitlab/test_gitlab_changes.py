"""Changed issues, page by page: none is missed, none is read twice, and what an issue says is kept."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest

from integrations.errors import Invalid, Unavailable
from integrations.gitlab import GitLabClient
from integrations.sandbox import Fault, Sandbox
from tests.integrations.gitlab.conftest import asked

JSON = {"content-type": "application/json"}
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def filled(sandbox: Sandbox, project_id: int, issues: int) -> None:
    """Issue 1, 2, ... changed a second after another, beginning at noon."""
    for number in range(issues):
        sandbox.clock.hold(NOON + timedelta(seconds=number))
        sandbox.gitlab.add_issue(project_id, title=f"issue {number + 1}")
    sandbox.gitlab.calls_clear()


class TestChangedIssues:
    def test_are_given_out_in_pages_asked_one_by_one(
        self, sandbox: Sandbox, client: GitLabClient, project_id: int
    ) -> None:
        filled(sandbox, project_id, 205)
        pages = client.issues_changed_since(project_id, None)

        assert len(sandbox.gitlab.calls) == 0
        assert [issue.iid for issue in next(pages)] == list(range(1, 101))
        assert len(sandbox.gitlab.calls) == 1
        assert [len(page) for page in pages] == [100, 5]

        queries = [query for _, _, query in asked(sandbox)]
        assert queries[0] == {
            "scope": "all",
            "state": "all",
            "issue_type": "issue",
            "pagination": "keyset",
            "order_by": "updated_at",
            "sort": "asc",
            "per_page": "100",
        }
        assert all(query.items() >= queries[0].items() and "cursor" in query for query in queries[1:])
        assert {path for _, path, _ in asked(sandbox)} == {f"/api/v4/projects/{project_id}/issues"}

    def test_begin_a_minute_early_and_can_be_of_every_type(
        self, sandbox: Sandbox, client: GitLabClient, project_id: int
    ) -> None:
        filled(sandbox, project_id, 120)
        sandbox.gitlab.add_issue(project_id, title="down", issue_type="incident")

        (page,) = client.issues_changed_since(project_id, NOON + timedelta(seconds=110), issue_type=None)

        assert [issue.iid for issue in page] == list(range(51, 122))
        assert asked(sandbox)[0][2]["updated_after"] == "2026-11-01T12:00:50Z"
        assert "issue_type" not in asked(sandbox)[0][2]
        assert list(client.issues_changed_since(project_id, datetime(2100, 1, 1, tzinfo=UTC))) == []

    def test_an_issue_that_changes_meanwhile_is_not_lost(
        self, sandbox: Sandbox, client: GitLabClient, project_id: int
    ) -> None:
        filled(sandbox, project_id, 150)
        pages = client.issues_changed_since(project_id, None)
        next(pages)
        sandbox.clock.advance(60)
        sandbox.gitlab.close_issue(project_id, 7)
        sandbox.gitlab.edit_issue(project_id, 140, {"title": "another title"})

        rest = [issue for page in pages for issue in page]

        assert [issue.iid for issue in rest] == [*range(101, 140), *range(141, 151), 7, 140]
        assert {issue.iid: (issue.state, issue.title) for issue in rest if issue.iid in {7, 140}} == {
            7: ("closed", "issue 7"),
            140: ("opened", "another title"),
        }

    def test_go_on_after_a_failure_from_the_last_that_was_taken(
        self, sandbox: Sandbox, client: GitLabClient, project_id: int
    ) -> None:
        filled(sandbox, project_id, 300)
        sandbox.gitlab.faults.add(Fault(method="GET", kind="drop_after", after=1))
        pages = client.issues_changed_since(project_id, None)
        taken = [issue.iid for issue in next(pages)]
        reached = NOON + timedelta(seconds=taken[-1] - 1)
        with pytest.raises(Unavailable):
            next(pages)

        rest = [issue.iid for page in client.issues_changed_since(project_id, reached) for issue in page]

        assert rest == list(range(40, 301))

    def test_never_follow_the_address_of_the_next_page(
        self, sandbox: Sandbox, client: GitLabClient, project_id: int
    ) -> None:
        filled(sandbox, project_id, 1)
        before = len(sandbox.zendesk.calls)
        link = f'<{sandbox.zendesk.url}/api/v4/elsewhere?cursor=eyJ4&state=opened>; rel="next"'
        sandbox.gitlab.faults.add(Fault(kind="status", status=200, headers={**JSON, "Link": link}, body="[]"))

        with pytest.raises(Invalid):  # the sandbox does not know this cursor: it was asked
            list(client.issues_changed_since(project_id, None))

        assert len(sandbox.zendesk.calls) == before
        method, path, query = asked(sandbox)[-1]
        assert (method, path) == ("GET", f"/api/v4/projects/{project_id}/issues")
        assert (query["cursor"], query["state"]) == ("eyJ4", "all")

    @pytest.mark.parametrize(
        ("body", "link"),
        [
            ("{}", ""),
            ('{"message": "words of a person"}', ""),
            ("[1]", ""),
            ("[]", '<https://x/?page=2>; rel="next"'),
            ("[]", '<https://x/?cursor=a&cursor=b>; rel="next"'),
            ("[]", '<https://[/?cursor=a>; rel="next"'),
            ("[]", '<https://x/?cursor=a>; rel="next"'),
        ],
        ids=["object", "message", "numbers", "offset", "two-cursors", "no-url", "forever"],
    )
    def test_a_page_of_another_shape_is_unreadable(
        self, sandbox: Sandbox, client: GitLabClient, project_id: int, body: str, link: str
    ) -> None:
        headers = {**JSON, "Link": link} if link else JSON
        sandbox.gitlab.faults.add(Fault(kind="status", status=200, headers=headers, body=body, times=0))

        with pytest.raises(Unavailable) as caught:
            list(client.issues_changed_since(project_id, None))

        assert caught.value.reason == "unreadable_answer"
        assert "words" not in str(caught.value)
        assert len(sandbox.gitlab.calls) <= 2

    def test_of_a_gitlab_that_is_too_old_say_so(self, sandbox: Sandbox, client: GitLabClient, project_id: int) -> None:
        body = '{"error": "Keyset pagination is not yet available for this type of request"}'
        sandbox.gitlab.faults.add(Fault(kind="status", status=405, headers=JSON, body=body))

        with pytest.raises(Invalid) as caught:
            list(client.issues_changed_since(project_id, None))

        assert caught.value.reason == "http_405"

    def test_take_the_memory_of_one_page(self, sandbox: Sandbox, client: GitLabClient, project_id: int) -> None:
        for _ in range(1000):
            sandbox.gitlab.add_issue(project_id, title="x", description="words " * 200)
        pages = client.issues_changed_since(project_id, None)
        next(pages)
        tracemalloc.start()
        next(pages)
        one_page = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        count = sum(len(page) for page in pages)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

        assert count == 800
        assert peak < 3 * one_page


def test_an_issue_has_its_milestone_and_when_it_was_closed(
    sandbox: Sandbox, client: GitLabClient, project_id: int
) -> None:
    sandbox.clock.hold(NOON)
    sandbox.gitlab.add_issue(project_id, title="x")
    before = client.issue(project_id, 1)
    sandbox.gitlab.set_milestone(project_id, 1, "17.1")
    sandbox.gitlab.close_issue(project_id, 1)
    after = client.issue(project_id, 1)

    assert (before.milestone, before.closed_at) == ("", None)
    assert (after.milestone, after.closed_at) == ("17.1", NOON)
    assert client.issues(project_id, [1]) == [after]
