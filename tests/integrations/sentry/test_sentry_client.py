"""Reading from Sentry: what is asked, what an answer means, and that the token goes nowhere else and never shows."""

from __future__ import annotations

import gzip
import json
import logging
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import httpx
import pytest
import respx

from integrations.errors import IntegrationError, Invalid, NotFound, RateLimited, Refused, Unavailable
from integrations.sentry import SentryClient, SentryIssue

URL = "https://sentry.example.com"
ENDPOINT = f"{URL}/api/0/organizations/acme/issues/"
SECRETS = ("tok-s3cret", "sentry.example.com", "said-text")
NOW = datetime(2018, 12, 6, 22, 0, tzinfo=UTC)
SINCE = NOW - timedelta(hours=3)
RECORDED = json.loads(Path(__file__).with_name("issues.json").read_text("utf-8"))


@pytest.fixture
def sentry() -> Iterator[SentryClient]:
    sentry = SentryClient(f"{URL}/", "acme", "tok-s3cret", now=lambda: NOW)
    yield sentry
    sentry.close()


def link(cursor: str, *, results: str, host: str = URL) -> dict[str, str]:
    """Sentry's own form: a `next` link is there on the last page too."""
    address = f"{host}/api/0/organizations/acme/issues/"
    return {
        "Link": f'<{address}?&cursor=0:0:1>; rel="previous"; results="false"; cursor="0:0:1", '
        f'<{address}?&cursor={cursor}>; rel="next"; results="{results}"; cursor="{cursor}"'
    }


def numbered(*numbers: int) -> list[dict[str, object]]:
    return [RECORDED[0] | {"id": str(number)} for number in numbers]


def failure(sentry: SentryClient) -> IntegrationError:
    with pytest.raises(IntegrationError) as caught:
        sentry.unresolved(SINCE, 10)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.args)
    assert not [secret for secret in SECRETS if secret in shown]
    assert caught.value.__context__ is None
    return caught.value


@respx.mock
def test_asks_for_unresolved_issues_of_the_time_and_reads_them(sentry: SentryClient) -> None:
    route = respx.get(ENDPOINT).respond(200, json=RECORDED, headers=link("0:100:0", results="false"))

    found = sentry.unresolved(SINCE.astimezone(timezone(timedelta(hours=2))), 25)

    request = route.calls.last.request
    assert dict(request.url.params) == {
        "query": "is:unresolved",
        "sort": "date",
        "limit": "25",
        "start": "2018-12-06T19:00:00",
        "end": "2018-12-06T22:00:00",
    }
    assert request.headers["Authorization"] == "Bearer tok-s3cret"
    assert request.headers["User-Agent"].startswith("pointsman/")
    assert route.call_count == 1
    assert found[0] == SentryIssue(
        id="1",
        short_id="PUMP-STATION-1",
        title="GRPC::Unavailable: 14:failed to connect to all addresses",
        culprit="Projects::IssuesController#show",
        level="error",
        count=150,
        first_seen=datetime(2018, 11, 6, 21, 19, 55, tzinfo=UTC),
        last_seen=datetime(2018, 12, 6, 21, 19, 55, 123456, tzinfo=UTC),
        permalink="https://sentry.io/organizations/acme/issues/1/",
        project="pump-station",
    )
    assert (found[1].culprit, found[1].permalink, found[1].last_seen) == ("", "", found[1].first_seen)
    assert len(found) == 2, "what was never seen says nothing"


@respx.mock
def test_goes_on_while_sentry_says_that_there_are_results(sentry: SentryClient) -> None:
    route = respx.get(ENDPOINT)
    route.side_effect = [
        httpx.Response(200, json=numbered(1, 2), headers=link("0:100:0", results="true")),
        httpx.Response(200, json=numbered(3), headers=link("0:200:0", results="false")),
    ]

    found = sentry.unresolved(SINCE, 150)

    assert [one.id for one in found] == ["1", "2", "3"]
    asked = [dict(call.request.url.params) for call in route.calls]
    assert [(one["limit"], one.get("cursor")) for one in asked] == [("100", None), ("100", "0:100:0")]


@respx.mock
def test_stops_when_it_has_enough(sentry: SentryClient) -> None:
    route = respx.get(ENDPOINT).respond(200, json=numbered(1, 2, 3), headers=link("0:100:0", results="true"))

    assert [one.id for one in sentry.unresolved(SINCE, 2)] == ["1", "2"]
    assert route.call_count == 1


@respx.mock
@pytest.mark.parametrize(
    "cursors", [["0:100:0"] * 9, [f"0:{number}00:0" for number in range(1, 9)]], ids=["repeated", "without end"]
)
def test_does_not_page_for_ever(sentry: SentryClient, cursors: list[str]) -> None:
    route = respx.get(ENDPOINT)
    route.side_effect = [httpx.Response(200, json=[], headers=link(cursor, results="true")) for cursor in cursors]

    assert sentry.unresolved(SINCE, 100) == []
    assert route.call_count <= 5


@respx.mock
def test_the_next_page_is_asked_from_the_configured_host(sentry: SentryClient) -> None:
    elsewhere = respx.get(url__startswith="https://elsewhere.example")
    route = respx.get(ENDPOINT)
    route.side_effect = [
        httpx.Response(200, json=[], headers=link("0:1:0", results="true", host="https://elsewhere.example")),
        httpx.Response(200, json=numbered(1), headers={"Link": "nonsense"}),
    ]

    assert len(sentry.unresolved(SINCE, 10)) == 1
    assert not elsewhere.called


@respx.mock
def test_nothing_is_asked_about_a_time_to_come(sentry: SentryClient) -> None:
    route = respx.get(ENDPOINT)

    assert sentry.unresolved(NOW, 10) == []
    assert not route.called


@respx.mock
@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (302, Refused, "redirect"),
        (308, Refused, "redirect"),
        (400, Invalid, "http_400"),
        (401, Refused, "unauthorized"),
        (403, Refused, "forbidden"),
        (404, NotFound, "not_found"),
        (408, Unavailable, "http_408"),
        (429, RateLimited, "rate_limited"),
        (500, Unavailable, "http_500"),
        (503, Unavailable, "http_503"),
    ],
)
def test_an_answer_that_is_no_success(
    sentry: SentryClient, status: int, kind: type[IntegrationError], reason: str
) -> None:
    headers = {"Retry-After": "7", "Location": "https://elsewhere.example/"}
    route = respx.get(ENDPOINT).respond(status, text="said-text", headers=headers)

    error = failure(sentry)

    assert type(error) is kind
    assert error.reason == reason
    assert route.call_count == 1, "no redirect is followed, nothing is sent again"
    if isinstance(error, RateLimited):
        assert error.retry_after == 7


@respx.mock
def test_waits_until_sentry_counts_anew(sentry: SentryClient) -> None:
    reset = int(datetime.now(UTC).timestamp()) + 30
    respx.get(ENDPOINT).respond(429, headers={"X-Sentry-Rate-Limit-Reset": str(reset)})

    error = failure(sentry)

    assert isinstance(error, RateLimited)
    assert error.retry_after is not None
    assert 0 < error.retry_after <= 30


@respx.mock
@pytest.mark.parametrize(
    "lost",
    [httpx.ConnectError(URL), httpx.ReadTimeout(URL), httpx.RemoteProtocolError(URL)],
    ids=lambda value: type(value).__name__,
)
def test_no_answer_is_unavailable_because_reading_changes_nothing(sentry: SentryClient, lost: Exception) -> None:
    respx.get(ENDPOINT).mock(side_effect=lost)

    assert type(failure(sentry)) is Unavailable


@respx.mock
@pytest.mark.parametrize(
    "body",
    [b"", b"said-text", b"{}", b"[" * 60_000, b'[{"id": 1.5}]', b'[{"id": "1", "count": "said-text"}]', b"[\xff]"],
)
def test_an_answer_that_cannot_be_read(sentry: SentryClient, body: bytes) -> None:
    respx.get(ENDPOINT).respond(200, content=body)

    error = failure(sentry)

    assert (type(error), error.reason) == (Unavailable, "unreadable_answer")


@respx.mock
def test_a_long_answer_is_not_read_to_its_end(sentry: SentryClient) -> None:
    read: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            read.append(1)
            yield b" " * 2**20

    respx.get(ENDPOINT).mock(return_value=httpx.Response(200, stream=_Stream(endless())))

    assert failure(sentry).reason == "answer_too_long"
    assert len(read) == 9


class _Stream(httpx.SyncByteStream):
    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        return self._parts


@respx.mock
def test_a_compressed_answer_is_not_asked_for_and_not_unpacked(sentry: SentryClient) -> None:
    body = gzip.compress(b" " * 100_000_000)
    route = respx.get(ENDPOINT).mock(
        return_value=httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(body))
    )

    assert failure(sentry).reason == "unreadable_answer"
    assert route.calls.last.request.headers["Accept-Encoding"] == "identity"


@respx.mock
def test_an_answer_that_drips_is_given_up() -> None:
    sentry = SentryClient(URL, "acme", "tok-s3cret", timeout=(3, 0), now=lambda: NOW)
    respx.get(ENDPOINT).mock(return_value=httpx.Response(200, stream=_Stream(iter([b"[", b"]"]))))

    assert failure(sentry).reason == "answer_too_slow"
    sentry.close()


@respx.mock
def test_nothing_is_logged(sentry: SentryClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    respx.get(ENDPOINT).respond(200, json=[RECORDED[0] | {"title": "said-text"}])

    sentry.unresolved(SINCE, 10)

    assert not [secret for secret in SECRETS if secret in caplog.text]


@pytest.mark.parametrize(
    ("url", "org"),
    [
        ("x/tok-s3cret", "acme"),
        ("ftp://c.example/tok-s3cret", "acme"),
        ("https://c.example:tok-s3cret", "acme"),
        ("https://me:tok-s3cret@c.example", "acme"),
        ("https://c.example/?tok-s3cret", "acme"),
        ("", "acme"),
        (URL, ""),
        (URL, "../../0/projects/tok-s3cret"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_but_not_shown(url: str, org: str) -> None:
    with pytest.raises(ValueError, match="must be") as caught:
        SentryClient(url, org, "")

    assert "tok-s3cret" not in str(caught.value)
    assert caught.value.__context__ is None


@respx.mock
@pytest.mark.parametrize("permalink", ["javascript:alert(1)", "//x", "http://[", "mailto:a@b.example"])
def test_a_link_that_no_browser_should_open_is_left_out(sentry: SentryClient, permalink: str) -> None:
    respx.get(ENDPOINT).respond(200, json=[RECORDED[0] | {"permalink": permalink}])

    assert sentry.unresolved(SINCE, 1)[0].permalink == ""
