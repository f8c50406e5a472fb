"""Secrets in URLs: user and password, tokens in query or path, webhooks.

The rest of the URL stays: an engineer needs it.
"""

import re
from collections.abc import Iterator
from typing import Final

from app.redaction.finders.values import looks_random, says_nothing
from app.redaction.kinds import REMOVED, Span
from app.word_lists import words

_USER_INFO = re.compile(rf"://([^\s/?#\"'<>`{REMOVED}]{{1,300}})@(?=[\w.\[-])")
SERVICE_USERS: Final = words(
    """
    git hg svn gitlab gitlab-ci-token gitlab+deploy-token oauth2 x-access-token x-oauth-basic root admin user
    username your_username user_name name api token none
    """
)
"""Names that say nothing about a person."""

# Behind ? or &, so that `search?q=token` stays. `&amp;` is HTML, `;` an old separator.
_PARAMETER = re.compile(
    r"""[?&;](?P<name>
        (?P<gitlab>(?i:private_token|feed_token|rss_token|job_token|reset_password_token|confirmation_token
                    |invitation_token|unlock_token|authenticity_token|incoming_email_token))
      | (?P<certain>(?i:access_token|auth_token|refresh_token|id_token|client_secret|password|passwd|pwd|api_?key
                    |apikey|secret|sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature
                    |samlresponse|assertion))
      | (?P<likely>(?i:token|code|key|auth|ticket|state|session))
    )=(?P<value>(?:[^&\#\s"'<>`)\];]++|;(?!\w{1,40}=))++)""",
    re.VERBOSE,
)
# The kind, what must stand in the text, and the pattern. Only its last group goes, where it has one.
_KNOWN: Final = (
    ("gitlab_token", "/sent_notifications/", re.compile(r"/sent_notifications/([\w-]{16,}+)")),
    ("gitlab_token", "/-/invites/", re.compile(r"/-/invites/([\w-]{10,}+)")),
    ("zendesk_token", "/attachments/token/", re.compile(r"/attachments/token/([\w-]{6,}+)")),
    ("zendesk_token", "/token:", re.compile(r"/token:([A-Za-z0-9]{20,}+)")),
    ("slack_token", "hooks.slack.com/", re.compile(r"(?:https?://)?hooks\.slack\.com/[\w-]+/[\w/+.-]+")),
    ("webhook_url", "/hooks/", re.compile(r"https?://[\w.:-]{1,200}(?:/[\w.-]{1,40}){0,3}/hooks/[\w-]{16,}+")),
    ("webhook_url", "/api/webhooks/", re.compile(r"https?://[\w.-]{1,100}/api/webhooks/\d+/[\w-]{10,}+")),
    ("webhook_url", "office.com/webhook", re.compile(r"https?://[\w.-]{1,100}office\.com/webhook[^\s\"'<>`)\]]++")),
)


def urls(text: str) -> Iterator[Span]:
    if "://" in text:
        yield from _user_infos(text)
    if "=" in text:
        yield from _parameters(text)
    for kind, trigger, pattern in _KNOWN:
        if trigger in text:
            for match in pattern.finditer(text):
                yield Span(*match.span(pattern.groups), kind)


def _user_infos(text: str) -> Iterator[Span]:
    for match in _USER_INFO.finditer(text):
        user, colon, password = match[1].partition(":")
        if says_nothing(password) if colon else user.lower() in SERVICE_USERS or says_nothing(user):
            continue
        yield Span(*match.span(1), "url_credentials")


def _parameters(text: str) -> Iterator[Span]:
    for match in _PARAMETER.finditer(text):
        value = match["value"].rstrip(".,;:")
        if not value or says_nothing(value):
            continue
        if match["likely"] and not (looks_random(value, quoted=False) and len(value) >= 16):
            continue
        kind = "gitlab_token" if match["gitlab"] else _kind(match["name"].lower())
        yield Span(match.start("value"), match.start("value") + len(value), kind)


def _kind(name: str) -> str:
    if name.startswith(("passw", "pwd")):
        return "password"
    return "api_key" if name.startswith("api") else "secret"
