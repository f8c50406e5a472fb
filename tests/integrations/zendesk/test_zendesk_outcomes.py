"""What a failed call means: applied, not applied, or unknown; and that nothing is ever sent twice."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

import pytest

from integrations.errors import (
    Conflict,
    IntegrationError,
    Invalid,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
    UnknownOutcome,
)
from integrations.sandbox import Fault, Sandbox
from integrations.sandbox.faults import Kind
from integrations.sandbox.zendesk.translations import LANGUAGES
from integrations.zendesk import NewComment, TicketUpdate, ZendeskClient
from integrations.zendesk.client import RUN_KEY


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[ZendeskClient]:
    zendesk = sandbox.zendesk
    client = ZendeskClient(zendesk.url, email=zendesk.email, token=zendesk.token, timeout=(1, 0.3))
    yield client
    client.close()


@pytest.fixture
def ticket_id(sandbox: Sandbox) -> int:
    ticket_id: int = sandbox.zendesk.create_ticket(subject="Push fails", body="words of a person", tags=["before"])
    return ticket_id


@pytest.fixture
def update(client: ZendeskClient, ticket_id: int, sandbox: Sandbox) -> TicketUpdate:
    stamp = client.read_ticket(ticket_id).updated_at
    sandbox.zendesk.calls_clear()
    return TicketUpdate(stamp, tags=("after",), comment=NewComment("<p>note</p>"), metadata={RUN_KEY: "run-1"})


def puts(sandbox: Sandbox) -> int:
    return sum(call.method == "PUT" for call in sandbox.zendesk.calls)


@pytest.mark.parametrize("kind", ["status", "status_after"])
def test_a_503_to_an_update_is_unknown_and_sent_once(
    sandbox: Sandbox, client: ZendeskClient, ticket_id: int, update: TicketUpdate, kind: Kind
) -> None:
    sandbox.zendesk.faults.add(Fault(method="PUT", kind=kind, status=503, headers={"Retry-After": "1"}))

    with pytest.raises(UnknownOutcome):
        client.update_ticket(ticket_id, update)

    assert puts(sandbox) == 1
    assert (client.find_update(ticket_id, "run-1") is not None) is (kind == "status_after")


@pytest.mark.parametrize(
    ("fault", "applied"),
    [
        (Fault(method="PUT", kind="drop_before"), False),
        (Fault(method="PUT", kind="drop_after"), True),
        (Fault(method="PUT", kind="delay", seconds=0.6), True),
        (Fault(method="PUT", kind="garbage"), True),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else None,
)
def test_a_lost_answer_is_unknown_and_the_audits_tell_what_happened(
    sandbox: Sandbox, client: ZendeskClient, ticket_id: int, update: TicketUpdate, fault: Fault, applied: bool
) -> None:
    sandbox.zendesk.faults.add(fault)

    with pytest.raises(UnknownOutcome) as caught:
        client.update_ticket(ticket_id, update)

    assert not caught.value.retryable
    assert puts(sandbox) == 1
    assert (client.find_update(ticket_id, "run-1") is not None) is applied


@pytest.mark.parametrize("kind", ["drop_after", "delay", "garbage", "status"])
def test_a_read_without_an_answer_can_be_repeated(
    sandbox: Sandbox, client: ZendeskClient, ticket_id: int, kind: Kind
) -> None:
    sandbox.zendesk.calls_clear()
    sandbox.zendesk.faults.add(Fault(method="GET", kind=kind, seconds=0.6))

    with pytest.raises(Unavailable) as caught:
        client.read_ticket(ticket_id)

    assert caught.value.retryable
    assert len(sandbox.zendesk.calls) == 1
    assert client.read_ticket(ticket_id).id == ticket_id


def test_a_ticket_that_changed_since_it_was_read_is_a_conflict(
    sandbox: Sandbox, client: ZendeskClient, ticket_id: int
) -> None:
    with pytest.raises(Conflict):
        client.update_ticket(ticket_id, TicketUpdate("2020-01-01T00:00:00Z", tags=("mine",)))

    assert sandbox.zendesk.ticket(ticket_id)["tags"] == ["before"]


def test_a_closed_ticket_is_named_as_such(sandbox: Sandbox, client: ZendeskClient, ticket_id: int) -> None:
    sandbox.zendesk.close(ticket_id)
    stamp = client.read_ticket(ticket_id).updated_at

    with pytest.raises(Invalid) as caught:
        client.update_ticket(ticket_id, TicketUpdate(stamp, tags=("mine",)))

    assert caught.value.reason == "ticket_closed"


def refusal(details: object) -> Fault:
    body = json.dumps({"error": "RecordInvalid", "description": "Validierungsfehler", "details": details})
    return Fault(method="PUT", status=422, headers={"content-type": "application/json"}, body=body)


TRANSLATED = {"status": [{"description": "Status: geschlossen, das Ticket kann nicht aktualisiert werden"}]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_closed_ticket_is_recognised_in_any_language(
    sandbox: Sandbox, client: ZendeskClient, ticket_id: int, language: str
) -> None:
    sandbox.zendesk.close(ticket_id)
    stamp = client.read_ticket(ticket_id).updated_at
    sandbox.zendesk.speak(language)
    with pytest.raises(Invalid) as caught:
        client.update_ticket(ticket_id, TicketUpdate(stamp, tags=("mine",)))
    assert caught.value.reason == "ticket_closed"


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("forbidden", Refused, "Forbidden: You do not have access"),
        ("forbidden_with_code", Refused, "You do not have access"),
        ("forbidden_without_words", Refused, ""),
        ("errors_list", Invalid, "Invalid attribute: Not allowed"),
        ("errors_list_400", Invalid, "The request is malformed"),
        ("refused_by_rule", Invalid, "Type: is required when solving a ticket"),
    ],
)
def test_what_a_refusal_says_is_read(
    sandbox: Sandbox,
    client: ZendeskClient,
    ticket_id: int,
    update: TicketUpdate,
    name: str,
    kind: type[Refused | Invalid],
    said: str,
) -> None:
    sandbox.zendesk.fault_named(name, method="PUT")
    with pytest.raises(kind) as caught:
        client.update_ticket(ticket_id, update)
    assert "".join(text for texts in caught.value.fields.values() for text in texts).startswith(said)


@pytest.mark.parametrize("name", ["empty_404", "empty_object_404", "no_help_desk"])
def test_nobodys_404_is_no_deleted_ticket(sandbox: Sandbox, client: ZendeskClient, ticket_id: int, name: str) -> None:
    sandbox.zendesk.fault_named(name)
    with pytest.raises(Unavailable) as caught:
        client.read_ticket(ticket_id)
    assert caught.value.reason == "wrong_address"


def test_a_refused_status_of_an_open_ticket_is_no_closed_ticket(
    sandbox: Sandbox, client: ZendeskClient, ticket_id: int, update: TicketUpdate
) -> None:
    sandbox.zendesk.faults.add(refusal(TRANSLATED))
    with pytest.raises(Invalid) as caught:
        client.update_ticket(ticket_id, update)
    assert (caught.value.reason, list(caught.value.fields)) == ("http_422", ["status"])


def test_when_it_cannot_be_read_the_refusal_stands(
    sandbox: Sandbox, client: ZendeskClient, ticket_id: int, update: TicketUpdate
) -> None:
    sandbox.zendesk.faults.add(refusal(TRANSLATED))
    sandbox.zendesk.faults.add(Fault(method="GET", status=503))
    with pytest.raises(Invalid) as caught:
        client.update_ticket(ticket_id, update)
    assert caught.value.reason == "http_422"


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", "<html>", '{"error": "InvalidEndpoint"}', '{"error": {"title": "x"}}']
)
def test_a_404_that_is_not_about_a_record_is_an_outage(
    sandbox: Sandbox, client: ZendeskClient, ticket_id: int, update: TicketUpdate, body: str
) -> None:
    sandbox.zendesk.faults.add(Fault(status=404, body=body, times=2))
    calls: list[Callable[[], object]] = [
        lambda: client.read_ticket(ticket_id),
        lambda: client.update_ticket(ticket_id, update),
    ]
    for call in calls:
        with pytest.raises(Unavailable) as caught:
            call()
        assert caught.value.reason == "wrong_address"


def test_a_rejected_value_names_its_field(client: ZendeskClient, ticket_id: int, update: TicketUpdate) -> None:
    with pytest.raises(Invalid) as caught:
        client.update_ticket(ticket_id, TicketUpdate(update.updated_stamp, assignee_id=42))

    assert caught.value.reason == "http_422"
    assert "assignee_id" in str(caught.value)
    assert list(caught.value.fields) == ["assignee_id"]


def test_a_ticket_that_is_gone_is_not_found(sandbox: Sandbox, client: ZendeskClient, ticket_id: int) -> None:
    sandbox.zendesk.delete(ticket_id)

    with pytest.raises(NotFound):
        client.read_ticket(ticket_id)
    with pytest.raises(NotFound):
        client.update_ticket(ticket_id, TicketUpdate("2020-01-01T00:00:00Z", tags=()))
    with pytest.raises(NotFound):
        client.comments(987654321)


@pytest.mark.parametrize("headers", [{"Retry-After": "30"}, {"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}, {}])
def test_a_limit_is_raised_at_once(
    sandbox: Sandbox, client: ZendeskClient, ticket_id: int, update: TicketUpdate, headers: dict[str, str]
) -> None:
    sandbox.zendesk.faults.add(Fault(kind="status", status=429, headers=headers, times=2))
    began = time.monotonic()

    calls: list[Callable[[], object]] = [
        lambda: client.update_ticket(ticket_id, update),
        lambda: client.read_ticket(ticket_id),
    ]
    for call in calls:
        with pytest.raises(RateLimited) as caught:
            call()
        assert (caught.value.retry_after or 0) >= (30 if headers else 0)

    assert time.monotonic() - began < 2
    assert len(sandbox.zendesk.calls) == 2


def test_the_limit_per_ticket_tells_how_long_to_wait(sandbox: Sandbox, client: ZendeskClient, ticket_id: int) -> None:
    def rewrite(number: int) -> None:
        stamp = client.read_ticket(ticket_id).updated_at
        client.update_ticket(ticket_id, TicketUpdate(stamp, tags=(f"t{number}",)))

    for number in range(30):
        rewrite(number)
    with pytest.raises(RateLimited) as caught:
        rewrite(30)

    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 600


def test_a_redirect_is_not_followed(
    sandbox: Sandbox, client: ZendeskClient, ticket_id: int, update: TicketUpdate
) -> None:
    elsewhere = {"Location": f"{sandbox.gitlab.url}/api/v4/user"}
    before = len(sandbox.gitlab.calls)
    sandbox.zendesk.faults.add(Fault(kind="status", status=307, headers=elsewhere, times=2))

    calls: list[Callable[[], object]] = [
        lambda: client.update_ticket(ticket_id, update),
        lambda: client.read_ticket(ticket_id),
    ]
    for call in calls:
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.reason == "redirect"

    assert len(sandbox.gitlab.calls) == before


BROKEN = [
    "[]",
    "{}",
    '{"ticket": null}',
    '{"ticket": 5, "audit": []}',
    '{"ticket": {}, "audit": {}}',
    '{"ticket": {"id": "x", "tags": 7}}',
    '{"user": {"name": "words of a person"}}',
    '{"groups": [{"id": null}]}',
    '{"comments": {"id": 1}, "audits": [1], "job_status": {}}',
]


@pytest.mark.parametrize("body", BROKEN)
def test_an_answer_of_another_shape_is_unreadable(
    sandbox: Sandbox, client: ZendeskClient, ticket_id: int, update: TicketUpdate, body: str
) -> None:
    headers = {"content-type": "application/json"}
    sandbox.zendesk.faults.add(Fault(kind="status", status=200, headers=headers, body=body, times=0))
    reads: list[Callable[[], object]] = [
        lambda: client.read_ticket(ticket_id),
        lambda: client.comments(ticket_id),
        lambda: client.find_update(ticket_id, "run-1"),
        lambda: client.group_id("Community"),
    ]

    with pytest.raises(UnknownOutcome) as lost:
        client.update_ticket(ticket_id, update)
    assert lost.value.reason == "unreadable_answer"
    for read in reads:
        with pytest.raises(IntegrationError) as caught:
            read()
        assert type(caught.value) is Unavailable
        assert "words of a person" not in str(caught.value)


def test_an_unknown_account_is_refused_although_zendesk_answers_200(sandbox: Sandbox, client: ZendeskClient) -> None:
    body = '{"user": {"id": null, "name": "Anonymous user", "role": "end-user"}}'
    headers = {"content-type": "application/json"}
    sandbox.zendesk.faults.add(Fault(kind="status", status=200, headers=headers, body=body))

    with pytest.raises(Refused) as caught:
        client.me()

    assert caught.value.reason == "not_authenticated"


def test_a_next_page_on_another_host_is_not_fetched(sandbox: Sandbox, client: ZendeskClient) -> None:
    before = len(sandbox.gitlab.calls)
    body = (
        '{"groups": [{"id": 1, "name": "A"}], "meta": {"has_more": true, "after_cursor": "x"}, '
        f'"links": {{"next": "{sandbox.gitlab.url}/api/v2/groups.json"}}}}'
    )
    sandbox.zendesk.faults.add(
        Fault(kind="status", status=200, headers={"content-type": "application/json"}, body=body)
    )

    with pytest.raises(Refused) as caught:
        client.group_id("Community")

    assert caught.value.reason == "foreign_host"
    assert len(sandbox.gitlab.calls) == before
