"""What a failed call means: applied, not applied, or unknown; and that nothing is ever sent twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from integrations.errors import (
    IntegrationError,
    Invalid,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
    UnknownOutcome,
)
from integrations.gitlab import GitLabClient
from integrations.gitlab.quoting import make_marker, marker_line
from integrations.sandbox import Fault, Sandbox
from integrations.sandbox.faults import Kind

JSON = {"content-type": "application/json"}


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[GitLabClient]:
    client = GitLabClient(sandbox.gitlab.url, sandbox.gitlab.token, timeout=(1, 0.3))
    client.me()
    sandbox.gitlab.calls_clear()
    yield client
    client.close()


@pytest.fixture(scope="module")
def project_id(running: Sandbox) -> int:
    return running.gitlab.add_project("acme/app")


def create(client: GitLabClient, project_id: int, word: str) -> None:
    client.create_issue(project_id, title="Push fails", description=f"{marker_line(word)}\n\ntext", confidential=False)


def posts(sandbox: Sandbox) -> int:
    return sum(call.method == "POST" for call in sandbox.gitlab.calls)


@pytest.mark.parametrize(
    ("fault", "applied"),
    [
        (Fault(method="POST", kind="drop_before"), False),
        (Fault(method="POST", kind="drop_after"), True),
        (Fault(method="POST", kind="delay", seconds=0.6), True),
        (Fault(method="POST", kind="garbage"), True),
        (Fault(method="POST", kind="status", status=502), False),
        (Fault(method="POST", kind="status_after", status=500), True),
        (Fault(method="POST", kind="status", status=409, headers=JSON, body='{"message": "Duplicated issue"}'), False),
    ],
    ids=lambda value: f"{value.kind}-{value.status}" if isinstance(value, Fault) else None,
)
def test_a_creation_without_a_clear_answer_is_unknown_and_the_marker_tells(
    sandbox: Sandbox, client: GitLabClient, project_id: int, fault: Fault, applied: bool
) -> None:
    word = make_marker("secret", [fault.kind, fault.status])
    sandbox.gitlab.faults.add(fault)

    with pytest.raises(UnknownOutcome) as caught:
        create(client, project_id, word)

    assert not caught.value.retryable
    assert posts(sandbox) == 1
    assert (client.find_by_marker(project_id, word) is not None) is applied


@pytest.mark.parametrize(
    ("status", "kind"), [(400, Invalid), (401, Refused), (403, Refused), (404, NotFound), (422, Invalid)]
)
def test_a_refused_creation_did_not_happen(
    sandbox: Sandbox, client: GitLabClient, project_id: int, status: int, kind: type[IntegrationError]
) -> None:
    body = '{"message": {"title": ["words of a person"]}}'
    sandbox.gitlab.faults.add(Fault(method="POST", kind="status", status=status, headers=JSON, body=body))

    with pytest.raises(IntegrationError) as caught:
        create(client, project_id, "zdrkrefused")

    assert type(caught.value) is kind
    assert "words of a person" not in str(caught.value)
    if isinstance(caught.value, Invalid):
        assert caught.value.fields == {"title": ("words of a person",)}
        assert "title" in str(caught.value)


@pytest.mark.parametrize("body", ['{"error": "state does not have a valid value"}', '{"message": "no"}', "plain", "[]"])
def test_every_shape_of_refusal_is_understood(
    sandbox: Sandbox, client: GitLabClient, project_id: int, body: str
) -> None:
    sandbox.gitlab.faults.add(Fault(kind="status", status=400, headers=JSON, body=body))

    with pytest.raises(Invalid):
        client.search_issues(project_id, "push", state="all")


@pytest.mark.parametrize("kind", ["drop_after", "delay", "garbage", "status"])
def test_a_read_without_an_answer_can_be_repeated(
    sandbox: Sandbox, client: GitLabClient, project_id: int, kind: Kind
) -> None:
    sandbox.gitlab.faults.add(Fault(method="GET", kind=kind, seconds=0.6))

    with pytest.raises(Unavailable) as caught:
        client.project(project_id)

    assert caught.value.retryable
    assert len(sandbox.gitlab.calls) == 1
    assert client.project(project_id).id == project_id


@pytest.mark.parametrize(
    ("headers", "least"),
    [
        ({"Retry-After": "30"}, 30),
        ({"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}, 30),
        ({"RateLimit-Reset": "9999999999"}, 30),
        ({}, None),
    ],
)
def test_a_limit_is_raised_at_once(
    sandbox: Sandbox, client: GitLabClient, project_id: int, headers: dict[str, str], least: float | None
) -> None:
    sandbox.gitlab.faults.add(Fault(kind="status", status=429, headers=headers, body="slow down", times=2))
    began = time.monotonic()

    calls: list[Callable[[], object]] = [
        lambda: create(client, project_id, "zdrklimited"),
        lambda: client.issue(project_id, 1),
    ]
    for call in calls:
        with pytest.raises(RateLimited) as caught:
            call()
        assert caught.value.retry_after is None if least is None else (caught.value.retry_after or 0) >= least

    assert time.monotonic() - began < 2
    assert len(sandbox.gitlab.calls) == 2


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_is_not_followed_and_the_token_stays(
    sandbox: Sandbox, client: GitLabClient, project_id: int, status: int
) -> None:
    before = len(sandbox.zendesk.calls)
    elsewhere = {"Location": f"{sandbox.zendesk.url}/api/v2/users/me.json"}
    sandbox.gitlab.faults.add(Fault(kind="status", status=status, headers=elsewhere, times=2))

    calls: list[Callable[[], object]] = [
        lambda: create(client, project_id, "zdrkredirected"),
        lambda: client.project(project_id),
    ]
    for call in calls:
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.reason == "redirect"

    assert len(sandbox.zendesk.calls) == before
    assert len(sandbox.gitlab.calls) == 2


def test_a_next_page_on_another_host_is_asked_of_ours(sandbox: Sandbox, client: GitLabClient, project_id: int) -> None:
    iid = client.create_issue(project_id, title="Noted", description="x", confidential=False).iid
    client.add_note(project_id, iid, "words")
    before = len(sandbox.zendesk.calls)
    link = f'<{sandbox.zendesk.url}/api/v4/projects/{project_id}/issues/{iid}/notes>; rel="next"'
    sandbox.gitlab.faults.add(Fault(method="GET", kind="status", status=200, headers={**JSON, "Link": link}, body="[]"))

    assert [note.body for note in client.notes(project_id, iid)] == ["words"]
    assert len(sandbox.zendesk.calls) == before


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"id": null}', '{"id": 1, "iid": "words"}', '[{"id": 1}]', "[null]", "[5]"]
)
def test_an_answer_of_another_shape_is_unreadable(
    sandbox: Sandbox, client: GitLabClient, project_id: int, body: str
) -> None:
    sandbox.gitlab.faults.add(Fault(kind="status", status=200, headers=JSON, body=body, times=0))
    writes: list[Callable[[], object]] = [
        lambda: create(client, project_id, "zdrkbroken"),
        lambda: client.add_note(project_id, 1, "note"),
    ]
    reads: list[Callable[[], object]] = [
        lambda: client.issue(project_id, 1),
        lambda: client.project(project_id),
        client.token_scopes,
    ]

    for write in writes:
        if body == '{"id": 1, "iid": "words"}' and write is writes[1]:
            continue  # enough for a note
        with pytest.raises(UnknownOutcome):
            write()
    for read in reads:
        with pytest.raises(Unavailable) as caught:
            read()
        assert "words" not in str(caught.value)


@pytest.mark.parametrize("body", ["{}", '[{"id": 1}]', "[null]", "[5]", '{"message": "words"}'])
def test_a_list_of_another_shape_is_unreadable(
    sandbox: Sandbox, client: GitLabClient, project_id: int, body: str
) -> None:
    sandbox.gitlab.faults.add(Fault(kind="status", status=200, headers=JSON, body=body, times=0))

    for read in (
        lambda: client.search_issues(project_id, "push", state="all"),
        lambda: client.notes(project_id, 1),
    ):
        with pytest.raises(Unavailable):
            read()


def test_a_wrong_token_is_refused_and_not_shown(sandbox: Sandbox) -> None:
    client = GitLabClient(sandbox.gitlab.url, "wrong-token")

    with pytest.raises(Refused) as caught:
        client.me()

    assert "wrong-token" not in str(caught.value)
    client.close()
