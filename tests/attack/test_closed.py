"""The API for those who do not have the token: every path alike, and nothing private in what is open."""

from __future__ import annotations

import json
import time

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.web.app import create_app
from app.web.security import HEADERS, OPEN, has_token
from tests.attack.wire import request, say
from tests.support.harness import DESK_TOKEN, Harness

REFUSAL = {"detail": "Send the token of DESK_TOKEN: Authorization: Bearer <token>."}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
PATHS = (
    "/",
    "/docs",
    "/redoc",
    "/openapi.json",
    "/api",
    "/api/",
    "/api/openapi.json",
    "/api/decisions",
    "/api/tickets/1",
    "/api/failures/1/retry",
    "/api/no-such-thing",
    "/API/decisions",
    "//api/decisions",
    "/api//decisions",
    "/api%2Fdecisions",
    "/%61pi/decisions",
    "/x/../api/decisions",
    "/healthz/../api/decisions",
    "/healthz/",
    "/healthz%2F",
    "/metrics/../api/decisions",
    "/.env",
    "/routing.yaml",
    "/robots.txt",
)
WRONG = (
    "Bearer",
    "Bearer ",
    "Bearer wrong",
    f"Bearer {DESK_TOKEN}x",
    f"Bearer {DESK_TOKEN[:-1]}",
    f"Bearer {DESK_TOKEN.upper()}",
    f"Bearer {DESK_TOKEN} {DESK_TOKEN}",
    f"Bearer {DESK_TOKEN},",
    f"Bearer\t{DESK_TOKEN}",
    f"Bearer\xa0{DESK_TOKEN}",
    f'Bearer "{DESK_TOKEN}"',
    f"Token {DESK_TOKEN}",
    f"Basic {DESK_TOKEN}",
    DESK_TOKEN,
    "Bearer " + "a" * 20_000,
    "Bearer \xff\xfe",
)


@pytest.mark.parametrize("path", PATHS)
def test_every_path_and_method_is_refused_alike(harness: Harness, path: str) -> None:
    address = str(harness.web.base_url)
    for method in METHODS:
        heard = say(address, request(method, path))
        assert (heard.status, "www-authenticate: bearer" in heard.head) == (401, True), method
        if method != "HEAD":
            assert json.loads(heard.raw.partition(b"\r\n\r\n")[2]) == REFUSAL


def test_no_wrong_token_is_told_apart_from_none(harness: Harness) -> None:
    address = str(harness.web.base_url)

    def answered(*headers: str) -> tuple[str, bytes]:
        heard = say(address, request("GET", "/api/decisions", *headers))
        head, _, body = heard.raw.partition(b"\r\n\r\n")
        return "\n".join(line for line in head.decode().splitlines() if not line.startswith("date:")), body

    expected = answered()
    assert "401" in expected[0]
    assert {answered(f"Authorization: {one}") for one in WRONG} == {expected}
    # With two headers, what stands before us may have checked the other one.
    assert answered(f"Authorization: Bearer {DESK_TOKEN}", "Authorization: Bearer wrong") == expected
    assert answered(f"Proxy-Authorization: Bearer {DESK_TOKEN}", f"X-Authorization: Bearer {DESK_TOKEN}") == expected


def test_the_token_is_taken_from_its_header_alone(harness: Harness) -> None:
    for name in ("token", "access_token", "desk_token", "authorization", "Authorization"):
        assert harness.web.get("/api/decisions", params={name: f"Bearer {DESK_TOKEN}"}).status_code == 401
        assert harness.web.get("/api/decisions", headers={"Cookie": f"{name}={DESK_TOKEN}"}).status_code == 401
        assert harness.web.post("/api/explain", data={name: DESK_TOKEN}).status_code == 401
    assert harness.web.get("/api/decisions", auth=("bearer", DESK_TOKEN)).status_code == 401


def test_the_body_of_a_stranger_is_not_even_read(harness: Harness) -> None:
    started = time.monotonic()
    heard = say(str(harness.web.base_url), request("POST", "/api/explain", "Content-Length: 1000000", body=b"{"))
    assert heard.status == 401
    assert time.monotonic() - started < 5


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=40), st.text(max_size=40))
def test_only_the_token_is_the_token(header: bytes, token: str) -> None:
    assert not has_token(header, DESK_TOKEN)
    assert not has_token(b"Bearer " + header, "")
    assert has_token(f"Bearer {token}".encode(), token) == (bool(token) and token == token.strip(" "))


def test_every_route_is_open_by_name_signed_or_behind_the_token(harness: Harness) -> None:
    found = set(create_app(harness.service).openapi()["paths"])
    assert {path for path in found if not path.startswith(("/api/", "/webhooks/"))} == OPEN


@pytest.mark.parametrize("path", sorted(OPEN))
def test_what_is_open_can_only_be_read(harness: Harness, path: str) -> None:
    address = str(harness.web.base_url)
    for method in METHODS[1:]:
        heard = say(address, request(method, path, "Origin: https://evil.example"))
        assert heard.status == 405, method
        assert "access-control" not in heard.head


@pytest.mark.parametrize("path", ["/webhooks/", "/webhooks/zendesk/", "/webhooks/../api/decisions", "/webhooks/none"])
def test_what_is_below_webhooks_and_no_door_is_nothing(harness: Harness, path: str) -> None:
    assert say(str(harness.web.base_url), request("GET", path)).status == 404


def test_what_is_open_tells_nothing_private(harness: Harness) -> None:
    marker = "lorem-ipsum-marker"
    harness.triaged(f"@gitlab kudos to the team for everything! {marker}", subject=marker)
    settings = harness.service.deps.settings
    private = [
        marker,
        "Ada Example",
        "ada@example.org",
        "@ada",
        DESK_TOKEN,
        settings.zendesk_email,
        str(settings.zendesk_token.get_secret_value() if settings.zendesk_token else ""),
        settings.gitlab_token.get_secret_value(),
        settings.zendesk_webhook_secret[0].get_secret_value(),
        settings.database_url,
        str(settings.routing_file),
    ]
    for path in OPEN:
        said = harness.web.get(path).text
        assert [one for one in private if one and one in said] == []


def test_strangers_do_not_make_us_call_other_services(harness: Harness) -> None:
    harness.web.get("/readyz")
    before = len(harness.sandbox.zendesk.calls), len(harness.sandbox.gitlab.calls)
    for _ in range(20):
        harness.web.get("/readyz")
    after = len(harness.sandbox.zendesk.calls), len(harness.sandbox.gitlab.calls)
    assert after[0] - before[0] <= 1
    assert after[1] - before[1] <= 2


@pytest.mark.parametrize("path", ["/healthz", "/api/decisions", "/nothing", "/webhooks/zendesk"])
def test_every_answer_says_that_it_is_no_page(harness: Harness, path: str) -> None:
    answer = harness.desk(path)
    assert [(name, answer.headers.get(name.decode(), "").encode()) for name, _ in HEADERS] == list(HEADERS)
    assert "server" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80@pointsman.example", "[::1", "", "a" * 5000, "\xff"])
def test_the_host_that_a_caller_names_is_in_no_answer(harness: Harness, host: str) -> None:
    token = f"Authorization: Bearer {DESK_TOKEN}"
    for path in ("/healthz", "/healthz/", "/api/decisions/", "/api/openapi.json", "/api/tickets/999999"):
        heard = say(
            str(harness.web.base_url),
            request("GET", path, f"Host: {host}", token, "X-Forwarded-Host: evil.example", "X-Forwarded-Prefix: /evil"),
        )
        assert heard.status in {200, 400, 404}
        assert b"evil.example" not in heard.raw
        assert "location:" not in heard.head


def asked(harness: Harness, body: bytes, kind: str = "application/json") -> httpx.Response:
    headers = {"Authorization": f"Bearer {DESK_TOKEN}", "Content-Type": kind}
    return harness.web.post("/api/explain", content=body, headers=headers)


@pytest.mark.parametrize(
    "body",
    [
        b'{"ticket": ' + b'{"a":' * 900 + b"1" + b"}" * 901,
        b'{"ticket": ' + b"[" * 100_000,
        b'{"ticket": {"body": ' + b"[" * 200 + b"]" * 200 + b"}}",
        b'{"ticket_id": ' + b"9" * 5000 + b"}",
        b'{"text": "\\ud800"}',
        b'{"ticket": {"body": "a", "subject": "\\udfff", "tags": ["\\ud800"]}}',
        b'{"text": "\\u0000\\u202e"}',
        b'{"text": NaN}',
        b"\xff",
        b"",
        b"[]",
        b'{"ticket": {"custom_fields": {"a": {"b": 1}}}}',
        b'{"ticket": {"id": 1e308}}',
        b'{"ticket": {"created_at": "9999-12-31T23:59:59-23:59"}}',
        b'{"ticket": {"created_at": "0001-01-01T00:00:00+23:59"}}',
    ],
)
def test_strange_questions_from_those_with_the_token_are_answered(harness: Harness, body: bytes) -> None:
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"):
        answer = asked(harness, body, kind)
        assert answer.status_code in {200, 400, 422}
        assert answer.json()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))  # without halves of characters, which no JSON for us may hold
def test_any_text_can_be_asked_about(harness: Harness, text: str) -> None:
    assert asked(harness, json.dumps({"text": text}).encode()).status_code == 200


def test_a_refused_question_is_not_quoted(harness: Harness) -> None:
    answer = asked(harness, b'{"ticket_id": "lorem-ipsum-marker", "lorem": 1}')
    assert answer.status_code == 422
    assert "marker" not in answer.text


def test_a_question_that_is_too_much_is_refused(harness: Harness) -> None:
    assert harness.desk("/api/explain", "POST", content=b" " * (1024 * 1024 + 1)).status_code == 413


def test_what_goes_wrong_inside_is_not_told(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError("the text of a ticket")

    monkeypatch.setattr(harness.service.deps.records.decisions, "newest", broken)
    answer = harness.desk("/api/decisions")
    assert answer.status_code == 500
    assert "ticket" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
