"""HTTP headers that let somebody in: Authorization, cookies. (`PRIVATE-TOKEN:` and the like are assignments.)"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from app.redaction.finders.values import is_code, says_nothing
from app.redaction.kinds import Span
from app.redaction.searching import lowered, positions

LONGEST = 8192

_AUTHORIZATION = re.compile(
    r"""(?i:authorization)["'`\\\])]{0,4}[ \t]*+(?:=>|:=|[:=])[ \t]*+\\{0,3}["'`]?
        (?:(?P<scheme>(?i:bearer|basic|token|apikey|negotiate|digest|hmac|aws4-hmac-sha256|signature))[ \t]++)?
        (?P<value>[^\s"'`\\][^\n"'`\\]*+)""",
    re.VERBOSE,
)
_ONE_WORD = frozenset({"bearer", "basic", "token", "apikey", "negotiate"})
_BEARER = re.compile(r"[Bb](?:earer|EARER)[ \t]++(?P<value>[\w.~+/=-]{16,}+)", re.ASCII)
_COOKIES = re.compile(r"""(?i:cookie)["'`]?[ \t]*+(?::|=>)[ \t]*+["'`]?(?P<value>[^\n"'`]*+)""")
_COOKIE_NAMES: Final = (
    *("_gitlab_session", "remember_user_token", "known_sign_in", "_session_id", "jsessionid", "phpsessid"),
    *("sessionid", "session_id", "connect.sid"),
)
_COOKIE = re.compile(
    r"""(?:_gitlab_session(?:_[0-9a-f]+)?|remember_user_token|known_sign_in|_session_id|JSESSIONID|PHPSESSID|sessionid
        |session_id|connect\.sid)["']?(?:=>|[=:])[ \t]*+["']?(?P<value>[^\s;"'`&,]++)""",
    re.VERBOSE,
)


def headers(text: str) -> Iterator[Span]:
    low = lowered(text)
    yield from _authorizations(text, low)
    yield from _cookies(text, low)


def _authorizations(text: str, low: str) -> Iterator[Span]:
    for match in _matches(_AUTHORIZATION, text, positions(low, ("authorization",))):
        value = match["value"][:LONGEST]
        scheme = (match["scheme"] or "").lower()
        if scheme in _ONE_WORD or not scheme:
            value = value.split()[0]
        value = value.rstrip(" \t\r,;)}]")
        if not says_nothing(value) and not is_code(value) and not (value.isalpha() and value.islower()):
            yield Span(match.start("value"), match.start("value") + len(value), "authorization")
    for match in _matches(_BEARER, text, positions(low, ("bearer",))):
        if any(c.isdigit() for c in match["value"]):
            yield Span(*match.span("value"), "authorization")


def _cookies(text: str, low: str) -> Iterator[Span]:
    for match in _matches(_COOKIES, text, positions(low, ("cookie",))):
        value = match["value"].rstrip()
        if "=" in value:
            yield Span(match.start("value"), match.start("value") + len(value), "session_cookie")
    for match in _matches(_COOKIE, text, positions(low, _COOKIE_NAMES)):
        if not says_nothing(match["value"]):
            yield Span(*match.span("value"), "session_cookie")


def _matches(pattern: re.Pattern[str], text: str, starts: Iterable[int]) -> Iterator[re.Match[str]]:
    done = 0
    for start in starts:
        match = pattern.match(text, start) if start >= done else None
        if match:
            yield match
            done = match.end()
