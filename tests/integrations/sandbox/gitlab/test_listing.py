"""The issue list: each filter, each order, both ways of paging."""

from __future__ import annotations

import httpx
import pytest

from integrations.sandbox import GitlabSandbox


@pytest.fixture
def filled(gitlab: GitlabSandbox, project: str) -> str:
    """1 and 3 open, 2 closed, an hour apart."""
    gitlab.clock.hold()
    gitlab.add_issue(project, title="Push fails", description="alpha", labels=["bug", "git"])
    gitlab.clock.advance(3600)
    gitlab.add_issue(project, title="Clone slow", description="push beta", labels=["bug"], state="closed")
    gitlab.clock.advance(3600)
    gitlab.add_issue(project, title="a down", issue_type="incident", confidential=True, author_id=gitlab.bot_user_id)
    gitlab.add_award(project, 1)
    return project


def iids(client: httpx.Client, query: str) -> list[int]:
    answer = client.get(f"/issues?{query}")
    assert answer.status_code == 200, answer.text
    return [issue["iid"] for issue in answer.json()]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [3, 2, 1]),
        ("state=opened", [3, 1]),
        ("state=closed", [2]),
        ("state=all&sort=asc", [1, 2, 3]),
        ("labels=bug", [2, 1]),
        ("labels=bug,git", [1]),
        ("labels[]=bug&labels[]=git", [1]),
        ("iids[]=1&iids[]=3&iids[]=99", [3, 1]),
        ("issue_type=issue", [2, 1]),
        ("issue_type=incident", [3]),
        ("search=push", [2, 1]),
        ("search=push&in=title", [1]),
        ("search=push&in=title,description&labels=git", [1]),
        ("search=push%20beta", [2]),
        ("scope=all", [3, 2, 1]),
        ("order_by=updated_at&sort=asc", [1, 2, 3]),
    ],
)
def test_filters(gitlab_http: httpx.Client, filled: str, query: str, found: list[int]) -> None:
    assert iids(gitlab_http, query) == found


def test_filters_by_time(gitlab: GitlabSandbox, gitlab_http: httpx.Client, filled: str) -> None:
    middle = gitlab.issue(filled, 2)["created_at"]  # shown in milliseconds, compared in microseconds
    for query, found in (
        ({"created_after": middle}, [3, 2]),
        ({"updated_after": middle}, [3, 2]),
    ):
        assert [issue["iid"] for issue in gitlab_http.get("/issues", params=query).json()] == found


@pytest.mark.parametrize(
    "query",
    [
        "state=open",
        "sort=up",
        "order_by=relevance",
        "in=body&search=x",
        "scope=mine",
        "updated_after=yesterday",
        "iids[]=x",
        "page=0",
        "per_page=x",
        "pagination=cursors",
        "pagination=keyset&order_by=updated_at&sort=asc&cursor=x",
        "pagination=keyset&order_by=updated_at",
        "pagination=keyset&sort=asc",
        "confidential=2",
        "statee=opened",
        "or[labels]=a",
        "search[]=x",
    ],
)
def test_refuses_bad_values_and_unknown_names(gitlab_http: httpx.Client, filled: str, query: str) -> None:
    assert gitlab_http.get(f"/issues?{query}").status_code == 400


def test_offset_pages_have_their_headers(gitlab_http: httpx.Client, filled: str) -> None:
    first = gitlab_http.get("/issues?per_page=2&state=all")
    names = ("x-total", "x-total-pages", "x-page", "x-next-page", "x-prev-page")
    assert [first.headers[name] for name in names] == ["3", "2", "1", "2", ""]
    last = gitlab_http.get(first.links["next"]["url"])
    assert [issue["iid"] for issue in last.json()] == [1]
    assert ("next" in last.links, last.headers["x-next-page"]) == (False, "")
    assert {"prev", "last", "first"} <= last.links.keys()


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_keyset_pages_walk_through_everything_once(
    gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str, order: str
) -> None:
    for number in range(7):
        gitlab.add_issue(project, title=str(number))
    url: str | None = f"/issues?pagination=keyset&order_by=updated_at&sort={order}&per_page=3"
    seen: list[int] = []
    while url:
        page = gitlab_http.get(url)
        seen += [issue["iid"] for issue in page.json()]
        url = page.links.get("next", {}).get("url")
        if len(seen) == 3:  # what changes meanwhile moves to its new place
            gitlab.clock.advance(5)
            gitlab.add_note(project, seen[0], "changed")
    expected = [1, 2, 3, 4, 5, 6, 7, 1] if order == "asc" else [7, 6, 5, 4, 3, 2, 1]
    assert seen == expected


def test_no_totals_with_very_many_rows(
    gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.sandbox.gitlab.paging.COUNTED_UP_TO", 2)
    for number in range(3):
        gitlab.add_issue(project, title=str(number))
    answer = gitlab_http.get("/issues?per_page=2")
    assert "x-total" not in answer.headers
    assert ("last" in answer.links, "next" in answer.links) == (False, True)
