"""Signing in with GitLab: who somebody is, by OpenID Connect's code flow with PKCE.

https://docs.gitlab.com/integration/openid_connect_provider. No library: the flow is one redirect and two requests, and
a library would bring its own session and a cryptography stack that nothing here needs. GitLab's paths are fixed, so
that nothing has to be discovered first.
"""

import base64
import hashlib
import secrets
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx
from pydantic import Field, TypeAdapter

from integrations.errors import IntegrationError
from integrations.http import Reader, http_address, http_client
from integrations.outbound import UNGUARDED
from integrations.session import Timeout
from integrations.wire import WireModel, WireText

SERVICE = "gitlab"
SCOPE = "openid"
TIMEOUT: Timeout = (5.0, 10.0)
"""Somebody waits before a page."""
MOST_BYTES = 1024 * 1024
CLOCKS_DIFFER_BY = timedelta(minutes=5)
_Answer = TypeVar("_Answer")


class SignInFailed(IntegrationError):
    """GitLab answered in a way that does not prove who it is."""

    default_reason = "sign_in_failed"

    def __init__(self, reason: str) -> None:
        super().__init__(SERVICE, "the answer does not prove who signs in", reason)


@dataclass(frozen=True)
class SignInSecrets:
    """What ties GitLab's answer to the browser that asked. Random, good for one sign-in."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "SignInSecrets":
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))

    @property
    def challenge(self) -> str:
        """RFC 7636, S256."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True)
class GitlabPerson:
    id: str
    """Stays when the name changes."""
    username: str
    groups: frozenset[str]
    """Full paths of all groups that they are a member of, also through a group around them."""


class _Tokens(WireModel):
    access_token: str = Field(min_length=1)
    id_token: str


class _IdToken(WireModel):
    """OpenID Connect Core, section 2."""

    iss: str
    sub: str
    aud: str | tuple[str, ...]
    exp: int
    nonce: WireText = ""


class _UserInfo(WireModel):
    sub: str
    preferred_username: str = Field(min_length=1)
    groups: tuple[str, ...] = ()


_TOKENS, _ID_TOKEN, _USER_INFO = TypeAdapter(_Tokens), TypeAdapter(_IdToken), TypeAdapter(_UserInfo)


class GitlabSignIn:
    """`client_id`, `client_secret`: of an application in GitLab with the scope `openid`; `returns_to`: its callback."""

    def __init__(self, url: str, client_id: str, client_secret: str, returns_to: str) -> None:
        self._url = url.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._returns_to = returns_to
        self._address = http_address(self._url, "GitLab's address must be like https://gitlab.com")

    def address(self, given: SignInSecrets) -> str:
        """Where the browser goes first."""
        query = {
            "client_id": self._client_id,
            "redirect_uri": self._returns_to,
            "response_type": "code",
            "scope": SCOPE,
            "state": given.state,
            "nonce": given.nonce,
            "code_challenge": given.challenge,
            "code_challenge_method": "S256",
        }
        return str(httpx.URL(f"{self._url}/oauth/authorize", params=query))

    def person(self, code: str, given: SignInSecrets, now: datetime) -> GitlabPerson:
        """Who came back with the code. Raises IntegrationError; what is retryable, the person may begin again."""
        form = {
            "grant_type": "authorization_code",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "code": code,
            "redirect_uri": self._returns_to,
            "code_verifier": given.verifier,
        }
        # Not guarded: who signs in waits for no share of our limit, and no outage of the API keeps them out.
        with closing(
            Reader(
                SERVICE,
                self._address,
                http_client(TIMEOUT),
                seconds=TIMEOUT[1],
                most_bytes=MOST_BYTES,
                outbound=UNGUARDED,
            )
        ) as reader:
            tokens = self._ask(reader, "POST", "token", _TOKENS, data=form)
            claims = self._claims(tokens.id_token, given, now)
            bearer = {"Authorization": f"Bearer {tokens.access_token}"}
            info = self._ask(reader, "GET", "userinfo", _USER_INFO, headers=bearer)
        if info.sub != claims.sub:
            raise SignInFailed("another_person")
        return GitlabPerson(info.sub, info.preferred_username, frozenset(info.groups))

    def _ask(self, reader: Reader, method: str, name: str, kind: TypeAdapter[_Answer], **request: Any) -> _Answer:
        address = f"{self._url}/oauth/{name}"
        return reader.at(address).ask(method, lambda _response, body: kind.validate_json(body), **request)

    def _claims(self, id_token: str, given: SignInSecrets, now: datetime) -> _IdToken:
        """Its signature is not looked at: it came from GitLab itself over TLS, which OpenID Connect Core, 3.1.3.7,
        takes for as good.
        """
        try:
            payload = id_token.split(".")[1]
            claims = _ID_TOKEN.validate_json(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        except (IndexError, ValueError):
            raise SignInFailed("unreadable_token") from None
        audience = (claims.aud,) if isinstance(claims.aud, str) else claims.aud
        if claims.iss.rstrip("/") != self._url:
            raise SignInFailed("another_gitlab")
        if self._client_id not in audience:
            raise SignInFailed("another_application")
        if not secrets.compare_digest(claims.nonce.encode(), given.nonce.encode()):
            raise SignInFailed("another_sign_in")
        if now.timestamp() > claims.exp + CLOCKS_DIFFER_BY.total_seconds():
            raise SignInFailed("token_too_old")
        return claims
