"""Personal data and secrets stay in Zendesk; what was removed is in the trace by kind, never by value."""

from __future__ import annotations

from tests.support.harness import PROJECT, Harness

SECRETS = (
    "jane.roe@corp.example",
    "glpat-AbCdEf1234567890abcd",
    "203.0.113.77",
    "hunter2hunter2",
    "Ada",
)
REPORT = (
    "since 11.4 the container registry login fails, it worked in 11.3.\n"
    "I am Ada, jane.roe@corp.example. curl -H 'PRIVATE-TOKEN: glpat-AbCdEf1234567890abcd' https://203.0.113.77/api\n"
    "password=hunter2hunter2\n"
    "1. docker login registry.example.com\n2. docker pull image:16.4.1\n"
)


def test_no_personal_data_and_no_secret_reaches_gitlab(harness: Harness) -> None:
    decision, _ = harness.triaged(REPORT, subject="Registry login of jane.roe@corp.example fails since 11.4")
    issue = harness.sandbox.gitlab.issue(PROJECT, decision["links"][0]["iid"])
    for secret in SECRETS:
        assert secret not in issue["title"] + issue["description"], secret
    assert "docker login registry.example.com" in issue["description"]
    assert "16.4.1" in issue["description"]
    (entry,) = [one for one in decision["trace"] if one.get("asked") == "redaction"]
    assert {"email", "gitlab_token", "ip_address", "password"} <= set(entry["removed"])
    assert not any(secret in str(decision["trace"]) for secret in ("glpat-AbC", "hunter2", "203.0.113.77"))


def test_steps_are_shown_apart(harness: Harness) -> None:
    decision, _ = harness.triaged(
        "Bug since 12.9: LFS locks vanish, it worked in 12.8.\n\n1. lock a file\n2. push a branch\n3. list the locks\n"
    )
    issue = harness.sandbox.gitlab.issue(PROJECT, decision["links"][0]["iid"])
    assert "## Steps to reproduce" in issue["description"]
