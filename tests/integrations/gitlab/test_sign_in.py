"""What GitLab says of who signs in, and what of it proves nothing."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import respx

from integrations.errors import IntegrationError
from integrations.gitlab.sign_in import GitlabSignIn, SignInFailed, SignInSecrets

NOW = datetime(2026, 11, 20, tzinfo=UTC)
URL = "https://gitlab.example.org/gitlab"
GIVEN = SignInSecrets("the-state", "the-nonce", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
CLAIMS = {"iss": URL, "sub": "42", "aud": "our-id", "exp": NOW.timestamp() + 120, "nonce": GIVEN.nonce}
INFO = {"sub": "42", "preferred_username": "ada", "groups": ["community/ops"], "email": "ada@example.org"}
CLIENT = GitlabSignIn(URL, "our-id", "our-secret", "https://desk.example.org/login/gitlab/callback")


def token(claims: dict[str, Any]) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{payload}.c2ln"


def signed_in(gitlab: respx.MockRouter, claims: dict[str, Any], info: dict[str, Any] = INFO) -> Any:
    tokens = {"access_token": "their-token", "id_token": token({**CLAIMS, **claims})}
    gitlab.post(f"{URL}/oauth/token").respond(json=tokens)
    gitlab.get(f"{URL}/oauth/userinfo", headers={"Authorization": "Bearer their-token"}).respond(json=info)
    return CLIENT.person("the-code", GIVEN, NOW)


def test_the_browser_is_sent_with_state_nonce_and_a_challenge_and_without_secrets() -> None:
    address = urlsplit(CLIENT.address(GIVEN))
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{URL}/oauth/authorize"
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert (asked["state"], asked["nonce"], asked["scope"]) == ("the-state", "the-nonce", "openid")
    # The example of RFC 7636, appendix B.
    assert asked["code_challenge"] == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert "our-secret" not in address.query
    assert GIVEN.verifier not in address.query


def test_each_sign_in_has_secrets_of_its_own() -> None:
    one, other = SignInSecrets.new(), SignInSecrets.new()
    values = {one.state, one.nonce, one.verifier, other.state, other.nonce, other.verifier}
    assert len(values) == 6
    assert all(len(value) == 43 and "." not in value for value in values)


def test_says_who_it_is(respx_mock: respx.MockRouter) -> None:
    person = signed_in(respx_mock, {"aud": ["another", "our-id"]})
    assert (person.id, person.username, person.groups) == ("42", "ada", {"community/ops"})
    form = parse_qs(respx_mock.calls[0].request.content.decode())
    assert (form["code"], form["code_verifier"]) == (["the-code"], [GIVEN.verifier])


@pytest.mark.parametrize(
    ("claims", "info", "reason"),
    [
        ({"iss": "https://gitlab.com"}, {}, "another_gitlab"),
        ({"aud": "another"}, {}, "another_application"),
        ({"nonce": "another"}, {}, "another_sign_in"),
        ({"nonce": None}, {}, "another_sign_in"),
        ({"exp": NOW.timestamp() - 301}, {}, "token_too_old"),
        ({"exp": "soon"}, {}, "unreadable_token"),
        ({}, {"sub": "43"}, "another_person"),
    ],
)
def test_what_was_said_about_or_to_another_proves_nothing(
    claims: dict[str, Any], info: dict[str, Any], reason: str
) -> None:
    gitlab = respx.MockRouter(assert_all_called=False)
    with gitlab, pytest.raises(SignInFailed) as caught:
        signed_in(gitlab, claims, {**INFO, **info})
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("answer", "is_retryable"),
    [
        (httpx.Response(400, json={"error": "invalid_grant"}), False),
        (httpx.Response(401, json={"error": "invalid_client"}), False),
        (httpx.Response(302, headers={"Location": "https://elsewhere.example.org"}), False),
        (httpx.Response(502, text="our-secret"), True),
        (httpx.Response(429), True),
        (httpx.Response(200, text="<html>"), True),
        (httpx.Response(200, json={"access_token": "", "id_token": ""}), True),
    ],
)
def test_an_answer_that_is_none_is_an_error_without_secrets(
    respx_mock: respx.MockRouter, answer: httpx.Response, *, is_retryable: bool
) -> None:
    respx_mock.post(f"{URL}/oauth/token").mock(return_value=answer)
    with pytest.raises(IntegrationError) as caught:
        CLIENT.person("the-code", GIVEN, NOW)
    assert caught.value.retryable is is_retryable
    assert "our-secret" not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
