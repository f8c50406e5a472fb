"""Signing in with GitLab elsewhere: OpenID Connect's code flow, for the one application that the sandbox has.

A person is chosen by a link on its page, where the real one asks for a password, or has a session.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from integrations.sandbox.api import HttpRequest, Json, Refused, Result, answer, route
from integrations.sandbox.gitlab.models import Account
from integrations.sandbox.gitlab.state import State
from integrations.sandbox.pages import Context, Pages

APPLICATION_ID = "sandbox-application"
APPLICATION_SECRET = "sandbox-application-secret"  # noqa: S105 -- the sandbox's own, known to everybody
CODE_LASTS, TOKEN_LASTS = timedelta(minutes=10), timedelta(hours=2)
ID_TOKEN_LASTS = timedelta(minutes=2)
_ASKED = ("client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge")


@dataclass(frozen=True)
class _Grant:
    account: Account
    asked: Mapping[str, str]
    until: datetime


@dataclass
class SignIns:
    """The codes and tokens that are out, and what the application may come back to."""

    state: State
    returns_to: set[str] = field(default_factory=set)
    """The redirect addresses of the application; empty: any."""
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each person, by user name."""
    _codes: dict[str, _Grant] = field(default_factory=dict)
    _tokens: dict[str, _Grant] = field(default_factory=dict)

    @property
    def routes(self) -> list[BaseRoute]:
        pages = Pages("GitLab", self.state.lock)
        pages.add("/oauth/authorize", "gitlab_sign_in.html", self._people)
        return [
            *pages.routes,
            route("GET", "/oauth/authorize/{username}", self._come_back),
            route("POST", "/oauth/token", self._exchange),
            route("GET", "/oauth/userinfo", self._user_info),
        ]

    def _people(self, query: Mapping[str, Any]) -> Context:
        asked = self._asked(query)
        return {"people": list(self.state.accounts.values()), "query": urlencode(asked), "to": asked["redirect_uri"]}

    def _asked(self, query: Mapping[str, Any]) -> dict[str, str]:
        """Raises Refused for what the real one shows a page of its own for, and never a redirect."""
        asked = {name: str(query.get(name, "")) for name in _ASKED}
        if asked["client_id"] != APPLICATION_ID:
            raise Refused(401, "Client authentication failed due to unknown client.", "invalid_client")
        if not asked["redirect_uri"] or (self.returns_to and asked["redirect_uri"] not in self.returns_to):
            raise Refused(400, "The redirect URI included is not valid.", "invalid_redirect_uri")
        if query.get("code_challenge_method", "S256") != "S256" or "openid" not in asked["scope"].split():
            raise Refused(400, "The request is malformed.", "invalid_request")
        return asked

    def _come_back(self, request: HttpRequest) -> Response:
        """With a code: the person said yes."""
        with self.state.lock:
            asked = self._asked(dict(request.query))
            name = request.at["username"]
            account = next((one for one in self.state.accounts.values() if one.username == name), None)
            if account is None:
                given = {"error": "access_denied", "state": asked["state"]}
            else:
                code = secrets.token_hex(32)
                self._codes[code] = _Grant(account, asked, self.state.now() + CODE_LASTS)
                given = {"code": code, "state": asked["state"]}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(given)}", 302)

    def _exchange(self, request: HttpRequest) -> Result:
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        with self.state.lock:
            if (form.get("client_id"), form.get("client_secret")) != (APPLICATION_ID, APPLICATION_SECRET):
                raise _refused(401, "invalid_client")
            grant = self._codes.pop(form.get("code", ""), None)
            if grant is None or not self._fits(grant, form):
                raise _refused(400, "invalid_grant")
            token = secrets.token_hex(32)
            self._tokens[token] = _Grant(grant.account, grant.asked, self.state.now() + TOKEN_LASTS)
            return {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": TOKEN_LASTS.total_seconds(),
                "scope": grant.asked["scope"],
                "id_token": self._id_token(grant),
            }

    def _fits(self, grant: _Grant, form: Mapping[str, str]) -> bool:
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return (
            form.get("grant_type") == "authorization_code"
            and form.get("redirect_uri") == grant.asked["redirect_uri"]
            and grant.asked["code_challenge"] in {"", challenge}
            and self.state.now() < grant.until
        )

    def _id_token(self, grant: _Grant) -> str:
        now = self.state.now()
        claims = {
            "iss": self.state.url,
            "sub": str(grant.account.id),
            "aud": APPLICATION_ID,
            "exp": int((now + ID_TOKEN_LASTS).timestamp()),
            "iat": int(now.timestamp()),
            "nonce": grant.asked["nonce"],
            "groups_direct": list(self._groups(grant.account)),
        }
        parts = [_encoded({"typ": "JWT", "alg": "RS256", "kid": "sandbox"}), _encoded(claims)]
        return ".".join((*parts, "bm8tc2lnbmF0dXJl"))  # `no-signature`: the sandbox has no key

    def _user_info(self, request: HttpRequest) -> Result:
        with self.state.lock:
            grant = self._tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
            if grant is None or self.state.now() >= grant.until:
                raise _refused(401, "invalid_token")
            account = grant.account
            return answer(
                {
                    "sub": str(account.id),
                    "name": account.name,
                    "nickname": account.username,
                    "preferred_username": account.username,
                    "groups": list(self._groups(account)),
                }
            )

    def _groups(self, account: Account) -> tuple[str, ...]:
        return self.groups.get(account.username, ())


def _encoded(part: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def _refused(status: int, error: str) -> Refused:
    return Refused(status, {"error": error, "error_description": "sandbox"}, error)
