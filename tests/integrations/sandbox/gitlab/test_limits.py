"""GitLab's rate limits: none until set; then with its headers, or without any, as its application limiter does."""

from __future__ import annotations

import httpx

from integrations.sandbox import GitlabSandbox


def test_no_headers_while_off(gitlab_http: httpx.Client) -> None:
    assert not [name for name in gitlab_http.get("/issues").headers if name.startswith("ratelimit")]


def test_requests_have_headers_and_a_plain_text_refusal(gitlab: GitlabSandbox, gitlab_http: httpx.Client) -> None:
    gitlab.clock.hold()
    gitlab.limits.requests_per_minute = 1
    first, second = gitlab_http.get("/issues"), gitlab_http.get("/issues")
    assert (first.headers["ratelimit-limit"], first.headers["ratelimit-remaining"]) == ("1", "0")
    assert (second.status_code, second.text, second.headers["retry-after"]) == (429, "Retry later\n", "60")
    assert second.headers["ratelimit-name"] == "throttle_authenticated_api"
    assert int(second.headers["ratelimit-reset"]) >= gitlab.clock.now().timestamp()
    assert second.headers["ratelimit-resettime"].endswith("GMT")
    gitlab.clock.advance(60)
    assert gitlab_http.get("/issues").status_code == 200


def test_creations_are_counted_per_project_and_refused_in_json(
    gitlab: GitlabSandbox, gitlab_http: httpx.Client, project: str
) -> None:
    gitlab.clock.hold()
    gitlab.limits.issues_per_minute = gitlab.limits.notes_per_minute = 1
    answers = [gitlab_http.post("/issues", json={"title": "t"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 429]
    assert "too many times" in answers[1].json()["message"]["error"]
    assert "retry-after" not in answers[1].headers
    assert len(gitlab.issues(project)) == 1
    notes = [gitlab_http.post("/issues/1/notes", json={"body": "n"}) for _ in range(2)]
    assert [answer.status_code for answer in notes] == [201, 429]
